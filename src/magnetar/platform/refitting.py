"""The flywheel in life: each night a new table of partners from the platform's own log, a gate before it, a way back.

A refit runs in a thread of its own over a copy of what it needs; pages go on meanwhile. What it comes to is told to the
event log, so that a restart finds the same table in use at the same place.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from magnetar.capabilities.recommendation.following import clearly_below
from magnetar.capabilities.recommendation.partners import Fitted
from magnetar.capabilities.understanding.portrait_book import Consent
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import Refused
from magnetar.kernel.events import Envelope
from magnetar.platform.fitting import Fitter, heard_from
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.platform.versions import PartnersJudged, PartnersRolledBack, Said, Use, Versions

if TYPE_CHECKING:
    from magnetar.platform.live import LivePlatform

NIGHT = 8
"""Ticks after midnight from which on the night's refit begins: four in the morning."""
HISTORY_DAYS = 28
"""Days of the log that are learned from."""
LOOK_TICKS = 4
"""Between two looks at the lift."""
_BREATH_S = 0.0005
_BREATH_EVERY = 50
"""Envelopes read between two pauses, so that pages are not kept waiting."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an operator wants to know of the tables."""

    use: Use
    lift: float
    """Learned of what follows up, over what the predictor expects; what pages go by."""
    counts: dict[int, tuple[float, float]]
    """Version → clicks that followed up, and those expected."""
    told: list[Said]
    changed: bool
    """Whether any table ever took over."""
    busy: bool
    trouble: str


class Refitter:
    """Refits, judges, adopts and rolls back the partners that a live platform follows up."""

    def __init__(self, live: LivePlatform) -> None:
        self._live = live
        self.versions = Versions(live.platform.runtime.store)
        self._turn = threading.Lock()
        """One refit at a time."""
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.trouble = ""
        """Why the last refit failed; empty where it did not."""
        found, use = live.market.following.table, self.versions.use
        if found.version != use.version:  # a crash came between the log and the store: the log is right
            self.versions.take(found.version, use.version, len(live.recorder), found.without)
        told = self.versions.told()
        self._last_day = max((said.at for said in told if said.what == "judged"), default=0) // DAY

    @classmethod
    def of(cls, live: LivePlatform) -> Refitter:
        """The platform's own, made where it has none; one that was not attached waits to be asked."""
        if live.refitter is None:
            live.refitter = cls(live)
        return live.refitter

    def attach(self) -> Refitter:
        """Refit every night from now on, and look at the lift in between."""
        self._live.refitter = self
        self._live.before_tick.append(self.at_edge)
        return self

    def at_edge(self, live: LivePlatform, tick: int) -> None:
        """At a tick's edge: roll back what does clearly worse; begin the night's refit where it is due."""
        if tick % LOOK_TICKS == 0:
            self.look()
        day = tick // TICKS_PER_DAY
        if tick % TICKS_PER_DAY >= NIGHT and day > self._last_day:
            self._last_day = day
            self.begin()

    def begin(self) -> bool:
        """Start a refit in the background; False where one runs already."""
        if self.busy:
            return False
        self._thread = threading.Thread(target=self._in_background, name="refit", daemon=True)
        self._thread.start()
        return True

    @property
    def busy(self) -> bool:
        """Whether a refit is under way."""
        return self._thread is not None and self._thread.is_alive()

    def _in_background(self) -> None:
        try:
            self.refit()
            self.trouble = ""
        except Exception as error:  # pages go on with the table in use; the operator sees why
            self.trouble = f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """Wait for a refit under way, which gives up at its next step."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=60.0)

    # ---- a refit

    def refit(self) -> PartnersJudged:
        """Fit a table to the log, judge it, and let it take over where it is not worse; in this thread.

        Raises:
            Refused: the platform closes, or a refit is under way already.
        """
        if not self._turn.acquire(blocking=False):
            raise Refused("已有一次重拟合在进行. · A refit is under way already.")
        try:
            return self._refit()
        finally:
            self._turn.release()

    def _refit(self) -> PartnersJudged:
        live = self._live
        settings = live.platform.runtime.settings
        live.recorder.flush()
        with live._lock:
            shelf, stock, now = live.market.shelf, live._stock, live.platform.runtime.clock.now()
            holders = {row: digest for digest, row in live.seats._rows.items()}
            items = [(one.id, product) for one, product in zip(stock.items, stock.products, strict=True)][: len(shelf)]
            start = live._edges.since(now // DAY - HISTORY_DAYS)
            end = len(live.recorder)
            version, in_use = live.market.following.table.version, live.market.following.table
        heard = heard_from(self._read(start, end), holders, self._refused(shelf.merchants))
        deeds = heard.deeds(len(shelf))
        home = settings.home if settings.store != "memory" else None
        titles = [f"{one.title} {one.title_en}".strip() if one else "" for _, one in items]
        fitter = Fitter(shelf, [id for id, _ in items], titles, home)
        until = self.versions.fitted_at(version)
        found = fitter.fit(deeds, (in_use.partners, in_use.strengths), until, now)
        if self._closing.is_set():
            raise Refused("平台正在关闭. · The platform closes.")
        without = fitter.without
        with live._turn, live._lock:
            following = live.market.following
            if following.table.version != version:
                raise Refused("搭配表刚刚换过, 请再试一次. · The table has just been changed; try again.")
            made = self.versions.next()
            judged = _judged(found, made, version, now, len(deeds), len(np.unique(deeds.who)))
            live.market.bus.publish(judged)
            self.versions.say(judged)
            if found.verdict.takes_over:
                self.versions.keep(made, now, found.partners, found.strengths)
                self._adopt(made, version, without)
            elif not np.array_equal(without, following.table.without):
                self._adopt(version, self.versions.use.before, without)  # what people took out leaves in any case
        return judged

    def _read(self, start: int, end: int) -> Iterator[tuple[int, Envelope]]:
        pause = threading.Event()
        for count, (offset, envelope) in enumerate(self._live.recorder.read(start)):
            if offset >= end or self._closing.is_set():
                return
            if count % _BREATH_EVERY == 0:
                pause.wait(_BREATH_S)
            yield offset, envelope

    def _refused(self, merchants: tuple[str, ...] | list[str]) -> frozenset[int]:
        """Digests of shoppers whose last word was no."""
        consents = self._live.platform.runtime.store.collection("portrait_consents", Consent)
        digest = self._live.sealer.digest
        return frozenset(
            digest("shopper", merchant, shopper)
            for merchant in merchants
            for shopper, said in consents.list(merchant)
            if not said.given
        )

    def _adopt(self, version: int, before: int, without: np.ndarray) -> None:
        """Put a table into use; the live platform's locks are held."""
        live = self._live
        partners, strengths = self.versions.table(version)
        offset = len(live.recorder)
        live.market.following.adopt(partners, strengths, version, without)
        self.versions.take(version, before, offset, without)

    # ---- the way back

    def roll_back(self, who: str, reason: str = "") -> PartnersRolledBack:
        """Return to the version before; what was in use is the one before then.

        Raises:
            Refused: there is none, or its table is not kept any more.
        """
        live = self._live
        with live._turn, live._lock:
            use, following = self.versions.use, live.market.following
            if not self.versions.uses():
                raise Refused(
                    "还没有换过搭配表, 无从回滚. · No table has taken over yet; there is nothing to return to."
                )
            self.versions.table(use.before)
            now, before = (_ratio(following.counts.get(one, np.zeros(2))) for one in (use.version, use.before))
            event = PartnersRolledBack(
                live.platform.runtime.clock.now(), use.before, use.version, who[:80], now, before, reason[:300]
            )
            self._adopt(use.before, use.version, following.table.without)
            live.market.bus.publish(event)
            self.versions.say(event)
        return event

    def look(self) -> PartnersRolledBack | None:
        """Return to the version before by itself, where following up is clearly worth less than it was under that."""
        following, use = self._live.market.following, self.versions.use
        if use.version <= use.before or following.version != use.version or use.before not in following.counts:
            return None
        now, before = following.counts[use.version], following.counts[use.before]
        if not clearly_below(now, before):
            return None
        said = f"跟看的效果明显变差 · following up is worth clearly less: {_ratio(now):.2f} < {_ratio(before):.2f}"
        try:
            return self.roll_back("automatic", said)
        except Refused as error:
            self.trouble = str(error)
            return None

    def standing(self) -> Standing:
        """Versions, verdicts and the lift."""
        with self._live._lock:
            following = self._live.market.following
            counts = {version: (float(one[0]), float(one[1])) for version, one in following.counts.items()}
            uses = self.versions.uses()
            return Standing(
                self.versions.use, following.lift, counts, self.versions.told(), bool(uses), self.busy, self.trouble
            )


def _ratio(counts: np.ndarray) -> float:
    """Clicks over those expected; 0 where none was expected."""
    return float(counts[0] / counts[1]) if counts[1] > 0.0 else 0.0


def _judged(found: Fitted, version: int, before: int, at: int, clicks: int, shoppers: int) -> PartnersJudged:
    verdict, mix = found.verdict, found.mix
    weights = ", ".join(f"{name} {weight:g}" for name, weight in zip(found.sources, mix.weights, strict=True))
    low = verdict.low if np.isfinite(verdict.low) else 0.0
    return PartnersJudged(
        at, version, before, verdict.takes_over, found.hit, found.hit_before, verdict.gain, low, verdict.allowed,
        verdict.cases, clicks, shoppers, f"{weights}; firm {mix.firm:g}, share {mix.share:g}", verdict.reason,
    )  # fmt: skip
