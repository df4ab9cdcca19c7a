"""Journeys from the platform's own event log: one merchant's clicks or impressions, and the orders of its goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.capabilities.measurement.attribution import Journeys, gather
from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Returned, Viewed
from magnetar.kernel.chance import Ints
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Envelope
from magnetar.platform.seats import ANONYMOUS, ShopperForgotten, ShoppersSeated
from magnetar.vocabulary.campaigns import Scene

PARTS = ("paid", "scene", "campaign", "group", "item")
"""What a channel may be made of, joined by slashes."""
TOUCHES = ("clicks", "impressions")
ORGANIC = "organic"
_DIGEST = 2**63 - 1
"""Bits of a digest that tell shoppers apart here."""


@dataclass(slots=True)
class _Rows:
    """Columns gathered batch by batch."""

    names: tuple[str, ...]
    batches: list[tuple[NDArray[Any], ...]] = field(default_factory=list[tuple[NDArray[Any], ...]])

    def add(self, *columns: Any) -> None:
        self.batches.append(tuple(np.asarray(one) for one in columns))

    def forget(self, shopper: int) -> None:
        """What this shopper did so far is nobody's; who did it is the first column."""
        for who, *_ in self.batches:
            who[who == shopper] = -1

    def joined(self) -> dict[str, Ints]:
        columns = zip(*self.batches, strict=True) if self.batches else ([] for _ in self.names)
        return {
            name: np.concatenate([np.asarray(one).astype(np.int64) for one in column] or [np.zeros(0, np.int64)])
            for name, column in zip(self.names, columns, strict=True)
        }


def journeys_in(
    log: Iterable[tuple[int, Envelope]],
    items: Sequence[str],
    mine: NDArray[np.bool_],
    *,
    lookback: int,
    by: Sequence[str] = ("paid", "scene"),
    touches: str = "clicks",
) -> Journeys:
    """The journeys of one merchant's shoppers.

    A touch is a click on one of its items, or an impression of one that came on screen. An order is worth
    what was paid less what came back. Shoppers without an id share rows, so they have no journey: their
    touches are left out and their orders stay unattributed. So it is with what forgotten shoppers did before they
    were forgotten.

    Args:
        items: ids of the shelf's rows.
        mine: (items,), whether the merchant sells it.
        by: some of `PARTS`.
        touches: one of `TOUCHES`.

    Raises:
        BadInput: a part or a kind of touch that does not exist.
    """
    unknown = [one for one in by if one not in PARTS]
    if unknown or not by:
        raise BadInput(f"--by takes parts among {', '.join(PARTS)}; found {(unknown or ['nothing'])[0]!r}.")
    if touches not in TOUCHES:
        raise BadInput(f"--touches is one of {', '.join(TOUCHES)}; found {touches!r}.")
    touched = _Rows(("shopper", "at", "scene", "item", "group"))
    ordered = _Rows(("shopper", "at", "request", "item", "value"))
    returned = _Rows(("request", "item", "value"))
    groups: list[tuple[str, str]] = []
    holder = np.full(1 << 12, -1, np.int64)
    seated = False

    def who(rows: Any) -> Ints:
        """Shoppers by the digest that holds their row; without seats, by the row."""
        nonlocal holder
        rows = np.asarray(rows).astype(np.int64)
        if len(rows) and rows.max() >= len(holder):
            holder = np.concatenate([holder, np.full(int(rows.max()) + 1, -1, np.int64)])
        return np.where(seated, np.where(rows < ANONYMOUS, -1, holder[rows]), rows)

    def ours(item: Any) -> NDArray[np.bool_]:
        item = np.asarray(item).astype(np.int64)
        return (item >= 0) & (item < len(mine)) & mine[np.clip(item, 0, len(mine) - 1)] if len(mine) else item < -1

    for _, envelope in log:
        event: Any = envelope.data
        if isinstance(event, AdGroupChanged) and event.added:
            groups.append((event.campaign, event.group))
        elif isinstance(event, ShoppersSeated):
            seated = True
            who(event.row)
            holder[event.row] = np.asarray(event.digest).astype(np.uint64).view(np.int64) & _DIGEST
        elif isinstance(event, ShopperForgotten):
            gone = event.digest & _DIGEST
            holder[holder == gone] = -1
            if seated:  # without seats shoppers are rows, not digests
                touched.forget(gone)
                ordered.forget(gone)
        elif isinstance(event, Clicked) and touches == "clicks":
            keep = ours(event.item)
            touched.add(*(c[keep] for c in (who(event.shopper), event.at, event.scene, event.item, event.group)))
        elif isinstance(event, Viewed) and touches == "impressions":
            pages = event.pages
            row, place = np.nonzero(ours(pages.item) & (np.arange(POSITIONS) < np.asarray(event.depth)[:, None]))
            at = np.full(len(row), envelope.time)
            touched.add(who(pages.shopper)[row], at, pages.scene[row], pages.item[row, place], pages.group[row, place])
        elif isinstance(event, Ordered):
            keep = ours(event.item)
            ordered.add(*(c[keep] for c in (who(event.shopper), event.at, event.request, event.item, event.value)))
        elif isinstance(event, Returned):
            returned.add(event.request, event.item, event.value)
    t, o = touched.joined(), ordered.joined()
    known = t["shopper"] >= 0
    t = {name: column[known] for name, column in t.items()}
    channel, names = _channels(t, by, groups, items)
    return gather(
        touch_shopper=t["shopper"],
        touch_at=t["at"],
        touch_channel=channel,
        channels=names,
        order_shopper=o["shopper"],
        order_at=o["at"],
        order_value=o["value"] - _came_back(o, returned.joined()),
        lookback=lookback,
    )


def _channels(
    touched: dict[str, Ints], by: Sequence[str], groups: list[tuple[str, str]], items: Sequence[str]
) -> tuple[Ints, list[str]]:
    """(touches,) channels by number, and their names."""
    codes = np.zeros((len(touched["at"]), len(by)), np.int64)
    for column, part in enumerate(by):
        codes[:, column] = {
            "paid": (touched["group"] >= 0).astype(np.int64),
            "scene": touched["scene"],
            "campaign": _campaigns(touched["group"], groups),
            "group": touched["group"],
            "item": touched["item"],
        }[part]
    distinct, channel = np.unique(codes, axis=0, return_inverse=True)
    names = [
        "/".join(_name(part, code, groups, items) for part, code in zip(by, row, strict=True))
        for row in distinct.tolist()
    ]
    return channel.reshape(-1).astype(np.int64), names


def _campaigns(group: Ints, groups: list[tuple[str, str]]) -> Ints:
    """The first ad group of each one's campaign stands for it; −1 for organic."""
    first: dict[str, int] = {}
    leader = np.array([first.setdefault(campaign, row) for row, (campaign, _) in enumerate(groups)] + [-1], np.int64)
    return np.where((group >= 0) & (group < len(groups)), leader[np.clip(group, -1, len(groups) - 1)], group)


def _name(part: str, code: int, groups: list[tuple[str, str]], items: Sequence[str]) -> str:
    if part == "paid":
        return "paid" if code else ORGANIC
    if part == "scene":
        return Scene(code).name.lower()
    if part == "item":
        return items[code]
    if code < 0:
        return ORGANIC
    return groups[code][part == "group"] if code < len(groups) else f"{part} {code}"


def _came_back(ordered: dict[str, Ints], returned: dict[str, Ints]) -> Ints:
    """(orders,), micros of each order that came back; a return goes to the first order of its request and item."""
    back = np.zeros(len(ordered["at"]), np.int64)
    first: dict[tuple[int, int], int] = {}
    for row, one in enumerate(zip(ordered["request"].tolist(), ordered["item"].tolist(), strict=True)):
        first.setdefault(one, row)
    for request, item, value in zip(*(returned[name].tolist() for name in ("request", "item", "value")), strict=True):
        row = first.get((request, item))
        if row is not None:
            back[row] += value
    return back
