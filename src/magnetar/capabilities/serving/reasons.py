"""Why an item stands where it stands: a code in every record, a sentence for people."""

from __future__ import annotations

import enum


class Reason(enum.IntEnum):
    """Why a position was filled."""

    EMPTY = 0
    RELEVANT = 1
    EXPLORED = 2
    SEARCHED = 3
    PAID = 4
    PAID_COLD_START = 5
    PAID_EXPANSION = 6
    FOLLOWED = 7
    ANSWERED = 8


_SENTENCES = {
    Reason.EMPTY: ("没有合适的内容", "Nothing fitted."),
    Reason.RELEVANT: (
        "预计点击和成交价值最高的自然内容",
        "Organic: among the highest expected value for this shopper.",
    ),
    Reason.EXPLORED: ("自然内容, 系统仍在了解它", "Organic: still little known, shown to learn."),
    Reason.SEARCHED: ("与搜索的品类相符", "Organic: of the category that was searched for."),
    Reason.PAID: ("广告: 出价与相关性在竞价中胜出", "Paid: won its slot by bid and relevance."),
    Reason.PAID_COLD_START: ("广告: 冷启动流量池中的测试曝光", "Paid: a test impression of a cold-start pool."),
    Reason.FOLLOWED: ("和刚看过的商品相配", "Organic: goes with what was looked into just now."),
    Reason.ANSWERED: ("符合搜索的内容", "Organic: answers what was searched for."),
    Reason.PAID_EXPANSION: ("广告: 破圈, 向新人群拓展", "Paid: reaching out to a new audience."),
}


def explain(code: int, language: str = "zh") -> str:
    """The sentence for a reason code."""
    chinese, english = _SENTENCES[Reason(code)]
    return chinese if language == "zh" else english
