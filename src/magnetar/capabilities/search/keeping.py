"""What an engine has learned as one small file, and back: checked in every part before it is believed.

The file is a magic word, the SHA-256 of what follows, and that, in MessagePack: names, and arrays of two plain kinds.
Nothing in it is code. A file that is broken, of another merchant, or of another version of the code is as none.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]

MAGIC = b"magnetar search 1\n"
LARGEST = 2_000_000_000
"""Bytes of a file that are read, at most."""
FEATURES = 1 << 16
SIGNS = 11
_KINDS = {"f4": np.dtype("<f4"), "f8": np.dtype("<f8"), "i4": np.dtype("<i4")}
_CODE = (
    "bridge", "engine", "fields", "fusion", "homophones", "indexes", "keeping", "lexical", "meanings", "onesearch", "spelling", "teaching", "thesaurus",
    "weighing",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A generator: the encoder's rows that are not as they started, and the tree, each node after its parent."""

    levels: int
    seed: int
    """Of the encoder's start."""
    features: Ints
    """(used,), ascending."""
    encoder: Singles
    """(used, dimensions)."""
    idf: Singles
    """(used,)."""
    rare: float
    """The weight of words that no product has."""
    up: Ints
    """(nodes,), −1 for the root."""
    code: Ints
    row: Ints
    """(nodes,), the product at a leaf, −1 for none."""
    nodes: Singles
    """(nodes, dimensions)."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """All that an engine knows beyond its indexes."""

    keys: tuple[tuple[str, str], ...]
    """(merchant, id) of each product that it was learned on: a row of what follows."""
    digests: tuple[str, ...]
    bridge: Mapping[str, tuple[tuple[str, float], ...]]
    gate: tuple[float, ...]
    vocabulary: tuple[str, ...]
    idf: Doubles
    """(terms,)."""
    basis: Doubles
    """(terms, directions); whole singles."""
    dense: Singles
    """(products, directions)."""
    tree: Tree | None
    ids: tuple[Singles, Singles, Ints] | None
    """Code books (levels, codes, dimensions), prices (levels, codes), codes given (items, levels)."""


class _Array(msgspec.Struct):
    kind: str
    shape: list[int]
    data: bytes


class _File(msgspec.Struct):
    merchant: str
    code: str
    seed: int
    keys: list[tuple[str, str]]
    digests: list[str]
    bridge: dict[str, list[tuple[str, float]]]
    gate: list[float]
    vocabulary: list[str]
    levels: int
    rare: float
    start: int
    arrays: dict[str, _Array]


def digest_of(texts: Mapping[str, str]) -> str:
    """What a product's texts say, in 24 letters; its price and stock are no part of it."""
    told = "\0".join(f"{name}\1{texts[name]}" for name in sorted(texts))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]


@cache
def code_version() -> str:
    """A digest of the modules that decide what is learned: another version of them learns anew."""
    from magnetar.capabilities.understanding import SemanticIds, TextVectors, terms

    found = hashlib.sha256(np.__version__.encode())
    here = Path(__file__).parent
    for file in [here / f"{name}.py" for name in _CODE] + [
        Path(inspect.getfile(one)) for one in (TextVectors, terms, SemanticIds)
    ]:
        found.update(file.read_bytes())
    return found.hexdigest()


def as_bytes(learned: Learned, merchant: str, seed: int) -> bytes:
    """What a file holds."""
    arrays: dict[str, NDArray[Any]] = {
        "idf": learned.idf, "basis": learned.basis.astype(np.float32), "dense": learned.dense,
    }  # fmt: skip
    tree = learned.tree
    if tree is not None and learned.ids is not None:
        for name in ("features", "encoder", "up", "code", "row", "nodes"):
            arrays[f"tree.{name}"] = getattr(tree, name)
        arrays |= {
            "tree.idf": tree.idf,
            "ids.books": learned.ids[0],
            "ids.prices": learned.ids[1],
            "ids.codes": learned.ids[2],
        }
    body = msgspec.msgpack.encode(
        _File(
            merchant, code_version(), seed, list(learned.keys), list(learned.digests),
            {term: list(others) for term, others in learned.bridge.items()}, list(learned.gate), list(learned.vocabulary),
            tree.levels if tree is not None else 0, tree.rare if tree is not None else 0.0,
            tree.seed if tree is not None else 0, {name: _packed(one) for name, one in arrays.items()},
        )
    )  # fmt: skip
    return MAGIC + hashlib.sha256(body).digest() + body


def from_bytes(data: bytes, merchant: str, seed: int) -> Learned:
    """What was learned.

    Raises:
        ValueError: it is not such a file, damaged, another merchant's, of other code, or its parts do not fit.
    """
    head = len(MAGIC) + 32
    if data[: len(MAGIC)] != MAGIC or hashlib.sha256(data[head:]).digest() != data[len(MAGIC) : head]:
        raise ValueError("the file is damaged, or no search engine's")
    try:
        found = msgspec.msgpack.decode(data[head:], type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"the file cannot be read: {error}") from None
    if (found.merchant, found.code, found.seed) != (merchant, code_version(), seed):
        raise ValueError("the file is of another merchant, another seed or another version of the code")
    arrays = {name: _unpacked(name, one) for name, one in found.arrays.items()}
    products, terms = len(found.keys), len(found.vocabulary)
    _need(products > 0 and len(found.digests) == products == len(set(found.keys)), "products")
    _need(len(set(found.vocabulary)) == terms, "vocabulary")
    _need(len(found.gate) == SIGNS and all(math.isfinite(one) for one in found.gate), "gate")
    _need(all(math.isfinite(weight) for others in found.bridge.values() for _, weight in others), "bridge")
    idf, basis, dense = _take(arrays, "idf", "f8", (terms,)), _take(arrays, "basis", "f4", (terms, -1)), None
    dense = _take(arrays, "dense", "f4", (products, basis.shape[1]))
    tree = ids = None
    if found.levels:
        tree, ids = _tree(arrays, found, products)
    _need(not arrays, f"{sorted(arrays)[:3]}")
    return Learned(
        tuple(found.keys), tuple(found.digests), {term: tuple(others) for term, others in found.bridge.items()},
        tuple(found.gate), tuple(found.vocabulary), idf, basis.astype(np.float64), dense, tree, ids,
    )  # fmt: skip


def _tree(arrays: dict[str, NDArray[Any]], file: _File, products: int) -> tuple[Tree, tuple[Singles, Singles, Ints]]:
    levels = file.levels
    features = _take(arrays, "tree.features", "i4", (-1,))
    encoder = _take(arrays, "tree.encoder", "f4", (len(features), -1))
    size = encoder.shape[1]
    idf = _take(arrays, "tree.idf", "f4", (len(features),))
    up = _take(arrays, "tree.up", "i4", (-1,))
    code, row = (_take(arrays, f"tree.{name}", "i4", (len(up),)) for name in ("code", "row"))
    nodes = _take(arrays, "tree.nodes", "f4", (len(up), size))
    books = _take(arrays, "ids.books", "f4", (levels, -1, size))
    prices = _take(arrays, "ids.prices", "f4", books.shape[:2], endless=True)
    codes = _take(arrays, "ids.codes", "i4", (-1, levels))
    inside = len(features) == 0 or (
        features[0] >= 0 and features[-1] < FEATURES and bool((np.diff(features) > 0).all())
    )
    _need(math.isfinite(file.rare), "weights")
    _need(2 <= levels <= 8 and 2 <= books.shape[1] <= 4096 and inside, "tree")
    _need(len(up) > 0 and up[0] == -1 and bool((row >= -1).all()) and bool((row < products).all()), "leaves")
    taken = row[row >= 0]
    _need(len(np.unique(taken)) == len(taken), "leaves")
    _need(bool((codes >= 0).all()) and bool((codes < books.shape[1]).all()), "codes")
    _need(bool((prices > -np.inf).all()) and bool(np.isfinite(prices[:, 0]).all()), "prices")
    return Tree(levels, file.start, features, encoder, idf, file.rare, up, code, row, nodes), (books, prices, codes)


def _packed(array: NDArray[Any]) -> _Array:
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    return _Array(kind, list(array.shape), np.ascontiguousarray(array, _KINDS[kind]).tobytes())


def _unpacked(name: str, one: _Array) -> NDArray[Any]:
    kind = _KINDS.get(one.kind)
    whole = math.prod(one.shape)
    if kind is None or min(one.shape, default=0) < 0 or len(one.data) != whole * kind.itemsize:
        raise ValueError(f"array {name!r} is not what it says")
    return np.frombuffer(one.data, kind).reshape(one.shape).copy()


def _take(
    arrays: dict[str, NDArray[Any]], name: str, kind: str, shape: tuple[int, ...], *, endless: bool = False
) -> NDArray[Any]:  # fmt: skip
    """An array of that kind and shape (−1: any length), with no number that is none."""
    found = arrays.pop(name, None)
    fits = (
        found is not None and found.dtype == _KINDS[kind] and found.ndim == len(shape)
        and all(want in (-1, have) for want, have in zip(shape, found.shape, strict=True))
    )  # fmt: skip
    if found is None or not fits or not (endless or kind == "i4" or np.isfinite(found).all()):
        raise ValueError(f"array {name!r} does not fit")
    if endless and np.isnan(found).any():
        raise ValueError(f"array {name!r} does not fit")
    return found


def _need(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"the file's {what} do not fit")


class Keeper:
    """Engines of a home folder, one file for each merchant and one for the whole site."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.trouble = ""
        """Why the last file could not be read or written; empty where it could."""

    def file(self, merchant: str) -> Path:
        """Where a merchant's engine lies; '' is the whole site's."""
        name = hashlib.sha256(merchant.encode("utf-8", "surrogatepass")).hexdigest()[:24] if merchant else "site"
        return self._folder / f"{name}.engine"

    def read(self, merchant: str, seed: int) -> Learned | None:
        """What was kept; None where there is none that can be believed."""
        file = self.file(merchant)
        try:
            if file.stat().st_size > LARGEST:
                raise ValueError("the file is too large")
            found = from_bytes(file.read_bytes(), merchant, seed)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.trouble = f"{file.name}: {error}"
            return None
        self.trouble = ""
        return found

    def write(self, learned: Learned, merchant: str, seed: int) -> bool:
        """Keep it, whole or not at all; False where the folder takes no file."""
        data = as_bytes(learned, merchant, seed)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(".part", "engine-", self._folder)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                os.replace(name, self.file(merchant))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            self.trouble = f"{error}"
            return False
        self.trouble = ""
        return True
