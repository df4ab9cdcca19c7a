"""A series and its lift tests from tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from magnetar.capabilities.measurement.columns import Columns, read_columns
from magnetar.capabilities.measurement.intervals import student_quantile
from magnetar.capabilities.measurement.mmm.lift import LiftTest, check
from magnetar.capabilities.measurement.mmm.series import DAILY, WEEKLY, Series
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput

_Z = student_quantile(10_000_000)


def read_series(
    path: str | Path, outcome: str, channels: Sequence[str], controls: Sequence[str] = ()
) -> tuple[Series, list[str]]:
    """Read a table with a row for each day or week: a `date`, the outcome, spend by channel, controls.

    Returns:
        The series, and the date of each period as it is written.

    Raises:
        BadInput: a column or a value is missing, or the dates are not all a day or all a week apart.
    """
    table = read_columns(path, ("date", outcome, *channels, *controls))
    if not channels:
        raise BadInput("至少一个渠道 name at least one channel with --channels.")
    days = table.moments("date") // DAY
    steps = np.unique(np.diff(days)).tolist()
    if steps not in ([1], [7]):
        raise BadInput(
            f"{table.name}: 日期应逐日或逐周 dates must be one day or one week apart, in order; found steps of "
            f"{', '.join(str(step) for step in steps[:5]) or 'none'} days."
        )
    return (
        Series(
            table.numbers(outcome),
            np.stack([table.numbers(name, low=0.0) for name in channels], axis=1),
            tuple(channels),
            DAILY if steps == [1] else WEEKLY,
            np.stack([table.numbers(name) for name in controls], axis=1) if controls else np.zeros((0, 0)),
            tuple(controls),
        ),
        table.text("date"),
    )


def read_lift_tests(path: str | Path, series: Series, dates: Sequence[str]) -> list[LiftTest]:
    """Read lift tests: channel, first, last, increment, and error or low and high (95 %); if wanted kept, until.

    `first`, `last` and `until` are dates of the series.

    Raises:
        BadInput: a column or a value is missing or does not fit the series; the message names the line.
    """
    table = read_columns(path, ("channel", "first", "last", "increment"))
    period = {date: row for row, date in enumerate(dates)}
    names = table.text("channel")
    increments = table.numbers("increment")
    if "error" in table.cells:
        errors = table.numbers("error", low=1e-12)
    else:
        errors = (table.numbers("high") - table.numbers("low")) / (2 * _Z)
    kept = table.numbers("kept", low=0.0, high=0.999, empty=0.0) if "kept" in table.cells else np.zeros(len(table))
    tests: list[LiftTest] = []
    for row in range(len(table)):
        first, last = (_period(table, name, row, period) for name in ("first", "last"))
        until = _period(table, "until", row, period) if table.cells.get("until", [""] * len(table))[row] else -1
        test = LiftTest(names[row], first, last, float(increments[row]), float(errors[row]), float(kept[row]), until)
        try:
            check([test], series)
        except ValueError as error:
            raise BadInput(f"{table.name} 第 line {table.lines[row]} 行: {error}.") from None
        tests.append(test)
    return tests


def _period(table: Columns, name: str, row: int, period: dict[str, int]) -> int:
    date = table.text(name)[row]
    if date not in period:
        raise BadInput(
            f"{table.name} 第 line {table.lines[row]} 行, {name}: 发现 found {date!r}; 应为 expected a date of the series, "
            f"{min(period)} to {max(period)}."
        )
    return period[date]
