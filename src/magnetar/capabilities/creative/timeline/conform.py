"""A film made again as an editor cut it: frames that stay are kept, most of them as they were encoded.

Scenes come in by a turn that shows the scene before them. Where that is another one now, the turn is made anew from the
nearest frames of both, standing still. Words, pictures and looks are those of the film that went out.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.checks import Expected, check_film
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ, outline
from magnetar.capabilities.creative.layout import FORMS
from magnetar.capabilities.creative.loudness import RATE, Sound, master
from magnetar.capabilities.creative.segments.coding import BLOCK, Coding
from magnetar.capabilities.creative.segments.mp4 import (
    Chunk,
    Text,
    Video,
    compose,
    subtitle_samples,
    write,
)
from magnetar.capabilities.creative.segments.tracks import encode_sound
from magnetar.capabilities.creative.timeline.cut import Cut, read_cut
from magnetar.capabilities.creative.timeline.edited import MOST_S, Stretch, Timeline, merged
from magnetar.capabilities.creative.timeline.source import Source, Turned, plan
from magnetar.kernel.errors import BadInput

_FADE_S, _END_S = 0.01, 0.6
"""At a joint of two sounds, and at the end of music that was cut off."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made."""

    file: Path
    seconds: float
    frames: int
    copied: int
    """Frames that were copied as they were encoded."""
    turns: int
    """Turns made anew."""
    unchanged: bool
    left_out: tuple[str, ...]
    defects: tuple[dict[str, Any], ...]


def render_timeline(timeline: Timeline, film: Path, out: Path, *, anyway: bool = False, check: bool = True) -> Rendered:
    """Make a film again as an editor left it.

    Args:
        film: the one that went out, its manifest beside it.
        anyway: leave out what cannot be kept, and say so.

    Raises:
        NotFound: no film, or no manifest beside it.
        BadInput: the timeline asks for what cannot be kept, or for frames that the film does not have.
    """
    cut = read_cut(film)
    about = _about(film)
    if out.absolute() == film.absolute():
        raise BadInput(f"--out 不能是原片 {str(out)!r} is the film that went out. Name another file.")
    unkept = [*timeline.unkept, *_words_changed(timeline, about)]
    if unkept and not anyway:
        raise BadInput(
            f"时间线里有不能保留的 The timeline holds what a new rendering cannot keep: {'; '.join(unkept[:8])}. "
            "Take it out in the editor, render there, or leave it out with --anyway. Words are changed with "
            "`magnetar film --direction` or `magnetar studio agent`."
        )
    for one in timeline.stretches:
        if one.first < 0 or one.end > cut.frames:
            raise BadInput(
                f"时间线超出影片 The timeline shows frames {one.first} to {one.end}, the film {film.name!r} has {cut.frames} "
                f"at {cut.fps} a second. Export it again, or name the right film with --film."
            )
    total = sum(one.frames for one in timeline.stretches)
    if total < cut.fps or total > MOST_S * cut.fps:
        raise BadInput(f"片长 The film would last {total / cut.fps:.2f} s; 1 to {MOST_S} s are possible.")
    if merged(timeline.stretches) == (Stretch(0, cut.frames),):
        with whole_or_nothing(out) as part:
            shutil.copyfile(film, part)
        with whole_or_nothing(out.with_suffix(".json")) as part:
            shutil.copyfile(film.with_suffix(".json"), part)
        return Rendered(out, cut.seconds, cut.frames, cut.frames, 0, True, tuple(unkept), ())
    return _render(timeline, cut, about, out, tuple(unkept), check)


def _about(film: Path) -> dict[str, Any]:
    """The film's manifest, as far as it is needed here.

    Raises:
        BadInput: it is damaged.
    """
    beside = film.with_suffix(".json")
    try:
        told: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        subtitles = [
            {**one, "text": str(one["text"]), "start_s": float(one["start_s"]), "end_s": float(one["end_s"]),
             "words": [{**word, "start_s": float(word["start_s"]), "end_s": float(word["end_s"])} for word in one.get("words") or ()]}
            for one in told.get("subtitles") or ()
        ]  # fmt: skip
        plain = {
            "film": str(told["film"]), "language": str(told["language"]), "merchant": str(told.get("merchant") or ""),
            "aspect": str(told.get("aspect") or "9:16"), "turn_s": float(told.get("turn_s") or 0.0),
        }  # fmt: skip
        if plain["language"] not in label.TEXT or plain["aspect"] not in FORMS or not 0.0 <= plain["turn_s"] <= 5.0:
            raise ValueError(f"language {plain['language']!r}, aspect {plain['aspect']!r}, turn_s {plain['turn_s']!r}")
        return {**told, **plain, "subtitles": subtitles}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"清单文件无法读取. The manifest {str(beside)!r} cannot be used: {str(error)[:120]}. Make the film again."
        ) from None


def _words_changed(timeline: Timeline, about: dict[str, Any]) -> list[str]:
    scenes = about["scenes"]
    found = [
        f"other words in scene {scene + 1}: {said!r}"
        for scene, *told in timeline.words
        if 0 <= scene < len(scenes)
        for said, name in zip(told, ("headline", "caption", "chip"), strict=True)
        if said != str(scenes[scene].get(name) or "")[:200]
    ]
    if timeline.subtitles is not None:
        own = [str(one["text"]) for one in about.get("subtitles") or ()]
        found += [f"another subtitle: {one[:40]!r}" for one in timeline.subtitles if one not in own]
    return found


def _render(
    timeline: Timeline, cut: Cut, about: dict[str, Any], out: Path, unkept: tuple[str, ...], check: bool
) -> Rendered:
    fps, width, height = cut.fps, cut.width, cut.height
    frames = sum(one.frames for one in timeline.stretches)
    scenes = [(round(one["start_s"] * fps), str(one["kind"])) for one in about["scenes"]]
    parts = plan(timeline.stretches, scenes, round(about["turn_s"] * fps), cut.frames)
    rows = _band_rows(about, width)
    source = Source(cut.film, fps, Coding(width, height, fps, rows))
    coded, copied = source.encode(parts)
    sound, lufs, peak = _sound(cut.film, about, timeline.stretches, fps)
    track = encode_sound(sound)
    audio = track.cut([int(end) / fps for end in np.cumsum([one.frames for one in coded])])
    told = _manifest(about, timeline.stretches, fps, frames)
    seen = (
        about["film"],
        timeline.stretches,
        __version__,
        hashlib.sha256(b"".join(one.payload for one in coded)).hexdigest(),
    )
    digest = hashlib.sha256(repr(seen).encode()).hexdigest()[:32]
    lines = [(round(one["start_s"] * fps), round(one["end_s"] * fps), one["text"]) for one in told["subtitles"]]
    text = Text({"en": "eng"}.get(about["language"], "chi"), fps, *subtitle_samples(lines, frames)) if lines else None
    head, pieces = compose(
        Video(width, height, fps, coded[0].config, [Chunk((one.payload,), one.sizes) for one in coded], np.concatenate([one.shifts for one in coded])),
        audio,
        {
            "title": str(told["scenes"][0]["headline"]),
            label.KEY: label.metadata(about["merchant"], digest),
            "comment": f"{label.TEXT[about['language']]} · magnetar {__version__}",
        },
        text,
    )  # fmt: skip
    with whole_or_nothing(out) as part:
        size = write(part, head, pieces)
        defects = check_film(part, Expected(width, height, fps, frames), (), every_frame=True) if check else []
    told |= {
        "film": digest, "bytes": size, "edited_from": about["film"], "segments": [], "signed_by": "", "defects": defects,
        "music": {**_object(about.get("music")), "lufs": round(lufs, 2), "true_peak_db": round(peak, 2)},
        "sound": {"outline_hz": OUTLINE_HZ, "outline": outline(sound)},
        "label": {"text": label.TEXT[about["language"]], "metadata": json.loads(label.metadata(about["merchant"], digest))},
    }  # fmt: skip
    with whole_or_nothing(out.with_suffix(".json")) as part:
        part.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
    turns = sum(isinstance(one, Turned) for one in parts)
    return Rendered(out, frames / fps, frames, copied, turns, False, unkept, tuple(defects))


def _object(told: Any) -> dict[str, Any]:
    return dict(told) if isinstance(told, dict) else {}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _band_rows(about: dict[str, Any], width: int) -> int:
    """Height of the still band at the top, 0 for a film without one."""
    if "band" not in about:
        return 0
    form = FORMS[about["aspect"]]
    return -(-round(form.band[0] * width / form.width) // BLOCK) * BLOCK


def _sound(film: Path, about: dict[str, Any], stretches: Sequence[Stretch], fps: int) -> tuple[Sound, float, float]:
    """The film's sound as it was cut: with a voice each scene keeps its own, music alone plays on and ends softly."""
    whole = _heard(film, int(about["frames"]) * RATE // fps)
    total = sum(one.frames for one in stretches) * RATE // fps
    fade = round(_FADE_S * RATE)
    if about.get("voice"):
        parts: list[Sound] = []
        for one in merged(stretches):
            part = whole[:, one.first * RATE // fps : one.end * RATE // fps].copy()
            part[:, :fade] *= np.linspace(0, 1, fade, dtype=np.float32)
            part[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
            parts.append(part)
        mixed = np.concatenate(parts, axis=1)[:, :total]
    else:
        mixed = np.tile(whole, (1, -(-total // whole.shape[1])))[:, :total].copy()
        last = min(round(_END_S * RATE), total)
        if total != whole.shape[1]:
            mixed[:, -last:] *= np.linspace(1, 0, last, dtype=np.float32)
    return master(np.ascontiguousarray(np.pad(mixed, ((0, 0), (0, total - mixed.shape[1]))), np.float32))


def _heard(film: Path, samples: int) -> Sound:
    """The film's decoded sound."""
    found = np.zeros((2, samples), np.float32)
    with av.open(str(film)) as box:
        if not box.streams.audio:
            return found
        for frame in box.decode(audio=0):
            at = round((frame.time or 0.0) * RATE)
            part = frame.to_ndarray().astype(np.float32)
            start, end = max(0, at), min(samples, at + part.shape[1])
            if end > start:
                found[: part.shape[0], start:end] = part[:2, start - at : end - at]
    return found


def _manifest(about: dict[str, Any], stretches: Sequence[Stretch], fps: int, frames: int) -> dict[str, Any]:
    """The old manifest with scenes, subtitles and times as they are now."""
    scenes: list[dict[str, Any]] = []
    subtitles: list[dict[str, Any]] = []
    at = 0
    for one in merged(stretches):
        moved = (at - one.first) / fps
        for scene in about["scenes"]:
            start, end = (round(scene[name] * fps) for name in ("start_s", "end_s"))
            first, last = max(start, one.first), min(end, one.end)
            if last > first:
                scenes.append(
                    {**scene, "start_s": round(first / fps + moved, 3), "end_s": round(last / fps + moved, 3)}
                )
        for line in about.get("subtitles") or ():
            inside = [
                word
                for word in line.get("words") or ()
                if one.first / fps <= word["start_s"] and word["end_s"] <= one.end / fps
            ]
            if not inside and not (one.first / fps <= line["start_s"] and line["end_s"] <= one.end / fps):
                continue
            words = [
                {**word, "start_s": round(word["start_s"] + moved, 3), "end_s": round(word["end_s"] + moved, 3)}
                for word in inside
            ]
            start, end = max(line["start_s"], one.first / fps), min(line["end_s"], one.end / fps)
            subtitles.append(
                {**line, "start_s": round(start + moved, 3), "end_s": round(end + moved, 3), "words": words}
            )
        at += one.frames
    return {
        **about,
        "scenes": scenes,
        "subtitles": subtitles,
        "frames": frames,
        "seconds": frames / fps,
        "script": "",
        "voice": about.get("voice"),
    }
