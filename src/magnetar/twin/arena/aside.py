"""Kept aside for final tests: another market by other code, none of it shared with the other families' draws.

Shoppers come in sessions and move between intents; a seat sells to a few interests; predictions see
the intent only in part; budgets are heavy-tailed; rivals come and go; traffic bursts; conversions are few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats, fold, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.episode import Draw, Episode
from magnetar.twin.arena.natives import DUAL, FIXED, GREEDY, PACING, PID
from magnetar.twin.arena.natives import TARGET as COST

INTENTS = 3
"""Passing time, comparing, ready."""
WORTH = np.array([0.35, 1.3, 4.0])
"""What an intent makes of a seat's conversion probability."""
FIRST = np.array([0.72, 0.22, 0.06])
NEXT = np.array([[0.86, 0.12, 0.02], [0.2, 0.66, 0.14], [0.25, 0.2, 0.55]])
LENGTH = 9.0
"""Mean opportunities of a session."""
INTERESTS = 7
SEEN = 0.7
"""Chance that the predictor recognises the intent; else it predicts the mean of a session's."""
RATE = 0.0011
"""Conversion probability of an average seat at an average opportunity of a day of 96,000."""
STRATEGIES = (PACING, PID, COST, FIXED, GREEDY, PACING, DUAL, PID, FIXED, COST, DUAL, PACING, PID, FIXED, GREEDY, DUAL)


class Aside:
    """Sessions, intents, interests."""

    name = "aside"

    def open(self, seed: int, opportunities: int = 96_000, seats: int = 48, ticks: int = 48) -> AsideDay:
        """The day of one seed."""
        return AsideDay(Chance(seed).of("kept aside"), opportunities, seats, ticks)


class AsideDay(Episode):
    unbiased = False

    def __init__(self, chance: Chance, opportunities: int, seats: int, ticks: int) -> None:
        usual = _two_humps(ticks)
        shape = usual * _bursts(chance.of("bursts"), ticks)
        counts = np.floor(shape / shape.sum() * opportunities).astype(np.int64)
        tail = (1.0 - chance.of("wealth").uniforms(seats)) ** (-1.0 / 1.6)
        target = 80.0 * np.exp(0.35 * chance.of("margin").normals(seats))
        budget = np.minimum(tail, 12.0) * 1_700.0 * (opportunities / 96_000.0)
        strategy = np.array(STRATEGIES)[chance.of("strategy").integers(len(STRATEGIES), seats)]
        super().__init__("aside", chance, counts, usual, budget, target, strategy)
        liking = chance.of("liking").uniforms(seats, INTERESTS) ** 3
        self.liking: Floats = liking / liking.mean(axis=1, keepdims=True)
        """(seats, interests), mean 1: most goods please one or two kinds of people."""
        self.rate = RATE * np.sqrt(80.0 / target) * np.exp(0.25 * chance.of("goods").normals(seats))
        self.bias = np.exp(0.08 * chance.of("bias").normals(seats))
        """(seats,), real over predicted, all day."""
        self.arrives, self.leaves = _stays(chance.of("stays"), seats, ticks)

    def draw(self, tick: int) -> Draw:
        count = int(self.counts[tick])
        chance = self.chance.of("tick", tick)
        intent, interest = np.empty(count, np.int64), np.empty(count, np.int64)
        seen = chance.of("seen").uniforms(count) < SEEN
        _sessions(chance.of("sessions").key, FIRST, NEXT, LENGTH, INTERESTS, intent, interest)
        odds = chance.of("pairs").uniforms(count, self.seats)
        spread = np.exp(
            0.22 * np.log((odds + 1e-9) / (1.0 - odds + 1e-9))
        )  # log-logistic: heavier tails than log-normal
        mean, deviation = _of_session()
        told = np.where(seen, WORTH[intent], mean)
        doubt = np.where(seen, 0.08, deviation / mean)
        base = self.rate * self.liking[:, interest].T * spread
        value = np.minimum(base * told[:, None], 1.0)
        truth = np.minimum(base * WORTH[intent][:, None] * self.bias, 1.0)
        return Draw(value.astype(np.float32), (value * doubt[:, None]).astype(np.float32), truth.astype(np.float32))

    def rival_factor(self, tick: int) -> Floats:
        return ((tick >= self.arrives) & (tick < self.leaves)).astype(np.float64)


def _two_humps(ticks: int) -> Floats:
    """(ticks,), a day with a morning commute and a long night; sums to 1."""
    hour = (np.arange(ticks) + 0.5) * 24.0 / ticks
    humps = [0.25 + 0.0 * hour]
    for centre, width, height in ((8.0, 1.6, 0.5), (13.0, 2.5, 0.45), (21.5, 3.2, 1.0)):
        away = np.minimum(np.abs(hour - centre), 24.0 - np.abs(hour - centre))
        humps.append(height / (1.0 + (away / width) ** 2))
    curve = np.sum(humps, axis=0)
    return curve / curve.sum()


def _bursts(chance: Chance, ticks: int) -> Floats:
    """(ticks,), factors: two to five bursts of 1.5 to 3.5 times, halving every tick, on a slowly wandering level."""
    level = np.exp(0.25 * np.cumsum(chance.of("level").normals(ticks)) / np.sqrt(ticks))
    bursts = 2 + int(chance.of("number").integers(4, 1)[0])
    for at, size in zip(chance.of("at").integers(ticks, bursts), chance.of("size").uniforms(bursts), strict=True):
        after = np.arange(ticks) - at
        level = level * (1.0 + (0.5 + 2.0 * size) * np.where(after >= 0, 0.5 ** np.maximum(after, 0), 0.0))
    return level


def _stays(chance: Chance, seats: int, ticks: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(seats,) twice: a quarter of the rivals comes during the day, a quarter goes, some do both."""
    late, early = chance.of("late").uniforms(seats), chance.of("early").uniforms(seats)
    arrives = np.where(late < 0.25, late * 4.0 * 0.6 * ticks, 0.0).astype(np.int64)
    leaves = np.where(early < 0.25, (0.4 + 0.6 * early * 4.0) * ticks, float(ticks)).astype(np.int64)
    return arrives, np.maximum(leaves, arrives + 1)


def _of_session() -> tuple[float, float]:
    """Mean and standard deviation of an opportunity's intent worth, over a session of geometric length."""
    go_on = 1.0 - 1.0 / LENGTH
    share = FIRST @ np.linalg.inv(np.eye(INTENTS) - go_on * NEXT) * (1.0 - go_on)
    mean = float(share @ WORTH)
    return mean, float(np.sqrt(share @ WORTH**2 - mean**2))


@compiled
def _sessions(
    key: np.uint64, first: Array, following: Array, length: float, interests: int, intent: Array, interest: Array
) -> None:
    """Walk through a tick's sessions, one after the other."""
    state = liked = 0
    for row in range(intent.shape[0]):
        stream = fold(key, row)
        chances = first
        if row and uniform(stream, 0) >= 1.0 / length:
            chances = following[state]
        else:
            liked = int(uniform(stream, 1) * interests)
        at, state = uniform(stream, 2), 0
        while state < chances.shape[0] - 1 and at >= chances[state]:
            at -= chances[state]
            state += 1
        intent[row] = state
        interest[row] = liked
