"""A model on disk: one folder of arrays and words for each version, written as a whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from magnetar.capabilities.recommendation.beam import Generator, Trie
from magnetar.capabilities.recommendation.evidence import Alike, Evidence
from magnetar.capabilities.recommendation.gate import Gate
from magnetar.capabilities.recommendation.generator import Network, Shape
from magnetar.capabilities.recommendation.memory import Memory, Table
from magnetar.capabilities.recommendation.mixture import DENSE, EVIDENCE, Parts, Recommender
from magnetar.capabilities.recommendation.newcomers import Newcomers
from magnetar.capabilities.recommendation.wording import Wording
from magnetar.capabilities.understanding import SemanticIds, TextVectors
from magnetar.kernel.errors import MagnetarError

FORMAT = 1
"""Of the arrays; a folder of another format is refused."""


def save(
    folder: Path, recommender: Recommender, items: list[str], ids: SemanticIds, texts: TextVectors | None,
    about: dict[str, Any],
) -> None:  # fmt: skip
    """Write a model. A folder that is there is replaced only once the new one is complete."""
    parts, arrays = recommender.parts, {}
    for name, table in (("after", parts.memory.after), ("before", parts.memory.before)):
        arrays |= {f"{name}_{key}": one for key, one in table.arrays().items()}
    arrays["count"] = parts.memory.count
    arrays |= {f"near_{key}": one for key, one in parts.evidence.near._asdict().items()}
    if (wording := parts.evidence.wording) is not None:
        arrays |= {
            "term_start": wording.weight.indptr,
            "term": wording.weight.indices,
            "term_weight": wording.weight.data,
        }
    for name, gate in (("gate", parts.gate), ("fresh", parts.gate_fresh)):
        arrays |= {f"{name}_mean": gate.mean, f"{name}_spread": gate.spread, f"{name}_weight": gate.weight}
    if (rule := parts.newcomers) is not None:
        arrays |= {
            "new_weight": rule.weight,
            "new_mean": rule.mean,
            "new_spread": rule.spread,
        }
        arrays["new_rule"] = np.array([rule.number, rule.places, rule.price, *rule.lean])
    arrays |= {"books": ids.books, "prices": ids.prices, "codes": ids.codes}
    words: list[str] = []
    if texts is not None:
        arrays |= {"idf": texts.idf, "basis": texts.basis}
        words = sorted(texts.vocabulary, key=texts.vocabulary.__getitem__)
    shape = None
    if parts.generator is not None:
        network = parts.generator.network
        shape = [network.shape.size, network.shape.blocks, network.shape.wide, network.shape.width]
        arrays |= {f"net_{key}": one for key, one in network.learned.items()}
        arrays["net_items"] = network.items.astype(np.float16) if len(network.items) > DENSE else network.items
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    np.savez(half / "arrays.npz", **arrays)
    (half / "words.json").write_text(
        json.dumps({"format": FORMAT, "items": items, "words": words, "shape": shape, "evidence": EVIDENCE, "about": about}, ensure_ascii=False),
        encoding="utf-8",
    )  # fmt: skip
    if folder.exists():
        shutil.rmtree(folder)
    os.replace(half, folder)


def load(folder: Path) -> tuple[Recommender, list[str], SemanticIds, TextVectors | None, dict[str, Any]]:
    """Read what `save` wrote.

    Raises:
        MagnetarError: there is no model, or it is damaged or of another format.
    """
    try:
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        if words["format"] != FORMAT or tuple(words["evidence"]) != EVIDENCE:
            raise ValueError(f"format {words['format']} of another version")
        with np.load(folder / "arrays.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        memory = Memory(len(arrays["count"]))
        memory.count = arrays["count"]
        for name in ("after", "before"):
            made = Table.of(*(arrays[f"{name}_{key}"] for key in ("start", "partner", "weight")))
            setattr(memory, name, made)
        near = Alike(*(arrays[f"near_{key}"] for key in Alike._fields))
        gate, fresh = (
            Gate(*(arrays[f"{one}_{key}"] for key in ("mean", "spread", "weight"))) for one in ("gate", "fresh")
        )
        ids = SemanticIds(arrays["books"], arrays["prices"], arrays["codes"])
        texts = None
        if "basis" in arrays:
            texts = TextVectors({word: at for at, word in enumerate(words["words"])}, arrays["idf"], arrays["basis"])
        generator = None
        if words["shape"]:
            learned = {name[4:]: one for name, one in arrays.items() if name.startswith("net_") and name != "net_items"}
            network = Network(Shape(*words["shape"]), learned, arrays["net_items"])
            generator = Generator(network, Trie.of(ids.codes, ids.width))
        wording = None
        if "term" in arrays:
            wide = (len(arrays["term_start"]) - 1, len(words["words"]))
            wording = Wording(
                sparse.csr_array((arrays["term_weight"], arrays["term"], arrays["term_start"]), shape=wide), wide[1]
            )
        parts = Parts(memory, gate, fresh, Evidence(memory, near, wording), generator)
        if "new_rule" in arrays and wording is not None:
            number, places, price, offset, slope = arrays["new_rule"].tolist()
            weight, mean, spread = (arrays[f"new_{one}"] for one in ("weight", "mean", "spread"))
            parts.newcomers = Newcomers(weight, mean, spread, int(number), int(places), price, (offset, slope))
        recommender = Recommender(parts)
    except FileNotFoundError:
        raise MagnetarError(
            f"没有模型 no model in {str(folder)!r}. Make one with: magnetar recommend fit --data FILE"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise MagnetarError(
            f"模型无法读取 the model in {str(folder)!r} cannot be read ({error}). Make it anew: magnetar recommend fit"
        ) from None
    return recommender, words["items"], ids, texts, words["about"]
