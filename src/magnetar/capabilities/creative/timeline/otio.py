"""A cut as OpenTimelineIO (ASWF), for an editor; `edited.py` reads what comes back.

OTIO has no standard for text; ours rides in the metadata of each clip, under `magnetar`.
"""

from __future__ import annotations

from typing import Any

from magnetar.capabilities.creative.timeline.cut import Cut
from magnetar.kernel.errors import ProviderUnavailable

KEY = "magnetar"


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
