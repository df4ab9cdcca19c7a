"""An answer as programs read it: the same for the command line, HTTP and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from magnetar.capabilities.search.hits import Found, Hit
from magnetar.vocabulary.catalogue import Product


def as_json(found: Found, product_of: Callable[[str, str], Product | None]) -> dict[str, Any]:
    """An answer as JSON knows it, with what a card needs of each product."""

    def card(hit: Hit) -> dict[str, Any] | None:
        product = product_of(hit.merchant, hit.id)
        return (
            None
            if product is None
            else {  # it went while the answer was on its way
                "id": hit.id,
                "merchant": hit.merchant,
                "title": product.title,
                "title_en": product.title_en,
                "price": product.price.amount,
                "currency": product.price.currency,
                "images": list(product.images),
                "available": product.available,
                "score": hit.score,
                "why": [{"kind": one.kind, "zh": one.zh, "en": one.en} for one in hit.reasons],
            }
        )

    return {
        "query": found.query,
        "engine": found.engine,
        "hits": [one for hit in found.hits if (one := card(hit))],
        "corrections": [{"written": written, "meant": meant} for written, meant in found.corrections],
        "conditions": list(found.conditions),
        "eased": found.eased,
        "popular": [one for hit in found.popular if (one := card(hit))],
        "notes": [{"kind": one.kind, "zh": one.zh, "en": one.en} for one in found.notes],
    }
