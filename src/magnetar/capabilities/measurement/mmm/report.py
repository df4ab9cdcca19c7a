"""A fitted mix model as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval
from magnetar.capabilities.measurement.mmm.budget import STEPS, Advice, response
from magnetar.capabilities.measurement.mmm.identification import Finding, hidden
from magnetar.capabilities.measurement.mmm.model import Fit

CURVE = 11
"""Points of a response curve, from nothing to one and a half times the most ever spent."""


def as_json(fit: Fit, found: list[Finding], advice: Advice | None) -> dict[str, Any]:
    """The object of `measure mmm`: undefined figures are null, and a finding says why."""
    series, unknown = fit.series, hidden(found)
    left = series.outcome - fit.fitted
    return {
        "periods": len(series),
        "period": "day" if series.per_year > 100 else "week",
        "outcome": float(series.outcome.sum()),
        "explained": 1.0 - float(left.var()) / float(series.outcome.var()),
        "noise": {"sd": float(fit.noise.mean()), "memory": float(fit.memory.mean())},
        "prior": {"mean": fit.prior.mean, "sd": fit.prior.sd, "doubt": fit.prior.doubt},
        "channels": [_channel(fit, row, name in unknown, found) for row, name in enumerate(series.channels)],
        "lift_tests": [
            {
                "channel": one.channel,
                "first": one.first,
                "last": one.last,
                "increment": one.increment,
                "error": one.error,
            }
            for one in fit.tests
        ],
        "findings": [{"channel": one.channel or None, "kind": one.kind, "text": one.text} for one in found],
        "advice": _advice(advice) if advice else None,
    }


def _channel(fit: Fit, row: int, unknown: bool, found: list[Finding]) -> dict[str, Any]:
    series = fit.series
    name, spend = series.channels[row], float(series.spend[:, row].sum())
    roi = Interval(np.nan, np.nan, np.nan, len(series)) if unknown else fit.interval(row)
    one: dict[str, Any] = {
        "channel": name,
        "spend": spend,
        "identified": not unknown,
        "roi": _median(roi),
        "contribution": _median(Interval(roi.mean * spend, roi.low * spend, roi.high * spend, roi.n)),
        "share_of_outcome": roi.mean * spend / float(series.outcome.sum()),
        "series_alone_roi": None if unknown else float(fit.slope[:, row].mean()),
        "carry": None,
        "curve": None,
        "findings": [one.kind for one in found if one.channel == name],
    }
    if not unknown:
        shapes = np.array([tuple(shape) for shape in fit.shapes])[fit.shape[:, row]]
        levels = np.linspace(0.0, 1.5 * float(series.spend[:, row].max()), CURVE)
        drawn = response(fit, row, levels)
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        one["carry"] = float(shapes[:, 0].mean())
        step = 1e-3 * float(fit.unit[row])
        one["curve"] = {
            "spend": levels.tolist(), "outcome": drawn.mean(axis=0).tolist(), "low": low.tolist(), "high": high.tolist(),
            "marginal": ((response(fit, row, levels + step) - drawn).mean(axis=0) / step).tolist(),
        }  # fmt: skip
    return one


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "budget": advice.budget,
        "portions": STEPS,
        "gain": _plain(advice.gain),
        "unspent": advice.unspent,
        "held": list(advice.held),
        "channels": [
            {
                "channel": name,
                "now": float(advice.now[row]),
                "advised": float(advice.advised[row]),
                "marginal_roi": _plain(advice.marginal[row]),
            }
            for row, name in enumerate(advice.channels)
        ],
    }


def _median(value: Interval) -> dict[str, float]:
    return {"median": value.mean, "low": value.low, "high": value.high}


def _plain(value: Interval) -> dict[str, float]:
    return {"mean": value.mean, "low": value.low, "high": value.high}
