"""The studio's pages: films ordered, found, edited, exported, published and taken back; each merchant its own."""

import importlib.util
import io
import json
import re
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

pytest.importorskip("httpx")

from magnetar.app.film_shelf import DELETED, LIVE, PUBLISHED, RETIRED, FilmMoved, Note, film_of
from magnetar.app.goods import sample_shop
from magnetar.app.studio_orders import FilmWish
from magnetar.capabilities.creative.events import CreativePublished
from magnetar.capabilities.creative.pages_intake import Fetcher, FetchLimits
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.vocabulary.campaigns import CreativeState
from magnetar.web.console import console_app
from magnetar.web.console.pages.studio_variants import rows_of


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


scene: Any = _loaded("console_scene_studio", Path(__file__).with_name("test_console.py"))
PAGES = ("/creatives", "/studio", "/studio/variants", "/studio/agent", "/studio/drama")
WORDS = ("日式茶具", "一壶四杯", "粗陶")


def manifest(digest: str, **more: Any) -> dict[str, Any]:
    """A manifest as `render_film` writes it, of a film of p012 with three scenes."""
    kinds = ("hook", "point", "offer")
    scenes = [
        {"start_s": place / 3, "end_s": (place + 1) / 3, "kind": kind, "look": "band", "camera": "left", "headline": words, "caption": "", "chip": "", "texts": []}
        for place, (kind, words) in enumerate(zip(kinds, WORDS, strict=True))
    ]  # fmt: skip
    return {
        "schema": "magnetar/film-manifest/1", "film": digest, "product": "p012", "merchant": "demo", "language": "zh", "seconds": 1.0,
        "frames": 12, "fps": 12, "width": 90, "height": 160, "scenes": scenes, "music": {"tempo": 100, "key": "C major"},
        "label": {"text": "AI 生成", "metadata": {}}, "price": "¥139", "defects": [], **more,
    }  # fmt: skip


def lay(home: Path, merchant: str, name: str, **more: Any) -> None:
    """A second of a moving stripe with its manifest."""
    folder = home / "films" / merchant
    folder.mkdir(parents=True, exist_ok=True)
    with av.open(str(folder / f"{name}.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 90, 160, "yuv420p"
        for number in range(12):
            picture = np.zeros((160, 90, 3), np.uint8)
            picture[:, number * 7 : number * 7 + 10] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    (folder / f"{name}.json").write_text(json.dumps(manifest(f"digest-{name}", merchant=merchant, **more)), "utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    home = tmp_path_factory.mktemp("home")
    platform = assemble(Settings(home=home))
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    app = console_app(platform)
    app.state.site.studio.width = 90

    def visitor(name: str, role: str = "merchant", merchant: str = "demo", language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, role, merchant if role == "merchant" else "").token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    lay(home, "demo", "first")
    lay(home, "demo", "wide", aspect="16:9", language="en", angle="price", audience="camper")
    lay(home, "other", "theirs", product="x1")
    yield SimpleNamespace(
        app=app, home=home, site=app.state.site, platform=platform, li=visitor("li"), zoe=visitor("zoe", merchant="other", language="en"),
    )  # fmt: skip
    app.state.site.close()
    platform.close()


def board(shop: SimpleNamespace, name: str = "first") -> dict[str, Any]:
    """The storyboard's form as its page holds it."""
    page = shop.li.get(f"/studio/films/{name}").text
    fields: dict[str, Any] = {}
    for field in ("row", "kind", "shown", "headline", "caption", "chip", "seconds"):
        fields[field] = re.findall(rf'name="{field}" value="([^"]*)"', page)
    return {**fields, "text_scale": "1.0", "style": "", "aspect": "9:16", "subtitles": "yes"}


# ---- the gallery


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_in_both_languages_without_inline_script_or_style(shop: SimpleNamespace, page: str):
    for language, code in (("zh-CN", "zh-CN"), ("en", "en")):
        answer = shop.li.get(page, headers={"accept-language": language})
        assert answer.status_code == 200
        assert f'<html lang="{code}"' in answer.text
        assert re.findall(r"\son\w+=|\sstyle=|<script(?![^>]*(?:src=|application/json))", answer.text) == []


def test_films_are_found_by_what_they_are(shop: SimpleNamespace):
    def shown(query: str) -> set[str]:
        return set(re.findall(r'id="film-([^"]+)"', shop.li.get(f"/creatives?{query}").text))

    assert {"first", "wide"} <= shown("")
    assert shown("aspect=16:9") == shown("angle=price") == shown("audience=camper") == shown("language=en") == {"wide"}
    assert shown("q=没有这个词") == set()
    assert "没有符合的影片" in shop.li.get("/creatives?aspect=1:1").text


def test_a_card_tells_of_checks_and_label(shop: SimpleNamespace):
    lay(shop.home, "demo", "flawed", defects=[{"kind": "black"}, {"kind": "quiet"}])
    page = shop.li.get("/creatives").text
    assert "检查通过" in page
    assert "2 处缺陷" in page
    assert "AI 标识" in page
    with pytest.raises(Refused, match="2 处缺陷"):
        shop.site.shelf.move("demo", "flawed", PUBLISHED, "li")


def test_hundreds_of_films_come_in_pages(shop: SimpleNamespace):
    """The manifests are read once; a page holds 24."""
    folder = shop.home / "films" / "many"
    folder.mkdir(parents=True)
    for number in range(400):
        (folder / f"f{number:04d}.mp4").write_bytes(b"film")
        (folder / f"f{number:04d}.json").write_text(json.dumps(manifest(f"digest{number:04d}", merchant="many")))
    assert len(shop.site.shelf.all("many")) == 400
    link = shop.platform.accounts.invite("mo", "merchant", "many").token
    mo = scene.Visitor(shop.app)
    mo.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
    page = mo.get("/creatives").text
    assert page.count('class="card film') == 24
    assert "共 400 条" in page
    assert len(page) < 250_000
    assert mo.get("/creatives?page=17").text.count('class="card film') == 16


def test_a_poster_is_grabbed_from_the_film_where_none_lies_beside_it(shop: SimpleNamespace):
    answer = shop.li.get("/films/first.poster")
    assert answer.headers["content-type"] == "image/webp"
    assert shop.li.get("/films/first.scene2").content[:4] == b"RIFF"
    assert shop.li.get("/films/first.scene3").status_code == 404
    (shop.home / "films" / "demo" / "broken.mp4").write_bytes(b"no film")
    assert shop.li.get("/films/broken.poster").status_code == 404
    assert "无清单" in shop.li.get("/creatives?q=broken").text


def test_exports_are_files_for_editors(shop: SimpleNamespace):
    assert "00:00:00,000 --> 00:00:00,333\n日式茶具" in shop.li.get("/films/first.srt").text
    assert shop.li.get("/films/first.vtt").text.startswith("WEBVTT")
    assert "TITLE" in shop.li.get("/films/first.edl").text
    packed = zipfile.ZipFile(io.BytesIO(shop.li.get("/films/first.jianying").content))
    assert {"first/draft_content.json", "first/draft_meta_info.json", "first/media/first.mp4"} == set(packed.namelist())
    assert shop.li.get("/films/first.exe").status_code == 404
    assert shop.li.get("/films/broken.srt").status_code == 404


def test_publishing_puts_a_film_to_use_and_each_step_can_be_taken_back(shop: SimpleNamespace):
    shelf, told = shop.site.shelf, []
    shop.platform.runtime.bus.subscribe(CreativePublished, told.append)
    shop.platform.runtime.bus.subscribe(FilmMoved, told.append)
    shop.li.post("/creatives/wide/publish", "/creatives")
    assert shelf.get("demo", "wide").state == PUBLISHED
    library = shelf._library
    assert library.get("demo", "digest-wide").state is CreativeState.IN_USE
    assert [type(one).__name__ for one in told] == ["FilmMoved", "CreativePublished"]
    shop.li.post("/creatives/wide/retire", "/creatives")
    assert library.get("demo", "digest-wide").state is CreativeState.RETIRED
    assert 'id="film-wide"' not in shop.li.get("/creatives").text
    assert 'id="film-wide"' in shop.li.get("/creatives?state=retired").text
    shop.li.post("/creatives/wide/undo", "/creatives")
    assert shelf.get("demo", "wide").state == PUBLISHED
    assert library.get("demo", "digest-wide").state is CreativeState.IN_USE
    shop.li.post("/creatives/wide/withdraw", "/creatives")
    assert shelf.get("demo", "wide").state == LIVE
    assert library.get("demo", "digest-wide").state is CreativeState.PAUSED
    assert "li" in {change.by for _, change, _ in shelf.changes("demo")}


def test_a_deleted_film_cannot_be_fetched_until_it_is_brought_back(shop: SimpleNamespace):
    lay(shop.home, "demo", "gone")
    shop.li.post("/creatives/gone/delete", "/creatives")
    assert shop.li.get("/films/gone.mp4").status_code == 404
    assert shop.site.shelf._notes.get("demo", "gone").state == DELETED
    assert "/creatives/gone/undo" in shop.li.get("/creatives").text
    shop.li.post("/creatives/gone/undo", "/creatives")
    assert shop.li.get("/films/gone.mp4").status_code == 200
    assert shop.li.get("/films/gone.json").status_code == 200


def test_ticked_films_are_changed_together(shop: SimpleNamespace):
    for name in ("many1", "many2"):
        lay(shop.home, "demo", name)
    shop.li.post("/creatives/many", "/creatives", film=["many1", "many2"], verb="retire")
    assert {shop.site.shelf.get("demo", name).state for name in ("many1", "many2")} == {RETIRED}
    assert shop.li.post("/creatives/many", "/creatives", verb="retire").status_code == 422


def test_another_merchants_films_are_out_of_reach(shop: SimpleNamespace):
    zoe = shop.zoe
    for path in ("mp4", "json", "poster", "srt", "jianying", "scene0"):
        assert zoe.get(f"/films/first.{path}").status_code == 404
    assert zoe.get("/studio/films/first").status_code == 404
    for path in ("/creatives/first/delete", "/creatives/first/undo", "/studio/films/first", "/studio/films/first/back"):
        assert zoe.post(path, "/creatives", do="check").status_code == 404
    for name in ("..%2fdemo%2ffirst", "..", ".making"):
        assert zoe.get(f"/films/{name}.mp4").status_code == 404
    with pytest.raises(NotFound):
        shop.site.shelf.folder("../demo")
    page = zoe.get("/creatives").text
    assert "theirs" in page
    assert "first" not in page
    assert "digest-first" not in zoe.get("/studio/variants?format=csv").text
    order = shop.site.studio._kept
    from magnetar.app.studio_orders import DONE, Ordered

    order.put("demo", [("s1", Ordered("s1", "demo", "li", 1, FilmWish("variants", "p012"), "cup", DONE))])
    assert shop.li.get("/studio/orders/s1").status_code == 200
    for path in ("/studio/orders/s1", "/studio/orders/s1/events"):
        assert zoe.get(path).status_code == 404
    assert zoe.post("/studio/orders/s1/again", "/studio").status_code == 404
    order.delete("demo", ["s1"])


def test_hostile_words_and_manifests_are_escaped_and_never_break_a_page(shop: SimpleNamespace):
    nasty = scene.NASTY
    scenes = [
        {"start_s": 0, "end_s": 1, "kind": nasty, "headline": nasty, "caption": nasty, "chip": nasty, "look": nasty}
    ]
    lay(shop.home, "demo", "nasty", scenes=scenes, angle=nasty, audience=nasty, music={"key": nasty}, language=nasty)
    for page in ("/creatives", "/studio/variants", "/studio/films/nasty", "/studio?like=nasty"):
        answer = shop.li.get(page)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    (shop.home / "films" / "demo" / "nasty.mp4").unlink()


@pytest.mark.parametrize("told", [{}, {"scenes": 3}, {"scenes": [1, None]}, {"product": 7, "width": "x", "seconds": "y"},
                                  {"music": [], "label": 1, "defects": 3, "scenes": [{"start_s": "a"}]}])  # fmt: skip
def test_a_damaged_manifest_tells_less_and_is_no_error(told: dict[str, Any]):
    film = film_of("p1-0001", told, 10, 0, False)
    assert film.name == "p1-0001"
    assert film.note == Note()


# ---- orders


def test_a_brief_that_cannot_be_met_is_told_where_it_was_written(shop: SimpleNamespace):
    def order(**fields: str) -> str:
        given = {"product": "p012", "count": "2", "aspects": "9:16", "goal": "sell", "tone": "plain", "language": "zh", "length_s": "15", "seed": "0"}  # fmt: skip
        answer = shop.li.post("/studio", "/studio", **{**given, **fields})
        assert answer.status_code == 422
        return answer.text

    assert "没有这个商品" in order(product="nothing")
    assert "请先选一个商品" in order(product="")
    assert "条数应在 1 到 100" in order(count="101")
    assert "须为整数" in order(count="two")
    assert "请选择画幅" in order(aspects="2:1")
    assert "敏感" in order(audience="穆斯林")
    assert "length_s" in order(length_s="500")
    assert 'value="&lt;b&gt;"' in order(count="0", audience="<b>")
    assert shop.site.studio.list("demo") == []


def test_a_pasted_address_goes_through_the_guarded_fetcher_only(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    for address in (
        "http://127.0.0.1:80/x",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "ftp://x.example/",
    ):
        answer = shop.li.post("/studio/page", "/studio", address=address)
        assert answer.status_code == 422
        assert "root:" not in answer.text
    page = b"""<html><head><title>x</title><script type="application/ld+json">{"@type":"Product","name":"Blue <b>mug</b>","sku":"mug-1",
      "offers":{"price":"19.50","priceCurrency":"CNY"},"description":"Holds 350 ml."}</script></head></html>"""

    class Given(Fetcher):
        def page(self, address: str) -> Any:
            return SimpleNamespace(address=address, kind="text/html", charset="utf-8", content=page)

    monkeypatch.setattr("magnetar.web.console.pages.studio.fetcher", lambda: Given(FetchLimits()))
    answer = shop.li.post("/studio/page", "/studio", address="https://shop.example/mug")
    assert answer.status_code == 200
    assert "从网页读到的" in answer.text
    assert "<b>mug</b>" not in answer.text
    [made] = [one for one in shop.site.goods("demo") if "mug-1" in str(one.id)]
    assert made.price.amount == 19.5
    assert shop.platform.catalogue.get("other", str(made.id)) is None


def test_an_order_waits_its_turn_and_can_be_stopped(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    studio = shop.site.studio
    monkeypatch.setattr(studio, "_run", lambda one: time.sleep(0.3))
    orders = [studio.start("demo", "li", FilmWish("variants", "p012", count=1)) for _ in range(3)]
    assert len({one.id for one in orders}) == 3
    with pytest.raises(Refused, match="排队"):
        studio.start("demo", "li", FilmWish("variants", "p012", count=1))
    shop.li.post(f"/studio/orders/{orders[2].id}/stop", "/studio")
    page = shop.li.get(f"/studio/orders/{orders[2].id}").text
    assert "已停止" in page
    assert "再做一次" in page
    for one in orders:
        studio.stop("demo", one.id)
    time.sleep(0.5)
    studio._kept.delete("demo", [one.id for one in orders])


def test_a_wish_has_bounds():
    with pytest.raises(BadInput, match="每种画幅至少一条"):
        FilmWish("variants", "p", count=1, aspects=("9:16", "1:1")).checked()


@pytest.mark.slow
def test_films_are_made_in_the_background_and_land_in_the_gallery(shop: SimpleNamespace):
    given = {"product": "日式茶具 一壶四杯", "count": "2", "aspects": "9:16", "goal": "gift", "tone": "warm", "language": "zh", "length_s": "8", "seed": "0"}  # fmt: skip
    shop.site.studio.width = 270
    answer = shop.li.post("/studio", "/studio", **given)
    [one] = shop.site.studio.list("demo")
    assert answer.url.path == f"/studio/orders/{one.id}"
    deadline = time.monotonic() + 240
    while (one := shop.site.studio.get("demo", one.id)).active and time.monotonic() < deadline:
        time.sleep(0.3)
    assert (one.state, one.error, len(one.films)) == ("done", "", 2)
    film = shop.site.shelf.get("demo", one.films[0])
    assert film.poster
    assert film.note.angle
    page = shop.li.get(f"/creatives?product={film.product}").text
    assert all(name in page for name in one.films)
    stream = shop.li.get(f"/studio/orders/{one.id}/events").text
    assert '"active": false' in stream


@pytest.mark.slow
def test_what_is_whole_when_an_order_is_stopped_stays_and_made_again_it_takes_its_own_places(shop: SimpleNamespace):
    studio, shelf = shop.site.studio, shop.site.shelf
    studio.width = 270
    one = studio.start("demo", "li", FilmWish("variants", "p063", count=8, aspects=("9:16", "1:1")))
    deadline = time.monotonic() + 240
    while not studio.get("demo", one.id).done and time.monotonic() < deadline:
        time.sleep(0.05)
    studio.stop("demo", one.id)
    time.sleep(1.5)
    stopped = studio.get("demo", one.id)
    whole = {film.name for film in shelf.all("demo") if film.product == "p063"}
    assert stopped.state == "stopped"
    assert set(stopped.films) == whole
    assert all(film.whole for film in shelf.all("demo") if film.name in whole)
    assert not list((shop.home / "films" / "demo" / ".making").iterdir())
    studio.again("demo", one.id)
    while (last := studio.get("demo", one.id)).active and time.monotonic() < deadline:
        time.sleep(0.3)
    assert (last.state, len(last.films)) == ("done", 8)
    assert {film.name for film in shelf.all("demo") if film.product == "p063"} == set(last.films) >= whole


# ---- the storyboard


def test_scenes_are_moved_added_and_dropped_without_a_mouse(shop: SimpleNamespace):
    fields = board(shop)
    assert fields["headline"] == list(WORDS)

    def pressed(do: str) -> list[str]:
        return re.findall(r'name="headline" value="([^"]*)"', shop.li.post("/studio/films/first", "/creatives", **fields, do=do).text)  # fmt: skip

    assert pressed("down:1") == ["日式茶具", "粗陶", "一壶四杯"]
    assert pressed("drop:1") == ["日式茶具", "粗陶"]
    assert pressed("add:") == ["日式茶具", "一壶四杯", "", "粗陶"]
    assert pressed("up:1") == list(WORDS)  # the opening stays first
    assert pressed("drop:2") == list(WORDS)  # the offer stays
    assert shop.li.post("/studio/films/first", "/creatives", **fields, do="boom").status_code == 404
    wrong = {**fields, "kind": fields["kind"][:2]}
    assert shop.li.post("/studio/films/first", "/creatives", **wrong, do="check").status_code == 422


def test_words_that_may_not_stand_are_told_below_their_field(shop: SimpleNamespace):
    fields = board(shop)
    for words, reason in (
        ("全网第一", "广告"),
        ("重量 900 克", "p1headline"),
        ("", "要有标题"),
        ("长" * 61, "最多 60 字"),
    ):
        given = {**fields, "headline": [WORDS[0], words, WORDS[2]]}
        answer = shop.li.post("/studio/films/first", "/creatives", **given, do="make")
        assert answer.status_code == 422
        assert 'id="p1headline"' in answer.text
        assert reason in answer.text
        assert 'id="p0headline"' not in answer.text
    assert shop.site.studio.list("demo") == [] or not any(
        one.wish.kind == "cut" for one in shop.site.studio.list("demo")
    )
    far = {**fields, "seconds": ["", "99", ""]}
    assert "1.2 到 8 秒" in shop.li.post("/studio/films/first", "/creatives", **far, do="make").text
    fine = shop.li.post("/studio/films/first", "/creatives", **{**fields, "seconds": ["", "2", ""]}, do="check")
    assert "文字都有据可查" in fine.text


def test_price_first_puts_the_offer_second_and_the_direction_is_carried(
    shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    taken: list[FilmWish] = []

    def start(merchant: str, by: str, wish: FilmWish) -> Any:
        taken.append(wish)
        return SimpleNamespace(id="s0")

    monkeypatch.setattr(shop.site.studio, "start", start)
    fields = {
        **board(shop),
        "price_first": "yes",
        "text_scale": "1.25",
        "pace": "fast",
        "tune": "3",
        "style": "tech",
        "seconds": ["", "2.5", ""],
    }
    shop.li.http.post("/studio/films/first", data={"form_token": shop.li.token("/creatives"), **fields, "do": "make"}, follow_redirects=False)  # fmt: skip
    [wish] = taken
    assert [one.kind for one in wish.direction.scenes] == ["hook", "offer", "point"]
    assert wish.direction.scenes[2].seconds == 2.5
    told = wish.direction
    assert (told.text_scale, told.pace, told.tune, told.voice, told.subtitles) == (1.25, "fast", 3, "none", True)
    assert told.style == "tech"
    assert (wish.kind, wish.film, wish.product) == ("cut", "first", "p012")


def test_going_back_to_a_version_retires_the_later_ones_and_can_be_undone(shop: SimpleNamespace):
    shelf = shop.site.shelf
    for name, parent in (("line", ""), ("line-v2", "line"), ("line-v3", "line-v2")):
        lay(shop.home, "demo", name)
        shelf.note("demo", name, Note(parent=parent))
    assert [one.name for one in shelf.versions("demo", shelf.get("demo", "line-v2"))] == ["line", "line-v2", "line-v3"]
    shop.li.post("/studio/films/line/back", "/creatives")
    assert [shelf.get("demo", name).state for name in ("line", "line-v2", "line-v3")] == [LIVE, RETIRED, RETIRED]
    shop.li.post("/creatives/line-v3/undo", "/creatives")
    assert shelf.get("demo", "line-v3").state == LIVE


def test_versions_that_name_each_other_end(shop: SimpleNamespace):
    shelf = shop.site.shelf
    for name, parent in (("loop1", "loop2"), ("loop2", "loop1")):
        lay(shop.home, "demo", name)
        shelf.note("demo", name, Note(parent=parent))
    assert {one.name for one in shelf.versions("demo", shelf.get("demo", "loop1"))} == {"loop1", "loop2"}


# ---- variants and talks


def test_the_table_shows_dashes_where_nothing_was_shown_and_sorts(shop: SimpleNamespace):
    page = shop.li.get("/studio/variants?product=p012").text
    assert "还没有影片展示过" in page
    rows = shop.li.get("/studio/variants?format=csv&sort=hook").text.lstrip("\ufeff").splitlines()
    assert rows[0].startswith("film,product,angle,audience,hook")
    assert any(row.startswith("first,p012,,,日式茶具,band,C major · 100,9:16,,,,0,") for row in rows)


def test_a_film_that_was_shown_has_real_figures_beside_what_was_predicted(shop: SimpleNamespace):
    """100 views of which 9 were predicted to be clicked and 18 were: twice the product's rate, 18 %."""
    lay(shop.home, "demo", "shown")
    shop.li.post("/creatives/shown/publish", "/creatives")
    creatives = shop.site.hosting.live.market.creatives
    creatives.read_library()
    row = creatives.row_of("demo", "digest-shown")
    assert row is not None
    for name, value in (("views", 100.0), ("told", 9.0), ("had", 18.0), ("orders", 2.0)):
        creatives.totals[name][row] = value
    creatives.cells["expected"][row, 0], creatives.cells["clicks"][row, 0] = 9.0, 18.0
    creatives.cells["doubt"][row, 0] = 100 * 0.09 * 0.91
    [one] = [row for row in rows_of(shop.site, "demo", shop.site.shelf.all("demo")) if row.film.name == "shown"]
    assert (one.figures.impressions, one.figures.ctr, one.figures.lift) == (100, 0.18, 2.0)
    assert one.predicted is not None
    assert one.predicted.low < 1.0 < one.predicted.factor < 2.0 < one.predicted.high * 1.5  # twenty clicks say little
    assert one.expected_ctr == pytest.approx(0.09 * one.predicted.factor)
    page = shop.li.get("/studio/variants?sort=impressions&down=1").text
    assert "×2.00" in page
    assert "18.00%" in page
    chart = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[0])
    assert chart["claimed"] == [2.0]
    assert chart["rows"][0][1] < chart["rows"][0][0] < chart["rows"][0][2]
    assert "×2.00" not in shop.zoe.get("/studio/variants").text


def _answered(shop: SimpleNamespace, address: str) -> str:
    for _ in range(200):
        page = shop.li.get(address).text
        if 'data-watch=""' in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the agent gave no answer")


def test_a_talk_shows_proposals_as_cards_that_can_be_chosen(shop: SimpleNamespace):
    address = shop.li.post("/studio/agent", "/studio/agent", words="p012").url.path
    page = _answered(shop, address)
    assert page.count('class="pitch"') == 3
    assert 'value="第1个"' in page
    assert shop.zoe.get(address).status_code == shop.zoe.get(f"{address}/events").status_code == 404
    assert shop.zoe.post(address, "/studio/agent", words="发布").status_code == 404
    assert shop.li.post(address, address, words="").status_code == 422
    assert shop.li.post(f"{address}/publish/first", address).status_code == 404  # a film, but none of this talk
    shop.li.post(address, address, words="<script>alert(1)</script>")
    assert "<script>alert" not in _answered(shop, address)


# ---- short drama


def drama(home: Path, merchant: str, name: str, **more: Any) -> Path:
    """A drama of one episode as `drama make` leaves it."""
    folder = home / "drama" / merchant / name
    folder.mkdir(parents=True)
    (folder / "episode-01.mp4").write_bytes(b"film of " + merchant.encode())
    row = {
        "file": "/elsewhere/episode-01.mp4",
        "episode": 1,
        "seconds": 30.0,
        "shots": 9,
        "defects": [],
        "cpu_seconds": 20.0,
        "cpu_seconds_forecast": 21.0,
        "hook": "<b>谁?",
    }
    sums = {"cpu_seconds": 45.5, "credits": 1.25, "money": 0.5}
    told = {
        "title": f"剧 {name}",
        "episodes": [row],
        "promos": [],
        "cost": {**sums, "cpu_seconds": 44.5},
        "cost_forecast": sums,
        "notes": [],
        "rights": "demo",
        "checks": "full",
        **more,
    }
    (folder / "plan.json").write_text(json.dumps(told), "utf-8")
    return folder


def test_a_merchants_dramas_are_listed_with_forecast_and_real_cost_and_played(shop: SimpleNamespace):
    drama(shop.home, "demo", "train")
    drama(shop.home, "demo", "unchecked", checks="none")
    drama(shop.home, "demo", "broken", cost=None)
    page = shop.li.get("/studio/drama").text
    assert "45.5" in page
    assert "44.5" in page
    assert "&lt;b&gt;谁?" in page
    assert page.count("检查通过") == page.count("没有检查") == 1
    assert "剧 broken" not in page
    assert shop.li.get("/studio/drama/train/episode-01.mp4").content == b"film of demo"


@pytest.mark.parametrize("path", ["train/plan.json", "../other/episode-01.mp4", "..%2f..%2fother/episode-01.mp4", "nope/episode-01.mp4"])  # fmt: skip
def test_a_drama_gives_its_own_films_only(shop: SimpleNamespace, path: str):
    if not (shop.home / "drama" / "other").exists():
        drama(shop.home, "other", "theirs")
    assert shop.li.get(f"/studio/drama/{path}").status_code == 404
    assert shop.li.get("/studio/drama/theirs/episode-01.mp4").status_code == 404
    assert "剧 theirs" not in shop.li.get("/studio/drama").text


SCRIPT = """# 夜路
## 角色
- 甲：男，30岁，眼镜
## 第1集 开始
### 街 夜 雨
甲（震惊）：是你？
钩子：她是谁？
## 第2集 后来
### 街 夜
甲：我等你很久了。
"""
FORM = {
    "script": SCRIPT,
    "language": "",
    "pictures": "panels",
    "free": "1",
    "coins": "60",
    "ads": "1",
    "promos": "0",
    "rights": "我们",
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"script": ""}, "请粘贴或上传剧本"), ({"script": "没有标题"}, "第 1 行"), ({"promos": "9"}, "宣传片数"), ({"free": "x"}, "免费集数"),
        ({"pictures": "film"}, "画面来源"), ({"language": "fr"}, "zh 或 en"),
        ({"script": SCRIPT.replace("是你？", "<script>alert(1)</script>")}, "HTML"),
    ],
)  # fmt: skip
def test_a_script_that_cannot_be_made_is_told_on_the_page_and_stays_in_its_field(
    shop: SimpleNamespace, changed: dict[str, str], said: str
):
    answer = shop.li.post("/studio/drama", "/studio/drama", **{**FORM, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>alert" not in answer.text
    assert shop.site.dramas.list("demo") == []


def test_a_script_beyond_what_a_form_holds_is_sent_to_the_command_line(shop: SimpleNamespace):
    from magnetar.app.drama_making import DramaWish

    with pytest.raises(BadInput, match="magnetar drama make"):
        shop.site.dramas.start("demo", "li", "字" * 70_000, DramaWish())
    with pytest.raises(NotFound):
        shop.site.dramas.root("../demo")


def test_nothing_is_made_before_the_forecast_is_agreed_to(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    dramas = shop.site.dramas
    row = {"film_seconds": 9.0, "shots": 3, "cpu_seconds": 2.5, "credits": 1.0, "money": 0.7}
    plan: dict[str, Any] = {
        "cost_forecast": {**row, "episodes": [{"episode": 1, **row}], "promos": [], "price_known": True},
        "pay_plan": {"free_episodes": [1], "points": [{"after_episode": 1, "hook": "<b>她是谁？", "unlock": [{"kind": "coins", "amount": 60}]}]},
        "coverage": {"lines": 3, "covered": 3}, "pictures": {"source": "panels"}, "voice": None, "placements": [],
    }  # fmt: skip
    phases: list[str] = []

    def run(one: Any) -> None:
        phases.append(one.phase)
        dramas._tell(replace(one, state="done", plan=plan))

    monkeypatch.setattr(dramas, "_run", run)
    address = shop.li.post("/studio/drama", "/studio/drama", **FORM).url.path
    page = _answered(shop, address)
    assert phases == ["plan"]
    assert "等您确认" in page
    assert "&lt;b&gt;她是谁？" in page
    assert "¥0.70" in page
    assert shop.zoe.get(address).status_code == shop.zoe.get(f"{address}/events").status_code == 404
    assert shop.zoe.post(f"{address}/agree", "/studio/drama").status_code == 404
    assert shop.li.post(f"{address}/agree", address).url.path == address
    _answered(shop, address)
    assert phases == ["plan", "make"]
    assert shop.li.post(f"{address}/agree", address).status_code == 422
    wrong = {**plan, "placements": [{"line": 7, "name": "杯", "findings": [{"words": "九折", "reason": "x"}]}]}
    [one] = dramas.list("demo")
    dramas._keep(replace(one, phase="plan", state="done", plan=wrong))
    assert "第 7 行说到“杯”" in shop.li.get(address).text
    assert shop.li.post(f"{address}/agree", address).status_code == 422
    dramas._kept.delete("demo", [one.id])


@pytest.mark.slow
def test_a_drama_is_made_from_its_script_and_played(shop: SimpleNamespace):
    dramas = shop.site.dramas
    dramas.width = 252
    address = shop.li.post("/studio/drama", "/studio/drama", **FORM).url.path
    deadline = time.monotonic() + 240
    while (one := dramas.list("demo")[0]).active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert one.planned, one.error
    shop.li.post(f"{address}/agree", address)
    while (one := dramas.get("demo", one.id)).active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (one.state, one.error, one.done) == ("done", "", 2)
    page = shop.li.get(address).text
    assert "之后付费" in page
    assert page.count("检查通过") == 2
    film = shop.li.get(f"/studio/drama/{one.folder}/episode-02.mp4")
    assert film.content[4:8] == b"ftyp"


def test_a_talk_that_a_server_left_is_answered_by_the_next_and_an_answer_is_not_given_twice(shop: SimpleNamespace):
    from magnetar.app.studio_talks import Saying

    talks = shop.site.talks
    for number, turns in ((0, 1), (1, 2)):
        held = talks.agent.open("demo", f"left{number}")
        if number:
            talks.agent.say("demo", held.id, "p012")  # answered, but the server went before it was said so
        left = Saying(held.id, "demo", "p012", 0, "running", server="another boot/1/0/0", attempts=1)
        talks._keep(replace(left, state="queued"))
        talks._keep(left)
        assert "服务曾经停止" in shop.li.get(f"/studio/agent/{held.id}").text
        assert talks.resume() == 1
        _answered(shop, f"/studio/agent/{held.id}")
        assert len(talks.agent.get("demo", held.id).turns) == max(1, turns - 1)


def test_a_talk_whose_film_is_stopped_says_so_and_goes_on(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch):
    import subprocess

    def spawn(module: str, order: bytes) -> Any:
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], stdin=-1, stdout=-1, start_new_session=True
        )

    monkeypatch.setattr("magnetar.app.studio_talks.spawn", spawn)
    address = shop.li.post("/studio/agent", "/studio/agent", words="给p012做个片子").url.path
    talks, id = shop.site.talks, address.rsplit("/", 1)[-1]
    for _ in range(200):
        if talks._running.get("demo", ("", None))[1]:
            break
        time.sleep(0.05)
    assert "停止" in shop.li.get(address).text
    shop.li.post(f"{address}/stop", address)
    for _ in range(200):
        if talks.agent.get("demo", id).turns:
            break
        time.sleep(0.05)
    [turn] = talks.agent.get("demo", id).turns
    assert "制作已停止" in turn.answered
    assert not turn.film
    assert shop.li.post(address, address, words="多少钱").status_code == 200
