"""Taking one wish over into the plan, and telling in words what changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from magnetar.capabilities.creative.agent.talk import OPTIONS, Plan, Talk, Tools, script_of
from magnetar.capabilities.creative.agent.wishes import Wish
from magnetar.capabilities.creative.direction import SPEEDS, TEXT_SCALES, Direction, directed, wishes
from magnetar.kernel.errors import Refused


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
        brief = replace(plan.brief, **{wish.field: value})
        run.tools.propose(talk.product, brief, 0, 1)  # a wish that no script can meet is told at once
        plan = replace(plan, brief=brief, first=0, direction=replace(plan.direction, scenes=()))
        if wish.field == "length_s":
            plan = replace(plan, direction=replace(plan.direction, length_s=wish.value))
        run.show = run.show or not plan.chosen
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
    elif wish.kind == "undo":
        if not talk.before:
            run.problems.append(put(run.zh, "没有可以撤销的.", "There is nothing to undo."))
            return
        run.talk = replace(talk, plan=talk.before[-1], before=talk.before[:-1], stale=True)
        run.done.append(put(run.zh, "回到上一版", "back to the version before"))
        run.make = talk.film is not None
        return
    else:
        _do(run, wish)
        return
    run.done.append(_told(wish, plan, run.zh))
    run.talk = replace(talk, plan=plan)


def _do(run: Step, wish: Wish) -> None:
    talk, plan = run.talk, run.talk.plan
    if wish.kind == "make":
        run.make = True
    elif wish.kind == "publish":
        run.publish = True
    elif wish.kind == "more":
        run.show = True
        run.talk = replace(talk, plan=replace(plan, first=plan.first + OPTIONS, chosen=0))
    elif wish.kind == "cases":
        run.cases = True
    elif wish.kind == "cost":
        spent = f"{talk.film.cpu_seconds:.1f}" if talk.film else ""
        run.said.append(
            put(run.zh, "在本机渲染不收费" + (f", 上一条用了 {spent} 秒 CPU." if spent else "."),
                "Rendering on this machine costs nothing" + (f"; the last film took {spent} CPU-seconds." if spent else "."))
        )  # fmt: skip
    elif wish.kind == "help":
        run.said.append(
            put(run.zh, "可以说: 给学生看 / 先说价格 / 字大一点 / 第2句改成「…」/ 去掉第3个镜头 / 换个音乐 / 横版 / 20秒 / 换一批 / 开始做 / 撤销 / 发布.",
                "You can say: for students / price first / bigger text / line 2 to say “…” / drop scene 3 / another tune / landscape / 20 seconds / more ideas / make it / undo / publish.")
        )  # fmt: skip


def _scenes(run: Step, wish: Wish) -> Direction:
    """The direction with one scene said otherwise, dropped or changed with another."""
    plan = run.talk.plan
    script = script_of(plan, run.talk.product, run.tools)
    scenes = list(wishes(directed(script, plan.direction)))
    verb, numbers = wish.field, [wish.value[0]] if wish.field != "swap" else list(wish.value)
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
    return replace(plan.direction, scenes=tuple(scenes), price_first=False)


_NAMES = {
    "goal": ("目的", "goal"), "audience": ("人群", "audience"), "tone": ("语气", "tone"), "length_s": ("时长", "length"),
    "language": ("语言", "language"), "must_say": ("一定说", "must say"), "must_not_say": ("不说", "must not say"),
    "text_scale": ("字号", "text size"), "pace": ("节奏", "pace"), "tune": ("音乐", "music"), "voice": ("配音", "voice"),
    "speed": ("语速", "voice speed"), "subtitles": ("字幕", "subtitles"), "aspect": ("画幅", "shape"),
}  # fmt: skip


def _told(wish: Wish, plan: Plan, zh: bool) -> str:
    """A change in words."""
    if wish.kind == "price":
        return put(zh, "先说价格" if wish.value else "价格放后面", "price first" if wish.value else "price at the end")
    if wish.kind == "longer":
        return put(zh, f"时长约 {plan.brief.length_s:.0f} 秒", f"about {plan.brief.length_s:.0f} s long")
    if wish.kind == "choose":
        return put(zh, f"用第 {wish.value} 个方案", f"proposal {wish.value}")
    if wish.kind == "scene":
        verb = {"say": ("改文字", "reworded"), "drop": ("去掉", "dropped"), "swap": ("互换", "changed places")}[
            wish.field
        ]
        numbers = "、".join(str(one) for one in wish.value if isinstance(one, int))
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
        value = f"{wish.value:.0f} s"
    return f"{name}: {value}"
