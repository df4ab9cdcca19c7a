"""Certification: many worlds by another generator, a twin fitted to each log, forecasts against what came."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from magnetar.engines.spread import spread
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
    for _, result in spread(partial(_one, seed, size, world), range(size.worlds), workers):
        done[result.world] = result
        tell(f"{len(done)}/{size.worlds} {world} {result.world + 1}: {len(result.campaign)} campaigns")
    return [done[one] for one in sorted(done)]


def _one(seed: int, size: Size, world: str, number: int) -> WorldResult:
    return certify_world(seed, number, size, load_world(world))
