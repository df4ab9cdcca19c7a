"""The bus: record, then tell; once each."""

import copy
import threading
from pathlib import Path

import pytest

from magnetar.engines.eventlog import FileLog
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.bus import Bus, HandlingFailed
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.events import Event


class Rang(Event, frozen=True):
    number: int


def bus() -> Bus:
    return Bus(MemoryLog(), SteppedClock(42))


def test_it_records_before_it_tells_and_tells_in_order():
    ours = bus()
    told: list[str] = []
    ours.subscribe(Rang, lambda event: told.append(f"first {event.number} of {len(ours.log)}"))
    ours.subscribe(Rang, lambda event: told.append(f"second {event.number}"))
    envelope = ours.publish(Rang(1))
    assert told == ["first 1 of 1", "second 1"]
    assert envelope is not None
    assert (envelope.id, envelope.source, envelope.time, envelope.type) == ("magnetar:1", "magnetar", 42, "Rang")
    assert list(ours.log.read()) == [(0, envelope)]


def test_a_duplicate_is_neither_recorded_nor_told():
    ours = bus()
    told: list[Rang] = []
    ours.subscribe(Rang, told.append)
    assert ours.publish(Rang(1), id="order-7") is not None
    assert ours.publish(Rang(2), id="order-7") is None
    assert [event.number for event in told] == [1]
    assert len(ours.log) == 1


def test_a_failed_handler_leaves_a_record_and_stops_nobody():
    ours = bus()
    told: list[Rang] = []

    def breaking(event: Rang) -> None:
        raise KeyError("no such shopper")

    ours.subscribe(Rang, breaking)
    ours.subscribe(Rang, told.append)
    ours.publish(Rang(1))
    assert len(told) == 1
    failed = [envelope.data for _, envelope in ours.log.read() if isinstance(envelope.data, HandlingFailed)]
    assert [(each.event_id, each.event_type, each.error) for each in failed] == [
        ("magnetar:1", "Rang", "KeyError: 'no such shopper'")
    ]
    assert failed[0].handler.endswith("breaking")


def test_an_event_published_by_a_handler_comes_after_its_cause():
    ours = bus()

    class Echoed(Event, frozen=True):
        pass

    ours.subscribe(Rang, lambda event: ours.publish(Echoed()))
    ours.publish(Rang(1))
    assert [envelope.type for _, envelope in ours.log.read()] == ["Rang", "Echoed"]


def test_after_a_restart_no_event_takes_an_id_that_was_given_before(tmp_path: Path):
    log = FileLog(tmp_path)
    ours = Bus(log, SteppedClock())
    ours.publish(Rang(1), id="magnetar:3")  # somebody else's numbers
    for number in range(2, 6):
        assert ours.publish(Rang(number)) is not None
        assert ours.publish(Rang(0), id="magnetar:3") is None
    log.close()
    log = FileLog(tmp_path)
    ours = Bus(log, SteppedClock())
    assert ours.publish(Rang(6)) is not None
    assert [envelope.data.number for _, envelope in log.read()] == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]
    log.close()


def test_threads_that_publish_at_once_are_all_recorded_and_told(tmp_path: Path):
    log = FileLog(tmp_path)
    ours = Bus(log, SteppedClock())
    told: list[int] = []
    ours.subscribe(Rang, lambda event: told.append(event.number))

    def publish(thread: int) -> None:
        for number in range(30):
            assert ours.publish(Rang(thread * 100 + number)) is not None
            ours.publish(Rang(-1), id=f"shared {number}")

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(log) == 6 * 30 + 30
    assert told.count(-1) == 30
    log.close()


def test_a_copy_of_a_bus_in_memory_goes_its_own_way():
    ours = bus()
    ours.publish(Rang(1))
    fork = copy.deepcopy(ours)
    fork.publish(Rang(2))
    assert (len(ours.log), len(fork.log)) == (1, 2)


def test_a_handler_of_failures_that_fails_is_not_swallowed():
    ours = bus()

    def breaking(event: Event) -> None:
        raise RuntimeError("and again")

    ours.subscribe(Rang, breaking)
    ours.subscribe(HandlingFailed, breaking)
    with pytest.raises(RuntimeError, match="and again"):
        ours.publish(Rang(1))
