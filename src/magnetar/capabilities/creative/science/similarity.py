"""Which creatives are alike: key frames by perceptual hash, words by shingles; near-duplicates form groups.

Thousands are told apart without comparing each with each: creatives meet only where a band of their signature agrees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from operator import eq
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from magnetar.vocabulary.campaigns import Creative

FRAMES = 5
"""Key frames that are looked at, evenly over the film."""
BITS = 10
"""Bits by which two pictures of 64 may differ and still be taken for the same."""
ALIKE = 0.8
"""Share of shingles that near-duplicates have in common (Jaccard)."""
_HASHES, _BANDS = 32, 8
_SHINGLE = 3
_MULTIPLIERS, _SUMMANDS = (
    np.array(
        [int.from_bytes(blake2b(b"%s%d" % (name, place), digest_size=8).digest(), "big") for place in range(_HASHES)],
        np.uint64,
    )
    for name in (b"a", b"b")
)
_MULTIPLIERS |= np.uint64(1)
_HIGH = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each creative is of."""

    names: tuple[str, ...]
    """The id of each one's group: that of the group's first creative."""
    pairs: int
    """Pairs that were compared."""


def print_of(film: Path, frames: int = FRAMES) -> tuple[int, ...]:
    """Perceptual hashes of a film's key frames, evenly over its length; empty where it cannot be read.

    Source: DCT hash of 32 × 32 grey pixels, the 8 × 8 lowest frequencies against their median (Zauner 2010).
    """
    import av
    from av.error import FFmpegError

    found: list[int] = []
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            length = container.duration or 0
            stream.codec_context.skip_frame = "NONKEY"
            for place in range(frames):
                container.seek(int(length * (place + 0.5) / frames))
                picture = next(container.decode(stream), None)
                if picture is not None:
                    found.append(hash_of(np.asarray(picture.to_ndarray(format="gray"), np.uint8)))
    except (FFmpegError, OSError, ValueError, IndexError):
        return ()
    return tuple(found)


def hash_of(grey: NDArray[np.uint8]) -> int:
    """64 bits of a grey picture that small changes leave as they are."""
    import cv2

    small = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    bits = low > np.median(low)
    return int(np.packbits(bits).view(">u8")[0])


def shingle_signature(text: str) -> tuple[int, ...]:
    """A text's min-hashes over runs of three characters; empty for a text without letters or digits.

    Source: Broder (1997), min-wise independence, by multiply-and-shift hashes (Dietzfelbinger et al. 1997).
    """
    letters = "".join(one for one in text.lower() if one.isalnum())[:4000]
    if not letters:
        return ()
    runs = {letters[start : start + _SHINGLE] for start in range(max(1, len(letters) - _SHINGLE + 1))}
    numbers = np.array([crc32(run.encode()) for run in runs], np.uint64)
    mixed = (numbers[:, None] * _MULTIPLIERS + _SUMMANDS) >> _HIGH
    return tuple(mixed.min(axis=0).tolist())


def find_groups(creatives: Sequence[Creative]) -> Groups:
    """Group near-duplicates: same product, same words and like pictures. A group that stands already keeps its name."""
    signatures = [
        shingle_signature(" ".join((*one.texts, one.opening, one.elements.get("band", "")))) for one in creatives
    ]
    parent = list(range(len(creatives)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    buckets: dict[tuple[object, ...], list[int]] = defaultdict(list)
    each = _HASHES // _BANDS
    for place, (one, signature) in enumerate(zip(creatives, signatures, strict=True)):
        if not signature and not one.prints:
            continue
        keys: list[tuple[object, ...]] = [
            (one.product, band, signature[band * each : (band + 1) * each]) for band in range(_BANDS) if signature
        ]
        keys += [(one.product, "picture", at, one.prints[at]) for at in range(len(one.prints)) if not signature]
        for key in keys:
            buckets[key].append(place)
    tried: set[tuple[int, int]] = set()
    for members in buckets.values():
        first_of: dict[int, int] = {}
        for place in members:
            for other in list(first_of.values()):  # one of each group is enough: all of a group are alike
                pair = (other, place)
                if root(other) == root(place) or pair in tried:
                    continue
                tried.add(pair)
                if alike(creatives[other], creatives[place], signatures[other], signatures[place]):
                    parent[max(root(other), root(place))] = min(root(other), root(place))
            first_of.setdefault(root(place), place)
    names: list[str] = []
    for place in range(len(creatives)):
        first = creatives[root(place)]
        names.append(first.group or first.id)
    return Groups(tuple(names), len(tried))


def alike(one: Creative, other: Creative, words: tuple[int, ...], others: tuple[int, ...]) -> bool:
    """Whether two creatives are near-duplicates."""
    if bool(words) != bool(others):
        return False
    if words and sum(map(eq, words, others)) < ALIKE * len(words):
        return False
    pairs = list(zip(one.prints, other.prints, strict=False))
    if not pairs:
        return bool(words)
    return float(np.median([(a ^ b).bit_count() for a, b in pairs])) <= BITS
