"""Reads a script in Markdown; every complaint names the line, what was found and what to write instead.

    # 雨夜来信
    ## 角色
    - 林夏：女，27岁，短发，米色风衣
    ## 第1集 不该来的信
    ### 咖啡馆 夜 雨
    旁白：那天的雨，下得没完没了。
    △林夏推门进来。
    林夏（低声）：有人吗？
    钩子：信是谁写的？

English scripts use `## Cast`, `## Props`, `## Places`, `## Episode 1: Title`, `### INT. CAFE - NIGHT`, `Narrator: …`,
`LIN (quietly): …` and `Hook: …`. A paragraph without a speaker, or one that begins with △, [ or (, is a stage direction.
"""

from __future__ import annotations

import difflib
import gzip
import re
import unicodedata
import zlib
from pathlib import Path

from magnetar.capabilities.creative.drama.script import Declared, Episode, Kind, Line, Scene, Script
from magnetar.capabilities.creative.wording import clean_text
from magnetar.kernel.errors import BadInput, Refused

MOST_BYTES, MOST_LINE, MOST_EPISODES, MOST_ROLES, MOST_LINES = 1 << 20, 400, 120, 60, 4_000
NAME = 24
_NARRATORS = frozenset({"旁白", "画外音", "解说", "narrator", "narration", "v.o.", "voiceover"})
_HOOKS = frozenset({"钩子", "悬念", "卡点", "hook", "cliffhanger"})
_SECTIONS = {
    "roles": ("角色", "人物", "cast", "roles", "characters"),
    "props": ("道具", "props"),
    "places": ("地点", "场景表", "场景", "places", "sets", "locations"),
    "about": ("简介", "备注", "说明", "about", "notes", "synopsis"),
}
_EPISODE = re.compile(
    r"^(?:第\s*([0-9０-９]+|[一二三四五六七八九十百]+)\s*集|(?:episode|ep\.?)\s*([0-9]+))\s*[:：.\-—]?\s*(.*)$",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"^(?P<who>[^：:（(\s][^：:（(]{0,40}?)\s*(?:[（(](?P<mood>[^（）()]{1,40})[）)])?\s*[：:]\s*(?P<text>.*)$"
)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,400}>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_VOICE_OVER = re.compile(
    r"(?:^|[\s,，、·])(?:os|o\.s\.|vo|v\.o\.|画外音|画外|内心|心声|独白|offscreen|voice[- ]?over|thinking)(?:$|[\s,，、·])",
    re.IGNORECASE,
)
_TIMES = (
    ("night", ("夜", "深夜", "晚上", "凌晨", "night", "midnight", "evening")),
    ("dusk", ("黄昏", "傍晚", "dusk", "sunset")),
    ("dawn", ("清晨", "黎明", "早晨", "早上", "dawn", "morning", "sunrise")),
    ("day", ("日", "白天", "中午", "下午", "午后", "day", "noon", "afternoon")),
)
_WEATHER = (("rain", ("雨", "雨夜", "暴雨", "大雨", "rain", "storm")), ("snow", ("雪", "大雪", "snow")))
_INSIDE = frozenset({"内", "外", "内景", "外景", "int", "ext", "int.", "ext.", "int./ext.", "i/e"})
_SCENE_NUMBER = re.compile(
    r"^(?:场景?\s*[0-9一二三四五六七八九十]+|第[0-9一二三四五六七八九十]+场|[0-9]+[-－.][0-9]+|scene\s*[0-9]+)\s*[:：.\-—、]?\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*[,，、/|·—–]\s*|\s+-\s+|\s+")
_LABEL = re.compile(r"^[A-Za-z\u3400-\u9fff][A-Za-z\u3400-\u9fff·.'’ \-]{0,39}$")


def read_script(path: Path, language: str = "") -> Script:
    """The script in a file (UTF-8, `.gz` too).

    Raises:
        BadInput, Refused: naming the line.
    """
    try:
        if not path.is_file():
            raise BadInput(f"没有这个剧本文件 There is no script {str(path)!r}. Expected a Markdown file.")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"无法读取 Cannot read {str(path)!r}: {error.strerror}.") from None
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path, "rb") as file:
                raw = file.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"压缩文件损坏 {path.name!r} is a damaged .gz file: {error}.") from None
    if len(raw) > MOST_BYTES:
        raise BadInput(
            f"剧本太大 {path.name!r} is larger than {MOST_BYTES:,} bytes. Split the drama into several scripts."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"剧本须为 UTF-8 编码 {path.name!r} is not UTF-8 (byte {error.start:,}). Save it as UTF-8 and try again."
        ) from None
    return parse(text, path.name, language)


def parse(text: str, name: str = "script", language: str = "") -> Script:
    """The script in a text.

    Args:
        language: zh or en; told by the text itself where it is ''.

    Raises:
        BadInput, Refused: naming the line.
    """
    return _Reader(name, language).read(text)


class _Reader:
    def __init__(self, name: str, language: str) -> None:
        self.name, self.language = name, language
        self.title, self.section = "", ""
        self.declared: dict[str, list[Declared]] = {"roles": [], "props": [], "places": []}
        self.episodes: list[Episode] = []
        self.notes: list[str] = []
        self._episode: tuple[int, str, int] | None = None
        self._scenes: list[Scene] = []
        self._scene: tuple[Line, str, str, str] | None = None
        self._lines: list[Line] = []
        self._hook: Line | None = None
        self.count = 0

    def _wrong(self, number: int, zh: str, en: str, do: str) -> BadInput:
        return BadInput(f"{self.name} 第 {number} 行: {zh}. · {self.name} line {number}: {en}. {do}")

    def read(self, text: str) -> Script:
        text = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
        if not text.strip():
            raise BadInput(
                f"{self.name}: 剧本是空的; 请写剧名 (# …), 角色 (## 角色) 和分集 (## 第1集). · {self.name}: the script is empty. Write a title (# …), a cast (## 角色 / ## Cast) and an episode (## 第1集 / ## Episode 1)."
            )
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.strip()
            if not line or set(line) <= set("-*_= ") or line.startswith(">"):
                continue
            self._check(number, line)
            if line.startswith("#"):
                self._heading(number, line)
            else:
                self._body(number, line)
        self._end_episode()
        if not self.title:
            raise BadInput(
                f"{self.name}: 没有剧名; 第一行写剧名, 如 “# 雨夜来信”. · {self.name}: no title. Begin with a line such as “# 雨夜来信”."
            )
        if not self.episodes:
            raise BadInput(
                f"{self.name}: 没有分集; 请加一行, 如 “## 第1集 来信”. · {self.name}: no episode. Add a heading such as “## 第1集 来信” or “## Episode 1: The letter”."
            )
        indices = [episode.index for episode in self.episodes]
        missing = sorted(set(range(1, max(indices) + 1)) - set(indices))[:10]
        if missing:
            self.notes.append(f"episodes: {', '.join(map(str, missing))} are not in this script")
        script = Script(
            self.title, self.language or _tongue(text), tuple(self.declared["roles"]), tuple(self.declared["props"]),
            tuple(self.declared["places"]), tuple(self.episodes), tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip
        return script

    def _check(self, number: int, line: str) -> None:
        if len(line) > MOST_LINE:
            raise self._wrong(
                number, f"一行有 {len(line):,} 字, 最多 {MOST_LINE} 字; 请拆成几行", f"a line of {len(line):,} characters, at most {MOST_LINE}",
                "Split it into lines that one shot or a few can carry.",
            )  # fmt: skip
        if tag := _TAG.search(line):
            raise self._wrong(
                number,
                f"剧本里有网页代码 (HTML) {tag.group()[:40]!r}; 请写纯文字",
                f"HTML {tag.group()[:40]!r}",
                "Write plain text; comments <!-- … --> are passed over.",
            )
        try:
            shown = clean_text(line.lstrip("△▲"), f"line {number}", self.notes)
        except Refused:
            zh = "影片不支持从右到左的文字; 请用中文或英文"
            en = "right-to-left writing is not supported in films"
            raise Refused(str(self._wrong(number, zh, en, "Write in Chinese or English."))) from None
        if not shown:
            raise self._wrong(
                number,
                f"{line[:20]!r} 里没有可显示的文字; 请写字或删去这一行",
                f"nothing in {line[:20]!r} can be shown",
                "Write words, or delete the line.",
            )

    def _heading(self, number: int, line: str) -> None:
        level = len(line) - len(line.lstrip("#"))
        text = line.lstrip("#").strip().strip("《》").strip()
        if not text:
            raise self._wrong(
                number, "标题是空的; 请在 # 后面写字", "an empty heading", "Write its words behind the #."
            )
        if level == 1:
            if self.title:
                raise self._wrong(
                    number,
                    f"第二个剧名 {text[:30]!r}; 分集用 ##, 场景用 ###",
                    f"a second title {text[:30]!r}",
                    "Episodes begin with ##, scenes with ###.",
                )
            self.title = text
            return
        if level == 2:
            self._end_episode()
            if found := _EPISODE.match(text):
                self._begin_episode(number, _number(found.group(1) or found.group(2)), found.group(3).strip())
                return
            self.section = next((key for key, names in _SECTIONS.items() if text.lower() in names), "")
            if not self.section:
                raise self._wrong(
                    number, f"不认识的小节 {text[:30]!r}; 应为 角色, 道具, 地点, 简介 或 第N集", f"unknown section {text[:30]!r}",
                    "Expected 角色 / Cast, 道具 / Props, 地点 / Places, 简介 / About, or 第N集 / Episode N.",
                )  # fmt: skip
            return
        if not self._episode:
            raise self._wrong(
                number,
                f"场景 {text[:30]!r} 不在任何一集里; 请在它前面写 “## 第1集 …”",
                f"a scene {text[:30]!r} outside any episode",
                "Put “## 第1集 …” before it.",
            )
        self._end_scene()
        place, time, weather = self._place(text)
        if not place:
            raise self._wrong(
                number,
                f"场景没有地点: {text[:30]!r}; 如 “### 咖啡馆 夜”",
                f"a scene without a place: {text[:30]!r}",
                "Write e.g. “### 咖啡馆 夜”.",
            )
        self._scene = (Line(number, Kind.HEADING, text), place, time, weather)

    def _place(self, text: str) -> tuple[str, str, str]:
        words = [word for word in _SPLIT.split(_SCENE_NUMBER.sub("", text)) if word]
        time, weather, place = "", "", list[str]()
        for word in words:
            low = word.lower().strip(".")
            if low in _INSIDE or low + "." in _INSIDE:
                continue
            told = next((name for name, names in _TIMES if low in names), "")
            sky = next((name for name, names in _WEATHER if low in names), "")
            if low in ("雨夜",):
                told = "night"
            if told or sky:
                time, weather = told or time, sky or weather
            else:
                place.append(word)
        joined = (" " if any(word.isascii() for word in place) else "").join(place)
        known = next((one.name for one in self.declared["places"] if one.name.lower() == joined.lower()), joined)
        return known, time or "day", weather

    def _begin_episode(self, number: int, index: int, title: str) -> None:
        self.section = ""
        before = next((one for one in self.episodes if one.index == index), None)
        if before:
            raise self._wrong(
                number, f"第 {index} 集重复, 第 {before.number} 行已有; 每集只编一次号", f"episode {index} stands already in line {before.number}", "Number each episode once."
            )  # fmt: skip
        if self.episodes and index < self.episodes[-1].index:
            raise self._wrong(
                number,
                f"第 {index} 集在第 {self.episodes[-1].index} 集之后; 请按顺序排",
                f"episode {index} after {self.episodes[-1].index}",
                "Put the episodes in order.",
            )
        if not 1 <= index <= 9_999 or len(self.episodes) >= MOST_EPISODES:
            raise self._wrong(
                number,
                f"第 {index} 集超出范围, 一个剧本最多 {MOST_EPISODES} 集; 请分成几个剧本",
                f"episode {index}; at most {MOST_EPISODES} in a script",
                "Split the drama.",
            )
        self._episode, self._scenes, self._hook = (index, title, number), [], None

    def _end_scene(self) -> None:
        if self._scene:
            heading, place, time, weather = self._scene
            self._scenes.append(Scene(heading, place, time, weather, tuple(self._lines)))
        self._scene, self._lines = None, []

    def _end_episode(self) -> None:
        self._end_scene()
        if self._episode:
            index, title, number = self._episode
            if not any(scene.lines for scene in self._scenes):
                raise self._wrong(
                    number,
                    f"第 {index} 集没有内容; 请写场景 (### 地点 时间) 和台词",
                    f"episode {index} has no lines",
                    "Add a scene (### 地点 时间) with lines.",
                )
            self.episodes.append(Episode(index, title, number, tuple(self._scenes), self._hook))
        self._episode = None

    def _body(self, number: int, line: str) -> None:
        self.count += 1
        if self.count > MOST_LINES:
            raise self._wrong(
                number,
                f"超过 {MOST_LINES:,} 行; 请分成几个剧本",
                f"more than {MOST_LINES:,} lines",
                "Split the drama into several scripts.",
            )
        if self._episode:
            self._told(number, line)
        elif self.section in self.declared:
            self._declare(number, line)
        elif self.section != "about":
            raise self._wrong(
                number,
                f"{line[:30]!r} 不在任何小节里; 请放到 ## 角色, ## 简介 或某一集下面",
                f"{line[:30]!r} stands in no section",
                "Put it under ## 角色, ## 简介 or an episode.",
            )

    def _declare(self, number: int, line: str) -> None:
        text = line.lstrip("-*•+ \t")
        name, _, looks = text.replace("：", ":", 1).partition(":")
        name = re.sub(r"[（(].*?[）)]", "", name).strip(" *_")
        if not name or len(name) > NAME:
            raise self._wrong(
                number,
                f"名字有 {len(name)} 字, 应为 1 到 {NAME} 字; 如 “- 林夏：女，27岁，短发”",
                f"a name of {len(name)} characters, 1 to {NAME} expected",
                "Write “- 林夏：女，27岁，短发”.",
            )
        listed = self.declared[self.section]
        same = next((one for one in listed if one.name.lower() == name.lower()), None)
        if same:
            raise self._wrong(
                number,
                f"{name!r} 登记了两次, 第 {same.number} 行已有; 请各取各的名字",
                f"{name!r} stands already in line {same.number}",
                "Give each a name of its own.",
            )
        if self.section == "roles" and (name.lower() in _NARRATORS or name.lower() in _HOOKS):
            raise self._wrong(
                number,
                f"{name!r} 留给旁白或钩子, 不能当角色名; 请换一个",
                f"{name!r} is kept for the narrator or the hook",
                "Choose another name.",
            )
        if len(listed) >= MOST_ROLES:
            raise self._wrong(
                number,
                f"登记超过 {MOST_ROLES} 个; 不说话也不要紧的请去掉",
                f"more than {MOST_ROLES} entries",
                "Leave out those who neither speak nor matter.",
            )
        listed.append(Declared(name, looks.strip(), number))

    def _told(self, number: int, line: str) -> None:
        line = re.sub(r"^[-*•+]\s+", "", line)
        plain = re.sub(r"\*\*(.+?)\*\*", r"\1", line)
        hooked = _SPEECH.match(plain)
        if hooked and hooked["who"].strip().lower() in _HOOKS:
            if not (text := hooked["text"].strip()):
                raise self._wrong(
                    number, "钩子没有内容; 请写在冒号后面", "a hook without words", "Write them behind the colon."
                )
            if self._hook:
                raise self._wrong(
                    number,
                    f"这一集有两个钩子, 第一个在第 {self._hook.number} 行; 请留一个",
                    f"a second hook, the first in line {self._hook.number}",
                    "Keep one.",
                )
            self._hook = Line(number, Kind.HOOK, text)
            return
        if not self._scene:
            raise self._wrong(
                number,
                f"{line[:30]!r} 不在任何场景里; 请在它前面写 “### 地点 时间”",
                f"{line[:30]!r} stands before the first scene",
                "Put “### 地点 时间” before it.",
            )
        self._lines.append(self._line(number, plain))

    def _line(self, number: int, line: str) -> Line:
        if line[0] in "△▲[【":
            return Line(number, Kind.ACTION, line.lstrip("△▲ ").strip())
        if line[0] in "（(" and line[-1] in "）)":
            return Line(number, Kind.ACTION, line)
        found = _SPEECH.match(line)
        if not found:
            return Line(number, Kind.ACTION, line)
        who, mood, text = found["who"].strip(), (found["mood"] or "").strip(), found["text"].strip()
        aside = bool(_VOICE_OVER.search(mood))
        if who.lower() in _NARRATORS:
            kind, speaker = Kind.NARRATION, ""
        else:
            role = next((one.name for one in self.declared["roles"] if one.name.lower() == who.lower()), None)
            if role is None:
                if not _LABEL.match(who) or len(who) > NAME or len(who.split()) > 3:
                    return Line(number, Kind.ACTION, line)  # a sentence with a colon in it
                raise self._unknown(number, who)
            kind, speaker = Kind.DIALOGUE, role
        if not text:
            raise self._wrong(
                number, f"{who} 没有台词; 请写在冒号后面", f"{who} says nothing", "Write the words behind the colon."
            )
        return Line(number, kind, text, speaker, mood, aside)

    def _unknown(self, number: int, who: str) -> BadInput:
        names = [one.name for one in self.declared["roles"]]
        near = difflib.get_close_matches(who, names, 1, 0.5)
        hint = (
            f"Did you mean {near[0]!r}? "
            if near
            else f"The cast: {', '.join(names[:12])}. "
            if names
            else "The script has no cast. "
        )
        meant = f", 是不是 {near[0]!r}" if near else ""
        return self._wrong(
            number, f"角色“{who}”没有登记{meant}; 请在 ## 角色 下加 “- {who}：外貌”; 动作提示以 △ 开头", f"the role {who!r} is not in the cast",
            f"{hint}Add “- {who}：looks” under ## 角色 / ## Cast; a stage direction begins with △.",
        )  # fmt: skip


def _tongue(text: str) -> str:
    han = sum("\u3400" <= letter <= "\u9fff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return "zh" if han * 3 >= latin else "en"


def _number(text: str) -> int:
    """An episode's number in Arabic or Chinese digits.

    >>> _number("12"), _number("十二"), _number("二十"), _number("一百零五"), _number("３")
    (12, 12, 20, 105, 3)
    """
    if not any(letter in "一二三四五六七八九十百零" for letter in text):
        return int(unicodedata.normalize("NFKC", text))
    total, digit = 0, 0
    for letter in text:
        if letter == "百":
            total, digit = total + max(digit, 1) * 100, 0
        elif letter == "十":
            total, digit = total + max(digit, 1) * 10, 0
        elif letter != "零":
            digit = "零一二三四五六七八九".index(letter)
    return total + digit
