"""Whom an ad group reaches first, and whom it reaches out to later (破圈): the plain rule, and reasoning by audiences.

Both give masks over the platform's segments, so that everything after them is the same; they differ in which segments
are taken and in what is told of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from magnetar.capabilities.autopilot.intentions import figures
from magnetar.capabilities.autopilot.view import Account
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.capabilities.understanding import expansion_mask, rank_audiences

NEW_SHARE = 0.5
"""Share of new people at which reaching out stops."""
FURTHEST = 1.2
"""Largest distance, 1 − cosine of what is liked, from those who are reached already: 1 is unrelated, 2 the opposite."""
NAMED = 3
"""Segments that a reason names."""


@dataclass(frozen=True, slots=True)
class Reach:
    """An audience with what speaks for it."""

    mask: int
    reason: str
    reason_en: str
    evidence: dict[str, float] = field(default_factory=dict[str, float])


class ReachPolicy(Protocol):
    """Chooses audiences."""

    def core(self, account: Account, item: int, share: float) -> Reach:
        """Whom an ad group of an item reaches first: about that share of the segments or of the shoppers."""
        ...

    def wider(self, account: Account, item: int, core: int) -> Reach | None:
        """Whom it reaches out to; None where there is nobody further."""
        ...


class ByRule:
    """A share of the segments that like the category best; then everybody."""

    def core(self, account: Account, item: int, share: float) -> Reach:
        category = int(account.predictor.shelf.arrays.category[item])
        return Reach(audience_for(account, category, share), "", "")

    def wider(self, account: Account, item: int, core: int) -> Reach | None:
        return everybody(core)


class ByReasons:
    """The segments that should order best, up to a share of the shoppers; then the best further ones that are near enough."""

    def core(self, account: Account, item: int, share: float) -> Reach:
        mask, ranked = rank_audiences(account.predictor, item, share)
        taken = [one for one in ranked if one.mask & mask]
        best = taken[0]
        size, everybody = sum(one.size for one in taken), max(sum(one.size for one in ranked), 1)
        return Reach(
            mask,
            f"人群: {', '.join(one.zh for one in taken[:NAMED])} 等 {len(taken)} 群, 占 {size / everybody:.0%}; {best.reasons[0].zh}",
            f"audience: {', '.join(one.en for one in taken[:NAMED])}, {len(taken)} groups in all, {size / everybody:.0%} of shoppers; {best.reasons[0].en}",
            figures(audience_shoppers=size, audience_share=size / everybody, orders_per_thousand=best.response),
        )  # fmt: skip

    def wider(self, account: Account, item: int, core: int) -> Reach | None:
        if core == EVERYBODY:
            return None
        predictor = account.predictor
        mask, reasons = expansion_mask(predictor, item, core, new_share=NEW_SHARE, furthest=FURTHEST)
        if mask == core:
            return None
        sizes = np.bincount(predictor.liked[:, 0], minlength=len(predictor.shelf.categories))
        inside = [bool(core >> segment & 1) for segment in range(len(sizes))]
        fresh = [bool((mask & ~core) >> segment & 1) for segment in range(len(sizes))]
        reached, new = float(sizes[inside].sum()), float(sizes[fresh].sum())
        share = new / max(reached + new, 1.0)
        return Reach(
            mask,
            f"破圈, 新人占 {share:.0%}: {'; '.join(one.zh for one in reasons[:NAMED])}",
            f"reaching out, {share:.0%} are new people: {'; '.join(one.en for one in reasons[:NAMED])}",
            figures(
                new_shoppers=new,
                new_share=share,
                furthest=max((float(one.figures["distance"]) for one in reasons), default=0.0),
            ),
        )


BY_RULE, BY_REASONS = ByRule(), ByReasons()
POLICIES: dict[str, ReachPolicy] = {"rule": BY_RULE, "reasons": BY_REASONS}
"""By the names that the setting `audiences` takes."""


def everybody(core: int) -> Reach | None:
    """Everybody, for who does not reach everybody yet."""
    if core == EVERYBODY:
        return None
    return Reach(
        EVERYBODY, "向全部人群拓展, 出价仍按预计成交", "everybody may be reached; bids still follow expected orders"
    )


def audience_for(account: Account, category: int, share: float) -> int:
    """Bit mask of the segments that like a category best: that share of them, at least its own."""
    liking = account.predictor.liking()[:, category]
    count = max(1, round(share * len(liking)))
    mask = 1 << category
    for segment in np.argsort(-liking, kind="stable")[:count].tolist():
        mask |= 1 << segment
    return mask
