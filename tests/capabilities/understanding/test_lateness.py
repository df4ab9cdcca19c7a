"""How long orders take at present."""

import numpy as np
import pytest

from magnetar.capabilities.understanding.lateness import LEVEL_TRUST, MEANS, PRIOR_DELAY, Lateness
from magnetar.kernel.clock import HOUR, MINUTE

TICK = 30 * MINUTE


class Shop:
    """Clicks in the middle of every tick, and their orders."""

    def __init__(self, seed: int) -> None:
        self.lateness, self._rng, self._now = Lateness(), np.random.default_rng(seed), 0
        self._due = np.zeros((0, 2))

    def live(self, ticks: int, delay: float, *, clicks: float = 600.0, ordered: float = 60.0) -> float:
        """So many orders come of each tick's clicks in the end; the mean delay as it is told then."""
        for _ in range(ticks):
            made = self._now + TICK / 2
            late = self._rng.exponential(delay, self._rng.poisson(ordered))
            self._due = np.concatenate([self._due, np.stack([made + late, late], axis=1)])
            self._now += TICK
            came = self._due[:, 0] < self._now
            self.lateness.landed(self._due[came, 1])
            self._due = self._due[~came]
            self.lateness.fresh += clicks, clicks * TICK / 2
            self.lateness.refresh(TICK)
        return self.lateness.mean / HOUR


def test_before_anything_is_seen_orders_take_four_hours():
    lateness = Lateness()
    assert lateness.mean == PRIOR_DELAY
    for elapsed in (0, TICK, -5):
        assert lateness.refresh(elapsed) == 1.0
    assert lateness.mean == pytest.approx(PRIOR_DELAY, rel=0.05)


@pytest.mark.parametrize("delay", [1.0, 3.0, 12.0])
def test_orders_that_are_still_missing_do_not_make_the_delay_look_short(delay: float):
    assert Shop(1).live(48, delay * HOUR) == pytest.approx(delay, rel=0.2)
    assert Shop(2).live(240, delay * HOUR) == pytest.approx(delay, rel=0.15)


def test_a_longer_delay_is_noticed_within_a_day_and_a_shorter_one_in_days():
    shop = Shop(3)
    assert shop.live(96, 3 * HOUR) == pytest.approx(3.0, rel=0.15)
    assert shop.live(48, 12 * HOUR) > 6.0
    assert shop.live(96, 12 * HOUR) == pytest.approx(12.0, rel=0.2)
    assert shop.live(192, 3 * HOUR) == pytest.approx(3.0, rel=0.2)  # orders of the slow days still come for long


def test_fewer_or_more_orders_than_expected_are_no_other_delay_for_long():
    for share in (0.6, 1.6):
        shop = Shop(4)
        shop.live(96, 3 * HOUR)
        assert shop.live(96, 3 * HOUR, ordered=60.0 * share) == pytest.approx(3.0, rel=0.3)


def test_what_waits_is_reckoned_anew_by_the_mean_of_today():
    lateness = Lateness()
    lateness.fresh += 400.0, 0.0
    again, waited = lateness.refresh(4 * int(HOUR)), 400.0 * np.exp(-1.0)
    assert again > 1.0  # none of so many came, so they are later than was thought
    assert waited * again == pytest.approx(400.0 * np.exp(-4 * HOUR / lateness.mean), rel=0.02)
    assert lateness.held == pytest.approx(waited * again)


def test_silence_of_clicks_without_prospects_says_nothing():
    lateness = Lateness()
    for _ in range(200):
        assert lateness.refresh(TICK) == 1.0
    assert np.isfinite(lateness.mean)
    assert MEANS[0] < lateness.mean < MEANS[-1]
    lateness.fresh += LEVEL_TRUST * 1e-9, 0.0
    assert np.isfinite(lateness.refresh(TICK))


def test_who_takes_over_knows_the_same():
    shop, heir = Shop(5), Lateness()
    shop.live(60, 9 * HOUR)
    heir.take_over(shop.lateness)
    for lateness in (shop.lateness, heir):
        lateness.landed(np.full(9, 5.0 * HOUR))
        lateness.fresh += 30.0, 0.0
    assert heir.refresh(TICK) == shop.lateness.refresh(TICK)
    assert heir.mean == shop.lateness.mean
