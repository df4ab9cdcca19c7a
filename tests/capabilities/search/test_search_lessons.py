"""What an engine learned outlives the process, first answers wait for nothing, and a worse engine does not take over."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from magnetar.capabilities.catalogue import CatalogueImported
from magnetar.capabilities.search import ENGINES, Heard, SearchEngine, SearchService
from magnetar.capabilities.search import service as searching
from magnetar.capabilities.search.fusion import Gate
from magnetar.capabilities.search.keeping import MAGIC, Keeper, as_bytes, code_version, from_bytes
from magnetar.capabilities.search.keywords import heads_of, phrases_of
from magnetar.capabilities.search.lessons import changed_share, held_out, judge
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import Platform, assemble
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


def product(id: str, title: str, **more: object) -> Product:
    return Product(ProductId(id), MerchantId("demo"), title, Money.of(50), stock=9, **more)  # type: ignore[arg-type]


THINGS = ("折叠椅 chair", "保温杯 thermos", "雨伞 umbrella", "鼠标 mouse", "围巾 scarf", "台灯 lamp")
KINDS = ("红色 red", "灰色 grey", "木质 wooden", "便携 portable", "静音 silent")
GOODS = [
    product(f"{thing.split()[1]}-{kind.split()[1]}", f"{kind.split()[0]}{thing.split()[0]}", category=thing.split()[0],
            title_en=f"{kind.split()[1]} {thing.split()[1]}")
    for thing in THINGS for kind in KINDS
]  # fmt: skip
QUERIES = ("灰色围巾", "wooden chair", "wirless mouse", "静音", "折叠伞", "plush")


@pytest.fixture(scope="module")
def taught() -> SearchEngine:
    return SearchEngine.open(GOODS)


@pytest.fixture(scope="module")
def file(taught: SearchEngine) -> bytes:
    state = taught.state()
    assert state is not None
    return as_bytes(state, "demo", 1)


def ranked(engine: SearchEngine) -> list[list[tuple[str, float]]]:
    return [
        [(hit.id, hit.score) for hit in engine.search(query, engine=name).hits] for query in QUERIES for name in ENGINES
    ]


def test_an_engine_read_from_its_file_answers_as_the_one_that_was_kept(taught: SearchEngine, file: bytes):
    again = SearchEngine.open(GOODS, taught=False)
    again.adopt(from_bytes(file, "demo", 1))
    assert again.learned
    assert ranked(again) == ranked(taught)
    assert again.semantic_id(("demo", "lamp-red")) == taught.semantic_id(("demo", "lamp-red")) != ()


def test_products_in_another_order_come_gone_and_rewritten_are_all_found_where_they_belong(file: bytes):
    now = [product("new-1", "竹制蒸笼"), *reversed(GOODS[2:-1]), replace(GOODS[-1], title="钛合金炒锅", title_en="Wok")]
    engine = SearchEngine.open(now, taught=False)
    engine.adopt(from_bytes(file, "demo", 1))
    for query, name in (("蒸笼", "new-1"), ("炒锅", GOODS[-1].id), ("灰色围巾", "scarf-grey")):
        for way in ("hybrid", "generated"):
            assert name in [hit.id for hit in engine.search(query, engine=way).hits], (query, way)
    gone = {GOODS[0].id, GOODS[1].id}
    assert not gone & {hit.id for way in ENGINES for hit in engine.search("折叠椅 chair", 100, engine=way).hits}


@pytest.mark.parametrize("merchant", ["", "other"])
def test_another_merchant_s_file_is_refused(file: bytes, merchant: str):
    with pytest.raises(ValueError, match="another merchant"):
        from_bytes(file, merchant, 1)


def test_a_file_of_another_seed_or_other_code_is_refused(file: bytes, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ValueError, match="another seed"):
        from_bytes(file, "demo", 2)
    assert len(code_version()) == 64
    monkeypatch.setattr("magnetar.capabilities.search.keeping.code_version", lambda: "later")
    with pytest.raises(ValueError, match="version of the code"):
        from_bytes(file, "demo", 1)


@pytest.mark.parametrize("place", [0, 20, 60, 5_000, -1])
def test_a_file_with_a_single_bit_turned_is_refused(file: bytes, place: int):
    broken = bytearray(file)
    broken[place] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        from_bytes(bytes(broken), "demo", 1)


def signed(body: dict[str, object]) -> bytes:
    """A file whose digest is right, whatever it says."""
    import hashlib

    data = msgspec.msgpack.encode(body)
    return MAGIC + hashlib.sha256(data).digest() + data


def _shape(body: dict[str, dict[str, dict[str, object]]]) -> None:
    body["arrays"]["dense"]["shape"] = [1, 1]


def _huge(body: dict[str, dict[str, dict[str, object]]]) -> None:
    body["arrays"]["dense"]["shape"] = [2**40, 2**40]


def _kind(body: dict[str, dict[str, dict[str, object]]]) -> None:
    body["arrays"]["basis"]["kind"] = "O8"


def _none(body: dict[str, dict[str, dict[str, object]]]) -> None:
    body["arrays"]["basis"]["data"] = b"\xff" * len(body["arrays"]["basis"]["data"])  # type: ignore[arg-type]


def _missing(body: dict[str, dict[str, dict[str, object]]]) -> None:
    del body["arrays"]["tree.nodes"]


def _leaves(body: dict[str, dict[str, dict[str, object]]]) -> None:
    body["arrays"]["tree.row"]["data"] = np.zeros_like(
        np.frombuffer(body["arrays"]["tree.row"]["data"], np.int32)  # type: ignore[arg-type]
    ).tobytes()


def _features(body: dict[str, dict[str, dict[str, object]]]) -> None:
    found = np.frombuffer(body["arrays"]["tree.features"]["data"], np.int32).copy()  # type: ignore[arg-type]
    found[-1] = 2**30
    body["arrays"]["tree.features"]["data"] = found.tobytes()


def _gate(body: dict[str, object]) -> None:
    body["gate"] = [float("nan")] * 11


def _twice(body: dict[str, list[object]]) -> None:
    body["keys"][1] = body["keys"][0]


@pytest.mark.parametrize("spoil", [_shape, _huge, _kind, _none, _missing, _leaves, _features, _gate, _twice])
def test_a_file_whose_parts_do_not_fit_is_refused_though_its_digest_is_right(file: bytes, spoil: Callable[..., None]):
    body = msgspec.msgpack.decode(file[len(MAGIC) + 32 :])
    assert from_bytes(signed(body), "demo", 1).keys
    spoil(body)
    with pytest.raises(ValueError, match=r"fit|is not what it says"):
        from_bytes(signed(body), "demo", 1)


def test_a_tree_that_bites_its_tail_is_refused_and_the_engine_stays_as_it_was(file: bytes):
    learned = from_bytes(file, "demo", 1)
    assert learned.tree is not None
    up = learned.tree.up.copy()
    up[1] = len(up) - 1
    engine = SearchEngine.open(GOODS, taught=False)
    before = ranked(engine)
    with pytest.raises(ValueError, match="no place"):
        engine.adopt(replace(learned, tree=replace(learned.tree, up=up)))
    assert ranked(engine) == before
    assert not engine.learned


def test_what_is_not_such_a_file_is_refused():
    for data in (b"", b"PK\x03\x04", MAGIC, MAGIC + bytes(40), signed({"keys": 3})):
        with pytest.raises(ValueError, match=r"damaged|read"):
            from_bytes(data, "demo", 1)


# ---- the service: lessons behind the answers


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    found = opened(tmp_path)
    upload(found, GOODS)
    yield found
    found.close()


def opened(home: Path) -> Platform:
    """A platform of this home; several may be open, as their events are not kept."""
    return assemble(Settings(home=home, event_log="memory"))


def upload(platform: Platform, products: list[Product]) -> None:
    """Products come by a feed."""
    platform.catalogue.put("demo", products)
    platform.runtime.bus.publish(CatalogueImported("demo", "test", len(products), len(products), 0, 0, 0))


def finish(service: SearchService) -> None:
    """Wait for lessons under way."""
    worker = service._worker
    if worker is not None:
        worker.join(60.0)
    assert not service.busy
    assert not service.trouble


def test_the_first_answer_comes_from_words_and_says_so_and_the_lesson_follows(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    service, go = platform.search, threading.Event()
    whole = SearchEngine.learn
    monkeypatch.setattr(SearchEngine, "learn", lambda engine, log=(): (go.wait(60.0), whole(engine, log)))
    first = service.search("灰色围巾", "demo")
    assert first.engine == "lexical"
    assert first.hits[0].id == "scarf-grey"
    assert "learning" in [one.kind for one in first.notes]
    upload(platform, [product("late", "竹制蒸笼")])
    assert service.search("蒸笼", "demo").hits[0].id == "late"  # while the lesson waits
    go.set()
    finish(service)
    after = service.search("灰色围巾", "demo")
    assert (after.engine, after.hits[0].id, after.notes) == ("hybrid", "scarf-grey", ())
    assert service.search("蒸笼", "demo").hits[0].id == "late"
    assert service.generation("demo") >= 1


def test_a_restart_finds_the_engine_and_has_nothing_to_learn(platform: Platform, tmp_path: Path):
    platform.search.learn("demo")
    again = opened(tmp_path)
    assert not again.search.due("demo")
    assert again.search.search("灰色围巾", "demo").engine == "hybrid"
    assert not again.search.busy
    again.close()


def test_a_broken_file_is_learned_anew_and_replaced(platform: Platform, tmp_path: Path):
    platform.search.learn("demo")
    kept = Keeper(tmp_path / "search")
    kept.file("demo").write_bytes(b"not an engine")
    again = opened(tmp_path)
    assert again.search.search("灰色围巾", "demo").engine == "lexical"
    finish(again.search)
    assert kept.read("demo", again.search._seed) is not None
    assert not kept.trouble
    assert [one.name for one in (tmp_path / "search").iterdir()] == [kept.file("demo").name]
    again.close()


def test_a_home_that_takes_no_file_still_answers(platform: Platform, tmp_path: Path):
    (tmp_path / "search").write_text("in the way")
    assert platform.search.learn("demo") is not None
    assert platform.search.search("灰色围巾", "demo").engine == "hybrid"


def test_a_store_in_memory_writes_no_engine(tmp_path: Path):
    found = assemble(Settings(home=tmp_path, store="memory", event_log="memory"))
    found.catalogue.put("demo", GOODS)
    found.search.learn("demo")
    assert found.search.search("灰色围巾", "demo").engine == "hybrid"
    assert list(tmp_path.iterdir()) == []
    found.close()


def test_new_texts_are_learned_behind_the_answers_and_new_prices_are_not(platform: Platform):
    service = platform.search
    service.learn("demo")
    upload(platform, [replace(one, price=Money.of(9)) for one in GOODS])
    assert service.search("灰色围巾", "demo").engine == "hybrid"
    assert not service.due("demo")
    upload(platform, [product(f"n{n}", f"竹制蒸笼 {n} 层") for n in range(3)])
    assert service.due("demo")
    found = service.search("蒸笼", "demo")
    assert (found.engine, found.hits[0].id[0]) == ("hybrid", "n")  # the engine of before answers
    finish(service)
    assert not service.due("demo")
    assert service.verdicts()[0].products == len(GOODS) + 3


def test_a_worse_engine_is_kept_out_and_said_to_be(platform: Platform, monkeypatch: pytest.MonkeyPatch):
    service = platform.search
    service.learn("demo")
    good, whole = service.engine("demo"), SearchEngine.learn

    def spoilt(engine: SearchEngine, log: object = ()) -> None:
        whole(engine)
        engine.gate = Gate((-1.0,) * 11)

    monkeypatch.setattr(SearchEngine, "learn", spoilt)
    verdict = service.learn("demo")
    assert verdict is not None
    assert not verdict.takes_over
    assert verdict.found < verdict.before
    assert service.engine("demo") is good
    assert service.verdicts()[0] == verdict
    assert not service.due("demo")  # not again before something changes


def test_an_equal_engine_takes_over(taught: SearchEngine):
    verdict = judge(taught, taught, (), at=5, merchant="demo", seed=1)
    assert verdict.takes_over
    assert (verdict.low, verdict.found, verdict.at) == (0.0, verdict.before, 5)
    assert verdict.made_up > 30


def test_choices_of_held_out_queries_judge_and_the_others_teach(platform: Platform, monkeypatch: pytest.MonkeyPatch):
    service = platform.search
    queries = [f"夜里用的 {n}" for n in range(60)]
    service.note_many([Heard("demo", query, "lamp-red", 2) for query in queries])
    seen: list[str] = []
    whole = SearchEngine.learn
    monkeypatch.setattr(
        SearchEngine, "learn", lambda engine, log=(): (seen.extend(query for query, _ in log), whole(engine, log))
    )
    service.learn("demo")
    verdict = service.learn("demo")
    assert verdict is not None
    assert verdict.chosen == sum(map(held_out, queries)) > 0
    assert set(seen) == {query for query in queries if not held_out(query)}


def test_a_lesson_that_fails_leaves_the_engine_and_says_why(platform: Platform, monkeypatch: pytest.MonkeyPatch):
    def broken(engine: SearchEngine, log: object = ()) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(SearchEngine, "learn", broken)
    service = platform.search
    assert service.search("灰色围巾", "demo").hits
    worker = service._worker
    assert worker is None or worker.join(60.0) is None
    assert "no room" in service.trouble
    assert service.search("灰色围巾", "demo").hits
    assert not service.busy  # it does not try again with every query


def test_verdicts_are_kept_up_to_a_number(platform: Platform, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searching, "TOLD", 2)
    monkeypatch.setattr(SearchEngine, "learn", lambda engine, log=(): None)
    for _ in range(4):
        platform.search.learn("demo")
    assert len(platform.search.verdicts()) == 2


def test_a_closed_service_begins_no_lesson(platform: Platform):
    platform.search.close()
    assert platform.search.begin("demo") is False
    assert platform.search.learn("demo") is None


def test_an_empty_catalogue_has_nothing_to_learn(tmp_path: Path):
    found = opened(tmp_path)
    assert not found.search.due("nobody")
    assert found.search.search("椅子", "nobody").hits == ()
    assert not found.search.busy
    found.close()


def test_shares_of_change_count_what_came_went_and_was_rewritten():
    then = {("m", str(n)): "a" for n in range(10)}
    assert changed_share(then, then) == 0.0
    assert changed_share({**then, ("m", "0"): "b"}, then) == 0.1
    assert changed_share({}, then) == 1.0
    assert changed_share({}, {}) == 0.0


# ---- what a product is called


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("折叠收纳箱 带盖", "收纳箱"), ("植绒衣架 20只", "衣架"), ("透明手机壳", "手机壳"), ("电子厨房秤 0.1g", "厨房秤"),
        ("不锈钢保温杯", "保温杯"), ("洗衣凝珠 52颗", "凝珠"), ("空气炸锅 5L", "炸锅"), ("雪", "雪"), ("🙂", ""),
    ],
)  # fmt: skip
def test_a_title_s_head_is_cut_where_its_words_end(title: str, head: str):
    assert next(iter(heads_of(product("x", title))), "") == head


def test_keywords_hold_no_half_word_no_measure_and_no_turned_meaning():
    found = phrases_of(product("x", "青釉餐盘 8英寸 4只装 防滑不留痕 304不锈钢"))
    assert "不锈钢餐盘" in found
    assert "不留痕餐盘" in found
    assert not [one for one in found if "英寸" in one or "只装" in one or one == "留痕餐盘"]
    assert not [one for one in phrases_of(product("x", "布艺折叠收纳箱")) if "折叠纳箱" in one or one.startswith("纳")]
