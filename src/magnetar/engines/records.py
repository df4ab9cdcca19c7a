"""Records as JSON with a digest that tells equal ones apart from changed ones; what every store shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Codec(Generic[T]):
    """Writes and reads records of one kind."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.decode: Callable[[bytes | str], T] = msgspec.json.Decoder(kind).decode
        self._encode = msgspec.json.Encoder().encode
        self._sorted = msgspec.json.Encoder(order="deterministic").encode  # equal dictionaries in any order
        self._may_hold_floats = _mentions_float(kind)

    def encode(self, key: str, record: T) -> tuple[bytes, bytes]:
        """The record's digest and its JSON.

        Raises:
            ValueError: the key is empty or no text, or the record would not come back as it is.
        """
        if not key or not key.isascii():
            _check_key(key)
        if not isinstance(record, self.kind):
            raise ValueError(f"record {key!r} must be a {self.kind.__name__}, found {record!r}")
        try:
            data = self._encode(record)
        except (TypeError, UnicodeEncodeError) as error:
            raise ValueError(f"record {key!r} cannot be written as JSON: {error}") from None
        if self._may_hold_floats and b"null" in data and not _all_finite(msgspec.to_builtins(record)):
            raise ValueError(f"record {key!r} holds a number that is not finite, which JSON cannot carry: {record!r}")
        return blake2b(self._sorted(record), digest_size=16).digest(), data


def check_page(limit: int | None) -> None:
    """Refuse a page of negative length."""
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be at least 0 or None, found {limit}")


def _check_key(key: str) -> None:
    if not key:
        raise ValueError("a record's key must not be empty; listing starts after ''")
    try:
        key.encode()
    except UnicodeEncodeError:
        raise ValueError(f"a record's key must be valid Unicode, found {key!r}") from None


def _mentions_float(kind: Any) -> bool:
    """Whether JSON could meet a float somewhere in a record of this kind."""

    def mentions(node: Any) -> bool:
        if isinstance(node, msgspec.inspect.FloatType | msgspec.inspect.AnyType):
            return True
        if isinstance(node, msgspec.inspect.Type | msgspec.inspect.Field):
            if id(node) in seen:
                return False
            seen.add(id(node))
            return any(mentions(getattr(node, name)) for name in node.__struct_fields__)
        return isinstance(node, tuple | list) and any(mentions(each) for each in node)

    seen: set[int] = set()
    return mentions(msgspec.inspect.type_info(kind))


def _all_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_all_finite, value.values()))
    return all(map(_all_finite, value)) if isinstance(value, list | tuple | set) else True
