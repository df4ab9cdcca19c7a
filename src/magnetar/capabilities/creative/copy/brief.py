"""What a merchant wants of an advertisement: for which goal, to whom, in what tone, how long, what must and must not be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from magnetar.capabilities.understanding import find_flags, sensitive_kind
from magnetar.kernel.errors import BadInput, Refused

GOALS = {
    "sell": "成交 · orders",
    "introduce": "介绍 · make known",
    "gift": "送礼 · gifts",
    "season": "应季 · the season",
}
TONES = {"plain": "平实 · plain", "lively": "活泼 · lively", "warm": "温和 · warm"}
LANGUAGES = ("zh", "en")
SHORTEST_S, LONGEST_S = 6.0, 60.0
LONGEST_TEXT, MOST_TEXTS = 60, 8


NAMED = {"goal": "目的", "tone": "语气", "language": "语言", "must_say": "一定要说", "must_not_say": "不要说"}


@dataclass(frozen=True, slots=True)
class Brief:
    """An order for scripts."""

    goal: str = "sell"
    """One of `GOALS`; it orders the angles."""
    audience: str = ""
    """Words for whom it is meant, or the name of an audience of understanding's; '' for everybody."""
    tone: str = "plain"
    length_s: float = 15.0
    language: str = "zh"
    must_say: tuple[str, ...] = ()
    """Texts that every script must hold; each must stand in the record."""
    must_not_say: tuple[str, ...] = ()
    """Words that no script may hold."""
    price_first: bool = False

    def __post_init__(self) -> None:
        _choose("goal", self.goal, GOALS)
        _choose("tone", self.tone, TONES)
        _choose("language", self.language, LANGUAGES)
        if not SHORTEST_S <= self.length_s <= LONGEST_S:
            raise BadInput(
                f"片长应为 {SHORTEST_S:g} 到 {LONGEST_S:g} 秒, 现为 {self.length_s!r}. · "
                f"length_s takes {SHORTEST_S:g} to {LONGEST_S:g} seconds, found {self.length_s!r}."
            )
        for name in ("must_say", "must_not_say"):
            listed: tuple[str, ...] = getattr(self, name)
            if len(listed) > MOST_TEXTS:
                raise BadInput(
                    f"{NAMED[name]}最多 {MOST_TEXTS} 条, 现有 {len(listed)} 条. · "
                    f"{name} takes at most {MOST_TEXTS} texts, found {len(listed)}."
                )
            for text in listed:
                if not re.search(r"\w", text) or len(text) > LONGEST_TEXT:
                    raise BadInput(
                        f"{NAMED[name]}: 每条 1 到 {LONGEST_TEXT} 字, 须有文字, 现为 {text[:LONGEST_TEXT]!r} ({len(text)} 字). · "
                        f"{name}: each text has 1 to {LONGEST_TEXT} characters with a letter, "
                        f"found {text[:LONGEST_TEXT]!r} of {len(text)}."
                    )
        if len(self.audience) > LONGEST_TEXT:
            raise BadInput(
                f"人群最多 {LONGEST_TEXT} 字, 现有 {len(self.audience)} 字. · "
                f"audience takes at most {LONGEST_TEXT} characters, found {len(self.audience)}."
            )
        if kind := sensitive_kind(self.audience):
            raise Refused(
                f"人群不能按敏感信息划分 ({kind}): {self.audience!r}; 请写商品能服务的生活方式, 如上班族. · An audience may not be told by {kind}, found {self.audience!r}. "
                "Name a way of living that goods can serve, such as 上班族 or campers."
            )
        for text in (*self.must_say, self.audience):
            if flags := [one for one in find_flags("brief", text) if one.reason in ("instruction", "markup")]:
                raise Refused(
                    f"这不是广告里能说的话: {flags[0].text!r}, 请去掉. · "
                    f"brief: {flags[0].text!r} is no text for an advertisement. Leave it out."
                )

    @property
    def points(self) -> int:
        """Selling points that fit between a hook and an offer, at 3 to 3.5 seconds a scene."""
        return max(1, min(6, round(self.length_s / 3.2) - 2))

    def forbids(self, text: str) -> str:
        """The first word of `must_not_say` that a text holds, or ''."""
        low = text.lower()
        return next((word for word in self.must_not_say if word.lower() in low), "")


def _choose(name: str, found: str, known: Sequence[str] | Mapping[str, str]) -> None:
    if found not in known:
        raise BadInput(
            f"{NAMED[name]}应为 {', '.join(known)} 之一, 现为 {str(found)[:40]!r}. · "
            f"{name} takes one of {', '.join(known)}, found {str(found)[:40]!r}."
        )


def read_brief(plain: Mapping[str, Any]) -> Brief:
    """A brief from plain fields, as a form, a JSON body or a command gives them.

    Texts may be a list or one string, its parts parted by a bar; yes and no are taken for price_first.

    Raises:
        BadInput: a field that is not known, or of a wrong type or value.
        Refused: an audience told by something sensitive.

    >>> read_brief({"tone": "lively", "must_say": "微波炉能进|4只装", "price_first": "yes"}).must_say
    ('微波炉能进', '4只装')
    """
    known = {one.name for one in fields(Brief)}
    if unknown := sorted(set(map(str, plain)) - known):
        raise BadInput(
            f"brief: 没有这些字段 no such field {', '.join(unknown)[:120]!r}. Fields: {', '.join(sorted(known))}."
        )
    taken: dict[str, Any] = {}
    for name, value in plain.items():
        if value is None:
            continue
        if name in ("must_say", "must_not_say"):
            parts: Any = value.split("|") if isinstance(value, str) else value
            if not isinstance(parts, Sequence) or not all(isinstance(one, str) for one in parts):
                raise BadInput(f"{name} takes texts, found {str(value)[:60]!r}.")
            taken[name] = tuple(one.strip() for one in parts if one.strip())
        elif name == "length_s":
            try:
                taken[name] = float(value)
            except (TypeError, ValueError):
                raise BadInput(
                    f"片长须为秒数, 现为 {str(value)[:40]!r}. · length_s takes a number of seconds, found {str(value)[:40]!r}."
                ) from None
        elif name == "price_first":
            if str(value).lower() not in ("true", "false", "yes", "no", "1", "0", "是", "否"):
                raise BadInput(f"price_first takes yes or no, found {str(value)[:40]!r}.")
            taken[name] = str(value).lower() in ("true", "yes", "1", "是")
        elif not isinstance(value, str):
            raise BadInput(f"{name} takes a text, found {type(value).__name__} {str(value)[:40]!r}.")
        else:
            taken[name] = value.strip()
    return Brief(**taken)
