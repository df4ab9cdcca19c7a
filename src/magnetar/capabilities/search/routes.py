"""Search over HTTP: products, suggestions, keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Query

from magnetar.capabilities.search.answers import as_json
from magnetar.capabilities.search.service import LONGEST, SearchService, checked
from magnetar.surface.principal import Principal


def router(service: SearchService, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/search`."""
    routes = APIRouter(prefix="/search", tags=["search"])

    @routes.get("", summary="Search a merchant's products")
    def search(
        who: Principal = Depends(gate),
        q: str = Query("", max_length=20 * LONGEST, description="What is looked for."),
        merchant: str = Query("", description="For operators: whose."),
        limit: int = Query(10, ge=1, le=100),
    ) -> dict[str, Any]:
        mine = who.scope(merchant)
        found = service.search(checked(q), mine, limit)
        return as_json(found, lambda owner, id: service.engine(mine).product((owner, id)))

    @routes.get("/site", summary="Search everybody's products that can be bought, as a shop's front end does")
    def site(
        who: Principal = Depends(gate),
        q: str = Query("", max_length=20 * LONGEST, description="What is looked for."),
        merchant: str = Query("", description="Not taken: the whole site is searched; another's is refused."),
        limit: int = Query(10, ge=1, le=100),
    ) -> dict[str, Any]:
        if merchant:
            who.scope(merchant)  # what is on sale is public; whoever asks as somebody else is still refused
        found = service.search(checked(q), "", limit, sold=True)
        return as_json(found, lambda owner, id: service.engine().product((owner, id)))

    @routes.get("/suggest", summary="Suggest queries")
    def suggest(
        who: Principal = Depends(gate),
        q: str = Query("", max_length=LONGEST, description="What was typed so far."),
        merchant: str = "",
        limit: int = Query(8, ge=1, le=50),
    ) -> dict[str, Any]:
        found = service.suggest(checked(q), who.scope(merchant), limit)
        return {"suggestions": [{"text": one.text, "kind": one.kind, "reason": one.reason.pair} for one in found]}

    @routes.get("/keywords/{id:path}", summary="Keywords and negative keywords of a product")
    def keywords(id: str, who: Principal = Depends(gate), merchant: str = "") -> dict[str, Any]:
        found, negatives = service.keywords(who.scope(merchant), id)
        return {
            "product": id,
            "keywords": [
                {"text": one.text, "match": one.match.value, "score": one.score, "reason": one.reason.pair}
                for one in found
            ],
            "negatives": [{"text": one.text, "kind": one.kind, "reason": one.reason.pair} for one in negatives],
        }

    return routes
