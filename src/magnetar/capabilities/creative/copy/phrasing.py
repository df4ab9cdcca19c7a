"""Our own words around the record's: templates by angle, tone and language, which by themselves claim nothing.

A template's braces are filled with words of the record; `*` stands for every tone.
"""

from __future__ import annotations

from typing import NamedTuple


class Template(NamedTuple):
    """A headline and a caption."""

    tone: str
    headline: str
    caption: str


_ZH = """
direct | * | {name} | {extras}
direct | * | 看看这款{name} | {extras}
direct | * | 来看{name} | {extras}
direct | * | {brand} {name} | {extras}
direct | plain | 介绍一下{name} | {extras}
direct | plain | 认识这款{name} | {extras}
direct | warm | 给你介绍{name} | {extras}
direct | warm | 慢慢看这款{name} | {extras}
direct | lively | {name}来了 | {extras}
direct | lively | 嘿，看这款{name} | {extras}
price | * | {price} | {name}
price | * | {name} {price} | {extras}
price | * | {price}的{name} | {extras}
price | plain | 先说价格：{price} | {name}
price | warm | {price}，看看{name} | {extras}
price | lively | {price}带走{name} | {extras}
deal | * | 现价{price}，标价{list} | {name}
deal | * | {name}，现价{price} | 标价{list}
deal | plain | 现价{price} | 标价{list}，{name}
deal | lively | {price}，标价{list} | {name}
deal | warm | 现在{price} | 标价{list}，{name}
point | * | {head} | {rest}
point | * | {head} | {name}
point | * | 这款{name} | {point}
point | plain | 先看这点：{head} | {rest}
point | warm | 想说的是{head} | {name}
point | lively | {head}，看这款 | {name}
spec | * | {stated} | {name}
spec | * | {key}：{value} | {name}
spec | plain | 看参数：{stated} | {name}
spec | lively | 看这里：{stated} | {name}
spec | warm | 记下{key}：{value} | {name}
pain | * | 怕{nuisance}？ | {point}
pain | plain | 说到{nuisance} | {point}
pain | warm | 不想{nuisance}？ | {point}
pain | lively | 又要{nuisance}？看这款 | {point}
scene | * | {scene}，看看这款 | {name}
scene | * | 说到{scene}，看这款 | {name}
scene | plain | {scene}可以看看它 | {name}
scene | warm | 想着{scene}的时候 | 看看{name}
scene | lively | {scene}选哪款？ | 看看{name}
season | * | 说到{season}，看这款 | {name}
season | plain | {season}可以看看它 | {name}
season | warm | {season}的日子 | 看看{name}
season | lively | {season}，来看它 | {name}
gift | * | {occasion}，看看这款 | {name}
gift | plain | 想着{occasion}？ | {name}
gift | warm | {occasion}的心意 | 看看{name}
gift | lively | {occasion}选什么？ | {name}
choose | * | 挑{name}，先看{key} | 这款{stated}
choose | plain | 选{name}看什么？ | 看{key}：{value}
choose | lively | {name}怎么挑？ | 看{key}：{value}
choose | warm | 挑{name}的时候看看{key} | 这款{stated}
material | * | {key}是{value} | {name}
material | plain | {name}用什么做？ | {key}：{value}
material | lively | 问{key}？{value} | {name}
material | warm | 摸得到的{key} | {value}，{name}
detail | * | {head} | {rest}
detail | * | {name}的细节 | {point}
detail | warm | 看看细节 | {point}
detail | lively | 细节在这：{head} | {rest}
audience | * | {who}，看看这款 | {name}
audience | plain | {who} | {name}
audience | warm | {who}，这款给你看看 | {name}
audience | lively | 嘿，{who} | 看这款{name}
"""
_EN = """
direct | * | {name} | {extras}
direct | * | Take a look: {name} | {extras}
direct | * | Introducing the {name} | {extras}
direct | * | {brand} {name} | {extras}
direct | plain | About the {name} | {extras}
direct | plain | The {name} | {extras}
direct | warm | Meet the {name} | {extras}
direct | warm | Say hello to the {name} | {extras}
direct | lively | Look at this: {name} | {extras}
direct | lively | Here it is: {name} | {extras}
price | * | {price} | {name}
price | * | {name}, {price} | {extras}
price | * | {price} for the {name} | {extras}
price | plain | Price first: {price} | {name}
price | warm | Yours at {price} | {name}
price | lively | {price}? Yes, {price} | {name}
deal | * | Now {price}, list price {list} | {name}
deal | * | {name}, now {price} | List price {list}
deal | plain | Now {price} | List price {list}, {name}
deal | lively | {price} now, list price {list} | {name}
deal | warm | {price} now | List price {list}, {name}
point | * | {head} | {rest}
point | * | {head} | {name}
point | * | {name} | {point}
point | plain | First up: {head} | {rest}
point | warm | What you get: {head} | {name}
point | lively | Look: {head} | {name}
spec | * | {key}: {value} | {name}
spec | * | {name} | {key}: {value}
spec | plain | The figures: {key} {value} | {name}
spec | lively | {key}? {value} | {name}
spec | warm | To note: {key} {value} | {name}
pain | * | Tired of {nuisance}? | {point}
pain | plain | About {nuisance} | {point}
pain | warm | Had enough of {nuisance}? | {point}
pain | lively | {nuisance} again? Look here | {point}
scene | * | {scene}? See this one | {name}
scene | * | {scene}? Here is one for it | {name}
scene | plain | {scene}? Take a look | {name}
scene | warm | With {scene} in mind | {name}
scene | lively | {scene} plans? | {name}
season | * | {season}: take a look | {name}
season | plain | For {season} | {name}
season | warm | With {season} in mind | {name}
season | lively | What for {season}? | {name}
gift | * | For {occasion}: take a look | {name}
gift | plain | Thinking of {occasion}? | {name}
gift | warm | With {occasion} in mind | {name}
gift | lively | What for {occasion}? | {name}
choose | * | How to choose: check the {key} | This one: {value}
choose | plain | Before you buy, check the {key} | This one: {value}
choose | lively | Choosing? See the {key} | This one: {value}
choose | warm | Worth a look: the {key} | This one: {value}
material | * | {key}: {value} | {name}
material | plain | What is it made of? | {key}: {value}
material | lively | {key}? {value} | {name}
material | warm | About the {key}: {value} | {name}
detail | * | {head} | {rest}
detail | * | A detail of the {name} | {point}
detail | warm | See the detail | {point}
detail | lively | The detail: {head} | {rest}
audience | * | {who}? Take a look | {name}
audience | plain | {who}? | {name}
audience | warm | {who}? Have a look | {name}
audience | lively | {who}? Look here | {name}
"""
_OFFERS_ZH = """
* | {name} | 立即购买
* | {name} | 去看看
* | {brand} {name} | 立即购买
* | 需要就点这里 | 立即购买
plain | 规格在详情里 | 查看详情
plain | 点开看参数 | 查看详情
warm | 喜欢就带它回去 | 立即购买
warm | 看中了，就点这里 | 去看看
lively | 心动就点 | 立即购买
lively | 带走它 | 加入购物车
"""
_OFFERS_EN = """
* | {name} | Shop now
* | {name} | See details
* | {brand} {name} | Shop now
* | Tap here to shop | Shop now
plain | The figures are on the page | See details
plain | Read the specifications | See details
warm | Like it? Take it home | Shop now
warm | Have a closer look | See details
lively | Tap if you like it | Shop now
lively | Take it with you | Add to cart
"""


def _read(table: str) -> dict[str, tuple[Template, ...]]:
    found: dict[str, list[Template]] = {}
    for line in table.strip().splitlines():
        angle, *rest = (part.strip() for part in line.split("|"))
        found.setdefault(angle, []).append(Template(*rest))
    return {angle: tuple(listed) for angle, listed in found.items()}


def _offers(table: str) -> tuple[Template, ...]:
    return tuple(Template(*(part.strip() for part in line.split("|"))) for line in table.strip().splitlines())


HOOKS = {"zh": _read(_ZH), "en": _read(_EN)}
OFFERS = {"zh": _offers(_OFFERS_ZH), "en": _offers(_OFFERS_EN)}
"""Headline and button."""
HEADLINE, CAPTION = {"zh": 20, "en": 48}, {"zh": 36, "en": 84}
"""Most characters of each."""


def of_tone(templates: tuple[Template, ...], tone: str) -> list[Template]:
    """The templates of a tone, its own first."""
    return [one for one in templates if one.tone == tone] + [one for one in templates if one.tone == "*"]
