"""What a small language model adds to the templates: headlines reworded, held against the record, and how much they vary.

    MAGNETAR_MODELS_HOME=… python benchmarks/copywriting_models.py [--quick] [--models qwen-0.5b,qwen-1.5b] [--json FILE|-]

  taken        share of the sentences asked for that pass every check of `rewording.py`; the rest stays the template
  invented     taken sentences in which the bench's own judge of facts (`copywriting_judge.py`) finds a number, a price or
               a strong word that the record lacks; words that it does not know are printed with --show, to be read
  CPU          of the model's process for each sentence asked for, beside the templates' whole script
  variety      over 20 films of a product: different word pairs over all word pairs (distinct-2; more is more varied)
               and self-BLEU with pairs (less is more varied), the templates' films beside them

Distinct-n: Li et al. (2016), NAACL; self-BLEU: Zhu et al. (2018), SIGIR. Chinese is read by characters.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from copywriting import SHOP, Case, cases, texts_of
from copywriting_judge import invented

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.creative.copy import Brief, Copy, Pitch, choose_scripts, make_copy, reword
from magnetar.capabilities.creative.copy.rewording import WAYS
from magnetar.capabilities.generation.providers import llama
from magnetar.capabilities.measurement import Interval, mean_interval, share_interval
from magnetar.capabilities.understanding import make_card
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import MagnetarError, ProviderUnavailable
from magnetar.kernel.settings import Settings
from magnetar.surface.report import write_json

FILMS = 20
MODELS = ("qwen-0.5b", "qwen-1.5b")


def tokens(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]|[a-z]+|\d+", text.lower())


def pairs(text: str) -> list[tuple[str, str]]:
    words = tokens(text)
    return list(itertools.pairwise(words))


def distinct(texts: Sequence[str]) -> float:
    """Different pairs of words over all pairs of words.

    >>> distinct(["a b c", "a b d"])
    0.75
    """
    listed = [pair for text in texts for pair in pairs(text)]
    return len(set(listed)) / max(1, len(listed))


def self_bleu(texts: Sequence[str]) -> float:
    """Mean over the texts of the share of a text's words and pairs that the other texts hold, the geometric mean of both.

    >>> round(self_bleu(["a b c", "a b c"]), 6), round(self_bleu(["a b", "c d"]), 6)
    (1.0, 0.0)
    """
    values: list[float] = []
    for place, text in enumerate(texts):
        others = [other for number, other in enumerate(texts) if number != place]
        shares: list[float] = []
        for units in (tokens, pairs):
            mine = Counter(units(text))
            most: Counter[Any] = Counter()
            for other in others:
                most |= Counter(units(other))
            total = sum(mine.values())
            shares.append(sum((mine & most).values()) / total if total else 0.0)
        values.append(float(np.sqrt(shares[0] * shares[1])))
    return float(np.mean(values)) if values else 0.0


def films(copy: Copy, seed: int) -> list[Pitch]:
    return choose_scripts(copy, FILMS, seed)


def whole(pitch: Pitch) -> str:
    return " . ".join(texts_of(pitch))


def chosen(language: str, count: int, seed: int) -> list[Case]:
    """Products of the sample shop as they are, drawn by the seed."""
    listed = [one for one in cases(seed, 500)[language] if re.fullmatch(r"p\d+", str(one.product.id))]
    return [listed[int(place)] for place in Chance(seed).of("models", language).order(len(listed))[:count]]


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--quick", action="store_true", help="the small model, one product a language")
    reader.add_argument("--models", default=",".join(MODELS))
    reader.add_argument("--products", type=int, default=10)
    reader.add_argument("--lines", type=int, default=12, help="sentences asked for of each product")
    reader.add_argument("--seed", type=int, default=101)
    reader.add_argument("--show", action="store_true", help="print every sentence, with why it was not taken")
    reader.add_argument("--json", default="", metavar="FILE|-")
    options = reader.parse_args(arguments)
    count, lines = (1, 6) if options.quick else (options.products, options.lines)
    rows: list[dict[str, Any]] = []
    for name in options.models.split(",")[: 1 if options.quick else None]:
        try:
            model = llama.make(Settings(), name)
        except ProviderUnavailable as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        for language in ("zh", "en"):
            rows += measured(model, name, language, chosen(language, count, options.seed), lines, options)
        model.close()
    for line in rows:
        print("  ".join(cell for cell in shown(line) if cell), file=sys.stderr)
    if not rows:
        print("no model is here: magnetar models pull qwen-0.5b", file=sys.stderr)
        return 3
    given = conditions([SHOP], products=count, lines=lines, films=FILMS, seed=options.seed)
    write_json(options.json, "bench copywriting_models", {"rows": rows, "conditions": given}, options.seed)
    return 1 if not_met(rows) else 0


def measured(
    model: Any, name: str, language: str, listed: Sequence[Case], lines: int, options: Any
) -> list[dict[str, Any]]:
    asked = taken = hard = soft = parts = 0
    cpu_s = 0.0
    per_line: list[float] = []
    template_ms: list[float] = []
    reasons: Counter[str] = Counter()
    variety: dict[str, list[tuple[float, float]]] = {"templates": [], "model": []}
    for number, case in enumerate(listed):
        brief = Brief(language=language, tone=("plain", "lively", "warm")[number % 3])
        try:
            before = time.process_time()
            copy = make_copy(case.product, make_card(case.product), brief, points=case.points)
            plain = films(copy, options.seed)
            template_ms.append(1000 * (time.process_time() - before) / len(plain))
        except MagnetarError as error:
            print(f"{case.product.id} is left out: {error}", file=sys.stderr)
            continue
        done = reword(copy, model, most=lines, seed=options.seed)
        asked += WAYS * done.asked
        taken += done.used
        parts += done.taken
        cpu_s += done.cost.cpu_seconds
        per_line.append(done.cost.cpu_seconds / max(1, WAYS * done.asked))
        reasons.update(re.split(r"[ :']", why)[0] for _, why in done.dropped)
        new = [part for part in (*done.copy.hooks, *done.copy.points) if part.wording != "template"]
        for part in new:
            faults = invented(part.line.headline, case.raw, case.product, language)
            hard += any(not one.startswith("word") for one in faults)
            soft += any(one.startswith("word") for one in faults)
            if options.show:
                print(f"{name} taken: {part.line.headline} {faults or ''}", file=sys.stderr)
        if options.show:
            for text, why in done.dropped:
                print(f"{name} not taken: {text} | {why[:80]}", file=sys.stderr)
        for label, pitches in (("templates", plain), ("model", films(done.copy, options.seed))):
            texts = [whole(pitch) for pitch in pitches]
            variety[label].append((distinct(texts), self_bleu(texts)))
    here = f"{name} {language}"
    print(here, "not taken because of", dict(reasons.most_common(8)), file=sys.stderr)
    own, other = np.array(variety["model"]), np.array(variety["templates"])
    return [
        row(f"{here}: sentences taken of those asked for", "share", share_interval(taken, asked)),
        row(f"{here}: invented figures, prices or strong words among those taken", "count", Interval(hard, float("nan"), float("nan"), taken), goal=0, met=hard == 0, at_most=True, baseline=("with words that the judge does not list", soft)),
        row(f"{here}: CPU of a headline that was taken", "CPU s", Interval(cpu_s / max(1, parts), float("nan"), float("nan"), parts)),
        row(f"{here}: CPU of a sentence asked for", "CPU s", mean_interval(np.array(per_line)), baseline=("a whole script of templates", float(np.mean(template_ms)) / 1000)),
        row(f"{here}: distinct-2 over {FILMS} films", "of 1", mean_interval(own[:, 0]), baseline=("templates", float(other[:, 0].mean()))),
        row(f"{here}: self-BLEU over {FILMS} films", "of 1", mean_interval(own[:, 1]), baseline=("templates", float(other[:, 1].mean())), at_most=True),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
