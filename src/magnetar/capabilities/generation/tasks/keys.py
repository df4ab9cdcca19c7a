"""Pairs of access key and secret key for programs that make tasks.

Accounts' own keys are kept as SHA-256 only, and HS256 needs the secret itself to check a signature. So a pair's
secret is not kept either: it is derived, HMAC-SHA256 of a root secret and the access key. The root lies in a file
of mode 0600 in MAGNETAR_HOME; the database alone gives no secret away, and without the file no token passes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from magnetar.kernel.clock import SECOND, Clock
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.kernel.store import Store
from magnetar.vocabulary.ids import OPERATOR

ROOT_FILE = "generation.secret"
BELIEVED = 15 * SECOND
"""How long a key is believed without looking again; a revoked one lives on for so long in another process."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What is kept of a pair."""

    access_key: str
    merchant: str
    label: str = ""
    made_at: int = 0
    revoked_at: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A new pair; the secret is shown once."""

    access_key: str
    secret_key: str
    merchant: str


def root_secret(home: Path) -> bytes:
    """The installation's root secret, made on first use.

    Raises:
        BadInput: the file cannot be written or is not what it should be.
    """
    path = home / ROOT_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        part = home / f".{ROOT_FILE}-{secrets.token_hex(6)}"
        if not path.exists():
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, path)  # the first of several processes wins
            except FileExistsError:
                pass
            finally:
                part.unlink()
        found = path.read_bytes()
    except OSError as error:
        raise BadInput(f"Cannot use {path}: {error.strerror}. Make {home} writable.") from None
    if len(found) != _BYTES:
        raise BadInput(
            f"{path} should hold {_BYTES} bytes, found {len(found)}. Restore it, or delete it and issue keys anew."
        )
    return found


class AccessKeys:
    """Issues pairs, revokes them, and knows whose they are."""

    def __init__(self, store: Store, clock: Clock, root: bytes) -> None:
        self._keys = store.collection("generation_keys", AccessKey)
        self._clock, self._root = clock, root
        self._believed: dict[str, tuple[int, AccessKey]] = {}

    def secret_of(self, access_key: str) -> str:
        """The secret that belongs to an access key, whoever holds it."""
        digest = hmac.new(self._root, b"access key " + access_key.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def issue(self, merchant: str, label: str = "") -> Pair:
        """A new pair for a merchant's programs."""
        access = "ak" + secrets.token_hex(14)
        kept = AccessKey(access, merchant, label.strip()[:80], self._clock.now())
        self._keys.put(OPERATOR, [(access, kept)])
        return Pair(access, self.secret_of(access), merchant)

    def good(self, access_key: str) -> AccessKey | None:
        """The key where it opens something; None where it never did, or does no more."""
        now = self._clock.now()
        looked_at, kept = self._believed.get(access_key, (0, None))
        if kept is None or now - looked_at > BELIEVED:
            kept = self._keys.get(OPERATOR, access_key)
            if kept is None:
                return None
            if len(self._believed) > 10_000:
                self._believed.clear()
            self._believed[access_key] = now, kept
        return None if kept.revoked_at else kept

    def secret_if_good(self, access_key: str) -> str | None:
        """The secret to check a token with; None where the key opens nothing."""
        return None if self.good(access_key) is None else self.secret_of(access_key)

    def list(self, merchant: str) -> list[AccessKey]:
        """A merchant's keys, revoked ones too, newest first."""
        mine = [key for _, key in self._keys.list(OPERATOR) if key.merchant == merchant]
        return sorted(mine, key=lambda key: -key.made_at)

    def revoke(self, merchant: str, access_key: str) -> None:
        """Let a key open nothing any more.

        Raises:
            NotFound: the merchant has no such key.
        """
        kept = self._keys.get(OPERATOR, access_key)
        if kept is None or kept.merchant != merchant:
            raise NotFound(
                f"没有这个密钥: {access_key[:60]!r}. · No access key {access_key[:60]!r} of merchant {merchant!r}."
            )
        self._keys.put(OPERATOR, [(access_key, replace(kept, revoked_at=kept.revoked_at or self._clock.now()))])
        self._believed.pop(access_key, None)
