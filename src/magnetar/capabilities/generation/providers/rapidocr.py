"""Text in pictures by PP-OCRv6 small (rapidocr): Chinese and English, about 1 CPU-s for a 720x400 picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.generation.ports import TextSeen
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput

LARGEST_SIDE = 4_096


class Work:
    """In the worker process."""

    def __init__(self) -> None:
        import logging

        from rapidocr import RapidOCR  # pyright: ignore[reportMissingImports]

        logging.disable(logging.WARNING)
        self._engine: Any = RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, picture: NDArray[np.uint8]) -> list[list[Any]]:
        found = self._engine(np.ascontiguousarray(picture[:, :, ::-1]))
        if found.boxes is None or found.txts is None:
            return []
        return [
            [str(text), [float(one) for one in (*box.min(0), *box.max(0))], float(score)]
            for box, text, score in zip(np.asarray(found.boxes), found.txts, found.scores, strict=True)
        ]


class RapidViewer:
    """Lines of text with their boxes."""

    name = "rapidocr"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def read(self, picture: NDArray[np.uint8]) -> Sequence[TextSeen]:
        """The lines of a picture, top to bottom.

        Raises:
            BadInput: it is no (height, width, 3) picture of bytes, or larger than 4096 on a side.
        """
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise BadInput(f"A picture is (height, width, 3) bytes, found {picture.shape} of {picture.dtype}.")
        height, width = picture.shape[:2]
        if not (8 <= height <= LARGEST_SIDE and 8 <= width <= LARGEST_SIDE):
            raise BadInput(f"A picture to read has 8 to {LARGEST_SIDE} points on a side, found {width}x{height}.")
        lines, _ = self._worker.call("read", picture=picture)
        seen = [
            TextSeen(text, (box[0] / width, box[1] / height, box[2] / width, box[3] / height), score)
            for text, box, score in lines
        ]
        return sorted(seen, key=lambda one: (one.box[1], one.box[0]))

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def make(settings: Any) -> RapidViewer:
    """The viewer, where its package is installed.

    Raises:
        ProviderUnavailable: it is not.
    """
    need_packages("rapidocr", "ocr", "rapidocr", "onnxruntime")
    return RapidViewer(Worker(f"{__name__}:Work", {}, memory_mb=4096, timeout_s=120))
