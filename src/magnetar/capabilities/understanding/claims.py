"""Claims about a product or a film, and the evidence that each of them carries: without it there is no claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a claim is about: eighteen kinds of attribute, then what they are good for."""

    ENTITY = "entity"
    BRAND = "brand"
    MODEL = "model"
    MATERIAL = "material"
    FUNCTION = "function"
    AUDIENCE = "audience"
    SCENE = "scene"
    SEASON = "season"
    COLOUR = "colour"
    SIZE = "size"
    QUANTITY = "quantity"
    CAPACITY = "capacity"
    WEIGHT = "weight"
    POWER = "power"
    STYLE = "style"
    PATTERN = "pattern"
    FLAVOUR = "flavour"
    ORIGIN = "origin"
    OCCASION = "occasion"
    SELLING_POINT = "selling_point"
    PRICE_FEEL = "price_feel"


ATTRIBUTES = tuple(Kind)[:18]
WORDS: dict[Kind, tuple[str, str]] = {
    Kind.ENTITY: ("品名", "What it is"), Kind.BRAND: ("品牌", "Brand"), Kind.MODEL: ("型号", "Model"),
    Kind.MATERIAL: ("材质", "Material"), Kind.FUNCTION: ("功能", "Function"), Kind.AUDIENCE: ("适合谁", "For whom"),
    Kind.SCENE: ("场景", "Scene"), Kind.SEASON: ("季节", "Season"), Kind.COLOUR: ("颜色", "Colour"),
    Kind.SIZE: ("尺寸", "Size"), Kind.QUANTITY: ("数量", "Quantity"), Kind.CAPACITY: ("容量", "Capacity"),
    Kind.WEIGHT: ("重量", "Weight"), Kind.POWER: ("电力", "Power"), Kind.STYLE: ("风格", "Style"),
    Kind.PATTERN: ("图案", "Pattern"), Kind.FLAVOUR: ("口味香型", "Flavour"), Kind.ORIGIN: ("产地", "Origin"),
    Kind.OCCASION: ("时机", "Occasion"), Kind.SELLING_POINT: ("卖点", "Selling point"),
    Kind.PRICE_FEEL: ("价格感", "Price feel"),
}  # fmt: skip
"""Names of the kinds, Chinese and English."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand in a text: the text's name, from which character to which, and the words themselves."""

    source: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not self.source or not 0 <= self.start < self.end or len(self.text) != self.end - self.start:
            raise ValueError(f"a quote needs a source and the words from start to end, found {self!r}")


@dataclass(frozen=True, slots=True)
class Statement:
    """What data says: a sentence in both languages, the figures it rests on, and over how many cases."""

    zh: str
    en: str
    n: int
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.zh or not self.en or self.n < 1:
            raise ValueError(f"a statement needs words in both languages and at least one case, found {self!r}")


Evidence = Quote | Statement


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said of a product, with what speaks for it; there is none without evidence."""

    kind: Kind
    value: str
    """In Chinese where we know the word, else as written."""
    value_en: str
    """In English where we know the word, else as written; values are compared by this."""
    evidence: tuple[Evidence, ...]
    confidence: float = 1.0
    """In (0, 1]: 1 where the record says so, less where it follows from others."""
    inferred: bool = False
    """Taken from products that resemble this one, not from its own record."""
    warnings: tuple[str, ...] = ()
    """Names of `Flag`s that touch the evidence: such a claim is not to be repeated in an advertisement."""
    made_by: str = "rules"

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"a claim needs evidence, found none for {self.kind.value} {self.value!r}")
        if not self.value or not 0.0 < self.confidence <= 1.0:
            raise ValueError(f"a claim needs a value and a confidence in (0, 1], found {self!r}")
        if self.inferred and not any(isinstance(one, Statement) for one in self.evidence):
            raise ValueError("an inferred claim needs a statement about the products it is inferred from")

    def as_json(self) -> dict[str, Any]:
        """The claim for programs."""
        return {
            "kind": self.kind.value,
            "value": self.value,
            "value_en": self.value_en,
            "confidence": self.confidence,
            "inferred": self.inferred,
            "made_by": self.made_by,
            "warnings": list(self.warnings),
            "evidence": [evidence_as_json(one) for one in self.evidence],
        }


def evidence_as_json(one: Evidence) -> dict[str, Any]:
    """A quote as {source, start, end, text}, a statement as {statement, statement_en, n, figures}."""
    if isinstance(one, Quote):
        return {"source": one.source, "start": one.start, "end": one.end, "text": one.text}
    return {"statement": one.zh, "statement_en": one.en, "n": one.n, "figures": dict(one.figures)}


def check_quotes(claims: tuple[Claim, ...], sources: Mapping[str, str]) -> None:
    """Hold every quote against its text.

    Raises:
        ValueError: a quote's words do not stand where it says.
    """
    for claim in claims:
        for one in claim.evidence:
            if isinstance(one, Quote) and sources.get(one.source, "")[one.start : one.end] != one.text:
                raise ValueError(f"{one.text!r} does not stand at {one.start} of {one.source!r}")
