"""Taking one wish over into the plan, and telling in words what changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from magnetar.capabilities.creative.agent.asking import answer
from magnetar.capabilities.creative.agent.people import names, near
from magnetar.capabilities.creative.agent.talk import OPTIONS, Plan, Talk, Tools, script_of
from magnetar.capabilities.creative.agent.tongues import in_tongue
from magnetar.capabilities.creative.agent.wishes import LAST, Wish
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.direction import SPEEDS, TEXT_SCALES, Direction, directed, wishes
from magnetar.capabilities.creative.styles import STYLES
from magnetar.capabilities.creative.wording import forbidden_words
from magnetar.capabilities.understanding import sensitive_kind
from magnetar.kernel.errors import MagnetarError, Refused

ASKED = 60
"""Proposals that are looked through for the audiences that a product has."""
MOST_AT_ONCE = 6
"""Films that one step makes."""
_AGE = re.compile(r"\d{2}|[一二三四五六七八九]十|后|岁|ties\b|\baged?\b|\bgen [xyz]\b", re.IGNORECASE)


@dataclass(slots=True)
class Step:
    """One step while it runs."""

    talk: Talk
    tools: Tools
    zh: bool
    done: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])
    make: bool = False
    show: bool = False
    publish: bool = False
    cases: bool = False
    series: list[tuple[str, Plan]] = field(default_factory=list[tuple[str, Plan]])
    """Films to be made side by side: what each is called, and its plan."""
    asked: bool = False
    """Whether a question was answered."""
    moved: bool = False
    """Whether the plan was taken from those before or after it."""
    said: list[str] = field(default_factory=list[str])


def put(zh: bool, chinese_text: str, english_text: str) -> str:
    return chinese_text if zh else english_text


def apply(run: Step, wish: Wish) -> None:
    """Take one wish over into the plan.

    Raises:
        BadInput, Refused: it cannot be had; the plan stays as it is.
    """
    talk, plan = run.talk, run.talk.plan
    if wish.kind == "brief":
        if wish.field in ("must_say", "must_not_say"):
            value: Any = (*getattr(plan.brief, wish.field), wish.value)
        else:
            value = wish.value
        if wish.field == "audience":
            brief = _addressed(run, plan.brief, str(wish.value))
            wish = replace(wish, value=brief.audience)
        else:
            brief = _met(run, wish, value)
        plan = replace(plan, brief=brief, first=0, direction=replace(plan.direction, scenes=()))
        if wish.field == "length_s":
            plan = replace(plan, direction=replace(plan.direction, length_s=wish.value))
        run.show = run.show or not plan.chosen
    elif wish.kind == "style":
        plan = _styled(run, str(wish.value))
    elif wish.kind == "gender":
        plan = replace(plan, direction=replace(plan.direction, voice=_voice(run, str(wish.value))))
    elif wish.kind == "price":
        plan = replace(plan, direction=replace(plan.direction, price_first=wish.value, scenes=()))
    elif wish.kind == "direction":
        held: Any = getattr(plan.direction, wish.field)
        value = wish.value
        if wish.field == "text_scale":
            value = min(TEXT_SCALES[1], max(TEXT_SCALES[0], round(held * wish.value, 3)))
        elif wish.field == "speed":
            value = min(SPEEDS[1], max(SPEEDS[0], round(held * wish.value, 3)))
        elif wish.field == "tune":
            value = held + 1
        if value == held and wish.field in ("text_scale", "speed"):
            run.problems.append(put(run.zh, "已经到头了, 不能再改.", "That is as far as it goes."))
        plan = replace(plan, direction=replace(plan.direction, **{wish.field: value}))
    elif wish.kind == "longer":
        length = min(60.0, max(6.0, round((plan.direction.length_s or plan.brief.length_s) * wish.value)))
        if not run.tools.propose(talk.product, replace(plan.brief, length_s=length), 0, 1):
            raise Refused(_too_thin(run, Wish("brief", "length_s", length)))
        plan = replace(
            plan,
            brief=replace(plan.brief, length_s=length),
            direction=replace(plan.direction, length_s=length, scenes=()),
        )
    elif wish.kind == "scene":
        plan = replace(plan, direction=_scenes(run, wish))
    elif wish.kind == "choose":
        if not 1 <= wish.value <= OPTIONS:
            run.problems.append(put(run.zh, f"方案只有 1 到 {OPTIONS}.", f"There are proposals 1 to {OPTIONS}."))
            return
        plan = replace(plan, chosen=wish.value, direction=replace(plan.direction, scenes=()))
        run.make = True
    elif wish.kind in ("undo", "redo"):
        _move(run, back=wish.kind == "undo")
        return
    else:
        _do(run, wish)
        return
    run.done.append(_told(wish, plan, run.zh))
    run.talk = replace(talk, plan=plan)


def _met(run: Step, wish: Wish, value: Any) -> Brief:
    """The brief with a field as it is wished.

    Raises:
        Refused: no script can meet it; says why, in the merchant's language.
    """
    try:
        brief = replace(run.talk.plan.brief, **{wish.field: value})
        if run.tools.propose(run.talk.product, brief, 0, 1):
            return brief
    except MagnetarError as error:
        if wish.field == "must_say":
            raise Refused(_unsayable(run, str(wish.value))) from None
        raise Refused(in_tongue(str(error), run.zh)) from None
    raise Refused(_too_thin(run, wish))


def _unsayable(run: Step, words: str) -> str:
    """Why no film may say what must be said."""
    if unlawful := forbidden_words(words):
        listed = ", ".join(unlawful[:4])
        return put(
            run.zh, f"广告法不允许说“{listed}”, “{words}”不能放进片子.",
            f"Advertising law forbids “{listed}”; no film may say “{words}”.",
        )  # fmt: skip
    return put(
        run.zh, f"商品档案里没有“{words}”的依据, 片子不能说; 要说就先写进档案.",
        f"The record does not hold “{words}”, so no film may say it; write it into the record first.",
    )  # fmt: skip


def _styled(run: Step, name: str) -> Plan:
    """The plan in a style: its colours and letters, and its tempo, tone and voice where nothing else was asked for."""
    plan, style = run.talk.plan, STYLES[name]
    held = STYLES.get(plan.direction.style)
    direction = replace(plan.direction, style=name)
    if not direction.pace or (held is not None and direction.pace == held.pace):
        direction = replace(direction, pace=style.pace)
    if direction.speed == (held.speed if held is not None else 1.0):
        direction = replace(direction, speed=style.speed)
    brief = replace(plan.brief, tone=style.tone or plan.brief.tone)
    if brief != plan.brief:
        try:
            if run.tools.propose(run.talk.product, brief, 0, 1):
                return replace(plan, brief=brief, first=0, direction=replace(direction, scenes=()))
        except MagnetarError:
            pass  # words stay as they are, colours change
    return replace(plan, direction=direction)


def _voice(run: Step, wanted: str) -> str:
    """A woman's or a man's voice among those that are ready; by their names' second letter, as Kokoro calls them.

    Raises:
        Refused: there is none.
    """
    known = run.tools.voices(run.talk.plan.brief.language)
    found = next((name for name in known if re.match(rf"[a-z]{wanted[0]}_", name)), "")
    if not found:
        raise Refused(put(run.zh, *_CANNOT["gender"]))
    return found


def _move(run: Step, *, back: bool) -> None:
    """To the plan before, or to the one that was undone."""
    talk = run.talk
    source, other = (talk.before, talk.after) if back else (talk.after, talk.before)
    if not source:
        run.problems.append(
            put(run.zh, "没有可以撤销的.", "There is nothing to undo.")
            if back
            else put(run.zh, "没有可以重做的.", "There is nothing to redo.")
        )
        return
    kept = (*other, talk.plan)
    before, after = (source[:-1], kept) if back else (kept, source[:-1])
    run.talk = replace(talk, plan=source[-1], before=before, after=after, stale=True)
    run.moved = True
    run.done.append(
        put(run.zh, "回到上一版", "back to the version before")
        if back
        else put(run.zh, "恢复了刚才撤销的", "what was undone is back")
    )
    run.make = talk.film is not None


def _several(run: Step, wish: Wish) -> None:
    """Plan a film for each audience, or for each of the first proposals."""
    plan = run.talk.plan
    if wish.kind == "count":
        count = int(wish.value)
        if not 1 <= count <= MOST_AT_ONCE:
            run.said.append(put(run.zh, *_CANNOT["count"]))
            return
        pitches = run.tools.propose(run.talk.product, plan.brief, plan.first, count)
        if len(pitches) < count:
            run.said.append(
                put(run.zh, f"档案只够做 {len(pitches)} 条不一样的.", f"The record is enough for {len(pitches)} different ones.")
            )  # fmt: skip
        for number in range(1, len(pitches) + 1):
            chosen = replace(plan, chosen=number, direction=replace(plan.direction, scenes=()))
            run.series.append((put(run.zh, f"方案 {number}", f"proposal {number}"), chosen))
        return
    for name in tuple(wish.value)[:MOST_AT_ONCE]:
        try:
            brief = _addressed(run, plan.brief, str(name))
        except MagnetarError as error:
            run.said.append(in_tongue(str(error), run.zh))
            continue
        own = replace(plan, brief=brief, first=0, chosen=1, direction=replace(plan.direction, scenes=()))
        run.series.append((put(run.zh, f"给{brief.audience}", f"for {brief.audience}"), own))


def _addressed(run: Step, brief: Brief, wanted: str) -> Brief:
    """The brief for an audience as the merchant names it, or for the nearest that the record has.

    Raises:
        Refused: the record has none; says in the merchant's language which it has.
    """
    product = run.talk.product
    if kind := sensitive_kind(wanted):
        raise Refused(put(run.zh, f"人群不能按敏感信息 ({kind}) 划分.", f"An audience may not be told by {kind}."))
    for one in (wanted, *near(wanted, brief.language == "zh")) if wanted else ("",):
        try:
            tried = replace(brief, audience=one)
            if one == wanted or any(not _own(pitch.audience) for pitch in run.tools.propose(product, tried, 0, 1)):
                run.tools.propose(product, tried, 0, 1)
                if one != wanted and _AGE.search(wanted):
                    run.said.append(
                        put(run.zh, f"年龄档案里没有写, 片子按“{one}”说.", f"The record names no age; the film addresses “{one}”.")
                    )  # fmt: skip
                return tried
        except MagnetarError:
            continue
    pitches = run.tools.propose(product, replace(brief, audience=""), 0, ASKED)
    had = names([pitch.audience for pitch in pitches], run.zh)[:4]
    raise Refused(
        put(
            run.zh,
            f"商品档案里没有“{wanted}”的依据, 不能说给他们听; "
            + (f"可以给: {'、'.join(had)}." if had else "可以不分人群, 或把适用人群写进商品档案."),
            f"The record says nothing of “{wanted}”, so the film may not address them; "
            + (f"it may address: {', '.join(had)}." if had else "make it for everybody, or add them to the record."),
        )
    )


def _too_thin(run: Step, wish: Wish) -> str:
    """That the record holds too little for a wish."""
    if wish.field == "length_s":
        return put(
            run.zh, f"商品档案里的卖点不够做 {wish.value:.0f} 秒, 时长没有改.",
            f"The record holds too little for {wish.value:.0f} s; the length stays.",
        )  # fmt: skip
    return put(
        run.zh, "商品档案里的内容不够, 这一点没有改.", "The record holds too little for that; it stays as it is."
    )


def _own(audience: str) -> bool:
    """Whether a script only repeats the audience that the brief named."""
    return audience.startswith("brief:")


def _do(run: Step, wish: Wish) -> None:
    talk, plan = run.talk, run.talk.plan
    if wish.kind == "make":
        run.make = True
    elif wish.kind == "yes":
        if talk.film is None:
            run.make = True
        else:
            run.said.append(put(run.zh, "好的, 满意就说“发布”.", "Good. Say “publish” to put it to use."))
    elif wish.kind == "held":
        run.said.append(
            _HELD.get(wish.field, ("好的, 这一点不改.", "All right, that stays as it is."))[0 if run.zh else 1]
        )
    elif wish.kind == "cannot":
        chinese_text, english_text = _CANNOT[wish.field]
        run.said.append(put(run.zh, chinese_text, english_text))
    elif wish.kind == "publish":
        run.publish = True
    elif wish.kind == "more":
        run.show = True
        run.talk = replace(talk, plan=replace(plan, first=plan.first + OPTIONS, chosen=0))
    elif wish.kind == "cases":
        run.cases = True
    elif wish.kind == "ask":
        run.asked = True
        run.said.append(answer(wish.field, run.talk, run.tools, run.zh))
    elif wish.kind in ("count", "audiences"):
        _several(run, wish)
    elif wish.kind == "cost":
        spent = f"{talk.film.cpu_seconds:.1f}" if talk.film else ""
        run.said.append(
            put(run.zh, "在本机渲染不收费" + (f", 上一条用了 {spent} 秒 CPU." if spent else "."),
                "Rendering on this machine costs nothing" + (f"; the last film took {spent} CPU-seconds." if spent else "."))
        )  # fmt: skip
    elif wish.kind == "help":
        run.said.append(
            put(run.zh, "可以说: 给学生看 / 一版给宝妈一版给学生 / 高级感 / 先说价格 / 字大一点 / 第2句改成「…」/ 去掉第3个镜头 / 换个音乐 / 横版 / 20秒 / 换一批 / 做三条 / 开始做 / 撤销 / 重做 / 发布; 也可以问: 多少钱 / 有哪些卖点 / 哪条卖得好.",
                "You can say: for students / one for moms and one for students / premium look / price first / bigger text / line 2 to say “…” / drop scene 3 / another tune / landscape / 20 seconds / more ideas / make three versions / make it / undo / redo / publish; or ask: what does it cost / what are the selling points / which did best.")
        )  # fmt: skip


def _scenes(run: Step, wish: Wish) -> Direction:
    """The direction with one scene said otherwise, dropped or changed with another."""
    plan = run.talk.plan
    script = script_of(plan, run.talk.product, run.tools)
    scenes = list(wishes(directed(script, plan.direction)))
    verb, numbers = wish.field, [wish.value[0]] if wish.field != "swap" else list(wish.value)
    numbers = [len(scenes) if number == LAST else number for number in numbers]
    if any(not 1 <= number <= len(scenes) for number in numbers):
        raise Refused(put(run.zh, f"这个片子有 {len(scenes)} 个镜头, 没有第 {max(numbers)} 个.", f"This film has {len(scenes)} scenes; there is no scene {max(numbers)}."))  # fmt: skip
    place = numbers[0] - 1
    if verb == "say":
        scenes[place] = replace(scenes[place], headline=str(wish.value[1]).strip(), caption="")
    elif verb == "drop":
        if scenes[place].kind != "point":
            raise Refused(put(run.zh, "开场和报价镜头不能去掉, 可以改文字.", "The opening and the offer stay; their words can be changed."))  # fmt: skip
        del scenes[place]
    else:
        first, second = numbers[0] - 1, numbers[1] - 1
        if {"hook", "offer"} & {scenes[first].kind, scenes[second].kind}:
            raise Refused(put(run.zh, "只有卖点镜头可以互换.", "Only selling points can change places."))
        scenes[first], scenes[second] = scenes[second], scenes[first]
    changed = replace(plan.direction, scenes=tuple(scenes), price_first=False)
    directed(script, changed)  # words that the law forbids are refused before anything is changed
    return changed


_HELD = {
    "publish": (
        "好的, 先不发布; 要发布就说“发布”.",
        "All right, nothing is published; say “publish” when you want it.",
    ),
    "make": ("好的, 先不做.", "All right, nothing is made yet."),
}
_CANNOT = {
    "price": (
        "价格不能去掉, 片尾按档案说; 可以说“价格放最后”.",
        "The price stays, as the record has it; say “price at the end” to have it last.",
    ),
    "music": ("音乐不能去掉, 可以说“换个音乐”.", "The music stays; say “another tune” to change it."),
    "gender": (
        "现在的配音没有这种声音, 可以说“不要配音”.",
        "The voice that is ready has no such speaker; say “no voice” to have none.",
    ),
    "language": ("只做中文和英文的片子.", "Films are made in Chinese and in English only."),
    "offer": (
        "价格和优惠只按商品档案说; 先改档案, 片子才能说.",
        "Prices and offers come from the record only; change them there first.",
    ),
    "unpublish": ("下架请到素材库里操作.", "To take a film down, go to the library."),
    "count": (
        f"这里一次最多做 {MOST_AT_ONCE} 条; 要一批请用“创意工作室”或 magnetar studio make --variants.",
        f"At most {MOST_AT_ONCE} films at a time here; for many use the studio's page, or magnetar studio make --variants.",
    ),
}
_NAMES = {
    "goal": ("目的", "goal"), "audience": ("人群", "audience"), "tone": ("语气", "tone"), "length_s": ("时长", "length"),
    "language": ("语言", "language"), "must_say": ("一定说", "must say"), "must_not_say": ("不说", "must not say"),
    "text_scale": ("字号", "text size"), "pace": ("节奏", "pace"), "tune": ("音乐", "music"), "voice": ("配音", "voice"),
    "speed": ("语速", "voice speed"), "subtitles": ("字幕", "subtitles"), "aspect": ("画幅", "shape"),
}  # fmt: skip


_VALUES: dict[str, dict[Any, str]] = {
    "goal": {"sell": "成交", "introduce": "种草", "gift": "送礼", "season": "应季"},
    "tone": {"plain": "平实", "lively": "活泼", "warm": "温和"}, "language": {"zh": "中文", "en": "英文"},
    "pace": {"fast": "快", "slow": "慢"}, "audience": {"": "所有人"},
}  # fmt: skip


def _told(wish: Wish, plan: Plan, zh: bool) -> str:
    """A change in words."""
    if wish.kind == "price":
        return put(zh, "先说价格" if wish.value else "价格放后面", "price first" if wish.value else "price at the end")
    if wish.kind == "style":
        style = STYLES[str(wish.value)]
        return put(zh, f"风格: {style.zh}", f"style: {style.en}")
    if wish.kind == "gender":
        female = wish.value == "female"
        return put(zh, "配音: " + ("女声" if female else "男声"), "voice: " + ("a woman's" if female else "a man's"))
    if wish.kind == "longer":
        return put(zh, f"时长约 {plan.brief.length_s:.0f} 秒", f"about {plan.brief.length_s:.0f} s long")
    if wish.kind == "choose":
        return put(zh, f"用第 {wish.value} 个方案", f"proposal {wish.value}")
    if wish.kind == "scene":
        verb = {"say": ("改文字", "reworded"), "drop": ("去掉", "dropped"), "swap": ("互换", "changed places")}[
            wish.field
        ]
        numbers = "、".join(
            put(zh, "最后", "last") if one == LAST else str(one) for one in wish.value if isinstance(one, int)
        )
        return put(zh, f"镜头 {numbers} {verb[0]}", f"scene {numbers} {verb[1]}")
    name = _NAMES[wish.field][0 if zh else 1]
    value: Any = wish.value
    if wish.field == "text_scale":
        value = f"{plan.direction.text_scale:.0%}"
    elif wish.field == "speed":
        value = f"{plan.direction.speed:.0%}"
    elif wish.field == "tune":
        value = put(zh, "换一首", "another")
    elif wish.field == "voice":
        value = put(zh, "不要" if wish.value else "要", "off" if wish.value else "on")
    elif wish.field == "subtitles":
        value = put(zh, "要" if wish.value else "不要", "on" if wish.value else "off")
    elif wish.field == "length_s":
        value = put(zh, f"{wish.value:.0f} 秒", f"{wish.value:.0f} s")
    elif wish.field in _VALUES:
        value = put(zh, _VALUES[wish.field].get(str(wish.value), str(wish.value)), str(wish.value) or "everybody")
    return f"{name}: {value}"
