"""Many days, many seats, several bidders: everybody meets the same days, rivals and luck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.bidding import make_bidder
from magnetar.engines.spread import spread as share_out
from magnetar.kernel.chance import Chance, Floats
from magnetar.twin.arena.chair import SeatBidder, SeatDay
from magnetar.twin.arena.episode import Episode
from magnetar.twin.arena.family import load_family
from magnetar.twin.arena.field import Guest, play, play_with
from magnetar.twin.arena.hindsight import Hindsight, look_back
from magnetar.twin.arena.seat import sit

Columns = dict[str, Floats]
"""Name → (seats,)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to bid."""

    bidder: str
    """As `make_bidder` knows it."""
    strict: bool = False
    steady: bool = False

    @property
    def label(self) -> str:
        return self.bidder + ", strict" * self.strict + ", steady" * self.steady


@dataclass(frozen=True, slots=True)
class Round:
    """One day to be fought over."""

    family: str
    number: int
    seed: int
    opportunities: int
    seats: tuple[int, ...]
    """Those that are tested; the market has `market`."""
    market: int
    entries: tuple[Entry, ...]
    response: tuple[tuple[Entry, int], ...] = ()
    """Who is let play again in which seat while the rivals respond."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one day."""

    family: str
    number: int
    unbiased: bool
    seats: Columns
    """target, budget; bound, constant, foreseen, strict bound, strict constant: their scores."""
    days: dict[str, Columns]
    """By label: score, expected, expected spend, spend, conversions, cost cv, cpu seconds."""
    response: dict[str, Columns]
    """By label, over the seats that played again: seat, score, frozen score."""


def seed_of(seed: int, family: str, number: int) -> int:
    """The seed of one day of a contest."""
    return int(Chance(seed).of("contest", family, number).integers(2**62, 1)[0])


def spread(seats: int, market: int) -> tuple[int, ...]:
    """So many seats of the market, evenly apart.

    >>> spread(3, 48)
    (0, 16, 32)
    """
    return tuple((np.arange(seats) * market // seats).tolist())


def enter(episode: Episode, entry: Entry, seat: int) -> SeatBidder:
    """The bidder for one seat."""
    return make_bidder(
        entry.bidder,
        budget=float(episode.budget[seat]),
        target_cpa=float(episode.target[seat]),
        ticks=episode.ticks,
        slots=episode.slots,
        strict=entry.strict,
        steady=entry.steady,
    )


def fight(asked: Round) -> Result:
    """All entries in all tested seats of one day, one at a time against the frozen others."""
    family = load_family(asked.family)
    episode = family.open(asked.seed, asked.opportunities, asked.market)
    played = play(episode)
    hindsight = [look_back(played, seat) for seat in asked.seats]
    days = {
        entry.label: [sit(played, seat, enter(episode, entry, seat)) for seat in asked.seats] for entry in asked.entries
    }
    frozen = {(label, day.seat): day.expected_score for label, made in days.items() for day in made}
    again: dict[str, list[tuple[int, float, float]]] = {}
    for entry, seat in asked.response:
        _, day = play_with(
            family.open(asked.seed, asked.opportunities, asked.market), Guest(seat, enter(episode, entry, seat))
        )
        again.setdefault(entry.label, []).append((seat, day.expected_score, frozen[entry.label, seat]))
    chosen = list(asked.seats)
    return Result(
        asked.family,
        asked.number,
        episode.unbiased,
        {"target": episode.target[chosen], "budget": episode.budget[chosen], **_bounds(hindsight)},
        {label: _columns(made) for label, made in days.items()},
        {
            label: dict(zip(("seat", "score", "frozen score"), np.array(rows).T, strict=True))
            for label, rows in again.items()
        },
    )


def _bounds(found: Sequence[Hindsight]) -> Columns:
    return {
        "bound": np.array([one.bound.score for one in found]),
        "constant": np.array([one.constant.score for one in found]),
        "foreseen": np.array([one.foreseen.score for one in found]),
        "strict bound": np.array([one.strict_bound.conversions for one in found]),
        "strict constant": np.array([one.strict_constant.conversions for one in found]),
    }


def _columns(days: Sequence[SeatDay]) -> Columns:
    return {
        "score": np.array([day.expected_score for day in days]),
        "realised score": np.array([day.score for day in days]),
        "expected": np.array([day.expected for day in days]),
        "expected spend": np.array([day.expected_spend for day in days]),
        "spend": np.array([day.spend for day in days]),
        "conversions": np.array([day.conversions for day in days], np.float64),
        "cost cv": np.array([day.cost_cv for day in days]),
        "cpu": np.array([day.cpu_seconds for day in days]),
    }


def contest(rounds: Sequence[Round], workers: int = 0) -> Iterator[Result]:
    """Results as they come in, rounds over processes; an interrupt, or closing the iterator early, ends them all."""
    with closing(share_out(fight, rounds, workers)) as done:
        for _, result in done:
            yield result
