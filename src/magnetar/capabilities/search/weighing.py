"""Candidates of all engines together, and what each engine says of them: the signs that the gate weighs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.search.asking import Asked
from magnetar.capabilities.search.constraints import satisfied
from magnetar.capabilities.search.fields import FIELDS, grams
from magnetar.capabilities.search.fusion import SIGNS
from magnetar.capabilities.search.indexes import Indexes
from magnetar.capabilities.search.lexical import K1, best
from magnetar.capabilities.search.meanings import Meanings
from magnetar.capabilities.understanding import plain, terms

DEEP = 80
"""Candidates that each engine puts forward."""


def signs_of(
    asked: Asked, recent: Sequence[int], indexes: Indexes, meanings: Meanings
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(candidates, signs): slots, ascending, and what each engine says of them, (candidates, SIGNS) in [0, 1].

    Args:
        recent: slots that the shopper looked at lately, newest last.
    """
    repaired = asked.repaired
    pieces = dict.fromkeys(grams(asked.wish.words))
    ways = (
        indexes.words.scores([[(term, 1.0)] for term in asked.plain]),
        indexes.words.scores(asked.words),
        indexes.pieces.scores([[(piece, 1.0)] for piece in pieces]),
    )
    own = sum(indexes.words.idf(term) for term in asked.plain)
    whole = sum(max(one.weight * indexes.words.idf(one.term) for one in concept) for concept in asked.concepts)
    part = sum(indexes.pieces.idf(piece) for piece in pieces)
    tops = [own * (K1 + 1.0), whole * (K1 + 1.0), part * 1.5]
    generated = meanings.generated(repaired, [indexes.whole(slot) for slot in recent])
    dense = meanings.alike(repaired, indexes.at, indexes.room, DEEP)
    named = [best(slots, scores, DEEP)[0] for slots, scores in ways]
    candidates = np.unique(np.concatenate([*named, generated[0], dense[0]])).astype(np.int32)
    signs = np.zeros((len(candidates), len(SIGNS)))
    if not len(candidates):
        return candidates, signs
    for column, ((slots, scores), top) in enumerate(zip(ways, tops, strict=True)):
        if top > 0.0:
            place = np.searchsorted(slots, candidates)
            place[place == len(slots)] = 0
            hit = slots[place] == candidates if len(slots) else np.zeros(len(candidates), np.bool_)
            signs[hit, column] = np.minimum(1.0, scores[place[hit]] / top)
    vector = meanings.of(repaired)
    if vector is not None:
        signs[:, SIGNS.index("dense")] = np.maximum(0.0, meanings.dense[candidates] @ vector)
    if len(generated[0]):
        order = np.argsort(generated[0])
        place = np.minimum(np.searchsorted(generated[0][order], candidates), len(order) - 1)
        hit = generated[0][order][place] == candidates
        drop = generated[1][order][place[hit]] - generated[1].max()
        signs[hit, SIGNS.index("generated")] = np.maximum(0.0, 1.0 + drop / 10.0)
    _look_closer(asked, candidates, signs, whole, indexes)
    return candidates, signs


def _look_closer(
    asked: Asked, candidates: NDArray[np.int32], signs: NDArray[np.float64], whole: float, indexes: Indexes
) -> None:
    """What needs a product's record: which fields say it, conditions met, the brand, what is not wanted."""
    title, category = 0b11, 1 << FIELDS.index("category")
    worth = [
        (
            max(one.weight * indexes.words.idf(one.term) for one in concept),
            [(one.term, one.weight) for one in concept],
        )
        for concept in asked.concepts
    ]
    small = plain(asked.query)
    brands = {slot: plain(indexes.at[slot].brand) for slot in candidates.tolist()}
    unwanted = [term for word in asked.wish.without for term in terms(word)]
    covered, in_title, in_category = SIGNS.index("covered"), SIGNS.index("in_title"), SIGNS.index("in_category")
    for row, slot in enumerate(candidates.tolist()):
        masks, facts = indexes.masks[slot], indexes.facts[slot]
        for value, meanings in worth:
            any_field = heading = shelf = 0.0
            for term, weight in meanings:
                mask = masks.get(term, 0)
                if mask:
                    any_field = max(any_field, weight)
                    heading = max(heading, weight * bool(mask & title))
                    shelf = max(shelf, weight * bool(mask & category))
            signs[row, covered] += value * any_field
            signs[row, in_title] += value * heading
            signs[row, in_category] += value * shelf
        signs[row, SIGNS.index("satisfied")] = satisfied(asked.wish, facts)
        brand = brands[slot]
        signs[row, SIGNS.index("brand")] = float(len(brand) > 1 and brand in small)
        signs[row, SIGNS.index("unwanted")] = float(any(masks.get(term, 0) & title for term in unwanted))
    if whole > 0.0:
        signs[:, [covered, in_title, in_category]] /= whole
