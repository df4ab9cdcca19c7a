"""What the embedded models can do and cost: voices, recognition, language, embeddings, text in pictures.

    python benchmarks/models.py [--quick] [--only voices,language,embedding,pictures] [--json FILE|-]

Every model runs in its worker process; CPU seconds are the worker's own. A model that is not pulled, or whose extra
is not installed, is named and its rows are left out. Round trips are text → voice → whisper-base → text, compared as
both are read aloud, so `129元` and `一百二十九元` are the same.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.catalogue import read_catalogue
from magnetar.capabilities.generation.models import store_of
from magnetar.capabilities.generation.ports import Message, Speech
from magnetar.capabilities.generation.providers import e5, espeak, kokoro, llama, rapidocr, whisper
from magnetar.capabilities.generation.speaking.chinese import read_chinese
from magnetar.capabilities.generation.speaking.english import read_english
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.kernel.errors import MagnetarError, ProviderUnavailable
from magnetar.kernel.settings import Settings
from magnetar.surface.report import write_json
from magnetar.vocabulary.catalogue import Product

SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
ZH = (
    ("这个保温杯能装四百毫升，早上灌的热水，下午喝还是烫的。", "保温杯"),
    ("露营灯充一次电能亮十二个小时，挂在帐篷里刚刚好。", "露营灯"),
    ("今天的会员价是89元，比平时便宜20元，还送一个收纳袋。", "收纳袋"),
    ("这双跑鞋鞋底很软，长时间走路脚也不累，尺码请看详情页。", "跑鞋"),
    ("竹制砧板两面都能用，一面切肉，一面切水果。", "砧板"),
    ("婴儿湿巾不含酒精，一包80抽，出门带着很方便。", "湿巾"),
    ("空气炸锅不用放油，三百六十度加热，十五分钟就能吃。", "空气炸锅"),
    ("点一下左下角的小黄车，拍下以后备注颜色就可以了。", "备注"),
    ("这床蚕丝被又轻又透气，夏天盖着也不闷。", "蚕丝被"),
    ("收到以后七天内不喜欢，可以直接退，运费我们出。", "运费"),
    ("台灯有三档亮度，孩子写作业的时候眼睛不容易疲劳。", "台灯"),
    ("雨伞的骨架是玻璃纤维，风大也不容易翻，重0.4公斤。", "玻璃纤维"),
)
EN = (
    ("This kettle boils a full liter of water in four minutes.", "kettle"),
    ("Today only, two towels cost $18 and the third one is free.", "towels"),
    ("The backpack has a padded pocket for your laptop.", "backpack"),
    ("Use code spring at the checkout before Sunday night.", "checkout"),
    ("Our bamboo cutting board does not slip on a wet table.", "bamboo"),
    ("The lamp runs for 12 hours and folds flat when you travel.", "lamp"),
    ("You can send it back within 30 days if it does not fit.", "fit"),
    ("The mattress is filled with natural latex from end to end.", "mattress"),
    ("It comes in green, navy and sand, in five sizes.", "navy"),
    ("Wash the cover at 40 degrees and let it dry in the air.", "cover"),
)
CER_GOAL, WER_GOAL, ONSET_GOAL_MS, VALID_GOAL = 0.10, 0.10, 40.0, 0.95
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 4, "maxLength": 30},
        "selling_points": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "string", "minLength": 2, "maxLength": 24}},
        "cta": {"type": "string", "minLength": 2, "maxLength": 20},
    },
    "required": ["title", "selling_points", "cta"],
    "additionalProperties": False,
}  # fmt: skip


def letters(text: str, language: str) -> list[str]:
    """What is compared: characters as read in Chinese, words as read in English."""
    if language == "zh":
        return [one for piece in read_chinese(text) if piece.language != "pause" for one in piece.spoken.lower()]
    spoken = " ".join(piece.spoken for piece in read_english(text) if piece.language != "pause")
    return re.sub(r"[^a-z' ]", " ", spoken.lower()).split()


def onsets_ms(speech: Speech, marks: Sequence[Any]) -> list[float]:
    """How far the marks behind pauses are from where the sound begins, in ms."""
    step = speech.rate // 200
    count = len(speech.samples) // step
    loud = np.sqrt(np.mean(np.square(speech.samples[: count * step].reshape(count, step)), axis=1))
    heard = loud > 0.03 * loud.max()
    told: list[float] = []
    quiet = 20  # steps of 5 ms: a pause of a tenth of a second
    starts = [place for place in range(1, count) if heard[place] and not heard[max(0, place - quiet) : place].any()]
    for place in starts:
        nearest = min(marks, key=lambda mark: abs(mark.start_s - place * 0.005))
        told.append(abs(nearest.start_s - place * 0.005) * 1000)
    return told


class _Even:
    """A mark as it is guessed without times: the text spread evenly over the sound."""

    def __init__(self, start_s: float) -> None:
        self.start_s = start_s


def round_trips(
    voice: Any, listener: Any, lines: Sequence[tuple[str, str]], language: str, hints: bool = True
) -> dict[str, Any]:
    """Errors, CPU and onsets of one voice over the lines."""
    errors, factors, onsets, evenly, heard_factors, texts = [], [], [], [], [], []
    voice.speak("一" if language == "zh" else "one", language=language)  # the model is loaded once, not per line
    listener.listen(np.sin(np.arange(16_000) / 20).astype(np.float32) * 0.1, 16_000, language=language)
    for text, hint in lines:
        speech = voice.speak(text, language=language)
        seconds = len(speech.samples) / speech.rate
        factors.append(speech.cost.cpu_seconds / seconds)
        onsets += onsets_ms(speech, speech.marks)
        evenly += onsets_ms(speech, [_Even(seconds * mark.start / len(text)) for mark in speech.marks])
        before = listener.spent
        heard = "".join(
            one.text
            for one in listener.listen(speech.samples, speech.rate, language=language, hints=[hint] if hints else [])
        )
        heard_factors.append((listener.spent - before) / seconds)
        wanted, found = letters(text, language), letters(heard, language)
        errors.append(min(1.0, Levenshtein.distance(wanted, found) / len(wanted)))
        texts.append({"said": text, "heard": heard, "error": round(errors[-1], 3)})
    return {"errors": np.array(errors), "factors": np.array(factors), "onsets": np.array(onsets), "evenly": np.array(evenly),
            "heard": np.array(heard_factors), "texts": texts}  # fmt: skip


class Metered:
    """A listener whose CPU seconds are counted."""

    def __init__(self, listener: Any) -> None:
        self._listener, self.spent = listener, 0.0
        call = listener._worker.call

        def counted(*names: Any, **arguments: Any) -> Any:
            value, used = call(*names, **arguments)
            self.spent += used
            return value, used

        listener._worker.call = counted

    def listen(self, *sound: Any, **more: Any) -> Any:
        return self._listener.listen(*sound, **more)

    def close(self) -> None:
        self._listener.close()


def voices(settings: Any, quick: bool, said: Callable[[str], None]) -> list[dict[str, Any]]:
    """Round trips of both voices in both languages."""
    listener = Metered(whisper.make(settings))
    rows: list[dict[str, Any]] = []
    made: dict[str, Any] = {}
    for name, maker in (("kokoro", kokoro.make), ("espeak", espeak.make)):
        try:
            made[name] = maker(settings)
        except ProviderUnavailable as error:
            said(f"{name}: {error}")
    for language, lines, unit, goal in (("zh", ZH, "cer", CER_GOAL), ("en", EN, "wer", WER_GOAL)):
        chosen = lines[:3] if quick else lines
        found = {
            name: round_trips(voice, listener, chosen[:4] if name == "espeak" else chosen, language)
            for name, voice in made.items()
        }
        plain = (
            round_trips(made["kokoro"], listener, chosen[:6], language, hints=False)
            if "kokoro" in made and language == "zh" and not quick
            else None
        )
        for name, trip in found.items():
            for one in trip["texts"]:
                said(f"{name} {one['error']:.2f} {one['said']} | {one['heard']}")
            other = found["espeak"] if name == "kokoro" and "espeak" in found else None
            beside = ("espeak-ng", float(other["errors"].mean())) if other else None
            goal_here = goal if name == "kokoro" else None
            shown_as = "hibari" if (name, language) == ("kokoro", "en") else name
            value = mean_interval(trip["errors"])
            rows.append(row(f"{shown_as}_{language}_{unit}", "of 1", value, baseline=beside, goal=goal_here,
                            met=None if goal_here is None else value.mean <= goal_here, at_most=True))  # fmt: skip
            rows.append(row(f"{shown_as}_{language}_cpu_factor", "of 1", mean_interval(trip["factors"]),
                            baseline=("espeak-ng", float(other["factors"].mean())) if other else None))  # fmt: skip
            if len(trip["onsets"]):
                typical = float(np.median(trip["onsets"]))
                value = Interval(typical, *np.quantile(trip["onsets"], [0.1, 0.9]), len(trip["onsets"]))
                rows.append(row(f"{shown_as}_{language}_onset_ms", "ms", value, goal=ONSET_GOAL_MS, at_most=True,
                                met=typical <= ONSET_GOAL_MS,
                                baseline=("text spread evenly", float(np.median(trip["evenly"])))))  # fmt: skip
        if plain is not None:
            rows.append(row(f"whisper_{language}_{unit}_with_a_hint", "of 1", mean_interval(found["kokoro"]["errors"][:6]),
                            baseline=("no hint", float(plain["errors"].mean()))))  # fmt: skip
            rows.append(row(f"whisper_{language}_cpu_factor", "of 1", mean_interval(plain["heard"])))
    for one in (*made.values(), listener):
        one.close()
    return rows


def facts_of(product: Product) -> str:
    """The record as it is given to the model."""
    attributes = "; ".join(f"{name} {value}" for name, value in product.attributes.items())
    points = "; ".join(product.selling_points)
    return f"商品: {product.title}\n价格: {product.price.micros / 1e6:.2f}元\n参数: {attributes}\n卖点: {points}"


def invented(written: str, record: str) -> list[str]:
    """Figures and discounts of the answer that the record does not have."""
    discounts = set(re.findall("[一二三四五六七八九]{1,2}折", written)) - set(
        re.findall("[一二三四五六七八九]{1,2}折", record)
    )
    known = {one.rstrip("0").rstrip(".") if "." in one else one for one in re.findall(r"\d+(?:\.\d+)?", record)}
    told = {one.rstrip("0").rstrip(".") if "." in one else one for one in re.findall(r"\d+(?:\.\d+)?", written)}
    return sorted((told - known) | discounts)


def fits(value: Any) -> bool:
    """Whether an answer is what SCHEMA says, looked at by hand."""
    if not isinstance(value, dict) or set(value) != {"title", "selling_points", "cta"}:
        return False
    points = value["selling_points"]
    return (
        isinstance(value["title"], str) and 4 <= len(value["title"]) <= 30
        and isinstance(points, list) and len(points) == 3 and all(isinstance(one, str) and 2 <= len(one) <= 24 for one in points)
        and isinstance(value["cta"], str) and 2 <= len(value["cta"]) <= 20
    )  # fmt: skip


def language(settings: Any, quick: bool, said: Callable[[str], None]) -> list[dict[str, Any]]:
    """Schema-bound copy for products of the sample shop, by each model that is here."""
    products = [one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product)]
    chosen = products[:: len(products) // 20][: 2 if quick else 20]
    rows: list[dict[str, Any]] = []
    for name in ("qwen-0.5b",) if quick else ("qwen-0.5b", "qwen-1.5b"):
        try:
            model = llama.make(settings, name)
        except ProviderUnavailable as error:
            said(f"{name}: {error}")
            continue
        loaded = model.write([Message("user", "好")], most_tokens=1).cost.cpu_seconds
        valid, wrong, seconds, rate = [], [], [], []
        for product in chosen:
            record = facts_of(product)
            try:
                answer = model.write(
                    [Message("system", "你是电商文案。只用给出的事实，不要编造数字。"), Message("user", record + "\n写短标题、三个卖点和一句行动号召。")],
                    schema=SCHEMA, most_tokens=200, seed=1,
                )  # fmt: skip
            except MagnetarError as error:
                valid.append(0.0)
                said(f"{name} {product.id}: {error}")
                continue
            valid.append(float(fits(answer.value)))
            figures = invented(json.dumps(answer.value, ensure_ascii=False), record)
            wrong.append(float(bool(figures)))
            seconds.append(answer.cost.cpu_seconds)
            rate.append(answer.cost.tokens_out / answer.cost.cpu_seconds)
            said(
                f"{name} {product.id} {seconds[-1]:.1f} CPU s: {json.dumps(answer.value, ensure_ascii=False)}{' invented ' + str(figures) if figures else ''}"
            )
        model.close()
        rows.append(row(f"{name}_schema_valid", "of 1", mean_interval(np.array(valid)), goal=VALID_GOAL))
        rows.append(
            row(
                f"{name}_with_invented_figures",
                "of 1",
                mean_interval(np.array(wrong)),
                baseline=("after the claim check", 0.0),
            )
        )
        rows.append(row(f"{name}_answer", "CPU s", mean_interval(np.array(seconds))))
        rows.append(row(f"{name}_tokens_per_cpu_s", "tokens", mean_interval(np.array(rate))))
        rows.append(row(f"{name}_load", "CPU s", Interval(loaded, loaded, loaded, 1)))
    return rows


def embedding(settings: Any, quick: bool, said: Callable[[str], None]) -> list[dict[str, Any]]:
    """A selling point finds its own product among all, beside shared letter pairs."""
    model = e5.make(settings)
    products = [one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product)][
        : 60 if quick else None
    ]
    asked = [(index, one.selling_points[0]) for index, one in enumerate(products) if one.selling_points]
    model.embed(["一"])
    call, spent = model._worker.call, [0.0]

    def counted(*names: Any, **arguments: Any) -> Any:
        value, used = call(*names, **arguments)
        spent[0] += used
        return value, used

    model._worker.call = counted
    titles = model.embed([one.title for one in products])
    points = model.embed([text for _, text in asked])
    scores = points @ titles.T
    pairs = [{one.title[at : at + 2] for at in range(len(one.title) - 1)} for one in products]
    shared = np.array(
        [[len({text[at : at + 2] for at in range(len(text) - 1)} & pair) for pair in pairs] for _, text in asked]
    )
    own = np.array([index for index, _ in asked])

    def recall(table: Any) -> Any:
        mine = table[np.arange(len(own)), own][:, None]
        return ((table > mine).sum(1) < 10).astype(float) * ((table == mine).sum(1) <= 10)

    model.close()
    per_text = spent[0] / (len(products) + len(asked)) * 1000
    return [
        row("e5_recall@10_of_own_product", "of 1", mean_interval(recall(scores)), baseline=("shared letter pairs", float(recall(shared).mean()))),
        row("e5_text", "CPU ms", Interval(per_text, per_text, per_text, len(products) + len(asked))),
    ]  # fmt: skip


def pictures(settings: Any, quick: bool, said: Callable[[str], None]) -> list[dict[str, Any]]:
    """Titles drawn into pictures and read again."""
    from PIL import Image, ImageDraw

    from magnetar.capabilities.creative.typeface import find_typeface

    model = rapidocr.make(settings)
    face = find_typeface()
    products = [one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product)]
    chosen = products[:: len(products) // 12][: 3 if quick else 12]
    call, spent = model._worker.call, []

    def counted(*names: Any, **arguments: Any) -> Any:
        value, used = call(*names, **arguments)
        spent.append(used)
        return value, used

    model._worker.call = counted
    model.read(np.full((64, 64, 3), 255, np.uint8))
    loaded, errors = spent.pop(), []
    for place, product in enumerate(chosen):
        picture = Image.new("RGB", (720, 400), (250, 246, 238) if place % 2 else (40, 52, 60))
        draw = ImageDraw.Draw(picture)
        lines = [product.title[:16], f"¥{place + 9}9.90", "Free shipping today"]
        for at, text in enumerate(lines):
            draw.text(
                (40, 50 + at * 110), text, font=face.sized(38), fill=(30, 30, 30) if place % 2 else (240, 240, 240)
            )
        wanted = _plain("".join(lines))
        found = _plain("".join(one.text for one in model.read(np.asarray(picture))))
        errors.append(Levenshtein.distance(wanted, found) / len(wanted))
    model.close()
    return [
        row("rapidocr_cer", "of 1", mean_interval(np.array(errors)), goal=0.05, met=bool(np.mean(errors) <= 0.05), at_most=True),
        row("rapidocr_picture_720x400", "CPU s", mean_interval(np.array(spent))),
        row("rapidocr_load", "CPU s", Interval(loaded, loaded, loaded, 1)),
    ]  # fmt: skip


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text.replace("￥", "¥")))


PARTS = {"voices": voices, "language": language, "embedding": embedding, "pictures": pictures}


def main() -> int:
    """Measure what is here, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer lines and products, the small language model only")
    parser.add_argument("--only", default="", help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--json", default="", metavar="FILE|-")
    options = parser.parse_args()
    chosen = options.only.split(",") if options.only else list(PARTS)
    if unknown := [one for one in chosen if one not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    settings = Settings()
    details: list[str] = []

    def said(line: str) -> None:
        details.append(line)
        print(line, file=sys.stderr)

    rows: list[dict[str, Any]] = []
    for name in chosen:
        try:
            found = PARTS[name](settings, options.quick, said)
        except ProviderUnavailable as error:
            said(f"{name} is left out: {error}")
            continue
        rows += found
        for one in found:
            print(" | ".join(shown(one)), flush=True)
    if not rows:
        print("no model is here: magnetar models list", file=sys.stderr)
    state = {one["name"]: one["state"] for one in store_of(settings).listed()}
    write_json(
        options.json,
        "bench models",
        {"rows": rows, "details": details, **conditions([SHOP / "catalogue.csv"], models=state)},
        0,
    )
    return 1 if not_met(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
