"""What a record leaves out, taken from the products that resemble it most, and said to be so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.understanding.cards import ProductCard
from magnetar.capabilities.understanding.claims import Claim, Kind, Statement
from magnetar.capabilities.understanding.vectors import TextVectors, Vectors

INFERRED = (Kind.SCENE, Kind.AUDIENCE, Kind.SEASON, Kind.OCCASION, Kind.MATERIAL)
NEAREST = 8
LEAST_LIKE = 0.3
"""Cosine below which a product is no neighbour."""
LEAST_SHARE, LEAST_COUNT = 0.6, 3


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Cards of a catalogue and their vectors, to look for likenesses in."""

    cards: Sequence[ProductCard]
    vectors: Vectors
    """(cards, dimensions), rows of length 1 or 0."""
    model: TextVectors

    @classmethod
    def of(cls, cards: Sequence[ProductCard], dimensions: int = 64) -> Neighbourhood:
        """Fit vectors on the cards' own texts."""
        texts = [one.text() for one in cards]
        model = TextVectors.fit(texts, dimensions)
        return cls(cards, model.encode(texts), model)

    def near(self, card: ProductCard, count: int = NEAREST) -> list[tuple[ProductCard, float]]:
        """The most similar other cards and their cosines, best first; nothing for a card without a known word."""
        if not len(self.cards):
            return []
        likeness = self.vectors @ self.model.encode([card.text()])[0]
        best = np.argsort(-likeness, kind="stable")[: count + 1]
        return [
            (self.cards[row], float(likeness[row]))
            for row in best.tolist()
            if self.cards[row].product != card.product and likeness[row] >= LEAST_LIKE
        ][:count]


def infer(
    card: ProductCard, around: Neighbourhood, kinds: Sequence[Kind] = INFERRED, least_share: float = LEAST_SHARE
) -> list[Claim]:
    """Claims of kinds on which the card is silent, where enough of its neighbours say the same.

    A value is taken where at least `LEAST_COUNT` of the neighbours and `least_share` of those that speak of the kind
    at all state it; the confidence is that share, drawn towards one half by two cases.
    """
    near = around.near(card)
    found: list[Claim] = []
    for kind in kinds:
        if card.of(kind, inferred=False):
            continue
        said = {one.product: {claim.value_en: claim for claim in one.of(kind, inferred=False)} for one, _ in near}
        speaking = sum(1 for values in said.values() if values)
        for value in sorted({value for values in said.values() for value in values}):
            saying = [id for id, values in said.items() if value in values]
            if len(saying) < LEAST_COUNT or len(saying) < least_share * speaking:
                continue
            zh = said[saying[0]][value].value
            likeness = {one.product: round(like, 3) for one, like in near if one.product in saying}
            statement = Statement(
                f"{len(near)} 个最相近的商品里 {len(saying)} 个写明 {zh}: {', '.join(saying)}",
                f"{len(saying)} of the {len(near)} most similar products state {value}: {', '.join(saying)}",
                len(saying),
                {"neighbours": likeness},
            )
            confidence = (len(saying) + 1.0) / (speaking + 2.0)
            found.append(Claim(kind, zh, value, (statement,), confidence, inferred=True, made_by="neighbours"))
    return found


def completed(card: ProductCard, around: Neighbourhood) -> ProductCard:
    """The card with what its neighbours suggest."""
    more = infer(card, around)
    return replace(card, claims=(*card.claims, *more)) if more else card
