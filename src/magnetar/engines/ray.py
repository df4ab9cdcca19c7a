"""Work spread over Ray: this machine's cores, or the cluster that RAY_ADDRESS names (extra `scale`).

Workers import this package, so it must be installed where they run. Nothing is reported to Ray's makers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray  # pyright: ignore[reportMissingImports]  # after what it reads when it is imported

AHEAD = 2
"""Pieces waiting for each worker, so that none waits for the next."""


class Ray:
    """A Ray that is running already is used and left running; one that is started here ends with the call."""

    def run(
        self, work: Callable[[Any], Any], items: Sequence[Any], workers: int
    ) -> Generator[tuple[int, Any], None, None]:
        started = not ray.is_initialized()
        if started:
            cores = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": workers or os.cpu_count()}
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR", **cores)
        try:
            yield from self._run(work, items, workers or int(ray.cluster_resources().get("CPU", 1)))
        finally:
            if started:
                ray.shutdown()

    def _run(
        self, work: Callable[[Any], Any], items: Sequence[Any], workers: int
    ) -> Generator[tuple[int, Any], None, None]:
        task, shared = ray.remote(_do), ray.put(work)
        waiting: dict[Any, int] = {}
        left = iter(enumerate(items))
        try:
            while True:
                while len(waiting) < AHEAD * workers and (piece := next(left, None)) is not None:
                    waiting[task.remote(shared, piece[1])] = piece[0]
                if not waiting:
                    return
                [done, *_], _ = ray.wait(list(waiting))
                yield waiting.pop(done), _result(done)
        finally:
            for one in waiting:
                ray.cancel(one, force=True)


def _do(work: Callable[[Any], Any], item: Any) -> Any:
    return work(item)


def _result(done: Any) -> Any:
    """What a piece of work returned; what it raised, it raises here."""
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
