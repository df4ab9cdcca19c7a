"""The log of a policy that drew its actions by known chances."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from magnetar.kernel.chance import Floats, Ints


@dataclass(frozen=True, slots=True)
class BanditLog:
    """Rows of a log: what was done, by what chance, and what came of it."""

    action: Ints
    """(n,), from 0 to actions − 1."""
    reward: Floats
    """(n,), any finite number: a click, an order's value."""
    propensity: Floats
    """(n,), in (0, 1]: the chance with which the logging policy took this action here."""
    actions: int
    context: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """(n, features), what the reward model may look at; leave out where there is nothing."""
    cluster: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """(n,), rows that share a number are not independent: a page, a shopper; leave out where all are."""

    def __post_init__(self) -> None:
        n = len(self.action)
        if not len(self.context):
            object.__setattr__(self, "context", np.zeros((n, 0)))
        if not len(self.cluster):
            object.__setattr__(self, "cluster", np.arange(n))
        lengths = {len(self.reward), len(self.propensity), len(self.context), len(self.cluster)}
        if lengths != {n}:
            raise ValueError(f"every column needs the {n} rows of the actions, found {sorted(lengths)}")
        if n and not (self.action.min() >= 0 and self.action.max() < self.actions):
            raise ValueError(
                f"actions are numbered 0 to {self.actions - 1}, found {self.action.min()} to {self.action.max()}"
            )
        if not (np.all(np.isfinite(self.reward)) and np.all(np.isfinite(self.context))):
            raise ValueError("rewards and contexts must be finite; leave rows without a reward out and say so")
        if not (np.all(self.propensity > 0) and np.all(self.propensity <= 1)):
            wrong = self.propensity[~((self.propensity > 0) & (self.propensity <= 1))]
            raise ValueError(f"propensities lie in (0, 1], found {wrong[0]}: an action that was taken had a chance")

    def __len__(self) -> int:
        return len(self.action)


def check_target(target: Floats, rows: int, actions: int) -> None:
    """Refuse what is no policy.

    Raises:
        ValueError: not (rows, actions), not finite, negative, or a row that does not sum to 1 within a thousandth.
    """
    if target.shape != (rows, actions):
        raise ValueError(f"the target gives a chance for each row and action, {(rows, actions)}; found {target.shape}")
    if not np.all(np.isfinite(target)) or (target.size and target.min() < 0):
        raise ValueError("the target's chances must be finite and not negative")
    if rows and np.abs(target.sum(axis=1) - 1.0).max() > 1e-3:
        raise ValueError(
            f"the target's chances must sum to 1 in every row, found {target.sum(axis=1).min():.4f} to {target.sum(axis=1).max():.4f}"
        )


def pooled_propensity(action: Ints, stratum: Ints) -> Floats:
    """(n,), how often each row's action was taken among the rows of its stratum.

    In place of logged chances that changed from moment to moment: right where rewards do not drift and
    the policy looked at nothing but the stratum; its weights are then far calmer. An action of which a
    stratum has no row cannot be seen at all.

    >>> pooled_propensity(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])).round(2).tolist()
    [0.67, 0.67, 0.33, 1.0]
    """
    pairs, place, count = np.unique(np.stack([stratum, action]), axis=1, return_inverse=True, return_counts=True)
    strata, size = np.unique(stratum, return_counts=True)
    return (count / size[np.searchsorted(strata, pairs[0])])[place.reshape(-1)]
