"""The certificate: what the worlds' forecasts and outcomes come to, beside what anybody could have said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement import Interval
from magnetar.kernel.chance import Chance, Floats
from magnetar.twin.certification.life import OUTCOMES
from magnetar.twin.certification.one_world import WorldResult
from magnetar.twin.certification.score import (
    COVERED,
    bounds,
    covered,
    inclusive,
    over_worlds,
    rank_correlation,
    relative_bias,
    relative_error,
)

RANK_GOAL = 0.8
WIDEST = 0.12
"""Widest clustered interval of the coverage that still says something, high less low; 0.4 of few worlds."""
WIDEST_OF_FEW = 0.4
FEW = 10
"""Fewer worlds than this are a look, not a certificate."""

Figure = dict[str, Any]
Forecasts = Callable[[WorldResult], Floats]


def _mean(result: WorldResult) -> Floats:
    return result.forecast.mean(axis=0)


def _median(result: WorldResult) -> Floats:
    return np.median(result.forecast, axis=0)


def _yesterday(result: WorldResult) -> Floats:
    return result.yesterday


def _week(result: WorldResult) -> Floats:
    return result.week


def _budgets(result: WorldResult) -> Floats:
    return np.repeat(result.budget[:, None], len(OUTCOMES), axis=1)


def certificate(results: Sequence[WorldResult], seed: int) -> dict[str, Any]:
    """All figures; every interval is over worlds, 95 %.

    Raises:
        ValueError: there is no result.
    """
    if not results:
        raise ValueError("a certificate needs the results of some worlds")
    inside = [covered(one.forecast, one.actual, Chance(seed).of("ties", one.world)) for one in results]
    coverage = _figures(inside)
    wide = coverage["high"] - coverage["low"]
    limit = WIDEST if len(results) >= FEW else WIDEST_OF_FEW
    coverage |= {
        "goal": COVERED,
        "met": bool(coverage["low"] <= COVERED <= coverage["high"] and wide <= limit),
        "ties_as_inside": _figures([inclusive(one.forecast, one.actual) for one in results]),
    }
    ranked = _each(results, _mean, rank_correlation)
    ranked |= {"goal": RANK_GOAL, "met": bool(ranked["value"] >= RANK_GOAL)}
    placebo = _placebo(results, seed)
    return {
        "coverage80": coverage,
        "rank_correlation": ranked,
        "bias": _each(results, _mean, relative_bias),
        "placebo": placebo | {"holds_zero": bool(placebo["low"] <= 0.0 <= placebo["high"])},
        "error": _each(results, _median, relative_error),
        "baselines": {
            "yesterday": _beside(results, _yesterday),
            "week": _beside(results, _week),
            "budget": {"rank_correlation": _each(results, _budgets, rank_correlation)},
        },
        "width": _widths(results),
        "by_change": _by_change(results, inside),
        "campaigns": sum(len(one.campaign) for one in results),
        "worlds": len(results),
        "per_world": [
            {
                "world": one.world,
                "campaigns": len(one.campaign),
                "pages": one.pages,
                "coverage80": float(hits.mean()),
                "rank_correlation": {
                    name: rank_correlation(_mean(one)[:, place], one.actual[:, place])
                    for place, name in enumerate(OUTCOMES)
                },
                "bias": {
                    name: relative_bias(_mean(one)[:, place], one.actual[:, place])
                    for place, name in enumerate(OUTCOMES)
                },
                "fitted": one.fitted,
            }
            for one, hits in zip(results, inside, strict=True)
        ],
    }


def not_met(found: dict[str, Any]) -> list[str]:
    """The goals that are missed. The placebo is none: one honest placebo in twenty does not hold 0."""
    return [name for name in ("coverage80", "rank_correlation") if not found[name]["met"]]


def _plain(interval: Interval) -> Figure:
    return {"value": interval.mean, "low": interval.low, "high": interval.high, "n": interval.n}


def _figures(inside: Sequence[Floats]) -> Figure:
    """Mean over campaigns and outcomes of each world, then over worlds; and by outcome."""
    return _plain(over_worlds([float(hits.mean()) for hits in inside])) | {
        "by": {
            name: _plain(over_worlds([float(hits[:, place].mean()) for hits in inside]))
            for place, name in enumerate(OUTCOMES)
        }
    }


def _each(results: Sequence[WorldResult], forecast: Forecasts, measure: Callable[[Floats, Floats], float]) -> Figure:
    """A measure of each world and outcome, over worlds; the headline is the mean of the outcomes."""
    table = np.array(
        [[measure(forecast(one)[:, place], one.actual[:, place]) for place in range(len(OUTCOMES))] for one in results]
    )
    return _plain(over_worlds(table.mean(axis=1).tolist())) | {
        "by": {name: _plain(over_worlds(table[:, place].tolist())) for place, name in enumerate(OUTCOMES)}
    }


def _beside(results: Sequence[WorldResult], forecast: Forecasts) -> Figure:
    """What a naive forecast comes to, and by how much its error exceeds the twin's, paired by world."""
    twin, other = _errors(results, _median), _errors(results, forecast)
    return {
        "rank_correlation": _each(results, forecast, rank_correlation),
        "bias": _each(results, forecast, relative_bias),
        "error": _each(results, forecast, relative_error),
        "error_less_twins": _plain(over_worlds((other - twin).mean(axis=1).tolist()))
        | {"by": {name: _plain(over_worlds((other - twin)[:, place].tolist())) for place, name in enumerate(OUTCOMES)}},
    }


def _errors(results: Sequence[WorldResult], forecast: Forecasts) -> Floats:
    """(worlds, OUTCOMES), relative errors."""
    return np.array(
        [
            [relative_error(forecast(one)[:, place], one.actual[:, place]) for place in range(len(OUTCOMES))]
            for one in results
        ]
    )


def _placebo(results: Sequence[WorldResult], seed: int) -> Figure:
    """Forecasts of the next world's campaigns, in random order, against this world's results: nothing can be known."""
    found = []
    for place, one in enumerate(results):
        other = _mean(results[(place + 1) % len(results)])
        chance = Chance(seed).of("placebo", one.world)
        count = min(len(one.actual), len(other))
        mine, theirs = chance.of("mine").order(len(one.actual))[:count], chance.of("theirs").order(len(other))[:count]
        pairs = zip(other[theirs].T, one.actual[mine].T, strict=True)
        found.append(float(np.mean([rank_correlation(forecast, actual) for forecast, actual in pairs])))
    return _plain(over_worlds(found))


def _widths(results: Sequence[WorldResult]) -> Figure:
    """How wide the 80 % intervals are together, over what came."""

    def width(one: WorldResult, place: int) -> float:
        low, high = bounds(one.forecast)
        whole = float(one.actual[:, place].sum())
        return float((high - low)[:, place].sum()) / whole if whole > 0.0 else float("nan")

    return {name: _plain(over_worlds([width(one, place) for one in results])) for place, name in enumerate(OUTCOMES)}


def _by_change(results: Sequence[WorldResult], inside: Sequence[Floats]) -> dict[str, Figure]:
    """Coverage and error of campaigns by what the plan did to them."""
    kinds = Counter(kind for one in results for kind in one.kind)
    out: dict[str, Figure] = {}
    for kind in sorted(kinds):
        rows = [np.array([one == kind for one in result.kind]) for result in results]
        out[kind] = {
            "campaigns": kinds[kind],
            "coverage80": _plain(over_worlds([_share(hits[row]) for hits, row in zip(inside, rows, strict=True)])),
            "error": {name: _pooled(results, rows, place) for place, name in enumerate(OUTCOMES)},
        }
    return out


def _share(hits: Floats) -> float:
    return float(hits.mean()) if hits.size else float("nan")


def _pooled(results: Sequence[WorldResult], rows: Sequence[NDArray[np.bool_]], place: int) -> dict[str, float]:
    """Relative errors of some campaigns of all worlds together: the twin's and the naive ones'."""
    actual = np.concatenate([one.actual[row, place] for one, row in zip(results, rows, strict=True)])
    return {
        name: relative_error(
            np.concatenate([forecast(one)[row, place] for one, row in zip(results, rows, strict=True)]), actual
        )
        for name, forecast in (("twin", _median), ("yesterday", _yesterday), ("week", _week))
    }
