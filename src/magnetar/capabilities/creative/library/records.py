"""What the library keeps: a creative read from its manifest, and its figures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.ids import CreativeId, MerchantId, ProductId

SCHEMA = "magnetar/film-manifest/1"
_LARGEST = 4 << 20
"""Bytes of a manifest that is read."""
_DIGEST = re.compile(r"[0-9A-Za-z_.:~-]{6,128}")
_QUESTION = re.compile(r"[?？]\s*$|^(?:还在|你是不是|为什么|怎么|why |how |still )", re.IGNORECASE)
_AUDIENCE = re.compile(r"的你|^(?:for|if) you\b", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """What a creative did, all told."""

    impressions: int = 0
    expected: float = 0.0
    """Clicks that were predicted of its impressions, whichever creative had shown the product."""
    clicks: int = 0
    orders: int = 0
    gmv: float = 0.0
    """Currency units, as ordered."""
    returned: float = 0.0
    """Currency units that came back."""

    @property
    def ctr(self) -> float | None:
        """Clicks per impression; None before the first."""
        return self.clicks / self.impressions if self.impressions else None

    @property
    def lift(self) -> float | None:
        """Clicks over what was predicted of the same impressions; None before anything was."""
        return self.clicks / self.expected if self.expected > 0 else None

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.impressions + other.impressions, self.expected + other.expected, self.clicks + other.clicks,
            self.orders + other.orders, self.gmv + other.gmv, self.returned + other.returned,
        )  # fmt: skip


def read_manifest(path: Path, *, merchant: str = "", category: str = "", made_at: int = 0) -> Creative:
    """The creative that a film's manifest tells of.

    Args:
        path: the manifest, or the film that it lies beside.
        merchant: whose it must be; '' takes whom the manifest names.
        category: top category of the product; manifests do not say it.

    Raises:
        BadInput: there is no manifest, it is not one of ours, or it is another merchant's.
    """
    file = path if path.suffix.lower() == ".json" else path.with_suffix(".json")
    try:
        if file.stat().st_size > _LARGEST:
            raise BadInput(f"{str(file)!r}: 清单过大 a manifest has at most {_LARGEST >> 20} MB.")
        told: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{str(file)!r}: 读不到影片清单 no manifest can be read ({type(error).__name__}). "
            f"Name a film that `magnetar film` or `magnetar studio make` wrote, or its folder."
        ) from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        found = told.get("schema") if isinstance(told, dict) else type(told).__name__
        raise BadInput(f"{str(file)!r}: expected a manifest of schema {SCHEMA!r}, found {str(found)[:60]!r}.")
    digest, product, whose = (_text(told, name, file) for name in ("film", "product", "merchant"))
    if not _DIGEST.fullmatch(digest):
        raise BadInput(f"{str(file)!r}: film is a digest of 6 to 128 letters and digits, found {digest[:60]!r}.")
    if merchant and whose != merchant:
        raise BadInput(
            f"{str(file)!r}: 属于另一商家 belongs to merchant {whose[:60]!r}, expected {merchant!r}. Name it with --merchant."
        )
    scenes = [one for one in told.get("scenes") or [] if isinstance(one, dict)]
    words = tuple(_words(one) for one in scenes)
    direction = told.get("direction")
    elements = elements_of(told, scenes, direction if isinstance(direction, dict) else {})
    return Creative(
        CreativeId(digest), ProductId(product), "video", MerchantId(whose), str(file.with_suffix(".mp4").absolute()),
        str(told.get("language", "zh"))[:8], category.split(" > ", 1)[0][:120], elements["angle"] if elements["angle"] != "other" else "",
        str(told.get("audience") or "")[:120], elements,
        str(scenes[0].get("headline", ""))[:_LONGEST] if scenes else "", words,
        tuple(str(one.get("look", ""))[:20] for one in scenes), made_at=made_at,
        parent=str(told.get("parent") or "")[:128], changed=str(told.get("changed") or "")[:60],
    )  # fmt: skip


def elements_of(told: dict[str, Any], scenes: list[dict[str, Any]], direction: dict[str, Any]) -> dict[str, str]:
    """The level of every sort of element, by what the manifest shows; `science.SORTS` lists them."""
    price, kinds = str(told.get("price") or ""), [str(one.get("kind", "")) for one in scenes]
    opening = str(scenes[0].get("headline", "")) if scenes else ""
    looks = {str(one.get("look", "")) for one in scenes if one.get("kind") == "point"}
    offer = kinds.index("offer") if "offer" in kinds else -1
    points = {str(one.get("headline", "")) for one in scenes[1:] if one.get("kind") == "point"}
    if price and price in opening:
        hook = "price"
    elif _QUESTION.search(opening):
        hook = "question"
    elif _AUDIENCE.search(opening):
        hook = "audience"
    else:
        hook = "point" if opening in points or str(told.get("angle", "")) in ("point", "pain", "spec") else "name"
    early = hook == "price" or 0 < offer < len(scenes) - 1 or bool(direction.get("price_first"))
    band, brand = str(told.get("band") or ""), str(told.get("merchant") or "")
    scale, seconds = _number(direction.get("text_scale"), 1.0), _number(told.get("seconds"), 15.0)
    music = told.get("music")
    tempo = _number(music.get("tempo"), 100.0) if isinstance(music, dict) else 100.0
    voice = told.get("voice")
    return {
        "hook": hook,
        "price": "first" if early else "last" if offer >= 0 or price else "none",
        "look": looks.pop() if len(looks) == 1 else "mixed" if looks else "studio",
        "tempo": "fast" if tempo > 110 else "slow",
        "text": "large" if scale > 1.08 else "small" if scale < 0.93 else "normal",
        "voice": "spoken" if voice and voice != "none" else "none",
        "length": "short" if seconds < 10 else "long" if seconds > 20 else "middle",
        "band": "none" if not band else "price" if price and price in band else "brand" if band == brand else "point",
        "aspect": str(told.get("aspect") or _aspect(told)),
        "angle": str(told.get("angle") or "other"),
    }


def _aspect(told: dict[str, Any]) -> str:
    ratio = _number(told.get("width"), 9.0) / max(_number(told.get("height"), 16.0), 1.0)
    return min({"9:16": 9 / 16, "3:4": 0.75, "1:1": 1.0, "16:9": 16 / 9}.items(), key=lambda one: abs(one[1] - ratio))[
        0
    ]


def _words(scene: dict[str, Any]) -> str:
    return " ".join(str(scene.get(name) or "") for name in ("headline", "caption", "chip")).strip()[:_LONGEST]


def _number(value: Any, otherwise: float) -> float:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == value else otherwise
    )


def _text(told: dict[str, Any], name: str, file: Path) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise BadInput(f"{str(file)!r}: {name} must be text of 1 to {_LONGEST} characters, found {str(value)[:60]!r}.")
    return value
