"""Product placement: a line of the script that names a product of the catalogue says only what the record holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from magnetar.capabilities.creative.copy.claims import check_claims
from magnetar.capabilities.creative.drama.script import Kind, Script
from magnetar.vocabulary.catalogue import Product

_LEAST = 3


@dataclass(frozen=True, slots=True)
class Placement:
    """A product named in a line."""

    line: int
    product: str
    name: str
    text: str
    findings: tuple[dict[str, Any], ...]


def names_of(product: Product) -> list[str]:
    """What a line may call a product: its title, the title's words that begin it, its brand with a word of the title.

    >>> from magnetar.vocabulary.money import Money
    >>> names_of(Product("p", "m", "砾途徒步双肩包 35L", Money.of("239"), brand="砾途"))
    ['砾途徒步双肩包 35L', '砾途徒步双肩包', '砾途']
    """
    names = [
        product.title,
        product.title_en,
        product.title.split(" ")[0],
        product.title_en.split(",")[0],
        product.brand,
    ]
    return list(
        dict.fromkeys(
            name.strip()
            for name in names
            if len(name.strip()) >= _LEAST or (name == product.brand and len(name.strip()) >= 2)
        )
    )


def find_placements(script: Script, products: Sequence[Product]) -> list[Placement]:
    """Every line that names a product, with what its record does not hold.

    A brand is named by several products: a line that only says the brand is held against the first of them.
    """
    found: list[Placement] = []
    for line in script.lines():
        if line.kind is Kind.HEADING:
            continue
        low = line.text.casefold()
        best: tuple[int, Product, str] | None = None
        for product in products:
            for name in names_of(product):
                if name.casefold() in low and (best is None or len(name) > best[0]):
                    best = (len(name), product, name)
        if best:
            _, product, name = best
            wrong = check_claims([line.text], product, product.selling_points, strict=False)
            found.append(
                Placement(line.number, product.id, name, line.text, tuple({"kind": one.kind, "words": one.words, "reason": one.reason} for one in wrong))
            )  # fmt: skip
    return found
