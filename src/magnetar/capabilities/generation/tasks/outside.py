"""Going out to addresses that callers named: pictures to fetch, callbacks to make.

An address may lead into the operator's own network. The name is looked up once, every address that it stands for
must be a public one, and the connection goes to exactly the address that was checked, so that a name which
changes its mind in between gains nothing. Redirects are checked again; size and time are limited.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from magnetar.capabilities.generation.tasks.contract import Wanted
from magnetar.capabilities.generation.tasks.faults import bad
from magnetar.kernel.addresses import addresses_of, is_public
from magnetar.kernel.errors import BadInput, ProviderFailed

_STEP = 64 << 10


@dataclass(frozen=True, slots=True)
class Reach:
    """Where calls may go."""

    private: frozenset[str] = frozenset()
    """`host` or `host:port` that the operator allows although its addresses are not public."""
    within_s: float = 20.0
    most_bytes: int = 20 << 20
    redirects: int = 3

    @classmethod
    def allowing(cls, listed: str) -> Reach:
        """From a comma-separated setting."""
        return cls(frozenset(one.strip().lower() for one in listed.split(",") if one.strip()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    kind: str


def look_up(host: str, port: int, reach: Reach) -> str:
    """The address to connect to.

    Raises:
        BadInput: the name leads to an address that is not public and that the operator does not allow.
        ProviderFailed: the name is not known now.
    """
    try:
        found = addresses_of(host, port)
    except (OSError, UnicodeError):
        raise ProviderFailed(f"The host {host[:100]!r} cannot be found.") from None
    if not {host.lower(), f"{host.lower()}:{port}"} & reach.private:
        for address in found:
            if not is_public(address):
                raise BadInput(
                    f"The host {host[:100]!r} leads to an address that is not public. Name a public one, or have the "
                    "operator allow it with MAGNETAR_GENERATION_PRIVATE_HOSTS."
                )
    return found[0]


def addresses_in(wanted: Wanted) -> list[tuple[str, str]]:
    """The addresses that a call would have us go to, each with its field's name."""
    given = [("callback_url", wanted.callback_url), ("image_tail", wanted.tail), ("cloth_image", wanted.garment)]
    given += [("image", one) for one in wanted.pictures]
    return [(name, one) for name, one in given if one[:8].lower().startswith(("http://", "https://"))]


def judge(addresses: Sequence[tuple[str, str]], reach: Reach) -> None:
    """Refuse addresses that lead inside now; they are judged again when they are gone to.

    Raises:
        Fault: 400, with the field.
    """
    for name, url in addresses:
        parts = urlsplit(url)
        try:
            look_up(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), reach)
        except BadInput as error:
            raise bad(f"{name}: {error}") from None
        except ProviderFailed:  # known later, perhaps
            continue


def call(
    method: str, url: str, reach: Reach, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One HTTP call with every limit; redirects are followed for GET only.

    Raises:
        BadInput: the address may not be gone to, or too much came back.
        ProviderFailed: nobody answers there now.
    """
    for _ in range(1 + (reach.redirects if method == "GET" else 0)):
        answer, where = _call_once(method, url, reach, body, dict(headers or {}))
        if method != "GET" or answer.status not in (301, 302, 303, 307, 308) or not where:
            return answer
        url = urljoin(url, where)
    raise BadInput(f"{url[:200]!r} redirects more than {reach.redirects} times. Name the address it ends at.")


def _call_once(
    method: str, url: str, reach: Reach, body: bytes | None, headers: dict[str, str]
) -> tuple[Answer, str | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise BadInput(f"{url[:200]!r} is no http(s) address.")
    address = look_up(host, port, reach)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=reach.within_s)
    stopped: threading.Timer | None = None
    try:
        plain = socket.create_connection((address, port), timeout=reach.within_s)
        connection.sock = plain
        stopped = threading.Timer(reach.within_s, _cut, (plain,))  # who drips a byte at a time is cut off, too
        stopped.daemon = True
        stopped.start()
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        connection.request(method, path, body, {"User-Agent": "magnetar", "Accept-Encoding": "identity", **headers})
        got = connection.getresponse()
        kept = b""
        while part := got.read(_STEP):
            kept += part
            if len(kept) > reach.most_bytes:
                raise BadInput(f"{host!r} sends more than {reach.most_bytes >> 20} MiB. Name something smaller.")
        if got.length:
            raise ProviderFailed(f"{host!r} stopped before the end.")
        return Answer(got.status, kept, got.headers.get_content_type()), got.headers.get("Location")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ProviderFailed(f"{host!r} gives no answer: {type(error).__name__}.") from None
    finally:
        if stopped is not None:
            stopped.cancel()
        connection.close()


def _cut(found: socket.socket) -> None:
    with contextlib.suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)
