"""Looks at a finished film as an outsider would: opens it again, decodes it, and lists its defects.

Key frames, every packet and all of the sound are read on each film; `every_frame` decodes all pictures too.
What cannot be seen in the file (contrast, safe area, overlap, glyphs) is computed from the settings that were painted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.layers import Scene
from magnetar.capabilities.creative.layout import WIDTH, safe
from magnetar.capabilities.creative.loudness import PEAK_DB, RATE, TARGET_LUFS, loudness, true_peak
from magnetar.capabilities.creative.palette import READABLE, contrast
from magnetar.capabilities.creative.typography import Setting

SYNC_S = 0.020
LOUD_WITHIN = 0.5
DARK, BRIGHT_SHARE = 40, 0.002
"""A picture with fewer pixels above this luma than this share is black; text alone is more."""
STILL_S = 1.2
"""A stretch in which nothing moves for longer counts as frozen."""
_STILL_BYTES, _STILL_SHARE = 40, 0.00016
"""A frame of no more bytes than this, plus this share of its pixels, repeats the one before."""
Defect = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the film should be."""

    width: int
    height: int
    fps: int
    frames: int
    sound: bool = True


def check_film(path: Path, expected: Expected, scenes: Sequence[Scene] = (), every_frame: bool = False) -> list[Defect]:
    """The defects of a film of ours; an empty list where it has none."""
    try:
        found = _check_file(path, expected, every_frame)
    except (FFmpegError, OSError, IndexError) as error:
        return [_defect("unreadable", 0.0, str(error))]
    for scene in scenes:
        found += check_settings([(role, done, behind) for role, done, behind in scene.settings], expected.width)
    return found


def _check_file(path: Path, expected: Expected, every_frame: bool) -> list[Defect]:
    found: list[Defect] = []
    with av.open(str(path)) as box:
        found += _check_label(dict(box.metadata))
        if not box.streams.video:
            return [_defect("no picture", 0.0, "the file has no video stream")]
        video: Any = box.streams.video[0]
        if (video.width, video.height) != (expected.width, expected.height):
            found.append(
                _defect("size", 0.0, f"{video.width} x {video.height}, expected {expected.width} x {expected.height}")
            )
        times, sizes = _packets(box, video)
        found += _check_times(times, expected)
        found += _check_stillness(times, sizes, expected)
        length = len(times) / expected.fps
        box.seek(0)
        if not every_frame:
            video.codec_context.skip_frame = "NONKEY"
        count = 0
        for frame in box.decode(video):
            count += 1
            luma = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)[::4, : frame.width : 4]
            if (luma > DARK).mean() < BRIGHT_SHARE or luma.std() < 2.0:
                found.append(_defect("black or empty", float(frame.time or 0.0), f"mean luma {luma.mean():.0f}"))
        if every_frame and count != expected.frames:
            found.append(_defect("frames", 0.0, f"{count} decoded, expected {expected.frames}"))
        if expected.sound:
            found += _check_sound(path, length)
    return found


def _packets(box: Any, video: Any) -> tuple[list[float], list[int]]:
    pairs = sorted(
        (float(packet.pts * video.time_base), packet.size) for packet in box.demux(video) if packet.pts is not None
    )
    return [time for time, _ in pairs], [size for _, size in pairs]


def _check_times(times: list[float], expected: Expected) -> list[Defect]:
    if len(times) != expected.frames:
        return [_defect("frames", 0.0, f"{len(times)} frames, expected {expected.frames}")]
    steps = np.diff(times)
    if len(steps) and (abs(steps - 1 / expected.fps) > 1e-3).any():
        place = int(np.argmax(abs(steps - 1 / expected.fps)))
        return [
            _defect("timing", times[place], f"{steps[place]:.4f} s between frames, expected {1 / expected.fps:.4f}")
        ]
    return []


def _check_stillness(times: list[float], sizes: list[int], expected: Expected) -> list[Defect]:
    """A run of frames that carry next to no bits is a frozen picture."""
    small = np.array(sizes) <= _STILL_BYTES + _STILL_SHARE * expected.width * expected.height
    run = 0
    for place, still in enumerate(small):
        run = run + 1 if still else 0
        if run > STILL_S * expected.fps:
            return [_defect("frozen", times[place], f"nothing moves for {run / expected.fps:.1f} s")]
    return []


def _check_sound(path: Path, length: float) -> list[Defect]:
    with av.open(str(path)) as box:
        if not box.streams.audio:
            return [_defect("no sound", 0.0, "the file has no audio stream")]
        parts: list[Any] = [frame.to_ndarray() for frame in box.decode(audio=0)]
        rate = box.streams.audio[0].rate
    sound = np.concatenate(parts, axis=1).astype(np.float32)
    found: list[Defect] = []
    if rate != RATE:
        found.append(_defect("sound rate", 0.0, f"{rate} Hz, expected {RATE}"))
    if abs(sound.shape[1] / rate - length) > SYNC_S + 1024 / RATE:
        found.append(_defect("sync", 0.0, f"sound lasts {sound.shape[1] / rate:.3f} s, picture {length:.3f} s"))
    level, peak = loudness(sound), true_peak(sound)
    if not abs(level - TARGET_LUFS) <= LOUD_WITHIN:
        found.append(_defect("loudness", 0.0, f"{level:.1f} LUFS, expected {TARGET_LUFS} ± {LOUD_WITHIN}"))
    if peak > PEAK_DB:
        found.append(_defect("true peak", 0.0, f"{peak:.1f} dBTP, at most {PEAK_DB}"))
    return found


def _check_label(metadata: dict[str, str]) -> list[Defect]:
    try:
        content = json.loads(metadata[label.KEY])
        if content["Label"] == label.GENERATED and content["ContentProducer"] and content["ProduceID"]:
            return []
        return [_defect("label metadata", 0.0, f"{label.KEY} lacks a field")]
    except (KeyError, ValueError, TypeError):
        return [_defect("label metadata", 0.0, f"no {label.KEY} object in the file's metadata")]


def check_settings(settings: Sequence[tuple[str, Setting, tuple[int, int, int]]], width: int) -> list[Defect]:
    """Text outside the safe area, texts that overlap, contrast below 4.5 : 1, a label that is too small or missing."""
    scale = width / WIDTH
    found: list[Defect] = []
    for place, (role, done, behind) in enumerate(settings):
        if not safe(done.box, scale):
            found.append(_defect("unsafe area", 0.0, f"{role} {done.text[:20]!r} at {done.box}"))
        if (ratio := contrast(done.colour, behind)) < READABLE:
            found.append(_defect("contrast", 0.0, f"{role} {done.text[:20]!r} {ratio:.2f}:1, at least {READABLE}:1"))
        for other_role, other, _ in settings[:place]:
            if done.box.overlaps(other.box):
                found.append(_defect("overlap", 0.0, f"{role} {done.text[:20]!r} and {other_role} {other.text[:20]!r}"))
    labels = [done for role, done, _ in settings if role == "label"]
    if not labels:
        found.append(_defect("label", 0.0, "the AI label is missing"))
    elif labels[0].box.height < label.SHARE * width:
        found.append(_defect("label", 0.0, f"{labels[0].box.height} px high, at least {label.SHARE * width:.0f}"))
    return found


def _defect(kind: str, at_s: float, detail: str) -> Defect:
    return {"kind": kind, "at_s": round(at_s, 3), "detail": detail}
