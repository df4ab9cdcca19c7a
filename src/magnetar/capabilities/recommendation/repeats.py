"""Again, or something that goes with it: how probable it is, by category, that what was bought is bought once more.

Counted from histories with times: after a purchase in a category, did the same shopper buy in it again before so many
days had passed? Few counts are drawn towards the mean of all categories, by a Beta prior whose strength is read off how
far categories differ. A rule such as "never show more plates" would be wrong where plates are bought again.
Source: beta-binomial by moments: Kleinman (1973), JASA 68(341), Proportions with extraneous variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.compiled import Array, compiled

EDGES_DAYS = (1.0, 7.0, 30.0, 90.0)
"""Elapsed time is told apart at these; the last stretch ends at `HORIZON_DAYS`."""
HORIZON_DAYS = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Probabilities of the next purchase in a category, by stretches of time since the last one."""

    bought: Ints
    """(categories, stretches), purchases followed by another in the category within the stretch."""
    asked: Ints
    """(categories, stretches), purchases that were still without one when the stretch began, and seen to its end."""
    mean: Floats
    """(stretches,), of all categories."""
    strength: Floats
    """(stretches,), how many purchases the prior weighs."""

    @classmethod
    def of(cls, histories: Histories, category: NDArray[np.int64], categories: int) -> Repeats:
        """From histories with times and (items,) categories; −1 is none.

        Raises:
            ValueError: the histories have no times, or there is not a category for each item.
        """
        if histories.at is None:
            raise ValueError("repeat purchases need times; these histories have none")
        if len(category) != len(histories.items):
            raise ValueError(f"a category is needed for each of {len(histories.items)} items, found {len(category)}")
        edges = np.array([0.0, *EDGES_DAYS, HORIZON_DAYS]) * DAY
        bought = np.zeros((max(1, categories), len(edges) - 1), np.int64)
        asked = np.zeros_like(bought)
        if len(histories.item):
            _count(
                histories.start, category[histories.item], histories.at, int(histories.at.max()), edges, bought, asked
            )
        mean = (bought.sum(axis=0) + 0.5) / (asked.sum(axis=0) + 1.0)
        return cls(
            bought,
            asked,
            mean,
            np.array([_strength(bought[:, one], asked[:, one], mean[one]) for one in range(len(mean))]),
        )

    def within(self, category: NDArray[np.int64], since: Ints) -> Floats:
        """(rows,), the probability of buying in the category again in the stretch that `since` (µs) lies in.

        Unknown categories and times before the purchase give the mean of all, and of the first stretch.
        """
        stretch = np.clip(np.searchsorted(np.array(EDGES_DAYS) * DAY, since, side="right"), 0, len(self.mean) - 1)
        known = (category >= 0) & (category < len(self.bought))
        row = np.where(known, category, 0)
        bought = np.where(known, self.bought[row, stretch], 0)
        asked = np.where(known, self.asked[row, stretch], 0)
        prior = self.strength[stretch]
        return (bought + prior * self.mean[stretch]) / (asked + prior)


def _strength(bought: Ints, asked: Ints, mean: float) -> float:
    """How many observations the prior is worth, by the variance of categories' shares beyond chance; in [2, 10,000]."""
    told = asked >= 2
    if told.sum() < 2 or not 0.0 < mean < 1.0:
        return 10_000.0
    n, share = asked[told].astype(float), bought[told] / asked[told]
    weight = n / n.sum()
    centre = float((weight * share).sum())
    spread = float((weight * (share - centre) ** 2).sum())
    chance = centre * (1.0 - centre)
    noise = chance * float((weight * (1.0 - weight) / n).sum())
    beyond = spread - noise
    scale = chance * float((weight * (1.0 - weight) * (1.0 - 1.0 / n)).sum())
    if beyond <= 0.0 or scale <= 0.0:
        return 10_000.0
    return float(np.clip(scale / beyond - 1.0, 2.0, 10_000.0))


@compiled
def _count(start: Array, category: Array, at: Array, end: int, edges: Array, bought: Array, asked: Array) -> None:
    """For each purchase the time to the next visit in the category; lines of one visit count once."""
    for shopper in range(len(start) - 1):
        for event in range(start[shopper], start[shopper + 1]):
            kind = category[event]
            if kind < 0:
                continue
            again, later_in_visit = -1, False
            for later in range(event + 1, start[shopper + 1]):
                if category[later] == kind:
                    if at[later] == at[event]:
                        later_in_visit = True
                    else:
                        again = at[later] - at[event]
                        break
            if later_in_visit:
                continue
            for stretch in range(bought.shape[1]):
                if again >= 0 and again < edges[stretch]:
                    break
                came = again >= 0 and again < edges[stretch + 1]
                if came or end - at[event] >= edges[stretch + 1]:
                    asked[kind, stretch] += 1
                    if came:
                        bought[kind, stretch] += 1
