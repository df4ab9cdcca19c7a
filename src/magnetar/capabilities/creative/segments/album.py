"""The pictures that a product's films show: all that can be used, each once."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from magnetar.capabilities.creative.picture import Picture
from magnetar.capabilities.creative.preparing import usable_pictures
from magnetar.capabilities.creative.science.similarity import hash_of
from magnetar.vocabulary.catalogue import Product

MOST, TRIED = 8, 24
"""Pictures of one product's films, and how many of a record are looked at."""
SAME = 8
"""Bits of 64 by which two perceptual hashes of one picture may differ: another size, a softer copy, a mark in a corner."""


def further_pictures(
    product: Product, root: Path | str | None, first: Picture, name: str, notes: list[str]
) -> list[tuple[Picture, str]]:
    """The usable pictures after the first that show something else.

    Args:
        first: the picture that is shown anyway.
        name: its name in the record.
        notes: which ones are left out, and why.
    """
    prints = [_print(first)]
    found: list[tuple[Picture, str]] = []
    for picture, own in islice(usable_pictures(product, root, notes), TRIED):
        if own == name:
            continue
        seen = _print(picture)
        if any((seen ^ other).bit_count() <= SAME for other in prints):
            notes.append(
                f"images: {own[:80]!r} 与前面的图相同 shows what an earlier picture shows; it is not used again"
            )
            continue
        prints.append(seen)
        found.append((picture, own))
        if len(found) == MOST - 1:
            break
    return found


def _print(picture: Picture) -> int:
    small = cv2.resize(picture.pixels, (32, 32), interpolation=cv2.INTER_AREA)
    return hash_of(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))
