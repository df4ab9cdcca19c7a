"""What moves orders beyond scene, item and price band."""

import numpy as np
import pytest

from magnetar.capabilities.understanding.needs import (
    DRIVERS,
    FADE,
    LEAST,
    LEVEL,
    LIKING,
    MOST,
    MOST_EVER,
    SATED,
    SPENT,
    Needs,
    appetite,
    count_drivers,
    fading,
    keep_drivers,
    purse,
)
from magnetar.kernel.clock import HOUR

ORDER = np.ones(1, np.uint64), np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.int64)
"""Request, item, shopper and category."""


def test_orders_count_from_the_next_edge_on_and_fade_by_the_night():
    needs = Needs.of(3, 4)
    needs.weights[SATED], needs.weights[SPENT] = -1.0, -0.5
    needs.ordered(*ORDER, np.full(1, 8_000_000))
    assert not needs.lately.any()
    needs.refresh(0.0, HOUR, 2)
    today, later = needs.drives(2), needs.drives(5)
    assert appetite(0, 1, fading(0, today), today) == pytest.approx(np.exp(-1.0))
    assert appetite(0, 1, fading(0, later), later) == pytest.approx(np.exp(-(FADE**3)))
    assert appetite(0, 2, fading(0, today), today) == appetite(1, 1, fading(1, today), today) == 1.0
    assert purse(0, fading(0, today), today) == pytest.approx(np.exp(-0.5))  # one usual order


def test_a_shopper_who_is_forgotten_has_bought_nothing():
    needs = Needs.of(2, 2)
    needs.ordered(*ORDER, np.ones(1, np.int64))
    needs.refresh(0.0, HOUR, 0)
    needs.ordered(*ORDER, np.ones(1, np.int64))
    needs.forget(0)
    needs.refresh(0.0, HOUR, 0)
    assert not needs.lately[0, 1:].any()


def test_an_order_adds_what_its_click_left_and_one_without_a_click_adds_the_usual():
    needs = Needs.of(2, 2)
    waiting = needs.waiting, needs.aged, needs.doubt
    keep_drivers(
        np.uint64(7), 3, 0, 0, 0.5, 0.1, 0.2, 1.0, needs.drives(0), needs.known, needs.drivers, *waiting
    )  # fmt: skip
    assert needs.waiting == pytest.approx([0.2, 0.1, 0.02, 0.0, 0.0])
    for request in (7, 8):
        needs.hits[:] = 0.0
        count_drivers(
            np.array([request], np.uint64), np.array([3]), needs.known, needs.drivers, needs.waiting, needs.hits
        )
        assert needs.hits == pytest.approx([1.0, 0.5, 0.1, 0.0, 0.0])


def test_weights_go_to_where_orders_are_and_never_further_than_they_may():
    rng = np.random.default_rng(5)
    needs = Needs.of(2, 2)
    for _ in range(300):
        liking = rng.normal(size=200)
        drivers = np.zeros((200, DRIVERS))
        drivers[:, LEVEL], drivers[:, LIKING] = 1.0, liking
        rate = 0.1 * np.exp(drivers @ needs.weights)
        placed = rng.random(200) < 0.1 * np.exp(0.4 * liking)
        needs.waiting += rate @ drivers
        needs.aged += rate @ drivers
        needs.doubt += (drivers * rate[:, None]).T @ drivers
        needs.hits += drivers[placed].sum(axis=0)
        before = needs.weights.copy()
        needs.refresh(1.0, HOUR, 0)
        assert (np.abs(needs.weights - before) <= MOST + 1e-12).all()
        assert (needs.weights >= LEAST).all()
        assert (needs.weights <= MOST_EVER).all()
    assert needs.weights[LIKING] == pytest.approx(0.4, abs=0.08)
    assert needs.weights[LEVEL] == pytest.approx(0.0, abs=0.08)


def test_what_items_start_from_follows_what_is_seen_of_them():
    rng = np.random.default_rng(6)
    needs, seen = Needs.of(1, 1), rng.normal(size=(300, 2))
    load = np.full(300, 40.0)
    hits = rng.poisson(load * np.exp(seen @ [0.3, -0.6])).astype(float)
    start = needs.conclude(np.ones(300), seen, hits, load, 4.0)
    start = needs.conclude(np.ones(300), seen, hits, load, 4.0)
    assert needs.slopes == pytest.approx([0.3, -0.6], abs=0.1)
    assert np.corrcoef(np.log(start), seen @ [0.3, -0.6])[0, 1] > 0.98
    silent = Needs.of(1, 1).conclude(np.full(5, 0.7), seen[:5], np.zeros(5), np.zeros(5), 4.0)
    assert silent == pytest.approx(0.7 * np.ones(5))


def test_orders_leave_the_same_in_whatever_batches_they_come():
    rng = np.random.default_rng(8)
    request, item, shopper, category, micros = rng.integers(0, 3, (5, 40))
    weights, lately = [], []
    for way in (np.arange(40), rng.permutation(40)):
        for parts in (1, 7):
            needs = Needs.of(3, 3)
            needs.waiting += [2.0, 0.7, 0.3, 0.1, 0.1]
            needs.aged += needs.waiting
            needs.doubt += np.eye(DRIVERS)
            for part in np.array_split(way, parts):
                needs.ordered(*(one[part] for one in (request.astype(np.uint64), item, shopper, category, micros + 1)))
            needs.refresh(0.4, HOUR, 0)
            weights.append(needs.weights.tobytes())
            lately.append(needs.lately.tobytes())
    assert len(set(weights)) == len(set(lately)) == 1
