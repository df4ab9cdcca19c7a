"""A film's cut in the formats of editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from magnetar.capabilities.creative.timeline.commands import format_of
from magnetar.capabilities.creative.timeline.cut import MANIFEST, Cut, read_cut
from magnetar.capabilities.creative.timeline.edited import Stretch, read_timeline
from magnetar.capabilities.creative.timeline.edl import write_edl
from magnetar.capabilities.creative.timeline.jianying import write_draft
from magnetar.capabilities.creative.timeline.otio import write_otio
from magnetar.capabilities.creative.timeline.subtitles import write_subtitles
from magnetar.kernel.errors import BadInput, NotFound


def manifest(**more: Any) -> dict[str, Any]:
    def scene(start: float, end: float, kind: str, headline: str, caption: str = "") -> dict[str, Any]:
        return {"start_s": start, "end_s": end, "kind": kind, "headline": headline, "caption": caption, "chip": ""}

    return {
        "schema": MANIFEST, "product": "p1", "fps": 25, "frames": 200, "width": 1080, "height": 1920,
        "scenes": [scene(0, 2.4, "hook", "青釉餐盘", "8英寸"), scene(2.4, 5.2, "point", "微波炉能进"), scene(5.2, 8, "offer", "青釉餐盘")],
        **more,
    }  # fmt: skip


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "a.mp4").write_bytes(b"a film")
    (tmp_path / "a.json").write_text(json.dumps(manifest()), encoding="utf-8")
    return tmp_path / "a.mp4"


def spoken(film: Path) -> Cut:
    words = [{"start_s": 0.5, "end_s": 0.7, "text": "青"}, {"start_s": 0.7, "end_s": 1.0, "text": "釉"}]
    told = manifest(subtitles=[{"start_s": 0.48, "end_s": 1.2, "text": "青釉{x}", "words": words}])
    film.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
    return read_cut(film)


def test_captions_stand_in_for_subtitles_where_nothing_is_said(film):
    told = write_subtitles(read_cut(film), "srt")
    assert "1\n00:00:00,000 --> 00:00:02,400\n青釉餐盘\n8英寸" in told
    assert told.count("-->") == 3


def test_spoken_words_light_up_in_ass_and_braces_do_no_harm(film):
    told = write_subtitles(spoken(film), "ass")
    assert r"{\k2}{\k20}青{\k30}釉(x)" in told


def test_a_subtitle_begins_and_ends_on_a_frame(film):
    assert "00:00:00,480 --> 00:00:01,200" in write_subtitles(spoken(film), "srt")


def test_an_edl_counts_frames(film):
    told = write_edl(read_cut(film)).splitlines()
    assert told[3] == "001  AX       B     C        00:00:00:00 00:00:02:10 00:00:00:00 00:00:02:10"


def test_an_otio_timeline_comes_back_as_it_went_out(film, tmp_path):
    path = tmp_path / "a.otio"
    path.write_text(write_otio(read_cut(film)), encoding="utf-8")
    back = read_timeline(path)
    assert back.stretches == (Stretch(0, 60), Stretch(60, 70), Stretch(130, 70))
    assert [words[:2] for words in back.words] == [(0, "青釉餐盘"), (1, "微波炉能进"), (2, "青釉餐盘")]
    assert (back.film, back.unkept) == ("a.mp4", ())


def test_an_editor_may_swap_shorten_and_drop_scenes(film, tmp_path):
    import opentimelineio as otio

    timeline = otio.adapters.read_from_string(write_otio(read_cut(film)), "otio_json")
    track = timeline.video_tracks()[0]
    clips = [clip.deepcopy() for clip in track]
    clips[2].source_range = otio.opentime.TimeRange(
        clips[2].source_range.start_time, otio.opentime.RationalTime(50, 25)
    )
    del track[:]
    track.extend([clips[2], clips[0]])
    path = tmp_path / "b.otio"
    path.write_text(timeline.to_json_string(), encoding="utf-8")
    assert read_timeline(path).stretches == (Stretch(130, 50), Stretch(0, 60))


@pytest.mark.parametrize("content", ["", "{}", "no json", '{"OTIO_SCHEMA": "Clip.1"}', "[" * 5000])
def test_what_is_no_timeline_is_refused(tmp_path, content):
    path = tmp_path / "x.otio"
    path.write_text(content)
    with pytest.raises(BadInput):
        read_timeline(path)


def test_a_draft_names_only_what_lies_in_its_folder(film, tmp_path):
    folder = tmp_path / "draft"
    write_draft(spoken(film), folder, 7)
    told = json.loads((folder / "draft_content.json").read_text(encoding="utf-8"))
    [video] = told["materials"]["videos"]
    assert (folder / video["path"]).read_bytes() == b"a film"
    segments = told["tracks"][0]["segments"]
    ends = [one["target_timerange"]["start"] + one["target_timerange"]["duration"] for one in segments]
    assert [one["target_timerange"]["start"] for one in segments] == [0, *ends[:-1]]
    assert ends[-1] == told["duration"] == 8_000_000
    known = {one["id"] for kind in told["materials"].values() for one in kind}
    assert all(one["material_id"] in known for track in told["tracks"] for one in track["segments"])
    with pytest.raises(BadInput, match="not empty"):
        write_draft(spoken(film), folder, 7)


def test_a_film_without_its_manifest_says_what_is_missing(tmp_path):
    with pytest.raises(NotFound, match="No film"):
        read_cut(tmp_path / "none.mp4")
    (tmp_path / "b.mp4").write_bytes(b"x")
    with pytest.raises(NotFound, match=r"b\.json"):
        read_cut(tmp_path / "b.mp4")


@pytest.mark.parametrize(
    "told", ["{", "[]", '{"schema": "other"}', json.dumps(manifest(scenes=[])), json.dumps(manifest(fps="x"))]
)
def test_a_damaged_manifest_is_refused(film, told):
    film.with_suffix(".json").write_text(told)
    with pytest.raises(BadInput, match="cannot be read"):
        read_cut(film)


def test_an_export_is_what_its_file_ends_in():
    assert [format_of("", f"film.{ending}") for ending in ("srt", "VTT", "edl")] == ["srt", "vtt", "edl"]
    assert (format_of("", ""), format_of("ass", ""), format_of("jianying", "my.draft")) == ("otio", "ass", "jianying")
    for to, out in (("otio", "film.srt"), ("", "film.mp4"), ("xml", ""), ("edl", "film.txt")):
        with pytest.raises(BadInput):
            format_of(to, out)
