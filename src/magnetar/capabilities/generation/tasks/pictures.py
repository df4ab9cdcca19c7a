"""Pictures that callers send: looked at before they are decoded, kept once by their digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

import msgspec

from magnetar.capabilities.generation.rendering.opening import MOST_BYTES, check_picture
from magnetar.capabilities.generation.tasks.contract import Wanted
from magnetar.capabilities.generation.tasks.faults import bad
from magnetar.capabilities.generation.tasks.outside import Reach, call
from magnetar.kernel.errors import BadInput, ProviderFailed

KEPT = "sha256:"


class Pictures:
    """Where sent pictures are kept until their tasks are made."""

    def __init__(self, folder: Path, reach: Reach) -> None:
        self._folder, self._reach = folder, reach

    def put(self, raw: bytes) -> str:
        """Keep a picture, on disk when this returns; its name is its digest.

        Raises:
            BadInput: it is none that may be decoded.
        """
        check_picture(raw)
        digest = hashlib.sha256(raw).hexdigest()
        path = self._folder / digest[:2] / digest
        if path.exists():
            os.utime(path)
            return KEPT + digest
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{digest[:16]}-{secrets.token_hex(4)}")
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return KEPT + digest

    def get(self, name: str) -> bytes:
        """The bytes of a picture that was kept, or that lies at an address.

        Raises:
            BadInput: it is gone, may not be fetched, or is no picture.
            ProviderFailed: its host gives no answer now.
        """
        if not name.startswith(KEPT):
            answer = call("GET", name, self._reach)
            if answer.status >= 500 or answer.status == 429:
                raise ProviderFailed(f"The picture's host answers {answer.status}.")
            if answer.status != 200:
                raise BadInput(f"The picture's host answers {answer.status}; 200 is expected.")
            check_picture(answer.body)
            return answer.body
        digest = name.removeprefix(KEPT)
        try:
            return (self._folder / digest[:2] / digest).read_bytes()
        except OSError:
            raise BadInput("The picture that was sent is not kept any more. Send it again.") from None

    def keep_all(self, wanted: Wanted) -> Wanted:
        """The same call with every sent picture kept and named by its digest.

        Raises:
            Fault: 400, a picture cannot be read.
        """
        try:
            return msgspec.structs.replace(
                wanted,
                pictures=tuple(map(self._keep, wanted.pictures)),
                tail=self._keep(wanted.tail),
                garment=self._keep(wanted.garment),
            )
        except BadInput as error:
            raise bad(str(error)) from None

    def _keep(self, given: str) -> str:
        if not given or given[:8].lower().startswith(("http://", "https://")):
            return given
        if len(given) > MOST_BYTES * 4 // 3 + 4:
            raise BadInput(f"A picture has at most {MOST_BYTES >> 20} MiB.")
        try:
            raw = base64.b64decode("".join(given.split()), validate=True)
        except (binascii.Error, ValueError):
            raise BadInput("A picture is an http(s) address or base64; this is neither.") from None
        return self.put(raw)


def has_sent_pictures(wanted: Wanted) -> bool:
    """Whether a call carries pictures themselves, which take a moment to keep."""
    given = (*wanted.pictures, wanted.tail, wanted.garment)
    return any(one and not one[:8].lower().startswith(("http://", "https://")) for one in given)
