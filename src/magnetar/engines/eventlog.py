"""The event log in files: on disk before it is acknowledged, one wait for all who append at the same time.

Envelopes go to segments (see `segments`), ids to an index beside them (see `seen`). Threads that append
together share one fsync: whoever comes first writes for all who are waiting.
"""

from __future__ import annotations

import fcntl
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from magnetar.engines.groupcommit import GroupCommit, Waiting
from magnetar.engines.records import check_page
from magnetar.engines.seen import SeenIds
from magnetar.engines.segments import (
    BODY_BYTES,
    Block,
    Segment,
    find_segments,
    make_block,
    missing,
    segment_path,
    sound_blocks,
    split_body,
    sync_file,
    sync_folder,
    walk,
)
from magnetar.kernel.errors import Refused
from magnetar.kernel.events import Envelope, decode, decode_id, encode

SEGMENT_BYTES = 64 << 20
_STRIDE = 256 << 10
"""A place to begin reading at is remembered every so many bytes."""


@dataclass(frozen=True, slots=True)
class _End:
    """How far the log reaches; replaced as one, so that readers never see half a step."""

    segments: tuple[Segment, ...]
    position: int
    """In the last segment."""
    offset: int


class FileLog:
    """An append-only log in a folder, written by one process at a time, through any number of threads."""

    def __init__(self, folder: Path | str, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open or create the log; what a crash left half written at its end is cut off and kept beside it.

        Raises:
            Refused: another process has the log open.
            LogDamaged: bytes before the end are not as they were written.
        """
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._segment_bytes = segment_bytes
        self._lock = _lock(self.folder)
        self._commits = GroupCommit(self._write_group)
        self._broken = ""
        self._places: dict[int, list[Block]] = {}
        self._descriptor = -1
        self._pid = os.getpid()
        self._unmarked = False
        self.cut_bytes = 0
        """What a crash had left half written, now in a `.torn-` file."""
        try:
            self._recover()
            self._seen = SeenIds(self.folder / "ids", len(self), self._id_at)
            self._seen.add(decode_id(each) for _, each in self._read_encoded(self._seen.covered, len(self)))
        except BaseException:
            self._release()
            raise

    def append(self, envelopes: Iterable[Envelope]) -> list[bool]:
        entries = [(envelope.id, encode(envelope)) for envelope in envelopes]
        if not entries:
            return []
        mine = Waiting(entries)
        if mine.size > BODY_BYTES:
            raise ValueError(
                f"one append holds at most {BODY_BYTES:,} bytes, found {mine.size:,}; append in smaller parts"
            )
        self._commits.submit(mine)
        if mine.error is not None:
            raise Refused(f"The event log in {self.folder} recorded nothing: {mine.error}") from mine.error
        return mine.fresh

    def read(self, start: int = 0, limit: int | None = None) -> Iterator[tuple[int, Envelope]]:
        check_page(limit)
        end = len(self) if limit is None else min(len(self), max(start, 0) + limit)
        return ((offset, decode(each)) for offset, each in self._read_encoded(max(start, 0), end))

    def __len__(self) -> int:
        return self._end.offset

    def segments(self) -> list[Segment]:
        """The files, oldest first; all but the last one will not change any more."""
        return list(self._end.segments)

    def rotate(self) -> None:
        """Close the current segment, if it holds anything, and begin the next."""
        with self._commits.turn:
            self._check_open()
            if self._end.offset > self._end.segments[-1].first:
                self._rotate()

    def verify(self) -> int:
        """Check every block; returns how many envelopes there are.

        Raises:
            LogDamaged: a block is not as it was written.
        """
        return sum(1 for _ in self._read_encoded(0, len(self)))

    def close(self) -> None:
        """Put an end mark, so that the next opening can tell damage from a crash, and let go of the folder."""
        with self._commits.turn:
            if self._descriptor < 0:
                return
            if not self._broken and self._unmarked and self._pid == os.getpid():
                self._put([])
                self._seen.save()
            self._release()

    # ---- writing, by the thread whose turn it is ----

    def _write_group(self, group: list[Waiting]) -> None:
        """Write appends as one block, and say to each what became of it."""
        try:
            self._check_open()
            new: dict[str, bytes] = {}
            for each in group:
                each.fresh = []
                for id, encoded in each.entries:
                    fresh = id not in new and id not in self._seen
                    each.fresh.append(fresh)
                    if fresh:
                        new[id] = encoded
            if new:
                self._put(list(new.values()))
                self._seen.add(new)
        except BaseException as error:
            for each in group:
                each.error = error
            if not isinstance(error, Exception):  # an interrupt may have come between any two steps
                self._broken = f"the process was interrupted while writing ({type(error).__name__})"
                raise

    def _put(self, encoded: list[bytes]) -> None:
        """Write a block and wait until it is on disk; a block that cannot be written leaves no trace."""
        if self._end.position >= self._segment_bytes and encoded:
            self._rotate()
        position, offset = self._end.position, self._end.offset
        block = make_block(encoded, offset, position)
        try:
            view = memoryview(block)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            try:
                os.ftruncate(self._descriptor, position)
                os.lseek(self._descriptor, position, os.SEEK_SET)
            except OSError:
                self._broken = f"writing failed ({error}) and could not be undone"
            raise
        try:
            sync_file(self._descriptor)
        except OSError as error:  # the pages may be lost: a second fsync would say yes to nothing
            self._broken = f"the disk did not confirm a write ({error})"
            raise
        self._unmarked = bool(encoded)
        self._remember(self._end.segments[-1], Block(position, offset, len(encoded), 0, 0))
        self._end = _End(self._end.segments, position + len(block), offset + len(encoded))

    def _remember(self, segment: Segment, block: Block) -> None:
        places = self._places.setdefault(segment.first, [])
        if block.count and (not places or block.position - places[-1].position >= _STRIDE):
            places.append(block)

    def _rotate(self) -> None:
        segment = self._new_segment(self._end.offset)
        descriptor = os.open(segment.path, os.O_WRONLY)
        os.close(self._descriptor)
        self._descriptor = descriptor
        self._end = _End((*self._end.segments, segment), 0, segment.first)

    def _new_segment(self, first: int) -> Segment:
        path = segment_path(self.folder, first)
        path.touch()
        sync_folder(self.folder)
        return Segment(path, first)

    def _check_open(self) -> None:
        if self._broken:
            raise Refused(f"{self._broken}. Open the log again.")
        if self._descriptor < 0:
            raise Refused("it is closed.")
        if self._pid != os.getpid():
            raise Refused(f"it belongs to process {self._pid}, which this one was forked from.")

    # ---- reading ----

    def _read_encoded(self, start: int, end: int) -> Iterator[tuple[int, memoryview]]:
        now = self._end
        index = bisect_right(now.segments, start, key=lambda each: each.first) - 1
        for segment, following in zip(now.segments[index:], [*now.segments[index + 1 :], None], strict=True):
            if start >= end:
                return
            if following is None:
                size, reached = now.position, now.offset
            else:
                size, reached = segment.path.stat().st_size, following.first
            places = self._places.get(segment.first, ())
            near = bisect_right(places, start, key=lambda each: each.first) - 1
            for block, body in walk(segment, size, reached, start, places[near] if near >= 0 else None):
                for offset, each in enumerate(split_body(body, block.count), block.first):
                    if start <= offset < end:
                        yield offset, each
                if block.first + block.count >= end:
                    return

    def _id_at(self, offset: int) -> str:
        [(_, encoded)] = self._read_encoded(offset, offset + 1)
        return decode_id(encoded)

    # ---- opening and closing ----

    def _recover(self) -> None:
        found = find_segments(self.folder) or [self._new_segment(0)]
        if found[0].first:
            raise missing(0, found[0].first, self.folder)
        last = found[-1]
        position, offset = 0, last.first
        for block in sound_blocks(last):
            self._remember(last, block)
            position, offset = block.end, block.first + block.count
            self._unmarked = block.count > 0
        self._descriptor = os.open(last.path, os.O_RDWR)
        size = os.fstat(self._descriptor).st_size
        if size > position:
            torn = last.path.with_suffix(f".torn-{position}")
            torn.write_bytes(os.pread(self._descriptor, size - position, position))
            os.ftruncate(self._descriptor, position)
            self.cut_bytes = size - position
        os.fsync(self._descriptor)  # what is read from here on must not vanish in the next power cut
        os.lseek(self._descriptor, position, os.SEEK_SET)
        self._end = _End(tuple(found), position, offset)

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if self._lock >= 0:
            if self._pid == os.getpid():
                fcntl.flock(self._lock, fcntl.LOCK_UN)  # a forked child may still hold the descriptor
            os.close(self._lock)
            self._lock = -1


def _lock(folder: Path) -> int:
    """Hold the folder for this process; the operating system lets go when the process ends."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise Refused(
            f"The event log in {folder} is open in process {holder}. "
            "Stop that process first, or choose another MAGNETAR_HOME."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
