"""How long orders take after their click at present, told from how old clicks are when their orders come.

Orders that came say it too short: late ones are still missing. So what came is held against the
clicks that it came of, for each of many mean delays m: n orders, of clicks S old in sum, where E(m) of the clicks
should have had theirs, have the likelihood

    n log(1 ⁄ m) − S ⁄ m − (n + K) log(E(m) + K ⁄ r)

when delays are exponential and orders a click are Gamma with mean r, that of the long run, and weight K. Fewer young
orders are so taken for later ones before they are taken for fewer. Clicks count alike: predictions, which are still
being learned, would seem to say that orders come late wherever they grow. Old evidence halves every few hours; what was learned in the long
run stays, as a prior of few orders.

Sources: feedback that comes late, Chapelle (2014), KDD, "Modeling delayed feedback in display advertising"; the level
integrated out and the grid of means are ours.
"""

from __future__ import annotations

import math

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.clock import HOUR
from magnetar.kernel.compiled import Array, compiled

PRIOR_DELAY = 4.0 * HOUR
PRIOR_ORDERS = 20.0
"""Orders' worth of trust in `PRIOR_DELAY` before anything was seen, and in the long run after."""
HALF_LIFE = 6.0 * HOUR
"""Of what was seen lately. Chosen on the tuned seeds."""
LEVEL_TRUST = 50.0
"""Orders' worth of trust that as many orders come of a click as in the long run. Chosen on the tuned seeds."""
USUAL_ORDERS, USUAL_CLICKS = 1.0, 20.0
"""What is taken to have been seen in the long run before anything was."""
MEANS: Floats = 0.25 * HOUR * 2.0 ** (np.arange(41) / 4.0)
"""Mean delays that are held against each other, microseconds: a quarter of an hour to ten days."""
_LOG_MEANS = np.log(MEANS)
FASTEST = 2.0
"""Largest factor by which what waits is reckoned anew at an edge, either way."""
WAITING, EXPECTED = 0, 1
"""Rows of what is reckoned for each mean, in clicks: whose order would be to come, and should have come lately."""
COUNT, AGES, CLICKS = 0, 1, 2
"""Of recent orders, and of all."""


class Lateness:
    """The mean delay of orders, as of the last tick edge."""

    def __init__(self) -> None:
        self.sums: Floats = np.zeros((2, len(MEANS)))
        self.recent: Floats = np.zeros(2)
        self.ever: Floats = np.array([PRIOR_ORDERS, PRIOR_ORDERS * PRIOR_DELAY, 0.0])
        self.fresh: Floats = np.zeros(2)
        """Since the last edge: clicks on what is sold, and how long after the edge they were made in sum, microseconds."""
        self.mean = PRIOR_DELAY
        """Microseconds."""
        self.held = 0.0
        """Clicks whose order would still be to come as whoever asks counts them: by the mean of each tick as it went."""

    def landed(self, delay: Floats) -> None:
        """Orders came so long after their clicks, microseconds."""
        self.recent += len(delay), delay.sum()
        self.ever += len(delay), delay.sum(), 0.0

    def refresh(self, elapsed: int) -> float:
        """Let clicks grow older; at a tick edge, so long after the last one.

        Returns:
            what waits by the new mean, over what is left by the means of the ticks as they went.
        """
        elapsed, made = max(elapsed, 0), self.fresh.copy()
        age = min(max(elapsed - made[1] / made[0], 0.0), elapsed) if made[0] > 0.0 else 0.0
        held = self.held * math.exp(-elapsed / self.mean) + made[0] * math.exp(-age / self.mean)
        self.ever[CLICKS] += made[0]
        ripe = max(float(self.ever[CLICKS]) - held, 0.0) + USUAL_CLICKS
        usual = (float(self.ever[COUNT]) - PRIOR_ORDERS + USUAL_ORDERS) / ripe
        self.mean = _age(float(elapsed), LEVEL_TRUST / usual, self.sums, self.recent, self.ever, self.fresh)
        wanted = float(np.interp(math.log(self.mean), _LOG_MEANS, self.sums[WAITING]))
        again = min(max(wanted / held, 1.0 / FASTEST), FASTEST) if held > 0.0 else 1.0
        self.held = held * again
        return again

    def take_over(self, old: Lateness) -> None:
        """What another has learned."""
        for name in ("sums", "recent", "ever", "fresh"):
            getattr(self, name)[:] = getattr(old, name)
        self.mean, self.held = old.mean, old.held


@compiled
def _age(elapsed: float, trusted: float, sums: Array, recent: Array, ever: Array, fresh: Array) -> float:
    """Bring the sums to this edge; the posterior mean of the delay, on the logarithmic scale.

    `trusted` is of how many clicks as many orders are expected as the level is trusted with.
    """
    made, age = fresh[0], 0.0
    if made > 0.0:
        age = min(max(elapsed - fresh[1] / made, 0.0), elapsed)
    fresh[:] = 0.0
    trust, usual = PRIOR_ORDERS, PRIOR_ORDERS * ever[AGES] / ever[COUNT]
    score = np.empty(MEANS.shape[0])
    best = -np.inf
    for place in range(MEANS.shape[0]):
        mean = MEANS[place]
        left, new = sums[WAITING, place] * np.exp(-elapsed / mean), made * np.exp(-age / mean)
        sums[EXPECTED, place] += sums[WAITING, place] - left + made - new
        sums[WAITING, place] = left + new
        count = recent[COUNT] + LEVEL_TRUST
        score[place] = -(recent[COUNT] + trust) * np.log(mean) - (recent[AGES] + usual) / mean
        score[place] -= count * np.log(sums[EXPECTED, place] + trusted)
        best = max(best, score[place])
    total, weighed = 0.0, 0.0
    for place in range(MEANS.shape[0]):
        chance = np.exp(score[place] - best)
        total += chance
        weighed += chance * np.log(MEANS[place])
    keep = 0.5 ** (elapsed / HALF_LIFE)
    sums[EXPECTED] *= keep
    recent *= keep
    return np.exp(weighed / total)
