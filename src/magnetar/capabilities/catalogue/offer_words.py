"""Availability and condition in the words of Google, Meta, schema.org, Shopify and Chinese shops."""

from __future__ import annotations

import re
from functools import lru_cache

from magnetar.capabilities.catalogue.cleaning import clean

_AVAILABLE = {
    **dict.fromkeys(
        [
            "in stock",
            "instock",
            "in_stock",
            "available",
            "available for order",
            "available_for_order",
            "limited availability",
            "limitedavailability",
            "limited_availability",
            "onlineonly",
            "online only",
            "instoreonly",
            "preorder",
            "pre order",
            "presale",
            "pre sale",
            "backorder",
            "back order",
            "madetoorder",
            "made to order",
            "true",
            "yes",
            "y",
            "1",
            "active",
            "有货",
            "现货",
            "在售",
            "上架",
            "预售",
            "是",
        ],
        True,
    ),
    **dict.fromkeys(
        [
            "out of stock",
            "outofstock",
            "out_of_stock",
            "soldout",
            "sold out",
            "discontinued",
            "reserved",
            "unavailable",
            "false",
            "no",
            "n",
            "0",
            "archived",
            "draft",
            "缺货",
            "无货",
            "售罄",
            "下架",
            "停产",
            "否",
        ],
        False,
    ),
}
_CONDITIONS = {
    "new": "new", "newcondition": "new", "brand new": "new", "全新": "new",
    "refurbished": "refurbished", "refurbishedcondition": "refurbished", "cpo": "refurbished", "翻新": "refurbished",
    "used": "used", "usedcondition": "used", "used like new": "used", "used good": "used", "used fair": "used",
    "damagedcondition": "used", "open box new": "used", "二手": "used",
}  # fmt: skip
_SCHEMA_ORG = re.compile(r"(?:https?://schema\.org/|schema:)", re.IGNORECASE)


@lru_cache(maxsize=256)
def read_availability(text: str) -> bool | None:
    """Whether a shopper can buy it now; None where the word is unknown.

    >>> read_availability("https://schema.org/InStock"), read_availability("缺货"), read_availability("perhaps")
    (True, False, None)
    """
    word = _word(text)
    return _AVAILABLE.get(word, _AVAILABLE.get(word.replace("_", " ").replace("-", " ")))


@lru_cache(maxsize=256)
def read_condition(text: str) -> str | None:
    """new, refurbished or used; None where the word is unknown.

    >>> read_condition("used_like_new"), read_condition("全新"), read_condition("broken")
    ('used', 'new', None)
    """
    return _CONDITIONS.get(_word(text).replace("_", " ").replace("-", " "))


def _word(text: str) -> str:
    return _SCHEMA_ORG.sub("", clean(text)).lower()
