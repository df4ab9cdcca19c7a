"""Search that follows the catalogue: one engine for each merchant, and one for the whole site."""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec

from magnetar.capabilities.catalogue import CatalogueImported, CatalogueService
from magnetar.capabilities.search.engine import LEXICAL, Key, SearchEngine, Shopper
from magnetar.capabilities.search.hits import Found, Reason
from magnetar.capabilities.search.keeping import Keeper
from magnetar.capabilities.search.keywords import Keyword, Negative, exclude, expand
from magnetar.capabilities.search.lessons import CHANGED, Verdict, changed_share, held_out, judge
from magnetar.capabilities.search.suggesting import Phrases, Suggestion, suggest
from magnetar.capabilities.understanding import plain
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.kernel.store import Collection
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import OPERATOR

LONGEST = 500
"""Characters of a query that are read; more is cut off."""
KEPT = 60
"""Longest query that is counted."""
MOST = 20_000
"""Queries of one merchant that are kept; the least asked give way."""
TOLD = 60
"""Verdicts that are kept, the latest."""
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
    judged_on: dict[Key, str] = field(default_factory=dict[Key, str])
    """What the products said when an engine was last learned on them, whether it took over or not."""

    @property
    def due(self) -> bool:
        """Whether there is enough to learn that the engine does not know."""
        if len(self.engine) < 2:
            return False
        return not self.judged_on or changed_share(self.engine.digests(), self.judged_on) >= CHANGED


class SearchService:
    """Answers queries over a merchant's products, or over everybody's.

    The first answer comes from words and pieces; vectors, the generator and the gate's weights are learned behind it,
    or read from the file of the last lesson.
    """

    def __init__(
        self, catalogue: CatalogueService, asked: Collection[AskedFor], merchants: Callable[[], Iterable[str]], seed: int = 1, *,
        verdicts: Collection[Verdict] | None = None, keeper: Keeper | None = None, now: Callable[[], int] = lambda: 0,
    ) -> None:  # fmt: skip
        """`keeper`: where engines outlive the process; without one they stay in memory."""
        self._verdicts, self._keeper, self._now = verdicts, keeper, now
        self._due: dict[str, None] = {}
        """Whose lessons are waiting or under way."""
        self._worker: threading.Thread | None = None
        self._closed = False
        self._generation: Counter[str] = Counter()
        self.trouble = ""
        """Why the last lesson failed; empty where it did not."""
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
                    if opened.judged_on and opened.due:
                        self.begin(name)

    def search(
        self, query: str, merchant: str = "", limit: int = 10, *, engine: str = "hybrid", shopper: Shopper | None = None,
        sold: bool = False,
    ) -> Found:  # fmt: skip
        """Products that a query asks for.

        Args:
            merchant: whose products; '' searches everybody's.
            sold: leave out what cannot be bought.

        Returns:
            What was found. Where the engine has yet to learn, `hybrid` answers at once by words and pieces, says so
            (`engine` is 'lexical'), and learns in the background; engines that are nothing untaught learn first.
        """
        opened = self._open(merchant)
        if engine in ("dense", "generated", "rrf") and not opened.engine.learned:
            self.learn(merchant)
            opened = self._open(merchant)
        elif engine == "hybrid" and opened.due:
            self.begin(merchant)
        allowed = _on_sale if sold else None
        found = opened.engine.search(query[:LONGEST], limit, engine=engine, shopper=shopper, allowed=allowed)
        return replace(found, notes=(*found.notes, _LEARNING)) if found.engine == LEXICAL and found.hits else found

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

    # ---- lessons

    def due(self, merchant: str = "") -> bool:
        """Whether the engine has yet to learn, or the catalogue is no longer the one that it learned on."""
        with self._turn:
            return self._open(merchant).due

    def generation(self, merchant: str = "") -> int:
        """How often an engine took another's place: answers of an older one need not hold."""
        return self._generation[merchant]

    def begin(self, merchant: str = "") -> bool:
        """Learn in the background; False where that goes on already or the service is closed."""
        with self._turn:
            if self._closed or merchant in self._due:
                return False
            self._due[merchant] = None
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="search lessons", daemon=True)
                self._worker.start()
            return True

    @property
    def busy(self) -> bool:
        """Whether a lesson is under way in the background."""
        return bool(self._due)

    def close(self) -> None:
        """Begin no lesson any more, and let one under way come to nothing."""
        with self._turn:
            self._closed = True

    def _work(self) -> None:
        while True:
            with self._turn:
                if self._closed or not self._due:
                    self._due.clear()
                    self._worker = None
                    return
                merchant = next(iter(self._due))
            try:
                self.learn(merchant)
                self.trouble = ""
            except Exception as error:  # the engine in use goes on; the operator sees why
                self.trouble = f"{merchant or '*'}: {type(error).__name__}: {error}"
                with self._turn:
                    if not self._closed and merchant in self._opened:
                        opened = self._opened[merchant]
                        opened.judged_on = opened.engine.digests()  # not again before the catalogue changes
            with self._turn:
                self._due.pop(merchant, None)

    def learn(self, merchant: str = "") -> Verdict | None:
        """Train an engine on the catalogue and the log as they are; it takes over where it is not worse.

        Nobody waits: the other one answers meanwhile, and what changed in the catalogue since is taken in. What takes
        over is kept in a file, where the service has a folder.

        Returns:
            The verdict; None where the service was closed meanwhile.
        """
        with self._learning:
            with self._turn:
                if self._closed:
                    return None
                opened = self._open(merchant)
                products, log, fresh = list(opened.records.values()), self._log(merchant), self.fresh
            engine = SearchEngine.open(products, self._seed, [one for one in log if not held_out(one[0])])
            new = _Opened(engine, {(str(one.merchant), str(one.id)): one for one in products}, None, engine.digests())
            state = engine.state()
            with self._turn:
                if self._closed:
                    return None
                for owner in self._owners(merchant):
                    self._refresh(new, owner)
            if opened.engine.learned and len(engine) > 1:
                verdict = judge(engine, opened.engine, log, at=self._now(), merchant=merchant, seed=self._seed)
            else:
                verdict = Verdict(self._now(), merchant, len(engine), True, 0, 0, 0.0, 0.0, 0.0, _FIRST)
            with self._turn:
                if self._closed:
                    return None
                if verdict.takes_over:
                    for owner in self._owners(merchant):
                        self._refresh(new, owner)
                    engine.clicks = opened.engine.clicks
                    self._opened[merchant] = new
                    self._generation[merchant] += 1
                else:
                    opened.judged_on = new.judged_on
                if not merchant:
                    self.fresh -= fresh
                self._say(verdict)
            if verdict.takes_over and state is not None and self._keeper is not None:
                self._keeper.write(state, merchant, self._seed)
            return verdict

    def verdicts(self) -> list[Verdict]:
        """What became of lessons, the latest first."""
        return [one for _, one in self._verdicts.list(OPERATOR)][::-1] if self._verdicts is not None else []

    def _say(self, verdict: Verdict) -> None:
        if self._verdicts is None:
            return
        keys = [key for key, _ in self._verdicts.list(OPERATOR)]
        self._verdicts.put(OPERATOR, [(f"{int(keys[-1]) + 1 if keys else 0:012d}", verdict)])
        self._verdicts.delete(OPERATOR, keys[: max(0, len(keys) + 1 - TOLD)])

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
                engine = SearchEngine.open(products, self._seed, taught=False)
                for owner in owners:
                    for _, one in self._asked.list(owner):
                        engine.clicks.update({(owner, id): times for id, times in one.chosen.items()})
                records = {(str(one.merchant), str(one.id)): one for one in products}
                opened = self._opened[merchant] = _Opened(engine, records, None, self._recalled(merchant, engine))
            return opened

    def _recalled(self, merchant: str, engine: SearchEngine) -> dict[Key, str]:
        """Give an engine what was kept, where that is most of its catalogue; the texts that it was learned on."""
        kept = self._keeper.read(merchant, self._seed) if self._keeper is not None and len(engine) > 1 else None
        if kept is None:
            return {}
        then, now = dict(zip(kept.keys, kept.digests, strict=True)), engine.digests()
        if 2 * sum(then.get(key) == digest for key, digest in now.items()) < len(now):
            return {}
        try:
            engine.adopt(kept)
        except ValueError:
            return {}
        return then

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


_LEARNING = Reason(
    "learning",
    "搜索引擎正在学习目录, 暂按字词作答; 几秒后更准.",
    "The engine is learning the catalogue; words alone answer for the moment.",
)
_FIRST = "第一个引擎 · the first engine"


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
