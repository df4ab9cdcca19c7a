"""The site: what every page is given, who is visiting, and how a page is put together."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from magnetar.app.drama_orders import DramaOrders
from magnetar.app.film_shelf import Shelf
from magnetar.app.hosting import Hosting
from magnetar.app.refining import Refining
from magnetar.app.rehearsals import Rehearsals
from magnetar.app.studio_orders import StudioOrders
from magnetar.app.studio_talks import StudioTalks
from magnetar.capabilities.accounts import form_token
from magnetar.capabilities.catalogue import CatalogueImported
from magnetar.capabilities.creative import Found, find
from magnetar.capabilities.creative.agent.service import CreativeAgent
from magnetar.capabilities.creative.agent.wiring import agent_for
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, Refused
from magnetar.kernel.i18n import LANGUAGES, Voice, choose_language
from magnetar.platform.assemble import Platform
from magnetar.platform.live import LivePlatform, open_live
from magnetar.surface.principal import Principal, Role
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.charts import as_script
from magnetar.web.console.listing import Listing
from magnetar.web.console.market.book import MarketBook
from magnetar.web.console.showing import Showing, apart
from magnetar.web.console.static import address
from magnetar.web.console.worlds import named_worlds

SESSION, VISIT, LOOK, FLASH = "magnetar_session", "magnetar_visit", "magnetar_look", "magnetar_flash"
LOOKS = ("auto", "light", "dark")
LASTS_S = 14 * 86_400
REHEARSED = 2_000
"""Products that a rehearsal takes at most."""
TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(slots=True)
class Visit:
    """One request, with who makes it and how they like to be spoken to."""

    request: Request
    principal: Principal | None
    merchant: str
    merchants: list[str]
    voice: Voice
    look: str
    form_token: str
    fresh_cookie: str = ""
    """The cookie that the form token belongs to, where the visitor has none yet."""
    form: FormData = field(default_factory=FormData)
    flash: tuple[str, str] | None = None

    @property
    def who(self) -> Principal:
        """The principal of a page that asks for one.

        Raises:
            NotFound: nobody is signed in.
        """
        if self.principal is None:
            raise NotFound("No such page.")
        return self.principal

    @property
    def is_operator(self) -> bool:
        return self.principal is not None and self.principal.role is Role.OPERATOR

    @property
    def in_part(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def address(self) -> str:
        """Where the request comes from, for counting attempts."""
        return self.request.client.host if self.request.client else ""

    def text(self, name: str, most: int = 400) -> str:
        """A field of the form, '' where it is not given.

        Raises:
            BadInput: it is longer than it may be.
        """
        value = self.form.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise BadInput(f"字段 {name} 过长. · The field {name} is too long.")
        return value.strip()

    def number(self, name: str, zh: str, en: str) -> float:
        """A field of the form as a number.

        Raises:
            BadInput: it is none.
        """
        found = self.text(name).replace(",", "").replace("，", "")
        try:
            value = float(found)
        except ValueError:
            value = float("nan")
        if not abs(value) < 1e12:
            raise BadInput(f"{zh}须为数字, 现为 {found[:20]!r}. · {en} must be a number, found {found[:20]!r}.")
        return value


class Site:
    """The console's services and its templates."""

    def __init__(self, platform: Platform, live: LivePlatform | None = None) -> None:
        self.platform = platform
        self.runtime = platform.runtime
        self._live = live
        self._own_live: LivePlatform | None = None
        self._hosting: Hosting | None = Hosting(live) if live else None
        self._book: MarketBook | None = MarketBook(live) if live else None
        self._turn = threading.Lock()
        self._goods: dict[str, tuple[int, list[Product]]] = {}
        platform.runtime.bus.subscribe(CatalogueImported, self._on_imported)
        settings = platform.runtime.settings
        self.rehearsals = Rehearsals(
            self.runtime.store,
            self.runtime.clock,
            lambda merchant: self.goods(merchant)[:REHEARSED],
            lambda: named_worlds(settings.home),
            settings.workers,
        )
        self.shelf = Shelf(settings.home, self.runtime.store, self.runtime.bus, self.runtime.clock, self._category)
        self.studio = StudioOrders(
            self.runtime.store, self.runtime.clock, self.shelf, self.found, settings.home, workers=settings.workers,
            font=str(getattr(settings, "font", "") or ""),
        )  # fmt: skip
        if live is not None:
            Refining(self.studio, self.shelf, live)
        self.dramas = DramaOrders(
            self.runtime.store, self.runtime.clock, settings.home, self.goods, font=str(getattr(settings, "font", "") or "")
        )  # fmt: skip
        self.talks = StudioTalks(self._agent, self.runtime.store, self.runtime.clock, self.shelf)
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters["apart"] = apart
        self.templates.globals.update(static=address, as_script=as_script, stepping=_stepping)

    @property
    def hosting(self) -> Hosting:
        """The live marketplace, opened on first use where the door did not bring one."""
        with self._turn:
            if self._hosting is None:
                self._own_live = open_live(self.platform, shoppers=2_000)
                self._hosting = Hosting(self._own_live)
                Refining(self.studio, self.shelf, self._own_live)
                self._book = MarketBook(self._own_live)
        if self._own_live is not None:
            self._own_live.open_ticks()
        return self._hosting

    @property
    def book(self) -> MarketBook:
        """What campaigns met, bid and spent, tick by tick, since the marketplace was opened here."""
        _ = self.hosting
        assert self._book is not None
        return self._book

    def _on_imported(self, event: CatalogueImported) -> None:
        self._goods.pop(event.merchant, None)

    def goods(self, merchant: str) -> list[Product]:
        """A merchant's products, kept in memory until a feed changes them."""
        count = self.platform.catalogue.count(merchant)
        known = self._goods.get(merchant)
        if known is None or known[0] != count:
            known = self._goods[merchant] = count, list(self.platform.catalogue.list(merchant))
        return known[1]

    def _category(self, merchant: str, product: str) -> str:
        known = self.platform.catalogue.get(merchant, product)
        return known.top_category if known else ""

    def found(self, merchant: str, product: str) -> Found:
        """A merchant's product with the folder that its pictures lie in.

        Raises:
            NotFound: the merchant has no such product.
        """
        stored = self.platform.catalogue.get(merchant, product)
        if stored is None:
            raise NotFound(f"没有这个商品: {product[:40]!r}. · No product {product[:40]!r}.")
        own = (self.runtime.settings.home / "pictures").resolve() / merchant
        pictures = own if stored.images and (own / stored.images[0]).is_file() else None
        return find(self.platform.catalogue, product, merchant, self.runtime.settings.currency, pictures)

    def _agent(self, render: Any) -> CreativeAgent:
        """The creative agent; its films are as wide as the studio's."""
        return agent_for(self.runtime, self.platform.catalogue, width=self.studio.width or 1080, render=render)

    def resume(self) -> None:
        """Take up the long work that an earlier server has left."""
        for backlog in (self.rehearsals, self.studio, self.talks, self.dramas):
            backlog.resume()

    def close(self) -> None:
        """Stop what runs in the background; the next server takes it up."""
        self.rehearsals.close()
        self.studio.close()
        self.talks.close()
        self.dramas.close()
        if self._own_live is not None:
            self._own_live.close()

    # ---- visits

    def visit(self, request: Request) -> Visit:
        """Who is there, for which merchant, in which language."""
        accounts, settings = self.platform.accounts, self.runtime.settings
        token = request.cookies.get(SESSION, "")
        principal = accounts.principal_of_session(token)
        look: dict[str, str] = {}
        for part in request.cookies.get(LOOK, "")[:500].split("&"):
            name, _, value = part.partition("=")
            look[name] = value
        language = look.get("language", "")
        if language not in LANGUAGES:
            language = choose_language(request.headers.get("accept-language", ""))
        merchant, merchants = "", []
        if principal is not None and principal.role is Role.OPERATOR:
            merchants = accounts.merchants()
            wanted = unquote(look.get("merchant", ""))
            if wanted not in merchants:
                wanted = settings.merchant if settings.merchant in merchants else next(iter(merchants), "")
            merchant = principal.scope(wanted) if wanted else ""
        elif principal is not None:
            merchant = principal.scope()
        cookie, fresh = (token, "") if principal is not None else (request.cookies.get(VISIT, ""), "")
        if not 20 <= len(cookie) <= 100:
            cookie = fresh = secrets.token_urlsafe(24)
        flash = request.cookies.get(FLASH, "")
        return Visit(
            request, principal, merchant, merchants, Voice(language), look.get("look", "auto"),
            form_token(cookie), fresh, flash=_flash(flash),
        )  # fmt: skip

    def page(
        self,
        path: str,
        handler: Callable[[Visit], Response],
        *,
        public: bool = False,
        operators: bool = False,
        methods: tuple[str, ...] = ("GET",),
    ) -> Route:
        """The route of a page: signed in unless public, with every form checked before the handler sees it."""

        async def endpoint(request: Request) -> Response:
            visit = await run_in_threadpool(self.visit, request)
            if visit.principal is None and not public:
                if visit.in_part:
                    return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
                after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/sign-in?next={quote(after)}" if request.method == "GET" else "/sign-in", 303)
            if operators and not visit.is_operator:
                raise NotFound("没有这个页面. · No such page.")
            if request.method == "POST":
                _check_origin(request)
                visit.form = await request.form(max_files=1, max_fields=100)
                given = visit.form.get("form_token", "")
                if not isinstance(given, str) or not hmac.compare_digest(given, visit.form_token) or visit.fresh_cookie:
                    raise Forged("页面已过期, 请刷新后再试. · This page is out of date; reload it and try again.")
            return await run_in_threadpool(handler, visit)

        return Route(path, endpoint, methods=list(methods))

    def render(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        """A page, in the visitor's language and look."""
        show = Showing(visit.voice)
        page = self.templates.get_template(template).render(
            visit=visit, t=visit.voice, show=show, path=visit.request.url.path, **values
        )
        response = HTMLResponse(page, status, headers={"vary": "Cookie, Accept-Language, HX-Request"})
        if visit.fresh_cookie:
            keep(visit.request, response, VISIT, visit.fresh_cookie, 3600)
        if visit.flash and not visit.in_part:
            response.delete_cookie(FLASH, path="/")
        return response

    def go(self, visit: Visit, to: str, said: str = "", kind: str = "good") -> Response:
        """On to another page, with a message that shows there once."""
        if visit.in_part:
            response = Response(status_code=204, headers={"HX-Redirect": to})
        else:
            response = RedirectResponse(to, 303)
        if said:
            keep(visit.request, response, FLASH, quote(json.dumps([kind, said])), 60)
        return response


class Forged(Refused):
    """A form without the token that only our own pages know."""


def keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def local(address: str) -> str:
    """An address within this site; the overview for anything else.

    >>> local("/catalogue?page=2"), local("//evil.example"), local("https://evil.example"), local("/" + chr(92) + "evil")
    ('/catalogue?page=2', '/', '/', '/')
    """
    odd = "\\" in address or any(ord(character) < 33 for character in address)
    return address if address.startswith("/") and not address.startswith("//") and not odd else "/"


def _stepping(found: Listing[Any]) -> Callable[[int], str]:
    """Where each phase of a stepper leads: the table below it, with that phase alone, or with all again."""
    return lambda phase: found.link(phase="" if found.kept.get("phase") == str(phase) else phase or "0", page="")


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin", "")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Forged("请求来自其他网站. · The request comes from another site.")


def _flash(cookie: str) -> tuple[str, str] | None:
    try:
        kind, said = json.loads(unquote(cookie)) if cookie else (None, None)
    except (ValueError, TypeError):
        return None
    return (kind, said) if kind in ("good", "bad") and isinstance(said, str) else None


HTTP_SAYS = {
    400: ("请求格式有误.", "The request is malformed."),
    404: ("没有这个页面.", "No such page."),
    405: (
        "这个地址不能这样打开, 请从页面上操作.",
        "This address is not opened in this way; use the page's own buttons.",
    ),
    500: ("服务内部出错, 已记入日志; 请稍后再试.", "Something failed inside and was logged; try again later."),
}


async def failed(site: Site, request: Request, error: MagnetarError | None, status: int = 404) -> Response:
    """The page that says what went wrong; a toast where htmx asked.

    Args:
        error: what was raised; where it is None, `status` tells what happened.
    """
    visit = await run_in_threadpool(site.visit, request)
    if error is not None:
        status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, Forged) else 409
    if isinstance(error, BadInput):
        status = 422
    said = visit.voice.of(str(error)) if error else visit.voice(*HTTP_SAYS.get(status, HTTP_SAYS[400]))
    response = await run_in_threadpool(
        site.render, visit, "part_toast.html" if visit.in_part else "error.html", status, kind="bad", said=said,
        status_code=status,
    )  # fmt: skip
    if visit.in_part:
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    return response
