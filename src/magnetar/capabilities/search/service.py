"""Search that follows the catalogue: one engine for each merchant, and one for the whole site."""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
MOST = 20_000
"""Queries of one merchant that are kept; the least asked give way."""
CHOSEN = 200
"""Products of one query that are counted."""
_PRIVATE = re.compile(r"\d{7,}|@|://|www\.")
"""Numbers of telephones and cards, addresses: nobody else should be offered these, so they are not kept."""


class AskedFor(msgspec.Struct):
    """How often a query was asked, and which products were chosen after it. Nothing of who asked."""

    query: str
    asked: int = 0
    chosen: dict[str, int] = msgspec.field(default_factory=dict)


class Heard(NamedTuple):
    """A query of a merchant's, or of the whole site's (''), and how often it was asked, or a product chosen after it."""

    merchant: str
    query: str
    chosen: str
    """Empty where the asking itself is counted."""
    times: int = 1


def worth_keeping(query: str) -> str:
    """A query as it is counted; empty where it is not: too long, without a word, or with what names a person.

    >>> worth_keeping("  Thermos  500ML ")
    'thermos 500ml'
    >>> worth_keeping("call 13800138000")
    ''
    """
    key = " ".join(plain(query).split())
    fit = 0 < len(key) <= KEPT and key.isprintable() and any(one.isalnum() for one in key)
    return key if fit and not _PRIVATE.search(query) else ""


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
        self._learning = threading.Lock()
        self.fresh = 0
        """Choices counted since the whole site's engine last learned."""
        self.neighbours: Callable[[str, str], Sequence[tuple[str, int]]] = _nobody
        """(merchant, product) → products chosen with it, and how often."""

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
            neighbours: ids of the merchant's products that are bought or clicked with this one, and how often;
                where none are given, what the service's own `neighbours` names.

        Raises:
            NotFound: the merchant has no such product.
        """
        product = self.product(merchant, id)
        engine = self.engine(merchant)
        log = {one.query: (one.asked, one.chosen.get(id, 0)) for _, one in self._asked.list(merchant)}
        near = neighbours or self.neighbours(merchant, id)
        beside = [(found, times) for other, times in near if (found := engine.product((merchant, other)))]

        def place_of(query: str) -> tuple[int, int]:
            return engine.place(query, (merchant, id))

        keywords = expand(product, place_of, engine.bridge, log=log, neighbours=beside, limit=limit)
        return keywords, exclude(product, engine.products(), limit)

    def note(self, merchant: str, query: str, chosen: str = "") -> None:
        """Count a query, or a product chosen after it; what is not `worth_keeping` is not kept."""
        self.note_many([Heard(merchant, query, chosen)])

    def note_many(self, heard: Iterable[Heard]) -> int:
        """Count queries and choices together, in one write for each merchant; returns how many records were written."""
        counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for one in heard:
            key = worth_keeping(one.query)
            if key and one.times > 0:
                counts[one.merchant][key][one.chosen] += one.times
        written = 0
        for merchant, queries in counts.items():
            with self._turn:
                records = [(key, self._counted(merchant, key, more)) for key, more in queries.items()]
                self._asked.put(merchant, records)
                written += len(records)
                self._make_room(merchant)
                if merchant in self._opened:
                    self._opened[merchant].phrases = None
        return written

    def _counted(self, merchant: str, key: str, more: Counter[str]) -> AskedFor:
        one = self._asked.get(merchant, key) or AskedFor(key)
        for chosen, times in more.items():
            if not chosen:
                one.asked += times
            elif chosen in one.chosen or len(one.chosen) < CHOSEN:
                one.chosen[chosen] = one.chosen.get(chosen, 0) + times
                self.fresh += times
                for whose in (merchant, ""):
                    if whose in self._opened:
                        self._opened[whose].engine.clicks[merchant, chosen] += times
        return one

    def _make_room(self, merchant: str) -> None:
        over = self._asked.count(merchant) - MOST
        if over > 0:
            kept = [(one.asked + 4 * sum(one.chosen.values()), key) for key, one in self._asked.list(merchant)]
            self._asked.delete(merchant, [key for _, key in sorted(kept)[: over + MOST // 10]])

    def learn(self, merchant: str = "") -> None:
        """Train an engine on the catalogue and the log as they are, and put it in place of the one that answers.

        Nobody waits: the other one answers meanwhile, and what changed in the catalogue since is taken in.
        """
        with self._learning:
            opened = self._open(merchant)
            with self._turn:
                products, log, fresh = list(opened.records.values()), self._log(merchant), self.fresh
            engine = SearchEngine.open(products, self._seed, log)
            with self._turn:
                engine.clicks = opened.engine.clicks
                new = _Opened(engine, {(str(one.merchant), str(one.id)): one for one in products})
                self._opened[merchant] = new
                for owner in self._owners(merchant):
                    self._refresh(new, owner)
                if not merchant:
                    self.fresh -= fresh

    def _owners(self, merchant: str) -> list[str]:
        return [merchant] if merchant else sorted(set(self._merchants()))

    def _log(self, merchant: str) -> list[tuple[str, tuple[str, str]]]:
        """(query, product chosen) pairs, those chosen most first."""
        found = [
            (times, one.query, (owner, id))
            for owner in self._owners(merchant)
            for _, one in self._asked.list(owner)
            for id, times in one.chosen.items()
        ]
        return [(query, key) for _, query, key in sorted(found, key=lambda one: (-one[0], one[1:]))]

    def engine(self, merchant: str = "") -> SearchEngine:
        """The engine over a merchant's products, or over everybody's; opened when first asked for."""
        return self._open(merchant).engine

    def _open(self, merchant: str) -> _Opened:
        with self._turn:
            opened = self._opened.get(merchant)
            if opened is None:
                owners = self._owners(merchant)
                products = [product for owner in owners for product in self._catalogue.list(owner)]
                log = self._log(merchant)
                engine = SearchEngine.open(products, self._seed, log, taught=False)
                for owner in owners:
                    for _, one in self._asked.list(owner):
                        engine.clicks.update({(owner, id): times for id, times in one.chosen.items()})
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


def _nobody(merchant: str, id: str) -> Sequence[tuple[str, int]]:
    """Nothing is known to be chosen together."""
    del merchant, id
    return ()


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
