"""Where the next yuan goes: response curves, marginal returns, and the split of a budget with the most to expect."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.measurement.intervals import Interval
from magnetar.capabilities.measurement.mmm.model import Fit
from magnetar.capabilities.measurement.mmm.shapes import saturate
from magnetar.kernel.chance import Floats
from magnetar.kernel.errors import Refused

STEPS = 200
"""Portions that a budget is dealt out in."""
FARTHEST = 1.5
"""No channel is advised more than so many times the most it ever spent in a period: beyond, nothing is known."""
REACH = (0.5, 2.0)
"""Least and most of a channel's present share of the budget that it is advised at once."""
DRAWS = 500


@dataclass(frozen=True, slots=True)
class Advice:
    """How to split a budget of one period."""

    budget: float
    channels: tuple[str, ...]
    now: Floats
    """(channels,), mean spend of a period."""
    advised: Floats
    """(channels,)."""
    held: tuple[str, ...]
    """Channels left where they are, because nothing is known of them."""
    gain: Interval
    """Outcome of a period, advised less the present split of the same budget; credible interval."""
    marginal: tuple[Interval, ...]
    """Outcome of the next unit of spend at present, by channel; NaN where nothing is known."""
    unspent: float
    """What no channel can take within what is known."""


def response(fit: Fit, channel: int, levels: Floats, draws: int = DRAWS) -> Floats:
    """(draws, levels), outcome of a period in which a channel steadily spends each level."""
    picked = np.linspace(0, len(fit.roi) - 1, min(draws, len(fit.roi))).astype(int)
    out = np.zeros((len(picked), len(levels)))
    places = fit.shape[picked, channel]
    for place in np.unique(places).tolist():
        shape = fit.shapes[place]
        curve = fit.scale[channel, place] * saturate(levels, shape.half * fit.unit[channel], shape.slope)
        rows = places == place
        out[rows] = fit.roi[picked[rows], channel][:, None] * curve
    return out


def advise(fit: Fit, budget: float | None = None, unknown: Collection[str] = ()) -> Advice:
    """The split of a period's budget with the most outcome to expect.

    No channel is moved beyond `REACH` of its present share at once, nor beyond `FARTHEST`. Exact over
    portions of 1/200, whatever the curves' shape, by dynamic programming on mean responses.

    Args:
        budget: of a period; None for what is spent now.
        unknown: channels of which nothing is known; they keep what they spend now.

    Raises:
        Refused: nothing is known of any channel, or the budget does not cover those that are held.
    """
    series = fit.series
    now = series.spend.mean(axis=0).astype(np.float64)
    held = np.array([name in unknown or not now[row] > 0 for row, name in enumerate(series.channels)])
    whole = float(now.sum()) if budget is None else float(budget)
    free = whole - float(now[held].sum())
    if held.all():
        raise Refused(
            "没有渠道可以判断 · Nothing is known of any channel, so no split can be advised. Run a lift test."
        )
    if not np.isfinite(whole) or free <= 0:
        raise Refused(
            f"预算不足 · The channels that nothing is known of spend {now[held].sum():,.2f} a period already; "
            f"a budget above that is needed, found {whole:,.2f}."
        )
    portion = free / STEPS
    open_ = np.flatnonzero(~held)
    share = now[open_] / now[open_].sum() * free
    most = np.minimum(REACH[1] * share, FARTHEST * series.spend[:, open_].max(axis=0))
    least = np.minimum(REACH[0] * share, most)
    caps = np.floor((most - least) / portion + 1e-9).astype(int).tolist()
    deal = int(np.floor((free - least.sum()) / portion + 1e-9))
    levels = least[:, None] + portion * np.arange(STEPS + 1)
    curves = [response(fit, channel, levels[row]) for row, channel in enumerate(open_.tolist())]
    dealt = _deal([curve.mean(axis=0)[: deal + 1] for curve in curves], caps)
    advised = now.copy()
    advised[open_] = least + portion * np.array(dealt)
    gains = np.zeros(len(curves[0]))
    for row, channel in enumerate(open_.tolist()):
        gains += curves[row][:, dealt[row]] - response(fit, channel, share[row : row + 1])[:, 0]
    low, high = np.quantile(gains, [0.025, 0.975])
    return Advice(
        whole,
        series.channels,
        now,
        advised,
        tuple(name for name, is_held in zip(series.channels, held, strict=True) if is_held),
        Interval(float(gains.mean()), float(low), float(high), len(series)),
        tuple(_marginal(fit, channel, float(now[channel]), bool(held[channel])) for channel in range(len(now))),
        max(0.0, free - float(advised[open_].sum())),
    )


def _marginal(fit: Fit, channel: int, level: float, unknown: bool) -> Interval:
    if unknown:
        return Interval(np.nan, np.nan, np.nan, len(fit.series))
    step = 0.01 * float(fit.unit[channel])
    two = response(fit, channel, np.array([level, level + step]))
    slope = (two[:, 1] - two[:, 0]) / step
    low, high = np.quantile(slope, [0.025, 0.975])
    return Interval(float(slope.mean()), float(low), float(high), len(fit.series))


def _deal(curves: list[Floats], most: list[int]) -> list[int]:
    """Portions for each curve, at most `most` of each and len − 1 together, with the largest sum; fewest portions on a tie."""
    steps = len(curves[0]) - 1
    best, choices = np.zeros(steps + 1), list[np.ndarray]()
    for curve, cap in zip(curves, most, strict=True):
        total, choice = np.full(steps + 1, -np.inf), np.zeros(steps + 1, np.int64)
        for spent in range(min(cap, steps) + 1):
            here = np.full(steps + 1, -np.inf)
            here[spent:] = best[: steps + 1 - spent] + curve[spent]
            better = here > total + 1e-12 * np.abs(total, where=np.isfinite(total), out=np.zeros(steps + 1))
            total[better], choice[better] = here[better], spent
        best = total
        choices.append(choice)
    dealt, left = list[int](), int(np.argmax(best))
    for choice in reversed(choices):
        dealt.append(int(choice[left]))
        left -= dealt[-1]
    return dealt[::-1]
