"""Predictions that auction and bidding stand on: click and order rates learned from the platform's own events."""

from magnetar.capabilities.understanding.rates import Rates, learn, predict
from magnetar.capabilities.understanding.service import SCENES, Predictor
from magnetar.capabilities.understanding.shelf import BAND_EDGES, NOBODY, Shelf, ShelfArrays

__all__ = ["BAND_EDGES", "NOBODY", "SCENES", "Predictor", "Rates", "Shelf", "ShelfArrays", "learn", "predict"]
