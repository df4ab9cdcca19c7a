"""The flywheel in life: fitted to the log, judged, taken over, found again after a restart, and given back."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from magnetar.app.goods import sample_shop
from magnetar.capabilities.recommendation.following import WIDE, PartnersAdopted
from magnetar.capabilities.understanding.portrait_book import PortraitBook
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.errors import Refused
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.fitting import heard_from
from magnetar.platform.live import Ask, LivePlatform
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.platform.refitting import NIGHT, Refitter
from magnetar.platform.versions import PartnersJudged, PartnersRolledBack
from magnetar.vocabulary.ids import OPERATOR

ROOT = Path(__file__).resolve().parents[2]


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


pictures: Any = _loaded("make_screenshots_refit", ROOT / "docs" / "make_screenshots.py")
Opener = Callable[[], SimpleNamespace]


@pytest.fixture
def home(tmp_path: Path) -> Opener:
    """Opens the same home again and again, the clock going on."""
    clock = SteppedClock(pictures.START)

    def opened() -> SimpleNamespace:
        platform = assemble(Settings(home=tmp_path), clock)
        if not platform.catalogue.count("demo"):
            platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
        live = LivePlatform(platform, 1_500)
        return SimpleNamespace(platform=platform, live=live, clock=clock, home=tmp_path)

    return opened


def closed(shop: SimpleNamespace) -> None:
    shop.live.close()
    shop.platform.close()


def lead(shop: SimpleNamespace, ticks: int, day: int) -> None:
    """Shoppers who always go on from what they clicked to the item after it, wherever it stands."""
    live, clock = shop.live, shop.clock
    for _ in range(ticks):
        clock.step_to(clock.now() + 30 * MINUTE)
        live.open_ticks()
        people = [f"p{day}-{one}" for one in range(12)]
        answers = live.decide_many([("demo", Ask(one)) for one in people])
        reports: list[dict[str, Any]] = []
        for row, person in enumerate(people):
            token = answers.tokens[row]
            reports.append({"type": "viewed", "id": f"v{clock.now()}-{person}", "page": token, "depth": 10})
            items = answers.item[row]
            for position, item in enumerate(items):
                if item >= 0 and item % 3 == 0:
                    reports.append(
                        {
                            "type": "clicked",
                            "id": f"c{clock.now()}-{person}-{position}",
                            "page": token,
                            "position": position,
                        }
                    )
        live.events(reports, site="demo")


def events(shop: SimpleNamespace, kind: type) -> list[Any]:
    return [one.data for _, one in shop.platform.runtime.bus.log.read() if isinstance(one.data, kind)]


def forced(shop: SimpleNamespace) -> Refitter:
    """A table of our own in use: everything leads to item 7, but 7 to 3."""
    refitter = Refitter(shop.live)
    items = len(shop.live.market.shelf)
    partners = np.full((items, WIDE), -1, np.int32)
    partners[:, 0] = 7
    partners[7, 0] = 3
    strengths = np.where(partners >= 0, np.float32(1e6), np.float32(0.0))
    number = refitter.versions.next()
    refitter.versions.keep(number, shop.clock.now(), partners, strengths)
    with shop.live._turn, shop.live._lock:
        refitter._adopt(number, shop.live.market.following.table.version, np.array([[5, 7]], np.int32))
    return refitter


def test_what_is_adopted_is_found_again_after_a_restart_at_the_same_place_in_the_log(home: Opener):
    shop = home()
    lead(shop, 6, 1)
    forced(shop)
    lead(shop, 6, 2)
    following = shop.live.market.following
    assert following.version == 1
    assert (following.next[[0, 1, 2], 0] == 7).all()
    assert 7 not in following.next[5].tolist()
    following.open_tick()  # as the restart will
    following.refresh()
    before = following.next.copy(), {version: one.copy() for version, one in following.counts.items()}
    closed(shop)
    again = home()
    after = again.live.market.following
    assert after.version == 1
    assert (after.next == before[0]).all()
    for version, counts in before[1].items():
        assert after.counts[version] == pytest.approx(counts)
    closed(again)


def test_a_table_older_than_the_log_that_is_replayed_is_still_in_use(home: Opener):
    shop = home()
    forced(shop)
    shop.clock.step_to(shop.clock.now() + 24 * 60 * MINUTE)
    for day in range(20):
        shop.clock.step_to(shop.clock.now() + 24 * 60 * MINUTE)
        shop.live.open_ticks()
        del day
    closed(shop)
    again = home()
    assert again.live.market.following.version == 1
    assert again.live.market.following.next[0, 0] == 7
    closed(again)


def test_rolling_back_returns_to_the_table_before_and_says_so(home: Opener):
    shop = home()
    lead(shop, 5, 1)
    with pytest.raises(Refused, match="nothing to return to"):
        Refitter(shop.live).roll_back("op")
    refitter = forced(shop)
    lead(shop, 5, 2)
    event = refitter.roll_back("op", "不好")
    assert (event.version, event.before, event.who) == (0, 1, "op")
    lead(shop, 5, 3)
    assert shop.live.market.following.version == 0
    assert 7 not in shop.live.market.following.next[5].tolist()  # what people took out stays out
    assert [one.reason for one in events(shop, PartnersRolledBack)] == ["不好"]
    assert [one.version for one in events(shop, PartnersAdopted)] == [1, 0]
    assert refitter.versions.told()[0].figures["who"] == "op"
    closed(shop)
    again = home()
    assert again.live.market.following.version == 0
    closed(again)


def test_a_table_that_does_clearly_worse_gives_way_by_itself(home: Opener):
    shop = home()
    refitter = forced(shop)
    lead(shop, 5, 1)
    following = shop.live.market.following
    following.counts[0], following.counts[1] = np.array([200.0, 100.0]), np.array([150.0, 100.0])
    assert refitter.look() is None  # three standard errors of the ratio are wider than that
    following.counts[1] = np.array([80.0, 100.0])
    event = refitter.look()
    assert event is not None
    assert (event.version, event.who) == (0, "automatic")
    assert event.lift == pytest.approx(0.8)
    assert event.lift_before == pytest.approx(2.0)
    lead(shop, 5, 2)
    assert following.version == 0
    assert refitter.look() is None  # back is not forth
    closed(shop)


def test_a_refit_without_anybody_is_judged_on_too_few_and_does_not_take_over(home: Opener):
    shop = home()
    judged = Refitter(shop.live).refit()
    assert not judged.takes_over
    assert judged.cases == 0
    assert judged.clicks == 0
    assert "至少要" in judged.reason
    assert shop.live.market.following.version == 0
    closed(shop)


def test_a_refit_learns_from_the_log_is_judged_and_written_down(home: Opener):
    shop = home()
    for day in range(4):
        lead(shop, 24, day % 2 + 10 * (day > 1))
        shop.clock.step_to(shop.clock.now() + 12 * 60 * MINUTE)
    refitter = Refitter(shop.live).attach()
    refitter.begin()
    assert refitter._thread is not None
    refitter._thread.join(60)
    assert refitter.trouble == ""
    (judged,) = events(shop, PartnersJudged)
    assert judged.clicks > 1_000
    assert judged.shoppers == 48
    assert judged.cases == 12
    assert not judged.takes_over  # fewer than thirty shoppers decide nothing
    assert "mixture" in judged.mix
    assert "graph" in judged.mix
    assert refitter.versions.told()[0].figures["clicks"] == judged.clicks
    closed(shop)


def test_who_shares_a_row_or_has_refused_teaches_nothing(home: Opener):
    shop = home()
    live = shop.live
    PortraitBook(shop.platform.runtime.store).consent("demo", "p1-3", False, 0)
    lead(shop, 2, 1)
    shop.clock.step_to(shop.clock.now() + 30 * MINUTE)
    live.open_ticks()
    nobody = live.decide_many([("demo", Ask("")) for _ in range(5)])
    for row, token in enumerate(nobody.tokens):
        live.events([{"type": "clicked", "id": f"n{row}", "page": token, "position": 0}], site="demo")
    live.recorder.flush()
    refused = Refitter(live)._refused(["demo"])
    heard = heard_from(live.recorder.read(), {}, refused)
    assert refused == {live.sealer.digest("shopper", "demo", "p1-3")}
    deeds = heard.deeds(len(live.market.shelf))
    assert len(np.unique(deeds.who)) == 11
    everybody = heard_from(live.recorder.read(), {}, frozenset()).deeds(len(live.market.shelf))
    assert len(np.unique(everybody.who)) == 12
    closed(shop)


def test_what_came_before_somebody_was_forgotten_teaches_nothing(home: Opener):
    shop = home()
    live = shop.live
    lead(shop, 2, 1)
    live.forget("p1-3", "demo")
    live.recorder.flush()
    deeds = heard_from(live.recorder.read(), {}, frozenset()).deeds(len(live.market.shelf))
    assert len(np.unique(deeds.who)) == 11
    closed(shop)


def test_where_a_crash_came_between_log_and_store_the_log_is_right(home: Opener):
    shop = home()
    refitter = forced(shop)
    shop.live.recorder.flush()
    uses = refitter.versions._uses
    uses.delete(OPERATOR, [key for key, _ in uses.list(OPERATOR)])
    closed(shop)
    again = home()
    assert again.live.market.following.version == 1
    refitter = Refitter(again.live)
    assert (refitter.versions.use.version, refitter.versions.use.before) == (1, 0)
    assert refitter.roll_back("op").version == 0
    closed(again)


def test_the_nights_refit_begins_once_a_day_from_four_in_the_morning(home: Opener, monkeypatch: pytest.MonkeyPatch):
    shop = home()
    refitter, begun = Refitter(shop.live).attach(), []
    monkeypatch.setattr(refitter, "begin", lambda: begun.append(shop.live.market.tick))
    first = shop.clock.now() // (30 * MINUTE) // TICKS_PER_DAY * TICKS_PER_DAY + TICKS_PER_DAY
    for tick in range(first, first + 2 * TICKS_PER_DAY):
        refitter.at_edge(shop.live, tick)
        if tick < first + NIGHT:
            assert not begun
    assert len(begun) == 2
    closed(shop)


def test_versions_keep_what_is_in_use_and_what_it_is_rolled_back_to(home: Opener):
    shop = home()
    refitter = forced(shop)
    with shop.live._turn, shop.live._lock:
        for _ in range(9):
            number = refitter.versions.next()
            partners, strengths = refitter.versions.table(1)
            refitter.versions.keep(number, 0, partners, strengths)  # not taken over
    kept = [one.version for _, one in refitter.versions._kept.list(OPERATOR)]
    assert 1 in kept
    assert len(kept) <= 6
    with pytest.raises(Refused, match="not kept"):
        refitter.versions.table(2)
    closed(shop)
