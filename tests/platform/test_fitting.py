"""What a night's fit is given: sources mapped to the shelf's rows, and pairs that people took out of intent graphs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from magnetar.capabilities.recommendation.following import NEXT, WIDE
from magnetar.capabilities.recommendation.partners import Deeds
from magnetar.capabilities.understanding import Shelf
from magnetar.capabilities.understanding.intents import Behaviour, Level, build, graph_file
from magnetar.kernel.clock import DAY, MINUTE
from magnetar.platform.fitting import Fitter, graphs_in, taken_out, taught_in

ITEMS = 12
TITLES = [f"{name}" for name in ("露营帐篷", "营地灯", "折叠椅", "餐盘", "筷子", "洗洁精")] * 2
IDS = [f"p{one}" for one in range(ITEMS)]
NOTHING = np.zeros((0, WIDE), np.int32), np.zeros((0, WIDE), np.float32)


def shelf() -> Shelf:
    return Shelf.of(
        ids=IDS, merchants=["m"], merchant=np.zeros(ITEMS, np.int64), categories=["c"],
        category=np.zeros(ITEMS, np.int64), price=np.full(ITEMS, 10.0), scenes=np.full(ITEMS, 15, np.uint8),
        vectors=np.zeros((ITEMS, 2), np.float32),
    )  # fmt: skip


def deeds(days: int = 4, shoppers: int = 80) -> Deeds:
    """Everybody goes from an even item on to the next."""
    rng = np.random.default_rng(5)
    first = 2 * rng.integers(ITEMS // 2, size=(days, shoppers))
    who = np.tile(np.repeat(np.arange(shoppers), 2), days)
    item = np.stack([first, first + 1], axis=2).ravel()
    start = np.arange(days)[:, None] * DAY + np.arange(shoppers)[None, :] * MINUTE
    at = np.stack([start, start + 1], axis=2).ravel()
    return Deeds.of(who, item, at, np.zeros(len(who), bool))


def graph_of(known: Deeds) -> Any:
    behaviour = Behaviour.of(known.who, known.item, known.at, bought=np.zeros(len(known), bool))
    return build(behaviour, IDS, TITLES, ["c"] * ITEMS, placebo=False)


def test_an_edge_that_people_took_out_leaves_the_table_and_what_pages_follow_up(tmp_path: Path):
    known = deeds()
    graph = graph_of(known)
    links = graph.item_links
    row = int(np.flatnonzero((links.source == 0) & (links.target == 1))[0])
    edge = graph.edge_id(Level.ITEMS, row)
    before = Fitter(shelf(), IDS, TITLES, tmp_path)
    with_it = before.fit(known, NOTHING, 0, 4 * DAY)
    assert 1 in with_it.partners[0].tolist()
    graph.deleted(edge, who="li", at=1).save(graph_file(tmp_path, "m"))
    fitter = Fitter(shelf(), IDS, TITLES, tmp_path)
    assert [0, 1] in fitter.without.tolist()

    from magnetar.capabilities.recommendation.following import Following
    from magnetar.engines.memory import MemoryLog
    from magnetar.kernel.bus import Bus
    from magnetar.kernel.clock import SteppedClock

    following = Following(Bus(MemoryLog(), SteppedClock()), shelf(), 4)
    found = fitter.fit(known, NOTHING, 0, 4 * DAY)
    following.adopt(found.partners, found.strengths, 1, fitter.without)
    following.refresh()
    assert following.next.shape == (ITEMS, NEXT)
    assert 1 not in following.next[0].tolist()
    assert following.next[2, 0] == 3


def test_types_that_people_took_apart_take_their_items_apart_unless_an_edge_of_their_own_keeps_them():
    known = deeds()
    graph = graph_of(known)
    links = graph.type_links
    assert len(links)
    edge = graph.edge_id(Level.TYPES, 0)
    out = set(taken_out(graph.deleted(edge, who="li", at=1)))
    source, target = int(links.source[0]), int(links.target[0])
    alive = graph.alive(Level.ITEMS)
    own = set(zip(graph.item_links.source[alive].tolist(), graph.item_links.target[alive].tolist(), strict=True))
    for one in range(ITEMS):
        for other in range(ITEMS):
            of_types = graph.kind[one] == source and graph.kind[other] == target and one != other
            assert ((IDS[one], IDS[other]) in out) == (of_types and (one, other) not in own)


def test_an_edge_put_back_or_unknown_takes_nothing_out():
    graph = graph_of(deeds())
    edge = graph.edge_id(Level.ITEMS, 0)
    gone = graph.deleted(edge, who="li", at=1)
    assert taken_out(gone)
    assert taken_out(gone.restored(edge, who="li", at=2)) == []


def test_a_taught_model_is_asked_by_id_and_answers_in_rows_of_the_shelf():
    class Asked:
        def answer(self, history: np.ndarray, k: int, fresh: bool) -> Any:
            del k, fresh
            named = np.array([(int(history[0]) + 1) % 3, 3], np.int32)
            return SimpleNamespace(items=named, scores=np.array([2.0, 1.0]), shares=np.ones((2, 8)))

    model = SimpleNamespace(items=["p7", "p5", "p9", "unknown here"], recommender=Asked())
    partners, shares = Fitter(shelf(), IDS, TITLES).asked(cast(Any, model))
    assert partners[7, 0] == 5
    assert partners[5, 0] == 9
    assert partners[9, 0] == 7
    assert (partners[7, 1:] == -1).all()  # what only the model knows is left out
    assert (shares[partners < 0] == 0.0).all()
    assert (partners[[0, 1, 2]] == -1).all()


def test_without_graphs_or_models_there_is_nothing_to_take_out_and_nobody_to_ask(tmp_path: Path):
    assert graphs_in(tmp_path, ["m", "../odd"]) == []
    assert taught_in(tmp_path) is None
    assert Fitter(shelf(), IDS, TITLES, tmp_path).without.shape == (0, 2)
