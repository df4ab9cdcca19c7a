"""Teaching the network: packed histories, a loss at every position, item and code rows updated where they were met.

Gradients of look-ups are what XLA is slow at on a processor; so rows are looked up and added up here by compiled
loops, JAX differentiates only the dense middle, and only rows that were met pay for Adam.
Source: Kingma & Ba (2015), ICLR (Adam); sampled softmax with uniform negatives: Jean et al. (2015), ACL.
Needs JAX (extra `learn`); nothing else in this package does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.generator import HEADS, SPAN, Floats32, Network, Rows, Shape, fresh
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.kernel.chance import Chance, fold, uniform
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.errors import ProviderUnavailable

LENGTH = 64
"""Positions of a packed row."""
BATCH = 16
"""Packed rows of a step."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is taught."""

    epochs: int = 60
    rate: float = 1.5e-3
    dropout: float = 0.4
    drop_id: float = 0.05
    """Share of look-ups in which an item is known by codes and content only, so that new ones can be read."""
    negatives: int = 256
    smooth: float = 0.1
    """Share of a code's target that goes to the codes near it."""
    codes_weight: float = 0.1
    """Weight of the three code losses beside the item loss."""
    codes_share: float = 0.3
    """Share of the positions at which the codes are learned as well, drawn anew each step."""
    decay: float = 0.0
    batch: int = BATCH
    most_steps: int = 12_000
    """A large set is gone through fewer times, so that the bill has an upper end."""


@dataclass(slots=True)
class Tables:
    """What is learned row by row, with Adam's moments."""

    value: Floats32
    first: Floats32 = field(init=False)
    second: Floats32 = field(init=False)

    def __post_init__(self) -> None:
        self.first = np.zeros_like(self.value)
        self.second = np.zeros_like(self.value)


class Trainer:
    """Teaches one network on one set of histories; `epoch()` by `epoch()`, so that the best so far can be kept."""

    def __init__(
        self, train: Histories, codes: Rows, near: list[Floats32], content: Floats32, seed: int,
        shape: Shape | None = None, recipe: Recipe | None = None,
    ) -> None:  # fmt: skip
        """`codes` (items, 3); `near` (3 × (width, width)), where a code's smoothed target lies; `content` (items, any).

        Raises:
            ProviderUnavailable: JAX is not installed.
        """
        self.shape, self.recipe = shape or Shape(), recipe or Recipe()
        self._jax_step = _make_step(self.shape, self.recipe)
        self._chance = Chance(seed).of("generator")
        self._train, self._codes, self._near = train, np.ascontiguousarray(codes, np.int32), near
        d = self.shape.size
        self._content = np.ascontiguousarray(content, np.float32)
        learned = fresh(self.shape, self._chance.of("start"))
        self.dense = {name: learned[name] for name in self.shape.arrays()}
        self._moments = _zeros_like(self.dense), _zeros_like(self.dense)
        start = self._chance.of("tables")
        self.own = Tables((0.02 * start.of("own").normals(len(codes), d)).astype(np.float32))
        self.code = [
            Tables((0.02 * start.of("code", level).normals(self.shape.width, d)).astype(np.float32))
            for level in range(3)
        ]
        self.project = Tables((0.02 * start.of("content").normals(self._content.shape[1], d)).astype(np.float32))
        self.above = {name: Tables(learned[name]) for name in self.shape.tables()}
        self.steps = self.epochs = 0
        self._per_epoch = len(self._packed(0)[0])
        self.most_epochs = max(1, min(self.recipe.epochs, self.recipe.most_steps // max(1, self._per_epoch)))
        self._total = max(1, self._per_epoch * self.most_epochs)

    # ---- what comes out

    def network(self) -> Network:
        """The network as it is now, ready to serve."""
        learned = {name: np.asarray(one) for name, one in self.dense.items()}
        learned |= {name: one.value.copy() for name, one in self.above.items()}
        learned |= {f"code{level}": one.value.copy() for level, one in enumerate(self.code)}
        learned["project"] = self.project.value.copy()
        met = np.bincount(self._train.item, minlength=len(self._codes)) > 0
        return Network(self.shape, learned, np.where(met[:, None], self.own.value, np.float32(0.0)) + self.base())

    def base(self) -> Floats32:
        """(items, d), each item's vector without its own part: what a new item has."""
        found = self._content @ self.project.value
        for level, one in enumerate(self.code):
            found = found + one.value[self._codes[:, level]]
        return found

    # ---- one pass

    def epoch(self) -> float:
        """Go once through the histories; the mean loss."""
        losses = []
        batches, segments = self._packed(self.epochs)
        for place in range(len(batches)):
            losses.append(self._step(batches[place], segments[place]))
        self.epochs += 1
        return float(np.mean(losses)) if losses else 0.0

    def _packed(self, epoch: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(steps, batch, LENGTH + 1) item rows, −1 where there is none, and the number of each position's history."""
        chance = self._chance.of("pack", epoch)
        start, item = self._train.start, self._train.item
        lengths = np.diff(start)
        who = chance.order(len(lengths))
        who = who[lengths[who] >= 2]
        if not len(who):
            return np.zeros((0, 1, 1), np.int32), np.zeros((0, 1, 1), np.int32)
        rows = int(np.ceil(lengths[who] / SPAN).sum() + 1)
        packed = np.full((rows, LENGTH + 1), -1, np.int32)
        number = np.full((rows, LENGTH + 1), -1, np.int32)
        used = int(_pack(start, item, who, chance.uniforms(len(who)), packed, number))
        batch = max(1, min(self.recipe.batch, used // 40))  # small sets need steps more than they need large ones
        steps = -(-used // batch)
        turn = np.resize(chance.of("rows").order(used), steps * batch)
        return packed[turn].reshape(steps, batch, -1), number[turn].reshape(steps, batch, -1)

    def _step(self, packed: NDArray[np.int32], number: NDArray[np.int32]) -> float:
        recipe, chance = self.recipe, self._chance.of("step", self.steps)
        inputs, targets = packed[:, :-1], packed[:, 1:]
        segment = number[:, :-1]
        real = (segment >= 0) & (number[:, 1:] == segment)
        asked = np.where(inputs >= 0, inputs, 0).ravel().astype(np.int32)
        wanted = np.where(real, targets, 0).ravel().astype(np.int32)
        negative = chance.of("negatives").integers(len(self._codes), recipe.negatives).astype(np.int32)
        every = np.concatenate([asked, wanted, negative])
        base = self.base_rows(every)
        x = np.empty((len(every), self.shape.size), np.float32)
        keep = np.empty(len(every), np.float32)
        _look_up(self.own.value, base, every, chance.of("own").key, recipe.drop_id, x, keep)
        n, m = len(asked), len(asked) + len(wanted)
        there = np.flatnonzero(real.ravel())
        part = max(1, round(recipe.codes_share * n))
        some = (
            there[chance.of("codes").integers(len(there), part)].astype(np.int32)
            if len(there)
            else np.zeros(part, np.int32)
        )
        goal = self._codes[wanted[some]]
        above = [
            self.above["first_to_1"].value[goal[:, 0]],
            self.above["first_to_2"].value[goal[:, 0]] + self.above["second_to_2"].value[goal[:, 1]],
        ]
        soft = [self._near[level][goal[:, level]] for level in range(3)]
        self.steps += 1
        rate = (
            recipe.rate
            * min(1.0, self.steps / 50)
            * 0.5
            * (1.0 + math.cos(math.pi * min(1.0, self.steps / self._total)))
            + 1e-5
        )
        self.dense, self._moments, loss, gx, gw, gn, ga = self._jax_step(
            self.dense, self._moments, x[:n].reshape(*segment.shape, -1), x[n:m], x[m:], above, soft, segment,
            real.ravel(), some, wanted, negative, np.uint32(self.steps), np.float32(rate),
        )  # fmt: skip
        gradient = np.concatenate([np.asarray(gx).reshape(n, -1), np.asarray(gw), np.asarray(gn)])
        self._learn_rows(every, keep, gradient, rate)
        ga = [np.asarray(one) for one in ga]
        self._learn_table(self.above["first_to_1"], goal[:, 0], ga[0], rate)
        self._learn_table(self.above["first_to_2"], goal[:, 0], ga[1], rate)
        self._learn_table(self.above["second_to_2"], goal[:, 1], ga[1], rate)
        return float(loss)

    def base_rows(self, rows: Rows) -> Floats32:
        """(rows, d), codes and content of these items."""
        found = np.asarray(self._content[rows] @ self.project.value)
        _add_codes(self.code[0].value, self.code[1].value, self.code[2].value, self._codes, rows, found)
        return found

    def _learn_rows(self, rows: Rows, keep: Floats32, gradient: Floats32, rate: float) -> None:
        unique, inverse = np.unique(rows, return_inverse=True)
        inverse = inverse.astype(np.int64)
        summed = np.zeros((len(unique), gradient.shape[1]), np.float32)
        whole = np.zeros_like(summed)
        _sum_rows(gradient, inverse, keep, summed, whole)
        _adam_rows(self.own.value, self.own.first, self.own.second, unique, summed, rate, self.recipe.decay, self.steps)
        for level, one in enumerate(self.code):
            self._learn_table(one, self._codes[unique, level], whole, rate)
        if self._content.shape[1]:
            self._adam_table(self.project, self._content[unique].T @ whole, rate)

    def _learn_table(self, table: Tables, rows: NDArray[Any], gradient: Floats32, rate: float) -> None:
        summed = np.zeros_like(table.value)
        _sum_rows(gradient, rows.astype(np.int64), np.zeros(len(rows), np.float32), np.zeros_like(summed), summed)
        self._adam_table(table, summed, rate)

    def _adam_table(self, table: Tables, gradient: Floats32, rate: float) -> None:
        _adam_rows(
            table.value, table.first, table.second, np.arange(len(table.value)),
            np.ascontiguousarray(gradient, np.float32), rate, 0.0, self.steps,
        )  # fmt: skip


def teach(
    trainer: Trainer, judge: Callable[[Network], float] | None = None, tell: Callable[[str], None] | None = None,
    every: int = 5, patience: int = 3, stop: Callable[[], bool] | None = None,
) -> Network:  # fmt: skip
    """Train to the recipe's end, or until `judge` (higher is better) has not risen `patience` times; the best is kept.

    An interrupt, or `stop()` saying so after an epoch, ends it early with the best so far.
    """
    best, best_score, late = trainer.network(), -math.inf, 0
    try:
        while trainer.epochs < trainer.most_epochs:
            loss = trainer.epoch()
            over = trainer.epochs >= trainer.most_epochs or (stop is not None and stop())
            if judge is not None and (trainer.epochs % every == 0 or over):
                found = trainer.network()
                score = judge(found)
                late = 0 if score > best_score else late + 1
                if score > best_score:
                    best, best_score = found, score
                if tell:
                    tell(f"{trainer.epochs}/{trainer.most_epochs}   loss {loss:.3f}   valid {score:.4f}")
                if late >= patience:
                    break
            elif tell:
                tell(f"{trainer.epochs}/{trainer.most_epochs}   loss {loss:.3f}")
            if over:
                break
    except KeyboardInterrupt:
        if tell:
            tell("中断, 保留最好的 · interrupted: the best so far is kept")
    return best if judge is not None and best_score > -math.inf else trainer.network()


def near_codes(book: Floats32, smooth: float, used: NDArray[np.bool_]) -> Floats32:
    """(width, width), rows sum to 1: a code's target, `smooth` of it on codes near it."""
    away = ((book[:, None, :] - book[None, :, :]) ** 2).sum(axis=-1)
    np.fill_diagonal(away, np.inf)
    away[:, ~used] = np.inf
    finite = away[np.isfinite(away)]
    scale = float(np.median(away.min(axis=1)[used])) if used.sum() > 1 and len(finite) else 1.0
    share = np.exp(-(away - away.min(axis=1, keepdims=True, initial=1e9)) / max(scale, 1e-6))
    share = np.nan_to_num(share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9))
    given = smooth * share
    return (given + np.diag(1.0 - given.sum(axis=1))).astype(np.float32)


def _zeros_like(arrays: dict[str, Floats32]) -> dict[str, Floats32]:
    return {name: np.zeros_like(one) for name, one in arrays.items()}


def _make_step(shape: Shape, recipe: Recipe) -> Callable[..., Any]:
    """One step of the dense middle, compiled by XLA: new weights, the loss, and the gradients of what was looked up."""
    try:
        import jax  # pyright: ignore[reportMissingImports]
        import jax.numpy as jnp  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise ProviderUnavailable(
            "训练生成模型 training the generator needs 'jax'. Install it with: pip install 'magnetar[learn]'."
        ) from None

    d = shape.size
    each = d // HEADS

    def norm(x: Any, gain: Any) -> Any:
        return x * (1.0 / jnp.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-6)) * gain

    def drop(x: Any, key: Any) -> Any:
        if recipe.dropout == 0.0:
            return x
        kept = jax.random.bernoulli(key, 1.0 - recipe.dropout, x.shape)
        return jnp.where(kept, x / (1.0 - recipe.dropout), 0.0)

    def encoded(w: Any, x: Any, segment: Any, key: Any) -> Any:
        rows, length = segment.shape
        place = jnp.arange(length)
        away = place[:, None] - place[None, :]
        seen = (segment[:, :, None] == segment[:, None, :]) & (away >= 0)[None] & (away < SPAN)[None]
        keys = jax.random.split(key, 2 * shape.blocks + 1)
        x = drop(x * d**0.5, keys[0])
        for block in range(shape.blocks):
            y = norm(x, w[f"norm_in{block}"])
            q, k, v = (one.reshape(rows, length, HEADS, each) for one in jnp.split(y @ w[f"qkv{block}"], 3, axis=-1))
            near = w[f"near{block}"][:, jnp.clip(away, 0, SPAN - 1)]
            weight = jnp.einsum("bqhe,bkhe->bhqk", q, k) * each**-0.5 + near[None]
            weight = jax.nn.softmax(jnp.where(seen[:, None], weight, -1e9), axis=-1)
            y = jnp.einsum("bhqk,bkhe->bqhe", weight, v).reshape(rows, length, d)
            x = x + drop(y @ w[f"out{block}"], keys[2 * block + 1])
            y = jax.nn.silu(norm(x, w[f"norm_mid{block}"]) @ w[f"up{block}"]) @ w[f"down{block}"]
            x = x + drop(y, keys[2 * block + 2])
        return norm(x, w["norm_last"]).reshape(rows * length, d)

    def code_losses(w: Any, h: Any, above: Any, soft: Any) -> Any:
        total = 0.0
        for level in range(3):
            u = h @ w[f"head{level}"] + (above[level - 1] if level else 0.0)
            logit = jax.nn.silu(u) @ w[f"logit{level}"] + w[f"bias{level}"]
            total = total - (soft[level] * jax.nn.log_softmax(logit)).sum(axis=-1)
        return total

    def loss_of(w: Any, x: Any, wanted: Any, negative: Any, above: Any, soft: Any, fixed: Any) -> Any:
        segment, real, some, wanted_row, negative_row, key = fixed
        h = encoded(w, x, segment, key)
        q = h @ w["item_head"]
        right = (q * wanted).sum(axis=-1)
        wrong = jnp.where(wanted_row[:, None] == negative_row[None], -1e9, q @ negative.T)
        item = jnp.logaddexp(right, jax.scipy.special.logsumexp(wrong, axis=-1)) - right
        items = jnp.where(real, item, 0.0).sum() / jnp.maximum(real.sum(), 1)
        return items + recipe.codes_weight * code_losses(w, h[some], above, soft).mean(), items

    differentiate = jax.value_and_grad(loss_of, argnums=(0, 1, 2, 3, 4), has_aux=True)

    @jax.jit
    def step(
        w: Any, moments: Any, x: Any, wanted: Any, negative: Any, above: Any, soft: Any, segment: Any, real: Any, some: Any,
        wanted_row: Any, negative_row: Any, turn: Any, rate: Any,
    ) -> Any:  # fmt: skip
        key = jax.random.key(turn, impl="rbg")
        (_, shown), (gw, gx, gp, gn, ga) = differentiate(
            w, x, wanted, negative, above, soft, (segment, real, some, wanted_row, negative_row, key)
        )
        t = turn.astype(jnp.float32)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gw)
        second = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g * g, moments[1], gw)
        fresh_w = jax.tree.map(
            lambda one, m, v: one - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.98**t)) + 1e-8), w, first, second
        )
        return fresh_w, (first, second), shown, gx, gp, gn, ga

    return step


@compiled
def _pack(start: Array, item: Array, who: Array, luck: Array, packed: Array, number: Array) -> int:
    """Fill rows with histories, one after another; long ones give their latest part or, now and then, an older window."""
    room = packed.shape[1]
    row, at = 0, 0
    for turn in range(len(who)):
        shopper = who[turn]
        low, high = start[shopper], start[shopper + 1]
        if high - low > SPAN + 1:
            spare = high - low - (SPAN + 1)
            back = int(luck[turn] * (spare + 1)) if luck[turn] < 0.999 else 0
            high = high - back
            low = high - (SPAN + 1)
        count = high - low
        if at + count > room:
            row, at = row + 1, 0
        packed[row, at : at + count] = item[low:high]
        number[row, at : at + count] = turn
        at += count
    return row + 1


@compiled
def _look_up(own: Array, base: Array, rows: Array, key: Array, drop: float, x: Array, keep: Array) -> None:
    for place in range(len(rows)):
        keep[place] = np.float32(0.0) if uniform(fold(key, 0), place) < drop else np.float32(1.0)
        for column in range(own.shape[1]):
            x[place, column] = base[place, column] + keep[place] * own[rows[place], column]


@compiled
def _add_codes(first: Array, second: Array, third: Array, codes: Array, rows: Array, out: Array) -> None:
    for place in range(len(rows)):
        row = rows[place]
        a, b, c = codes[row, 0], codes[row, 1], codes[row, 2]
        for column in range(out.shape[1]):
            out[place, column] += first[a, column] + second[b, column] + third[c, column]


@compiled
def _sum_rows(gradient: Array, where: Array, keep: Array, kept: Array, whole: Array) -> None:
    for place in range(len(where)):
        row = where[place]
        for column in range(gradient.shape[1]):
            whole[row, column] += gradient[place, column]
            kept[row, column] += keep[place] * gradient[place, column]


@compiled
def _adam_rows(
    value: Array, first: Array, second: Array, rows: Array, gradient: Array, rate: float, decay: float, turn: int
) -> None:
    small, large = np.float32(1.0 - 0.9**turn), np.float32(1.0 - 0.98**turn)
    pace = np.float32(rate)
    for place in range(len(rows)):
        row = rows[place]
        for column in range(value.shape[1]):
            g = gradient[place, column]
            m = np.float32(0.9) * first[row, column] + np.float32(0.1) * g
            v = np.float32(0.98) * second[row, column] + np.float32(0.02) * g * g
            first[row, column] = m
            second[row, column] = v
            step = (m / small) / (np.sqrt(v / large) + np.float32(1e-8)) + np.float32(decay) * value[row, column]
            value[row, column] -= pace * step
