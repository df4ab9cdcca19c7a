"""Fine-tuning winners (素材微调): variants of a film that change one element each, best expected first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from magnetar.capabilities.creative.direction import Direction, SceneWish
from magnetar.capabilities.creative.science.features import NAMES, SORTS, table_of
from magnetar.capabilities.creative.science.volume import Belief, Volume
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.catalogue import Product

CHANGEABLE = ("hook", "price", "tempo", "text", "voice", "length", "aspect")
"""What a direction can change and leave everything else as it is."""
_SCALE = {"small": 0.85, "normal": 1.0, "large": 1.2}
_SECONDS = {"short": 9.0, "middle": 0.0, "long": 24.0}
_PACE = {"slow": "slow", "fast": "fast"}


@dataclass(frozen=True, slots=True)
class Change:
    """One element of a creative changed, and what that should bring."""

    sort: str
    level: str
    elements: dict[str, str]
    expected: Volume | None
    """Factor on the click rate of the creative that it is a variant of; None where nothing is known of elements yet."""

    @property
    def name(self) -> str:
        return f"{self.sort}:{self.level}"


def changes(elements: Mapping[str, str], belief: Belief | None = None) -> list[Change]:
    """Every variant of such a creative that changes one element, those first that should bring most."""
    base = {sort: elements.get(sort, levels[0]) for sort, levels in SORTS.items()}
    found = [
        Change(sort, level, {**base, sort: level}, None)
        for sort in CHANGEABLE
        for level in SORTS[sort]
        if level != base[sort] and not (sort == "price" and level == "none")
    ]
    if belief is None:
        return found
    table = table_of([base, *(one.elements for one in found)])
    gain, error = belief.gains(table[0], table[1:])
    ranked = [
        replace(one, expected=Volume.around(log, wide))
        for one, log, wide in zip(found, gain.tolist(), error.tolist(), strict=True)
    ]
    return sorted(ranked, key=lambda one: -one.expected.factor if one.expected else 0.0)


@dataclass(frozen=True, slots=True)
class Refinement:
    """One variant: how to make it, what it changes, and what that should bring."""

    direction: Direction
    sort: str
    level: str
    elements: dict[str, str]
    expected: Volume | None
    """Factor on the winner's own click rate; None where nothing is known of elements yet."""
    reason: str
    reason_en: str


def direction_of(elements: dict[str, str], scenes: Sequence[SceneWish] = ()) -> Direction:
    """How to make a film of these elements; sorts that a direction cannot say are left as they come."""
    return Direction(
        scenes=tuple(scenes),
        text_scale=_SCALE.get(elements.get("text", ""), 1.0),
        price_first=elements.get("price") == "first",
        pace=_PACE.get(elements.get("tempo", ""), ""),
        voice="none" if elements.get("voice") == "none" else "",
        aspect=elements["aspect"] if elements.get("aspect") in SORTS["aspect"] else "9:16",
        length_s=_SECONDS.get(elements.get("length", ""), 0.0),
    )


def refine(
    winner: Creative,
    product: Product,
    *,
    belief: Belief | None = None,
    scenes: Sequence[SceneWish] = (),
    most: int = 12,
) -> list[Refinement]:
    """Variants of a winner, each with one element changed and everything else kept.

    Args:
        belief: what is believed of elements; orders the variants by what they should bring, best first.
        scenes: the winner's scenes, so that its words stay; '' of them leaves words to the script.
        most: how many at most.

    Raises:
        BadInput: the winner is another product's.
    """
    if winner.product != product.id:
        raise BadInput(f"winner {winner.id!r} shows product {winner.product!r}, expected {product.id!r}.")
    base = {sort: winner.elements.get(sort, levels[0]) for sort, levels in SORTS.items()}
    found: list[Refinement] = []
    for one in changes(winner.elements, belief):
        told = _scenes_for(one.sort, one.level, product, scenes)
        if told is None or len(found) == most:
            continue
        zh, en = NAMES[one.sort]
        found.append(
            Refinement(
                direction_of(one.elements, told), one.sort, one.level, one.elements, one.expected,
                f"{zh}由 {base[one.sort]} 改为 {one.level}, 其余不变",
                f"{en} from {base[one.sort]} to {one.level}, all else kept",
            )
        )  # fmt: skip
    return found


def _scenes_for(sort: str, level: str, product: Product, scenes: Sequence[SceneWish]) -> tuple[SceneWish, ...] | None:
    """The scenes of a variant; None where they cannot say it."""
    if sort != "hook":
        return tuple(scenes)
    if not scenes or scenes[0].kind != "hook":
        return None
    hook, rest = scenes[0], tuple(scenes[1:])
    if level == "price":
        money = product.price
        price = f"{'¥' if money.currency == 'CNY' else money.currency + ' '}{money.amount:g}"
        return (replace(hook, headline=price, caption=hook.headline), *rest)
    points = [one for one in rest if one.kind == "point"]
    if level == "point" and points:
        return (replace(hook, headline=points[0].headline, caption=hook.headline), *rest)
    return None  # other openings need words that somebody has to write
