"""The clips' own sound: decoded, speech in it found by its energy, and laid low under the music."""

from __future__ import annotations

from collections.abc import Sequence

import av
import av.logging
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from magnetar.capabilities.creative.cutting.footage import MOST_S, Footage, open_box
from magnetar.capabilities.creative.loudness import RATE, Sound, loudness

OWN_LUFS = -27.0
"""The clips' own sound, with the music at −20 before mastering."""
_FADE = RATE // 25
_HOP_S, _PAUSE_S, _LEAST_S = 0.02, 0.3, 0.2


def sound_of_clip(footage: Footage, rate: int = RATE) -> Sound:
    """(2, samples) of a clip's first sound track from its first frame on; empty where there is none that can be decoded."""
    parts: list[NDArray[np.float32]] = []
    start = 0.0
    level = av.logging.get_level()
    av.logging.set_level(av.logging.PANIC)
    try:
        with open_box(footage.path) as box:
            if not box.streams.audio:
                return np.zeros((2, 0), np.float32)
            zero = float((box.streams.video[0].start_time or 0) * box.streams.video[0].time_base)
            resampler = av.AudioResampler("fltp", "stereo", rate)
            for packet in box.demux(box.streams.audio[0]):
                try:
                    decoded = packet.decode()
                except FFmpegError:
                    continue
                for frame in decoded:
                    if not parts:
                        start = float(frame.time or 0.0) - zero
                    frame.pts = None
                    parts += [np.asarray(one.to_ndarray(), np.float32) for one in resampler.resample(frame)]
                if sum(one.shape[1] for one in parts[-1:]) and len(parts) * 1024 > MOST_S * rate * 2:
                    break
    except (FFmpegError, ValueError, OSError):
        pass
    finally:
        av.logging.set_level(level)
    if not parts:
        return np.zeros((2, 0), np.float32)
    whole = np.concatenate(parts, axis=1).astype(np.float32)
    lead = round(start * rate)
    return np.pad(whole, ((0, 0), (lead, 0))) if lead > 0 else whole[:, -lead:]


def speech_in(sound: Sound, rate: int = RATE) -> list[tuple[float, float]]:
    """Stretches of speech by energy alone: louder than the clip's own ground by 10 dB, pauses under 0.3 s closed."""
    hop = round(_HOP_S * rate)
    count = sound.shape[1] // hop
    if count < 10:
        return []
    power = (sound[:, : count * hop].reshape(len(sound), count, hop).astype(np.float64) ** 2).mean(axis=(0, 2))
    level = 10 * np.log10(np.maximum(power, 1e-10))
    ground = float(np.percentile(level, 15))
    loud = level > max(ground + 10.0, -48.0)
    found: list[list[float]] = []
    for place in np.flatnonzero(loud):
        at = float(place) * _HOP_S
        if found and at - found[-1][1] <= _PAUSE_S:
            found[-1][1] = at + _HOP_S
        else:
            found.append([at, at + _HOP_S])
    return [(a, b) for a, b in found if b - a >= _LEAST_S]


def kept_spans(
    spans: Sequence[tuple[float, float]], start_s: float, end_s: float
) -> tuple[list[tuple[float, float]], int]:
    """What of a stretch's own sound is kept so that no cut falls inside speech: everything but sentences that the edges cut.

    Returns:
        (start, end) of what is kept, and how many sentences are left out.
    """
    kept, left = [(start_s, end_s)], 0
    for begin, end in spans:
        if (begin < start_s < end) or (begin < end_s < end):
            left += 1
            kept = [
                piece
                for low, high in kept
                for piece in ((low, min(high, begin)), (max(low, end), high))
                if piece[1] - piece[0] > 0.1
            ]
    return kept, left


def own_track(samples: int, pieces: Sequence[tuple[int, Sound, float, Sequence[tuple[float, float]]]]) -> Sound:
    """The clips' own sound on the film's time.

    Args:
        pieces: (first sample of the film, sound of the clip, second of the clip there, what of it is kept).
    """
    line = np.zeros((2, samples), np.float32)
    for at, sound, start_s, kept in pieces:
        for begin, end in kept:
            part = sound[:, round(begin * RATE) : round(end * RATE)].copy()
            fade = min(_FADE, part.shape[1] // 2)
            if fade:
                ramp = np.linspace(0, 1, fade, dtype=np.float32)
                part[:, :fade] *= ramp
                part[:, -fade:] *= ramp[::-1]
            first = at + round((begin - start_s) * RATE)
            part = part[:, : max(0, samples - first)]
            line[:, first : first + part.shape[1]] += part
    level = loudness(line)
    return line * np.float32(10 ** ((OWN_LUFS - level) / 20)) if np.isfinite(level) else line
