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

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled, inlined

STEPS = 16
"""Places of the exposure table for each unit of log(bid / entry price)."""
REACH = 64
"""Places of the table: bids up to e⁴ times the entry price; beyond, the last place stands."""
KEEP = 96
"""Impressions kept of each tick."""
WORTHS = 48
"""Worths for which the best bid is tabulated, in steps of 1/8 on the log scale about the entry price."""
_WORTH_STEP = 8.0
_WORTH_FROM = -2.0
_GAPS = 0.02 * 1.3 ** np.arange(20)
_DRAWS = 64
_RESIDUALS = 33
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
        self._residual = np.zeros(_RESIDUALS)
        self._draws = _exponentials(_DRAWS, max(slots - 1, 1))
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
        _meet(
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
        _fit_gaps(self._met, self._draws, _GAPS, self.gaps)
        _tabulate(self.exposure, self.gaps, self._draws, self.first_price, self.gain, self.charge)
        found = _entry(self._value, self._price, self._count, self.weight, self.shift, self._residual)
        if found[2] > 0.0:
            self.level, self.slope = found[0], found[1]
            _best_bids(self.gain, self.charge, self._residual, self._best)

    def refit_entry(self) -> None:
        """Fit the entry prices again, after `shift` or `weight` has changed."""
        found = _entry(self._value, self._price, self._count, self.weight, self.shift, self._residual)
        if found[2] > 0.0:
            self.level, self.slope = found[0], found[1]
            _best_bids(self.gain, self.charge, self._residual, self._best)

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
            _look_now(
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
            _shade(worth, value, self.level_now, self.slope, self._best, out)
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
        cost, worth = _spread_out(*far, spread, scale)
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
            _look(
                self._value, self._price, self._count, weight, lift, self.shift, np.log(rate * scale), self.level,
                self.slope, self._best, straight, self.gain, self.charge, cost, worth,
            )  # fmt: skip
        return cost, worth


_NODES = np.array([-2.8569700138728, -1.3556261799742, 0.0, 1.3556261799742, 2.8569700138728])
_SHARES = np.array([0.0112574113277, 0.2220759220056, 0.5333333333333, 0.2220759220056, 0.0112574113277])
"""Gauss–Hermite, five nodes, for a standard normal."""


def _spread_out(cost: Floats, worth: Floats, spread: float, scale: Floats) -> tuple[Floats, Floats]:
    """The mean of both curves over log-normal factors, of mean 1, on what an impression is worth."""
    log = np.log(scale)
    mixed_cost, mixed_worth = np.zeros_like(cost), np.zeros_like(worth)
    for node, share in zip(_NODES, _SHARES, strict=True):
        shift = node * spread - 0.5 * spread * spread
        mixed_cost += share * np.interp(log + shift, log, cost)
        mixed_worth += share * np.exp(shift) * np.interp(log + shift, log, worth)
    return mixed_cost, mixed_worth


@inlined
def _place(ratio: float) -> float:
    """Where a log-ratio lies in the table, as a real number within it."""
    return min(max(ratio * STEPS, 0.0), REACH - 1.0)


@compiled
def _meet(
    bid: Array, price: Array, slot: Array, exposed: Array, cost: Array, met: Array, shown: Array, paid: Array
) -> None:
    slots = shown.shape[0]
    for row in range(bid.shape[0]):
        got = slot[row]
        if got <= 0 or got > slots:
            continue
        shown[got - 1, 0] += 1.0
        if exposed[row]:
            shown[got - 1, 1] += 1.0
            if bid[row] > 0.0:
                paid[0] += 1.0
                if cost[row] >= bid[row] * 0.9999:
                    paid[1] += 1.0
        if price[row] > 0.0 and bid[row] > 0.0:
            met[int(_place(np.log(bid[row] / price[row]))), got] += 1.0


@compiled
def _fit_gaps(met: Array, draws: Array, tried: Array, gaps: Array) -> None:
    """Likelihood of which slot was got, one gap after another from the last slot upwards."""
    slots = met.shape[1] - 1
    count = draws.shape[0]
    climbed = np.zeros(count)
    for upper in range(slots - 2, -1, -1):  # the gap from slot upper + 2 to slot upper + 1
        best, chosen = -np.inf, gaps[upper]
        total = 0.0
        for one in range(met.shape[0]):
            for got in range(1, slots + 1):
                total += met[one, got]
        if total < 20.0:
            return
        for option in range(tried.shape[0]):
            gap = tried[option]
            fit = -((np.log(gap) - np.log(0.15)) ** 2)  # a weak prior about a gap of 15 %
            for one in range(met.shape[0]):
                above, below = 0.0, 0.0  # got slot upper + 1 or a better one; got a worse one
                for got in range(1, slots + 1):
                    if got <= upper + 1:
                        above += met[one, got]
                    else:
                        below += met[one, got]
                if above + below <= 0.0:
                    continue
                ratio = (one + 0.5) / STEPS
                inside = 0.5
                for draw in range(count):
                    if climbed[draw] + gap * draws[draw, upper] <= ratio:
                        inside += 1.0
                share = inside / (count + 1.0)
                fit += above * np.log(share) + below * np.log(1.0 - share)
            if fit > best:
                best, chosen = fit, gap
        gaps[upper] = chosen
        for draw in range(count):
            climbed[draw] += chosen * draws[draw, upper]


@compiled
def _tabulate(exposure: Array, gaps: Array, draws: Array, first: bool, gain: Array, charge: Array) -> None:
    slots, count = exposure.shape[0], draws.shape[0]
    for place in range(gain.shape[0]):
        ratio = (place + 0.5) / STEPS
        shown, paid = 0.0, 0.0
        for draw in range(count):
            climbed, slot, price = 0.0, slots - 1, 1.0
            while slot > 0:
                climbed += gaps[slot - 1] * draws[draw, slot - 1]
                if climbed > ratio:
                    break
                slot -= 1
                price = np.exp(climbed)
            shown += exposure[slot]
            paid += exposure[slot] * (np.exp(ratio) if first else price)
        gain[place], charge[place] = shown / count, paid / count


@compiled
def _entry(
    value: Array, price: Array, count: Array, weight: Array, shift: Array, residual: Array
) -> tuple[float, float, float]:
    """Weighted least squares of log price on log value; residual quantiles. Returns (level, slope, weight)."""
    total, x_mean, y_mean = 0.0, 0.0, 0.0
    size = 0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                total += weight[tick]
                x_mean += weight[tick] * np.log(value[tick, one])
                y_mean += weight[tick] * (np.log(price[tick, one]) + shift[tick])
                size += 1
    if size < 8:
        return 0.0, 0.0, 0.0
    x_mean /= total
    y_mean /= total
    square, product = 1e-9, 0.0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                x = np.log(value[tick, one]) - x_mean
                square += weight[tick] * x * x
                product += weight[tick] * x * (np.log(price[tick, one]) + shift[tick] - y_mean)
    slope = min(max(product / (square + 0.05 * total), -0.5), 1.5)
    level = y_mean - slope * x_mean
    rest, heavy = np.empty(size), np.empty(size)
    place = 0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                rest[place] = np.log(price[tick, one]) + shift[tick] - level - slope * np.log(value[tick, one])
                heavy[place] = weight[tick]
                place += 1
    order = np.argsort(rest)
    passed, quantile = 0.0, 0
    quantiles = residual.shape[0]
    for position in range(size):
        passed += heavy[order[position]]
        while quantile < quantiles and passed >= total * (quantile + 0.5) / quantiles:
            residual[quantile] = rest[order[position]]
            quantile += 1
    while quantile < quantiles:
        residual[quantile] = rest[order[size - 1]]
        quantile += 1
    return level, slope, total


@compiled
def _best_bids(gain: Array, charge: Array, residual: Array, best: Array) -> None:
    """For each log(worth / entry price expected), the log(bid / entry price expected) that gains most."""
    tried = WORTHS * 2
    for one in range(best.shape[0]):
        worth = np.exp(_WORTH_FROM + one / _WORTH_STEP)
        most, chosen = -1.0, _WORTH_FROM + one / _WORTH_STEP
        for option in range(tried + 1):  # from the worth itself down to e⁻³ of it
            at = _WORTH_FROM + one / _WORTH_STEP - 3.0 * option / tried
            expected = 0.0
            for place in range(residual.shape[0]):
                ratio = at - residual[place]
                if ratio < 0.0:
                    break  # residuals ascend: the others are out of reach, too
                where = int(_place(ratio))
                expected += worth * gain[where] - np.exp(residual[place]) * charge[where]
            if expected > most * (1.0 + 1e-9) + 1e-15:
                most, chosen = expected, at
        best[one] = chosen


@inlined
def _log_bid(worth: float, expected: float, best: Array) -> float:
    """The logarithm of the best bid for a log-worth, between places of the table by straight line."""
    place = (worth - expected - _WORTH_FROM) * _WORTH_STEP
    last = best.shape[0] - 1
    if place <= 0.0:
        return worth + best[0] - _WORTH_FROM  # far below the market: shaded as at its edge
    if place >= last:
        return expected + best[last]
    low = int(place)
    return expected + best[low] + (place - low) * (best[low + 1] - best[low])


@compiled
def _shade(worth: Array, value: Array, level: float, slope: float, best: Array, out: Array) -> None:
    for row in range(worth.shape[0]):
        if worth[row] > 0.0 and value[row] > 0.0:
            out[row] = np.exp(_log_bid(np.log(worth[row]), level + slope * np.log(value[row]), best))


@compiled
def _look(
    value: Array, price: Array, count: Array, weight: Array, lift: Array, shift: Array, rates: Array, level: float,
    slope: float, best: Array, straight: bool, gain: Array, charge: Array, cost: Array, worth: Array,
) -> None:  # fmt: skip
    """`rates` are logarithms; `lift` and `shift` are added to the log values and log prices of a kept tick."""
    total = 0.0
    for tick in range(weight.shape[0]):
        if weight[tick] <= 0.0 or count[tick] == 0:
            continue
        each = weight[tick] / count[tick]
        total += weight[tick]
        for one in range(count[tick]):
            if value[tick, one] <= 0.0:
                continue
            chance = np.log(value[tick, one]) + lift[tick]
            expected = level + slope * chance
            entry = -700.0
            if price[tick, one] > 0.0:
                entry = np.log(price[tick, one]) + shift[tick]
            pays, brings = each * np.exp(entry), each * np.exp(chance)
            for place in range(rates.shape[0]):
                bid = rates[place] + chance
                if not straight:
                    bid = _log_bid(bid, expected, best)
                if bid < entry:
                    continue
                where = int(_place(bid - entry))
                cost[place] += pays * charge[where]
                worth[place] += brings * gain[where]
    if total > 0.0:
        for place in range(rates.shape[0]):
            cost[place] /= total
            worth[place] /= total


@compiled
def _look_now(
    value: Array, rates: Array, level: float, slope: float, residual: Array, best: Array, straight: bool, gain: Array,
    charge: Array, cost: Array, worth: Array,
) -> None:  # fmt: skip
    quantiles = residual.shape[0]
    strata = 8
    for one in range(value.shape[0]):
        if value[one] <= 0.0:
            continue
        chance = np.log(value[one])
        expected = level + slope * chance
        for stratum in range(strata):  # residuals in rotation, so that all are met over a few impressions
            entry = expected + residual[(stratum * quantiles // strata + one) % quantiles]
            pays, brings = np.exp(entry) / strata, value[one] / strata
            for place in range(rates.shape[0]):
                bid = rates[place] + chance
                if not straight:
                    bid = _log_bid(bid, expected, best)
                if bid < entry:
                    continue
                where = int(_place(bid - entry))
                cost[place] += pays * charge[where]
                worth[place] += brings * gain[where]


def _exponentials(count: int, width: int) -> Floats:
    """(count, width) unit exponentials, evenly spread: a Kronecker sequence through the inverse distribution."""
    golden = 1.0 / np.array([_plastic(width) ** (place + 1) for place in range(width)])
    return -np.log1p(-((0.5 + np.outer(np.arange(1, count + 1), golden)) % 1.0))


def _plastic(width: int) -> float:
    """The root of xᵈ⁺¹ = x + 1 (Roberts 2018), whose powers fill a cube of d dimensions evenly."""
    root = 2.0
    for _ in range(30):
        root = (1.0 + root) ** (1.0 / (width + 1))
    return root
