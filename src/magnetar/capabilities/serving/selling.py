"""Paid candidates, the auction, and the blend of what is sold with what is natural, page by page."""

from __future__ import annotations

import numpy as np

from magnetar.capabilities.auction import insert_ranked, slot_price
from magnetar.capabilities.forecast import bin_of
from magnetar.capabilities.measurement import GHOST, kept_from
from magnetar.capabilities.serving.caps import (
    BLOCK,
    FIRST,
    MOST,
    USED,
    count_at,
    count_one,
    fresh_block,
    seen_today,
)
from magnetar.capabilities.serving.natural import ANSWERING, FOLLOWING, LAST, RANKED, Organic
from magnetar.capabilities.serving.reasons import Reason
from magnetar.capabilities.serving.rotation import luck_of, moved, pick
from magnetar.capabilities.serving.snapshot import PAID_POSITIONS, PAID_SLOTS, Drawn, Slates, Snapshot
from magnetar.capabilities.shoppers import POSITIONS
from magnetar.capabilities.understanding import (
    BIAS,
    appetite,
    belief,
    fading,
    fancy,
    predict,
    purse,
    rate_of,
)
from magnetar.kernel.chance import fold, mix
from magnetar.kernel.compiled import Array, compiled

PAID_CANDIDATES = 18
FIRST_TRIED = 12
"""Paid candidates taken from the top of the list; the others are drawn from the rest of it."""
_MICROS = 1e6
_RELEVANT, _EXPLORED, _SEARCHED = int(Reason.RELEVANT), int(Reason.EXPLORED), int(Reason.SEARCHED)
_FOLLOWED, _ANSWERED = int(Reason.FOLLOWED), int(Reason.ANSWERED)
_FIRST_AD, _SECOND_AD, _THIRD_AD = PAID_POSITIONS


@compiled
def sell(
    first: int,
    last: int,
    shopper: Array,
    scene: Array,
    wanted: Array,
    request: Array,
    now: Snapshot,
    organic: Organic,
    of_row: Array,
    place_of: Array,
    drawn: Drawn,
    out: Slates,
) -> None:
    """Paid candidates, the auction, and the blend of both, page by page."""
    band_of, category_of = now.shelf.band, now.shelf.category
    lists, sizes, boost, explore = now.pools.paid, now.pools.paid_size, now.pools.boost, now.explore
    liked, order_mean = now.tastes.liked, now.tastes.order_mean
    order_context, order_item, drawn_to, drives = now.order_context, now.order_item, now.draws, now.drives
    group_item, group_campaign, group_merchant = now.group_item, now.group_campaign, now.group_merchant
    group_split, alpha, per_click, unit, quota = now.group_split, now.alpha, now.per_click, now.unit, now.quota
    cap, incremental, reach, paid_reason = now.cap, now.incremental, now.reach, now.paid_reason
    reserve, rule, value_to_shopper = now.reserve, now.rule, now.value.shopper
    item_of, click_of, order_of, source_of = organic.item, organic.click, organic.order, organic.source
    top, counts = organic.top, organic.count
    lease, chains, head, block = drawn.lease, drawn.shown, drawn.shown.head, drawn.shown.block
    land_value, land_cost = drawn.land_value, drawn.land_cost
    rotation = now.rotation
    shows, cells, cohort = rotation.first, rotation.cell, rotation.cohort
    cohorts, evenly, several = rotation.cohorts, rotation.explore, rotation.creative.shape[0] > 0
    out_item, out_group, out_charge, out_reason = out.item, out.group, out.charge, out.reason
    out_click, out_order = out.click_rate, out.order_rate

    ranks: Array
    bids: Array
    qualities: Array
    ranks = np.empty(PAID_SLOTS + 1)
    owners, entries = np.empty(PAID_SLOTS + 1, np.int64), np.empty(PAID_SLOTS + 1, np.int64)
    natural, found, bought = np.empty(RANKED, np.int32), np.empty(RANKED, np.int64), np.empty(PAID_SLOTS, np.int64)
    group_of = np.empty(PAID_CANDIDATES, np.int64)
    bids, qualities, worths = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    clicks, orders = np.empty(PAID_CANDIDATES), np.empty(PAID_CANDIDATES)
    kept = np.zeros(PAID_CANDIDATES, np.bool_)
    for row in range(first, last):
        lane, person, where, asked = row - first, int(shopper[row]), int(scene[row]), int(wanted[row])
        luck = fold(explore, request[row])
        shown = luck_of(rotation.key, request[row])
        whom = int(cohort[person]) if several else 0
        left_over = fading(person, drives)
        order_base = order_context[where] * purse(person, left_over, drives)
        filled = min(counts[lane], RANKED)
        for place in range(filled):
            found[place] = LAST - (top[place, lane] & LAST)
            natural[place] = item_of[found[place], lane]

        # paid: the strongest for this segment, and a few of the rest for a chance
        seen_today(head, block, person, row, of_row, place_of)
        segment = int(liked[person, 0]) if asked < 0 else asked
        size = int(sizes[where, segment])
        step = (size - FIRST_TRIED) / (PAID_CANDIDATES - FIRST_TRIED)
        draws = mix(luck ^ np.uint64(902))
        count, standing, withheld = 0, 0, 0
        for turn in range(min(size, PAID_CANDIDATES)):
            place = turn
            if size > PAID_CANDIDATES and turn >= FIRST_TRIED:
                draw = np.int64((draws >> np.uint64(10 * (turn - FIRST_TRIED))) & np.uint64(1023)) * 2.0**-10
                place = FIRST_TRIED + int(step * (turn - FIRST_TRIED + draw))
            group = int(lists[where, segment, place])
            left = lease[group_campaign[group]]
            if left <= 0 or (of_row[group] == row and count_at(block, place_of[group]) >= cap[group]):
                continue
            kept[count] = False
            split = group_split[group]
            if split >= 0:
                kept[count] = kept_from(now.splits, split, person)
                if kept[count] and now.splits.rule[split, GHOST] == 0.0:
                    continue
            item = group_item[group]
            mean, variance = belief(person, item, where, drawn_to)
            rate = rate_of(mean, variance)
            if several:
                _, over = pick(shown, int(item), whom, shows, cells, cohorts, evenly)
                rate = moved(rate, float(over))
            order = per_click[group]
            if order <= 0.0:
                pull = mean - drawn_to.scenes[where] - drawn_to.items[item, BIAS]
                swayed = appetite(person, int(category_of[item]), left_over, drives) * fancy(pull, variance, drives)
                order = predict(order_base * swayed, order_item[item], order_mean[person, band_of[item]])
            worth = rate * order
            if incremental[group]:
                # an item that the page shows anyway is worth only what a better place adds
                for ahead in range(min(filled, POSITIONS - PAID_SLOTS)):
                    if natural[ahead] == item:
                        worth *= max(0.0, 1.0 - reach[where, ahead] / reach[where, _FIRST_AD])
                        break
            bid = max(alpha[group] * worth, quota[group])
            if bid < reserve or bid * _MICROS > left or worth <= 0.0:
                bid = 0.0
            group_of[count], bids[count], worths[count] = group, bid, worth
            clicks[count], orders[count] = rate, order
            qualities[count] = value_to_shopper * rate
            if bid > 0.0 and kept[count]:
                withheld += 1
            elif bid > 0.0 and (standing <= PAID_SLOTS or bid + qualities[count] > ranks[PAID_SLOTS]):
                standing = insert_ranked(
                    ranks, owners, entries, standing, bid + qualities[count], group_merchant[group], count
                )
            count += 1

        # what each candidate would have needed to bid, for the price landscape
        winners = min(standing, PAID_SLOTS)
        to_stay = ranks[PAID_SLOTS] if standing > PAID_SLOTS else 0.0
        to_enter = ranks[PAID_SLOTS - 1] if standing >= PAID_SLOTS else 0.0
        for entry in range(count):
            if worths[entry] <= 0.0 or kept[entry]:
                continue
            winning = False
            for slot in range(winners):
                winning = winning or entries[slot] == entry
            least = max(reserve, (to_stay if winning else to_enter) - qualities[entry])
            group = group_of[entry]
            column = bin_of(least / (worths[entry] * unit[group]))
            land_value[group, column] += worths[entry]
            land_cost[group, column] += least

        if withheld > 0:
            _withhold(row, person, count, kept, bids, qualities, group_of, now, drawn, out)

        # blend
        for slot in range(winners):
            bought[slot] = group_item[group_of[entries[slot]]]
        slot, turn = 0, 0
        for position in range(POSITIONS):
            if slot < winners and (position == _FIRST_AD or position == _SECOND_AD or position == _THIRD_AD):
                entry = entries[slot]
                group = group_of[entry]
                following = ranks[slot + 1] if slot + 1 < standing else 0.0
                price = slot_price(bids[entry], qualities[entry], following, reserve, rule)
                micros = int(price * _MICROS)  # rounded down: nobody pays above the bid
                campaign = group_campaign[group]
                slot += 1
                if micros <= lease[campaign]:
                    lease[campaign] -= micros
                    if of_row[group] == row:  # as in `count_one`; a call would cost more than the work
                        cell = place_of[group]
                        block[cell >> 4, cell & 15] += 1 if block[cell >> 4, cell & 15] & MOST < MOST else 0
                    else:
                        chain = int(head[person])
                        if chain < 0 or block[chain, USED] == BLOCK - FIRST:
                            chain = fresh_block(chains, person)
                        used = int(block[chain, USED])
                        block[chain, FIRST + used], block[chain, USED] = (group << 8) + 1, used + 1
                    out_item[row, position], out_group[row, position] = bought[slot - 1], group
                    out_charge[row, position] = micros
                    out_click[row, position], out_order[row, position] = clicks[entry], orders[entry]
                    out_reason[row, position] = paid_reason[group]
                    continue
            out_group[row, position], out_charge[row, position] = -1, 0
            place = -1
            while turn < filled and place < 0:
                place = turn
                turn += 1
                for other in range(winners):
                    if bought[other] == natural[place]:
                        place = -1
                        break
            if place < 0:
                out_item[row, position], out_reason[row, position] = -1, 0
                out_click[row, position], out_order[row, position] = 0.0, 0.0
                continue
            item, candidate = natural[place], found[place]
            out_item[row, position] = item
            out_click[row, position], out_order[row, position] = click_of[candidate, lane], order_of[candidate, lane]
            if source_of[candidate, lane] == ANSWERING:
                out_reason[row, position] = _ANSWERED
            elif source_of[candidate, lane] == FOLLOWING:
                out_reason[row, position] = _FOLLOWED
            elif asked >= 0 and category_of[item] == asked:
                out_reason[row, position] = _SEARCHED
            elif boost[item] > 1.3:
                out_reason[row, position] = _EXPLORED
            else:
                out_reason[row, position] = _RELEVANT


@compiled
def _withhold(
    row: int,
    person: int,
    count: int,
    kept: Array,
    bids: Array,
    qualities: Array,
    group_of: Array,
    now: Snapshot,
    drawn: Drawn,
    out: Slates,
) -> None:
    """The auction once more with those whom experiments keep out: record which slots they would have won."""
    ranks = np.empty(PAID_SLOTS + 1)
    owners, entries = np.empty(PAID_SLOTS + 1, np.int64), np.empty(PAID_SLOTS + 1, np.int64)
    standing = 0
    for entry in range(count):
        if bids[entry] > 0.0:
            rank = bids[entry] + qualities[entry]
            standing = insert_ranked(ranks, owners, entries, standing, rank, now.group_merchant[group_of[entry]], entry)
    for slot in range(min(standing, PAID_SLOTS)):
        entry = entries[slot]
        if not kept[entry]:
            continue
        group = group_of[entry]
        following = ranks[slot + 1] if slot + 1 < standing else 0.0
        micros = int(slot_price(bids[entry], qualities[entry], following, now.reserve, now.rule) * _MICROS)
        if micros > drawn.lease[now.group_campaign[group]]:
            continue
        count_one(drawn.shown, person, group, 1)  # caps bind ghosts as they bind impressions
        place = out.ghost[0, 0] + 1
        out.ghost[place, 0], out.ghost[place, 1] = row, PAID_POSITIONS[slot]
        out.ghost[place, 2], out.ghost[place, 3] = group, micros
        out.ghost[0, 0] = place
