"""The arena: market mode. Values are drawn, nobody scrolls; a whole day of bidding takes a fraction of a second.

Families of days, rivals that react, one seat tested against frozen others, and the best that could have been done.
What each family gets right and wrong is written in docs/capabilities/arena.md.
"""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.arena.chair import Chair, SeatBidder, SeatDay
    from magnetar.twin.arena.episode import Draw, Episode
    from magnetar.twin.arena.family import FAMILIES, Family, load_family
    from magnetar.twin.arena.field import Field, Guest, play, play_with
    from magnetar.twin.arena.hindsight import Bound, Constant, Hindsight, best_constant, bound, look_back
    from magnetar.twin.arena.seat import sit

__all__ = [
    "FAMILIES",
    "Bound",
    "Chair",
    "Constant",
    "Draw",
    "Episode",
    "Family",
    "Field",
    "Guest",
    "Hindsight",
    "SeatBidder",
    "SeatDay",
    "best_constant",
    "bound",
    "load_family",
    "look_back",
    "play",
    "play_with",
    "sit",
]

__getattr__ = lazily(
    __name__,
    {
        "chair": ("Chair", "SeatBidder", "SeatDay"),
        "episode": ("Draw", "Episode"),
        "family": ("FAMILIES", "Family", "load_family"),
        "field": ("Field", "Guest", "play", "play_with"),
        "hindsight": ("Bound", "Constant", "Hindsight", "best_constant", "bound", "look_back"),
        "seat": ("sit",),
    },
)
