"""Facts of experiments: begun, ended, and what was withheld because of them."""

from __future__ import annotations

from magnetar.kernel.events import Column, Event


class ExperimentStarted(Event, frozen=True):
    """An experiment began, with all that decides who is in which arm."""

    experiment: str
    merchant: str
    design: str
    seed: int
    at: int
    """Microseconds since the Unix epoch."""
    tick: int
    plan: dict[str, object]


class ExperimentEnded(Event, frozen=True):
    """An experiment ended; everybody is served alike again."""

    experiment: str
    merchant: str
    at: int
    tick: int
    why: str


class Withheld(Event, frozen=True):
    """Impressions that an ad group would have won, but for an experiment that keeps the shopper from it.

    Nothing of it was served or charged: a ghost, by which the shoppers of both arms whom the
    campaign would have reached can be told from those it would not have reached.
    """

    tick: int
    request: Column
    """(ghosts,) uint64."""
    shopper: Column
    group: Column
    position: Column
    """(ghosts,), where on the page it would have stood."""
    price: Column
    """(ghosts,) micros, what it would have cost on screen; never charged."""
