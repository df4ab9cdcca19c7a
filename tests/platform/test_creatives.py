"""Creatives at work: pages carry them, what happens is credited to them, and a replay chooses what life chose."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.capabilities.serving.rotation import bases
from magnetar.capabilities.shoppers import Clicked, Ordered, Requested, Returned, Served, Viewed
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus, HandlingFailed
from magnetar.kernel.clock import DAY, MINUTE, SteppedClock
from magnetar.kernel.events import decode, encode
from magnetar.kernel.settings import Settings
from magnetar.platform import creatives as creatives_at_work
from magnetar.platform.assemble import assemble
from magnetar.platform.carrying import packed, unpacked
from magnetar.platform.live import Ask, LivePlatform
from magnetar.platform.market import Marketplace
from magnetar.platform.tokens import LONG_TOKEN_CHARS, PAGE, TOKEN_CHARS, Sealer
from magnetar.twin import rehearsal
from magnetar.twin.bazaar import WORLDS, Bazaar
from magnetar.twin.bazaar.drafting import Drafting
from magnetar.twin.bazaar.market import BazaarMarket
from magnetar.twin.bazaar.settings import BazaarSettings
from magnetar.twin.rehearsal import WARM_UP_DAYS, Stage, enter, seed_of
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

_SPEC = importlib.util.spec_from_file_location(
    "parity_of_creatives", Path(__file__).parents[1] / "parity" / "test_rehearsal_equals_life.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
parity: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["parity_of_creatives"] = parity
_SPEC.loader.exec_module(parity)
TICKS = 30


def lived(monkeypatch: Any, creatives: int, seed_world: str = "default", ticks: int = TICKS) -> Stage:
    """A small market with so many creatives of each product."""
    monkeypatch.setattr(rehearsal, "_LOG_KEEP", None)
    small = BazaarSettings(seed_world, rivals=6, rival_products=6, contents=40, creatives=creatives)
    monkeypatch.setattr(rehearsal, "load_world", lambda name: Bazaar(small))
    stage = Stage(parity.setting("none"), 0)
    for tick in range(ticks):
        stage.step(tick)
    return stage


def events(stage: Stage, kind: type) -> list[Any]:
    return [envelope.data for _, envelope in stage.platform.bus.log.read() if isinstance(envelope.data, kind)]


def test_every_shown_product_with_creatives_carries_one_of_its_own(monkeypatch: Any):
    stage = lived(monkeypatch, 3)
    creatives = stage.platform.creatives
    assert not events(stage, HandlingFailed)
    for pages in events(stage, Served):
        sold = (pages.item >= 0) & (stage.platform.shelf.arrays.merchant[pages.item] >= 0)
        assert ((pages.creative >= 0) == sold).all()
        assert (creatives.item[pages.creative[sold]] == pages.item[sold]).all()


def test_views_clicks_and_orders_are_credited_to_the_creative_that_was_shown(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=60)
    creatives = stage.platform.creatives
    looked = sum(
        int(((np.arange(10) < one.depth[:, None]) & (one.pages.creative >= 0)).sum()) for one in events(stage, Viewed)
    )
    clicks = np.concatenate([one.creative for one in events(stage, Clicked)])
    orders = np.concatenate([one.creative for one in events(stage, Ordered)])
    assert creatives.totals["views"].sum() == looked
    assert creatives.totals["had"].sum() == (clicks >= 0).sum() > 0
    assert creatives.totals["orders"].sum() == (orders >= 0).sum() == len(orders) > 0
    creatives.write_figures()
    own = creatives.library.listed("demo")
    rows = [creatives.row_of("demo", one.creative.id) for one in own]
    assert [one.figures.clicks for one in own] == [int(creatives.totals["had"][row]) for row in rows]


def test_a_world_without_creatives_is_as_it_was(monkeypatch: Any):
    stage = lived(monkeypatch, 0, ticks=3)
    assert stage.platform.serving.rotation is None
    assert all(one.creative.size == 0 for one in events(stage, Served))


def same(one: Any, other: Any) -> bool:
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in parity.COLUMNS)


def test_creatives_of_which_nothing_is_known_change_no_page(monkeypatch: Any):
    """The same requests with and without the rotation, everything else being the same."""
    stage = lived(monkeypatch, 2, ticks=2)
    requests = stage.market.requests(2)
    other = stage.fork()
    stage.platform.creatives.policy = "uniform"
    stage.platform.serving.rotation = None
    stage.platform.open_tick(2)
    other.platform.creatives.in_use[:] = False
    other.platform.open_tick(2)
    assert other.platform.serving.rotation is None
    ours, theirs = stage.platform.decide(requests), other.platform.decide(requests)
    assert (ours.creative >= 0).any()
    assert theirs.creative.size == 0
    assert same(ours, theirs)


def test_pages_know_the_creative_that_will_show_them(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=9)
    requests = stage.market.requests(9)
    stage.platform.open_tick(9)
    rotation = stage.platform.serving.rotation
    assert rotation is not None
    other = stage.fork()
    plain = rotation._replace(cell=np.stack([rotation.cell[:, 0], np.ones(len(rotation.cell), np.float32)], axis=1))
    other.platform.serving._snapshot = other.platform.serving._snapshot._replace(rotation=plain)  # type: ignore[union-attr]
    known, not_known = stage.platform.decide(requests), other.platform.decide(requests)
    assert not same(known, not_known)
    before, even = np.empty(known.item.shape), np.zeros(known.item.shape, np.bool_)
    rate = known.click_rate.astype(np.float64)
    bases(known.request, known.shopper, known.item, rate, rotation, before, even)
    shown = known.creative >= 0
    assert (rate[shown & even] == before[shown & even]).all()
    assert (rate[shown & ~even] != before[shown & ~even]).mean() > 0.5
    assert (rate[~shown] == before[~shown]).all()


def test_a_replay_chooses_the_creatives_that_life_chose(monkeypatch: Any):
    stage = lived(monkeypatch, 3)
    wanted = stage.setting
    kinds = (Requested, Viewed, Clicked, Ordered, Returned, parity.CampaignChanged, parity.AdGroupChanged)
    log = [decode(encode(envelope)) for _, envelope in stage.platform.bus.log.read()]
    clock = SteppedClock(wanted.start - WARM_UP_DAYS * DAY)
    fresh = Stage(wanted, 0)
    market = Marketplace.open(
        Bus(MemoryLog(), clock), MemoryStore(), fresh.market.shelf, wanted.shoppers, seed_of(wanted, 0)
    )
    enter(market, stage.market.creatives)  # type: ignore[attr-defined]
    market.shelf.arrays.listed[fresh.launches] = False
    decided = parity.live_through(market, clock, (one for one in log if isinstance(one.data, kinds)))
    rehearsed = events(stage, Served)
    assert len(decided) == len(rehearsed) == TICKS
    for ours, theirs in zip(decided, rehearsed, strict=True):
        for name in (*parity.COLUMNS, "creative"):
            assert getattr(ours, name).tobytes() == getattr(theirs, name).tobytes(), f"{name} in tick {ours.tick}"


def test_paused_creatives_are_shown_no_more_and_rows_stay(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=2)
    creatives = stage.platform.creatives
    before = creatives.ids
    product = creatives.item[0]
    for row in np.flatnonzero(creatives.item == product).tolist():
        seat = creatives.rows[row]
        creatives.library.set_state(seat.merchant, seat.creative, CreativeState.PAUSED)
    stage.step(2)
    pages = events(stage, Served)[-1]
    assert (pages.creative[pages.item == product] == -1).all()
    assert (pages.creative >= 0).any()
    assert creatives.ids == before


def test_what_was_counted_outlives_a_restart(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=4)
    old = stage.platform
    new = Marketplace.open(Bus(MemoryLog(), SteppedClock()), MemoryStore(), old.shelf, old.serving.shoppers, 1)
    enter(new, stage.market.creatives)  # type: ignore[attr-defined]
    new.creatives.put_in(unpacked(packed(old.creatives.take_out())))
    for name, column in old.creatives.totals.items():
        assert (new.creatives.totals[name] == column).all()
    for name, column in old.creatives.cells.items():
        assert (new.creatives.cells[name] == column).all()
    assert (new.creatives.lookers == old.creatives.lookers).all()


def test_what_was_counted_for_other_cohorts_is_taken_as_everybodys(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=2)
    creatives = stage.platform.creatives
    creatives.put_in({"cell.clicks": np.full((len(creatives), 5), 2.0), "no such thing": np.zeros(3)})
    assert (creatives.cells["clicks"][:, 0] == 10.0).all()
    assert (creatives.cells["clicks"][:, 1:] == 0.0).all()


def test_a_token_carries_creatives_and_one_without_them_is_as_short_as_before():
    sealer = Sealer(b"s" * 32)
    pages = np.zeros(2, PAGE)
    pages["creative"] = -1
    pages["creative"][1, 4] = 77
    plain, full = sealer.seal(pages, [b"site", b"site"])
    assert (len(plain), len(full)) == (TOKEN_CHARS, LONG_TOKEN_CHARS)
    for token, page in ((plain, pages[0]), (full, pages[1])):
        assert sealer.open(token, b"site") == page.tobytes()
        assert sealer.open(token[:-2] + "AA", b"site") in (None, page.tobytes()[:0])
        assert sealer.open(token, b"other") is None
    assert sealer.open(full[:TOKEN_CHARS], b"site") is None


def test_the_world_with_creatives_is_named_and_no_other_has_any():
    assert [name for name, one in WORLDS.items() if one.creatives] == ["creatives"]


def test_the_door_names_the_creative_and_reports_credit_it(tmp_path: Path):
    clock = SteppedClock(1_794_787_200 * 1_000_000)
    platform = assemble(Settings(home=tmp_path), clock)
    goods = [
        Product(ProductId(str(n)), MerchantId("demo"), f"thing {n}", Money.of(20), category="toys", stock=9)
        for n in range(6)
    ]
    platform.catalogue.put("demo", goods)
    live = LivePlatform(platform, 600)
    assert b"creative" not in live.decide_many([("site", Ask("p"))]).json(0)
    library = live.market.creatives.library
    library.add(
        "demo", [Creative(CreativeId(f"film-{n}"), ProductId("3"), "video", MerchantId("demo")) for n in range(2)]
    )
    for n in range(2):
        library.set_state("demo", f"film-{n}", CreativeState.IN_USE)
    clock.step_to(clock.now() + 30 * MINUTE)
    live.open_ticks()
    answers = live.decide_many([("site", Ask("p"))])
    page = answers.page(0)
    [place] = [one for one in page.positions if one.product == "3"]
    assert place.creative in ("film-0", "film-1")
    assert all(not one.creative for one in page.positions if one.product != "3")
    receipt = live.events(
        [
            {"type": "viewed", "id": "v", "page": page.page, "depth": 10},
            {"type": "clicked", "id": "c", "page": page.page, "position": place.position},
            {"type": "ordered", "id": "o", "page": page.page, "position": place.position, "value": 20.0},
        ],
        "site",
    )
    assert receipt.accepted == 3
    row = live.market.creatives.row_of("demo", place.creative)
    assert row is not None
    found = live.market.creatives.figures(row)
    assert (found.impressions, found.clicks, found.orders, found.gmv) == (1, 1, 1, 20.0)
    live.close()
    again = LivePlatform(platform, 600)  # as after a restart
    assert again.market.creatives.figures(row) == found
    again.close()
    platform.close()


def test_variants_of_winners_are_wanted_made_and_known_to_market_and_platform_alike(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=22)
    platform, market = stage.platform, stage.market
    assert isinstance(market, BazaarMarket)
    monkeypatch.setattr(creatives_at_work, "LEAST_CLICKS", 2)
    wanted = platform.creatives.variants("demo")
    assert wanted
    assert wanted == sorted(wanted, key=lambda one: (-one.worth, one.winner, one.sort, one.level))
    assert platform.creatives.variants("stranger") == []
    first = len(market.creatives)
    Drafting(platform, market).refine("demo", wanted[:3])
    made = market.creatives[first:]
    assert [(one.parent, one.changed) for one in made] == [
        (one.winner, f"{one.sort}:{one.level}") for one in wanted[:3]
    ]
    assert [platform.creatives.row_of("demo", one.id) for one in made] == [first, first + 1, first + 2]
    assert platform.creatives.library.get("demo", made[0].id).state is CreativeState.DRAFT
    again = {(one.winner, one.sort, one.level) for one in platform.creatives.variants("demo")}
    assert not again & {(one.winner, one.sort, one.level) for one in wanted[:3]}
    found = {one.id: one for one in platform.creatives.candidates("demo")}
    assert found[made[0].id].group == made[0].id  # as good as words of its own
    platform.creatives.library.set_state("demo", made[0].id, CreativeState.IN_USE)
    for tick in (22, 23):
        stage.step(tick)
    assert not events(stage, HandlingFailed)
    assert platform.creatives.totals["views"][first] > 0
    assert platform.creatives.totals["views"][first + 1] == 0


def test_a_variant_of_nobody_is_refused(monkeypatch: Any):
    stage = lived(monkeypatch, 2, ticks=1)
    assert isinstance(stage.market, BazaarMarket)
    with pytest.raises(ValueError, match="not known"):
        stage.market.take_up([Creative(CreativeId("x"), ProductId("1"), parent="nobody")])
