"""OneSearch: a query, and its shopper where one is known, written out as a product's semantic id, code by code.

One encoder reads words and their pieces; a softmax over the children of each node of the tree of ids writes the next
code. Every path of the tree ends in a product, so what is generated is always one that exists. Trained and served in
numba; there is nothing to install.
Source: Chen et al. (2025), OneSearch, arXiv 2509.03236 (queries to keyword-enhanced ids); Joulin et al. (2016),
arXiv 1607.01759 (bags of word pieces, hierarchical softmax).
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from magnetar.capabilities.search.fields import grams
from magnetar.capabilities.search.keeping import Tree
from magnetar.capabilities.understanding import terms
from magnetar.kernel.chance import Chance
from magnetar.kernel.compiled import Array, compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Bag = tuple[Ints, Floats]
"""(features, weights) of a text."""

DIMENSIONS = 64
BITS = 16
"""Features are hashed into 2^16 rows."""
SHARPNESS = 10.0
"""How sharply an untrained node prefers texts like its own products."""
PIECE = 0.35
"""What a piece of a word weighs beside a word."""
CONTEXT = 0.2
"""How far a shopper's recent products draw a query towards them. Set by hand, not learned: there is no log yet."""
ROUNDS = 6
RATE = 0.15
BEAM = 50
NONE = -1


def pieces(text: str) -> Counter[int]:
    """A text's words and pieces of words as features, hashed."""
    found: Counter[int] = Counter()
    mask = (1 << BITS) - 1
    for word in terms(text):
        found[zlib.crc32(b"w" + word.encode()) & mask] += 1
    for piece in grams(text):
        found[zlib.crc32(b"g" + piece.encode()) & mask] += PIECE  # pyright: ignore[reportArgumentType]
    return found


class Generator:
    """The encoder and the tree. Products are slots; a product that comes later is placed by its own text."""

    def __init__(self, encoder: Floats, idf: Floats, levels: int, seed: int = 1) -> None:
        self.seed = seed
        """Of the encoder's start."""
        self.encoder = encoder
        """(features, dimensions)."""
        self.idf = idf
        """(features,)."""
        self.levels = levels
        room = 256
        self._first, self._next = np.full(room, NONE, np.int32), np.full(room, NONE, np.int32)
        self._up, self._code = np.full(room, NONE, np.int32), np.full(room, NONE, np.int32)
        self._slot, self._live = np.full(room, NONE, np.int32), np.zeros(room, np.int32)
        self._nodes = np.zeros((room, encoder.shape[1]), np.float32)
        self._count = 1  # node 0 is the root
        self._leaf: dict[int, int] = {}
        self._child: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._leaf)

    @classmethod
    def start(cls, texts: Sequence[str], levels: int, seed: int = 1) -> tuple[Generator, Floats]:
        """An encoder fitted on texts by latent semantic analysis, with an empty tree; and the texts' vectors."""
        bags = [pieces(text) for text in texts]
        rows = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        columns = np.fromiter((one for bag in bags for one in bag), np.int64, len(rows))
        counts = np.fromiter((value for bag in bags for value in bag.values()), np.float64, len(rows))
        size = 1 << BITS
        idf = np.log((1.0 + len(bags)) / (1.0 + np.bincount(columns, minlength=size))) + 1.0
        used, place = np.unique(columns, return_inverse=True)
        values = np.sqrt(counts) * idf[columns]
        matrix = sparse.csr_array((values, (rows, place)), shape=(len(bags), len(used)))
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        matrix = sparse.csr_array(sparse.diags_array(1.0 / np.where(length > 0.0, length, 1.0)) @ matrix)
        smaller = min(len(bags), len(used))
        most = min(DIMENSIONS, smaller)
        encoder = _start(seed)
        if most:
            if smaller <= 2 * DIMENSIONS:
                right = np.linalg.svd(matrix.toarray(), full_matrices=False)[2][:most]
            else:
                right = np.asarray(svds(matrix, k=most, v0=Chance(seed).of("start").normals(smaller))[2])
            encoder[used, :most] = right.T
        generator = cls(encoder, idf.astype(np.float32), levels, seed)
        return generator, np.stack([generator.encode(text) for text in texts]) if texts else np.zeros(
            (0, DIMENSIONS), np.float32
        )

    def state(self, row_of: Mapping[int, int]) -> Tree:
        """What was learned, with rows in place of slots."""
        count = self._count
        row = np.full(count, NONE, np.int32)
        for slot, node in self._leaf.items():
            row[node] = row_of[slot]
        used = np.flatnonzero((self.encoder != _start(self.seed)).any(axis=1)).astype(np.int32)
        return Tree(
            self.levels, self.seed, used, self.encoder[used], self.idf[used],
            float(self.idf.max()), self._up[:count].copy(), self._code[:count].copy(), row, self._nodes[:count].copy(),
        )  # fmt: skip

    @classmethod
    def restored(cls, tree: Tree, slots: Ints) -> Generator:
        """The generator again.

        Args:
            slots: (rows,), each row's slot now; −1 for products that are gone.

        Raises:
            ValueError: the tree is none, or two of its leaves are one product's.
        """
        if tree.nodes.shape[1] != DIMENSIONS:
            raise ValueError(f"the tree has {tree.nodes.shape[1]} dimensions; expected {DIMENSIONS}")
        encoder, idf = _start(tree.seed), np.full(1 << BITS, tree.rare, np.float32)
        encoder[tree.features], idf[tree.features] = tree.encoder, tree.idf
        generator = cls(encoder, idf, tree.levels, tree.seed)
        depth = np.zeros(len(tree.up), np.int32)
        up, code, row = tree.up.tolist(), tree.code.tolist(), tree.row.tolist()
        for node in range(1, len(up)):
            if not 0 <= up[node] < node or code[node] < 0 or (up[node], code[node]) in generator._child:
                raise ValueError(f"node {node} of the tree of ids has no place")
            made = generator._add(up[node], code[node], tree.nodes[node])
            depth[made] = depth[up[node]] + 1
        generator._nodes[: len(up)] = tree.nodes
        for node, one in enumerate(row):
            slot = int(slots[one]) if one != NONE else NONE
            if slot == NONE:
                continue
            if depth[node] != tree.levels or slot in generator._leaf:
                raise ValueError(f"node {node} of the tree of ids cannot be a product's")
            generator._slot[node] = slot
            generator._leaf[slot] = node
            while node != NONE:
                generator._live[node] += 1
                node = int(generator._up[node])
        return generator

    def bag(self, text: str) -> Bag:
        """A text's features with their weights."""
        found = pieces(text)
        features = np.fromiter(found, np.int32, len(found))
        counts = np.fromiter(found.values(), np.float32, len(found))
        return features, np.sqrt(counts) * self.idf[features]

    def encode(self, text: str) -> Floats:
        """(dimensions,), of length 1; zeros where the text has no word."""
        features, weights = self.bag(text)
        found = weights @ self.encoder[features]
        length = float(np.sqrt(found @ found))
        return (found / length if length > 1e-9 else np.zeros_like(found)).astype(np.float32)

    def put(self, slot: int, codes: Sequence[int], vector: Floats) -> None:
        """Give a product its place in the tree; nodes that are new start from its vector.

        Raises:
            ValueError: the slot has a place, or the id is another product's.
        """
        if slot in self._leaf:
            raise ValueError(f"slot {slot} has a place already")
        node, path = 0, [0]
        for level, code in enumerate(codes):
            child = self._child.get((node, int(code)))
            if child is None:
                child = self._add(node, int(code), vector)
            elif level == self.levels - 1:
                if self._live[child]:
                    raise ValueError(f"the id {tuple(codes)} is another product's")
                self._nodes[child] = SHARPNESS * vector
            node = child
            path.append(node)
        self._slot[node] = slot
        self._leaf[slot] = node
        for one in path:
            self._live[one] += 1

    def drop(self, slot: int) -> None:
        """Take a product out; its id may be given again. An unknown slot changes nothing."""
        node = self._leaf.pop(slot, NONE)
        while node != NONE:
            self._live[node] -= 1
            node = int(self._up[node])

    def teach(
        self, queries: Sequence[tuple[str, int]], seed: int = 1, rounds: int = ROUNDS, rate: float = RATE
    ) -> None:
        """Learn from (query, slot): raise the probability of the path to the product that was meant."""
        known = [(self.bag(text), self._leaf[slot]) for text, slot in queries if slot in self._leaf]
        known = [one for one in known if len(one[0][0])]
        if not known:
            return
        starts = np.concatenate([[0], np.cumsum([len(bag[0]) for bag, _ in known])]).astype(np.int64)
        features = np.concatenate([bag[0] for bag, _ in known])
        weights = np.concatenate([bag[1] for bag, _ in known])
        leaves = np.array([leaf for _, leaf in known], np.int32)
        seen_encoder = np.full(len(self.encoder), 0.1, np.float32)
        seen_nodes = np.full(self._count, 0.1, np.float32)
        chance = Chance(seed).of("teach")
        for turn in range(rounds):
            order = chance.of(turn).order(len(known)).astype(np.int64)
            _learn(
                order, starts, features, weights, leaves, self.encoder, self._nodes, self._first, self._next, self._up,
                self._live, seen_encoder, seen_nodes, rate * (1.0 - 0.8 * turn / rounds), self.levels,
            )  # fmt: skip

    def generate(self, vector: Floats, beam: int = BEAM) -> tuple[Ints, Floats]:
        """(slots, log-probabilities), likeliest first, at most `beam`: each is a product that is there."""
        slots, scores = np.full(beam, NONE, np.int32), np.full(beam, -np.inf, np.float32)
        found = _search(
            vector, self._nodes, self._first, self._next, self._slot, self._live, self.levels, slots, scores
        )
        return slots[:found], scores[:found]

    def asked_by(self, vector: Floats, recent: Sequence[Floats]) -> Floats:
        """A query's vector drawn towards what its shopper looked at lately; the query alone where nothing is known."""
        if not len(recent):
            return vector
        drawn = vector + CONTEXT * np.mean(np.stack(list(recent)), axis=0)
        length = float(np.sqrt(drawn @ drawn))
        return (drawn / length).astype(np.float32) if length > 1e-9 else vector

    def path(self, slot: int) -> tuple[int, ...]:
        """The semantic id of a product, () where it has none."""
        node, codes = self._leaf.get(slot, NONE), []
        while node > 0:
            codes.append(int(self._code[node]))
            node = int(self._up[node])
        return tuple(codes[::-1])

    def _add(self, up: int, code: int, vector: Floats) -> int:
        if self._count == len(self._first):
            for name in ("_first", "_next", "_up", "_code", "_slot"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.full(len(old), NONE, np.int32)]))
            self._live = np.concatenate([self._live, np.zeros_like(self._live)])
            self._nodes = np.concatenate([self._nodes, np.zeros_like(self._nodes)])
        node = self._count
        self._count += 1
        self._child[up, code] = node
        self._up[node], self._code[node] = up, code
        self._next[node], self._first[up] = self._first[up], node
        self._nodes[node] = SHARPNESS * vector
        return node

    def settle(self, vectors: Mapping[int, Floats]) -> None:
        """Start every node from the mean of its products' vectors, before anything is taught."""
        sums = np.zeros_like(self._nodes)
        for slot, vector in vectors.items():
            node = self._leaf.get(slot, NONE)
            while node > 0:
                sums[node] += vector
                node = int(self._up[node])
        length = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
        self._nodes = np.where(length > 1e-9, SHARPNESS * sums / np.maximum(length, 1e-9), self._nodes).astype(
            np.float32
        )


def _start(seed: int) -> Floats:
    """(features, dimensions) of ±0.02: words that no product had point somewhere, each its own way.

    Source: Achlioptas (2003), Database-friendly random projections.
    """
    draws = Chance(seed).of("encoder").uniforms(1 << BITS, DIMENSIONS // 32)
    bits = np.unpackbits(np.ascontiguousarray((draws * 2.0**32).astype("<u4")).view(np.uint8), axis=1)
    return np.float32(0.04) * bits.astype(np.float32) - np.float32(0.02)


@compiled
def _learn(
    order: Array, starts: Array, features: Array, weights: Array, leaves: Array, encoder: Array, nodes: Array,
    first: Array, following: Array, up: Array, live: Array, seen_encoder: Array, seen_nodes: Array, rate: float, levels: int,
) -> None:  # fmt: skip
    """One round of stochastic gradient steps on −log p(path | query), each row's step by Adagrad."""
    size = encoder.shape[1]
    hidden, back = np.empty(size, np.float32), np.empty(size, np.float32)
    odds = np.empty(4096, np.float32)
    for turn in range(len(order)):
        row = order[turn]
        hidden[:] = 0.0
        for at in range(starts[row], starts[row + 1]):
            for one in range(size):
                hidden[one] += weights[at] * encoder[features[at], one]
        length = np.float32(0.0)
        for one in range(size):
            length += hidden[one] * hidden[one]
        length = math.sqrt(length)
        if length < 1e-6:
            continue
        hidden /= length
        back[:] = 0.0
        target = leaves[row]
        while target > 0:
            parent = up[target]
            count, top = 0, -1e30
            child = first[parent]
            while child >= 0 and count < 4096:
                if live[child] > 0:
                    value = np.float32(0.0)
                    for one in range(size):
                        value += hidden[one] * nodes[child, one]
                    odds[count] = value
                    top = max(top, value)
                    count += 1
                child = following[child]
            whole = 0.0
            for place in range(count):
                odds[place] = math.exp(odds[place] - top)
                whole += odds[place]
            child, place = first[parent], 0
            while child >= 0 and place < count:
                if live[child] > 0:
                    error = odds[place] / whole - (1.0 if child == target else 0.0)
                    place += 1
                    if abs(error) > 1e-4:
                        for one in range(size):
                            back[one] += error * nodes[child, one]
                        seen_nodes[child] += error * error
                        step = rate * 4.0 * error / math.sqrt(seen_nodes[child])
                        for one in range(size):
                            nodes[child, one] -= step * hidden[one]
                child = following[child]
            target = parent
        along = np.float32(0.0)
        for one in range(size):
            along += back[one] * hidden[one]
        square = np.float32(0.0)
        for one in range(size):
            back[one] = (back[one] - along * hidden[one]) / length
            square += back[one] * back[one]
        for at in range(starts[row], starts[row + 1]):
            feature = features[at]
            weight = weights[at]
            seen_encoder[feature] += weight * weight * square
            step = 0.1 * rate * weight / math.sqrt(seen_encoder[feature])
            for one in range(size):
                encoder[feature, one] -= step * back[one]


@compiled
def _search(
    vector: Array, nodes: Array, first: Array, following: Array, slot: Array, live: Array, levels: int, slots: Array, scores: Array
) -> int:  # fmt: skip
    """Beam search down the tree; writes slots and log-probabilities, best first, and returns how many."""
    beam, size = len(slots), len(vector)
    held, value = np.zeros(beam, np.int32), np.zeros(beam, np.float32)
    fresh, worth = np.empty(beam, np.int32), np.empty(beam, np.float32)
    odds, child_of = np.empty(4096, np.float32), np.empty(4096, np.int32)
    count = 1 if live[0] > 0 else 0
    for _ in range(levels):
        kept = 0
        for place in range(count):
            found, top = 0, -1e30
            child = first[held[place]]
            while child >= 0 and found < 4096:
                if live[child] > 0:
                    total = np.float32(0.0)
                    for one in range(size):
                        total += vector[one] * nodes[child, one]
                    odds[found], child_of[found] = total, child
                    top = max(top, total)
                    found += 1
                child = following[child]
            whole = 0.0
            for one in range(found):
                whole += math.exp(odds[one] - top)
            base = value[place] - top - math.log(whole) if found else 0.0
            for one in range(found):
                score = base + odds[one]
                if kept == beam and score <= worth[kept - 1]:
                    continue
                at = kept if kept < beam else beam - 1
                while at > 0 and worth[at - 1] < score:
                    worth[at], fresh[at] = worth[at - 1], fresh[at - 1]
                    at -= 1
                worth[at], fresh[at] = score, child_of[one]
                if kept < beam:
                    kept += 1
        count = kept
        held[:count] = fresh[:count]
        value[:count] = worth[:count]
    for place in range(count):
        slots[place] = slot[held[place]]
        scores[place] = value[place]
    return count
