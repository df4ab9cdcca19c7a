"""The intent graph: what is mined, what is not, and that a score is its paths."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.understanding.intents import (
    Behaviour,
    Blend,
    IntentGraph,
    Level,
    Matcher,
    Relation,
    Standing,
    build,
    explain,
    head_words,
    kinds_of,
    mine,
    neighbours,
    rank_of,
)
from magnetar.capabilities.understanding.intents.explaining import as_json
from magnetar.capabilities.understanding.intents.matching import PRIOR
from magnetar.capabilities.understanding.intents.mining import STRENGTH
from magnetar.capabilities.understanding.intents.nearby import Why
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, NotFound

TITLES = [
    "自动速开帐篷 3人", "双人徒步帐篷", "户外电源 600W", "折叠椅 便携", "陶瓷餐盘 8英寸", "鸡翅木筷子 10双", "柠檬洗洁精 1kg", "蓝牙耳机",
]  # fmt: skip
ITEMS = [f"p{number}" for number in range(len(TITLES))]
CAMP, TABLE = [0, 1, 2, 3], [4, 5, 6]


def shopping(shoppers: int = 300, seed: int = 5) -> Behaviour:
    """Campers buy two camping goods in one basket, cooks two of the table; everybody now and then earphones."""
    rng = np.random.default_rng(seed)
    who, what, at, basket = [], [], [], []
    for shopper in range(shoppers):
        goods = CAMP if shopper % 2 else TABLE
        for visit in range(2):
            bought = [*rng.choice(goods, 2, replace=False), *([7] if rng.random() < 0.3 else [])]
            for item in bought:
                who.append(shopper)
                what.append(int(item))
                at.append((visit * 10 + int(rng.integers(3))) * DAY)
                basket.append(visit)
    return Behaviour.of(who, what, at, basket)


@pytest.fixture(scope="module")
def graph() -> IntentGraph:
    return build(shopping(), ITEMS, TITLES, seed=3)


# ---- behaviour and types


def test_events_come_in_time_order_by_shopper_with_baskets_whole():
    # two baskets of shopper 0 overlap in time
    told = Behaviour.of([1, 0, 0, 0], [9, 1, 2, 3], [5, 1, 2, 3], [7, 7, 8, 7])
    assert told.item.tolist() == [1, 3, 2, 9]
    assert told.basket.tolist() == [0, 0, 1, 2]


def test_a_pause_ends_a_visit_where_no_basket_is_named():
    told = Behaviour.of([0, 0, 0], [1, 2, 3], [0, 60_000_000, 2 * DAY])
    assert told.basket.tolist() == [0, 0, 1]


def test_events_without_a_shopper_or_an_item_are_left_out():
    assert len(Behaviour.of([-1, 0, 0], [1, -1, 2])) == 1
    with pytest.raises(ValueError, match="one length"):
        Behaviour.of([0], [1, 2])


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("釉野青釉陶瓷餐盘 8英寸 4只装", "餐盘"),
        ("SET/20 RED RETROSPOT PAPER NAPKINS ", "napkins"),
        ("PACK OF 60 PINK PAISLEY CAKE CASES", "cases"),
        ("Folding Camp Chair, Beech Arms, 120 kg", "chair"),
        ("露营视频", "视频"),
    ],
)
def test_the_head_of_a_title_is_its_last_noun(title: str, head: str):
    assert head_words(title)[-1] == head


def test_a_title_without_words_is_of_no_type_unless_its_category_says_so():
    kinds = kinds_of(["🙂🙂", "", "x" * 10_000, "12345"], ["", "家居 > 餐具", "", ""])
    assert kinds.of[0] == -1
    assert kinds.names[kinds.of[1]] == "餐具"
    assert kinds.of[3] == -1


def test_a_film_keeps_the_word_that_says_its_scene():
    assert kinds_of(["露营视频"]).names == ["露营视频"]


# ---- mining


def test_what_is_bought_together_is_an_edge_and_what_is_not_is_none():
    told = shopping()
    mined = mine(told, len(ITEMS), least=3, chance=Chance(1))
    pairs = {
        (int(a), int(b))
        for a, b in zip(mined.edges.source[mined.edges.kept], mined.edges.target[mined.edges.kept], strict=True)
    }
    assert (4, 5) in pairs
    assert (5, 4) in pairs
    assert not any((a in CAMP) != (b in CAMP) for a, b in pairs if 7 not in (a, b))
    assert mined.placebo <= 0.1 * len(pairs)


def test_nothing_goes_with_anything_in_shuffled_shopping():
    told = shopping(600).shuffled(Chance(2))
    assert mine(told, len(ITEMS)).edges.kept.sum() <= 1


def test_shuffling_keeps_how_often_each_item_comes():
    told = shopping()
    assert np.bincount(told.shuffled(Chance(2)).item).tolist() == np.bincount(told.item).tolist()


def test_the_lift_is_shrunken_towards_one():
    # one basket of two in four: each comes once or twice; joint 3 times of which little is expected
    told = Behaviour.of([0, 0, 1, 1, 2, 2], [0, 1] * 3, [0] * 6, [0, 0, 1, 1, 2, 2])
    edges = mine(told, 2, least=3).edges
    support, expected = 3.0, 3 * 3 * (3 * 2) / 36
    assert edges.support.tolist() == [support, support]
    assert edges.lift == pytest.approx((STRENGTH + support) / (STRENGTH + expected))
    assert (edges.low < edges.lift).all()
    assert (edges.lift < edges.high).all()


def test_who_comes_first_is_found_and_how_long_it_takes():
    # tents first, ten days later the power station: forty shoppers, never the other way round
    who = np.repeat(np.arange(40), 2)
    told = Behaviour.of(who, np.tile([0, 1], 40), np.tile([0, 10 * DAY], 40), np.tile([0, 1], 40))
    edges = mine(told, 2).edges
    row = int(np.flatnonzero((edges.source == 0) & (edges.target == 1))[0])
    assert edges.direction[row] == 1
    assert edges.after[row] == 40
    assert edges.lag[row] / DAY == pytest.approx(10.0)


def test_what_is_looked_at_together_and_never_bought_together_is_a_substitute():
    rng = np.random.default_rng(1)
    who, what, bought = [], [], []
    for shopper in range(400):
        pair = [0, 1] if shopper % 2 else [int(one) for one in rng.choice([2, 3, 4, 5], 2, replace=False)]
        chosen = int(rng.integers(2))
        for place, item in enumerate(pair):
            who += [shopper] * 2
            what += [item] * 2
            bought += [False, place == chosen or not shopper % 2]
    keep = np.array([not buys or True for buys in bought])
    looked = Behaviour.of(
        np.array(who)[keep], np.array(what)[keep], np.zeros(len(who)), np.zeros(len(who)), np.zeros(len(who), bool)
    )
    both = Behaviour(
        looked.shopper, looked.item, looked.at, looked.basket, np.array(bought)[np.lexsort((np.zeros(len(who)), who))]
    )
    buys_only_one = both.bought & np.isin(both.item, [0, 1])
    # of the pair 0 and 1 each shopper buys one only
    for shopper in range(1, 400, 2):
        rows = np.flatnonzero(buys_only_one & (both.shopper == shopper))
        both.bought[rows[1:]] = False
    edges = mine(both, 6, kind_of=np.array([0, 0, 1, 2, 3, 4])).edges
    row = int(np.flatnonzero((edges.source == 0) & (edges.target == 1))[0])
    assert edges.relation[row] == Relation.SUBSTITUTE


def test_no_events_no_items_and_one_item_give_an_empty_graph():
    for items in ([], ["p0"], ITEMS):
        made = build(Behaviour.of([], []), items, ["帐篷"] * len(items))
        matcher = Matcher(made)
        assert matcher.recommend([])[0].tolist() == []
        assert matcher.scores([[], [0] if items else []]).shape == (2, len(items))


# ---- needs and hypotheses


def test_mined_needs_keep_campers_and_cooks_apart(graph: IntentGraph):
    camp = {int(graph.kind[item]) for item in CAMP}
    for need in graph.needs:
        if need.source == "mining":
            assert not (set(need.types) & camp) or not (set(need.types) & {int(graph.kind[item]) for item in TABLE})


def test_scenes_are_hypotheses_without_data_and_supported_with_them(graph: IntentGraph):
    bare = build(Behaviour.of([], []), ITEMS, TITLES)
    assert {one.status for one in bare.needs} == {"hypothesis"}
    assert (bare.type_links.standing == Standing.HYPOTHESIS).all()
    assert {one.name: one.status for one in graph.needs}["露营过夜"] == "supported"


def test_a_tent_leads_to_a_power_station_over_camping(graph: IntentGraph):
    found = explain(Matcher(graph), [0], 2)
    needs = {graph.needs[one.need].name for one in found.paths if one.need >= 0}
    assert "露营过夜" in needs
    assert found.rank < explain(Matcher(graph), [0], 5).rank


# ---- the score is its paths


@settings(deadline=None, max_examples=25)
@given(history=st.lists(st.integers(-1, 9), max_size=12), item=st.integers(0, len(ITEMS) - 1))
def test_shares_of_paths_add_up_and_cutting_all_leaves_nothing(history: list[int], item: int):
    made = _cached()
    matcher = Matcher(made, Blend(types=0.5, again=1.0))
    paths = matcher.paths(history, item)
    score = matcher.scores([history])[0][item]
    assert sum(one.share for one in paths) == pytest.approx(1.0 if score > 0 else 0.0)
    assert matcher.without(history, paths)[item] == pytest.approx(0.0, abs=1e-12)
    for one in paths:
        assert matcher.without(history, [one])[item] == pytest.approx(score * (1.0 - one.share))


_KEPT: list[IntentGraph] = []


def _cached() -> IntentGraph:
    if not _KEPT:
        _KEPT.append(build(shopping(), ITEMS, TITLES, seed=3))
    return _KEPT[0]


def test_a_history_alone_scores_as_it_does_among_others(graph: IntentGraph):
    matcher = Matcher(graph, Blend(again=0.5))
    histories = [[0, 2], [], [4, 4, 5], [99, -3], list(range(8)) * 60]
    together = matcher.scores(histories)
    for row, history in enumerate(histories):
        assert (matcher.scores([history])[0] == together[row]).all()


def test_cutting_the_needed_paths_takes_the_item_out(graph: IntentGraph):
    matcher = Matcher(graph)
    [best, *_] = matcher.recommend([0, 3], 2)[0].tolist()
    needed = matcher.needed([0, 3], best, 2)
    assert needed
    assert needed[0].edge != PRIOR
    assert rank_of(matcher.without([0, 3], needed), best) > 2
    assert rank_of(matcher.without([0, 3], needed[:-1]), best) <= 2


def test_an_empty_history_has_the_prior_alone(graph: IntentGraph):
    found = explain(Matcher(graph), [], 4)
    assert [one.edge for one in found.paths] == [PRIOR]
    assert as_json(graph, found, [])["paths"][0]["evidence"] == {"kind": "prior"}
    with pytest.raises(ValueError, match="items 0 to 7"):
        explain(Matcher(graph), [], 8)


# ---- edges taken out, saved, and put back


def test_a_deleted_edge_carries_nothing_and_is_remembered(graph: IntentGraph, tmp_path: Path):
    edges = [f"i:{ITEMS[source]}>p2" for source in (0, 1, 3)] + [
        graph.edge_id(Level.TYPES, row)
        for row in range(len(graph.type_links))
        if graph.type_links.target[row] == graph.kind[2]
    ]
    cut = graph
    for edge in edges:
        cut = cut.deleted(edge, who="li", at=7, reason="试试")
    assert {one.edge for one in Matcher(cut).paths([0, 3], 2)} <= {PRIOR}
    assert cut.version != graph.version
    cut.save(tmp_path / "graph.npz")
    again = IntentGraph.load(tmp_path / "graph.npz")
    assert again.version == cut.version
    assert again.audit == cut.audit
    back = again
    for edge in edges:
        back = back.restored(edge, who="li", at=8)
    assert back.version == graph.version
    assert (Matcher(back).scores([[0, 3]]) == Matcher(graph).scores([[0, 3]])).all()
    assert [one.action for one in back.audit] == ["delete"] * len(edges) + ["restore"] * len(edges)


@pytest.mark.parametrize("edge", ["", "t:", "i:p0>p0", "i:nobody>p1", "x:p0>p1", "t:帐篷>帐篷", "💥"])
def test_an_unknown_edge_is_refused(graph: IntentGraph, edge: str):
    with pytest.raises(NotFound, match="no edge"):
        graph.deleted(edge, who="li", at=1)
    with pytest.raises(NotFound, match="was not taken out"):
        graph.restored(edge, who="li", at=1)


def test_names_with_arrows_can_be_edges():
    made = build(shopping(), [f"a>{item}%" for item in ITEMS], TITLES, placebo=False)
    edge = made.edge_id(Level.ITEMS, 0)
    assert made.find(edge) == (Level.ITEMS, 0)


def test_a_missing_or_broken_graph_says_what_to_do(tmp_path: Path):
    with pytest.raises(NotFound, match="magnetar understand intents"):
        IntentGraph.load(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"not a graph")
    with pytest.raises(BadInput, match="Mine it again"):
        IntentGraph.load(tmp_path / "bad.npz")


# ---- neighbours


def test_neighbours_hold_what_goes_with_an_item_the_strongest_first(graph: IntentGraph):
    near = neighbours(graph, 3)
    assert near.items.shape == near.weights.shape == near.why.shape == (len(ITEMS), 3)
    assert near.items.dtype == np.int32
    assert near.weights.dtype == np.float32
    assert set(near.items[5].tolist()) & {4, 6}
    assert near.weights[5, 0] == 1.0
    assert (np.diff(near.weights, axis=1) <= 0).all()
    assert not (near.items == np.arange(len(ITEMS))[:, None]).any()
    assert near.why[5, 0] == Why.FOLLOWS


def test_neighbours_agree_with_the_scores(graph: IntentGraph):
    scores = Matcher(graph, Blend(prior=0.0)).scores([[0]])[0]
    scores[0] = 0.0
    near = neighbours(graph, 1)
    assert near.items[0, 0] == int(np.argmax(scores))


def test_an_item_without_neighbours_has_a_row_of_nothing():
    near = neighbours(build(Behaviour.of([], []), ["p0"], ["帐篷"]), 4)
    assert near.items.tolist() == [[-1] * 4]
    assert near.why.tolist() == [[Why.NOTHING] * 4]
    with pytest.raises(ValueError, match="k must be positive"):
        neighbours(build(Behaviour.of([], []), ["p0"], ["帐篷"]), 0)
