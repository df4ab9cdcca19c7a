"""From recipes to films: makes the segments that are missing, then writes each film from what is in the store."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.judging.evidence import outline
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.segments import tracks, workshop
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.coding import Coded, encode_band
from magnetar.capabilities.creative.segments.mp4 import (
    Audio,
    Buffer,
    Chunk,
    Text,
    Video,
    compose,
    subtitle_samples,
    write,
)
from magnetar.capabilities.creative.segments.proof import check_bytes, hardest, prove
from magnetar.capabilities.creative.segments.recipes import Recipe, tune_of
from magnetar.capabilities.creative.segments.speech import Spoken
from magnetar.capabilities.creative.segments.voiced import Joined, Voices
from magnetar.capabilities.creative.segments.workshop import Commission, Piece, Workshop, workshop_for
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import GoalMissed, MagnetarError

_LANGUAGES = {"zh": "chi", "en": "eng"}
_BATCH = 4
"""Pieces that a worker is given at once: those beside each other share scenes."""


class Spread(Protocol):
    """Runs pieces of work, here or in other processes; see engines.spread."""

    def __call__(self, work: Callable[[Any], Any], items: Sequence[Any], workers: int) -> Iterable[tuple[int, Any]]:
        """(place, result), as they are done."""
        ...


def one_by_one(work: Callable[[Any], Any], items: Sequence[Any], workers: int) -> Iterable[tuple[int, Any]]:
    """Everything in this process, in order."""
    del workers
    return ((place, work(item)) for place, item in enumerate(items))


@dataclass(frozen=True, slots=True)
class Sound:
    """A track and how loud it is."""

    track: tracks.Track
    lufs: float
    peak_db: float
    name: str
    outline: str
    """Its level over time; see judging.evidence."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment in the store, ready to be placed."""

    coded: Coded
    exact: bool
    """Its band may be exchanged."""
    rest: memoryview
    """The payload after the band's slice."""
    rest_crc: int
    whole_crc: int


class Stock:
    """Segments, tracks and slices of one commission, by name."""

    def __init__(self, wanted: Commission, cache: Cache, seed: int, spoken: Spoken | None = None) -> None:
        self.wanted, self.cache, self.seed = wanted, cache, seed
        self.voices = Voices(wanted, cache, seed, spoken) if spoken and spoken.lines else None
        self.shop: Workshop = workshop_for(wanted)
        self.parts: dict[str, Part] = {}
        self.sounds: dict[int, Sound] = {}
        self.names: dict[Piece, str] = {}
        self.made = self.reused = self.painted = 0
        self._slices: dict[str, tuple[bytes, int]] = {}
        self._audio: dict[tuple[int, tuple[int, ...]], tuple[Audio, list[list[int]]]] = {}

    def name(self, piece: Piece) -> str:
        """The segment's key."""
        if piece not in self.names:
            self.names[piece] = self.shop.key(piece)
        return self.names[piece]

    def fill(self, recipes: Sequence[Recipe], spread: Spread, workers: int, told: Callable[[str], None]) -> None:
        """Make what these films need and the store does not hold."""
        self._segments([piece for recipe in recipes for piece in self.shop.pieces(recipe.takes)], spread, workers, told)
        painted = [
            Piece(piece.take, piece.before, piece.opening, recipe.text)
            for recipe in recipes
            for piece in self.shop.pieces(recipe.takes)
            if not self.parts[self.name(piece)].exact
        ]
        self.painted = len(set(painted))
        if painted:
            told(
                f"文字带不能换的段落重新渲染 · {self.painted} segments whose band cannot be exchanged are painted with it"
            )
            self._segments(painted, spread, workers, told)
        if self.voices:
            self.voices.fill(recipes, spread, workers)
            return
        self._tracks(sorted({recipe.tune for recipe in recipes}), spread, workers)

    def _segments(self, pieces: Sequence[Piece], spread: Spread, workers: int, told: Callable[[str], None]) -> None:
        wanted = {self.name(piece): piece for piece in pieces}
        missing = [(name, piece) for name, piece in wanted.items() if name not in self.parts and not self._load(name)]
        self.reused += len(wanted) - len(missing)
        missing.sort(key=lambda one: (one[1].before is not None, repr(one[1].before), repr(one[1].take)))
        batches = [missing[start : start + _BATCH] for start in range(0, len(missing), _BATCH)]
        done = 0
        for place, _ in spread(partial(make_pieces, self.wanted, self.cache), batches, workers):
            done += len(batches[place])
            self.made += len(batches[place])
            told(f"段落 segments {done}/{len(missing)}")
            for name, _ in batches[place]:
                if not self._load(name):
                    raise MagnetarError(
                        f"Segment {name[:12]} was made but cannot be read back from {str(self.cache.root)!r}."
                    )

    def _load(self, name: str) -> bool:
        data, proof = self.cache.get(name), self.cache.get(name, "proof")
        if data is None or proof is None:
            return False
        try:
            coded, told = workshop.from_file(data), json.loads(proof)
        except ValueError:
            return False
        rest = memoryview(coded.payload)[coded.band[1] :]
        self.parts[name] = Part(coded, bool(told["exact"]), rest, zlib.crc32(rest), zlib.crc32(coded.payload))
        return True

    def _tracks(self, numbers: Sequence[int], spread: Spread, workers: int) -> None:
        missing = [number for number in numbers if number not in self.sounds and not self._load_sound(number)]
        for place, _ in spread(partial(make_sound, self.wanted, self.cache, self.seed), missing, workers):
            if not self._load_sound(missing[place]):
                raise MagnetarError(
                    f"Tune {missing[place]} was made but cannot be read back from {str(self.cache.root)!r}."
                )

    def _load_sound(self, number: int) -> bool:
        name = sound_key(self.wanted, self.seed, number)
        data, about = self.cache.get(name, "m4a"), self.cache.get(name, "about")
        if data is None or about is None:
            return False
        told = json.loads(about)
        track = tracks.from_file(data, bytes.fromhex(told["config"]))
        self.sounds[number] = Sound(track, told["lufs"], told["peak_db"], told["key"], told["outline"])
        return True

    def slice_of(self, text: str) -> tuple[bytes, int]:
        """A text's slice and its CRC-32."""
        if text not in self._slices:
            made = self.shop.slice_of(text)
            self._slices[text] = (made, zlib.crc32(made))
        return self._slices[text]

    def audio_of(self, number: int, frames: Sequence[int]) -> tuple[Audio, list[list[int]]]:
        """A tune's track cut where the segments end, and the CRC-32 of each chunk's pieces."""
        ends = tuple(np.cumsum(frames).tolist())
        if (number, ends) not in self._audio:
            audio = self.sounds[number].track.cut([end / self.wanted.fps for end in ends])
            self._audio[number, ends] = (
                audio,
                [[zlib.crc32(piece) for piece in chunk.pieces] for chunk in audio.chunks],
            )
        return self._audio[number, ends]

    def sound_name(self, recipe: Recipe) -> str:
        """The key of a film's sound."""
        return self.voices.name_of(recipe) if self.voices else sound_key(self.wanted, self.seed, recipe.tune)

    def sound_of(self, recipe: Recipe, frames: Sequence[int]) -> tuple[Sound | Joined, Audio, list[list[int]]]:
        """A film's sound, its track cut where the segments end, and the CRC-32 of each chunk's pieces."""
        if not self.voices:
            return self.sounds[recipe.tune], *self.audio_of(recipe.tune, frames)
        sound = self.voices.sound_of(recipe)
        audio = sound.track.cut([int(end) / self.wanted.fps for end in np.cumsum(frames)])
        return sound, audio, [[zlib.crc32(piece) for piece in chunk.pieces] for chunk in audio.chunks]

    def text_of(self, told: dict[str, Any]) -> Text | None:
        """A film's subtitles as a track; None where nobody speaks."""
        lines: list[dict[str, Any]] = told.get("subtitles") or []
        if not lines:
            return None
        fps = self.wanted.fps
        shown = [(round(one["start_s"] * fps), round(one["end_s"] * fps), one["text"]) for one in lines]
        chunk, lengths = subtitle_samples(shown, self.shop.grid.total)
        return Text(_LANGUAGES[self.wanted.language], fps, chunk, lengths)

    def piece_for(self, piece: Piece, text: str) -> tuple[str, Part]:
        """The segment to place in a film with a text, and its name."""
        name = self.name(piece)
        if not self.parts[name].exact:
            name = self.name(Piece(piece.take, piece.before, piece.opening, text))
        return name, self.parts[name]


def make_pieces(wanted: Commission, cache: Cache, pieces: Sequence[tuple[str, Piece]]) -> int:
    """Code, prove and keep segments; may run in any process."""
    shop = workshop_for(wanted)
    test = hardest(shop.band)
    slice_ = encode_band(shop.coding, test)
    for name, piece in pieces:
        coded = shop.code(piece)
        told: dict[str, Any] = {"exact": False, "painted": True}
        if piece.text is None:
            proof = prove(coded, shop.band, slice_, test, shop.coding.height)
            told = {"exact": proof.exact, "outside": proof.outside, "first": proof.first, "last": proof.last}
        cache.put(name, json.dumps(told).encode(), "proof")
        cache.put(name, workshop.to_file(shop.coding, coded))
    return len(pieces)


def sound_key(wanted: Commission, seed: int, number: int) -> str:
    """The name of a tune's track."""
    about = (
        workshop.sources(),
        wanted.product.id,
        wanted.language,
        wanted.tempo,
        wanted.points,
        wanted.fps,
        wanted.length_s,
    )
    return hashlib.sha256(f"sound{about!r}{seed}/{number}".encode()).hexdigest()


def make_sound(wanted: Commission, cache: Cache, seed: int, number: int) -> None:
    """Play, master, encode and keep one tune; may run in any process."""
    shop = workshop_for(wanted)
    chance = Chance(seed).of("studio", wanted.product.id, wanted.language)
    tune = tune_of(number, wanted.tempo, chance)
    samples = shop.grid.total * RATE // wanted.fps
    track, sound, level, peak = tracks.make_track(
        tune, shop.grid.beats, shop.grid.cuts, samples, chance.of("sound", number)
    )
    name = sound_key(wanted, seed, number)
    about = {
        "config": track.config.hex(),
        "lufs": round(level, 2),
        "peak_db": round(peak, 2),
        "key": tune.key,
        "outline": outline(sound),
    }
    cache.put(name, json.dumps(about).encode(), "about")
    cache.put(name, tracks.to_file(track), "m4a")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A film in memory: its head, its pieces and their sums, and what it says of itself."""

    head: bytes
    pieces: list[Buffer]
    sums: list[tuple[Buffer, int]]
    digest: str
    segments: tuple[str, ...]
    sound: Sound | Joined
    told: dict[str, Any]
    """What a manifest tells of its voice, where it has one."""


def assemble(stock: Stock, recipe: Recipe) -> Assembled:
    """Put a film together from its segments, its band's slice and its track; nothing is encoded but the slice."""
    shop = stock.shop
    parts = [stock.piece_for(piece, recipe.text) for piece in shop.pieces(recipe.takes)]
    slice_, slice_crc = stock.slice_of(recipe.text)
    chunks: list[Chunk] = []
    told = stock.voices.told(recipe) if stock.voices else {}
    text = stock.text_of(told)
    sums: list[int] = [zlib.crc32(piece) for piece in text.chunk.pieces] if text else []
    sound, audio, audio_sums = stock.sound_of(recipe, [part.coded.frames for _, part in parts])
    for (_, part), audio_sum in zip(parts, audio_sums, strict=True):
        if part.exact:
            sizes = part.coded.sizes.copy()
            sizes[0] += len(slice_) - part.coded.band[1]
            chunks.append(Chunk((slice_, part.rest), sizes))
            sums += [slice_crc, part.rest_crc, *audio_sum]
        else:
            chunks.append(Chunk((part.coded.payload,), part.coded.sizes))
            sums += [part.whole_crc, *audio_sum]
    product, coding = stock.wanted.product, shop.coding
    names = tuple(name for name, _ in parts)
    digest = film_digest(stock, recipe, names)
    shifts = np.concatenate([part.coded.shifts for _, part in parts])
    head, pieces = compose(
        Video(coding.width, coding.height, coding.fps, parts[0][1].coded.config, chunks, shifts),
        audio,
        {
            "title": recipe.takes[0].line.headline,
            label.KEY: label.metadata(product.merchant, digest),
            "comment": f"{label.TEXT[stock.wanted.language]} · magnetar {__version__}",
        },
        text,
    )
    return Assembled(head, pieces, list(zip(pieces, sums, strict=True)), digest, names, sound, told)


def film_digest(stock: Stock, recipe: Recipe, names: Sequence[str] = ()) -> str:
    """A film's own number: what it is made of."""
    names = names or [stock.piece_for(piece, recipe.text)[0] for piece in stock.shop.pieces(recipe.takes)]
    product = stock.wanted.product
    about = (tuple(names), stock.sound_name(recipe), recipe.text, product.id, product.merchant)
    return hashlib.sha256(repr(about).encode()).hexdigest()[:32]


def write_film(path: Path, film: Assembled, frames: int, fps: int) -> int:
    """Write a film, read it back and check it; returns its length in bytes.

    The file appears whole or not at all.

    Raises:
        GoalMissed: what was read back is not what was put together.
        BadInput: the folder cannot be written.
    """
    with whole_or_nothing(path) as part:
        size = write(part, film.head, film.pieces)
        wrong = check_bytes(part.read_bytes(), film.sums, frames, fps)
        if wrong:
            raise GoalMissed(
                f"影片与拼接的不一致 Film {path.name} is not what was put together: {'; '.join(wrong[:3])}. Make it again."
            )
    return size
