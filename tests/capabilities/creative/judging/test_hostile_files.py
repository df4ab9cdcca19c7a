"""Files that were made to be unpleasant: each ends in a clear error or a named defect, soon and in little memory."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from magnetar.capabilities.creative.coded import settle
from magnetar.capabilities.creative.encode import Writer
from magnetar.capabilities.creative.judging import judge_film, media
from magnetar.capabilities.creative.judging.container import read_boxes
from magnetar.capabilities.creative.loudness import RATE
from magnetar.kernel.errors import BadInput

Film = Callable[[], tuple[Path, bytearray]]
START = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 512)
SECONDS = 2


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good film without manifest: a ramp that moves, a tone in bursts."""
    path = tmp_path_factory.mktemp("theirs") / "film.mp4"
    time = np.arange(SECONDS * RATE) / RATE
    tone = np.sin(2 * np.pi * 330 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    with Writer(path, 180, 320, 25, {}, sound=settle(np.stack([tone, tone]).astype(np.float32))) as writer:
        ramp = np.linspace(30, 220, 180).astype(np.uint8)
        for number in range(25 * SECONDS):
            writer.canvas.y[...] = np.roll(ramp, 3 * number)
            writer.canvas.u[...] = writer.canvas.v[...] = 128
            writer.write()
    return path


@pytest.fixture
def film(theirs: Path, tmp_path: Path) -> Film:
    """A place for a changed copy, and the good bytes."""
    return lambda: (tmp_path / "copy.mp4", bytearray(theirs.read_bytes()))


def said(path: Path, kind: str, **options: Any) -> str:
    """What the one defect of a kind says."""
    [found] = [one["detail"] for one in judge_film(path, **options).defects if one["kind"] == kind]
    return found


def kinds(path: Path) -> list[str]:
    return [one["kind"] for one in judge_film(path).defects]


def test_the_film_that_is_spoiled_below_is_good(theirs: Path):
    assert judge_film(theirs).defects == ()
    assert read_boxes(theirs).seconds == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Good words, renamed. " * 40, "no film"),
        (b"\0" * 64, "no film"),
        ("文字".encode() * 99, "no film"),
    ],
)
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes, says: str):
    (tmp_path / "words.mp4").write_bytes(content)
    with pytest.raises(BadInput, match=says):
        judge_film(tmp_path / "words.mp4")


def test_four_gigabytes_of_nothing_cost_nothing(tmp_path: Path):
    path = tmp_path / "sparse.mp4"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    with pytest.raises(BadInput, match="no film"):
        judge_film(path)
    with path.open("r+b") as file:
        file.write(START + struct.pack(">I4sQ", 1, b"mdat", (4 << 30) - 16))
    assert kinds(path) == ["truncated"]
    with path.open("r+b") as file:
        file.write(START + struct.pack(">I4sQ", 1, b"moov", (4 << 30) - 16))
    assert set(kinds(path)) <= {"no picture", "unreadable"}


def test_boxes_without_end_are_not_walked_through(tmp_path: Path):
    path = tmp_path / "boxes.mp4"
    path.write_bytes(START + struct.pack(">I4s", 8, b"free") * 30_000)
    assert "20,000 boxes" in said(path, "unreadable")


def test_a_header_that_announces_twenty_years_is_a_defect(film: Film):
    path, raw = film()
    place = raw.index(b"mvhd") + 16
    raw[place : place + 8] = struct.pack(">II", 1, 20 * 365 * 86_400)
    path.write_bytes(raw)
    assert "announces 630,720,000.0 s and lasts 2.0 s" in said(path, "timing")
    raw[place : place + 8] = struct.pack(">II", 1000, 0xFFFFFFFF)  # not known, says the standard
    path.write_bytes(raw)
    assert kinds(path) == []


def test_frames_that_last_a_day_each_are_a_defect_and_are_not_decoded(film: Film):
    path, raw = film()
    place = raw.index(b"stts") + 16
    raw[place : place + 4] = struct.pack(">I", 2**31 - 1)
    path.write_bytes(raw)
    assert "frames a second" in said(path, "timing")
    assert "was not judged" in judge_film(path).notes[0]


@pytest.mark.parametrize("size", [1, 2**30, 2**31 - 1])
def test_sizes_of_samples_that_lie_end_in_a_defect(film: Film, size: int):
    path, raw = film()
    place = raw.index(b"stsz") + 8
    raw[place : place + 4] = struct.pack(">I", size)
    path.write_bytes(raw)
    assert "corrupt" in kinds(path)


def test_a_picture_beyond_any_screen_is_not_decoded(theirs: Path, monkeypatch: pytest.MonkeyPatch):
    looked: list[int] = []
    monkeypatch.setattr(media, "MOST_PIXELS", 180 * 320 - 1)
    assert "not decoded" in said(theirs, "size")
    seen = media.read_media(theirs, True, lambda number, _: looked.append(number))
    assert (looked, seen.seen.times, len(seen.times)) == ([], [], 25 * SECONDS)
    assert seen.heard is not None


def test_a_long_film_is_judged_by_its_beginning_and_the_report_says_so(theirs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(media, "MOST_S", 1.0)
    judged = judge_film(theirs)
    assert (judged.defects, judged.frames) == ((), 25 * SECONDS)
    assert judged.notes == ("looked at until 1 s only; what comes after was not judged",)
    monkeypatch.setattr(media, "MOST_DECODED", 180 * 320 * 10)
    assert media.read_media(theirs, True).ended_s == pytest.approx(11 / 25, abs=0.1)


def test_sound_alone_is_no_film(tmp_path: Path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as box:
        stream = box.add_stream("aac", rate=RATE)
        for start in range(0, RATE, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            frame.rate, frame.pts = RATE, start
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    assert "no picture" in kinds(path)


def test_hevc_is_played_and_judged_like_any_film(theirs: Path, tmp_path: Path):
    if "libx265" not in av.codecs_available:
        pytest.skip("this build of PyAV has no HEVC encoder")
    path = tmp_path / "hevc.mp4"
    source: Any
    box: Any
    with av.open(str(theirs)) as source, av.open(str(path), "w", options={"movflags": "faststart"}) as box:
        picture = box.add_stream("libx265", rate=25, options={"preset": "ultrafast", "x265-params": "log-level=none"})
        picture.width, picture.height, picture.pix_fmt, picture.codec_tag = 180, 320, "yuv420p", "hvc1"
        sound = box.add_stream_from_template(source.streams.audio[0])
        number = 0
        for packet in source.demux():
            if packet.stream.type == "audio" and packet.dts is not None:
                packet.stream = sound
                box.mux(packet)
            for frame in packet.decode() if packet.stream.type == "video" else ():
                frame.pts, frame.time_base, number = number, Fraction(1, 25), number + 1
                box.mux(picture.encode(frame))
        box.mux(picture.encode(None))
    assert kinds(path) == []


def test_a_rate_that_varies_is_named(film: Film):
    path, raw = film()
    place = raw.index(b"stts") + 8
    count, frames, step = struct.unpack(">III", raw[place : place + 12])
    assert (count, frames) == (1, 25 * SECONDS)
    offsets = raw.find(b"ctts")
    raw[offsets + 16 : offsets + 20] = struct.pack(">I", struct.unpack(">I", raw[offsets + 16 : offsets + 20])[0] + step * 2 // 3)  # fmt: skip
    path.write_bytes(raw)
    assert "timing" in kinds(path)


def test_a_picture_turned_by_its_header_is_noted_and_is_a_defect_of_ours(film: Film):
    path, raw = film()
    place = raw.index(b"tkhd") + 44
    assert raw[place : place + 4] == struct.pack(">I", 1 << 16)
    raw[place : place + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(raw)
    judged = judge_film(path)
    assert (judged.defects, len(judged.notes)) == ((), 1)
    assert "degrees" in judged.notes[0]
    assert "degrees" in said(path, "aspect", ours=True)


def test_a_manifest_that_tells_of_giant_letters_or_endless_time_costs_nothing(made: Path, tmp_path: Path):
    path = tmp_path / "copy.mp4"
    path.write_bytes(made.read_bytes())
    told = json.loads(made.with_suffix(".json").read_text())
    for text in told["scenes"][0]["texts"]:
        text.update(size=99_999, lines=["字" * 5_000] * 50)
    path.with_suffix(".json").write_text(json.dumps(told))
    assert {"text", "label"} <= {one["kind"] for one in judge_film(path, every=False).defects}
    told["scenes"][-1]["end_s"] = 1e300
    path.with_suffix(".json").write_text(json.dumps(told))
    assert "outside of what a film can have" in said(path, "manifest")


def test_a_picture_of_one_brightness_in_two_colours_is_neither_empty_nor_frozen(tmp_path: Path):
    path = tmp_path / "colours.mp4"
    with Writer(path, 180, 320, 25, {}) as writer:
        for number in range(50):
            writer.canvas.y[...] = 100
            writer.canvas.u[...] = np.roll(np.where(np.arange(90) < 45, 90, 170).astype(np.uint8), number)
            writer.canvas.v[...] = 128
            writer.write()
    assert kinds(path) == ["no sound"]
