"""Spreading independent pieces of work: worlds, pairs, shards. Where they run is a setting, the call is one.

    for place, result in spread(partial(run_pair, setting), range(pairs)):
        ...

`processes` (the default) runs them beside this one; `ray` on whatever machines Ray has (extra `scale`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol, TypeVar

from magnetar.kernel.ports import Port
from magnetar.kernel.settings import Settings

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spreader(Protocol):
    """Runs pieces of work on several workers."""

    def run(
        self, work: Callable[[Any], Any], items: Sequence[Any], workers: int
    ) -> Generator[tuple[int, Any], None, None]:
        """(place in `items`, result), as they are done; at least two items and two workers.

        An exception in a piece of work ends the others and is raised here as it was. So does closing
        the iterator early end them.
        """
        ...


SPREADERS = Port[Spreader](
    "spread",
    {"processes": "magnetar.engines.processes:Processes", "ray": "magnetar.engines.ray:Ray"},
    "processes",
    extra="scale",
)


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int = 0, over: str = ""
) -> Generator[tuple[int, Result], None, None]:
    """Each item's result as it is done, with the item's place.

    Args:
        work: a function that can be pickled: of a module, or a partial of one.
        items: what it is called with, one call each.
        workers: how many run at once; 0 takes the provider's cores, here or in Ray's cluster. With
            one worker or one item everything runs in this process, in order, whatever the provider.
        over: provider; by default the setting `spread`.

    Raises:
        ValueError: workers is negative.
        UnknownProvider, ProviderUnavailable: there is no such provider, or its package is missing.

    >>> sorted(spread(abs, [-3, 2], workers=1))
    [(0, 3), (1, 2)]
    """
    if workers < 0:
        raise ValueError(f"workers must be at least 0, found {workers}")
    chosen = over or Settings().spread
    spreader = SPREADERS.make(chosen)
    if chosen == SPREADERS.default:
        workers = min(workers or os.cpu_count() or 1, len(items))
    if workers == 1 or len(items) <= 1:
        return ((place, work(item)) for place, item in enumerate(items))
    return spreader.run(work, items, workers)
