"""Who a shopper may be: hypotheses, each with the words of product cards that speak for it. Ours; nothing sensitive.

A hypothesis is about a way of living that goods can serve, never about health, belief, origin or the like
(`sensitive`); a test holds every line of this table against that list.
"""

from __future__ import annotations

from typing import NamedTuple


class Identity(NamedTuple):
    """A hypothesis about a shopper."""

    name: str
    zh: str
    en: str
    cues: frozenset[str]
    """English values of a card's scenes, audiences, occasions, functions, styles that speak for it."""
    prior: float
    """Probability before anything is seen."""
    starter_zh: str = ""
    starter_en: str = ""
    """What it is called while the first such deed is recent."""


def _one(name: str, zh: str, en: str, cues: str, prior: float, starter_zh: str = "", starter_en: str = "") -> Identity:
    return Identity(name, zh, en, frozenset(one.strip() for one in cues.split(",")), prior, starter_zh, starter_en)


IDENTITIES = (
    _one("camper", "露营爱好者", "camper", "camping, picnic, hiking", 0.08, "露营新手", "new to camping"),
    _one("baby_family", "有宝宝的家庭", "family with a baby", "baby, nursing", 0.08, "新手爸妈", "new parents"),
    _one("child_family", "有孩子的家庭", "family with children", "kids, boys, girls, back to school", 0.12),
    _one("dorm_student", "学生宿舍", "student in a dormitory", "students, dorm, study", 0.08),
    _one("gift_giver", "送礼者", "gift giver", "gift, birthday, wedding, valentine, mother's day, father's day, anniversary", 0.10),
    _one("cat_owner", "养猫人", "cat owner", "cats", 0.08, "新手铲屎官", "new cat owner"),
    _one("dog_owner", "养狗人", "dog owner", "dogs, dog walking", 0.08),
    _one("office_worker", "上班族", "office worker", "office, office workers, commuting, packed lunch", 0.15),
    _one("fitness", "健身人群", "keeps fit", "gym, yoga, running, swimming, cycling", 0.10, "健身新手", "new to fitness"),
    _one("home_cook", "爱下厨的人", "home cook", "cooking, kitchen, breakfast", 0.20),
    _one("baker", "烘焙爱好者", "home baker", "baking", 0.06),
    _one("coffee_lover", "咖啡爱好者", "coffee lover", "coffee", 0.10),
    _one("tea_drinker", "喝茶的人", "tea drinker", "tea time, afternoon tea", 0.08),
    _one("host", "爱请客的人", "party host", "party, hotpot, barbecue, dining, housewarming", 0.10),
    _one("festive", "过节布置", "decorates for holidays", "christmas, halloween, easter, new year, mid-autumn", 0.10),
    _one("gardener", "园艺爱好者", "gardener", "garden", 0.08),
    _one("beauty", "护肤美妆", "beauty and skin care", "makeup, skincare", 0.10),
    _one("gadgets", "数码爱好者", "likes gadgets", "gaming, wireless charging, bluetooth, fast charging, streaming", 0.10),
    _one("maker", "动手达人", "maker", "woodworking, welding, workshop, 3d printing, renovation, grinding, soldering", 0.06),
    _one("lab", "实验室采购", "buys for a laboratory", "laboratory", 0.03),
    _one("traveller", "常出行的人", "often travels", "travel", 0.10),
    _one("driver", "车主", "car owner", "car, car owners", 0.08),
    _one("solo", "独居", "lives alone", "single person", 0.08),
)  # fmt: skip
BARGAIN = Identity("bargain_hunter", "比价党", "bargain hunter", frozenset({"cheapest third", "marked down"}), 0.15)
"""Told from prices, not from words."""
