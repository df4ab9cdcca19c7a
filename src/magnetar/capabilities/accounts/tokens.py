"""Tokens: 256 random bits for whoever holds them, a hash for us.

A token has so much chance in it that a plain SHA-256 keeps it; a password has not, and gets Argon2.
Chance comes from the machine here and not from kernel.chance: a secret must not be drawn again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_MARK = "mk_"
_PREFIX_BYTES = 5


def fresh() -> str:
    """A new token, safe in links and cookies."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, kept: str) -> bool:
    """Whether a token is the one that was kept, in a time that tells nothing."""
    return hmac.compare_digest(digest(token), kept)


def fresh_key() -> tuple[str, str]:
    """(prefix, secret) of a new key; whoever gets it writes `prefix_secret`."""
    return KEY_MARK + secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(32).replace("_", "-")


def split_key(key: str) -> tuple[str, str]:
    """(prefix, secret) of a key as it was shown; two empty strings where it is none.

    >>> split_key("mk_0a1b2c3d4e_secret"), split_key("nonsense")
    (('mk_0a1b2c3d4e', 'secret'), ('', ''))
    """
    prefix, _, secret = key.rpartition("_")
    if not key.isascii() or not prefix.startswith(KEY_MARK) or not secret or len(key) > 200:
        return "", ""
    return prefix, secret


def form_token(cookie: str) -> str:
    """What a form must send back beside the cookie, so that another site cannot send it for you."""
    return hmac.new(cookie.encode(), b"magnetar form", hashlib.sha256).hexdigest() if cookie else ""
