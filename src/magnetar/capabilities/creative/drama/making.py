"""Makes a drama: shots that are missing, episodes joined from shots without encoding again, promotional cuts, assets."""

from __future__ import annotations

import hashlib
import json
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.drama.bible import Bible
from magnetar.capabilities.creative.drama.board import LEAD_S, Board, Shot, said_seconds, seconds_of
from magnetar.capabilities.creative.drama.figure import FACES, portrait
from magnetar.capabilities.creative.drama.lettering import Placed, Sheet, shown
from magnetar.capabilities.creative.drama.panel import Panel, build, place_picture, prop_picture
from magnetar.capabilities.creative.drama.pictures import Pictures, clip_sound
from magnetar.capabilities.creative.drama.script import Script
from magnetar.capabilities.creative.drama.sound import Heard, Mixed, Stretch, mix
from magnetar.capabilities.creative.drama.voices import Said, Speaker
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ, outline
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.planes import bound_threads
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.coding import Coded, Coding, encode
from magnetar.capabilities.creative.segments.mp4 import Chunk, Video, compose, read_tables, write
from magnetar.capabilities.creative.segments.sealing import Seal
from magnetar.capabilities.creative.segments.tracks import encode_sound
from magnetar.kernel.chance import Chance

QP = 23
Told = Callable[[str], None]
_PAINTERS = ("pen", "figure", "backdrop", "scenery", "interiors", "exteriors", "lettering", "panel")
_SHARED = ("planes", "palette", "typography", "typeface", "linebreak", "label", "segments/coding")


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


@lru_cache(maxsize=1)
def sources() -> str:
    """A digest of the code that paints and encodes: other code makes other shots."""
    here = Path(__file__).resolve().parent
    files = [here / f"{name}.py" for name in _PAINTERS] + [here.parent / f"{name}.py" for name in _SHARED]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@dataclass(frozen=True, slots=True)
class Timed:
    """A shot with its length and what is heard in it."""

    shot: Shot
    frames: int
    start: int
    """Frame at which its words begin."""
    said: Said | None
    bought_s: float
    """Length of the clip that a provider is asked for; 0 for drawn ones."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was made."""

    file: Path
    seconds: float
    shots: int
    made: int
    lufs: float
    peak_db: float
    manifest: dict[str, Any]


class Production:
    """Everything that the films of one drama share."""

    def __init__(
        self, script: Script, bible: Bible, cache: Cache, pictures: Pictures, speaker: Speaker | None, sheet: Sheet, *, merchant: str, seed: int,
        rights: str = "",
    ) -> None:  # fmt: skip
        bound_threads(1)
        self.script, self.bible, self.cache, self.pictures, self.speaker, self.sheet = (
            script,
            bible,
            cache,
            pictures,
            speaker,
            sheet,
        )
        self.merchant, self.seed, self.rights = merchant, seed, rights
        self.height = sheet.width * 16 // 9 // 2 * 2
        self.coding = Coding(sheet.width, self.height, sheet.fps, 0, QP)
        self.made: set[str] = set()
        self.seal: Seal | None = None
        """Signs every film, where one is set."""

    def time(self, shot: Shot) -> Timed:
        """A shot's length, by its voice where one speaks."""
        fps = self.sheet.fps
        said = None
        if self.speaker and shot.cue and shot.cue.kind.value in ("narration", "dialogue"):
            said = self.speaker.say(shown(shot.cue.text), shot.speaker)
        length = (
            shot.seconds
            if said is None or not shot.cue
            else seconds_of(shot.cue.kind, shot.cue.text, self.script.language, said.seconds)
        )
        frames = max(round(0.8 * fps), int(np.ceil(length * fps - 1e-6)))
        return Timed(
            shot,
            frames,
            round(LEAD_S * fps),
            said,
            self.pictures.bought_seconds(frames / fps) if shot.kind not in ("card", "promo") else 0.0,
        )

    def forecast_time(self, shot: Shot) -> Timed:
        """The same without asking a voice."""
        spoken = shot.cue is not None and shot.cue.kind.value in ("narration", "dialogue")
        length = shot.seconds
        if self.speaker and spoken and shot.cue:
            length = seconds_of(
                shot.cue.kind, shot.cue.text, self.script.language, said_seconds(shot.cue.text, self.script.language)
            )
        frames = int(np.ceil(length * self.sheet.fps))
        return Timed(
            shot,
            frames,
            round(LEAD_S * self.sheet.fps),
            None,
            self.pictures.bought_seconds(length) if shot.kind not in ("card", "promo") else 0.0,
        )

    def mouths(self, timed: Timed) -> np.ndarray:
        """How far the speaker's mouth is open in each frame."""
        if not timed.shot.speaker or timed.shot.voice_over:
            return np.zeros(timed.frames, np.int64)
        if timed.said is not None:
            return timed.said.mouths(timed.start, timed.frames, self.sheet.fps)
        text = timed.shot.cue.text if timed.shot.cue else ""
        beats = np.array([0, 1, 2, 1], np.int64)[(np.arange(timed.frames) * 9 // self.sheet.fps + len(text)) % 4]
        last = timed.start + round(len(text) * self.sheet.fps / (7 if self.script.language == "zh" else 15))
        beats[: timed.start] = 0
        beats[min(last, timed.frames) :] = 0
        return beats

    def key(self, timed: Timed) -> str:
        """The shot's name: what it is painted of, and nothing else."""
        shot = replace(timed.shot, id="", episode=0, seconds=0.0)
        if shot.cue:
            shot = replace(shot, cue=replace(shot.cue, line=0, part=0, parts=0))
        used = (
            [self.bible.role(one.role) for one in shot.cast], self.bible.place(shot.place), [self.bible.prop(one) for one in shot.props],
            self.bible.role(shot.speaker) if shot.speaker else None,
        )  # fmt: skip
        face = self.sheet.face
        about = (
            sources(), shot, used, timed.frames, timed.start, self.mouths(timed).tobytes(), self.coding, self.sheet.language, face.path.name, face.index,
            face.path.stat().st_size, self.pictures.key(timed.shot, self.bible, timed.bought_s) if timed.shot.kind not in ("card", "promo") else "",
        )  # fmt: skip
        return hashlib.sha256(repr(about).encode()).hexdigest()

    def panel(self, timed: Timed, picture: Path | None = None) -> Panel:
        """A shot, ready to be painted."""
        ground = self.pictures.ground(picture, timed.shot, self.sheet.width, self.height, timed.frames, self.sheet.fps)
        return build(
            timed.shot, self.bible, self.sheet, self.height, timed.frames, timed.start, self.mouths(timed), ground
        )

    def shoot(self, timed: Timed) -> tuple[Coded, tuple[Placed, ...], Path | None]:
        """A shot as a closed group of pictures, from the store or made; its texts; its provider's file."""
        picture = self.pictures.make(timed.shot, self.bible, self.sheet, self.height, timed.bought_s)
        key = self.key(timed)
        kept = self.cache.get(key)
        if kept is not None:
            try:
                coded = _from_file(kept)
                if coded.frames == timed.frames:
                    return coded, self._texts(timed), picture
            except (ValueError, IndexError):
                pass
        panel = self.panel(timed, picture)
        coded = encode(self.coding, panel.play)
        self.cache.put(key, _to_file(self.coding, coded))
        self.made.add(key)
        return coded, panel.placed, picture

    def _texts(self, timed: Timed) -> tuple[Placed, ...]:
        from magnetar.capabilities.creative.drama.lettering import letter

        return tuple(letter(self.sheet, timed.shot, self.bible, timed.start))

    def film(self, path: Path, title: str, timed: Sequence[Timed], kind: str, told: Told, episode: int) -> Film:
        """Make a film of shots: the missing ones, its sound, the file, its manifest. The film appears whole or not at all."""
        fps, before = self.sheet.fps, len(self.made)
        coded: list[Coded] = []
        texts: list[tuple[Placed, ...]] = []
        stretches: list[Stretch] = []
        lines: list[Heard] = []
        at = 0
        for number, one in enumerate(timed, 1):
            part, placed, picture = self.shoot(one)
            coded.append(part)
            texts.append(placed)
            start_s, end_s = at / fps, (at + one.frames) / fps
            place, clip = self.bible.place(one.shot.place), clip_sound(picture)
            last = stretches[-1] if stretches else None
            if (
                last
                and clip is None
                and last.clip is None
                and (last.kind, last.weather) == (place.kind, one.shot.weather)
            ):
                stretches[-1] = replace(last, end_s=end_s)
            else:
                stretches.append(Stretch(start_s, end_s, place.kind, one.shot.weather, clip))
            if one.said:
                manner = self.speaker.manners[one.shot.speaker] if self.speaker else None
                lines.append(Heard((at + one.start) / fps, one.said, manner.side if manner else 0.0))
            at += one.frames
            if number == len(timed) or number % 5 == 0:
                told(
                    f"{path.name}: 镜头 {number}/{len(timed)}, 新做 {len(self.made) - before} · "
                    f"{path.name}: shots {number}/{len(timed)}, made {len(self.made) - before}"
                )
        mixed = mix(lines, stretches, at * RATE // fps, Chance(self.seed).of("drama", self.script.title, episode, kind))
        digest = hashlib.sha256(
            repr((path.name, [self.key(one) for one in timed], mixed.key, mixed.tempo, self.seed, __version__)).encode()
        ).hexdigest()[:32]
        manifest = self._manifest(title, timed, texts, mixed, digest, kind, at)
        self._join(path, title, coded, mixed, digest)
        with whole_or_nothing(path.with_suffix(".json")) as part_file:
            part_file.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return Film(
            path,
            round(at / fps, 3),
            len(timed),
            len(self.made) - before,
            round(mixed.lufs, 2),
            round(mixed.peak_db, 2),
            manifest,
        )

    def _join(self, path: Path, title: str, coded: Sequence[Coded], mixed: Mixed, digest: str) -> None:
        ends = np.cumsum([part.frames for part in coded]) / self.sheet.fps
        track = encode_sound(mixed.sound)
        video = Video(
            self.coding.width, self.coding.height, self.sheet.fps, coded[0].config, [Chunk((part.payload,), part.sizes) for part in coded],
            np.concatenate([part.shifts for part in coded]),
        )  # fmt: skip
        metadata = {
            "title": shown(title),
            label.KEY: label.metadata(self.merchant, digest),
            "comment": f"{label.TEXT[self.script.language]} · magnetar {__version__}",
        }
        head, pieces = compose(video, track.cut(ends.tolist()), metadata)
        if self.seal is not None:
            self.seal.write(path, lambda part: write(part, head, pieces))
            return
        with whole_or_nothing(path) as part:
            write(part, head, pieces)

    def _manifest(
        self,
        title: str,
        timed: Sequence[Timed],
        texts: Sequence[tuple[Placed, ...]],
        mixed: Mixed,
        digest: str,
        kind: str,
        frames: int,
    ) -> dict[str, Any]:
        fps = self.sheet.fps
        scenes: list[dict[str, Any]] = []
        subtitles: list[dict[str, Any]] = []
        at = 0
        for one, placed in zip(timed, texts, strict=True):
            start_s = at / fps
            shot = one.shot
            scenes.append(
                {
                    "start_s": round(start_s, 3), "end_s": round((at + one.frames) / fps, 3), "kind": shot.kind, "look": shot.size, "camera": shot.move,
                    "headline": shown(title) if not scenes else shown(shot.cue.text) if shot.cue else shot.words[0], "caption": "", "chip": "",
                    "shot": shot.id, "episode": shot.episode, "place": shot.place, "cast": [standing.role for standing in shot.cast], "props": list(shot.props),
                    "speaker": shot.speaker or None, "line": shot.cue.line if shot.cue else None, "key": self.key(one),
                    "texts": [_told(text, fps) for text in placed],
                }
            )  # fmt: skip
            if shot.cue and shot.cue.kind.value in ("narration", "dialogue"):
                subtitles.append(_subtitle(one, start_s, fps))
            at += one.frames
        return {
            "schema": "magnetar/film-manifest/1", "film": digest, "product": f"drama/{self.script.title}", "merchant": self.merchant,
            "language": self.script.language, "seed": self.seed, "genre": "drama", "part": kind, "fiction": kind == "episode", "picture": None,
            "seconds": round(frames / fps, 3), "frames": frames, "fps": fps, "width": self.coding.width, "height": self.coding.height, "turn_s": 0.0,
            "scenes": scenes, "subtitles": subtitles,
            "music": {"tempo": mixed.tempo, "key": mixed.key, "lufs": round(mixed.lufs, 2), "true_peak_db": round(mixed.peak_db, 2)},
            "voice": {"provider": self.speaker.name if self.speaker else None},
            "pictures": {"source": self.pictures.kind, "provider": self.pictures.provider, "what": self.pictures.what},
            "rights": self.rights or None, "signed_by": self.seal.issuer if self.seal else "",
            "label": {"text": label.TEXT[self.script.language], "metadata": json.loads(label.metadata(self.merchant, digest))},
            "font": {"name": self.sheet.face.name, "file": self.sheet.face.path.name}, "versions": {"magnetar": __version__},
            "sound": {"outline_hz": OUTLINE_HZ, "outline": outline(mixed.sound)}, "notes": [], "defects": [],
        }  # fmt: skip

    def draw_bible(self, folder: Path) -> list[Path]:
        """Reference pictures of every role, place and prop, as PNG."""
        made: list[Path] = []
        unit = self.sheet.width / 12
        wanted: list[tuple[str, Any]] = [
            (f"role-{n:02d}", portrait(one, "calm", FACES[0], unit, 1, (206, 212, 220)).rgb)
            for n, one in enumerate(self.bible.roles, 1)
        ]
        times = dict.fromkeys((one.id for one in self.bible.places), "day")
        wanted += [
            (f"place-{n:02d}", place_picture(one, times[one.id], "", self.sheet.width // 4 * 2, self.height // 4 * 2))
            for n, one in enumerate(self.bible.places, 1)
        ]
        wanted += [
            (f"prop-{n:02d}", prop_picture(one, self.sheet.width // 4 * 2).rgb)
            for n, one in enumerate(self.bible.props, 1)
        ]
        for name, picture in wanted:
            path = folder / f"{name}.png"
            with whole_or_nothing(path) as part:
                Image.fromarray(picture).save(part, "PNG")
            made.append(path)
        return made


def _to_file(coding: Coding, coded: Coded) -> bytes:
    """A shot as a film of its own."""
    head, pieces = compose(
        Video(
            coding.width, coding.height, coding.fps, coded.config, [Chunk((coded.payload,), coded.sizes)], coded.shifts
        ),
        None,
        {},
    )
    return b"".join([head, *pieces])


def _from_file(data: bytes) -> Coded:
    [table], (start, end) = read_tables(data)
    if int(table.sizes.sum()) != end - start:
        raise ValueError("the samples do not fill the file")
    return Coded(table.config, data[start:end], table.sizes, table.shifts, (0, 0))


def _told(text: Placed, fps: int) -> dict[str, Any]:
    done, box = text.setting, text.setting.box
    return {
        "role": text.role, "text": done.text, "lines": list(done.lines), "size": done.size, "weight": done.weight, "leading": done.leading,
        "align": done.align, "origin": list(done.origin), "box": [box.x, box.y, box.right, box.bottom], "colour": list(done.colour),
        "behind": list(text.behind), "settled_s": round(max(0, text.start + text.frames) / fps, 3),
    }  # fmt: skip


def _subtitle(one: Timed, at_s: float, fps: int) -> dict[str, Any]:
    """The words with their times; without a voice, while they are shown."""
    assert one.shot.cue
    text = shown(one.shot.cue.text)
    begins = at_s + one.start / fps
    if one.said is None:
        return {"start_s": round(begins, 3), "end_s": round(at_s + one.frames / fps, 3), "text": text}
    words = [
        {"text": text[start:end], "start_s": round(begins + a, 3), "end_s": round(begins + b, 3)}
        for a, b, start, end in one.said.marks
    ]
    heard = "".join(letter for word in words for letter in str(word["text"]).lower() if letter.isalnum())
    if heard != "".join(letter for letter in text.lower() if letter.isalnum()):
        words = [{"text": text, "start_s": round(begins, 3), "end_s": round(begins + one.said.seconds, 3)}]
    return {"start_s": words[0]["start_s"], "end_s": words[-1]["end_s"], "text": text, "words": words}


def boards_plain(boards: Sequence[Board], timed: dict[str, Timed], fps: int) -> list[dict[str, Any]]:
    """The storyboards with the shots' real lengths."""
    return [
        {
            "episode": board.episode, "title": board.title,
            "shots": [{**told, "seconds": round(timed[told["id"]].frames / fps, 3)} for told in board.plain()],
        }
        for board in boards
    ]  # fmt: skip
