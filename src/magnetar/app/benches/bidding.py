"""Who bids best in market mode? Every bidder in every seat against frozen rivals, beside the best in hindsight.

Days are paired: the same values, rivals and luck for everybody. Intervals are over days, because the
seats of one day share its market.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, row
from magnetar.capabilities.bidding import SEATS, make_bidder
from magnetar.capabilities.measurement import Interval, student_quantile
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.errors import BadInput, MagnetarError
from magnetar.kernel.held_out import held_out_file
from magnetar.surface.report import seconds
from magnetar.twin.arena.contest import Columns, Entry, Result, Round, contest, enter, seed_of, spread
from magnetar.twin.arena.family import CALIBRATED, FAMILIES, load_family
from magnetar.twin.arena.field import play
from magnetar.twin.arena.seat import sit

SUBJECT, PLAIN = "reasoner", "mpc"
"""Who is judged, and the same without its reasoning layer."""
ROSTER = ("fixed", "pid", "online-lp", "dual", "pacing", PLAIN, "learned", SUBJECT)
MARKET = 48
EPISODES, SEATS_TESTED, OPPORTUNITIES = 20, 48, 96_000
QUICK_EPISODES, QUICK_SEATS, QUICK_OPPORTUNITIES = 3, 3, 48_000
ENOUGH, FEWEST = 38.0, 2
"""Wall seconds after which `--quick` starts no more days, and days that each family has by then at least."""
QUICK_ROSTER = ("pid", "online-lp", "pacing", PLAIN, SUBJECT)
LARGE, LARGE_SECONDS = 480_000, 2.0
RESPONSE_SEATS = 4
RESAMPLES = 2_000
OF_CONSTANT, ON_SHOCKS, OF_BOUND = 0.97, 1.0, 0.88
BOUNDED, MOVED, PLAIN_DAYS = ("independent", "taste"), ("shocks", "aside"), ("independent", "taste", "first-price")
BEATEN = (("online-lp", 0.15), ("pacing", 0.03))
REASONING, HARMLESS = 0.02, -0.005
STRICT_DAYS, STRICT_VOLUME, FLOORS, LATE = 0.02, 0.9, 1.3, 1.2
STEADY = 0.10


@dataclass(frozen=True, slots=True)
class MarketHeldOut:
    """What was written before tuning."""

    file: Path
    tuned_on: tuple[str, ...]
    tuned_seeds: tuple[int, ...]
    final: tuple[str, ...]
    seed: int


def held_out(file: str = "") -> MarketHeldOut:
    """Read the families and seeds of the table [market].

    Raises:
        BadInput: the file is not there, has no such table, or judges on what was tuned on.
    """
    path = held_out_file(file)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["market"]
        found = MarketHeldOut(
            path,
            tuple(table["tuned_on"]),
            tuple(int(one) for one in table["tuned_seeds"]),
            tuple(table["final"]),
            int(table["final_seed"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"Cannot read the market families from {str(path)!r}: {error}. It needs a table [market] with tuned_on, "
            "tuned_seeds, final and final_seed; name it with --held-out FILE."
        ) from None
    both = set(found.tuned_on) & set(found.final)
    if both or not found.final or not found.tuned_seeds or found.seed in found.tuned_seeds:
        raise BadInput(
            f"{str(path)!r} must name tuned seeds, and final families and a final seed that were not tuned on, "
            f"found families {sorted(both) or 'none'} on both sides and final_seed {found.seed}."
        )
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run. 0 and empty take the defaults."""

    quick: bool = False
    seed: int = 0
    families: tuple[str, ...] = ()
    bidders: tuple[str, ...] = ()
    episodes: int = 0
    seats: int = 0
    strict: bool = False
    steady: bool = False
    response: bool = False
    tuning: bool = False
    workers: int = 0


def bench(plan: Plan, held: MarketHeldOut, tell: Callable[[str], None]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions. Rows with `table` are one cell of a family's table; the others are goals and contrasts."""
    families = _families(plan, held)
    bidders, skipped = _bidders(plan.bidders, QUICK_ROSTER if plan.quick else ROSTER)
    for name, why in skipped.items():
        tell(f"{name}: 略过 skipped, {why}")
    episodes = plan.episodes or (QUICK_EPISODES if plan.quick else EPISODES)
    more = plan.strict + plan.steady + plan.response
    seats = plan.seats or (max(1, QUICK_SEATS - more) if plan.quick else SEATS_TESTED)
    opportunities = QUICK_OPPORTUNITIES if plan.quick else OPPORTUNITIES
    seeds = [plan.seed] if plan.seed else list(held.tuned_seeds) if plan.tuning else [held.seed]
    entries = _entries(plan, bidders)
    tested = spread(seats, MARKET)
    again = tuple(
        (Entry(name), seat)
        for name in (SUBJECT, "pacing")
        if plan.response and name in bidders
        for seat in tested[:: max(1, seats // RESPONSE_SEATS)][:RESPONSE_SEATS]
    )
    rounds = [
        Round(
            family,
            number,
            seed_of(seeds[number % len(seeds)], family, number // len(seeds)),
            opportunities,
            tested,
            MARKET,
            entries,
            again,
        )
        for number in range(episodes)
        for family in families
    ]
    results: dict[str, list[Result]] = {family: [] for family in families}
    for done, result in enumerate(contest(rounds, plan.workers), 1):
        results[result.family].append(result)
        tell(f"{result.family}: {len(results[result.family])}/{episodes}   ({done}/{len(rounds)})")
        if plan.quick and not plan.episodes and seconds() > ENOUGH and min(map(len, results.values())) >= FEWEST:
            tell(f"快速模式到时 · {ENOUGH:.0f} s are over: the days that are done have to do")
            break
    rows: list[dict[str, Any]] = []
    for family in families:
        rows += Judge(family, sorted(results[family], key=lambda one: one.number)).rows(plan)
    if SUBJECT in bidders:
        tell(f"一天 {LARGE:,} 次机会 · a day of {LARGE:,} opportunities")
        rows.append(_large_day(families[0], seeds[0], 1 if plan.quick else 3))
    return rows, conditions(
        [held.file],
        seeds=seeds,
        worlds=list(families),
        tuned_on=list(held.tuned_on),
        episodes={family: len(results[family]) for family in families},
        seats=seats,
        market=MARKET,
        opportunities=opportunities,
        mode="market: values drawn, no shoppers",
        bidders=[entry.label for entry in entries],
        skipped=skipped,
        intervals=f"95 %, bootstrap over episodes ({RESAMPLES} resamples, spread by Student's t)",
    )


def _families(plan: Plan, held: MarketHeldOut) -> tuple[str, ...]:
    default = held.tuned_on if plan.tuning else held.tuned_on + held.final
    families = tuple(dict.fromkeys(plan.families or default))
    kept = set(families) & set(held.final)
    if plan.tuning and kept:
        raise BadInput(f"{sorted(kept)} are kept for the final judgement. Tune on: {', '.join(held.tuned_on)}.")
    for family in families:
        load_family(family)  # raises BadInput here rather than in a worker
    return families


def _bidders(asked: Sequence[str], default: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The bidders that can run, and why the others cannot."""
    unknown = [name for name in asked if name not in SEATS]
    if unknown:
        raise BadInput(f"No bidder {', '.join(map(repr, unknown))}. Choose from: {', '.join(SEATS)}.")
    found, skipped = [], {}
    for name in asked or default:
        try:
            if name not in SEATS:
                raise MagnetarError("it is not among make_bidder's seats")
            make_bidder(name, budget=1.0, target_cpa=1.0)
            found.append(name)
        except MagnetarError as error:
            skipped[name] = str(error)
    if not found:
        raise BadInput(f"No bidder can run: {skipped}.")
    return found, skipped


def _entries(plan: Plan, bidders: Sequence[str]) -> tuple[Entry, ...]:
    entries = [Entry(name) for name in bidders]
    if plan.strict:
        entries += [Entry(name, strict=True) for name in bidders if name in (SUBJECT, PLAIN, "pacing", "online-lp")]
    if plan.steady:
        entries += [Entry(name, steady=True) for name in bidders if name in (SUBJECT, PLAIN)]
    return tuple(entries)


def clustered(over: Floats, under: Floats) -> Interval:
    """A ratio of two sums, each value one episode's; bootstrap over episodes.

    The bootstrap gives the standard error, Student's t with episodes − 1 degrees of freedom the width,
    because a percentile interval of few episodes is too narrow.
    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 6 and 12.

    >>> clustered(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    Interval(mean=0.5, low=0.5, high=0.5, n=3)
    """
    over, under = np.asarray(over, np.float64), np.asarray(under, np.float64)
    count = len(over)
    if not count or not under.sum() > 0.0:
        return Interval(math.nan, math.nan, math.nan, count)
    mean = float(over.sum() / under.sum())
    if count == 1:
        return Interval(mean, math.nan, math.nan, 1)
    drawn = Chance(count).of("bootstrap").integers(count, RESAMPLES, count)
    below = under[drawn].sum(axis=1)
    ratios = over[drawn].sum(axis=1)[below > 0.0] / below[below > 0.0]
    half = student_quantile(count - 1) * float(ratios.std()) * math.sqrt(count / (count - 1))
    return Interval(mean, mean - half, mean + half, count)


def poisson_floor(spend: Floats, target: Floats, late: float = LATE) -> Floats:
    """Chance that a day of this spend, bid at exactly its target, still costs more than `late` × the target.

    Conversions are then Poisson with mean spend / target; too few of them is bad luck that nobody can bid away.

    >>> poisson_floor(np.array([2500.0, 0.0]), np.array([100.0, 100.0])).round(3).tolist()
    [0.185, 0.0]
    """
    out = np.zeros(len(spend))
    for place, (paid, each) in enumerate(zip(spend.tolist(), target.tolist(), strict=True)):
        mean = paid / each
        if mean <= 0.0:
            continue
        most = math.ceil(mean / late) - 1  # the most conversions at which the cost is still above
        counts = np.arange(most + 1)
        log = counts * math.log(mean) - mean - np.array([math.lgamma(one + 1.0) for one in counts])
        out[place] = min(1.0, float(np.exp(log).sum()))
    return out


class Judge:
    """Figures of one family."""

    def __init__(self, family: str, results: Sequence[Result]) -> None:
        self.family = family
        self.results = results
        self.labels = list(results[0].days)
        self.unbiased = results[0].unbiased

    def rows(self, plan: Plan) -> list[dict[str, Any]]:
        rows = self._table()
        if SUBJECT in self.labels:
            rows += self._of_hindsight() + self._contrasts()
            if plan.strict:
                rows += self._kept()
            if plan.steady:
                rows += self._steadied()
        if plan.response:
            rows += self._response()
        return rows

    def _ratio(
        self, over: Callable[[Columns, Columns], Floats], under: Callable[[Columns, Columns], Floats], label: str
    ) -> Interval:
        """Sums over seats for each episode; `over` and `under` take (seats, a bidder's day)."""
        pairs = [(one.seats, one.days[label]) for one in self.results]
        return clustered(
            np.array([np.nansum(over(*pair)) for pair in pairs]), np.array([np.nansum(under(*pair)) for pair in pairs])
        )

    def _mean(self, what: Callable[[Columns, Columns], Floats], label: str) -> Interval:
        return self._ratio(what, lambda seats, day: np.isfinite(what(seats, day)).astype(np.float64), label)

    def _table(self) -> list[dict[str, Any]]:
        rows = []
        for label in self.labels:
            cells: list[tuple[str, str, Interval]] = [
                ("expected score", "conversions", self._mean(lambda _, day: day["score"], label)),
                ("of best constant", "of 1", self._ratio(_score, lambda seats, _: seats["constant"], label)),
                ("of bound", "of 1", self._ratio(_score, lambda seats, _: seats["bound"], label)),
                ("mean regret", "of 1", self._mean(_regret, label)),
                ("days with expected CPA above target", "of 1", self._mean(_above, label)),
                ("days with realised CPA above 1.2 × target", "of 1", self._mean(_late, label)),
                ("the Poisson floor of that", "of 1", self._mean(_floor, label)),
                ("hourly variation of expected CPA", "of 1", self._mean(lambda _, day: day["cost cv"], label)),
                ("bidder's CPU a day", "CPU ms", self._mean(lambda _, day: 1e3 * day["cpu"], label)),
            ]
            for name, unit, value in cells:
                rows.append(
                    row(f"{self.family}: {label}, {name}", unit, value, table=name, bidder=label, family=self.family)
                )
        for bidder, column in (("(best constant)", "constant"), ("(best, foreseen)", "foreseen")):
            share = clustered(
                *(np.array([one.seats[name].sum() for one in self.results]) for name in (column, "bound"))
            )
            mean = clustered(*(np.array([part(one.seats[column]) for one in self.results]) for part in (np.sum, len)))
            for name, unit, value in (("expected score", "conversions", mean), ("of bound", "of 1", share)):
                rows.append(
                    row(f"{self.family}: {bidder}, {name}", unit, value, table=name, bidder=bidder, family=self.family)
                )
        return rows

    def _of_hindsight(self) -> list[dict[str, Any]]:
        means = {
            name: float(np.mean([one.seats[name].mean() for one in self.results])) for name in ("constant", "bound")
        }
        constant = self._ratio(_score, lambda seats, _: seats["constant"], SUBJECT)
        bound = self._ratio(_score, lambda seats, _: seats["bound"], SUBJECT)
        return [
            row(
                f"{self.family}: {SUBJECT}, of the best constant in hindsight",
                "of 1",
                constant,
                baseline=("best constant", means["constant"]),
                baseline_unit="conversions",
                goal=ON_SHOCKS if self.family == "shocks" else OF_CONSTANT,
                family=self.family,
            ),
            row(
                f"{self.family}: {SUBJECT}, of the bound",
                "of 1",
                bound,
                baseline=("bound", means["bound"]),
                baseline_unit="conversions",
                goal=OF_BOUND if self.family in BOUNDED else None,
                family=self.family,
            ),
        ]

    def gain(self, a: str, b: str, what: str = "score") -> Interval:
        """(a − b) / b of a sum over all seats."""
        mine, theirs = (np.array([one.days[label][what].sum() for one in self.results]) for label in (a, b))
        return clustered(mine - theirs, theirs)

    def _contrasts(self) -> list[dict[str, Any]]:
        rows = []
        for other in self.labels:
            if other == SUBJECT or ", " in other:
                continue
            goal = dict(BEATEN).get(other) if self.family in MOVED else None
            if other == PLAIN:
                goal = REASONING if self.family == "shocks" else HARMLESS if self.family in PLAIN_DAYS else None
            found = self.gain(SUBJECT, other)
            met = None if goal is None else found.mean >= goal and (found.low > 0.0 or goal < 0.0)
            name = "the reasoning layer alone" if other == PLAIN else f"{SUBJECT} − {other}"
            rows.append(
                row(
                    f"{self.family}: {name}, expected score",
                    "share",
                    found,
                    baseline=(other, self._mean(lambda _, day: day["score"], other).mean),
                    baseline_unit="conversions",
                    goal=goal,
                    met=met,
                    verdict="wins" if found.low > 0.0 else "loses" if found.high < 0.0 else "undecided",
                    family=self.family,
                )
            )
        return rows

    def _kept(self) -> list[dict[str, Any]]:
        """What keeping the promise costs; goals where predictions are right on average, the frontier elsewhere."""
        rows = []
        for label in self.labels:
            if label not in (SUBJECT, PLAIN, "pacing", "online-lp") and ", strict" not in label:
                continue
            judged = self.unbiased and label == f"{SUBJECT}, strict"
            above, late = self._mean(_above, label), self._mean(_late, label)
            floor = self._mean(_floor, label).mean
            volume = self._ratio(lambda _, day: day["expected"], lambda seats, _: seats["strict bound"], label)
            constant = self._ratio(lambda _, day: day["expected"], lambda seats, _: seats["strict constant"], label)
            rows += [
                row(f"{self.family}: {label}, days with expected CPA above target", "of 1", above,
                    goal=STRICT_DAYS if judged else None, met=above.mean <= STRICT_DAYS if judged else None, at_most=True, family=self.family),
                row(f"{self.family}: {label}, conversions of the best strict plan", "of 1", volume, baseline=("of the best strict constant", constant.mean),
                    goal=STRICT_VOLUME if judged else None, family=self.family),
                row(f"{self.family}: {label}, days with realised CPA above 1.2 × target", "of 1", late, baseline=("Poisson floor", floor),
                    goal=FLOORS * floor if judged else None, met=late.mean <= FLOORS * floor if judged else None, at_most=True, family=self.family),
            ]  # fmt: skip
        return rows

    def _steadied(self) -> list[dict[str, Any]]:
        label = f"{SUBJECT}, steady"
        variation = self._mean(lambda _, day: day["cost cv"], label)
        plain = self._mean(lambda _, day: day["cost cv"], SUBJECT).mean
        return [
            row(f"{self.family}: {label}, hourly variation of expected CPA", "of 1", variation, baseline=(SUBJECT, plain),
                goal=STEADY, met=variation.mean <= STEADY, at_most=True, family=self.family),
            row(f"{self.family}: {label}, what it costs, expected score", "share", self.gain(label, SUBJECT), family=self.family),
        ]  # fmt: skip

    def _response(self) -> list[dict[str, Any]]:
        rows = []
        for label in self.results[0].response:
            moved, frozen = (
                np.array([one.response[label][name].sum() for one in self.results])
                for name in ("score", "frozen score")
            )
            rows.append(
                row(
                    f"{self.family}: {label}, score when rivals respond, against frozen rivals",
                    "share",
                    clustered(moved - frozen, frozen),
                    baseline=(
                        "frozen",
                        float(frozen.mean() / len(self.results[0].response[label]["seat"])),
                    ),
                    baseline_unit="conversions",
                    family=self.family,
                )
            )
        return rows


def _score(_: Columns, day: Columns) -> Floats:
    return day["score"]


def _regret(seats: Columns, day: Columns) -> Floats:
    """NaN where even hindsight could buy nothing."""
    return np.where(seats["bound"] > 0.0, 1.0 - day["score"] / np.maximum(seats["bound"], 1e-12), np.nan)


def _above(seats: Columns, day: Columns) -> Floats:
    return (day["expected spend"] > seats["target"] * day["expected"]).astype(np.float64)


def _late(seats: Columns, day: Columns) -> Floats:
    return (day["spend"] > LATE * seats["target"] * day["conversions"]).astype(np.float64)


def _floor(seats: Columns, day: Columns) -> Floats:
    return poisson_floor(day["spend"], seats["target"])


def _large_day(family: str, seed: int, seats: int) -> dict[str, Any]:
    """CPU seconds that the judged bidder takes for a day of AuctionNet's size."""
    episode = load_family(family).open(seed_of(seed, family, 0), LARGE, MARKET)
    played = play(episode)
    taken = []
    for seat in spread(seats, MARKET):
        taken.append(sit(played, seat, enter(episode, Entry(SUBJECT), seat)).cpu_seconds)
    value = clustered(np.array(taken), np.ones(len(taken)))
    return row(
        f"{family}: {SUBJECT}, a seat's day of {LARGE:,} opportunities",
        "CPU s",
        value,
        goal=LARGE_SECONDS,
        met=value.mean <= LARGE_SECONDS,
        at_most=True,
        family=family,
    )


def tables(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[list[str], list[tuple[str, ...]]]]:
    """The cells as one table a family: heads, then a line for each bidder."""
    found: dict[str, tuple[list[str], list[tuple[str, ...]]]] = {}
    for family in dict.fromkeys(one["family"] for one in rows if one.get("table")):
        cells = [one for one in rows if one.get("table") and one["family"] == family]
        heads = list(dict.fromkeys(one["table"] for one in cells))
        lines = []
        for bidder in dict.fromkeys(one["bidder"] for one in cells):
            mine = {one["table"]: one["value"] for one in cells if one["bidder"] == bidder}
            lines.append((bidder, *(_cell(head, mine.get(head)) for head in heads)))
        found[family] = heads, lines
    return found


def _cell(head: str, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return ""
    return f"{value:.0f}" if "CPU a day" in head else f"{value:.2f}" if head == "expected score" else f"{value:.3f}"


CHOICES = (*FAMILIES, f"{CALIBRATED}:FOLDER")
"""Families by name, for `--help`."""
