"""Weekly sales whose causes are known: baseline, season, trend, demand that moves, and channels with true returns.

Shapes are drawn from continuous ranges, not from the model's grid. `chase` is how much of the moving
demand the spend follows: what a planner knows and the model does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats


@dataclass(frozen=True, slots=True)
class Test:
    """What a holdout found, and what was true."""

    channel: str
    first: int
    last: int
    increment: float
    error: float
    truth: float


@dataclass(frozen=True, slots=True)
class Sold:
    """A series, its lift tests, and the true return of each channel."""

    outcome: Floats
    spend: Floats
    channels: tuple[str, ...]
    roi: Floats
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class SalesWorld:
    """How a shop's weeks are made."""

    weeks: int = 130
    channels: int = 3
    share: float = 0.08
    """A channel's spend as a share of the usual outcome."""
    noise: float = 0.05
    """Of the usual outcome, standard deviation of a week."""
    demand: float = 0.1
    """Standard deviation of demand that moves, autocorrelated, of the usual outcome."""
    chase: float = 0.0
    """Correlation of the logarithm of spend with that demand."""
    error: float = 0.2
    """Standard error of a lift test, of its true increment (at least of a return of 0.5)."""
    returns: float = 1.35
    """The usual return on spend; channels' returns spread about it by a factor of e^±0.5."""
    length: int = 6
    """Weeks of a lift test."""

    def play(self, seed: int) -> Sold:
        """One shop's history."""
        chance = Chance(seed).of("sales")
        weeks, count = self.weeks, self.channels
        names = tuple(f"c{channel}" for channel in range(count))
        level = 1_000.0
        demand = _moving(chance.of("demand").normals(weeks), 0.7)
        roi = np.clip(self.returns * np.exp(0.5 * chance.of("roi").normals(count)), 0.1, 5.0)
        at = np.arange(weeks) / 52.18
        season = 0.15 * np.cos(2 * np.pi * (at - chance.of("season").uniforms(1)[0]))
        trend = 0.1 * chance.of("trend").normals(1)[0] * at
        outcome = level * (1.0 + season + trend + self.demand * demand)
        outcome = outcome + level * self.noise * chance.of("noise").normals(weeks)
        spend = np.empty((weeks, count))
        tests: list[Test] = []
        for channel, name in enumerate(names):
            own = chance.of("channel", channel)
            moved = self.chase * demand + np.sqrt(1.0 - self.chase**2) * _moving(own.of("spend").normals(weeks), 0.4)
            plan = level * self.share * np.exp(0.6 * moved)
            off = own.of("off").uniforms(weeks) < 0.15  # weeks without a flight
            spend[:, channel] = np.where(off, 0.0, plan)
            carry, half, slope = own.of("shape").uniforms(3) * (0.7, 2.5, 1.0) + (0.0, 0.5, 1.0)
            unit = spend[spend[:, channel] > 0, channel].mean()
            largest = (
                roi[channel] * spend[:, channel].sum() / _works(spend[:, channel], carry, half * unit, slope).sum()
            )
            brought = largest * _works(spend[:, channel], carry, half * unit, slope)
            outcome = outcome + brought
            tests.append(self._test(name, spend[:, channel], brought, largest, (carry, half * unit, slope), own))
        return Sold(outcome, spend, names, roi, tuple(tests))

    def _test(
        self,
        name: str,
        spend: Floats,
        brought: Floats,
        largest: float,
        shape: tuple[float, float, float],
        chance: Chance,
    ) -> Test:
        """All spend of some weeks held back, the increment counted in those weeks with a normal error."""
        first = int(chance.of("test").integers(self.weeks - self.length, 1)[0])
        while not spend[first : first + self.length].sum() > 0:
            first = (first + 1) % (self.weeks - self.length)
        window = slice(first, first + self.length)
        without = spend.copy()
        without[window] = 0.0
        truth = float((brought - largest * _works(without, *shape))[window].sum())
        error = self.error * max(truth, 0.5 * float(spend[window].sum()))
        found = truth + error * float(chance.of("found").normals(1)[0])
        return Test(name, first, first + self.length - 1, found, error, truth)


def _moving(shocks: Floats, memory: float) -> Floats:
    """A series with unit variance that remembers its last value."""
    out, level = np.empty(len(shocks)), float(shocks[0])
    for place, shock in enumerate(shocks.tolist()):
        level = memory * level + np.sqrt(1.0 - memory**2) * shock if place else shock
        out[place] = level
    return out


def _works(spend: Floats, carry: float, half: float, slope: float) -> Floats:
    """Share of the largest effect by week."""
    out, level = np.empty(len(spend)), 0.0
    for week, one in enumerate(spend.tolist()):
        level = carry * level + (1.0 - carry) * one
        raised = level**slope
        out[week] = raised / (raised + half**slope)
    return out


SALES_WORLDS = {
    "spend at random": SalesWorld(),
    "spend chases demand": SalesWorld(chase=0.6),
    "poor returns, spend chases demand": SalesWorld(chase=0.6, returns=0.6),
}
