"""Variants that the live autopilot asks for: ordered in the studio, drafts when their films are whole."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from magnetar.app.film_shelf import Note, Shelf
from magnetar.app.refining import Refining
from magnetar.app.studio_orders import FilmWish
from magnetar.capabilities.autopilot.creatives import Wanted
from magnetar.capabilities.creative.science import SORTS, Volume
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.vocabulary.campaigns import CreativeState
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

BASE = {sort: levels[0] for sort, levels in SORTS.items()}
LARGE = Wanted("digest-w", "cup", "text", "large", {**BASE, "text": "large"}, Volume.around(0.1, 0.1), 5.0)


@dataclass
class Order:
    """As the studio keeps it."""

    id: str
    state: str = "running"
    films: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        return self.state == "running"


@dataclass
class Studio:
    """Takes orders and has nothing made."""

    room: int = 3
    wishes: list[tuple[str, FilmWish]] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)

    def start(self, merchant: str, by: str, wish: FilmWish) -> Order:
        if len(self.orders) >= self.room:
            raise Refused("full")
        assert by == "autopilot"
        self.wishes.append((merchant, wish.checked()))
        return self.orders.setdefault(f"s{len(self.orders)}", Order(f"s{len(self.orders)}"))

    def get(self, merchant: str, id: str) -> Order:
        if id not in self.orders:
            raise NotFound(id)
        return self.orders[id]


@pytest.fixture
def there(tmp_path: Path) -> Any:
    """A live platform with one film of a cup on its shelf and in its library; the shelf, the studio, what refines."""
    clock = SteppedClock(1_794_787_200 * 1_000_000)
    platform = assemble(Settings(home=tmp_path), clock)
    cup = Product(ProductId("cup"), MerchantId("demo"), "保温杯", Money.of(79), category="家居", stock=9)
    platform.catalogue.put("demo", [cup])
    live = LivePlatform(platform, 600)
    shelf = Shelf(tmp_path, platform.runtime.store, platform.runtime.bus, clock)
    film(shelf, "w")
    library = live.market.creatives.library
    library.register(shelf.folder("demo") / "w.json", "demo", prints=False)
    studio = Studio()
    refining = Refining(studio, shelf, live)  # type: ignore[arg-type]
    yield live, clock, shelf, studio, refining, library
    live.close()
    platform.close()


def film(shelf: Shelf, name: str, **more: Any) -> None:
    folder = shelf.folder("demo")
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "schema": "magnetar/film-manifest/1", "film": f"digest-{name}", "product": "cup", "merchant": "demo", "language": "zh",
        "seconds": 15.0, "width": 1080, "height": 1920, "music": {"tempo": 100}, "defects": [],
        "scenes": [{"kind": "hook", "headline": "保温杯"}, {"kind": "offer", "headline": "现在下单"}], **more,
    }  # fmt: skip
    (folder / f"{name}.mp4").write_bytes(b"film")
    (folder / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def next_tick(live: LivePlatform, clock: SteppedClock) -> None:
    clock.step_to(clock.now() + 30 * MINUTE)
    live.open_ticks()


def test_a_variant_is_ordered_once_and_comes_back_as_a_draft(there: Any):
    live, clock, shelf, studio, refining, library = there
    assert live.market.refiner is refining
    for _ in range(2):
        refining.refine("demo", [LARGE])
    [(merchant, wish)] = studio.wishes
    assert (merchant, wish.kind, wish.film, wish.direction.text_scale) == ("demo", "cut", "w", 1.2)
    assert [one.headline for one in wish.direction.scenes] == ["保温杯", "现在下单"]
    next_tick(live, clock)
    assert len(library.creatives("demo")) == 1  # it is still being made
    film(shelf, "w-v2")
    shelf.note("demo", "w-v2", Note(parent="w", direction=wish.direction.plain()))
    studio.orders["s0"].state, studio.orders["s0"].films = "done", ("w-v2",)
    next_tick(live, clock)
    draft = library.get("demo", "digest-w-v2")
    assert (draft.state, draft.parent, draft.changed) == (CreativeState.DRAFT, "digest-w", "text:large")
    assert draft.elements["text"] == "large"
    refining.refine("demo", [LARGE])
    assert len(studio.wishes) == 2  # the first is settled; the platform does not want what is made, see `variants`


@pytest.mark.parametrize("more", [{"defects": [{"kind": "black"}]}, {"scenes": []}, {"schema": "other"}])
def test_what_is_not_as_wished_is_not_taken_up(there: Any, more: dict[str, Any]):
    live, clock, shelf, studio, refining, library = there
    refining.refine("demo", [LARGE])
    film(shelf, "w-v2", **more)
    plain = {"text_scale": 1.0} if "scenes" in more else {"text_scale": 1.2}
    shelf.note("demo", "w-v2", Note(parent="w", direction=plain))
    studio.orders["s0"].state, studio.orders["s0"].films = "done", ("w-v2",)
    next_tick(live, clock)
    assert len(library.creatives("demo")) == 1


def test_a_full_studio_an_order_that_fails_and_films_elsewhere_do_no_harm(there: Any):
    live, clock, _, studio, refining, library = there
    elsewhere = Wanted("digest-gone", "cup", "text", "large", LARGE.elements, LARGE.expected, 1.0)
    unsold = Wanted("digest-w", "no such product", "text", "small", LARGE.elements, LARGE.expected, 1.0)
    refining.refine("demo", [elsewhere, unsold])
    refining.refine("stranger", [LARGE])
    assert studio.wishes == []
    studio.room = 0
    refining.refine("demo", [LARGE])
    studio.room = 3
    refining.refine("demo", [LARGE])
    assert len(studio.wishes) == 1
    studio.orders["s0"].state = "failed"
    next_tick(live, clock)
    refining.refine("demo", [LARGE])  # tried again
    assert len(studio.wishes) == 2
    studio.orders.clear()
    next_tick(live, clock)
    assert len(library.creatives("demo")) == 1
