"""Films by angle and audience: parts go together as copy says, every line tells what it rests on, a brief is kept to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from magnetar.capabilities.creative import make_variants
from magnetar.capabilities.creative.copy import Brief, make_copy
from magnetar.capabilities.creative.segments.menu import Menu, make_menu
from magnetar.capabilities.creative.segments.recipes import TUNES
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.understanding import make_card
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.catalogue import Product

Make = Callable[..., Product]
BARE: dict[str, Any] = {"title": "帆布袋", "brand": "", "selling_points": (), "attributes": {}, "description": "", "list_price": None, "category": ""}  # fmt: skip


def menu_of(product: Product, count: int, **wishes: Any) -> Menu:
    return make_menu(make_copy(product, make_card(product), Brief(**wishes)), count, Chance(0))


@pytest.mark.parametrize("count", [1, 7, 200])
def test_every_film_is_a_script_that_copy_allows(product: Make, count: int):
    menu = menu_of(product(), count)
    recipes = menu.choose(["a", "b"], count, Chance(1))
    assert len({(recipe.takes, recipe.tune, recipe.text) for recipe in recipes}) == count
    for recipe in recipes:
        hook, *points, offer = (menu.parts[take] for take in recipe.takes)
        assert menu.copy.fits(hook, points, offer)
        assert len(points) == menu.slots
        assert menu.copy.join(hook, points, offer).script.action == menu.scripts[recipe.takes[-1].script].action


def test_the_first_films_differ_in_angle_and_no_script_repeats_while_others_are_left(product: Make):
    menu = menu_of(product(), 6)
    angles = [menu.parts[recipe.takes[0]].angle for recipe in menu.choose([""], 6, Chance(1))]
    assert len(set(angles)) == 6
    many = menu_of(product(), 200)
    assert len({many.script_of(recipe) for recipe in many.choose(["", "a", "b"], 200, Chance(1))}) == 200


def test_more_films_than_there_are_is_refused_with_the_number(product: Make):
    menu = menu_of(product(**BARE), 5)
    most = sum(len(bodies) * len(menu.offers) for bodies in menu.bodies) * TUNES
    chosen = menu.choose([""], most, Chance(0))
    assert len({(recipe.takes, recipe.tune) for recipe in chosen}) == most
    with pytest.raises(BadInput, match=f"only {most} different films"):
        menu.choose([""], most + 1, Chance(0))


def test_what_must_be_said_is_said_in_every_film(product: Make):
    menu = menu_of(product(), 20, must_say=("底仓自带防雨罩",))
    for recipe in menu.choose([""], 20, Chance(2)):
        said = [text for take in recipe.takes for text in (take.line.headline, take.line.caption)]
        assert any("底仓自带防雨罩" in text for text in said)


def test_price_first_means_the_price_opens_every_film(product: Make):
    for recipe in menu_of(product(), 10, price_first=True).choose([""], 10, Chance(2)):
        assert "239.00" in recipe.takes[0].line.headline + recipe.takes[0].line.caption


@pytest.fixture
def make(face: Typeface, pictures: Path, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Makes small films and gives their manifests."""

    def make(product: Product, count: int = 2, **options: Any) -> list[dict[str, Any]]:
        small = {"width": 270, "length_s": 4.0, "decode": 0.0, **options}
        batch = make_variants(product, pictures, count, tmp_path / "films", tmp_path / "home", **small)
        assert batch.defects == ()
        return [json.loads(film.file.with_suffix(".json").read_text()) for film in batch.films]

    return make


def test_a_manifest_tells_angle_audience_and_what_each_line_rests_on(make: Callable[..., Any], product: Make):
    made = product()
    record = " ".join([made.title, made.category, *made.selling_points, *(f"{k} {v}" for k, v in made.attributes.items()), made.description, "¥239.00 ¥299.00"])  # fmt: skip
    for told in make(made, 3):
        assert told["angle"]
        assert told["script"]
        for scene in told["scenes"]:
            assert scene["evidence"]
            for ground in scene["evidence"]:
                assert ground["field"]
                assert ground["words"] in record, ground


def test_a_brief_in_another_language_than_the_films_is_told(make: Callable[..., Any], product: Make):
    with pytest.raises(BadInput, match="Name the same in both"):
        make(product(), brief=Brief(language="en"))


def test_a_text_that_the_record_does_not_hold_may_not_be_asked_for(make: Callable[..., Any], product: Make):
    with pytest.raises(Refused, match="must_say"):
        make(product(), brief=Brief(must_say=("终身保修",)))


# --- the command


@pytest.fixture
def command(face: Typeface, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs `studio make` with films small enough for a test; (exit code, stderr, the object)."""
    from magnetar.capabilities.creative import studio

    real = studio.make_variants
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "magnetar.capabilities.creative.make_variants", lambda *a, **k: real(*a, **{**k, "width": 270, "length_s": 4.0})
    )

    def command(*words: str) -> tuple[int, str, dict[str, Any]]:
        told = tmp_path / "told.json"
        told.unlink(missing_ok=True)
        place = ["--out", str(tmp_path / "out"), "--json", str(told), "--workers", "1", "--decode", "0"]
        code = run(["studio", "make", *place, *words])
        return code, capsys.readouterr().err, json.loads(told.read_text()) if told.exists() else {}

    return command


PAGE = """<html><head><script type="application/ld+json">{"@type":"Product","name":"青釉陶瓷餐盘 8英寸","offers":
{"price":"59.00","priceCurrency":"CNY"},"description":"釉面光亮。微波炉能进。"}</script></head><body>%s</body></html>"""
HOSTILE = {
    "long": PAGE % ("<ul class='features'>" + "<li>" + "好" * 10_000 + "</li></ul>"),
    "script": PAGE % "<script>while(1){}</script><img src='../../../etc/passwd'><img src='file:///etc/passwd'>",
    "nested": PAGE % ("<div>" * 20_000),
    "emoji": PAGE % "<li>🙂🙂🙂</li>",
}


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_a_hostile_page_gives_a_good_film(command: Callable[..., Any], tmp_path: Path, kind: str):
    (tmp_path / "page.html").write_text(HOSTILE[kind], encoding="utf-8")
    code, err, told = command("--page", str(tmp_path / "page.html"), "--variants", "1", "--voice", "none")
    assert code == 0, err
    assert told["title"] == "青釉陶瓷餐盘 8英寸"
    assert told["registered"] == 1
    assert told["defects"] == []
    about = Path(told["films"][0]["file"]).with_suffix(".json").read_text()
    assert "passwd" not in about


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no title"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "no title"),
        ("<html><title>只有标题</title></html>".encode(), "no price"),
        (b'{"name": "x", "price": ', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        ((PAGE % "").replace("青釉陶瓷餐盘 8英寸", "שלום עולם").encode(), "right"),
        ((PAGE % "").replace('"59.00"', '"free"').encode(), "price"),
        ((PAGE % "").replace("青釉陶瓷餐盘 8英寸", "🙂").encode(), "title"),
    ],
    ids=["empty", "picture", "no price", "half", "deep", "right to left", "no number", "emoji"],
)
def test_a_page_that_gives_no_film_says_why(command: Callable[..., Any], tmp_path: Path, content: bytes, match: str):
    (tmp_path / "page.html").write_bytes(content)
    code, err, told = command("--page", str(tmp_path / "page.html"), "--variants", "1", "--voice", "none")
    assert (code, told) == (2, {}), err
    assert match in err
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "file:///etc/passwd", "http://169.254.169.254/latest"])
def test_an_address_inside_the_house_is_not_asked(command: Callable[..., Any], address: str):
    code, err, _ = command("--page", address, "--variants", "1", "--voice", "none")
    assert code == 2
    assert "Traceback" not in err


def test_the_command_takes_a_brief_with_options_over_it(command: Callable[..., Any], tmp_path: Path):
    (tmp_path / "brief.json").write_text('{"goal": "gift", "length_s": 8}')
    words = ["--product", "p065", "--variants", "3", "--voice", "none", "--brief", str(tmp_path / "brief.json")]
    code, err, told = command(*words, "--price-first", "--angle-report")
    assert code == 0, err
    assert {one["angle"] for one in told["films"]} <= {"price", "deal"}
    assert told["films"][0]["seconds"] <= 8
    assert sum(row["films"] for row in told["angles"]) == 3
    assert told["scripts"] == 3
    (tmp_path / "brief.json").write_text("[1]")
    assert command(*words)[0] == 2
    (tmp_path / "brief.json").write_text('{"mood": "x"}')
    assert "no such field" in command(*words)[1]


def test_the_command_tells_rejected_films_apart_and_ends_with_1(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    from magnetar.capabilities.creative import studio

    def harsh(settings: Any, short: int, *, tall: bool) -> list[Any]:
        wrong = [one for _, one, _ in settings if "".join(one.lines) == "乙店"]
        return [{"kind": "overlap", "at_s": 0.0, "detail": "seeded"} for _ in wrong]

    monkeypatch.setattr(studio, "check_settings", harsh)
    code, err, told = command(
        "--product", "p065", "--variants", "4", "--voice", "none", "--text", "甲店", "--text", "乙店"
    )
    assert code == 1
    assert "rejected" in err
    assert len(told["films"]) + len(told["rejected"]) == 4
    assert told["rejected"]
    assert sorted(one["variant"] for one in (*told["films"], *told["rejected"])) == [1, 2, 3, 4]
    assert told["registered"] == len(told["films"])
    for one in told["rejected"]:
        assert Path(one["file"]).parent == tmp_path / "out" / "rejected"
        assert one["defects"][0]["detail"] == "seeded"
        assert Path(one["file"]).is_file()


def test_the_command_names_voices_that_there_are_not(command: Callable[..., Any]):
    code, err, _ = command("--product", "p065", "--variants", "1", "--voice", "nobody")
    assert code in (2, 3)
    assert "--voice" in err


def test_signed_films_verify_and_are_not_signed_twice(command: Callable[..., Any]):
    pytest.importorskip("c2pa", reason="needs the extra provenance")
    from magnetar.capabilities.creative.provenance import verify

    words = ["--product", "p065", "--variants", "2", "--voice", "none"]
    assert command(*words)[0] == 0
    code, err, told = command(*words, "--sign")
    assert code == 0, err
    assert told["signed"]["films"] == 2
    for one in told["films"]:
        seen = verify(Path(one["file"]))
        assert seen.present
        assert not seen.wrong
    assert [one["kept"] for one in command(*words, "--sign")[2]["films"]] == [True, True]
