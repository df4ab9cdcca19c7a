"""Questions about the product and the films, answered with figures of the record and of the library, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from magnetar.capabilities.creative.agent.people import names
from magnetar.capabilities.creative.agent.talk import Talk, Tools
from magnetar.capabilities.creative.facts import show_price
from magnetar.kernel.errors import MagnetarError
from magnetar.vocabulary.catalogue import Product

POINTS, ASKED = 6, 60
Put = Callable[[str, str], str]


def answer(what: str, talk: Talk, tools: Tools, zh: bool) -> str:
    """The answer to a question: price, points, best, film, stock or who."""
    product = next((one for one in tools.find(talk.product) if str(one.id) == talk.product), None)

    def put(chinese_text: str, english_text: str) -> str:
        return chinese_text if zh else english_text

    if what == "best":
        return _best(talk, tools, put)
    if what == "film":
        return _film(talk, put)
    if product is None:
        return put("商品目录里没有这件商品了.", "The catalogue no longer has this product.")
    if what == "price":
        return _price(product, put)
    if what == "stock":
        return _stock(product, put)
    if what == "who":
        return _who(talk, tools, zh, put)
    return _points(product, talk, tools, zh, put)


def _price(product: Product, put: Put) -> str:
    """The price of the record, and what it was before."""
    now = "".join(show_price(product.price))
    was = product.list_price
    if was is None or was.micros <= product.price.micros:
        return put(f"档案里的价格是 {now}, 没有写优惠.", f"The record says {now}, and no offer.")
    less = 1 - product.price.micros / was.micros
    before = "".join(show_price(was))
    return put(
        f"档案里的价格是 {now}, 原价 {before}, 便宜 {less:.0%}.",
        f"The record says {now}, {less:.0%} below the list price of {before}.",
    )


def _stock(product: Product, put: Put) -> str:
    if not product.available or product.stock == 0:
        return put("档案里写的是无货.", "The record says that it is out of stock.")
    if product.stock is None:
        return put("档案里写着有货, 没有写件数.", "The record says that it is in stock, not how many.")
    return put(f"档案里的库存是 {product.stock:,} 件.", f"The record says {product.stock:,} in stock.")


def _points(product: Product, talk: Talk, tools: Tools, zh: bool, put: Put) -> str:
    """The selling points that films may say, as the scripts say them."""
    brief = replace(
        talk.plan.brief, audience="", length_s=30.0, must_say=(), must_not_say=(), language="zh" if zh else "en"
    )
    try:
        pitches = tools.propose(talk.product, brief, 0, 3)
    except MagnetarError:
        pitches = ()
    said = [
        " ".join(part for part in (line.headline, line.caption) if part)
        for pitch in pitches
        for line in pitch.script.lines
        if line.kind == "point"
    ]
    found = list(dict.fromkeys(said or (product.selling_points if zh else ())))[:POINTS]
    if not found:
        return put(
            "档案里没有写卖点, 先补上才能说.", "The record has no selling points in English; add them there first."
        )
    return put(f"档案里能说的卖点: {'；'.join(found)}.", f"What the record lets a film say: {'; '.join(found)}.")


def _who(talk: Talk, tools: Tools, zh: bool, put: Put) -> str:
    brief = replace(talk.plan.brief, audience="", must_say=(), must_not_say=())
    try:
        had = names([pitch.audience for pitch in tools.propose(talk.product, brief, 0, ASKED)], zh)[:6]
    except MagnetarError:
        had = []
    if not had:
        return put("档案里没有写给谁用, 片子说给所有人.", "The record does not say for whom; films speak to everybody.")
    return put(f"按档案, 片子可以说给: {'、'.join(had)}.", f"By the record, a film may address: {', '.join(had)}.")


def _film(talk: Talk, put: Put) -> str:
    if talk.film is None:
        return put(
            f"还没有影片; 计划约 {talk.plan.brief.length_s:.0f} 秒.",
            f"There is no film yet; about {talk.plan.brief.length_s:.0f} s are planned.",
        )
    return put(f"第 {talk.version} 版长 {talk.film.seconds:.1f} 秒.", f"Version {talk.version} is {talk.film.seconds:.1f} s long.")  # fmt: skip


def _best(talk: Talk, tools: Tools, put: Put) -> str:
    """The merchant's own films by their share of clicks, with how often they were shown."""
    cases = [one for one in tools.cases(talk.product, 3) if one.own and one.impressions > 0]
    if not cases:
        return put(
            "还没有数据: 您的影片投放出去、有了曝光和点击, 才知道哪条好.",
            "There are no figures yet: they come once your films are shown and clicked.",
        )
    best = max(cases, key=lambda one: one.click_rate)
    rest: Sequence[str] = [
        put(f"“{one.words}” {one.click_rate:.1%}", f"“{one.words}” {one.click_rate:.1%}")
        for one in cases
        if one is not best
    ]
    beside = put(f"; 其次 {'、'.join(rest)}", f"; then {', '.join(rest)}") if rest else ""
    return put(
        f"点击率最高的是“{best.words}”: {best.click_rate:.1%} (曝光 {best.impressions:,}){beside}.",
        f"The best by clicks is “{best.words}”: {best.click_rate:.1%} of {best.impressions:,} impressions{beside}.",
    )
