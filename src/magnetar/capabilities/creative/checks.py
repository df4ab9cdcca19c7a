"""Looks at a film right after it was made: key frames, every packet, all of the sound, and the settings that were painted.

The rules are those of `judging`; `magnetar studio check` asks more of them, with the manifest in hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from av.error import FFmpegError

from magnetar.capabilities.creative.judging.container import check_boxes, read_boxes
from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.marks import check_marks
from magnetar.capabilities.creative.judging.media import Media, check_times, read_media
from magnetar.capabilities.creative.judging.picture import check_packets, check_pictures
from magnetar.capabilities.creative.judging.rules import TALL, check_settings
from magnetar.capabilities.creative.judging.sound import check_sound
from magnetar.capabilities.creative.judging.sync import check_lengths
from magnetar.capabilities.creative.layers import Scene
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.palette import READABLE

__all__ = ["READABLE", "Defect", "Expected", "check_film", "check_settings"]


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
        found = check_boxes(read_boxes(path))
        media = read_media(path, every_frame)
    except (FFmpegError, OSError, IndexError) as error:
        return [defect("unreadable", 0.0, str(error))]
    found += media.defects
    if not media.times:
        return found or [defect("no picture", 0.0, "the file has no pictures")]
    found += check_marks(media.metadata)
    found += _check_media(media, expected, every_frame)
    short, tall = min(expected.width, expected.height), abs(expected.height / expected.width - TALL) < 0.02
    for scene in scenes:
        found += check_settings(scene.settings, short, tall=tall)
        for one in scene.timed:
            with_it = check_settings([*scene.settings, ("subtitle", one.setting, one.behind)], short, tall=tall)
            found += [each for each in with_it if each not in found]
    return found


def _check_media(media: Media, expected: Expected, every_frame: bool) -> list[Defect]:
    found: list[Defect] = []
    if (media.width, media.height) != (expected.width, expected.height):
        found.append(
            defect("size", 0.0, f"{media.width} x {media.height}, expected {expected.width} x {expected.height}")
        )
    count = len(media.times)
    if count != expected.frames:
        found.append(defect("frames", 0.0, f"{count} frames, expected {expected.frames}"))
    elif every_frame and len(media.seen.times) != expected.frames:
        found.append(defect("frames", 0.0, f"{len(media.seen.times)} decoded, expected {expected.frames}"))
    if count > 1 and abs(media.fps - expected.fps) > 0.02:
        found.append(defect("timing", 0.0, f"{media.fps:.3f} frames a second, expected {expected.fps}"))
    found += check_times(media.times, expected.fps)
    found += check_pictures(media.seen, expected.fps, ours=True, every=every_frame)
    if not every_frame:
        found += check_packets(media.times, media.sizes, media.width * media.height, expected.fps)
    if not expected.sound:
        return found
    if media.heard is None:
        return [*found, defect("no sound", 0.0, "the file has no audio stream")]
    if media.heard.rate != RATE or media.heard.channels != 2:
        found.append(defect("sound rate", 0.0, f"{media.heard.rate} Hz, {media.heard.channels} channels; expected {RATE}, 2"))  # fmt: skip
    found += check_sound(media.heard)
    return found + check_lengths(media.heard, media.times[0], count / expected.fps, ours=True)
