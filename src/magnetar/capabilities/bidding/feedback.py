"""What a bidder in one seat hears of a tick that has passed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats


@dataclass(frozen=True, slots=True)
class TickFeedback:
    """Columns over the impressions of the previous tick, in the order in which they were bid for."""

    value: Floats
    """Predicted conversion probability, as it was told before the bid."""
    bid: Floats
    """Currency per impression."""
    won: NDArray[np.bool_]
    slot: NDArray[np.int64]
    """0 lost, 1 the top slot."""
    cost: Floats
    """What was charged; 0 where the impression was not exposed."""
    exposed: NDArray[np.bool_]
    converted: NDArray[np.bool_]
    market_price: Floats
    """The lowest price that would have won a slot."""
    remaining_budget: float
    """Currency left of the day's budget."""

    def __len__(self) -> int:
        return len(self.value)
