"""A cut as OpenTimelineIO (ASWF), both ways: out to an editor, and back as changed order, lengths and words.

OTIO has no standard for text; ours rides in the metadata of each clip, under `magnetar`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.timeline.cut import Cut
from magnetar.kernel.errors import BadInput, ProviderUnavailable

KEY = "magnetar"
_MOST_BYTES, _MOST_SCENES = 4 << 20, 60


@dataclass(frozen=True, slots=True)
class Edited:
    """A scene as an editor left it."""

    scene: int
    """Number in the film that went out, from 0; -1 for one that was not in it."""
    seconds: float
    headline: str
    caption: str
    chip: str


def library() -> Any:
    """OpenTimelineIO.

    Raises:
        ProviderUnavailable: it is not installed.
    """
    try:
        import opentimelineio  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError:
        raise ProviderUnavailable("OpenTimelineIO is not installed: pip install 'magnetar[timeline]'.") from None
    return opentimelineio


def write_otio(cut: Cut) -> str:
    """The cut as OTIO's JSON: a picture track of the film's scenes, a sound track, and a marker for each subtitle."""
    otio = library()
    rate = float(cut.fps)

    def span(start_s: float, end_s: float) -> Any:
        first, last = round(start_s * rate), round(end_s * rate)
        return otio.opentime.TimeRange(
            otio.opentime.RationalTime(first, rate), otio.opentime.RationalTime(max(1, last - first), rate)
        )

    media = otio.schema.ExternalReference(cut.film.name, available_range=span(0.0, cut.seconds))
    timeline = otio.schema.Timeline(cut.title, metadata={KEY: {"product": cut.product, "width": cut.width, "height": cut.height}})  # fmt: skip
    picture = otio.schema.Track("picture", kind=otio.schema.TrackKind.Video)
    sound = otio.schema.Track("sound", kind=otio.schema.TrackKind.Audio)
    for number, scene in enumerate(cut.scenes):
        told = {
            "scene": number, "kind": scene.kind, "look": scene.look, "headline": scene.headline,
            "caption": scene.caption, "chip": scene.chip,
        }  # fmt: skip
        picture.append(
            otio.schema.Clip(
                f"{number + 1} {scene.kind} {scene.headline}", media.deepcopy(), span(scene.start_s, scene.end_s),
                metadata={KEY: told},
            )
        )  # fmt: skip
    sound.append(otio.schema.Clip("sound", media.deepcopy(), span(0.0, cut.seconds)))
    for one in cut.subtitles:
        picture.markers.append(
            otio.schema.Marker(one.text, span(one.start_s, one.end_s), metadata={KEY: {"subtitle": one.text}})
        )
    timeline.tracks.extend([picture, sound])
    return timeline.to_json_string(indent=1)


def read_otio(path: Path) -> list[Edited]:
    """The scenes of a timeline that came back from an editor, in their new order.

    Raises:
        BadInput: it is no timeline, or holds no scene of ours.
    """
    otio = library()
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is larger than 4 MiB")
        timeline = otio.adapters.read_from_string(path.read_text(encoding="utf-8"), "otio_json")
        tracks = timeline.video_tracks()
        clips = [clip for track in tracks[:1] for clip in track.find_clips()]
    except Exception as error:  # the library raises its own kinds for each way of being broken
        raise BadInput(
            f"时间线文件无法读取. {str(path)!r} is no OpenTimelineIO timeline: {error}. Export one with `magnetar studio export`."
        ) from None
    found: list[Edited] = []
    for clip in clips[:_MOST_SCENES]:
        told: Any = clip.metadata.get(KEY) or {}
        held = told if hasattr(told, "get") else {}
        number = held.get("scene", -1)
        found.append(
            Edited(
                number if isinstance(number, int) and 0 <= number < _MOST_SCENES else -1,
                clip.trimmed_range().duration.to_seconds(),
                *(str(held.get(name) or "")[:200] for name in ("headline", "caption", "chip")),
            )
        )
    if not any(one.scene >= 0 for one in found):
        raise BadInput(f"{str(path)!r} 里没有本系统的镜头 holds no scene that was exported here.")
    return found
