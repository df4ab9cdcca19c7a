"""The shelf: what the platform knows of everything that can fill a position, as arrays.

An item is a product of some merchant or a piece of organic content (no merchant, no price).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats

BAND_EDGES = (20.0, 50.0, 120.0, 300.0)
"""Upper edges, in currency units, of the price bands that shoppers are matched with."""

NOBODY = -1
"""The merchant of organic content."""


class ShelfArrays(NamedTuple):
    """Columns over items, for kernels."""

    merchant: NDArray[np.int64]
    category: NDArray[np.int64]
    band: NDArray[np.int64]
    price: Floats
    """Currency units; 0 for organic content."""
    scenes: NDArray[np.uint8]
    """Bit mask over `Scene`."""
    listed: NDArray[np.bool_]


@dataclass(slots=True)
class Shelf:
    """Items by row number, with the names behind the numbers."""

    ids: list[str]
    merchants: list[str]
    categories: list[str]
    arrays: ShelfArrays
    vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """(items, dimensions), what each item's text and pictures say of it; a row of zeros says nothing."""
    row_of: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.row_of = {name: row for row, name in enumerate(self.ids)}
        if not len(self.vectors):
            self.vectors = np.zeros((len(self.ids), 0), np.float32)

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(
        cls,
        *,
        ids: Sequence[str],
        merchants: Sequence[str],
        merchant: NDArray[np.int64],
        categories: Sequence[str],
        category: NDArray[np.int64],
        price: Floats,
        scenes: NDArray[np.uint8],
        vectors: NDArray[np.float32] | None = None,
    ) -> Shelf:
        """A shelf from columns; every item is listed.

        Raises:
            ValueError: the columns differ in length, an id comes twice, or a price or vector is not finite, or a price
                negative.
        """
        count = len(ids)
        if {len(merchant), len(category), len(price), len(scenes)} != {count} or len(set(ids)) != count:
            raise ValueError(
                f"a shelf needs one row per id, each id once, found {count} ids and unequal or repeated rows"
            )
        if not np.all(np.isfinite(price)) or (count and price.min() < 0):
            raise ValueError("prices must be finite and not negative")
        seen = np.zeros((count, 0), np.float32) if vectors is None else np.ascontiguousarray(vectors, np.float32)
        if len(seen) != count or not np.all(np.isfinite(seen)):
            raise ValueError(f"vectors must be finite and one for each of {count} items, found shape {seen.shape}")
        band = np.searchsorted(np.array(BAND_EDGES), price, side="right")
        arrays = ShelfArrays(
            np.asarray(merchant, np.int64),
            np.asarray(category, np.int64),
            band.astype(np.int64),
            np.asarray(price, np.float64),
            np.asarray(scenes, np.uint8),
            np.ones(count, np.bool_),
        )
        return cls(list(ids), list(merchants), list(categories), arrays, seen)

    def of_merchant(self, name: str) -> NDArray[np.int64]:
        """Rows of one merchant's items."""
        return np.flatnonzero(self.arrays.merchant == self.merchants.index(name))
