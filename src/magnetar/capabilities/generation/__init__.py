"""Foundation models as ports: language, image, video, speech, vision, embedding; a model store; a task service."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.generation.matrix import Matrix
    from magnetar.capabilities.generation.ports import (
        Cost,
        Embedder,
        FilmWanted,
        Heard,
        ImageMaker,
        Language,
        Listener,
        Made,
        Mark,
        Message,
        PictureWanted,
        Speech,
        TextSeen,
        VideoMaker,
        Viewer,
        Voice,
        Written,
    )
    from magnetar.capabilities.generation.speakers import find_speaker
    from magnetar.capabilities.generation.tasks.prices import Prices
    from magnetar.capabilities.generation.weighing import estimated_seconds, spread_marks

__all__ = [
    "Cost",
    "Embedder",
    "FilmWanted",
    "Heard",
    "ImageMaker",
    "Language",
    "Listener",
    "Made",
    "Mark",
    "Matrix",
    "Message",
    "PictureWanted",
    "Prices",
    "Speech",
    "TextSeen",
    "VideoMaker",
    "Viewer",
    "Voice",
    "Written",
    "estimated_seconds",
    "find_speaker",
    "spread_marks",
]

__getattr__ = lazily(
    __name__,
    {
        "matrix": ("Matrix",),
        "speakers": ("find_speaker",),
        "tasks.prices": ("Prices",),
        "weighing": ("estimated_seconds", "spread_marks"),
        "ports": (
            "Cost",
            "Embedder",
            "FilmWanted",
            "Heard",
            "ImageMaker",
            "Language",
            "Listener",
            "Made",
            "Mark",
            "Message",
            "PictureWanted",
            "Speech",
            "TextSeen",
            "VideoMaker",
            "Viewer",
            "Voice",
            "Written",
        ),
    },
)
