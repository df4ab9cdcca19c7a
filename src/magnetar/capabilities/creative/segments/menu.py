"""What a product's films may say: checked parts of copy as takes, and which of them go together in one film."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, zip_longest
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
_ORDERS = 96
"""Orders of points kept for one hook."""
_WIDEST = 80
"""Hooks of one call at most; each costs a scene and a turn to paint."""
_LATER = 200.0
"""Weight that parts of another tone lack."""


@dataclass(frozen=True)
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

    @cached_property
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
        chosen: list[Recipe] = []
        for lap in range(len(ends)):
            for row, turn, takes in self._scripts(chance):
                if len(chosen) == count:
                    return chosen
                tune, text = ends[int(after[(turn + 7 * row + lap) % len(ends)])]
                chosen.append(Recipe(takes, tune, texts[text]))
        return chosen

    def _scripts(self, chance: Chance) -> Iterator[tuple[int, int, tuple[Take, ...]]]:
        """Every script once, in the looks that come first, then in the others: hook, number, takes; hooks in turn."""
        draws = chance.of("orders").uniforms(len(self.bodies) * 2)
        rounds = [_rounds(bodies, self.parts) for bodies in self.bodies]
        for looks in range(max(map(len, rounds))):
            rows = [(row, each[looks]) for row, each in enumerate(rounds) if looks < len(each)]
            for turn in range(max(len(bodies) for _, bodies in rows) * len(self.offers)):
                for row, bodies in rows:
                    total = len(bodies) * len(self.offers)
                    if turn < total:
                        start = int(draws[2 * row + 1] * total) if row or looks else 0
                        step = _coprime(1 + int(draws[2 * row] * total), total)
                        body, offer = divmod((start + turn * step) % total, len(self.offers))
                        yield row, turn, (*bodies[body], self.offers[offer])

    def texts(self) -> list[str]:
        """Short facts that were checked with their parts, for the band."""
        found = [self.copy.brand, "".join(self.copy.price)]
        found += [
            part.line.chip for part in (*self.copy.points, *self.copy.hooks) if part.line.chip and not part.audience
        ]
        return list(dict.fromkeys(text for text in found if text))


@dataclass(frozen=True, slots=True)
class _Size:
    """How much of the copy is laid out."""

    hooks: int
    points: int
    offers: int
    openers: int
    """Points that may follow a hook first: each costs a turn to paint."""
    slots: int
    """Points of a film at most."""


def make_menu(copy: Copy, count: int, chance: Chance) -> Menu:
    """The takes for so many films, no more than serve them, since each must be painted.

    Where they give fewer scripts than films, offers, points and hooks are added while the copy has more; in the end
    films say a point less each, where that makes at least twice as many scripts.
    """
    hooks, many = list(_turns(copy.hooks)), count >= _MANY
    wanted = max(min(count, 8), math.ceil(0.75 * math.sqrt(count)))
    offers = 1 if count < 4 else _OFFERS_MANY if many else _OFFERS
    slots = max(copy.brief.points, len(copy.musts))
    size = _Size(wanted, _POINTS_MANY if many else _POINTS, offers, 1, slots)
    most = _Size(min(len(hooks), max(wanted, _WIDEST)), _POINTS_MANY, len(copy.offers), len(copy.points), slots)
    menu = _laid(copy, hooks, size, count, chance)
    while menu.scripts_count < count and (larger := _larger(size, most)) != size:
        size = larger
        menu = max(menu, _laid(copy, hooks, size, count, chance), key=lambda one: one.scripts_count)
    while menu.scripts_count < count and menu.slots > max(1, len(copy.musts)):
        fewer = _laid(copy, hooks, replace(size, slots=menu.slots - 1), count, chance)
        if fewer.scripts_count < min(count, 2 * menu.scripts_count):
            break
        menu = fewer
    return menu


def _larger(size: _Size, most: _Size) -> _Size:
    """The next size: what costs least first."""
    for name in ("openers", "offers", "points"):
        if getattr(size, name) < getattr(most, name):
            return replace(size, **{name: getattr(size, name) + 1})
    return replace(size, hooks=max(size.hooks, min(most.hooks, math.ceil(1.4 * size.hooks))))


def _laid(copy: Copy, every: Sequence[Part], size: _Size, count: int, chance: Chance) -> Menu:
    actions = list(dict.fromkeys(part.action for part in copy.offers))
    offers = sorted(copy.offers, key=lambda part: -part.weight)[: size.offers]
    points = _points(copy, size.points)
    scripts = tuple(
        Script(copy.product, copy.brief.language, copy.brand, (every[0].line, offers[0].line), copy.price, copy.list_price, action)
        for action in actions
    )  # fmt: skip
    parts: dict[Take, Part] = {}
    draws = chance.of("takes").uniforms(len(points) * len(LOOKS) + 1, 2)
    first = int(draws[-1, 0] * len(LOOKS))
    looks = len(LOOKS) if count >= _MANY and len(points) < _FEW_POINTS else 1
    middle: list[Take] = []
    for row, part in enumerate(points):
        for turn in range(looks):
            look = LOOKS[(first + row + turn) % len(LOOKS)]
            across, near = draws[row * len(LOOKS) + turn]
            closer = 1.0 if look is Look.CARD else 1.0 + 0.1 * float(near)
            take = Take("point", part.line, look, way_of(look, across), closer, 0, row + turn + 1)
            parts[take] = part
            middle.append(take)
    ending = [Take("offer", part.line, Look.OFFER, Way.CLOSER, 1.0, actions.index(part.action)) for part in offers]
    parts.update(zip(ending, offers, strict=True))
    opening = [Take("hook", part.line, Look.STUDIO, Way.CLOSER, 1.0, 0, row) for row, part in enumerate(every)]
    parts.update(zip(opening, every, strict=True))
    slots, bodies = _slots(copy, opening, middle, parts, offers[0], size)
    return Menu(copy, scripts, parts, bodies, tuple(ending), slots)


def joined(copy: Copy, more: Sequence[Copy]) -> Copy:
    """A copy with hooks and offers of others of the same record, which come after its own."""

    def all_of(name: str) -> tuple[Part, ...]:
        own: tuple[Part, ...] = getattr(copy, name)
        later = [replace(part, weight=part.weight - _LATER) for one in more for part in getattr(one, name)]
        return tuple({part.key: part for part in reversed((*own, *later))}.values())[::-1]

    return replace(copy, hooks=all_of("hooks"), offers=all_of("offers"))


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
    copy: Copy, hooks: Sequence[Take], points: Sequence[Take], parts: dict[Take, Part], offer: Part, size: _Size
) -> tuple[int, tuple[tuple[tuple[Take, ...], ...], ...]]:
    """The most points that enough hooks can be followed by, and the orders of them after each of those hooks.

    Enough are as many as are wanted, passing over those that leave too few points; or half of what there is.
    """
    for slots in range(min(size.slots, len(points)), -1, -1):
        bodies: list[tuple[tuple[Take, ...], ...]] = []
        for hook in hooks:
            if found := _orders(copy, hook, points, parts, offer, slots, size.openers, len(bodies)):
                bodies.append(found)
            if len(bodies) == size.hooks:
                break
        if 2 * len(bodies) >= min(len(hooks), size.hooks):
            return slots, tuple(bodies)
    raise BadInput(
        f"商品 {copy.product.id!r}: must_say {[part.line.headline for part in copy.musts]} 放不进一条片 does not go into one film "
        "with any of its hooks. Ask for fewer texts that must be said, or a longer film."
    )


def _orders(
    copy: Copy, hook: Take, points: Sequence[Take], parts: dict[Take, Part], offer: Part, slots: int, openers: int, turn: int
) -> tuple[tuple[Take, ...], ...]:  # fmt: skip
    """Orders of points after a hook that `Copy.fits` allows, no look twice in a row where there are several.

    Args:
        openers: points that may come first.
        turn: which of the free points is the first of them, so that hooks begin differently.
    """
    start = parts[hook]
    free = [take for take in points if not parts[take].uses & start.uses and not repeats(start, parts[take])]
    if not slots:
        return ((hook,),) if copy.fits(start, [], offer) else ()
    turned = free[turn % len(free) :] + free[: turn % len(free)] if free else []
    several = len({take.look for take in free}) > 1
    for strict in (True, False) if several else (False,):
        roads: list[list[tuple[Take, ...]]] = []
        for first in turned:
            ways = _paths(first, free, parts, slots, strict)
            road = list(islice((one for one in ways if copy.fits(start, [parts[t] for t in one], offer)), _ORDERS))
            if road:
                roads.append(road)
            if len(roads) == openers:
                break
        if roads:  # in turn, so that a limit does not favour one of them
            dealt = (path for paths in zip_longest(*roads) for path in paths if path is not None)
            return tuple((hook, *path) for path in islice(dealt, _ORDERS))
    return ()


def _paths(
    first: Take, free: Sequence[Take], parts: dict[Take, Part], slots: int, strict: bool
) -> Iterator[tuple[Take, ...]]:
    """Ordered choices of points that begin with one of them and share no field."""

    def further(path: tuple[Take, ...], used: frozenset[str]) -> Iterator[tuple[Take, ...]]:
        if len(path) == slots:
            yield path
            return
        for take in free:
            part = parts[take]
            fresh = not part.uses & used and all(take.line.headline != before.line.headline for before in path)
            if fresh and not (strict and path[-1].look is take.look):
                yield from further((*path, take), used | part.uses)

    return further((first,), parts[first].uses)


def _rounds(bodies: Sequence[tuple[Take, ...]], parts: dict[Take, Part]) -> list[list[tuple[Take, ...]]]:
    """Bodies that say different things, then the same in other looks, and so on."""
    found: list[list[tuple[Take, ...]]] = []
    seen: dict[tuple[str, ...], int] = {}
    for body in bodies:
        said = tuple(parts[take].key for take in body)
        depth = seen.get(said, 0)
        seen[said] = depth + 1
        if depth == len(found):
            found.append([])
        found[depth].append(body)
    return found


def _coprime(start: int, total: int) -> int:
    """A step from `start` on that visits every number below the total."""
    step = max(1, start)
    while total > 1 and math.gcd(step, total) != 1:
        step += 1
    return step
