"""`studio make`: as many different, labelled films as were asked for, made once, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from magnetar.capabilities.creative import Batch, make_variants, studio
from magnetar.capabilities.creative.judging.told import Told, read_told
from magnetar.capabilities.creative.script import write_script
from magnetar.capabilities.creative.segments import films as films_module
from magnetar.capabilities.creative.segments.mp4 import read_tables
from magnetar.capabilities.creative.segments.saying import band_texts, menu_for, write_scripts
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.catalogue import Product

Make = Callable[..., Product]


@pytest.fixture
def make(face: Typeface, pictures: Path, tmp_path: Path) -> Callable[..., Batch]:
    """Makes small, short films."""

    def make(product: Product, count: int = 4, **options: Any) -> Batch:
        small = {"width": 270, "length_s": 4.0, "decode": 0.0, **options}
        home = small.pop("home", tmp_path / "home")
        return make_variants(product, pictures, count, tmp_path / "films", home, **small)

    return make


def test_films_differ_in_bytes_and_in_what_they_are_made_of(make: Callable[..., Batch], product: Make):
    batch = make(product(), 6, decode=0.5)
    assert (len(batch.films), batch.defects, batch.decoded) == (6, (), 3)
    assert len({film.file.read_bytes() for film in batch.films}) == 6
    told = [json.loads(film.file.with_suffix(".json").read_text()) for film in batch.films]
    assert len({(tuple(one["segments"]), one["band"], one["music"]["key"]) for one in told}) == 6
    numbers = set()
    for film, one in zip(batch.films, told, strict=True):
        with av.open(str(film.file)) as box:
            about = json.loads(box.metadata["AIGC"])
            assert box.duration == pytest.approx(film.seconds * 1e6, abs=1)
        assert about["ProduceID"] == one["film"]
        numbers.add(about["ProduceID"])
        assert isinstance(read_told(film.file), Told)
    assert len(numbers) == 6


def test_a_second_call_makes_only_what_is_missing(make: Callable[..., Batch], product: Make):
    first = make(product(), 4)
    before = {film.file: film.file.read_bytes() for film in first.films}
    lost, broken = first.films[1].file, first.films[2].file
    lost.unlink()
    broken.write_bytes(before[broken][:-7])
    again = make(product(), 4)
    assert [film.kept for film in again.films] == [True, False, False, True]
    assert again.segments_made == 0
    assert {film.file: film.file.read_bytes() for film in again.films} == before


def test_an_interrupt_leaves_whole_films_only(
    make: Callable[..., Batch], product: Make, monkeypatch: pytest.MonkeyPatch
):
    real, calls = films_module.write, []

    def cut_off(path: Path, head: bytes, pieces: Sequence[Any]) -> int:
        calls.append(path)
        if len(calls) == 3:
            real(path, head, pieces[:2])
            raise KeyboardInterrupt
        return real(path, head, pieces)

    monkeypatch.setattr(films_module, "write", cut_off)
    with pytest.raises(KeyboardInterrupt):
        make(product(), 4)
    monkeypatch.undo()
    folder = calls[0].parent
    assert sorted(path.name for path in folder.iterdir()) == ["bag-0001.json", "bag-0001.mp4", "bag-0002.json", "bag-0002.mp4"]  # fmt: skip
    assert [film.kept for film in make(product(), 4).films] == [True, True, False, False]


def test_a_damaged_segment_is_made_again(make: Callable[..., Batch], product: Make, tmp_path: Path):
    first = make(product(), 2)
    before = [film.file.read_bytes() for film in first.films]
    victim = next((tmp_path / "home" / "segments").glob("??/*.mp4"))
    victim.write_bytes(victim.read_bytes()[:-50] + bytes(50))
    for film in first.films:
        film.file.unlink()
    again = make(product(), 2)
    assert again.segments_made == 1
    assert [film.file.read_bytes() for film in again.films] == before


def test_segments_whose_band_may_not_be_exchanged_are_painted_with_their_text(
    make: Callable[..., Batch], product: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    plain = make(product(), 1, texts=["山野"])
    wanted = plain.films[0].file.read_bytes()
    real = films_module.prove

    def doubtful(*arguments: Any) -> Any:
        proof = real(*arguments)
        return type(proof)(outside=3, first=proof.first, last=proof.last, frames=proof.frames)

    monkeypatch.setattr(films_module, "prove", doubtful)
    plain.films[0].file.unlink()
    painted = make(product(), 1, texts=["山野"], home=tmp_path / "other")
    assert painted.segments_painted == 9  # a hook, three points and an offer, and the four turns between them
    data = painted.films[0].file.read_bytes()
    below = [[_below_band(sample) for sample in _samples(film)] for film in (data, wanted)]
    assert below[0] == below[1]  # below the band: the same bits, by the other way


def _samples(data: bytes) -> list[bytes]:
    tracks, _ = read_tables(data)
    [one] = [track for track in tracks if track.kind == "vide"]
    return [data[o : o + s] for o, s in zip(one.offsets, one.sizes, strict=True)]


def _below_band(sample: bytes) -> bytes:
    return sample[4 + int.from_bytes(sample[:4], "big") :]


def test_it_does_not_matter_which_process_makes_a_segment(make: Callable[..., Batch], product: Make, tmp_path: Path):
    seen: list[int] = []

    def backwards(work: Callable[[Any], Any], items: Sequence[Any], workers: int) -> Iterable[tuple[int, Any]]:
        seen.append(workers)
        return ((place, work(items[place])) for place in reversed(range(len(items))))

    first = make(product(), 3)
    before = [film.file.read_bytes() for film in first.films]
    for path in (tmp_path / "home" / "segments").glob("??/*"):
        path.unlink()
    for film in first.films:
        film.file.unlink()
    again = make(product(), 3, spread=backwards, workers=7)
    assert [film.file.read_bytes() for film in again.films] == before
    assert set(seen) == {7}


@pytest.mark.parametrize("aspect", ["3:4", "1:1", "16:9"])
def test_other_aspects_are_films_without_defects(make: Callable[..., Batch], product: Make, aspect: str):
    width = 480 if aspect == "16:9" else 270
    [film] = make(product(), 1, aspect=aspect, width=width, decode=1.0).films
    across, down = (int(part) for part in aspect.split(":"))
    with av.open(str(film.file)) as box:
        video = box.streams.video[0]
        assert video.height == width * down // across // 2 * 2
    assert make(product(), 1, aspect=aspect, width=width, decode=1.0).defects == ()


def test_too_many_are_refused_with_the_number_there_is(make: Callable[..., Batch], product: Make):
    bare = product(
        title="帆布袋", brand="", selling_points=(), attributes={}, description="", list_price=None, category=""
    )
    with pytest.raises(BadInput, match=r"only \d+ different films"):
        make(bare, 99_999)
    with pytest.raises(BadInput, match="1 to 100000"):
        make(bare, 0)
    with pytest.raises(BadInput, match="9:16"):
        make(bare, 1, aspect="2:1")


def test_a_product_with_nothing_but_a_title_still_gives_many_films(make: Callable[..., Batch], product: Make):
    bare = product(title="帆布袋", brand="", selling_points=(), attributes={}, description="", list_price=None, category="", images=())  # fmt: skip
    batch = make(bare, 5)
    assert len({film.file.read_bytes() for film in batch.films}) == 5
    assert len({film.script for film in batch.films}) == 5 <= batch.scripts_possible
    assert batch.defects == ()


def test_a_film_with_a_defect_leaves_the_folder_of_finished_films(
    make: Callable[..., Batch], product: Make, monkeypatch: pytest.MonkeyPatch
):
    plain = studio._decode_whole  # pyright: ignore[reportPrivateUsage]

    def harsh(expected: Any, file: Path) -> list[Any]:
        return (
            [{"kind": "black", "at_s": 1.0, "detail": "seeded"}] if file.stem == "bag-0002" else plain(expected, file)
        )

    monkeypatch.setattr(studio, "_decode_whole", harsh)
    batch = make(product(), 3, decode=1.0)
    folder = batch.films[0].file.parent
    assert [film.variant for film in batch.films] == [1, 3]
    assert [(film.variant, film.defects[0]["kind"]) for film in batch.rejected] == [(2, "black")]
    assert [one["file"] for one in batch.defects] == ["bag-0002.mp4"]
    assert not list(folder.glob("bag-0002*"))
    away = folder / "rejected"
    assert sorted(path.name for path in away.iterdir()) == ["bag-0002.defects.json", "bag-0002.json", "bag-0002.mp4"]
    assert json.loads((away / "bag-0002.defects.json").read_text())["defects"][0]["detail"] == "seeded"
    # made again it is looked at again, however few are decoded; once it is good, nothing speaks against it
    again = make(product(), 3, decode=0.0)
    assert ([film.variant for film in again.rejected], again.decoded) == ([2], 1)
    monkeypatch.undo()
    assert [film.variant for film in make(product(), 3, decode=0.0).films] == [1, 2, 3]
    assert not away.exists()


def test_a_take_or_a_band_text_that_breaks_a_rule_rejects_its_films_and_no_others(
    make: Callable[..., Batch], product: Make, monkeypatch: pytest.MonkeyPatch
):
    plain = studio.check_settings

    def harsh(settings: Any, short: int, *, tall: bool) -> list[Any]:
        texts = ["".join(one.lines) for _, one, _ in settings]
        wrong = [{"kind": "overlap", "at_s": 0.0, "detail": text} for text in texts if text in ("乙店", texts_bad)]
        return [*plain(settings, short, tall=tall), *wrong]

    texts_bad = ""
    monkeypatch.setattr(studio, "check_settings", harsh)
    batch = make(product(), 6, texts=["甲店", "乙店"])
    told = [json.loads(film.file.with_suffix(".json").read_text())["band"] for film in batch.films]
    assert set(told) == {"甲店"}
    assert {film.defects[0]["detail"] for film in batch.rejected} == {"乙店"}
    texts_bad = json.loads(batch.films[0].file.with_suffix(".json").read_text())["scenes"][0]["headline"]
    less = make(product(), 6, texts=["甲店", "乙店"])
    assert len(less.films) == len(batch.films) - 1


def test_films_show_every_picture_that_shows_something_else(make: Callable[..., Batch], product: Make, pictures: Path):
    with Image.open(pictures / "bag.png") as first:
        first.resize((300, 300)).save(pictures / "again.png")
        first.transpose(Image.Transpose.ROTATE_90).save(pictures / "lying.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    names = ("broken.png", "bag.png", "again.png", "../bag.png", "lying.png")
    batch = make(product(images=names), 2)
    told = [json.loads(film.file.with_suffix(".json").read_text()) for film in batch.films]
    for one in told:
        assert one["picture"] == "bag.png"
        assert {scene["picture"] for scene in one["scenes"]} == {"bag.png", "lying.png"}
    assert {scene["picture"] for one in told for scene in one["scenes"] if scene["kind"] == "offer"} == {"bag.png"}
    assert any(("'again.png'" in note and "same" in note.lower()) or "earlier picture" in note for note in batch.notes)
    assert any("'broken.png'" in note for note in batch.notes)
    # another picture makes other segments, and only where it is seen
    fewer = make(product(images=("bag.png",)), 2)
    assert 0 < fewer.segments_made < sum(len(one["segments"]) for one in told)
    assert fewer.segments_reused > 0


@pytest.mark.parametrize("points", [("帆布厚实",), ("帆布厚实", "能装一台电脑"), ()])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_thin_record_still_gives_as_many_scripts_as_films(product: Make, points: tuple[str, ...], language: str):
    bare = product(
        title="帆布袋", brand="", selling_points=points, attributes={}, description="", list_price=None, category=""
    )
    menu = menu_for(bare, language, None, None, (), 30, Chance(0), [])
    assert menu is not None
    assert len({menu.script_of(one) for one in menu.choose([""], 30, Chance(0))}) == 30


def test_where_the_record_gives_fewer_scripts_the_number_is_told(product: Make):
    bare = product(title="帆布袋", brand="", selling_points=(), attributes={}, description="", list_price=None, category="", images=())  # fmt: skip
    menu = menu_for(bare, "zh", None, None, (), 5_000, Chance(0), [])
    assert menu is not None
    scripts = [menu.script_of(one) for one in menu.choose(["", "a", "b"], 5_000, Chance(0))]
    assert len(set(scripts)) == menu.scripts_count < 5_000
    assert len(set(scripts[: menu.scripts_count])) == menu.scripts_count  # none is repeated while others are left


def test_all_selling_points_are_said_between_the_scripts(product: Make):
    points = tuple(f"卖点{name}很好" for name in "甲乙丙丁戊己庚")
    said = [
        line.headline
        for script in write_scripts(product(selling_points=points), "zh")
        for line in script.lines
        if line.kind == "point"
    ]
    assert said == list(points)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "1 to 40"),
        ("🙂🙂", "1 to 40"),
        ("好" * 10_000, "1 to 40"),
        ("全网最低", "forbidden"),
        ("第一品牌", "forbidden"),
    ],
)
def test_a_band_text_that_may_not_be_shown_is_refused(product: Make, text: str, match: str):
    with pytest.raises(BadInput, match=match):
        band_texts([write_script(product())], product(), [text])


def test_band_texts_written_from_right_to_left_are_refused(product: Make):
    with pytest.raises(Refused):
        band_texts([write_script(product())], product(), ["שלום"])


def test_the_band_shows_facts_of_the_record_unless_told_otherwise(product: Make):
    texts = band_texts([write_script(product())], product())
    assert {"砾途", "¥239.00"} <= set(texts)
    assert band_texts([write_script(product())], product(), ["北京门店", "北京门店", "上海门店"]) == [
        "北京门店",
        "上海门店",
    ]


def test_the_command_says_what_is_missing_or_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["studio", "make", "--variants", "3"]) == 2
    assert "--product ID" in capsys.readouterr().err
    assert run(["studio", "make", "--product", "p065", "--out", str(tmp_path), "--aspect", "4:5"]) == 2
    assert "--aspect takes 9:16" in capsys.readouterr().err
    (tmp_path / "film.mp4").touch()
    assert run(["studio", "make", "--product", "p065", "--out", str(tmp_path / "film.mp4")]) == 2
    assert "应为目录 is a file" in capsys.readouterr().err
    assert run(["studio", "make", "--product", "p065", "--out", str(tmp_path), "--variants", "two"]) == 2
