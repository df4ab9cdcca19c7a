"""Who wants what: recommenders that learn from histories, and the judge that they are held to."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.recommendation.histories import Histories, histories_of
    from magnetar.capabilities.recommendation.models import BASELINES, MODELS, Cases, Lister, Model, make

__all__ = ["BASELINES", "MODELS", "Cases", "Histories", "Lister", "Model", "histories_of", "make"]

__getattr__ = lazily(
    __name__,
    {
        "histories": ("Histories", "histories_of"),
        "models": ("BASELINES", "MODELS", "Cases", "Lister", "Model", "make"),
    },
)
