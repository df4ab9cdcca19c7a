"""The reward model: what each action would bring, by ridge regression on context and action, cross-fitted.

Every row is predicted by a model that has not seen it (nor its cluster), so that the model cannot learn
the noise that it is then corrected for: Chernozhukov et al. (2018), Double/debiased machine learning,
Econometrics Journal 21(1).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from magnetar.capabilities.measurement.off_policy.logs import BanditLog
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled

FOLDS = 5
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
ROWS_PER_TERM = 20
"""Actions get slopes of their own over the context where the log has so many rows for each of them."""


def cross_fitted(log: BanditLog, folds: int = FOLDS, seed: int = 0) -> Floats:
    """(n, actions), the predicted reward of every action in every row, each by a model of the other folds.

    Terms: the context, the actions, and where there are rows enough, their products. The ridge penalty is
    the one of least generalised cross-validation within the training rows (Golub, Heath & Wahba 1979).

    Raises:
        ValueError: fewer than two folds, or fewer clusters than folds.
    """
    clusters, place = np.unique(log.cluster, return_inverse=True)
    if not 2 <= folds <= len(clusters):
        raise ValueError(
            f"cross-fitting needs 2 folds or more and as many independent rows, found {folds} folds and {len(clusters)} rows"
        )
    fold = (np.argsort(Chance(seed).of("off-policy", "folds").order(len(clusters))) % folds)[place]
    out = np.empty((len(log), log.actions))
    for one in range(folds):
        out[fold == one] = _predict(log, fold != one, fold == one)
    return out


def _predict(log: BanditLog, seen: np.ndarray, wanted: np.ndarray) -> Floats:
    """(wanted, actions), from a model of the rows seen."""
    context = log.context
    centre, spread = context[seen].mean(axis=0), context[seen].std(axis=0)
    scaled = (context - centre) / np.where(spread > 1e-12, spread, 1.0)
    width, count = context.shape[1], log.actions
    slopes = count * width * ROWS_PER_TERM <= int(seen.sum())
    design = _design(scaled[seen], log.action[seen], count, slopes)
    mean = float(log.reward[seen].mean())
    theta = _ridge(design, log.reward[seen] - mean)
    here = scaled[wanted]
    common = mean + here @ theta[:width]
    out = common[:, None] + theta[width : width + count]
    if slopes and width:
        out = out + here @ theta[width + count :].reshape(count, width).T
    return out


def _design(context: Floats, action: np.ndarray, count: int, slopes: bool) -> Floats:
    rows, width = context.shape
    columns = width + count + (count * width if slopes else 0)
    design = np.zeros((rows, columns))
    design[:, :width] = context
    at = np.arange(rows)
    design[at, width + action] = 1.0
    if slopes and width:
        design[at[:, None], width + count + action[:, None] * width + np.arange(width)] = context
    return design


def _ridge(design: Floats, target: Floats) -> Floats:
    """Coefficients under the penalty of least generalised cross-validation."""
    gram, seen = design.T @ design, design.T @ target
    return _least(gram, seen, float(target @ target), len(target), np.array(PENALTIES))


@compiled
def _least(gram: Array, seen: Array, whole: float, rows: int, penalties: Array) -> Any:
    """The ridge solution of each penalty by Cholesky, and the best of them; threaded LAPACK is far slower at this size."""
    size = gram.shape[0]
    lower, inverse = np.zeros((size, size)), np.zeros((size, size))
    solution, chosen, best = np.zeros(size), np.zeros(size), np.inf
    for penalty in penalties:
        for one in range(size):
            for other in range(one + 1):
                value = gram[one, other] + (penalty if one == other else 0.0)
                for below in range(other):
                    value -= lower[one, below] * lower[other, below]
                lower[one, other] = np.sqrt(value) if one == other else value / lower[other, other]
        trace = 0.0  # of the inverse: the squares of L's inverse
        for column in range(size):
            for row in range(column, size):
                value = 1.0 if row == column else 0.0
                for below in range(column, row):
                    value -= lower[row, below] * inverse[below, column]
                inverse[row, column] = value / lower[row, row]
                trace += inverse[row, column] ** 2
        for row in range(size):
            solution[row] = 0.0
            for other in range(row + 1):
                solution[row] += inverse[row, other] * seen[other]
        fitted, squares = 0.0, 0.0
        for row in range(size):
            fitted += solution[row] ** 2
        for row in range(size):  # in place, from the top: entry `row` needs only those from it on
            value = 0.0
            for other in range(row, size):
                value += inverse[other, row] * solution[other]
            solution[row] = value
            squares += value * value
        residual = whole - fitted - penalty * squares
        free = rows - (size - penalty * trace)
        score = residual / free**2 if free > 1.0 else np.inf
        if score < best:
            best = score
            chosen[:] = solution
    return chosen
