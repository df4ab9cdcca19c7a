"""What views, clicks and orders teach the predictor, and the rates that it answers with, a row at a time."""

from __future__ import annotations

import math

import numpy as np

from magnetar.capabilities.understanding.affinity import (
    BIAS,
    Draws,
    belief,
    bring_up,
    learn_views,
    rate_of,
)
from magnetar.capabilities.understanding.needs import (
    LEVEL,
    Drives,
    appetite,
    fading,
    fancy,
    keep_drivers,
    purse,
)
from magnetar.capabilities.understanding.rates import learn, predict
from magnetar.capabilities.understanding.tastes import (
    AHEAD,
    Tastes,
    meet,
)
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.fetching import fetch

_TOGETHER = 64
"""Pages that are learned from while the rows of their shoppers are in the processor's cache."""
_LONG = 40.0
"""Mean delays after which no order is waited for."""


@compiled
def rates_of(
    shopper: Array,
    scene: Array,
    item: Array,
    category: Array,
    band: Array,
    price: Array,
    tastes: Tastes,
    draws: Draws,
    drives: Drives,
    drawn: bool,
    click_item: Array,
    click_context: Array,
    order_item: Array,
    order_context: Array,
    out: Array,
) -> None:
    """(2, rows) into `out`: click rate per view and order rate per click; what is not sold is not ordered."""
    for row in range(item.shape[0]):
        person, where, what = int(shopper[row]), int(scene[row]), int(item[row])
        kind, moved = int(category[what]), 1.0
        if drawn:
            mean, variance = belief(person, what, where, draws)
            out[0, row] = rate_of(mean, variance)
            left = fading(person, drives)
            pull = mean - draws.scenes[where] - draws.items[what, BIAS]
            moved = purse(person, left, drives) * appetite(person, kind, left, drives) * fancy(pull, variance, drives)
        else:
            out[0, row] = predict(click_context[where], click_item[what], tastes.click_mean[person, kind])
        order = predict(order_context[where] * moved, order_item[what], tastes.order_mean[person, band[what]])
        out[1, row] = order if price[what] > 0.0 else 0.0


@compiled
def take_views(
    shopper: Array,
    scene: Array,
    item: Array,
    depth: Array,
    category: Array,
    tastes: Tastes,
    item_mean: Array,
    item_load: Array,
    context_mean: Array,
    context_load: Array,
    depths: Array,
    draws: Draws,
) -> None:
    """Everything on screen was a chance to click."""
    match_mean, match_load = tastes.click_mean, tastes.click_load
    for first in range(0, shopper.shape[0], _TOGETHER):
        last = min(first + _TOGETHER, shopper.shape[0])
        meet(shopper, first, last, tastes)
        bring_up(shopper, first, last, draws)
        learn_views(shopper, scene, item, depth, first, last, draws)
        for page in range(first, last):
            person, where = shopper[page], scene[page]
            depths[where, depth[page]] += 1.0
            for position in range(depth[page]):
                what = item[page, position]
                if what >= 0:
                    context_load[where] += learn(
                        what,
                        person,
                        category[what],
                        context_mean[where],
                        1.0,
                        item_mean,
                        item_load,
                        match_mean,
                        match_load,
                    )


@compiled
def take_clicks(
    request: Array,
    since: Array,
    pace: float,
    shopper: Array,
    scene: Array,
    item: Array,
    category: Array,
    band: Array,
    price: Array,
    tastes: Tastes,
    item_hits: Array,
    context_hits: Array,
    item_mean: Array,
    item_load: Array,
    context_mean: Array,
    context_load: Array,
    draws: Draws,
    drives: Drives,
    known: Array,
    drivers: Array,
    expected: Array,
    aged: Array,
    doubt: Array,
    fresh: Array,
) -> None:
    """A click is a hit for the click rate and, where something is sold, a chance to order that waits for its time."""
    meet(shopper, 0, shopper.shape[0], tastes)
    match_hits, match_mean, waiting = tastes.click_hits, tastes.order_mean, tastes.order_waiting
    level = math.exp(drives.weights[LEVEL])
    for row in range(shopper.shape[0]):
        if row + AHEAD < shopper.shape[0]:
            ahead = int(shopper[row + AHEAD])
            fetch(match_hits, ahead)
            fetch(match_mean, ahead)
            fetch(waiting, ahead)
        what, person, where = int(item[row]), int(shopper[row]), int(scene[row])
        item_hits[what] += 1.0
        match_hits[person, category[what]] += 1.0
        context_hits[where] += 1.0
        if price[what] > 0.0:
            kind, left = int(category[what]), fading(person, drives)
            mean, variance = belief(person, what, where, draws)
            pull = mean - draws.scenes[where] - draws.items[what, BIAS]
            moved = purse(person, left, drives) * appetite(person, kind, left, drives) * fancy(pull, variance, drives)
            plain = context_mean[where] * item_mean[what] * match_mean[person, band[what]]
            rate = predict(moved, plain, 1.0)
            keep_drivers(
                np.uint64(request[row]),
                what,
                person,
                kind,
                pull,
                variance,
                rate,
                math.exp(min(_LONG, since[row] * pace)),
                drives,
                known,
                drivers,
                expected,
                aged,
                doubt,
            )
            fresh[0] += 1.0
            fresh[1] += since[row]
            context_load[where] += learn(
                what,
                person,
                band[what],
                context_mean[where],
                rate / (plain * level),  # the level is above the factors, not one of them
                item_mean,
                item_load,
                match_mean,
                waiting,
            )


@compiled
def take_orders(
    shopper: Array, scene: Array, item: Array, band: Array, tastes: Tastes, item_hits: Array, context_hits: Array
) -> None:
    """An order is a hit for the order rate."""
    meet(shopper, 0, shopper.shape[0], tastes)
    match_hits = tastes.order_hits
    for row in range(shopper.shape[0]):
        item_hits[item[row]] += 1.0
        match_hits[shopper[row], band[item[row]]] += 1.0
        context_hits[scene[row]] += 1.0


@compiled
def mature(waiting: Array, load: Array, share: float, again: float) -> None:
    """A share of what waits becomes load; then what is left is reckoned anew by a factor, out of the load."""
    for place in range(waiting.shape[0]):
        moved = waiting[place] * share
        waiting[place] -= moved
        load[place] += moved
        moved = min(waiting[place] * (again - 1.0), load[place])
        waiting[place] += moved
        load[place] -= moved
