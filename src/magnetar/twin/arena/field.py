"""A day on which everybody runs its own strategy; what is kept is enough to put somebody else in any one seat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import slot_price
from magnetar.kernel.chance import Floats, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.chair import Chair, SeatBidder, SeatDay
from magnetar.twin.arena.episode import Episode, Seats, Singles
from magnetar.twin.arena.natives import Natives


@dataclass(frozen=True, slots=True)
class Field:
    """The recorded day. Opportunities are in arrival order; `episode.start` cuts them into ticks."""

    episode: Episode
    top: Singles
    """(opportunities, slots + 1), the highest bids, descending; 0 where there are fewer."""
    who: Seats
    """(opportunities, slots + 1), the seats behind them; −1 where there are fewer."""
    value: Singles
    """(seats, opportunities), each seat's predictions."""
    sigma: Singles
    truth: Singles
    """(seats, opportunities), likewise."""
    multiplier: Floats
    """(ticks, seats), what the natives bid for target × value, shading and the rivals' factors included; NaN in a guest's seat."""
    spend: Floats
    """(ticks, seats), currency charged."""
    expected: Floats
    """(ticks, seats), real conversion probability summed over the impressions on screen."""
    conversions: NDArray[np.int64]
    """(ticks, seats), realised."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody else in one of the seats, to whom the rivals respond."""

    seat: int
    bidder: SeatBidder


def play(episode: Episode, luck: int = 0) -> Field:
    """Live through the day once, every seat on its native strategy.

    No seat overspends: a bid is cut to what is left of its budget when the opportunity comes by.
    """
    return _play(episode, luck, None)


def play_with(episode: Episode, guest: Guest, luck: int = 0) -> tuple[Field, SeatDay]:
    """Live through the day with a bidder in one seat while the rivals respond to it, tick by tick."""
    chair = Chair(episode, guest.seat, guest.bidder, luck)
    return _play(episode, luck, chair), chair.day()


def _play(episode: Episode, luck: int, chair: Chair | None) -> Field:
    count, seats, slots = episode.opportunities, episode.seats, episode.slots
    top = np.zeros((count, slots + 1), np.float32)
    who = np.full((count, slots + 1), -1, np.int16)
    value, sigma, truth = (np.empty((seats, count), np.float32) for _ in range(3))
    multiplier, spend, promised, expected = (np.zeros((episode.ticks, seats)) for _ in range(4))
    conversions = np.zeros((episode.ticks, seats), np.int64)
    natives, left = Natives(episode), episode.budget.copy()
    shown, bought = episode.chance.of("shown", luck), episode.chance.of("bought", luck)
    for tick in range(episode.ticks):
        first, last = int(episode.start[tick]), int(episode.start[tick + 1])
        drawn = episode.draw(tick)
        value[:, first:last], sigma[:, first:last], truth[:, first:last] = (
            drawn.value.T,
            drawn.sigma.T,
            drawn.truth.T,
        )
        multiplier[tick] = natives.bids * episode.rival_factor(tick)
        bid, seat = np.zeros(0), -1
        if chair is not None:
            seat = chair.seat
            bid = chair.ask(tick, drawn.value[:, seat].copy(), drawn.sigma[:, seat].copy())
            multiplier[tick, seat] = np.nan
        _auction(
            drawn.value, drawn.truth, seat, bid, multiplier[tick] * episode.target, left, episode.exposure, episode.reserve,
            episode.rule, shown.of(tick).key, bought.of(tick).key, top[first:last], who[first:last],
            spend[tick], promised[tick], expected[tick], conversions[tick],
        )  # fmt: skip
        if chair is not None:
            column = drawn.value[:, seat].copy(), drawn.truth[:, seat].copy()
            chair.settle(tick, bid, *column, top[first:last], who[first:last])
        natives.learn(tick, spend[tick], promised[tick])
    return Field(episode, top, who, value, sigma, truth, multiplier, spend, expected, conversions)


@compiled
def _auction(
    value: Array, truth: Array, guest: int, guest_bid: Array, scale: Array, left: Array, exposure: Array, reserve: float, rule: int,
    shown: np.uint64, bought: np.uint64, top: Array, who: Array,
    spend: Array, promised: Array, expected: Array, conversions: Array,
) -> None:  # fmt: skip
    """One tick, opportunity by opportunity; among equal bids the first seat ranks higher."""
    rows, seats = value.shape
    size = top.shape[1]
    bids = np.empty(size, np.float32)
    for row in range(rows):
        filled = 0
        worst = np.float32(0.0)
        for seat in range(seats):
            asked = guest_bid[row] if seat == guest else scale[seat] * value[row, seat]
            bid = np.float32(min(asked, left[seat]))
            if not (bid >= reserve and bid > 0.0) or (filled == size and bid <= worst):
                continue
            place = filled if filled < size else size - 1
            while place > 0 and bids[place - 1] < bid:
                bids[place] = bids[place - 1]
                who[row, place] = who[row, place - 1]
                place -= 1
            bids[place] = bid
            who[row, place] = seat
            filled = min(filled + 1, size)
            worst = bids[filled - 1]
        luck = uniform(shown, row)
        for place in range(filled):
            top[row, place] = bids[place]
        for place in range(min(filled, size - 1)):
            if luck >= exposure[place]:
                break
            seat = who[row, place]
            following = bids[place + 1] if place + 1 < filled else 0.0
            price = slot_price(bids[place], 0.0, following, reserve, rule)
            price = min(price, left[seat])
            left[seat] -= price
            spend[seat] += price
            promised[seat] += value[row, seat]
            expected[seat] += truth[row, seat]
            conversions[seat] += uniform(bought, row * seats + seat) < truth[row, seat]
