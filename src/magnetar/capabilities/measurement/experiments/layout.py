"""How running experiments lie over the roster: which split each ad group reads, which lane counts what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Roster
from magnetar.capabilities.measurement.experiments.assignment import (
    REGIONS,
    Splits,
    no_splits,
    region_places,
    stream_of,
)
from magnetar.capabilities.measurement.experiments.designs import Design, Experiment
from magnetar.capabilities.measurement.experiments.panel import Lanes
from magnetar.kernel.chance import Ints


@dataclass(frozen=True, slots=True)
class Layout:
    """Splits and lanes, and the ad groups' places in them."""

    splits: Splits
    split_of: dict[str, int]
    """Campaign → split."""
    lanes: Lanes
    group_split: Ints
    """(groups,), −1 where none."""
    group_lane: Ints
    """(groups,), −1 where none."""


def nothing_runs(shoppers: int) -> Layout:
    """The layout of no experiment and no ad group."""
    none, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    lanes = Lanes(none, none, np.zeros(0), np.zeros(0), flags, flags, np.full((0, shoppers), -1, np.int32))
    return Layout(no_splits(), {}, lanes, none, none)


def lay_out(counting: Sequence[Experiment], roster: Roster, who: NDArray[np.uint64]) -> Layout:
    """Splits and lanes of the experiments that still count, in their order; those that have ended keep nobody out.

    Args:
        counting: experiments that run, or that ended so lately that orders still come in.
        who: (shoppers, 2), see `Splits.who`.
    """
    rows: list[tuple[Experiment, str, float, float]] = []
    for one in counting:
        share = one.share
        if one.design is Design.BUDGET_SPLIT:
            rows += [(one, one.campaigns[0], share, 1.0), (one, one.campaigns[1], 0.0, share)]
        else:
            everybody = one.design in (Design.AA, Design.SWITCHBACK)
            rows.append((one, one.campaigns[0], one.turn, one.turn + (0.0 if everybody else share)))
    rows = [row if row[0].running else (row[0], "", 0.0, 0.0) for row in rows]
    count = len(rows)
    splits = Splits(
        key=np.array([stream_of(one.seed, one.id) for one, *_ in rows], np.uint64),
        rule=np.array([(low, high, one.by_region, one.ghost) for one, _, low, high in rows]).reshape(count, 4),
        place=np.array([region_places(one.seed, one.id) for one, *_ in rows]).reshape(count, REGIONS),
        who=who,
    )
    split_of = {campaign: place for place, (_, campaign, _, _) in enumerate(rows) if campaign}
    by_units = [one for one in counting if one.design is not Design.SWITCHBACK]
    first = {one.id: place for place, (one, *_) in reversed(list(enumerate(rows)))}
    lanes = Lanes(
        number=np.array([one.number for one in by_units], np.int64),
        split=np.array([first[one.id] for one in by_units], np.int64),
        low=np.array([one.turn for one in by_units]),
        high=np.array([one.turn + one.share for one in by_units]),
        on_arrival=np.array([not one.enters_on_exposure for one in by_units], np.bool_),
        open=np.array([one.running for one in by_units], np.bool_),
        slot=np.full((len(by_units), len(who)), -1, np.int32),
    )
    lane_of = {campaign: lane for lane, one in enumerate(by_units) if one.running for campaign in one.campaigns}
    names = [one.id for one in roster.campaigns]
    split = np.array([split_of.get(name, -1) for name in names], np.int64)
    lane = np.array([lane_of.get(name, -1) for name in names], np.int64)
    none = np.zeros(0, np.int64)
    return Layout(
        splits,
        split_of,
        lanes,
        split[roster.campaign] if len(names) else none,
        lane[roster.campaign] if len(names) else none,
    )
