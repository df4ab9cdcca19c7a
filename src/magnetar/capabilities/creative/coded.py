"""A film's sound as its file holds it: mastered, encoded once, and heard again before it is kept.

An audio encoder's peaks are not those that it was given, so the level is settled by what comes out of the decoder; the
packets that were heard are those that the film gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from magnetar.capabilities.creative.loudness import PEAK_DB, RATE, ROOM_DB, Sound, master, true_peak

BITS, OPTIONS = 160_000, {"aac_coder": "fast"}
_STEP = 16_384
_SPARE_DB = 0.3
"""Kept below the limit of the true peak after encoding."""
_GLOBAL_HEADER = 1 << 22
"""The configuration stands before the packets."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Sound with its packets, which are written once."""

    sound: Sound
    """(2, samples) at 48 kHz, as it was given to the encoder."""
    lufs: float
    peak_db: float
    """True peak before encoding."""
    packets: Sequence[Any]
    config: bytes
    """What a decoder needs for them (AudioSpecificConfig)."""


def pack(sound: Sound) -> tuple[list[Any], bytes]:
    """AAC packets of a sound, and the configuration that a decoder needs for them."""
    coder: Any = av.CodecContext.create("aac", "w")
    coder.sample_rate, coder.layout, coder.format = RATE, "stereo", "fltp"
    coder.bit_rate, coder.options = BITS, OPTIONS
    coder.flags |= _GLOBAL_HEADER
    packets: list[Any] = []
    for start in range(0, sound.shape[1], _STEP):
        part = np.ascontiguousarray(sound[:, start : start + _STEP], np.float32)
        frame: Any = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, start
        packets += coder.encode(frame)
    packets += coder.encode(None)
    return packets, bytes(coder.extradata)


def encode(sound: Sound) -> tuple[list[Any], Sound]:
    """AAC packets of a sound, and what is heard of them (some samples later: the encoder's delay)."""
    packets, config = pack(sound)
    return packets, _heard(packets, config)


def _heard(packets: Sequence[Any], config: bytes) -> Sound:
    reader: Any = av.CodecContext.create("aac", "r")
    reader.extradata = config
    parts = [frame.to_ndarray() for packet in packets for frame in reader.decode(packet)]
    return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)


def settle(mixed: Sound) -> Coded:
    """Bring sound to −14 LUFS and encode it; lower at its peaks until they hold after encoding, too."""
    room_db = ROOM_DB
    for _ in range(4):
        sound, lufs, peak = master(mixed, room_db=room_db)
        packets, config = pack(sound)
        over = true_peak(_heard(packets, config)) - (PEAK_DB - _SPARE_DB)
        if over <= 0:
            break
        room_db += over + _SPARE_DB
    return Coded(sound, lufs, peak, packets, config)
