"""Which network addresses belong to the open internet: whoever goes where a stranger points asks here first."""

from __future__ import annotations

import ipaddress
import socket

_WRAPPING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""NAT64 (RFC 6052) and IPv4-compatible addresses, which carry an IPv4 address in their last 32 bits."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, also where it carries another one inside.

    >>> [is_public(one) for one in ("1.1.1.1", "127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1")]
    [True, False, False, False, False, False]
    >>> [is_public(one) for one in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "::1", "no address")]
    [False, False, False, False]
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and any(found in one for one in _WRAPPING):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback or found.is_link_local
    )


def addresses_of(host: str, port: int) -> list[str]:
    """Every address that a name stands for now, each once.

    Raises:
        OSError, UnicodeError: the name is not known.
    """
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
