"""Sound that is encoded once for each tune and voice, at the films' loudness, and then only copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from magnetar.capabilities.creative.encode import AUDIO_BITS
from magnetar.capabilities.creative.loudness import RATE, Sound, master
from magnetar.capabilities.creative.music import Tune, compose
from magnetar.capabilities.creative.segments.mp4 import Audio, Chunk, Counts, read_tables
from magnetar.capabilities.creative.segments.mp4 import compose as compose_file
from magnetar.kernel.chance import Chance

PRIMING = 1024
PACKET = 1024
_STEP = 16_384
_GLOBAL_HEADER = 1 << 22


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
    context: Any = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    context.bit_rate, context.options = AUDIO_BITS, {"aac_coder": "fast"}
    context.flags |= _GLOBAL_HEADER
    packets: list[bytes] = []
    for start in range(0, sound.shape[1], _STEP):
        part = np.ascontiguousarray(sound[:, start : start + _STEP], np.float32)
        frame: Any = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, start
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None)]
    sizes = np.array([len(packet) for packet in packets], np.int64)
    return Track(bytes(context.extradata), b"".join(packets), sizes, sound.shape[1])


def make_track(
    tune: Tune, beats: int, cuts: tuple[int, ...], samples: int, chance: Chance
) -> tuple[Track, Sound, float, float]:
    """Play a tune, bring it to −14 LUFS and encode it; the sound, its loudness and its true peak come back too."""
    raw = compose(tune, beats, cuts, chance)
    if raw.shape[1] < samples:
        raw = np.pad(raw, ((0, 0), (0, samples - raw.shape[1])))
    sound, level, peak = master(np.ascontiguousarray(raw[:, :samples]))
    return encode_sound(sound), sound, level, peak


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
