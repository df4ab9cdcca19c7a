"""Multi-slot auctions on total value: rank by bid plus quality, pay the least that keeps the slot.

An advertiser's *rank* is its bid plus what its ad is worth to the shopper, both in currency per
impression. Under second price the winner of slot k pays what it would need to hold slot k against
slot k + 1: the next rank less its own quality, at least the reserve. It never pays above its bid.
Source: Edelman, Ostrovsky & Schwarz (2007), American Economic Review 97(1), for the
generalised second price; the additive quality term follows the total-value auctions in use today.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.compiled import compiled, inlined

SECOND_PRICE = 0
FIRST_PRICE = 1


@inlined
def slot_price(bid: float, quality: float, next_rank: float, reserve: float, rule: int) -> float:
    """What the winner of a slot pays for an impression: in [reserve, bid] where bid ≥ reserve."""
    if rule == FIRST_PRICE:
        return bid
    return min(bid, max(reserve, next_rank - quality))


@inlined
def insert_ranked(ranks: Floats, owners: Ints, entries: Ints, filled: int, rank: float, owner: int, entry: int) -> int:
    """Insert a candidate into a short descending list in which each owner stands once.

    Of an owner's candidates the best stays; the first keeps its place among equals. The list is as
    long as `ranks`; returns how many places are filled.
    """
    size = ranks.shape[0]
    last = filled
    for place in range(filled):
        if owners[place] == owner:
            if rank <= ranks[place]:
                return filled
            last = place  # its worse candidate makes room
            filled -= 1
            break
    if last >= size:
        if rank <= ranks[size - 1]:
            return filled
        last = size - 1
        filled -= 1
    place = last
    while place > 0 and ranks[place - 1] < rank:
        ranks[place] = ranks[place - 1]
        owners[place] = owners[place - 1]
        entries[place] = entries[place - 1]
        place -= 1
    ranks[place] = rank
    owners[place] = owner
    entries[place] = entry
    return filled + 1


@compiled
def _run(
    bids: Floats, quality: Floats, owners: Ints, slots: int, reserve: float, rule: int, winners: Ints, prices: Floats
) -> None:
    rows, width = bids.shape
    ranks = np.empty(slots + 1)
    who = np.empty(slots + 1, np.int64)
    which = np.empty(slots + 1, np.int64)
    for row in range(rows):
        filled = 0
        for entry in range(width):
            bid = bids[row, entry]
            if bid >= reserve and bid > 0.0:  # NaN compares false: no bid
                filled = insert_ranked(ranks, who, which, filled, bid + quality[row, entry], owners[entry], entry)
        for slot in range(slots):
            if slot >= filled:
                winners[row, slot] = -1
                prices[row, slot] = 0.0
                continue
            entry = which[slot]
            following = ranks[slot + 1] if slot + 1 < filled else 0.0
            winners[row, slot] = entry
            prices[row, slot] = slot_price(bids[row, entry], quality[row, entry], following, reserve, rule)


def run_auctions(
    bids: Floats,
    *,
    slots: int,
    quality: Floats | None = None,
    owners: Ints | None = None,
    reserve: float = 0.0,
    rule: int = SECOND_PRICE,
) -> tuple[NDArray[np.int64], Floats]:
    """Run one auction per row.

    Args:
        bids: (auctions, entries), currency per impression; zero, negative and NaN mean no bid.
        slots: how many entries win, at least 1.
        quality: (auctions, entries), currency per impression, ≥ 0; what an ad is worth to the shopper.
        owners: (entries,), who stands behind an entry; an owner wins at most one slot. Default: all differ.
        reserve: least bid and least price.
        rule: SECOND_PRICE or FIRST_PRICE.

    Returns:
        winners (auctions, slots), entry or −1, best slot first; prices (auctions, slots), currency per impression.

    Raises:
        ValueError: the shapes do not fit, or there is no slot.

    >>> winners, prices = run_auctions(np.array([[3.0, 1.0, 2.0]]), slots=2)
    >>> winners.tolist(), prices.tolist()
    ([[0, 2]], [[2.0, 1.0]])
    """
    bids = np.ascontiguousarray(bids, dtype=np.float64)
    if bids.ndim != 2 or slots < 1:
        raise ValueError(f"bids must be (auctions, entries) and slots at least 1, found {bids.shape} and {slots}")
    quality = np.zeros_like(bids) if quality is None else np.ascontiguousarray(quality, dtype=np.float64)
    owners = np.arange(bids.shape[1]) if owners is None else np.ascontiguousarray(owners, dtype=np.int64)
    if quality.shape != bids.shape or owners.shape != bids.shape[1:]:
        raise ValueError(
            f"quality must be {bids.shape} and owners {bids.shape[1:]}, found {quality.shape} and {owners.shape}"
        )
    winners = np.empty((len(bids), slots), np.int64)
    prices = np.empty((len(bids), slots))
    _run(bids, quality, owners, slots, reserve, rule, winners, prices)
    return winners, prices
