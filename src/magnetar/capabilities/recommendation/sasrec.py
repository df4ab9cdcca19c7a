"""SASRec: self-attention over a history, taught with a sampled softmax; taught by JAX, scored by numpy.

The loss decides more than the network: with one negative a target, as first published, this model reads a third lower
on public sets than with hundreds of shared ones.

Source: Kang & McAuley (2018, ICDM); the loss as in Klenitskiy & Vasilev (2023, RecSys), Turning dross into gold loss,
and Jean et al. (2015, ACL); bias by distance as in Raffel et al. (2020, JMLR 21).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import some, worth
from magnetar.capabilities.recommendation.registry import Cases, Scores, need_jax
from magnetar.kernel.chance import Chance
from magnetar.kernel.compiled import Array, compiled

LENGTH = 64
"""Positions of a packed row: several short histories share one."""
SPAN = 50
"""Events of a history that are looked at, the latest."""
VALID_CASES = 3_000
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Size of the network and how it is taught."""

    size: int = 64
    blocks: int = 1
    heads: int = 2
    dropout: float = 0.3
    negatives: int = 256
    rate: float = 2e-3
    batch: int = 32
    """Packed rows of a step."""
    steps: int = 6_000
    """At most."""
    patience: int = 6
    """Looks at validation without a gain after which teaching ends."""


class SasRec:
    """Scores items by the product of a context's vector with theirs."""

    name = "sasrec"

    def __init__(self, quick: bool = False, recipe: Recipe | None = None) -> None:
        self._recipe = recipe or (Recipe(steps=150, batch=16, patience=2) if quick else Recipe())
        self._quick = quick
        self._steps = self._recipe.steps // 3
        self.chosen = ""

    def fit(
        self,
        train: Histories,
        seed: int,
        valid: Cases | None = None,
        tell: Callable[[int, float], None] = lambda step, found: None,
    ) -> None:
        """Teach; the weights that do best on validation are kept. Without validation, as many steps are taken as
        did best before, or a third of the most.

        Raises:
            ProviderUnavailable: JAX is not installed.
        """
        need_jax(self.name)
        recipe, chance = self._recipe, Chance(seed).of("sasrec")
        weights = fresh(recipe, len(train.items), chance.of("weights"))
        packs = _Packs(train, recipe.batch, chance)
        self._weights = weights
        if not packs.rows:  # nobody has two events
            return
        taught = _Taught(recipe, weights, len(train.items), packs.batch, chance)
        if valid is None:
            for _, batch in zip(range(self._steps), packs, strict=False):
                taught.step(*batch)
            self._weights = taught.weights()
            return
        sample = some(valid, VALID_CASES // 3 if self._quick else VALID_CASES, seed)
        look = max(20, min(400, packs.rows // packs.batch * 2))
        best, best_step, since = -1.0, 0, 0
        for step, batch in enumerate(packs, 1):
            taught.step(*batch)
            if step % look and step < recipe.steps:
                continue
            now = taught.weights()
            found = worth(lambda contexts, now=now: _scores(now, recipe, contexts), sample)
            tell(step, found)
            since += 1
            if found > best:
                best, best_step, since, self._weights = found, step, 0, now
            if since >= recipe.patience or step >= recipe.steps:
                break
        self._steps = max(1, best_step)
        self.chosen = f"size {recipe.size}, blocks {recipe.blocks}, steps {best_step}"

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items); an empty context scores every item 0."""
        return _scores(self._weights, self._recipe, contexts)


def fresh(recipe: Recipe, items: int, chance: Chance) -> Weights:
    """Weights before teaching."""
    size = recipe.size

    def drawn(name: str, *shape: int, scale: float) -> Any:
        return (scale * chance.of(name).normals(*shape)).astype(np.float32)

    out: Weights = {"item": drawn("item", items, size, scale=size**-0.5), "last": np.ones(size, np.float32)}
    for block in range(recipe.blocks):
        out |= {
            f"{block}.before": np.ones(size, np.float32),
            f"{block}.qkv": drawn(f"{block}.qkv", size, 3 * size, scale=size**-0.5),
            f"{block}.out": drawn(f"{block}.out", size, size, scale=size**-0.5),
            f"{block}.far": np.zeros((recipe.heads, SPAN), np.float32),
            f"{block}.between": np.ones(size, np.float32),
            f"{block}.up": drawn(f"{block}.up", size, 4 * size, scale=size**-0.5),
            f"{block}.down": drawn(f"{block}.down", 4 * size, size, scale=(4 * size) ** -0.5),
        }
    return out


def encode(xp: Any, weights: Any, recipe: Recipe, x: Any, allowed: Any, drop: Any = lambda x: x) -> Any:
    """(rows, positions, size): what each position's history says, for numpy and JAX alike.

    Args:
        x: (rows, positions, size), vectors of the items.
        allowed: (rows, positions, positions), whether the first may look at the second.
        drop: dropout, while teaching.
    """
    rows, positions, size = x.shape
    wide = size // recipe.heads
    away = xp.clip(xp.arange(positions)[:, None] - xp.arange(positions)[None], 0, SPAN - 1)
    x = drop(x)
    for block in range(recipe.blocks):
        qkv = (_norm(xp, x) * weights[f"{block}.before"]) @ weights[f"{block}.qkv"]
        query, key, value = (
            qkv[..., part * size : (part + 1) * size].reshape(rows, positions, recipe.heads, wide).swapaxes(1, 2)
            for part in range(3)
        )
        near = query @ key.swapaxes(2, 3) * wide**-0.5 + weights[f"{block}.far"][:, away][None]
        near = xp.where(allowed[:, None], near, -1e9)
        near = xp.exp(near - near.max(axis=-1, keepdims=True))
        near = near / near.sum(axis=-1, keepdims=True)
        seen = (near @ value).swapaxes(1, 2).reshape(rows, positions, size)
        x = x + drop(seen @ weights[f"{block}.out"])
        up = (_norm(xp, x) * weights[f"{block}.between"]) @ weights[f"{block}.up"]
        x = x + drop(xp.maximum(up, 0.0) @ weights[f"{block}.down"])
    return _norm(xp, x) * weights["last"]


def _norm(xp: Any, x: Any) -> Any:
    return x / xp.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-6)


def _scores(weights: Weights, recipe: Recipe, contexts: Histories, block: int = 256) -> Scores:
    contexts = contexts.latest(SPAN)
    lengths = contexts.lengths
    out = np.zeros((len(contexts), recipe.size), np.float32)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    for first in range(0, len(order), block):
        rows = order[first : first + block]
        longest = int(lengths[rows[-1]])
        place = np.arange(longest)[None]
        real = place < lengths[rows, None]
        item = contexts.item[np.where(real, contexts.start[rows, None] + place, 0)]
        allowed = (place <= place.T)[None] & real[:, None, :]
        found = encode(np, weights, recipe, weights["item"][item] * np.float32(recipe.size**0.5), allowed)
        out[rows] = found[np.arange(len(rows)), lengths[rows] - 1]
    return out @ weights["item"].T


class _Packs:
    """Batches of packed rows, without end; each pass in another order."""

    def __init__(self, train: Histories, batch: int, chance: Chance) -> None:
        self._train, self._chance = train.latest(SPAN + 1), chance.of("packs")
        self._who = np.flatnonzero(self._train.lengths >= 2)
        self.rows = len(self._packed(0)[0]) if len(self._who) else 0
        self.batch = max(1, min(batch, self.rows // 4))

    def _packed(self, number: int) -> tuple[Any, Any]:
        who = self._who[self._chance.of(number).order(len(self._who))]
        item = np.full((len(who), LENGTH + 1), -1, np.int32)
        owner = np.full((len(who), LENGTH + 1), -1, np.int32)
        used = _pack(self._train.start, self._train.item, who, item, owner)
        return item[:used], owner[:used]

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        number = 0
        while True:
            item, owner = self._packed(number)
            for first in range(0, len(item) - self.batch + 1, self.batch):
                yield item[first : first + self.batch], owner[first : first + self.batch]
            number += 1


@compiled
def _pack(start: Array, item: Array, who: Array, out: Array, owner: Array) -> int:
    """Write histories into rows, each into the first of the latest eight that has room; return how many rows are used."""
    room = out.shape[1]
    used, filled = 1, np.zeros(len(who) + 1, np.int64)
    for one in who:
        length = start[one + 1] - start[one]
        row = max(0, used - 8)
        while row < used and filled[row] + length > room:
            row += 1
        if row == used:
            used += 1
        for place in range(length):
            out[row, filled[row] + place] = item[start[one] + place]
            owner[row, filled[row] + place] = one
        filled[row] += length
    return used


class _Taught:
    """Weights under way, and one compiled step of Adam (Kingma & Ba 2015, ICLR)."""

    def __init__(self, recipe: Recipe, weights: Weights, items: int, batch: int, chance: Chance) -> None:
        self._jax, jnp = importlib.import_module("jax"), importlib.import_module("jax.numpy")
        jax = self._jax
        self._now = {name: jnp.asarray(one) for name, one in weights.items()}
        self._first = {name: jnp.zeros_like(one) for name, one in self._now.items()}
        self._second = {name: jnp.zeros_like(one) for name, one in self._now.items()}
        self._key = jax.random.key(int(chance.of("dropout").integers(2**31, 1)[0]), impl="rbg")
        self._chance, self._number, self._items, self._negatives = chance.of("negatives"), 0, items, recipe.negatives
        far = np.arange(LENGTH)
        causal = jnp.asarray(far[:, None] >= far[None])
        kept = 1.0 - recipe.dropout

        def loss(weights: Any, item: Any, owner: Any, negative: Any, key: Any) -> Any:
            keys = iter(jax.random.split(key, 1 + 2 * recipe.blocks))

            def drop(x: Any) -> Any:
                bits = jax.random.bits(next(keys), x.shape, jnp.uint8)
                return jnp.where(bits < round(256 * kept), x / kept, 0.0)

            asked, goal, mine = item[:, :-1], item[:, 1:], owner[:, :-1]
            counts = (mine >= 0) & (owner[:, 1:] == mine)
            allowed = causal[None] & (mine[:, :, None] == mine[:, None, :])
            x = weights["item"][jnp.maximum(asked, 0)] * recipe.size**0.5
            found = encode(jnp, weights, recipe, x, allowed, drop)
            right = (found * weights["item"][jnp.maximum(goal, 0)]).sum(-1)
            wrong = found @ weights["item"][negative].T
            wrong = jnp.where(goal[..., None] == negative, -1e9, wrong)
            # each negative stands for items / negatives of them, so that the softmax is as deep as over all
            wrong = jax.nn.logsumexp(wrong, axis=-1) + np.log(max(1.0, items / recipe.negatives))
            lost = jnp.logaddexp(right, wrong) - right
            return (lost * counts).sum() / jnp.maximum(counts.sum(), 1)

        def step(now: Any, first: Any, second: Any, number: Any, item: Any, owner: Any, negative: Any, key: Any) -> Any:
            value, slope = jax.value_and_grad(loss)(now, item, owner, negative, jax.random.fold_in(key, number))
            first = {name: 0.9 * first[name] + 0.1 * slope[name] for name in slope}
            second = {name: 0.98 * second[name] + 0.02 * slope[name] ** 2 for name in slope}
            rate = recipe.rate * jnp.minimum(1.0, number / 100.0)
            moved = {
                name: one
                - rate * (first[name] / (1.0 - 0.9**number)) / (jnp.sqrt(second[name] / (1.0 - 0.98**number)) + 1e-8)
                for name, one in now.items()
            }
            return moved, first, second, value

        self._step = jax.jit(step, donate_argnums=(0, 1, 2))

    def step(self, item: Any, owner: Any) -> Any:
        """One step; the loss, still on the device."""
        self._number += 1
        negative = self._chance.of(self._number).integers(self._items, self._negatives).astype(np.int32)
        self._now, self._first, self._second, value = self._step(
            self._now, self._first, self._second, np.int32(self._number), item, owner, negative, self._key
        )
        return value

    def weights(self) -> Weights:
        """As numpy arrays of their own."""
        return {name: np.array(one) for name, one in self._now.items()}
