"""The intent graph of the platform or of a file: mined, kept, and asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.behaviours import Told, from_log, read_behaviour, read_texts
from magnetar.app.goods import goods_from, sample_shop
from magnetar.app.imported import with_orders
from magnetar.capabilities.generation import Matrix
from magnetar.capabilities.understanding.intents import (
    Behaviour,
    Blend,
    Extender,
    IntentGraph,
    Level,
    LexiconExtender,
    Matcher,
    Standing,
    build,
    graph_file,
)
from magnetar.capabilities.understanding.providers.language_needs import LanguageNeeds
from magnetar.kernel.chance import Ints
from magnetar.kernel.errors import BadInput, NotFound, ProviderUnavailable
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import Platform
from magnetar.platform.stock import Stock
from magnetar.platform.tokens import Sealer, secret_in

BLEND = Blend(types=0.1, again=8.0, prior=1e-6)
"""Chosen on Online Retail baskets of September 2011, which no figure is reported on."""
LISTED = 12


@dataclass(frozen=True, slots=True)
class Known:
    """A graph with the behaviour that it was mined from."""

    graph: IntentGraph
    told: Told


def told_by_platform(platform: Platform, merchant: str = "") -> Told:
    """What the log says of everything on the shelf, and imported orders; the catalogue alone where there is neither.

    Args:
        merchant: whose items alone count; everybody's where it is empty.

    Raises:
        BadInput: there is neither a shelf nor a catalogue.
    """
    runtime, settings = platform.runtime, platform.runtime.settings
    stock = Stock(runtime.store, settings.currency)
    items = [one.id for one in stock.items]
    mine = {one.id for one in stock.items if merchant in ("", one.merchant)}
    products = {(one.merchant, one.product): one for one in stock.items if one.id in mine}
    words: dict[str, tuple[str, str]] = {}
    for owner in dict.fromkeys(one.merchant for one in stock.items if one.id in mine):
        for product in platform.catalogue.list(owner):
            item = products.get((owner, product.id))
            if item is not None:
                words[item.id] = product.title, product.category
    owners = [merchant] if merchant else list(dict.fromkeys([settings.merchant, *platform.accounts.merchants()]))
    known = {(str(one.merchant), str(one.product)): one.id for one in products.values()}
    if not mine:
        goods = list(platform.catalogue.list(merchant or settings.merchant))
        if not goods and not merchant and not any(map(platform.orders.count, owners)):
            goods = list(goods_from(sample_shop() / "catalogue.csv", settings.merchant, settings.currency))
        items = [str(one.id) for one in goods]
        words = {one.id: (one.title, one.category) for one in goods}
        known = {(merchant or settings.merchant, item): item for item in items}
    titles, categories = ([words.get(item, ("", ""))[side] for item in items] for side in (0, 1))
    told = from_log(runtime.bus.log.read(), items, titles, categories) if mine else _nobody(items, titles, categories)
    told = told if len(mine) in (0, len(items)) else _part(told, mine)
    return with_orders(told, platform, owners, known)


def _nobody(items: list[str], titles: list[str], categories: list[str]) -> Told:
    """A catalogue that nobody has met."""
    return Told(Behaviour.of([], []), [], items, titles, categories)


def _part(told: Told, wanted: set[str]) -> Told:
    """What was told of some of the items, by shoppers who met them."""
    rows = [row for row, item in enumerate(told.items) if item in wanted]
    place = np.full(len(told.items), -1, np.int64)
    place[rows] = np.arange(len(rows))
    seen = told.behaviour.seen_as(place)
    people, who = np.unique(seen.shopper, return_inverse=True)
    behaviour = Behaviour.of(who, seen.item, seen.at, seen.basket, seen.bought)
    return Told(
        behaviour, [told.shoppers[int(one)] for one in people], [told.items[row] for row in rows],
        [told.titles[row] for row in rows], [told.categories[row] for row in rows], told.left_out,
    )  # fmt: skip


def told_by(data: str, texts: str = "") -> Told:
    """What a file says, with titles from another where one is named.

    Raises:
        BadInput: a file cannot be read.
    """
    told = read_behaviour(data)
    return read_texts(texts, told) if texts else told


def mined(told: Told, seed: int = 1, placebo: bool = True, extenders: Sequence[Extender] | None = None) -> Known:
    """The graph of what was told; extenders propose needs, the table of scenes where none is given."""
    titles = told.titles if any(told.titles) else told.items
    graph = build(told.behaviour, told.items, titles, told.categories, extenders=extenders, placebo=placebo, seed=seed)
    return Known(graph, told)


def proposers(named: str, settings: Settings) -> list[Extender]:
    """Who proposes needs: the table of scenes, and a language model where it is named.

    Raises:
        BadInput: no such proposer.
        ProviderUnavailable: no language model is ready here.
    """
    if named not in ("", "lexicon", "language"):
        raise BadInput(f"--propose takes lexicon or language, found {named[:20]!r}.")
    if named != "language":
        return [LexiconExtender()]
    language = Matrix(settings).language
    if language is None:
        raise ProviderUnavailable(
            "没有语言模型 No language model is ready here. Get one with: pip install 'magnetar[language]' and "
            "magnetar models pull qwen-0.5b"
        )
    return [LexiconExtender(), LanguageNeeds(language)]


def mined_for(
    platform: Platform, seed: int = 1, merchant: str = "", extenders: Sequence[Extender] | None = None
) -> Known:
    """The platform's graph, or a merchant's of its own items, mined anew; edges that people took out stay out."""
    known = mined(told_by_platform(platform, merchant), seed, extenders=extenders)
    try:
        old = IntentGraph.load(graph_file(platform.runtime.settings.home, merchant))
    except (NotFound, BadInput):
        return known
    return replace(known, graph=known.graph.carried_from(old))


def kept_for(platform: Platform, merchant: str = "") -> Known:
    """The kept graph, with the log's histories over its items.

    Raises:
        NotFound: none was mined yet.
    """
    graph = IntentGraph.load(graph_file(platform.runtime.settings.home, merchant))
    told = told_by_platform(platform, merchant)
    if not graph.about["events"] and len(told.behaviour):  # mined before anybody came
        return mined_for(platform, merchant=merchant)
    if told.items != graph.items:  # new products since: their events wait for the next mining
        row_of = {item: row for row, item in enumerate(graph.items)}
        place = np.array([row_of.get(item, -1) for item in told.items] or [-1], np.int64)
        told = Told(
            told.behaviour.seen_as(place),
            told.shoppers,
            graph.items,
            graph.titles,
            [""] * len(graph.items),
            told.left_out,
        )
    return Known(graph, told)


def file_of(home: Path, data: str) -> Path:
    """Where the graph of a file is kept."""
    return graph_file(home, f"file-{Path(data).name.split('.')[0]}")


def history_of(known: Known, shopper: str, home: Path | None = None, site: str = "") -> Ints:
    """A shopper's items in time order.

    Args:
        home: where the installation's secret lies; with it, a site's own id of a shopper is found by its digest.

    Raises:
        NotFound: the data hold no such shopper.
    """
    found = known.told.history(shopper)
    if found is None and home is not None:
        digest = f"{Sealer(secret_in(home)).digest('shopper', site, shopper):016x}"
        found = known.told.history(digest)
    if found is None:
        some = ", ".join(known.told.shoppers[:3])
        raise NotFound(
            f"数据里没有用户 {shopper[:60]!r}. · The data hold no shopper {shopper[:60]!r}"
            + (
                f"; among its {len(known.told.shoppers):,} are {some}."
                if some
                else ": nobody has clicked or ordered yet."
            )
        )
    return found


def item_of(graph: IntentGraph, product: str) -> int:
    """The row of a product.

    Raises:
        NotFound: the graph has none of that id.
    """
    if product in graph.items:
        return graph.items.index(product)
    near = [item for item in graph.items if product.lower() in item.lower()][:3] or graph.items[:3]
    raise NotFound(
        f"图谱里没有商品 {product[:60]!r}. · The graph has no product {product[:60]!r}"
        + (f"; it has {', '.join(near)} …" if near else ": it is empty.")
    )


def summary(graph: IntentGraph, most: int = LISTED) -> dict[str, Any]:
    """The graph in figures, with its needs and its strongest edges."""
    links = graph.type_links
    alive = graph.alive(Level.TYPES)
    solid = np.flatnonzero(alive & (links.standing != Standing.HYPOTHESIS))
    order = solid[np.lexsort((links.target[solid], links.source[solid], -links.low[solid]))]
    states = [one.status for one in graph.needs]
    return {
        **graph.about,
        "graph_version": graph.version,
        "item_edges": len(graph.item_links),
        "type_edges": {one.name.lower(): int((links.standing == one).sum()) for one in Standing},
        "removed": sorted(graph.removed),
        "needs": [
            {
                "id": one.id, "name": one.name, "name_en": one.name_en, "status": one.status, "source": one.source,
                "support": one.support, "types": [graph.types[kind] for kind in one.types],
            }
            for one in graph.needs
        ],
        "needs_by_status": {one: states.count(one) for one in dict.fromkeys(states)},
        "edges": [edge_json(graph, Level.TYPES, int(row)) for row in order[: most * 10]],
    }  # fmt: skip


def edge_json(graph: IntentGraph, level: Level, row: int) -> dict[str, Any]:
    """One edge with its evidence."""
    links = graph.links(level)
    names = (
        graph.types
        if level is Level.TYPES
        else [title or item for title, item in zip(graph.titles, graph.items, strict=True)]
    )
    need = int(links.need[row])
    return {
        "edge": graph.edge_id(level, row),
        "source": names[int(links.source[row])],
        "target": names[int(links.target[row])],
        "need": graph.needs[need].name if need >= 0 else None,
        "standing": Standing(int(links.standing[row])).name.lower(),
        "weight": float(links.weight[row]),
        **{
            name: float(getattr(links, name)[row])
            for name in ("support", "expected", "lift", "low", "high", "p", "after", "before", "lag")
        },
        "direction": int(links.direction[row]),
    }


def matcher_of(graph: IntentGraph) -> Matcher:
    """The graph made ready, with the weights of paths that are in use."""
    return Matcher(graph, BLEND)


def seen_words(history: Sequence[int] | Ints, graph: IntentGraph, most: int = 5) -> list[str]:
    """What somebody did last, by title."""
    return [re.sub(r"\s+", " ", graph.titles[int(item)] or graph.items[int(item)]) for item in list(history)[-most:]][
        ::-1
    ]
