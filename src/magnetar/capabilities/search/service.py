"""Search that follows the catalogue: one engine for each merchant, and one for the whole site."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from magnetar.capabilities.catalogue import CatalogueImported, CatalogueService
from magnetar.capabilities.search.engine import SearchEngine, Shopper
from magnetar.capabilities.search.hits import Found
from magnetar.capabilities.search.keywords import Keyword, Negative, exclude, expand
from magnetar.capabilities.search.suggesting import Phrases, Suggestion, suggest
from magnetar.capabilities.understanding import plain
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.kernel.store import Collection
from magnetar.vocabulary.catalogue import Product

LONGEST = 500
"""Characters of a query that are read; more is cut off."""
KEPT = 60
"""Longest query that is counted."""


class AskedFor(msgspec.Struct):
    """How often a query was asked, and which products were chosen after it. Nothing of who asked."""

    query: str
    asked: int = 0
    chosen: dict[str, int] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class _Opened:
    engine: SearchEngine
    records: dict[tuple[str, str], Product]
    phrases: Phrases | None = None


class SearchService:
    """Answers queries over a merchant's products, or over everybody's."""

    def __init__(
        self, catalogue: CatalogueService, asked: Collection[AskedFor], merchants: Callable[[], Iterable[str]], seed: int = 1
    ) -> None:  # fmt: skip
        self._catalogue = catalogue
        self._asked = asked
        self._merchants = merchants
        self._seed = seed
        self._turn = threading.RLock()
        self._opened: dict[str, _Opened] = {}

    def on_imported(self, event: CatalogueImported) -> None:
        """A feed changed a merchant's products: engines that know them take the changes in."""
        with self._turn:
            for name, opened in self._opened.items():
                if name in ("", event.merchant):
                    self._refresh(opened, event.merchant)

    def search(
        self, query: str, merchant: str = "", limit: int = 10, *, engine: str = "hybrid", shopper: Shopper | None = None,
        sold: bool = False,
    ) -> Found:  # fmt: skip
        """Products that a query asks for.

        Args:
            merchant: whose products; '' searches everybody's.
            sold: leave out what cannot be bought.
        """
        allowed = _on_sale if sold else None
        found = self.engine(merchant)
        if engine in ("hybrid", "generated", "rrf"):
            found.teach()
        return found.search(query[:LONGEST], limit, engine=engine, shopper=shopper, allowed=allowed)

    def product(self, merchant: str, id: str) -> Product:
        """A product as it is indexed.

        Raises:
            NotFound: the merchant has no such product.
        """
        found = self.engine(merchant).product((merchant, id))
        if found is None:
            raise NotFound(f"没有商品 {id[:80]!r}. · No product {id[:80]!r}.")
        return found

    def suggest(self, prefix: str, merchant: str = "", limit: int = 8) -> list[Suggestion]:
        """Queries that could be meant by what was typed so far."""
        opened = self._open(merchant)
        with self._turn:
            if opened.phrases is None:
                asked = {one.query: one.asked for _, one in self._asked.list(merchant)}
                opened.phrases = Phrases.gather(opened.engine.products(), asked)
            return suggest(opened.phrases, prefix[:LONGEST], opened.engine.spelling, limit)

    def keywords(
        self, merchant: str, id: str, limit: int = 30, neighbours: Sequence[tuple[str, int]] = ()
    ) -> tuple[list[Keyword], list[Negative]]:
        """Keywords and negative keywords of a merchant's product, with reasons.

        Args:
            neighbours: ids of the merchant's products that are bought or clicked with this one, and how often.

        Raises:
            NotFound: the merchant has no such product.
        """
        product = self.product(merchant, id)
        engine = self.engine(merchant)
        log = {one.query: (one.asked, one.chosen.get(id, 0)) for _, one in self._asked.list(merchant)}
        beside = [(found, times) for other, times in neighbours if (found := engine.product((merchant, other)))]

        def place_of(query: str) -> tuple[int, int]:
            return engine.place(query, (merchant, id))

        keywords = expand(product, place_of, engine.bridge, log=log, neighbours=beside, limit=limit)
        return keywords, exclude(product, engine.products(), limit)

    def note(self, merchant: str, query: str, chosen: str = "") -> None:
        """Count a query, or a product chosen after it; queries longer than `KEPT` are not kept."""
        key = plain(query).strip()
        if not key or len(key) > KEPT:
            return
        with self._turn:
            one = self._asked.get(merchant, key) or AskedFor(key)
            if chosen:
                one.chosen[chosen] = one.chosen.get(chosen, 0) + 1
                self.engine(merchant).clicks[merchant, chosen] += 1
            else:
                one.asked += 1
            self._asked.put(merchant, [(key, one)])
            if merchant in self._opened:
                self._opened[merchant].phrases = None

    def engine(self, merchant: str = "") -> SearchEngine:
        """The engine over a merchant's products, or over everybody's; opened when first asked for."""
        return self._open(merchant).engine

    def _open(self, merchant: str) -> _Opened:
        with self._turn:
            opened = self._opened.get(merchant)
            if opened is None:
                owners = [merchant] if merchant else sorted(set(self._merchants()))
                products = [product for owner in owners for product in self._catalogue.list(owner)]
                log = [
                    (one.query, (owner, id))
                    for owner in owners
                    for _, one in self._asked.list(owner)
                    for id in one.chosen
                ]
                engine = SearchEngine.open(products, self._seed, log, taught=False)
                records = {(str(one.merchant), str(one.id)): one for one in products}
                opened = self._opened[merchant] = _Opened(engine, records)
            return opened

    def _refresh(self, opened: _Opened, merchant: str) -> None:
        """Take in what changed of a merchant's products, and nothing else."""
        now = {(merchant, str(one.id)): one for one in self._catalogue.list(merchant)}
        for key in [key for key in opened.records if key[0] == merchant and key not in now]:
            opened.engine.drop(key)
            del opened.records[key]
        changed = [(key, one) for key, one in now.items() if opened.records.get(key) != one]
        for key, one in changed:
            opened.engine.put(one)
            opened.records[key] = one
        if changed:
            opened.phrases = None


def _on_sale(product: Product) -> bool:
    return product.available


def checked(query: str) -> str:
    """A query that can be read.

    Raises:
        BadInput: it holds a character that no text has.
    """
    if "\0" in query:
        raise BadInput("搜索词里有空字符. · The query holds a null character; leave it out.")
    return query
