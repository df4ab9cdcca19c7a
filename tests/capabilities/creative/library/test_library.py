"""The library of creatives."""

import json
from pathlib import Path
from typing import Any

import pytest

from magnetar.capabilities.creative.library import Figures, Library, read_manifest
from magnetar.engines.memory import MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId


def manifest(folder: Path, name: str = "cup-0001", **more: Any) -> Path:
    """What `studio make` writes beside a film, as far as the library reads it."""
    told = {
        "schema": "magnetar/film-manifest/1", "film": f"digest-{name}", "product": "cup", "merchant": "demo", "language": "zh",
        "seconds": 15.0, "width": 1080, "height": 1920, "price": "¥79", "band": "官方旗舰店",
        "scenes": [
            {"kind": "hook", "headline": "¥79", "caption": "保温杯", "chip": "", "look": "studio"},
            {"kind": "point", "headline": "保温 12 小时", "caption": "", "chip": "", "look": "card"},
            {"kind": "offer", "headline": "现在下单", "caption": "", "chip": "", "look": "offer"},
        ],
        "music": {"tempo": 125}, **more,
    }  # fmt: skip
    path = folder / f"{name}.json"
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def creative(id: str, merchant: str = "demo", **more: Any) -> Creative:
    return Creative(CreativeId(id), ProductId("cup"), "video", MerchantId(merchant), **more)


@pytest.fixture
def library() -> Library:
    return Library(MemoryStore())


def test_a_manifest_becomes_a_creative_with_its_elements(tmp_path: Path):
    found = read_manifest(manifest(tmp_path), merchant="demo", category="家居")
    assert (found.id, found.product, found.state, found.opening) == (
        "digest-cup-0001",
        "cup",
        CreativeState.DRAFT,
        "¥79",
    )
    assert found.elements == {
        "hook": "price", "price": "first", "look": "card", "tempo": "fast", "text": "normal", "voice": "none",
        "length": "middle", "band": "point", "aspect": "9:16", "angle": "other",
    }  # fmt: skip
    assert found.looks == ("studio", "card", "offer")


def test_a_film_is_found_again_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    manifest(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert read_manifest(Path("cup-0001.json")).file == str(tmp_path / "cup-0001.mp4")


def test_the_direction_of_a_film_says_more(tmp_path: Path):
    path = manifest(
        tmp_path, direction={"text_scale": 1.2, "price_first": True}, voice="zf_001", seconds=25, angle="scene"
    )
    found = read_manifest(path.with_suffix(".mp4"))
    assert (found.elements["text"], found.elements["voice"], found.elements["length"]) == ("large", "spoken", "long")
    assert found.angle == "scene"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no manifest"),
        ("[" * 5000, "no manifest"),
        ('{"schema": "other/1"}', "expected a manifest"),
        ('{"schema": "magnetar/film-manifest/1", "film": 7, "product": "x", "merchant": "y"}', "film must be text"),
        ('{"schema": "magnetar/film-manifest/1", "film": "../../../x", "product": "x", "merchant": "y"}', "digest"),
    ],
)
def test_what_is_no_manifest_is_refused_with_what_was_found(tmp_path: Path, text: str, said: str):
    (tmp_path / "film.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_manifest(tmp_path / "film.json")


def test_hostile_fields_of_a_manifest_do_no_harm(tmp_path: Path):
    found = read_manifest(
        manifest(
            tmp_path, scenes=[{"headline": "😀" * 10_000, "kind": ["?"]}, 7], music="loud", seconds="long", price=None
        )
    )
    assert len(found.opening) == 200
    assert found.elements["price"] == "none"


def test_a_folder_is_taken_up_once_and_states_stay(tmp_path: Path, library: Library):
    for name in ("cup-0001", "cup-0002"):
        manifest(tmp_path, name)
    (tmp_path / "notes.json").write_text("{}")
    first = library.register(tmp_path, "demo", category="家居")
    assert [one.id for one in first] == ["digest-cup-0001", "digest-cup-0002"]
    assert {one.group for one in first} == {"digest-cup-0001"}  # the same words: near-duplicates
    library.set_state("demo", first[0].id, CreativeState.IN_USE)
    version = library.version
    library.register(tmp_path, "demo")
    assert library.get("demo", first[0].id).state is CreativeState.IN_USE
    assert library.get("demo", first[0].id).category == "家居"
    assert library.version == version


def test_another_merchants_films_are_not_taken_up(tmp_path: Path, library: Library):
    manifest(tmp_path)
    with pytest.raises(BadInput, match="belongs to merchant 'demo'"):
        library.register(tmp_path / "cup-0001.json", "other")
    with pytest.raises(BadInput, match="no manifest of a film of merchant"):
        library.register(tmp_path, "other")
    with pytest.raises(BadInput, match="expected 'other'"):
        library.add("other", [creative("a-film")])
    assert library.creatives("other") == []


def test_states_follow_a_creatives_life(library: Library):
    library.add("demo", [creative("film-1")])
    with pytest.raises(Refused, match="in_use, retired"):
        library.set_state("demo", "film-1", CreativeState.PAUSED)
    assert library.set_state("demo", "film-1", CreativeState.IN_USE) is CreativeState.DRAFT
    assert library.set_state("demo", "film-1", CreativeState.PAUSED) is CreativeState.IN_USE
    with pytest.raises(NotFound, match="film-1"):
        library.set_state("other", "film-1", CreativeState.IN_USE)


def test_creatives_are_listed_with_what_they_did(tmp_path: Path):
    library = Library(SqliteStore(tmp_path / "magnetar.db"))
    library.add("demo", [creative("film-1"), creative("film-2")])
    library.keep_figures("demo", {"film-2": Figures(1000, 40.0, 60, 3, 237.0)})
    one, other = library.listed("demo")
    assert (one.creative.id, one.figures.ctr, one.figures.lift, one.figures.gmv) == ("film-2", 0.06, 1.5, 237.0)
    assert (other.creative.id, other.figures.ctr) == ("film-1", None)
    assert library.listed("other") == []


def told(library: Library, merchants: int, *, heavy: int = 0) -> None:
    """So many merchants with a winning film each; the first has `heavy` impressions more."""
    each = []
    for place in range(merchants):
        film = creative(
            f"secret-{place}", f"m{place}", category="家居", angle="price", file=f"/films/secret-{place}.mp4"
        )
        library.add(f"m{place}", [film])
        figures = Figures(1000 + (heavy if place == 0 else 0), 50.0, 100, 5, 500.0)
        library.keep_figures(f"m{place}", {film.id: figures})
        each.append((f"m{place}", film, figures))
    library.keep_market(each)


def test_winners_are_the_merchants_own_in_full_and_the_markets_in_sum(library: Library):
    told(library, 6)
    own, market = library.winners("m1", "家居")
    assert (own.sort, own.creative.id if own.creative else "", own.figures.clicks) == ("own", "secret-1", 100)
    assert (market.sort, market.merchants, market.figures.clicks, market.creative) == ("market", 6, 600, None)
    assert market.lift == pytest.approx(620 / 320)
    assert library.winners("m1", "食品") == []


def test_no_merchants_film_or_figures_reach_another(library: Library):
    told(library, 6)
    seen = repr(library.winners("stranger"))
    assert "secret" not in seen
    assert "m0" not in seen
    assert all(one.merchants >= 5 for one in library.winners("stranger"))


def test_too_few_merchants_or_one_that_outweighs_the_others_say_nothing_of_the_market(library: Library):
    told(library, 4)
    assert list(library.winners("stranger")) == []
    told(library, 6, heavy=20_000)
    assert list(library.winners("stranger")) == []
    told(library, 5)
    assert len(library.winners("stranger")) == 1
    told(library, 3)  # what is no longer so is taken back
    assert library.winners("stranger") == []
