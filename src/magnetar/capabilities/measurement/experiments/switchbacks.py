"""Effects from blocks of time: the whole market runs one way in a block and the other way in the next."""

from __future__ import annotations

import math

import numpy as np

from magnetar.capabilities.measurement.experiments.effects import NOTHING, Effect
from magnetar.kernel.chance import Floats, Ints


def paired_blocks(block: Ints, arm: Ints, outcome: Floats, lag: int = 1) -> Effect:
    """Mean outcome a tick in treated blocks less that in control blocks, from pairs of neighbouring blocks.

    A coin decided which block of a pair came first, so the mean difference is unbiased whatever the hours do; the
    error is that of a mean of pair differences that may depend on the `lag` pairs before (Newey and West).

    Args:
        block: (ticks,), blocks 2k and 2k + 1 are a pair; pairs that are not whole are left out.
        arm: (ticks,), 0 or 1, one value within a block.
        outcome: (ticks,), e.g. GMV; ticks of washouts are left out beforehand.
        lag: how many pairs back errors may depend, at least 0.

    Source: Newey & West (1987), Econometrica 55(3); the design after Bojinov, Simchi-Levi & Zhao (2023),
    Management Science 69(7).

    >>> paired_blocks(np.array([0, 1, 2, 3]), np.array([0, 1, 1, 0]), np.array([1.0, 3.0, 6.0, 4.0])).value
    2.0
    """
    gap = pair_differences(block, arm, outcome)
    count = len(gap)
    if count < 2:
        return NOTHING
    centred = gap - gap.mean()
    long = float(centred @ centred) / count
    for back in range(1, min(lag, count - 1) + 1):
        long += 2.0 * (1.0 - back / (lag + 1.0)) * float(centred[back:] @ centred[:-back]) / count
    long = max(long, 1e-3 * float(centred @ centred) / count)
    return Effect(float(gap.mean()), math.sqrt(long / (count - 1)), float(count - 1), count)


def pair_differences(block: Ints, arm: Ints, outcome: Floats) -> Floats:
    """(pairs,), treated less control, mean a tick, of each whole pair of blocks."""
    block, arm, outcome = np.asarray(block), np.asarray(arm), np.asarray(outcome, np.float64)
    if not block.shape == arm.shape == outcome.shape:
        raise ValueError(
            f"block, arm and outcome must share one shape, found {block.shape}, {arm.shape}, {outcome.shape}"
        )
    if not len(block):
        return np.zeros(0)
    pair = block // 2
    count = int(pair.max()) + 1
    total = np.zeros((2, count))
    ticks = np.zeros((2, count))
    for one in (0, 1):
        total[one] = np.bincount(pair[arm == one], outcome[arm == one], count)
        ticks[one] = np.bincount(pair[arm == one], minlength=count)
    whole = (ticks > 0).all(axis=0)
    return total[1, whole] / ticks[1, whole] - total[0, whole] / ticks[0, whole]


def unpaired_ticks(arm: Ints, outcome: Floats) -> Effect:
    """The naive reading of a switchback: every tick is taken for independent."""
    from magnetar.capabilities.measurement.experiments.effects import difference

    return difference(arm, outcome)
