"""Teaches the learned bidder's network: JAX walks each day forward and the score's slope back.

The loss of a tick is the share of the day's score that its multiplier would lose if kept to the end, weighted
by the conversions at stake: a choice is judged by what it costs, not by its distance from the best one, so that
the network plays safe where the score falls off steeply on one side.
Source of the optimiser: Kingma & Ba (2015), ICLR, "Adam", with the decoupled decay of Loshchilov & Hutter (2019).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from magnetar.capabilities.bidding.learned import CELLS, REACH, Weights
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import ProviderUnavailable
from magnetar.twin.arena.training import TRIED, Lessons, asked, best_step, moves, regret

BATCH = 32
RATE = 5e-4
DECAY = 0.05
"""Of the weight matrices, for each step, times the rate."""
WARM = 40
"""Steps over which the rate rises."""
TRUST = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the last layer that are tried on the held-out days: with 0 the planner bids, uncorrected."""
FIXED = ("mean", "spread")


@dataclass(frozen=True, slots=True)
class Taught:
    """Weights and how they do on days that they were not fitted to. Regret: share of the score in reach that is lost."""

    weights: Weights
    steps: int
    trust: float
    """Share of the last layer that is kept."""
    held_out: float
    anchor: float
    """Of the planner's own multiplier."""
    constant: float
    """Of the best single factor on it, found on the training days."""
    constant_step: float
    lived: float
    """Of what was bid on those days."""


def need_jax() -> None:
    """Find out before long work.

    Raises:
        ProviderUnavailable: JAX is not installed.
    """
    _jax()


def _jax() -> tuple[Any, Any]:
    try:
        return importlib.import_module("jax"), importlib.import_module("jax.numpy")
    except ImportError:
        raise ProviderUnavailable(
            "Training the learned bidder needs 'jax'. Install it with: pip install 'magnetar[learn]'."
        ) from None


def teach(
    lessons: Lessons,
    held_out: Lessons,
    chance: Chance,
    *,
    rounds: int,
    start: Weights | None = None,
    tell: Callable[[int, float, float], None] = lambda done, loss, held: None,
) -> Taught:
    """Fit to lessons; keep the weights that do best on the held-out days, looked at after every fifth round.

    The days are few, so the last layer is then shrunk as far as serves the held-out days best.

    Args:
        lessons: what is fitted.
        held_out: other days.
        chance: of the first weights and of the order.
        rounds: passes over the lessons, at least 1.
        start: weights to go on from.
        tell: called with rounds done, training loss and the held-out regret now.

    Raises:
        ProviderUnavailable: JAX is not installed.
        ValueError: nothing in either set was judged.
    """
    jax, jnp = _jax()
    if not lessons.judged.any() or not held_out.judged.any():
        raise ValueError("nothing to learn from: no tick was judged; take more days or larger ones")
    met = lessons.features[asked(lessons)]
    weights = start or Weights.fresh(chance.of("weights"), met.mean(axis=0), np.maximum(met.std(axis=0), 0.05))
    fixed = {name: jnp.asarray(one, jnp.float32) for name, one in weights.arrays().items() if name in FIXED}
    params = {name: jnp.asarray(one, jnp.float32) for name, one in weights.arrays().items() if name not in FIXED}
    stake = np.minimum(lessons.stake / lessons.stake[lessons.judged].mean(), 5.0) * lessons.judged
    columns = [jnp.asarray(one, jnp.float32) for one in (lessons.features, lessons.score, stake)]

    def loss(params: Any, features: Any, score: Any, stake: Any) -> Any:
        said = _walk(jax, jnp, {**params, **fixed}, features)
        place = (said + REACH) / (2.0 * REACH) * (TRIED - 1)
        nearby = jnp.maximum(0.0, 1.0 - jnp.abs(place[..., None] - jnp.arange(TRIED)))  # straight lines between steps
        got = (nearby * score).sum(axis=-1)
        return ((1.0 - got) * stake).sum() / jnp.maximum(stake.sum(), 1e-9)

    def step(params: Any, first: Any, second: Any, number: Any, rate: Any, batch: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(params, *[column[batch] for column in columns])
        norm = jnp.sqrt(sum((one**2).sum() for one in slope.values()))
        slope = {name: one * jnp.minimum(1.0, 1.0 / jnp.maximum(norm, 1e-9)) for name, one in slope.items()}
        first = {name: 0.9 * first[name] + 0.1 * slope[name] for name in slope}
        second = {name: 0.999 * second[name] + 0.001 * slope[name] ** 2 for name in slope}
        moved = {}
        for name, one in params.items():
            change = first[name] / (1.0 - 0.9**number) / (jnp.sqrt(second[name] / (1.0 - 0.999**number)) + 1e-8)
            moved[name] = one - rate * (change + (DECAY * one if one.ndim == 2 else 0.0))
        return moved, first, second, value

    step = jax.jit(step)
    batch = min(BATCH, len(lessons))
    total, number = max(1, rounds * (len(lessons) // batch)), 0
    first = {name: jnp.zeros_like(one) for name, one in params.items()}
    second = dict(first)
    best, kept, kept_at = regret(held_out, moves(weights, held_out)), weights, 0
    for done in range(1, rounds + 1):
        order = chance.of("order", done).order(len(lessons))
        losses = []
        for place in range(0, len(order) - batch + 1, batch):
            number += 1
            rate = RATE * min(1.0, number / WARM) * (0.5 + 0.5 * np.cos(np.pi * min(1.0, number / total)))
            params, first, second, value = step(
                params, first, second, jnp.float32(number), jnp.float32(rate), jnp.asarray(order[place : place + batch])
            )
            losses.append(value)
        if done % 5 == 0 or done == rounds:
            now = _weights(params, weights)
            lost = regret(held_out, moves(now, held_out))
            if np.isfinite(lost) and lost < best:
                best, kept, kept_at = lost, now, number
            tell(done, float(np.mean([float(one) for one in losses])), lost)
    trust = min(TRUST, key=lambda share: regret(held_out, moves(_trusted(kept, share), held_out)))
    kept = _trusted(kept, trust)
    constant = best_step(lessons)
    return Taught(
        kept,
        kept_at,
        trust,
        regret(held_out, moves(kept, held_out)),
        regret(held_out, 0.0),
        regret(held_out, constant),
        constant,
        regret(held_out, held_out.chosen),
    )


def _trusted(weights: Weights, share: float) -> Weights:
    return replace(weights, out=share * weights.out, out_bias=share * weights.out_bias)


def _weights(params: Any, like: Weights) -> Weights:
    return replace(like, **{name: np.asarray(one, np.float64) for name, one in params.items()})


def _walk(jax: Any, jnp: Any, w: dict[str, Any], features: Any) -> Any:
    """(sequences, ticks), what `learned.forward` says, tick after tick, in a form that can be differentiated."""
    entered = jnp.tanh((features - w["mean"]) / w["spread"] @ w["entry"] + w["entry_bias"])

    here = (features != 0.0).any(axis=2).astype(jnp.float32)

    def tick(cells: Any, now: tuple[Any, Any]) -> Any:
        entered, here = now
        gates, own = entered @ w["cell_in"] + w["cell_bias"], cells @ w["cell_own"]
        update = jax.nn.sigmoid(gates[:, :CELLS] + own[:, :CELLS])
        reset = jax.nn.sigmoid(gates[:, CELLS : 2 * CELLS] + own[:, CELLS : 2 * CELLS])
        fresh = jnp.tanh(gates[:, 2 * CELLS :] + reset * own[:, 2 * CELLS :])
        cells = cells + here[:, None] * update * (fresh - cells)
        last = jnp.tanh(jnp.concatenate([cells, entered], axis=1) @ w["head"] + w["head_bias"])
        return cells, REACH * jnp.tanh(last @ w["out"] + w["out_bias"][0])

    _, said = jax.lax.scan(tick, jnp.zeros((features.shape[0], CELLS)), (entered.swapaxes(0, 1), here.T))
    return said.swapaxes(0, 1)
