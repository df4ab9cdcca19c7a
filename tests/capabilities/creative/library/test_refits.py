"""Variants of winners, rendered."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from magnetar.capabilities.creative.film import render_film
from magnetar.capabilities.creative.goods import Found
from magnetar.capabilities.creative.library import Figures, Library, read_manifest
from magnetar.capabilities.creative.library.refits import refit, scenes_of, winners_of
from magnetar.capabilities.creative.typeface import find_typeface
from magnetar.engines.memory import MemoryStore
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.vocabulary.campaigns import Creative, CreativeState
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


@pytest.fixture(scope="module")
def won(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Creative, Found]:
    """A library with one small film that worked."""
    try:
        find_typeface()
    except ProviderUnavailable as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("shop")
    ground = np.full((300, 300, 3), 225, np.uint8)
    ground[80:240, 90:210] = (170, 60, 50)
    Image.fromarray(ground).save(folder / "bag.png")
    product = Product(
        ProductId("bag"), MerchantId("demo"), "砾途徒步双肩包 35L 背负透气", Money.of("239.00"), category="户外露营",
        images=("bag.png",), selling_points=("35L，一到两天行程", "背板架空，走一天后背不闷"),
    )  # fmt: skip
    film = folder / "w.mp4"
    render_film(product, folder, film, width=270, length_s=6.0)
    library = Library(MemoryStore())
    [one] = library.add("demo", [read_manifest(film)])
    library.set_state("demo", one.id, CreativeState.IN_USE)
    library.keep_figures("demo", {one.id: Figures(1000, 40.0, 80)})
    return library, library.get("demo", one.id), Found(product, folder, "test", ())


def made(won: tuple[Library, Creative, Found], out: Path, **more: Any) -> Any:
    library, winner, found = won
    return refit(library, winner, found, out, width=270, **more)


def test_variants_are_films_of_their_own_and_drafts_with_their_lineage(
    won: tuple[Library, Creative, Found], tmp_path: Path
):
    library, winner, _ = won
    variants, _ = made(won, tmp_path, most=2)
    assert len(variants) == 2
    for one in variants:
        record = one.creative
        assert Path(record.file).stat().st_size > 10_000
        assert (record.state, record.parent) == (CreativeState.DRAFT, winner.id)
        sort, _, level = record.changed.partition(":")
        assert record.elements[sort] == level != winner.elements[sort]
        about = json.loads(Path(record.file).with_suffix(".json").read_text())
        assert (about["defects"], about["parent"], about["changed"]) == ([], winner.id, record.changed)
        assert about["label"]["text"] == "AI 生成"
        assert library.get("demo", record.id) == record
    before = {one.creative.id: Path(one.creative.file).stat().st_mtime_ns for one in variants}
    again, _ = made(won, tmp_path, most=2)
    assert all(one.kept and one.cpu_seconds == 0.0 for one in again)
    assert {one.creative.id: Path(one.creative.file).stat().st_mtime_ns for one in again} == before


def test_a_winner_whose_film_is_gone_is_refused(won: tuple[Library, Creative, Found], tmp_path: Path):
    from dataclasses import replace

    library, winner, found = won
    with pytest.raises(BadInput, match="manifest is gone"):
        refit(library, replace(winner, file=str(tmp_path / "gone.mp4")), found, tmp_path)


def test_winners_are_what_worked_or_what_is_named(won: tuple[Library, Creative, Found]):
    library, winner, _ = won
    assert [one.id for one in winners_of(library, "demo")] == [winner.id]
    assert winners_of(library, "demo", product="cup") == []
    assert winners_of(library, "stranger") == []


@pytest.mark.parametrize("text", ["", "[]", '{"scenes": 7}', '{"scenes": [7]}', '{"scenes": [{"headline": "😀"}'])
def test_scenes_of_a_damaged_manifest_are_left_to_the_script(tmp_path: Path, text: str):
    (tmp_path / "w.json").write_text(text)
    assert scenes_of(tmp_path / "w.mp4") == ()


def test_the_offer_goes_last_where_the_price_does(tmp_path: Path):
    scenes = [{"kind": kind, "headline": kind} for kind in ("hook", "offer", "point")]
    (tmp_path / "w.json").write_text(json.dumps({"scenes": scenes}))
    film = tmp_path / "w.mp4"
    assert [one.kind for one in scenes_of(film, "first")] == ["hook", "offer", "point"]
    assert [one.kind for one in scenes_of(film, "last")] == ["hook", "point", "offer"]
