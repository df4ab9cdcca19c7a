"""Sound that is encoded once for each tune and voice, at the films' loudness, and then only copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.capabilities.creative.coded import pack, settle
from magnetar.capabilities.creative.loudness import RATE, Sound
from magnetar.capabilities.creative.music import Tune, compose
from magnetar.capabilities.creative.segments.mp4 import Audio, Chunk, Counts, read_tables
from magnetar.capabilities.creative.segments.mp4 import compose as compose_file
from magnetar.kernel.chance import Chance

PRIMING = 1024
PACKET = 1024


@dataclass(frozen=True, slots=True)
class Track:
    """A film's sound as packets."""

    config: bytes
    payload: bytes
    sizes: Counts
    samples: int

    def cut(self, ends_s: list[float]) -> Audio:
        """The track with a chunk up to each of these times, so that sound lies beside the pictures it goes with."""
        counts = [min(len(self.sizes), -(-round(end * RATE + PRIMING) // PACKET)) for end in ends_s]
        counts[-1] = len(self.sizes)
        places = np.concatenate(([0], np.cumsum(self.sizes)))
        view, chunks, before = memoryview(self.payload), [], 0
        for count in counts:
            part = (view[int(places[before]) : int(places[count])],) if count > before else ()
            chunks.append(Chunk(part, self.sizes[before:count]))
            before = count
        return Audio(self.config, RATE, PRIMING, self.samples, chunks)


def encode_sound(sound: Sound) -> Track:
    """Encode mastered sound.

    Args:
        sound: (2, samples) at 48 kHz.
    """
    return _track(*pack(sound), sound.shape[1])


def _track(packets: Sequence[Any], config: bytes, samples: int) -> Track:
    held = [bytes(packet) for packet in packets]
    return Track(config, b"".join(held), np.array([len(one) for one in held], np.int64), samples)


def make_track(
    tune: Tune, beats: int, cuts: tuple[int, ...], samples: int, chance: Chance
) -> tuple[Track, Sound, float, float]:
    """Play a tune, bring it to −14 LUFS with peaks that hold after encoding; the sound, its loudness and its true peak come back too."""
    raw = compose(tune, beats, cuts, chance)
    if raw.shape[1] < samples:
        raw = np.pad(raw, ((0, 0), (0, samples - raw.shape[1])))
    done = settle(np.ascontiguousarray(raw[:, :samples]))
    return _track(done.packets, done.config, done.sound.shape[1]), done.sound, done.lufs, done.peak_db


def to_file(track: Track) -> bytes:
    """A track as a sound file of its own."""
    head, pieces = compose_file(None, track.cut([track.samples / RATE]), {})
    return b"".join([head, *pieces])


def from_file(data: bytes, config: bytes) -> Track:
    """A track from its file.

    Args:
        config: the AudioSpecificConfig, the same for all tracks of ours.

    Raises:
        ValueError: it is not one.
    """
    [table], (start, end) = read_tables(data)
    if int(table.sizes.sum()) != end - start:
        raise ValueError("the packets do not fill the file")
    return Track(config, data[start:end], table.sizes, round(table.shown))
