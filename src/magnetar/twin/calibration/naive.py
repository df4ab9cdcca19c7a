"""The forecast to beat: the season repeats, and shapes stay as they were in the last period."""

from __future__ import annotations

import numpy as np

from magnetar.kernel.chance import Floats

LAST_YEAR = 364
"""Days back to the same weekday of last year."""
WEEKS = 4


def seasonal(series: Floats, horizon: int) -> Floats:
    """Forecast each day by the same weekday of last year, or of the last four weeks where the log is too young.

    Args:
        series: (days,), the past, one value a day, at least seven days.
        horizon: days ahead.

    Returns:
        (horizon,): the value 364 days before where the past has it, else the mean of that weekday's last four
        values.

    Raises:
        ValueError: less than a week of past.

    >>> seasonal(np.arange(14.0), 8)
    array([3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 3.5])
    """
    days = len(series)
    if days < 7:
        raise ValueError(f"a seasonal forecast needs at least 7 days of past, found {days}")
    forecast = np.empty(horizon)
    for ahead in range(horizon):
        back = days + ahead - LAST_YEAR
        if 0 <= back < days:
            forecast[ahead] = series[back]
            continue
        latest = days - 7 + ahead % 7
        forecast[ahead] = series[[at for at in range(latest, latest - 7 * WEEKS, -7) if at >= 0]].mean()
    return forecast
