"""Audiences in the merchant's words: which of the record's own they come near, and which can be had instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from magnetar.capabilities.creative.copy.audiences import CALLS
from magnetar.capabilities.understanding import IDENTITIES

_NEAR = """
baby, kids, family | 宝妈 妈妈 宝爸 爸爸 奶爸 父母 家长 爸妈 mom mum mother father dad parent
kids | 孩子 小孩 儿童 小朋友 kid child
students, dorm, study | 学生 宿舍 考研 student
office workers, office, commuting, packed lunch | 上班 白领 打工 职场 通勤 office worker commuter
gym, running, yoga, cycling | 健身 减脂 gym fitness
running | 跑步 跑者 runner
cycling | 骑行 骑车 cyclist biker
hiking, camping | 徒步 登山 户外 驴友 hike hiking outdoor
camping, picnic | 露营 野营 camp
gaming | 游戏 电竞 玩家 gamer
cats | 猫 铲屎官 cat
dogs | 狗 dog
cooking, kitchen | 做饭 下厨 厨房 主妇 cook
coffee | 咖啡 coffee
tea time, afternoon tea | 茶 tea
gift | 送 gift
women | 女 women woman girl ladies
men | 男 men man guy
single person | 独居 单身 一个人 single
travel | 旅行 旅游 出差 travel
car owners, car | 车主 司机 开车 driver
makeup, skincare | 美妆 化妆 护肤 makeup skincare
party, dining | 聚会 派对 party
"""
_CUES = [
    (tuple(cue.strip() for cue in cues.split(",")), frozenset(words.split()))
    for cues, words in (line.split(" | ") for line in _NEAR.strip().splitlines())
]


def near(wanted: str, zh: bool) -> list[str]:
    """What the record may call those whom a merchant names, best first; as the copy of that language calls them.

    >>> near("宝妈", True)[0], near("gamers", False)
    ('家有宝宝', ['Gaming time'])
    >>> near("woman", False), near("宇航员", True)
    (['Women'], [])
    """
    low = wanted.lower()
    english = {word.removesuffix("s") for word in re.findall(r"[a-z]+", low)} | set(re.findall(r"[a-z]+", low))
    found = [
        CALLS[cue][0 if zh else 1]
        for cues, words in _CUES
        if any((word in english) if word.isascii() else word in low for word in words)
        for cue in cues
    ]
    return list(dict.fromkeys(found))


def names(audiences: Sequence[str], zh: bool) -> list[str]:
    """How audiences of scripts are called, each once; what is only the merchant's own wish is left out.

    >>> names(["camper", "", "single_person", "brief:x"], True)
    ['露营爱好者', '一个人住']
    """
    known = {one.name: one.zh if zh else one.en for one in IDENTITIES}
    calls = {cue.replace(" ", "_"): call[0 if zh else 1] for cue, call in CALLS.items()}
    found = [known.get(one) or calls.get(one, "") for one in audiences]
    return [one for one in dict.fromkeys(found) if one]
