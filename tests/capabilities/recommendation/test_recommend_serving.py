"""Serving: ids in, ids out, whatever is asked; events and new products count at once; written is read."""

import asyncio
import json

import numpy as np
import pytest

from magnetar.capabilities.recommendation import histories_of
from magnetar.capabilities.recommendation.flywheel import Shelf
from magnetar.capabilities.recommendation.mixture import Mixture
from magnetar.capabilities.recommendation.routes import App
from magnetar.capabilities.recommendation.service import Recommendations
from magnetar.capabilities.recommendation.splits import leave_one_out
from magnetar.capabilities.recommendation.weights import load, save
from magnetar.kernel.errors import BadInput, MagnetarError

ITEMS = [f"{kind}{number}" for kind in ("tent", "mug", "soap") for number in range(8)]
TEXT = [f"{item[:-1]} number {item}" for item in ITEMS]


def shop(**learn: bool) -> tuple[Mixture, Recommendations]:
    rng = np.random.default_rng(3)
    sequences = []
    for _ in range(150):
        kind, at = rng.integers(0, 3), rng.integers(0, 8)
        sequences.append([ITEMS[kind * 8 + (at + step) % 8] for step in range(rng.integers(3, 7))])
    parts = leave_one_out(histories_of(sequences, ITEMS, TEXT))
    model = Mixture(learn=False, **learn)
    model.fit(parts.train, 1, parts.valid)
    return model, Recommendations(model.recommender, ITEMS, model.ids, model.texts)


@pytest.fixture
def served() -> Recommendations:
    return shop()[1]


def test_what_follows_comes_first_with_its_path(served):
    [best, *_], unknown = served.recommend(["tent2", "tent3"])
    assert (best.item, best.path, unknown) == ("tent4", ("tent3", "tent4"), [])


def test_unknown_ids_are_left_out_and_named(served):
    known, unknown = served.recommend(["tent3", "never"])
    assert unknown == ["never"]
    assert [one.item for one in known] == [one.item for one in served.recommend(["tent3"])[0]]


@pytest.mark.parametrize("history", [[], ["never", "nowhere"]])
def test_without_a_history_there_is_what_is_popular(served, history):
    found, _ = served.recommend(history, 5)
    assert [one.source for one in found] == ["popular"] * 5
    counts = dict(zip(ITEMS, served.recommender.parts.memory.count, strict=True))
    assert counts[found[0].item] == max(counts.values())


def test_products_taken_before_come_only_where_asked_for(served):
    history = ["tent1", "tent2", "tent1"]
    assert not {one.item for one in served.recommend(history, 20)[0]} & set(history)
    assert {one.item for one in served.recommend(history, 24, seen=True)[0]} & set(history)


def test_a_very_long_history_is_answered(served):
    assert served.recommend(ITEMS * 500, 3, seen=True)[0]


def test_how_many_must_make_sense(served):
    with pytest.raises(BadInput, match=r"\[1, 200\]"):
        served.recommend([], 0)


def test_an_event_counts_at_once(served):
    before = next((at for at, one in enumerate(served.recommend(["soap1"], 24)[0]) if one.item == "mug5"), 99)
    for _ in range(40):
        served.observe(["soap1"], "mug5")
    found = [one.item for one in served.recommend(["soap1"], 24)[0]]
    assert found.index("mug5") < min(before, 3)
    with pytest.raises(BadInput, match="add it before"):
        served.observe(["soap1"], "never")


def test_a_new_product_can_be_recommended_by_its_words(served):
    code = served.add("tent99", "tent number")
    assert len(code) == 3
    assert len(np.unique(served.ids.codes, axis=0)) == len(ITEMS) + 1
    assert "tent99" in {one.item for one in served.recommend(["tent1"], 24)[0]}
    served.observe(["tent1"], "tent99")
    with pytest.raises(BadInput, match="known already"):
        served.add("tent99")


def test_a_new_product_without_words_is_taken_in_too(served):
    served.add("🙂", "🙂")
    served.add("long", "长" * 10_000)
    assert served.recommend(["🙂"], 3)[0]


def test_products_of_followed_shops_are_raised(served):
    plain = [one.item for one in served.recommend(["tent1"], 24)[0]]
    raised = [one.item for one in served.recommend(["tent1"], 24, followed=["soap6"])[0]]
    assert "soap6" in raised
    assert "soap6" not in plain or raised.index("soap6") < plain.index("soap6")
    assert raised[0] == plain[0]


def test_a_row_alone_gets_what_it_gets_in_a_batch():
    model, _ = shop()
    contexts = histories_of([["tent1", "tent2"], ["mug3"], []], ITEMS)
    for seen in (False, True):
        whole = model.top(contexts, 5, seen)
        for row in range(3):
            assert (model.top(contexts.rows([row]), 5, seen)[0] == whole[row]).all()


def test_what_is_written_is_what_is_read(tmp_path):
    model, served = shop()
    shelf = Shelf(tmp_path, "default")
    save(shelf.at(1), model.recommender, ITEMS, model.ids, model.texts, {"seed": 1})
    again = Recommendations(*load(shelf.at(1)))
    for history in (["tent1", "tent2"], [], ["mug7"]):
        assert again.recommend(history) == served.recommend(history)
    (shelf.at(1) / "arrays.npz").write_bytes(b"no")
    with pytest.raises(MagnetarError, match="cannot be read"):
        load(shelf.at(1))
    with pytest.raises(MagnetarError, match="recommend fit"):
        load(shelf.at(2))


def test_one_item_and_one_shopper_are_enough():
    model = Mixture(learn=False)
    model.fit(histories_of([["only"]]), 1)
    served = Recommendations(model.recommender, ["only"], model.ids)
    assert [one.item for one in served.recommend([])[0]] == ["only"]
    assert served.recommend(["only"])[0] == []
    assert [one.item for one in served.recommend(["only"], seen=True)[0]] == ["only"]


def call(app: App, path: str, body: bytes, method: str = "POST") -> tuple[int, dict]:
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app({"type": "http", "path": path, "method": method, "headers": []}, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_http_answers_learns_and_takes_in(served):
    app = App(served)
    status, said = call(app, "/recommend", b'{"history": ["tent2", "tent3", "gone"], "k": 2}')
    assert (status, said["items"][0]["item"], said["unknown"]) == (200, "tent4", ["gone"])
    assert call(app, "/items", '{"item": "杯子", "text": "mug"}'.encode())[0] == 200
    assert call(app, "/events", '{"item": "杯子", "history": ["mug1"]}'.encode())[0] == 200
    assert call(app, "/health", b"", "GET")[1]["items"] == len(ITEMS) + 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/recommend", b"no", 400), ("/recommend", b'{"k": "x"}', 400), ("/recommend", b'{"k": 0}', 400),
        ("/nowhere", b"{}", 404), ("/items", b'{"item": "tent1"}', 400), ("/recommend", b" " * 70_000, 413),
    ],
)  # fmt: skip
def test_http_says_what_is_wrong(served, path, body, status):
    found, said = call(App(served), path, body)
    assert found == status
    assert said["error"]["message"]
