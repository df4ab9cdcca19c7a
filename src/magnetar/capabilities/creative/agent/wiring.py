"""Connects the creative agent to the catalogue, the models and the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from magnetar.capabilities.catalogue import CatalogueService, Rejected, read_catalogue
from magnetar.capabilities.creative.agent.service import CreativeAgent, Render, Winners
from magnetar.capabilities.creative.agent.talk import Case
from magnetar.capabilities.creative.goods import Found, find, find_in_file, sample_shop
from magnetar.capabilities.creative.library import Library
from magnetar.capabilities.generation import Matrix
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.catalogue import Product


def agent_for(
    runtime: Runtime, catalogue: CatalogueService, file: Path | None = None, winners: Winners | None = None, *, width: int = 1080,
    render: Render | None = None,
) -> CreativeAgent:  # fmt: skip
    """The agent over a merchant's catalogue; over a feed file where one is named; else over the sample shop.

    Args:
        winners: what worked; by default the library's.
        render: makes films elsewhere, such as in a process of its own.
    """
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
        matrix=Matrix(runtime.settings), winners=winners or winners_of(Library(runtime.store)), font=font, width=width, render=render,
    )  # fmt: skip


def winners_of(library: Library) -> Winners:
    """What worked, from the library: the merchant's own films by their words, the market's angles by name."""

    def winners(merchant: str, product: Product, most: int) -> list[Case]:
        return [
            Case(
                one.creative.opening if one.creative else one.angle, one.figures.impressions, one.figures.ctr or 0.0,
                one.creative is not None, str(one.creative.product) if one.creative else "", one.angle,
            )
            for one in library.winners(merchant, product.top_category, most)
        ][:most]  # fmt: skip

    return winners
