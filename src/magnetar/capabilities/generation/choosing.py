"""Which provider fills each port: named by a setting, or `auto`, the first that is ready here."""

from __future__ import annotations

from typing import Any

from magnetar.capabilities.generation.ports import (
    Embedder,
    ImageMaker,
    Language,
    Listener,
    PeopleFinder,
    VideoMaker,
    Viewer,
    Voice,
)
from magnetar.kernel.errors import ProviderUnavailable
from magnetar.kernel.ports import Port

_HERE = "magnetar.capabilities.generation.providers"
AUTO = "auto"
LANGUAGES = Port[Language](
    "language", {"llama": f"{_HERE}.llama:make", "openai": f"{_HERE}.openai:language"}, "llama", extra="language"
)
EMBEDDERS = Port[Embedder](
    "embedder", {"e5": f"{_HERE}.e5:make", "openai": f"{_HERE}.openai:embedder"}, "e5", extra="language"
)
IMAGES = Port[ImageMaker](
    "image",
    {
        "drawn": f"{_HERE}.drawn:make",
        "kling": f"{_HERE}.kling:images",
        "openai": f"{_HERE}.openai:images",
        "diffusers": f"{_HERE}.diffusion:images",
    },
    "drawn",
)
VIDEOS = Port[VideoMaker](
    "video",
    {"moving": f"{_HERE}.moving:make", "kling": f"{_HERE}.kling:videos", "diffusers": f"{_HERE}.diffusion:videos"},
    "moving",
)
VOICES = Port[Voice](
    "voice",
    {"kokoro": f"{_HERE}.kokoro:make", "espeak": f"{_HERE}.espeak:make", "openai": f"{_HERE}.openai:voice"},
    "kokoro",
    extra="speech",
)
LISTENERS = Port[Listener](
    "listener", {"whisper": f"{_HERE}.whisper:make", "openai": f"{_HERE}.openai:listener"}, "whisper", extra="speech"
)
VIEWERS = Port[Viewer]("viewer", {"rapidocr": f"{_HERE}.rapidocr:make"}, "rapidocr", extra="ocr")
PEOPLE = Port[PeopleFinder]("people", {"yunet": f"{_HERE}.people:make"}, "yunet")
_READY = {  # what `auto` tries, in order; a remote one only where its address is set, which its maker says
    "language": ("openai", "llama"),
    "embedder": ("e5",),
    "image": ("kling", "drawn"),
    "video": ("kling", "moving"),
    "voice": ("kokoro", "espeak"),
    "listener": ("whisper",),
    "viewer": ("rapidocr",),
    "people": ("yunet",),
}


def choose(port: Port[Any], chosen: str, settings: Any) -> Any | None:
    """The provider of that name; for `auto` the first that is ready, or None.

    Every maker takes the settings and raises ProviderUnavailable where a package, a model or an address is missing.

    Raises:
        UnknownProvider, ProviderUnavailable: a provider that was named is not known, or not ready.
    """
    if chosen == "none":
        return None
    if chosen != AUTO:
        return port.make(chosen, settings)
    for name in _READY[port.name]:
        try:
            return port.make(name, settings)
        except ProviderUnavailable:
            continue
    return None
