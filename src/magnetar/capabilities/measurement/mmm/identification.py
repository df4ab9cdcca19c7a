"""What the data cannot tell: said in words, and the figure left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.mmm.model import Fit
from magnetar.capabilities.measurement.mmm.series import baseline
from magnetar.capabilities.measurement.mmm.shapes import adstock
from magnetar.kernel.chance import Floats

LEAST_VARIATION = 0.1
"""Standard deviation of spend over its mean."""
MOST_INFLATION = 10.0
"""Variance inflation factor above which a channel cannot be told from the rest (Marquardt 1970)."""
MOST_PRIOR = 0.75
"""Posterior over prior standard deviation above which the figure is the prior's."""
MOST_R_HAT = 1.1
MOST_MEMORY = 0.7


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader must know before using a figure."""

    channel: str
    """Empty where it concerns the whole model."""
    kind: str
    text: str
    hides: bool
    """Whether the channel's return is left out because of it."""


def findings(fit: Fit) -> list[Finding]:
    """What to say beside the figures. A lift test lifts what the series alone cannot tell, unless it tells little itself."""
    series, found = fit.series, list[Finding]()
    tested = {test.channel for test in fit.tests}
    inflation, partner = _inflation(fit)
    for channel, name in enumerate(series.channels):
        spend, helped = series.spend[:, channel], name in tested
        if not spend.sum() > 0:
            found.append(Finding(name, "no-spend", "从未花费 · It never spent anything.", True))
            continue
        variation = float(spend.std() / spend.mean())
        if variation < LEAST_VARIATION:
            text = f"花费几乎不变 · Spend hardly varies ({variation:.0%} of its mean), so the series cannot tell what it brings. Vary it, or run a lift test."
            found.append(Finding(name, "no-variation", text, not helped))
        elif inflation[channel] > MOST_INFLATION:
            other = f"channel {partner[channel]!r}" if partner[channel] else "season, trend and controls"
            text = f"与其他变量共线 · It moves with {other} (variance inflation {inflation[channel]:,.0f}), so their effects cannot be told apart. Move them separately, or run a lift test."
            found.append(Finding(name, "collinear", text, not helped))
        told = float(fit.roi[:, channel].std()) / fit.prior.sd
        if told > MOST_PRIOR:
            text = f"数据几乎没有说明 · The data tell little: the interval is {told:.0%} as wide as before any data."
            found.append(Finding(name, "prior", text, True))
        if fit.r_hat[channel] > MOST_R_HAT:
            text = f"抽样未收敛 · The chains disagree (R̂ {fit.r_hat[channel]:.2f}); take more draws."
            found.append(Finding(name, "not-converged", text, True))
    if not fit.tests and fit.prior.doubt != 0.0:
        text = "没有增量实验 · Without a lift test nothing tells a channel's return from demand that its spend follows; intervals are wide for that reason."
        found.append(Finding("", "no-lift", text, False))
    if not fit.tests and fit.prior.doubt == 0.0:
        text = "假设花费不随需求变动 · Doubt 0 takes spend not to follow demand; where it does, returns are overstated."
        found.append(Finding("", "no-doubt", text, False))
    if float(fit.memory.mean()) > MOST_MEMORY:
        text = f"噪声强自相关 · Noise remembers {fit.memory.mean():.0%} of the last period: something that sells is missing from the controls."
        found.append(Finding("", "memory", text, False))
    return found


def hidden(found: list[Finding]) -> set[str]:
    """Channels whose return is left out."""
    return {one.channel for one in found if one.hides and one.channel}


def _inflation(fit: Fit) -> tuple[Floats, list[str]]:
    """(channels,) variance inflation of carried-over spend beside everything else, and the channel it goes with most."""
    series = fit.series
    base, _ = baseline(series)
    carry = float(np.median([shape.carry for shape in fit.shapes]))
    media = np.stack([adstock(column, carry) for column in series.spend.T], axis=1)
    inflation, partner = np.ones(media.shape[1]), [""] * media.shape[1]
    for channel in range(media.shape[1]):
        others = np.delete(media, channel, axis=1)
        mine = media[:, channel]
        total = float(((mine - mine.mean()) ** 2).sum())
        if total <= 0:
            continue
        inflation[channel] = total / max(_left(np.hstack([base, others]), mine), 1e-9 * total)
        if _left(base, mine) > total / MOST_INFLATION and others.shape[1]:  # not the baseline: name the nearest channel
            near = [abs(_correlation(mine, other)) for other in others.T]
            partner[channel] = np.delete(np.array(series.channels, object), channel)[int(np.argmax(near))]
    return inflation, partner


def _left(columns: Floats, target: Floats) -> float:
    """The sum of squares that the columns leave unexplained."""
    coefficient = np.linalg.lstsq(columns, target, rcond=None)[0]
    return float(((target - columns @ coefficient) ** 2).sum())


def _correlation(one: Floats, other: Floats) -> float:
    spread = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread > 0 else 0.0
