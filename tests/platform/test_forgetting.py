"""Forgetting a shopper: what the live platform knew is gone at once, after a restart, and for those who read the log."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from magnetar.app.behaviours import from_log as everybody
from magnetar.app.histories import from_log as one_of_them
from magnetar.capabilities.understanding import PortraitBook
from magnetar.kernel.clock import MINUTE, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.live import LivePlatform
from magnetar.platform.seats import Seats
from magnetar.platform.tokens import Sealer, secret_in
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

START = 1_794_787_200 * 1_000_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Callable[[], SimpleNamespace]]:
    clock, shops = SteppedClock(START), []

    def close() -> None:
        for one in shops:
            one.live.close()
            one.platform.close()
        shops.clear()

    def opened() -> SimpleNamespace:
        close()
        platform = assemble(Settings(home=tmp_path), clock)
        if not platform.catalogue.count("demo"):
            platform.catalogue.put(
                "demo",
                [Product(ProductId(str(n)), MerchantId("demo"), f"thing {n}", Money.of(20), category="toys", stock=9) for n in range(5)],
            )  # fmt: skip
        shops.append(
            SimpleNamespace(
                platform=platform, live=LivePlatform(platform, 600), clock=clock, home=tmp_path, close=close
            )
        )
        return shops[0]

    yield opened
    close()


def come(shop: SimpleNamespace, person: str) -> None:
    """Somebody looks at a page, clicks and buys; half an hour passes."""
    page = shop.live.decide(person, site="demo")
    told = [{"type": "viewed", "id": f"{page.request}v", "page": page.page, "depth": 4}]
    told += [
        {"type": what, "id": page.request + what, "page": page.page, "position": 1} for what in ("clicked", "ordered")
    ]
    assert shop.live.events(told, site="demo").accepted == 3
    shop.clock.step_to(shop.clock.now() + 30 * MINUTE)
    shop.live.open_ticks()


def digest_of(shop: SimpleNamespace, person: str) -> int:
    return Sealer(secret_in(shop.home)).digest("shopper", "demo", person)


def known(shop: SimpleNamespace, row: int) -> tuple[float, list[int]]:
    market = shop.live.market
    return float(market.predictor.clicks.matches.load[row].sum()), market.following.recent[row].tolist()


def read_back(shop: SimpleNamespace, person: str) -> tuple[int, bool]:
    """(deeds of the person in the log, whether the intent graph's reader knows them)."""
    shop.live.recorder.flush()
    log, digest = list(shop.live.recorder.read()), digest_of(shop, person)
    ids = [one.id for one in shop.live.items]
    told = everybody(log, ids, ids, ["toys"] * len(ids))
    return len(one_of_them(log, ids, digest)), f"{digest:016x}" in told.shoppers


def test_what_was_known_goes_at_once_and_others_stay(home: Callable[[], SimpleNamespace]):
    shop = home()
    come(shop, "ann")
    come(shop, "bob")
    ann, bob = (shop.live.seats.known(digest_of(shop, one)) for one in ("ann", "bob"))
    assert known(shop, ann)[0] > 0
    before = known(shop, bob)
    assert shop.live.forget("ann", "demo")
    assert known(shop, ann) == (0.0, [-1, -1])
    assert known(shop, bob) == before
    assert shop.live.seats.known(digest_of(shop, "ann")) is None
    assert not shop.live.forget("ann", "demo")
    assert not shop.live.forget("nobody", "demo")


def test_a_restart_forgets_too(home: Callable[[], SimpleNamespace]):
    shop = home()
    come(shop, "ann")
    come(shop, "bob")
    row = shop.live.seats.known(digest_of(shop, "ann"))
    shop.live.forget("ann", "demo")
    shop = home()
    assert shop.live.seats.known(digest_of(shop, "ann")) is None
    assert known(shop, row) == (0.0, [-1, -1])
    assert known(shop, shop.live.seats.known(digest_of(shop, "bob")))[0] > 0


def test_an_old_page_of_the_forgotten_teaches_nothing_about_who_takes_the_seat(home: Callable[[], SimpleNamespace]):
    shop = home()
    page = shop.live.decide("ann", site="demo")
    row = shop.live.seats.known(digest_of(shop, "ann"))
    shop.live.forget("ann", "demo")
    shop.live.decide("eve", site="demo")
    assert shop.live.seats.known(digest_of(shop, "eve")) == row
    shop.live.events([{"type": "clicked", "id": "late", "page": page.page, "position": 0}], site="demo")
    shop.clock.step_to(shop.clock.now() + 30 * MINUTE)
    shop.live.open_ticks()
    assert known(shop, row)[1] == [-1, -1]


def test_readers_of_the_log_pass_over_what_came_before_and_hear_what_comes_after(home: Callable[[], SimpleNamespace]):
    shop = home()
    come(shop, "ann")
    come(shop, "bob")
    assert read_back(shop, "ann") == (2, True)
    shop.live.forget("ann", "demo")
    assert read_back(shop, "ann") == (0, False)
    assert read_back(shop, "bob") == (2, True)
    shop.clock.step_to(shop.clock.now() + MINUTE)
    come(shop, "ann")
    assert read_back(shop, "ann") == (2, True)


def test_the_command_reaches_the_platform_and_leaves_no_name(
    home: Callable[[], SimpleNamespace], monkeypatch: pytest.MonkeyPatch
):
    from magnetar.cli.main import main

    shop = home()
    come(shop, "ann-of-the-hills")
    PortraitBook(shop.platform.runtime.store).consent("demo", "ann-of-the-hills", True, START)
    digest = digest_of(shop, "ann-of-the-hills")
    shop.close()
    monkeypatch.setenv("MAGNETAR_HOME", str(shop.home))
    with pytest.raises(SystemExit, match="0"):
        main(["understand", "shopper", "ann-of-the-hills", "--forget"])
    for file in (shop.home / "events").rglob("*"):
        assert not file.is_file() or b"ann-of-the-hills" not in file.read_bytes()
    shop = home()
    assert shop.live.seats.known(digest) is None
    assert not PortraitBook(shop.platform.runtime.store).may("demo", "ann-of-the-hills")


def test_a_seat_that_was_let_go_is_given_to_the_next():
    seats = Seats(300)
    first, second = seats.take(11, 5), seats.take(12, 5)
    assert seats.release(11, 9) == first
    assert seats.release(11, 9) is None
    assert seats.since[first] == 10
    assert seats.take(13, 20) == first
    assert seats.take(14, 20) == second + 1
    assert np.unique([seats.known(one) for one in (12, 13, 14)]).size == 3
