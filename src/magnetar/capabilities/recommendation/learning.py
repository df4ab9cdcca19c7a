"""From histories to a network: content and ids first, then teaching, judged on validation as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from magnetar.capabilities.recommendation.generator import Floats32, Network, Shape
from magnetar.capabilities.recommendation.histories import Histories
from magnetar.capabilities.recommendation.judging import METRICS, gains, mean_worth, score_ranks, some
from magnetar.capabilities.recommendation.registry import Cases
from magnetar.capabilities.recommendation.wording import Wording
from magnetar.capabilities.understanding import SemanticIds, TextVectors
from magnetar.kernel.chance import Chance

WORDS = 96
"""Numbers of a text vector."""
COMPANY = 64
"""Numbers of a co-occurrence vector."""
JUDGED_ON = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What is known of items before anybody is recommended anything."""

    words: Floats32
    """(items, any), text vectors; no columns where there are no texts."""
    company: Floats32
    """(items, any), who is taken together with whom, from training events."""
    ids: SemanticIds
    texts: TextVectors | None = None
    wording: Wording | None = None
    """Terms of items; None where there are no texts."""

    @property
    def joined(self) -> Floats32:
        """(items, any), what semantic ids are read off."""
        return join(self.words, self.company)


def join(words: Floats32, company: Floats32) -> Floats32:
    """Text and company side by side."""
    return np.concatenate([words, company], axis=1)


def content_of(train: Histories, seed: int) -> Content:
    """Vectors and ids of all items of a catalogue; co-occurrence is read from `train` alone."""
    texts, wording, words = None, None, np.zeros((len(train.items), 0), np.float32)
    if train.text is not None and any(train.text):
        texts = TextVectors.fit(train.text, WORDS, seed)
        words = texts.encode(train.text)
        wording = Wording.of(texts, train.text)
    company = company_of(train, seed)
    return Content(words, company, SemanticIds.fit(join(words, company), seed), texts, wording)


def company_of(train: Histories, seed: int, dimensions: int = COMPANY) -> Floats32:
    """(items, dimensions): singular vectors of positive pointwise mutual information between items of one shopper.

    Rows have length 1, or 0 for items in nobody's company.
    Source: Levy & Goldberg (2014), NIPS, Neural word embedding as implicit matrix factorization.
    """
    items = len(train.items)
    late = train.latest(200)
    taken = sparse.coo_array((np.ones(len(late.item)), (late.shopper, late.item)), shape=(len(late), items)).tocsr()
    taken.sum_duplicates()
    taken.data[:] = 1.0
    pairs = sparse.coo_array(taken.T @ taken)
    off = pairs.row != pairs.col
    row, column, value = pairs.row[off], pairs.col[off], pairs.data[off]
    most = min(dimensions, items - 1)
    if not len(value) or most < 1:
        return np.zeros((items, 0), np.float32)
    met = np.bincount(row, value, items)
    told = np.log(value * value.sum() / (met[row] * met[column]))
    kept = told > 0
    table = sparse.csr_array((told[kept], (row[kept], column[kept])), shape=(items, items))
    if most >= items - 1 or items <= 2 * dimensions:
        left, size, _ = np.linalg.svd(table.toarray())
        left, size = left[:, :most], size[:most]
    else:
        left, size, _ = svds(table, k=most, v0=Chance(seed).of("company").normals(items))
    found = np.asarray(left) * np.sqrt(np.asarray(size))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.where(length > 1e-9, found / np.maximum(length, 1e-9), 0.0).astype(np.float32)


def taught(
    train: Histories, content: Content, seed: int, valid: Cases | None = None, *, quick: bool = False, epochs: int = 0,
    tell: Callable[[str], None] | None = None, stop: Callable[[], bool] | None = None,
) -> Network:  # fmt: skip
    """Teach a network; with validation the best epoch is kept."""
    from magnetar.capabilities.recommendation.training import Recipe, Trainer, near_codes, teach

    recipe = Recipe(epochs=epochs or (2 if quick else 60))
    shape = Shape(size=32, wide=64) if quick else Shape()
    ids = content.ids
    near = [near_codes(ids.books[level], recipe.smooth, np.isfinite(ids.prices[level])) for level in range(3)]
    trainer = Trainer(train, ids.codes, near, content.words, seed, shape, recipe)
    judge = None
    if valid is not None and len(valid):
        sample = some(valid, JUDGED_ON, seed)
        judge = lambda network: judged(network, sample)  # noqa: E731
    return teach(trainer, judge, tell, every=max(1, recipe.epochs // 8), stop=stop)


def judged(network: Network, cases: Cases) -> float:
    """NDCG@10 of the item head, the mean of unfiltered and filtered."""
    query = network.item_query(network.states(cases.context.start, cases.context.item))
    column = METRICS.index("ndcg@10")
    ranks = score_ranks(cases, query @ network.items.astype(np.float32).T)
    return mean_worth(np.stack([gains(cases.start, rank)[:, column] for rank in ranks], axis=1))
