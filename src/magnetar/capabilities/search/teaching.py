"""Queries made up from products, to teach the generator and the gate where there is no log of real ones yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from magnetar.capabilities.search.fields import words_of
from magnetar.capabilities.search.homophones import ALIKE
from magnetar.capabilities.understanding import plain
from magnetar.kernel.chance import Chance
from magnetar.vocabulary.catalogue import Product

SLIPS = 0.3
"""Share of queries with a slip in them."""


def make_up(
    products: Mapping[int, tuple[Product, Mapping[str, str]]], each: int, seed: int, across: Mapping[str, Sequence[tuple[str, float]]] | None = None
) -> list[tuple[str, int]]:  # fmt: skip
    """`each` queries for every product, as (query, slot): words of one or two fields, shortened, some with a slip.

    Args:
        products: slot → the product and its texts.
        across: translations of terms, some of which replace a word.
    """
    import rjieba

    chance = Chance(seed).of("made-up queries")
    made: list[tuple[str, int]] = []
    for slot, (product, texts) in products.items():
        cut = {}
        for name, text in texts.items():
            runs, latin = words_of(text)
            cut[name] = [word for run in runs for word in rjieba.cut(run, True)] + latin
        names = [name for name in ("title", "title_en") if cut.get(name)]
        others = [name for name in ("category", "brand", "attributes", "points") if cut.get(name)]
        values = [plain(value) for value in product.attributes.values() if 0 < len(value) <= 24]
        if not names:
            continue
        for turn in range(each):
            draws = chance.of(slot, turn).uniforms(16).tolist()
            words = _part(cut[names[int(draws[0] * len(names))]], draws[1], draws[2])
            if others and draws[3] < 0.45:
                extra = cut[others[int(draws[4] * len(others))]]
                words = words[:2] + _part(extra, draws[5], 0.0)
            elif values and draws[3] < 0.65:
                words = [*words[:2], values[int(draws[4] * len(values))]]
            elif len(names) == 2 and draws[3] < 0.8:
                words = words[:1] + _part(cut[names[1 - int(draws[0] * 2)]], draws[5], 0.0)
            if across and draws[6] < 0.15:
                words = [_other(word, across) for word in words]
            if draws[7] < 0.3:
                words = words[::-1]
            glue = "" if words and all(word[0] >= "\u3400" for word in words) else " "
            query = glue.join(words)
            if draws[8] < SLIPS:
                query = slip(query, draws[9:13])
            if query.strip():
                made.append((query, slot))
    return made


def _part(words: Sequence[str], where: float, size: float) -> list[str]:
    """One to four words, mostly neighbours."""
    count = min(len(words), 1 + int(size * 4))
    start = int(where * (len(words) - count + 1))
    return list(words[start : start + count])


def _other(word: str, across: Mapping[str, Sequence[tuple[str, float]]]) -> str:
    found = across.get(word, ())
    return found[0][0] if found else word


def slip(query: str, draws: Sequence[float]) -> str:
    """A query with one slip at a drawn place: a character left out, swapped, doubled, or another of the same sound."""
    places = [place for place, character in enumerate(query) if character.isalpha()]
    if len(places) < 3:
        return query
    place = places[int(draws[0] * len(places))]
    character = query[place]
    how = draws[1]
    if character >= "\u3400":
        alike = ALIKE.get(character, "")
        if alike and how < 0.7:
            return query[:place] + alike[int(draws[2] * len(alike))] + query[place + 1 :]
        if how < 0.85 or place + 1 >= len(query):
            return query[:place] + query[place + 1 :]
        return query[:place] + query[place + 1] + character + query[place + 2 :]
    if how < 0.3:
        return query[:place] + query[place + 1 :]
    if how < 0.5 and place + 1 < len(query):
        return query[:place] + query[place + 1] + character + query[place + 2 :]
    if how < 0.65:
        return query[:place] + character + query[place:]
    return query[:place] + chr(ord("a") + int(draws[2] * 26)) + query[place + 1 :]
