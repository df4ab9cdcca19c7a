"""Tastes and natures: what is learned, when it is read, and that it does not hang on how events come."""

import numpy as np
import pytest

from magnetar.capabilities.understanding.affinity import (
    DOUBT,
    LINE,
    MEMORY,
    Affinity,
    bring_up,
    click_rates,
    learn_clicks,
    learn_views,
)

DAY_OF = (np.arange(5_000) // 48).astype(np.int32)
CATEGORY = np.array([0, 0, 1, 1, 2], np.int64)


def fresh(shoppers: int = 30, category: np.ndarray = CATEGORY, categories: int = 3) -> Affinity:
    return Affinity.of(shoppers, category, categories, 4, 0.05)


def rates(one: Affinity, shopper: np.ndarray, item: np.ndarray, edge: int = 0) -> np.ndarray:
    draws = one.draws(DAY_OF, edge, edge // 48)
    out = np.empty(len(shopper))
    bring_up(shopper, 0, len(shopper), draws)
    click_rates(shopper, np.zeros(len(shopper), np.int64), item, draws, out)
    return out


def saw(one: Affinity, edge: int, shopper: np.ndarray, item: np.ndarray, clicked: np.ndarray) -> None:
    """A tick in which shoppers saw one item each."""
    draws, scene = one.draws(DAY_OF, edge, edge // 48), np.zeros(len(shopper), np.int64)
    bring_up(shopper, 0, len(shopper), draws)
    learn_views(shopper, scene, item[:, None], np.ones(len(shopper), np.int64), 0, len(shopper), draws)
    hit = clicked > 0
    learn_clicks(shopper[hit], scene[hit], item[hit], draws)


def test_nothing_known_is_the_base_rate_drawn_a_little_to_one_half_by_doubt():
    one = fresh()
    rate = rates(one, np.zeros(5, np.int64), np.arange(5))
    assert (rate == rate[0]).all()
    assert 0.05 < rate[0] < 0.1


def test_what_happens_in_a_tick_is_read_from_the_next_one_on():
    one, shopper, item = fresh(), np.zeros(20, np.int64), np.zeros(20, np.int64)
    before = rates(one, shopper[:1], item[:1])
    saw(one, 0, shopper, item, np.ones(20))
    assert rates(one, shopper[:1], item[:1]).tolist() == before.tolist()
    one.refresh(False)
    assert rates(one, shopper[:1], item[:1], 1)[0] > 2 * before[0]


def test_clicks_raise_the_shopper_the_item_and_the_like_and_misses_lower_them():
    one = fresh()
    both = np.zeros(40, np.int64), np.zeros(40, np.int64)
    saw(one, 0, *both, np.ones(40))
    saw(one, 0, np.ones(40, np.int64), np.zeros(40, np.int64), np.zeros(40))
    one.refresh(True)
    keen, cold, other = (rates(one, np.full(5, who), np.arange(5), 1) for who in (0, 1, 2))
    assert keen[1] > other[1] > cold[1]  # the same category
    assert keen[0] > keen[1]  # the item itself most
    assert abs(keen[4] / other[4] - 1.0) < 0.1  # another category hardly


def test_views_and_clicks_may_be_interleaved_as_they_like_to_the_last_bit():
    rng = np.random.default_rng(2)
    shopper, item = rng.integers(0, 30, 300), rng.integers(0, 5, 300)
    clicked = (rng.random(300) < 0.3).astype(int)
    together, apart = fresh(), fresh()
    saw(together, 0, shopper, item, clicked)
    for cut in np.array_split(np.arange(300), 17):
        saw(apart, 0, shopper[cut], item[cut], clicked[cut])
    for one in (together, apart):
        one.refresh(True)
    pair = np.arange(30), np.arange(30) % 5
    assert np.array_equal(rates(together, *pair, 1), rates(apart, *pair, 1))


def test_who_is_met_late_is_where_every_edge_would_have_brought_them():
    often, late = fresh(), fresh()
    for one in (often, late):
        saw(one, 0, np.zeros(10, np.int64), np.arange(10) % 5, np.ones(10))
        one.refresh(False)
    for edge in range(1, 200):
        rates(often, np.zeros(1, np.int64), np.zeros(1, np.int64), edge)
    one = rates(often, np.zeros(5, np.int64), np.arange(5), 200)
    other = rates(late, np.zeros(5, np.int64), np.arange(5), 200)
    assert one == pytest.approx(other, rel=1e-4)


def test_nights_make_a_shopper_doubtful_again_and_leave_the_taste():
    one = fresh()
    saw(one, 0, np.zeros(60, np.int64), np.zeros(60, np.int64), np.ones(60))
    one.refresh(False)
    rates(one, np.zeros(1, np.int64), np.zeros(1, np.int64), 1)
    taste, doubt = one.shoppers[0, :8].copy(), float(one.shoppers[0, DOUBT])
    rates(one, np.zeros(1, np.int64), np.zeros(1, np.int64), 48 * 60)
    assert np.array_equal(one.shoppers[0, :8], taste)
    assert doubt < one.shoppers[0, DOUBT] < 1.0
    assert MEMORY < 1.0


def test_a_row_that_is_given_to_somebody_else_knows_nothing():
    one = fresh()
    saw(one, 0, np.zeros(60, np.int64), np.zeros(60, np.int64), np.ones(60))
    one.forget(0, 3)
    assert rates(one, np.zeros(1, np.int64), np.array([4]), 3) == rates(one, np.ones(1, np.int64), np.array([4]), 3)


def test_another_takes_over_what_was_learned_for_a_longer_shelf():
    one = fresh()
    saw(one, 0, np.arange(30) % 3, np.arange(30) % 5, np.arange(30) % 2)
    one.refresh(True)
    more = fresh(40, np.append(CATEGORY, [2, 3]), 4)
    more.take_over(one)
    pair = np.arange(30), np.arange(30) % 5
    assert np.array_equal(rates(one, *pair, 1), rates(more, *pair, 1))
    assert np.isfinite(rates(more, np.array([0, 39]), np.array([6, 5]), 1)).all()


def test_it_finds_tastes_that_categories_do_not_tell_and_is_calibrated():
    rng = np.random.default_rng(4)
    shoppers, items = 300, 40
    taste, nature = rng.normal(size=(shoppers, 2)), rng.normal(size=(items, 2)) * 0.8
    one = fresh(shoppers, np.zeros(items, np.int64), 1)
    said, true, shown = [], [], []
    for edge in range(120):
        shopper, item = rng.integers(0, shoppers, 600), rng.integers(0, items, 600)
        p = 1.0 / (1.0 + np.exp(2.0 - (taste[shopper] * nature[item]).sum(axis=1)))
        if edge >= 100:
            said.append(rates(one, shopper, item, edge))
            true.append(p)
            shown.append(item)
        saw(one, edge, shopper, item, (rng.random(600) < p).astype(int))
        one.refresh(edge % 4 == 0)
    said, true, shown = np.concatenate(said), np.concatenate(true), np.concatenate(shown)
    by_item = (np.bincount(shown, true, items) / np.bincount(shown, minlength=items))[shown]
    assert said.mean() == pytest.approx(true.mean(), rel=0.05)
    assert np.corrcoef(said, true)[0, 1] > np.corrcoef(by_item, true)[0, 1] + 0.2


def test_more_categories_than_directions_and_a_shopper_line_of_whole_cache_lines():
    one = fresh(3, np.arange(40), 40)
    assert np.linalg.norm(one.centre[:, :8], axis=1) == pytest.approx(np.full(40, 0.9))
    assert one.shoppers.shape == (3, LINE)
    assert LINE * 4 % 64 == 0


def test_doubt_shrinks_with_what_is_seen_and_bidders_get_it_in_their_unit():
    from small_market import shelf_of

    from magnetar.capabilities.understanding import Predictor
    from magnetar.engines.memory import MemoryLog
    from magnetar.kernel.bus import Bus
    from magnetar.kernel.clock import SteppedClock

    bus = Bus(MemoryLog(), SteppedClock())
    predictor = Predictor(bus, shelf_of(("pot", "m0", "tea", 30.0), ("film", "", "tea", 0.0)), 3)
    where = np.array([0, 0]), np.array([0, 0]), np.array([0, 1])
    low, high, sigma = predictor.doubt(*where)
    click, order = predictor.rates(*where)
    assert (low < click).all()
    assert (click < high).all()
    assert sigma[0] > 0.0
    assert sigma[1] == 0.0  # what is not sold brings no order, for certain
    saw(predictor.affinity, 0, np.zeros(200, np.int64), np.zeros(200, np.int64), np.arange(200) % 10 == 0)
    predictor.refresh(bus.clock.now())
    closer = predictor.doubt(*where)

    def width(low: np.ndarray, high: np.ndarray) -> float:
        return float(np.log(high[0] / (1 - high[0])) - np.log(low[0] / (1 - low[0])))

    assert width(*closer[:2]) < 0.9 * width(low, high)
    assert (order <= 0.5).all()


def test_a_new_item_starts_from_what_its_description_says_of_those_like_it():
    rng = np.random.default_rng(7)
    items, shoppers = 60, 40
    side = np.where(np.arange(items) % 2 == 0, 1.0, -1.0)  # two sorts of one category, as described
    vectors = np.stack([side, rng.normal(size=items)], axis=1).astype(np.float32)
    one = Affinity.of(shoppers, np.zeros(items, np.int64), 1, 4, 0.05, vectors)
    plain = Affinity.of(shoppers, np.zeros(items, np.int64), 1, 4, 0.05)
    for edge in range(60):
        shopper = np.repeat(np.arange(shoppers), 10)
        item = rng.integers(0, items - 2, len(shopper))  # the last two, one of each sort, are never shown
        likes = np.where(shopper % 2 == 0, 1.0, -1.0) * side[item] > 0
        clicked = (rng.random(len(shopper)) < np.where(likes, 0.3, 0.02)).astype(np.int64)
        for model in (one, plain):
            saw(model, edge, shopper, item, clicked)
            model.refresh(edge % 4 == 0)
    who, new = np.repeat(np.arange(shoppers), 2), np.tile([items - 2, items - 1], shoppers)
    likes = np.where(who % 2 == 0, 1.0, -1.0) * side[new] > 0
    rate, blind = rates(one, who, new, 60), rates(plain, who, new, 60)
    assert rate[likes].mean() > 2.0 * rate[~likes].mean()
    assert blind[likes].mean() < 1.1 * blind[~likes].mean()


def test_without_descriptions_nothing_is_concluded():
    for vectors in (None, np.zeros((5, 3), np.float32)):
        one = Affinity.of(3, CATEGORY, 3, 4, 0.05, vectors)
        saw(one, 0, np.zeros(9, np.int64), np.zeros(9, np.int64), np.ones(9))
        one.refresh(True)
        assert not one.told.any()
