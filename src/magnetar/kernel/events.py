"""The envelope that every event travels in, how it becomes bytes, and the log that remembers it.

An envelope follows CloudEvents 1.0 (`id`, `source`, `type`, `time`, `data`). High-volume facts
travel as columns: one envelope holds a batch, a row's id is `batch:row`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
"""A field of an event with one value, or one row of values, for each row of the batch."""

_ARRAY = 1
"""MessagePack extension that holds an array: a length, dtype and shape, then the values row by row."""


_DECODERS: dict[str, msgspec.msgpack.Decoder[Event]] = {}


class Event(msgspec.Struct, frozen=True, tag=True):
    """A fact: past tense, never changed. Subclasses carry a `version` where their shape changed."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _DECODERS.clear()  # a name may now mean another class, or two


class UnknownEvent(Event, frozen=True):
    """An event that this program cannot read, kept byte for byte, so that nothing is lost.

    It comes from a newer version, or from a capability that is not installed.
    """

    name: str
    """The type that the envelope gives."""
    raw: bytes
    """The data as MessagePack."""
    problem: str = ""
    """Why a type that is known could not be read; empty where it is not known."""

    def plain(self) -> Any:
        """What the bytes say, as dictionaries, lists, numbers, text and arrays."""
        return msgspec.msgpack.decode(self.raw, ext_hook=_decode_extension)


class Envelope(msgspec.Struct, frozen=True):
    """One event with who says it, when, and an id that makes it idempotent."""

    id: str
    source: str
    time: int
    """Microseconds since the Unix epoch, UTC."""
    type: str
    data: Event
    specversion: str = "1.0"


class _Wire(msgspec.Struct, frozen=True):
    """An envelope whose data stays bytes until the type is looked up."""

    id: str
    source: str
    time: int
    type: str
    data: msgspec.Raw
    specversion: str = "1.0"


class _Id(msgspec.Struct, frozen=True):
    id: str


class EventLog(Protocol):
    """Remembers envelopes in the order in which they came."""

    def append(self, envelopes: Iterable[Envelope]) -> list[bool]:
        """Remember them, all or none; says for each whether it is new.

        What is appended is durable when the call returns, as far as this log is durable at all.
        An id that the log already holds is not appended again.
        """
        ...

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        """The envelopes from an offset on, each with its own offset."""
        ...

    def __len__(self) -> int:
        """How many envelopes were appended; the offset after the last one."""
        ...

    def close(self) -> None: ...


def encode(envelope: Envelope) -> bytes:
    """The envelope as MessagePack; arrays keep every bit, their type and their shape.

    Raises:
        TypeError: a field holds something that is neither plain data nor an array of numbers or text.
    """
    data = envelope.data
    if isinstance(data, UnknownEvent) and data.name == envelope.type:
        wire = _Wire(envelope.id, envelope.source, envelope.time, envelope.type, msgspec.Raw(data.raw))
        return _ENCODER.encode(wire)
    return _ENCODER.encode(envelope)


def decode(encoded: bytes | memoryview) -> Envelope:
    """The envelope that was encoded; an event that cannot be read becomes an `UnknownEvent`.

    Raises:
        ValueError: the bytes are not an envelope.
    """
    try:
        wire = _WIRE_DECODER.decode(encoded)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{len(encoded)} bytes are not an envelope: {error}") from None
    return Envelope(wire.id, wire.source, wire.time, wire.type, _decode_data(wire), wire.specversion)


def decode_id(encoded: bytes | memoryview) -> str:
    """The id of an envelope that was encoded, without the rest."""
    return _ID_DECODER.decode(encoded).id


def known_events() -> dict[str, list[type[Event]]]:
    """Every event class that is imported now, by name; more than one under a name is a mistake."""
    found: dict[str, list[type[Event]]] = {}
    waiting: list[type[Event]] = [Event]
    seen: set[type[Event]] = set()
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind in seen:
                continue
            seen.add(kind)
            waiting.append(kind)
            same = found.setdefault(kind.__name__, [])
            place = (kind.__module__, kind.__qualname__)
            same[:] = [other for other in same if (other.__module__, other.__qualname__) != place]
            same.append(kind)  # a class that was defined again replaces the older one
    return found


def _decode_data(wire: _Wire) -> Event:
    decoder = _DECODERS.get(wire.type)
    if decoder is None:
        kinds = known_events().get(wire.type, [])
        if len(kinds) > 1:
            places = " and ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)
            return UnknownEvent(wire.type, bytes(wire.data), f"defined by {places}; rename one of them")
        if not kinds or kinds[0] is UnknownEvent:
            return UnknownEvent(wire.type, bytes(wire.data))
        decoder = _DECODERS[wire.type] = msgspec.msgpack.Decoder(kinds[0], ext_hook=_decode_extension)
    try:
        return decoder.decode(wire.data)
    except (msgspec.MsgspecError, ValueError) as error:
        return UnknownEvent(wire.type, bytes(wire.data), str(error))


def _encode_other(value: object) -> object:
    if isinstance(value, np.ndarray):
        array = cast("NDArray[Any]", value)
        if array.dtype.kind not in "biufSUMm":
            raise TypeError(f"a column holds numbers or text of one type, found dtype {array.dtype}")
        head = _head(array.dtype.str, array.shape)
        body = np.ascontiguousarray(array).view(np.uint8).data if array.size and array.ndim else array.tobytes()
        return msgspec.msgpack.Ext(_ARRAY, b"".join((head, body)))
    if isinstance(value, np.generic):
        return cast("object", value.item())
    raise TypeError(f"cannot encode {type(value).__name__}; events hold plain data and arrays, found {value!r}")


@lru_cache(maxsize=4096)
def _head(dtype: str, shape: tuple[int, ...]) -> bytes:
    head = msgspec.msgpack.encode((dtype, shape))
    return bytes((len(head),)) + head


def _decode_extension(code: int, data: memoryview) -> object:
    if code != _ARRAY:
        return msgspec.msgpack.Ext(code, bytes(data))
    start = 1 + data[0]
    name, shape = _HEAD_DECODER.decode(data[1:start])
    dtype = np.dtype(name)
    if dtype.kind not in "biufSUMm" or math.prod(shape) * dtype.itemsize != len(data) - start:
        raise ValueError(f"{len(data) - start} bytes are not an array of {name} with shape {shape}")
    # A copy, because compiled kernels want aligned arrays that can be written to.
    return np.frombuffer(data, dtype, offset=start).reshape(shape).copy()


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_other)
_ID_DECODER = msgspec.msgpack.Decoder(_Id)
_WIRE_DECODER = msgspec.msgpack.Decoder(_Wire)
_HEAD_DECODER = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...]])
