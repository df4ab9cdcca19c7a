"""Takes docs/screenshots/ again from the running product: the sample shop, rehearsed, launched and visited.

    python docs/make_screenshots.py            the pictures that the pages show
    python docs/make_screenshots.py --understanding   of these, the pages on what is understood; a minute
    python docs/make_screenshots.py --studio   of these, the pages on films; some minutes
    python docs/make_screenshots.py --all DIR  every page, light and dark, both languages, desktop and mobile

Needs playwright (a development dependency) and a Chromium; /usr/bin/chromium or CHROMIUM names it.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
START = 1_795_132_800 * 1_000_000  # 2026-11-20 00:00 UTC, 08:00 in the shop
PASSWORD = "look at this shop"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
)  # fmt: skip
LARGEST = 200_000
REGULAR = "shopper-7"
"""A made-up shopper who comes every half-hour."""


@dataclass(slots=True)
class Shop:
    """A running console with everything behind it."""

    platform: Any
    live: Any
    clock: Any
    hosting: Any
    url: str
    site: Any


@contextmanager
def running_shop(home: Path) -> Iterator[Shop]:
    """The sample shop behind a console on a free port, its clock in our hands."""
    import uvicorn

    from magnetar.app.goods import sample_shop
    from magnetar.kernel.clock import SteppedClock
    from magnetar.kernel.settings import Settings
    from magnetar.platform.assemble import assemble
    from magnetar.platform.live import LivePlatform
    from magnetar.web.console import console_app
    from magnetar.web.server import listen

    clock = SteppedClock(START)
    platform = assemble(Settings(home=home), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    live = LivePlatform(platform, 2_000)
    socket = listen("127.0.0.1", 0)
    app = console_app(platform, live)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield Shop(
            platform, live, clock, app.state.site.hosting, f"http://127.0.0.1:{socket.getsockname()[1]}", app.state.site
        )
    finally:
        server.should_exit = True
        thread.join(10)
        live.close()
        platform.close()


def visit_for(shop: Shop, ticks: int, pages: int = 256, seed: int = 5) -> None:
    """Made-up shoppers ask for pages, look, click and buy, for so many half-hours."""
    from magnetar.kernel.clock import MINUTE
    from magnetar.platform.live import Ask

    rng = np.random.default_rng(seed)  # noqa: TID251
    live, clock = shop.live, shop.clock
    scenes = ("feed", "live", "search", "mall")
    for _ in range(ticks):
        clock.step_to(clock.now() + 30 * MINUTE)
        live.open_ticks()
        asks = [("demo", Ask(f"shopper-{rng.integers(600)}", scenes[rng.integers(4)])) for _ in range(pages)]
        asks[0] = ("demo", Ask(REGULAR, "feed"))
        answers, now = live.decide_many(asks), clock.now()
        reports: list[dict[str, Any]] = []
        for row in range(pages):
            token, depth = answers.tokens[row], int(rng.integers(3, 11))
            reports.append({"type": "viewed", "id": f"v{now}-{row}", "page": token, "depth": depth})
            for position, item in enumerate(answers.item[row][:depth]):
                often = (
                    row == 0 and position == 0
                )  # one comes and clicks every time, so that there is somebody to look at
                if item < 0 or (rng.random() > 0.05 + 0.012 * (item % 3) and not often):
                    continue
                same = {"page": token, "position": position}
                reports.append({"type": "clicked", "id": f"c{now}-{row}-{position}", **same})
                if rng.random() < 0.10:
                    reports.append({"type": "ordered", "id": f"o{now}-{row}-{position}", **same})
                    if rng.random() < 0.09:
                        reports.append({"type": "returned", "id": f"r{now}-{row}-{position}", **same})
        for start in range(0, len(reports), 500):
            live.events(reports[start : start + 500], site="demo")


@contextmanager
def browser(language: str = "zh-CN", width: int = 1440, height: int = 900, look: str = "light") -> Iterator[Any]:
    """A page of a new headless Chromium with a profile of its own."""
    from playwright.sync_api import sync_playwright

    profile = tempfile.mkdtemp(prefix="magnetar-chromium-")
    try:
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                profile,
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                args=list(FLAGS),
                locale=language,
                color_scheme=look,  # pyright: ignore
                viewport={"width": width, "height": height},
            )
            yield context.pages[0] if context.pages else context.new_page()
            context.close()
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def enter(page: Any, shop: Shop, name: str = "li", role: str = "merchant", merchant: str = "demo") -> None:
    """Sign in by a first link."""
    token = shop.platform.accounts.invite(name, role, merchant if role == "merchant" else "").token
    page.goto(f"{shop.url}/welcome/{token}")
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{shop.url}/")


UNDERSTANDING = (
    ("card", "/catalogue/cards/p012"), ("intents", "/intents"), ("search", "/search?q=露营灯 100元以下"),
    ("quality", "/quality"), ("path", "/intents/shopper?shopper=" + REGULAR),
)  # fmt: skip
"""Pages on what the platform understands; they need shoppers, no rehearsal."""


def search_for(shop: Shop, people: int = 40) -> None:
    """Made-up shoppers search in words and click the first thing that they are shown."""
    words = ("露营灯", "保温杯", "phone case", "手霜", "折叠椅", "猫砂")
    for one in range(people):
        page = shop.live.decide(f"shopper-{one}", "search", query=words[one % len(words)], site="demo")
        seen = {"type": "viewed", "id": f"s{page.request}", "page": page.page, "depth": 3}
        shop.live.events(
            [seen, {"type": "clicked", "id": f"s{page.request}", "page": page.page, "position": 0}], "demo"
        )


def rehearse(page: Any, shop: Shop, pairs: int, days: int = 0) -> str:
    """Ask for a rehearsal, of as many days as the form says where none are given, and wait for its verdict; returns its address."""
    page.goto(f"{shop.url}/rehearsals")
    if days:
        page.fill("input[name=days]", str(days))
    page.fill("input[name=pairs]", str(pairs))
    page.click("form[action='/rehearsals'] button")
    page.wait_for_selector("#rehearsal")
    page.wait_for_selector("#rehearsal[data-watch='']", timeout=240_000)
    return page.url


def prepare(page: Any, shop: Shop, home: Path, pairs: int) -> str:
    """Everything that the pictures show: films, a rehearsal, a launched campaign, two days of shoppers."""
    films(home)
    enter(page, shop)
    address = rehearse(page, shop, pairs)
    page.goto(f"{address}/launch/uax")
    page.click("main .primary")
    page.wait_for_url("**/campaigns/**")
    rivals(shop)
    with shop.live._lock:
        shop.live.market.campaigns.change_campaign("demo-uax", bidder="reasoner")
        shop.live.market.experiments.hold_out("demo-uax", 0.2, standing=True)
    visit_for(shop, 60)
    search_for(shop)
    visit_for(shop, 1, seed=6)
    return address


def rivals(shop: Shop) -> None:
    """Two other merchants with the same goods, who bid as well."""
    from magnetar.app.goods import sample_shop
    from magnetar.vocabulary.campaigns import Goal, GoalKind
    from magnetar.vocabulary.money import Money

    for merchant, agent, target in (("north", "manual", 2.5), ("south", "uax", 2.8)):
        shop.platform.catalogue.import_file(sample_shop() / "catalogue.csv", merchant)
        shop.hosting.launch(merchant, agent, Goal(GoalKind.TARGET_ROI, target), Money.of(900))


def films(home: Path) -> None:
    """Three films of the sample shop with their posters."""
    from magnetar.app.goods import goods_from, sample_shop
    from magnetar.capabilities.creative import render_film, render_still

    shop = sample_shop()
    goods = {product.id: product for product in goods_from(shop / "catalogue.csv", "demo", "CNY")}
    out = home / "films" / "demo"
    out.mkdir(parents=True, exist_ok=True)
    for id in ("p012", "p018", "p063"):
        render_film(goods[id], shop, out / f"{id}.mp4")
        render_still(goods[id], shop, out / f"{id}.jpg", shape="9:16")


def shrunk(picture: bytes) -> bytes:
    """The picture with a palette, within the limit."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    ways = (
        (256, Image.Dither.FLOYDSTEINBERG),
        (256, Image.Dither.NONE),
        (128, Image.Dither.NONE),
        (64, Image.Dither.NONE),
    )
    for colours, dither in ways:
        out = io.BytesIO()
        image.quantize(colours, dither=dither).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


def look_through(home: Path, folder: Path, pairs: int) -> None:
    """Every page in every way."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop(home) as shop:
        ways = [("zh-CN", 1440, "light"), ("en-GB", 1440, "dark"), ("zh-CN", 390, "dark"), ("en-GB", 390, "light")]
        address = ""
        for language, width, look in ways:
            with browser(language, width, 900 if width > 800 else 844, look) as page:
                page.goto(f"{shop.url}/sign-in")
                page.screenshot(path=folder / f"sign-in-{language[:2]}-{width}-{look}.png")
                if not address:
                    address = prepare(page, shop, home, pairs)
                else:
                    enter(page, shop, f"li-{language[:2]}-{width}-{look}")
                campaign = f"{shop.url}/campaigns/demo-uax"
                for name, to in (
                    ("overview", "/"), ("catalogue", "/catalogue"), ("import", "/catalogue/import"),
                    ("rehearsals", "/rehearsals"), ("rehearsal", address), ("launch", f"{address}/launch/uax"),
                    ("campaigns", "/campaigns"), ("campaign", campaign), ("market", f"{campaign}/market"),
                    ("experiments", "/experiments"), ("experiment", "/experiments/demo-uax:x1"), ("creatives", "/creatives"),
                    ("studio", "/studio"), ("variants", "/studio/variants"), ("agent", "/studio/agent"), ("generation", "/generation"),
                    ("audit", "/audit"), ("accounts", "/accounts"), *UNDERSTANDING,
                ):  # fmt: skip
                    page.goto(to if to.startswith("http") else f"{shop.url}{to}")
                    page.wait_for_timeout(600)
                    page.screenshot(path=folder / f"{name}-{language[:2]}-{width}-{look}.png", full_page=True)


def take(home: Path, folder: Path, pairs: int) -> None:
    """The pictures that the pages show."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop(home) as shop, browser() as page:
        address = prepare(page, shop, home, pairs)
        for name, to in (
            ("overview", f"{shop.url}/"), ("rehearsal", address), ("campaign", f"{shop.url}/campaigns/demo-uax"),
            ("market", f"{shop.url}/campaigns/demo-uax/market"), ("experiment", f"{shop.url}/experiments/demo-uax:x1"),
            ("catalogue", f"{shop.url}/catalogue"), ("audit", f"{shop.url}/audit"),
            *((name, f"{shop.url}{to}") for name, to in UNDERSTANDING), *studio(page, shop).items(),
        ):  # fmt: skip
            _keep(page, to, folder / f"{name}.png")


def take_understanding(home: Path, folder: Path) -> None:
    """Only the pictures of what is understood, without a rehearsal."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop(home) as shop:
        visit_for(shop, 60)
        search_for(shop)
        visit_for(shop, 1, seed=6)
        with browser() as page:
            enter(page, shop)
            for name, to in UNDERSTANDING:
                _keep(page, f"{shop.url}{to}", folder / f"{name}.png")


def studio(page: Any, shop: Shop, width: int = 540) -> dict[str, str]:
    """Films ordered, published and shown to made-up shoppers, one edited, one talked about; the pages' addresses."""
    shop.site.studio.width = width
    orders: list[str] = []
    for product, count in (("p012", 5), ("p018", 4), ("p063", 3)):
        page.goto(f"{shop.url}/studio?product={product}")
        page.fill("input[name=count]", str(count))
        if product == "p012":
            page.check("input[value='1:1']")
        page.click("form[action='/studio'] button.primary")
        page.wait_for_selector(".badge.good:has-text('已完成')", timeout=300_000)
        orders.append(page.url)
    shelf = shop.site.shelf
    for film in shelf.all("demo"):
        shelf.move("demo", film.name, "published", "li")
    visit_for(shop, 60)
    page.goto(f"{shop.url}/studio/agent")
    page.fill("textarea", "商品 p012")
    page.click("form.say button")
    page.wait_for_selector(".pitch")
    film = next(one.name for one in shelf.all("demo") if one.product == "p018")
    return {
        "creatives": f"{shop.url}/creatives", "studio": orders[0], "storyboard": f"{shop.url}/studio/films/{film}",
        "variants": f"{shop.url}/studio/variants?sort=impressions&down=1", "agent": page.url,
    }  # fmt: skip


def take_studio(home: Path, folder: Path) -> None:
    """Only the pictures of films, their orders, storyboard, figures and talks."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop(home) as shop, browser() as page:
        enter(page, shop)
        for name, to in studio(page, shop).items():
            _keep(page, to, folder / f"{name}.png")


def _keep(page: Any, address: str, file: Path) -> None:
    page.goto(address)
    page.wait_for_timeout(800)
    picture = shrunk(page.screenshot())
    file.write_bytes(picture)
    print(f"{file} {len(picture) / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", metavar="DIR", default="")
    parser.add_argument("--understanding", action="store_true")
    parser.add_argument("--studio", action="store_true")
    parser.add_argument("--pairs", type=int, default=20)
    given = parser.parse_args()
    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="magnetar-shop-"))
    try:
        if given.all:
            look_through(home, Path(given.all), given.pairs)
        elif given.understanding:
            take_understanding(home, ROOT / "docs" / "screenshots")
        elif given.studio:
            take_studio(home, ROOT / "docs" / "screenshots")
        else:
            take(home, ROOT / "docs" / "screenshots", given.pairs)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
