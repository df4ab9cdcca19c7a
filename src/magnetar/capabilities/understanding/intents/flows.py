"""From event to event: how often one item follows another in a shopper's course of events, near ones counting most."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.understanding.intents.behaviour import Behaviour
from magnetar.capabilities.understanding.intents.matrices import Sparse, csr
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled

WINDOW = 20
"""Events after an item that follow from it, each counting 1 ⁄ distance."""


def flows(
    behaviour: Behaviour, items: int, weight: Floats | None = None, window: int = WINDOW, *, own: bool = False
) -> Sparse:
    """(items, items), what follows what: Σ weight of the later event ⁄ distance in events.

    Args:
        weight: (events,) how much each event counts; 1 where it is not given.
        own: whether an item may follow itself.
    """
    count = len(behaviour)
    if not count:
        return csr((items, items))
    worth = np.ones(count) if weight is None else np.asarray(weight, np.float64)
    keys, values = np.empty(count * window, np.int64), np.empty(count * window)
    filled = _fill(behaviour.shopper, behaviour.item, worth, window, items, own, keys, values)
    rows, columns = keys[:filled] // items, keys[:filled] % items
    found = csr((values[:filled], (rows, columns)), shape=(items, items))
    found.sum_duplicates()
    return found


@compiled
def _fill(
    shopper: Array, item: Array, worth: Array, window: int, items: int, own: bool, keys: Array, values: Array
) -> int:
    filled = 0
    for row in range(shopper.shape[0]):
        for distance in range(1, window + 1):
            other = row - distance
            if other < 0 or shopper[other] != shopper[row]:
                break
            if own or item[other] != item[row]:
                keys[filled] = item[other] * items + item[row]
                values[filled] = worth[row] / distance
                filled += 1
    return filled


def strongest(matrix: Sparse, most: int) -> Sparse:
    """The same with only the largest entries of each row; the smaller column wins where two are equal."""
    rows, columns, values = [], [], []
    indptr, indices, data = matrix.indptr, matrix.indices, matrix.data
    for row in range(matrix.shape[0]):
        start, end = indptr[row], indptr[row + 1]
        near, worth = indices[start:end], data[start:end]
        keep = np.lexsort((near, -worth))[:most]
        rows.append(np.full(len(keep), row))
        columns.append(near[keep])
        values.append(worth[keep])
    if not rows:
        return matrix
    flat = (np.concatenate(rows), np.concatenate(columns))
    return csr((np.concatenate(values), flat), shape=matrix.shape)


WIDEST = 5_000
"""Items that take part in the ridge, the most frequent; its cost grows with their cube."""


def beside(behaviour: Behaviour, items: int, weight: Floats, ridge: float) -> Sparse:
    """(items, items), what a basket that holds one item has of the others once the rest of the basket is accounted for.

    The coefficients of a ridge regression of each item on all others over baskets; only what speaks for an item is kept.

    Args:
        weight: (events,) how much the event's basket counts.
        ridge: baskets that the belief in no association weighs as much as.

    Source: Steck (2019), WWW, Embarrassingly Shallow Autoencoders (EASE).
    """
    often = np.bincount(behaviour.item, minlength=items)
    chosen = np.sort(np.lexsort((np.arange(items), -often))[:WIDEST])
    chosen = chosen[often[chosen] > 0]
    if len(chosen) < 2:
        return csr((items, items))
    place = np.full(items, -1)
    place[chosen] = np.arange(len(chosen))
    keep = place[behaviour.item] >= 0
    basket, item, worth = behaviour.basket[keep], place[behaviour.item[keep]], np.zeros(behaviour.baskets)
    np.maximum.at(worth, basket, weight[keep])
    cells = np.unique(basket * len(chosen) + item)
    rows, columns = cells // len(chosen), cells % len(chosen)
    met = csr((np.sqrt(worth[rows]), (rows, columns)), shape=(behaviour.baskets, len(chosen)))
    gram = (met.T @ met).toarray()
    gram[np.diag_indices(len(chosen))] += ridge
    inverse = np.linalg.inv(gram)
    found = -inverse / np.diag(inverse)[None, :]
    found[np.diag_indices(len(chosen))] = 0.0
    row, column = np.nonzero(found > 1e-3)
    return csr((found[row, column], (chosen[row], chosen[column])), shape=(items, items))
