"""Sounds of films that speak: music under voices for each tune, a piece for each line at its place, joined film by film."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.evidence import outline
from magnetar.capabilities.creative.loudness import RATE, TARGET_LUFS, limit, loudness, master
from magnetar.capabilities.creative.loudness import Sound as Samples
from magnetar.capabilities.creative.music import compose
from magnetar.capabilities.creative.segments import splicing, tracks
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.recipes import Recipe, tune_of
from magnetar.capabilities.creative.segments.speech import LEAD_S, Spoken
from magnetar.capabilities.creative.segments.splicing import Bed, Piece
from magnetar.capabilities.creative.segments.takes import Take
from magnetar.capabilities.creative.segments.workshop import Commission, sources, workshop_for
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import MagnetarError

WITHIN = 0.4
"""LU from the target that a joined film may have; another one gets a track encoded for itself."""
_BASIS = 4
"""Scenes of each place in the film that a tune's gain is found on."""
_LEAD = round(LEAD_S * RATE)

Place = tuple[int, str]
"""Number of a scene in the film, and the key of the line that is said in it; '' for none."""


@dataclass(frozen=True, slots=True)
class Job:
    """One tune with everything that is said over it."""

    tune: int
    scenes: tuple[Place, ...]
    """In order."""

    @property
    def basis(self) -> tuple[Place, ...]:
        """The scenes that decide the gain: as many of each place, as in a film."""
        found: list[Place] = []
        for place in sorted({number for number, _ in self.scenes}):
            here = [scene for scene in self.scenes if scene[0] == place]
            found += [here[number * len(here) // _BASIS] for number in range(min(_BASIS, len(here)))]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Joined:
    """A film's sound."""

    track: tracks.Track
    lufs: float
    peak_db: float
    name: str
    outline: str
    own: bool
    """Encoded for this film alone."""


class Voices:
    """All sound of a commission's films."""

    def __init__(self, wanted: Commission, cache: Cache, seed: int, spoken: Spoken) -> None:
        self.wanted, self.cache, self.seed, self.spoken = wanted, cache, seed, spoken
        self.made = self.own = 0
        self._jobs: dict[int, Job] = {}
        self._beds: dict[int, tuple[tracks.Track, str]] = {}
        self._pieces: dict[tuple[int, Place], Piece | None] = {}
        self._subtitles: dict[tuple[Take, int], list[dict[str, Any]]] = {}

    def scenes(self, takes: Sequence[Take]) -> tuple[Place, ...]:
        """What is said where."""
        return tuple(
            (place, self.spoken.lines[take].key if take in self.spoken.lines else "")
            for place, take in enumerate(takes)
        )

    def fill(self, recipes: Sequence[Recipe], spread: Callable[..., Iterable[tuple[int, Any]]], workers: int) -> None:
        """Make what these films need and the store does not hold."""
        for line in self.spoken.lines.values():
            if not self.cache.has(line.key, "voice"):
                self.cache.put(line.key, line.sound.astype("<f4").tobytes(), "voice")
        listed: dict[int, dict[Place, None]] = {}
        for recipe in recipes:
            listed.setdefault(recipe.tune, {}).update(dict.fromkeys(self.scenes(recipe.takes)))
        self._jobs = {tune: Job(tune, tuple(sorted(scenes))) for tune, scenes in sorted(listed.items())}
        missing = [job for job in self._jobs.values() if not self._load(job)]
        for place, made in spread(partial(make_tune, self.wanted, self.cache, self.seed), missing, workers):
            self.made += int(made)
            if not self._load(missing[place]):
                raise MagnetarError(
                    f"The sound of tune {missing[place].tune} was made but cannot be read back from {str(self.cache.root)!r}."
                )

    def _load(self, job: Job) -> bool:
        bed = self.cache.get(key_of(self.wanted, self.seed, job), "bed")
        if bed is None:
            return False
        told, _, rest = bed.partition(b"\n")
        about = json.loads(told)
        sizes = np.array(about["sizes"], np.int64)
        self._beds[job.tune] = tracks.Track(bytes.fromhex(about["config"]), rest, sizes, about["samples"]), about["key"]
        for scene in job.scenes:
            data = self.cache.get(key_of(self.wanted, self.seed, job, scene), "piece")
            if data is None:
                return False
            try:
                self._pieces[job.tune, scene] = Piece.from_bytes(data) if data else None
            except ValueError:
                return False
        return True

    def name_of(self, recipe: Recipe) -> str:
        """A film's sound, by what it is made of."""
        job = self._jobs[recipe.tune]
        about = (key_of(self.wanted, self.seed, job), self.scenes(recipe.takes))
        return hashlib.sha256(repr(about).encode()).hexdigest()

    def sound_of(self, recipe: Recipe) -> Joined:
        """A film's sound; joined, or where its loudness or a joint does not allow that, encoded for itself."""
        track, key = self._beds[recipe.tune]
        pieces = [self._pieces[recipe.tune, scene] for scene in self.scenes(recipe.takes)]
        good = [piece for piece in pieces if piece is not None]
        if len(good) == len(pieces):
            level = splicing.level_of(good)
            if abs(level - TARGET_LUFS) <= WITHIN:
                return Joined(
                    splicing.join(track, good), round(level, 2), round(max(piece.peak_db for piece in good), 2), key,
                    "".join(piece.outline for piece in good), False,
                )  # fmt: skip
        return self._alone(recipe, key)

    def _alone(self, recipe: Recipe, key: str) -> Joined:
        self.own += 1
        name = self.name_of(recipe)
        data, about = self.cache.get(name, "m4a"), self.cache.get(name, "about")
        if data is None or about is None:
            sound, level, peak = mixed(self.wanted, self.cache, self.seed, recipe.tune, self.scenes(recipe.takes))
            track = tracks.encode_sound(sound)
            data = tracks.to_file(track)
            about = json.dumps({"config": track.config.hex(), "lufs": round(level, 2), "peak_db": round(peak, 2), "outline": outline(sound)}).encode()  # fmt: skip
            self.cache.put(name, about, "about")
            self.cache.put(name, data, "m4a")
        told = json.loads(about)
        track = tracks.from_file(data, bytes.fromhex(told["config"]))
        return Joined(track, told["lufs"], told["peak_db"], key, told["outline"], True)

    def told(self, recipe: Recipe) -> dict[str, Any]:
        """What a manifest tells of the voice."""
        grid = workshop_for(self.wanted).grid
        subtitles: list[dict[str, Any]] = []
        at = 0
        for take in recipe.takes:
            if (take, at) not in self._subtitles:
                self._subtitles[take, at] = self.spoken.subtitles(take, at / grid.fps, self.wanted.language)
            subtitles += self._subtitles[take, at]
            at += grid.frames(take.kind)
        lines = [self.spoken.lines[take] for take in recipe.takes if take in self.spoken.lines]
        voice = {
            "provider": lines[0].provider, "voice": lines[0].voice, "exact": all(one.exact for one in lines),
            "lines": len(lines), "shortened": sum(one.shortened for one in lines), "fastest": max(one.speed for one in lines),
        } if lines else None  # fmt: skip
        return {"subtitles": subtitles, "voice": voice}


def key_of(wanted: Commission, seed: int, job: Job, scene: Place | None = None) -> str:
    """The name of a tune's bed, or of a scene over it."""
    about = (
        sources(),
        wanted.product.id,
        wanted.language,
        wanted.tempo,
        wanted.points,
        wanted.beats,
        wanted.fps,
        wanted.length_s,
        job.basis,
        scene,
    )
    return hashlib.sha256(f"voiced{about!r}{seed}/{job.tune}".encode()).hexdigest()


def music_of(wanted: Commission, seed: int, number: int) -> tuple[Samples, tuple[int, ...], str]:
    """A tune as it is played for these films, the samples at which scenes change, and its key."""
    grid = workshop_for(wanted).grid
    chance = Chance(seed).of("studio", wanted.product.id, wanted.language)
    tune = tune_of(number, wanted.tempo, chance)
    samples = grid.total * RATE // wanted.fps
    raw = compose(tune, grid.beats, grid.cuts, chance.of("sound", number))
    raw = np.pad(raw, ((0, 0), (0, max(0, samples - raw.shape[1]))))[:, :samples]
    cuts = tuple(beat * grid.beat_frames * RATE // wanted.fps for beat in grid.cuts)
    return np.ascontiguousarray(raw), cuts, tune.key


def make_tune(wanted: Commission, cache: Cache, seed: int, job: Job) -> int:
    """Play a tune, find its gain, encode the bed and every scene over it; returns how many pieces were made."""
    music, cuts, key = music_of(wanted, seed, job.tune)
    gain = gain_for(music, cuts, [(place, _voice(cache, name)) for place, name in job.basis])
    bed = splicing.make_bed(music, cuts, gain)
    made = 0
    for scene in job.scenes:
        name = key_of(wanted, seed, job, scene)
        if not cache.has(name, "piece"):
            piece = splicing.make_piece(bed, scene[0], _voice(cache, scene[1]), _LEAD)
            cache.put(name, piece.to_bytes() if piece else b"", "piece")
            made += 1
    about = {
        "config": bed.track.config.hex(),
        "sizes": bed.track.sizes.tolist(),
        "samples": bed.track.samples,
        "key": key,
    }
    cache.put(key_of(wanted, seed, job), json.dumps(about).encode() + b"\n" + bed.track.payload, "bed")
    return made


def _voice(cache: Cache, key: str) -> NDArray[np.float32] | None:
    if not key:
        return None
    data = cache.get(key, "voice")
    if data is None:
        raise MagnetarError(f"The speech {key[:12]} is gone from {str(cache.root)!r}. Make the films again.")
    return np.frombuffer(data, "<f4").astype(np.float32)


def gain_for(music: Samples, cuts: Sequence[int], scenes: Sequence[tuple[int, NDArray[np.float32] | None]]) -> float:
    """The gain at which scenes of a tune, one after another, have the target's loudness."""
    plain = Bed(music, splicing.levelled(music), 1.0, tracks.Track(b"", b"", np.empty(0, np.int64), 0), tuple(cuts))
    parts: list[Samples] = []
    for place, voice in scenes:
        start, end = splicing.scene_of(plain, place)
        spans = [(cut - splicing.QUIET, cut + splicing.QUIET) for cut in cuts]
        spans += [(start + _LEAD, start + _LEAD + len(voice))] if voice is not None else []
        part = splicing.under(plain.music, spans)[:, start:end]
        if voice is not None:
            part[:, _LEAD : _LEAD + len(voice)] += voice
        parts.append(part)
    every = np.concatenate(parts, axis=1).astype(np.float32)
    level = loudness(every)
    if not np.isfinite(level):
        return 1.0
    gain = 10 ** ((TARGET_LUFS - level) / 20)
    for _ in range(3):
        level = loudness(limit(every * np.float32(gain), splicing.CEILING))
        gain *= 10 ** ((TARGET_LUFS - level) / 20)
    return float(gain)


def mixed(
    wanted: Commission, cache: Cache, seed: int, tune: int, scenes: Sequence[Place]
) -> tuple[Samples, float, float]:
    """A film's whole sound in one go, mastered for itself; its loudness and its true peak."""
    music, cuts, _ = music_of(wanted, seed, tune)
    edges = [0, *cuts, music.shape[1]]
    voices = [(edges[place] + _LEAD, one) for place, key in scenes if (one := _voice(cache, key)) is not None]
    spans = [(cut - splicing.QUIET, cut + splicing.QUIET) for cut in cuts]
    spans += [(at, at + len(one)) for at, one in voices]
    sound = splicing.under(splicing.levelled(music), spans)
    for at, one in voices:
        sound[:, at : at + len(one)] += one
    return master(np.ascontiguousarray(sound, np.float32))
