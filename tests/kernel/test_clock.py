"""Time: never back."""

import time

import pytest

from magnetar.kernel.clock import DAY, SECOND, SteppedClock, SystemClock


def test_a_stepped_clock_moves_only_when_told_to():
    clock = SteppedClock(5)
    assert clock.now() == clock.now() == 5
    clock.step_to(DAY)
    clock.step_to(DAY)
    assert clock.now() == DAY == 86_400 * SECOND
    with pytest.raises(ValueError, match="cannot go back"):
        clock.step_to(DAY - 1)


def test_the_machine_clock_tells_microseconds_and_never_goes_back(monkeypatch: pytest.MonkeyPatch):
    clock = SystemClock()
    assert abs(clock.now() - time.time() * SECOND) < 5 * SECOND
    before = clock.now()
    monkeypatch.setattr("time.time_ns", lambda: 1_000)
    assert clock.now() >= before
