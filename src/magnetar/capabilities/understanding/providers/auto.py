"""The best reader for a film: words that were written down for it where there are some, else a model where one is ready.

What lies beside a film costs nothing and has no misheard word; name `whisper` or `ocr` to have the film itself read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from magnetar.capabilities.understanding.ports import Models, NoModels, Words
from magnetar.capabilities.understanding.providers.hearing import Hearer
from magnetar.capabilities.understanding.providers.script_beside import ScriptBeside
from magnetar.capabilities.understanding.providers.seeing import Seer
from magnetar.capabilities.understanding.providers.subtitles import Subtitles


class AutoSpeech:
    """Subtitles, else recognition."""

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or NoModels()

    def read(self, film: Path, hints: Sequence[str] = ()) -> Sequence[Words] | None:
        written = Subtitles().read(film)
        if written is not None or self._models.listener is None:
            return written
        return Hearer(self._models).read(film, hints)


class AutoScreen:
    """Our own script, else the text in the pictures."""

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or NoModels()

    def read(self, film: Path) -> Sequence[Words] | None:
        written = ScriptBeside().read(film)
        if written is not None or self._models.viewer is None:
            return written
        return Seer(self._models).read(film)
