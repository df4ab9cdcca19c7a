"""Where an order log is cut: what the model may read, and what it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from magnetar.kernel.errors import BadInput
from magnetar.twin.calibration.columns import OrderLog, Orders, orders_of

LEAST_TRAINING_DAYS, LEAST_HELD_DAYS, LEAST_ORDERS = 28, 7, 20
MOST_WEEKS = 13
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """A cut log; days since 1970-01-01."""

    first: int
    """First day of the log."""
    at: int
    """First held-out day."""
    end: int
    """The day after the last one."""

    @property
    def horizon(self) -> int:
        """Days held out."""
        return self.end - self.at


def iso(day: int) -> str:
    """The date of a day since 1970-01-01.

    >>> iso(0)
    '1970-01-01'
    """
    return str(np.datetime64(int(day), "D"))


def day_of(text: str) -> int:
    """Days since 1970-01-01 of an ISO date.

    >>> day_of("1970-01-08")
    7

    Raises:
        BadInput: the text is no date.
    """
    try:
        return (date.fromisoformat(text.strip()) - date(1970, 1, 1)).days
    except ValueError:
        raise BadInput(f"--split needs a date such as 2011-10-01, found {text!r}.") from None


def default_weeks(days: int) -> int:
    """Whole weeks to hold out: a fifth of the log, at least one week and at most 13.

    >>> default_weeks(374), default_weeks(36), default_weeks(2000)
    (10, 1, 13)
    """
    return int(np.clip(int(SHARE * days / 7), 1, MOST_WEEKS))


def split_log(log: OrderLog, at: str = "", weeks: int = 0) -> Split:
    """Choose the first held-out day and refuse logs that cannot be judged.

    Args:
        at: ISO date of the first held-out day, or ''.
        weeks: whole weeks at the end to hold out, or 0; without both, `default_weeks`.

    Raises:
        BadInput: no sale, too short, one shopper only, a split outside the log, or too little on one side.
    """
    orders = orders_of(log)
    _check_whole(log, orders)
    first, end = int(orders.day.min()), int(log.day[-1]) + 1
    if at and weeks:
        raise BadInput(f"--split {at} and --holdout-weeks {weeks} both say where to cut; give one of them.")
    if weeks < 0:
        raise BadInput(f"--holdout-weeks needs a positive number of weeks, found {weeks}.")
    cut = day_of(at) if at else end - 7 * (weeks or default_weeks(end - first))
    lowest, highest = first + LEAST_TRAINING_DAYS, end - LEAST_HELD_DAYS
    if not lowest <= cut <= highest:
        raise BadInput(
            f"The log runs from {iso(first)} to {iso(end - 1)}; the held-out part cannot begin on {iso(cut)}. "
            f"Choose a date from {iso(lowest)} to {iso(highest)}: at least {LEAST_TRAINING_DAYS} days to learn from "
            f"and {LEAST_HELD_DAYS} to be judged on."
        )
    before, after = int(np.sum(orders.day < cut)), int(np.sum(orders.day >= cut))
    if before < LEAST_ORDERS or after == 0:
        raise BadInput(
            f"There are {before} orders before {iso(cut)} and {after} from then on; needed are at least "
            f"{LEAST_ORDERS} and 1. Choose another --split or give a longer log."
        )
    if float(orders.value[orders.day < cut].sum()) <= 0:
        raise BadInput(f"Every order before {iso(cut)} is worth 0. Give a log with prices.")
    return Split(first, cut, end)


def _check_whole(log: OrderLog, orders: Orders) -> None:
    if not len(orders.code):
        raise BadInput(
            f"The log has {len(log.time)} lines and all of them are returns; no sale to learn from. "
            "Give a log with positive quantities."
        )
    span = int(log.day[-1]) - int(orders.day.min()) + 1
    least = LEAST_TRAINING_DAYS + LEAST_HELD_DAYS
    if span < least:
        raise BadInput(
            f"The log spans {span} {'day' if span == 1 else 'days'} ({iso(int(orders.day.min()))} to "
            f"{iso(int(log.day[-1]))}); calibration needs at least {least}: {LEAST_TRAINING_DAYS} to learn from and "
            f"{LEAST_HELD_DAYS} to be judged on. Give a longer log."
        )
    if len(np.unique(orders.shopper)) == 1 and orders.shopper[0] >= 0:
        raise BadInput(
            f"All {len(orders.code)} orders come from one customer; a market needs at least two. "
            "Check the column with customer ids, or leave it empty for guests."
        )
