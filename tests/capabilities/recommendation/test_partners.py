"""A table of partners from models: what it learns, what it may not look at, and what judges it."""

import numpy as np
import pytest

from magnetar.capabilities.recommendation.following import WIDE
from magnetar.capabilities.recommendation.partners import (
    ORDERED,
    Deeds,
    Goods,
    Source,
    foretold,
    over_likeness,
    refit,
    remembered,
)
from magnetar.kernel.clock import DAY, MINUTE

ITEMS = 12
NO_PAIRS = np.zeros((0, 2), np.int32)
NOTHING = np.zeros((0, WIDE), np.int32), np.zeros((0, WIDE), np.float32)


def goods() -> Goods:
    near = np.full((ITEMS, WIDE), -1, np.int32), np.zeros((ITEMS, WIDE), np.float32)
    return Goods(np.zeros((ITEMS, 0), np.float32), near)


def deeds(*rows: tuple[int, int, int, bool]) -> Deeds:
    who, item, at, bought = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Deeds.of(np.array(who, np.int64), np.array(item, np.int64), np.array(at, np.int64), np.array(bought, bool))


def pairs(shoppers: int, days: int, lead: int = 1) -> Deeds:
    """Each shopper, each day: an even item, then the one that it leads to."""
    rng = np.random.default_rng(3)
    rows = []
    for day in range(days):
        for shopper in range(shoppers):
            first = 2 * int(rng.integers(ITEMS // 2))
            start = day * DAY + shopper * MINUTE
            rows += [(shopper, first, start, False), (shopper, (first + lead) % ITEMS, start + 1, False)]
    return deeds(*rows)


def test_an_order_marks_the_click_that_it_came_of():
    one = deeds((0, 4, 10, False), (0, 5, 20, False), (0, 4, 30, True), (1, 4, 5, True))
    assert one.who.tolist() == [0, 0, 1]
    assert one.item.tolist() == [4, 5, 4]
    assert one.worth.tolist() == [ORDERED, 1.0, ORDERED]


def test_a_click_that_was_bought_is_remembered_for_more():
    memory = remembered(deeds((0, 1, 1, False), (0, 2, 2, False), (0, 3, 3, False), (0, 3, 9, True)), ITEMS)
    named = dict(zip(*(part.tolist() for part in memory.after.row(1)), strict=True))
    assert named == {2: 1.0, 3: pytest.approx(ORDERED / 2)}


def test_foretold_is_the_share_of_later_clicks_that_follow_from_one_of_the_two_before():
    partners = np.full((ITEMS, 4), -1, np.int32)
    partners[1, 0], partners[2, 1] = 5, 7
    told = deeds((0, 1, 1, False), (0, 2, 2, False), (0, 7, 11, False), (0, 5, 12, False), (1, 5, 12, False))
    # shopper 0: 7 after (2, 1) is foretold; 5 after (7, 2) is not; shopper 1 came from nowhere
    assert foretold(told, 10, partners).tolist() == [0.5]


def test_likeness_speaks_where_a_table_is_silent():
    one = goods()
    one.near[0][3, 0], one.near[1][3, 0] = 9, 2.0
    table = np.full((4, WIDE), -1, np.int32), np.zeros((4, WIDE), np.float32)
    table[0][2, 0], table[1][2, 0] = 8, 3.0
    partners, strengths = over_likeness(table, one)
    assert (partners[2, 0], strengths[2, 0]) == (8, 3.0)
    assert (partners[3, 0], strengths[3, 0]) == (9, 2.0)
    assert len(one.near[0]) == len(partners)


def test_a_fit_finds_what_leads_to_what_and_takes_over_from_a_table_that_is_wrong():
    history = pairs(60, 4)
    wrong = np.full((ITEMS, WIDE), -1, np.int32)
    for row in range(0, ITEMS, 2):
        wrong[row, :4] = (row + np.array([3, 5, 7, 9])) % ITEMS
    in_use = wrong, np.where(wrong >= 0, np.float32(1e6), np.float32(0.0))
    found = refit(history, goods(), in_use, 3 * DAY, {}, NO_PAIRS)
    assert all(found.partners[row, 0] == row + 1 for row in range(0, ITEMS, 2))
    assert found.verdict.takes_over
    assert 40 < found.verdict.cases <= 60
    assert found.hit > 0.7
    assert found.hit_before < 0.4


def test_a_table_that_is_worse_does_not_take_over():
    history = pairs(60, 3)
    late = deeds(*[(shopper, 2 * (shopper % 6), 3 * DAY + 2 * shopper, False) for shopper in range(60)],
                 *[(shopper, (2 * (shopper % 6) + 3) % ITEMS, 3 * DAY + 2 * shopper + 1, False) for shopper in range(60)])  # fmt: skip
    both = Deeds(
        *(np.concatenate([getattr(history, name), getattr(late, name)]) for name in ("who", "item", "at", "worth"))
    )
    order = np.lexsort((both.at, both.who))
    both = Deeds(both.who[order], both.item[order], both.at[order], both.worth[order])
    right = np.full((ITEMS, WIDE), -1, np.int32)
    right[np.arange(0, ITEMS, 2), 0] = (np.arange(0, ITEMS, 2) + 3) % ITEMS
    found = refit(both, goods(), (right, np.where(right >= 0, np.float32(1e6), np.float32(0.0))), 3 * DAY, {}, NO_PAIRS)
    assert not found.verdict.takes_over
    assert found.hit < found.hit_before


def test_the_judge_looks_only_at_what_nobody_was_fitted_on():
    seen: list[int] = []

    def watching(known: Deeds) -> Source:
        seen.append(int(known.at.max()))
        return np.full((ITEMS, WIDE), -1, np.int32), np.zeros((ITEMS, WIDE), np.float32)

    refit(pairs(10, 4), goods(), NOTHING, 3 * DAY, {"watching": watching}, NO_PAIRS)
    assert seen[0] < 2 * DAY  # to choose
    assert seen[1] < 3 * DAY  # to be judged
    assert seen[2] >= 3 * DAY  # to be used


def test_pairs_taken_out_are_not_credited():
    history = pairs(60, 4)
    everything = np.array([[row, row + 1] for row in range(0, ITEMS, 2)], np.int32)
    found = refit(history, goods(), NOTHING, 3 * DAY, {}, everything)
    assert found.hit < 0.6 * refit(history, goods(), NOTHING, 3 * DAY, {}, NO_PAIRS).hit


@pytest.mark.parametrize("history", [deeds(), deeds((0, 3, 5, False)), deeds((0, 3, 5, True), (0, 3, 7, False))])
def test_hardly_any_behaviour_gives_an_empty_table_and_no_decision(history: Deeds):
    found = refit(history, goods(), NOTHING, DAY, {}, NO_PAIRS)
    assert (found.partners == -1).all()
    assert not found.verdict.takes_over
    assert found.verdict.cases == 0
