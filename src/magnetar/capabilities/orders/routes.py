"""Orders over HTTP: import a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from magnetar.capabilities.orders.service import OrdersService
from magnetar.surface.principal import Principal
from magnetar.surface.upload import uploaded

UPLOAD_BYTES = 256 << 20
"""Largest log that is taken in one call, as sent."""


def router(service: OrdersService, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/orders`."""
    routes = APIRouter(prefix="/orders", tags=["orders"])

    @routes.get("", summary="How many order lines there are")
    def orders(who: Principal = Depends(gate), merchant: str = "") -> dict[str, Any]:
        return {"lines": service.count(who.scope(merchant))}

    @routes.post(
        "/import",
        summary="Import an order log",
        description="The body is the file itself. Importing it again adds nothing twice.",
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    )  # fmt: skip
    async def import_log(
        request: Request,
        who: Principal = Depends(gate),
        merchant: str = "",
        format: str = "",
        currency: str = "",
        dates: str = "",
        filename: str = Query("orders", max_length=200),
    ) -> dict[str, Any]:
        mine = who.scope(merchant)
        refusal = f"An order log has at most {UPLOAD_BYTES >> 20} MB. Send it in parts."
        async with uploaded(request, filename, most=UPLOAD_BYTES, refusal=refusal) as path:
            report = await run_in_threadpool(
                service.import_file, path, mine, format=format, currency=currency, dates=dates
            )
        return report.as_json()

    return routes
