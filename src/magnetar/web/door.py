"""The hot door: pages out and reports in, as raw ASGI with msgspec.

`POST /v1/decide` asks for a page, `POST /v1/events` reports what shoppers did, `GET /v1/health` says
how the platform is. Pages that are asked for at the same moment are decided in one batch; reports
that come while the disk is busy are recorded together. A key opens the door: `Authorization: Bearer …`.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from magnetar.kernel.errors import BadInput, MagnetarError
from magnetar.platform.intake import Receipt
from magnetar.platform.live import Ask, LivePlatform
from magnetar.platform.seats import ANONYMOUS
from magnetar.surface.principal import Principal, Role

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ASK_BYTES = 16 << 10
REPORT_BYTES = 1 << 20
MOST_REPORTS = 1_000
"""Reports in one call."""
BODY_WITHIN_S = 10.0
RATE = 10_000.0
"""Calls a second that one key may make, on average; twice as many at once."""
QUEUE = 4_096
"""Calls that may wait to be decided or recorded."""
BELIEVED_S = 15.0
"""How long a key is believed without asking the accounts again."""
_KEYS = 10_000


class Keys(Protocol):
    """Who knows keys."""

    def principal_of_key(self, key: str) -> Principal | None:
        """Who a key stands for; None where it opens nothing."""
        ...


class Reports(msgspec.Struct):
    """A call to `/v1/events`."""

    events: list[msgspec.Raw]


class Problem(Exception):
    """An answer that is not the one that was hoped for."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


class _Caller:
    """A key that was looked up, with what it has used."""

    __slots__ = ("allowance", "looked_up", "principal", "seen", "site")

    def __init__(self, principal: Principal | None, now: float) -> None:
        self.principal = principal
        self.site = (principal.merchant or "@operator") if principal else ""
        self.looked_up = self.seen = now
        self.allowance = 2 * RATE


_ASK = msgspec.json.Decoder(Ask).decode
_REPORTS = msgspec.json.Decoder(Reports).decode
_JSON = (b"content-type", b"application/json")


class Door:
    """An ASGI app for paths below `/v1/`."""

    def __init__(self, live: LivePlatform, keys: Keys, rate: float = RATE) -> None:
        self._live = live
        self._keys = keys
        self._rate = rate
        self._callers: dict[bytes, _Caller] = {}
        self._asking: list[tuple[tuple[str, Ask], asyncio.Future[bytes]]] = []
        self._reporting: list[tuple[tuple[str, list[msgspec.Raw]], asyncio.Future[Receipt]]] = []
        self._taking: asyncio.Task[None] | None = None
        self._reading: dict[asyncio.Task[Any], float] = {}
        """Calls whose body is under way, with when it began."""
        self._slow: set[asyncio.Task[Any]] = set()
        self.trouble = ""
        """Why the last batch of pages was not decided; empty where it was."""
        self.degraded = 0
        """Pages that were answered without a decision."""
        self._routes = {
            "/v1/decide": ("POST", self._decide),
            "/v1/events": ("POST", self._events),
            "/v1/health": ("GET", self._health),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the door speaks HTTP, found {scope['type']!r}")
        more: list[tuple[bytes, bytes]] = []
        try:
            route = self._routes.get(scope["path"])
            if route is None:
                raise Problem(404, "not_found", "There are /v1/decide, /v1/events and /v1/health.")
            method, answer = route
            if scope["method"] != method and not (method == "GET" and scope["method"] == "HEAD"):
                raise Problem(405, "method_not_allowed", f"{scope['path']} takes {method}.", allow=method)
            status, body = 200, await answer(scope, receive)
        except Problem as problem:
            status, more = problem.status, problem.headers
            body = msgspec.json.encode({"error": {"code": problem.code, "message": problem.message}})
        except BadInput as error:
            status, body = 400, msgspec.json.encode({"error": {"code": "bad_input", "message": str(error)}})
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
            said = "Something failed inside; it may be sent again."
            status, body = 500, msgspec.json.encode({"error": {"code": "failed", "message": said}})
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [_JSON, length, *more]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    # ---- who, and what they sent

    async def _caller(self, headers: dict[bytes, bytes]) -> _Caller:
        given = headers.get(b"authorization", b"")
        now = time.monotonic()
        caller = self._callers.get(given)
        if caller is None or now - caller.looked_up > BELIEVED_S:
            scheme, _, key = given.partition(b" ")
            if scheme.lower() != b"bearer" or not key.strip() or len(key) > 200:
                raise Problem(
                    401, "no_key", "Send a key: Authorization: Bearer …", www_authenticate='Bearer realm="magnetar"'
                )
            text = key.strip().decode("latin-1")
            principal = await asyncio.to_thread(self._keys.principal_of_key, text)
            allowance = caller.allowance if caller else 2 * self._rate
            caller = _Caller(principal, now)
            caller.allowance = min(allowance, 2 * self._rate)
            if principal is not None:  # a key that opens nothing is not remembered: guesses cannot fill the table
                if len(self._callers) >= _KEYS:
                    self._callers.clear()
                self._callers[given] = caller
            else:
                self._callers.pop(given, None)
        if caller.principal is None:
            raise Problem(401, "bad_key", "This key opens nothing.", www_authenticate='Bearer error="invalid_token"')
        if caller.principal.role is not Role.OPERATOR and caller.principal.merchant is None:
            raise Problem(403, "no_merchant", "This key belongs to no merchant.")
        caller.allowance = min(2 * self._rate, caller.allowance + (now - caller.seen) * self._rate)
        caller.seen = now
        if caller.allowance < 1.0:
            raise Problem(429, "too_many_calls", f"A key may make {self._rate:.0f} calls a second.", retry_after="1")
        caller.allowance -= 1.0
        return caller

    async def _body(self, headers: dict[bytes, bytes], receive: Receive, most: int) -> bytes:
        kind = headers.get(b"content-type", b"")
        if not kind.lower().startswith(b"application/json"):
            found = kind.decode("latin-1")[:60]
            raise Problem(415, "not_json", f"Send application/json, found {found!r}.")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > most:
            raise Problem(413, "too_large", f"A call has at most {most} bytes.", connection="close")
        task = asyncio.current_task()
        assert task is not None
        self._reading[task] = time.monotonic()
        try:
            message = await receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body"):
                parts, size = [body], len(body)
                while message.get("more_body"):
                    message = await receive()
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise Problem(413, "too_large", f"A call has at most {most} bytes.", connection="close")
                body = b"".join(parts)
        except asyncio.CancelledError:
            if task in self._slow:
                self._slow.discard(task)
                task.uncancel()
                raise Problem(408, "too_slow", "The body did not come in time.", connection="close") from None
            raise
        finally:
            del self._reading[task]
        if message["type"] == "http.disconnect":
            raise Problem(400, "gone", "The call ended early.")
        return body

    def reap(self) -> None:
        """End calls whose body does not come; called every second or so."""
        late = time.monotonic() - BODY_WITHIN_S
        for task in [task for task, begun in self._reading.items() if begun < late and task not in self._slow]:
            self._slow.add(task)
            task.cancel()

    # ---- pages

    async def _decide(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        caller = await self._caller(headers)
        body = await self._body(headers, receive, ASK_BYTES)
        try:
            ask = _ASK(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Problem(400, "bad_json", str(error)) from None
        self._live.check(ask)
        if len(self._asking) >= QUEUE:
            raise Problem(503, "busy", "Too many calls wait.", retry_after="1")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._asking.append(((caller.site, ask), answer))
        if len(self._asking) == 1:
            loop.call_soon(self._decide_all)
        return await answer

    def _decide_all(self) -> None:
        """Decide what was asked for since the last time, in one batch or a few."""
        asking, self._asking = self._asking, []
        for start in range(0, len(asking), ANONYMOUS):
            batch = asking[start : start + ANONYMOUS]
            try:
                answers = self._live.decide_many([ask for ask, _ in batch])
                bodies = [answers.json(row) for row in range(len(batch))]
                self.trouble = ""
            except Exception as error:
                self.trouble = f"{type(error).__name__}: {error}"
                self.degraded += len(batch)
                bodies = [self._live.organic_only(ask) for (_, ask), _ in batch]
            for (_, answer), body in zip(batch, bodies, strict=True):
                if not answer.done():
                    answer.set_result(body)

    # ---- reports

    async def _events(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        caller = await self._caller(headers)
        body = await self._body(headers, receive, REPORT_BYTES)
        try:
            reports = _REPORTS(body).events
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Problem(400, "bad_json", str(error)) from None
        if len(reports) > MOST_REPORTS:
            raise Problem(
                413, "too_many_events", f"A call reports at most {MOST_REPORTS} events, found {len(reports)}."
            )
        if len(self._reporting) >= QUEUE:
            raise Problem(503, "busy", "Too many calls wait.", retry_after="1")
        taken: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._reporting.append(((caller.site, reports), taken))
        if self._taking is None:
            self._taking = asyncio.create_task(self._take_all())
        return msgspec.json.encode(await taken)

    async def _take_all(self) -> None:
        """Record what waits, and what comes while the disk is busy, until nothing waits."""
        try:
            while self._reporting:
                calls, self._reporting = self._reporting, []
                try:
                    receipts = await asyncio.to_thread(self._live.take, [call for call, _ in calls])
                except Exception as error:
                    said = str(error) if isinstance(error, MagnetarError) else type(error).__name__
                    for _, taken in calls:
                        if not taken.done():
                            problem = Problem(
                                503, "not_recorded", f"Nothing was recorded; send it again. {said}", retry_after="5"
                            )
                            taken.set_exception(problem)
                    continue
                for (_, taken), receipt in zip(calls, receipts, strict=True):
                    if not taken.done():
                        taken.set_result(receipt)
        finally:
            self._taking = None

    async def _health(self, scope: Scope, receive: Receive) -> bytes:
        """Whether all is well, to anybody; more of it to those with a key."""
        health = {**self._live.health(), "degraded_pages": self.degraded}
        if self.trouble:
            health |= {"status": "degraded", "trouble": self.trouble}
        headers = dict(scope["headers"])
        if b"authorization" not in headers:
            return msgspec.json.encode({"status": health["status"]})
        await self._caller(headers)
        used = resource.getrusage(resource.RUSAGE_SELF)
        return msgspec.json.encode({**health, "cpu_seconds": used.ru_utime + used.ru_stime})
