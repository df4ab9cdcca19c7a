"""What is known of each shopper, brought up to date when the shopper is met.

A shopper who is not met in a tick costs nothing in it. What time did to them meanwhile (a share of
the evidence forgotten every night, clicks whose orders should have come by now) is worked out in
closed form from the number of the edge at which they were last met.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.kernel.fetching import fetch

FAVOURITES = 3
DAILY_MEMORY = 0.97
"""Share of the evidence that is kept from one day to the next; a half-life of about three weeks."""
SAMPLE = 4096
"""Shoppers, evenly spaced, whose tastes stand for all when a segment's are averaged."""
AHEAD = 24
"""Rows in advance of which memory is asked for."""
_GONE = np.float32(1e-6)
"""Clicks below which nothing is waited for any more."""


class Tastes(NamedTuple):
    """Rows of shoppers, and the time they are brought up to."""

    click_mean: Array
    """(shoppers, categories) float32; so are hits and load."""
    click_hits: Array
    click_load: Array
    click_prior: Array
    click_strength: float
    order_mean: Array
    """(shoppers, bands) float32; so are hits and load."""
    order_hits: Array
    order_load: Array
    order_prior: Array
    order_strength: float
    order_waiting: Array
    """(shoppers, bands) float32, load of clicks whose orders may still come."""
    liked: Array
    """(shoppers, FAVOURITES) int16 categories, liked best first; the first is the segment."""
    met: Array
    """(shoppers,) int32, the edge up to which a row is right."""
    waited: Array
    """(edges,), waiting time since the beginning, in mean delays: what waits falls by exp(−difference)."""
    day_of: Array
    """(edges,) int32, day of each edge."""
    last_of: Array
    """(days,) int32, last edge of each day that is over."""
    edge: int
    today: int
    grouped: int
    """The edge at which shoppers were last put into segments."""


@compiled
def meet(shopper: Array, first: int, last: int, tastes: Tastes) -> None:
    """Bring shoppers up to the tick's start, those in some rows of a batch, if that has not been done.

    A pass of its own, and not a call for each shopper: handing the tables over costs as much as the work.
    """
    clicks, click_hits, click_load = tastes.click_mean, tastes.click_hits, tastes.click_load
    orders, order_hits, order_load = tastes.order_mean, tastes.order_hits, tastes.order_load
    click_prior, order_prior, order_waiting = tastes.click_prior, tastes.order_prior, tastes.order_waiting
    click_weight, order_weight = np.float32(tastes.click_strength), np.float32(tastes.order_strength)
    liked, met, waited, day_of, last_of = tastes.liked, tastes.met, tastes.waited, tastes.day_of, tastes.last_of
    edge, today, bands = tastes.edge, tastes.today, tastes.order_mean.shape[1]
    memory = np.float32(DAILY_MEMORY)
    for row in range(first, min(last, first + AHEAD)):
        ahead = int(shopper[row])
        fetch(met, ahead)
        fetch(clicks, ahead)
        fetch(click_load, ahead)
        fetch(orders, ahead)
        fetch(liked, ahead)
    for row in range(first, last):
        if row + AHEAD < last:
            ahead = int(shopper[row + AHEAD])
            fetch(met, ahead)
            fetch(clicks, ahead)
            fetch(click_load, ahead)
            fetch(orders, ahead)
            fetch(liked, ahead)
        person = int(shopper[row])
        since = int(met[person])
        if since == edge:
            continue
        day = int(day_of[since])
        keep = np.float32(DAILY_MEMORY ** (today - day)) if day < today else np.float32(1.0)
        waiting = False
        for band in range(bands):
            waiting = waiting or order_waiting[person, band] > 0.0
        if waiting:
            while True:
                stop = edge if day == today else int(last_of[day])
                left = np.float32(math.exp(waited[since] - waited[stop]))
                for band in range(bands):
                    held = order_waiting[person, band]
                    rest = held * left
                    rest = rest if rest > _GONE else np.float32(0.0)
                    order_waiting[person, band] = rest
                    order_load[person, band] += held - rest
                if day == today:
                    break
                for band in range(bands):
                    order_load[person, band] *= memory
                    order_hits[person, band] *= memory
                since, day = stop, day + 1
        else:
            for band in range(bands):
                order_load[person, band] *= keep
                order_hits[person, band] *= keep
        shared = min(person, order_prior.shape[0] - 1)
        for band in range(bands):
            hits = order_hits[person, band] + order_weight * order_prior[shared, band]
            orders[person, band] = hits / (order_load[person, band] + order_weight)
        shared = min(person, click_prior.shape[0] - 1)
        for group in range(clicks.shape[1]):
            click_hits[person, group] *= keep
            click_load[person, group] *= keep
            hits = click_hits[person, group] + click_weight * click_prior[shared, group]
            clicks[person, group] = hits / (click_load[person, group] + click_weight)
        if met[person] < tastes.grouped:
            rank(clicks, person, liked)
        met[person] = edge


@inlined
def rank(match: Array, person: int, out: Array) -> None:
    """Write a shopper's best categories, the first of equals first."""
    places = out.shape[1]
    for place in range(places):
        best, found = np.float32(-1.0), 0
        for group in range(match.shape[1]):
            free = match[person, group] > best
            for earlier in range(place):
                free = free and out[person, earlier] != group
            if free:
                best, found = match[person, group], group
        out[person, place] = found


@compiled
def liking(tastes: Tastes) -> Floats:
    """(segments, categories), mean match of each segment's shoppers with each category, and changes nothing.

    A segment is those who like a category best; up to SAMPLE shoppers are looked at.
    """
    mean, hits, load, prior = tastes.click_mean, tastes.click_hits, tastes.click_load, tastes.click_prior
    met, day_of, edge, today = tastes.met, tastes.day_of, tastes.edge, tastes.today
    weight = np.float32(tastes.click_strength)
    shoppers, groups = mean.shape
    total, count, match = np.zeros((groups, groups)), np.zeros(groups), np.empty(groups, np.float32)
    step = max(1, (shoppers + SAMPLE - 1) // SAMPLE)
    for person in range(0, shoppers, step):
        since = int(met[person])
        if since == edge:
            for group in range(groups):
                match[group] = mean[person, group]
        else:
            days = today - int(day_of[since])
            keep = np.float32(DAILY_MEMORY**days) if days else np.float32(1.0)
            shared = min(person, prior.shape[0] - 1)
            for group in range(groups):
                learned = keep * hits[person, group] + weight * prior[shared, group]
                match[group] = learned / (keep * load[person, group] + weight)
        one = 0
        for group in range(1, groups):
            if match[group] > match[one]:
                one = group
        count[one] += 1.0
        for group in range(groups):
            total[one, group] += match[group]
    for one in range(groups):
        for group in range(groups):
            total[one, group] /= max(count[one], 1.0)
    return total
