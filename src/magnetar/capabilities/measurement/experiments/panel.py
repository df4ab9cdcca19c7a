"""The panel: who took part in which experiment and what came of it, a record for each shopper and experiment.

A shopper enters at the first page or at the first exposure, real or ghost, as the design says;
what was clicked before that does not count, what was bought before is a covariate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.measurement.experiments.assignment import NOT_IN_IT, Splits, draw_of, region_of
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled, inlined

NOBODY = -1
_KINDS: dict[str, type[np.generic]] = {
    "experiment": np.int64, "person": np.int64, "unit": np.uint64, "arm": np.int64, "region": np.int64, "since": np.int64,
    "views": np.int64, "spend": np.int64, "gmv": np.int64, "orders": np.int64, "pages_before": np.float64,
    "gmv_before": np.float64,
}  # fmt: skip


class Records(NamedTuple):
    """Columns of the panel; `used` rows of them hold something."""

    experiment: Array
    person: Array
    """Row of the shopper when the record was made."""
    unit: Array
    arm: Array
    """0 control, 1 treated."""
    region: Array
    since: Array
    """Microseconds; what was clicked from then on counts."""
    views: Array
    """Impressions served, or that would have been."""
    spend: Array
    """Micros charged for the shopper's impressions."""
    gmv: Array
    """Micros ordered from the merchant after clicks since entering, less what came back."""
    orders: Array
    pages_before: Array
    """Pages seen before the tick of entering, fading."""
    gmv_before: Array
    """Currency units spent with anybody before the tick of entering, fading."""
    used: Array
    """(1,)."""


class Lanes(NamedTuple):
    """Experiments that take in facts now, a row for each."""

    number: Array
    """(lanes,), −1 where the lane is free."""
    split: Array
    """(lanes,), a split of the experiment, by which its arms are told."""
    low: Array
    """(lanes,), draws in [low, high) are the control arm."""
    high: Array
    on_arrival: Array
    """(lanes,) bool, whether shoppers enter with their first page."""
    open: Array
    """(lanes,) bool, whether anybody may still enter."""
    slot: Array
    """(lanes, shoppers) int32, the record of each shopper; −1 where there is none."""


def make_records(room: int) -> Records:
    """Empty columns."""
    return Records(**{name: np.zeros(room, kind) for name, kind in _KINDS.items()}, used=np.zeros(1, np.int64))


def with_room(records: Records, more: int) -> Records:
    """The same records with room for that many more."""
    used = int(records.used[0])
    if used + more <= len(records.experiment):
        return records
    larger = make_records(max(2 * len(records.experiment), used + more))
    for old, new in zip(records[:-1], larger[:-1], strict=True):
        new[:used] = old[:used]
    larger.used[0] = used
    return larger


def columns(records: Records) -> dict[str, NDArray[Any]]:
    """The rows in use, by name."""
    used = int(records.used[0])
    return {name: getattr(records, name)[:used] for name in _KINDS}


def records_of(found: dict[str, NDArray[Any]]) -> Records:
    """Columns that were taken out, put in again."""
    used = len(found["experiment"])
    records = make_records(max(64, used))
    for name in _KINDS:
        getattr(records, name)[:used] = found[name]
    records.used[0] = used
    return records


@inlined
def _enter(
    lane: int, person: int, now: int, lanes: Lanes, splits: Splits, records: Records, pages: Array, spent: Array
) -> int:
    """A shopper takes part from now on; returns the record, or NOBODY where they cannot be told apart."""
    draw = draw_of(splits, lanes.split[lane], person)
    if draw == NOT_IN_IT:
        return NOBODY
    row = records.used[0]
    unit = splits.who[person, 0]
    records.experiment[row] = lanes.number[lane]
    records.person[row], records.unit[row] = person, unit
    records.arm[row] = 0 if lanes.low[lane] <= draw and draw < lanes.high[lane] else 1
    records.region[row] = region_of(unit, splits.who[person, 1])
    records.since[row] = now
    records.pages_before[row], records.gmv_before[row] = pages[person], spent[person]
    records.used[0] = row + 1
    lanes.slot[lane, person] = row
    return row


@compiled
def take_views(
    shopper: Array,
    group: Array,
    charge: Array,
    depth: Array,
    now: int,
    group_lane: Array,
    lanes: Lanes,
    splits: Splits,
    records: Records,
    pages: Array,
    spent: Array,
) -> None:
    """Pages came on screen: who arrives enters, who is exposed is counted, what is charged is added.

    `pages` and `spent` are those of the tick's start: what is known of a shopper must not depend on whether an
    impression or a ghost of the same tick was counted first.
    """
    groups = group_lane.shape[0]
    for page in range(shopper.shape[0]):
        person = shopper[page]
        for lane in range(lanes.number.shape[0]):
            if lanes.number[lane] >= 0 and lanes.open[lane] and lanes.on_arrival[lane] and lanes.slot[lane, person] < 0:
                _enter(lane, person, now, lanes, splits, records, pages, spent)
        for position in range(group.shape[1]):
            one = group[page, position]
            if one < 0 or one >= groups or group_lane[one] < 0:
                continue
            lane = group_lane[one]
            row = lanes.slot[lane, person]
            if row < 0 and lanes.open[lane]:
                row = _enter(lane, person, now, lanes, splits, records, pages, spent)
            if row >= 0:
                records.views[row] += 1
                if position < depth[page]:
                    records.spend[row] += charge[page, position]


@compiled
def take_ghosts(
    shopper: Array,
    group: Array,
    now: int,
    group_lane: Array,
    lanes: Lanes,
    splits: Splits,
    records: Records,
    pages: Array,
    spent: Array,
) -> None:
    """Impressions were withheld: who would have been exposed is counted as such."""
    for place in range(shopper.shape[0]):
        if group[place] >= group_lane.shape[0] or group_lane[group[place]] < 0:
            continue
        lane, person = group_lane[group[place]], shopper[place]
        row = lanes.slot[lane, person]
        if row < 0 and lanes.open[lane]:
            row = _enter(lane, person, now, lanes, splits, records, pages, spent)
        if row >= 0:
            records.views[row] += 1


class Totals(NamedTuple):
    """One experiment's records by unit: a shopper who came back under another row is one unit."""

    arm: NDArray[np.int64]
    region: NDArray[np.int64]
    gmv: Floats
    """Currency units."""
    spend: Floats
    orders: Floats
    views: Floats
    pages_before: Floats
    gmv_before: Floats


def totals(records: Records, experiment: int) -> Totals:
    """One experiment's units, in the order of their identities."""
    found = columns(records)
    mine = np.flatnonzero(found["experiment"] == experiment)
    _, first, unit = np.unique(found["unit"][mine], return_index=True, return_inverse=True)

    def added(name: str, scale: float) -> Floats:
        return np.bincount(unit, found[name][mine].astype(np.float64), len(first)) / scale

    head = mine[first]
    return Totals(
        arm=found["arm"][head],
        region=found["region"][head],
        gmv=added("gmv", 1e6),
        spend=added("spend", 1e6),
        orders=added("orders", 1.0),
        views=added("views", 1.0),
        pages_before=found["pages_before"][head],
        gmv_before=found["gmv_before"][head],
    )
