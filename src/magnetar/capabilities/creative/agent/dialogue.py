"""The talk itself: one step for each thing said, and an answer in the merchant's own language.

A step is a pure function of the talk, the words and the tools; the same words give the same talk, so that any of them
can be played again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from magnetar.capabilities.creative.agent.changing import Step, apply, put
from magnetar.capabilities.creative.agent.nearness import english
from magnetar.capabilities.creative.agent.talk import (
    OPTIONS,
    Answer,
    Case,
    MadeFilm,
    Plan,
    Talk,
    Tools,
    pitch_of,
    script_of,
)
from magnetar.capabilities.creative.agent.tongues import in_tongue
from magnetar.capabilities.creative.agent.wishes import Wish, read_wishes, settle, tongue_of
from magnetar.capabilities.creative.copy import Brief, Pitch
from magnetar.capabilities.creative.direction import directed
from magnetar.capabilities.understanding import terms
from magnetar.kernel.errors import MagnetarError
from magnetar.vocabulary.catalogue import Product

UNDOS = 20
CASES = 3
WAITING = 5
"""Sayings that are kept until a product is named."""


def step(talk: Talk, said: str, tools: Tools) -> tuple[Talk, Answer]:
    """Answer one thing that the merchant says."""
    tongue = tongue_of(said)
    if tongue and talk.product and not talk.tongue and not talk.version:  # only an id was said before
        brief = replace(talk.plan.brief, language=tongue)
        talk = replace(talk, plan=replace(talk.plan, brief=brief))
    talk = replace(talk, tongue=tongue or talk.tongue)
    run = Step(talk, tools, talk.tongue != "en")
    wished, left = read_wishes(said)
    if talk.offered and (taken := _taken(talk.offered, wished)):
        wished, left = read_wishes(taken)
    talk = replace(talk, offered=())
    run = Step(talk, tools, talk.tongue != "en")
    if not wished and talk.product and left:
        for one in tools.reword(said):
            more, _ = read_wishes(one)
            wished += more
        left = "" if wished else left
        if not wished and not _names_another(run, said):
            offered = tuple(tools.offers(said))
            run.talk = talk = replace(talk, offered=offered)
    if not talk.product or _names_another(run, said):
        wished, left = _choose_product(run, said, wished, left)
        if not run.talk.product:
            return run.talk, _answer(run, left, asks="product")
    plan = run.talk.plan
    if any(wish.kind == "audiences" for wish in wished):  # "two versions, one for …" is not two more
        wished = [wish for wish in wished if wish.kind != "count"]
    wished, against = settle(wished)
    for earlier, later in against:
        run.said.append(_excluded(run, earlier, later))
    for wish in sorted(wished, key=lambda one: one.kind in ("audiences", "count")):  # films side by side share the rest
        try:
            apply(run, wish)
        except MagnetarError as error:
            run.problems.append(in_tongue(str(error), run.zh))
    good = run.talk
    if run.talk.plan != plan and not run.moved:
        run.talk = replace(run.talk, before=(*run.talk.before, plan)[-UNDOS:], after=(), stale=True)
    return _act(run, left, replace(good, plan=plan))


def _taken(offered: tuple[str, ...], wished: list[Wish]) -> str:
    """The command among those offered that a number or a yes takes; '' where the words say something else."""
    if len(wished) != 1 or wished[0].kind not in ("choose", "yes"):
        return ""
    number = 1 if wished[0].kind == "yes" else int(wished[0].value)
    return offered[number - 1] if 1 <= number <= len(offered) else ""


def _act(run: Step, left: str, before: Talk) -> tuple[Talk, Answer]:
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
    films: tuple[MadeFilm, ...] = ()
    if run.series and not run.problems:
        talk, films = _make_series(run)
        film = films[-1] if films else None
    elif (run.make or changed or due) and not run.problems:
        talk, film = _make(run)
        if film is None and run.talk.film is not None and not run.moved:  # a change that no film can have is taken back
            run.done.clear()
            talk = before
    if run.publish and talk.film and talk.published and not run.problems:
        run.said.append(put(run.zh, "这一版已经发布过了.", "This version is published already."))
    elif run.publish and talk.film and not run.problems:
        try:
            where = [in_tongue(run.tools.publish(talk.product, one), run.zh) for one in talk.films or (talk.film,)]
            talk = replace(talk, published=" ".join(where))
            run.said += where
        except MagnetarError as error:
            run.problems.append(in_tongue(str(error), run.zh))
    elif run.publish and not talk.film:
        run.problems.append(put(run.zh, "还没有影片可以发布, 先说“开始做”.", "There is no film to publish yet; say “make it” first."))  # fmt: skip
    run.talk = talk
    answered = run.asked and not run.done and not run.show
    if film is None and not run.publish and not talk.offered and not answered and (run.show or not talk.plan.chosen):
        options = _options(run)
    return run.talk, _answer(run, left, options, cases, film, films=films)


def _make(run: Step) -> tuple[Talk, MadeFilm | None]:
    talk = run.talk
    if not talk.plan.chosen:
        talk = replace(talk, plan=replace(talk.plan, chosen=1))
    try:
        pitch = pitch_of(talk.plan, talk.product, run.tools)
        film = run.tools.make(talk.product, pitch, talk.plan.direction, talk.plan.brief.language, talk.version + 1)
    except MagnetarError as error:
        run.problems.append(in_tongue(str(error), run.zh))
        return run.talk, None
    return replace(talk, film=film, films=(), version=talk.version + 1, stale=False, published=""), film


def _make_series(run: Step) -> tuple[Talk, tuple[MadeFilm, ...]]:
    """A film for each plan of the series; the talk goes on with the last."""
    talk, films = run.talk, list[MadeFilm]()
    for name, plan in run.series:
        try:
            pitch = pitch_of(plan, talk.product, run.tools)
            film = run.tools.make(talk.product, pitch, plan.direction, plan.brief.language, talk.version + 1)
        except MagnetarError as error:
            run.problems.append(f"{name}: {in_tongue(str(error), run.zh)}")
            continue
        before = (*talk.before, talk.plan)[-UNDOS:] if talk.plan != plan else talk.before
        talk = replace(
            talk, plan=plan, before=before, after=(), film=film, version=talk.version + 1, stale=False, published=""
        )
        films.append(film)
        run.done.append(put(run.zh, f"第 {talk.version} 版{name}", f"version {talk.version} {name}"))
    return replace(talk, films=tuple(films) if len(films) > 1 else ()), tuple(films)


def _options(run: Step) -> tuple[Pitch, ...]:
    try:
        plan = run.talk.plan
        pitches = tuple(run.tools.propose(run.talk.product, plan.brief, plan.first, OPTIONS))
    except MagnetarError as error:
        run.problems.append(in_tongue(str(error), run.zh))
        return ()
    if not pitches and plan.first:
        run.talk = replace(run.talk, plan=replace(plan, first=0))
        run.said.append(put(run.zh, "没有更多不同的方案了, 从头再看.", "There are no more different proposals; back to the first."))  # fmt: skip
        pitches = tuple(run.tools.propose(run.talk.product, run.talk.plan.brief, 0, OPTIONS))
    return pitches


def _choose_product(run: Step, said: str, wished: list[Wish], left: str) -> tuple[list[Wish], str]:
    """The product that is meant; with what was wished so far, and the words that are left over."""
    talk = run.talk
    picked = next((wish.value for wish in wished if wish.kind == "choose"), 0)
    names = {str(one.id): one for one in run.tools.find(said)}
    if not talk.product and 1 <= picked <= len(talk.candidates):
        names = {str(one.id): one for one in run.tools.find(talk.candidates[picked - 1])}
        wished = [wish for wish in wished if wish.kind != "choose"]
    elif both := [one for one in names if one in talk.candidates]:
        names = {one: names[one] for one in both}
    found = list(names.values())
    if len(found) > 1 and wished and talk.candidates and not set(names) & set(talk.candidates):
        found = []  # a wish while a product is asked for
    if len(found) == 1:
        one = found[0]
        title = one.title
        language = "zh" if run.zh else "en"
        run.talk = Talk(str(one.id), title, Plan(replace(Brief(), language=language)), tongue=talk.tongue)
        run.done.append(put(run.zh, f"商品: {title}", f"product: {one.title_en or title}"))
        waited = [wish for words in talk.waiting for wish in read_wishes(words)[0] if wish.kind in _WAITS]
        own = {wish.value for wish in read_wishes(f"{one.title} {one.title_en}")[0] if wish.kind == "style"}
        both = [wish for wish in (*waited, *wished) if not _is_product(wish, one)]
        return [wish for wish in both if wish.kind != "style" or wish.value not in own], _beside(left, one)
    noted = any(wish.kind in _WAITS for wish in wished)
    if noted:
        talk = replace(talk, waiting=(*talk.waiting, said)[-WAITING:])
    if not found:
        found = [one for id in talk.candidates for one in run.tools.find(id) if str(one.id) == id]
    if found:
        named = "; ".join(
            f"{place}. {one.id} {(one.title if run.zh else one.title_en) or one.title}"[:44]
            for place, one in enumerate(found[:5], 1)
        )
        talk = replace(talk, candidates=tuple(str(one.id) for one in found[:5]))
        run.said.append(put(run.zh, f"您说的是哪一个? {named}.", f"Which one do you mean? {named}."))
    else:
        run.said.append(put(run.zh, "先告诉我商品: 编号或名称.", "First tell me the product: its id or its name."))
    run.talk = talk
    if noted:
        run.said.append(put(run.zh, "您的要求记下了.", "Your wishes are noted."))
    return wished, left


_WAITS = frozenset(
    {"brief", "direction", "price", "longer", "make", "cannot", "style", "gender", "count", "audiences", "ask"}
)
"""Wishes that may be said before the product."""


def _is_product(wish: Wish, product: Product) -> bool:
    """Whether an audience is only the product's own name: "a film for the camping lamp"."""
    if wish.field != "audience":
        return False
    said = set(terms(str(wish.value)))
    return bool(said) and said <= set(terms(f"{product.title} {product.title_en} {product.id}"))


def _beside(left: str, product: Product) -> str:
    """The words that are left over beside the product's name."""
    title = f"{product.title} {product.title_en} {product.id}".lower()
    held = set(terms(title))
    rest = [word for word in left.split() if not set(terms(word)) <= held and word.lower() not in title]
    kept = " ".join(rest)
    for size in (6, 5, 4, 3, 2):
        for at in range(len(product.title) - size + 1):
            kept = kept.replace(product.title[at : at + size], " ")
    return " ".join(word for word in kept.split() if len(word) > 1)


def _excluded(run: Step, earlier: Wish, later: Wish) -> str:
    """That of two wishes only the later one was taken."""
    if later.field == "aspect":
        return put(
            run.zh,
            f"一次只做一种画幅, 先做 {later.value}; 要多种画幅请用“创意工作室”.",
            f"One shape at a time: {later.value} first; for several use the studio's page.",
        )
    if later.field == "length_s":
        return put(
            run.zh,
            f"{earlier.value:.0f} 秒和 {later.value:.0f} 秒只能取一个, 用了后说的.",
            f"{earlier.value:.0f} s and {later.value:.0f} s exclude each other; the latter is taken.",
        )
    return put(run.zh, "前后说得不一样, 用了后说的.", "You said two different things; the latter is taken.")


def _names_another(run: Step, said: str) -> bool:
    found = run.tools.find(said) if len(said) <= 80 else ()
    return len(found) == 1 and str(found[0].id) != run.talk.product and str(found[0].id).lower() in said.lower()


def _answer(
    run: Step, left: str, options: tuple[Pitch, ...] = (), cases: tuple[Case, ...] = (), film: MadeFilm | None = None,
    asks: str = "", films: tuple[MadeFilm, ...] = (),
) -> Answer:  # fmt: skip
    zh, parts = run.zh, list(run.said)
    if run.done:
        parts.insert(0, put(zh, "好的, ", "All right, ") + put(zh, "；", "; ").join(run.done) + ("。" if zh else "."))
    parts += run.problems
    if len(films) > 1:
        faults = sum(one.defects for one in films)
        state = put(zh, "都检查通过", "all passed their checks") if not faults else put(zh, f"共有 {faults} 处缺陷", f"{faults} defects in all")  # fmt: skip
        parts.append(put(zh, f"{len(films)} 条做好了, {state}。说“发布”就全部发布; 接着说的改动改在第 {run.talk.version} 版上。", f"{len(films)} films are ready, {state}. Say “publish” for all of them; further changes go to version {run.talk.version}."))  # fmt: skip
    elif film:
        state = put(zh, "检查通过", "it passed its checks") if not film.defects else put(zh, f"有 {film.defects} 处缺陷", f"it has {film.defects} defects")  # fmt: skip
        parts.append(put(zh, f"第 {run.talk.version} 版做好了, {film.seconds:.0f} 秒, {state}。满意就说“发布”, 不满意直接说哪里要改。", f"Version {run.talk.version} is ready, {film.seconds:.0f} s, {state}. Say “publish”, or what to change."))  # fmt: skip
    elif options:
        parts.append(put(zh, f"有 {len(options)} 个方案, 说编号就开始做, 或者说“换一批”。", f"Here are {len(options)} proposals: say a number to make one, or “more ideas”."))  # fmt: skip
        asks = "choose"
    scenes: tuple[dict[str, Any], ...] = ()
    if run.talk.product and run.talk.plan.chosen:
        try:
            shown = directed(script_of(run.talk.plan, run.talk.product, run.tools), run.talk.plan.direction)
            scenes = tuple({"kind": one.kind, "headline": one.headline, "caption": one.caption} for one in shown.lines)
        except MagnetarError:
            scenes = ()
    if run.talk.product:
        left = re.sub(rf"[给用做]?{re.escape(run.talk.product)}", " ", left, flags=re.IGNORECASE).strip()
    if len(left) > 1 and asks != "product":
        parts.append(_lost(run, left))
    if zh:
        parts = [part[:-1] + "。" if part.endswith(".") else part for part in parts]
    text = (" " if not zh else "").join(parts) or put(zh, "请说您想要的。", "Tell me what you would like.")
    return Answer(text, options, cases, film, tuple(run.done), left, asks, scenes, films, run.talk.offered)


def _lost(run: Step, left: str) -> str:
    """That words were not understood, and what they may have meant."""
    zh, offered = run.zh, run.talk.offered
    if not offered:
        return put(zh, f"“{left[:40]}” 没有听懂, 说“帮助”可以看能做什么。", f"I did not understand “{left[:40]}”; say “help” for what can be done.")  # fmt: skip
    listed = "; ".join(f"{place}. {command if zh else english(command)}" for place, command in enumerate(offered, 1))
    return put(zh, f"“{left[:40]}” 没有听懂。您是想说: {listed}? 说编号就照做, 都不是就换个说法。", f"I did not understand “{left[:40]}”. Did you mean: {listed}? Say the number, or say it otherwise.")  # fmt: skip
