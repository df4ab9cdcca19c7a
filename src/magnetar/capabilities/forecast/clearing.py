"""How auctions clear for one bidder: what a bid wins, and at what cost, learned from its own results.

A bidder in a multi-slot auction hears the lowest price that would have won a slot, and which slot
it got; what the better slots would have cost it hears only where it won them. The clearing keeps a
recent sample of (value, entry price) pairs and fits two things to it:

* *Entry.* log price = level + slope × log value + residual, with the residuals as they are. The
  slope says how far rivals want the same impressions.
* *Ladder.* From one slot's price to the next better one the log price rises by an exponential gap
  (the spacings of a heavy upper tail: Rényi 1953, Acta Math. Hung. 4). The gaps are fitted by
  likelihood to which slot was got at which bid over the entry price; this needs no prices of lost
  slots and serves second and first price alike.

From both follow, for a bid at u = log(bid / entry price), the expected exposure and the expected
cost; and for every worth of an impression the bid that maximises worth × exposure − cost. Under
second price that bid lies below the worth where slots are close, because a better slot costs its
whole price for a little more exposure; under first price it is ordinary shading.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from magnetar.capabilities.forecast.curves import look, look_now, spread_out
from magnetar.capabilities.forecast.entry import RESIDUALS, fit_entry
from magnetar.capabilities.forecast.ladder import DRAWS, GAPS, REACH, exponentials, fit_gaps, meet, tabulate
from magnetar.capabilities.forecast.shading import WORTHS, best_bids, shade
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array

KEEP = 96
"""Impressions kept of each tick."""
OWN_SPREAD = 0.28
"""Log-spread of our mean value between blocks of a day, before any has been seen."""
BLOCK = 3.0
"""Ticks that say together what one independent look would say."""
_EXPOSURE_PRIOR = 20.0


class Results(Protocol):
    """Columns that a tick of results has; see `bidding.TickFeedback`."""

    @property
    def value(self) -> Floats: ...
    @property
    def bid(self) -> Floats: ...
    @property
    def slot(self) -> Array: ...
    @property
    def cost(self) -> Floats: ...
    @property
    def exposed(self) -> Array: ...
    @property
    def market_price(self) -> Floats: ...


class Clearing:
    """What one bidder has learned about the auctions that it meets."""

    def __init__(self, slots: int, *, keep: float = 0.99, ticks: int = 48) -> None:
        """Start knowing nothing; `keep` is what a tick leaves of the weight of older ones, of which so many stay."""
        self.slots = slots
        self.keep = keep
        self._value = np.zeros((ticks, KEEP))
        self._price = np.zeros((ticks, KEEP))
        self._count = np.zeros(ticks, np.int64)
        self._own: Floats = np.zeros(ticks)
        """(ticks,), log of the mean value of each kept tick."""
        self.weight: Floats = np.zeros(ticks)
        """(ticks,) weight of each kept tick."""
        self.scale: Floats = np.zeros(ticks)
        """(ticks,) impressions of each kept tick."""
        self._last = 0
        self._exposed = np.zeros((slots, 2))
        self._met = np.zeros((REACH, slots + 1))
        self._paid_bid = np.zeros(2)
        self.exposure: Floats = np.array([0.8**place for place in range(slots)])
        """(slots,), share of won impressions that come on screen."""
        self.gaps: Floats = np.full(max(slots - 1, 0), 0.15)
        """(slots − 1,), mean log-price gap from slot k + 1 to slot k."""
        self.level = np.nan
        self.level_now = np.nan
        """Where the last ticks' prices stood."""
        self.slope = 0.0
        self._residual = np.zeros(RESIDUALS)
        self._draws = exponentials(DRAWS, max(slots - 1, 1))
        self.gain: Floats = np.zeros(REACH)
        """(REACH,), expected exposure of a bid at log-ratio u over the entry price."""
        self.charge: Floats = np.zeros(REACH)
        """(REACH,), expected charge over the entry price."""
        self._best: Floats = np.zeros(WORTHS)
        self.shift: Floats = np.zeros(ticks)
        """(ticks,), added to the log prices of a kept tick: by how much the market has moved since."""

    @property
    def known(self) -> bool:
        """Whether anything has been learned yet."""
        return bool(np.isfinite(self.level))

    @property
    def first_price(self) -> bool:
        """Whether winners seem to pay their own bid."""
        return bool(self._paid_bid[0] > 5.0 and self._paid_bid[1] > 0.9 * self._paid_bid[0])

    def observe(self, results: Results) -> None:
        """Take in a tick's results; an empty tick ages what is known and adds nothing."""
        self._last = (self._last + 1) % len(self.weight)
        place = self._last
        self.weight *= self.keep
        self._met *= self.keep
        self._exposed *= self.keep
        self._paid_bid *= self.keep
        count = len(results.value)
        self._count[place], self.weight[place], self.scale[place], self.shift[place] = 0, 0.0, 0.0, 0.0
        if not count:
            return
        kept = np.arange(min(count, KEEP)) * count // min(count, KEEP)
        self._value[place, : len(kept)] = results.value[kept]
        self._price[place, : len(kept)] = results.market_price[kept]
        self._count[place], self.weight[place], self.scale[place] = len(kept), 1.0, count
        self._own[place] = np.log(max(float(np.mean(results.value)), 1e-300))
        meet(
            results.bid,
            results.market_price,
            results.slot,
            results.exposed,
            results.cost,
            self._met,
            self._exposed,
            self._paid_bid,
        )
        self._fit()
        self._stand(place)

    def _stand(self, place: int) -> None:
        """Move to where this tick's prices stand."""
        count = self._count[place]
        value, price = self._value[place, :count], self._price[place, :count]
        some = (value > 0.0) & (price > 0.0)
        if self.known and some.sum() >= 8:
            here = float((np.log(price[some]) - self.slope * np.log(value[some])).mean())
            before = self.level_now if np.isfinite(self.level_now) else here
            self.level_now = before + 0.7 * (here - before)
        elif not np.isfinite(self.level_now):
            self.level_now = self.level

    def _fit(self) -> None:
        prior = np.array([0.8**place for place in range(self.slots)]) * _EXPOSURE_PRIOR
        self.exposure = (self._exposed[:, 1] + prior) / (self._exposed[:, 0] + _EXPOSURE_PRIOR)
        self.exposure = np.minimum.accumulate(self.exposure)
        fit_gaps(self._met, self._draws, GAPS, self.gaps)
        tabulate(self.exposure, self.gaps, self._draws, self.first_price, self.gain, self.charge)
        self.refit_entry()

    def refit_entry(self) -> None:
        """Fit the entry prices again, after `shift` or `weight` has changed."""
        found = fit_entry(self._value, self._price, self._count, self.weight, self.shift, self._residual)
        if found[2] > 0.0:
            self.level, self.slope = found[0], found[1]
            best_bids(self.gain, self.charge, self._residual, self._best)

    def price_move(self, window: int = 8) -> tuple[float, float]:
        """How far the last tick's log entry price lies from the ticks before it, and how far ticks usually do.

        Measured at equal value to us, so that our own good and bad blocks do not look like rivals' doing.
        NaN before three ticks are known.
        """
        stand = []
        for back in range(window + 1):
            place = self.recent(back)
            count = self._count[place]
            value, price = self._value[place, :count], self._price[place, :count]
            some = (value > 0.0) & (price > 0.0)
            if some.sum() >= 8:
                found = np.log(price[some]) + self.shift[place] - self.slope * np.log(value[some])
                stand.append(float(found.mean()))
            elif back == 0:
                return np.nan, np.nan
        if len(stand) < 3:
            return np.nan, np.nan
        before = np.array(stand[1:])
        spread = float(np.abs(np.diff(before)).mean()) * 1.25  # mean absolute step → spread
        return stand[0] - float(before.mean()), max(spread, 0.05)

    def move_prices(self, step: float) -> None:
        """Older ticks' prices are to be read as if they had moved by so much (log) with the market."""
        older = np.arange(len(self.shift)) != self._last
        self.shift[older] += step
        self.refit_entry()

    def levels(self) -> Floats:
        """(ticks,), mean log(price / value) of each kept tick, oldest first; NaN where nothing was met."""
        out = np.full(len(self.weight), np.nan)
        for back in range(len(out)):
            place = (self._last - back) % len(out)
            count = self._count[place]
            value, price = self._value[place, :count], self._price[place, :count]
            some = (value > 0.0) & (price > 0.0)
            if some.any():
                out[len(out) - 1 - back] = float(np.log(price[some] / value[some]).mean())
        return out

    def recent(self, back: int) -> int:
        """The column of the tick so many ticks ago."""
        return (self._last - back) % len(self.weight)

    def now(self, value: Floats, rate: float, scale: Floats, straight: bool = False) -> tuple[Floats, Floats]:
        """Expected charge and value exposed of the impressions at hand, at each multiplier.

        Prices are taken to stand where they last stood, whatever these impressions are worth to us: a
        seat whose own predictions jump meets rivals whose bids have not.

        Args:
            value: (n,) predicted conversion probability.
            rate: currency per conversion at a multiplier of 1.
            scale: (places,), multipliers.
            straight: bid the worth itself instead of the best bid for it.
        """
        cost, worth = np.zeros(len(scale)), np.zeros(len(scale))
        count = len(value)
        if self.known and count:
            kept = value[np.arange(min(count, KEEP)) * count // min(count, KEEP)]
            look_now(
                kept, np.log(rate * scale), self.level_now, self.slope, self._residual, self._best, straight, self.gain,
                self.charge, cost, worth,
            )  # fmt: skip
            cost *= count / len(kept)
            worth *= count / len(kept)
        return cost, worth

    def bids(self, worth: Floats, value: Floats) -> Floats:
        """(n,) bids for impressions of that worth, currency; the worth itself while nothing is known.

        Args:
            worth: (n,) currency that an exposed impression is worth, ≥ 0.
            value: (n,) predicted conversion probability.
        """
        out = worth.copy()
        if self.known:
            shade(worth, value, self.level_now, self.slope, self._best, out)
        return out

    def going_rate(self) -> float:
        """Currency per conversion at which the market lets somebody in."""
        levels = self.levels()
        return float(np.exp(np.nanmean(levels))) if np.isfinite(levels).any() else 1.0

    def later(self, rate: float, scale: Floats, straight: bool, near: float) -> tuple[Floats, Floats]:
        """Expected charge and value exposed of one impression to come, at each multiplier.

        What our impressions are worth moves over a day, in blocks: `near` is the share of what is to come
        that is taken to be like the last tick, the rest is spread about the day's mean as the ticks were.
        A day of good and bad blocks sells most of its worth in the good ones, which a forecast from the
        mean alone would miss.
        """
        if not self.known:
            return np.zeros(len(scale)), np.zeros(len(scale))
        mean, spread = self.own_level()
        far = self.outlook(rate, scale, straight, level=mean)
        cost, worth = spread_out(*far, spread, scale)
        here = self.outlook(rate, scale, straight, level=float(self._own[self._last]))
        return near * here[0] + (1.0 - near) * cost, near * here[1] + (1.0 - near) * worth

    def own_level(self) -> tuple[float, float]:
        """Mean and spread over ticks of the log of our mean value, the spread shrunk to a prior."""
        some = self._count > 0
        if not some.any():
            return 0.0, OWN_SPREAD
        weight, level = self.weight[some], self._own[some]
        mean = float((weight * level).sum() / weight.sum())
        blocks = float(some.sum()) / BLOCK
        variance = float((weight * (level - mean) ** 2).sum() / weight.sum())
        return mean, float(np.sqrt((OWN_SPREAD**2 + blocks * variance) / (1.0 + blocks)))

    def doubt(self, ahead: int) -> float:
        """Log-spread of the mean level of so many ticks to come, given the ticks seen."""
        blocks = max(float((self._count > 0).sum()) / BLOCK, 1.0 / BLOCK)
        return self.own_level()[1] * float(np.sqrt(1.0 / blocks + 4.0 / max(ahead, 1)))

    def outlook(
        self, rate: float, scale: Floats, straight: bool = False, newest: int = 0, level: float = np.nan
    ) -> tuple[Floats, Floats]:
        """Expected charge and value exposed, of one impression of the sample's kind, at each multiplier.

        Args:
            rate: currency per conversion at a multiplier of 1.
            scale: (places,), multipliers.
            straight: bid the worth itself instead of the best bid for it.
            newest: look at so many of the newest ticks only; 0 for all, by weight.
        """
        weight = self.weight * self.scale
        if newest:
            old = [self.recent(back) for back in range(newest, len(weight))]
            weight[old] = 0.0
        cost, worth = np.zeros(len(scale)), np.zeros(len(scale))
        lift = np.zeros(len(weight)) if np.isnan(level) else np.clip(level - self._own, -3.0, 3.0)
        if self.known:
            look(
                self._value, self._price, self._count, weight, lift, self.shift, np.log(rate * scale), self.level,
                self.slope, self._best, straight, self.gain, self.charge, cost, worth,
            )  # fmt: skip
        return cost, worth
