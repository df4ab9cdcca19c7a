"""The audit over HTTP: what the autopilot did and why, and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Query

from magnetar.surface.principal import Principal


class Audit(Protocol):
    """Intentions of a running market, a merchant's at a time."""

    def audit(self, merchant: str, limit: int = ...) -> list[dict[str, Any]]: ...
    def undo(self, merchant: str, id: str) -> dict[str, Any]: ...


def router(service: Audit, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/audit`."""
    routes = APIRouter(prefix="/audit", tags=["audit"])

    @routes.get("", summary="What was changed, newest first")
    def audit(
        who: Principal = Depends(gate), merchant: str = "", limit: int = Query(200, ge=1, le=1000)
    ) -> dict[str, Any]:
        return {"records": service.audit(who.scope(merchant), limit)}

    @routes.post("/{id}/undo", summary="Put back what was changed")
    def undo(id: str, who: Principal = Depends(gate), merchant: str = "") -> dict[str, Any]:
        return service.undo(who.scope(merchant), id)

    return routes
