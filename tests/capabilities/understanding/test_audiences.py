"""Audiences: each has a reason, segments follow what was clicked, look-alikes find their kind, reaching out keeps its limits."""

import numpy as np
import pytest

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Served, Viewed
from magnetar.capabilities.understanding import (
    Audience,
    Deed,
    Event,
    Goods,
    Population,
    Predictor,
    Shelf,
    auc,
    by_cosine,
    by_regression,
    draw_portrait,
    expand,
    expansion_mask,
    make_card,
    rank_audiences,
    rank_cohorts,
    rank_segments,
    shopper_vectors,
)
from magnetar.capabilities.understanding.audiences import Reason, fits, segment_members
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, SteppedClock
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

NAMES = ["camp", "kitchen", "desk"]


def taught() -> Predictor:
    """Three segments of ten shoppers; those of camp also click kitchen, nobody of desk does."""
    shelf = Shelf.of(
        ids=["tent", "pan", "pen"], merchants=["m"], merchant=np.zeros(3, np.int64), categories=NAMES,
        category=np.arange(3), price=np.full(3, 30.0), scenes=np.full(3, 15, np.uint8),
    )  # fmt: skip
    bus = Bus(MemoryLog(), SteppedClock(0))
    predictor = Predictor(bus, shelf, 30)
    for shopper in range(30):
        item = np.full((1, POSITIONS), -1, np.int32)
        item[0, :3] = [0, 1, 2]
        zeros = np.zeros((1, POSITIONS))
        pages = Served(
            tick=0, request=np.array([shopper], np.uint64), shopper=np.array([shopper], np.int32), scene=np.zeros(1, np.int8),
            item=item, group=np.full((1, POSITIONS), -1, np.int32), charge=zeros.astype(np.int64),
            click_rate=zeros.astype(np.float32), order_rate=zeros.astype(np.float32), reason=zeros.astype(np.int8),
        )  # fmt: skip
        likes = [shopper // 10] + ([1] if shopper < 10 and shopper % 2 else [])
        for _ in range(8):
            bus.publish(Viewed(pages=pages, depth=np.array([3], np.int8)))
            for what in likes if _ < 6 else likes[:1]:
                one = np.array([what], np.int32)
                bus.publish(Clicked(at=np.zeros(1, np.int64), request=pages.request, position=np.zeros(1, np.int8),
                                    shopper=pages.shopper, scene=pages.scene, item=one, group=np.full(1, -1, np.int32)))  # fmt: skip
    predictor.refresh(0)
    predictor.regroup()
    predictor.refresh(1)
    predictor.bring_up_all()
    return predictor


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return taught()


def test_the_segment_that_likes_a_category_comes_first_and_its_clickers_second(predictor: Predictor) -> None:
    ranked = rank_segments(predictor, 1)
    assert [one.name for one in ranked][:2] == ["segment:kitchen", "segment:camp"]
    assert all(one.reasons and one.low < one.response < one.high for one in ranked)
    assert sum(one.size for one in ranked) == 30


def test_a_starting_mask_holds_the_items_own_segment(predictor: Predictor) -> None:
    mask, ranked = rank_audiences(predictor, 2, share=0.1)
    assert mask & (1 << 2)
    assert len(ranked) == 3
    assert len(segment_members(predictor, mask)) == sum(one.size for one in ranked if one.mask & mask)


def test_reaching_out_takes_the_nearest_segment_and_says_why(predictor: Predictor) -> None:
    core = 1 << 1
    mask, reasons = expansion_mask(predictor, 1, core, new_share=0.1, furthest=2.0)
    assert mask & core
    assert mask.bit_count() == 2
    assert len(reasons) == 1
    alone, none = expansion_mask(predictor, 1, core, new_share=0.1, furthest=0.0)
    assert (alone, none) == (core, ())


def test_an_audience_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="reason"):
        Audience("a", "甲", "a", "segment", 1, 0.1, 0.0, 0.2, ())


# ---- cohorts and fit

GOODS = {
    **{name: Goods("户外", 0.9, frozenset({"camping"})) for name in ("tent", "stove", "mat")},
    **{f"o{n}": Goods("别的", 0.5, frozenset()) for n in range(60)},
}


def portraits(campers: int, others: int):
    population = Population.of(GOODS)
    now = 10 * DAY
    kit = [Event(1, Deed.ORDER, name) for name in ("tent", "stove", "mat")]
    camp = [draw_portrait(f"c{n}", kit, population, now) for n in range(campers)]
    return [*camp, *(draw_portrait(f"o{n}", [Event(n, Deed.ORDER, "o1")], population, now) for n in range(others))]


def test_a_cohort_is_ranked_by_the_share_who_bought_and_small_ones_are_not_named() -> None:
    card = make_card(Product(ProductId("t"), MerchantId("m"), "露营帐篷", Money.of(9)))
    some = portraits(12, 20)
    assert some[0].identities[0].probability > 0.5
    bought = np.array([True] * 9 + [False] * 23)
    [cohort] = rank_cohorts(card, some, bought)
    assert cohort.name == "cohort:camper"
    assert cohort.size == 12
    assert 9 / 32 < cohort.response < 9 / 12
    assert "camping" in cohort.reasons[0].en
    assert rank_cohorts(card, some[8:], bought[8:]) == []


def test_portraits_and_flags_must_match() -> None:
    card = make_card(Product(ProductId("t"), MerchantId("m"), "帐篷", Money.of(9)))
    with pytest.raises(ValueError, match="one flag"):
        rank_cohorts(card, portraits(1, 1), np.zeros(3, bool))


def test_a_fitting_portrait_gives_its_reasons() -> None:
    card = make_card(Product(ProductId("t"), MerchantId("m"), "露营帐篷", Money.of(9)))
    camper, other = portraits(1, 1)
    score, reasons = fits(card, camper)
    assert score > fits(card, other)[0] == 0.0
    assert any("camping" in one.en for one in reasons)


# ---- look-alikes


def test_look_alikes_of_one_kind_outrank_the_other_kind() -> None:
    rng = np.random.default_rng(3)
    kind = np.repeat([0, 1], 100)
    vectors = np.eye(4)[kind] + 0.3 * rng.normal(size=(200, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    seeds = np.zeros(200, bool)
    seeds[:15] = True
    for scores in (by_cosine(vectors, seeds), by_regression(vectors, seeds)):
        assert auc(scores[15:], kind[15:] == 0) > 0.95


def test_no_seeds_or_nothing_but_seeds_rank_nobody_above_anybody() -> None:
    vectors = np.eye(3)
    assert set(by_cosine(vectors, np.zeros(3, bool))) == {0.0}
    assert set(by_regression(vectors, np.zeros(3, bool))) == {0.5}
    assert set(by_regression(vectors, np.ones(3, bool))) == {0.5}


def test_auc_by_hand_and_without_a_class() -> None:
    assert auc(np.array([3.0, 1.0, 2.0]), np.array([True, False, False])) == 1.0
    assert auc(np.array([1.0, 1.0]), np.array([True, False])) == 0.5
    assert np.isnan(auc(np.array([1.0]), np.array([True])))


def test_a_shoppers_vector_is_the_mean_of_what_was_chosen() -> None:
    found = shopper_vectors(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1.0, 1.0, 2.0]), np.eye(2), 3)
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0.0, 1.0], [0.0, 0.0]]))


# ---- 破圈


def group(name: str, members: list[int], response: float) -> Audience:
    flags = np.isin(np.arange(6), members)
    return Audience(
        name, name, name, "cohort", len(members), response, 0.0, 1.0, (Reason("因", "why", {}),), members=flags
    )


def test_reaching_out_wants_new_people_who_are_not_too_far() -> None:
    vectors = np.array([[1, 0], [1, 0], [0.9, 0.436], [0.9, 0.436], [0, 1], [0, 1.0]])
    core = np.isin(np.arange(6), [0, 1])
    near, far, same = group("near", [1, 2, 3], 0.2), group("far", [4, 5], 0.9), group("same", [0, 1, 2], 0.5)
    found = expand([near, far, same], core, vectors, new_share=0.5, furthest=0.6)
    assert found is not None
    assert (found.name, found.size) == ("expansion:near", 2)  # far is too far, same has a third of new people
    assert found.members is not None
    assert not (found.members & core).any()
    assert expand([same], core, vectors, new_share=0.5, furthest=0.6) is None
    assert expand([], core, vectors) is None
