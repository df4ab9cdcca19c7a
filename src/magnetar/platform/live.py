"""The live arrangement: a marketplace over everything that the merchants sell, for shoppers outside.

The same decisions as in a rehearsal; what is added here is the outside: shoppers' ids become rows,
pages leave with sealed tokens, reports come back with them, the clock turns the ticks, and what was
acknowledged is found again after a crash.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from magnetar.capabilities.catalogue import CatalogueImported
from magnetar.capabilities.ledger import LedgerService
from magnetar.capabilities.ledger import connect as connect_ledger
from magnetar.capabilities.serving import PageRequests, Reason
from magnetar.capabilities.shoppers import POSITIONS, Clicked
from magnetar.kernel.bus import Bus, HandlingFailed
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import Refused
from magnetar.kernel.events import Envelope
from magnetar.platform.asked import Asked
from magnetar.platform.asking import SCENES, Ask, check_ask
from magnetar.platform.assemble import Platform
from magnetar.platform.carrying import packed, put_in, take_out
from magnetar.platform.edges import REPLAY_DAYS, TICK, Edge, Edges, TickOpened
from magnetar.platform.finding import ANSWERS, Finder
from magnetar.platform.gating import Gating
from magnetar.platform.intake import Batch, Intake, Receipt, ReportsTaken, events_of
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.platform.neighbours import KeptGraph, chosen_together
from magnetar.platform.pages import Answers, Page, Words
from magnetar.platform.queries import Wanted
from magnetar.platform.recorder import Recorder
from magnetar.platform.refitting import Refitter
from magnetar.platform.restoring import restore
from magnetar.platform.seats import ANONYMOUS, Seats, ShopperForgotten, ShoppersSeated
from magnetar.platform.stock import Item, Stock, owners_of_products
from magnetar.platform.tokens import Sealer, records_of, secret_in

_JITTER = 1e-3
"""Spread of what is expected of strangers' tastes, so that not all of them are shown the same categories first."""


class LivePlatform:
    """A running marketplace with its door: pages out, reports in."""

    def __init__(
        self, platform: Platform, shoppers: int = 0, replay_days: int = REPLAY_DAYS, secret: bytes = b""
    ) -> None:
        """Open around the stored catalogues, and take up what the log remembers.

        Args:
            shoppers: how many are known by row at a time; 0 for what the settings say.
            replay_days: how many days of the log are learned from again.
            secret: seals the tokens; by default that of the installation.

        Raises:
            BadInput: the secret under MAGNETAR_HOME cannot be read or made.
        """
        self.platform = platform
        runtime = platform.runtime
        self._runtime = runtime
        self._lock = threading.RLock()
        """Held while the market's arrays are read or changed."""
        self._turn = threading.RLock()
        """Held from judging reports until they are told, and at tick edges: a charge never crosses an edge."""
        settings = runtime.settings
        lasting = settings.store != "memory"
        self.sealer = Sealer(secret or (secret_in(settings.home) if lasting else secrets.token_bytes(32)))
        self.recorder = Recorder(runtime.bus.log)
        self.seats = Seats(shoppers or settings.shoppers)
        self.intake = Intake(self.sealer)
        self.ledger: LedgerService = connect_ledger(runtime)
        self.before_tick: list[Callable[[LivePlatform, int], None]] = []
        """Called at every edge before the tick opens: where agents act."""
        self.refitter: Refitter | None = None
        """Teaches each night what goes with what, where one is attached."""
        self.trouble = ""
        """Why the last tick's edge failed; empty where it did not."""
        self._merchants = set(platform.accounts.merchants()) | {settings.merchant}
        self._stock = Stock(runtime.store, settings.currency)
        self._stale = False
        self.finder = Finder(platform.search, self._stock.row_of)
        self.asked = Asked(platform.search, lambda: self._stock.items)
        platform.search.neighbours = chosen_together(self, KeptGraph(settings.home))
        self._edges = Edges(runtime.store)
        self._started = secrets.token_hex(6)
        self._openings = 0
        self._counter = 0
        """Requests without an id of their own."""
        self._batches = 0
        self._tastes = Chance(runtime.seed).of("strangers")
        self.lease = 0
        self.gating = Gating(runtime.store, settings.gate)
        self.market = self._open_market()
        restore(self, replay_days)
        self.gating.start(self.market)
        runtime.bus.subscribe(CatalogueImported, self._on_imported)
        with self._turn, self._lock:
            self._open_tick(self._tick_now())

    # ---- opening and reopening

    def _open_market(self) -> Marketplace:
        runtime, stock = self._runtime, self._stock
        self._merchants |= set(owners_of_products(runtime.store))
        shelf = stock.shelf(sorted(self._merchants), runtime_catalogue(self.platform))
        self._openings += 1
        bus = Bus(self.recorder, runtime.clock, source=f"live-{self._started}-{self._openings}")
        market = Marketplace.open(bus, runtime.store, shelf, self.seats.capacity, runtime.seed)
        market.budgets = self.ledger.budgets
        market.campaigns.restore()
        market.campaigns.buyers.shared = ANONYMOUS
        self.gating.settle(market.predictor)
        market.experiments.unit[:] = 0  # nobody sits anywhere yet
        market.experiments.restore()
        for matches in (market.predictor.clicks.matches, market.predictor.orders.matches):
            matches.expect(1.0 + _JITTER * self._tastes.uniforms(*matches.mean.shape))
        self.words = Words(stock)
        titles = [
            (int(shelf.arrays.category[row]), f"{one.title} {one.title_en}")
            for row, one in enumerate(stock.products)
            if one
        ]
        self.wanted = Wanted(shelf.categories, titles)
        self.finder.forget()
        self.intake.items = len(shelf)
        return market

    def _on_imported(self, event: CatalogueImported) -> None:
        self._merchants.add(event.merchant)
        self._stale = True

    def _reopen(self) -> None:
        """A new shelf with what was learned; rows stay what they were, new products follow."""
        old = self.market
        new = self._open_market()
        put_in(new, take_out(old))
        new.predictor.take_over(old.predictor)
        new.following.take_over(old.following)
        new.serving.shown = old.serving.shown
        new.tick, new.opened_at = old.tick, old.opened_at
        new.desk.limits = old.desk.limits
        self.market = new
        self.gating.start(new)
        self._stale = False

    # ---- time

    def _tick_now(self) -> int:
        return max(self._runtime.clock.now() // TICK, self.market.tick)

    def due(self) -> bool:
        """Whether a tick's edge has been reached."""
        return self._runtime.clock.now() // TICK > self.market.tick

    def open_ticks(self) -> bool:
        """Turn to the present tick where its edge was reached; False where it was not.

        After a pause the missed ticks are passed over, but every day that began meanwhile begins.
        """
        if not self.due():
            return False
        with self._turn, self._lock:
            now = self._tick_now()
            for day in range(self.market.tick // TICKS_PER_DAY + 1, now // TICKS_PER_DAY + 1):
                if day * TICKS_PER_DAY < now:
                    self._open_tick(day * TICKS_PER_DAY)
            self._open_tick(now)
        self.asked.at_edge(now, self._runtime.clock.now(), self.finder)
        return True

    def open_now(self) -> None:
        """Open the present tick anew, so that new campaigns deliver at once; for demos, tests and people who cannot wait.

        Pages already out are not charged any more.
        """
        with self._turn, self._lock:
            market, roster = self.market, self.market.campaigns.roster
            spent = np.bincount(roster.campaign, market.campaigns.delivery.spend, len(roster.campaigns)).astype(
                np.int64
            )
            market.budgets.settle_total(f"{market.tick}:{self.lease}", spent[: len(market.budgets)])
            tick, market.tick = market.tick, -1
            self._open_tick(tick)

    def _open_tick(self, tick: int) -> None:
        if self._stale:
            self._reopen()
        for act in self.before_tick:
            try:
                act(self, tick)
            except Exception as error:  # an agent that fails must not stop the clock
                name = getattr(act, "__qualname__", repr(act))
                said = f"{type(error).__name__}: {error}"
                self.market.bus.publish(HandlingFailed(f"tick:{tick}", "TickOpened", name, said))
        market, clock = self.market, self._runtime.clock
        market.bus.publish(TickOpened(tick=tick, at=clock.now()))
        market.open_tick(tick)
        self.gating.at_edge(market, tick)
        self.lease = max(market.opened_at, self.lease + 1)
        self.intake.groups, self.intake.creatives = len(market.campaigns.roster), len(market.creatives)
        self.words.creatives = market.creatives.ids
        self._popular = self._popular_now()
        self.recorder.flush()
        self._edges.put(Edge(tick, self.lease, len(self.recorder), packed(take_out(market))))

    def _popular_now(self) -> list[int]:
        """Items for a page when nothing else works: the most clicked of what is listed."""
        predictor, listed = self.market.predictor, self.market.shelf.arrays.listed
        order = np.argsort(-predictor.clicks.items.mean, kind="stable")
        return order[listed[order]][:POSITIONS].tolist()

    # ---- what there is

    @property
    def items(self) -> list[Item]:
        """Whose product each row of the shelf is."""
        return self._stock.items

    def item(self, merchant: str, product: str) -> int | None:
        """The row of a merchant's product; None where it is not on the shelf."""
        row = self._stock.row_of(merchant, product)
        return row if row is not None and row < len(self.market.shelf) else None

    # ---- pages

    def decide(
        self,
        shopper: str = "",
        scene: str = "feed",
        *,
        query: str = "",
        category: str = "",
        request: str = "",
        site: str = "",
    ) -> Page:
        """A page for one shopper.

        Raises:
            BadInput: the scene or category does not exist, or an id is too long.
        """
        ask = Ask(shopper, scene, query, category, request)
        return self.decide_many([(site, ask)]).page(0)

    def check(self, ask: Ask) -> None:
        """Refuse what cannot be answered.

        Raises:
            BadInput: with what was found and what is expected.
        """
        check_ask(ask, self.wanted)

    def decide_many(self, asks: Sequence[tuple[str, Ask]]) -> Answers:
        """Pages for several shoppers, each of a site, in order; the same as one after another.

        Raises:
            BadInput: one of them cannot be answered; then none is.
        """
        if len(asks) > ANONYMOUS:
            raise ValueError(f"at most {ANONYMOUS} pages at a time, found {len(asks)}")
        for _, ask in asks:
            self.check(ask)
        digest = self.sealer.digest
        answers = [self.finder.of(ask.query) if ask.query and not ask.category else () for _, ask in asks]
        with self._lock:
            market, now = self.market, self._runtime.clock.now()
            rows: list[int] = []
            scenes: list[int] = []
            wanted: list[int] = []
            numbers: list[int] = []
            names: list[str] = []
            seated: list[tuple[int, int]] = []
            shelf = market.shelf
            found = np.full((len(asks), ANSWERS) if any(answers) else (0, 0), -1, np.int32)
            for place, (site, ask) in enumerate(asks):
                rows_found = [row for row in answers[place] if row < len(shelf)]
                if rows_found:
                    found[place, : len(rows_found)] = rows_found
                if ask.shopper:
                    known = digest("shopper", site, ask.shopper)
                    row = self.seats.known(known)
                    if row is None:
                        row = self.seats.take(known, now)
                        self._clear(row)
                        market.experiments.seat(row, known)
                        market.campaigns.buyers.forget(row)
                        seated.append((row, known))
                else:
                    row = self.seats.anonymous()
                    market.serving.shown.forget(row)
                    market.following.forget(row)
                rows.append(row)
                scenes.append(SCENES[ask.scene])
                wanted.append(
                    self.wanted.category(ask.category)
                    if ask.category
                    else int(shelf.arrays.category[rows_found[0]])
                    if rows_found
                    else self.wanted.of(ask.query)
                    if ask.query
                    else -1
                )
                if ask.request:
                    names.append(ask.request)
                    numbers.append(digest("request", site, ask.request))
                else:
                    self._counter += 1
                    numbers.append(digest(self._started, str(self._counter)))
                    names.append(f"{numbers[-1]:016x}")
            if seated:
                who, ids = zip(*seated, strict=True)
                market.bus.publish(ShoppersSeated(now, np.array(who, np.int64), np.array(ids, np.uint64)))
            count = len(rows)
            served = market.decide(
                PageRequests(
                    np.full(count, now),
                    np.array(numbers, np.uint64),
                    np.array(rows),
                    np.array(scenes),
                    np.array(wanted),
                    found,
                )
            )
            lease, words = self.lease, self.words
        for place, found_here in enumerate(answers):
            if found_here:
                self.asked.note(numbers[place], rows[place], asks[place][1].query, found_here, now)
        tokens = self.sealer.seal(records_of(served, lease, now), [site.encode() for site, _ in asks])
        return Answers(
            names, tokens, served.item.tolist(), served.group.tolist(), served.reason.tolist(), words, served
        )

    def organic_only(self, ask: Ask) -> bytes:
        """A plain page of what is clicked most, for when something inside failed: nothing is paid, nothing reported."""
        items = self._popular
        return self.words.page(ask.request, None, items, [-1] * len(items), [int(Reason.RELEVANT)] * len(items))

    def _clear(self, row: int) -> None:
        """Forget who held a row."""
        self.market.predictor.forget(row)
        self.market.following.forget(row)
        self.market.serving.shown.forget(row)
        self.gating.forget(row)

    def forget(self, shopper: str, site: str = "") -> bool:
        """Forget a shopper of a site: tastes, latest clicks, what was bought, the seat. Told to the log, so that a restart forgets, too.

        Returns:
            whether anything was known here.
        """
        with self._turn, self._lock:
            event = ShopperForgotten(self._runtime.clock.now(), self.sealer.digest("shopper", site, shopper))
            self.market.bus.publish(event)
            return self._let_go(event)

    def _let_go(self, event: ShopperForgotten) -> bool:
        row = self.seats.release(event.digest, event.at)
        if row is None:
            return False
        self._clear(row)
        self.market.campaigns.buyers.forget(row)
        self.market.experiments.seat(row, 0)
        self.market.experiments.unit[row] = 0  # nobody in particular
        return True

    def _seat(self, row: int, digest: int, at: int) -> None:
        self.seats.assign(row, digest, at)
        self._clear(row)

    # ---- reports

    def events(self, reports: Sequence[Any], site: str = "") -> Receipt:
        """Take in what one site reports; on disk when this returns."""
        return self.take([(site, [msgspec.json.encode(one) for one in reports])])[0]

    def take(self, calls: Sequence[tuple[str, Sequence[bytes | msgspec.Raw]]]) -> list[Receipt]:
        """Take in several calls' reports, each of a site, together; they are on disk when this returns.

        Raises:
            Refused: nothing could be recorded; nothing counts as taken, and the reports may be sent again.
        """
        with self._turn:
            now = self._runtime.clock.now()
            market, batch = self.market, Batch()
            receipts = [self.intake.judge(site, reports, batch, now, self.lease) for site, reports in calls]
            if not batch:
                return receipts
            events = events_of(batch, market.tick, self.seats.since, ANONYMOUS, market.shelf.arrays.price)
            taken = ReportsTaken(at=now, key=np.array(batch.keys, np.uint64))
            source, kept = market.bus.source, []
            for event in (taken, *events):
                self._batches += 1
                id = f"{source}:reports:{self._batches}"
                kept.append(Envelope(id, source, now, type(event).__name__, event))
            try:
                if not all(self.recorder.append(kept)):
                    raise Refused("The event log holds these ids already.")
            except BaseException:
                self.intake.undo(batch)
                raise
            with self._lock:
                for envelope in kept[1:]:
                    self._tell(market, envelope)
        for event in events:
            if isinstance(event, Clicked):
                self.asked.on_clicked(event)
        return receipts

    def _tell(self, market: Marketplace, envelope: Envelope) -> None:
        """Tell those who subscribed, as the bus does: a handler that fails leaves an event, the others are still told."""
        for handler in market.bus._handlers.get(type(envelope.data), ()):
            try:
                handler(envelope.data)
            except Exception as error:
                name = getattr(handler, "__qualname__", repr(handler))
                said = f"{type(error).__name__}: {error}"
                market.bus.publish(HandlingFailed(envelope.id, envelope.type, name, said))

    # ---- ending

    def health(self) -> dict[str, Any]:
        """What an operator wants to know at a glance."""
        market = self.market
        return {
            "status": "degraded" if self.trouble or self.recorder.failure else "ok",
            "tick": market.tick,
            "products": int(market.shelf.arrays.listed.sum()),
            "ad_groups": len(market.campaigns.roster),
            "shoppers": len(self.seats),
            "in_other_currencies": self._stock.other_currency,
            "trouble": self.trouble or self.recorder.failure,
        }

    def close(self) -> None:
        """Write what waits. The platform itself stays open."""
        if self.refitter is not None:
            self.refitter.close()
        self.recorder.close()
        self.asked.hand_over(self._runtime.clock.now())


def runtime_catalogue(platform: Platform) -> Callable[[str], Any]:
    """Products by merchant."""
    return platform.catalogue.list


def open_live(platform: Platform, shoppers: int = 0) -> LivePlatform:
    """The live arrangement of a platform.

    Raises:
        Refused: the platform's stores are of a newer version.
    """
    return LivePlatform(platform, shoppers)
