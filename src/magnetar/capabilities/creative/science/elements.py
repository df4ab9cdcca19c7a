"""Which element did it: what each level adds to clicks, from positions on which the creative was drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.science.features import LEVELS, SORTS, indicator
from magnetar.kernel.chance import Floats

_NORMAL = 1.959964
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Effect:
    """What a level does, beside the first level of its sort."""

    sort: str
    level: str
    effect: float
    """Log of the factor on the click rate."""
    low: float
    high: float
    """95 % interval."""
    creatives: int
    """That have the level."""
    clicks: int

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out nothing's effect."""
        return self.low > 0.0 or self.high < 0.0


def effects(
    table: NDArray[np.int64], product: NDArray[np.int64], expected: Floats, clicks: Floats, *, least: int = 8
) -> list[Effect]:
    """The effect of every level that enough creatives have, beside its sort's first.

    Creatives of one product are compared with each other only (a fixed effect for each product), and clicks with what
    was expected of the very positions. Intervals allow for what creatives are beyond their elements, and for effects that
    differ from product to product and from audience to audience: they are a jackknife that leaves out one product at a
    time. Few products have most of the clicks and pull the fit towards themselves, so that residuals alone, as a plain
    sandwich takes them, are too small. Valid where each creative of a product was as likely to be shown: give it explored
    positions.

    Args:
        table: (creatives, sorts), columns of each creative's levels.
        product: (creatives,), the product of each.
        expected, clicks: (creatives,), over explored positions.
        least: creatives that must have a level, and as many that must not.

    Source:
        Hausman, Hall & Griliches (1984), Econometrica 52(4), fixed-effects Poisson; jackknife over clusters (CR3), Bell &
        McCaffrey (2002), Survey Methodology 28(2), each by one Newton step.
    """
    ran = expected > 0
    made = indicator(table)[ran]
    _, whose = np.unique(product[ran], return_inverse=True)
    expected, clicks = expected[ran], clicks[ran]
    reference = {(sort, levels[0]) for sort, levels in SORTS.items()}
    count = made.sum(axis=0)
    kept = [
        place for place, one in enumerate(LEVELS) if one not in reference and least <= count[place] <= len(made) - least
    ]
    if not kept or clicks.sum() <= 0:
        return []
    columns = made[:, kept]
    beta = np.zeros(len(kept))
    products = int(whose.max()) + 1
    total = np.bincount(whose, clicks, products)

    def centred(beta: Floats) -> tuple[Floats, Floats]:
        """Clicks told with each product's total as it was, and columns less their product's mean."""
        weight = expected * np.exp(columns @ beta)
        told = weight * (total / np.maximum(np.bincount(whose, weight, products), 1e-12))[whose]
        mean = np.stack([np.bincount(whose, told * column, products) for column in columns.T], axis=1)
        mean /= np.maximum(np.bincount(whose, told, products), 1e-12)[:, None]
        return told, columns - mean[whose]

    for _ in range(_ROUNDS):
        told, apart = centred(beta)
        inner = (apart * told[:, None]).T @ apart + 1e-6 * np.eye(len(kept))
        step = np.linalg.solve(inner, apart.T @ (clicks - told))
        beta = np.clip(beta + step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-8:
            break
    told, apart = centred(beta)
    error = np.sqrt(np.maximum(np.diag(_jackknife(apart, told, clicks, whose, products)), 0.0))
    had = (made * clicks[:, None]).sum(axis=0)
    return [
        Effect(
            *LEVELS[place], float(value), float(value - _NORMAL * wide), float(value + _NORMAL * wide),
            int(count[place]), int(had[place]),
        )
        for place, value, wide in zip(kept, beta, error, strict=True)
    ]  # fmt: skip


def _jackknife(apart: Floats, told: Floats, clicks: Floats, whose: NDArray[np.int64], products: int) -> Floats:
    """(levels, levels), covariance of the effects from how each moves when a product is left out.

    Given its clicks in all, a product's part of the score and of the information stands by itself, so leaving it out
    takes both away.
    """
    count = apart.shape[1]
    scores = np.zeros((products, count))
    np.add.at(scores, whose, apart * (clicks - told)[:, None])
    whole = (apart * told[:, None]).T @ apart + 1e-6 * np.eye(count)
    order = np.argsort(whose, kind="stable")
    edge = np.searchsorted(whose[order], np.arange(products + 1))
    moved = np.zeros((products, count))
    for one in range(products):
        rows = order[edge[one] : edge[one + 1]]
        moved[one] = np.linalg.solve(whole - (apart[rows] * told[rows, None]).T @ apart[rows], scores[one])
    return moved.T @ moved * (products - 1) / products
