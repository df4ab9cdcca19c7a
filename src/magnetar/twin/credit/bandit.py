"""Logged policies: shoppers with contexts, actions drawn by a known policy, and the true value of another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.kernel.chance import Chance, Floats, Ints

_POPULATION = 20_000
"""Shoppers over whom the true value is averaged: its own error is about 0.5 % in these worlds."""


@dataclass(frozen=True, slots=True)
class BanditWorld:
    """How a world's policies and rewards are made."""

    rows: int = 4_000
    """Of a log."""
    actions: int = 10
    features: int = 4
    base: float = -2.0
    """Logit of an average reward."""
    greed: float = 1.0
    """How strongly the logging policy prefers what it thinks best; the target prefers it with 2."""
    explore: float = 0.2
    """Share of the logging policy that is uniform."""
    agree: float = 0.5
    """How much logging and target policy think alike, 0 to 1."""
    bend: float = 0.5
    """Of the reward that no linear model can follow."""
    wrong: float = 0.0
    """Standard deviation of the logarithm by which logged propensities are off."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A log, the target's chances in its rows, and what the target would truly earn."""

    context: Floats
    action: Ints
    reward: Floats
    propensity: Floats
    target: Floats
    truth: float


BANDIT_WORLDS = {
    "plain": BanditWorld(),
    "rare rewards": BanditWorld(rows=20_000, base=-4.6),
    "thin overlap": BanditWorld(rows=20_000, greed=2.5, explore=0.05, agree=0.0),
    "thin overlap, short log": BanditWorld(greed=2.5, explore=0.05, agree=0.0),
    "hopeless overlap": BanditWorld(actions=60, greed=8.0, explore=0.001, agree=-1.0),
    "wrong propensities": BanditWorld(wrong=0.5),
}


class BanditMaker:
    """One world under one seed: its policies and rewards stay, its logs are drawn again and again."""

    def __init__(self, world: BanditWorld, seed: int) -> None:
        self.world = world
        chance = Chance(seed).of("bandit", "world")
        shape = (world.features, world.actions)
        self._taste = chance.of("taste").normals(*shape) * 0.5
        self._level = chance.of("level").normals(world.actions) * 0.4
        own, shared = chance.of("own").normals(*shape), chance.of("shared").normals(*shape)
        spread = np.sqrt(max(0.0, 1.0 - world.agree**2))
        self._logging, self._wanted = shared, world.agree * shared + spread * own
        self._bent = chance.of("bent").normals(*shape)
        population = Chance(seed).of("bandit", "population").normals(_POPULATION, world.features)
        self.truth = float((self._target(population) * self._rate(population)).sum(axis=1).mean())

    def _rate(self, context: Floats) -> Floats:
        """(n, actions), the true chance of a reward."""
        world = self.world
        bend = world.bend * np.sin(2.0 * _times(context, self._bent))
        return 1.0 / (1.0 + np.exp(-(world.base + self._level + _times(context, self._taste) + bend)))

    def _policy(self, context: Floats, liking: Floats, greed: float, explore: float) -> Floats:
        score = greed * _times(context, liking) / np.sqrt(self.world.features)
        score -= score.max(axis=1, keepdims=True)
        chance = np.exp(score)
        chance /= chance.sum(axis=1, keepdims=True)
        return (1.0 - explore) * chance + explore / self.world.actions

    def _target(self, context: Floats) -> Floats:
        return self._policy(context, self._wanted, 2.0, 0.0)

    def log(self, seed: int) -> Logged:
        """A log."""
        world, chance = self.world, Chance(seed).of("bandit", "log")
        rows = world.rows
        context = chance.of("context").normals(rows, world.features)
        policy = self._policy(context, self._logging, world.greed, world.explore)
        drawn = (np.cumsum(policy, axis=1) < chance.of("action").uniforms(rows)[:, None]).sum(axis=1)
        action = np.minimum(drawn, world.actions - 1).astype(np.int64)
        at = np.arange(rows)
        reward = (chance.of("reward").uniforms(rows) < self._rate(context)[at, action]).astype(np.float64)
        said = policy[at, action] * np.exp(world.wrong * chance.of("wrong").normals(rows))
        return Logged(context, action, reward, np.minimum(said, 1.0), self._target(context), self.truth)


def _times(context: Floats, columns: Floats) -> Floats:
    """The matrix product, without BLAS: its threads cost more than such thin matrices."""
    return np.einsum("ij,jk->ik", context, columns)
