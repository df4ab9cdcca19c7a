"""Which characters a font file can show: its character map, read straight from the file.

Only the tables `cmap` formats 4 and 12 and the collection header are read; see the OpenType specification 1.9.
"""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import numpy as np


@functools.lru_cache(maxsize=8)
def covered(path: Path, index: int = 0) -> frozenset[int]:
    """The code points that a face of a font file has a glyph for.

    Raises:
        ValueError: the file is not a font, or has no Unicode character map.
    """
    with path.open("rb") as file:
        cmap = _table(file, index, b"cmap")
    best: tuple[int, int] | None = None
    try:
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
            form = struct.unpack_from(">H", cmap, offset)[0]
            if form in (4, 12) and (platform, encoding) in ((0, 3), (0, 4), (0, 6), (3, 1), (3, 10)):
                best = max(best or (0, 0), (form, offset))
        if best is None:
            raise ValueError(f"{path} has no Unicode character map")
        return frozenset(_groups(cmap, best[1]) if best[0] == 12 else _segments(cmap, best[1]))
    except struct.error:
        raise ValueError(f"{path} has a broken character map") from None


def _table(file, index: int, wanted: bytes) -> bytes:  # pyright: ignore[reportMissingParameterType]
    head = file.read(12)
    start = 0
    if head[:4] == b"ttcf":
        count = struct.unpack(">I", head[8:12])[0]
        offsets = struct.unpack(f">{count}I", file.read(4 * count))
        start = offsets[min(index, count - 1)]
        file.seek(start)
        head = file.read(12)
    if head[:4] not in (b"\0\1\0\0", b"OTTO", b"true") or len(head) < 12:
        raise ValueError("not a TrueType or OpenType font")
    for _ in range(struct.unpack(">H", head[4:6])[0]):
        tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
        if tag == wanted:
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"the font has no {wanted.decode()} table")


def _groups(cmap: bytes, offset: int) -> list[int]:
    count = struct.unpack_from(">I", cmap, offset + 12)[0]
    rows = np.frombuffer(cmap, ">u4", 3 * count, offset + 16).reshape(count, 3)
    return [code for first, last, _ in rows.tolist() for code in range(first, last + 1)]


def _segments(cmap: bytes, offset: int) -> list[int]:
    double = struct.unpack_from(">H", cmap, offset + 6)[0]
    count = double // 2
    ends = np.frombuffer(cmap, ">u2", count, offset + 14).tolist()
    starts = np.frombuffer(cmap, ">u2", count, offset + 16 + double).tolist()
    found: list[int] = []
    for first, last in zip(starts, ends, strict=True):
        if first != 0xFFFF:
            found.extend(range(first, last + 1))
    return found
