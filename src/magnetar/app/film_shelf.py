"""A merchant's films on disk: what their manifests tell, what the merchant did with them, and pictures of their scenes."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.events import CreativePublished
from magnetar.capabilities.creative.library import Library, read_manifest
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SECOND, Clock
from magnetar.kernel.errors import MagnetarError, NotFound, Refused
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import CreativeState

LIVE, PUBLISHED, RETIRED, DELETED = "live", "published", "retired", "deleted"
POSTERS = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}
NAME = re.compile(r"[\w][\w.\-]{0,127}")
FRAME_WIDTH = 270
_MANIFEST_BYTES = 4 << 20
_SHAPES = {(9, 16): "9:16", (3, 4): "3:4", (1, 1): "1:1", (16, 9): "16:9"}
_MOVES = {
    LIVE: (PUBLISHED, RETIRED, DELETED),
    PUBLISHED: (LIVE, RETIRED, DELETED),
    RETIRED: (LIVE, PUBLISHED, DELETED),
    DELETED: (LIVE, PUBLISHED, RETIRED),
}


class FilmMoved(Event, frozen=True):
    """A merchant put a film to use, took it out of use, deleted it or brought it back."""

    merchant: str
    film: str
    before: str
    after: str
    by: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to a film."""

    at: int
    by: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the platform knows of a film beside its manifest."""

    state: str = LIVE
    angle: str = ""
    audience: str = ""
    order: str = ""
    """Id of the order that it was made for."""
    parent: str = ""
    """The film that it is a new version of."""
    direction: dict[str, Any] = field(default_factory=dict[str, Any])
    """How it was directed; empty where nothing was changed by hand."""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Film:
    """A film on the shelf."""

    name: str
    """File name without its ending."""
    bytes: int
    made_at: int
    poster: bool
    """Whether a poster of its own lies beside it."""
    product: str
    film: str = ""
    """Digest of what it was made of."""
    language: str = ""
    aspect: str = ""
    seconds: float | None = None
    width: int = 0
    height: int = 0
    hook: str = ""
    looks: tuple[str, ...] = ()
    tune: str = ""
    texts: tuple[tuple[str, str, str, str], ...] = ()
    """(kind, headline, caption, chip) of each scene."""
    times: tuple[tuple[float, float], ...] = ()
    label: str = ""
    spoken: bool = False
    defects: int | None = None
    """What its last check found; None where the manifest tells of none."""
    whole: bool = False
    """Whether a manifest of ours lies beside it."""
    note: Note = Note()

    @property
    def state(self) -> str:
        return self.note.state


def no_category(merchant: str, product: str) -> str:
    """Where nobody knows."""
    del merchant, product
    return ""


class Shelf:
    """Films below `films/<merchant>/` of a home."""

    def __init__(
        self, home: Path, store: Store, bus: Bus, clock: Clock, category: Callable[[str, str], str] = no_category
    ) -> None:
        """
        Args:
            category: (merchant, product) → the product's top category, for the library.
        """
        self._library, self._category = Library(store), category
        bus.subscribe(CreativePublished, self._on_published)
        self._root = (home / "films").resolve()
        self._notes = store.collection("film_notes", Note)
        self._bus, self._clock = bus, clock
        self._seen: dict[Path, tuple[tuple[int, int, int, int], Film]] = {}
        self._turn = threading.Lock()
        self._grabbing = threading.Lock()

    def folder(self, merchant: str) -> Path:
        """Where a merchant's films lie; it need not exist.

        Raises:
            NotFound: the merchant's name is no folder's.
        """
        path = (self._root / merchant).resolve()
        if path.parent != self._root or not merchant:
            raise NotFound("没有这个商家. · There is no such merchant.")
        return path

    def all(self, merchant: str) -> list[Film]:
        """Every film that is not deleted, the latest first."""
        root = self.folder(merchant)
        notes = dict(self._notes.list(merchant))
        found = [self._read(path) for path in root.glob("*.mp4") if NAME.fullmatch(path.stem)] if root.is_dir() else []
        films = [replace(one, note=notes.get(one.name, one.note)) for one in found if one]
        return sorted(films, key=lambda one: (one.made_at, one.name), reverse=True)

    def get(self, merchant: str, name: str) -> Film:
        """One of them.

        Raises:
            NotFound: the merchant has no such film.
        """
        path = self.folder(merchant) / f"{name}.mp4"
        found = self._read(path) if NAME.fullmatch(name) else None
        if found is None:
            raise NotFound("没有这部影片. · There is no such film.")
        return replace(found, note=self._notes.get(merchant, name) or found.note)

    def note(self, merchant: str, name: str, note: Note) -> None:
        """Keep what is known of a film."""
        self._notes.put(merchant, [(name, note)])

    def file(self, merchant: str, name: str, endings: dict[str, str]) -> tuple[Path, str] | None:
        """A film's file with the first of the endings that is there, and its media type."""
        root = self.folder(merchant)
        if not NAME.fullmatch(name):
            return None
        for ending, kind in endings.items():
            path = (root / f"{name}{ending}").resolve()
            if path.is_relative_to(root) and path.is_file():
                return path, kind
        return None

    def versions(self, merchant: str, film: Film) -> list[Film]:
        """The film, those that it came from, and those that came from it, the first first."""
        films = {one.name: one for one in self.all(merchant)}
        root, met = film, {film.name}
        while root.note.parent in films and root.note.parent not in met:
            root = films[root.note.parent]
            met.add(root.name)
        known, line = {root.name}, [root]
        for one in sorted(films.values(), key=lambda one: (one.made_at, one.name)):
            if one.note.parent in known and one.name not in known:
                known.add(one.name)
                line.append(one)
        return line

    # ---- changing

    def move(self, merchant: str, name: str, after: str, by: str) -> Film:
        """Put a film to use, retire it, delete it or bring it back; each can be undone.

        Raises:
            NotFound: there is no such film.
            Refused: it cannot go from where it is to there, or it has defects and is to be published.
        """
        note = self._notes.get(merchant, name) or Note()
        root = self.folder(merchant)
        gone = note.state == DELETED
        film = None if gone else self.get(merchant, name)
        if gone and (not NAME.fullmatch(name) or not (root / ".deleted" / f"{name}.mp4").is_file()):
            raise NotFound("没有这部影片. · There is no such film.")
        if after not in _MOVES.get(note.state, ()):
            raise Refused("影片已经是这个状态. · The film is in this state already.")
        if after == PUBLISHED and film is not None and film.defects:
            raise Refused(
                f"影片有 {film.defects} 处缺陷, 不能发布. · The film has {film.defects} defects and is not published."
            )
        if DELETED in (note.state, after):
            here, there = (root / ".deleted", root) if gone else (root, root / ".deleted")
            there.mkdir(exist_ok=True)
            for ending in (".json", *POSTERS, ".mp4")[:: 1 if gone else -1]:
                if (here / f"{name}{ending}").is_file():
                    (here / f"{name}{ending}").replace(there / f"{name}{ending}")
        self._remember(merchant, name, note, after, by)
        if film is None:
            film = self.get(merchant, name)
        if after == PUBLISHED:
            file = str(root / f"{name}.mp4")
            self._bus.publish(
                CreativePublished(merchant=merchant, product=film.product, file=file, film=film.film, by=by)
            )
        elif note.state == PUBLISHED:
            self._withdraw(merchant, film.film, after)
        return self.get(merchant, name) if after != DELETED else Film(name, 0, 0, False, "")

    def _remember(self, merchant: str, name: str, note: Note, after: str, by: str) -> None:
        change = Change(self._clock.now(), by, note.state, after)
        self._notes.put(merchant, [(name, replace(note, state=after, changes=(*note.changes, change)[-50:]))])
        self._bus.publish(FilmMoved(merchant=merchant, film=name, before=note.state, after=after, by=by))

    def _on_published(self, event: CreativePublished) -> None:
        """Whoever publishes a film: it stands as published here, and is in use in the library, from which pages are served."""
        path = Path(event.file)
        if path.parent.resolve() != self.folder(event.merchant) or not NAME.fullmatch(path.stem):
            return
        note = self._notes.get(event.merchant, path.stem) or Note()
        if note.state != PUBLISHED:
            self._remember(event.merchant, path.stem, note, PUBLISHED, event.by)
        with contextlib.suppress(MagnetarError):  # a film without a manifest of ours is no creative of the library
            category = self._category(event.merchant, event.product)
            told = read_manifest(path, merchant=event.merchant, category=category, made_at=self._clock.now())
            [one] = self._library.add(event.merchant, [told])
            self._library.set_state(event.merchant, one.id, CreativeState.IN_USE)

    def _withdraw(self, merchant: str, film: str, after: str) -> None:
        with contextlib.suppress(MagnetarError):
            state = CreativeState.PAUSED if after == LIVE else CreativeState.RETIRED
            self._library.set_state(merchant, film, state)

    def undo(self, merchant: str, name: str, by: str) -> str:
        """Take back the last thing done to a film; returns the state that it has again.

        Raises:
            NotFound, Refused: there is nothing to take back.
        """
        note = self._notes.get(merchant, name)
        if note is None or not note.changes:
            raise NotFound("没有可撤销的操作. · There is nothing to undo.")
        before = note.changes[-1].before
        self.move(merchant, name, before, by)
        return before

    def changes(self, merchant: str, most: int = 20) -> list[tuple[str, Change, bool]]:
        """(film, what was done, whether it can be undone), the latest first."""
        found = [
            (name, change, place == len(note.changes) - 1 and change.before in _MOVES[change.after])
            for name, note in self._notes.list(merchant)
            for place, change in enumerate(note.changes)
        ]
        return sorted(found, key=lambda one: (-one[1].at, one[0]))[:most]

    # ---- pictures

    def frame(self, merchant: str, name: str, scene: int) -> Path:
        """A picture of a scene's middle, grabbed once and kept; scene −1 stands for the whole film.

        Raises:
            NotFound: no such film or scene, or nothing in it can be decoded.
        """
        film = self.get(merchant, name)
        spans = film.times or ((0.0, film.seconds or 2.0),)
        if not -1 <= scene < len(spans):
            raise NotFound("没有这个镜头. · There is no such scene.")
        start, end = spans[max(0, scene)]
        kept = self.folder(merchant) / ".frames" / f"{name}-{film.bytes:x}-{max(0, scene)}.webp"
        with self._grabbing:
            if not kept.is_file():
                kept.parent.mkdir(exist_ok=True)
                grab_frame(self.folder(merchant) / f"{name}.mp4", start + 0.6 * (end - start), kept)
        return kept

    def _read(self, path: Path) -> Film | None:
        try:
            stat = path.stat()
            beside = path.with_suffix(".json")
            told = beside.stat() if beside.is_file() else None
        except OSError:
            return None
        key = (stat.st_mtime_ns, stat.st_size, told.st_mtime_ns if told else 0, told.st_size if told else 0)
        with self._turn:
            known = self._seen.get(path)
        if known and known[0] == key:
            return known[1]
        manifest: Any = {}
        with contextlib.suppress(OSError, ValueError, RecursionError):
            if told and told.st_size <= _MANIFEST_BYTES:
                manifest = json.loads(beside.read_text(encoding="utf-8"))
        poster = any(path.with_suffix(suffix).is_file() for suffix in POSTERS)
        film = film_of(
            path.stem,
            manifest if isinstance(manifest, dict) else {},
            stat.st_size,
            stat.st_mtime_ns * SECOND // 10**9,
            poster,
        )
        with self._turn:
            self._seen[path] = key, film
        return film


def film_of(name: str, manifest: dict[str, Any], size: int, made_at: int, poster: bool) -> Film:
    """A film as its manifest tells it; a manifest that is damaged tells less, never an error."""
    told = manifest.get("scenes")
    scenes = [one for one in (told if isinstance(told, list) else []) if isinstance(one, dict)][:60]
    music, label, defects = manifest.get("music"), manifest.get("label"), manifest.get("defects")
    product = manifest.get("product")
    product = product.get("id") if isinstance(product, dict) else product or manifest.get("product_id")
    width, height = _whole(manifest.get("width")), _whole(manifest.get("height"))
    times = tuple((_number(one.get("start_s")) or 0.0, _number(one.get("end_s")) or 0.0) for one in scenes)
    tune = ""
    if isinstance(music, dict):
        tune = " · ".join(_text(music[part]) for part in ("key", "tempo") if music.get(part))
    texts = tuple(
        (_text(one.get("kind")), _text(one.get("headline")), _text(one.get("caption")), _text(one.get("chip")))
        for one in scenes
    )
    seconds = next((_number(manifest.get(field)) for field in ("seconds", "duration_s", "length_s") if field in manifest), None)  # fmt: skip
    note = Note(angle=_text(manifest.get("angle")), audience=_text(manifest.get("audience")))
    return Film(
        name, size, made_at, poster, _text(product) or name.split("-")[0].split("_")[0], _text(manifest.get("film")),
        _text(manifest.get("language")), _text(manifest.get("aspect")) or shape_of(width, height), seconds, width, height,
        texts[0][1] if texts else "", tuple(dict.fromkeys(_text(one.get("look")) for one in scenes if one.get("look"))),
        tune, texts, times, _text(label.get("text")) if isinstance(label, dict) else "",
        bool(manifest.get("subtitles") or manifest.get("voice")), len(defects) if isinstance(defects, list) else None,
        bool(scenes), note,
    )  # fmt: skip


def shape_of(width: int, height: int) -> str:
    """The aspect that a picture's sides are nearest to, '' where they are not known.

    >>> shape_of(1080, 1920), shape_of(270, 480), shape_of(0, 0)
    ('9:16', '9:16', '')
    """
    if width <= 0 or height <= 0:
        return ""
    return min(_SHAPES.items(), key=lambda one: abs(one[0][0] / one[0][1] - width / height))[1]


def grab_frame(film: Path, second: float, out: Path, width: int = FRAME_WIDTH) -> None:
    """Write the frame that is shown at a second as a small WebP; the first frame where the film is shorter.

    Raises:
        NotFound: the film cannot be decoded.
    """
    import av
    from av.error import FFmpegError

    frame: Any = None
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            container.seek(max(0, round(second * av.time_base)))
            for frame in container.decode(stream):
                if frame.time is None or frame.time + 1e-3 >= second:
                    break
        height = max(2, round(frame.height * width / frame.width))
        picture = frame.reformat(width=width, height=height, format="rgb24").to_image()
    except (FFmpegError, OSError, ValueError, IndexError, AttributeError) as error:
        raise NotFound("这部影片无法解码. · This film cannot be decoded.") from error
    part = out.with_suffix(".part")
    picture.save(part, "WEBP", quality=72, method=2)
    part.replace(out)


def _text(value: Any) -> str:
    return str(value)[:200] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e6 else None


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int) and 0 < value < 20_000 else 0
