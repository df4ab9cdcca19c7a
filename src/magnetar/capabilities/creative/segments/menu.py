"""What a product's films may say: checked parts of copy as takes, and which of them go together in one film."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combined

from magnetar.capabilities.creative.copy.parts import Copy, Part, repeats
from magnetar.capabilities.creative.motion import Way
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.segments.recipes import TUNES, Recipe
from magnetar.capabilities.creative.segments.takes import LOOKS, Take, way_of
from magnetar.capabilities.creative.storyboard import Look
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput

_MANY = 60
"""From so many films on there are more points and offers to choose from."""
_POINTS, _POINTS_MANY, _OFFERS, _OFFERS_MANY = 5, 8, 2, 4
_FEW_POINTS = 5
"""Below so many points each is taken in every look where many films are wanted."""
_OPENERS, _ORDERS = 3, 96
"""Points that may follow a hook first, and orders of points kept for one hook: each first costs a turn to paint."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Takes of checked parts."""

    copy: Copy
    scripts: tuple[Script, ...]
    """One for each thing that an offer may ask to do."""
    parts: dict[Take, Part]
    bodies: tuple[tuple[tuple[Take, ...], ...], ...]
    """For each hook its hooks-and-points in order; each may be followed by any offer."""
    offers: tuple[Take, ...]
    slots: int
    """Points in a film."""

    @property
    def scripts_count(self) -> int:
        """Different scripts, leaving looks, music and band aside."""
        said = {tuple(self.parts[take].key for take in body) for bodies in self.bodies for body in bodies}
        return len(said) * len({self.parts[take].key for take in self.offers})

    def script_of(self, recipe: Recipe) -> str:
        """A stable name of what a film says."""
        return "-".join(self.parts[take].key for take in recipe.takes)

    def choose(self, texts: Sequence[str], count: int, chance: Chance, most_tunes: int = TUNES) -> list[Recipe]:
        """Recipes of so many different films: hooks take turns, scripts repeat only when all were used.

        Args:
            texts: band texts; at least one, which may be empty.
            most_tunes: so many tunes at most, unless there are too few films without more.

        Raises:
            BadInput: there are fewer different films; the message says how many.
        """
        films = [len(bodies) * len(self.offers) for bodies in self.bodies]
        most = sum(films) * len(texts) * TUNES
        if count > most:
            raise BadInput(
                f"--variants {count}: 这个商品只有 {most} 种不同的影片 this product has only {most} different films "
                f"({len(self.bodies)} hooks, {sum(films)} scripts, {len(texts)} band texts, {TUNES} tunes). "
                f"Ask for at most {most}, or give more facts in the record or band texts (--text)."
            )
        tunes = min(TUNES, most_tunes, max(math.ceil(math.sqrt(count) / 3), 12))
        tunes = max(tunes, math.ceil(count / (sum(films) * len(texts))))
        ends = list(combined(range(tunes), range(len(texts))))
        after = chance.of("ends").order(len(ends))
        draws = chance.of("orders").uniforms(len(films) * 2)
        steps = [_coprime(1 + int(draws[2 * row] * each), each) for row, each in enumerate(films)]
        starts = [0, *(int(draws[2 * row + 1] * each) for row, each in enumerate(films) if row)]
        taken = [0] * len(films)
        chosen: list[Recipe] = []
        row = 0
        while len(chosen) < count:
            if taken[row] < films[row] * len(ends):
                lap, turn = divmod(taken[row], films[row])
                script = (starts[row] + turn * steps[row]) % films[row]
                body, offer = divmod(script, len(self.offers))
                tune, text = ends[int(after[(script + 7 * row + lap) % len(ends)])]
                chosen.append(Recipe((*self.bodies[row][body], self.offers[offer]), tune, texts[text]))
                taken[row] += 1
            row = (row + 1) % len(films)
        return chosen

    def texts(self) -> list[str]:
        """Short facts that were checked with their parts, for the band."""
        found = [self.copy.brand, "".join(self.copy.price)]
        found += [
            part.line.chip for part in (*self.copy.points, *self.copy.hooks) if part.line.chip and not part.audience
        ]
        return list(dict.fromkeys(text for text in found if text))


def make_menu(copy: Copy, count: int, chance: Chance) -> Menu:
    """The takes for so many films: as many hooks, points and offers as serve them, no more, since each must be painted."""
    actions = list(dict.fromkeys(part.action for part in copy.offers))
    hooks = list(_turns(copy.hooks))[: max(min(count, 8), math.ceil(0.75 * math.sqrt(count)))]
    offers = sorted(copy.offers, key=lambda part: -part.weight)
    offers = offers[: 1 if count < 4 else _OFFERS if count < _MANY else _OFFERS_MANY]
    points = _points(copy, _POINTS if count < _MANY else _POINTS_MANY)
    scripts = tuple(
        Script(copy.product, copy.brief.language, copy.brand, (hooks[0].line, offers[0].line), copy.price, copy.list_price, action)
        for action in actions
    )  # fmt: skip
    parts: dict[Take, Part] = {}
    opening = [Take("hook", part.line, Look.STUDIO, Way.CLOSER, 1.0, 0) for part in hooks]
    parts.update(zip(opening, hooks, strict=True))
    draws = chance.of("takes").uniforms(len(points) * len(LOOKS) + 1, 2)
    first = int(draws[-1, 0] * len(LOOKS))
    looks = len(LOOKS) if count >= _MANY and len(points) < _FEW_POINTS else 1
    middle: list[Take] = []
    for row, part in enumerate(points):
        for turn in range(looks):
            look = LOOKS[(first + row + turn) % len(LOOKS)]
            across, near = draws[row * len(LOOKS) + turn]
            closer = 1.0 if look is Look.CARD else 1.0 + 0.1 * float(near)
            take = Take("point", part.line, look, way_of(look, across), closer, 0)
            parts[take] = part
            middle.append(take)
    ending = [Take("offer", part.line, Look.OFFER, Way.CLOSER, 1.0, actions.index(part.action)) for part in offers]
    parts.update(zip(ending, offers, strict=True))
    slots, bodies = _slots(copy, opening, middle, parts, offers[0])
    return Menu(copy, scripts, parts, bodies, tuple(ending), slots)


def _turns(hooks: Sequence[Part]) -> Iterator[Part]:
    """Hooks by weight, angles in turn; within an angle every audience once before any twice."""
    lanes: dict[str, list[tuple[int, Part]]] = {}
    seen: dict[tuple[str, str], int] = {}
    for hook in sorted(hooks, key=lambda one: -one.weight):
        depth = seen.get((hook.angle, hook.audience), 0)
        seen[hook.angle, hook.audience] = depth + 1
        lanes.setdefault(hook.angle, []).append((depth, hook))
    ordered = [[hook for _, hook in sorted(lane, key=lambda one: one[0])] for lane in lanes.values()]
    for place in range(max(map(len, ordered), default=0)):
        yield from (lane[place] for lane in ordered if place < len(lane))


def _points(copy: Copy, most: int) -> list[Part]:
    """What must be said, then points by weight, those on fields of their own before those that share one.

    A fact beside a selling point is given up where it is needed as a point of its own.
    """
    ranked = sorted(copy.points, key=lambda part: -part.weight)
    apart = _apart(copy, ranked)
    if len(apart) < copy.brief.points + 2:
        apart = max(apart, _apart(copy, sorted(ranked, key=lambda part: bool(part.line.chip))), key=len)
    found = [*apart, *(part for part in ranked if part not in apart)]
    return found[: max(most, len(copy.musts))]


def _apart(copy: Copy, ranked: Sequence[Part]) -> list[Part]:
    found, used = list(copy.musts), frozenset[str]().union(*(part.uses for part in copy.musts))
    for part in ranked:
        if part not in found and not part.uses & used:
            found.append(part)
            used |= part.uses
    return found


def _slots(
    copy: Copy, hooks: Sequence[Take], points: Sequence[Take], parts: dict[Take, Part], offer: Part
) -> tuple[int, tuple[tuple[tuple[Take, ...], ...], ...]]:
    """The most points that at least half of the hooks can be followed by, and the orders of them."""
    wanted = max(copy.brief.points, len(copy.musts))
    for slots in range(min(wanted, len(points)), -1, -1):
        bodies = [found for hook in hooks if (found := _orders(copy, hook, points, parts, offer, slots))]
        if 2 * len(bodies) >= len(hooks):
            return slots, tuple(bodies)
    raise BadInput(
        f"商品 {copy.product.id!r}: must_say {[part.line.headline for part in copy.musts]} 放不进一条片 does not go into one film "
        "with any of its hooks. Ask for fewer texts that must be said, or a longer film."
    )


def _orders(
    copy: Copy, hook: Take, points: Sequence[Take], parts: dict[Take, Part], offer: Part, slots: int
) -> tuple[tuple[Take, ...], ...]:
    """Orders of points after a hook that `Copy.fits` allows, no look twice in a row where there are several."""
    start = parts[hook]
    free = [take for take in points if not parts[take].uses & start.uses and not repeats(start, parts[take])]
    several = len({take.look for take in free}) > 1
    for strict in (True, False) if several else (False,):
        found: list[tuple[Take, ...]] = []
        for chosen in _paths(free, parts, slots, strict):
            if len(found) == _ORDERS:
                break
            if copy.fits(start, [parts[take] for take in chosen], offer):
                found.append((hook, *chosen))
        if found:
            return tuple(found)
    return ()


def _paths(free: Sequence[Take], parts: dict[Take, Part], slots: int, strict: bool) -> Iterator[tuple[Take, ...]]:
    """Ordered choices of points that share no field, few of them first."""
    if not slots:
        yield ()
        return

    def further(path: tuple[Take, ...], used: frozenset[str]) -> Iterator[tuple[Take, ...]]:
        if len(path) == slots:
            yield path
            return
        for take in free if path else free[: max(_OPENERS, 1)]:
            part = parts[take]
            fresh = not part.uses & used and all(take.line.headline != before.line.headline for before in path)
            if fresh and not (strict and path and path[-1].look is take.look):
                yield from further((*path, take), used | part.uses)

    roads = [further((take,), parts[take].uses) for take in free[:_OPENERS]]
    while roads:  # in turn, so that a limit does not favour one of them
        left: list[Iterator[tuple[Take, ...]]] = []
        for road in roads:
            if (path := next(road, None)) is not None:
                yield path
                left.append(road)
        roads = left


def _coprime(start: int, total: int) -> int:
    """A step from `start` on that visits every number below the total."""
    step = max(1, start)
    while total > 1 and math.gcd(step, total) != 1:
        step += 1
    return step
