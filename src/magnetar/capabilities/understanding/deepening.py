"""Claims that a language model proposes: taken only where the schema knows the kind and the words stand in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from magnetar.capabilities.understanding.cards import ProductCard
from magnetar.capabilities.understanding.cautions import find_flags
from magnetar.capabilities.understanding.claims import Claim, Kind, Quote
from magnetar.capabilities.understanding.lexicon import find_words
from magnetar.capabilities.understanding.measures import find_measures
from magnetar.capabilities.understanding.ports import Deepener
from magnetar.capabilities.understanding.sensitive import sensitive_kind

CONFIDENCE = 0.7
LONGEST, MOST = 80, 40
_KINDS = frozenset(one.value for one in Kind if one is not Kind.PRICE_FEEL)
"""What may be proposed; a price feel is for data to say."""
MEASURED = frozenset((Kind.SIZE, Kind.QUANTITY, Kind.CAPACITY, Kind.WEIGHT, Kind.POWER))
_LOOSE = frozenset((Kind.ENTITY, Kind.BRAND, Kind.MODEL, Kind.SELLING_POINT))
"""Kinds whose values are made of words of other kinds."""
_FIELDS = ("kind", "value", "value_en", "source", "quote")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A proposal that was not taken, and why."""

    proposal: Any
    reason: str


def deepen(card: ProductCard, deepener: Deepener, made_by: str = "language") -> tuple[ProductCard, list[Dropped]]:
    """The card with the proposals that hold, and those that do not.

    A proposal is dropped where a field is missing or too long, the kind is not in the schema, the quote does not stand
    in the text that it names, a number of the value is not in the quote, a quantity is not measured in it, our lexicon
    knows the value as another kind, the words fall under a caution, or it would say something sensitive of people. Never raises for what a model says.
    """
    taken: list[Claim] = []
    dropped: list[Dropped] = []
    known = {(one.kind, one.value_en.lower()) for one in card.claims}
    proposals = list(deepener.propose(card.sources, [one.as_json() for one in card.claims]))
    for place, proposal in enumerate(proposals):
        found = "more than may be proposed" if place >= MOST else _claim(proposal, card, made_by)
        if isinstance(found, str):
            dropped.append(Dropped(proposal, found))
        elif (found.kind, found.value_en.lower()) in known:
            dropped.append(Dropped(proposal, "known already"))
        else:
            known.add((found.kind, found.value_en.lower()))
            taken.append(found)
    return replace(card, claims=(*card.claims, *taken)), dropped


def _claim(proposal: Any, card: ProductCard, made_by: str) -> Claim | str:
    """The claim that a proposal makes, or why it makes none."""
    if not isinstance(proposal, Mapping):
        return "not an object"
    fields: dict[str, str] = {}
    for name in _FIELDS:
        value: Any = proposal.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if not isinstance(value, str) or not value.strip() or len(value) > 4 * LONGEST:
            return f"the field {name!r} is missing, empty, too long or no text"
        fields[name] = value
    if fields["kind"] not in _KINDS:
        return f"no such kind of claim: {fields['kind'][:40]!r}"
    if len(fields["value"]) > LONGEST or len(fields["value_en"]) > LONGEST:
        return "the value is too long"
    text = card.sources.get(fields["source"])
    if text is None:
        return f"the record has no text {fields['source'][:40]!r}"
    start = text.find(fields["quote"])
    if start < 0:
        return "the quote does not stand in the text"
    for value in (fields["value"], fields["value_en"]):
        if any(number not in fields["quote"] for number in _numbers(value)):
            return "a number of the value does not stand in the quote"
        if find_flags("", value) or find_flags("", fields["quote"]):
            return "the words fall under a caution"
        if kind := sensitive_kind(value):
            return f"sensitive: {kind}"
    if reason := _other_kind(Kind(fields["kind"]), fields["value"], fields["quote"], card):
        return reason
    quote = Quote(fields["source"], start, start + len(fields["quote"]), fields["quote"])
    return Claim(Kind(fields["kind"]), fields["value"], fields["value_en"], (quote,), CONFIDENCE, made_by=made_by)


def _other_kind(kind: Kind, value: str, quote: str, card: ProductCard) -> str:
    """Why a value cannot be of that kind, '' where it can: quantities are measured, known words have their own kind."""
    named = {one.value for name in (Kind.BRAND, Kind.MODEL) for one in card.of(name)}
    if kind not in _LOOSE and any(sign in "。！？；、，!?;" for sign in value):
        return "the value is a sentence or a list"
    if kind not in _LOOSE and value in named:
        return "the card knows the value as a name"
    if kind in MEASURED and not any(one.kind is kind for one in find_measures(quote)):
        return f"no {kind.value} is measured in the quote"
    known = {one.kind for one in find_words(value)}
    if known and kind not in known and kind not in _LOOSE:
        return f"the lexicon knows the value as {', '.join(sorted(one.value for one in known))}"
    return ""


def _numbers(text: str) -> set[str]:
    return {
        part for part in "".join(sign if sign.isdigit() or sign == "." else " " for sign in text).split() if part != "."
    }
