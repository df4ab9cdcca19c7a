"""The desk that tests of tasks sit at; what it is made of lies in `task_desk`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from task_desk import NOON, Desk, open_desk

from magnetar.kernel.clock import SteppedClock


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose merchant is on the gold plan: 660 credits, three tasks at a time."""
    found, store = open_desk(tmp_path, SteppedClock(NOON))
    found.service.credits.join("demo", "gold")
    yield found
    store.close()
