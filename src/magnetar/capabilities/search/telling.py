"""Why a product is among the hits, and what an answer has to say of itself, in words of both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from magnetar.capabilities.search.asking import Asked
from magnetar.capabilities.search.constraints import Facts, satisfied
from magnetar.capabilities.search.fields import NAMES, fields_of
from magnetar.capabilities.search.hits import Hit, Reason
from magnetar.capabilities.understanding import plain
from magnetar.vocabulary.catalogue import Product

MOST = 6


def reasons_of(
    asked: Asked, product: Product, masks: Mapping[str, int], facts: Facts, exact: bool, path: tuple[int, ...]
) -> tuple[Reason, ...]:
    """What of the query a product says and where; how it was reached where it says nothing of it."""
    told: list[Reason] = []
    if exact:
        told.append(Reason("id", f"编号 {product.id}", f"id {product.id}"))
    said = False
    for concept in asked.concepts:
        present = [one for one in concept if masks.get(one.term)]
        if not present:
            continue
        said = True
        one = max(present, key=lambda meaning: meaning.weight)
        fields = fields_of(masks[one.term])
        zh = "、".join(NAMES[name][0] for name in fields[:3])
        en = ", ".join(NAMES[name][1] for name in fields[:3])
        if one.kind == "spelling":
            told.append(Reason("spelling", f"{one.said} → {one.term} ({zh})", f"{one.said} → {one.term} ({en})"))
        elif one.kind in ("translation", "synonym"):
            told.append(
                Reason("translation", f"{one.said} 即 {one.term} ({zh})", f"{one.said} means {one.term} ({en})")
            )
        else:
            told.append(Reason("word", f"{one.term} ({zh})", f"{one.term} ({en})"))
    brand = plain(product.brand)
    if len(brand) > 1 and brand in plain(asked.query):
        told.insert(0, Reason("brand", f"品牌 {product.brand}", f"brand {product.brand}"))
    if asked.wish.priced and asked.wish.admits(facts.price):
        price = f"{facts.price:,.2f} {product.price.currency}"
        told.insert(0, Reason("condition", f"价格符合: {price}", f"within the price: {price}"))
    share = satisfied(asked.wish, facts)
    if share > 0.0:
        whole = share >= 1.0
        told.insert(
            0,
            Reason(
                "condition",
                "规格符合" if whole else "部分规格符合",
                "as specified" if whole else "in part as specified",
            ),
        )
    if not said and not exact:
        told.append(Reason("pieces", "字形相近", "similar in writing"))
    if path and (not said or len(told) < 2):
        code = "-".join(map(str, path))
        told.append(Reason("generated", f"语义编号 {code}", f"semantic id {code}"))
    return tuple(told[:MOST])


def notes_of(
    query: str, asked: Asked, hits: Sequence[Hit], eased: bool, popular: bool, empty: bool
) -> tuple[Reason, ...]:
    """What an answer as a whole has to say: why it is empty, and what was eased."""
    notes: list[Reason] = []
    if not hits:
        if empty:
            notes.append(
                Reason(
                    "nothing",
                    "目录里还没有商品, 请先导入: magnetar import catalogue FILE.",
                    "There is no product yet; import a catalogue first: magnetar import catalogue FILE.",
                )
            )
        elif not query.strip():
            notes.append(Reason("empty", "请输入要找的商品.", "Type what you are looking for."))
        elif not asked.plain:
            notes.append(
                Reason("wordless", "搜索词里没有可以查找的文字.", "There is no word in the query to look for.")
            )
        else:
            notes.append(Reason("nothing", "没有找到相符的商品.", "Nothing matches."))
        if popular:
            notes.append(
                Reason("popular", "下面是店内商品, 不是搜索结果.", "Below are products of the shop, not matches.")
            )
    if eased:
        notes.append(
            Reason(
                "eased",
                "没有商品符合价格条件, 以下不限价格.",
                "No product is within the price; these are at any price.",
            )
        )
    return tuple(notes)
