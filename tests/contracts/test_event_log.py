"""What an event log means, for every log; and what a file owes beyond that."""

import os
import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from magnetar.engines.eventlog import FileLog
from magnetar.engines.memory import MemoryLog
from magnetar.engines.segments import LogDamaged
from magnetar.kernel.errors import Refused
from magnetar.kernel.events import Column, Envelope, Event, EventLog, UnknownEvent


class Ticked(Event, frozen=True):
    number: int
    note: str = ""


class Rows(Event, frozen=True):
    ids: Column
    values: Column


class Nested(Event, frozen=True):
    rows: Rows
    where: dict[str, int]


def tick(number: int, id: str = "", note: str = "") -> Envelope:
    return Envelope(id or f"tick:{number}", "test", number, "Ticked", Ticked(number, note))


def numbers(log: EventLog, start: int = 0, limit: int | None = None) -> list[int]:
    return [envelope.data.number for _, envelope in log.read(start, limit)]  # type: ignore[attr-defined]


@pytest.fixture(params=["memory", "file", "file in small segments"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    small = {"segment_bytes": 500} if "small" in request.param else {}
    made = MemoryLog() if request.param == "memory" else FileLog(tmp_path / "log", **small)
    yield made
    made.close()


def test_what_was_appended_is_read_in_order_with_its_offset(log: EventLog):
    assert log.append([tick(0), tick(1)]) == [True, True]
    assert log.append([tick(2)]) == [True]
    assert list(log.read()) == [(0, tick(0)), (1, tick(1)), (2, tick(2))]
    assert list(log.read(1, 1)) == [(1, tick(1))]
    assert list(log.read(3)) == list(log.read(0, 0)) == []
    assert len(log) == 3
    with pytest.raises(ValueError, match="limit"):
        log.read(0, -1)


def test_an_id_is_recorded_once(log: EventLog):
    assert log.append([tick(0), tick(9, id="tick:0"), tick(1)]) == [True, False, True]
    assert log.append([tick(9, id="tick:1")]) == [False]
    assert numbers(log) == [0, 1]
    assert log.append([]) == []


def test_reading_ends_where_the_log_ended_when_it_began(log: EventLog):
    log.append([tick(0)])
    reading = log.read()
    next(reading)
    log.append([tick(1)])
    assert list(reading) == []


def test_columns_keep_every_bit(log: EventLog):
    columns: list[Any] = [
        np.array([1, -(2**62)], np.int64),
        np.array([[1.5, np.nan], [np.inf, -0.0]], np.float32),
        np.array([True, False]),
        np.zeros((0, 10), np.int32),
        np.arange(12, dtype=np.uint8).reshape(3, 4)[:, ::2],
        np.array(["白", ""]),
        np.arange(3, dtype=np.uint64),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ]
    for number, column in enumerate(columns):
        event = Nested(Rows(column, column), {"n": number})
        log.append([Envelope(f"rows:{number}", "test", 0, "Nested", event)])
    for (_, envelope), column in zip(log.read(), columns, strict=True):
        found = envelope.data.rows.values  # type: ignore[attr-defined]
        assert (found.dtype, found.shape) == (column.dtype, column.shape)
        assert found.tobytes() == column.tobytes()


def test_threads_that_append_at_once_lose_nothing_and_double_nothing(log: EventLog):
    answers: list[tuple[str, bool]] = []

    def append(thread: int) -> None:
        for number in range(25):
            for id in (f"{thread}:{number}", f"shared:{number}"):
                answers.append((id, log.append([tick(number, id=id)])[0]))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    new = [id for id, fresh in answers if fresh]
    assert sorted(new) == sorted(set(new)) == sorted(envelope.id for _, envelope in log.read())
    assert len(log) == 8 * 25 + 25


class LogMatchesAList(RuleBasedStateMachine):
    """Any history of appends and reopenings leaves in the log what it leaves in a list."""

    make: Callable[[], EventLog]
    reopen: Callable[[EventLog], EventLog]

    def __init__(self) -> None:
        super().__init__()
        self.log = type(self).make()
        self.model: list[Envelope] = []

    @rule(batch=st.lists(st.integers(0, 60), max_size=8), note=st.text(max_size=200))
    def append(self, batch: list[int], note: str) -> None:
        expected = []
        for number in batch:
            new = all(known.id != f"tick:{number}" for known in self.model)
            expected.append(new)
            if new:
                self.model.append(tick(number, note=note))
        assert self.log.append([tick(number, note=note) for number in batch]) == expected

    @rule()
    def open_again(self) -> None:
        self.log = type(self).reopen(self.log)

    @rule(start=st.integers(0, 70), limit=st.none() | st.integers(0, 9))
    def page(self, start: int, limit: int | None) -> None:
        expected = list(enumerate(self.model))[start:][:limit]
        assert list(self.log.read(start, limit)) == expected

    @invariant()
    def same(self) -> None:
        assert [envelope for _, envelope in self.log.read()] == self.model
        assert len(self.log) == len(self.model)

    def teardown(self) -> None:
        self.log.close()


@pytest.mark.parametrize("which", ["memory", "file"])
def test_any_history_leaves_what_it_leaves_in_a_list(which: str, tmp_path_factory: pytest.TempPathFactory):
    class Machine(LogMatchesAList):
        @staticmethod
        def make() -> EventLog:
            return MemoryLog() if which == "memory" else FileLog(tmp_path_factory.mktemp("log"), segment_bytes=700)

        @staticmethod
        def reopen(log: EventLog) -> EventLog:
            if not isinstance(log, FileLog):
                return log
            log.close()
            return FileLog(log.folder, segment_bytes=700)

    run_state_machine_as_test(Machine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))


# ---- memory only ----


def test_a_bounded_memory_log_keeps_the_last_envelopes_and_passes_columns_by_reference():
    log = MemoryLog(keep=3)
    column = np.arange(4)
    for number in range(10):
        log.append([Envelope(str(number), "test", 0, "Rows", Rows(column, column))])
    assert [offset for offset, _ in log.read()] == [7, 8, 9]
    assert len(log) == 10
    assert all(envelope.data.ids is column for _, envelope in log.read())  # type: ignore[attr-defined]
    assert log.append([Envelope("9", "test", 0, "Rows", Rows(column, column))]) == [False]


# ---- files only ----


def test_ids_are_remembered_across_restarts_and_beyond_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("magnetar.engines.seen.SeenIds.__init__.__defaults__", (16,))
    for opening in range(6):
        log = FileLog(tmp_path, segment_bytes=2_000)
        mine = range(opening * 50, opening * 50 + 50)
        for number in mine:
            assert log.append([tick(number)]) == [True]
        assert not any(log.append([tick(number) for number in range(mine.stop)]))
        if opening % 2:
            log.close()
        else:
            log._release()  # as if the process had ended here
    assert 1 <= len(list((tmp_path / "ids").iterdir())) <= 6
    for run in (tmp_path / "ids").iterdir():
        run.write_bytes(run.read_bytes()[:-9])  # a damaged index is made again
    log = FileLog(tmp_path)
    assert not any(log.append([tick(number) for number in range(300)]))
    assert len(log) == 300
    log.close()


def test_two_ids_with_one_digest_are_both_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("magnetar.engines.seen._digest", lambda id: 7)
    log = FileLog(tmp_path)
    log.append([tick(0), tick(1)])
    log._seen.save()
    assert log.append([tick(0), tick(2), tick(1)]) == [False, True, False]
    log.close()


def test_a_second_process_is_told_who_has_the_log(tmp_path: Path):
    log = FileLog(tmp_path)
    with pytest.raises(Refused, match=f"open in process {os.getpid()}"):
        FileLog(tmp_path)
    log.close()
    with pytest.raises(Refused, match="closed"):
        log.append([tick(0)])
    FileLog(tmp_path).close()


def test_a_forked_child_may_not_append(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([tick(0)])
    child = get_context("fork").Process(target=log.append, args=([tick(1)],))
    child.start()
    child.join()
    assert child.exitcode == 1
    assert log.append([tick(1)]) == [True]
    log.close()
    FileLog(tmp_path).close()


def test_an_event_of_an_unknown_type_is_kept_byte_for_byte(tmp_path: Path):
    class Forgotten(Event, frozen=True):
        number: int
        rows: Column

    log = FileLog(tmp_path / "a")
    log.append([Envelope("x", "test", 5, "Forgotten", Forgotten(3, np.arange(2)))])
    log.close()
    path = tmp_path / "a" / f"{0:020d}.log"
    Forgotten.__name__ = "SomethingElse"
    from magnetar.kernel import events

    events._DECODERS.clear()
    log = FileLog(tmp_path / "a")
    [(_, found)] = log.read()
    assert isinstance(found.data, UnknownEvent)
    assert (found.id, found.type, found.data.name) == ("x", "Forgotten", "Forgotten")
    assert found.data.plain()["number"] == 3
    assert found.data.plain()["rows"].tolist() == [0, 1]
    copy = FileLog(tmp_path / "b")
    copy.append([found])
    assert (tmp_path / "b" / path.name).read_bytes() == path.read_bytes()[: (tmp_path / "b" / path.name).stat().st_size]
    copy.close()
    log.close()


def test_an_event_whose_shape_changed_says_so_instead_of_stopping_the_reader(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([Envelope("x", "test", 5, "Ticked", Rows(np.zeros(1), np.zeros(1))), tick(1)])
    first, second = (envelope.data for _, envelope in log.read())
    assert isinstance(first, UnknownEvent)
    assert first.problem
    assert second == Ticked(1)
    log.close()


def test_what_cannot_be_encoded_is_refused_before_anything_is_written(tmp_path: Path):
    log = FileLog(tmp_path)
    bad = Envelope("x", "test", 5, "Rows", Rows(np.array([object()]), np.zeros(1)))
    with pytest.raises(TypeError, match="dtype object"):
        log.append([tick(0), bad])
    assert len(log) == 0
    log.close()


class _Disk:
    """Makes writes or syncs fail, like a full or a broken disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def fill_up(self, after_bytes: int) -> None:
        write = os.write

        def partly(descriptor: int, data: Any) -> int:
            if self.left <= 0:
                raise OSError(28, "No space left on device")
            written = write(descriptor, data[: self.left])
            self.left -= written
            return written

        self.left = after_bytes
        self._patch.setattr("magnetar.engines.eventlog.os.write", partly)

    def lie(self) -> None:
        def fail(_: int) -> None:
            raise OSError(5, "Input/output error")

        self._patch.setattr("magnetar.engines.eventlog.sync_file", fail)


def test_a_full_disk_records_nothing_and_the_log_goes_on_once_there_is_room(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([tick(0)])
    with pytest.MonkeyPatch.context() as patch:
        _Disk(patch).fill_up(after_bytes=30)
        with pytest.raises(Refused, match=r"recorded nothing.*No space left"):
            log.append([tick(1)])
        assert numbers(log) == [0]
    assert log.append([tick(1)]) == [True]
    log.close()
    log = FileLog(tmp_path)
    assert numbers(log) == [0, 1]
    log.close()


def test_after_a_failed_sync_the_log_wants_to_be_opened_again(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([tick(0)])
    with pytest.MonkeyPatch.context() as patch:
        _Disk(patch).lie()
        with pytest.raises(Refused, match="Input/output"):
            log.append([tick(1)])
    with pytest.raises(Refused, match="Open the log again"):
        log.append([tick(2)])
    assert numbers(log) == [0]
    log.close()
    log = FileLog(tmp_path)
    assert numbers(log)[:1] == [0]
    assert log.append([tick(2)]) == [True]
    log.close()


def test_a_thread_that_is_interrupted_does_not_keep_the_others_waiting(tmp_path: Path):
    log = FileLog(tmp_path)
    entered, go_on = threading.Event(), threading.Event()
    answers: list[object] = []

    def slow(descriptor: int) -> None:
        entered.set()
        go_on.wait()
        raise KeyboardInterrupt

    def append(number: int) -> None:
        try:
            answers.append(log.append([tick(number)]))
        except BaseException as error:
            answers.append(type(error))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("magnetar.engines.eventlog.sync_file", slow)
        threads = [threading.Thread(target=append, args=(0,))]
        threads[0].start()
        entered.wait()
        threads += [threading.Thread(target=append, args=(number,)) for number in (1, 2)]
        for thread in threads[1:]:
            thread.start()
        while len(log._commits.waiting) < 2:
            threading.Event().wait(0.001)
        go_on.set()
        for thread in threads:
            thread.join(10)
    assert sorted(map(str, answers)) == sorted(map(str, [KeyboardInterrupt, Refused, Refused]))
    log.close()
    log = FileLog(tmp_path)
    assert log.append([tick(1)]) == [True]
    log.close()


# ---- damage ----


def crashed(folder: Path, count: int, segment_bytes: int = 1 << 20) -> Path:
    """A log of single appends whose process ended without closing; returns its last segment."""
    log = FileLog(folder, segment_bytes=segment_bytes)
    for number in range(count):
        log.append([tick(number)])
    log._release()
    return sorted(folder.glob("*.log"))[-1]


def test_a_torn_tail_of_any_length_is_cut_off_and_kept_beside(tmp_path: Path):
    path = crashed(tmp_path / "whole", 3)
    whole = path.read_bytes()
    starts = [place for place in range(len(whole)) if whole.startswith(b"MGL1", place)]
    assert len(starts) == 3
    for size in range(starts[2], len(whole)):
        folder = tmp_path / f"cut-{size}"
        folder.mkdir()
        (folder / path.name).write_bytes(whole[:size])
        log = FileLog(folder)
        assert numbers(log) == [0, 1]
        assert log.cut_bytes == size - starts[2]
        assert log.append([tick(2)]) == [True]
        assert numbers(log) == [0, 1, 2]
        log.close()
        if size > starts[2]:
            [torn] = folder.glob("*.torn-*")
            assert torn.read_bytes() == whole[starts[2] : size]


def test_a_tail_of_zeros_is_cut_off(tmp_path: Path):
    path = crashed(tmp_path, 3)
    path.write_bytes(path.read_bytes() + bytes(10_000))
    log = FileLog(tmp_path)
    assert numbers(log) == [0, 1, 2]
    log.close()


def test_a_flipped_bit_before_the_last_block_is_damage_and_nothing_is_cut(tmp_path: Path):
    path = crashed(tmp_path, 4)
    whole = path.read_bytes()
    last = whole.rindex(b"MGL1")
    for place in range(0, last, 3):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(LogDamaged, match=rf"{path.name} at byte"):
            FileLog(tmp_path)
        assert path.read_bytes() == flipped


def test_after_an_orderly_end_every_flipped_bit_is_found_or_harmless(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([tick(0)])
    log.append([tick(1)])
    log.close()
    [path] = tmp_path.glob("*.log")
    whole = path.read_bytes()
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 16
        path.write_bytes(flipped)
        try:
            log = FileLog(tmp_path)
        except LogDamaged:
            continue
        assert numbers(log) == [0, 1]
        log._release()
        path.write_bytes(whole)


def test_damage_in_a_closed_segment_is_found_by_reading_and_by_verifying(tmp_path: Path):
    crashed(tmp_path, 40, segment_bytes=500)
    first = sorted(tmp_path.glob("*.log"))[1]
    whole = first.read_bytes()
    for damaged in (whole[:-1], whole[: whole.rindex(b"MGL1")], whole[:40] + b"?" + whole[41:], b""):
        first.write_bytes(damaged)
        with pytest.raises(LogDamaged, match=first.name):
            FileLog(tmp_path).verify()
    first.write_bytes(whole)
    log = FileLog(tmp_path)
    assert log.verify() == 40
    log.close()
    first.unlink()
    log = FileLog(tmp_path)
    with pytest.raises(LogDamaged, match="missing"):
        log.verify()
    log.close()


def test_an_empty_segment_after_a_rotation_is_no_damage(tmp_path: Path):
    log = FileLog(tmp_path)
    log.append([tick(0)])
    log.rotate()
    log.rotate()
    log._release()
    log = FileLog(tmp_path)
    log.append([tick(1)])
    assert numbers(log) == [0, 1]
    assert [segment.first for segment in log.segments()] == [0, 1]
    log.close()
