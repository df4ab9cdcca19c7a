"""Auctions against a reference that sorts, and against the rules in words."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.auction import FIRST_PRICE, SECOND_PRICE, run_auctions


def by_sorting(bids, quality, owners, slots, reserve, rule):
    """The rules in plain Python: each owner's best entry, sorted by rank; the earlier entry wins a tie."""
    standing = {}
    for entry, (bid, extra, owner) in enumerate(zip(bids, quality, owners, strict=True)):
        if not math.isnan(bid) and bid > 0 and bid >= reserve:
            rank = bid + extra
            if owner not in standing or rank > standing[owner][0]:
                standing[owner] = (rank, entry)
    order = sorted(standing.values(), key=lambda one: -one[0])
    return order[:slots], [rank for rank, _ in order[1 : slots + 1]]


amounts = st.one_of(
    st.sampled_from([0.0, -1.0, math.nan, 0.25, 0.5, 1.0, 1.0, 2.0]),
    st.floats(0.0, 10.0, allow_nan=False),
)


@st.composite
def auctions(draw):
    width = draw(st.integers(1, 8))
    row = st.lists(amounts, min_size=width, max_size=width)
    extra = st.lists(st.sampled_from([0.0, 0.0, 0.25, 0.5, 3.0]), min_size=width, max_size=width)
    owner = st.lists(st.integers(0, 4), min_size=width, max_size=width)
    return draw(row), draw(extra), draw(owner), draw(st.integers(1, 4)), draw(st.sampled_from([0.0, 0.25, 0.6]))


def held(bids, quality, owners, slots, reserve, rule):
    winners, prices = run_auctions(
        np.array([bids]), quality=np.array([quality]), owners=np.array(owners), slots=slots, reserve=reserve, rule=rule
    )
    return winners[0].tolist(), prices[0].tolist()


def tied(bids, quality, owners, reserve):
    """Whether two standing entries share a rank: then either order is a right answer."""
    ranks = [b + q for b, q in zip(bids, quality, strict=True) if not math.isnan(b) and b > 0 and b >= reserve]
    return len(set(ranks)) < len(ranks)


@given(auctions())
@settings(max_examples=300, deadline=None)
def test_slots_go_by_rank_and_each_pays_the_least_that_holds_its_slot(auction):
    bids, quality, owners, slots, reserve = auction
    expected, following = by_sorting(bids, quality, owners, slots, reserve, SECOND_PRICE)
    winners, prices = held(bids, quality, owners, slots, reserve, SECOND_PRICE)
    assert sum(entry >= 0 for entry in winners) == len(expected)
    for slot, (rank, entry) in enumerate(expected):
        won = winners[slot]
        assert bids[won] + quality[won] == rank
        if not tied(bids, quality, owners, reserve):
            assert won == entry
        pressure = following[slot] if slot < len(following) else 0.0
        assert prices[slot] == min(bids[won], max(reserve, pressure - quality[won]))
    assert all(entry == -1 for entry in winners[len(expected) :])
    assert all(price == 0.0 for price in prices[len(expected) :])


@given(auctions(), st.sampled_from([SECOND_PRICE, FIRST_PRICE]))
@settings(max_examples=300, deadline=None)
def test_nobody_pays_above_the_bid_or_below_the_reserve_or_wins_twice(auction, rule):
    bids, quality, owners, slots, reserve = auction
    winners, prices = held(bids, quality, owners, slots, reserve, rule)
    won = [entry for entry in winners if entry >= 0]
    assert len({owners[entry] for entry in won}) == len(won)
    for entry, price in zip(won, prices, strict=False):
        assert reserve <= price <= bids[entry]
        if rule == FIRST_PRICE:
            assert price == bids[entry]


@given(auctions())
@settings(max_examples=100, deadline=None)
def test_both_rules_choose_the_same_winners(auction):
    bids, quality, owners, slots, reserve = auction
    second, _ = held(bids, quality, owners, slots, reserve, SECOND_PRICE)
    first, _ = held(bids, quality, owners, slots, reserve, FIRST_PRICE)
    assert first == second


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_a_row_of_a_batch_is_decided_as_if_it_were_alone(seed):
    rng = np.random.default_rng(seed)
    bids, quality = rng.choice([0.0, 0.3, 0.7, np.nan], (9, 6)) + rng.random((9, 6)), rng.random((9, 6))
    owners = rng.integers(0, 4, 6)
    winners, prices = run_auctions(bids, quality=quality, owners=owners, slots=3, reserve=0.2)
    for row in range(9):
        alone = run_auctions(bids[row : row + 1], quality=quality[row : row + 1], owners=owners, slots=3, reserve=0.2)
        assert (alone[0][0] == winners[row]).all()
        assert (alone[1][0] == prices[row]).all()


def test_the_first_of_equals_keeps_its_place():
    winners, prices = run_auctions(np.array([[1.0, 2.0, 2.0, 2.0]]), slots=2)
    assert winners.tolist() == [[1, 2]]
    assert prices.tolist() == [[2.0, 2.0]]  # pressed by an equal, each pays its whole bid


def test_of_an_owners_equal_entries_the_first_stands():
    winners, prices = run_auctions(np.array([[2.0, 3.0, 3.0]]), owners=np.array([1, 7, 7]), slots=1)
    assert winners.tolist() == [[1]]
    assert prices.tolist() == [[2.0]]


def test_an_owners_own_second_entry_presses_no_price():
    winners, prices = run_auctions(np.array([[5.0, 4.0, 1.0]]), owners=np.array([7, 7, 8]), slots=2)
    assert winners.tolist() == [[0, 2]]
    assert prices.tolist() == [[1.0, 0.0]]


def test_quality_wins_a_slot_and_lowers_what_it_costs():
    # 1.0 + 1.5 beats 2.0 + 0; to hold the slot against a rank of 2.0 a bid of 0.5 is enough
    winners, prices = run_auctions(np.array([[2.0, 1.0]]), quality=np.array([[0.0, 1.5]]), slots=1)
    assert winners.tolist() == [[1]]
    assert prices.tolist() == [[0.5]]


def test_an_auction_without_a_bid_sells_nothing():
    winners, prices = run_auctions(np.array([[np.nan, 0.0, -3.0, 0.1]]), slots=3, reserve=0.2)
    assert winners.tolist() == [[-1, -1, -1]]
    assert prices.tolist() == [[0.0, 0.0, 0.0]]
    winners, _ = run_auctions(np.empty((2, 0)), slots=1)
    assert winners.tolist() == [[-1], [-1]]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"bids": np.ones(3), "slots": 1}, "bids must be"),
        ({"bids": np.ones((1, 3)), "slots": 0}, "slots at least 1"),
        ({"bids": np.ones((1, 3)), "slots": 1, "quality": np.ones((1, 2))}, "quality must be"),
        ({"bids": np.ones((1, 3)), "slots": 1, "owners": np.arange(2)}, "owners"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, complaint):
    bids = arguments.pop("bids")
    with pytest.raises(ValueError, match=complaint):
        run_auctions(bids, **arguments)
