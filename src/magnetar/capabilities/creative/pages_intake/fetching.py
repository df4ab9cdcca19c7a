"""Fetching an address that a stranger may have written: plain http(s), few redirects, little time, public hosts only.

Each hop's host is resolved once, every address that it has is judged, and the connection is made to the judged address
itself, so that a second answer of the name server cannot lead elsewhere (DNS rebinding).
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin, urlsplit

from magnetar.kernel.addresses import addresses_of, is_public
from magnetar.kernel.errors import BadInput, ProviderFailed, Refused

Resolve = Callable[[str, int], Sequence[str]]
AGENT = "magnetar-page-reader/1"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What a fetch may take."""

    most_bytes: int = 8 << 20
    """Of a page, unpacked as well as packed."""
    most_picture_bytes: int = 20 << 20
    seconds: float = 15.0
    """For a whole fetch with its redirects."""
    redirects: int = 4
    pictures: int = 8
    private: bool = False
    """Whether hosts on this machine or a private network may be asked; for tests and shops inside a company."""
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    """Ports that may be asked; any where `private`."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    address: str
    """The last one, after redirects."""
    kind: str
    """Media type, without parameters."""
    charset: str
    content: bytes


class Fetcher:
    """Fetches pages and pictures within limits."""

    def __init__(self, limits: FetchLimits | None = None, resolve: Resolve | None = None) -> None:
        self.limits = limits or FetchLimits()
        self._resolve = resolve or addresses_of

    def page(self, address: str) -> Fetched:
        """A page of HTML or JSON.

        Raises:
            Refused: not http(s), a host that is not public, a port or a redirect too many.
            BadInput: too large, or not a page.
            ProviderFailed: no answer in time, or an error as answer.
        """
        found = self._fetch(address, self.limits.most_bytes, "text/html,application/xhtml+xml,application/json;q=0.9")
        kinds = ("text/html", "application/xhtml+xml", "application/json", "application/ld+json", "text/plain", "")
        if found.kind not in kinds:
            raise BadInput(
                f"{_short(address)}: 不是网页. · {_short(address)}: is not a page of HTML or JSON, found {found.kind!r}. Give the product's page."
            )
        return found

    def picture(self, address: str) -> Fetched:
        """A picture's bytes; not opened here. Raises as `page`."""
        found = self._fetch(address, self.limits.most_picture_bytes, "image/webp,image/png,image/jpeg,image/*;q=0.8")
        if not found.kind.startswith("image/") or "svg" in found.kind:
            raise BadInput(f"{_short(address)}: 不是图片. · {_short(address)}: is not a picture, found {found.kind!r}.")
        return found

    def _fetch(self, address: str, most: int, accept: str) -> Fetched:
        until = monotonic() + self.limits.seconds
        for _ in range(self.limits.redirects + 1):
            status, headers, content = self._ask(address, most, accept, until)
            if status in (301, 302, 303, 307, 308) and headers.get("location"):
                address = urljoin(address, headers["location"])
                continue
            if status != 200:
                raise ProviderFailed(
                    f"{_short(address)}: 服务器回答 the server answered {status}. Open the page yourself and pass the saved file."
                )
            kind, _, rest = headers.get("content-type", "").partition(";")
            charset = next(
                (
                    part.split("=", 1)[1].strip("\"' ")
                    for part in rest.split(";")
                    if part.strip().lower().startswith("charset=")
                ),
                "",
            )
            return Fetched(address, kind.strip().lower(), charset[:40], content)
        raise Refused(
            f"{_short(address)}: 重定向过多. · {_short(address)}: more than {self.limits.redirects} redirects. Give the page's own address."
        )

    def _ask(self, address: str, most: int, accept: str, until: float) -> tuple[int, dict[str, str], bytes]:
        host, port, path, secure = _parts(address)
        if not self.limits.private and port not in self.limits.ports:
            raise Refused(
                f"{_short(address)}: 端口不允许. · {_short(address)}: port {port} is not asked; ports: {', '.join(map(str, self.limits.ports))}."
            )
        number = self._public(host, port, address)
        link: http.client.HTTPConnection | None = None
        ended = _Ended(_left(until, address))  # a server that sends a byte now and then would never time out
        try:
            plain = socket.create_connection((number, port), timeout=_left(until, address))
            try:
                line = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
            except BaseException:
                plain.close()
                raise
            link = http.client.HTTPConnection(host, port)
            link.sock = line
            ended.watch(line)
            shown = f"[{host}]" if ":" in host else host
            named = shown if port == (443 if secure else 80) else f"{shown}:{port}"
            link.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            for name, value in (
                ("Host", named),
                ("User-Agent", AGENT),
                ("Accept", accept),
                ("Accept-Encoding", "gzip"),
                ("Connection", "close"),
            ):
                link.putheader(name, value)
            link.endheaders()
            answer = link.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            if answer.status in (301, 302, 303, 307, 308):
                return answer.status, headers, b""
            return answer.status, headers, _read(answer, headers, most, until, line, address)
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            if ended.past:
                raise ProviderFailed(f"{_short(address)}: 超时. · {_short(address)}: took too long.") from None
            raise ProviderFailed(
                f"{_short(address)}: 取不到. · {_short(address)}: could not be fetched ({type(error).__name__}: {str(error)[:100]})."
            ) from None
        finally:
            ended.cancel()
            if link is not None:
                link.close()

    def _public(self, host: str, port: int, address: str) -> str:
        """The number to connect to; every number of the name must be public unless private ones are allowed."""
        try:
            numbers = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise ProviderFailed(
                f"{_short(address)}: 域名解析失败. · {_short(address)}: the name {host[:80]!r} is not known ({error})."
            ) from None
        if not numbers:
            raise ProviderFailed(f"{_short(address)}: the name {host[:80]!r} has no address.")
        if not self.limits.private:
            for number in numbers:
                if not is_public(number):
                    raise Refused(
                        f"{_short(address)}: 内网地址不允许. · {_short(address)}: {host[:80]!r} leads to {number}, which is not a public address. "
                        "Save the page and pass the file."
                    )
        return numbers[0]


def _parts(address: str) -> tuple[str, int, str, bool]:
    """(host, port, path with query, whether https).

    Raises:
        Refused: another scheme, a name with a password, control characters.
    """
    if len(address) > 2048 or any(sign.isspace() or ord(sign) < 33 or ord(sign) == 127 for sign in address):
        raise Refused(
            f"{_short(address)}: 地址不合法. · {_short(address)}: an address has no blanks and at most 2,048 characters."
        )
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Refused(f"{_short(address)}: 地址不合法. · {_short(address)}: is not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(
            f"{_short(address)}: 只接受 http:// 和 https:// 地址. · {_short(address)}: only http:// and https:// addresses are fetched."
        )
    if parts.username is not None or parts.password is not None:
        raise Refused("地址里不能有用户名密码. · An address with a user name or password is not fetched.")
    try:
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    except UnicodeError:
        raise Refused(f"{_short(address)}: 域名不合法. · {_short(address)}: is not a host's name.") from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        from urllib.parse import quote

        path = quote(path, safe="/?&=%#+:;,@!$'()*~-._")
    secure = parts.scheme == "https"
    return host, port or (443 if secure else 80), path, secure


def _read(
    answer: http.client.HTTPResponse,
    headers: dict[str, str],
    most: int,
    until: float,
    line: socket.socket,
    address: str,
) -> bytes:
    """The body, unpacked where it is gzip, never more than `most` bytes and never past the time."""
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise BadInput(
            f"{_short(address)}: 过大. · {_short(address)}: has {int(told):,} bytes, at most {most:,} are read."
        )
    packed = headers.get("content-encoding", "").lower()
    if packed not in ("", "identity", "gzip"):
        raise BadInput(f"{_short(address)}: packed as {packed[:20]!r}, which was not asked for.")
    unpack = zlib.decompressobj(31) if packed == "gzip" else None
    kept, size = list[bytes](), 0
    while True:
        line.settimeout(_left(until, address))
        piece = answer.read1(_CHUNK)
        if not piece:
            break
        if unpack is not None:
            piece = unpack.decompress(piece, most - size + 1)
        size += len(piece)
        if size > most or (unpack is not None and unpack.unconsumed_tail):
            raise BadInput(
                f"{_short(address)}: 过大. · {_short(address)}: gives more than {most:,} bytes. Save the page, cut it down and pass the file."
            )
        kept.append(piece)
    if unpack is not None and not unpack.eof:
        raise BadInput(
            f"{_short(address)}: 压缩不完整. · {_short(address)}: its packed content ends too soon. Save the page and pass the file."
        )
    return b"".join(kept)


class _Ended:
    """Closes a connection when its time is over, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self.past = False
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._close)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, line: socket.socket) -> None:
        self._line = line

    def cancel(self) -> None:
        self._timer.cancel()

    def _close(self) -> None:
        self.past = True
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def _left(until: float, address: str) -> float:
    left = until - monotonic()
    if left <= 0:
        raise ProviderFailed(f"{_short(address)}: 超时. · {_short(address)}: took too long.")
    return left


def _short(address: str) -> str:
    return "".join(sign for sign in address[:100] if sign.isprintable())
