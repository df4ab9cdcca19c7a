"""Intake: what sites report of their shoppers, judged one by one and made into columns.

Every report ends in one of three ways: accepted, a duplicate, or rejected with the reason.
"""

from __future__ import annotations

import math
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Converted, Ordered, Returned, Served, Viewed
from magnetar.kernel.clock import DAY, HOUR, MINUTE, SECOND
from magnetar.kernel.events import Column, Event
from magnetar.platform.tokens import PAGE, Sealer
from magnetar.vocabulary.campaigns import ConversionKind
from magnetar.vocabulary.money import to_micros

SAME_WITHIN = 48 * HOUR
"""A report with the same type and id counts once within this time."""
LATEST = 7 * DAY
"""A report that comes later than this after it happened is refused."""
PAGE_LASTS = 30 * DAY
"""An order or another conversion may follow a page this much later."""
AHEAD = 10 * MINUTE
"""How far a reporter's clock may be ahead of ours; such times count as now."""
REMEMBERED = 2_000_000
"""Reports and pages remembered for telling duplicates; beyond, the oldest hours are forgotten first."""
MOST_VALUE = 1e8
"""Largest value of one order, currency units."""


class Report(msgspec.Struct):
    """One thing that a shopper did."""

    type: Literal["viewed", "clicked", "ordered", "returned", "converted"]
    id: str
    """The reporter's own id: the same type and id twice counts once."""
    page: str
    """The token that came with the page."""
    depth: int = 0
    """viewed: positions that came on screen, from the top."""
    position: int = -1
    """All but viewed: which position of the page, 0 to 9."""
    kind: str = ""
    """converted: what happened, such as lead, follow or activation; see `magnetar goals`."""
    quantity: int = 1
    value: float | None = None
    """ordered, returned: paid for all pieces, currency units; by default the price times quantity.
    converted: what came with it; by default the price where the kind carries value, else nothing."""
    at: float | None = None
    """When it happened, seconds since the Unix epoch; by default now."""
    clicked_at: float | None = None
    """ordered, converted: when the click was; by default when the page was served."""


class Rejection(msgspec.Struct):
    """A report that was not taken."""

    index: int
    id: str
    code: str
    message: str


class Receipt(msgspec.Struct):
    """What became of one call's reports."""

    accepted: int = 0
    duplicates: int = 0
    uncharged: int = 0
    """Accepted views with paid impressions whose charge had lapsed: seen after the half-hour in which they were served."""
    rejected: list[Rejection] = msgspec.field(default_factory=list[Rejection])


class ReportsTaken(Event, frozen=True):
    """Ids of accepted reports, so that they are known after a restart."""

    at: int
    key: Column
    """(reports,) uint64, digests of site, type and id."""


class Window:
    """Numbers remembered by the hour, for a time."""

    def __init__(self, lasts: int, most: int = REMEMBERED) -> None:
        self._lasts, self._most = lasts, most
        self._values: dict[int, int] = {}
        self._hours: deque[tuple[int, list[int]]] = deque()

    def get(self, key: int) -> int:
        """What is remembered; 0 where nothing is."""
        return self._values.get(key, 0)

    def put(self, key: int, value: int, at: int) -> None:
        """Remember a number above 0."""
        if key not in self._values:
            hour = at // HOUR
            if not self._hours or self._hours[-1][0] < hour:
                self._hours.append((hour, []))
                self._forget(hour)
            self._hours[-1][1].append(key)
        self._values[key] = value

    def drop(self, key: int) -> None:
        self._values.pop(key, None)

    def _forget(self, hour: int) -> None:
        while self._hours and (
            self._hours[0][0] < hour - self._lasts // HOUR or (len(self._values) > self._most and len(self._hours) > 1)
        ):
            for key in self._hours.popleft()[1]:
                self._values.pop(key, None)

    def __len__(self) -> int:
        return len(self._values)


class Unfit(Exception):
    """A report cannot be taken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(slots=True)
class Batch:
    """Accepted reports on their way to the log."""

    keys: list[int] = field(default_factory=list[int])
    pages: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict[str, list[tuple[Any, ...]]])
    masks: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    """Pages whose views were counted: key, before, after."""

    def add(self, kind: str, page: bytes, *row: Any) -> None:
        self.pages.setdefault(kind, []).append(page)
        self.rows.setdefault(kind, []).append(row)

    def __len__(self) -> int:
        return len(self.keys)


_DECODE = msgspec.json.Decoder(Report).decode
_VALUED = [int(kind) for kind in ConversionKind if kind.carries_value]
_HEAD = struct.Struct("<qqQ")
"""Lease, time and request of a page's record."""
_ROWS = struct.Struct(f"<{2 * POSITIONS}i{POSITIONS}I")
"""Its items, ad groups and charges."""
_ROWS_AT: int = PAGE.fields["item"][1]  # pyright: ignore
_CREATIVES = struct.Struct(f"<{POSITIONS}i")
_CREATIVES_AT: int = PAGE.fields["creative"][1]  # pyright: ignore


class Intake:
    """Judges reports and remembers which came before."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self.items = self.groups = self.creatives = 0
        """How many rows of each there are; a token that names others comes from another installation's data."""
        self.taken = Window(SAME_WITHIN)
        self.viewed = Window(SAME_WITHIN)
        """Of each page: a bit for each position that was counted as seen."""

    def judge(self, site: str, reports: Sequence[bytes | msgspec.Raw], batch: Batch, now: int, lease: int) -> Receipt:
        """Put what is fit into the batch."""
        receipt = Receipt()
        for index, raw in enumerate(reports):
            try:
                report = _DECODE(raw)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                receipt.rejected.append(Rejection(index, "", "malformed", str(error)))
                continue
            try:
                if self._judge(site, report, batch, now, lease, receipt):
                    receipt.accepted += 1
                else:
                    receipt.duplicates += 1
            except Unfit as unfit:
                receipt.rejected.append(Rejection(index, report.id[:128], unfit.code, unfit.message))
        return receipt

    def _judge(self, site: str, report: Report, batch: Batch, now: int, lease: int, receipt: Receipt) -> bool:
        if not 0 < len(report.id) <= 128:
            raise Unfit("bad_id", f"an id has 1 to 128 characters, found {len(report.id)}")
        key = self._sealer.digest("report", site, report.type, report.id)
        if self.taken.get(key):
            return False
        at = _moment("at", report.at, now)
        if now - at > LATEST:
            raise Unfit("too_late", f"reports are taken for 7 days, this is {(now - at) / DAY:.1f} days old")
        page = self._sealer.open(report.page, site.encode())
        if page is None:
            raise Unfit("bad_page", "the page token is not one that was given to this site, or was changed")
        given, served, request = _HEAD.unpack_from(page)
        if now - served > (LATEST if report.type in ("viewed", "clicked") else PAGE_LASTS):
            raise Unfit("too_late", f"the page was served {(now - served) / DAY:.1f} days ago")
        rows = _ROWS.unpack_from(page, _ROWS_AT)
        if (
            max(rows[:POSITIONS]) >= self.items
            or max(rows[POSITIONS : 2 * POSITIONS]) >= self.groups
            or max(_CREATIVES.unpack_from(page, _CREATIVES_AT)) >= self.creatives
        ):
            raise Unfit("bad_page", "the page shows things that are not known here")
        at = max(at, served)
        if report.type == "viewed":
            self._view(report, page, request, given == lease, rows[2 * POSITIONS :], batch, now, receipt)
        else:
            self._act(report, page, rows, at, served, now, batch)
        self.taken.put(key, 1, now)
        batch.keys.append(key)
        return True

    def _view(
        self,
        report: Report,
        page: bytes,
        request: int,
        chargeable: bool,
        charges: tuple[int, ...],
        batch: Batch,
        now: int,
        receipt: Receipt,
    ) -> None:
        if not 0 <= report.depth <= POSITIONS:
            raise Unfit("bad_depth", f"depth lies in [0, {POSITIONS}], found {report.depth}")
        before = self.viewed.get(request)
        mask = ((1 << report.depth) - 1) & ~before
        if not mask and before:
            return  # nothing new came on screen
        if not chargeable and any(charges[: report.depth]):
            receipt.uncharged += 1
        after = before | mask
        self.viewed.put(request, after or 1 << POSITIONS, now)
        batch.masks.append((request, before, after))
        batch.add("viewed", page, report.depth, mask, chargeable)

    def _act(
        self, report: Report, page: bytes, rows: tuple[int, ...], at: int, served: int, now: int, batch: Batch
    ) -> None:
        position = report.position
        if not 0 <= position < POSITIONS:
            raise Unfit("bad_position", f"position lies in [0, {POSITIONS}), found {position}")
        if rows[position] < 0:
            raise Unfit("bad_position", f"nothing stood at position {position} of this page")
        if report.type == "clicked":
            batch.add("clicked", page, at, position)
            return
        kind = _reported(report.kind) if report.type == "converted" else None
        if not 0 < report.quantity <= 10_000:
            raise Unfit("bad_quantity", f"quantity lies in [1, 10000], found {report.quantity}")
        micros = -1
        if report.value is not None:
            if not (math.isfinite(report.value) and 0 <= report.value <= MOST_VALUE):
                raise Unfit("bad_value", f"value lies in [0, {MOST_VALUE:.0f}], found {report.value}")
            micros = to_micros(report.value)
        clicked = min(max(_moment("clicked_at", report.clicked_at, now), served), at) if report.clicked_at else served
        batch.add(report.type, page, at, position, clicked, report.quantity if kind is None else int(kind), micros)

    def undo(self, batch: Batch) -> None:
        """Forget a batch that could not be recorded."""
        for key in batch.keys:
            self.taken.drop(key)
        for request, before, _ in reversed(batch.masks):
            if before:
                self.viewed.put(request, before, 0)
            else:
                self.viewed.drop(request)

    def recall(self, taken: ReportsTaken) -> None:
        """Remember reports that were accepted before a restart."""
        for key in taken.key.tolist():
            self.taken.put(key, 1, taken.at)

    def recall_views(self, pages: Served, depth: NDArray[np.int64], at: int) -> None:
        for request, items, seen in zip(pages.request.tolist(), pages.item.tolist(), depth.tolist(), strict=True):
            mask = sum(1 << place for place in range(seen) if items[place] >= 0)
            self.viewed.put(request, self.viewed.get(request) | mask or 1 << POSITIONS, at)


_NO_PAGES, _NO_ROWS = np.zeros((0, 0), np.int32), np.zeros(0, np.int32)


def events_of(
    batch: Batch, tick: int, since: NDArray[np.int64], spare: int, prices: NDArray[np.float64]
) -> list[Event]:
    """The batch as events.

    Args:
        since: (shoppers,), when each row was given to whoever holds it now; what an earlier holder
            did is learned for the row that nobody holds, `row % spare`.
        prices: (items,), currency units.
    """
    events: list[Event] = []
    for kind in ("viewed", "clicked", "ordered", "returned", "converted"):
        if kind not in batch.rows:
            continue
        pages = np.frombuffer(b"".join(batch.pages[kind]), PAGE)
        columns = [np.array(column) for column in zip(*batch.rows[kind], strict=True)]
        shopper = pages["shopper"].astype(np.int64)
        away = (shopper >= len(since)) | (since[np.minimum(shopper, len(since) - 1)] > pages["at"])
        shopper[away] %= spare
        scene = pages["scene"].astype(np.int64)
        request = pages["request"].copy()
        shown = bool((pages["creative"] >= 0).any())
        if kind == "viewed":
            depth, mask, chargeable = columns
            counted = (mask[:, None] >> np.arange(POSITIONS)) & 1 == 1
            charge = np.where(counted & chargeable[:, None], pages["charge"], 0).astype(np.int64)
            served = Served(
                tick=tick,
                request=request,
                shopper=shopper,
                scene=scene,
                item=np.where(counted, pages["item"], -1).astype(np.int32),
                group=np.where(counted, pages["group"], -1).astype(np.int32),
                charge=charge,
                click_rate=pages["click_rate"].astype(np.float32),
                order_rate=pages["order_rate"].astype(np.float32),
                reason=np.zeros((len(pages), POSITIONS), np.int8),
                creative=np.where(counted, pages["creative"], -1).astype(np.int32) if shown else _NO_PAGES,
            )
            events.append(Viewed(pages=served, depth=depth.astype(np.int64)))
            continue
        at, position = columns[0].astype(np.int64), columns[1].astype(np.int64)
        line = np.arange(len(pages))
        item, group = pages["item"][line, position], pages["group"][line, position]
        how = pages["creative"][line, position].astype(np.int32) if shown else _NO_ROWS
        if kind == "clicked":
            events.append(
                Clicked(at, request, position, shopper, scene, item.astype(np.int32), group.astype(np.int32), how)
            )
            continue
        clicked, quantity, value = (column.astype(np.int64) for column in columns[2:])
        item, group = item.astype(np.int64), group.astype(np.int64)
        if kind == "converted":
            worth = np.where(np.isin(quantity, _VALUED), np.round(prices[item] * 1e6), 0.0).astype(np.int64)
            value, what = np.where(value < 0, worth, value), quantity.astype(np.int8)
            events.append(Converted(at, clicked, request, shopper, scene, item, group, what, value))
            continue
        own = np.round(prices[item] * quantity * 1e6).astype(np.int64)
        value = np.where(value < 0, own, value)
        if kind == "ordered":
            events.append(Ordered(at, clicked, request, shopper, scene, item, group, quantity, value, how))
        else:
            events.append(Returned(at, request, shopper, item, group, value, how))
    return events


def _reported(name: str) -> ConversionKind:
    known = {kind.name.lower(): kind for kind in ConversionKind}
    kind = known.get(name)
    if kind is None or kind.observed:
        told = ", ".join(word for word, one in known.items() if not one.observed)
        seen = "; orders and clicks are reported as ordered and clicked" if kind is not None else ""
        raise Unfit("bad_kind", f"kind is one of: {told}; found {name[:40]!r}{seen}")
    return kind


def _moment(name: str, seconds: float | None, now: int) -> int:
    if seconds is None:
        return now
    if not (math.isfinite(seconds) and 0 <= seconds < 1e11):
        raise Unfit("bad_time", f"{name} is seconds since 1970, found {seconds}")
    moment = int(seconds * SECOND)
    if moment > now + AHEAD:
        raise Unfit("in_future", f"{name} lies {(moment - now) / SECOND:.0f} s ahead")
    return min(moment, now)
