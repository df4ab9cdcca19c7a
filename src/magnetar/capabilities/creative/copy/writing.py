"""From a product, its card and a brief to parts, and from parts to many distinct scripts in a ranked order.

Every part is held against the record once; a script is a choice of parts, numbered, so that thousands cost little more
than their objects and the same arguments give the same scripts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.angles import fills, order_of
from magnetar.capabilities.creative.copy.audiences import Voice, voices
from magnetar.capabilities.creative.copy.brief import Brief
from magnetar.capabilities.creative.copy.claims import check_record, check_text
from magnetar.capabilities.creative.copy.evidence import Matter, Said, gather
from magnetar.capabilities.creative.copy.parts import Copy, Ground, Part, Pitch, repeats, told_once
from magnetar.capabilities.creative.copy.phrasing import CAPTION, HEADLINE, HOOKS, OFFERS, Template, of_tone
from magnetar.capabilities.creative.copy.reading import counted
from magnetar.capabilities.creative.copy.record import Record, read_record
from magnetar.capabilities.creative.facts import numbers, show_price
from magnetar.capabilities.creative.script import SOLD_OUT, Line, says, stated
from magnetar.capabilities.creative.wording import clauses
from magnetar.capabilities.understanding import Audience, ProductCard
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import Refused
from magnetar.vocabulary.catalogue import Product

MOST = 100_000
"""Scripts of one call."""
_SLOT = re.compile(r"\{(\w+)\}")


def make_copy(
    product: Product, card: ProductCard, brief: Brief | None = None, *, points: Sequence[str] = (),
    audiences: Sequence[Audience] = (),
) -> Copy:  # fmt: skip
    """Everything that may be said of a product for a brief, in parts that were checked one by one.

    Args:
        card: understanding's card of the same product.
        points: the merchant's selling points in the brief's language, where the record's own are in another one; a
            point with a number that the record lacks is left out with a note.
        audiences: understanding's ranked audiences, best first.

    Raises:
        BadInput: no title that can be shown.
        Refused: a text of must_say that the record does not hold; a name that must_not_say rules out; a record of which
            nothing may be said.
    """
    brief = brief or Brief()
    notes: list[str] = []
    own = read_record(product)
    points = [text for text in points if _numbers_known(text, own, notes)]
    record = read_record(product, points)
    matter = gather(product, card, brief.language, points)
    price = show_price(product.price)
    was = product.list_price
    shown_was = show_price(was) if was is not None and record.list_price is not None else None
    judge = _Judge(record, brief, notes)
    if word := brief.forbids(matter.name):
        raise Refused(
            f"must_not_say {word!r} 在商品名里 stands in the name of product {product.id!r}, {matter.name!r}. "
            "Leave the word out of the brief, or change the title."
        )
    prices = "".join(price), "".join(shown_was) if shown_was else ""
    called = voices(matter, audiences, brief.audience)
    hooks = [part for part in _hooks(matter, brief, called, *prices) if judge.takes(part)]
    told = [part for part in _points(matter) if judge.takes(part)]
    offers = [part for part in _offers(matter, brief, product.available) if judge.takes(part)]
    musts = [_must(text, told, record, brief) for text in brief.must_say]
    notes = [*matter.notes, *dict.fromkeys(notes)]
    if not hooks or not offers:
        why = next((note for note in notes if "left out" in note), "no text that can be shown")
        raise Refused(
            f"商品 {product.id!r} 没有可说的 nothing may be said of it in {brief.language!r}, {matter.name[:60]!r}: {why}. "
            "Correct its title, or loosen the brief."
        )
    return Copy(
        product, brief, matter.brand, price, shown_was, _distinct(hooks), _distinct([*musts, *told]), _distinct(offers),
        _distinct(musts), tuple(notes), tuple(points),
    )  # fmt: skip


def write_scripts(
    product: Product, card: ProductCard, brief: Brief | None = None, count: int = 1, seed: int = 0, *,
    points: Sequence[str] = (), audiences: Sequence[Audience] = (),
) -> list[Pitch]:  # fmt: skip
    """Distinct scripts, best first; angles and audiences take turns so that the first few differ most.

    Fewer than `count` come back where the record holds no more. The same arguments give the same scripts.

    Raises:
        ValueError: count is not from 1 to `MOST`.
        BadInput, Refused: as `make_copy`.
    """
    return choose_scripts(make_copy(product, card, brief, points=points, audiences=audiences), count, seed)


def choose_scripts(copy: Copy, count: int, seed: int = 0) -> list[Pitch]:
    """As `write_scripts`, of parts that are ready (reworded ones too)."""
    if not 1 <= count <= MOST:
        raise ValueError(f"count must be from 1 to {MOST}, found {count}")
    chance = Chance(seed).of("scripts", str(copy.product.id), copy.brief.language)
    rows = [_Row(copy, hook, chance.of(hook.key)) for hook in _turns(copy.hooks)]
    rows = [row for row in rows if row.total]
    found: dict[str, Pitch] = {}
    place = 0
    while rows and len(found) < count:
        left: list[_Row] = []
        for row in rows:
            if len(found) >= count:
                break
            pitch = row.take(natural=place == 0 and not found)
            while pitch is None and row.taken < row.total:
                pitch = row.take()
            if pitch is not None:
                found.setdefault(pitch.key, pitch)
            if row.taken < row.total:
                left.append(row)
        rows, place = left, place + 1
    return list(found.values())


class _Row:
    """One hook with all its choices of points and offer, numbered; visited in an order that repeats none."""

    def __init__(self, copy: Copy, hook: Part, chance: Chance) -> None:
        self._copy, self._hook = copy, hook
        said = " ".join(hook.texts)
        self._musts = tuple(part for part in copy.musts if part.line.headline not in said)
        fixed = frozenset[str]().union(hook.uses, *(part.uses for part in self._musts))
        free = [
            part for part in copy.points if not part.uses & fixed and part not in copy.musts and not repeats(hook, part)
        ]
        wanted = max(0, copy.brief.points - len(self._musts))
        self._free = free
        self._count = min(wanted, len({part.uses for part in free}))
        self.total = math.perm(len(free), self._count) * len(copy.offers)
        if any(part.uses & hook.uses for part in self._musts):
            self.total = 0
        draws = chance.uniforms(2)
        self._start = int(draws[0] * self.total)
        self._step = _coprime(int(draws[1] * self.total), self.total)
        self.taken = 0

    def take(self, natural: bool = False) -> Pitch | None:
        """The next script; None where the next choice tells a field twice."""
        number = 0 if natural else (self._start + self.taken * self._step) % self.total
        self.taken += 1
        number, offer = divmod(number, len(self._copy.offers))
        points = self._chosen(number)
        if not told_once(points):
            return None
        return self._copy._joined(self._hook, (*self._musts, *points), self._copy.offers[offer])  # pyright: ignore[reportPrivateUsage]

    def _chosen(self, number: int) -> list[Part]:
        """The number-th ordered choice of points; choice 0 is the record's own order."""
        pool, chosen = list(self._free), list[Part]()
        for place in range(self._count):
            below = math.perm(len(pool) - 1, self._count - place - 1)
            first, number = divmod(number, below)
            chosen.append(pool.pop(first))
        return chosen


def _coprime(start: int, total: int) -> int:
    """A step from `start` on that visits every number below the total."""
    step = max(1, start)
    while total > 1 and math.gcd(step, total) != 1:
        step += 1
    return step


def _turns(hooks: Sequence[Part]) -> Iterator[Part]:
    """Hooks in turn over their angles, each angle's by weight; those for everybody before those for one audience."""
    lanes: dict[str, list[Part]] = {}
    for hook in sorted(hooks, key=lambda one: -one.weight):
        lanes.setdefault(hook.angle, []).append(hook)
    depth = max(map(len, lanes.values()), default=0)
    for place in range(depth):
        for lane in lanes.values():
            if place < len(lane):
                yield lane[place]


@dataclass(slots=True)
class _Judge:
    """Takes a part, or leaves it out with a note."""

    record: Record
    brief: Brief
    notes: list[str]

    def takes(self, part: Part) -> bool:
        line = part.line
        texts = [line.headline, line.caption, line.chip]
        if line.kind != "offer" and (
            (len(line.headline) > HEADLINE[self.brief.language] and part.angle != "point" and not _bare(part))
            or len(line.caption) > CAPTION[self.brief.language]
        ):  # fmt: skip
            return False
        if word := self.brief.forbids(" ".join(texts)):
            self.notes.append(f"{part.angle}: left out, must_not_say {word!r}")
            return False
        findings = check_record(texts, self.record)
        for one in findings:
            self.notes.append(f"{part.angle}: left out, {one.kind} {one.words[:40]!r}: {one.reason}")
        return not findings


def _bare(part: Part) -> bool:
    """Whether a headline is the product's name alone, which no shorter one can replace."""
    return part.line.headline == part.grounds[0].words


def _numbers_known(text: str, own: Record, notes: list[str]) -> bool:
    known = set().union(*(numbers(one) for one in own.texts))
    if unknown := numbers(text[:2000]) - known:
        notes.append(f"points: left out, not in the record: {', '.join(map(str, sorted(unknown)[:5]))}")
        return False
    return True


def _distinct(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple({part.key: part for part in reversed(parts)}.values())[::-1]


def _filled(template: Template, words: dict[str, str]) -> tuple[str, str] | None:
    """Headline and caption; None where a brace has no words, or both are the same."""
    done: list[str] = []
    for text in (template.headline, template.caption):
        slots = _SLOT.findall(text)
        if any(not words.get(slot) for slot in slots):
            if text is template.caption and text in ("{rest}", "{extras}"):
                done.append("")
                continue
            return None
        done.append(_SLOT.sub(lambda match: words[match[1]], text).strip())
    headline, caption = done
    if headline[:1].islower() and headline[:1].isascii():
        headline = headline[:1].upper() + headline[1:]
    return headline, "" if caption == headline else caption


def _hooks(matter: Matter, brief: Brief, called: Sequence[Voice], price: str, list_price: str) -> list[Part]:
    """Each allowed angle in every fitting template, for everybody and for each audience."""
    order = order_of(brief.goal, brief.price_first)
    everybody = not brief.audience or not called
    bare = matter.language == "en" and counted(matter.name)
    found: list[Part] = []
    for rank, angle in enumerate(order):
        templates = of_tone(HOOKS[matter.language][angle], brief.tone)
        templates = [one for one in templates if not bare or "the {name}" not in one.headline.lower() + one.caption]
        if angle == "audience":
            name = Ground(matter.name, matter.title_field)
            for place, voice in enumerate(called):
                for number, template in enumerate(templates):
                    words = {"who": voice.call, "name": matter.name, "extras": matter.extras, "brand": matter.brand}
                    if filled := _filled(template, words):
                        line = Line("hook", *filled, matter.leaf)
                        weight = 100.0 - 5 * rank - number - 0.5 * place
                        found.append(Part(line, angle, (name, *voice.grounds), voice.name, weight=weight))
            continue
        for place, fill in enumerate(fills(angle, matter, price, list_price)):
            for number, template in enumerate(templates):
                filled = _filled(template, dict(fill.words))
                if filled is None:
                    continue
                if template.caption == "{name}" and len(filled[1]) > CAPTION[matter.language]:
                    filled = filled[0], ""
                chip = price if brief.price_first and price not in "".join(filled) else matter.leaf
                weight = 100.0 - 5 * rank - number - 0.5 * place
                if everybody:
                    found.append(Part(Line("hook", *filled, chip), angle, fill.grounds, weight=weight))
                for turn, voice in enumerate(called):
                    if voice.call not in "".join(filled) and len(voice.call) <= 18:
                        grounds = (*fill.grounds, *voice.grounds)
                        line = Line("hook", *filled, voice.call)
                        found.append(Part(line, angle, grounds, voice.name, weight=weight - 30.0 - turn))
    return found


def _points(matter: Matter) -> list[Part]:
    """Selling points with a fact beside them and without, then facts and sentences by themselves."""
    found: list[Part] = []
    facts = [one for one in matter.facts if one.key]
    told = "".join(one.text for one in matter.points)
    for place, one in enumerate(matter.points):
        chips = [fact for fact in facts if not says(told, f"{fact.key} {fact.text}")]
        ground = Ground(one.text, one.field)
        found.append(_told("point", one, "", (ground,), 50.0 - place))
        for fact in chips[place : place + 1]:
            grounds = (ground, Ground(f"{fact.key} {fact.text}", fact.field))
            found.append(_told("point", one, stated(fact.key, fact.shown, matter.language), grounds, 50.5 - place))
    for place, fact in enumerate(facts):
        if len(fact.text) > 1 and not says(told, f"{fact.key} {fact.text}"):  # 尺码 M sells nothing
            line = Line("point", stated(fact.key, fact.shown, matter.language))
            found.append(Part(line, "spec", (Ground(f"{fact.key} {fact.text}", fact.field),), weight=30.0 - place))
    for place, one in enumerate(matter.sentences):
        found.append(_told("detail", one, "", (Ground(one.text, one.field),), 20.0 - place))
    return sorted(found, key=lambda part: -part.weight)


def _told(angle: str, one: Said, chip: str, grounds: tuple[Ground, ...], weight: float) -> Part:
    return Part(Line("point", one.head, one.rest, chip), angle, grounds, weight=weight)


def _offers(matter: Matter, brief: Brief, available: bool) -> list[Part]:
    found: list[Part] = []
    for place, template in enumerate(of_tone(OFFERS[matter.language], brief.tone)):
        words = {"name": matter.name, "brand": "" if matter.brand in matter.name else matter.brand}
        if any(not words[slot] for slot in _SLOT.findall(template.headline)):
            continue
        headline = _SLOT.sub(lambda match, words=words: words[match[1]], template.headline)
        own = "{name}" in template.headline
        if not available and not own:
            continue
        action = template.caption if available else SOLD_OUT[matter.language]
        line = Line("offer", headline, "" if own or len(matter.name) > CAPTION[matter.language] else matter.name)
        grounds = (Ground(matter.name, matter.title_field), Ground("", "price"))
        found.append(Part(line, "offer", grounds, action=action, weight=float(own) * 20 - place))
    return sorted(found, key=lambda part: -part.weight)


def _must(text: str, told: Sequence[Part], record: Record, brief: Brief) -> Part:
    """The part that says what must be said: one that says it already, or one of its own.

    Raises:
        Refused: the record does not hold it.
    """
    for part in told:
        if text in "，".join(part.texts) or text in ", ".join(part.texts):
            return part
    if findings := check_text(text, record):
        first = findings[0]
        raise Refused(
            f"must_say {text!r}: {first.reason}{f' ({first.article})' if first.article else ''}, found {first.words!r}. "
            "Put the fact into the product's record, or leave it out."
        )
    first, *rest = clauses(text) or [text]
    mark = "，" if brief.language == "zh" else ", "
    return Part(Line("point", first, mark.join(rest)), "point", (Ground(text, "brief.must_say"),), weight=99.0)
