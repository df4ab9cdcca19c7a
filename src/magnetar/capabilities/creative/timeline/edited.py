"""A timeline as it comes back from an editor: which frames of which film, in what order, and what cannot be kept."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from magnetar.capabilities.creative.timeline.otio import KEY, library
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput

ENDINGS = (".otio", ".otioz")
DRAFT = "draft_content.json"
MOST_STRETCHES, MOST_S = 120, 600
_MOST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of the film that went out."""

    first: int
    frames: int

    @property
    def end(self) -> int:
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class Timeline:
    """What an editor made of a film."""

    film: str
    """Name of the film's file."""
    stretches: tuple[Stretch, ...]
    """In their new order."""
    unkept: tuple[str, ...]
    """What a new rendering cannot keep: transitions, effects, other media …"""
    words: tuple[tuple[int, str, str, str], ...] = ()
    """(scene, headline, caption, chip) as the editor left them, where the timeline holds them."""
    subtitles: tuple[str, ...] | None = None
    """As the editor left them; None where the timeline holds none."""


def read_timeline(path: Path, fps: int | None = None) -> Timeline:
    """Read an .otio or .otioz file, or the folder of a 剪映 draft.

    Args:
        fps: of the film; a timeline counts in its own.

    Raises:
        BadInput: it is none of these, is damaged or encrypted, or shows no stretch of a film.
        ProviderUnavailable: OpenTimelineIO is not installed.
    """
    if path.is_dir() or path.name == DRAFT:
        return _read_draft(path if path.is_dir() else path.parent, fps)
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(
            f"时间线应是 A timeline is an {', '.join(ENDINGS)} file or a 剪映 draft folder with {DRAFT}, found {str(path)!r}. "
            "Export one with `magnetar studio export`."
        )
    return _read_otio(path, fps)


def _read_otio(path: Path, fps: int | None) -> Timeline:
    otio = library()
    try:
        timeline: Any = otio.adapters.read_from_string(_content(path), "otio_json")
        tracks = [track for track in timeline.video_tracks() if any(True for _ in track.find_clips())]
        sounds = [list(track.find_clips()) for track in timeline.audio_tracks()]
    except Exception as error:  # the library raises its own kinds for each way of being broken
        raise BadInput(
            f"时间线文件无法读取. {str(path)!r} is no OpenTimelineIO timeline: {str(error)[:200]}. "
            "Export one with `magnetar studio export`."
        ) from None
    if not tracks:
        raise BadInput(f"{str(path)!r} 里没有画面 shows no picture: there is no clip on a video track.")
    unkept = [f"{len(tracks) - 1} further picture tracks"] if len(tracks) > 1 else []
    stretches: list[Stretch] = []
    words: list[tuple[int, str, str, str]] = []
    films: dict[str, None] = {}
    for item in tracks[0]:
        if isinstance(item, otio.schema.Gap):
            if item.duration().value > 0:
                unkept.append(f"a gap of {item.duration().to_seconds():.2f} s")
        elif isinstance(item, otio.schema.Transition):
            unkept.append(f"the transition {item.name or item.transition_type!r}")
        elif not isinstance(item, otio.schema.Clip):
            unkept.append(f"a nested {type(item).__name__}")
        elif item.enabled:
            unkept += [f"the effect {one.effect_name or type(one).__name__!r} on {item.name!r}" for one in item.effects]
            films[Path(str(getattr(item.media_reference, "target_url", "") or "")).name] = None
            stretches.append(_stretch(path, item, fps))
            held: Any = item.metadata.get(KEY)
            if hasattr(held, "get") and isinstance(held.get("scene"), int):
                headline, caption, chip = (str(held.get(name) or "")[:200] for name in ("headline", "caption", "chip"))
                words.append((held["scene"], headline, caption, chip))
    unkept += _sound_edits([[_stretch(path, clip, fps) for clip in clips] for clips in sounds], stretches)
    return _checked(path, films, stretches, unkept, words)


def _stretch(path: Path, clip: Any, fps: int | None) -> Stretch:
    """The frames of the film that a clip shows.

    Raises:
        BadInput: its times are none.
    """
    try:
        span = clip.trimmed_range()
        rate = float(fps or span.start_time.rate)
        first, count = (round(one.rescaled_to(rate).value) for one in (span.start_time, span.duration))
    except Exception as error:  # no media, no range, a rate of nothing: the library has an error for each
        raise BadInput(
            f"{str(path)!r}: 镜头没有时间 the clip {clip.name[:60]!r} has no times: {str(error)[:120]}. Export the timeline again."
        ) from None
    return Stretch(first, count)


def _sound_edits(sounds: Sequence[Sequence[Stretch]], stretches: Sequence[Stretch]) -> list[str]:
    """Whether the sound was edited in another way than the picture."""
    for found in sounds:
        whole = len(found) == 1 and found[0].first == 0
        if found and not whole and list(found) != list(stretches):
            return ["sound that was cut in other places than the picture"]
    return []


def _content(path: Path) -> str:
    """The JSON of an .otio file, or of the one inside an .otioz.

    Raises:
        ValueError, OSError, KeyError, zipfile.BadZipFile: it cannot be read.
    """
    if path.suffix.lower() == ".otio":
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is larger than 4 MiB")
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as held, held.open("content.otio") as inside:
        told = inside.read(_MOST_BYTES + 1)
    if len(told) > _MOST_BYTES:
        raise ValueError("its content.otio is larger than 4 MiB")
    return told.decode("utf-8")


def _read_draft(folder: Path, fps: int | None) -> Timeline:
    file = folder / DRAFT
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError("it is larger than 4 MiB")
        told = json.loads(file.read_text(encoding="utf-8"))
        rate = float(fps or told["fps"])
        videos = {str(one["id"]): Path(str(one["path"]).replace("\\", "/")).name for one in told["materials"]["videos"]}
        texts = [json.loads(one["content"])["text"] for one in told["materials"].get("texts") or ()]
        tracks = [track for track in told["tracks"] if track["type"] == "video" and track["segments"]]
        if not tracks:
            raise ValueError("no video track")
        unkept = [f"{len(tracks) - 1} further picture tracks"] if len(tracks) > 1 else []
        unkept += [f"a track of {track['type']}" for track in told["tracks"] if track["type"] not in ("video", "text")]
        ordered = sorted(tracks[0]["segments"], key=lambda one: one["target_timerange"]["start"])
        stretches, films = list[Stretch](), dict[str, None]()
        at = 0
        for one in (one for one in ordered if one.get("visible", True)):
            start, length = (_number(one["source_timerange"][name]) for name in ("start", "duration"))
            place = _number(one["target_timerange"]["start"])
            if float(one.get("speed") or 1.0) != 1.0:
                unkept.append(f"a speed of {one['speed']}")
            if place - at > SECOND / rate / 2:
                unkept.append(f"a gap of {(place - at) / SECOND:.2f} s")
            at = place + length
            films[videos[str(one["material_id"])]] = None
            first = round(start * rate / SECOND)
            stretches.append(Stretch(first, round((start + length) * rate / SECOND) - first))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"剪映草稿无法读取 The draft {str(folder)!r} cannot be read: {str(error)[:120]}. Newer editions of 剪映 encrypt their "
            "drafts; only open ones, as `magnetar studio export --to jianying` writes them, come back."
        ) from None
    found = _checked(folder, films, stretches, unkept, [])
    return Timeline(found.film, found.stretches, found.unkept, (), tuple(map(str, texts)))


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a time of {value!r}")
    return value


def _checked(
    path: Path, films: Mapping[str, None], stretches: Sequence[Stretch], unkept: Sequence[str],
    words: Sequence[tuple[int, str, str, str]],
) -> Timeline:  # fmt: skip
    stretches = [one for one in stretches if one.frames > 0]
    if not stretches:
        raise BadInput(f"{str(path)!r} 里没有镜头 holds no stretch of a film.")
    if len(stretches) > MOST_STRETCHES:
        raise BadInput(f"{str(path)!r}: 最多 takes at most {MOST_STRETCHES} clips, found {len(stretches)}.")
    names = [name for name in films if name]
    if len(names) != 1:
        listed = ", ".join(map(repr, names[:5])) or "none"
        raise BadInput(
            f"{str(path)!r}: 只能来自一条影片 its clips must all be of the one film that was exported, found {listed}. "
            "Cut other footage in with `magnetar studio cut`."
        )
    return Timeline(names[0], tuple(stretches), tuple(dict.fromkeys(unkept)), tuple(words))


def merged(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The same frames in as few stretches as there are: neighbours in the film are one.

    >>> merged([Stretch(0, 5), Stretch(5, 3), Stretch(20, 2)])
    (Stretch(first=0, frames=8), Stretch(first=20, frames=2))
    """
    return tuple(_merged(stretches))


def _merged(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    held: Stretch | None = None
    for one in stretches:
        if held is not None and held.end == one.first:
            held = Stretch(held.first, held.frames + one.frames)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield cast(Stretch, held)
