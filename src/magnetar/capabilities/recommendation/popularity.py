"""The same list for everybody: what was taken most often. What every model must beat."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.registry import Scores


class Popularity:
    """Scores items by how often they were taken."""

    name = "popularity"
    settled = True
    """Whatever the seed, the result is the same but for the cases that numbers are chosen on."""

    def fit(self, train: Histories, seed: int) -> None:
        """Count."""
        del seed
        self._count = np.bincount(train.item, minlength=len(train.items)).astype(np.float32)

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items), the same row for all."""
        return np.repeat(self._count[None], len(contexts), axis=0)
