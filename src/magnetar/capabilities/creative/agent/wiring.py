"""Connects the creative agent to the catalogue, the models and the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from magnetar.capabilities.catalogue import CatalogueService, Rejected, read_catalogue
from magnetar.capabilities.creative.agent.service import CreativeAgent, Winners, no_winners
from magnetar.capabilities.creative.goods import Found, find, find_in_file, sample_shop
from magnetar.capabilities.generation import Matrix
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.catalogue import Product


def agent_for(
    runtime: Runtime, catalogue: CatalogueService, file: Path | None = None, winners: Winners = no_winners, *, width: int = 1080
) -> CreativeAgent:  # fmt: skip
    """The agent over a merchant's catalogue; over a feed file where one is named; else over the sample shop."""
    currency = runtime.settings.currency
    read: dict[str, list[Product]] = {}

    def goods(merchant: str) -> Sequence[Product]:
        stored = [] if file is not None else list(catalogue.list(merchant))
        shop = sample_shop()
        feed = file or (shop / "catalogue.csv" if shop is not None and not stored else None)
        if feed is None:
            return stored
        if merchant not in read:
            rows = read_catalogue(feed, merchant=merchant, currency=currency)
            read[merchant] = [one for one in rows if not isinstance(one, Rejected)]
        return read[merchant]

    def found(merchant: str, product: str) -> Found:
        return find_in_file(file, product, merchant, currency) if file else find(catalogue, product, merchant, currency)

    font = str(getattr(runtime.settings, "font", "") or "")
    return CreativeAgent(
        goods, found, runtime.store, runtime.bus, runtime.clock, runtime.settings.home,
        matrix=Matrix(runtime.settings), winners=winners, font=font, width=width,
    )  # fmt: skip
