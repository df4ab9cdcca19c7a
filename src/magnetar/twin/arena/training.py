"""What the learned bidder is taught from: days of the twin, lived through, and judged once they are over.

A day is drawn from the tuning families, then varied: budgets, targets, traffic, rivals' levels and the
predictions' calibration, each by its own draw. In some seats a bidder lives through the day while its choices
are disturbed at random. Afterwards hindsight says, for ticks of that day, what the whole day would have scored
had one multiplier been kept from there to the end, for a range of multipliers around the forecast's own.
The network is taught to choose by these scores. It never sees the truth that they were reckoned with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import FIRST_PRICE
from magnetar.capabilities.bidding import SEATS, Bidder, CampaignState, Seat
from magnetar.capabilities.bidding.learned import (
    CELLS,
    NAMES,
    REACH,
    LearnedBidder,
    Weights,
    bounded,
    forward,
    read,
)
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.twin.arena.chair import EXPONENT, Chair
from magnetar.twin.arena.episode import Draw, Episode
from magnetar.twin.arena.family import load_family
from magnetar.twin.arena.field import Field, play
from magnetar.twin.arena.hindsight import Offers, offers_of

FAMILIES = ("independent", "taste", "first-price")
"""The others are kept for the final judgement."""
MARKET, TICKS = 48, 48
OPPORTUNITIES = (36_000, 96_000)
TRIED = 13
STEPS: Floats = np.linspace(-REACH, REACH, TRIED)
"""Log factors on the anchor whose days are looked up."""
ROWS = 4_000
"""Opportunities of the rest of a day that are looked at, evenly thinned."""
EVERY = 3
"""One tick in so many is judged."""
TEACHERS = ("anchor", "anchor", "pacing", "online-lp")
"""The planner that is corrected leads half of the seats; the others show it situations that it would not get into."""
PLAIN = 0.4
"""Share of days that are left as their family makes them; of the others some are varied a little and some a lot."""
FREE = 0.1
"""Share of seats without a target."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Seats' days as sequences of tick edges."""

    day: NDArray[np.int64]
    """(sequences,), which day each is of."""
    features: Floats
    """(sequences, ticks, F), 0 where nothing was asked."""
    judged: NDArray[np.bool_]
    """(sequences, ticks)."""
    score: Floats
    """(sequences, ticks, TRIED), expected score of the whole day at each step, over the best of them; 0 where not judged."""
    stake: Floats
    """(sequences, ticks), that best expected score, conversions."""
    chosen: Floats
    """(sequences, ticks), the log factor on the anchor that was bid."""

    def __len__(self) -> int:
        return len(self.day)

    def part(self, some: NDArray[np.bool_]) -> Lessons:
        """The sequences chosen by a mask."""
        return Lessons(**{one.name: getattr(self, one.name)[some] for one in fields(self)})


def together(parts: Sequence[Lessons]) -> Lessons:
    """One after another."""
    return Lessons(**{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Lessons)})


class Varied(Episode):
    """A day of a family with another course: everything that is varied is drawn from `chance`."""

    def __init__(self, inner: Episode, chance: Chance, strength: float = 1.0) -> None:
        """`strength` in [0, 1] scales all changes; with 0 the day is the family's own."""
        seats, ticks = inner.seats, inner.ticks
        normals = strength * chance.of("accounts").normals(2, seats + 1)
        traffic = _course(chance.of("traffic"), ticks, changes=2, spread=0.3 * strength)
        inner.counts = np.maximum(1, np.round(inner.counts * traffic)).astype(np.int64)
        super().__init__(
            inner.family,
            inner.chance,
            inner.counts,
            inner.usual,
            inner.budget * np.exp(0.25 * normals[0, 1:] + 0.15 * normals[0, 0]),
            inner.target * np.exp(0.12 * normals[1, 1:] + 0.1 * normals[1, 0]),
            inner.native,
        )
        self.slots, self.rule, self.reserve, self.exposure = inner.slots, inner.rule, inner.reserve, inner.exposure
        self.unbiased = False
        self._inner = inner
        self._rivals = _course(chance.of("rivals"), ticks, changes=2, spread=0.25 * strength)[:, None] * np.ones(seats)
        leaves = np.where(
            chance.of("leaves").uniforms(seats) < 0.05 * strength, chance.of("when").integers(ticks, seats), ticks
        )
        self._rivals[np.arange(ticks)[:, None] >= leaves] = 0.0
        off = chance.of("off").uniforms(seats) < 0.35 * strength
        since = np.where(chance.of("always").uniforms(seats) < 0.5, 0, chance.of("since").integers(ticks, seats))
        factor = np.exp(0.2 * chance.of("factor").normals(seats))
        self._told = np.where(off & (np.arange(ticks)[:, None] >= since), factor, 1.0).astype(np.float32)

    def draw(self, tick: int) -> Draw:
        drawn, told = self._inner.draw(tick), self._told[tick]
        return Draw(np.minimum(drawn.value * told, np.float32(1.0)), drawn.sigma * told, drawn.truth)

    def rival_factor(self, tick: int) -> Floats:
        return self._rivals[tick]


def _course(chance: Chance, ticks: int, *, changes: int, spread: float) -> Floats:
    """(ticks,), a factor that jumps up to so many times, log-normally."""
    steps = np.zeros(ticks)
    count = int(chance.of("count").integers(changes + 1, 1)[0])
    np.add.at(steps, chance.of("at").integers(ticks, count), spread * chance.of("size").normals(count))
    return np.exp(np.cumsum(steps))


class Pupil:
    """Lives through a day with somebody's multipliers, disturbed, and notes the situation at each tick edge."""

    def __init__(self, teacher: Bidder | None, chance: Chance, ticks: int) -> None:
        """Without a teacher the planner's anchor is followed."""
        spread, lean = chance.of("spread").uniforms(2) * np.array([0.2, 0.15])
        wander = np.empty(ticks)
        level = 0.0
        for tick, shock in enumerate(chance.of("wander").normals(ticks).tolist()):
            level = 0.8 * level + 0.6 * shock
            wander[tick] = level
        self._noise = spread * wander + lean * chance.of("lean").normals(1)[0]
        self._teacher = teacher
        self.tick = 0
        self.features: Floats = np.zeros((ticks, len(NAMES)))
        self.anchor: Floats = np.full(ticks, np.nan)
        self.chosen: Floats = np.zeros(ticks)

    def multipliers(self, state: CampaignState) -> Floats:
        tick, reading = self.tick, read(state)
        told = reading.anchor if self._teacher is None else np.log(np.maximum(self._teacher.multipliers(state), 1e-9))
        out = bounded(reading, told - reading.anchor + self._noise[tick], state)
        self.features[tick], self.anchor[tick] = reading.features[0], reading.anchor[0]
        if not reading.blind[0] and out[0] > 0.0:
            self.chosen[tick] = math.log(out[0]) - reading.anchor[0]
        return out


def make_lessons(
    chance: Chance,
    days: int,
    seats: int,
    tell: Callable[[int], None] = lambda done: None,
    *,
    first: int = 0,
    weights: Weights | None = None,
    opportunities: tuple[int, int] = OPPORTUNITIES,
) -> Lessons:
    """Live through days.

    Args:
        chance: of all draws.
        days: at least 1.
        seats: of each day's market in which a pupil sits, one at a time.
        tell: called with the number of days done.
        first: number of the first day; each number is another day.
        weights: if given, half of the seats are led by this network.
        opportunities: least and most of a day.
    """
    made = []
    for number in range(first, first + days):
        made.append(_day(chance.of("lesson", number), number, seats, weights, opportunities))
        tell(number - first + 1)
    return together(made)


def _day(chance: Chance, number: int, seats: int, weights: Weights | None, opportunities: tuple[int, int]) -> Lessons:
    draws = chance.of("day").uniforms(3)
    low, high = opportunities
    count = round(low * (high / low) ** float(draws[0]))
    seed = int(chance.of("seed").integers(2**62, 1)[0])
    inner = load_family(FAMILIES[int(draws[1] * len(FAMILIES))]).open(seed, count, MARKET, TICKS)
    strength = max(0.0, 1.0 - float(draws[2]) / (1.0 - PLAIN))
    played = play(Varied(inner, chance.of("varied"), strength))
    return together(
        [
            sit_and_judge(played, seat, chance.of("seat", seat), number, weights)
            for seat in np.sort(chance.of("seats").order(MARKET)[:seats]).tolist()
        ]
    )


def sit_and_judge(played: Field, seat: int, chance: Chance, number: int = 0, weights: Weights | None = None) -> Lessons:
    """One pupil in one seat for the day."""
    episode, draws = played.episode, chance.of("who").uniforms(4)
    free = draws[0] < FREE
    pupil = Pupil(_teacher(draws[1], draws[2], weights), chance.of("pupil"), episode.ticks)
    bidder = Seat(
        pupil,
        budget=float(episode.budget[seat]),
        target_cpa=math.inf if free else float(episode.target[seat]),
        ticks=episode.ticks,
        slots=episode.slots,
        straight=False,
        steady=False,
        prior=None,
    )
    chair, offers = Chair(episode, seat, bidder), offers_of(played, seat)
    score = np.zeros((episode.ticks, TRIED))
    stake = np.zeros(episode.ticks)
    late = int(draws[3] * EVERY)
    start = episode.start.tolist()
    for tick in range(episode.ticks):
        span = slice(start[tick], start[tick + 1])
        value = played.value[seat, span]
        pupil.tick = tick
        bid = chair.ask(tick, value, played.sigma[seat, span])
        if (tick + late) % EVERY == 0 and np.isfinite(pupil.anchor[tick]) and chair.left > 0.0:
            found = _days(offers, start[tick], chair, bidder, math.exp(pupil.anchor[tick]) * np.exp(STEPS), free)
            if found.max() > 0.0:
                stake[tick] = found.max()
                score[tick] = found / stake[tick]
        chair.settle(tick, bid, value, played.truth[seat, span], played.top[span], played.who[span])
    return Lessons(
        np.array([number]), pupil.features[None], stake[None] > 0.0, score[None], stake[None], pupil.chosen[None]
    )


def _teacher(who: float, which: float, weights: Weights | None) -> Bidder | None:
    if weights is not None and who < 0.5:
        return LearnedBidder(weights=weights)
    name = TEACHERS[int(which * len(TEACHERS))]
    return None if name == "anchor" else SEATS[name](EXPONENT, False)[0]


def _days(offers: Offers, first: int, chair: Chair, bidder: Seat, multipliers: Floats, free: bool) -> Floats:
    """(multipliers,), expected score of the day if each was kept from opportunity `first` on, as the bidder sees the market now."""
    behind = chair.day()
    step = max(1, (len(offers.value) - first) // ROWS)
    thin = slice(first + step // 2, None, step)
    value = offers.value[thin].astype(np.float64)
    need, price, truth = offers.need[thin], offers.price[thin], offers.truth[thin]
    ahead = np.empty((len(multipliers), 2))
    for one, multiplier in enumerate(multipliers.tolist()):
        bids = bidder.clearing.bids(multiplier * bidder.rate * bidder.calibration.mean * value, value)
        _rest(need, price, truth, offers.exposure, offers.rule == FIRST_PRICE, bids, chair.left / step, ahead[one])
    spend, worth = behind.expected_spend + step * ahead[:, 0], behind.expected + step * ahead[:, 1]
    if free:
        return worth
    return worth * np.minimum(1.0, offers.target * worth / np.maximum(spend, 1e-12)) ** EXPONENT


@compiled
def _rest(
    need: Array, price: Array, truth: Array, exposure: Array, own: bool, bid: Array, budget: float, out: Array
) -> None:
    """Write expected spend and conversions of these bids until the budget is gone."""
    slots = need.shape[1]
    spend = worth = 0.0
    for row in range(need.shape[0]):
        asked = np.float32(min(bid[row], budget - spend))
        if not asked >= need[row, slots - 1]:
            continue
        place = slots - 1
        while place > 0 and asked >= need[row, place - 1]:
            place -= 1
        spend += exposure[place] * (asked if own else price[row, place])
        worth += exposure[place] * truth[row]
    out[0], out[1] = spend, worth


def regret(lessons: Lessons, steps: Floats | float) -> float:
    """Share of the score in reach that is lost by these log factors on the anchor, weighted by what is at stake.

    Args:
        lessons: at least one tick of them judged.
        steps: (sequences, ticks), or one number for all; beyond ± REACH they count as that.
    """
    clipped = np.clip(np.broadcast_to(np.asarray(steps, np.float64), lessons.judged.shape), -REACH, REACH)
    place: Floats = (clipped + REACH) / (2.0 * REACH) * (TRIED - 1)
    below = np.minimum(place.astype(np.int64), TRIED - 2)
    share = place - below
    got = np.take_along_axis(lessons.score, below[..., None], 2)[..., 0] * (1.0 - share)
    got = got + np.take_along_axis(lessons.score, below[..., None] + 1, 2)[..., 0] * share
    return float(((1.0 - got) * lessons.stake)[lessons.judged].sum() / lessons.stake[lessons.judged].sum())


def best_step(lessons: Lessons) -> float:
    """The one log factor on the anchor that would have served best everywhere: the constant that a network has to beat."""
    tried = np.linspace(-REACH, REACH, 73)
    return float(tried[int(np.argmin([regret(lessons, one) for one in tried.tolist()]))])


def asked(lessons: Lessons) -> NDArray[np.bool_]:
    """(sequences, ticks), where a multiplier was asked for: not before the market is known, nor when the money is gone."""
    return (lessons.features != 0.0).any(axis=2)


def moves(weights: Weights, lessons: Lessons) -> Floats:
    """(sequences, ticks), what the network would have said in these situations; 0 where it is not asked."""
    cells, out = np.zeros((len(lessons), CELLS)), np.zeros(lessons.stake.shape)
    told = list(weights.arrays().values())
    for tick, some in enumerate(asked(lessons).T):
        mine, moved = cells[some], np.empty(int(some.sum()))
        forward(np.ascontiguousarray(lessons.features[some, tick]), mine, *told, moved)  # pyright: ignore[reportCallIssue]
        cells[some], out[some, tick] = mine, moved
    return out
