"""Creative work: from a product's record to a film, a poster or a moving picture that shows facts only."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.events import FilmMade
    from magnetar.capabilities.creative.film import FilmReport, render_film
    from magnetar.capabilities.creative.goods import Found, find, find_in_file
    from magnetar.capabilities.creative.library import Library
    from magnetar.capabilities.creative.science import Advice, Fatigue, Volume
    from magnetar.capabilities.creative.service import CreativeService, points_for
    from magnetar.capabilities.creative.stills import render_moving, render_still
    from magnetar.capabilities.creative.studio import ASPECTS, Batch, Variant, make_variants
    from magnetar.capabilities.creative.typeface import find_typeface
    from magnetar.capabilities.creative.wiring import connect

__all__ = [
    "ASPECTS",
    "Advice",
    "Batch",
    "CreativeService",
    "Fatigue",
    "FilmMade",
    "FilmReport",
    "Found",
    "Library",
    "Variant",
    "Volume",
    "connect",
    "find",
    "find_in_file",
    "find_typeface",
    "make_variants",
    "points_for",
    "render_film",
    "render_moving",
    "render_still",
]

__getattr__ = lazily(
    __name__,
    {
        "events": ("FilmMade",),
        "film": ("FilmReport", "render_film"),
        "goods": ("Found", "find", "find_in_file"),
        "library": ("Library",),
        "science": ("Advice", "Fatigue", "Volume"),
        "service": ("CreativeService", "points_for"),
        "stills": ("render_moving", "render_still"),
        "studio": ("ASPECTS", "Batch", "Variant", "make_variants"),
        "typeface": ("find_typeface",),
        "wiring": ("connect",),
    },
)
