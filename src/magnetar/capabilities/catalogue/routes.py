"""Products over HTTP: list, look at, import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from magnetar.capabilities.catalogue.service import CatalogueService
from magnetar.kernel.errors import NotFound
from magnetar.surface.principal import Principal
from magnetar.surface.upload import uploaded
from magnetar.vocabulary.catalogue import Product

UPLOAD_BYTES = 256 << 20
"""Largest feed that is taken in one call, as sent."""


def router(service: CatalogueService, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/products`."""
    routes = APIRouter(prefix="/products", tags=["products"])

    @routes.get("", summary="List products")
    def products(
        who: Principal = Depends(gate),
        merchant: str = Query("", description="For operators: whose."),
        after: str = Query("", description="The last id of the page before."),
        limit: int = Query(100, ge=1, le=1000),
    ) -> dict[str, Any]:
        mine = who.scope(merchant)
        found = [_shown(one) for one in service.list(mine, after, limit)]
        return {
            "products": found,
            "total": service.count(mine),
            "after": found[-1]["id"] if len(found) == limit else None,
        }

    @routes.get("/{id:path}", summary="One product")
    def product(id: str, who: Principal = Depends(gate), merchant: str = "") -> dict[str, Any]:
        found = service.get(who.scope(merchant), id)
        if found is None:
            raise NotFound(f"No product {id[:80]!r}.")
        return _shown(found)

    @routes.post(
        "/import",
        summary="Import a feed",
        description="The body is the file itself, in any supported format. Importing it again changes nothing.",
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    )  # fmt: skip
    async def import_feed(
        request: Request,
        who: Principal = Depends(gate),
        merchant: str = "",
        format: str = "",
        currency: str = "",
        filename: str = Query("feed", max_length=200),
    ) -> dict[str, Any]:
        mine = who.scope(merchant)
        refusal = f"A feed has at most {UPLOAD_BYTES >> 20} MB. Compress it, or send it in parts."
        async with uploaded(request, filename, most=UPLOAD_BYTES, refusal=refusal) as path:
            report = await run_in_threadpool(service.import_file, path, mine, format=format, currency=currency)
        return report.as_json()

    return routes


def _shown(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "title": product.title,
        "title_en": product.title_en,
        "category": product.category,
        "price": product.price.amount,
        "currency": product.price.currency,
        "list_price": product.list_price.amount if product.list_price else None,
        "stock": product.stock,
        "available": product.available,
        "brand": product.brand,
        "link": product.link,
        "images": list(product.images),
    }
