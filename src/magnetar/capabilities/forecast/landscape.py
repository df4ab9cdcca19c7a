"""The price landscape: what each ad group could have won, and at what price, as a histogram.

For every opportunity that an ad group met, the bid that would just have won a slot is divided by
the impression's worth to it; that ratio (currency per conversion, over the product's price) falls in
a logarithmic bin, which gathers expected conversions and expected cost. Summed from below, the bins
answer: at a multiplier of α, how many conversions and at what cost? That is all a pacing
controller needs, and it is exact for a market that does not answer.
"""

from __future__ import annotations

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import inlined

BINS = 64
_PER_OCTAVE = 4
_LOWEST = -11  # octaves: bin 0 starts at 2**-11 of the product's price per conversion
KEEP_DAILY = 0.5
"""Share of yesterday's opportunities that still counts."""


@inlined
def bin_of(ratio: float) -> int:
    """The bin of a threshold ratio; the ends take what lies beyond.

    Reads the exponent and the top mantissa bits of the float instead of taking a logarithm: bins
    are linear inside an octave, which the edges below reproduce exactly.
    """
    bits = int(np.float32(ratio).view(np.int32)) >> 21  # exponent, then two mantissa bits: four bins per octave
    place = bits - ((127 + _LOWEST) << 2)
    if place < 0:
        return 0
    return BINS - 1 if place >= BINS else place


def upper_edges() -> Floats:
    """(BINS,), the ratio at which each bin ends."""
    steps = np.arange(1, BINS + 1)
    return 2.0 ** (_LOWEST + steps // _PER_OCTAVE) * (1.0 + (steps % _PER_OCTAVE) / _PER_OCTAVE)


class Landscape:
    """Histograms of every ad group, filled by the page kernel as it serves."""

    def __init__(self) -> None:
        self.value: Floats = np.zeros((0, BINS))
        """Expected conversions to be won in each bin."""
        self.cost: Floats = np.zeros((0, BINS))
        """What they would have cost, currency units."""
        self.pages = 0.0
        """Pages that the histograms stand for."""

    def grow(self, count: int) -> None:
        """Make room for that many ad groups."""
        missing = count - len(self.value)
        if missing > 0:
            self.value = np.vstack([self.value, np.zeros((missing, BINS))])
            self.cost = np.vstack([self.cost, np.zeros((missing, BINS))])

    def new_day(self) -> None:
        """Let yesterday fade."""
        self.value *= KEEP_DAILY
        self.cost *= KEEP_DAILY
        self.pages *= KEEP_DAILY
