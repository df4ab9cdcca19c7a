"""Semantic ids: a product's place in a tree of meaning, read off its content, so that a new product has one at once.

Content vectors are quantised by residual k-means: the first code names a coarse group, the next ones what is left
over. Groups are kept even by a price on crowded ones, and no two products share an id: where a leaf is taken, the
nearest free one is given. Codebooks are frozen once fitted; products that come later are only placed.
Source: Rajput et al. (2023), arXiv 2305.05065 (ids from residual codes); k-means instead of a trained quantiser,
as in Ju et al. (2025), arXiv 2507.22224; prices from Bradley, Bennett & Demiriz (2000), constrained k-means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance
from magnetar.kernel.compiled import Array, compiled

Vectors = NDArray[np.float32]
Codes = NDArray[np.int32]

LEVELS = 3
WIDTH = 256
"""Codes of a level; the last level always has as many, so that there is room for products to come."""
ROUNDS = 12
SAMPLE = 65_536
"""Vectors that a codebook is fitted on, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class SemanticIds:
    """Frozen codebooks, and the ids given so far."""

    books: Vectors
    """(levels, codes, dimensions), centroids of what the levels above leave over."""
    prices: Vectors
    """(levels, codes), added to the squared distance: what keeps groups even; infinite for codes that do not exist."""
    codes: Codes
    """(items, levels), all rows distinct."""

    @classmethod
    def fit(
        cls, vectors: Vectors, seed: int = 1, *, levels: int = LEVELS, width: int = WIDTH, rounds: int = ROUNDS
    ) -> SemanticIds:
        """Learn codebooks from (items, dimensions) vectors and give every item an id.

        A vector of zeros stands for an item of which nothing is known; NaN counts as 0. Fewer items than codes give
        one code for each item; one item has the id (0, 0, 0).

        Raises:
            ValueError: no items, fewer than 2 levels or codes, or more items than ids.
        """
        if len(vectors) == 0 or levels < 2 or width < 2:
            raise ValueError(
                f"semantic ids need an item, 2 levels and 2 codes; found {len(vectors)}, {levels}, {width}"
            )
        if len(vectors) > width**levels:
            raise ValueError(f"{width}^{levels} ids are too few for {len(vectors)} items; take more levels or codes")
        clean = _clean(vectors)
        count, dimensions = clean.shape
        books = np.zeros((levels, width, dimensions), np.float32)
        prices = np.full((levels, width), np.inf, np.float32)
        chance = Chance(seed).of("semantic ids")
        rest = clean[np.sort(chance.of("sample").order(count)[:SAMPLE])].copy()
        for level in range(levels):
            taken = min(width, max(1, len(np.unique(rest, axis=0)))) if len(rest) <= width else width
            books[level, :taken], prices[level, :taken] = _even_groups(rest, taken, rounds, chance.of("level", level))
            rest -= books[level, _nearest(rest, books[level], prices[level])]
        empty = cls(books, prices, np.zeros((0, levels), np.int32))
        return empty.extend(clean)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def width(self) -> int:
        """Codes of a level."""
        return self.books.shape[1]

    def assign(self, vectors: Vectors) -> Codes:
        """(items, levels), distinct ids for new items, none of which is taken yet.

        Raises:
            ValueError: the vectors have another length than those that were fitted, or no id is left.
        """
        clean = _clean(vectors)
        levels, width, dimensions = self.books.shape
        if clean.shape[1] != dimensions:
            raise ValueError(f"vectors of length {dimensions} were fitted, found {clean.shape[1]}")
        if len(self.codes) + len(clean) > width**levels:
            raise ValueError(f"all {width**levels} ids are taken; fit anew with more levels or codes")
        codes = np.zeros((len(clean), levels), np.int32)
        rest = clean.copy()
        for level in range(levels - 1):
            codes[:, level] = _nearest(rest, self.books[level], self.prices[level])
            rest -= self.books[level, codes[:, level]]
        crowd = np.bincount(_prefix(self.codes, width), minlength=width ** (levels - 1))
        homes = _with_room(codes, crowd, width)
        if homes is not None:  # a full house: the vector moves next door, as near as there is room
            for row in homes:
                codes[row, : levels - 1] = self._next_door(clean[row], crowd)
                crowd[_prefix(codes[row : row + 1], width)[0]] += 1
            rest = clean.copy()
            for level in range(levels - 1):
                rest -= self.books[level, codes[:, level]]
        self._leaves(codes, rest)
        return codes

    def extend(self, vectors: Vectors) -> SemanticIds:
        """The same codebooks with more items, ids of old ones unchanged."""
        return SemanticIds(self.books, self.prices, np.concatenate([self.codes, self.assign(vectors)]))

    def centre(self, codes: Codes) -> Vectors:
        """(items, dimensions), the place that ids stand for: the sum of their centroids."""
        return np.stack([self.books[level, codes[:, level]] for level in range(codes.shape[1])]).sum(axis=0)

    def _leaves(self, codes: Codes, rest: Vectors) -> None:
        """Fill in the last code: the nearest that is free in each house."""
        width = self.width
        old = _prefix(self.codes, width)
        new = _prefix(codes, width)
        touched, house = np.unique(new, return_inverse=True)
        taken = np.zeros((len(touched), width), np.bool_)
        at = np.searchsorted(touched, old)
        known = (at < len(touched)) & (touched[np.minimum(at, len(touched) - 1)] == old)
        taken[at[known], self.codes[known, -1]] = True
        book, price = self.books[-1], self.prices[-1]
        for start in range(0, len(codes), SAMPLE):
            part = slice(start, start + SAMPLE)
            _take_free(_distance(rest[part], book, price), house[part], taken, codes[part, -1])

    def _next_door(self, vector: Vectors, crowd: NDArray[np.int64]) -> Codes:
        """(levels − 1,), the nearest house with room, searched exhaustively: rare."""
        levels, width, _ = self.books.shape
        free = np.flatnonzero(crowd < width)
        codes = np.stack(np.unravel_index(free, (width,) * (levels - 1)), axis=1).astype(np.int32)
        real = np.isfinite(np.stack([self.prices[level, codes[:, level]] for level in range(levels - 1)])).all(axis=0)
        codes = codes[real] if real.any() else codes
        away = np.concatenate(
            [
                ((self.centre(codes[start : start + 8192]) - vector) ** 2).sum(axis=1)
                for start in range(0, len(codes), 8192)
            ]
        )
        return codes[int(np.argmin(away))]


def _clean(vectors: Vectors) -> Vectors:
    found = np.asarray(vectors, np.float32)
    if found.ndim != 2:
        raise ValueError(f"vectors must have the shape (items, dimensions), found {found.shape}")
    return np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)


def _prefix(codes: Codes, width: int) -> NDArray[np.int64]:
    """(items,), the codes above the last as one number."""
    number = np.zeros(len(codes), np.int64)
    for level in range(codes.shape[1] - 1):
        number = number * width + codes[:, level]
    return number


def _distance(points: Vectors, book: Vectors, price: Vectors) -> Vectors:
    """(points, codes), squared distance but for the point's own length, plus the price."""
    return (price + (book * book).sum(axis=1)) - 2.0 * (points @ book.T)


def _nearest(points: Vectors, book: Vectors, price: Vectors) -> Codes:
    """(points,), the cheapest code of each."""
    out = np.empty(len(points), np.int32)
    for start in range(0, len(points), SAMPLE):
        out[start : start + SAMPLE] = np.argmin(_distance(points[start : start + SAMPLE], book, price), axis=1)
    return out


def _even_groups(points: Vectors, groups: int, rounds: int, chance: Chance) -> tuple[Vectors, Vectors]:
    """Centroids and prices: Lloyd's steps, in which a group that is too large becomes dearer."""
    book = points[np.sort(chance.of("start").order(len(points))[:groups])].copy()
    if len(book) < groups:
        raise ValueError(f"{groups} groups need as many points, found {len(points)}")
    price = np.zeros(groups, np.float32)
    even = len(points) / groups
    for turn in range(rounds):
        found = _nearest(points, book, price)
        sizes = np.bincount(found, minlength=groups).astype(np.float32)
        sums = np.zeros_like(book)
        _gather_sums(points, found, sums)
        full = sizes > 0
        book[full] = sums[full] / sizes[full, None]
        spread = float(((points - book[found]) ** 2).sum(axis=1).mean())
        if not full.all():  # an empty group starts again from a point of a crowded one
            crowded = np.argsort(-sizes[found], kind="stable")[: int((~full).sum())]
            book[~full] = points[crowded]
            price[~full] = 0.0
        price += np.float32(0.3 * spread / (1 + turn) ** 0.5) * np.clip(np.log((sizes + 1) / (even + 1)), -1.0, 1.0)
    return book, price - price.min()


@compiled
def _gather_sums(points: Array, found: Array, sums: Array) -> None:
    for row in range(len(points)):
        for column in range(points.shape[1]):
            sums[found[row], column] += points[row, column]


def _with_room(codes: Codes, crowd: NDArray[np.int64], width: int) -> list[int] | None:
    """Counts new items into their houses; the rows that find theirs full, or None."""
    late = np.zeros(len(codes), np.bool_)
    _move_in(_prefix(codes, width), crowd, width, late)
    return [int(row) for row in np.flatnonzero(late)] if late.any() else None


@compiled
def _move_in(house: Array, crowd: Array, width: int, late: Array) -> None:
    for row in range(len(house)):
        if crowd[house[row]] >= width:
            late[row] = True
        else:
            crowd[house[row]] += 1


@compiled
def _take_free(away: Array, house: Array, taken: Array, leaf: Array) -> None:
    for row in range(len(away)):
        best = -1
        for code in range(away.shape[1]):
            if not taken[house[row], code] and (best < 0 or away[row, code] < away[row, best]):
                best = code
        taken[house[row], best] = True
        leaf[row] = best
