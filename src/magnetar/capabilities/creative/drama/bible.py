"""The bible of a drama: each role, place and prop with an id, its looks in words, a seed, and how it is drawn and heard.

An id and a seed come from the name and the looks alone, so that adding a line to the script changes nobody's face.
What the words leave open is chosen by the seed and stays the same in every shot.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import Any

from magnetar.capabilities.creative.drama.script import Declared, Script
from magnetar.capabilities.creative.planes import RGB
from magnetar.kernel.chance import Chance

COLOURS: tuple[tuple[tuple[str, ...], RGB], ...] = (
    (("米色", "米白", "卡其", "beige", "khaki", "cream"), (214, 190, 150)),
    (("深蓝", "藏青", "海军", "navy", "dark blue"), (38, 58, 104)),
    (("酒红", "暗红", "maroon", "burgundy"), (122, 32, 48)),
    (("粉", "pink"), (232, 150, 170)),
    (("红", "red"), (196, 52, 48)),
    (("橙", "orange"), (226, 128, 48)),
    (("金", "blond", "golden"), (214, 170, 84)),
    (("黄", "yellow"), (232, 196, 74)),
    (("墨绿", "军绿", "dark green"), (48, 84, 64)),
    (("绿", "green"), (74, 140, 96)),
    (("青", "teal", "cyan"), (52, 134, 140)),
    (("浅蓝", "天蓝", "light blue"), (124, 172, 214)),
    (("蓝", "blue"), (56, 98, 172)),
    (("紫", "purple", "violet"), (116, 76, 150)),
    (("棕", "褐", "咖啡色", "brown"), (112, 74, 48)),
    (("银", "silver"), (190, 194, 202)),
    (("灰", "grey", "gray"), (128, 132, 140)),
    (("黑", "black"), (34, 34, 42)),
    (("白", "white"), (236, 236, 232)),
)
_CLOTHES = r"(?:风衣|大衣|外套|西装|毛衣|衬衫|裙|旗袍|夹克|卫衣|制服|校服|T恤|长袍|白大褂|衣|coat|suit|jacket|sweater|shirt|dress|hoodie|uniform|robe|gown|vest)"
_SCARF = r"(?:围巾|丝巾|领带|领结|scarf|tie|bow)"
_HAIR = r"(?:[短长卷直]?发|马尾|盘发|辫|寸头|光头|hair|ponytail|bun|braid|bald)"
_SKINS: tuple[RGB, ...] = ((250, 222, 200), (244, 208, 180), (228, 184, 150), (198, 148, 112))
_PALETTE: tuple[RGB, ...] = ((70, 96, 150), (150, 70, 84), (74, 122, 96), (122, 88, 140), (184, 132, 70), (60, 66, 82))
_PLACES = (
    ("cafe", ("咖啡", "茶馆", "餐", "酒吧", "饭店", "cafe", "café", "bar", "restaurant", "diner", "coffee")),
    ("sea", ("海", "江", "河", "湖", "码头", "灯塔", "沙滩", "sea", "beach", "river", "dock", "harbour", "harbor", "lake", "pier")),
    ("office", ("办公", "公司", "会议", "写字楼", "银行", "警局", "office", "meeting", "bank", "company")),
    ("hospital", ("医院", "病房", "诊", "hospital", "ward", "clinic")),
    ("school", ("教室", "学校", "课堂", "图书馆", "school", "classroom", "library")),
    ("train", ("车厢", "火车", "地铁", "高铁", "train", "carriage", "subway")),
    ("station", ("站台", "车站", "月台", "platform", "station")),
    ("shop", ("商店", "超市", "店", "商场", "shop", "store", "mall", "market")),
    ("home", ("家", "客厅", "卧室", "厨房", "房间", "公寓", "宿舍", "home", "living", "bedroom", "kitchen", "room", "apartment", "flat", "house")),
    ("roof", ("天台", "屋顶", "阳台", "rooftop", "roof", "balcony")),
    ("park", ("公园", "花园", "树林", "山", "田", "草地", "村", "park", "garden", "forest", "wood", "hill", "field", "village")),
    ("street", ("街", "路", "巷", "桥", "门口", "广场", "城", "street", "road", "alley", "bridge", "square", "city", "town")),
)  # fmt: skip
_PROPS = (
    (
        "letter",
        (
            "信",
            "信封",
            "票",
            "纸",
            "照片",
            "文件",
            "合同",
            "letter",
            "ticket",
            "envelope",
            "paper",
            "photo",
            "contract",
        ),
    ),
    ("watch", ("表", "钟", "戒指", "项链", "手镯", "watch", "clock", "ring", "necklace")),
    ("phone", ("手机", "电话", "phone", "mobile")),
    ("key", ("钥匙", "key")),
    ("cup", ("杯", "咖啡", "茶", "cup", "mug", "coffee", "tea")),
    ("bag", ("包", "箱", "礼盒", "bag", "box", "suitcase", "gift")),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role: the same face, clothes and voice in every shot."""

    id: str
    name: str
    looks: str
    seed: int
    female: bool
    age: int
    skin: RGB
    hair: RGB
    cut: str
    """short, long, bun, curly, crop, pony or bald."""
    clothes: RGB
    dress: str
    """coat, suit, knit or plain."""
    accent: RGB
    scarf: str
    """scarf, tie or ''."""
    glasses: bool
    beard: bool
    hat: str
    """cap or ''."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place."""

    id: str
    name: str
    looks: str
    seed: int
    kind: str


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing that the story turns on."""

    id: str
    name: str
    looks: str
    seed: int
    kind: str
    colour: RGB


@dataclass(frozen=True, slots=True)
class Bible:
    """Everyone, everywhere and everything."""

    roles: tuple[Role, ...]
    places: tuple[Place, ...]
    props: tuple[Prop, ...]

    def role(self, id_: str) -> Role:
        return next(one for one in self.roles if one.id == id_)

    def place(self, id_: str) -> Place:
        return next(one for one in self.places if one.id == id_)

    def prop(self, id_: str) -> Prop:
        return next(one for one in self.props if one.id == id_)

    def plain(self) -> dict[str, Any]:
        """As an object for programs."""
        return {
            "roles": [asdict(one) for one in self.roles],
            "places": [asdict(one) for one in self.places],
            "props": [asdict(one) for one in self.props],
        }


def write_bible(script: Script) -> Bible:
    """The bible of a script; places that only headings name are there too."""
    places = {one.name: one for one in script.places}
    for episode in script.episodes:
        for scene in episode.scenes:
            places.setdefault(scene.place, Declared(scene.place, "", scene.heading.number))
    return Bible(
        tuple(_role(one) for one in script.roles), tuple(_place(one) for one in places.values()), tuple(_prop(one) for one in script.props)
    )  # fmt: skip


def seed_of(kind: str, name: str, looks: str) -> int:
    """A number for a thing's chance, from its name and looks alone."""
    return int.from_bytes(hashlib.sha256(f"{kind}\0{name}\0{looks}".encode()).digest()[:6], "big")


def colour_before(text: str, thing: str) -> RGB | None:
    """The colour named for a kind of thing.

    >>> colour_before("黑色短发，米色风衣", r"风衣"), colour_before("long red hair, green coat", r"coat")
    ((214, 190, 150), (74, 140, 96))
    """
    for clause in re.split(r"[，,、；;。]| and | with ", text.lower()):
        if re.search(thing, clause):
            for words, colour in COLOURS:
                if any(word in clause for word in words):
                    return colour
    return None


def _role(one: Declared) -> Role:
    looks, seed = one.looks.lower(), seed_of("role", one.name, one.looks)
    draw = Chance(seed).of("role").uniforms(8)
    female = bool(
        re.search(
            r"女|妈|母|姨|姐|妹|奶|婆|妻|\b(?:woman|girl|female|mother|sister|wife|lady|she|her)\b",
            looks + one.name.lower(),
        )
    )
    male = bool(re.search(r"男|爸|父|叔|哥|弟|爷|\b(?:man|boy|male|father|brother|husband|he|his)\b", looks))
    if not female and not male:
        female = bool(draw[0] < 0.5)
    years = re.search(r"(?<!\d)(\d{1,2})(?:\s*岁)?(?!\d)", looks)
    age = int(years.group(1)) if years else round(22 + 20 * float(draw[1]))
    cut = "long" if female and draw[2] < 0.6 else "short"
    for name, words in (
        ("bald", ("光头", "bald")), ("crop", ("寸头", "平头", "crew cut", "buzz")), ("bun", ("盘发", "发髻", "bun")), ("pony", ("马尾", "辫", "ponytail", "braid")),
        ("curly", ("卷", "curly", "wavy")), ("long", ("长发", "长直发", "long")), ("short", ("短发", "short hair", "bob")),
    ):  # fmt: skip
        if any(word in looks for word in words):
            cut = name
            break
    hair = colour_before(looks, _HAIR) or (
        (190, 190, 196) if age >= 60 else ((40, 34, 40), (66, 44, 34))[int(draw[3] * 2)]
    )
    dress = (
        "suit"
        if re.search(r"西装|制服|警服|suit|uniform", looks)
        else "coat"
        if re.search(r"风衣|大衣|外套|夹克|coat|jacket|白大褂", looks)
        else "knit"
        if re.search(r"毛衣|卫衣|sweater|hoodie", looks)
        else "plain"
    )
    scarf = (
        "scarf"
        if re.search(r"围巾|丝巾|scarf", looks)
        else "tie"
        if re.search(r"领带|领结|\btie\b", looks) or dress == "suit"
        else ""
    )
    clothes = colour_before(looks, _CLOTHES) or _PALETTE[int(draw[4] * len(_PALETTE))]
    accent = colour_before(looks, _SCARF) or _PALETTE[int(draw[5] * len(_PALETTE))]
    return Role(
        f"role/{one.name}", one.name, one.looks, seed, female, age, _SKINS[int(draw[6] * 2.4)], hair, cut, clothes, dress, accent, scarf,
        bool(re.search(r"眼镜|glasses|spectacles", looks)), bool(re.search(r"胡|beard|moustache|mustache", looks)),
        "cap" if re.search(r"帽|\b(?:cap|hat)\b", looks) else "",
    )  # fmt: skip


def _place(one: Declared) -> Place:
    text = one.name.lower()
    kind = next((name for name, words in _PLACES if any(word in text for word in words)), "")
    if not kind:
        text = one.looks.lower()
        kind = next((name for name, words in _PLACES if any(word in text for word in words)), "street")
    return Place(f"place/{one.name}", one.name, one.looks, seed_of("place", one.name, one.looks), kind)


def _prop(one: Declared) -> Prop:
    kind = next((name for name, words in _PROPS if any(word in one.name.lower() for word in words)), "bag")
    colour = next(
        (colour for words, colour in COLOURS if any(word in one.looks.lower() for word in words)), (226, 206, 160)
    )
    return Prop(f"prop/{one.name}", one.name, one.looks, seed_of("prop", one.name, one.looks), kind, colour)
