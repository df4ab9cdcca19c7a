"""OneRec, small: what a network generates, what memory holds and what was taken before, weighed by a learned gate.

For one context the sources name candidates: the network's item head and its semantic-id beam, transitions that were
counted, likeness in content, what is popular, and what the shopper has taken already. Every candidate is described by
what each source says of it, and the gate weighs that by what is known of the context.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from magnetar.capabilities.recommendation.beam import BEAM, Generator, Trie
from magnetar.capabilities.recommendation.evidence import Evidence, alike, nobody_alike
from magnetar.capabilities.recommendation.gate import Floats, Gate, fit_gate
from magnetar.capabilities.recommendation.generator import Floats32, Network, Rows
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import some
from magnetar.capabilities.recommendation.memory import Memory
from magnetar.capabilities.recommendation.newcomers import Newcomers, described
from magnetar.capabilities.recommendation.registry import Cases, Scores
from magnetar.capabilities.understanding import SemanticIds

EACH = 40
"""Candidates that each source names."""
NEW = 10
"""Of these, products that nobody took yet."""
DENSE = 65_536
"""Items up to which the item head weighs every one; beyond, only candidates, against a sample."""
SAMPLE = 2_048
GATE_CASES = 12_000
"""Validation cases that the gate is fitted on, at most."""
DEPTHS = (1e-6, 1e-3, 3e-2)
"""Added to a share before its log: how much a trace, a little and a lot each count."""
SHARES = ("last", "transition", "together", "broad", "content", "item head", "generator", "copy")
"""Sources that give candidates shares that add up to 1."""
EVIDENCE = (
    *(f"{name} {depth:g}" for name in SHARES for depth in DEPTHS),
    "popular",
    "taken",
    "times taken",
    "never sold",
)
CONTEXT = 6
"""Features of a context."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Products for one shopper."""

    items: Rows
    """(k,), best first."""
    scores: Floats
    """(k,), of the gate; differences are log odds."""
    shares: Floats
    """(k, sources), what each of `SHARES` says of them."""
    logs: Floats
    """(k,), log probabilities among the candidates; −∞ for products that nobody took yet and that were given a place."""

    def reason(self, place: int) -> str:
        """The source that says most for the product at a place; 'popular' where none says anything."""
        share = self.shares[place]
        return SHARES[int(np.argmax(share))] if share.max() > 0.0 else "popular"


@dataclass(slots=True, eq=False)
class Parts:
    """What a mixture is made of."""

    memory: Memory
    gate: Gate
    """For any product."""
    gate_fresh: Gate
    """For products that the shopper has not taken."""
    evidence: Evidence
    generator: Generator | None = None
    popular: Rows = field(default_factory=lambda: np.zeros(0, np.int32))
    """The most taken items, most first."""
    sample: Floats32 = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """Vectors of the items against which the item head is measured where there are too many."""
    newcomers: Newcomers | None = None
    """How products that nobody took yet are weighed; None leaves them to the gate."""


class Recommender:
    """Answers from parts; each context by itself, so that a row alone gets what it gets in a batch."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.refresh()

    def refresh(self) -> None:
        """Sort what is popular again; called now and then when events stream in."""
        count = self.parts.memory.count
        most = min(4 * EACH, len(count))
        best = np.argpartition(-count, most - 1)[:most] if most else np.zeros(0, np.int64)
        self.parts.popular = best[np.lexsort((best, -count[best]))].astype(np.int32)
        self.parts.evidence.clear()
        self._everything = max(1.0, float(count.sum()))
        if self.parts.generator is not None and len(count) > DENSE and not len(self.parts.sample):
            rows = np.linspace(0, len(count) - 1, SAMPLE).astype(np.int64)
            self.parts.sample = self.parts.generator.network.items[rows].astype(np.float32)

    def count_from(self, memory: Memory) -> None:
        """Use these counts instead of those there are."""
        self.parts.memory = self.parts.evidence.memory = memory
        self.refresh()

    def describe(
        self, history: Rows, fresh: bool = False, also: Rows | None = None
    ) -> tuple[Rows, Floats, Floats, Floats]:
        """Candidates of a history, what is said of them, and what is known of the context; with `fresh` no candidate was taken; `also` are candidates in any case.

        Returns:
            (candidates,) ascending; (candidates, evidence); (features,); (candidates, sources) shares.
        """
        parts = self.parts
        named, total, known = parts.evidence.recall(history, EACH, fresh)
        taken, times = np.unique(history, return_counts=True)
        popular = parts.popular[~np.isin(parts.popular, taken)] if fresh else parts.popular
        found = [named, popular[:EACH]] if fresh else [named, popular[:EACH], taken]
        state = query = None
        beam: tuple[Rows, Floats32] | None = None
        logits = None
        if parts.generator is not None and len(history):
            network = parts.generator.network
            state = network.encode(history)
            query = state @ network.learned["item_head"]
            beam = parts.generator.generate(state, BEAM)
            if fresh:
                new = ~np.isin(beam[0], taken)
                beam = beam[0][new], beam[1][new]
            found.append(beam[0])
            if len(network.items) <= DENSE:
                logits = network.items @ query
                most = min(EACH, len(logits))
                wanted = logits
                if fresh:
                    wanted = logits.copy()
                    wanted[taken] = -np.inf
                found.append(np.argpartition(-wanted, most - 1)[:most].astype(np.int32))
        if also is not None:
            found.append(also)
        new, lent = parts.evidence.newcomers(NEW)
        found.append(new)
        items = np.unique(np.concatenate(found)).astype(np.int32)
        if fresh:
            items = items[~np.isin(items, taken)]
        shares = np.zeros((len(items), len(SHARES)))
        shares[:, :5] = parts.evidence.at(items) / np.maximum(total, 1e-9)
        if len(new):
            kept = np.isin(new, items)
            place = np.searchsorted(items, new[kept])
            shares[place, :4] = np.maximum(shares[place, :4], lent[kept, :4] / np.maximum(total[:4], 1e-9))
        parts.evidence.forget()
        if beam is not None and query is not None and parts.generator is not None:
            shares[:, 5] = self._item_share(items, query, logits)
            shares[np.searchsorted(items, beam[0]), 6] = np.exp(beam[1])
        if len(history):
            fade = 0.8 ** np.arange(len(history) - 1, -1, -1.0)
            copied = np.bincount(np.searchsorted(taken, history), fade, len(taken)) / fade.sum()
            place = np.minimum(np.searchsorted(taken, items), len(taken) - 1)
            there = taken[place] == items
            shares[:, 7] = np.where(there, copied[place], 0.0)
            repeats = np.where(there, times[place], 0)
        else:
            repeats = np.zeros(len(items))
        count = parts.memory.count[items].astype(np.float64)
        evidence = np.empty((len(items), len(EVIDENCE)))
        for one, depth in enumerate(DEPTHS):
            evidence[:, one : 3 * len(SHARES) : 3] = np.log(shares + depth)
        evidence[:, -4] = np.log((count + 0.3) / self._everything)
        evidence[:, -3] = repeats > 0
        evidence[:, -2] = np.log1p(repeats)
        evidence[:, -1] = count == 0
        last = parts.memory.count[history[-1]] if len(history) else 0.0
        context = np.array([
            1.0, np.log1p(len(history)) - 2.0, np.log1p(known[0]) - 1.5, np.log1p(known[1]) - 2.0, np.log1p(last) - 2.5,
            np.log(shares[:, 5].max(initial=0.0) + 1e-3) + 4.0 if query is not None else 0.0,
        ])  # fmt: skip
        return items, evidence, context, shares

    def _item_share(self, items: Rows, query: Floats32, logits: Floats32 | None) -> Floats:
        """The item head's softmax: over all items, or over the candidates and a sample that stands for the rest."""
        assert self.parts.generator is not None
        table = self.parts.generator.network.items
        if logits is not None:
            top = logits.max()
            raised = np.exp(logits - top)
            return (raised[items] / raised.sum(dtype=np.float64)).astype(np.float64)
        mine = table[items].astype(np.float32) @ query
        others = self.parts.sample @ query
        top = max(mine.max(), others.max())
        under = np.exp(mine - top).sum() + np.exp(others - top).mean() * max(0, len(table) - len(items))
        return (np.exp(mine - top) / under).astype(np.float64)

    def answer(self, history: Rows, k: int, exclude_seen: bool, raised: Rows | None = None, by: float = 0.0) -> Answer:
        """The best `k` products after a history, oldest first; fewer where there are fewer.

        `raised` products are candidates whatever the sources say, and stand `by` log odds higher.
        """
        items, evidence, context, shares = self.describe(history, exclude_seen, raised)
        gate = self.parts.gate_fresh if exclude_seen else self.parts.gate
        score = gate.score(evidence, context)
        if raised is not None:
            score = score + by * np.isin(items, raised)
        rule = self.parts.newcomers
        if rule is not None and rule.places and len(history):  # they get their places by that rule, not by the gate
            counted = ~np.isin(items, self.parts.evidence.unseen())
            if raised is not None:
                counted |= np.isin(items, raised)
            if counted.sum() >= k:
                items, score, shares = items[counted], score[counted], shares[counted]
        best = np.lexsort((items, -score))[:k]
        logs = score - np.logaddexp.reduce(score) if len(score) else score
        found = Answer(items[best], score[best], shares[best], logs[best])
        return self._with_newcomers(found, history, exclude_seen)

    def _with_newcomers(self, found: Answer, history: Rows, fresh: bool) -> Answer:
        """The same with places for products that nobody took yet, where they are worth more than what stands there."""
        rule, evidence = self.parts.newcomers, self.parts.evidence
        if rule is None or rule.places < 1 or evidence.wording is None or not len(history):
            return found
        items = evidence.unseen()
        items = items[~np.isin(items, found.items)]
        if fresh:
            items = items[~np.isin(items, history)]
        if not len(items):
            return found
        total = evidence.recall(history, 1)[1]
        said = described(items, history, evidence, total)
        evidence.forget()
        place = np.array(rule.placed(found.logs, rule.affinity(said)), np.int64)
        new = place < 0
        if not new.any():
            return found
        row = np.where(new, 0, place)
        shares = found.shares[row]
        shares[new] = 0.0
        shares[new, SHARES.index("content")] = np.exp(said[-1 - place[new], 0])  # what it was chosen by, so the reason
        return Answer(
            np.where(new, items[np.where(new, -1 - place, 0)], found.items[row]).astype(np.int32),
            found.scores[np.maximum.accumulate(row)],  # newcomers: of what stands before them, so that order holds
            shares,
            np.where(new, -np.inf, found.logs[row]),
        )

    def top(self, contexts: Histories, k: int, exclude_seen: bool) -> Rows:
        """(shoppers, k), rows of items, best first; −1 where there are fewer."""
        out = np.full((len(contexts), k), -1, np.int32)
        for row in range(len(contexts)):
            found = self.answer(contexts.of(row), k, exclude_seen).items
            out[row, : len(found)] = found
        return out

    def fit_gate(self, valid: Cases, seed: int) -> None:
        """Weigh the sources by what came next in validation."""
        cases = some(valid, GATE_CASES, seed)
        self.parts.gate = self._fitted(cases, False)
        self.parts.gate_fresh = self._fitted(cases, True)

    def _fitted(self, cases: Cases, fresh: bool) -> Gate:
        evidence, contexts, owner, right = [], [], [], []
        for row in range(len(cases)):
            wanted = cases.target[cases.start[row] : cases.start[row + 1]]
            history = cases.context.of(row)
            if fresh:
                wanted = wanted[~np.isin(wanted, history)]
            items, said, context, _ = self.describe(history, fresh) if len(wanted) else (wanted, None, None, None)
            came = np.isin(items, wanted)
            if said is not None and came.any():
                evidence.append(said.astype(np.float32))
                owner.append(np.full(len(items), len(contexts), np.int64))
                contexts.append(context)
                right.append(came)
        if not contexts:
            return Gate.plain(prior_weights(), CONTEXT)
        return fit_gate(
            np.concatenate(evidence), np.stack(contexts), np.concatenate(owner), np.concatenate(right), prior_weights()
        )


def prior_weights() -> Floats:
    """(evidence,): what is trusted before anything was learned from: transitions most, then the network."""
    found = np.zeros(len(EVIDENCE))
    found[1 : 3 * len(SHARES) : 3] = 0.15
    found[-4] = 0.1
    return found


class Mixture:
    """The model that `recommend fit` makes and the bench judges."""

    name = "onerec"

    def __init__(
        self, quick: bool = False, learn: bool | None = None, tell: Callable[[str], None] | None = None,
        newcomers: bool = False,
    ) -> None:  # fmt: skip
        """`learn` False leaves the network out; by default it is taught where JAX is installed.

        `newcomers` holds places for products that nobody took yet; off, because it costs more than it finds.
        """
        self._newcomers = newcomers
        self.quick = quick
        self._learn = importlib.util.find_spec("jax") is not None if learn is None else learn
        self._tell = tell

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Learn all parts; validation chooses the gate's weights and when to stop teaching."""
        from magnetar.capabilities.recommendation.dropout import learn_newcomers
        from magnetar.capabilities.recommendation.learning import content_of, taught

        memory = Memory(len(train.items))
        memory.learn(train)
        content = content_of(train, seed)
        wording = content.wording if len(train.items) <= DENSE else None
        near = alike(wording.weight) if wording is not None else nobody_alike(len(train.items))
        self.ids: SemanticIds = content.ids
        self.texts = content.texts
        generator = None
        if self._learn and (train.lengths >= 2).any():
            network: Network = taught(train, content, seed, valid, quick=self.quick, tell=self._tell)
            generator = Generator(network, Trie.of(content.ids.codes, content.ids.width))
        gate = Gate.plain(prior_weights(), CONTEXT)
        self.recommender = Recommender(Parts(memory, gate, gate, Evidence(memory, near, wording), generator))
        if valid is not None and len(valid):
            self.recommender.fit_gate(valid, seed)
            if self._newcomers:
                self.recommender.parts.newcomers = learn_newcomers(self.recommender, train, valid, seed)

    def catch_up(self, later: Histories) -> None:
        """Count these events instead of the training ones: what was held back to judge is known to the shop."""
        memory = Memory(len(self.recommender.parts.memory))
        memory.learn(later)
        self.recommender.count_from(memory)

    def top(self, contexts: Histories, k: int, exclude_seen: bool) -> Rows:
        """(shoppers, k), rows of items, best first; −1 where there are fewer."""
        return self.recommender.top(contexts, k, exclude_seen)

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items): the gate's score of candidates, −∞ for what no source names."""
        out = np.full((len(contexts), len(self.recommender.parts.memory)), -np.inf, np.float32)
        for row in range(len(contexts)):
            items, evidence, context, _ = self.recommender.describe(contexts.of(row))
            out[row, items] = self.recommender.parts.gate.score(evidence, context)
        return out


class GeneratorAlone:
    """The network by itself: what its semantic-id beam names, weighed once more by its item head."""

    name = "generator"

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Teach the network."""
        from magnetar.capabilities.recommendation.learning import content_of, taught

        content = content_of(train, seed)
        network = taught(train, content, seed, valid, quick=self.quick)
        self._generator = Generator(network, Trie.of(content.ids.codes, content.ids.width))

    def top(self, contexts: Histories, k: int, exclude_seen: bool) -> Rows:
        """(shoppers, k), rows of items, best first; −1 where there are fewer."""
        out = np.full((len(contexts), k), -1, np.int32)
        for row in range(len(contexts)):
            found = generated(self._generator, contexts.of(row), k, exclude_seen)
            out[row, : len(found)] = found
        return out

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items): log probability of every product's id."""
        states = self._generator.network.states(contexts.start, contexts.item)
        return np.stack([self._generator.everything(one) for one in states])


def generated(generator: Generator, history: Rows, k: int, exclude_seen: bool) -> Rows:
    """The best of a beam, by half the log probability of the id and half that of the item head."""
    state = generator.network.encode(history)
    items, log_p = generator.generate(state, max(BEAM, 2 * k))
    head = generator.network.items[items].astype(np.float32) @ (state @ generator.network.learned["item_head"])
    score = log_p + head
    if exclude_seen:
        fresh = ~np.isin(items, history)
        items, score = items[fresh], score[fresh]
    return items[np.lexsort((items, -score))[:k]]
