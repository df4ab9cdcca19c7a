"""The control plane: FastAPI below `/api`, a router of each capability, problems as RFC 9457 says."""

from __future__ import annotations

from hashlib import blake2b
from html import escape
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

from magnetar import __version__
from magnetar.capabilities.autopilot.routes import router as audit_routes
from magnetar.capabilities.campaigns.routes import router as campaign_routes
from magnetar.capabilities.catalogue.routes import router as catalogue_routes
from magnetar.capabilities.ledger.routes import router as ledger_routes
from magnetar.capabilities.orders.routes import router as order_routes
from magnetar.capabilities.search.routes import router as search_routes
from magnetar.kernel.clock import HOUR, Clock
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, ProviderUnavailable, Refused, UnknownProvider
from magnetar.kernel.store import Store
from magnetar.platform.live import LivePlatform
from magnetar.platform.steering import Steering
from magnetar.surface.principal import Principal
from magnetar.vocabulary.ids import OPERATOR
from magnetar.web.door import Receive, Scope, Send

BODY_BYTES = 1 << 20
"""Largest body of a call that imports nothing."""
KEPT = 48 * HOUR
"""How long an answer is kept under its Idempotency-Key."""
STATUS: dict[type[MagnetarError], int] = {
    NotFound: 404,
    BadInput: 400,
    Refused: 409,
    UnknownProvider: 400,
    ProviderUnavailable: 503,
}


def control_plane(live: LivePlatform) -> FastAPI:
    """The app that is mounted at `/api`."""
    platform = live.platform
    accounts = platform.accounts
    bearer = HTTPBearer(auto_error=False, description="A merchant's key, or the token of an operator's session.")

    def gate(given: HTTPAuthorizationCredentials | None = Depends(bearer)) -> Principal:
        who = None
        if given is not None and len(given.credentials) <= 200:
            who = accounts.principal_of_key(given.credentials) or accounts.principal_of_session(given.credentials)
        if who is None:
            raise HTTPException(401, "Send a key: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})
        return who

    app = FastAPI(
        title="Magnetar",
        version=__version__,
        description="Products, campaigns, audit and ledger of a merchant. Shoppers' pages and events have a door of their own: /v1/decide and /v1/events.",
        docs_url=None,
        redoc_url=None,
    )
    steering = Steering(live)
    app.include_router(catalogue_routes(platform.catalogue, gate))
    app.include_router(order_routes(platform.orders, gate))
    app.include_router(search_routes(platform.search, gate))
    app.include_router(campaign_routes(steering, gate))
    app.include_router(audit_routes(steering, gate))
    app.include_router(ledger_routes(live.ledger, gate))

    @app.get("/me", tags=["me"], summary="Who the key stands for")
    def me(who: Principal = Depends(gate)) -> dict[str, Any]:
        return {"name": who.name, "role": who.role.value, "merchant": who.merchant}

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_described(app.openapi()))

    @app.exception_handler(MagnetarError)
    def not_done(_: Request, error: MagnetarError) -> JSONResponse:
        return problem(next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400), str(error))

    @app.exception_handler(StarletteHTTPException)
    def not_answered(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def not_understood(_: Request, error: RequestValidationError) -> JSONResponse:
        findings = [{"field": ".".join(map(str, one["loc"])), "expected": one["msg"]} for one in error.errors()]
        return problem(422, "The call is not what is expected.", findings=findings)

    @app.exception_handler(Exception)
    def failed(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "Something failed inside. Nothing more is known here; see the server's output.")

    return app


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> Any:
    """An answer that says what went wrong."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(said, status, headers, "application/problem+json")


def _described(document: dict[str, Any]) -> str:
    """The calls as a page; plain, because a page that fetches its scripts from elsewhere does not belong here."""
    lines = [
        f"<tr><td><code>{method.upper()}</code></td><td><code>/api{escape(path)}</code></td>"
        f"<td>{escape(call.get('summary', ''))}</td></tr>"
        for path, calls in document["paths"].items()
        for method, call in calls.items()
    ]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Magnetar API</title>"
        "<style>body{font:15px/1.6 system-ui;margin:3rem auto;max-width:60rem}td{padding:.2rem 1rem .2rem 0}</style>"
        f"<h1>Magnetar API</h1><p>{escape(document['info']['description'])}</p>"
        f"<p>Every field: <a href=openapi.json>openapi.json</a></p><table>{''.join(lines)}</table></html>"
    )


class Answered(msgspec.Struct):
    """An answer kept under an Idempotency-Key."""

    asked: str
    """Digest of the body that was sent."""
    status: int
    kind: str
    body: str
    at: int


class OnceOnly:
    """Before an ASGI app: limits bodies, and answers a POST with a known Idempotency-Key as it was answered before."""

    def __init__(self, app: Any, store: Store, clock: Clock) -> None:
        self._app = app
        self._kept = store.collection("idempotency", Answered)
        self._clock = clock
        self._under_way: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"].endswith("/import"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        body, more = b"", True
        while more and len(body) <= BODY_BYTES and length.isdigit() and int(length) <= BODY_BYTES:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
        if more or len(body) > BODY_BYTES:
            await problem(413, f"A call has at most {BODY_BYTES} bytes.")(scope, receive, send)
            return
        sent = False

        async def again() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        given = headers.get(b"idempotency-key", b"")
        if scope["method"] != "POST" or not given:
            await self._app(scope, again, send)
            return
        if len(given) > 128:
            await problem(400, "An Idempotency-Key has at most 128 characters.")(scope, receive, send)
            return
        await self._once(scope, again, send, headers, given, blake2b(body, digest_size=16).hexdigest())

    async def _once(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes], given: bytes, asked: str
    ) -> None:
        place = b"\0".join((headers.get(b"authorization", b""), scope["path"].encode(), scope["query_string"], given))
        key = blake2b(place, digest_size=20).hexdigest()
        known = self._kept.get(OPERATOR, key)
        if known is not None and self._clock.now() - known.at < KEPT:
            if known.asked != asked:
                answer = problem(422, "This Idempotency-Key stands for another call. Choose a new one.")
                await answer(scope, receive, send)
                return
            body = known.body.encode()
            await send(
                {
                    "type": "http.response.start",
                    "status": known.status,
                    "headers": [
                        (b"content-type", known.kind.encode()),
                        (b"content-length", b"%d" % len(body)),
                        (b"idempotent-replayed", b"true"),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": body})
            return
        if key in self._under_way:
            answer = problem(409, "The first call with this Idempotency-Key is still under way. Ask again.")
            await answer(scope, receive, send)
            return
        self._under_way.add(key)
        try:
            status, kind, parts = 500, "", list[bytes]()

            async def keep(message: dict[str, Any]) -> None:
                nonlocal status, kind
                if message["type"] == "http.response.start":
                    status = message["status"]
                    kind = dict(message["headers"]).get(b"content-type", b"").decode()
                else:
                    parts.append(message.get("body", b""))
                    if not message.get("more_body") and status < 500 and status not in (401, 403, 429):
                        answered = Answered(asked, status, kind, b"".join(parts).decode(), self._clock.now())
                        self._kept.put(OPERATOR, [(key, answered)])
                await send(message)

            await self._app(scope, receive, keep)
        finally:
            self._under_way.discard(key)

    def forget(self) -> None:
        """Delete answers that are no longer kept."""
        old = self._clock.now() - KEPT
        self._kept.delete(OPERATOR, [key for key, one in self._kept.list(OPERATOR) if one.at < old])
