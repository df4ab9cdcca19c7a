"""How a film is to be made differently: the scenes' order, words and lengths, size of letters, price first, music, voice.

A storyboard editor, a timeline that came back from an editing program and the creative agent all say the same thing in
the end: a `Direction`. It is plain data; words in it are held against the record like any others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from magnetar.capabilities.creative.script import Line, Script
from magnetar.capabilities.creative.styles import STYLES
from magnetar.capabilities.creative.wording import clean_text, forbidden_words
from magnetar.kernel.errors import BadInput, Refused

ASPECTS = ("9:16", "3:4", "1:1", "16:9")
PACES = ("", "slow", "fast")
KINDS = ("hook", "point", "offer")
TEXT_SCALES = 0.8, 1.35
SPEEDS = 0.7, 1.4
SCENE_S = 1.2, 8.0
MOST_SCENES, LONGEST = 12, 60


@dataclass(frozen=True, slots=True)
class SceneWish:
    """A scene as it is wanted."""

    kind: str
    headline: str
    caption: str = ""
    chip: str = ""
    seconds: float = 0.0
    """How long it lasts, near to it on the beat; 0 leaves it to the storyboard."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What is wanted of a film; every field's default means: as it comes."""

    scenes: tuple[SceneWish, ...] = ()
    """The scenes in order; empty for those of the script."""
    text_scale: float = 1.0
    """Factor on the size of headlines and captions."""
    price_first: bool = False
    """Whether the offer comes right after the hook."""
    pace: str = ""
    """slow or fast music and cuts."""
    tune: int = 0
    """Another number, another tune."""
    voice: str = ""
    """A voice's name, `none` for no voice, '' for the first that is ready."""
    speed: float = 1.0
    """Of the voice."""
    subtitles: bool = True
    """Whether spoken words stand on the screen."""
    aspect: str = "9:16"
    length_s: float = 0.0
    """About how long the film is; 0 leaves it to the script."""
    style: str = ""
    """A style's name, for its colours and the weight of its letters; see `STYLES`."""

    def __post_init__(self) -> None:
        _one_of("aspect 画幅", self.aspect, ASPECTS)
        _one_of("pace 节奏", self.pace, PACES)
        _one_of("style 风格", self.style, ("", *STYLES))
        _within("text_scale 字号", self.text_scale, *TEXT_SCALES)
        _within("speed 语速", self.speed, *SPEEDS)
        if self.length_s:
            _within("length_s 片长", self.length_s, 6.0, 60.0)
        if len(self.scenes) > MOST_SCENES:
            raise BadInput(f"scenes 镜头 takes at most {MOST_SCENES}, found {len(self.scenes)}.")
        for scene in self.scenes:
            _one_of("kind 镜头类型", scene.kind, KINDS)
            if scene.seconds:
                _within("seconds 镜头时长", scene.seconds, *SCENE_S)
            if not scene.headline.strip() or max(len(scene.headline), len(scene.caption), len(scene.chip)) > LONGEST:
                raise BadInput(
                    f"scenes: 每个镜头要有 1 到 {LONGEST} 字的标题 each scene has a headline of 1 to {LONGEST} characters, "
                    f"found {scene.headline[:LONGEST]!r}."
                )
        if self.scenes and (self.scenes[0].kind != "hook" or sum(one.kind == "offer" for one in self.scenes) != 1):
            raise BadInput(
                "scenes: 第一个镜头是开场, 且恰有一个报价镜头 the first is a hook, and exactly one is an offer."
            )

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def read_direction(told: Mapping[str, Any]) -> Direction:
    """A direction from plain fields, as a form, a file or an agent gives them.

    Raises:
        BadInput: a field that is not known, or of a wrong type or value.

    >>> read_direction({"text_scale": 1.2, "price_first": True}).text_scale
    1.2
    """
    known = {one.name: one.type for one in fields(Direction)}
    if unknown := sorted(set(map(str, told)) - set(known)):
        raise BadInput(f"direction: 没有这些字段 no such field {', '.join(unknown)[:120]}. Fields: {', '.join(known)}.")
    taken: dict[str, Any] = {}
    for name, value in told.items():
        if name == "scenes":
            if not isinstance(value, Sequence) or isinstance(value, str):
                raise BadInput(f"scenes takes a list, found {type(value).__name__}.")
            taken[name] = tuple(_scene(one) for one in value)
        elif known[name] == "bool":
            taken[name] = _typed(name, value, bool)
        elif known[name] == "str":
            taken[name] = _typed(name, value, str)
        elif known[name] == "int":
            taken[name] = _typed(name, value, int)
        else:
            taken[name] = float(_typed(name, value, int | float))
    return Direction(**taken)


def directed(script: Script, direction: Direction) -> Script:
    """The script as a direction wants it: its scenes, words and order.

    Raises:
        Refused: a word that advertising law forbids in a scene that was written by hand. Numbers and claims are held
            against the record where the film is made.
    """
    lines = list(script.lines)
    if direction.scenes:
        lines = []
        for place, scene in enumerate(direction.scenes):
            texts = [
                clean_text(text, f"scenes[{place}]", script.notes)
                for text in (scene.headline, scene.caption, scene.chip)
            ]
            if found := forbidden_words(" ".join(texts)):
                raise Refused(
                    f"scenes[{place}]: 广告法不允许的词 words that advertising law forbids: {', '.join(found)}."
                )
            lines.append(Line(scene.kind, *texts))
    if direction.price_first:
        offers = [line for line in lines if line.kind == "offer"]
        rest = [line for line in lines if line.kind != "offer"]
        lines = [*rest[:1], *offers, *rest[1:]]
    return replace(script, lines=tuple(lines))


def wishes(script: Script) -> tuple[SceneWish, ...]:
    """A script's scenes as wishes, to be changed from there."""
    return tuple(SceneWish(line.kind, line.headline, line.caption, line.chip) for line in script.lines)


def _scene(told: Any) -> SceneWish:
    names = {one.name for one in fields(SceneWish)}
    if not isinstance(told, Mapping) or set(told) - names or not {"kind", "headline"} <= set(told):
        raise BadInput(f"scenes: each scene takes {', '.join(sorted(names))}, found {str(told)[:120]!r}.")
    texts = {name: _typed(name, told[name], str) for name in ("kind", "headline", "caption", "chip") if name in told}
    return SceneWish(**texts, seconds=float(_typed("seconds", told.get("seconds", 0.0), int | float)))


def _typed(name: str, value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadInput(f"{name} takes a {getattr(kind, '__name__', 'number')}, found {str(value)[:60]!r}.")
    return value


def _one_of(name: str, found: str, known: Sequence[str]) -> None:
    if found not in known:
        en, _, zh = name.partition(" ")
        names = ", ".join(one for one in known if one)
        raise BadInput(
            f"{zh or en}应为 {names} 之一, 现为 {str(found)[:40]!r}. · {en} takes one of {names}, found {str(found)[:40]!r}."
        )


def _within(name: str, found: float, low: float, high: float) -> None:
    if not low <= found <= high:
        en, _, zh = name.partition(" ")
        raise BadInput(
            f"{zh or en}应为 {low:g} 到 {high:g}, 现为 {found!r}. · {en} takes {low:g} to {high:g}, found {found!r}."
        )
