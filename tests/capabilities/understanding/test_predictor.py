"""The predictor, against hand-worked posteriors and simulated shoppers whose rates are known."""

import numpy as np
import pytest
from small_market import clicked, ordered, page, shelf_of, viewed

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Served, Viewed
from magnetar.capabilities.understanding import Predictor, Rates, Shelf, predict
from magnetar.capabilities.understanding.rates import Factor
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, HOUR, MINUTE, SteppedClock


@pytest.fixture
def bus() -> Bus:
    return Bus(MemoryLog(), SteppedClock())


def tea_and_talk() -> Shelf:
    """A pot for sale and a film about pots."""
    return shelf_of(("pot", "m0", "tea", 30.0), ("film", "", "tea", 0.0))


def test_a_factor_is_hits_over_expected_hits_shrunk_to_its_prior():
    factor = Factor.of((3,), strength=4.0)
    factor.hits[:] = [6.0, 0.0, 0.0]
    factor.load[:] = [2.0, 4.0, 0.0]
    factor.refresh()
    assert factor.mean.tolist() == [10 / 6, 0.5, 1.0]
    factor.decay(0.5)
    factor.refresh()
    assert factor.mean.tolist() == [7 / 5, 4 / 6, 1.0]


def test_a_rate_that_knows_nothing_is_the_base_rate():
    rates = Rates.of(2, 3, 1, (4,), base=0.05, item_strength=4.0, match_strength=3.0)
    rates.refresh()
    rate = predict(rates.contexts.mean[0], rates.items.mean[0], rates.matches.mean[0, 0])
    assert rate == pytest.approx(0.05)
    assert predict(0.4, 3.0, 2.0) == 0.5  # never more likely than not


def test_spread_falls_with_the_square_root_of_hits():
    rates = Rates.of(2, 1, 1, (4,), base=0.05, item_strength=4.0, match_strength=3.0)
    rates.items.hits[1] = 12.0
    assert rates.item_spread().tolist() == [0.5, 0.25]  # 1/√4 and 1/√16


def test_each_view_on_screen_loads_its_factors_by_what_the_others_expected(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=2)
    bus.publish(viewed(page((0, -1, 0), (1, -1, 0), shopper=1), depth=1))
    clicks = predictor.clicks
    assert clicks.items.load.tolist() == [0.05, 0.0]  # the film stood below the fold
    assert clicks.matches.load.ravel() == pytest.approx([0.0, 0.05])
    assert clicks.contexts.load.tolist() == [1.0, 0.0, 0.0, 0.0]
    bus.publish(clicked((0, -1), shopper=1))
    assert clicks.items.hits.tolist() == [1.0, 0.0]
    assert clicks.matches.hits.tolist() == [[0.0], [1.0]]
    assert clicks.contexts.hits.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_what_has_no_price_never_loads_orders(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=1)
    bus.publish(clicked(*[(1, -1)] * 50))
    bus.clock.step_to(30 * DAY)
    predictor.refresh(bus.clock.now())
    assert predictor.orders.items.load.tolist() == [0.0, 0.0]
    assert not predictor.orders.contexts.load.any()
    assert not predictor.orders.matches.load.any()
    bus.publish(clicked((0, -1)))
    bus.clock.step_to(60 * DAY)
    predictor.refresh(bus.clock.now())
    assert predictor.orders.contexts.load[0] == pytest.approx(1.0)


def test_a_click_loads_orders_only_as_orders_should_have_arrived(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=1)
    assert predictor.mean_delay == 4 * HOUR  # before anything is known
    bus.publish(clicked(*[(0, -1)] * 100))
    loads = []
    for hours in (4, 8):
        bus.clock.step_to(hours * HOUR)
        predictor.refresh(bus.clock.now())
        loads.append(float(predictor.orders.contexts.load[0]))
        share = 1 - np.exp(-hours * HOUR / predictor.mean_delay)  # none came, so the delay is taken to be longer
        assert loads[-1] == pytest.approx(100 * share, rel=0.02)
    assert 50 < loads[0] < loads[1] < 100
    bus.clock.step_to(90 * DAY)
    predictor.refresh(bus.clock.now())
    assert predictor.orders.contexts.load[0] == pytest.approx(100.0)


def test_the_delay_is_learned_from_orders(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=1)
    bus.publish(ordered(*[(0, 0, -1, 1)] * 20, at=10 * HOUR))
    assert predictor.mean_delay == 4 * HOUR  # as of the last edge
    predictor.refresh(10 * HOUR)
    assert predictor.mean_delay == pytest.approx(
        8.5 * HOUR, rel=0.03
    )  # twenty after 10 hours, twenty in the long run after 7


def test_a_newcomer_starts_from_what_its_category_does(bus: Bus):
    shelf = shelf_of(("old", "m0", "tea", 30.0), ("new", "m0", "tea", 30.0), ("lamp", "m0", "lamps", 30.0))
    predictor = Predictor(bus, shelf, shoppers=1)
    items = predictor.clicks.items
    items.hits[:], items.load[:] = [90.0, 0.0, 0.0], [30.0, 0.0, 29.0]
    predictor.refresh(0)
    overall = 91.0 / 60.0
    tea = (90.0 + 30.0 * overall) / 60.0
    lamps = 30.0 * overall / 59.0
    assert items.mean[1] == pytest.approx(tea)
    assert items.mean[0] == pytest.approx((90.0 + 4.0 * tea) / 34.0)
    assert items.mean[2] == pytest.approx(4.0 * lamps / 33.0)
    assert items.mean[1] > overall > lamps


def test_reach_is_the_share_of_pages_on_which_a_position_was_seen(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=1)
    before = predictor.reach.copy()
    for depth, times in ((0, 50), (4, 100), (10, 50)):
        for _ in range(times):
            bus.publish(viewed(page((0, -1, 0), scene=1), depth=depth))
    predictor.refresh(0)
    assert predictor.reach[1].tolist() == [0.75] * 4 + [0.25] * 6
    assert (predictor.reach[[0, 2, 3]] == before[[0, 2, 3]]).all()  # too few pages to say
    assert before[0].tolist() == pytest.approx([0.9**place for place in range(POSITIONS)])


def test_a_day_forgets_three_percent(bus: Bus):
    predictor = Predictor(bus, tea_and_talk(), shoppers=1)
    bus.publish(clicked(*[(0, -1)] * 100))
    bus.publish(ordered(*[(0, 0, -1, 1)] * 10))
    predictor.new_day()
    assert predictor.clicks.items.hits[0] == pytest.approx(97.0)
    assert predictor.orders.items.hits[0] == pytest.approx(9.7)


class Town:
    """Shoppers with known rates: scene × item × taste for the item's category, and a rate of orders per click."""

    def __init__(self, shoppers: int = 60, goods: int = 30, categories: int = 3, seed: int = 3):
        self.rng = np.random.default_rng(seed)
        rows = [(f"p{place}", "m0", f"c{place % categories}", 40.0) for place in range(goods)]
        self.shelf = shelf_of(*rows)
        self.scene = np.array([0.03, 0.05, 0.08, 0.06])
        self.item = np.exp(self.rng.normal(-0.1, 0.5, goods))
        self.taste = np.exp(self.rng.normal(-0.1, 0.4, (shoppers, categories)))

    def pages(self, count: int) -> Served:
        item = self.rng.integers(0, len(self.shelf), (count, POSITIONS)).astype(np.int32)
        nothing = np.zeros((count, POSITIONS), np.float32)
        return Served(
            tick=0,
            request=np.arange(count, dtype=np.uint64),
            shopper=self.rng.integers(0, len(self.taste), count),
            scene=self.rng.integers(0, 4, count),
            item=item,
            group=np.full_like(item, -1),
            charge=np.zeros((count, POSITIONS), np.int64),
            click_rate=nothing,
            order_rate=nothing,
            reason=nothing.astype(np.int8),
        )

    def click(self, pages: Served) -> Clicked:
        category = self.shelf.arrays.category[pages.item]
        rate = self.scene[pages.scene][:, None] * self.item[pages.item]
        rate = rate * np.take_along_axis(self.taste[pages.shopper], category, axis=1)
        row, place = np.nonzero(self.rng.random(rate.shape) < np.minimum(rate, 1.0))
        where = np.zeros(len(row), np.int64)
        return Clicked(
            where, pages.request[row], place, pages.shopper[row], pages.scene[row], pages.item[row, place], where - 1
        )


def predicted_clicks(predictor: Predictor, pages: Served) -> float:
    clicks, category = predictor.clicks, predictor.shelf.arrays.category[pages.item]
    rate = clicks.contexts.mean[pages.scene][:, None] * clicks.items.mean[pages.item]
    return float(np.minimum(rate * clicks.matches.mean[pages.shopper[:, None], category], 0.5).sum())


def test_predictions_are_calibrated_in_total_for_pages_not_yet_learned_from(bus: Bus):
    town = Town()
    predictor = Predictor(bus, town.shelf, len(town.taste))
    predicted = realised = 0.0
    for tick in range(40):
        pages = town.pages(800)
        clicks = town.click(pages)
        if tick >= 10:
            predicted += predicted_clicks(predictor, pages)
            realised += len(clicks.item)
        bus.publish(Viewed(pages, np.full(800, POSITIONS)))
        bus.publish(clicks)
        predictor.refresh(tick)
    assert realised > 8_000  # so that chance moves the sum by about one percent
    assert predicted == pytest.approx(realised, rel=0.04)


def test_predictions_tell_good_items_and_good_matches_from_bad_ones(bus: Bus):
    town = Town()
    predictor = Predictor(bus, town.shelf, len(town.taste))
    for tick in range(40):
        pages = town.pages(800)
        bus.publish(Viewed(pages, np.full(800, POSITIONS)))
        bus.publish(town.click(pages))
        predictor.refresh(tick)
    assert np.corrcoef(np.log(predictor.clicks.items.mean), np.log(town.item))[0, 1] > 0.95
    learned = np.log(predictor.clicks.matches.mean).ravel()
    assert np.corrcoef(learned, np.log(town.taste).ravel())[0, 1] > 0.8


def test_orders_on_their_way_do_not_depress_the_order_rate(bus: Bus):
    rate, delay = 0.2, 12 * HOUR
    rng = np.random.default_rng(9)
    predictor = Predictor(bus, shelf_of(("pot", "m0", "tea", 30.0)), shoppers=1)
    under_way = np.zeros((0, 2), np.int64)
    clicks = arrived = 0
    for tick in range(1, 49):  # one day of steady clicks, orders half a day behind
        now = tick * 30 * MINUTE
        bus.clock.step_to(now)
        bus.publish(clicked(*[(0, -1)] * 100))
        clicks += 100
        placed = int((rng.random(100) < rate).sum())
        due = np.stack([now + rng.exponential(delay, placed), np.full(placed, now)], axis=1).astype(np.int64)
        under_way = np.vstack([under_way, due])
        ripe = under_way[:, 0] <= now
        count = int(ripe.sum())
        arrived += count
        same = np.zeros(count, np.int64)
        bus.publish(
            Ordered(
                under_way[ripe, 0],
                under_way[ripe, 1],
                same.astype(np.uint64),
                same,
                same,
                same,
                same - 1,
                same + 1,
                same,
            )
        )
        under_way = under_way[~ripe]
        predictor.refresh(now)
    learned = predictor.rates(*np.zeros((3, 1), np.int64))[1][0]
    assert arrived / clicks < 0.7 * rate  # what counting would say
    assert learned == pytest.approx(rate, rel=0.2)
