"""What tasks cost in credits (灵感值), and what each membership brings.

Prices are ours to set: they follow the order of magnitude of published ones and can be replaced by a file
`generation-prices.json` in MAGNETAR_HOME. Everything is whole micro-credits, a millionth of a credit.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.money import MICROS

PRICES_FILE = "generation-prices.json"

_VIDEO: dict[str, tuple[int, int]] = {  # model: credits per second in std and in pro
    "kling-v1": (2, 7),
    "kling-v1-5": (4, 7),
    "kling-v1-6": (4, 7),
    "kling-v2-master": (20, 20),
    "kling-v2-1": (4, 7),
    "kling-v2-1-master": (20, 20),
    "kling-v2-5-turbo": (5, 7),
    "kling-v2-6": (5, 7),
    "kling-v3": (6, 8),
}
LONG_MODELS = frozenset({"kling-v3"})
"""Models that make any whole number of seconds from 3 to 15; the others make 5 or 10."""
_IMAGE = {"kling-v1": 1, "kling-v1-5": 1, "kling-v2": 2, "kling-v2-1": 2}
_TRY_ON = {"kolors-virtual-try-on-v1": 5, "kolors-virtual-try-on-v1-5": 5}
_LIP_SYNC = {"kling-v1": 1}


def _table() -> dict[str, dict[str, int]]:
    table = {"image": _IMAGE, "try-on": _TRY_ON, "lip-sync": _LIP_SYNC}
    priced = {kind: {model: credits * MICROS for model, credits in rows.items()} for kind, rows in table.items()}
    video = {f"{model}/{mode}": rates[at] * MICROS for model, rates in _VIDEO.items() for at, mode in enumerate(_MODES)}
    return {"video": video, **priced}


_MODES = ("std", "pro")


@functools.cache
def models_of(kind: str) -> tuple[str, ...]:
    """The models that a kind of task may name; the first is what an empty name means."""
    if kind == "image":
        return tuple(_IMAGE)
    if kind == "try-on":
        return tuple(_TRY_ON)
    return tuple(_LIP_SYNC if kind == "lip-sync" else _VIDEO)


@dataclass(frozen=True, slots=True)
class Prices:
    """Micro-credits for each second of film, each picture, each try-on."""

    table: Mapping[str, Mapping[str, int]]
    sound_share: float = 0.5
    """A film with sound costs so much more."""

    def of(
        self, kind: str, model: str, mode: str = "std", seconds: int = 5, count: int = 1, sound: bool = False
    ) -> int:
        """The price of a task in micro-credits, above 0.

        >>> Prices.usual().of("text2video", "kling-v1", "std", 5) // 1_000_000
        10
        """
        if kind in ("image", "try-on"):
            return self.table[kind][model] * count
        if kind == "lip-sync":
            return self.table[kind][model] * max(seconds, 1)
        price = self.table["video"][f"{model}/{mode}"] * seconds
        return price + round(price * self.sound_share) if sound else price

    @classmethod
    def usual(cls) -> Prices:
        return cls(_table())

    @classmethod
    def read(cls, home: Path) -> Prices:
        """The prices of this installation: the usual ones, with what the operator's file replaces.

        Raises:
            BadInput: the file is no JSON object of `{"video": {"kling-v1/std": credits per second}, …}`.
        """
        path = home / PRICES_FILE
        if not path.exists():
            return cls.usual()
        table = _table()
        try:
            given = cast(Any, json.loads(path.read_text(encoding="utf-8")))
            for kind, rows in given.items():
                for model, credits in rows.items():
                    if kind not in table or model not in table[kind]:
                        raise BadInput(f"{path} prices {kind!r} {model!r}, which does not exist.")
                    micros = round(float(credits) * MICROS)
                    if isinstance(credits, bool) or not 0 < micros < 10**15:
                        raise BadInput(f"{path}: a price is above 0 credits, found {credits!r} for {model!r}.")
                    table[kind][model] = micros
        except (ValueError, AttributeError, TypeError, OSError) as error:
            raise BadInput(f'{path} cannot be read as {{"video": {{"kling-v1/std": 2}}}}: {error}.') from None
        return replace(cls.usual(), table=table)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a membership (会员) brings."""

    name: str
    zh: str
    monthly_credits: int
    concurrency: int
    """Tasks at work at a time."""
    queue: int
    """Tasks that may wait or be at work."""
    rate: float
    """Creates a second, on average; twice as many at once."""


PLANS = {
    plan.name: plan
    for plan in (
        Plan("free", "体验", 66, 1, 20, 2.0),
        Plan("gold", "黄金", 660, 3, 200, 5.0),
        Plan("platinum", "铂金", 3_000, 5, 1_000, 20.0),
        Plan("diamond", "钻石", 8_000, 20, 5_000, 100.0),
        Plan("enterprise", "企业", 0, 200, 1_000_000, 5_000.0),
    )
}
FREE = PLANS["free"]


def plan_named(name: str) -> Plan:
    """A membership by its name.

    Raises:
        BadInput: listing those that exist.
    """
    if name not in PLANS:
        raise BadInput(
            f"没有这种会员: {name[:40]!r}; 可选 {', '.join(PLANS)}. · No membership {name[:40]!r}. Choose one of: {', '.join(PLANS)}."
        )
    return PLANS[name]
