"""The storyboard: the script split into shots, never rewritten; each shot names cast, props and place by id.

Every line of the script is carried by consecutive shots exactly once, whose words joined are the line's words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from magnetar.capabilities.creative.drama.bible import Bible
from magnetar.capabilities.creative.drama.script import Episode, Kind, Line, Scene, Script
from magnetar.capabilities.generation import estimated_seconds

PIECE = {"zh": 30, "en": 64}
"""Characters that a bubble carries well."""
SHORTEST_S, LONGEST_S, LEAD_S, TAIL_S = 1.6, 12.0, 0.2, 0.36
ESTABLISH_S, ACTION_S, CARD_S = 2.2, 1.2, 3.0
_WORD = 22
_READ = {"zh": 6.5, "en": 17.0}
"""Characters read a second, where no voice says them."""
MOODS = (
    ("angry", ("怒", "愤", "冷笑", "生气", "吼", "厉", "angry", "furious", "shout", "yell", "cold")),
    ("sad", ("哭", "泪", "悲", "伤", "哽咽", "难过", "低沉", "sad", "cry", "tear", "sob", "grief")),
    ("shocked", ("震惊", "惊", "吓", "慌", "恐", "shock", "surpris", "afraid", "scared", "gasp", "stunned")),
    ("happy", ("笑", "喜", "开心", "温柔", "甜", "高兴", "happy", "smil", "laugh", "gentl", "warm", "joy")),
    ("doubt", ("疑", "犹豫", "不解", "低声", "doubt", "puzzl", "whisper", "quiet", "hesita", "confus")),
    ("firm", ("坚定", "严肃", "冷", "决", "firm", "serious", "resol")),
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of a line, in the shot that tells it."""

    line: int
    """Number in the file."""
    kind: Kind
    text: str
    """The script's own words."""
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands where in a shot, and how they look."""

    role: str
    place: str
    """left, right or middle."""
    mood: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot."""

    id: str
    episode: int
    kind: str
    """establish, talk, tell, act or card."""
    size: str
    """wide, medium or close."""
    cue: Cue | None
    """None for the card at the end where the author wrote no hook."""
    place: str
    time: str
    weather: str
    cast: tuple[Standing, ...]
    props: tuple[str, ...]
    speaker: str
    """A role's id; '' for the narrator or nobody."""
    voice_over: bool
    move: str
    """in, out, left or right."""
    seconds: float
    """Forecast; the voice decides."""
    words: tuple[str, str] = ("", "")
    """Of cards and the first shot: our own words beside the script's, head and foot."""


@dataclass(frozen=True, slots=True)
class Board:
    """The shots of one episode."""

    episode: int
    title: str
    shots: tuple[Shot, ...]

    def plain(self) -> list[dict[str, Any]]:
        """As an object for programs."""
        return [asdict(shot) for shot in self.shots]


def draw_board(script: Script, bible: Bible, episode: Episode) -> Board:
    """Split an episode into shots."""
    shots: list[Shot] = []
    for number, scene in enumerate(episode.scenes):
        shots += _scene(script, bible, episode, scene, first=number == 0)
    shots.append(_card(script, episode, shots[-1]))
    numbered = [replace(shot, id=f"e{episode.index:02d}-{place:03d}") for place, shot in enumerate(shots, 1)]
    return Board(episode.index, episode.title, tuple(numbered))


def _scene(script: Script, bible: Bible, episode: Episode, scene: Scene, first: bool) -> list[Shot]:
    place = next(one for one in bible.places if one.name == scene.place)
    present = _present(bible, scene)
    sides = {role: ("left", "right")[number % 2] for number, role in enumerate(present)}

    def shot(kind: str, size: str, line: Line, cue: Cue, **more: Any) -> Shot:
        told: dict[str, Any] = {"cast": (), "props": (), "speaker": "", "voice_over": line.voice_over, "move": "in"}
        return Shot(
            "", episode.index, kind, size, cue, place.id, scene.time, scene.weather, seconds=seconds_of(line.kind, cue.text, script.language), **{**told, **more}
        )  # fmt: skip

    head = f"第{episode.index}集" if script.language == "zh" else f"Episode {episode.index}"
    heading = Cue(scene.heading.number, Kind.HEADING, scene.heading.text, 1, 1)
    opening = shot("establish", "wide", scene.heading, heading, move="right" if len(scene.lines) % 2 else "left")
    if first:
        opening = replace(opening, words=(script.title, f"{head} {episode.title}".strip()), seconds=ESTABLISH_S + 0.6)
    shots = [opening]
    last = ""
    for line in scene.lines:
        parts = pieces(line.text, PIECE[script.language])
        for part, text in enumerate(parts, 1):
            cue = Cue(line.number, line.kind, text, part, len(parts))
            props = tuple(one.id for one in bible.props if _named(one.name, line.text))
            move = ("in", "left", "out", "right")[
                sum(map(ord, text)) % 4
            ]  # by the words, so that other lines change nothing
            if line.kind is Kind.DIALOGUE:
                speaker = next(one.id for one in bible.roles if one.name == line.speaker)
                mood = mood_of(line)
                if line.voice_over:
                    shots.append(shot("tell", "wide", line, cue, speaker=speaker, props=props, move=move))
                    continue
                answers = last not in ("", speaker) and last in sides and sum(map(ord, line.text)) % 3 == 1
                cast = (Standing(speaker, sides.get(speaker, "middle"), mood),)
                if answers:
                    cast = (*cast, Standing(last, sides[last], "calm"))
                close = mood in ("shocked", "angry") or (part == len(parts) and line is scene.lines[-1])
                size = "medium" if answers else "close" if close else "medium"
                shots.append(
                    shot("talk", size, line, cue, speaker=speaker, cast=cast, props=props, move="in" if close else move)
                )
                last = speaker
            else:
                named = [one.id for one in bible.roles if _named(one.name, line.text)][:2]
                cast = tuple(
                    Standing(role, sides.get(role, "middle") if len(named) > 1 else "middle", mood_of(line))
                    for role in named
                )
                kind = "tell" if line.kind is Kind.NARRATION else "act"
                shots.append(shot(kind, "medium" if cast else "wide", line, cue, cast=cast, props=props, move=move))
                last = named[0] if len(named) == 1 else last
    return shots


def _present(bible: Bible, scene: Scene) -> list[str]:
    """Ids of those in a scene, in the order in which they come in."""
    found: list[str] = []
    for line in scene.lines:
        for role in bible.roles:
            here = role.name == line.speaker or (line.kind is not Kind.DIALOGUE and _named(role.name, line.text))
            if here and role.id not in found:
                found.append(role.id)
    return found


def _named(name: str, text: str) -> bool:
    return bool(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)) if name.isascii() else name in text


def _card(script: Script, episode: Episode, before: Shot) -> Shot:
    place = script.episodes.index(episode)
    following = script.episodes[place + 1] if place + 1 < len(script.episodes) else None
    if script.language == "zh":
        head = "全剧终" if following is None else "未完待续"
        foot = "" if following is None else f"下集 第{following.index}集 {following.title}".strip()
    else:
        head = "The End" if following is None else "To be continued"
        foot = "" if following is None else f"Next: Episode {following.index} {following.title}".strip()
    cue = Cue(episode.hook.number, Kind.HOOK, episode.hook.text, 1, 1) if episode.hook else None
    seconds = CARD_S + (len(cue.text) / _READ[script.language] / 2 if cue else 0.0)
    return Shot(
        "", episode.index, "card", "close" if before.cast else "wide", cue, before.place, before.time, before.weather,
        before.cast[:1], (), "", False, "in", round(seconds, 2), (head, foot),
    )  # fmt: skip


def mood_of(line: Line) -> str:
    """How a line is said: by what stands in brackets, else by its marks.

    >>> mood_of(Line(1, Kind.DIALOGUE, "你来了", "林夏", "冷笑")), mood_of(Line(1, Kind.DIALOGUE, "什么！", "林夏"))
    ('angry', 'shocked')
    """
    told = (line.mood if line.kind is Kind.DIALOGUE else line.text).lower()
    for mood, words in MOODS:
        if any(word in told for word in words):
            return mood
    if line.kind is Kind.DIALOGUE and not line.mood and line.text.rstrip().endswith(("！", "!", "?!", "？！")):
        return "shocked"
    return "doubt" if line.kind is Kind.DIALOGUE and line.text.rstrip().endswith(("？", "?")) else "calm"


def pieces(text: str, most: int) -> list[str]:
    """A text cut after its marks into pieces of at most about `most` characters; joined they are the text.

    >>> pieces("雨停了。她走了，再也没有回来。", 9)
    ['雨停了。她走了，', '再也没有回来。']
    >>> "".join(pieces("a" * 100, 30)) == "a" * 100
    True
    """
    atoms = [
        found
        for found in re.split(r"(?<=[。！？!?；;，,：:、…—])(?![。！？!?；;，,：:、…—”’」』）)])|(?<=[.])(?=\s)", text)
        if found
    ]
    parts: list[str] = []
    if re.search(rf"[^\s\u3000-\u9fff]{{{_WORD},}}", text):
        most = min(most, _WORD)  # a word longer than a line is cut, for lines are not broken inside words
    for atom in atoms:
        while len(atom) > most:
            cut = atom.rfind(" ", most // 2, most) + 1 or most
            parts.append(atom[:cut])
            atom = atom[cut:]
        if parts and len(parts[-1]) + len(atom) <= most:
            parts[-1] += atom
        elif atom:
            parts.append(atom)
    if len(parts) > 1 and not any(letter.isalnum() for letter in parts[-1]):
        parts[-2:] = ["".join(parts[-2:])]
    return parts or [text]


def seconds_of(kind: Kind, text: str, language: str, said_s: float | None = None) -> float:
    """How long a shot lasts.

    Args:
        said_s: how long its words are heard; None where no voice says them.
    """
    if said_s is not None:
        return min(max(SHORTEST_S, LEAD_S + said_s + TAIL_S), 60.0)
    read = len(text) / _READ[language]
    if kind is Kind.HEADING:
        return ESTABLISH_S
    if kind is Kind.ACTION:
        return round(min(LONGEST_S, ACTION_S + read), 2)
    return round(min(max(SHORTEST_S, 0.7 + read), LONGEST_S), 2)


def said_seconds(text: str, language: str) -> float:
    """A forecast of how long a voice says a text."""
    return estimated_seconds(text, 4.2 if language == "zh" else 3.9)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The storyboard against the script."""

    lines: int
    covered: int
    missing: tuple[int, ...]
    """Lines of the file that no shot tells."""
    twice: tuple[int, ...]
    rewritten: tuple[tuple[int, str, str], ...]
    """(line, the script's words, the storyboard's)."""
    in_order: bool

    @property
    def whole(self) -> bool:
        return not (self.missing or self.twice or self.rewritten) and self.in_order


def compare(script: Script, boards: Sequence[Board]) -> Coverage:
    """Hold the storyboard against the script, line by line and letter by letter."""
    told: dict[int, list[Cue]] = {}
    order: list[int] = []
    for board in boards:
        for shot in board.shots:
            if shot.cue:
                told.setdefault(shot.cue.line, []).append(shot.cue)
                order.append(shot.cue.line)
    lines = {line.number: line for line in script.lines()}
    rewritten: list[tuple[int, str, str]] = []
    twice: list[int] = []
    for number, cues in told.items():
        if [cue.part for cue in cues] != list(range(1, len(cues) + 1)) or cues[0].parts != len(cues):
            twice.append(number)
            continue
        words = "".join(cue.text for cue in cues)
        wanted = lines[number].text if number in lines else ""
        if words != wanted:
            rewritten.append((number, wanted, words))
    missing = tuple(number for number in lines if number not in told)
    hooks = {episode.hook.number for episode in script.episodes if episode.hook}
    running = [number for number in order if number not in hooks]  # a hook stands anywhere in its episode
    return Coverage(
        len(lines), len(lines) - len(missing), missing, tuple(twice), tuple(rewritten), running == sorted(running)
    )
