"""The task service over HTTP, as a raw ASGI app: create, look, list, cancel, and the files.

Raw, because a create must be quick: calls that come while the disk is busy are entered together, in one
transaction. The paths and answers are those of `tasks.contract`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.contract import PATHS, envelope, read_wanted
from magnetar.capabilities.generation.tasks.faults import Fault, bad
from magnetar.capabilities.generation.tasks.files import PREFIX
from magnetar.capabilities.generation.tasks.keys import AccessKey
from magnetar.capabilities.generation.tasks.outside import addresses_in, judge
from magnetar.capabilities.generation.tasks.pictures import has_sent_pictures
from magnetar.capabilities.generation.tasks.rows import Ask, Task
from magnetar.capabilities.generation.tasks.tokens import Token, check_time, read_token
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import MagnetarError

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MOST_BYTES = 64 << 20
"""A body may carry four pictures of 10 MiB in base64."""
BODY_WITHIN_S = 60.0
QUEUE = 4_096
TOGETHER = 256
"""Creates that are entered in one transaction."""
JUDGES, JUDGED_TOGETHER = 8, 64
"""Threads that look names of addresses up, and calls that may wait for them."""
JUDGED_WITHIN_S = 2.0
_TOKENS = 20_000
_STEP = 256 << 10
_JSON = (b"content-type", b"application/json")
_HOST = re.compile(rb"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")
_KINDS = {".mp4": b"video/mp4", ".png": b"image/png", ".jpg": b"image/jpeg", ".webp": b"image/webp"}


def serves(path: str) -> bool:
    """Whether a path belongs to the task service."""
    return path.startswith(("/v1/videos/", "/v1/images/", PREFIX))


class TaskApi:
    """An ASGI app for the paths that `serves` names."""

    def __init__(self, service: TaskService) -> None:
        self._service = service
        self._tokens: dict[bytes, Token] = {}
        self._waiting: list[tuple[Ask, asyncio.Future[Task | Fault]]] = []
        self._entering: asyncio.Task[None] | None = None
        self._enterer = ThreadPoolExecutor(1, thread_name_prefix="tasks")
        self._judges = ThreadPoolExecutor(JUDGES, thread_name_prefix="judges")
        self._judging = 0
        self._numbers = count()
        self.trouble = ""
        """Why the last call failed inside; empty where none did."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live_long(receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"the task service speaks HTTP, found {scope['type']!r}")
        number = f"{self._service.clock.now():x}{next(self._numbers) & 0xFFFF:04x}"
        more: Headers = []
        try:
            if scope["path"].startswith(PREFIX):
                await self._file(scope, send)
                return
            status, body = 200, envelope(number, await self._answer(scope, receive))
        except Fault as fault:
            status, body = fault.status, envelope(number, fault.data, fault.code, fault.message)
            if fault.retry_after_s:
                more.append((b"retry-after", b"%d" % fault.retry_after_s))
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
            said = (
                "服务内部错误 · something failed inside; the same call with the same external_task_id may be sent again"
            )
            status, body = 500, envelope(number, None, 5000, said)
        await _reply(send, scope, status, [_JSON, *more], body)

    async def _live_long(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._service.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def close(self) -> None:
        """Finish what is being entered, and end."""
        while self._entering is not None:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(self._service.stop)
        self._enterer.shutdown()
        self._judges.shutdown(wait=False, cancel_futures=True)

    # ---- what is asked

    async def _answer(self, scope: Scope, receive: Receive) -> Any:
        path, method = scope["path"], scope["method"]
        kind, rest = PATHS.get(path), ""
        if kind is None:
            head, _, rest = path.rpartition("/")
            kind = PATHS.get(head)
            if kind is None and rest == "cancel":
                head, _, rest = head.rpartition("/")
                kind, method = PATHS.get(head), "DELETE" if method == "POST" else method
            if kind is None or not rest:
                raise Fault(404, 1202, f"There is no {path[:100]!r}. There are: {', '.join(PATHS)}.")
        headers = dict(scope["headers"])
        key = await self._key(headers)
        merchant = key.merchant
        if not rest and method == "POST":
            return self._told(headers, await self._create(kind, key, headers, receive))
        if not rest and method in ("GET", "HEAD"):
            page, size = _page(scope["query_string"])
            found = await asyncio.to_thread(self._service.book.list, merchant, kind, page, size)
            return [self._told(headers, task) for task in found]
        if rest and method in ("GET", "HEAD"):
            task = self._service.find(merchant, kind, unquote(rest))
            told = self._told(headers, task)
            if task.expired_at is not None:
                raise Fault(410, 1203, self._service.gone(task), data=told)
            return told
        if rest and method == "DELETE":
            return self._told(headers, await self._entered(self._service.cancel, merchant, kind, unquote(rest)))
        raise Fault(405, 1202, f"{path[:100]} does not take {method}.")

    def _told(self, headers: dict[bytes, bytes], task: Task) -> dict[str, Any]:
        host = headers.get(b"host", b"")
        return self._service.told(task, f"http://{host.decode()}" if _HOST.fullmatch(host) else "")

    async def _key(self, headers: dict[bytes, bytes]) -> AccessKey:
        """Whose token this is."""
        given = headers.get(b"authorization", b"")
        token = self._tokens.get(given)
        now_s = self._service.clock.now() / SECOND
        keys = self._service.keys
        if token is None:
            scheme, _, text = given.partition(b" ")
            if scheme.lower() != b"bearer" or not text.strip():
                raise Fault(401, 1001, "缺少令牌 · send Authorization: Bearer TOKEN, a JWT signed with the secret key")
            token = read_token(text.strip().decode("latin-1"), keys.secret_if_good)
            check_time(token, now_s)
            if len(self._tokens) >= _TOKENS:
                self._tokens.clear()
            self._tokens[given] = token
        check_time(token, now_s)
        key = keys.good(token.access_key)
        if key is None:
            self._tokens.pop(given, None)
            raise Fault(401, 1002, "密钥已吊销 · the access key was revoked")
        return key

    # ---- creating

    async def _create(self, kind: str, key: AccessKey, headers: dict[bytes, bytes], receive: Receive) -> Task:
        service = self._service
        if service.needs_admission(key.merchant):  # reads, and once a month writes
            plan = await self._entered(service.admit, key.merchant)
        else:
            plan = service.admit(key.merchant)
        body = await _body(headers, receive)
        wanted = read_wanted(kind, body) if len(body) < _STEP else await asyncio.to_thread(read_wanted, kind, body)
        if outside := addresses_in(wanted):
            await self._judge(outside)
        if has_sent_pictures(wanted):
            wanted = await asyncio.to_thread(service.pictures.keep_all, wanted)
        if len(self._waiting) >= QUEUE:
            raise Fault(503, 5001, "繁忙 · too many calls wait; try again", 1)
        answer: asyncio.Future[Task | Fault] = asyncio.get_running_loop().create_future()
        self._waiting.append((service.ask(key, plan, wanted), answer))
        if self._entering is None:
            self._entering = asyncio.create_task(self._enter_all())
        found = await answer
        if isinstance(found, Fault):
            raise found
        return found

    async def _judge(self, outside: list[tuple[str, str]]) -> None:
        """Refuse addresses that lead inside; a name that cannot be looked up in time is judged when it is gone to."""
        if self._judging >= JUDGED_TOGETHER:
            return
        self._judging += 1
        looking = asyncio.get_running_loop().run_in_executor(self._judges, judge, outside, self._service.reach)
        looking.add_done_callback(self._judged)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(looking), JUDGED_WITHIN_S)

    def _judged(self, looking: asyncio.Future[None]) -> None:
        self._judging -= 1
        if not looking.cancelled():
            looking.exception()  # told to the caller where one still waits

    async def _enter_all(self) -> None:
        """Enter what waits, and what comes while the disk is busy, until nothing waits."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                try:
                    answers = await self._entered(self._service.create, [ask for ask, _ in group])
                except Exception as error:
                    self.trouble = f"{type(error).__name__}: {error}"
                    said = str(error) if isinstance(error, MagnetarError) else type(error).__name__
                    failed = Fault(503, 5001, f"未受理 · nothing was made or charged; send it again: {said[:300]}", 5)
                    answers = [failed] * len(group)
                for (_, waits), answer in zip(group, answers, strict=True):
                    if not waits.done():
                        waits.set_result(answer)
        finally:
            self._entering = None

    async def _entered(self, work: Callable[..., Any], *given: Any) -> Any:
        """Run what writes, in the one thread that does."""
        return await asyncio.get_running_loop().run_in_executor(self._enterer, work, *given)

    # ---- files

    async def _file(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise Fault(405, 1202, "A file is fetched with GET.")
        found = self._service.files.open(scope["path"], scope["query_string"])
        size = found.stat().st_size
        first, last, status = 0, size - 1, 200
        wanted = _RANGE.fullmatch(dict(scope["headers"]).get(b"range", b""))
        headers: Headers = [
            (b"content-type", _KINDS.get(found.suffix, b"application/octet-stream")),
            (b"accept-ranges", b"bytes"),
            (b"cache-control", b"private, max-age=3600"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if wanted and (wanted[1] or wanted[2]):
            first = int(wanted[1]) if wanted[1] else max(size - int(wanted[2]), 0)
            last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
            if first > last:
                await _reply(send, scope, 416, [(b"content-range", b"bytes */%d" % size)], b"")
                return
            status = 206
            headers.append((b"content-range", b"bytes %d-%d/%d" % (first, last, size)))
        length = last - first + 1
        headers.append((b"content-length", b"%d" % length))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        while length > 0:
            part = await asyncio.to_thread(_part, found, first, min(_STEP, length))
            if not part:
                raise OSError(f"{found} ended early")
            first, length = first + len(part), length - len(part)
            await send({"type": "http.response.body", "body": part, "more_body": length > 0})


def _part(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), length, start)


async def _reply(send: Send, scope: Scope, status: int, headers: Headers, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The whole body, within its limits of size and time."""
    length = headers.get(b"content-length", b"0")
    too_large = Fault(413, 1201, f"A call has at most {MOST_BYTES >> 20} MiB.")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise too_large
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                while message.get("more_body"):
                    message = await receive()
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > MOST_BYTES:
                        raise too_large
        except TimeoutError:
            raise Fault(408, 1201, "The body did not come in time.") from None
        body = b"".join(parts)
    if message["type"] == "http.disconnect":
        raise bad("the call ended early")
    return body


def _page(query: bytes) -> tuple[int, int]:
    """(pageNum, pageSize) of a listing; 1 and 30 where they are not given."""
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    found: list[int] = []
    for name, default, most in (("pageNum", 1, 1000), ("pageSize", 30, 500)):
        text = given.get(name, [str(default)])[0]
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= most:
            raise bad(f"{name} lies in [1, {most}], found {text[:20]!r}")
        found.append(int(text))
    return found[0], found[1]
