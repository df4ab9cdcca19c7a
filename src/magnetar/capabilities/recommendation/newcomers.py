"""Products that nobody took yet: which of them to show after a history, and when they may have a place.

What is known of such a product is its terms. So its affinity to a history is read off likeness to what was taken, off
what its nearest in content are given by transitions, and off how much more often than usual its terms stand among what
was taken and what follows that. The weights are fitted on validation with item dropout: a random share of products is
taken out of all counts, and what came next among exactly these is learned to be told. A product gets one of the last
places of each ten where its affinity is worth more than what stands there, at a price that is set so that products
with counts lose at most `WARM_LOSS`.
Source: Volkovs, Yu & Poutanen (2017), NIPS, DropoutNet: addressing cold start in recommender systems (dropping the
preference input so that content is trusted).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from magnetar.capabilities.recommendation.evidence import Evidence
from magnetar.capabilities.recommendation.generator import Floats32, Rows
from magnetar.capabilities.recommendation.memory import READ
from magnetar.kernel.compiled import Array, compiled

Floats = NDArray[np.float64]

FEATURES = (
    "alike",
    "most alike",
    "like the last",
    "after its like",
    "together with its like",
    "its like are taken",
    "terms of what was taken",
    "terms of what follows",
    "terms of both",
)
PLENTY = 0.3
"""Weight of a term's usual share beside its share after a history."""
TENTH = 10
"""Places that share the places held for newcomers."""
MOST_PLACES = 3
WARM_LOSS = 0.008
"""Share of NDCG@10 of products with counts that may be given up on validation; below 1 % by a margin for chance."""
DROPPED = 20
"""One product in so many is taken out of the counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """How affinity is weighed and when it gets a place."""

    weight: Floats
    """(features,), of the standardised features."""
    mean: Floats
    """(features,)."""
    spread: Floats
    """(features,), > 0."""
    number: int
    """Newcomers among which the weights were learned; among more an affinity counts for less."""
    places: int
    """The last of each ten places that may be given; 0 gives none."""
    price: float
    """Least log of affinity ⁄ chance of what stands there."""
    lean: tuple[float, float] = (0.0, 1.0)
    """From log probability by the gate to log chance at the last places of ten: offset and slope, of `rates`."""

    def affinity(self, features: Floats) -> Floats:
        """(products,), log of the probability that it comes next if a newcomer does, from (products, features).

        Of all newcomers there are; among fewer than it was learned from each counts as it did among those.
        """
        score = ((features - self.mean) / self.spread) @ self.weight
        few = max(0.0, float(np.log(self.number / max(1, len(score)))))
        return score - np.logaddexp.reduce(score) - few if len(score) else score

    def placed(self, warm: Floats, chances: Floats) -> list[int]:
        """Which products stand where in a list: rows of `warm` as they are, newcomers as −1 − row of `chances`.

        Args:
            warm: (k,), log probability of what has counts, best first.
            chances: (newcomers,), what `affinity` says.

        Returns:
            k places. Of each ten (or of all, where there are fewer) the last `places` may hold newcomers, the best
            first; what has counts and makes room comes next after them.
        """
        best = np.argsort(-chances, kind="stable")
        out: list[int] = []
        used = given = 0
        warm = self.lean[0] + self.lean[1] * warm
        while len(out) < len(warm):
            block = min(TENTH, len(warm) - len(out))
            held = self.places if block == TENTH else self.places * block // TENTH
            take = 0
            while take < held and used + block - take <= len(warm) and given + take < len(best):
                if chances[best[given + take]] - warm[used + block - 1 - take] < self.price:
                    break
                take += 1
            out += range(used, used + block - take)
            out += (-1 - best[given : given + take]).tolist()
            used, given = used + block - take, given + take
        return out


def described(items: Rows, history: Rows, evidence: Evidence, total: Floats32) -> Floats:
    """(items, features) of products after a history, oldest first, between `evidence.recall` and `forget`.

    Args:
        total: (sources,), sums of what was recalled.
    """
    out = np.zeros((len(items), len(FEATURES)))
    late, wording = history[-READ:], evidence.wording
    assert wording is not None
    if not len(items):
        return out
    mine = wording.weight[items]
    if len(late):
        like = (mine @ wording.weight[late].T).toarray()
        fade = 0.8 ** np.arange(len(late) - 1, -1, -1.0)
        out[:, 0] = np.log(like @ fade + 1e-3)
        out[:, 1] = np.log(like**2 @ fade + 1e-3)
        out[:, 2] = np.log(like[:, -1] + 1e-2)
        usual = evidence.usual_terms()
        taken = wording.share(late, fade)
        named = evidence.named()
        after = wording.share(named, evidence.values[named, 2].astype(np.float64))
        told = np.stack([taken, after, 0.5 * (taken + after)], axis=1)
        lift = np.log((told + PLENTY * usual[:, None] + 1e-6) / ((1.0 + PLENTY) * usual[:, None] + 1e-6))
        many = np.maximum(np.diff(mine.indptr), 1)
        for column in range(3):
            whole = np.bincount(
                np.repeat(np.arange(len(items)), np.diff(mine.indptr)), lift[mine.indices, column], len(items)
            )
            out[:, 6 + column] = whole / np.sqrt(many)
    lent = np.zeros((len(items), 3))
    _spread(items, *evidence.near, evidence.values, evidence.memory.count, lent)
    for column, source in ((3, 1), (4, 2)):
        out[:, column] = np.log(lent[:, column - 3] / max(float(total[source]), 1e-9) + 1e-4)
    out[:, 5] = np.log1p(lent[:, 2])
    return out


@compiled
def _spread(items: Array, start: Array, partner: Array, weight: Array, value: Array, count: Array, out: Array) -> None:
    """Transitions and togetherness of the nearest by likeness², and how often these are taken."""
    for place in range(len(items)):
        item = items[place]
        whole = 0.0
        for at in range(start[item], start[item + 1]):
            share = np.float64(weight[at]) ** 2
            out[place, 0] += share * value[partner[at], 1]
            out[place, 1] += share * value[partner[at], 2]
            if count[partner[at]] > 0:
                whole += share
                out[place, 2] += share * count[partner[at]]
        if whole > 0.0:
            out[place, 2] /= whole


def fit_newcomers(features: list[Floats], right: list[int], pull: float = 3.0) -> Newcomers | None:
    """Weights by which what came next stands above the other newcomers; no places yet.

    Args:
        features: (newcomers, features) of each case, the same newcomers in all.
        right: which of them came next.
    """
    if len(right) < 20:
        return None
    z = np.stack(features)
    mean, spread = z.mean(axis=(0, 1)), z.std(axis=(0, 1)) + 1e-6
    z = (z - mean) / spread
    row, came = np.arange(len(right)), np.array(right)

    def loss(weight: Floats) -> tuple[float, Floats]:
        score = z @ weight
        raised = np.exp(score - score.max(axis=1, keepdims=True))
        share = raised / raised.sum(axis=1, keepdims=True)
        share_right = np.maximum(share[row, came], 1e-300)
        push = share
        push[row, came] -= 1.0
        return -np.log(share_right).sum() + pull * (weight**2).sum(), np.tensordot(push, z, 2) + 2 * pull * weight

    found = np.asarray(minimize(loss, np.zeros(z.shape[2]), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x)
    return Newcomers(found, mean, spread, z.shape[1], 0, 0.0)


def rates(stands: Floats, won: NDArray[np.bool_]) -> tuple[float, float]:
    """Offset and slope from log probability by the gate to the log chance that what stands there comes next.

    The gate is too sure of itself: where it gives the last places little, they still come. A Poisson regression.

    Args:
        stands, won: (any,), log probabilities and whether it came.
    """
    middle = float(stands.mean())
    x = stands - middle
    mean = float(won.mean()) + 1e-9

    def loss(by: Floats) -> tuple[float, Floats]:
        told = np.exp(np.minimum(by[0] + by[1] * x, 0.0))
        off = told - won
        pull = by[1] - 1.0
        return (
            float((told - won * (by[0] + by[1] * x)).sum()) + pull**2,
            np.array([off.sum(), (off * x).sum() + 2.0 * pull]),
        )

    found = np.asarray(minimize(loss, np.array([np.log(mean), 1.0]), jac=True, method="L-BFGS-B").x)
    slope = float(np.clip(found[1], 0.05, 2.0))
    return float(found[0]) - slope * middle, slope


def choose(warm: Floats, gone: Floats, best: Floats, worth: float, allowed: float = WARM_LOSS) -> tuple[int, float]:
    """Places and price from which most is expected of newcomers for a loss of at most `allowed` of `worth`.

    Expectations, not the few events that happened, are compared: chosen by those, a price is chosen by luck.

    Args:
        warm: (cases, 10), log chance of what stands at each place, as `Newcomers.placed` compares it.
        gone: (cases, 10), expected NDCG that is lost where a place is given away.
        best: (cases, up to `MOST_PLACES`), affinities of the best newcomers, the best first.
        worth: NDCG@10 of products with counts.
    """
    chosen, most = (0, 0.0), 0.0
    for places in range(1, min(best.shape[1], TENTH) + 1):
        late = slice(TENTH - 1, TENTH - 1 - places, -1)
        margin = best[:, :places] - warm[:, late]
        for price in np.unique(np.quantile(margin, np.linspace(0.0, 1.0, 401))):
            given = np.logical_and.accumulate(margin >= price, axis=1)
            told = float((np.exp(best[:, :places]) * given).sum())
            if told > most and (gone[:, late] * given).sum() / len(gone) <= allowed * worth:
                chosen, most = (places, float(price)), told
    return chosen
