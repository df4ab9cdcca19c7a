"""Raw clips become a film: bad stretches are left out, cuts are found, odd files are told, the film passes the judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from magnetar.capabilities.creative.cutting import conform
from magnetar.capabilities.creative.cutting import footage as footage_rules
from magnetar.capabilities.creative.cutting.choosing import Wanted, choose, fit
from magnetar.capabilities.creative.cutting.cutting import cut_film
from magnetar.capabilities.creative.cutting.footage import Footage, Unusable, gather, probe
from magnetar.capabilities.creative.cutting.own_sound import kept_spans, speech_in
from magnetar.capabilities.creative.cutting.reading import hear, sentences_of, writing_in
from magnetar.capabilities.creative.cutting.shots import Stretch, look_through, scan
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.judging.judge import judge_film
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.generation import Heard, TextSeen
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.vocabulary.catalogue import Product

Paint = Callable[[int], np.ndarray]
WIDE, TALL = 320, 180


def ground(seed: int, tall: int = TALL, wide: int = WIDE) -> np.ndarray:
    """Squares of many colours."""
    cells = np.random.default_rng(seed).integers(40, 215, (tall // 12 + 8, wide // 12 + 8, 3))
    return np.kron(cells, np.ones((12, 12, 1))).astype(np.uint8)


def moving(seed: int) -> Paint:
    """A ground that passes slowly."""
    whole = ground(seed)
    return lambda number: whole[:TALL, number % 60 : number % 60 + WIDE]


def film(
    path: Path, paint: Paint, frames: int, *, fps: int = 25, gop: int = 25, pixels: str = "yuv420p", sound: bool = False
) -> Path:
    """Write a clip."""
    with av.open(str(path), "w") as box:
        stream: Any = box.add_stream(
            "libx264", rate=fps, options={"preset": "ultrafast", "crf": "18", "g": str(gop), "threads": "1"}
        )
        first = paint(0)
        stream.width, stream.height, stream.pix_fmt = first.shape[1], first.shape[0], pixels
        audio: Any = box.add_stream("aac", rate=48_000) if sound else None
        for number in range(frames):
            for packet in stream.encode(
                av.VideoFrame.from_ndarray(np.ascontiguousarray(paint(number)), format="rgb24")
            ):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
        if audio is not None:
            time = np.arange(48_000 * frames // fps) / 48_000
            wave = (0.3 * np.sin(2 * np.pi * 300 * time) * (time % 2 < 1)).astype(np.float32)
            for at in range(0, len(wave) - 1023, 1024):
                frame = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], format="fltp", layout="mono")
                frame.sample_rate, frame.pts = 48_000, at
                for packet in audio.encode(frame):
                    box.mux(packet)
            for packet in audio.encode():
                box.mux(packet)
    return path


def opened(path: Path) -> Footage:
    found = probe(path)
    assert isinstance(found, Footage), found
    return found


def test_files_that_cannot_be_used_are_told_with_a_reason_and_the_rest_goes_on(tmp_path: Path):
    good = film(tmp_path / "good.mp4", moving(1), 30)
    (tmp_path / "text.mp4").write_text("not a film")
    (tmp_path / "empty.mov").write_bytes(b"")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n")
    (tmp_path / "headless.mp4").write_bytes(good.read_bytes()[:600])
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    blink = film(tmp_path / "blink.mp4", moving(1), 4)
    names = ["text.mp4", "empty.mov", "list.m3u8", "headless.mp4", "broken.jpg", "missing.mp4"]
    usable, bad = gather([good, *(tmp_path / name for name in names), blink])
    assert [one.path for one in usable] == [good]
    assert [one.path.name for one in bad] == [*names, "blink.mp4"]
    assert all(one.reason for one in bad)
    assert "short" in bad[-1].reason or "long" in bad[-1].reason


def test_a_sound_file_has_no_picture(tmp_path: Path):
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as box:
        audio: Any = box.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        for packet in [*audio.encode(frame), *audio.encode()]:
            box.mux(packet)
    found = probe(path)
    assert isinstance(found, Unusable)
    assert "picture track" in found.reason


def test_a_cut_off_clip_is_used_as_far_as_it_goes(tmp_path: Path):
    whole = film(tmp_path / "whole.mkv", moving(2), 75)
    part = tmp_path / "part.mkv"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 0.4 < opened(part).seconds < 2.5


@pytest.mark.parametrize("pixels", ["yuv422p", "yuv444p", "yuv420p10le"])
def test_other_pixel_formats_are_read(tmp_path: Path, pixels: str):
    clip = opened(film(tmp_path / "clip.mp4", moving(3), 15, pixels=pixels))
    seen = conform.inspect(clip, 0.0, 0.5)
    assert len(seen) == 13
    assert 80 < np.mean(seen.mean) < 160


def test_turned_clips_stand_upright(tmp_path: Path):
    path = film(tmp_path / "clip.mp4", moving(4), 15)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = b"".join(
        value.to_bytes(4, "big", signed=True) for value in (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    )
    path.write_bytes(data)
    clip = opened(path)
    assert (clip.width, clip.height) == (TALL, WIDE)


def test_cuts_between_and_at_key_frames_are_found(tmp_path: Path):
    one, two, three = (ground(seed)[:TALL, :WIDE] // div for seed, div in ((5, 1), (6, 2), (7, 1)))
    tinted = three.copy()
    tinted[..., 2] = 230

    def paint(number: int) -> np.ndarray:
        return np.roll(one if number < 37 else two if number < 75 else tinted, number // 4, axis=1)

    clip = opened(film(tmp_path / "clip.mp4", paint, 125))
    samples, cuts = look_through(clip)
    assert cuts == pytest.approx([37 / 25, 75 / 25], abs=0.041)
    assert samples.decoded < 125


def test_black_burnt_blurred_and_frozen_stretches_are_not_used(tmp_path: Path):
    import cv2

    pass_by = moving(8)

    def paint(number: int) -> np.ndarray:
        picture = pass_by(number)
        if 25 <= number < 50:
            return np.full_like(picture, 4)
        if 75 <= number < 100:
            return np.clip(picture.astype(int) + 160, 0, 255).astype(np.uint8)
        if 125 <= number < 150:
            return np.asarray(cv2.GaussianBlur(picture, (0, 0), 9), np.uint8)
        return pass_by(175) if 175 <= number < 200 else picture

    found = scan(opened(film(tmp_path / "clip.mp4", paint, 225)))
    assert [one.kind for one in found.bad] == ["black", "burnt", "blurred", "frozen"]
    for one, start in zip(found.bad, (1, 3, 5, 7), strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((start, start + 1), abs=0.09)
    assert all(one.end_s <= bad.start_s or one.start_s >= bad.end_s for one in found.stretches for bad in found.bad)


def test_a_shaking_hand_is_told_from_a_steady_pan(tmp_path: Path):
    whole, shake = ground(9, TALL + 80, WIDE + 200), np.random.default_rng(1).integers(-14, 15, (200, 2))

    def paint(number: int) -> np.ndarray:
        x, y = 40 + number, 30
        if 50 <= number < 100:
            x, y = x + int(shake[number, 0]), y + int(shake[number, 1])
        return whole[y : y + TALL, x : x + WIDE]

    found = scan(opened(film(tmp_path / "clip.mp4", paint, 150)))
    assert {one.kind for one in found.bad} == {"shaky"}
    assert found.bad[0].start_s == pytest.approx(2.0, abs=0.4)
    assert found.bad[-1].end_s == pytest.approx(4.0, abs=0.4)


def stretch(clip: int, start: float, end: float, score: float = 0.8, alike: int = 0, shot: int = 0) -> Stretch:
    return Stretch(clip, shot, start, end, score, (), (alike or (0x9E3779B97F4A7C15 * (clip + 3)) & (2**64 - 1),))


def test_every_scene_gets_a_stretch_that_is_long_enough():
    scenes = [Wanted(2.0, ""), Wanted(3.0, ""), Wanted(2.5, "")]
    chosen = choose(scenes, [stretch(0, 0, 2.2), stretch(1, 0, 9), stretch(2, 1, 4)], ["", "", ""])
    for scene, one in zip(scenes, chosen, strict=True):
        assert sum(part.seconds for part in one.stretches) == pytest.approx(scene.seconds, abs=0.002)


def test_what_is_known_of_a_clip_decides_where_it_goes():
    scenes = [Wanted(2.0, "背板架空"), Wanted(2.0, "底仓自带防雨罩")]
    chosen = choose(scenes, [stretch(0, 0, 3), stretch(1, 0, 3)], ["防雨罩.mp4", "背板.mp4"])
    assert [one.stretches[0].clip for one in chosen] == [1, 0]
    assert fit("底仓自带防雨罩", "IMG_2031.MOV") == 0.0
    assert fit("x" * 10_000, "😀") == 0.0


def test_of_two_takes_of_the_same_only_the_better_one_is_used():
    scenes = [Wanted(2.0, ""), Wanted(2.0, "")]
    chosen = choose(
        scenes, [stretch(0, 0, 3, 0.6, alike=77), stretch(1, 0, 3, 0.9, alike=77), stretch(2, 0, 3, 0.5)], ["", "", ""]
    )
    assert sorted(one.stretches[0].clip for one in chosen) == [1, 2]


def test_short_stretches_are_joined_and_photos_fill_what_is_left():
    scenes = [Wanted(3.0, ""), Wanted(3.0, "")]
    chosen = choose(scenes, [stretch(0, 0, 1.8), stretch(1, 0, 1.8)], ["", ""], ["photo.jpg"])
    assert [len(one.stretches) for one in chosen] == [2, 0]
    assert chosen[1].photo == 0


def test_no_footage_leaves_the_records_picture():
    assert [one.photo for one in choose([Wanted(2.0, "")], [], [])] == [-1]


def test_a_sentence_that_the_edge_would_break_is_left_out_whole():
    kept, left = kept_spans([(0.5, 1.5), (2.0, 2.6), (3.5, 5.0)], 1.0, 4.0)
    assert kept == [(1.5, 3.5)]
    assert left == 2


def test_speech_is_found_by_its_energy():
    time = np.arange(48_000 * 4) / 48_000
    wave = (0.2 * np.sin(2 * np.pi * 200 * time) * ((time > 1) & (time < 2.2))).astype(np.float32)
    [(start, end)] = speech_in(np.stack([wave, wave]))
    assert (start, end) == pytest.approx((1.0, 2.2), abs=0.03)
    assert speech_in(np.zeros((2, 48_000), np.float32)) == []


def test_corrections_stay_within_limits(tmp_path: Path):
    dark = ground(3)[:TALL, :WIDE] // 4
    clip = opened(film(tmp_path / "dark.mp4", lambda number: np.roll(dark, number, axis=1), 15))
    table, lit = conform.levels_for(conform.inspect(clip, 0.0, 0.6))
    assert lit
    assert np.all(np.diff(table.astype(int)) >= 0)
    assert (table.min(), table.max()) == (16, 235)


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    for number in range(3):
        film(folder / f"clip{number}.mp4", moving(20 + number), 130, sound=number == 0)
    Image.fromarray(ground(30)[:160, :200]).save(folder / "photo.png")
    return folder


def test_a_film_of_clips_passes_the_judge_and_names_its_sources(
    footage: Path, face: Typeface, pictures: Path, product: Callable[..., Product], tmp_path: Path
):
    del face
    made = cut_film(
        product(),
        [footage],
        tmp_path / "cut.mp4",
        pictures=pictures,
        width=270,
        direction=Direction(length_s=8.0),
        keep_sound=True,
        every_frame=True,
    )
    assert made.report.defects == ()
    assert judge_film(tmp_path / "cut.mp4", ours=True, product=product()).defects == ()
    told = json.loads((tmp_path / "cut.json").read_text())
    assert {scene["source"]["kind"] for scene in told["scenes"]} <= {"clip", "photo"}
    for scene in told["scenes"]:
        for part in scene["source"].get("ranges", []):
            assert 0 <= part["start_s"] < part["end_s"] <= 5.2
    assert told["generated"]["voice"] is None
    kinds = [scene["source"]["kind"] for scene in told["scenes"]]
    for kind, words in (("clip", "real footage"), ("photo", "photos"), ("record", "the record's picture")):
        assert (f"({kinds.count(kind)} of {len(kinds)} scenes)" in told["generated"]["picture"]) or kind not in kinds
        assert (words in told["generated"]["picture"]) == (kind in kinds)
    assert abs(made.report.loudness_lufs + 14) <= 0.5
    first = (tmp_path / "cut.mp4").read_bytes()
    cut_film(
        product(),
        [footage],
        tmp_path / "cut.mp4",
        pictures=pictures,
        width=270,
        direction=Direction(length_s=8.0),
        keep_sound=True,
    )
    assert (tmp_path / "cut.mp4").read_bytes() == first


def test_groups_that_are_looked_at_twice_are_seen_once_and_in_order(tmp_path: Path):
    first, second = moving(50), moving(51)
    clip = opened(film(tmp_path / "clip.mp4", lambda number: first(number) if number < 60 else second(number) // 2, 125))  # fmt: skip
    glanced, cuts = look_through(clip)
    every, _ = look_through(clip, every=True)
    assert len(every) == 125
    assert len(glanced) == glanced.decoded < 60
    assert glanced.times == sorted(set(glanced.times))
    assert cuts == pytest.approx([60 / 25], abs=0.041)
    there = {round(at, 4): place for place, at in enumerate(every.times)}
    for place, at in enumerate(glanced.times):
        other = there[round(at, 4)]
        assert (glanced.mean[place], glanced.blur[place]) == (every.mean[other], every.blur[other])
    for low, high in ((0.0, 0.16), (2.0, 2.96)):  # a glance, and the group with the cut whole
        assert sum(low <= at <= high + 1e-6 for at in glanced.times) == round((high - low) * 25) + 1


def test_damaged_uneven_and_single_frames_are_read_as_far_as_they_go(tmp_path: Path):
    whole = film(tmp_path / "whole.ts", moving(52), 100)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    (tmp_path / "hurt.ts").write_bytes(data[: len(data) - 3000])
    hurt = opened(tmp_path / "hurt.ts")
    samples, _ = look_through(hurt)
    assert 10 <= len(samples) <= 100
    assert samples.times == sorted(samples.times)
    uneven = tmp_path / "uneven.mp4"
    with av.open(str(uneven), "w") as box:
        stream: Any = box.add_stream("libx264", rate=30, options={"preset": "ultrafast", "g": "15", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDE, TALL, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(moving(53)(number)), format="rgb24")
            frame.pts, frame.time_base = number * 33 + (400 if number > 30 else 0) + number % 3 * 9, Fraction(1, 1000)
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    clip = opened(uneven)
    assert len(clip.times) == 60
    assert clip.seconds == pytest.approx(2.4, abs=0.1)
    assert 10 <= len(look_through(clip)[0]) <= 60
    single = probe(film(tmp_path / "single.mp4", moving(54), 1))
    assert isinstance(single, Unusable)
    assert "at least" in single.reason


def test_newer_codecs_are_read(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as box:
        stream: Any = box.add_stream(
            "libx265", rate=25, options={"preset": "ultrafast", "x265-params": "log-level=none:keyint=15:pools=1"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDE, TALL, "yuv420p"
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(moving(55)(number)), format="rgb24")
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    clip = opened(path)
    samples, cuts = look_through(clip)
    assert (len(clip.times), cuts) == (50, [])
    assert 15 <= len(samples) <= 50
    assert samples.times == sorted(set(samples.times))


def test_a_header_that_claims_too_many_pixels_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = film(tmp_path / "clip.mp4", moving(56), 15)
    monkeypatch.setattr(footage_rules, "MOST_PIXELS", WIDE * TALL - 1)
    found = probe(path)
    assert isinstance(found, Unusable)
    assert "too many" in found.reason


class Reads:
    """A viewer that sees one line of writing."""

    name = "reads"

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        self.box = box

    def read(self, picture: np.ndarray) -> list[TextSeen]:
        assert picture.shape[2] == 3
        return [TextSeen("限时五折", self.box, 0.9), TextSeen("?", (0.0, 0.0, 1.0, 1.0), 0.1)]


def test_writing_in_a_clip_is_kept_in_sight_or_the_whole_is_shown(tmp_path: Path):
    clip = opened(film(tmp_path / "clip.mp4", moving(57), 40))
    seen = conform.inspect(clip, 0.0, 1.2)
    told: list[str] = []
    for box, whole in (((0.02, 0.8, 0.2, 0.9), False), ((0.05, 0.8, 0.9, 0.9), True)):
        keep = writing_in(clip, 0.4, Reads(box), told.append)
        assert keep == pytest.approx((box[0] - 0.01, box[1] - 0.01, box[2] + 0.01, box[3] + 0.01))
        assert keep is not None
        made = conform.plan(clip, seen, 0.0, 25, 25, 1.0, True, keep)
        assert made.whole is whole
        for place in range(0 if whole else 25):
            x, _, across, _ = conform.part_of(clip.width / clip.height, 1.0, made, place)
            assert x <= keep[0] + 1e-9
            assert x + across >= keep[2] - 1e-9
    assert told == []


class Hears:
    """A listener that hears two sentences, or fails."""

    name = "hears"

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    def listen(self, sound: np.ndarray, rate: int, *, language: str = "", hints: Any = ()) -> list[Heard]:
        assert (sound.ndim, rate, language) == (1, 16_000, "zh")
        if self.fails:
            raise ProviderUnavailable("no model")
        return [Heard(1.0, 1.6, "背着不闷"), Heard(0.0, 0.9, "底仓自带防雨罩"), Heard(1.7, 1.8, " ")]


def test_a_listener_tells_words_and_sentences_and_its_failure_is_told(tmp_path: Path):
    clip = opened(film(tmp_path / "clip.mp4", moving(58), 50, sound=True))
    told: list[str] = []
    heard = hear(clip, Hears(), "zh", ["双肩包"], told.append)
    assert [one.text for one in heard] == ["底仓自带防雨罩", "背着不闷"]
    assert sentences_of(heard) == [(0.0, 1.6)]
    assert kept_spans(sentences_of(heard), 1.2, 1.9) == ([(1.6, 1.9)], 1)
    assert hear(clip, Hears(fails=True), "zh", [], told.append) == []
    assert "no model" in told[0]
    assert hear(opened(film(tmp_path / "mute.mp4", moving(58), 15)), Hears(), "zh", [], told.append) == []


def test_a_wide_film_of_a_slow_clip_is_whole(
    footage: Path, face: Typeface, product: Callable[..., Product], tmp_path: Path
):
    del face
    slow = film(tmp_path / "slow.mp4", moving(40), 60, fps=15)
    tall = film(tmp_path / "tall.mp4", lambda number: np.rot90(moving(41)(number)), 60, sound=True)
    made = cut_film(product(), [slow, tall, footage / "clip1.mp4", footage / "clip2.mp4"], tmp_path / "wide.mp4", width=320, direction=Direction(aspect="16:9", length_s=6.0), every_frame=True, keep_sound=True, listener=Hears(), viewer=Reads((0.1, 0.7, 0.4, 0.8)))  # fmt: skip
    assert made.report.defects == ()


def test_without_one_usable_file_nothing_is_made(product: Callable[..., Product], tmp_path: Path):
    (tmp_path / "a.mp4").write_text("x")
    with pytest.raises(BadInput, match="No footage can be used"):
        cut_film(product(), [tmp_path / "a.mp4"], tmp_path / "out.mp4")


def test_footage_shorter_than_any_scene_is_refused_and_never_claimed(
    face: Typeface, pictures: Path, product: Callable[..., Product], tmp_path: Path
):
    del face
    short = film(tmp_path / "short.mp4", moving(60), 40)
    with pytest.raises(BadInput, match=r"too short for any scene.*lasts 1\.\d s"):
        cut_film(product(), [short], tmp_path / "out.mp4", pictures=pictures, width=270)
    assert not (tmp_path / "out.mp4").exists()


def test_the_command_asks_for_product_and_film(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["studio", "cut", str(tmp_path / "a.mp4"), "--out", str(tmp_path / "b.mp4")]) == 2
    assert "Name a product" in capsys.readouterr().err
