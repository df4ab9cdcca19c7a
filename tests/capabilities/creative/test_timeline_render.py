"""A timeline that comes back from an editor gives the film again: the same frames, in the order they have now."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
import pytest

from magnetar.capabilities.creative import make_variants, render_film
from magnetar.capabilities.creative.judging.told import Told, read_told
from magnetar.capabilities.creative.storyboard import Turn
from magnetar.capabilities.creative.timeline.conform import render_timeline
from magnetar.capabilities.creative.timeline.cut import read_cut
from magnetar.capabilities.creative.timeline.edited import Stretch, read_timeline
from magnetar.capabilities.creative.timeline.jianying import write_draft
from magnetar.capabilities.creative.timeline.otio import write_otio
from magnetar.capabilities.creative.timeline.source import Keep, Turned, plan
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

Make = Callable[..., Product]


_made: list[Path] = []


@pytest.fixture
def film(
    face: Typeface, pictures: Path, product: Make, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A small film of segments, made once, exported as OTIO beside it."""
    if not _made:
        _made.append(_make(tmp_path_factory.mktemp("once"), pictures, product))
    for one in _made[0].parent.glob("bag-0001.*"):
        shutil.copyfile(one, tmp_path / one.name)
    return tmp_path / _made[0].name


def _make(folder: Path, pictures: Path, product: Make) -> Path:
    batch = make_variants(
        product(), pictures, 1, folder / "films", folder / "home", width=270, length_s=6.0, decode=0.0
    )
    path = batch.films[0].file
    path.with_suffix(".otio").write_text(write_otio(read_cut(path)), encoding="utf-8")
    return path


def frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as box:
        return np.stack([frame.to_ndarray() for frame in box.decode(video=0)])


def edited(film: Path, change: Callable[[Any, list[Any]], None]) -> Path:
    """The film's timeline after an editor changed its picture track."""
    timeline = otio.adapters.read_from_string(film.with_suffix(".otio").read_text(encoding="utf-8"), "otio_json")
    track = timeline.video_tracks()[0]
    clips = [clip.deepcopy() for clip in track]
    del track[:]
    change(track, clips)
    path = film.with_name("edited.otio")
    path.write_text(timeline.to_json_string(), encoding="utf-8")
    return path


def swap(track: Any, clips: list[Any]) -> None:
    track.extend([clips[0], clips[2], clips[1], *clips[3:]])


def shorten(clip: Any, first: int, count: int) -> Any:
    start = clip.source_range.start_time + otio.opentime.RationalTime(first, 25)
    clip.source_range = otio.opentime.TimeRange(start, otio.opentime.RationalTime(count, 25))
    return clip


def test_a_timeline_that_nobody_changed_gives_the_same_film(film: Path, tmp_path: Path):
    made = render_timeline(read_timeline(film.with_suffix(".otio")), film, tmp_path / "again.mp4")
    assert made.unchanged
    assert made.file.read_bytes() == film.read_bytes()
    assert isinstance(read_told(made.file), Told)


def test_scenes_in_another_order_are_the_same_frames_in_another_order(film: Path, tmp_path: Path):
    about = json.loads(film.with_suffix(".json").read_text())
    starts = [round(one["start_s"] * 25) for one in about["scenes"]] + [about["frames"]]
    turn = round(about["turn_s"] * 25)
    made = render_timeline(read_timeline(edited(film, swap)), film, tmp_path / "swapped.mp4")
    before, after = frames(film), frames(made.file)
    assert len(before) == len(after) == made.frames
    assert (made.turns, made.defects) == (3, ())
    at = 0
    for place in (0, 2, 1, *range(3, len(starts) - 1)):
        count = starts[place + 1] - starts[place]
        new = turn if place else 0
        assert np.array_equal(after[at + new : at + count], before[starts[place] + new : starts[place + 1]]), place
        at += count
    assert made.copied == made.frames - 3 * turn
    told = json.loads(made.file.with_suffix(".json").read_text())
    assert [one["headline"] for one in told["scenes"]] == [
        about["scenes"][n]["headline"] for n in (0, 2, 1, *range(3, len(starts) - 1))
    ]
    assert told["edited_from"] == about["film"] != told["film"]
    with av.open(str(made.file)) as box:
        assert json.loads(box.metadata["AIGC"])["ProduceID"] == told["film"]
        assert abs((box.duration or 0) / 1e6 - made.seconds) < 0.05


def test_shortened_and_dropped_scenes_show_what_is_left_and_sound_ends_with_them(film: Path, tmp_path: Path):
    path = edited(film, lambda track, clips: track.extend([shorten(clips[0], 5, 30), clips[-1]]))
    made = render_timeline(read_timeline(path), film, tmp_path / "short.mp4")
    before, after = frames(film), frames(made.file)
    about = json.loads(film.with_suffix(".json").read_text())
    last = round(about["scenes"][-1]["start_s"] * 25)
    assert len(after) == 30 + len(before) - last
    assert np.abs(after[:30].astype(int) - before[5:35]).mean() < 2.0  # a part of a segment is encoded anew
    turn = round(about["turn_s"] * 25)
    assert np.array_equal(after[30 + turn :], before[last + turn :])
    assert made.defects == ()
    told = json.loads(made.file.with_suffix(".json").read_text())
    assert abs(told["music"]["lufs"] + 14) <= 0.5
    assert (told["frames"], told["scenes"][-1]["end_s"]) == (len(after), len(after) / 25)


def test_a_film_that_is_not_made_of_segments_is_cut_too(face: Typeface, pictures: Path, product: Make, tmp_path: Path):
    path = tmp_path / "one.mp4"
    render_film(product(), pictures, path, width=270, length_s=6.0)
    path.with_suffix(".otio").write_text(write_otio(read_cut(path)), encoding="utf-8")
    made = render_timeline(read_timeline(edited(path, swap)), path, tmp_path / "cut.mp4")
    assert (made.copied, made.frames, made.defects) == (0, len(frames(path)), ())


def test_what_cannot_be_kept_is_said_and_left_out_only_when_told_so(film: Path, tmp_path: Path):
    def spoil(track: Any, clips: list[Any]) -> None:
        gap = otio.schema.Gap(duration=otio.opentime.RationalTime(10, 25))
        fade = otio.schema.Transition(
            "dissolve", "SMPTE_Dissolve", otio.opentime.RationalTime(5, 25), otio.opentime.RationalTime(5, 25)
        )
        clips[0].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
        clips[1].metadata["magnetar"]["headline"] = "另一句话"
        track.extend([clips[0], fade, clips[1], gap, clips[2], clips[3]])

    timeline = read_timeline(edited(film, spoil))
    with pytest.raises(BadInput) as refused:
        render_timeline(timeline, film, tmp_path / "no.mp4")
    for word in ("dissolve", "LinearTimeWarp", "gap of 0.40 s", "另一句话", "--anyway"):
        assert word in str(refused.value)
    assert not (tmp_path / "no.mp4").exists()
    made = render_timeline(timeline, film, tmp_path / "yes.mp4", anyway=True)
    assert len(made.left_out) == 4


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda track, clips: track.extend([shorten(clips[0], 0, 9_999)]), "shows frames 0 to 9999"),
        (lambda track, clips: track.extend([shorten(clips[0], 0, 3)]), "would last"),
        (lambda track, clips: None, "no picture"),
        (lambda track, clips: track.extend([one.deepcopy() for one in clips * 40]), "at most 120"),
    ],
)
def test_a_timeline_of_frames_that_there_are_not_is_refused(film: Path, tmp_path: Path, change: Any, match: str):
    with pytest.raises(BadInput, match=match):
        render_timeline(read_timeline(edited(film, change)), film, tmp_path / "no.mp4")


def test_any_scene_may_open_the_film(film: Path, tmp_path: Path):
    path = edited(film, lambda track, clips: track.extend([clips[2], clips[0], clips[3]]))
    made = render_timeline(read_timeline(path), film, tmp_path / "other.mp4")
    assert (made.turns, made.defects) == (2, ())
    opening = frames(made.file)[:9].astype(int)
    assert all(np.abs(one - other).mean() > 0.5 for one, other in pairwise(opening[:8]))


@pytest.mark.parametrize("rate", [0.0, float("nan")])
def test_clips_without_times_are_refused(film: Path, rate: float):
    def timeless(track: Any, clips: list[Any]) -> None:
        clips[0].source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(10, rate)
        )
        track.extend(clips)

    with pytest.raises(BadInput):
        render_timeline(read_timeline(edited(film, timeless), 25), film, film.with_name("no.mp4"))


@pytest.mark.parametrize(
    "change",
    [
        {"language": "fr"},
        {"aspect": "2:1"},
        {"turn_s": "x"},
        {"turn_s": 1e9},
        {"subtitles": [1]},
        {"film": None, "language": []},
    ],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(film: Path, tmp_path: Path, change: dict[str, Any]):
    beside = film.with_suffix(".json")
    beside.write_text(json.dumps({**json.loads(beside.read_text()), **change}))
    with pytest.raises(BadInput, match="manifest"):
        render_timeline(read_timeline(edited(film, swap)), film, tmp_path / "no.mp4")


def test_footage_of_other_films_is_refused(film: Path):
    def foreign(track: Any, clips: list[Any]) -> None:
        clips[1].media_reference.target_url = "holiday.mov"
        track.extend(clips)

    with pytest.raises(BadInput, match=r"one film that was exported.*'holiday.mov'"):
        read_timeline(edited(film, foreign))


def test_a_draft_and_a_zipped_timeline_come_back_too(film: Path, tmp_path: Path):
    folder = tmp_path / "draft"
    write_draft(read_cut(film), folder, 7)
    assert read_timeline(folder, 25).stretches[-1].end == read_cut(film).frames
    told = json.loads((folder / "draft_content.json").read_text())
    [picture] = [track for track in told["tracks"] if track["type"] == "video"]
    picture["segments"].pop(1)
    for one, at in zip(picture["segments"], (0, 10_000_000, 20_000_000), strict=False):
        one["target_timerange"]["start"] = at
    (folder / "draft_content.json").write_text(json.dumps(told))
    assert any("gap" in one for one in read_timeline(folder, 25).unkept)
    assert run(["studio", "render", str(folder), "--out", str(tmp_path / "d.mp4"), "--anyway"]) == 0
    with zipfile.ZipFile(film.with_suffix(".otioz"), "w") as held:
        held.write(film.with_suffix(".otio"), "content.otio")
    assert read_timeline(film.with_suffix(".otioz")) == read_timeline(film.with_suffix(".otio"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"fps": 25}', "\x00encrypted"])
def test_a_draft_that_cannot_be_read_is_refused(tmp_path: Path, content: str):
    (tmp_path / "draft_content.json").write_text(content)
    with pytest.raises(BadInput, match="encrypt"):
        read_timeline(tmp_path)


def test_a_turn_is_made_anew_only_where_another_scene_comes_before():
    scenes = [(0, "hook"), (50, "point"), (100, "offer")]
    whole = [Stretch(0, 50), Stretch(50, 50), Stretch(100, 50)]
    assert plan(whole, scenes, 8, 150) == [Keep(0, 150)]
    assert plan([whole[1], whole[0], whole[2]], scenes, 8, 150) == [
        Turned(None, 58, 8, Turn.LEFT), Keep(58, 42), Keep(0, 50), Turned(49, 108, 8, Turn.UP), Keep(108, 42),
    ]  # fmt: skip
    assert plan([whole[0], Stretch(103, 3)], scenes, 8, 150) == [Keep(0, 50), Turned(49, 108, 3, Turn.UP)]
    assert plan([Stretch(10, 20), Stretch(120, 30)], scenes, 8, 150) == [Keep(10, 20), Keep(120, 30)]


def test_the_command_says_what_it_needs(film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    timeline = str(film.with_suffix(".otio"))
    assert run(["studio", "render", timeline]) == 2
    assert "--out" in capsys.readouterr().err
    assert run(["studio", "render", "none.otio", "--out", "a.mp4"]) == 2
    assert run(["studio", "render", timeline, "--out", str(film)]) == 2
    assert "went out" in capsys.readouterr().err
    alone = tmp_path / "elsewhere" / "alone.otio"
    alone.parent.mkdir()
    alone.write_text(film.with_suffix(".otio").read_text())
    assert run(["studio", "render", str(alone), "--out", str(tmp_path / "a.mp4")]) == 2
    assert "--film" in capsys.readouterr().err
    told = tmp_path / "told.json"
    words = ["--film", str(film), "--out", str(tmp_path / "a.mp4"), "--json", str(told)]
    assert run(["studio", "render", str(alone), *words]) == 0
    assert json.loads(told.read_text())["unchanged"] is True
