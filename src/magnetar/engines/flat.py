"""Events as flat tables: a column for each field, a row for each event or each row of a batch.

Nested structs and dataclasses become `outer_inner`; an array of two dimensions becomes a column of lists;
other nested values become JSON.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.events import Envelope, Event, UnknownEvent

_ENVELOPE = ("event_offset", "event_id", "event_source", "event_time", "row_id")


class Table:
    """Rows of one event type, gathered piece by piece."""

    def __init__(self) -> None:
        self.rows = 0
        self._pieces: list[tuple[int, dict[str, Any]]] = []

    def add(self, offset: int, envelope: Envelope) -> None:
        """The rows of one event."""
        fields: dict[str, Any] = {}
        _flatten(envelope.data, "", fields)
        count, batch = _batch_rows(fields)
        fields["event_offset"] = offset
        fields["event_id"] = envelope.id
        fields["event_source"] = envelope.source
        fields["event_time"] = envelope.time
        if isinstance(envelope.data, UnknownEvent):
            fields["event_type"] = envelope.type
        ids = [f"{envelope.id}:{row}" for row in range(count)] if batch else [envelope.id]
        fields["row_id"] = np.array(ids, object)
        self._pieces.append((count, fields))
        self.rows += count

    def columns(self) -> tuple[dict[str, NDArray[Any]], str]:
        """Plain arrays of equal length, and the SQL that selects the table's columns from them."""
        names: dict[str, None] = dict.fromkeys(_ENVELOPE)
        for _, fields in self._pieces:
            names.update(dict.fromkeys(fields))
        arrays: dict[str, NDArray[Any]] = {}
        selected: list[str] = []
        for name in names:
            column = self._column(name)
            if column.ndim == 1:
                arrays[name] = column
                selected.append(f'"{name}"')
                continue
            parts = [f"{name}[{place}]" for place in range(column.shape[1])]
            for place, part in enumerate(parts):
                arrays[part] = np.ascontiguousarray(column[:, place])
            inner = ", ".join(f'"{part}"' for part in parts)
            selected.append(f'[{inner}] AS "{name}"' if parts else f'NULL AS "{name}"')
        return arrays, ", ".join(selected)

    def _column(self, name: str) -> NDArray[Any]:
        pieces: list[NDArray[Any]] = []
        for count, fields in self._pieces:
            value = fields.get(name)
            if isinstance(value, np.ndarray) and value.ndim and len(value) == count:
                pieces.append(value)
            else:
                pieces.append(_repeat(value, count))
        kinds = {piece.dtype for piece in pieces}
        if len({piece.shape[1:] for piece in pieces}) > 1 or any(piece.ndim > 2 for piece in pieces):
            pieces = [np.array([_json(row) for row in piece], object) for piece in pieces]
        elif len(kinds) > 1 and np.dtype(object) in kinds:
            pieces = [_as_objects(piece) for piece in pieces]
        column = np.concatenate(pieces)
        return _fit(column) if column.dtype == object else _plain(column)


def _flatten(value: Any, prefix: str, into: dict[str, Any]) -> None:
    if isinstance(value, UnknownEvent):
        into["data"] = _json(value.plain())
        into["problem"] = value.problem
        return
    names = (
        value.__struct_fields__ if isinstance(value, msgspec.Struct) else [f.name for f in dataclasses.fields(value)]
    )
    for name in names:
        field = getattr(value, name)
        if isinstance(field, msgspec.Struct) or (dataclasses.is_dataclass(field) and not isinstance(field, type)):
            _flatten(field, f"{prefix}{name}_", into)
        else:
            into[prefix + name] = _simple(field)


def _simple(field: Any) -> Any:
    if isinstance(field, enum.Enum):
        return _simple(field.value)
    if isinstance(field, np.generic):
        return field.item()
    if field is None or isinstance(field, bool | int | float | str | np.ndarray):
        return field
    return _json(field)


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=_plain_json).decode()


def _plain_json(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return cast(Any, value).tolist()
    if isinstance(value, Event):
        return msgspec.structs.asdict(value)
    return repr(value)


def _batch_rows(fields: dict[str, Any]) -> tuple[int, bool]:
    """How many rows a batch has; arrays of several lengths stay whole, as JSON in one row."""
    lengths = {len(field) for field in fields.values() if isinstance(field, np.ndarray) and field.ndim}
    if len(lengths) == 1:
        return lengths.pop(), True
    for name, field in fields.items():
        if isinstance(field, np.ndarray):
            fields[name] = _json(field) if field.ndim else field.item()
    return 1, False


def _repeat(value: Any, count: int) -> NDArray[Any]:
    if isinstance(value, bool | float) or (isinstance(value, int) and -(2**63) <= value < 2**63):
        return np.full(count, value)
    column = np.empty(count, object)
    column[:] = [_json(value)] * count if isinstance(value, np.ndarray) else [value] * count
    return column


def _as_objects(piece: NDArray[Any]) -> NDArray[Any]:
    column = np.empty(len(piece), object)
    column[:] = piece.tolist()
    return column


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """Types that DuckDB takes from numpy."""
    if column.dtype == np.float16:
        return column.astype(np.float32)
    if column.dtype.kind in "US":
        return column.astype(str).astype(object)
    return np.ascontiguousarray(column.astype(column.dtype.newbyteorder("="), copy=False))


def _fit(column: NDArray[Any]) -> NDArray[Any]:
    """Text beside other types becomes text; integers past 64 bits too."""
    kinds = {type(each) for each in column if each is not None}
    if kinds <= {str} or kinds in ({int}, {float}, {bool}, {int, float}):
        wide = int in kinds and any(isinstance(e, int) and not -(2**63) <= e < 2**63 for e in column)
        if not wide:
            return column
    text = np.empty(len(column), object)
    text[:] = [each if each is None or isinstance(each, str) else _json(each) for each in column]
    return text
