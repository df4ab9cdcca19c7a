"""What is learned from, what is chosen on and what is judged on: by each shopper's last events, or by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.registry import Cases
from magnetar.kernel.errors import BadInput

WAYS = ("loo", "time")
VALID_FROM, TEST_FROM = 0.8, 0.9
"""Shares of all events, in order of time, after which validation and test begin."""


@dataclass(frozen=True, slots=True)
class Split:
    """Three parts of the same histories, each later than the one before."""

    way: str
    train: Histories
    """Neither validation nor test events: what a model is fitted to."""
    refit: Histories
    """Train and validation events: what a shop that refits every day would have."""
    valid: Cases
    test: Cases
    """The validation events are known in the contexts of the test, as they are in life."""
    about: Mapping[str, Any] = field(default_factory=dict)


def split(histories: Histories, way: str = "") -> Split:
    """Split by `way`, 'loo' or 'time'; '' splits by time where there are times and by last events where not.

    Raises:
        BadInput: no such way, no times, or nobody is left to be judged.
    """
    way = way or ("loo" if histories.at is None else "time")
    if way not in WAYS:
        raise BadInput(f"--split {way[:20]!r} is unknown. Choose from: {', '.join(WAYS)}.")
    found = leave_one_out(histories) if way == "loo" else by_time(histories)
    if not len(found.test) or not len(found.valid):
        raise BadInput(
            f"没有可评测的顾客 nobody can be judged: {len(found.test)} shoppers for the test, {len(found.valid)} for "
            "validation. Needed are shoppers with 3 events or more; by time, some of them with events "
            "both before and after the dates of the split."
        )
    return found


def leave_one_out(histories: Histories) -> Split:
    """Each shopper's last event is the test, the one before it validation; the rest is learned from.

    >>> from magnetar.capabilities.recommendation.histories import histories_of
    >>> found = leave_one_out(histories_of([["a", "b", "c", "d"], ["a"], ["b", "a"]]))
    >>> found.train.item.tolist(), found.valid.target.tolist(), found.test.target.tolist()
    ([0, 1], [2], [3, 0])
    """
    return Split(
        "loo", histories.before(2), histories.before(1), _last_event(histories.before(1)), _last_event(histories)
    )


def by_time(histories: Histories, valid_from: float = VALID_FROM, test_from: float = TEST_FROM) -> Split:
    """One date for all: learned from is what came before it; judged are the last visits of those who came after.

    A visit is what a shopper did at one time: the goods of one order, or a single click. All of it is to be
    foretold, from everything that the shopper did before it, events after the date included.

    Args:
        valid_from, test_from: shares of all events after which validation and test begin.

    Raises:
        BadInput: the histories have no times.
    """
    if histories.at is None:
        raise BadInput("--split time needs times, which this file does not have. Use --split loo.")
    if not len(histories.item):
        empty = _visits(histories, 0)
        return Split("time", histories, histories, empty, empty)
    order = np.sort(histories.at)
    valid, test = (int(order[min(int(share * len(order)), len(order) - 1)]) for share in (valid_from, test_from))
    refit = histories.kept(histories.at < test)
    return Split(
        "time",
        histories.kept(histories.at < valid),
        refit,
        _visits(refit, valid),
        _visits(histories, test),
        {"valid_from": _date(valid), "test_from": _date(test)},
    )


def _date(moment: int) -> str:
    return str(np.datetime64(moment, "us").astype("datetime64[s]"))


def _last_event(histories: Histories) -> Cases:
    last = np.zeros(len(histories.item), bool)
    last[histories.start[1:][histories.lengths > 0] - 1] = True
    return _cases(histories, last)


def _visits(histories: Histories, since: int) -> Cases:
    """Cases of the shoppers whose last visit is not before `since`."""
    assert histories.at is not None
    end = histories.start[1:]
    at = np.zeros(len(histories), np.int64)
    some = histories.lengths > 0
    at[some] = histories.at[end[some] - 1]
    late = some & (at >= since)
    owner = histories.shopper
    return _cases(histories, late[owner] & (histories.at == at[owner]))


def _cases(histories: Histories, targets: NDArray[np.bool_]) -> Cases:
    """A case for each shopper who has targets and something before them."""
    asked = histories.kept(targets)
    context = histories.kept(~targets)
    which = np.flatnonzero((asked.lengths > 0) & (context.lengths > 0))
    asked = asked.rows(which)
    owner = asked.shopper
    _, first = np.unique(owner * max(1, len(histories.items)) + asked.item, return_index=True)  # once an item
    asked = asked.kept(np.isin(np.arange(len(owner)), first))
    return Cases(context.rows(which), asked.start, asked.item)
