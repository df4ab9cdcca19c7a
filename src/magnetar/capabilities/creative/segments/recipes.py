"""Which films N variants are: distinct choices of takes, order, tune and band text, used as evenly as they can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product

from magnetar.capabilities.creative.music import PATTERNS, PROGRESSIONS, Tune
from magnetar.capabilities.creative.segments.takes import Grid, Pool, Take
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput

KEYS = 12
TUNES = KEYS * len(PROGRESSIONS) * len(PATTERNS)
"""Tunes that there are at one tempo."""
EVERY_LOOK_FROM = 60
"""From so many variants on each point is taken in every look."""
_MOST_BODIES = 20_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """One film: its takes in order, its tune, the text in its band."""

    takes: tuple[Take, ...]
    tune: int
    text: str


def bodies(pool: Pool, grid: Grid) -> list[tuple[Take, ...]]:
    """Every hook with every order of points that do not repeat it, nor each other, nor the look before."""
    found: list[tuple[Take, ...]] = []
    several_looks = len({take.look for take in pool.points}) > 1
    for hook in pool.hooks:
        free = [take for take in pool.points if take.line.headline != hook.line.headline]
        for chosen in permutations(free, grid.points):
            if len({take.line.headline for take in chosen}) < grid.points:
                continue
            if several_looks and any(a.look is b.look for a, b in pairwise(chosen)):
                continue
            found.append((hook, *chosen))
            if len(found) == _MOST_BODIES:
                return found
    if not found:  # every order repeats a look: better that than no film
        found = [(hook, *pool.points[: grid.points]) for hook in pool.hooks]
    return found


def scripts_count(pool: Pool, grid: Grid) -> int:
    """Different scripts, leaving looks, music and band aside."""
    said = {tuple((take.line.headline, take.line.caption) for take in body) for body in bodies(pool, grid)}
    return len(said) * len({(take.line.headline, take.script) for take in pool.offers})


def choose(pool: Pool, grid: Grid, texts: Sequence[str], count: int, chance: Chance) -> list[Recipe]:
    """Recipes of so many different films.

    Args:
        texts: band texts; at least one, which may be empty.

    Raises:
        BadInput: there are fewer different films; the message says how many.
    """
    middle = bodies(pool, grid)
    most = len(middle) * len(pool.offers) * len(texts) * TUNES
    if count > most:
        raise BadInput(
            f"--variants {count}: 这个商品只有 {most} 种不同的影片 this product has only {most} different films "
            f"({len(pool.hooks)} hooks, {pool.lines} points, {len(texts)} band texts, {TUNES} tunes). "
            f"Ask for at most {most}, or give more selling points or band texts (--text)."
        )
    tunes = max(
        min(TUNES, math.ceil(math.sqrt(count) / 3), 12),
        math.ceil(count / (len(middle) * len(pool.offers) * len(texts))),
    )
    order = chance.of("bodies").order(len(middle))
    ends = list(product(range(len(pool.offers)), range(tunes), range(len(texts))))
    after = chance.of("ends").order(len(ends))
    chosen: list[Recipe] = []
    for number in range(count):
        lap, place = divmod(number, len(middle))
        offer, tune, text = ends[int(after[(lap + place) % len(ends)])]
        chosen.append(Recipe((*middle[int(order[place])], pool.offers[offer]), tune, texts[text]))
    return chosen


def tune_of(number: int, tempo: int, chance: Chance) -> Tune:
    """The n-th tune of a product's films, below TUNES; no two are the same."""
    place = int(chance.of("tunes").order(TUNES)[number])
    place, root = divmod(place, KEYS)
    progression, pattern = divmod(place, len(PATTERNS))
    return Tune(tempo, root, PROGRESSIONS[progression], PATTERNS[pattern])
