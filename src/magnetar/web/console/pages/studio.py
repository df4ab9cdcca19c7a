"""The studio: films ordered from a product and a brief, made in the background, watched, stopped; a product read from its page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from magnetar.app.studio_orders import MOST, FilmWish, Ordered
from magnetar.capabilities.creative import ASPECTS
from magnetar.capabilities.creative.copy import Brief, read_brief
from magnetar.capabilities.creative.copy.brief import GOALS, LANGUAGES, LONGEST_S, SHORTEST_S, TONES
from magnetar.capabilities.creative.pages_intake import Fetcher, PageProduct, product_from_page
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.site import Site, Visit

SHOWN = 12
"""Orders on the page."""
OFFERED = 400
"""Products that the field suggests; any other may be named by its id."""
DEFAULTS = {
    "product": "", "goal": "sell", "audience": "", "tone": "plain", "length_s": "15", "language": "zh", "must_say": "",
    "must_not_say": "", "price_first": "", "count": "6", "seed": "0",
}  # fmt: skip


def fetcher() -> Fetcher:
    """What asks for addresses that merchants paste: public hosts only, within limits."""
    return Fetcher()


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    orders = site.studio
    pages: dict[tuple[str, str], PageProduct] = {}
    """What was read of pages since the server started, by merchant and product."""

    def _title(visit: Visit, one: Ordered) -> str:
        """The ordered product's title in the visitor's language, as the order kept it where the product is gone."""
        if visit.voice.language == "zh":
            return one.title
        product = site.platform.catalogue.get(visit.merchant, one.wish.product)
        return (product.title_en if product else "") or one.title

    def studio(visit: Visit, status: int = 200, said: str = "", given: dict[str, Any] | None = None) -> Response:
        asked = visit.request.query_params
        values: dict[str, Any] = {**DEFAULTS, "aspects": ["9:16"], **_like(site, visit), **(given or {})}
        if given is None and (product := asked.get("product", "")[:200]):
            values["product"] = product
        goods = site.goods(visit.merchant)
        listed = orders.list(visit.merchant)[:SHOWN]
        named = {str(one.id): one for one in goods}
        return site.render(
            visit, "studio.html", status, said=said, given=values, goods=goods[:OFFERED], total=len(goods), orders=listed,
            aspects=ASPECTS, goals=GOALS, tones=TONES, languages=LANGUAGES, most=MOST, shortest=SHORTEST_S, longest=LONGEST_S,
            tell=FilmWords(visit.voice), chosen=named.get(values["product"]), titles={one.id: _title(visit, one) for one in listed}, page=pages.get((visit.merchant, values["product"])),
            active=next((one for one in listed if one.active), None),
        )  # fmt: skip

    def order(visit: Visit) -> Response:
        given: dict[str, Any] = {"aspects": [str(one)[:8] for one in visit.form.getlist("aspects")][:8]}
        try:
            for name in DEFAULTS:  # one by one: what was read before a field that is too long stays in the form
                given[name] = visit.text(name, 700)
            wish = FilmWish(
                "variants", _named(given["product"], site.goods(visit.merchant)), _brief(given), _whole(visit, "count"),
                tuple(dict.fromkeys(given["aspects"])), _whole(visit, "seed"),
            )  # fmt: skip
            one = orders.start(visit.merchant, visit.who.name, wish)
        except MagnetarError as error:
            return studio(visit, 422, visit.voice.of(str(error)), given)
        return site.go(visit, f"/studio/orders/{one.id}")

    def read_page(visit: Visit) -> Response:
        address, merchant = "", visit.merchant
        try:
            address = visit.text("address", 2_000)
            if not address.lower().startswith(("http://", "https://")):
                raise BadInput(
                    "请粘贴以 http:// 或 https:// 开头的网址. · Paste an address that begins with http:// or https://."
                )
            folder = site.runtime.settings.home / "pictures" / site.shelf.folder(merchant).name
            folder.mkdir(parents=True, exist_ok=True)
            found = product_from_page(
                address, merchant=merchant, currency=site.runtime.settings.currency, pictures=folder, fetcher=fetcher()
            )
        except MagnetarError as error:
            return studio(visit, 422, visit.voice.of(str(error)), {"address": address})
        id = str(found.product.id)
        known = site.platform.catalogue.get(merchant, id)
        if known is None:
            site.platform.catalogue.put(merchant, [found.product])
            site._goods.pop(merchant, None)  # pyright: ignore[reportPrivateUsage]
        pages[merchant, id] = found
        said = (
            visit.voice("已读入并加入商品目录: {title}", "Read, and added to the catalogue: {title}", title=found.product.title[:60])
            if known is None
            else visit.voice("目录里已有商品 {id}, 用目录里的资料.", "The catalogue has product {id}; its record there is used.", id=id)
        )  # fmt: skip
        from urllib.parse import quote

        return site.go(visit, f"/studio?product={quote(id, safe='')}", said)

    def details(visit: Visit, one: Ordered) -> dict[str, Any]:
        films = {film.name: film for film in site.shelf.all(visit.merchant)} if one.films else {}
        return {
            "one": one,
            "films": [films[name] for name in one.films if name in films],
            "tell": FilmWords(visit.voice),
            "title": _title(visit, one),
        }

    def watch(visit: Visit) -> Response:
        one = orders.get(visit.merchant, visit.request.path_params["id"])
        return site.render(visit, "studio_order.html", **details(visit, one))

    def stop(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        orders.stop(visit.merchant, id)
        return site.go(
            visit,
            f"/studio/orders/{id}",
            visit.voice("已停止, 做完的影片都保留", "Stopped; films that are done are kept"),
        )

    def again(visit: Visit) -> Response:
        one = orders.again(visit.merchant, visit.request.path_params["id"])
        return site.go(visit, f"/studio/orders/{one.id}")

    def seen(visit: Visit, id: str) -> Step:
        one = orders.get(visit.merchant, id)
        return Step(f"{one.state} {one.said} {one.done}", one.active, "part_studio_order.html", details(visit, one))

    return [
        site.page("/studio", studio),
        site.page("/studio", order, methods=("POST",)),
        site.page("/studio/page", read_page, methods=("POST",)),
        site.page("/studio/orders/{id}", watch),
        Route("/studio/orders/{id}/events", events(site, seen, orders.wait)),
        site.page("/studio/orders/{id}/stop", stop, methods=("POST",)),
        site.page("/studio/orders/{id}/again", again, methods=("POST",)),
    ]


class Step:
    """How something that runs looks now."""

    __slots__ = ("active", "mark", "template", "values")

    def __init__(self, mark: str, active: bool, template: str, values: dict[str, Any]) -> None:
        self.mark, self.active, self.template, self.values = mark, active, template, values


def events(site: Site, seen: Callable[[Visit, str], Step], wait: Callable[[int, float], int]) -> Any:
    """The endpoint that sends a part of a page whenever what it shows has changed, until that ends."""

    async def endpoint(request: Request) -> Response:
        visit = await run_in_threadpool(site.visit, request)
        if visit.principal is None:
            raise NotFound("没有这个页面. · No such page.")
        id = request.path_params["id"]
        first = await run_in_threadpool(seen, visit, id)

        def drawn(step: Step) -> str:
            return bytes(site.render(visit, step.template, **step.values).body).decode()

        async def stream(step: Step) -> AsyncIterator[str]:
            version, last = -1, None
            while True:
                if step.mark != last:
                    last = step.mark
                    said = {"active": step.active, "html": await run_in_threadpool(drawn, step)}
                    yield f"event: progress\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
                if not step.active or await request.is_disconnected():
                    return
                version = await asyncio.to_thread(wait, version, 1.0)
                yield ": still here\n\n"
                try:
                    step = await run_in_threadpool(seen, visit, id)
                except MagnetarError:
                    return

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(stream(first), media_type="text/event-stream", headers=headers)

    return endpoint


def _like(site: Site, visit: Visit) -> dict[str, Any]:
    """The form as it was for a film, with another seed."""
    name = visit.request.query_params.get("like", "")
    if not name:
        return {}
    film = site.shelf.get(visit.merchant, name)
    found: dict[str, Any] = {"product": film.product, "aspects": [film.aspect or "9:16"], "seed": "1"}
    if film.language in LANGUAGES:
        found["language"] = film.language
    for one in site.studio.list(visit.merchant):
        if one.id == film.note.order:
            brief = one.wish.brief
            found.update({field.name: getattr(brief, field.name) for field in fields(Brief)})
            found.update(must_say="\n".join(brief.must_say), must_not_say="\n".join(brief.must_not_say), length_s=f"{brief.length_s:g}",
                         price_first="yes" if brief.price_first else "", seed=str(one.wish.seed + 1))  # fmt: skip
    if film.note.audience and not found.get("audience"):
        found["audience"] = FilmWords(visit.voice).audience(film.note.audience)
    return found


def _brief(given: dict[str, Any]) -> Brief:
    plain = {name: given[name] for name in ("goal", "audience", "tone", "length_s", "language")}
    for name in ("must_say", "must_not_say"):
        plain[name] = [line.strip() for line in given[name].replace("|", "\n").splitlines() if line.strip()]
    return read_brief({**plain, "price_first": bool(given["price_first"])})


def _named(text: str, goods: list[Product]) -> str:
    """The product that a text names: its id, its title, or the one title that holds it.

    Raises:
        BadInput: none, or several.
    """
    wanted = text.split(" · ")[0].strip() if " · " in text else text.strip()
    if not wanted:
        raise BadInput("请先选一个商品. · Choose a product first.")
    if any(str(one.id) == wanted for one in goods):
        return wanted
    near = [one for one in goods if wanted.lower() in f"{one.title} {one.title_en}".lower()]
    if len(near) == 1:
        return str(near[0].id)
    if near:
        names = "; ".join(f"{one.id} {one.title[:20]}" for one in near[:4])
        raise BadInput(f"您指的是哪一个? {names} · Which one do you mean? {names}")
    raise BadInput(f"没有这个商品: {wanted[:40]!r}. · No product {wanted[:40]!r}.")


def _whole(visit: Visit, name: str) -> int:
    text = visit.text(name)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        zh, en = {"count": ("条数", "The number of films"), "seed": ("种子", "The seed")}[name]
        raise BadInput(f"{zh}须为整数, 现为 {text[:20]!r}. · {en} must be a whole number, found {text[:20]!r}.")
    return int(text)


__all__ = ["Step", "events", "fetcher", "routes"]
