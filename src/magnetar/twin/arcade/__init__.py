"""The arcade: a world by another generator than the bazaar, to judge with what was fitted to logs alone.

Visits are chains of intents, clicks a nested choice among what a page shows, prices are weighed
against a reference with a kink, activity has a power-law tail, fashions drift, and rivals keep
habits. What it gets right and wrong is written in docs/capabilities/twin-certification.md.
"""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.twin.arcade.market import Arcade, ArcadeMarket

__all__ = ["Arcade", "ArcadeMarket"]

__getattr__ = lazily(__name__, {"market": ("Arcade", "ArcadeMarket")})
