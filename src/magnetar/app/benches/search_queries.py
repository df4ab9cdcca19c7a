"""Judged queries made from a catalogue, by another maker than the one that teaches the engines.

The tables below were written before any engine was tuned, and the search capability does not read them.
A query's right answers follow from how it was made; they are no person's judgement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import rjieba

from magnetar.kernel.chance import Chance
from magnetar.vocabulary.catalogue import Product

KINDS = ("plain", "misspelt", "attribute", "mixed", "synonym", "intent")

_SOUNDS = (
    "锈绣秀 蓝兰篮 帐账仗 壶湖胡 杯背悲 碗晚婉 锅过国 盘攀盆 筷快块 灯登等 椅倚以 桌卓捉 床窗创 垫电店 毛猫茅 衣依医 鞋协写 袜挖哇 帽冒贸 包抱宝 "
    "线现限 充冲虫 座坐做 架价驾 器气汽 机鸡积 笔比币 纸指只 茶查差 糖唐躺 果过裹 米迷谜 油由游 盐严言 水谁睡 洗喜习 净静镜 巾斤金 刷耍涮 膜摸魔 "
    "霜双爽 粉份分 色涩瑟 猫毛 狗够勾 球求裘 绳省升 背被贝 篷蓬棚 睡税 袋带代 炉卢芦 瓶平评 盒和合 箱香相 钩沟勾 毯谈弹 枕真诊 被备贝 套讨桃"
)
_SOUND_ALIKE = _SOUNDS.split()
_NEAR_KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "mb", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SAME = (
    "保温杯 水杯|餐盘 盘子|饭碗 碗|筷子 木筷|炒锅 铁锅|平底锅 煎锅|汤锅 炖锅|菜板 砧板|菜刀 厨刀|收纳箱 储物箱|收纳盒 储物盒|台灯 桌灯|夜灯 小灯|地垫 地毯|"
    "毛巾 面巾|浴巾 大毛巾|枕头 枕芯|被子 棉被|四件套 床品|羽绒服 鹅绒外套|毛衣 针织衫|开衫 针织外套|袜子 棉袜|围巾 披肩|帽子 针织帽|手套 保暖手套|"
    "帐篷 露营篷|睡袋 露营被|折叠椅 露营椅|折叠桌 露营桌|充电宝 移动电源|数据线 充电线|耳机 耳塞|音箱 喇叭|键盘 打字键盘|鼠标 滑鼠|电饭煲 电饭锅|热水壶 烧水壶|"
    "破壁机 豆浆机|空气炸锅 炸锅|加湿器 补水器|风扇 电扇|吹风机 电吹风|吸尘器 除尘器|猫粮 猫食|狗粮 犬粮|猫砂 猫沙|猫抓板 抓板|逗猫棒 猫玩具|瑜伽垫 健身垫|"
    "跳绳 健身绳|哑铃 手铃|弹力带 拉力带|羽毛球拍 球拍|笔记本 本子|中性笔 签字笔|便签 便利贴|文件夹 资料夹|口红 唇膏|眼影盘 眼影|面膜 敷面膜|洗发水 洗头水|"
    "沐浴露 沐浴液|护手霜 手霜|纸尿裤 尿不湿|奶瓶 婴儿瓶|玩偶 娃娃|积木 拼装玩具|坚果 干果|饼干 曲奇|咖啡 拿铁|茶叶 茗茶|麦片 燕麦|牛肉干 肉干|背包 双肩包|"
    "plate dish|bowl basin|chopstick wooden sticks|mug cup|flask thermos|pan skillet|pot saucepan|knife cutter|rug mat|towel washcloth|pillow cushion|"
    "blanket throw|sweater jumper|cardigan knitwear|jacket coat|sock hosiery|scarf shawl|hat beanie|tent shelter|backpack rucksack|lamp light|lantern torch|"
    "charger adapter|cable cord|earbud earphone|headphone headset|speaker loudspeaker|kettle boiler|fan blower|notebook notepad|pen rollerball|lipstick lip colour|"
    "shampoo hair wash|diaper nappy|stroller pram|plush stuffed|cookie biscuit|candy sweets|dumbbell weights|wrench spanner|screw fastener|tape adhesive|glove mitt|"
    "bag pouch|bottle flask|filter strainer|brush scrubber|glue adhesive|tube pipe|cutter blade|bucket pail|broom sweeper|soap cleanser|hose pipe|mask respirator"
)
_SAYS_THE_SAME = _SAME.split("|")
_ABOUT = ("{leaf}推荐", "买{leaf}", "{leaf} 哪个好", "好用的{leaf}", "送人 {leaf}", "best {leaf}", "{leaf} for gift")
_BOUNDS = ("{what} {bound}元以下", "{what} 不超过{bound}", "{bound}块以内的{what}", "{what} under {bound}")

_LATIN = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*(cm|mm|m|ml|l|kg|g|英寸|寸|米|升)(?![A-Za-z])", re.IGNORECASE)
_OTHER_UNIT = {
    "cm": (10.0, "mm"), "m": (100.0, "cm"), "米": (100.0, "厘米"), "ml": (0.001, "L"), "l": (1000.0, "ml"),
    "升": (1000.0, "毫升"), "kg": (1000.0, "g"), "g": (0.001, "kg"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with its right answers."""

    query: str
    answers: tuple[str, ...]
    kind: str


def make_queries(products: Sequence[Product], count: int, seed: int, kinds: Sequence[str] = KINDS) -> list[Judged]:
    """About `count` judged queries of each kind; kinds that the catalogue's texts do not allow are fewer."""
    chance = Chance(seed).of("judged queries")
    made: list[Judged] = []
    for kind in kinds:
        drawn = chance.of(kind)
        if kind == "intent":
            made += _intents(products, count, drawn)
            continue
        order = drawn.of("order").order(len(products))
        found = 0
        for turn in range(3 * len(products)):
            if found == count or not len(products):
                break
            product = products[int(order[turn % len(products)])]
            query = _MAKERS[kind](product, drawn.of(turn))
            if query:
                made.append(Judged(query, (product.id,), kind))
                found += 1
    return made


def _words(text: str) -> tuple[list[str], list[str]]:
    """(Chinese words of two characters or more, Latin words) of a text, in order."""
    han = [word for run in _HAN.findall(text) for word in rjieba.cut(run, True) if len(word) > 1]
    return han, [word.lower() for word in _LATIN.findall(text)]


def _some(words: Sequence[str], count: int, chance: Chance) -> list[str]:
    places = sorted(int(place) for place in chance.order(len(words))[:count])
    return [words[place] for place in places]


def _plain(product: Product, chance: Chance) -> str:
    han, latin = _words(product.title)
    if product.title_en and chance.of("language").uniforms(1)[0] < 0.3:
        han, latin = [], _words(product.title_en)[1]
    if len(han) >= 2:
        return "".join(_some(han, 2 + int(chance.of("size").integers(2, 1)[0]), chance))
    return " ".join(_some(latin, 2 + int(chance.of("size").integers(2, 1)[0]), chance)) if len(latin) >= 2 else ""


def _misspelt(product: Product, chance: Chance) -> str:
    query = _plain(product, chance.of("query"))
    if not query:
        return ""
    latin = list(re.finditer(r"[a-z]{4,}", query))
    if latin:
        one = latin[int(chance.of("which").integers(len(latin), 1)[0])]
        return query[: one.start()] + _slip(one.group(), chance.of("slip")) + query[one.end() :]
    places = [
        (place, other)
        for place, character in enumerate(query)
        for group in _SOUND_ALIKE
        if character in group
        for other in group
        if other != character
    ]
    if places:
        place, other = places[int(chance.of("sound").integers(len(places), 1)[0])]
        return query[:place] + other + query[place + 1 :]
    if len(query) < 4 or not _HAN.fullmatch(query):
        return ""
    place = 1 + int(chance.of("place").integers(len(query) - 2, 1)[0])
    if chance.of("how").uniforms(1)[0] < 0.5:
        return query[:place] + query[place + 1 :]
    return query[:place] + query[place + 1] + query[place] + query[place + 2 :]


def _slip(word: str, chance: Chance) -> str:
    place = 1 + int(chance.of("place").integers(len(word) - 2, 1)[0])
    how = int(chance.of("how").integers(4, 1)[0])
    if how == 0:
        return word[:place] + word[place + 1 :]
    if how == 1:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if how == 2:
        return word[:place] + word[place] + word[place:]
    near = _NEAR_KEYS[word[place]]
    return word[:place] + near[int(chance.of("near").integers(len(near), 1)[0])] + word[place + 1 :]


def _head(product: Product, chance: Chance) -> str:
    """What the product is: the last part of its category, or a long word of its title."""
    leaf = product.category.rsplit(" > ", 1)[-1]
    han, latin = _words(product.title)
    if han:
        return max(han, key=len) if not leaf or chance.uniforms(1)[0] < 0.6 else leaf
    return max(latin, key=len) if latin else ""


def _attribute(product: Product, chance: Chance) -> str:
    what = _head(product, chance.of("head"))
    if not what:
        return ""
    if product.price.amount > 0 and chance.of("price").uniforms(1)[0] < 0.25:
        bound = max(10, int(-(-product.price.amount // 10) * 10))
        brand = f"{product.brand} " if product.brand else ""
        form = _BOUNDS[int(chance.of("bound").integers(len(_BOUNDS), 1)[0])]
        return form.format(what=brand + what, bound=bound)
    values = [value for value in product.attributes.values() if 1 < len(value) < 16]
    values += [found.group() for found in _QUANTITY.finditer(product.title)]
    if not values:
        return ""
    value = values[int(chance.of("value").integers(len(values), 1)[0])]
    found = _QUANTITY.fullmatch(value)
    if found and found.group(2).lower() in _OTHER_UNIT and chance.of("unit").uniforms(1)[0] < 0.5:
        factor, unit = _OTHER_UNIT[found.group(2).lower()]
        value = f"{float(found.group(1)) * factor:g}{unit}"
    return f"{value} {what}" if chance.of("side").uniforms(1)[0] < 0.5 else f"{what} {value}"


def _mixed(product: Product, chance: Chance) -> str:
    han, latin = _words(product.title)[0], _words(product.title_en)[1]
    if not han or not latin:
        return ""
    words = [_some(han, 1, chance.of("zh"))[0], _some(latin, 1, chance.of("en"))[0]]
    return " ".join(words if chance.of("side").uniforms(1)[0] < 0.5 else words[::-1])


def _synonym(product: Product, chance: Chance) -> str:
    texts = f"{product.title} {product.title_en}".lower()
    options: list[tuple[str, str]] = []
    for pair in _SAYS_THE_SAME:
        word, _, other = pair.partition(" ")
        for this, that in ((word, other), (other, word)):
            if this in texts and that not in texts:
                options.append((this, that))
    if not options:
        return ""
    this, that = options[int(chance.of("which").integers(len(options), 1)[0])]
    han, latin = _words(product.title)
    rest = [word for word in han if word not in this and this not in word]
    if not rest or not _HAN.search(that):
        rest = [word for word in (_words(product.title_en)[1] or latin) if this not in word]
    if not rest:
        return ""
    more = _some(rest, 1, chance.of("more"))[0]
    return more + that if _HAN.fullmatch(more) and _HAN.fullmatch(that) else f"{more} {that}"


def _intents(products: Sequence[Product], count: int, chance: Chance) -> list[Judged]:
    """Somebody who names a kind of thing: every product of the category is right."""
    members: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.category:
            members[product.category].append(product)
    names = sorted(members)
    made = []
    for turn in range(min(count, len(names) * len(_ABOUT))):
        name = names[turn % len(names)]
        form = _ABOUT[int(chance.of(turn).integers(len(_ABOUT), 1)[0])]
        query = form.format(leaf=name.rsplit(" > ", 1)[-1])
        made.append(Judged(query, tuple(one.id for one in members[name]), "intent"))
    return made


_MAKERS = {
    "plain": _plain,
    "misspelt": _misspelt,
    "attribute": _attribute,
    "mixed": _mixed,
    "synonym": _synonym,
}
