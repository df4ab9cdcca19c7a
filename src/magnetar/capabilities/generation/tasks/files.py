"""What tasks made, as files; fetched by addresses that are signed and end."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from urllib.parse import parse_qs, quote

from magnetar.capabilities.generation.tasks.faults import Fault
from magnetar.kernel.clock import HOUR, SECOND, Clock

PREFIX = "/v1/generation/files/"
GOOD_FOR = 24 * HOUR
_NAME = re.compile(r"[0-9a-z]{1,40}/[0-9]{1,2}\.(mp4|png|jpg|webp)")


class Files:
    """The folder of results."""

    def __init__(self, folder: Path, root: bytes, clock: Clock) -> None:
        self.folder, self._root, self._clock = folder, root, clock

    def place(self, task_id: str, name: str) -> Path:
        """Where a task's file lies."""
        return self.folder / task_id[-2:] / task_id / name

    def _sign(self, path: str, until: int) -> str:
        return hmac.new(self._root, f"file {path} {until}".encode(), hashlib.sha256).hexdigest()

    def address(self, task_id: str, name: str) -> str:
        """Path and query that give the file to whoever has them, for a day."""
        path, until = f"{task_id}/{name}", (self._clock.now() + GOOD_FOR) // SECOND
        return f"{PREFIX}{quote(path)}?expires={until}&signature={self._sign(path, until)}"

    def open(self, path: str, query: bytes) -> Path:
        """The file behind an address.

        Raises:
            Fault: 403, the signature does not fit or the address has ended; 404, the file is gone.
        """
        name = path.removeprefix(PREFIX)
        given = parse_qs(query.decode("latin-1"))
        until, signature = given.get("expires", [""])[0], given.get("signature", [""])[0]
        good = until.isascii() and until.isdigit() and len(until) < 12 and _NAME.fullmatch(name) is not None
        if not good or not hmac.compare_digest(self._sign(name, int(until)).encode(), signature.encode()):
            raise Fault(403, 1103, "签名不符 · the address is not signed by this server; ask for the task again")
        if int(until) * SECOND <= self._clock.now():
            raise Fault(403, 1103, "链接已过期 · the address has ended; ask for the task again to get a new one")
        task_id, _, file = name.partition("/")
        found = self.place(task_id, file)
        if not found.is_file():
            raise Fault(
                404,
                1203,
                "文件已不存在 · the file is not kept any more; ask for the task to see since when, or create a new one",
            )
        return found
