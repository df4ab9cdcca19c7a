"""Effects from clusters: regions that were randomised whole, so that what shoppers of one region share stays in one arm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement.experiments.effects import NOTHING, Effect
from magnetar.kernel.chance import Floats, Ints


def clustered(arm: Ints, cluster: Ints, outcome: Floats, before: Floats | None = None) -> Effect:
    """Mean outcome a shopper of treated clusters less that of control clusters, with an error over clusters.

    The error is the jackknife over clusters, each arm by itself: shoppers of a cluster may depend on each other in
    any way. With `before`, the difference in the covariates between the arms is taken out, with the slopes of
    cluster means within arms.

    Args:
        arm: (shoppers,), 0 or 1; one value within a cluster.
        cluster: (shoppers,), any numbers.
        outcome: (shoppers,).
        before: (shoppers,) or (shoppers, covariates), known before the experiment.

    Returns:
        the effect; undefined where an arm has fewer than two clusters.

    Raises:
        ValueError: a cluster has shoppers of both arms.

    Source: Efron & Stein (1981), Annals of Statistics 9(3), for the jackknife; the degrees of freedom are
    Satterthwaite's over clusters.
    """
    arm, outcome = np.asarray(arm), np.asarray(outcome, np.float64)
    names, place = np.unique(np.asarray(cluster), return_inverse=True)
    count = len(names)
    if count == 0:
        return NOTHING
    people = np.bincount(place, minlength=count).astype(np.float64)
    treated = np.bincount(place, arm, count)
    mixed = int(((treated > 0) & (treated < people)).sum())
    if mixed:
        raise ValueError(f"{mixed} clusters have shoppers of both arms; a cluster belongs to one arm")
    side = treated > 0
    if side.sum() < 2 or (~side).sum() < 2:
        return NOTHING
    total = np.bincount(place, outcome, count).astype(np.float64)
    known = _cluster_sums(place, count, before)
    varies = np.array([np.ptp(column / people) > 0 for column in known.T], np.bool_)
    if varies.sum() + 4 > count:
        varies[:] = False
    known = known[:, varies]
    value = _estimate(side, people, total, known)
    squares, spread = [0.0, 0.0], 0.0
    for one in (0, 1):
        rows = np.flatnonzero(side == bool(one)).tolist()
        without = np.empty(len(rows))
        for turn, row in enumerate(rows):
            rest = np.arange(count) != row
            without[turn] = _estimate(side[rest], people[rest], total[rest], known[rest])
        squares[one] = (len(rows) - 1) / len(rows) * float(((without - without.mean()) ** 2).sum())
        spread += squares[one] ** 2 / (len(rows) - 1)
    together = squares[0] + squares[1]
    freedom = max(1.0, together**2 / spread - float(varies.sum())) if spread > 0 else float(count - 2)
    return Effect(value, math.sqrt(together), freedom, count)


def _cluster_sums(place: NDArray[np.intp], count: int, before: Floats | None) -> Floats:
    """(clusters, covariates), sums over the shoppers of each cluster."""
    if before is None:
        return np.zeros((count, 0))
    x = np.asarray(before, np.float64).reshape(len(place), -1)
    return np.stack([np.bincount(place, column, count).astype(np.float64) for column in x.T], axis=1)


def _estimate(side: NDArray[np.bool_], people: Floats, total: Floats, known: Floats) -> float:
    """Difference of means a shopper, less slope × difference of the covariates' means."""
    means: list[float] = []
    before: list[Floats] = []
    left, explained = np.empty(len(side)), np.empty(known.shape)
    for one in (False, True):
        mine = side == one
        share = people[mine].sum()
        means.append(float(total[mine].sum() / share))
        before.append(known[mine].sum(axis=0) / share)
        left[mine] = total[mine] - means[-1] * people[mine]
        explained[mine] = known[mine] - before[-1] * people[mine][:, None]
    if not known.shape[1]:
        return means[1] - means[0]
    weight = 1.0 / np.sqrt(people)
    slope = np.linalg.lstsq(explained * weight[:, None], left * weight, rcond=None)[0]
    return means[1] - means[0] - float((before[1] - before[0]) @ slope)
