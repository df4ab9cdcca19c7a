"""A film is whole, labelled, sound and the same each time; odd records make honest films or clear errors."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from magnetar.capabilities.creative import FilmReport, render_film, render_moving, render_still
from magnetar.capabilities.creative import checks as checks_module
from magnetar.capabilities.creative.checks import Expected, check_film, check_settings
from magnetar.capabilities.creative.coded import settle
from magnetar.capabilities.creative.encode import Writer
from magnetar.capabilities.creative.fetch_font import NotTheFont, unpack
from magnetar.capabilities.creative.film import prepare
from magnetar.capabilities.creative.goods import find_in_file
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.cli.main import COMMANDS, run
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import Money

Make = Callable[..., Product]
SMALL: dict[str, Any] = {"width": 270, "length_s": 4.0, "fps": 25, "every_frame": True}


@pytest.fixture
def film(face: Typeface, pictures: Path, tmp_path: Path) -> Callable[..., FilmReport]:
    """Renders a small film."""

    def make(product: Product, **options: Any) -> FilmReport:
        return render_film(product, pictures, tmp_path / "film.mp4", **{**SMALL, **options})

    return make


def test_a_film_passes_its_checks_and_tells_what_it_was_made_of(film: Callable[..., FilmReport], product: Make):
    report = film(product())
    assert report.defects == ()
    told = json.loads(report.file.with_suffix(".json").read_text())
    assert (told["product"], told["picture"], told["price"], told["list_price"]) == (
        "bag",
        "bag.png",
        "¥239.00",
        "¥299.00",
    )
    assert [scene["kind"] for scene in told["scenes"]] == ["hook", "point", "point", "point", "offer"]
    assert told["scenes"][-1]["end_s"] == told["seconds"] == pytest.approx(report.frames / 25)


def test_a_film_carries_the_label_for_machines(film: Callable[..., FilmReport], product: Make):
    with av.open(str(film(product()).file)) as box:
        content = json.loads(box.metadata["AIGC"])
    assert content["Label"] == "1"
    assert list(content) == ["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"]  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(film: Callable[..., FilmReport], product: Make):
    first = film(product(), seed=5).file.read_bytes()
    assert film(product(), seed=5).file.read_bytes() == first
    assert film(product(), seed=6).file.read_bytes() != first


def test_the_moov_box_stands_first(film: Callable[..., FilmReport], product: Make):
    start = film(product()).file.read_bytes()
    assert start.index(b"moov") < start.index(b"mdat")


ODD = [
    ("very long title", {"title": "超长标题" * 120, "brand": ""}),
    ("long title in Latin", {"title": "Supercalifragilistic" * 20, "title_en": "", "brand": ""}),
    ("no picture", {"images": ()}),
    ("no selling points", {"selling_points": ()}),
    ("nothing but a title", {"selling_points": (), "attributes": {}, "description": "", "brand": "", "category": "", "images": ()}),
    ("a cent", {"price": Money.of("0.01"), "list_price": Money.of("0.02")}),
    ("over a million", {"price": Money.of("1299000.00"), "list_price": Money.of("12999000.00")}),
    ("another currency", {"price": Money.of("12.5", "THB"), "list_price": None}),
    ("emoji", {"title": "徒步🎒双肩包🔥", "brand": "砾途✨"}),
    ("hostile", {"title": "双肩包\x1b[31m\u202e\x00 {{7*7}} <script>", "selling_points": ("'; DROP TABLE--", "\u200b\u200d可收纳")}),
    ("long points", {"selling_points": ("这是一个非常非常长的卖点" * 12, "b" * 300, "好" * 60)}),
    ("long brand", {"brand": "一个名字特别特别长的品牌旗舰店", "title": "双肩包"}),
    ("sold out", {"available": False}),
]  # fmt: skip


@pytest.mark.parametrize(("other", "language"), [(other, "zh") for _, other in ODD] + [({}, "en")], ids=[*(name for name, _ in ODD), "english"])  # fmt: skip
def test_an_odd_record_makes_a_film_without_defects(
    film: Callable[..., FilmReport], product: Make, other: dict[str, Any], language: str
):
    assert film(product(**other), language=language).defects == ()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_broken_picture_gives_a_drawing_and_a_note(
    film: Callable[..., FilmReport], product: Make, pictures: Path, content: bytes
):
    (pictures / "bag.png").write_bytes(content)
    report = film(product())
    assert report.defects == ()
    assert any("not readable" in note for note in report.notes)


def test_a_blank_picture_gives_a_drawing_of_the_name_that_is_seen_to_move(
    film: Callable[..., FilmReport], product: Make, pictures: Path
):
    Image.new("RGB", (400, 400), (200, 200, 200)).save(pictures / "blank.png")
    report = film(product(images=("blank.png",)))
    assert report.defects == ()
    assert any("blank" in note for note in report.notes)


def test_the_next_picture_is_taken_where_the_first_is_broken(film: Callable[..., FilmReport], product: Make):
    assert film(product(images=("none.png", "../../../etc/passwd", "https://a.example/b.jpg", "bag.png"))).manifest["picture"] == "bag.png"  # fmt: skip


@pytest.mark.parametrize(("mode", "size"), [("RGBA", (300, 500)), ("L", (900, 200)), ("P", (64, 64)), ("CMYK", (3000, 400))])  # fmt: skip
def test_pictures_of_any_mode_and_shape_are_shown(
    film: Callable[..., FilmReport], product: Make, pictures: Path, mode: str, size: tuple[int, int]
):
    name = "odd.jpg" if mode == "CMYK" else "odd.png"
    picture = Image.new("RGB", size, (90, 90, 90))
    picture.paste((250, 220, 200), (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    picture.convert(mode).save(pictures / name)
    report = film(product(images=(name,)))
    assert (report.defects, report.manifest["picture"]) == ((), name)


def test_an_interrupted_render_leaves_nothing(
    film: Callable[..., FilmReport], product: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written = Writer.write

    def stop(self: Writer) -> None:
        written(self)
        if self._count == 20:
            raise KeyboardInterrupt

    monkeypatch.setattr(Writer, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        film(product())
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]


def test_a_film_replaces_the_one_before_only_when_it_is_whole(
    film: Callable[..., FilmReport], product: Make, tmp_path: Path
):
    (tmp_path / "film.mp4").write_bytes(b"the film before")
    with pytest.raises(BadInput, match=r"U\+2A6A5"):
        film(product(title="双肩包\U0002a6a5"))
    assert (tmp_path / "film.mp4").read_bytes() == b"the film before"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(product: Make, face: Typeface, pictures: Path):
    with pytest.raises(BadInput, match="Cannot write"):
        render_film(product(), pictures, "/usr/film.mp4", **SMALL)


def test_only_what_changes_is_painted_and_nothing_is_left_behind(face: Typeface, product: Make, pictures: Path):
    """Each frame painted step by step equals the same frame painted afresh, outside of turns."""
    made = prepare(product(), pictures, width=270, length_s=4.0)
    stage, board = made.stage, made.board
    stepped, fresh = (Planes.filled(270, 480, (0, 0, 0)) for _ in range(2))
    turns = {shot.start + n for shot in board.shots[1:] for n in range(board.turn_frames)}
    gleaming = {n for shot in board.shots[-1:] for n in range(shot.start, shot.start + shot.frames)}
    for frame in stage.play(stepped):
        if frame not in turns | gleaming and frame % 7 == 0:
            stage.show(fresh, frame)
            assert np.array_equal(stepped.y, fresh.y), frame
            assert np.array_equal(stepped.u, fresh.u), frame


def test_defects_are_found(face: Typeface, tmp_path: Path):
    path = tmp_path / "bad.mp4"
    with Writer(path, 270, 480, 25, {}, sound=settle(np.zeros((2, 96_000), np.float32))) as writer:
        writer.canvas.paste(Planes.filled(270, 480, (0, 0, 0)))
        for _ in range(40):
            writer.write()
    kinds = {one["kind"] for one in check_film(path, Expected(270, 480, 25, 50))}
    assert kinds == {"label metadata", "frames", "frozen", "cover", "black or empty", "sync", "silence", "loudness"}
    assert check_film(tmp_path / "none.mp4", Expected(270, 480, 25, 50))[0]["kind"] == "unreadable"


def test_faults_of_layout_are_found(face: Typeface, product: Make, pictures: Path):
    scene = prepare(product(), pictures, width=270, length_s=4.0).stage.scenes[0]
    assert check_settings(scene.settings, 270) == []
    role, done, _ = scene.settings[0]
    doubled = [*scene.settings, (role, done, done.colour)]
    assert {one["kind"] for one in check_settings(doubled, 270)} == {"overlap", "contrast"}
    assert {one["kind"] for one in check_settings(scene.settings[1:], 270)} == {"label"}
    assert checks_module.READABLE == 4.5


@pytest.mark.parametrize(("shape", "size"), [("3:4", (1080, 1440)), ("1:1", (1080, 1080)), ("9:16", (1080, 1920))])
@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_still_has_its_shape_and_its_label(
    face: Typeface, product: Make, pictures: Path, tmp_path: Path, shape: str, size: tuple[int, int], ending: str
):
    out = tmp_path / f"still.{ending}"
    render_still(product(), pictures, out, shape=shape)
    with Image.open(out) as still:
        assert still.size == size
        told = still.info.get("AIGC") or still.getexif().get_ifd(0x8769)[0x9286][8:].decode("utf-16-le")
    assert json.loads(told).get("Label") or json.loads(told)["AIGC"]["Label"] == "1"


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_a_moving_picture_moves(face: Typeface, product: Make, pictures: Path, tmp_path: Path, ending: str):
    out = tmp_path / f"moving.{ending}"
    told = render_moving(product(), pictures, out, width=180, seconds=3.0)
    with Image.open(out) as moving:
        assert moving.size == (180, 320)
        assert told["frames"] * 0.7 <= moving.n_frames <= told["frames"]  # pyright: ignore


def test_an_unknown_ending_or_shape_is_told(face: Typeface, product: Make, pictures: Path, tmp_path: Path):
    with pytest.raises(BadInput, match=r"\.gif"):
        render_moving(product(), pictures, tmp_path / "moving.mov")
    with pytest.raises(BadInput, match="3:4, 1:1, 9:16"):
        render_still(product(), pictures, tmp_path / "still.png", shape="2:1")


FEED = "id,title,price,currency,images,selling_points,selling_points_en\nbag-1,双肩包,239,CNY,bag.png,底仓自带防雨罩,Rain cover included\n"


def test_a_feed_gives_the_product_its_pictures_and_its_english_points(pictures: Path):
    (pictures / "feed.csv").write_text(FEED)
    found = find_in_file(pictures / "feed.csv", "bag-1", "demo", "CNY")
    assert (found.pictures, found.points_en) == (pictures, ("Rain cover included",))
    with pytest.raises(NotFound, match="bag-1 双肩包"):
        find_in_file(pictures / "feed.csv", "bag1", "demo", "CNY")


def test_a_product_whose_row_cannot_be_read_is_told_with_its_line(pictures: Path):
    (pictures / "feed.csv").write_text(FEED + "cup-2,杯子,-3,CNY,,,\n")
    with pytest.raises(NotFound, match=r"It has 1: bag-1\..*: 1 \(line 3: price"):
        find_in_file(pictures / "feed.csv", "cup-2", "demo", "CNY")


def test_the_command_makes_stills_and_answers_an_unknown_product(
    face: Typeface, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(COMMANDS, "film", ("影片 · film", "magnetar.capabilities.creative.commands:film"))
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    (pictures / "feed.csv").write_text(FEED)
    feed = str(pictures / "feed.csv")
    assert (
        run(
            [
                "film",
                "bag-1",
                "--catalogue",
                feed,
                "--still",
                str(tmp_path / "a.png"),
                "--json",
                str(tmp_path / "a.json"),
            ]
        )
        == 0
    )
    told = json.loads((tmp_path / "a.json").read_text())
    assert (told["schema"], told["still"]["width"]) == ("magnetar/film/1", 1080)
    assert run(["film", "bag2", "--catalogue", feed, "--out", str(tmp_path / "b.mp4")]) == 2
    assert run(["film", "bag-1", "--catalogue", feed]) == 2
    assert run(["film", "p001x", "--still", str(tmp_path / "c.png")]) == 2
    assert "p001" in capsys.readouterr().err
    monkeypatch.setenv("MAGNETAR_FONT", str(tmp_path / "none.ttf"))
    assert run(["film", "bag-1", "--catalogue", feed, "--still", str(tmp_path / "d.png")]) == 2


def test_a_wheel_that_is_not_the_font_is_refused(tmp_path: Path):
    wheel = tmp_path / "font.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("manimgx_fonts_cjk/NotoSansCJK-VF.otf.ttc", b"something else")
    with pytest.raises(NotTheFont, match="SHA-256"):
        unpack(wheel, tmp_path / "fonts")
    assert not (tmp_path / "fonts").exists()


@pytest.mark.slow
def test_a_full_film_of_the_sample_shop(face: Typeface, tmp_path: Path):
    shop = Path(__file__).parents[3] / "examples" / "shop"
    found = find_in_file(shop / "catalogue.csv", "p065", "demo", "CNY")
    report = render_film(found.product, shop, tmp_path / "film.mp4", every_frame=True)
    assert (report.defects, report.seconds, report.frames) == ((), 15.0, 375)
    assert report.cpu_seconds < 20
    with av.open(str(report.file)) as box:
        video, sound = box.streams.video[0], box.streams.audio[0]
        assert (video.width, video.height, video.codec_context.pix_fmt) == (1080, 1920, "yuv420p")
        assert (sound.rate, sound.channels) == (48_000, 2)
