"""Markov removal effect: what share of orders a first-order chain over channels would lose without one of them.

The chain goes from the start through a journey's channels to an order or to nothing; transition
probabilities are counted. Removing a channel sends everybody who would enter it to nothing. With
N = (I − Q)⁻¹ the chain enters j at all with probability N[start, j] ⁄ N[j, j], and from there ends in
an order with x[j], so the loss is their product and one inverse serves every channel.

Source: Anderl, Becker, von Wangenheim & Schumann (2016), Mapping the customer journey, International
Journal of Research in Marketing 33(3); Kemeny & Snell (1960), Finite Markov Chains, chapter 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.capabilities.measurement.attribution.journeys import Journeys
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

CHANNELS = 1_000
"""The largest matrix that is inverted."""


def removal_effects(journeys: Journeys) -> Floats:
    """(channels,), share of the chain's orders that are lost without each channel, in [0, 1]; they need not sum to 1.

    All zero where no journey ends in an order.

    Raises:
        ValueError: more than 1,000 channels.
    """
    count = len(journeys.channels)
    if count > CHANNELS:
        raise ValueError(f"removal effects take at most {CHANNELS} channels, found {count}; group them more coarsely")
    steps = np.zeros((count + 1, count + 2))  # rows: channels, start; columns: channels, order, nothing
    won = journeys.touched
    _count(journeys.channel, journeys.start[won], journeys.stop[won], count, steps)
    _count(journeys.channel, journeys.lost_start, journeys.lost_stop, count + 1, steps)
    met = steps.sum(axis=1) > 0
    if not met[count]:
        return np.zeros(count)
    chance = np.zeros_like(steps)
    chance[met] = steps[met] / steps[met].sum(axis=1, keepdims=True)
    inner = np.zeros((count + 1, count + 1))
    inner[:, :count] = chance[:, :count]
    visits = np.linalg.inv(np.eye(count + 1) - inner)
    ordering = visits @ chance[:, count]
    if ordering[count] <= 0:
        return np.zeros(count)
    entering = visits[count, :count] / np.diag(visits)[:count]
    return np.clip(entering * ordering[:count] / ordering[count], 0.0, 1.0)


@compiled
def _count(channel: Array, start: Array, stop: Array, end: int, steps: Array) -> Any:
    begin = steps.shape[0] - 1
    for row in range(start.shape[0]):
        here = begin
        for touch in range(start[row], stop[row]):
            steps[here, channel[touch]] += 1.0
            here = channel[touch]
        steps[here, end] += 1.0
