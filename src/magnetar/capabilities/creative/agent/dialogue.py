"""The talk itself: one step for each thing said, and an answer in the merchant's own language.

A step is a pure function of the talk, the words and the tools; the same words give the same talk, so that any of them
can be played again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from magnetar.capabilities.creative.agent.changing import Step, apply, put
from magnetar.capabilities.creative.agent.talk import OPTIONS, Answer, Case, MadeFilm, Plan, Talk, Tools, script_of
from magnetar.capabilities.creative.agent.wishes import chinese, read_wishes
from magnetar.capabilities.creative.copy import Brief, Pitch
from magnetar.capabilities.creative.direction import directed
from magnetar.kernel.errors import MagnetarError

UNDOS = 20
CASES = 3


def step(talk: Talk, said: str, tools: Tools) -> tuple[Talk, Answer]:
    """Answer one thing that the merchant says."""
    run = Step(talk, tools, chinese(said))
    wished, left = read_wishes(said)
    if not wished and talk.product and left:
        for one in tools.reword(said):
            more, _ = read_wishes(one)
            wished += more
        left = "" if wished else left
    if not talk.product or _names_another(run, said):
        left = _choose_product(run, said, left)
        if not run.talk.product:
            return run.talk, _answer(run, left, asks="product")
    plan = run.talk.plan
    for wish in wished:
        try:
            apply(run, wish)
        except MagnetarError as error:
            run.problems.append(str(error))
    if run.talk.plan != plan:
        run.talk = replace(run.talk, before=(*run.talk.before, plan)[-UNDOS:], stale=True)
    return _act(run, left)


def _act(run: Step, left: str) -> tuple[Talk, Answer]:
    """Do what the step came to: show proposals, make, publish."""
    talk, film, options = run.talk, None, ()
    cases = tuple(run.tools.cases(talk.product, CASES)) if run.cases or (talk.version == 0 and not run.make) else ()
    if run.cases and not cases:
        run.said.append(
            put(
                run.zh,
                "还没有可以参考的案例: 影片投放出去、有了曝光和点击之后才有。",
                "There are no cases yet: they come once films are shown and clicked.",
            )
        )
    changed = bool(run.done) and talk.film is not None and talk.stale
    due = run.publish and talk.stale and bool(talk.plan.chosen)
    if (run.make or changed or due) and not run.problems:
        talk, film = _make(run)
    if run.publish and talk.film and not run.problems:
        try:
            where = run.tools.publish(talk.product, talk.film)
            talk = replace(talk, published=where)
            run.said.append(where)
        except MagnetarError as error:
            run.problems.append(str(error))
    elif run.publish and not talk.film:
        run.problems.append(put(run.zh, "还没有影片可以发布, 先说“开始做”.", "There is no film to publish yet; say “make it” first."))  # fmt: skip
    run.talk = talk
    if film is None and not run.publish and (run.show or not talk.plan.chosen):
        options = _options(run)
    return run.talk, _answer(run, left, options, cases, film)


def _make(run: Step) -> tuple[Talk, MadeFilm | None]:
    talk = run.talk
    if not talk.plan.chosen:
        talk = replace(talk, plan=replace(talk.plan, chosen=1))
    try:
        script = script_of(talk.plan, talk.product, run.tools)
        film = run.tools.make(talk.product, script, talk.plan.direction, talk.plan.brief.language, talk.version + 1)
    except MagnetarError as error:
        run.problems.append(str(error))
        return run.talk, None
    return replace(talk, film=film, version=talk.version + 1, stale=False), film


def _options(run: Step) -> tuple[Pitch, ...]:
    try:
        plan = run.talk.plan
        pitches = tuple(run.tools.propose(run.talk.product, plan.brief, plan.first, OPTIONS))
    except MagnetarError as error:
        run.problems.append(str(error))
        return ()
    if not pitches and plan.first:
        run.talk = replace(run.talk, plan=replace(plan, first=0))
        run.said.append(put(run.zh, "没有更多不同的方案了, 从头再看.", "There are no more different proposals; back to the first."))  # fmt: skip
        pitches = tuple(run.tools.propose(run.talk.product, run.talk.plan.brief, 0, OPTIONS))
    return pitches


def _choose_product(run: Step, said: str, left: str) -> str:
    found = list(run.tools.find(said))
    if len(found) == 1:
        title = found[0].title
        run.talk = Talk(str(found[0].id), title, Plan(replace(Brief(), language="zh" if run.zh else "en")))
        run.done.append(put(run.zh, f"商品: {title}", f"product: {found[0].title_en or title}"))
        return ""
    if found:
        names = "; ".join(f"{one.id} {(one.title if run.zh else one.title_en) or one.title}"[:40] for one in found[:5])
        run.said.append(put(run.zh, f"您说的是哪一个? {names}", f"Which one do you mean? {names}"))
    else:
        run.said.append(put(run.zh, "先告诉我商品: 编号或名称.", "First tell me the product: its id or its name."))
    return left


def _names_another(run: Step, said: str) -> bool:
    found = run.tools.find(said) if len(said) <= 80 else ()
    return len(found) == 1 and str(found[0].id) != run.talk.product and str(found[0].id).lower() in said.lower()


def _answer(
    run: Step, left: str, options: tuple[Pitch, ...] = (), cases: tuple[Case, ...] = (), film: MadeFilm | None = None,
    asks: str = "",
) -> Answer:  # fmt: skip
    zh, parts = run.zh, list(run.said)
    if run.done:
        parts.insert(0, put(zh, "好的, ", "All right, ") + put(zh, "；", "; ").join(run.done) + ("。" if zh else "."))
    parts += run.problems
    if film:
        state = put(zh, "检查通过", "it passed its checks") if not film.defects else put(zh, f"有 {film.defects} 处缺陷", f"it has {film.defects} defects")  # fmt: skip
        parts.append(put(zh, f"第 {run.talk.version} 版做好了, {film.seconds:.0f} 秒, {state}。满意就说“发布”, 不满意直接说哪里要改。", f"Version {run.talk.version} is ready, {film.seconds:.0f} s, {state}. Say “publish”, or what to change."))  # fmt: skip
    elif options:
        parts.append(put(zh, f"有 {len(options)} 个方案, 说编号就开始做, 或者说“换一批”。", f"Here are {len(options)} proposals: say a number to make one, or “more ideas”."))  # fmt: skip
        asks = "choose"
    if left and not run.done and not film and asks != "product":
        parts.append(put(zh, f"“{left[:40]}” 没有听懂, 说“帮助”可以看能做什么。", f"I did not understand “{left[:40]}”; say “help” for what can be done."))  # fmt: skip
    scenes: tuple[dict[str, Any], ...] = ()
    if run.talk.product and run.talk.plan.chosen:
        try:
            shown = directed(script_of(run.talk.plan, run.talk.product, run.tools), run.talk.plan.direction)
            scenes = tuple({"kind": one.kind, "headline": one.headline, "caption": one.caption} for one in shown.lines)
        except MagnetarError:
            scenes = ()
    text = (" " if not zh else "").join(parts) or put(zh, "请说您想要的。", "Tell me what you would like.")
    return Answer(text, options, cases, film, tuple(run.done), left, asks, scenes)
