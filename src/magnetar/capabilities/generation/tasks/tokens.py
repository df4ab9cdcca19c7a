"""JSON Web Tokens as clients of the contract make them: HS256, `iss` is the access key, `exp` and `nbf` are checked.

Forty lines on the standard library's hmac instead of a dependency: exactly one algorithm is known here, so that
neither `none` nor a key of another kind can be talked into passing (RFC 7515, RFC 7519, RFC 8725).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from magnetar.capabilities.generation.tasks.faults import Fault

SKEW_S = 10
"""How far a client's clock may be off."""
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature is right."""

    access_key: str
    until: float
    """Seconds since the epoch."""
    not_before: float


def make_token(access_key: str, secret: str, now_s: int, lasts_s: int = 1800) -> str:
    """A token as a client makes it."""
    head, body = {"alg": "HS256", "typ": "JWT"}, {"iss": access_key, "exp": now_s + lasts_s, "nbf": now_s - 5}
    signed = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (head, body))
    return f"{signed}.{_encode(_sign(signed, secret))}"


def read_token(text: str, secret_of: Callable[[str], str | None]) -> Token:
    """Check a token's form and signature; `check_time` is for each use.

    Raises:
        Fault: 401, in the contract's codes.
    """
    if len(text) > LONGEST or not text.isascii():
        raise _refused("the token is too long or not ASCII")
    parts = text.split(".")
    if len(parts) != 3:
        raise _refused("a token has three parts joined by dots: header.payload.signature")
    head, body = _object(parts[0], "header"), _object(parts[1], "payload")
    if head.get("alg") != "HS256":
        raise _refused(f'the header\'s "alg" must be "HS256", found {str(head.get("alg"))[:20]!r}')
    if head.get("typ") != "JWT":
        raise _refused('the header must carry "typ": "JWT"')
    if "crit" in head:
        raise _refused('the header has "crit", which is not understood here')
    issuer = body.get("iss")
    if not isinstance(issuer, str) or not 0 < len(issuer) <= 100:
        raise _refused('"iss" must be the access key')
    until, before = body.get("exp"), body.get("nbf", 0)
    for name, moment in (("exp", until), ("nbf", before)):
        if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 <= moment < 1e11:
            raise _refused(f'"{name}" must be seconds since 1970, found {str(moment)[:30]!r}')
    secret = secret_of(issuer)
    expected = _sign(f"{parts[0]}.{parts[1]}", secret if secret is not None else "no such key")
    if not hmac.compare_digest(expected, _decode(parts[2])) or secret is None:
        raise _refused("the signature does not fit the access key; sign with its secret key")
    return Token(issuer, float(cast(float, until)), float(before))


def check_time(token: Token, now_s: float) -> None:
    """Whether the token is good at this moment.

    Raises:
        Fault: 401, expired (make a new token for each half hour) or not yet good.
    """
    if now_s >= token.until + SKEW_S:
        late = round(now_s - token.until)
        raise Fault(
            401, 1004, f"令牌已过期 · the token expired {late} s ago; make a new one for each call or half hour"
        )
    if now_s < token.not_before - SKEW_S:
        raise Fault(401, 1003, "令牌尚未生效 · the token is not good yet; check this machine's clock and nbf")


def _refused(why: str) -> Fault:
    return Fault(401, 1002, f"鉴权失败 · not authorised: {why}")


def _sign(text: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _refused("a part is not base64url") from None


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(_decode(text))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _refused(f"the {name} is no JSON object")
    return cast(dict[str, Any], found)
