"""Looks at the beginnings of a clip's groups of pictures, and at the rest only of those that ask for it.

The file is read once, from front to back. Two decoders take turns: while one looks at the beginning of a group, the other
still holds the state in which it left the group before, and goes on from there where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import av
import av.logging
from av.error import FFmpegError

from magnetar.capabilities.creative.cutting.footage import Footage, open_box, origin, picture_track
from magnetar.capabilities.creative.cutting.looking import Eye, Samples

BURST = 5
"""Frames that are looked at after each key frame."""
WHOLE_S = 2.6
"""A longer group of pictures is looked at whole: its key frames say too little."""
Differ = Callable[[Samples, Samples], bool]


@dataclass(slots=True)
class _Group:
    """A group of pictures that is being looked at."""

    eye: Eye
    deck: Any
    whole: bool
    starts_s: float
    held: list[Any] = field(default_factory=list[Any])
    """Packets that its decoder has not seen."""
    ready: list[Any] = field(default_factory=list[Any])
    """Frames that came out of it too early."""
    looked: int = 0
    done: bool = False
    """Nothing more comes out of its decoder."""

    def enough(self) -> bool:
        return not self.whole and self.looked >= BURST


def glance(footage: Footage, differ: Differ) -> list[Samples]:
    """Samples of each group of pictures.

    Args:
        differ: whether two groups, one after the other, ask for a closer look at the first.
    """
    level = av.logging.get_level()
    av.logging.set_level(av.logging.PANIC)
    try:
        with ExitStack() as stack:
            boxes = [stack.enter_context(open_box(footage.path)) for _ in range(2)]
            return _Glance(footage, boxes, differ).run()
    finally:
        av.logging.set_level(level)


class _Glance:
    def __init__(self, footage: Footage, boxes: Sequence[Any], differ: Differ) -> None:
        self.footage, self.box, self.differ = footage, boxes[0], differ
        self.tracks = [picture_track(box) for box in boxes]
        for track in self.tracks:
            track.thread_type = "NONE"
        self.zero = origin(self.tracks[0])
        self.wholes = _wholes(footage)
        self.parts: list[Samples] = []
        self.before: _Group | None = None
        self.now: _Group | None = None
        self.keys = 0

    def run(self) -> list[Samples]:
        packets = self.box.demux(self.tracks[0])
        while True:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                break
            except FFmpegError:  # cut off or damaged: what was read is looked at
                break
            if not packet.size:
                continue
            if packet.is_keyframe or self.now is None:
                self._close()
                self._open(packet)
            assert self.now is not None
            if self.now.enough():
                self.now.held.append(packet)
                continue
            self._feed(self.now, packet)
            if self.now.enough():
                self._compare()
        self._close()
        return self.parts

    def _open(self, packet: Any) -> None:
        whole = True
        if packet.is_keyframe:
            whole = self.wholes[self.keys] if self.keys < len(self.wholes) else True
            self.keys += 1
        deck = next(
            one.codec_context for one in self.tracks if not self.before or one.codec_context is not self.before.deck
        )
        stamp = packet.pts if packet.pts is not None else packet.dts
        at = float(stamp * packet.time_base) - self.zero if self.parts and stamp is not None else -1.0
        self.now = _Group(Eye(self.footage), deck, whole, at)
        self.parts.append(self.now.eye.samples)

    def _close(self) -> None:
        """No packet is left of the present group."""
        one = self.now
        if one is None:
            return
        if not one.enough():
            self._drain(one)
            self._compare()
        self.before = one
        self.now = None
        if one.whole:
            one.done = True

    def _compare(self) -> None:
        """The group before is looked at whole where it differs from the present one."""
        before, now = self.before, self.now
        if before is None or now is None:
            return
        if not before.done and self.differ(before.eye.samples, now.eye.samples):
            before.whole = True
            for frame in before.ready:
                self._look(before, frame)
            for packet in before.held:
                self._feed(before, packet)
            self._drain(before)
        elif not before.done:
            before.deck.flush_buffers()
        self.before = None

    def _feed(self, group: _Group, packet: Any) -> None:
        try:
            frames = group.deck.decode(packet)
        except FFmpegError:
            return
        for frame in frames:
            if group.enough():
                group.ready.append(frame)
            else:
                self._look(group, frame)

    def _drain(self, group: _Group) -> None:
        """Have out what the decoder still holds, and make it ready for another group."""
        try:
            frames = group.deck.decode(None)
        except (FFmpegError, EOFError):
            frames = []
        for frame in frames:
            self._look(group, frame)
        group.deck.flush_buffers()
        group.done = True

    def _look(self, group: _Group, frame: Any) -> None:
        # A decoder that is drained may hand out frames without a time base, so the track's own is taken.
        at = float((frame.pts or 0) * self.tracks[0].time_base) - self.zero
        if frame.is_corrupt or at < group.starts_s - 1e-6:
            return
        group.eye.look(frame, at, group.looked > 0)
        group.eye.samples.decoded += 1
        group.looked += 1


def _wholes(footage: Footage) -> list[bool]:
    """Of each key frame, whether its group is looked at whole at once: it is long, or hardly longer than a glance."""
    times, keys = footage.times, footage.keys
    found: list[bool] = []
    for place, first in enumerate(keys):
        after = keys[place + 1] if place + 1 < len(keys) else len(times)
        end_s = times[after] if after < len(times) else footage.seconds
        found.append(after - first <= 2 * BURST or end_s - times[first] > WHOLE_S)
    return found
