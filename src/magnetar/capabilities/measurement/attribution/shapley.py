"""Shapley credit: each channel's average contribution over all orders in which the channels could have come.

What a coalition of channels is worth is read from how journeys through exactly those channels fared:

  worth(S) = Σ over journeys of rate(their channels ∩ S),

where rate(T) is the mean value of journeys whose channels are exactly T, shrunk towards the mean of
its channels' own rates where T is rare, and rate(∅) = 0. The sum splits by journey, so a journey
through k different channels needs 2^k coalitions however many channels there are: exact up to 12,
sampled orders of arrival beyond.

Sources: Shapley (1953), A Value for n-Person Games; Dalessandro et al. (2012), Causally Motivated
Attribution for Online Advertising; Zhao, Mahboobi & Bagheri (2018), Shapley Value Methods for
Attribution Modeling in Online Advertising.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from magnetar.capabilities.measurement.attribution.journeys import Journeys
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.compiled import Array, compiled, inlined

CHANNELS = 62
"""A set of channels is the bits of an integer."""
EXACT = 12
SHRINK = 20.0
"""Journeys' worth of evidence that a set's rate is drawn with towards the mean of its channels."""
ORDERS_DRAWN = 512
"""Orders of arrival drawn where they are too many to go through, each also backwards."""


def shapley_values(worth: Floats) -> Floats:
    """The Shapley values of any game.

    Args:
        worth: (2ⁿ,), of each coalition, whose members are the bits of its row; n at most 20.

    Returns:
        (n,), which sum to worth[all] − worth[none].

    >>> shapley_values(np.array([0.0, 6.0, 0.0, 12.0]))  # the second adds 6, but only to the first
    array([9., 3.])

    Raises:
        ValueError: the length is no power of two from 1 to 2²⁰, or a worth is not finite.
    """
    worth = np.asarray(worth, np.float64)
    players = len(worth).bit_length() - 1
    if worth.ndim != 1 or len(worth) != 1 << players or players > 20:
        raise ValueError(f"a game of n players has 2^n coalitions, n at most 20; found {worth.shape}")
    if not np.all(np.isfinite(worth)):
        raise ValueError("every coalition's worth must be finite")
    return _exact(worth, players, _factors(players))


def shapley_credit(journeys: Journeys, *, by_order: bool = False, seed: int = 0, exact: int = EXACT) -> Floats:
    """What the game above gives each channel; can be negative for one that others do better without.

    Args:
        by_order: leave lost journeys out, and let a coalition win the orders whose channels it holds all
            of; each order is then shared equally by its different channels.
        exact: go through all coalitions of journeys with at most so many different channels, at most 20.

    Returns:
        (channels,), micros as floats: the worth of all channels together, split.

    Raises:
        ValueError: more than 62 channels.
    """
    count = len(journeys.channels)
    if count > CHANNELS:
        raise ValueError(f"Shapley credit takes at most {CHANNELS} channels, found {count}; group them more coarsely")
    won = journeys.touched
    masks = _masks(journeys.channel, journeys.start[won], journeys.stop[won])
    value = journeys.value[won].astype(np.float64)
    if by_order:
        return _equally(masks, value, count)
    lost = _masks(journeys.channel, journeys.lost_start, journeys.lost_stop)
    sets, place = np.unique(np.concatenate([masks, lost]), return_inverse=True)
    paths = np.bincount(place, minlength=len(sets)).astype(np.float64)
    gained = np.bincount(place[: len(masks)], value, len(sets)).astype(np.float64)
    if not len(sets):
        return np.zeros(count)
    single = _single_rates(sets, paths, gained, count)
    sizes = np.array([int(one).bit_count() for one in sets.tolist()])
    out = np.zeros(count)
    chance = Chance(seed).of("attribution", "shapley")
    for row in np.flatnonzero(sizes <= exact).tolist():
        _add_exact(row, sets, paths, gained, single, _factors(int(sizes[row])), out)
    for row in np.flatnonzero(sizes > exact).tolist():
        arrivals = np.argsort(chance.of(int(sets[row])).uniforms(ORDERS_DRAWN, int(sizes[row])), axis=1)
        _add_drawn(row, sets, paths, gained, single, arrivals, out)
    return out


def _single_rates(sets: Ints, paths: Floats, gained: Floats, count: int) -> Floats:
    """(channels,), value of a journey through one channel alone, shrunk towards that of all journeys."""
    single = np.full(count, gained.sum() / paths.sum())
    for row, one in enumerate(sets.tolist()):
        if one and one & (one - 1) == 0:
            channel = one.bit_length() - 1
            single[channel] = (gained[row] + SHRINK * single[channel]) / (paths[row] + SHRINK)
    return single


def _factors(players: int) -> Floats:
    """(players,), s! (n − s − 1)! ⁄ n!: how often a player meets a given coalition of s others."""
    return np.array([1.0 / (players * math.comb(players - 1, size)) for size in range(players)])


@compiled
def _masks(channel: Array, start: Array, stop: Array) -> Any:
    out = np.zeros(start.shape[0], np.int64)
    for row in range(start.shape[0]):
        for touch in range(start[row], stop[row]):
            out[row] |= np.int64(1) << channel[touch]
    return out


@compiled
def _equally(masks: Array, value: Array, count: int) -> Any:
    out = np.zeros(count)
    for row in range(masks.shape[0]):
        size = 0
        for channel in range(count):
            size += (masks[row] >> channel) & 1
        for channel in range(count):
            if (masks[row] >> channel) & 1:
                out[channel] += value[row] / size
    return out


@compiled
def _exact(worth: Array, players: int, factors: Array) -> Any:
    out = np.zeros(players)
    for coalition in range(worth.shape[0]):
        size = 0
        for player in range(players):
            size += (coalition >> player) & 1
        for player in range(players):
            if not (coalition >> player) & 1:
                out[player] += factors[size] * (worth[coalition | (1 << player)] - worth[coalition])
    return out


@inlined
def _rate(wanted: Any, sets: Array, paths: Array, gained: Array, single: Array) -> float:
    """The mean value of a journey through exactly these channels."""
    if wanted == 0:
        return 0.0
    expected, size = 0.0, 0
    for channel in range(single.shape[0]):
        if (wanted >> channel) & 1:
            expected += single[channel]
            size += 1
    expected /= size
    low, high = 0, sets.shape[0]
    while low < high:
        middle = (low + high) // 2
        if sets[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < sets.shape[0] and sets[low] == wanted:
        return (gained[low] + SHRINK * expected) / (paths[low] + SHRINK)
    return expected


@compiled
def _add_exact(row: int, sets: Array, paths: Array, gained: Array, single: Array, factors: Array, out: Array) -> Any:
    members = np.empty(factors.shape[0], np.int64)
    size = 0
    for channel in range(single.shape[0]):
        if (sets[row] >> channel) & 1:
            members[size] = channel
            size += 1
    worth = np.empty(1 << size)
    for coalition in range(worth.shape[0]):
        wanted = np.int64(0)
        for place in range(size):
            if (coalition >> place) & 1:
                wanted |= np.int64(1) << members[place]
        worth[coalition] = _rate(wanted, sets, paths, gained, single)
    values = _exact(worth, size, factors)
    for place in range(size):
        out[members[place]] += paths[row] * values[place]


@compiled
def _add_drawn(row: int, sets: Array, paths: Array, gained: Array, single: Array, arrivals: Array, out: Array) -> Any:
    draws, size = arrivals.shape
    members = np.empty(size, np.int64)
    found = 0
    for channel in range(single.shape[0]):
        if (sets[row] >> channel) & 1:
            members[found] = channel
            found += 1
    weight = paths[row] / (2 * draws)
    for draw in range(draws):
        for way in range(2):
            here, before = np.int64(0), 0.0
            for step in range(size):
                channel = members[arrivals[draw, step if way == 0 else size - 1 - step]]
                here |= np.int64(1) << channel
                after = _rate(here, sets, paths, gained, single)
                out[channel] += weight * (after - before)
                before = after
