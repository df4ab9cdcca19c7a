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

    def loss(flat: Floats) -> tuple[float, Floats]:
        weight = flat.reshape(pulled.shape)
        score = (z * np.repeat(known @ weight, sizes, axis=0)).sum(axis=1)
        top = np.repeat(np.maximum.reduceat(score, start), sizes)
        raised = np.exp(score - top)
        under = np.repeat(np.add.reduceat(raised, start), sizes)
        found = -(share * (score - top - np.log(under))).sum()
        change = np.add.reduceat(z * (raised / under - share)[:, None], start, axis=0)
        off = weight - pulled
        return found + pull * (off**2).sum(), (known.T @ change + 2 * pull * off).ravel()

    found = minimize(loss, pulled.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return Gate(mean, spread, np.asarray(found.x).reshape(pulled.shape))
