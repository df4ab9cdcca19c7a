"""One encoded context, light heads: a network that reads a history once and says what comes next, as ids or as items.

A causal encoder over item vectors gives one state. Three light heads generate a semantic id code by code, each
conditional on the codes before; an item head weighs known products by their vectors. Trained by
`training.py` with JAX; served here by numpy, one context at a time, so that a row alone gets the bits of a batch.
Source: Zhou et al. (2025), arXiv 2508.20900 (one context, lazy decoder); Kang & McAuley (2018), ICDM (causal
self-attention over items); relative distance biases after Raffel et al. (2020), JMLR 21(140).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance

Floats32 = NDArray[np.float32]
Rows = NDArray[np.int32]

SPAN = 50
"""Latest events that are read."""
HEADS = 2
_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is."""

    size: int = 64
    """Numbers of a state; d below."""
    blocks: int = 1
    wide: int = 128
    """Numbers of the middle layer of a block; f below."""
    width: int = 256
    """Codes of a level; c below."""

    def arrays(self) -> dict[str, tuple[int, ...]]:
        """Name → shape of what is learned, but for the items' own vectors."""
        d, f, c = self.size, self.wide, self.width
        found: dict[str, tuple[int, ...]] = {}
        for block in range(self.blocks):
            found |= {
                f"norm_in{block}": (d,), f"qkv{block}": (d, 3 * d), f"near{block}": (HEADS, SPAN),
                f"out{block}": (d, d), f"norm_mid{block}": (d,), f"up{block}": (d, f), f"down{block}": (f, d),
            }  # fmt: skip
        found |= {"norm_last": (d,), "item_head": (d, d)}
        for level in range(3):
            found |= {f"head{level}": (d, d), f"logit{level}": (d, c), f"bias{level}": (c,)}
        return found

    def tables(self) -> dict[str, tuple[int, ...]]:
        """Name → shape of what is learned row by row: what the codes above add to a head."""
        return dict.fromkeys(("first_to_1", "first_to_2", "second_to_2"), (self.width, self.size))


def fresh(shape: Shape, chance: Chance) -> dict[str, Floats32]:
    """Untaught: norms of 1, biases of 0, small random rest."""
    found = {}
    for name, one in (shape.arrays() | shape.tables()).items():
        if name.startswith("norm"):
            found[name] = np.ones(one, np.float32)
        elif name.startswith(("near", "bias")):
            found[name] = np.zeros(one, np.float32)
        else:
            size = 0.02 if len(one) == 2 and one[0] == shape.width and name in shape.tables() else one[0] ** -0.5
            if name.startswith(("out", "down")):
                size *= 0.5
            found[name] = (size * chance.of(name).normals(*one)).astype(np.float32)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A trained network with the vectors of every product it knows."""

    shape: Shape
    learned: dict[str, Floats32]
    items: NDArray[Any]
    """(items, d), float32 or float16: own part, codes and content added up."""

    def newcomer(self, code: Rows, words: Floats32) -> Floats32:
        """(d,), the vector of a product that was not there in training: its codes' parts and its words'."""
        w = self.learned
        found = w["code0"][code[0]] + w["code1"][code[1]] + w["code2"][code[2]]
        return found + words @ w["project"] if len(words) == len(w["project"]) else found

    def encode(self, history: Rows) -> Floats32:
        """(d,), the state after a history of item rows, oldest first; an empty one gives zeros."""
        if len(history) == 0:
            return np.zeros(self.shape.size, np.float32)
        w, d = self.learned, self.shape.size
        x = self.items[history[-SPAN:]].astype(np.float32) * np.float32(d**0.5)
        count, each = len(x), d // HEADS
        away = np.arange(count)[:, None] - np.arange(count)[None, :]
        for block in range(self.shape.blocks):
            last = block == self.shape.blocks - 1
            asks = slice(count - 1, count) if last else slice(0, count)
            y = _norm(x, w[f"norm_in{block}"])
            qkv = w[f"qkv{block}"]
            q = (y[asks] @ qkv[:, :d]).reshape(-1, HEADS, each).transpose(1, 0, 2)
            k = (y @ qkv[:, d : 2 * d]).reshape(-1, HEADS, each).transpose(1, 2, 0)
            v = (y @ qkv[:, 2 * d :]).reshape(-1, HEADS, each).transpose(1, 0, 2)
            near = away[asks]
            weight = q @ k * np.float32(each**-0.5) + w[f"near{block}"][:, np.maximum(near, 0)]
            weight = np.where(near >= 0, weight, np.float32(-1e9))
            weight = np.exp(weight - weight.max(axis=-1, keepdims=True))
            weight /= weight.sum(axis=-1, keepdims=True)
            x = x[asks] + (weight @ v).transpose(1, 0, 2).reshape(-1, d) @ w[f"out{block}"]
            y = _norm(x, w[f"norm_mid{block}"])
            x = x + silu(y @ w[f"up{block}"]) @ w[f"down{block}"]
        return _norm(x[-1], w["norm_last"])

    def states(self, start: NDArray[np.int64], item: Rows) -> Floats32:
        """(contexts, d), one by one."""
        found = [self.encode(item[start[row] : start[row + 1]]) for row in range(len(start) - 1)]
        return np.stack(found) if found else np.zeros((0, self.shape.size), np.float32)

    def item_query(self, states: Floats32) -> Floats32:
        """(contexts, d), what an item's vector is multiplied with to give its logit."""
        return np.stack([one @ self.learned["item_head"] for one in states]) if len(states) else states


def silu(x: Floats32) -> Floats32:
    """x × sigmoid(x)."""
    return x / (np.float32(1.0) + np.exp(-x))


def _norm(x: Floats32, gain: Floats32) -> Floats32:
    return x * (np.float32(1.0) / np.sqrt((x * x).mean(axis=-1, keepdims=True) + _TINY)) * gain
