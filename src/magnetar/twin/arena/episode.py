"""One day of a market: who sits in it, how much comes by, and what every opportunity is worth to every seat."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import SECOND_PRICE
from magnetar.kernel.chance import Chance, Floats

Singles = NDArray[np.float32]
Seats = NDArray[np.int16]
SLOTS = 3
EXPOSURE = (1.0, 0.8, 0.48)
"""Chance that a won slot is on screen: the second 80 %, the third in 60 % of those. Source: AuctionNet."""
RESERVE = 1e-4
"""Least price, currency. Source: AuctionNet."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The opportunities of one tick, in arrival order."""

    value: Singles
    """(opportunities, seats), predicted probability of a conversion given exposure."""
    sigma: Singles
    """(opportunities, seats), standard deviation of that prediction."""
    truth: Singles
    """(opportunities, seats), the real probability; no bidder sees it."""

    def __len__(self) -> int:
        return len(self.value)


class Episode(ABC):
    """One day. `draw` gives the same columns however often it is called; all luck hangs on `chance`."""

    slots: int = SLOTS
    rule: int = SECOND_PRICE
    reserve: float = RESERVE
    unbiased: bool = True
    """Whether every seat's predictions are right on average, all day."""

    def __init__(
        self,
        family: str,
        chance: Chance,
        counts: NDArray[np.int64],
        usual: Floats,
        budget: Floats,
        target: Floats,
        native: NDArray[np.int64],
    ) -> None:
        """
        Args:
            family: name.
            chance: of every draw of the day.
            counts: (ticks,), opportunities of each tick.
            usual: (ticks,), share of an ordinary day's opportunities in each tick; sums to 1. What rivals plan by.
            budget: (seats,), currency for the day, ≥ 0.
            target: (seats,), currency per conversion, > 0.
            native: (seats,), which strategy of `natives` a seat runs when nobody is tested in it.
        """
        self.family = family
        self.chance = chance
        self.counts = np.ascontiguousarray(counts, np.int64)
        self.usual = np.ascontiguousarray(usual, np.float64)
        self.budget = np.ascontiguousarray(budget, np.float64)
        self.target = np.ascontiguousarray(target, np.float64)
        self.native = np.ascontiguousarray(native, np.int64)
        self.exposure = np.array(EXPOSURE)
        if not (np.isfinite(self.budget).all() and (self.budget >= 0).all() and (self.target > 0).all()):
            raise ValueError("an episode needs budgets of at least 0 and targets above 0")
        if not len(self.budget) == len(self.target) == len(self.native) or len(self.counts) != len(self.usual):
            raise ValueError(
                f"budget, target and native must be (seats,), counts and usual (ticks,), found "
                f"{self.budget.shape}, {self.target.shape}, {self.native.shape}, {self.counts.shape}, {self.usual.shape}"
            )
        self.start = np.concatenate([[0], np.cumsum(self.counts)])
        """(ticks + 1,), where each tick begins among the day's opportunities."""

    @property
    def seats(self) -> int:
        return len(self.budget)

    @property
    def ticks(self) -> int:
        return len(self.counts)

    @property
    def opportunities(self) -> int:
        return int(self.start[-1])

    @abstractmethod
    def draw(self, tick: int) -> Draw:
        """What comes by in one tick."""

    def rival_factor(self, tick: int) -> Floats:
        """(seats,), factor on the bids of seats that run their native strategy; 0 for one that is not there."""
        del tick
        return np.ones(self.seats)
