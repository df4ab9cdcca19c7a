"""A rate as a product of three factors, each learned online with its uncertainty.

    rate(item, shopper, context) = context × item × match(shopper, group of the item)

Given the other two, each factor is a Gamma-Poisson posterior: (hits + strength · prior) /
(load + strength), where `load` is the number of hits that would have been expected had the factor
been 1. That is closed-form, calibrated in total, forgets by decay, and needs no exponential at
decision time. Hits and load grow with every event; the factors are refreshed at tick edges, so
that all rows of a tick read one snapshot. Source: conjugate coordinate ascent for Poisson
factorisation, Gopalan, Hofman & Blei (2015), UAI; the rank-one-per-factor form is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import compiled, inlined

Singles = NDArray[np.float32]


@dataclass(slots=True)
class Factor:
    """One factor of a rate: hits, load and the posterior mean they give."""

    mean: Floats
    hits: Floats
    load: Floats
    prior: Floats
    strength: float

    @classmethod
    def of(cls, shape: tuple[int, ...], strength: float, prior: float = 1.0) -> Factor:
        """A factor that knows only its prior."""
        return cls(np.full(shape, prior), np.zeros(shape), np.zeros(shape), np.full(shape, prior), strength)

    def refresh(self) -> None:
        """Bring the means up to date with hits and load."""
        _refresh(self.mean.ravel(), self.hits.ravel(), self.load.ravel(), self.prior.ravel(), self.strength)

    def decay(self, keep: float) -> None:
        """Forget a share of the evidence, so that drift is followed."""
        self.hits *= keep
        self.load *= keep


@dataclass(slots=True)
class Matches:
    """The factor of shoppers and groups: many rows, of which few are met in a tick.

    A row is brought up to date when its shopper is met (`tastes.meet`), so that the others cost
    neither time at a tick edge nor more than twelve bytes a group.
    """

    mean: Singles
    """(shoppers, groups), as of the tick's start for every shopper met in the tick."""
    hits: Singles
    load: Singles
    prior: Singles
    """(shoppers, groups), or one row for all."""
    strength: float

    @classmethod
    def of(cls, shoppers: int, groups: int, strength: float) -> Matches:
        """Matches of which nothing is known."""
        shape = shoppers, groups
        zeros = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        return cls(np.ones(shape, np.float32), *zeros, np.ones((1, groups), np.float32), strength)

    def expect(self, prior: Floats) -> None:
        """Begin from other expectations, before anything is learned."""
        self.prior = np.broadcast_to(prior, self.mean.shape).astype(np.float32)
        self.mean[:] = self.prior

    def forget(self, row: int) -> None:
        """What is known of one shopper."""
        self.hits[row] = self.load[row] = 0.0
        self.mean[row] = self.prior[min(row, len(self.prior) - 1)]


@dataclass(slots=True)
class Rates:
    """The three factors of one rate; items and shoppers are numbered by the platform."""

    items: Factor
    matches: Matches
    contexts: Factor

    @classmethod
    def of(
        cls,
        items: int,
        shoppers: int,
        groups: int,
        contexts: tuple[int, ...],
        base: float,
        item_strength: float,
        match_strength: float,
    ) -> Rates:
        """Rates that know only the base rate.

        `contexts` is the shape of the context factor; `base` its prior mean. Strengths are in
        expected hits: the weight of the prior.
        """
        return cls(
            items=Factor.of((items,), item_strength),
            matches=Matches.of(shoppers, groups, match_strength),
            contexts=Factor.of(contexts, 20.0 / base, base),
        )

    def refresh(self) -> None:
        """Bring items and contexts up to date; call at tick edges only."""
        self.items.refresh()
        self.contexts.refresh()

    def decay(self, keep: float) -> None:
        """Let items and contexts forget; matches forget when their shopper is next met."""
        self.items.decay(keep)
        self.contexts.decay(keep)

    def item_spread(self) -> Floats:
        """(items,), standard deviation of each item's factor over its mean; 1 / √(hits + prior hits)."""
        return 1.0 / np.sqrt(self.items.hits + self.items.strength * self.items.prior)


@compiled
def _refresh(mean: Floats, hits: Floats, load: Floats, prior: Floats, strength: float) -> None:
    for place in range(mean.shape[0]):
        mean[place] = (hits[place] + strength * prior[place]) / (load[place] + strength)


@inlined
def predict(context: float, item: float, match: float) -> float:
    """A rate from its factors, kept below one half."""
    return min(0.5, context * item * match)


@inlined
def learn(
    item: int,
    shopper: int,
    group: int,
    context: float,
    weight: float,
    item_mean: Floats,
    item_load: Floats,
    match_mean: Singles,
    match_load: Singles,
) -> float:
    """Count one trial against an item and a match; returns the load of its context."""
    one, other = item_mean[item], match_mean[shopper, group]
    item_load[item] += weight * context * other
    match_load[shopper, group] += weight * context * one
    return weight * one * other
