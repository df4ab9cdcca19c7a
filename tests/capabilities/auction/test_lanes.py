"""The packed kernel against a plain sort, against the page kernel, and against the rules in words."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.auction import (
    FIRST_PRICE,
    SECOND_PRICE,
    VCG,
    least_bid,
    run_auctions,
    run_exactly,
    run_lanes,
)

CURVE = np.array([1.0, 0.8, 0.48, 0.3, 0.2, 0.1, 0.05, 0.02])
ODD = [0.0, -0.0, -1.0, math.nan, math.inf, -math.inf, 1e-45, 1e-40, 3e38, 0.25, 0.5, 1.0, 1.0]
NEAR = [1.0 + step * 2.0**-23 for step in range(-40, 200, 7)]  # within and about the width that packing blurs
amounts = st.one_of(st.sampled_from(ODD), st.sampled_from(NEAR), st.floats(0.0, 10.0, width=32))


def by_sorting(bids, quality, slots, reserve, rule, curve):
    """One auction in plain Python: (ranks, seats, prices)."""
    standing = [
        (float(bid) * float(weight), -seat)
        for seat, (bid, weight) in enumerate(zip(bids, quality, strict=True))
        if bid > 0 and bid >= reserve and 0 < weight < math.inf
    ]
    order = sorted(standing, reverse=True)
    ranks = [rank for rank, _ in order]
    prices = []
    for slot in range(min(slots, len(order))):
        seat = order[slot][1]
        bid, weight = float(bids[-seat]), float(quality[-seat])
        if rule == FIRST_PRICE:
            prices.append(bid)
            continue
        holds = [max(reserve, (ranks[k + 1] if k + 1 < len(ranks) else 0.0) / weight) for k in range(slots)]
        if rule == SECOND_PRICE:
            prices.append(min(bid, holds[slot]))
        else:
            steps = [curve[k] - (curve[k + 1] if k + 1 < slots else 0.0) for k in range(slots)]
            paid = sum(step * hold for step, hold in zip(steps[slot:], holds[slot:], strict=True) if step > 0)
            prices.append(min(bid, paid / curve[slot]))
    return ranks, [-seat for _, seat in order], prices


@st.composite
def batches(draw):
    width = draw(st.one_of(st.integers(0, 12), st.sampled_from([63, 64, 65, 70])))
    rows = draw(st.sampled_from([1, 2, 3, 5, 63, 64, 65]))
    palette = draw(st.lists(amounts, min_size=1, max_size=20))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bids = chance.choice(np.array(palette, np.float32), (rows, width))
    if draw(st.booleans()):
        bids = np.where(chance.random((rows, width)) < 0.5, bids, chance.random((rows, width), dtype=np.float32))
    quality = None
    if draw(st.booleans()):
        shape = (rows, width) if draw(st.booleans()) else (width,)
        quality = chance.choice(np.array([0.5, 1.0, 1.0, 2.0, 0.0, -1.0, np.nan, np.inf], np.float32), shape)
        if draw(st.booleans()):
            quality = np.where(chance.random(shape) < 0.7, chance.random(shape, dtype=np.float32), quality)
    slots = draw(st.integers(1, 8))
    reserve = draw(st.sampled_from([0.0, -1.0, 0.25, 0.1, 1.0, 1.0000001, math.inf]))
    return bids.astype(np.float32), quality, slots, reserve


@given(batches(), st.sampled_from([SECOND_PRICE, FIRST_PRICE, VCG]))
@settings(max_examples=150, deadline=None)
def test_every_row_is_what_an_exact_sort_gives_ties_included(batch, rule):
    bids, quality, slots, reserve = batch
    curve = CURVE[:slots]
    top, who, price = run_lanes(bids, slots, reserve, rule, quality, curve)
    assert top.shape == who.shape == (len(bids), slots + 1)
    assert price.shape == (len(bids), slots)
    weights = np.broadcast_to(np.ones(bids.shape, np.float32) if quality is None else quality, bids.shape)
    expected = np.zeros_like(price)
    for row in range(len(bids)):
        ranks, seats, prices = by_sorting(bids[row], weights[row], slots, reserve, rule, curve)
        standing = min(len(seats), slots + 1)
        assert who[row].tolist() == seats[:standing] + [-1] * (slots + 1 - standing)
        with np.errstate(over="ignore"):
            assert (top[row] == np.array(ranks[:standing] + [0.0] * (slots + 1 - standing)).astype(np.float32)).all()
        expected[row, : len(prices)] = prices
    np.testing.assert_allclose(price, expected, rtol=1e-14)


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 48, 64, 80]), st.sampled_from([SECOND_PRICE, FIRST_PRICE]))
@settings(max_examples=50, deadline=None)
def test_without_quality_it_decides_as_the_page_kernel_does(seed, width, rule):
    chance = np.random.default_rng(seed)
    bids = chance.gamma(2.0, 1.0, (100, width)).astype(np.float32)
    bids[chance.random(bids.shape) < 0.2] = np.nan
    _, who, price = run_lanes(bids, 3, 0.4, rule)
    winners, prices = run_auctions(bids.astype(np.float64), slots=3, reserve=0.4, rule=rule)
    assert (who[:, :3] == winners).all()
    assert (price == prices).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_row_of_a_batch_is_decided_as_if_it_were_alone(seed):
    chance = np.random.default_rng(seed)
    bids = chance.choice(np.array([*NEAR, np.nan, 0.0], np.float32), (70, 9))
    together = run_lanes(bids, 2)
    for row in (0, 17, 63, 64, 69):
        alone = run_lanes(bids[row : row + 1], 2)
        assert all((one[0] == many[row]).all() for one, many in zip(alone, together, strict=True))


@given(batches(), st.sampled_from([SECOND_PRICE, FIRST_PRICE, VCG]))
@settings(max_examples=100, deadline=None)
def test_lanes_and_one_row_at_a_time_agree_to_the_last_bit(batch, rule):
    bids, quality, slots, reserve = batch
    fast = run_lanes(bids, slots, reserve, rule, quality, CURVE[:slots])
    plain = run_exactly(bids, slots, reserve, rule, quality, CURVE[:slots])
    assert all(np.array_equal(one, other) for one, other in zip(fast, plain, strict=True))


def test_bids_that_packing_cannot_tell_apart_are_ranked_by_their_last_bit():
    bid = np.float32(1.0)
    above = np.nextafter(bid, np.float32(2.0))
    bids = np.full((64, 48), bid, np.float32)
    bids[:, 40] = above
    _, who, price = run_lanes(bids, 1)
    assert (who == [40, 0]).all()
    assert (price == 1.0).all()


def test_only_the_last_price_is_at_stake_and_it_is_exact_too():
    bid = np.float32(1.0)
    above = np.nextafter(bid, np.float32(2.0))
    _, who, price = run_lanes(np.array([[3.0, bid, above]], np.float32), 1)  # who comes second sets the price
    assert who.tolist() == [[0, 2]]
    assert price[0, 0] == float(above)


def welfare(bids, curve):
    return sum(bid * seen for bid, seen in zip(sorted(bids, reverse=True), curve, strict=False))


@given(st.lists(st.floats(0.0078125, 10, width=32), min_size=1, max_size=7), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_vcg_charges_what_a_winner_costs_the_others(bids, slots):
    curve = CURVE[:slots]
    _, who, price = run_lanes(np.array([bids], np.float32), slots, rule=VCG, exposure=curve)
    for slot in range(min(slots, len(bids))):
        winner = who[0, slot]
        others = bids[:winner] + bids[winner + 1 :]
        with_winner = welfare(bids, curve) - bids[winner] * curve[slot]
        assert price[0, slot] * curve[slot] == pytest.approx(welfare(others, curve) - with_winner, abs=1e-9)


@given(
    st.lists(st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 3.0]), min_size=2, max_size=5),
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=5, max_size=5),
    st.sampled_from([0.0, 0.6]),
)
@settings(max_examples=100, deadline=None)
def test_under_vcg_no_other_bid_beats_the_true_value(values, quality, reserve):
    curve, weights = CURVE[:3], np.array(quality[: len(values)], np.float32)
    tries = np.array([0.0, 0.3, 0.6, 0.7, 0.9, 1.2, 1.7, 2.5, 4.0, 9.0, values[0]], np.float32)
    bids = np.tile(np.array(values, np.float32), (len(tries), 1))
    bids[:, 0] = tries
    _, who, price = run_lanes(bids, 3, reserve, VCG, weights, curve)
    gain = (np.where(who[:, :3] == 0, values[0] - price, 0.0) * curve).sum(axis=1)
    assert gain[-1] >= gain.max() - 1e-12
    assert gain[-1] >= 0


def test_vcg_in_numbers():
    # exposures 1, .8: the first saves 0.2 of 5 + 0.8 of 2 for the others; the second 2
    _, who, price = run_lanes(np.array([[9.0, 5.0, 2.0]], np.float32), 2, rule=VCG, exposure=np.array([1.0, 0.8]))
    assert who.tolist() == [[0, 1, 2]]
    assert price[0].tolist() == pytest.approx([0.2 * 5 + 0.8 * 2, 2.0])


def test_a_better_ad_wins_with_a_smaller_bid_and_pays_less():
    # ranks 1.0 × 2.5 = 2.5 and 2.0 × 1: a bid of 2.0 ⁄ 2.5 = 0.8 is enough
    top, who, price = run_lanes(np.array([[2.0, 1.0]], np.float32), 1, quality=np.array([1.0, 2.5]))
    assert who.tolist() == [[1, 0]]
    assert top.tolist() == [[2.5, 2.0]]
    assert price.tolist() == [[0.8]]


def test_the_last_standing_seat_pays_the_reserve_and_other_slots_stay_empty():
    top, who, price = run_lanes(np.array([[0.1, 0.7, 0.3]], np.float32), 3, reserve=0.5)
    assert who.tolist() == [[1, -1, -1, -1]]
    assert top.tolist() == [[np.float32(0.7), 0.0, 0.0, 0.0]]
    assert price.tolist() == [[0.5, 0.0, 0.0]]


def test_nothing_is_sold_where_nobody_bids_or_nobody_is():
    for bids in (np.empty((0, 48)), np.empty((3, 0)), np.full((3, 48), np.nan), np.full((3, 70), -1.0)):
        top, who, price = run_lanes(bids, 3)
        assert top.shape == (len(bids), 4)
        assert (top == 0).all()
        assert (who == -1).all()
        assert (price == 0).all()


def test_an_infinite_bid_stands_first_and_pays_the_next():
    _, who, price = run_lanes(np.array([[1.0, np.inf, 2.0]], np.float32), 1)
    assert who.tolist() == [[1, 2]]
    assert price.tolist() == [[2.0]]


@given(st.one_of(st.floats(-5, 5), st.sampled_from([0.1, 1e-45, 1e-50, 1e30])))
@settings(max_examples=100, deadline=None)
def test_the_least_bid_is_the_first_float32_at_or_above_the_reserve(reserve):
    least = least_bid(reserve)
    below = np.nextafter(least, np.float32(-np.inf))
    assert float(least) >= reserve
    assert least > 0
    assert float(below) < reserve or below <= 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"bids": np.ones(3), "slots": 1}, "bids must be"),
        ({"bids": np.ones((1, 3)), "slots": 0}, "slots at least 1"),
        ({"bids": np.ones((1, 3)), "slots": 1, "reserve": math.nan}, "reserve"),
        ({"bids": np.ones((1, 3)), "slots": 1, "rule": 7}, "rule must be"),
        ({"bids": np.ones((1, 3)), "slots": 1, "quality": np.ones((1, 2))}, "quality must be"),
        ({"bids": np.ones((1, 3)), "slots": 1, "rule": VCG}, "VCG needs exposure"),
        ({"bids": np.ones((1, 3)), "slots": 2, "exposure": np.array([0.5, 0.8])}, "never rising"),
        ({"bids": np.ones((1, 3)), "slots": 2, "exposure": np.array([1.0, np.nan])}, "never rising"),
        ({"bids": np.ones((1, 3)), "slots": 2, "exposure": np.ones(3)}, "exposure must be"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        run_lanes(**arguments)
