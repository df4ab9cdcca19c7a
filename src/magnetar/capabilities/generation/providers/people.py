"""Faces by YuNet and a person's outline by MediaPipe's selfie segmentation, both run by OpenCV in a process of its own.

They say where a face or a person is and nothing about who: nothing is recognised, compared or kept. YuNet: Wu, Peng
and Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20 (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.generation.models import store_of
from magnetar.capabilities.generation.ports import Face, Floats
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput, ProviderUnavailable

MODEL = "people"
FACES, PERSON = "face_detection_yunet_2023mar.onnx", "selfie_segmentation.tflite"
LARGEST_SIDE = 16_384
SURE = 0.7
"""A face of less confidence is none."""
_LOOK = 640
"""Long side at which faces are looked for: the model sees faces of 10 to 300 points."""
_MASK = 256


class Work:
    """In the worker process."""

    def __init__(self, folder: str) -> None:
        cv2.setNumThreads(1)
        nothing = np.zeros(0, np.uint8)
        model = np.fromfile(Path(folder) / FACES, np.uint8)
        self._faces: Any = cv2.FaceDetectorYN.create("onnx", model, nothing, (_LOOK, _LOOK), SURE, 0.3, 200)
        self._person: Any = cv2.dnn.readNetFromTFLite(np.fromfile(Path(folder) / PERSON, np.uint8))

    def faces(self, picture: NDArray[np.uint8]) -> list[list[float]]:
        """x, y, right, bottom and confidence, as shares of the picture."""
        found = self._looked(picture)
        return found if found else self._looked(_half(picture))  # a face that fills the picture is seen smaller

    def _looked(self, picture: NDArray[np.uint8]) -> list[list[float]]:
        height, width = picture.shape[:2]
        self._faces.setInputSize((width, height))
        _, rows = self._faces.detect(np.ascontiguousarray(picture[:, :, ::-1]))
        return [
            [float(x / width), float(y / height), float((x + w) / width), float((y + h) / height), float(row[14])]
            for row in (() if rows is None else rows)
            for x, y, w, h in [row[:4]]
        ]

    def person(self, picture: NDArray[np.uint8]) -> Floats:
        """(256, 256): how far each point belongs to a person."""
        seen = cv2.resize(picture, (_MASK, _MASK), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        self._person.setInput(np.ascontiguousarray(seen.transpose(2, 0, 1)[None]))
        return np.asarray(self._person.forward(), np.float32).reshape(_MASK, _MASK)


def _half(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    size = max(32, width // 3), max(32, height // 3)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # pyright: ignore[reportReturnType]


class People:
    """Where faces and people are."""

    name = "yunet"

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def faces(self, picture: NDArray[np.uint8]) -> Sequence[Face]:
        """The faces of a picture, the largest first.

        Raises:
            BadInput: it is no (height, width, 3) picture of bytes of 32 to 16384 points on a side.
        """
        rows, _ = self._worker.call("faces", picture=_small(picture))
        found = [Face((x, y, right, bottom), sure) for x, y, right, bottom, sure in rows]
        return sorted(found, key=lambda one: -(one.box[2] - one.box[0]) * (one.box[3] - one.box[1]))

    def person(self, picture: NDArray[np.uint8]) -> Floats:
        """(height, width): how far each point belongs to a person, in [0, 1].

        Raises:
            BadInput: as for `faces`.
        """
        height, width = picture.shape[:2]
        mask, _ = self._worker.call("person", picture=_small(picture))
        grown = cv2.resize(np.asarray(mask, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        return np.clip(grown, 0.0, 1.0).astype(np.float32, copy=False)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at the size at which it is looked at."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise BadInput(f"A picture is (height, width, 3) bytes, found {picture.shape} of {picture.dtype}.")
    height, width = picture.shape[:2]
    if min(height, width) < 32 or max(height, width) > LARGEST_SIDE:
        raise BadInput(f"A picture has 32 to {LARGEST_SIDE} points on a side, found {width}x{height}.")
    scale = _LOOK / max(height, width)
    if scale >= 1:
        return picture
    size = max(32, round(width * scale)), max(32, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # pyright: ignore[reportReturnType]


def make(settings: Any) -> People:
    """The finder, where its models are.

    Raises:
        ProviderUnavailable: they are not, or this OpenCV cannot run them.
    """
    folder = store_of(settings).need(MODEL)
    if not hasattr(cv2, "FaceDetectorYN") or not hasattr(cv2.dnn, "readNetFromTFLite"):
        raise ProviderUnavailable(f"OpenCV {cv2.__version__} has no face detector. Install 4.8 or newer.")
    return People(Worker(f"{__name__}:Work", {"folder": str(folder)}, memory_mb=2048, timeout_s=60))
