"""A market tick in vectorised numpy, twice: as the baseline in time, and as the reference that the kernel must equal."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.auction import FIRST_PRICE, run_lanes
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array
from magnetar.twin.arena.registers import Registers, Tally

_1, _8, _15, _16 = (np.uint32(width) for width in (1, 8, 15, 16))
_MULTIPLY1, _MULTIPLY2, _TURN = np.uint32(0x7FEB352D), np.uint32(0x846CA68B), np.uint32(0x9E3779B9)


def two_sorts(bids: Floats, slots: int) -> tuple[Array, Array]:
    """Seats and bids of the best: rows sorted whole, once for who and once for how much, as AuctionNet does."""
    return np.argsort(-bids, axis=1)[:, : slots + 1], -np.sort(-bids, axis=1)[:, : slots + 1]


def partition(bids: Floats, slots: int) -> tuple[Array, Array]:
    """The same from a partial sort of the best alone."""
    who = np.argpartition(-bids, slots, axis=1)[:, : slots + 1]
    top = np.take_along_axis(bids, who, axis=1)
    order = np.argsort(-top, axis=1)
    return np.take_along_axis(who, order, axis=1), np.take_along_axis(top, order, axis=1)


def tick(registers: Registers, at: int, multiplier: Floats, generator: np.random.Generator) -> Tally:  # noqa: TID251
    """One tick from drawing values to every seat's account; draws are numpy's own, budgets are left out."""
    day = registers.day
    count, seats, slots = int(day.counts[at]), day.seats, day.slots
    value = generator.standard_normal((count, seats))
    value *= day.spread[at]
    value += day.mean[at]
    np.clip(value, 0.0, 1.0, out=value)
    who, top = two_sorts(value * (multiplier * day.target), slots)
    price = np.maximum(top[:, 1:], day.reserve)
    who, top = who[:, :slots], top[:, :slots]
    seen = (generator.random(count)[:, None] < day.exposure) & (top >= day.reserve)
    seat = who[seen]
    worth = np.take_along_axis(value, who, axis=1)[seen]
    truth = worth * registers.honesty[seat]
    return _booked(seat, price[seen], worth, truth, generator.random(len(seat)) < truth, seats)


def exact(registers: Registers, at: int, multiplier: Floats) -> tuple[Tally, float]:
    """The tick that `Registers.run` lives through with ample budgets, by the exact kernel on the values it draws.

    Bids are ranked as packing leaves them, and paid as they are.

    Returns:
        what it comes to; the share of opportunities in which packing puts seats into another order.
    """
    day, slots = registers.day, registers.day.slots
    value = registers.values(at)
    bids = registers.bids(at, multiplier)
    packed = (bids.view(np.int32) & np.int32(-64)).view(np.float32)
    reserve = float(registers.reserve)
    who = run_lanes(packed, slots, reserve)[1].astype(np.int64)
    moved = (who != run_lanes(bids, slots, reserve)[1]).any(axis=1)
    top = np.where(who >= 0, np.take_along_axis(bids, np.maximum(who, 0), axis=1), np.float32(0))
    price = np.maximum(np.minimum(top[:, 1:], top[:, :slots]), registers.reserve)
    if day.rule == FIRST_PRICE:
        price = top[:, :slots]
    counters = np.arange(len(value), dtype=np.uint32) + np.uint32(day.start[at])
    luck = _bits(counters, *registers.shown)
    seen = ((luck >> _8)[:, None] * 2.0**-24 < day.exposure.astype(np.float32)) & (top[:, :slots] > 0)
    seat = who[:, :slots][seen]
    worth = np.take_along_axis(value, np.maximum(who[:, :slots], 0), axis=1)[seen].astype(np.float64)
    truth = worth * registers.honesty[seat]
    chance = (_mixed(luck[:, None] + _TURN * np.arange(1, slots + 1, dtype=np.uint32)) >> _1)[seen] * 2.0**-31
    return _booked(seat, price[seen], worth, truth, chance < truth, day.seats), float(moved.mean())


def _booked(seat: Array, price: Array, worth: Array, truth: Array, bought: Array, seats: int) -> Tally:
    columns: list[Array] = [np.bincount(seat, weights=one, minlength=seats) for one in (price, worth, truth, bought)]
    return Tally(columns[0], columns[1], columns[2], columns[3].astype(np.int64))


def _bits(counter: Array, first: np.uint32, second: np.uint32) -> Array:
    x = counter * _MULTIPLY1 + first
    x = ((x ^ (x >> _15)) ^ second) * _MULTIPLY2
    return x ^ (x >> _16)


def _mixed(x: Array) -> Array:
    x = (x ^ (x >> _16)) * _MULTIPLY1
    x = (x ^ (x >> _15)) * _MULTIPLY2
    return x ^ (x >> _16)
