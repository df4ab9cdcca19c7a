"""A model behind loopback HTTP, as raw ASGI with msgspec.

`POST /recommend {history, k, seen, followed}` answers, `POST /events {history, item}` learns, `POST /items {item, text}`
takes in a new product, `GET /health` says which model this is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from magnetar.capabilities.recommendation.service import Recommendations
from magnetar.kernel.errors import MagnetarError

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
MOST_BYTES = 64 << 10


class Ask(msgspec.Struct):
    """Who asks, by what they took, oldest first."""

    history: list[str] = []
    k: int = 10
    seen: bool = False
    """Products taken before may come again."""
    followed: list[str] = []
    """Products of shops and authors that are followed."""


class Event(msgspec.Struct):
    """A shopper with this history took an item."""

    item: str
    history: list[str] = []


class Product(msgspec.Struct):
    """A product that is new."""

    item: str
    text: str = ""


_ASK = msgspec.json.Decoder(Ask).decode
_EVENT = msgspec.json.Decoder(Event).decode
_PRODUCT = msgspec.json.Decoder(Product).decode
_HEAD = [(b"content-type", b"application/json")]


class App:
    """The ASGI app."""

    def __init__(self, model: Recommendations) -> None:
        self._model = model
        self._routes: dict[str, Callable[[bytes], dict[str, Any]]] = {
            "/recommend": lambda body: self._recommend(_ASK(body)),
            "/events": lambda body: self._event(_EVENT(body)),
            "/items": lambda body: self._product(_PRODUCT(body)),
        }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"this app speaks HTTP, found {scope['type']!r}")
        status, answer = 200, {}
        work = self._routes.get(scope["path"])
        if scope["path"] == "/health":
            answer = {"items": len(self._model.items), "model": self._model.about}
        elif work is None:
            status, answer = 404, _problem("not_found", "There are /recommend, /events, /items and /health.")
        elif scope["method"] != "POST":
            status, answer = 405, _problem("method_not_allowed", f"{scope['path']} takes POST.")
        else:
            body, more = b"", True
            while more and len(body) <= MOST_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > MOST_BYTES:
                status, answer = 413, _problem("too_large", f"A call has at most {MOST_BYTES} bytes.")
            else:
                try:
                    answer = work(body)
                except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                    status, answer = 400, _problem("bad_json", str(error))
                except MagnetarError as error:
                    status, answer = 400, _problem("bad_input", str(error))
        said = msgspec.json.encode(answer)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*_HEAD, (b"content-length", b"%d" % len(said))],
            }
        )
        await send({"type": "http.response.body", "body": said})

    def _recommend(self, ask: Ask) -> dict[str, Any]:
        found, unknown = self._model.recommend(ask.history, ask.k, ask.seen, ask.followed)
        return {"items": [one.told() for one in found], "unknown": unknown}

    def _event(self, event: Event) -> dict[str, Any]:
        self._model.observe(event.history, event.item)
        return {"learned": True}

    def _product(self, product: Product) -> dict[str, Any]:
        return {"semantic_id": list(self._model.add(product.item, product.text))}


def _problem(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
