"""Whether what a text says stands in the record: numbers, prices, percentages, comparisons, certificates, promises …

A claim is a quantity, a word of a claim group, a material or function or place, or a name. Each must be found in the
record by meaning (两斤 is 1 kg, waterproof is 防水), else there is a finding; words that the law forbids are always one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from magnetar.capabilities.creative.copy.advertising_law import unlawful
from magnetar.capabilities.creative.copy.quantities import Quantity, find_quantities, fold, same
from magnetar.capabilities.creative.copy.record import (
    Record,
    clauses_of,
    groups_in,
    is_chinese,
    latin_words,
    plain,
    read_record,
    words_in,
)
from magnetar.capabilities.creative.copy.rules import BRANDS, CAPABLE, GROUPS
from magnetar.capabilities.creative.copy.support import unsupported
from magnetar.capabilities.creative.wording import CONTACT
from magnetar.capabilities.understanding import find_flags
from magnetar.vocabulary.catalogue import Product


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that may not be made, with the reason in both languages."""

    kind: str
    """number, price, discount, certification, origin, absolute … ; see docs/capabilities/copy.md."""
    words: str
    """The words that make the claim."""
    text: str
    """The text that they stand in."""
    reason: str
    article: str = ""
    """The article of the Advertising Law, for words that are refused whatever the record says."""


_PRICE_NOW = re.compile(r"(?:现价|到手价?|只要|仅需|仅售|售价|特价|now|only|just|for)\s*$", re.IGNORECASE)
_PRICE_WAS = re.compile(
    r"(?:原价|划线价?|标价|市场价|吊牌价|专柜价|was|list(?: price)?|originally|rrp|msrp|from)\s*$", re.IGNORECASE
)
_SAVED = re.compile(r"(?:省|立减|直降|减|便宜|save|saves|saving)\s*$", re.IGNORECASE)
_OFF = re.compile(r"^\s*(?:off|discount|less|的?折扣|优惠)", re.IGNORECASE)
_SURE_NAMES = re.compile(r"(?i)^(?:ai|ok|diy|vs|app|tv|led|pcs|hi|the|a|an|shop|now|ok)$")
_UNIT_LIKE = re.compile(r"(?i)^(?:x|cm|mm|ml|kg|g|l|w|v|h|s|m|km|mah|wh|hz|db|in|ft|oz|lb|lbs|lm|gb|tb|mp|pa|kpa|rpm|c|f|n|no)$")  # fmt: skip


def check_claims(
    texts: Iterable[str], product: Product, more: Iterable[str] = (), *, strict: bool = True
) -> list[Finding]:
    """Hold texts against a product's record.

    Args:
        texts: what an advertisement says: headlines, captions, chips, spoken lines.
        more: further texts of the merchant's own that count as the record, such as English selling points; a number
            in them counts only where the record itself has it.
        strict: also find words that carry meaning and that neither the record nor our glue holds (kind `unsupported`);
            without it only the tables of claims speak, which cannot foresee every way to say a thing.

    Returns:
        findings, in order; none where every claim stands in the record and no word is forbidden.
    """
    return check_record(texts, read_record(product, more), strict=strict)


def check_record(texts: Iterable[str], record: Record, *, strict: bool = True) -> list[Finding]:
    """As `check_claims`, for a record that is ready; equal texts are checked once."""
    found: list[Finding] = []
    for text in dict.fromkeys(texts):
        if text and text.strip():
            found += check_text(text, record, strict=strict)
    return found


def check_text(text: str, record: Record, *, strict: bool = True) -> list[Finding]:
    """The findings of one text."""
    found = [Finding(law.kind, words, text, f"{law.zh} · {law.en}", law.article) for law, words in unlawful(text)]
    for flag in find_flags("text", text):
        if flag.reason in ("instruction", "markup"):
            found.append(
                Finding(flag.reason, flag.text, text, "写给机器的指令或网页代码 · an order to a machine, or markup")
            )
        elif flag.reason == "cure" and not any(one.kind in ("medical", "health_food") for one in found):
            found.append(Finding("medical", flag.text, text, "医疗用语 · a medical claim", "第十七条 Art. 17"))
        elif flag.reason == "absolute" and not any(one.kind == "absolute" for one in found):
            found.append(Finding("absolute", flag.text, text, "绝对化用语 · an absolute term", "第九条(三) Art. 9(3)"))
    if match := CONTACT.search(text):
        found.append(Finding("contact", match.group(), text, "联系方式或网址 · an address or a way to get in touch"))
    missing = _unquoted(text, record)
    if not missing:
        return found
    for quantity in find_quantities(text):
        if finding := _quantity(quantity, text, record):
            found.append(finding)
    for number, words in groups_in(text):
        if not _in_group(number, words, record):
            kind, name = GROUPS[number].kind, GROUPS[number].name
            found.append(Finding(kind, words, text, f"档案里没有这一说 · the record does not say so ({name})"))
    said = {one.words for one in found}
    for match in CAPABLE.finditer(fold(text)):
        words = plain(match.group())
        if (
            words not in record.whole
            and words[: len(match["able"] or words) + 1] not in record.whole
            and not any(words in one or one in words for one in said)
        ):
            found.append(Finding("effect", match.group(), text, "档案里没有这一说 · the record does not say so"))
    for kind, value, words in words_in(text):
        if (kind, value) not in record.values and plain(words) not in record.whole and words not in said:
            found.append(Finding(kind.value, words, text, f"档案里没有 · the record has no such {kind.value}"))
    found += _names(text, record)
    if strict and not found:
        words = [word for clause in missing for word in unsupported(clause, record)]
        if words:
            reason = "档案里没有这些词 · words that the record does not hold"
            found.append(Finding("unsupported", ", ".join(dict.fromkeys(words)), text, reason))
    return found


def _unquoted(text: str, record: Record) -> list[str]:
    """The clauses that are not, whole, clauses of the record."""
    return [one for one in clauses_of(text) if not record.holds_clause(one)] if text.strip() else []


def _in_group(number: int, words: str, record: Record) -> bool:
    """Whether the record uses the same words of a group, or speaks of it in the other language only."""
    zh, en = record.groups.get(number, (frozenset[str](), frozenset[str]()))
    mine, others = (zh, en) if is_chinese(words) else (en, zh)
    key = plain(words)
    if any(key in one or one in key for one in mine):
        return True
    return not mine and bool(others)


def _quantity(one: Quantity, text: str, record: Record) -> Finding | None:
    if one.dimension == "money":
        return _money(one, text, record)
    if one.dimension == "discount" or (one.dimension == "percent" and _OFF.match(text[one.end :])):
        return _discount(one, text, record)
    if not one.digits and not one.dimension:
        return None
    if not one.dimension:
        known = any(same(number, one.number) for number in record.written)
    else:  # with its unit, or as a number that stands without one, such as `数量=4`
        known = any(
            same(value, one.value if dimension else one.number)
            for dimension, value in record.quantities
            if dimension in (one.dimension, "")
        )
    reason = "档案里没有这个数字或单位 · no such number with that unit in the record"
    return None if known else Finding("number", one.words, text, reason)


def _money(one: Quantity, text: str, record: Record) -> Finding | None:
    before = text[: one.start]
    if _currency_differs(one.words, record.product.price.currency):
        return Finding("price", one.words, text, "币种与档案不符 · not the currency of the record")
    now, was = record.price, record.list_price
    if _SAVED.search(before):
        if was is not None and same(one.value, was - now):
            return None
        return Finding("discount", one.words, text, "与档案价差不符 · not the difference of the record's prices")
    if _PRICE_WAS.search(before):
        good = was is not None and same(one.value, was)
    elif _PRICE_NOW.search(before):
        good = abs(one.value - now) < 0.005
    else:
        good = abs(one.value - now) < 0.005 or (was is not None and abs(one.value - was) < 0.005)
    good = good or any(dimension == "money" and value == one.value for dimension, value in record.quantities)
    return None if good else Finding("price", one.words, text, "与档案价格不符 · not a price of the record")


_SIGNS = (
    (re.compile(r"[¥￥元块圆]|rmb|yuan|cny", re.IGNORECASE), ("CNY", "JPY")),
    (re.compile(r"\$|dollar|usd|buck", re.IGNORECASE), ("USD", "HKD", "TWD", "SGD", "AUD", "CAD", "NZD", "MXN")),
    (re.compile(r"€|eur", re.IGNORECASE), ("EUR",)),
    (re.compile(r"£|sterling", re.IGNORECASE), ("GBP",)),
    (re.compile(r"₩"), ("KRW",)),
)


def _currency_differs(words: str, currency: str) -> bool:
    return any(sign.search(words) and currency not in meant for sign, meant in _SIGNS)


def _discount(one: Quantity, text: str, record: Record) -> Finding | None:
    if (one.dimension, one.value) in record.quantities:
        return None
    if record.list_price:
        share = record.price / record.list_price
        if one.dimension == "discount" and abs(one.value - 10.0 * share) <= 0.05:
            return None
        if one.dimension == "percent" and abs(one.value - 100.0 * (1.0 - share)) <= 0.5:
            return None
    return Finding("discount", one.words, text, "与档案价格不符 · not what the record's prices give")


def _names(text: str, record: Record) -> list[Finding]:
    """Names of others: a known brand, a word in Latin letters within Chinese, a capital within an English sentence."""
    found: list[Finding] = []
    if (match := BRANDS.search(text)) and plain(match.group()) not in record.whole:
        found.append(Finding("name", match.group(), text, "档案里没有这个名字 · the record does not name it"))
    chinese = is_chinese(text)
    for word, start in latin_words(text):
        low = word.lower()
        if low in record.latin or _SURE_NAMES.match(low) or _UNIT_LIKE.match(low) or plain(low) in record.whole:
            continue
        if not chinese:
            first = not text[:start].strip() or text[:start].rstrip()[-1:] in ".!?:;–—-|·\"'“("
            if first or not word[0].isupper():
                continue
        elif start and text[start - 1].isdigit():
            continue
        found.append(Finding("name", word, text, "档案里没有这个名字 · the record does not name it"))
    return found


def fits(texts: Sequence[str], record: Record) -> bool:
    """Whether nothing is found.

    >>> from magnetar.vocabulary.money import Money
    >>> record = read_record(Product("p", "m", "陶瓷碗 1000ml", Money.of("45.80")))
    >>> fits(["1升陶瓷碗", "现价45.80元"], record), fits(["2升陶瓷碗"], record), fits(["不锈钢碗"], record)
    (True, False, False)
    """
    return not check_record(texts, record)
