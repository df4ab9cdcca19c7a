"""One bidder in one seat, against what everybody else did: the others' bids stay frozen."""

from __future__ import annotations

from magnetar.twin.arena.chair import Chair, SeatBidder, SeatDay
from magnetar.twin.arena.field import Field


def sit(played: Field, seat: int, bidder: SeatBidder, *, luck: int = 0) -> SeatDay:
    """Put a bidder into a seat for the day.

    Exposures and conversions are draws of (day, luck, tick, opportunity): two bidders meet the same luck,
    and with the natives' luck (0) a bidder that bids what the native did gets what the native got.
    A bid is cut to what is left of the budget, so that a budget is never exceeded.

    Raises:
        ValueError: there is no such seat, or a bid is not (n,), finite and ≥ 0.
    """
    chair = Chair(played.episode, seat, bidder, luck)
    start = played.episode.start.tolist()
    for tick in range(played.episode.ticks):
        span = slice(start[tick], start[tick + 1])
        value = played.value[seat, span]
        bid = chair.ask(tick, value, played.sigma[seat, span])
        chair.settle(tick, bid, value, played.truth[seat, span], played.top[span], played.who[span])
    return chair.day()
