"""The film that a timeline was made of: which of its frames stay, which are copied, which are made anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from magnetar.capabilities.creative.encode import view_of
from magnetar.capabilities.creative.planes import Box, Planes
from magnetar.capabilities.creative.segments.coding import Coded, Coding, encode
from magnetar.capabilities.creative.segments.mp4 import Table, read_tables
from magnetar.capabilities.creative.stage import join
from magnetar.capabilities.creative.storyboard import Turn
from magnetar.capabilities.creative.timeline.edited import Stretch, merged
from magnetar.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Keep:
    """Frames as they are."""

    first: int
    frames: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn made anew."""

    before: int | None
    """Frame that gives way; None where the film begins here."""
    new: int
    frames: int
    way: Turn


def plan(
    stretches: Sequence[Stretch], scenes: Sequence[tuple[int, str]], turn: int, frames: int
) -> list[Keep | Turned]:
    """What a film consists of.

    Args:
        stretches: of the film that went out, in their new order.
        scenes: first frame and kind of each scene of it.
        turn: frames of a turn.
        frames: of the whole film.

    >>> plan([Stretch(50, 50), Stretch(0, 50)], [(0, "hook"), (50, "offer")], 8, 100)
    [Turned(before=None, new=58, frames=8, way=<Turn.UP: 'up'>), Keep(first=58, frames=42), Keep(first=0, frames=50)]
    """
    found: list[Keep | Turned] = []
    before: int | None = None
    for one in merged(stretches):
        number = max(place for place, (start, _) in enumerate(scenes) if start <= one.first)
        start, kind = scenes[number]
        end = scenes[number + 1][0] if number + 1 < len(scenes) else frames
        turned = max(0, min(start + turn - one.first, one.frames)) if number else 0
        if turned:
            way = Turn.UP if kind == "offer" else Turn.LEFT
            found.append(Turned(before, min(start + turn, end - 1), turned, way))
        if one.frames > turned:
            found.append(Keep(one.first + turned, one.frames - turned))
        before = one.end - 1
    return found


class Source:
    """The film that went out: its frames, and its segments where it is made of them."""

    def __init__(self, film: Path, fps: int, coding: Coding) -> None:
        self._film, self._fps, self._coding = film, fps, coding
        self._data = film.read_bytes()
        self._table = self._segments()

    def _segments(self) -> Table | None:
        """The picture's table; None for a film that is not made of closed segments of ours."""
        try:
            [table] = [one for one in read_tables(self._data)[0] if one.kind == "vide"]
        except ValueError:
            return None
        groups = zip(table.keys.tolist(), [*table.keys.tolist()[1:], len(table.sizes)], strict=True)
        closed = all(
            np.array_equal(np.sort(np.arange(end - first) + table.shifts[first:end]), np.arange(end - first)) for first, end in groups
        )  # fmt: skip
        return table if closed and len(table.keys) and table.keys[0] == 0 else None

    def encode(self, parts: Sequence[Keep | Turned]) -> tuple[list[Coded], int]:
        """Everything in order, and how many frames of it were copied."""
        found: list[Coded] = []
        copied = 0
        for one in parts:
            if isinstance(one, Turned):
                found.append(encode(self._coding, partial(self._turn, one), moving=True))
                continue
            for first, count, whole in self._split(one):
                made = self._copy(first, count) if whole else None
                copied += count if made else 0
                found.append(made or encode(self._coding, partial(self._play, first, count)))
        if self._table is not None and any(one.config != self._table.config for one in found):
            self._table = None  # another encoder than the film's: parameter sets differ, so nothing can be copied
            return self.encode(parts)
        return found, copied

    def _split(self, one: Keep) -> Iterator[tuple[int, int, bool]]:
        """(first frame, frames, whether that is a whole segment)."""
        end = one.first + one.frames
        if self._table is None:
            yield one.first, one.frames, False
            return
        keys = [*self._table.keys.tolist(), len(self._table.sizes)]
        edges = sorted({one.first, end, *(key for key in keys if one.first < key < end)})
        for a, b in pairwise(edges):
            whole = a in keys[:-1] and keys[keys.index(a) + 1] == b
            yield a, b - a, whole

    def _copy(self, first: int, count: int) -> Coded:
        table = self._table
        assert table is not None
        places = zip(
            table.offsets[first : first + count].tolist(), table.sizes[first : first + count].tolist(), strict=True
        )
        payload = b"".join(self._data[place : place + size] for place, size in places)
        return Coded(
            table.config, payload, table.sizes[first : first + count], table.shifts[first : first + count], (0, 0)
        )

    def _frames(self, first: int, count: int) -> Iterator[Planes]:
        """Decoded frames; each is valid until the next."""
        with av.open(str(self._film)) as box:
            stream = box.streams.video[0]
            if first and stream.time_base:
                box.seek(int(first / self._fps / stream.time_base), stream=stream)
            for frame in box.decode(stream):
                number = round((frame.time or 0.0) * self._fps)
                if first <= number < first + count:
                    yield Planes(*(view_of(plane) for plane in frame.planes))
                if number >= first + count - 1:
                    return

    def _play(self, first: int, count: int, canvas: Planes) -> Iterator[int]:
        done = 0
        for shown in self._frames(first, count):
            canvas.paste(shown)
            yield done
            done += 1
        if done != count:
            raise BadInput(
                f"影片不完整 The film {self._film.name!r} gives {done} of {count} frames from {first} on. Make it again."
            )

    def _turn(self, turn: Turned, canvas: Planes) -> Iterator[int]:
        [new] = [shown.copy() for shown in self._frames(turn.new, 1)]
        if turn.before is None:  # it comes in over its own colour
            old = Planes(*(np.full_like(plane, round(float(plane.mean()))) for plane in new.all()))
        else:
            old = next(shown.copy() for shown in self._frames(turn.before, 1))
        band = Box(0, 0, canvas.width, self._coding.band)
        for frame in range(turn.frames):
            join(canvas, old, new, turn.way, (frame + 1) / (turn.frames + 1))
            canvas.paste(new.view(band))
            yield frame
