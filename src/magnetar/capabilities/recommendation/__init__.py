"""Who wants what: recommenders that learn from histories, and the judge that they are held to."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.recommendation.following import NEXT, RECENT, Following, follows
    from magnetar.capabilities.recommendation.histories import Histories, histories_of
    from magnetar.capabilities.recommendation.registry import BASELINES, MODELS, Cases, Lister, Model, make

__all__ = [
    "BASELINES",
    "MODELS",
    "NEXT",
    "RECENT",
    "Cases",
    "Following",
    "Histories",
    "Lister",
    "Model",
    "follows",
    "histories_of",
    "make",
]

__getattr__ = lazily(
    __name__,
    {
        "following": ("NEXT", "RECENT", "Following", "follows"),
        "histories": ("Histories", "histories_of"),
        "registry": ("BASELINES", "MODELS", "Cases", "Lister", "Model", "make"),
    },
)
