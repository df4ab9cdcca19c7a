"""The parts of a script and the rules by which they go together: hooks, points, offers, each with its grounds.

A segment builder renders each part's line once and joins films from any hook, points and offer that `Copy.fits`
allows; a joined script needs no further check of facts, since every part was held against the record by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from magnetar.capabilities.creative.copy.brief import Brief
from magnetar.capabilities.creative.script import Line, Script
from magnetar.vocabulary.catalogue import Product

FREE = ("title", "title_en", "brand", "price", "list_price", "category")
"""Fields that a hook, a point and an offer may all speak of."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Words of a line and the field of the record that they rest on."""

    words: str
    field: str
    """title, price, selling_points.0, attributes.材质 …"""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a script that was held against the record."""

    line: Line
    angle: str
    """The way to persuade; 'point' and 'offer' parts carry the angle that their ground belongs to."""
    grounds: tuple[Ground, ...]
    audience: str = ""
    """Name of the audience that a hook speaks to; '' for everybody."""
    action: str = ""
    """An offer's button."""
    weight: float = 0.0
    """Larger is tried earlier."""
    wording: str = "template"
    """template, or the name of the language model that reworded it."""

    @property
    def key(self) -> str:
        """A stable short name of what the part shows."""
        shown = "\x1f".join((self.line.kind, self.line.headline, self.line.caption, self.line.chip, self.action))
        return hashlib.sha256(shown.encode()).hexdigest()[:12]

    @property
    def uses(self) -> frozenset[str]:
        """Fields that no other line of the same script may repeat."""
        return frozenset(one.field for one in self.grounds) - frozenset(FREE)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for text in (self.line.headline, self.line.caption, self.line.chip, self.action) if text)


@dataclass(frozen=True, slots=True)
class Pitch:
    """A script with its angle, its audience, and what each line rests on."""

    script: Script
    angle: str
    audience: str
    parts: tuple[Part, ...]
    """In the order of the script's lines."""

    @property
    def evidence(self) -> list[list[Ground]]:
        """For each line of the script the fields that its words rest on."""
        return [list(part.grounds) for part in self.parts]

    @property
    def key(self) -> str:
        """A stable name; equal keys show equal words."""
        return "-".join(part.key for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        return {
            "angle": self.angle,
            "audience": self.audience,
            "lines": [
                {
                    "kind": part.line.kind,
                    "headline": part.line.headline,
                    "caption": part.line.caption,
                    "chip": part.line.chip,
                    "wording": part.wording,
                    "evidence": [{"words": one.words, "field": one.field} for one in part.grounds],
                }
                for part in self.parts
            ],
            "price": "".join(self.script.price),
            "list_price": "".join(self.script.list_price) if self.script.list_price else None,
            "action": self.script.action,
        }


def told_once(parts: Sequence[Part]) -> bool:
    """Whether no two parts rest on the same field."""
    used = [part.uses for part in parts if part.uses]
    return not used or sum(map(len, used)) == len(frozenset[str]().union(*used))


def repeats(hook: Part, point: Part) -> bool:
    """Whether a point says again the specification that a hook names."""
    values = [one.words.rsplit(" ", 1)[-1] for one in hook.grounds if one.field.startswith("attributes.")]
    said = " ".join(point.texts).replace(" ", "")
    return any(value in said for value in values if value)


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything that may be said of a product in one language, in parts.

    For a segment builder: `hooks`, `points`, `offers` are the segments; `fits` says which go together; `join` makes the
    script of a choice. Per line only `part.line`, and for offers `part.action` and the prices, are shown.
    """

    product: Product
    brief: Brief
    brand: str
    price: tuple[str, str]
    list_price: tuple[str, str] | None
    hooks: tuple[Part, ...]
    points: tuple[Part, ...]
    offers: tuple[Part, ...]
    musts: tuple[Part, ...] = ()
    """Points that every script holds, in this order, before the others."""
    notes: tuple[str, ...] = ()
    more: tuple[str, ...] = field(default=(), repr=False)
    """Texts of the merchant's own that counted as the record."""

    def fits(self, hook: Part, points: Sequence[Part], offer: Part) -> bool:
        """Whether the parts may stand in one script: no field told twice, no must left out, points in number."""
        apart = told_once((hook, *points)) and not any(repeats(hook, part) for part in points)
        shown = [part.key for part in points]
        needed = all(must.key in shown or must.line.headline in " ".join(hook.texts) for must in self.musts)
        kinds = hook.line.kind == "hook" and offer.line.kind == "offer" and all(p.line.kind == "point" for p in points)
        return apart and needed and kinds and len(points) <= max(self.brief.points, len(self.musts))

    def join(self, hook: Part, points: Sequence[Part], offer: Part) -> Pitch:
        """The script of a choice.

        Raises:
            ValueError: the parts do not fit together.
        """
        if not self.fits(hook, points, offer):
            raise ValueError("these parts do not fit in one script; ask Copy.fits first")
        return self._joined(hook, tuple(points), offer)

    def _joined(self, hook: Part, points: tuple[Part, ...], offer: Part) -> Pitch:
        parts = (hook, *points, offer)
        script = Script(
            self.product, self.brief.language, self.brand, tuple(part.line for part in parts), self.price, self.list_price,
            offer.action, list(self.notes),
        )  # fmt: skip
        return Pitch(script, hook.angle, hook.audience, parts)
