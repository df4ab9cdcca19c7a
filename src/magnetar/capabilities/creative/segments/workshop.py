"""Makes the segments of one product's films: scenes painted once, coded once, named by what they show."""

from __future__ import annotations

import functools
import hashlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2

from magnetar import __version__
from magnetar.capabilities.creative.facts import check_numbers
from magnetar.capabilities.creative.film import FPS, look_of
from magnetar.capabilities.creative.judging.evidence import texts
from magnetar.capabilities.creative.layers import Scene, Studio
from magnetar.capabilities.creative.layout import FORMS
from magnetar.capabilities.creative.picture import Picture
from magnetar.capabilities.creative.planes import Planes, bound_threads
from magnetar.capabilities.creative.scenes import build
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.segments.album import further_pictures
from magnetar.capabilities.creative.segments.band import Band, make_band, paint_band
from magnetar.capabilities.creative.segments.coding import Coded, Coding, encode, encode_band
from magnetar.capabilities.creative.segments.mp4 import Chunk, Video, compose, read_tables
from magnetar.capabilities.creative.segments.takes import Grid, Take, make_grid
from magnetar.capabilities.creative.stage import join
from magnetar.capabilities.creative.storyboard import TURN_S, Turn
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.vocabulary.catalogue import Product

_SCENES = 48
"""Built scenes that a process keeps; each holds a picture larger than the film's."""


@dataclass(frozen=True, slots=True)
class Commission:
    """What a workshop is opened for; small, so that it can be sent to another process."""

    product: Product
    pictures: str
    scripts: tuple[Script, ...]
    language: str
    tempo: int
    points: int
    font: str = ""
    aspect: str = "9:16"
    width: int = 0
    """Pixels; 0 for the aspect's own."""
    fps: int = FPS
    length_s: float = 15.0
    beats: tuple[int, int, int] | None = None
    """Of a hook, a point and an offer, where speech has to fit into them."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(pickle.dumps(self, protocol=5)).hexdigest()


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment to be made: a take by itself, or the turn by which it follows another."""

    take: Take
    before: Take | None = None
    """For a turn: the take that gives way."""
    opening: bool = False
    """The film begins with it, so its own first frames belong to it and not to a turn."""
    text: str | None = None
    """A band text painted in; None leaves the band to be exchanged."""


class Workshop:
    """One product's scenes, ready to be painted and coded."""

    def __init__(self, wanted: Commission) -> None:
        bound_threads(1)
        self.wanted = wanted
        self.face: Typeface = find_typeface(wanted.font)
        script = wanted.scripts[0]
        root = wanted.pictures or None
        picture, self.picture_used, palette = look_of(wanted.product, root, script, self.face)
        self.album = [(picture, self.picture_used)]
        if self.picture_used:
            self.album += further_pictures(wanted.product, root, picture, self.picture_used, script.notes)
        self._prints = [_picture_digest(one) for one, _ in self.album]
        self.grid: Grid = make_grid(wanted.fps, wanted.tempo, wanted.points, wanted.length_s)
        if wanted.beats:
            hook, point, offer = wanted.beats
            self.grid = replace(self.grid, hook=hook, point=point, offer=offer)
        self.turn_frames = max(2, min(round(TURN_S * wanted.fps), self.grid.frames("point") // 3))
        form = FORMS[wanted.aspect]
        width = wanted.width or form.width
        scale, height = width / form.width, width * form.height // form.width // 2 * 2
        self.band: Band = make_band(width, height, form, palette, wanted.language)
        self.coding = Coding(width, height, wanted.fps, self.band.height)
        self.studio = Studio(
            script,
            self.face,
            palette,
            picture,
            scale,
            width,
            height,
            wanted.fps,
            self.turn_frames,
            header=False,
            form=form,
        )
        self._state = hashlib.sha256(
            repr(
                (
                    sources(),
                    __version__,
                    av.library_versions,
                    cv2.__version__,
                    self.coding,
                    self.band,
                    palette,
                    form,
                    scale,
                    self.turn_frames,
                    _file_digest(self.face.path),
                    self.face.index,
                )
            ).encode()
        ).hexdigest()
        self._scene = functools.lru_cache(_SCENES)(self._build)
        self._slices: dict[str, bytes] = {}
        self._own: dict[Take, list[dict[str, Any]]] = {}
        self._texts: dict[str, list[dict[str, Any]]] = {}
        self._empty = Planes.filled(2, 2, (0, 0, 0))

    def _shows(self, take: Take) -> tuple[object, ...]:
        """Everything that a take's pixels depend on beside the workshop's state."""
        script = self.wanted.scripts[take.script]
        return (
            replace(take, script=0, picture=0),
            self._prints[take.picture % len(self.album)],
            script.language,
            script.price,
            script.list_price,
            script.action,
            script.product.available,
        )

    def key(self, piece: Piece) -> str:
        """The name of a segment: a digest of the state of all its layers, the coding and the versions."""
        before = self._shows(piece.before) if piece.before else None
        shown = (
            self._shows(piece.take),
            before,
            piece.opening,
            piece.text,
            self._frames(piece),
            self.grid.frames(piece.take.kind),
        )
        return hashlib.sha256(f"{self._state}{shown!r}".encode()).hexdigest()

    def _frames(self, piece: Piece) -> tuple[int, int]:
        """First frame and frame after the last, in the scene's own time."""
        if piece.before:
            return 0, self.turn_frames
        return 0 if piece.opening else self.turn_frames, self.grid.frames(piece.take.kind)

    def _build(self, take: Take) -> Scene:
        picture, _ = self.album[take.picture % len(self.album)]
        studio = replace(self.studio, script=self.wanted.scripts[take.script], picture=picture)
        return build(studio, take.shot(self.grid.frames(take.kind)))

    def picture_of(self, take: Take) -> str:
        """The name in the record of the picture that a take shows; '' for our own drawing."""
        return self.album[take.picture % len(self.album)][1]

    def scene(self, take: Take) -> Scene:
        """A take's scene, built once while it is in use."""
        return self._scene(take)

    def pieces(self, takes: tuple[Take, ...]) -> list[Piece]:
        """The segments of a film: the opening, then a turn and a body for each further take."""
        found = [Piece(takes[0], opening=True)]
        for before, take in pairwise(takes):
            found += [Piece(take, before), Piece(take)]
        return found

    def play(self, piece: Piece, canvas: Planes) -> Iterator[int]:
        """Paint a segment's frames into the canvas, in order."""
        band, _ = paint_band(self.band, self.face, piece.text or "")
        first, end = self._frames(piece)
        scene = self.scene(piece.take)
        if piece.before is None:
            for frame in range(first, end):
                scene.paint(canvas, frame, whole=frame == first)
                canvas.paste(band)
                yield frame
            return
        before, length = self.scene(piece.before), self.grid.frames(piece.before.kind)
        old, new = (Planes.filled(canvas.width, canvas.height, (0, 0, 0)) for _ in range(2))
        turn = self.turn(piece.before, piece.take)
        for frame in range(end):
            before.paint(old, length + frame, whole=frame == 0)
            scene.paint(new, frame, whole=frame == 0)
            join(canvas, old, new, turn, (frame + 1) / (end + 1))
            canvas.paste(band)
            yield frame

    def turn(self, before: Take, take: Take) -> Turn:
        """How a take comes in after another."""
        if take.kind == "offer" or before.kind == "hook":
            return Turn.UP
        both = before.line.headline + take.line.headline
        return Turn.LEFT if hashlib.sha256(both.encode()).digest()[0] % 2 else Turn.RIGHT

    def code(self, piece: Piece) -> Coded:
        """Paint and encode a segment."""
        return encode(self.coding, functools.partial(self.play, piece), moving=piece.before is not None)

    def slice_of(self, text: str) -> bytes:
        """The key-frame slice that shows a text in the band; made once for each text.

        Raises:
            Refused: the text holds a number that the record does not.
        """
        if text not in self._slices:
            check_numbers([text], self.wanted.product)
            picture, _ = paint_band(self.band, self.face, text)
            self._slices[text] = encode_band(self.coding, picture)
        return self._slices[text]

    def texts_of(self, take: Take, text: str) -> list[dict[str, Any]]:
        """A take's texts with their places, and the band's, for a manifest."""
        if take not in self._own:
            self._own[take] = texts(self.scene(take), self.wanted.fps)
        if text not in self._texts:
            banner = Scene(self._empty, None, [], settings=paint_band(self.band, self.face, text)[1])
            self._texts[text] = texts(banner, self.wanted.fps)
        return [*self._own[take], *self._texts[text]]

    def settings(self, take: Take, text: str) -> list[Any]:
        """Roles, texts and colours of a take with a band, for checks."""
        return [*self.scene(take).settings, *paint_band(self.band, self.face, text)[1]]


@functools.lru_cache(maxsize=4)
def open_workshop(digest: str, pickled: bytes) -> Workshop:
    """The workshop of a commission, kept while the process works for it."""
    del digest
    return Workshop(pickle.loads(pickled))


def workshop_for(wanted: Commission) -> Workshop:
    """The workshop of a commission, opened once in a process."""
    return open_workshop(wanted.digest, pickle.dumps(wanted, protocol=5))


def to_file(coding: Coding, coded: Coded) -> bytes:
    """A segment as a film of its own, which any player opens."""
    video = Video(
        coding.width, coding.height, coding.fps, coded.config, [Chunk((coded.payload,), coded.sizes)], coded.shifts
    )
    head, pieces = compose(video, None, {"band": f"{coded.band[0]} {coded.band[1]}"})
    return b"".join([head, *pieces])


def from_file(data: bytes) -> Coded:
    """A segment from its file.

    Raises:
        ValueError: it is not one.
    """
    [table], (start, end) = read_tables(data)
    if int(table.sizes.sum()) != end - start:
        raise ValueError(f"the samples have {int(table.sizes.sum())} bytes, the file holds {end - start}")
    payload = data[start:end]
    first = 4 + int.from_bytes(payload[:4], "big")
    return Coded(table.config, payload, table.sizes, table.shifts, (0, first))


@functools.lru_cache(maxsize=1)
def sources() -> str:
    """A digest of the code that paints and encodes: other code makes other segments."""
    folder = Path(__file__).resolve().parents[1]
    files = sorted([*folder.glob("*.py"), *Path(__file__).parent.glob("*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _picture_digest(picture: Picture) -> str:
    return hashlib.sha256(repr(picture.subject).encode() + picture.pixels.tobytes()).hexdigest()


@functools.lru_cache(maxsize=4)
def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
