"""The bazaar: our own world family, latent taste × product × scene, with correlated heavy-tailed values.

What it gets right and wrong is written in docs/capabilities/twin.md.
"""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.bazaar.market import Bazaar
    from magnetar.twin.bazaar.settings import WORLDS, BazaarSettings

__all__ = ["WORLDS", "Bazaar", "BazaarSettings"]

__getattr__ = lazily(
    __name__,
    {
        "market": ("Bazaar",),
        "settings": (
            "WORLDS",
            "BazaarSettings",
        ),
    },
)
