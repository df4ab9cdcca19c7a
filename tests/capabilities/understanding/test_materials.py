"""Film cards: what is measured on made films, what subtitles and scripts say, what contradicts the product, what was not read."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from magnetar.capabilities.understanding import Kind, make_card, understand_film
from magnetar.capabilities.understanding.frames import colours, look
from magnetar.capabilities.understanding.materials import prices_in, read_words
from magnetar.capabilities.understanding.ports import Words
from magnetar.capabilities.understanding.providers.script_beside import ScriptBeside
from magnetar.capabilities.understanding.providers.subtitles import Subtitles, parse
from magnetar.capabilities.understanding.sounds import RATE, hear, measure
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

FPS = 10
POT = Product(
    ProductId("pot"), MerchantId("m"), "铸铁锅 24cm", Money.of(199), list_price=Money.of(259), category="厨房 > 锅",
    selling_points=("铸铁锅体受热均匀", "24cm够三口人用"),
)  # fmt: skip


def film(
    path: Path,
    tones: list[tuple[int, int, int]],
    seconds: float = 1.0,
    sound: np.ndarray | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """A film of flat colours, so many seconds each, with a sound of one channel where given."""
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as box:
        for name, value in (metadata or {}).items():
            box.metadata[name] = value
        video = box.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 72, 128, "yuv420p"  # type: ignore[union-attr]
        audio = box.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for tone in tones:
            for _ in range(round(seconds * FPS)):
                image = np.full((128, 72, 3), tone, np.uint8)
                box.mux(video.encode(av.VideoFrame.from_ndarray(image, "rgb24")))  # type: ignore[union-attr]
        box.mux(video.encode())  # type: ignore[union-attr]
        if audio is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                part = sound[None, start : start + 1024].astype(np.float32)
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
                box.mux(audio.encode(frame))  # type: ignore[union-attr]
            box.mux(audio.encode())  # type: ignore[union-attr]
    return path


def tone(seconds: float, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)


# ---- pictures


def test_cuts_colours_shape_and_pace_are_measured(tmp_path: Path) -> None:
    seen = look(film(tmp_path / "a.mp4", [(200, 30, 30), (30, 30, 200), (240, 240, 240)]))
    assert seen is not None
    assert [round(one.start_s) for one in seen.scenes] == [0, 1, 2]
    assert seen.shape == "9:16"
    assert seen.cuts_per_minute == pytest.approx(40.0, rel=0.1)
    red, blue, white = (one.colours[0][0] for one in seen.scenes)
    assert int(red[1:3], 16) > 180 > int(red[5:7], 16)
    assert int(blue[5:7], 16) > 180 > int(blue[1:3], 16)
    assert seen.scenes[2].brightness > 0.9 > seen.scenes[1].brightness
    assert all(one.motion < 0.01 for one in seen.scenes)
    assert int(white[1:3], 16) > 220


def test_a_film_of_one_picture_has_one_scene_and_no_cut(tmp_path: Path) -> None:
    seen = look(film(tmp_path / "a.mp4", [(90, 90, 90)], 2.0))
    assert seen is not None
    assert (len(seen.scenes), seen.cuts_per_minute) == (1, 0.0)


def test_colours_are_shares_of_the_picture() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[:3] = 255
    assert colours(image) == (("#000000", 0.7), ("#ffffff", 0.3))


# ---- sound


def test_silence_a_tone_and_syllables_are_told_apart() -> None:
    quiet = np.zeros(3 * RATE)
    assert measure(quiet).silence == 1.0
    steady = measure(tone(3.0))
    assert (steady.silence, steady.music_like) == (0.0, 1.0)
    time = np.arange(3 * RATE) / RATE
    syllables = np.random.default_rng(5).normal(size=3 * RATE) * 0.2 * (np.sin(2 * np.pi * 4 * time) > 0.2)
    assert measure(syllables).speech_like == 1.0


def test_loudness_of_a_tone_is_what_the_standard_says() -> None:
    assert measure(tone(3.0, 1.0)).lufs == pytest.approx(-3.01 - 0.691 + 0.691, abs=0.8)  # 997 Hz at 0 dBFS reads −3.01
    assert measure(np.zeros(100)).lufs == float("-inf")


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    assert hear(film(tmp_path / "a.mp4", [(9, 9, 9)])) is None


# ---- words


def test_subtitles_of_three_kinds_are_read_and_nonsense_is_passed_over() -> None:
    srt = parse(
        "1\n00:00:01,500 --> 00:00:02,000\n<i>只要</i>199元\n\nrubbish\n\n2\n00:00:09,000 --> 00:00:01,000\nbackwards\n",
        ".srt",
    )
    assert srt == [Words(1.5, 2.0, "只要199元", "said.subtitles")]
    vtt = parse("WEBVTT\n\n00:01.000 --> 00:02.000 align:start\nhello\nthere\n", ".vtt")
    assert vtt == [Words(1.0, 2.0, "hello there", "said.subtitles")]
    ass = parse("[Events]\nDialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\b1}铸铁锅, 好用\\N真的\n", ".ass")
    assert ass == [Words(1.0, 2.5, "铸铁锅, 好用 真的", "said.subtitles")]


def test_what_subtitles_say_is_held_against_the_product(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", [(9, 9, 9)], sound=tone(1.0))
    path.with_suffix(".srt").write_text(
        "1\n00:00:00,000 --> 00:00:00,500\n铸铁锅体, 受热均匀\n\n2\n00:00:00,500 --> 00:00:01,000\n今天只要99元, 纯铜的\n",
        encoding="utf-8",
    )
    card = understand_film(path, POT, make_card(POT))
    assert [(one.amount, one.verdict) for one in card.prices] == [(99.0, "contradicts")]
    assert [place for place, _ in card.mentioned] == [0]
    assert [one.value_en for one in card.unsupported] == ["brass"]
    assert "cast iron" in {one.value_en for one in card.claims if one.kind is Kind.MATERIAL}
    assert [one.what for one in card.unread] == ["screen"]


def test_what_was_not_read_is_said_with_what_to_do(tmp_path: Path) -> None:
    card = understand_film(film(tmp_path / "a.mp4", [(9, 9, 9)], sound=tone(1.0)))
    assert {one.what for one in card.unread} == {"speech", "screen"}
    assert ".srt" in next(one.en for one in card.unread if one.what == "speech")
    assert json.dumps(card.as_json())


def test_the_price_the_list_price_and_amounts_off() -> None:
    said = prices_in("said.0", "原价¥259, 现在199元, 满300减50元, 领20元券, $30, 到手188", 0.0, POT)
    assert [(one.amount, one.verdict) for one in said] == [
        (259.0, "list_price"), (199.0, "price"), (30.0, "other_currency"), (188.0, "contradicts"),
    ]  # fmt: skip
    assert prices_in("said.0", "只要500ml就够, save $5 today", 0.0, POT) == []


def test_words_that_a_film_must_not_say_are_flagged() -> None:
    card = read_words("f", [Words(0, 1, "全网第一的锅", "said.subtitles")], POT)
    assert [one.reason for one in card.flags] == ["absolute"]


# ---- our own script


def test_the_script_of_our_own_film_is_read_and_of_another_film_is_not(tmp_path: Path) -> None:
    label = {"AIGC": json.dumps({"Label": "1", "ProduceID": "abc"})}
    path = film(tmp_path / "a.mp4", [(9, 9, 9)], metadata=label)
    script = {
        "schema": "magnetar/film-manifest/1", "film": "abc", "price": "¥199.00",
        "scenes": [{"start_s": 0, "end_s": 1, "kind": "offer", "headline": "铸铁锅", "caption": "", "chip": None}],
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(script), encoding="utf-8")
    assert [one.text for one in ScriptBeside().read(path) or ()] == ["铸铁锅", "¥199.00"]
    path.with_suffix(".json").write_text(json.dumps({**script, "film": "other"}), encoding="utf-8")
    assert ScriptBeside().read(path) is None
    path.with_suffix(".json").write_text("{", encoding="utf-8")
    assert ScriptBeside().read(path) is None


# ---- bad input


def test_no_file_and_no_film_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        understand_film(tmp_path / "none.mp4")
    (tmp_path / "text.mp4").write_text("this is no film", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read as a film"):
        understand_film(tmp_path / "text.mp4")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.txt", "u1 i1 i2\n" * 50),
        ("list.mp4", "ffconcat version 1.0\nfile '{film}'\n"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:15\n#EXTINF:15,\n{film}\n#EXT-X-ENDLIST\n"),
    ],
)
def test_a_text_file_is_no_film_and_a_playlist_opens_nothing(tmp_path: Path, name: str, text: str) -> None:
    film(tmp_path / "film.mp4", [(200, 0, 0)])
    (tmp_path / name).write_text(text.format(film=tmp_path / "film.mp4"), encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read as a film"):
        understand_film(tmp_path / name)


def test_a_name_with_brackets_finds_its_subtitles(tmp_path: Path) -> None:
    path = tmp_path / "a [1].mp4"
    film(path, [(9, 9, 9)])
    (tmp_path / "a [1].zh.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n你好\n", encoding="utf-8")
    assert [one.text for one in Subtitles().read(path) or ()] == ["你好"]


@pytest.mark.slow
def test_a_film_that_we_made_is_understood_without_contradiction(tmp_path: Path) -> None:
    from magnetar.app.goods import goods_from, sample_shop
    from magnetar.capabilities.creative import render_film

    product = next(one for one in goods_from(sample_shop() / "catalogue.csv", "demo", "CNY") if one.id == "p012")
    render_film(product, sample_shop(), tmp_path / "p012.mp4")
    card = understand_film(tmp_path / "p012.mp4", product, make_card(product))
    assert {one.verdict for one in card.prices} == {"price", "list_price"}
    assert len(card.mentioned) == len(product.selling_points)
    assert card.unsupported == ()
    assert card.pictures is not None
    assert 3 <= len(card.pictures.scenes) <= 6
    assert card.sound is not None
    assert card.sound.lufs == pytest.approx(-14.0, abs=1.5)
