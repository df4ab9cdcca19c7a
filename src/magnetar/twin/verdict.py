"""The verdict on a rehearsal: figures of each arm, paired contrasts, and the A/A check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from magnetar.capabilities.measurement import Interval, mean_interval, ratio_interval, share_interval
from magnetar.kernel.chance import Floats
from magnetar.twin.rehearsal import AA, ArmResult

CONTRASTS = (("uax", "manual"), ("whole-site", "manual"), ("whole-site", "uax"), ("uax-reasons", "uax"))
METRICS = ("incremental_gmv", "gmv_organic", "spend", "cold_start_success")


def verdict(results: Sequence[ArmResult], arms: Sequence[str]) -> dict[str, Any]:
    """The figures that `rehearse` promises. Amounts are means over pairs, in currency units."""
    table = Table(results)
    return {
        "pairs": table.pairs,
        "arms": [_arm(table, arm) for arm in arms],
        "contrasts": [
            _contrast(table, a, b, metric) for a, b in CONTRASTS if a in arms and b in arms for metric in METRICS
        ],
        "aa_check": _aa_check(table) if AA in table.arms else None,
    }


class Table:
    """Results by arm, each a column over pairs in the same order."""

    def __init__(self, results: Sequence[ArmResult]) -> None:
        self._by_arm: dict[str, list[ArmResult]] = {}
        for result in sorted(results, key=lambda one: one.pair):
            self._by_arm.setdefault(result.arm, []).append(result)
        self.pairs = len(next(iter(self._by_arm.values()), []))

    @property
    def arms(self) -> list[str]:
        return list(self._by_arm)

    def column(self, arm: str, name: str) -> Floats:
        """(pairs,), one figure of one arm."""
        if name == "incremental_gmv":
            return self.column(arm, "gmv") - self.column("none", "gmv")
        if name == "cold_start_success":
            launches = self.column(arm, "launches")
            return np.where(launches > 0, self.column(arm, "successes") / np.maximum(launches, 1), np.nan)
        return np.array([getattr(one, name) for one in self._by_arm[arm]], np.float64)


def _arm(table: Table, arm: str) -> dict[str, Any]:
    spend, gmv = table.column(arm, "spend"), table.column(arm, "gmv")
    paid, organic = table.column(arm, "gmv_paid"), table.column(arm, "gmv_organic")
    incremental = table.column(arm, "incremental_gmv")
    launches, successes = int(table.column(arm, "launches").sum()), int(table.column(arm, "successes").sum())
    days = table.column(arm, "days_spending").sum()
    steadiness = table.column(arm, "hourly_cost_cv")
    success = share_interval(successes, launches)
    return {
        "name": arm,
        "spend": spend.mean(),
        "gmv": gmv.mean(),
        "gmv_paid": paid.mean(),
        "gmv_organic": organic.mean(),
        "gmv_cannibalised": paid.mean() - incremental.mean() if arm != "none" else 0.0,
        "incremental_gmv": _plain(mean_interval(incremental)),
        "incremental_roi": _plain(ratio_interval(incremental, spend)) if spend.sum() > 0 else None,
        "attributed_roi": paid.sum() / spend.sum() if spend.sum() > 0 else None,
        "cold_start_success": {
            "rate": success.mean,
            "low": success.low,
            "high": success.high,
            "successes": successes,
            "n": launches,
        },
        "cost_compliance": table.column(arm, "days_on_target").sum() / days if days else None,
        "hourly_cost_cv": float(np.nanmean(steadiness)) if np.isfinite(steadiness).any() else None,
        "orders": table.column(arm, "orders").mean(),
        "pages": table.column(arm, "pages").mean(),
        "interventions": table.column(arm, "intentions").mean(),
    }


def _contrast(table: Table, a: str, b: str, metric: str) -> dict[str, Any]:
    difference = table.column(a, metric) - table.column(b, metric)
    interval = mean_interval(difference[np.isfinite(difference)])
    return {"a": a, "b": b, "metric": metric, **_plain(interval), "n": interval.n}


def _aa_check(table: Table) -> dict[str, Any]:
    """Two manual arms that differ in nothing but exploration luck: their difference should hold zero."""
    interval = mean_interval(table.column("manual", "gmv") - table.column(AA, "gmv"))
    return {
        "metric": "gmv",
        **_plain(interval),
        "n": interval.n,
        "passed": bool(0.0 in interval) if interval.n > 1 else None,
    }


def _plain(interval: Interval) -> dict[str, float]:
    fields = asdict(interval)
    del fields["n"]
    return fields
