"""What a mix model is fitted on: an outcome and spend by period, and the columns of what sells anyway."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from magnetar.kernel.chance import Floats

WEEKLY, DAILY = 365.25 / 7, 365.25
"""Periods in a year."""


@dataclass(frozen=True, slots=True)
class Series:
    """Totals by period, in order, without gaps. Money in currency units."""

    outcome: Floats
    """(periods,), GMV or orders."""
    spend: Floats
    """(periods, channels)."""
    channels: tuple[str, ...]
    per_year: float = WEEKLY
    controls: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """(periods, controls): price level, promotion days; what sells and is not advertising."""
    names: tuple[str, ...] = ()
    """Of the controls."""

    def __post_init__(self) -> None:
        periods = len(self.outcome)
        if not self.controls.size:
            object.__setattr__(self, "controls", np.zeros((periods, 0)))
        if self.spend.shape != (periods, len(self.channels)) or len(self.controls) != periods:
            raise ValueError(
                f"spend is periods × channels, {(periods, len(self.channels))}, found {self.spend.shape}; "
                f"controls have a row for each period, found {len(self.controls)}"
            )
        if not self.channels:
            raise ValueError("at least one channel is needed")
        if not (
            np.all(np.isfinite(self.outcome)) and np.all(np.isfinite(self.spend)) and np.all(np.isfinite(self.controls))
        ):
            raise ValueError(
                "outcome, spend and controls must be finite; fill gaps with what is known, 0 where nothing was spent"
            )
        if self.spend.size and self.spend.min() < 0:
            raise ValueError(
                f"spend must not be negative, found {self.spend.min()}; put credits where they were earned"
            )
        if not self.per_year > 0:
            raise ValueError(f"periods per year must be positive, found {self.per_year}")

    def __len__(self) -> int:
        return len(self.outcome)


def baseline(series: Series) -> tuple[Floats, Floats]:
    """Columns of what sells anyway, and how far each may reach, in standard deviations of the outcome.

    A level, a trend that may bend every half-year, two yearly waves where a year and a half is seen, one
    where a half-year is, days of the week where periods are days, and the controls.
    """
    periods = len(series)
    at = np.arange(periods)
    years = at / series.per_year
    columns: list[Floats] = [np.ones(periods), 2.0 * at / max(periods - 1, 1) - 1.0]
    reach = [1_000.0, 2.0]
    bends = int(years[-1] / 0.5) if periods else 0
    for bend in range(1, bends):
        start = bend * 0.5
        columns.append(np.maximum(years - start, 0.0))
        reach.append(1.0)
    waves = 2 if periods >= 1.5 * series.per_year else 1 if periods >= 0.5 * series.per_year else 0
    for wave in range(1, waves + 1):
        columns += [np.sin(2 * np.pi * wave * years), np.cos(2 * np.pi * wave * years)]
        reach += [1.0, 1.0]
    if series.per_year > 300:
        columns += [(at % 7 == day).astype(np.float64) for day in range(6)]
        reach += [2.0] * 6
    for control in series.controls.T:
        spread = control.std()
        if spread > 0:
            columns.append((control - control.mean()) / spread)
            reach.append(1.0)
    return np.stack(columns, axis=1), np.array(reach)
