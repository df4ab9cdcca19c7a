"""What is said in a film, heard by the listener of `generation` (whisper-base): the film's sound at 16 kHz, in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from magnetar.capabilities.understanding.frames import FILMS, LONGEST_S
from magnetar.capabilities.understanding.ports import Models, Words
from magnetar.kernel.errors import ProviderUnavailable

RATE = 16_000
PIECE_S = 300.0
"""Seconds that are heard in one call."""
LEAST_S = 10.5
"""Shorter sound is followed by silence up to here: recognition looks for speech first only in more than 10 s."""
SURE = 0.35
"""Mean probability of a piece's tokens below which it is taken for music or noise."""
LEAST_WORD_S = 0.06
"""Least seconds that a character or word takes on the whole; faster text was made up, not said."""
_SIGN = re.compile(r"[\u3400-\u9fff]|[a-z0-9']+", re.IGNORECASE)


class Hearer:
    """Recognised speech; claims of it are `said.whisper`."""

    def __init__(self, models: Models | None = None) -> None:
        """
        Raises:
            ProviderUnavailable: no listener is ready here.
        """
        listener = models.listener if models else None
        if listener is None:
            raise ProviderUnavailable(
                "没有语音识别 No speech recognition is ready here. Get it with: pip install 'magnetar[speech]' and "
                "magnetar models pull whisper-base --unverified"
            )
        self._listener = listener

    def read(self, film: Path, hints: Sequence[str] = ()) -> Sequence[Words] | None:
        """What is said; nothing for music and silence, None where the film has no sound."""
        sound = sound_of(film)
        if sound is None:
            return None
        found: list[Words] = []
        step = round(PIECE_S * RATE)
        for first in range(0, len(sound), step):
            part = sound[first : first + step]
            length_s, at_s = len(part) / RATE, first / RATE
            if len(part) < LEAST_S * RATE:
                part = np.pad(part, (0, round(LEAST_S * RATE) - len(part)))
            for one in self._listener.listen(part, RATE, hints=tuple(hints)):
                start, end = one.start_s, min(one.end_s, length_s)
                if end > start and believable(one.text, end - start, one.confidence):
                    found.append(Words(at_s + start, at_s + end, one.text.strip(), f"said.{self._listener.name}"))
        return found


def believable(text: str, seconds: float, confidence: float) -> bool:
    """Whether recognised text may have been said: sure enough, and no faster than anybody speaks.

    >>> believable("今天介绍榨汁杯", 1.6, 0.8), believable("今天介绍榨汁杯", 0.2, 0.8), believable("♪", 2.0, 0.9)
    (True, False, False)
    """
    signs = len(_SIGN.findall(text))
    return signs > 0 and confidence >= SURE and seconds >= LEAST_WORD_S * signs


def sound_of(film: Path) -> NDArray[np.float32] | None:
    """(n,) mono samples at 16 kHz, at most the first 30 minutes; None where there is no sound that can be decoded."""
    parts: list[NDArray[np.float32]] = []
    length = 0
    try:
        with av.open(str(film), options=FILMS) as box:
            if not box.streams.audio:
                return None
            mixer: Any = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            for frame in box.decode(box.streams.audio[0]):
                for one in mixer.resample(frame):
                    parts.append(one.to_ndarray().ravel().astype(np.float32))
                    length += len(parts[-1])
                if length > LONGEST_S * RATE:
                    break
            for one in mixer.resample(None):
                parts.append(one.to_ndarray().ravel().astype(np.float32))
    except (FFmpegError, ValueError):
        return None
    return np.clip(np.concatenate(parts), -1.0, 1.0)[: round(LONGEST_S * RATE)] if parts else None
