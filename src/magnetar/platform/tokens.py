"""Page tokens: what a page showed and what it would charge, sealed so that a browser can carry it and nobody can change it.

A token is a record of fixed size in base64url: a 16-byte seal, then the record under a keystream
that the seal chooses (the SIV construction: the same page gives the same token, and a changed bit
anywhere opens nothing). The seal also covers the site that the page was made for, so that one
merchant's key cannot report what happened on another's pages. What is inside, charges included,
cannot be read without the secret.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b, shake_128
from hmac import compare_digest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import POSITIONS, Served
from magnetar.kernel.errors import BadInput

PAGE = np.dtype(
    [
        ("lease", "<i8"),  # the leases that its charges were reserved from
        ("at", "<i8"),
        ("request", "<u8"),
        ("shopper", "<u4"),
        ("scene", "u1"),
        ("version", "u1"),
        ("item", "<i4", (POSITIONS,)),
        ("group", "<i4", (POSITIONS,)),
        ("charge", "<u4", (POSITIONS,)),
        ("click_rate", "<f4", (POSITIONS,)),
        ("order_rate", "<f4", (POSITIONS,)),
        ("creative", "<i4", (POSITIONS,)),  # left out of tokens of pages that no creative shows
    ]
)
"""One page, as it was served."""
VERSION = 1
_SEAL = 16
_CREATIVES = 4 * POSITIONS
_PLAIN = PAGE.itemsize - _CREATIVES
"""Bytes of a page that no creative shows."""
_NONE = b"\xff" * _CREATIVES
TOKEN_CHARS = -(-(_SEAL + _PLAIN) * 4 // 3)
"""Length of a token of a page that no creative shows."""
LONG_TOKEN_CHARS = -(-(_SEAL + PAGE.itemsize) * 4 // 3)
"""Length of one of a page with creatives."""


def records_of(served: Served, lease: int, at: int) -> NDArray[np.void]:
    """(pages,) of `PAGE`: what was served, as it is sealed."""
    pages = np.zeros(len(served.shopper), PAGE)
    pages["lease"], pages["at"], pages["version"] = lease, at, VERSION
    pages["charge"] = np.minimum(served.charge, 0xFFFFFFFF)
    for name in ("request", "shopper", "scene", "item", "group", "click_rate", "order_rate"):
        pages[name] = getattr(served, name)
    pages["creative"] = served.creative if len(served.creative) else -1
    return pages


class Sealer:
    """Makes page tokens and opens them."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is 32 random bytes that never leave the installation."""
        if len(secret) < 32:
            raise ValueError(f"a secret has at least 32 bytes, found {len(secret)}")
        self._seal_key = blake2b(secret, person=b"page seal", digest_size=32).digest()
        self._stream_key = blake2b(secret, person=b"page stream", digest_size=32).digest()
        self._name_key = blake2b(secret, person=b"names", digest_size=32).digest()

    def seal(self, pages: NDArray[np.void], sites: Sequence[bytes]) -> list[str]:
        """(pages,) of `PAGE` as tokens, each for its site."""
        raw, size = pages.tobytes(), PAGE.itemsize
        tokens: list[str] = []
        for row, site in enumerate(sites):
            page = raw[row * size : (row + 1) * size]
            if page[_PLAIN:] == _NONE:
                page = page[:_PLAIN]
            seal = blake2b(page + site, key=self._seal_key, digest_size=_SEAL).digest()
            tokens.append(urlsafe_b64encode(seal + self._masked(page, seal)).rstrip(b"=").decode())
        return tokens

    def open(self, token: str, site: bytes) -> bytes | None:
        """The record inside, or None where it is not a token of ours for this site."""
        if len(token) not in (TOKEN_CHARS, LONG_TOKEN_CHARS) or not token.isascii():
            return None
        try:
            sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        if len(sealed) not in (_SEAL + _PLAIN, _SEAL + PAGE.itemsize):
            return None
        seal = sealed[:_SEAL]
        page = self._masked(sealed[_SEAL:], seal)
        if not compare_digest(seal, blake2b(page + site, key=self._seal_key, digest_size=_SEAL).digest()):
            return None
        return page if len(page) == PAGE.itemsize else page + _NONE

    def _masked(self, page: bytes, seal: bytes) -> bytes:
        stream = shake_128(self._stream_key + seal).digest(len(page))
        return (int.from_bytes(page, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(page), "little")

    def digest(self, *parts: str) -> int:
        """64 bits that stand for a name from outside, so that the name itself need not be kept."""
        joined = "\0".join(parts).encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(joined, key=self._name_key, digest_size=8).digest(), "little")


def secret_in(home: Path) -> bytes:
    """The secret of this installation, made on first use; only its owner can read the file.

    Raises:
        BadInput: the file cannot be read or written, or is too short.
    """
    path = home / "door.secret"
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            secret = path.read_bytes()
        else:
            secret = secrets.token_bytes(32)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secret)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise BadInput(f"Cannot keep the door's secret in {str(path)!r}: {error.strerror}.") from None
    if len(secret) != 32:
        raise BadInput(
            f"The door's secret {str(path)!r} must hold 32 bytes, found {len(secret)}. Delete it to make a new one; tokens in flight are void then."
        )
    return secret
