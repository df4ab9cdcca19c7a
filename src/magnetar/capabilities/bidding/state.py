"""What a bidder is told at a tick edge: money, time, results and the price landscape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats

GRID = 49
"""Multipliers that are tried each tick, in steps of a quarter octave around the target."""
GRID_SCALE: Floats = 2.0 ** (np.arange(GRID) / 4.0 - 8.0)
"""From 1/256 of the target to 16 times it; place 32 is the target itself."""


@dataclass(frozen=True, slots=True)
class CampaignState:
    """Columns over the campaigns that one bidder serves. Money in currency units.

    A multiplier of 1 bids the target itself: `target` currency per unit of worth, where worth is
    a conversion (cost goals) or a unit of GMV (ROI goals).
    """

    row: NDArray[np.int64]
    """Row of each campaign in the roster."""
    target: Floats
    """Currency per unit of worth; for a goal without a target, what the market asks now."""
    bound: NDArray[np.bool_]
    """Whether the goal sets a target that must hold."""
    budget: Floats
    """For the day."""
    left: Floats
    """Of the day's budget."""
    spent: Floats
    """Today."""
    earned: Floats
    """Worth expected from what was spent in the window, by the calibrated predictor."""
    window_spent: Floats
    """Spent in the same window."""
    organic: Floats
    """Organic worth in the window that a whole-site target counts in, else 0."""
    passed: Floats
    """Share of today's traffic that has passed, in [0, 1]."""
    cost: Floats
    """(campaigns, GRID), forecast spend for the rest of the day at each multiplier of `GRID_SCALE`."""
    worth: Floats
    """(campaigns, GRID), forecast worth for the rest of the day."""
    previous: Floats
    """The multiplier of the last tick; NaN for a campaign that starts now."""
    doubt: Floats
    """Log-spread of what is not yet known of the predictor's calibration."""


class Bidder(Protocol):
    """Chooses the multipliers of its campaigns for the next tick."""

    def multipliers(self, state: CampaignState) -> Floats:
        """(campaigns,), finite and ≥ 0."""
        ...
