"""Sale, return, or neither: what a line of an order log records.

Shops keep postage, fees, corrections and stock counts in the same table as sales. These are set aside
with a reason, because a forecast or a recommendation that learns from them learns something untrue.
"""

from __future__ import annotations

import re

_WORDS = {
    "POSTAGE": "postage",
    "SHIPPING": "postage",
    "CARRIAGE": "carriage",
    "DISCOUNT": "discount",
    "BANK CHARGES": "bank charges",
    "AMAZONFEE": "fee",
    "AMAZON FEE": "fee",
    "运费": "postage",
    "邮费": "postage",
    "优惠": "discount",
}
"""Plain enough to mean the same in every shop."""
_ONLINE_RETAIL = {
    **_WORDS,
    "POST": "postage",
    "DOT": "postage",
    "C2": "carriage",
    "C3": "carriage",
    "M": "manual entry",
    "D": "discount",
    "S": "samples",
    "B": "bad debt",
    "CRUK": "commission",
    "ADJUST": "adjustment",
    "ADJUST2": "adjustment",
    "MANUAL": "manual entry",
    "SAMPLES": "samples",
}
"""Codes of the shop behind the Online Retail set; elsewhere M may well be a product."""
_NOT_GOODS_LIKE = (
    (re.compile(r"GIFT_[0-9]{4}_[0-9]+", re.IGNORECASE), "gift voucher"),
    (re.compile(r"TEST[0-9]{3}", re.IGNORECASE), "test"),
)


def not_goods(code: str, online_retail: bool = True) -> str:
    """What a code stands for that is no product; '' for a product.

    >>> not_goods("POST"), not_goods("gift_0001_20"), not_goods("85123A"), not_goods("M", online_retail=False)
    ('postage', 'gift voucher', '', '')
    """
    known = (_ONLINE_RETAIL if online_retail else _WORDS).get(code.upper(), "")
    if known or not online_retail or code[:1] not in "gGtT":
        return known
    return next((kind for pattern, kind in _NOT_GOODS_LIKE if pattern.fullmatch(code)), "")


def is_credit(order: str) -> bool:
    """Whether an Online Retail invoice takes goods back: C and digits."""
    return order[:1] in "Cc" and order[1:].isdecimal()


def is_adjustment(order: str) -> bool:
    """Whether an Online Retail invoice corrects the books: A and digits."""
    return order[:1] in "Aa" and order[1:].isdecimal()
