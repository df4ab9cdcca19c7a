"""Foundation models as ports: language, image, video, speech, vision, embedding; a model store; a task service."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.generation.matrix import Matrix
    from magnetar.capabilities.generation.ports import (
        Cost,
        Embedder,
        Face,
        FilmWanted,
        Heard,
        ImageMaker,
        Language,
        Listener,
        Made,
        Mark,
        Message,
        PeopleFinder,
        PictureWanted,
        Speech,
        TextSeen,
        VideoMaker,
        Viewer,
        Voice,
        Written,
    )
    from magnetar.capabilities.generation.rendering.framing import cut_out, faces_in
    from magnetar.capabilities.generation.speakers import find_speaker
    from magnetar.capabilities.generation.tasks.prices import Prices
    from magnetar.capabilities.generation.weighing import estimated_seconds, spread_marks

__all__ = [
    "Cost",
    "Embedder",
    "Face",
    "FilmWanted",
    "Heard",
    "ImageMaker",
    "Language",
    "Listener",
    "Made",
    "Mark",
    "Matrix",
    "Message",
    "PeopleFinder",
    "PictureWanted",
    "Prices",
    "Speech",
    "TextSeen",
    "VideoMaker",
    "Viewer",
    "Voice",
    "Written",
    "cut_out",
    "estimated_seconds",
    "faces_in",
    "find_speaker",
    "spread_marks",
]

__getattr__ = lazily(
    __name__,
    {
        "matrix": ("Matrix",),
        "rendering.framing": ("cut_out", "faces_in"),
        "speakers": ("find_speaker",),
        "tasks.prices": ("Prices",),
        "weighing": ("estimated_seconds", "spread_marks"),
        "ports": (
            "Cost",
            "Embedder",
            "Face",
            "FilmWanted",
            "Heard",
            "ImageMaker",
            "Language",
            "Listener",
            "Made",
            "Mark",
            "Message",
            "PeopleFinder",
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
