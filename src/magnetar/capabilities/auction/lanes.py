"""Many auctions at once: sixty-four in the lanes of vector instructions, seats one after another.

A seat's number is packed into the six low bits of its bid's bit pattern (positive floats sort like
integers), so that the best few of a row are found by a chain of integer minima and maxima without a
branch. Packing blurs bids that lie within 2⁻¹⁷ of each other; where two neighbours among the best
do, the row is ranked again without packing. Prices are computed in float64 from the bids
themselves. The answer is therefore that of an exact sort, always; equal ranks go to the lower seat.

Quality multiplies here, *rank = bid × quality*, as in search and feed auctions; `slots` adds it, for
pages whose organic places compete with paid ones.
Sources: Edelman, Ostrovsky & Schwarz (2007), American Economic Review 97(1), generalised second
price; Varian (2007), International Journal of Industrial Organization 25(6), quality weights and
VCG in position auctions; Myerson (1981), reserve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction.slots import FIRST_PRICE, SECOND_PRICE
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled, inlined

VCG = 2
LANES = 64
"""Auctions in a block."""
PACKED_SEATS = 64
"""Seats that six bits can name."""
PACKED_SLOTS = 6
"""Slots up to which the chain of minima and maxima is unrolled."""

Floats32 = NDArray[np.float32]
_KEEP = np.int32(-PACKED_SEATS)
_SEAT = np.int32(PACKED_SEATS - 1)
_NONE = np.int32(-1)


@inlined
def _price(ranks: Array, slot: int, bid: float, quality: float, reserve: float, rule: int, exposure: Array) -> float:
    """What the winner of a slot pays for an exposure. `ranks`: (slots + 1,), float64, 0 where nobody stands."""
    if rule == FIRST_PRICE:
        return bid
    if rule == SECOND_PRICE:
        return min(bid, max(reserve, ranks[slot + 1] / quality))
    slots = exposure.shape[0]
    paid = 0.0
    for lower in range(slot, slots):  # the least bid that holds each slot from here down, by what the step up gains
        step = exposure[lower] - (exposure[lower + 1] if lower + 1 < slots else 0.0)
        if step > 0.0:
            paid += step * max(reserve, ranks[lower + 1] / quality)
    return min(bid, paid / exposure[slot])


@inlined
def _insert(bids: Array, quality: Array, row: int, floor: np.float32, ranks: Array, seats: Array) -> None:
    """The best of one row in exact order: fills `ranks` (float64) and `seats`, 0 and −1 where nobody stands."""
    size = ranks.shape[0]
    for place in range(size):
        ranks[place] = 0.0
        seats[place] = -1
    for seat in range(bids.shape[1]):
        bid = bids[row, seat]
        if not bid >= floor:
            continue
        rank = np.float64(bid)  # `float` of a float32 stays one here
        if quality.shape[0]:
            weight = np.float64(quality[row % quality.shape[0], seat])
            if not (weight > 0.0 and weight < np.inf):
                continue
            rank *= weight  # both have 24 bits: the product is exact
        place = size
        while place > 0 and (seats[place - 1] < 0 or ranks[place - 1] < rank):
            place -= 1
        if place == size:
            continue
        for lower in range(size - 1, place, -1):
            ranks[lower] = ranks[lower - 1]
            seats[lower] = seats[lower - 1]
        ranks[place] = rank
        seats[place] = seat


@inlined
def _settle(
    bids: Array, quality: Array, row: int, ranks: Array, seats: Array, reserve: float, rule: int, exposure: Array,
    top: Array, who: Array, price: Array,
) -> None:  # fmt: skip
    """Write one row's answer."""
    slots = exposure.shape[0]
    for place in range(slots + 1):
        top[row, place] = ranks[place]
        who[row, place] = seats[place]
    for slot in range(slots):
        seat = seats[slot]
        if seat < 0:
            price[row, slot] = 0.0
            continue
        weight = np.float64(quality[row % quality.shape[0], seat]) if quality.shape[0] else 1.0
        price[row, slot] = _price(ranks, slot, np.float64(bids[row, seat]), weight, reserve, rule, exposure)


@compiled
def _run_exactly(
    bids: Array, quality: Array, floor: np.float32, reserve: float, rule: int, exposure: Array,
    top: Array, who: Array, price: Array,
) -> None:  # fmt: skip
    """Any number of seats and slots, a row at a time."""
    ranks = np.empty(exposure.shape[0] + 1)
    seats = np.empty(exposure.shape[0] + 1, np.int64)
    for row in range(bids.shape[0]):
        _insert(bids, quality, row, floor, ranks, seats)
        _settle(bids, quality, row, ranks, seats, reserve, rule, exposure, top, who, price)


@compiled
def _run_lanes(
    bids: Array, quality: Array, floor: np.float32, reserve: float, rule: int, exposure: Array, chain: Array,
    top: Array, who: Array, price: Array,
) -> int:  # fmt: skip
    """Blocks of 64 rows. `chain` is a tuple of slots + 2 zeros, so that its length is known to the compiler.

    Returns how many rows were ranked again without packing.
    """
    rows, width = bids.shape
    length, slots = len(chain), exposure.shape[0]
    ranked = np.empty((PACKED_SEATS, LANES), np.float32)
    packed = ranked.view(np.int32)
    best = np.empty((length, LANES), np.int32)
    ranks = np.empty(slots + 1)
    seats = np.empty(slots + 1, np.int64)
    weighted = quality.shape[0] > 0
    again = 0
    for start in range(0, rows, LANES):
        count = min(LANES, rows - start)
        for lane in range(count):
            for seat in range(width):
                bid = bids[start + lane, seat]
                if weighted:
                    weight = quality[(start + lane) % quality.shape[0], seat]
                    stands = bid >= floor and weight > np.float32(0.0) and weight < np.float32(np.inf)
                    ranked[seat, lane] = bid * weight if stands else np.float32(-1.0)
                else:
                    ranked[seat, lane] = bid if bid >= floor else np.float32(-1.0)
        for lane in range(count, LANES):
            for seat in range(width):
                ranked[seat, lane] = np.float32(-1.0)
        best[:] = _NONE
        for seat in range(width):
            name = np.int32(_SEAT - np.int32(seat))
            for lane in range(LANES):
                bits = packed[seat, lane]
                bits = np.int32((bits & _KEEP) | name) if bits >= 0 else _NONE
                for place in range(length):
                    other = best[place, lane]
                    best[place, lane] = bits if bits > other else other
                    bits = other if bits > other else bits
        for lane in range(count):
            row = start + lane
            blurred = False
            for place in range(length - 1):
                lower = best[place + 1, lane]
                blurred |= lower >= 0 and (lower | _SEAT) == (best[place, lane] | _SEAT)
            if blurred:
                again += 1
                _insert(bids, quality, row, floor, ranks, seats)
            else:
                for place in range(slots + 1):
                    bits = best[place, lane]
                    if bits < 0:
                        seats[place], ranks[place] = -1, 0.0
                        continue
                    seat = np.int64(_SEAT - (bits & _SEAT))
                    seats[place] = seat
                    ranks[place] = np.float64(bids[row, seat])
                    if weighted:
                        ranks[place] *= np.float64(quality[row % quality.shape[0], seat])
            _settle(bids, quality, row, ranks, seats, reserve, rule, exposure, top, who, price)
    return again


def run_lanes(
    bids: NDArray[np.floating],
    slots: int,
    reserve: float = 0.0,
    rule: int = SECOND_PRICE,
    quality: NDArray[np.floating] | None = None,
    exposure: Floats | None = None,
) -> tuple[Floats32, NDArray[np.int16], Floats]:
    """Run one auction per row, fast: who wins each slot, what they pay for an exposure, and who came next.

    A bid below the reserve, zero, negative or NaN is no bid; nor is one whose quality is not positive
    and finite. An infinite bid stands above all others and pays by the same rule.

    Args:
        bids: (auctions, seats), float32, currency per exposure. Other floats are rounded to float32 first.
        slots: how many seats win, at least 1.
        reserve: least bid and least price, currency per exposure.
        rule: SECOND_PRICE, FIRST_PRICE or VCG.
        quality: (auctions, seats) or (seats,), factor on a bid that gives its rank. Default: 1.
        exposure: (slots,), probability that a slot is seen, positive and never rising downwards; VCG needs it.

    Returns:
        top: (auctions, slots + 1), the best ranks, falling; 0 where nobody stands. Without quality, the bids.
        who: (auctions, slots + 1), their seats; −1 where nobody stands.
        price: (auctions, slots), currency per exposure, in [reserve, bid]; 0 for a slot that nobody won.

    Raises:
        ValueError: shapes do not fit, there is no slot, the reserve is NaN, or VCG has no exposure curve.

    >>> top, who, price = run_lanes(np.array([[3.0, 1.0, 2.0]], np.float32), slots=2)
    >>> who.tolist(), price.tolist()
    ([[0, 2, 1]], [[2.0, 1.0]])
    """
    ask = _asked(bids, slots, reserve, rule, quality, exposure)
    out = _answer(len(ask.bids), slots)
    if ask.bids.shape[1] <= PACKED_SEATS and slots <= PACKED_SLOTS:
        _run_lanes(*ask, (np.int32(0),) * (slots + 2), *out)
    else:
        _run_exactly(*ask, *out)
    return out


def run_exactly(
    bids: NDArray[np.floating],
    slots: int,
    reserve: float = 0.0,
    rule: int = SECOND_PRICE,
    quality: NDArray[np.floating] | None = None,
    exposure: Floats | None = None,
) -> tuple[Floats32, NDArray[np.int16], Floats]:
    """What `run_lanes` answers, a row at a time and without packing: for more seats or slots, and to check it."""
    ask = _asked(bids, slots, reserve, rule, quality, exposure)
    out = _answer(len(ask.bids), slots)
    _run_exactly(*ask, *out)
    return out


class _Asked(NamedTuple):
    bids: Floats32
    quality: Floats32
    floor: np.float32
    reserve: float
    rule: int
    exposure: Floats


def _asked(
    bids: NDArray[np.floating], slots: int, reserve: float, rule: int, quality: NDArray[np.floating] | None,
    exposure: Floats | None,
) -> _Asked:  # fmt: skip
    """The arguments as kernels take them."""
    bids = np.ascontiguousarray(bids, dtype=np.float32)
    if bids.ndim != 2 or slots < 1:
        raise ValueError(f"bids must be (auctions, seats) and slots at least 1, found {bids.shape} and {slots}")
    if np.isnan(reserve):
        raise ValueError("reserve must be a number, found NaN")
    if rule not in (SECOND_PRICE, FIRST_PRICE, VCG):
        raise ValueError(
            f"rule must be SECOND_PRICE ({SECOND_PRICE}), FIRST_PRICE ({FIRST_PRICE}) or VCG ({VCG}), found {rule}"
        )
    weights = _weights(quality, bids.shape)
    return _Asked(bids, weights, least_bid(reserve), float(reserve), rule, _curve(exposure, slots, rule))


def _answer(rows: int, slots: int) -> tuple[Floats32, NDArray[np.int16], Floats]:
    return np.empty((rows, slots + 1), np.float32), np.empty((rows, slots + 1), np.int16), np.empty((rows, slots))


def least_bid(reserve: float) -> np.float32:
    """The smallest float32 that is positive and at least the reserve: a bid stands if it is at least this."""
    least = np.float32(max(reserve, 0.0))
    if float(least) < reserve:
        least = np.nextafter(least, np.float32(np.inf))
    return np.float32(max(least, np.nextafter(np.float32(0.0), np.float32(1.0))))


def _weights(quality: NDArray[np.floating] | None, shape: tuple[int, ...]) -> Floats32:
    """(rows, seats), (1, seats), or (0, 0) for none."""
    if quality is None:
        return np.empty((0, 0), np.float32)
    weights = np.ascontiguousarray(quality, dtype=np.float32)
    if weights.shape not in (shape, shape[1:]):
        raise ValueError(f"quality must be {shape} or {shape[1:]}, found {weights.shape}")
    return weights.reshape(-1, shape[1]) if shape[1] else np.empty((0, 0), np.float32)


def _curve(exposure: Floats | None, slots: int, rule: int) -> Floats:
    if exposure is None:
        if rule == VCG:
            raise ValueError("VCG needs exposure: (slots,), the probability that each slot is seen")
        return np.ones(slots)
    curve = np.ascontiguousarray(exposure, dtype=np.float64)
    if curve.shape != (slots,) or not ((curve > 0) & (curve <= 1)).all() or (np.diff(curve) > 0).any():
        raise ValueError(f"exposure must be ({slots},), in (0, 1] and never rising, found {curve.tolist()}")
    return curve
