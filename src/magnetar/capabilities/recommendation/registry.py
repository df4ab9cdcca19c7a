"""What a recommender must be able to do to be judged, and the table of those that there are."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.histories import Histories, Rows
from magnetar.kernel.chance import Ints
from magnetar.kernel.errors import BadInput, ProviderUnavailable

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cases:
    """Questions to a recommender: what came next after these contexts?"""

    context: Histories
    """What is known of each case's shopper."""
    start: Ints
    """(cases + 1,): case c has the targets start[c] … start[c + 1] − 1."""
    target: Rows
    """(targets,), items that came next; one a case, or all of a visit."""

    def __len__(self) -> int:
        return len(self.context)

    def rows(self, which: Any) -> Cases:
        """These cases only."""
        which = np.arange(len(self))[which]
        lengths = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        place = np.repeat(self.start[which] - start[:-1], lengths) + np.arange(start[-1])
        return Cases(self.context.rows(which), start, self.target[place])


class Model(Protocol):
    """Learns from histories, then says what each of many shoppers would take next.

    A class may take `quick: bool` to do with a coarser search and fewer rounds.
    """

    name: str

    def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
        """Learn from `train` and nothing else.

        `valid` is only for choosing: numbers, or when to stop. Its targets must not be learned from. A `fit`
        without that argument is called without it.
        """
        ...

    def scores(self, contexts: Histories) -> Scores:
        """(shoppers, items), higher is better; items of the context are scored like any other."""
        ...


@runtime_checkable
class Lister(Protocol):
    """A model that generates its answers instead of scoring every item; judged by its lists."""

    def top(self, contexts: Histories, k: int, exclude_seen: bool) -> Rows:
        """(shoppers, k), rows of items, best first; −1 where there are fewer."""
        ...


_HERE = "magnetar.capabilities.recommendation"
MODELS: dict[str, str] = {
    "popularity": f"{_HERE}.popularity:Popularity",
    "itemknn": f"{_HERE}.neighbours:ItemKNN",
    "transition": f"{_HERE}.neighbours:TransitionKNN",
    "ease": f"{_HERE}.linear:Ease",
    "ials": f"{_HERE}.linear:Ials",
    "sasrec": f"{_HERE}.sasrec:SasRec",
    "generator": f"{_HERE}.mixture:GeneratorAlone",
    "onerec": f"{_HERE}.mixture:Mixture",
}
"""Name → module:class, imported when asked for; in the order in which a bench runs them."""

BASELINES = ("popularity", "itemknn", "transition", "ease", "ials", "sasrec")
"""What every other model is held against."""

NEEDS_LEARN: frozenset[str] = frozenset({"sasrec", "generator"})
"""Models that are trained by JAX, of the extra `learn`."""


def make(name: str, *, quick: bool = False) -> Model:
    """A model by name, not yet fitted.

    Raises:
        BadInput: no such model.
        ProviderUnavailable: it is trained by JAX, which is not installed.
    """
    if name not in MODELS:
        raise BadInput(f"没有模型 no model {name[:40]!r}. Choose from: {', '.join(MODELS)}.")
    if name in NEEDS_LEARN:
        need_jax(name)
    module, _, kind = MODELS[name].partition(":")
    found = getattr(importlib.import_module(module), kind)
    return found(quick=quick) if "quick" in inspect.signature(found).parameters else found()


def need_jax(name: str) -> None:
    """Find out before long work whether a model can be trained.

    Raises:
        ProviderUnavailable: JAX is not installed.
    """
    if importlib.util.find_spec("jax") is None:
        raise ProviderUnavailable(
            f"训练 training {name!r} needs 'jax'. Install it with: pip install 'magnetar[learn]'. "
            f"Without it, choose with --models: {', '.join(one for one in MODELS if one not in NEEDS_LEARN)}."
        )
