"""What one arcade is like: every seed draws a town of its own, not only its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats


@dataclass(frozen=True, slots=True)
class Character:
    """The laws of one town. Utilities are in logits of the choice they enter."""

    silence: float
    """Utility of clicking nothing on a page."""
    likeness: float
    """Dissimilarity of a nest, in (0, 1]: the smaller, the more alike goods of one category are to a chooser."""
    second_look: float
    """Chance of choosing once more after a click."""
    taste: float
    """Weight of a shopper's liking of a category in clicks."""
    appeal: float
    """Spread of creatives."""
    fashion: float
    """Daily step of what is in fashion, per item."""
    fading: float
    """What a day leaves of yesterday's fashion."""
    wear: float
    """Loss of utility for each view of the same thing, up to six."""
    aversion: float
    """Mean dislike of what is marked as an ad."""
    order: float
    """Log-hazard of an order after a click, of a browser."""
    resolve: tuple[float, float, float]
    """Added to it while browsing, hunting and comparing."""
    worth: float
    """Spread of products' worth."""
    loss: float
    """How much more a price above the reference hurts than one below it pleases."""
    price: float
    """Weight of prices in orders."""
    fame: float
    """Weight of the logarithm of yesterday's orders of an item: people follow people."""
    rest_days: float
    """Mean time until a category is wanted again after an order."""
    carried: float
    """Chance that a click without an order turns into a hunt at the next visit."""
    tail: float
    """Exponent of the activity tail (Lomax); below 2 the variance is infinite."""
    sway: float
    """Standard deviation of the logarithm of a day's traffic."""
    weekend: float
    """Traffic of Saturday and Sunday over that of other days."""
    coupon: float
    """Share of shoppers who hold a coupon on a day."""
    returns: float
    """Mean share of orders that come back."""


def draw_character(chance: Chance) -> Character:
    """Draw the laws of a town."""
    draws = iter(chance.of("character").uniforms(24).tolist())

    def between(low: float, high: float) -> float:
        return low + (high - low) * next(draws)

    return Character(
        silence=between(2.8, 3.4),
        likeness=between(0.45, 0.85),
        second_look=between(0.1, 0.35),
        taste=between(0.5, 0.9),
        appeal=between(0.35, 0.65),
        fashion=between(0.03, 0.10),
        fading=between(0.85, 0.97),
        wear=between(0.03, 0.10),
        aversion=between(0.05, 0.45),
        order=between(-2.8, -2.3),
        resolve=(0.0, between(0.5, 0.9), between(0.7, 1.2)),
        worth=between(0.35, 0.6),
        loss=between(1.5, 2.5),
        price=between(0.5, 1.1),
        fame=between(0.0, 0.12),
        rest_days=between(2.0, 5.0),
        carried=between(0.15, 0.4),
        tail=between(1.7, 2.6),
        sway=between(0.03, 0.08),
        weekend=between(1.0, 1.25),
        coupon=between(0.05, 0.15),
        returns=between(0.05, 0.14),
    )


CHAIN = np.array(
    [
        # browse hunt  compare leave
        [0.56, 0.14, 0.06, 0.24],
        [0.10, 0.48, 0.22, 0.20],
        [0.06, 0.18, 0.46, 0.30],
    ]
)
"""How an intent follows another from page to page of a visit; rows browse, hunt, compare."""

FIRST = np.array([0.74, 0.18, 0.08])
"""The intent that a visit without a carried hunt begins with."""

SCENE_OF: Floats = np.array(
    [
        # feed live  search mall
        [0.70, 0.22, 0.00, 0.08],
        [0.05, 0.05, 0.60, 0.30],
        [0.05, 0.10, 0.30, 0.55],
    ]
)
"""Where each intent leads."""

LONGEST_VISIT = 16


def pages_a_visit(first: Floats) -> float:
    """Mean pages of a visit that begins with these chances of intents, cut at LONGEST_VISIT.

    >>> round(pages_a_visit(np.array([0.0, 0.0, 1.0])), 2)
    3.71
    """
    total, here = 0.0, first.copy()
    for _ in range(LONGEST_VISIT):
        total += float(here.sum())
        here = here @ CHAIN[:, :3]
    return total
