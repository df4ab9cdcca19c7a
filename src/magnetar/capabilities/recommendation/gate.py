"""The learned gate: how far each source is to be trusted, given what is known of the context.

A candidate's score is a sum over sources of log evidence, each times a weight that is linear in features of the
context. Weights are fitted so that what really came next stands above the other candidates: a softmax over the
candidates of each context, convex in the weights. A likelihood over the whole catalogue was tried first and lost: it
pays for the far tail, a list of ten does not.
Source: Cao et al. (2007), ICML, Learning to rank: from pairwise approach to listwise approach (top-one softmax).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from magnetar.kernel.compiled import Array, compiled

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Weights of evidence, by feature of the context."""

    mean: Floats
    """(evidence,), what evidence is centred on."""
    spread: Floats
    """(evidence,), > 0."""
    weight: Floats
    """(context features, evidence)."""

    @classmethod
    def plain(cls, prior: Floats, features: int) -> Gate:
        """Unfitted: fixed weights `prior`, (evidence,), whatever the context."""
        weight = np.zeros((features, len(prior)))
        weight[0] = prior
        return cls(np.zeros(len(prior)), np.ones(len(prior)), weight)

    def score(self, evidence: Floats, context: Floats) -> Floats:
        """(candidates,), from (candidates, evidence) and (features,); a candidate's score does not depend on others'."""
        weight = (context[:, None] * self.weight).sum(axis=0) / self.spread
        return ((evidence - self.mean) * weight).sum(axis=1)


def fit_gate(
    evidence: Floats, context: Floats, owner: NDArray[np.int64], right: NDArray[np.bool_], prior: Floats,
    pull: float = 3.0,
) -> Gate:  # fmt: skip
    """Fit to the contexts among whose candidates is one that came next.

    Args:
        evidence: (candidates of all contexts, evidence).
        context: (contexts, features), the first feature 1.
        owner: (candidates,), which context each belongs to, ascending.
        right: (candidates,), whether it came next.
        prior: (evidence,), weights that the fit is pulled towards, by `pull`; they stand where nothing can be learned.
    """
    hit = np.bincount(owner, right, len(context)) > 0
    kept = hit[owner]
    features = context.shape[1]
    if not hit.any():
        return Gate.plain(prior, features)
    z, own, y = evidence[kept], owner[kept], right[kept]
    mean, spread = z.mean(axis=0), z.std(axis=0) + 1e-6
    z = (z - mean) / spread
    start = np.flatnonzero(np.append(True, np.diff(own) > 0))
    sizes = np.diff(np.append(start, len(own)))
    known = context[own[start]]
    share = y / np.repeat(np.add.reduceat(y.astype(float), start), sizes)
    pulled = np.zeros((features, evidence.shape[1]))
    pulled[0] = prior * spread

    start = np.append(start, len(own))
    known = np.ascontiguousarray(known)

    def loss(flat: Floats) -> tuple[float, Floats]:
        weight = flat.reshape(pulled.shape)
        change = np.zeros_like(pulled)
        found = _loss(z, share, start, known, known @ weight, change)
        off = weight - pulled
        return found + pull * (off**2).sum(), (change + 2 * pull * off).ravel()

    found = minimize(loss, pulled.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return Gate(mean, spread, np.asarray(found.x).reshape(pulled.shape))


@compiled
def _loss(z: Array, share: Array, start: Array, known: Array, weight: Array, change: Array) -> float:
    """The sum over contexts of −share × log softmax; adds its gradient by (features, evidence) to `change`."""
    found = 0.0
    score, moved = np.empty(len(z)), np.empty(z.shape[1])
    for context in range(len(known)):
        low, high = start[context], start[context + 1]
        top = -np.inf
        for row in range(low, high):
            total = 0.0
            for column in range(z.shape[1]):
                total += z[row, column] * weight[context, column]
            score[row] = total
            top = max(top, total)
        under = 0.0
        for row in range(low, high):
            under += np.exp(score[row] - top)
        whole = top + np.log(under)
        moved[:] = 0.0
        for row in range(low, high):
            found -= share[row] * (score[row] - whole)
            push = np.exp(score[row] - whole) - share[row]
            for column in range(z.shape[1]):
                moved[column] += push * z[row, column]
        for feature in range(known.shape[1]):
            for column in range(z.shape[1]):
                change[feature, column] += known[context, feature] * moved[column]
    return found
