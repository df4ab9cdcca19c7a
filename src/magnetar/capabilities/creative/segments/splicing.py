"""A film's sound put together from encoded pieces: one per tune, place and line, joined where only the music is heard.

AAC frames overlap by half, so two encodings may be joined at a frame whose first half both heard alike, if their windows
agree there (ISO/IEC 14496-3, 4.6.11: the left half of a window has the shape of the frame before). Around every cut of a
film the music lies low and nobody speaks, whatever comes before and after: those stretches are encoded once for each tune
(the bed), and a piece differs from the bed only between them. Each joint is decoded when its piece is made.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.evidence import outline
from magnetar.capabilities.creative.loudness import PEAK_DB, RATE, Sound, gated, heard, limit, loudness, true_peak
from magnetar.capabilities.creative.segments.tracks import PACKET, Track, encode_sound
from magnetar.capabilities.creative.speaking import DUCK_DB, MUSIC_LUFS, ducking

QUIET = 5 * PACKET
"""Samples before and after a cut in which every film of a tune sounds the same."""
_CONTEXT = 4
"""Packets encoded before and after a piece, so that the encoder has settled."""
_STEP = RATE // 50
"""Energies are kept for every 20 ms; every beat is a whole number of them."""
_LONG_END, _LONG_START = (0, 3), (0, 1)
"""Windows whose right half, and whose left half, is long: only long, long stop; only long, long start."""
UP_DB = 3.0
"""The music is so much louder here where nobody speaks, so that films of fewer words are as loud as the others."""
CEILING = 10 ** ((PEAK_DB - 1.6) / 20)
"""Of samples before the encoder, which may overshoot."""
_WORSE, _FLOOR = 2.5, 2e-3
"""A joint may err so many times as much as the bed's own encoding does there, or as little as that."""


@dataclass(frozen=True, slots=True)
class Bed:
    """A tune as it lies under voices, mastered and encoded in one go."""

    sound: Sound
    """(2, samples), what was encoded."""
    music: Sound
    """(2, samples), before its gains and the limiter."""
    gain: float
    track: Track
    cuts: tuple[int, ...]
    """Samples at which scenes change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A scene's sound."""

    first: int
    """Number of its first packet in the film."""
    packets: bytes
    sizes: NDArray[np.int64]
    energy: NDArray[np.float64]
    """K-weighted, every 20 ms of the scene."""
    outline: str
    peak_db: float
    error: float
    """How much the joints err, beside what the bed's own encoding errs there, at most 1."""

    def to_bytes(self) -> bytes:
        head = struct.pack(
            "<IIIIdd", self.first, len(self.sizes), len(self.energy), len(self.outline), self.peak_db, self.error
        )
        return b"".join(
            [head, self.sizes.astype("<i8").tobytes(), self.energy.astype("<f8").tobytes(), self.outline.encode(), self.packets]
        )  # fmt: skip

    @staticmethod
    def from_bytes(data: bytes) -> Piece:
        """Raises ValueError where it is not one."""
        try:
            first, packets, steps, letters, peak, error = struct.unpack_from("<IIIIdd", data)
            at = struct.calcsize("<IIIIdd")
            sizes = np.frombuffer(data, "<i8", packets, at).astype(np.int64)
            energy = np.frombuffer(data, "<f8", steps, at + 8 * packets)
            at += 8 * (packets + steps)
            text, rest = data[at : at + letters].decode(), data[at + letters :]
        except (struct.error, UnicodeDecodeError) as wrong:
            raise ValueError(f"not a piece of sound: {wrong}") from None
        if int(sizes.sum()) != len(rest):
            raise ValueError("the packets do not fill the piece")
        return Piece(first, rest, sizes, energy, text, peak, error)


def make_bed(music: Sound, cuts: Sequence[int], gain: float) -> Bed:
    """The music at MUSIC_LUFS, stepping back around every cut, raised by a gain and held below the peak limit."""
    music = levelled(music)
    spans = [(cut - QUIET, cut + QUIET) for cut in cuts]
    sound = _mixed(under(music, spans), gain)
    return Bed(sound, music, gain, encode_sound(sound), tuple(cuts))


def levelled(music: Sound) -> Sound:
    """Music as loud as it is where nobody speaks."""
    level = loudness(music)
    return music * np.float32(10 ** ((MUSIC_LUFS + UP_DB - level) / 20)) if np.isfinite(level) else music


def under(music: Sound, spans: Sequence[tuple[int, int]]) -> Sound:
    """Music stepping back in stretches of speech and around cuts."""
    gains = ducking(spans, music.shape[1]) ** (1 + UP_DB / DUCK_DB)
    return music * gains.astype(np.float32)


def _mixed(sound: Sound, gain: float) -> Sound:
    return limit((sound * np.float32(gain)).astype(np.float32), CEILING)


def scene_sound(bed: Bed, place: int, voice: NDArray[np.float32] | None, lead: int) -> Sound:
    """(2, samples) of the whole film with a voice in one scene only.

    Args:
        place: number of the scene.
        lead: samples before the first word.
    """
    start, end = scene_of(bed, place)
    spans = [(cut - QUIET, cut + QUIET) for cut in bed.cuts]
    if voice is not None:
        spans.append((start + lead, start + lead + len(voice)))
    done = under(bed.music, spans)
    if voice is not None:
        if start + lead + len(voice) > end - (QUIET if end < done.shape[1] else 0):
            raise ValueError(f"{len(voice)} samples of speech do not fit between {start} and {end}")
        done[:, start + lead : start + lead + len(voice)] += voice
    return _mixed(done, bed.gain)


def scene_of(bed: Bed, place: int) -> tuple[int, int]:
    """First sample of a scene, and the sample after its last."""
    edges = [0, *bed.cuts, bed.music.shape[1]]
    return edges[place], edges[place + 1]


def make_piece(bed: Bed, place: int, voice: NDArray[np.float32] | None, lead: int) -> Piece | None:
    """Encode a scene so that it may be joined with the bed on both sides; None where no joint is exact enough."""
    start, end = scene_of(bed, place)
    count = len(bed.track.sizes)
    sound = bed.sound if voice is None else scene_sound(bed, place, voice, lead)
    energy = heard(sound[:, max(0, start - RATE // 2) : end])[start - max(0, start - RATE // 2) :]
    steps = energy[: len(energy) // _STEP * _STEP].reshape(-1, _STEP).sum(axis=1)
    told = (steps, outline(sound[:, start:end]), true_peak(sound[:, start:end]))
    low = 0 if place == 0 else start // PACKET
    high = count if place == len(bed.cuts) else end // PACKET
    if voice is None:
        return _cut(bed.track, low, high, low, told, 0.0)
    first = max(0, low - _CONTEXT)
    last = min(count, high + _CONTEXT + 1)
    own = encode_sound(sound[:, first * PACKET : last * PACKET])
    # packet n of `own` covers the samples of packet first + n of the film, see tracks.PRIMING
    joints_in = [0] if place == 0 else [one for one in _in(start) if _joins(bed.track, one, own, one - first)]
    joints_out = (
        [count] if place == len(bed.cuts) else [one for one in _out(end) if _joins(own, one - first, bed.track, one)]
    )
    for begin in joints_in:
        for stop in reversed(joints_out):
            error = _error(bed, own, sound, first, begin, stop)
            if error <= 1.0:
                return _cut(own, begin - first, stop - first, begin, told, error)
    return None


def _in(cut: int) -> range:
    """Packets that may be a scene's first: what they share with the one before lies after the cut, before any word."""
    return range(-(-cut // PACKET) + 1, (cut + QUIET) // PACKET + 1)


def _out(cut: int) -> range:
    """Packets before which a scene may end: what they share lies before the cut, after every word."""
    return range(-(-(cut - QUIET) // PACKET) + 1, cut // PACKET + 1)


def _cut(track: Track, low: int, high: int, first: int, told: tuple[Any, str, float], error: float) -> Piece:
    places = np.concatenate(([0], np.cumsum(track.sizes)))
    return Piece(first, track.payload[int(places[low]) : int(places[high])], track.sizes[low:high], *told, error)


def _joins(left: Track, left_end: int, right: Track, right_start: int) -> bool:
    """Whether the packet before one end may be followed by a packet of another encoding of the same samples."""
    if not (0 < left_end <= len(left.sizes) and 0 < right_start < len(right.sizes)):
        return False
    before, own, after = window(left, left_end - 1), window(right, right_start - 1), window(right, right_start)
    if before is None or own is None or after is None:
        return False
    return before[0] in _LONG_END and own[0] in _LONG_END and after[0] in _LONG_START and before[1] == own[1]


def window(track: Track, number: int) -> tuple[int, int] | None:
    """Sequence and shape of a packet's windows; None where its channels have their own.

    Source: ISO/IEC 14496-3, raw_data_block, channel_pair_element and ics_info.
    """
    at = int(track.sizes[:number].sum())
    bits = int.from_bytes(track.payload[at : at + 4], "big")
    pair, common = bits >> 29 == 1, bits >> 24 & 1
    return (bits >> 21 & 3, bits >> 20 & 1) if pair and common else None


def _error(bed: Bed, own: Track, sound: Sound, first: int, begin: int, stop: int) -> float:
    """How much the joints err, beside the error of the bed's own encoding at the same places; at most 1 is as good."""
    worst = 0.0
    for joint, left, right in ((begin, bed.track, own), (stop, own, bed.track)):
        if joint in (0, len(bed.track.sizes)):
            continue
        a, b = (joint - first, joint) if left is own else (joint, joint - first)
        truth = sound[:, (joint - 1) * PACKET : joint * PACKET]
        bad = _off(_spliced(left, max(0, a - 3), a, right, b, b + 3), min(3, a), truth)
        usual = _off(_spliced(bed.track, joint - 3, joint, bed.track, joint, joint + 3), 3, truth)
        worst = max(worst, bad / max(_WORSE * usual, _FLOOR))
    return worst


def _off(track: Track, place: int, truth: Sound) -> float:
    """The largest difference between what comes out for a packet and what should."""
    found = _decoded(track)[:, place * PACKET : (place + 1) * PACKET]
    size = min(found.shape[1], truth.shape[1])
    return float(np.abs(found[:, :size] - truth[:, :size]).max(initial=0.0)) if size else float("inf")


def _spliced(left: Track, low: int, high: int, right: Track, begin: int, end: int) -> Track:
    a, b = (np.concatenate(([0], np.cumsum(one.sizes))) for one in (left, right))
    end = min(end, len(right.sizes))
    payload = left.payload[int(a[low]) : int(a[high])] + right.payload[int(b[begin]) : int(b[end])]
    sizes = np.concatenate([left.sizes[low:high], right.sizes[begin:end]])
    return Track(left.config, payload, sizes, len(sizes) * PACKET)


def _decoded(track: Track) -> Sound:
    """(2, packets · 1024): what comes out for each packet; the first one is the decoder's silence and half a packet."""
    context: Any = av.CodecContext.create("aac", "r")
    context.extradata = track.config
    parts: list[Sound] = []
    at = 0
    for size in track.sizes:
        parts += [frame.to_ndarray() for frame in context.decode(av.Packet(track.payload[at : at + int(size)]))]
        at += int(size)
    parts += [frame.to_ndarray() for frame in context.decode(None)]
    return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)


def join(bed: Track, pieces: Sequence[Piece]) -> Track:
    """A film's track: each scene's packets, the bed's between them."""
    places = np.concatenate(([0], np.cumsum(bed.sizes)))
    parts: list[bytes | memoryview] = []
    sizes: list[NDArray[np.int64]] = []
    at = 0
    whole = memoryview(bed.payload)
    for piece in pieces:
        if piece.first < at:
            raise ValueError(f"a piece begins at packet {piece.first}, before {at}")
        parts += [whole[int(places[at]) : int(places[piece.first])], piece.packets]
        sizes += [bed.sizes[at : piece.first], piece.sizes]
        at = piece.first + len(piece.sizes)
    parts.append(whole[int(places[at]) :])
    sizes.append(bed.sizes[at:])
    return Track(bed.config, b"".join(parts), np.concatenate(sizes), bed.samples)


def level_of(pieces: Sequence[Piece]) -> float:
    """Loudness of a film in LUFS, from its scenes' energies."""
    energy = np.concatenate([piece.energy for piece in pieces])
    each = RATE // 10 // _STEP
    return gated(energy[: len(energy) // each * each].reshape(-1, each).sum(axis=1))
