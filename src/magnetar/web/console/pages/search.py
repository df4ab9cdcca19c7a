"""Search as a shopper meets it: hits with why they are there, engines side by side, and a product's keywords for ads."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from magnetar.capabilities.search import ENGINES, Found
from magnetar.kernel.errors import NotFound
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.site import Site, Visit

SHOWN, COMPARED = 12, 5
LABELS = {
    "bm25": ("字词 BM25", "Words (BM25)"),
    "pieces": ("字片", "Pieces"),
    "dense": ("语义向量", "Vectors"),
    "generated": ("生成编号", "Generated ids"),
    "rrf": ("名次合并", "Fused ranks"),
    "hybrid": ("混合", "Hybrid"),
}


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    service = site.platform.search

    def titled(visit: Visit, product: Product | None) -> str:
        if product is None:
            return ""
        return product.title if visit.voice.language == "zh" else product.title_en or product.title

    def asked(visit: Visit) -> str:
        return visit.request.query_params.get("q", "")[:10_000].replace("\0", "")

    def search(visit: Visit) -> Response:
        query = asked(visit)
        found = service.search(query, visit.merchant, SHOWN) if query.strip() and visit.merchant else None
        engine = service.engine(visit.merchant) if found else None
        products = {
            hit.id: engine.product((hit.merchant, hit.id)) for hit in (*found.hits, *found.popular)
        } if found and engine else {}  # fmt: skip
        return site.render(
            visit,
            "part_search.html" if visit.in_part else "search.html",
            query=query[:200],
            found=found,
            products=products,
            compared=compare(visit, found),
            offered=service.suggest("", visit.merchant, 8) if visit.merchant and not found else [],
        )

    def compare(visit: Visit, found: Found | None) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each engine's first products for the query: (label, [(id, title)])."""
        if found is None or not found.hits:
            return []
        engine = service.engine(visit.merchant)
        listed: list[tuple[str, list[tuple[str, str]]]] = []
        for name in ENGINES:
            if name in ("dense", "generated", "rrf") and not engine.learned:
                continue  # nothing yet to compare
            hits = engine.search(found.query[:500], COMPARED, engine=name, explained=False).hits
            named = [(hit.id, titled(visit, engine.product((hit.merchant, hit.id)))) for hit in hits]
            listed.append((visit.voice(*LABELS[name]), named))
        return listed

    def suggest(visit: Visit) -> Response:
        found = service.suggest(asked(visit)[:80], visit.merchant, 8) if visit.merchant else []
        return JSONResponse([{"text": one.text, "why": visit.voice(one.reason.zh, one.reason.en)} for one in found])

    def keywords(visit: Visit) -> Response:
        id = visit.request.path_params["product"]
        if not visit.merchant:
            raise NotFound("没有这件商品. · No such product.")
        product = service.product(visit.merchant, id)
        found, negatives = service.keywords(visit.merchant, id)
        return site.render(
            visit,
            "search_keywords.html",
            product=product,
            name=titled(visit, product),
            found=found,
            negatives=negatives,
        )

    return [
        site.page("/search", search),
        site.page("/search/suggest", suggest),
        site.page("/search/keywords/{product:path}", keywords),
    ]
