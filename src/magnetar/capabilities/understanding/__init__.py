"""Predictions that auction and bidding stand on: click and order rates learned from the platform's own events."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.understanding.delays import DelayLaw
    from magnetar.capabilities.understanding.outcomes import Outcomes
    from magnetar.capabilities.understanding.rates import Rates, learn, predict
    from magnetar.capabilities.understanding.service import SCENES, Predictor
    from magnetar.capabilities.understanding.shelf import BAND_EDGES, NOBODY, Shelf, ShelfArrays
    from magnetar.capabilities.understanding.tastes import FAVOURITES, Tastes, meet
    from magnetar.capabilities.understanding.vectors import TextVectors
    from magnetar.capabilities.understanding.words import plain, terms

__all__ = [
    "BAND_EDGES",
    "FAVOURITES",
    "NOBODY",
    "SCENES",
    "DelayLaw",
    "Outcomes",
    "Predictor",
    "Rates",
    "Shelf",
    "ShelfArrays",
    "Tastes",
    "TextVectors",
    "learn",
    "meet",
    "plain",
    "predict",
    "terms",
]

__getattr__ = lazily(
    __name__,
    {
        "delays": ("DelayLaw",),
        "outcomes": ("Outcomes",),
        "rates": (
            "Rates",
            "learn",
            "predict",
        ),
        "service": (
            "SCENES",
            "Predictor",
        ),
        "shelf": (
            "BAND_EDGES",
            "NOBODY",
            "Shelf",
            "ShelfArrays",
        ),
        "tastes": (
            "FAVOURITES",
            "Tastes",
            "meet",
        ),
        "vectors": ("TextVectors",),
        "words": (
            "plain",
            "terms",
        ),
    },
)
