"""Parity with a table of partners: a replay that is told of an adoption decides what was decided, from the same tick on."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.capabilities.recommendation.following import WIDE, PartnersAdopted
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Returned, Served, Viewed
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, SteppedClock
from magnetar.kernel.events import decode, encode
from magnetar.platform.market import Marketplace
from magnetar.twin import rehearsal
from magnetar.twin.rehearsal import WARM_UP_DAYS, Stage, seed_of

_PLACE = Path(__file__).with_name("test_rehearsal_equals_life.py")
_SPEC = importlib.util.spec_from_file_location("parity_of_rehearsals", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
parity: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["parity_of_rehearsals"] = parity
_SPEC.loader.exec_module(parity)
TICKS = 60


def lived(monkeypatch: pytest.MonkeyPatch, adopting: bool) -> Stage:
    """A market in which tables take over at ticks 21 and 40, the second without a pair that the first has."""
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)
    stage = Stage(parity.setting("none"), 0)
    items = len(stage.market.shelf)
    for tick in range(TICKS):
        if adopting and tick in (21, 40):
            partners = (np.arange(items)[:, None] + np.arange(1, WIDE + 1) * (7 if tick == 21 else 11)) % items
            without = np.array([[0, 11]] if tick == 40 else np.zeros((0, 2)), np.int32).reshape(-1, 2)
            strengths = np.full(partners.shape, 50.0, np.float32)
            stage.platform.following.adopt(partners.astype(np.int32), strengths, tick, without)
        stage.step(tick)
    return stage


def pages(log: Any) -> list[Served]:
    return [envelope.data for _, envelope in log.read() if isinstance(envelope.data, Served)]


def test_a_replay_learns_of_adoptions_at_the_same_tick(monkeypatch: pytest.MonkeyPatch):
    stage = lived(monkeypatch, True)
    wanted = stage.setting
    kinds = (
        Requested,
        Viewed,
        Clicked,
        Ordered,
        Returned,
        PartnersAdopted,
        parity.CampaignChanged,
        parity.AdGroupChanged,
    )
    log = [decode(encode(envelope)) for _, envelope in stage.platform.bus.log.read()]
    clock = SteppedClock(wanted.start - WARM_UP_DAYS * DAY)
    shelf, shoppers = parity.empty_shelf_of(wanted)
    market = Marketplace.open(Bus(MemoryLog(), clock), MemoryStore(), shelf, shoppers, seed_of(wanted, 0))
    decided = parity.live_through(market, clock, (one for one in log if isinstance(one.data, kinds)))
    rehearsed = pages(stage.platform.bus.log)
    assert len(decided) == len(rehearsed) == TICKS
    for ours, theirs in zip(decided, rehearsed, strict=True):
        for name in parity.COLUMNS:
            assert getattr(ours, name).tobytes() == getattr(theirs, name).tobytes(), f"{name} in tick {ours.tick}"
    assert market.following.version == stage.platform.following.version == 40
    assert market.following.counts.keys() == {0, 21, 40}
    for version, counts in stage.platform.following.counts.items():
        assert (market.following.counts[version] == counts).all()


def test_adoptions_change_pages_from_the_next_refresh_on_and_not_before(monkeypatch: pytest.MonkeyPatch):
    with_tables, without = (pages(lived(monkeypatch, one).platform.bus.log) for one in (True, False))
    same = [ours.item.tobytes() == theirs.item.tobytes() for ours, theirs in zip(with_tables, without, strict=True)]
    assert all(same[:24])  # adopted at 21, refreshed at 24
    assert not all(same[24:40])
