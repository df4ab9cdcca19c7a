"""The bazaar: our own world family, latent taste × product × scene, with correlated heavy-tailed values.

What it gets right and wrong is written in docs/capabilities/twin.md.
"""

from magnetar.twin.bazaar.market import Bazaar
from magnetar.twin.bazaar.settings import WORLDS, BazaarSettings

__all__ = ["WORLDS", "Bazaar", "BazaarSettings"]
