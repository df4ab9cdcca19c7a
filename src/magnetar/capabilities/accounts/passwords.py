"""Passwords: Argon2id with the parameters that argon2-cffi recommends (RFC 9106, low memory)."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from magnetar.kernel.errors import BadInput

SHORTEST, LONGEST = 10, 200

_HASHER = PasswordHasher()


def keep(password: str) -> str:
    """The hash of a new password.

    Raises:
        BadInput: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            f"密码长度需在 {SHORTEST} 到 {LONGEST} 之间, 现为 {len(password)}. · "
            f"A password has {SHORTEST} to {LONGEST} characters, found {len(password)}."
        )
    return _HASHER.hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether it is the password; one that was never set takes as long as a wrong one."""
    try:
        return _HASHER.verify(kept or _nobody(), password[: LONGEST + 1]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether the hash was made with older parameters."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
