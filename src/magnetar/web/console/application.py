"""The console as an ASGI application: every page, the static files, and what stands around them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from magnetar.kernel.errors import MagnetarError
from magnetar.platform.assemble import Platform
from magnetar.platform.live import LivePlatform
from magnetar.web.console.guard import BodyLimit, SafeHeaders
from magnetar.web.console.pages import (
    accounts,
    audit,
    campaigns,
    cards,
    catalogue,
    creatives,
    experiments,
    generation,
    intents,
    market,
    models,
    overview,
    quality,
    rehearsals,
    search,
    signing_in,
    studio,
    studio_board,
    studio_drama,
    studio_talk,
    studio_variants,
)
from magnetar.web.console.site import Site, failed
from magnetar.web.console.static import static_files


def console_app(platform: Platform, live: LivePlatform | None = None) -> ASGIApp:
    """The console of a platform.

    Args:
        live: the running marketplace that the door serves; the console opens one of its own where there is none.
    """
    site = Site(platform, live)
    parts = (
        signing_in,
        overview,
        catalogue,
        cards,
        search,
        intents,
        campaigns,
        market,
        experiments,
        quality,
        models,
        rehearsals,
        creatives,
        studio_talk,
        studio_drama,
        studio_variants,
        studio_board,
        studio,
        generation,
        audit,
        accounts,
    )
    routes = [route for part in parts for route in part.routes(site)]

    async def on_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, MagnetarError)
        return await failed(site, request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        return await failed(site, request, None, error.status_code if isinstance(error, HTTPException) else 500)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(site.resume)
        yield
        site.close()

    handlers: dict[Any, Any] = {MagnetarError: on_error, HTTPException: on_http, 500: on_http}
    app = Starlette(
        routes=[*routes, static_files()],
        middleware=[Middleware(SafeHeaders), Middleware(BodyLimit), Middleware(GZipMiddleware, minimum_size=800)],
        exception_handlers=handlers,
        lifespan=lifespan,
    )
    app.state.site = site
    return app
