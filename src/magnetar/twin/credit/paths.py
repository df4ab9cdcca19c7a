"""Shoppers' paths with a true increment of each channel: who meets whom, who would have bought anyway, and what each touch adds.

A shopper has an intent that nobody sees. Some channels meet shoppers of high intent (search, retargeting)
and add little; others meet everybody (feed) and add more. Every draw is keyed by shopper and channel,
so a world played without a channel differs by that channel's touches and their consequences alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Channel:
    """How a channel meets shoppers and what it does to them."""

    name: str
    reach: float
    """Mean touches of a shopper of usual intent in the period."""
    follows: float
    """How much touches grow with intent: e^(follows × intent)."""
    adds: float
    """What a first touch adds to the logit of buying; later ones add half as much each time."""
    early: float
    """Where in the way to a purchase its touches lie, 0 at the start, 1 at the end."""


CHANNELS = (
    Channel("feed", 1.2, 0.1, 0.30, 0.2),
    Channel("live", 0.5, 0.4, 0.40, 0.5),
    Channel("search", 0.5, 1.2, 0.08, 0.85),
    Channel("retargeting", 0.6, 1.0, 0.04, 0.9),
    Channel("mall", 0.4, 0.7, 0.15, 0.7),
)


@dataclass(frozen=True, slots=True)
class Walked:
    """Touches and orders of a period, and what each channel truly added."""

    channels: tuple[str, ...]
    touch_shopper: Ints
    touch_at: Ints
    touch_channel: Ints
    order_shopper: Ints
    order_at: Ints
    order_value: Ints
    added: Floats
    """(channels,), micros that would not have been sold without the channel, all others in place."""
    total_added: float
    """Micros that would not have been sold without all of them."""


@dataclass(frozen=True, slots=True)
class PathWorld:
    """How a period is played."""

    shoppers: int = 40_000
    base: float = -3.6
    """Logit of buying anyway at usual intent."""
    intent: float = 1.1
    """How much the logit of buying anyway grows with a standard deviation of intent."""
    spread: float = 0.3
    """How much channels differ from world to world: standard deviation of the logarithm of reach and of what is added."""
    channels: tuple[Channel, ...] = CHANNELS

    def play(self, seed: int) -> Walked:
        """One world: as it is, and without each channel, under the same luck."""
        chance = Chance(seed).of("paths")
        jitter = np.exp(self.spread * chance.of("channels").normals(len(self.channels), 2))
        here = tuple(
            replace(one, reach=one.reach * jitter[row, 0], adds=one.adds * jitter[row, 1])
            for row, one in enumerate(self.channels)
        )
        intent = chance.of("intent").normals(self.shoppers)
        touches = np.stack([_counts(one, intent, chance) for one in here], axis=1)
        value = np.rint(np.exp(0.6 * chance.of("value").normals(self.shoppers)) * 80e6)
        luck = chance.of("buys").uniforms(self.shoppers)

        def bought(counts: Ints) -> np.ndarray:
            logit = self.base + self.intent * intent
            for row, one in enumerate(here):
                logit = logit + one.adds * 2.0 * (1.0 - 0.5 ** counts[:, row])
            return luck < 1.0 / (1.0 + np.exp(-logit))

        buys = bought(touches)
        sold = float(value[buys].sum())
        added = np.empty(len(here))
        for row in range(len(here)):
            without = touches.copy()
            without[:, row] = 0
            added[row] = sold - float(value[bought(without)].sum())
        nothing = float(value[bought(np.zeros_like(touches))].sum())
        return self._walked(here, touches, buys, value, added, sold - nothing, chance)

    def _walked(
        self,
        here: tuple[Channel, ...],
        touches: Ints,
        buys: np.ndarray,
        value: Floats,
        added: Floats,
        total: float,
        chance: Chance,
    ) -> Walked:
        """Touches laid out in a fortnight before each shopper's moment of deciding."""
        span = 14 * DAY
        moment = span + (chance.of("moment").uniforms(self.shoppers) * 14 * DAY).astype(np.int64)
        shopper, at, channel = [], [], []
        for row, one in enumerate(here):
            whose = np.repeat(np.arange(self.shoppers), touches[:, row])
            luck = chance.of("when", one.name).uniforms(len(whose))
            place = np.clip(one.early + 0.5 * (luck - 0.5), 0.0, 1.0)
            shopper.append(whose)
            at.append(moment[whose] - ((1.0 - place) * (span - HOUR)).astype(np.int64) - HOUR)
            channel.append(np.full(len(whose), row, np.int64))
        return Walked(
            tuple(one.name for one in here),
            np.concatenate(shopper),
            np.concatenate(at),
            np.concatenate(channel),
            np.flatnonzero(buys),
            moment[buys],
            value[buys].astype(np.int64),
            added,
            total,
        )


def _counts(one: Channel, intent: Floats, chance: Chance) -> Ints:
    """(shoppers,), touches: Poisson, by inverting its distribution."""
    mean = one.reach * np.exp(one.follows * intent - 0.5 * one.follows**2)
    luck = chance.of("touches", one.name).uniforms(len(intent))
    count, term, below = np.zeros(len(intent), np.int64), np.exp(-mean), np.zeros(len(intent))
    for step in range(1, 40):
        below = below + term
        count[luck >= below] = step
        term = term * mean / step
    return count
