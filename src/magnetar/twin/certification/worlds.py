"""Certification: many worlds by another generator, a twin fitted to each log, forecasts against what came."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from magnetar.kernel.errors import BadInput
from magnetar.twin.certification.one_world import Size, WorldResult, certify_world
from magnetar.twin.world import load_world

FULL = Size(worlds=12, runs=39, ahead=2, shoppers=3_000, pages_per_day=40_000, extra=18, new=6)
QUICK = Size(worlds=4, runs=9, ahead=2, shoppers=2_500, pages_per_day=24_000, extra=18, new=6)
WORLD = "arcade"
"""The other generator; it shares no code with the bazaar, and the fit knows neither."""


def certify(
    seed: int, size: Size, workers: int = 0, tell: Callable[[str], None] = lambda _: None, world: str = WORLD
) -> list[WorldResult]:
    """Every world's forecasts and outcomes, in the order of worlds whatever order they ended in.

    The same seed and size give the same figures, however many processes work.

    Raises:
        BadInput: there are fewer than two worlds, or no world of that name.
    """
    if size.worlds < 2:
        raise BadInput(
            f"A certificate needs at least 2 worlds, because worlds are its unit of chance; found {size.worlds}."
        )
    load_world(world)
    done: dict[int, WorldResult] = {}
    for result in _run(seed, size, workers or os.cpu_count() or 1, world):
        done[result.world] = result
        tell(f"{len(done)}/{size.worlds} {world} {result.world + 1}: {len(result.campaign)} campaigns")
    return [done[one] for one in sorted(done)]


def _one(seed: int, number: int, size: Size, world: str) -> WorldResult:
    return certify_world(seed, number, size, load_world(world))


def _end_at_once() -> None:
    """An interrupt ends a worker where it stands; the parent tells what happened."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(seed: int, size: Size, workers: int, world: str) -> Iterator[WorldResult]:
    if workers == 1:
        for number in range(size.worlds):
            yield _one(seed, number, size, world)
        return
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.name == "posix" else "spawn"
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(min(workers, size.worlds), context, _end_at_once) as pool:
        futures = [pool.submit(_one, seed, number, size, world) for number in range(size.worlds)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
