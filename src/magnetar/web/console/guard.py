"""What stands between the network and the pages: size limits and headers that a browser obeys."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_BYTES = 256 << 10
UPLOAD_BYTES = 64 << 20
UPLOADS = ("/catalogue/import",)

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]


class SafeHeaders:
    """No script that is not ours, no frames, no guessing of types; pages are not kept by caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                headers.extend(_HEADERS)
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """A request with more in its body than a form or an upload needs is cut off with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = UPLOAD_BYTES + FORM_BYTES if scope["path"].startswith(UPLOADS) else FORM_BYTES
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        read, begun = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if not declared.isdigit() or int(declared) > limit:
                raise TooLarge
            await self._app(scope, counted, noted)
        except TooLarge:
            if begun:
                raise
            text = f"内容过大, 上限 {limit >> 10} KiB. · Too large; at most {limit >> 10} KiB.".encode()
            await send(
                {
                    "type": "http.response.start",
                    "status": 413,
                    "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")],
                }
            )
            await send({"type": "http.response.body", "body": text})


class TooLarge(Exception):
    """The body is larger than the limit."""
