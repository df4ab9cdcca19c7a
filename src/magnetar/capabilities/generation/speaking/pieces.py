"""A text as the pieces that are spoken, each with the characters of the text that it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 2_000
"""Characters of one call; more is cut by the caller into sentences."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text and how it is said."""

    spoken: str
    """What is said: words of one script; a pause is one of , . ? ! and the like."""
    start: int
    """First character of the text, as it was given."""
    end: int
    language: str
    """zh, en, or pause."""


def speakable(pieces: Iterable[Piece]) -> bool:
    """Whether anything is to be heard."""
    return any(piece.language != "pause" for piece in pieces)


PAUSES = {
    "，": ",", "、": ",", ",": ",", "；": ";", ";": ";", "：": ":", ":": ":", "。": ".", ".": ".", "！": "!", "!": "!",
    "？": "?", "?": "?", "\n": ".", "…": "…", "—": "—", "(": ",", ")": ",", "（": ",", "）": ",", "|": ",",
}  # fmt: skip
"""What is heard as a pause, and as which."""


def plain_width(text: str) -> str:
    """Full-width digits and letters as plain ones, character for character, so that places stay the same.

    >>> plain_width("１２％ ＡＢ，")
    '12% AB，'
    """
    kept: list[str] = []
    for letter in text:
        if letter in PAUSES:
            kept.append(letter)
            continue
        folded = unicodedata.normalize("NFKC", letter)
        kept.append(folded if len(folded) == 1 else letter)
    return "".join(kept)


def spelt_units(units: Iterable[str]) -> str:
    """A pattern for the spellings of units: longer ones in any case, single letters as they are written.

    `5g` is a weight and `5G` is not; litres, watts and volts are written both ways.
    """
    ordered = sorted(units, key=len, reverse=True)
    return "|".join(
        f"(?i:{re.escape(unit)})" if len(unit) > 1 or unit in "lwv" else re.escape(unit) for unit in ordered
    )
