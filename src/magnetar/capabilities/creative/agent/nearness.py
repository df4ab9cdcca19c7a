"""What words that no rule knows come near to in meaning: the commands of the nearest examples, to be offered, not done.

The nearest one alone is right too seldom to be acted on; publishing, and what carries words, numbers of scenes or names of
its own, is never offered.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from magnetar.capabilities.generation import Embedder

OFFERED, LONGEST = 3, 80
LEAST = 0.80
"""Least cosine to an example for its command to be offered."""

_EXAMPLES = """
高级感 | 太廉价了; 有点土; 不够洋气; 像大牌广告那样; 看起来贵一点; 显得有品位; looks cheap; make it feel expensive; like a luxury brand; more refined
活泼 | 太死板了; 年轻人喜欢的感觉; 蹦蹦跳跳的; 有意思一点; 太沉闷; 逗一点; it's boring; make it more exciting; more energy and joy; add some personality
温馨 | 像家里一样; 有人情味; 让人心里暖; 妈妈的感觉; 柔和一点; 太冷冰冰了; feels cold, make it homely; soft and loving; a family feeling
科技感 | 像发布会一样; 高科技产品的样子; 数码风; 酷一点; 黑科技; like a tech keynote; make it look modern and digital; space age
简约 | 太花哨了; 颜色太艳; 素一点; 东西太多太乱; 不要花里胡哨; 少一点装饰; too busy; the colours are too loud; too much going on; tone it down
清新 | 夏天的感觉; 看着凉快; 春天的气息; 绿色自然的; 透气一点; summery and light; like a spring morning; crisp and natural
喜庆 | 双十一用; 红火一点; 过节的气氛; 新年促销; 大红色; for the holidays; party mood; celebration look
平实 | 别那么夸张; 实在一点; 老实说事; 太浮夸了; less hype; just the facts
字大一点 | 字看不见; 屏幕上的字认不出来; 老人看不清; 字太细了; 字太秀气; I can't see the words; the writing is tiny; captions are unreadable; make the words stand out
字小一点 | 字挡住商品了; 字占太多地方; 字太满了; 缩一缩文字; the text covers the product; words take up too much room; captions are huge
先说价格 | 一开始就亮价格; 先报个价; 价格摆在最前; 开门见山说多少钱; open with the price tag; tell them the price right at the start
价格放最后 | 价格晚一点出现; 最后才亮价; 先不要谈钱; 先讲东西好再说价钱; hold the price back; reveal the price last; do not start with the price
节奏快 | 看着犯困; 太磨蹭; 催一催; 带劲一点; 拖泥带水; it is dragging on; I fall asleep watching; give it more pace; too sluggish
节奏慢 | 太赶了看不过来; 画面闪得太快; 从容一点; 眼花缭乱; it is too hectic; I can't follow it; give viewers time
念慢一点 | 说得像机关枪; 听不清在说什么太快; 嘴太快; the voice is rushing; she speaks way too quickly; narration is a blur
说快一点 | 说得太拖; 念得慢吞吞; the narrator is slow; the voice drones on
不要配音 | 把人声关了; 别让人说话; 声音像机器人关掉; 静音旁白; mute the narrator; I don't want anyone talking; remove the speaking
加上配音 | 找个人来念; 要有人讲解; 有人说话就好了; have someone read it out; let a narrator explain
加字幕 | 静音也要看得懂; 把说的话打出来; 没有声音也能看; people watch on mute; write out what is said
不要字幕 | 底下那行字不要; 不用把话写出来; get rid of the words at the bottom; hide the captions
换个音乐 | 曲子不合适; 这歌难听; 背景音换欢快的; 音乐不搭; this song is annoying; the soundtrack doesn't fit; pick a happier tune
短一点 | 剪掉几秒; 掐头去尾; 太啰嗦; 精简; trim a few seconds; cut the fat; it goes on too long
长一点 | 再多讲几秒; 太短了讲不清; 加几秒; give it a few more seconds; it ends too soon
横版 | 朋友圈横图位; 电脑上播放; 给电视看的; for YouTube; wide screen for TV
方形 | 正方的尺寸; 正方形画面; same width and height; for an instagram post
竖版 | 手机全屏; 抖音快手用的尺寸; for tiktok; full phone screen
英文 | 给外国人看; 老外能看懂; 出海用; for foreign buyers; for overseas customers
送礼 | 买来送人的; 中秋送人; 当伴手礼; 过节送长辈; a christmas present; something to give to friends
应季 | 这个季节正好用; 夏天卖的; right for this season
种草 | 先让大家知道有这个东西; 不急着卖; let people get to know it first; build awareness
换一批 | 再想几个点子; 都没感觉; 换种说法; 没有一个喜欢的; try a new angle; none of them speak to me; think of something else
撤销 | 改坏了回去; 恢复成之前的样子; 还是之前好别折腾; 不要刚才的改动; put it back how it was; I liked it better before; cancel that
重做 | 刚才撤掉的又想要了; 那个改动还给我; 还是要刚才那样; bring that change back; I want what I just undid
多少钱 | 现在啥价; 卖什么价格; 跟原价比便宜多少; 优惠力度; what are we charging for this; what's the price tag; how big is the discount
有哪些卖点 | 它哪里打动人; 为什么要买它; 有什么过人之处; 和别家比好在哪; why should people care; what makes it special; what is good about it
哪条卖得好 | 上回谁跑得最好; 哪个点的人多; 数据怎么样; 历史表现; which got the most clicks; how did my ads perform; what worked before
还有多少库存 | 货够不够卖; 会不会断货; 仓库里还有吗; are we running low; do we have enough pieces; is it sold out
适合什么人用 | 哪些人会买; 主要卖给谁; 受众是谁; what kind of people buy this; who should see it
时长多少 | 现在几秒了; 片子一共有多长; how many seconds is it now; what is the running time
做这条多少钱 | 弄一条要花钱吗; 会扣我钱吗; 收不收制作费; am I being charged; is making this free; what do you charge for a video
案例 | 别人怎么拍的; 同行做得好的看看; 给我点灵感; what did others do; show me something that worked for others
帮助 | 我不会用; 该怎么说; 你有什么本事; what are my options; how does this work
"""
EXAMPLES = [
    (command.strip(), phrase.strip())
    for command, phrases in (line.split("|") for line in _EXAMPLES.strip().splitlines())
    for phrase in (command, *phrases.split(";"))
]


_ENGLISH = dict(
    zip(
        dict.fromkeys(command for command, _ in EXAMPLES),
        (
            "premium look", "playful", "warm", "futuristic look", "minimal", "airy", "festive", "plain", "bigger text", "smaller text", "price first",
            "price at the end", "faster", "slower", "slow down the voice", "speed up the voice", "no voice", "add a voice", "add subtitles",
            "no subtitles", "another tune", "shorter", "longer", "landscape", "square", "vertical", "english", "gift", "seasonal", "introduce",
            "more ideas", "undo", "redo", "how much is it", "what are the features", "which did best", "how many in stock", "who is it for",
            "how long is it", "does making it cost", "examples", "help",
        ),
        strict=True,
    )
)  # fmt: skip
"""Each command in English words that the rules know."""


def english(command: str) -> str:
    """A command in English.

    >>> english("高级感")
    'premium look'
    """
    return _ENGLISH.get(command, command)


@lru_cache(maxsize=2)
def _placed(embedder: Embedder) -> np.ndarray:
    return embedder.embed([phrase for _, phrase in EXAMPLES])


def offers(embedder: Embedder, text: str, most: int = OFFERED) -> list[str]:
    """The commands that a text comes nearest to, best first; empty where nothing is known of its words.

    Args:
        most: at most so many.
    """
    if not text.strip():
        return []
    [row] = embedder.embed([text[:LONGEST]]) @ _placed(embedder).T
    found: dict[str, float] = {}
    for place in np.argsort(-row, kind="stable"):
        command = EXAMPLES[int(place)][0]
        if row[place] < LEAST or len(found) == most:
            break
        found.setdefault(command, float(row[place]))
    return list(found)
