"""What a film's manifest tells about it, read with suspicion."""

from __future__ import annotations

from pathlib import Path

import msgspec

SCHEMA = "magnetar/film-manifest/"
INSIDE = "magnetar"
"""Key of the file's metadata that may hold the manifest itself."""
_MOST_BYTES = 8 << 20
_MOST_SCENES, _MOST_TEXTS, _MOST_S = 2_000, 40, 100_000.0
"""Of a film, of a scene, and seconds."""

Four = tuple[int, int, int, int]
Colour = tuple[int, int, int]


class Text(msgspec.Struct, frozen=True):
    """A text as it was painted."""

    role: str
    text: str
    lines: tuple[str, ...]
    size: int
    weight: int
    origin: tuple[int, int]
    box: Four
    """x, y, right, bottom of the ink, in pixels."""
    colour: Colour
    behind: Colour
    settled_s: float = 0.0
    """Seconds into the scene from which on it stands still."""
    leading: float = 1.24
    align: str = "left"


class Scene(msgspec.Struct, frozen=True):
    """A scene."""

    start_s: float
    end_s: float
    kind: str = ""
    headline: str = ""
    caption: str = ""
    chip: str = ""
    texts: tuple[Text, ...] = ()


class Word(msgspec.Struct, frozen=True):
    """A spoken word or phrase."""

    text: str
    start_s: float
    end_s: float


class Subtitle(msgspec.Struct, frozen=True):
    """A subtitle and the words that it writes down."""

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()


class Outline(msgspec.Struct, frozen=True):
    """The sound's level over time; see evidence.py."""

    outline_hz: int = 100
    outline: str = ""


class Label(msgspec.Struct, frozen=True):
    """The visible label."""

    text: str = ""


class Told(msgspec.Struct, frozen=True):
    """What a film of ours says about itself."""

    schema: str
    product: str
    language: str
    seconds: float
    frames: int
    fps: float
    scenes: tuple[Scene, ...]
    width: int = 0
    height: int = 0
    turn_s: float = 0.3
    price: str = ""
    list_price: str | None = None
    label: Label = Label()
    sound: Outline = Outline()
    subtitles: tuple[Subtitle, ...] = ()
    fiction: bool = False
    """A story, no advertisement: its words are held against no record and no advertising law."""

    def spoken_and_shown(self) -> list[tuple[float, str, str]]:
        """(second, role, text) of everything that is seen or heard, the AI label aside."""
        every: list[tuple[float, str, str]] = []
        for scene in self.scenes:
            every += [
                (scene.start_s, one.role, " ".join(one.lines) or one.text) for one in scene.texts if one.role != "label"
            ]
            told = [("headline", scene.headline), ("caption", scene.caption), ("chip", scene.chip)]
            every += [(scene.start_s, role, text) for role, text in told if text]
        every += [(one.start_s, "subtitle", one.text) for one in self.subtitles]
        return every


def read_told(film: Path, metadata: dict[str, str] | None = None) -> Told | str | None:
    """The manifest beside a film (FILE.json), or inside it; None where there is none of ours; else what is wrong with it."""
    beside = film.with_suffix(".json")
    try:
        raw = beside.read_bytes() if beside.is_file() and beside.stat().st_size <= _MOST_BYTES else b""
    except OSError:
        raw = b""
    if SCHEMA.encode() not in raw:
        raw = (metadata or {}).get(INSIDE, "").encode()
    if SCHEMA.encode() not in raw:
        return None
    try:
        told = msgspec.json.decode(raw, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return str(error)
    sane = 0 < told.fps <= 240 and 0 < told.frames <= 10**7 and len(told.scenes) <= _MOST_SCENES
    sane = sane and all(0 <= s.start_s <= s.end_s <= _MOST_S and len(s.texts) <= _MOST_TEXTS for s in told.scenes)
    small = all(abs(side) < 10**5 for scene in told.scenes for text in scene.texts for side in (*text.box, *text.origin, text.size))  # fmt: skip
    if not (sane and small and told.scenes):
        return "frames, fps, scenes or boxes outside of what a film can have"
    return told
