"""What a search answers: products with why each is there, what was corrected, and honestly nothing where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product is among the hits."""

    kind: str
    """id, word, spelling, translation, synonym, condition, brand, pieces, alike, or generated."""
    zh: str
    en: str

    @property
    def pair(self) -> str:
        return f"{self.zh} · {self.en}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found."""

    merchant: str
    id: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query."""

    query: str
    engine: str
    """Which engine answered: one of `ENGINES`, or 'lexical' while `hybrid` has yet to learn."""
    hits: tuple[Hit, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    """(written, meant)."""
    conditions: tuple[str, ...] = ()
    """What of the query was taken as a condition."""
    eased: bool = False
    """The price bounds left nothing and were set aside."""
    popular: tuple[Hit, ...] = ()
    """Offered where nothing was found; they are no matches and must not be shown as such."""
    notes: tuple[Reason, ...] = field(default=())
    """What the visitor should be told about the answer."""
