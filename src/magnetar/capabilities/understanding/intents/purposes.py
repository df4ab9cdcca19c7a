"""Which of several stated intentions is the one behind buying two things: words of the goods against words of the purpose.

What is learned: which words of goods go with which words of purposes (positive mutual information), and how much each
likeness counts. What is left out on purpose: how often a statement was right elsewhere. In sets made by drawing wrong
options from other questions' right ones, that alone tells right from wrong, and says nothing about the goods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from magnetar.capabilities.understanding.intents.matrices import Sparse, coo, csr
from magnetar.capabilities.understanding.vectors import TextVectors
from magnetar.capabilities.understanding.words import terms
from magnetar.kernel.chance import Floats, Ints

PARTS = 5
"""Parts that the training questions are cut into, so that no association is judged on the question that it came from."""
RIDGE = 5.0
_FRAME = frozenset(
    [
        "becaus",
        "they",
        "both",
        "he",
        "she",
        "person",
        "want",
        "be",
        "could",
        "can",
        "type",
        "manner",
        "relat",
        "capabl",
        "product",
        "personx",
        "same",
        "purpos",
        "his",
        "her",
        "him",
        "good",
        "if",
        "know",
        "them",
        "you",
        "us",
        "use",
        "know",
        "more",
        "better",
        "like",
        "way",
    ]
)
"""Stems that statements are framed with, whatever they say."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two things that were bought together, and statements of why."""

    first: str
    second: str
    options: tuple[str, ...]
    right: int = 0
    """Which option is right; only training and judging look at it."""


@dataclass(slots=True)
class Purposes:
    """Chooses the intention behind a pair of things."""

    vectors: TextVectors
    seen: Counter[str]
    texts: int
    association: Sparse
    rows: dict[str, int]
    columns: dict[str, int]
    scale: Floats
    weights: Floats
    about: dict[str, float] = field(default_factory=dict)

    @classmethod
    def fit(cls, questions: Sequence[Question], groups: Sequence[object] | None = None, seed: int = 1) -> Purposes:
        """Learn from questions with their right options.

        Args:
            groups: of each question; questions that share a group share no association with each other.

        Raises:
            ValueError: there is no question.
        """
        if not questions:
            raise ValueError("at least one question is needed to learn from")
        vectors = TextVectors.fit(
            [text for one in questions for text in (one.first, one.second, *one.options)], seed=seed
        )
        seen = Counter(term for one in questions for text in (one.first, one.second) for term in set(terms(text)))
        part = _parts(questions if groups is None else groups)
        blank = csr((0, 0))
        model = cls(vectors, seen, 2 * len(questions), blank, {}, {}, np.ones(1), np.ones(1))
        features: dict[int, Floats] = {}
        for number in range(PARTS):
            model._associate([one for one, where in zip(questions, part, strict=True) if where != number])
            places: list[int] = np.flatnonzero(part == number).tolist()
            features |= dict(zip(places, model.features([questions[place] for place in places]), strict=True))
        model._associate(questions)
        found = [features[place] for place in range(len(questions))]
        model.scale = np.concatenate(found).std(axis=0) + 1e-9
        model.weights = _choice([one / model.scale for one in found], [one.right for one in questions])
        return model

    def _associate(self, questions: Sequence[Question]) -> None:
        """Positive mutual information of words of goods with words of right purposes, shrunken by one expected meeting."""
        goods = [set(terms(one.first)) | set(terms(one.second)) for one in questions]
        purposes = [_content(one.options[one.right]) for one in questions]
        self.rows = {term: row for row, term in enumerate(sorted({term for one in goods for term in one}))}
        self.columns = {term: row for row, term in enumerate(sorted({term for one in purposes for term in one}))}
        left, right = _marks(goods, self.rows), _marks(purposes, self.columns)
        joint = coo(left.T @ right)
        count_left, count_right = np.asarray(left.sum(axis=0)).ravel(), np.asarray(right.sum(axis=0)).ravel()
        expected = (count_left[joint.row] + 0.5) * (count_right[joint.col] + 0.5) / max(len(questions), 1)
        value = np.maximum(np.log(joint.data / (expected + 1.0)), 0.0)
        self.association = csr((value, (joint.row, joint.col)), shape=joint.shape)

    def features(self, questions: Sequence[Question]) -> list[Floats]:
        """(options, features) of each question: likeness in vectors, association, shared words."""
        texts = [
            text for one in questions for text in (one.first, one.second, f"{one.first} {one.second}", *one.options)
        ]
        vectors = self.vectors.encode(texts).astype(np.float64) if texts else np.zeros((0, 0))
        found, start = [], 0
        for one in questions:
            mine = vectors[start : start + 3 + len(one.options)]
            found.append(self._features(one, (mine[3:, None, :] * mine[None, :3, :]).sum(axis=2)))
            start += 3 + len(one.options)
        return found

    def _features(self, question: Question, near: Floats) -> Floats:
        """near: (options, 3), likeness of each option with the first thing, the second and both."""
        first, second = set(terms(question.first)), set(terms(question.second))
        known = [self.rows[term] for term in sorted(first | second) if term in self.rows]
        pull = np.asarray(self.association[known].sum(axis=0)).ravel() if known else np.zeros(len(self.columns))
        length = float(np.sqrt(max(len(known), 1)))
        rows = []
        for place, option in enumerate(question.options):
            content = sorted(_content(option))
            worth = {term: float(np.log((self.texts + 1.0) / (self.seen[term] + 1.0))) for term in content}
            whole = sum(worth.values()) or 1.0
            either = sum(value for term, value in worth.items() if term in first or term in second)
            each = sum(value for term, value in worth.items() if term in first and term in second)
            felt = [float(pull[self.columns[term]]) if term in self.columns else 0.0 for term in content] or [0.0]
            a, b, both = near[place].tolist()
            rows.append(
                [
                    both,
                    a,
                    b,
                    min(a, b),
                    float(np.mean(felt)) / length,
                    max(felt) / length,
                    either,
                    each,
                    either / whole,
                    each / whole,
                ]
            )
        return np.array(rows, np.float64).reshape(len(question.options), 10)

    def choose(self, questions: Sequence[Question]) -> Ints:
        """(questions,) the likeliest option of each, the first where several are equal; −1 where there is none."""
        return np.array(
            [int(np.argmax((one / self.scale) @ self.weights)) if len(one) else -1 for one in self.features(questions)],
            np.int64,
        )

    def nearest(self, questions: Sequence[Question]) -> Ints:
        """The baseline: the option whose vector lies nearest to that of both things together."""
        return np.array([int(np.argmax(one[:, 0])) if len(one) else -1 for one in self.features(questions)], np.int64)


def _parts(groups: Sequence[object]) -> Ints:
    """Which part each question falls in: groups stay whole, in the order in which they come."""
    number: dict[object, int] = {}
    return np.array([number.setdefault(one, len(number)) % PARTS for one in groups], np.int64)


def _content(statement: str) -> set[str]:
    return set(terms(statement)) - _FRAME


def _marks(texts: Sequence[set[str]], places: dict[str, int]) -> Sparse:
    cells = [(row, places[term]) for row, one in enumerate(texts) for term in sorted(one)]
    rows, columns = (np.array([cell[side] for cell in cells], np.int64) for side in (0, 1))
    return csr((np.ones(len(cells)), (rows, columns)), shape=(len(texts), len(places)))


def _choice(features: Sequence[Floats], right: Sequence[int]) -> Floats:
    """Weights of a conditional logit with a ridge. Source: McFadden (1974)."""
    size = features[0].shape[1]

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = RIDGE * float(weights @ weights), 2.0 * RIDGE * weights
        for one, best in zip(features, right, strict=True):
            utility = one @ weights
            share = np.exp(utility - utility.max())
            share /= share.sum()
            value -= float(np.log(share[best]))
            slope = slope - one[best] + share @ one
        return value, slope

    return np.asarray(minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x)
