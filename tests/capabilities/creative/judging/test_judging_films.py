"""Whole films: a good one has no defect, each way to spoil it has a name; strangers' films and files that are none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from magnetar.capabilities.creative import provenance
from magnetar.capabilities.creative.coded import settle
from magnetar.capabilities.creative.encode import Writer
from magnetar.capabilities.creative.judging import judge_film, read_told
from magnetar.capabilities.creative.judging.container import check_boxes, read_boxes
from magnetar.capabilities.creative.judging.lettering import look
from magnetar.capabilities.creative.judging.media import read_media
from magnetar.capabilities.creative.judging.told import Told
from magnetar.capabilities.creative.loudness import RATE, loudness, true_peak
from magnetar.capabilities.creative.palette import contrast
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

Copy = Callable[[], Path]
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the ffmpeg program is not installed")


def kinds(path: Path, **options: Any) -> set[str]:
    return {one["kind"] for one in judge_film(path, **options).defects}


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    beside = path.with_suffix(".json")
    told = json.loads(beside.read_text())
    edit(told)
    beside.write_text(json.dumps(told))
    return path


def stranger(path: Path, seconds: int = 3) -> Path:
    """A film without manifest and metadata: a ramp that moves, a tone in bursts at −14 LUFS."""
    time = np.arange(seconds * RATE) / RATE
    tone = np.sin(2 * np.pi * 330 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    with Writer(path, 270, 480, 25, {}, sound=settle(np.stack([tone, tone]).astype(np.float32))) as writer:
        ramp = np.linspace(30, 220, 270).astype(np.uint8)
        for number in range(25 * seconds):
            writer.canvas.y[...] = np.roll(ramp, 3 * number)
            writer.canvas.u[...] = writer.canvas.v[...] = 128
            writer.write()
    return path


def test_a_good_film_has_no_defect_however_it_is_looked_at(made: Path, bag: Product):
    judged = judge_film(made, product=bag)
    assert (judged.defects, judged.ours, judged.frames) == ((), True, judge_film(made, every=False).frames)
    assert judge_film(made, every=False, ours=True).defects == ()


def test_anybodys_film_is_judged_without_label_rules_unless_asked(face: Typeface, tmp_path: Path):
    path = stranger(tmp_path / "theirs.mp4")
    assert kinds(path) == set()
    assert kinds(path, ours=True) == {"manifest", "label metadata", "label"}


def test_each_lie_of_a_manifest_is_found(film: Copy):
    assert "frames" in kinds(change(film(), lambda m: m.update(frames=m["frames"] + 1)))
    assert "size" in kinds(change(film(), lambda m: m.update(width=272)))
    assert "timing" in kinds(change(film(), lambda m: m.update(fps=24)))
    assert "text" in kinds(change(film(), lambda m: m["scenes"][0]["texts"][-1].update(lines=["另一句话在此"])))
    assert "sync" in kinds(change(film(), lambda m: m["sound"].update(outline=m["sound"]["outline"][10:])))
    assert "manifest" in kinds(change(film(), lambda m: m.pop("scenes")))
    assert "label" in kinds(change(film(), lambda m: m["scenes"][0]["texts"].pop(0)))


def test_a_record_with_another_price_makes_the_films_price_false(made: Path, bag: Product):
    from dataclasses import replace

    from magnetar.vocabulary.money import Money

    assert kinds(made, product=replace(bag, price=Money.of("219.00"))) == {"price"}


def test_a_digit_that_looks_like_another_is_read(made: Path, face: Typeface):
    told = read_told(made)
    assert isinstance(told, Told)
    [(scene, price)] = [(s, t) for s in told.scenes for t in s.texts if t.role == "price"]
    frames: list[Any] = []
    read_media(made, True, lambda number, frame: frames.append(frame.to_ndarray(format="rgb24")) if number == round(scene.end_s * told.fps) - 2 else None)  # fmt: skip
    seen = look(frames[0], price, face)
    assert (seen.alike > 0.97, seen.worst > 0.9, seen.misread) == (True, True, "")
    assert seen.contrast == pytest.approx(contrast(price.colour, price.behind), rel=0.2)
    import msgspec

    other = msgspec.structs.replace(price, lines=(price.lines[0].replace("9", "4"),))
    assert look(frames[0], other, face).misread == "4>9"
    away = msgspec.structs.replace(price, origin=(price.origin[0], price.origin[1] - 60))
    assert look(frames[0], away, face).alike < 0.5


def test_a_broken_file_is_told_from_what_is_no_film(film: Copy, tmp_path: Path):
    path = film()
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 2 // 3])
    assert "truncated" in kinds(path)
    at = raw.index(b"moov")
    path.write_bytes(raw[:at] + b"free" + raw[at + 4 :])
    assert kinds(path) & {"truncated", "unreadable"}
    damaged = bytearray(raw)
    for place in range(raw.index(b"mdat") + 2000, len(raw), 9000):
        damaged[place] ^= 0x5A
    path.write_bytes(damaged)
    assert "corrupt" in kinds(path)
    for name, content in (
        ("empty", b""),
        ("text", b"not a film at all"),
        ("picture", b"\x89PNG\r\n\x1a\n" + b"0" * 99),
    ):
        (tmp_path / f"{name}.mp4").write_bytes(content)
        with pytest.raises(BadInput, match="no film"):
            judge_film(tmp_path / f"{name}.mp4")
    with pytest.raises(BadInput, match="There is no film"):
        judge_film(tmp_path / "none.mp4")
    with pytest.raises(BadInput, match="There is no film"):
        judge_film(tmp_path)


def test_the_order_of_boxes_is_read_without_a_decoder(tmp_path: Path):
    def box(name: bytes, size: int = 8) -> bytes:
        return size.to_bytes(4, "big") + name + b"\0" * (size - 8)

    def named(*parts: bytes) -> list[str]:
        path = tmp_path / "boxes.mp4"
        path.write_bytes(b"".join(parts))
        return [one["kind"] for one in check_boxes(read_boxes(path))]

    start, index, content = box(b"ftyp", 24), box(b"moov", 40), box(b"mdat", 64)
    assert named(start, index, content) == []
    assert named(start, content, index) == ["fast start"]
    assert named(start, index, content[:30]) == ["truncated"]
    assert named(start, content) == ["truncated"]
    assert named(start, index, content, b"garbage!" * 2) == ["corrupt"]
    assert named(box(b"moof"), b"") == ["container"]


def test_credentials_are_signed_and_a_change_breaks_them(film: Copy, tmp_path: Path):
    if not provenance.available():
        pytest.skip("c2pa-python is not installed: pip install 'magnetar[provenance]'")
    path, signed = film(), tmp_path / "signed.mp4"
    assert provenance.verify(path) == provenance.Verified(False)
    chain, key = provenance.development_certificate(tmp_path / "keys", datetime(2026, 1, 1, tzinfo=UTC))
    assert os.stat(key).st_mode & 0o077 == 0
    provenance.sign(path, signed, "bag", "synthetic", chain, key)
    seen = provenance.verify(signed)
    assert (seen.present, seen.wrong, seen.trusted, seen.source_type) == (True, "", False, "compositeSynthetic")
    shutil.copyfile(path.with_suffix(".json"), signed.with_suffix(".json"))
    assert kinds(signed) == set()
    raw = bytearray(signed.read_bytes())
    raw[-2000] ^= 1
    signed.write_bytes(raw)
    assert "provenance" in kinds(signed)
    with pytest.raises(BadInput, match="Cannot sign"):
        provenance.sign(path, tmp_path / "x.mp4", "bag", "synthetic", key, chain)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    return lambda *words: run(list(words))


def test_the_command_ends_as_the_contract_says(
    command: Callable[..., int], film: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path, out = film(), tmp_path / "said.json"
    assert command("studio", "check", str(path), "--json", str(out)) == 0
    assert json.loads(out.read_text())["defects"] == []
    change(path, lambda m: m.update(frames=m["frames"] + 1))
    assert command("studio", "check", str(path), "--ours", "--json", str(out)) == 1
    [found] = json.loads(out.read_text())["defects"]
    assert (found["kind"], sorted(found)) == ("frames", ["at_s", "detail", "kind"])
    assert command("studio", "check", str(tmp_path / "none.mp4")) == 2
    (tmp_path / "text.mp4").write_text("words")
    assert command("studio", "check", str(tmp_path / "text.mp4")) == 2
    assert command("studio", "check", str(path), "--product", "no such product") == 2
    capsys.readouterr()


@needs_ffmpeg
def test_ffmpeg_and_we_agree_on_loudness_and_peak(made: Path):
    said = subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-i", str(made), "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True).stderr  # fmt: skip
    summary = said[said.rindex("Summary") :]
    numbers = {line.split(":")[0].strip(): float(line.split(":")[1].split()[0]) for line in summary.splitlines() if ":" in line and line.split(":")[1].strip()}  # fmt: skip
    heard = read_media(made, False).heard
    assert heard is not None
    assert loudness(heard.sound) == pytest.approx(numbers["I"], abs=0.15)
    assert true_peak(heard.sound) == pytest.approx(numbers["Peak"], abs=0.3)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("how", "sign", "kind"),
    [
        (["-vf", "drawbox=t=fill:color=black:enable='between(n,40,52)'", "-c:a", "copy"], "black_start", "black or empty"),
        (["-filter_complex", "[0:v]split[x][y];[x][y]freezeframes=first=41:last=70:replace=40", "-c:a", "copy"], "freeze_start", "frozen"),
        (["-c:v", "copy", "-af", "volume=0:enable='between(t,1,2)'"], "silence_start", "silence"),
        (["-c", "copy"], "", ""),
    ],
)  # fmt: skip
def test_ffmpegs_detectors_and_ours_find_the_same(film: Copy, tmp_path: Path, how: list[str], sign: str, kind: str):
    spoiled = tmp_path / "spoiled.mp4"
    keep = ["-map_metadata", "0", "-movflags", "+faststart+use_metadata_tags"]
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(film()), *how, *keep, str(spoiled)], check=True)
    shutil.copyfile(film().with_suffix(".json"), spoiled.with_suffix(".json"))
    theirs = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", str(spoiled), "-vf", "blackdetect=d=0.1,freezedetect=d=0.5", "-af", "silencedetect=n=-60dB:d=0.5", "-f", "null", "-"],
        capture_output=True, text=True,
    ).stderr  # fmt: skip
    signs = {one for one in ("black_start", "freeze_start", "silence_start") if one in theirs}
    ours = kinds(spoiled)
    if not sign:
        assert (signs, ours) == (set(), set())
    else:
        assert sign in signs
        assert kind in ours


@needs_ffmpeg
def test_a_film_of_another_codec_or_container_still_ends_in_defects(film: Copy, tmp_path: Path):
    odd = tmp_path / "odd.mp4"
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(film()), "-pix_fmt", "yuv444p", "-c:a", "copy", "-movflags", "+faststart", str(odd)], check=True)  # fmt: skip
    assert "pixel format" in kinds(odd)
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(film()), "-c", "copy", "-f", "matroska", str(odd)], check=True)  # fmt: skip
    assert "container" in kinds(odd)
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(film()), "-vn", "-c", "copy", str(odd)], check=True)
    assert "no picture" in kinds(odd)
    with av.open(str(odd)) as box:
        assert not box.streams.video
