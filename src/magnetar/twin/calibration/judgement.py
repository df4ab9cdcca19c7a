"""The whole job: cut the log, learn the first part, play the second, compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from magnetar.twin.calibration.calibrated import Calibration, calibration_of
from magnetar.twin.calibration.columns import OrderLog
from magnetar.twin.calibration.held_out import Split, split_log
from magnetar.twin.calibration.model import Shop, fit_shop, simulate
from magnetar.twin.calibration.period import period_of
from magnetar.twin.calibration.score import Metric, judge

RUNS = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was learnt from the first part of a log, and how well it foretold the rest."""

    split: Split
    metrics: list[Metric]
    runs: int
    """Simulations behind each interval."""
    shop: Shop
    """As learnt before the split."""

    def parameters(self) -> dict[str, Any]:
        """What was fitted before the split, as a calibration of that part."""
        return msgspec.to_builtins(calibration_of(self.shop))


def assess(log: OrderLog, *, at: str = "", weeks: int = 0, runs: int = RUNS, seed: int = 0) -> Judgement:
    """Fit on the first part of a log, simulate the held-out part, and compare both with the naive forecast.

    Nothing after the split is read before the comparison.

    Args:
        at: ISO date of the first held-out day; or `weeks`, whole weeks held out; or neither.
        runs: simulations wanted.
        seed: of every draw.

    Raises:
        BadInput: the log cannot be judged; see `held_out.split_log`.
    """
    split = split_log(log, at, weeks)
    past = log.between(split.first, split.at)
    shop = fit_shop(past, split.at, split.horizon)
    played = simulate(shop, runs, seed)
    last = max(split.first, split.at - split.horizon)
    metrics = judge(
        played,
        before=period_of(past, split.first, split.at),
        last=period_of(past, last, split.at),
        actual=period_of(log, split.at, split.end),
        shoppers=len(shop.known.shopper),
    )
    return Judgement(split, metrics, played.orders.shape[0], shop)


def calibrate_on(log: OrderLog, split: Split) -> Calibration:
    """The calibration of the whole log, for a market that starts where it ends."""
    return calibration_of(fit_shop(log, split.end, split.horizon))
