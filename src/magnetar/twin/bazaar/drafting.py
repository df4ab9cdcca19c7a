"""Variants of winners in a rehearsal: rows with elements and no pixels, drafts the moment they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from magnetar.capabilities.autopilot.creatives import Wanted
from magnetar.platform.market import Marketplace
from magnetar.twin.bazaar.market import BazaarMarket
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId


class Drafting:
    """Makes what the autopilot asks for, in the platform's library and in the market's hidden truth alike."""

    def __init__(self, platform: Marketplace, market: BazaarMarket) -> None:
        self._platform, self._market = platform, market

    def refine(self, merchant: str, wanted: Sequence[Wanted]) -> None:
        """Make these; the platform numbers them as the market does."""
        library, first = self._platform.creatives.library, len(self._market.creatives)
        parents = {str(one.id): one for one in library.creatives(merchant)}
        made = [
            Creative(
                CreativeId(f"~variant-{first + place:06d}"), ProductId(one.product), "video", MerchantId(merchant),
                category=parents[one.winner].category, angle=parents[one.winner].angle, elements=one.elements,
                group=f"~variant-{first + place:06d}", parent=one.winner, changed=f"{one.sort}:{one.level}",
            )
            for place, one in enumerate(wanted)
        ]  # fmt: skip
        library.add(merchant, made)
        self._platform.creatives.seat(made)
        self._market.take_up(made)
