"""To whom a script speaks, and how it calls them: words about the viewer that claim nothing of the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.evidence import Matter
from magnetar.capabilities.creative.copy.parts import Ground
from magnetar.capabilities.understanding import IDENTITIES, Audience, sensitive_kind

_CALLS = """
camping | 爱露营的你 | Going camping
hiking | 爱徒步的你 | Going hiking
picnic | 爱野餐的你 | Planning a picnic
baby | 家有宝宝 | Baby at home
nursing | 喂养的日子 | Feeding time
kids | 家有孩子 | Kids at home
students | 学生党 | Students
dorm | 住宿舍的你 | Dorm life
study | 在学习的你 | Study time
gift | 想送礼的你 | Looking for a gift
cats | 养猫的你 | Cat at home
dogs | 养狗的你 | Dog at home
dog walking | 要遛狗的你 | Walking the dog
office | 坐办公室的你 | Office days
office workers | 上班族 | Office workers
commuting | 通勤路上的你 | Commuting
packed lunch | 自己带饭的你 | Packed lunch
gym | 健身的你 | Gym days
yoga | 练瑜伽的你 | Yoga time
running | 爱跑步的你 | Going running
swimming | 爱游泳的你 | Swimming days
cycling | 骑行的你 | Cycling days
cooking | 爱做饭的你 | Into cooking
kitchen | 常进厨房的你 | Kitchen days
breakfast | 吃早餐的你 | Breakfast time
baking | 爱烘焙的你 | Baking days
coffee | 爱咖啡的你 | Coffee time
tea time | 爱喝茶的你 | Tea time
afternoon tea | 爱下午茶的你 | Afternoon tea
party | 要聚会的你 | Party coming
hotpot | 爱火锅的你 | Hotpot night
barbecue | 爱烧烤的你 | Barbecue day
dining | 餐桌边的你 | Dining in
garden | 爱园艺的你 | Garden days
makeup | 爱化妆的你 | Makeup time
skincare | 做护肤的你 | Skincare time
gaming | 打游戏的你 | Gaming time
travel | 要出行的你 | Travel plans
car | 开车的你 | On the road
car owners | 车主 | Drivers
single person | 一个人住 | Living alone
bedroom | 收拾卧室的你 | Doing up the bedroom
living room | 布置客厅的你 | Doing up the living room
bathroom | 打理浴室的你 | Doing up the bathroom
balcony | 有阳台的你 | Got a balcony
laundry | 要洗衣的你 | Laundry day
sleep | 准备睡觉的你 | Time to sleep
streaming | 做直播的你 | Streaming
home | 收拾家里的你 | At home
women | 女士们 | Women
men | 男士们 | Men
family | 一家人 | Family
beginners | 新手 | Beginners
fishing | 爱钓鱼的你 | Going fishing
laboratory | 实验室里的你 | Lab days
woodworking | 做木工的你 | Woodworking
industrial | 车间里的你 | Workshop days
"""
CALLS = {key: (zh, en) for key, zh, en in (line.split(" | ") for line in _CALLS.strip().splitlines())}
"""For each cue, by its English value, how those whom it speaks of are called."""
MOST = 6


@dataclass(frozen=True, slots=True)
class Voice:
    """An audience and how it is called."""

    name: str
    call: str
    grounds: tuple[Ground, ...]
    response: float = 0.0
    """Expected response where understanding ranked it; orders ties."""
    reason: str = ""


def voices(matter: Matter, ranked: Sequence[Audience] = (), wanted: str = "") -> list[Voice]:
    """The audiences that a script may speak to, best first.

    An identity counts where a cue of its stands in the record; its call uses that cue's word, which says something of
    the viewer and repeats what the record says of the product. A segment of understanding's is called by the product's
    own category. A wish of the brief is taken as it is written, where it names one of these or is plain words.

    Args:
        ranked: understanding's audiences, best first (`rank_cohorts`, `rank_segments`); they order the voices.
        wanted: the brief's audience.
    """
    place = 0 if matter.language == "zh" else 1
    scores = {one.name.split(":", 1)[-1]: one for one in ranked}
    found: list[Voice] = []
    for identity in IDENTITIES:
        for cue in sorted(identity.cues & matter.about.keys() & CALLS.keys()):
            said = matter.about[cue]
            audience = scores.get(identity.name)
            reason = (
                audience.reasons[0].zh
                if audience and matter.language == "zh"
                else audience.reasons[0].en
                if audience
                else ""
            )
            found.append(Voice(identity.name, CALLS[cue][place], (Ground(said.text, said.field),),
                               audience.response if audience else 0.0, reason))  # fmt: skip
    taken = {one.call for one in found}
    for cue in sorted(matter.about.keys() & CALLS.keys()):
        if (call := CALLS[cue][place]) not in taken:
            said = matter.about[cue]
            found.append(Voice(cue.replace(" ", "_"), call, (Ground(said.text, said.field),)))
    if matter.leaf and any(one.sort == "segment" for one in ranked):
        best = next(one for one in ranked if one.sort == "segment")
        call = f"常看{matter.leaf}的你" if matter.language == "zh" else f"Into {matter.leaf.lower()}"
        found.append(Voice(best.name, call, (Ground(matter.leaf, "category"),), best.response, best.reasons[0].zh))
    found = list({one.call: one for one in found if not sensitive_kind(one.call)}.values())
    found.sort(key=lambda one: -one.response)
    if wanted:
        near = [one for one in found if wanted.lower() in (one.name, one.call.lower()) or wanted in one.call]
        call = wanted if matter.language == "zh" or wanted.isascii() else ""
        return near or ([Voice(f"brief:{wanted}", call, ())] if call else [])
    return found[:MOST]
