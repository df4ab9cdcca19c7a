"""Audience reasoning: from a product to ranked audiences, each with its size, its expected response and its reasons.

Three sorts of audience are weighed against each other: the platform's segments (who likes a category best), cohorts
of shoppers whose portraits speak for the product, and look-alikes of its buyers. 破圈 picks among them for new people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from magnetar.capabilities.understanding.cards import ProductCard
from magnetar.capabilities.understanding.identities import IDENTITIES
from magnetar.capabilities.understanding.portraits import BANDS, Portrait
from magnetar.capabilities.understanding.price_standing import Feel
from magnetar.capabilities.understanding.rates import Rates
from magnetar.capabilities.understanding.service import Predictor
from magnetar.kernel.chance import Floats, Ints

Members = NDArray[np.bool_]
STRENGTH = 20.0
"""Shoppers' worth of trust in the overall response when an audience's own is estimated."""
_BELIEVED = 0.5


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for an audience, in both languages, with the figures."""

    zh: str
    en: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """Shoppers whom a product may be shown to."""

    name: str
    zh: str
    en: str
    sort: str
    """segment, cohort, look_alike or expansion."""
    size: int
    """Shoppers now."""
    response: float
    """Expected orders per thousand views (segments), or expected share who order (others)."""
    low: float
    high: float
    """80 % interval."""
    reasons: tuple[Reason, ...]
    mask: int = 0
    """Bit mask over the platform's segments; 0 where the audience is no union of segments."""
    members: Members | None = None
    """(shoppers,), for audiences that are lists."""

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"an audience needs a reason, found none for {self.name!r}")

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "zh": self.zh, "en": self.en, "sort": self.sort, "size": self.size,
            "response": self.response, "low": self.low, "high": self.high, "mask": self.mask,
            "reasons": [{"zh": one.zh, "en": one.en, "figures": dict(one.figures)} for one in self.reasons],
        }  # fmt: skip


def rank_segments(predictor: Predictor, row: int, names: Sequence[str] | None = None) -> list[Audience]:
    """The platform's segments by the orders that a thousand views of an item should bring there, best first.

    A segment is those who like a category best. Its click rate is the item's, times how its shoppers match the item's
    category; orders follow at the item's order rate. The interval is of the item's rates and of the segment's size.

    Args:
        row: the item on the shelf.
        names: of the categories; the shelf's by default.
    """
    shelf = predictor.shelf
    names = list(names or shelf.categories)
    category = int(shelf.arrays.category[row])
    liking = predictor.liking()[:, category]
    sizes = np.bincount(predictor.liked[:, 0], minlength=len(liking))
    click, order = _rate(predictor.clicks, row), _rate(predictor.orders, row)
    usual = float(np.average(liking, weights=np.maximum(sizes, 1e-9)))
    found: list[Audience] = []
    for segment in range(len(liking)):
        match = float(liking[segment])
        per_mille = 1000.0 * click[0] * match * order[0]
        spread = math.sqrt(click[1] ** 2 + order[1] ** 2 + 1.0 / max(float(sizes[segment]), 1.0))
        found.append(
            Audience(
                f"segment:{names[segment]}", f"最喜欢 {names[segment]} 的人", f"people who like {names[segment]} best",
                "segment", int(sizes[segment]), per_mille, per_mille * math.exp(-1.2816 * spread),
                per_mille * math.exp(1.2816 * spread),
                (Reason(
                    f"对 {names[category]} 的点击是平均的 {match / max(usual, 1e-9):.2f} 倍",
                    f"clicks {names[category]} {match / max(usual, 1e-9):.2f} times as often as average",
                    {"match": match, "average": usual, "click_rate": click[0], "order_rate": order[0]},
                ),),
                mask=1 << segment,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.response, one.name))


def _rate(rates: Rates, row: int) -> tuple[float, float]:
    """(an item's mean rate over scenes and shoppers, its relative standard deviation)."""
    return float(rates.items.mean[row]) * float(rates.contexts.mean.mean()), float(rates.item_spread()[row])


def fits(card: ProductCard, portrait: Portrait) -> tuple[float, list[Reason]]:
    """How well a portrait fits a card, in [0, 1], and why: believed identities, the price band, the category."""
    about = {one.value_en for one in card.claims}
    reasons: list[Reason] = []
    score = 0.0
    for belief in portrait.identities:
        cues = next((one.cues for one in IDENTITIES if one.name == belief.name), frozenset[str]())
        if cues & about and belief.probability >= _BELIEVED:
            score = 1.0 - (1.0 - score) * (1.0 - 0.6 * belief.probability)
            shared = sorted(cues & about)
            reasons.append(Reason(f"{belief.zh} ({belief.probability:.0%}): {', '.join(shared)}", f"{belief.en} ({belief.probability:.0%}): {', '.join(shared)}",
                                  {"identity": belief.name, "probability": belief.probability}))  # fmt: skip
    if card.price is not None:
        place = list(Feel).index(card.price.feel)
        likely = portrait.bands[place]
        score = 1.0 - (1.0 - score) * (1.0 - 0.3 * likely)
        if likely > 1.2 / BANDS:
            reasons.append(Reason(f"下一单是这一价位的概率 {likely:.0%}", f"next purchase in this price band: {likely:.0%}", {"probability": likely}))  # fmt: skip
    category = card.sources.get("category", "")
    share = next((share for name, share, _ in portrait.tastes if name == category), 0.0)
    if share > 0:
        score = 1.0 - (1.0 - score) * (1.0 - share)
        reasons.append(Reason(f"近期行为 {share:.0%} 在 {category}", f"{share:.0%} of recent deeds are in {category}", {"share": share}))  # fmt: skip
    return score, reasons


def rank_cohorts(card: ProductCard, portraits: Sequence[Portrait], bought: Members, least: int = 5) -> list[Audience]:
    """Groups of shoppers of one believed identity, by the share of them who bought the product or one of its category.

    Args:
        card: the product.
        portraits: one for each shopper.
        bought: (shoppers,), who already chose the product's category.
        least: the smallest cohort that is named; smaller ones could point at a person.

    Raises:
        ValueError: portraits and bought differ in length.
    """
    if len(portraits) != len(bought):
        raise ValueError(f"one flag for each portrait, found {len(portraits)} portraits and {len(bought)} flags")
    about = {one.value_en for one in card.claims}
    base = (float(bought.sum()) + 0.5) / (len(bought) + 1.0) if len(bought) else 0.0
    found: list[Audience] = []
    for identity in IDENTITIES:
        members = np.array(
            [any(one.name == identity.name and one.probability >= _BELIEVED for one in each.identities) for each in portraits], bool
        )  # fmt: skip
        size = int(members.sum())
        if size < least:
            continue
        hits = float(bought[members].sum()) + STRENGTH * base
        misses = size - float(bought[members].sum()) + STRENGTH * (1.0 - base)
        low, high = betaincinv(hits, misses, np.array([0.1, 0.9]))
        mean = hits / (hits + misses)
        shared = sorted(identity.cues & about)
        reasons = [Reason(f"{size} 人里 {int(bought[members].sum())} 人买过这一类, 全体 {base:.1%}",
                          f"{int(bought[members].sum())} of {size} chose this category, {base:.1%} of everybody",
                          {"size": size, "bought": int(bought[members].sum()), "base": base})]  # fmt: skip
        if shared:
            reasons.insert(0, Reason(f"商品写明: {', '.join(shared)}", f"the product's card says: {', '.join(shared)}", {"cues": shared}))  # fmt: skip
        found.append(Audience(f"cohort:{identity.name}", identity.zh, identity.en, "cohort", size, mean, float(low),
                              float(high), tuple(reasons), members=members))  # fmt: skip
    return sorted(found, key=lambda one: (-one.response, one.name))


def expand(
    audiences: Sequence[Audience], core: Members, vectors: Floats, *, new_share: float = 0.5, furthest: float = 0.6
) -> Audience | None:
    """破圈: the best of the audiences that bring enough new people and do not lie too far from the core.

    Args:
        audiences: with members.
        core: (shoppers,), who is reached already.
        vectors: (shoppers, dimensions), rows of length 1 or 0.
        new_share: least share of an audience's shoppers that are not in the core.
        furthest: largest cosine distance of an audience's mean vector from the core's.

    Returns:
        the audience without the core's shoppers, or None where none qualifies.
    """
    middle = _middle(vectors, core)
    best: tuple[float, Audience] | None = None
    for one in audiences:
        if one.members is None or not one.members.any():
            continue
        fresh = one.members & ~core
        share = float(fresh.sum()) / float(one.members.sum())
        distance = 1.0 - float(middle @ _middle(vectors, one.members))
        if share < new_share or distance > furthest or (best is not None and one.response <= best[0]):
            continue
        reason = Reason(f"{share:.0%} 是新人, 与核心人群距离 {distance:.2f}", f"{share:.0%} are new people, {distance:.2f} away from the core",
                        {"new_share": share, "distance": distance})  # fmt: skip
        best = one.response, Audience(
            f"expansion:{one.name}", f"破圈: {one.zh}", f"reach out: {one.en}", "expansion", int(fresh.sum()), one.response,
            one.low, one.high, (reason, *one.reasons), members=fresh,
        )  # fmt: skip
    return best[1] if best else None


def _middle(vectors: Floats, members: Members) -> Floats:
    mean = np.asarray(vectors[members].mean(axis=0) if members.any() else np.zeros(vectors.shape[1]), np.float64)
    length = float(np.linalg.norm(mean))
    return mean / length if length > 1e-12 else mean


def expansion_mask(
    predictor: Predictor, row: int, core: int, *, new_share: float = 0.3, furthest: float = 0.6
) -> tuple[int, tuple[Reason, ...]]:
    """A wider mask for an item: the core, and the best further segments until so large a share of people is new.

    A segment's distance from the core is one less the cosine between what they like, centred on what is usual.

    Returns:
        (mask, reasons); the core alone where nothing near enough is left.
    """
    liking = predictor.liking()
    sizes = np.bincount(predictor.liked[:, 0], minlength=len(liking))
    centred = np.log(np.maximum(liking, 1e-9)) - np.log(
        np.maximum(np.average(liking, axis=0, weights=np.maximum(sizes, 1e-9)), 1e-9)
    )
    members = np.array([bool(core >> segment & 1) for segment in range(len(liking))])
    middle = (
        np.average(centred[members], axis=0, weights=np.maximum(sizes[members], 1e-9))
        if members.any()
        else np.zeros(len(liking))
    )
    mask, reasons, inside, fresh = core, list[Reason](), float(sizes[members].sum()), 0.0
    for one in rank_segments(predictor, row):
        segment = one.mask.bit_length() - 1
        if members[segment] or not sizes[segment]:
            continue
        if fresh >= new_share * (inside + fresh):
            break
        near = float(middle @ centred[segment]) / max(
            float(np.linalg.norm(middle) * np.linalg.norm(centred[segment])), 1e-12
        )
        if 1.0 - near > furthest and members.any():
            continue
        mask |= one.mask
        fresh += float(sizes[segment])
        reasons.append(Reason(f"加入 {one.zh}: {one.reasons[0].zh}", f"adds {one.en}: {one.reasons[0].en}", {"distance": 1.0 - near, **one.reasons[0].figures}))  # fmt: skip
    return mask, tuple(reasons)


def rank_audiences(predictor: Predictor, row: int, share: float = 0.6) -> tuple[int, list[Audience]]:
    """A starting mask for an item and the ranked segments behind it: what an autopilot may take as it is.

    The best segments are taken until they hold that share of the shoppers; the item's own segment is always in.
    """
    ranked = rank_segments(predictor, row)
    total = max(sum(one.size for one in ranked), 1)
    mask, held = 1 << int(predictor.shelf.arrays.category[row]), 0
    for one in ranked:
        if held >= share * total and mask & one.mask == 0:
            break
        mask |= one.mask
        held += one.size
    return mask, ranked


def segment_members(predictor: Predictor, mask: int) -> Ints:
    """Rows of the shoppers in a mask's segments."""
    return np.flatnonzero((mask >> predictor.liked[:, 0].astype(np.int64)) & 1)
