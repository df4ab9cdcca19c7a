"""The certificate of an estimator: bias, error and coverage over many markets in which the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from magnetar.capabilities.measurement import Interval, mean_interval, ratio_interval, share_interval
from magnetar.engines.spread import spread
from magnetar.twin.estimators.trials import Answer, Stopping, repetitions

_CHUNK = 10


@dataclass(frozen=True, slots=True)
class Certificate:
    """What became of one estimator in one design."""

    case: str
    design: str
    estimator: str
    recommended: bool
    n: int
    """Markets."""
    truth: float
    """Mean truth: the expected effect in markets of this kind."""
    bias: Interval
    """Mean error as a share of the truth; where there is no effect, in units of the estimate's spread."""
    rmse: float
    """Root mean squared error of one assignment, as a share of the truth; NaN where there is no effect."""
    coverage: Interval
    """Share of 95 % intervals that hold the expected effect, luck averaged; NaN without intervals."""
    coverage_here: Interval
    """Share that hold the effect of the very market, its luck included: what paired luck makes of it."""
    half_width: float
    """Mean half-width of the intervals, as a share of the truth, or in currency units where there is no effect."""

    @property
    def aa(self) -> bool:
        """Whether there was nothing to find."""
        return self.truth == 0.0

    @property
    def false_positives(self) -> Interval:
        """Share of intervals without 0 where there was nothing to find."""
        found = self.coverage
        return Interval(1.0 - found.mean, 1.0 - found.high, 1.0 - found.low, found.n)


def certify(answers: Sequence[Answer]) -> Certificate:
    """One estimator's answers over markets."""
    one = answers[0]
    truth = np.array([answer.truth for answer in answers])
    first = np.array([answer.values[0] for answer in answers])
    error = np.array([float(np.mean(answer.values)) for answer in answers]) - truth
    low, high = np.array([answer.low for answer in answers]), np.array([answer.high for answer in answers])
    expected = float(truth.mean())
    asked = np.isfinite(low) & np.isfinite(high)
    count = int(asked.sum())
    miss = first - truth
    if expected:
        sign = 1.0 if expected > 0 else -1.0
        found = (
            ratio_interval(error * sign, truth * sign) if (truth * sign).sum() > 0 else mean_interval(error / expected)
        )
        scale = abs(expected)
    else:
        spread = float(miss.std()) or 1.0
        found, scale = mean_interval(error / spread), 1.0
    return Certificate(
        case=one.case,
        design=one.design,
        estimator=one.estimator,
        recommended=one.recommended,
        n=len(answers),
        truth=expected,
        bias=found,
        rmse=float(np.sqrt((miss**2).mean())) / scale if expected else float("nan"),
        coverage=share_interval(int(((low <= expected) & (expected <= high)).sum()), count),
        coverage_here=share_interval(int(((low <= truth) & (truth <= high)).sum()), count),
        half_width=float((high - low)[asked].mean()) / 2.0 / scale if count else float("nan"),
    )


def certificates(answers: Sequence[Answer]) -> list[Certificate]:
    """All estimators, in the order in which the trials name them."""
    groups: dict[tuple[str, str, str], list[Answer]] = {}
    for answer in answers:
        groups.setdefault((answer.case, answer.design, answer.estimator), []).append(answer)
    return [certify(group) for group in groups.values()]


@dataclass(frozen=True, slots=True)
class Looking:
    """What daily looks come to, with fixed intervals and with always-valid ones."""

    n: int
    peeking_false: Interval
    """Share of A/A experiments that a daily look at fixed intervals calls an effect."""
    sequential_false: Interval
    fixed_false: Interval
    """Share that one look on the last day calls an effect."""
    sequential_found: Interval
    """Share of real effects that the always-valid interval finds by the last day."""
    fixed_found: Interval
    days: Interval
    """Days until it finds them, counted from 1; those not found count all days."""
    covered: Interval
    """Share of always-valid intervals on the last day that hold the effect of the market."""


def looking(stops: Sequence[Stopping], days: int) -> Looking:
    """Daily looks over markets."""
    nothing, something = [one for one in stops if not one.effect], [one for one in stops if one.effect]
    took = np.array([one.sequential + 1.0 if one.sequential >= 0 else float(days) for one in something])

    def share(rows: Sequence[Stopping], what: Callable[[Stopping], bool]) -> Interval:
        return share_interval(sum(map(what, rows)), len(rows))

    return Looking(
        n=len(nothing),
        peeking_false=share(nothing, lambda one: one.peeking >= 0),
        sequential_false=share(nothing, lambda one: one.sequential >= 0),
        fixed_false=share(nothing, lambda one: one.at_end),
        sequential_found=share(something, lambda one: one.sequential >= 0),
        fixed_found=share(something, lambda one: one.at_end),
        days=mean_interval(took),
        covered=share(something, lambda one: one.covered),
    )


def _part(seed: int, count: int, folds: int, first: int) -> list[tuple[list[Answer], list[Stopping]]]:
    return list(repetitions(seed, first, min(first + _CHUNK, count), folds))


def run_trials(
    seed: int, count: int, *, folds: int = 2, workers: int = 0, tell: Callable[[int], None] | None = None
) -> tuple[list[Answer], list[Stopping]]:
    """All trials of a seed, the same however many processes share them."""
    starts = range(0, count, _CHUNK)
    done: dict[int, list[tuple[list[Answer], list[Stopping]]]] = {}
    for place, part in spread(partial(_part, seed, count, folds), starts, workers):
        done[place] = part
        if tell is not None:
            tell(sum(map(len, done.values())))
    rows = [one for place in sorted(done) for one in done[place]]
    return [answer for answers, _ in rows for answer in answers], [stop for _, stops in rows for stop in stops]
