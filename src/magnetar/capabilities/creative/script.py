"""What a film says: a hook, selling points, an offer; every word from the record.

The script is plain data: it can be checked, translated, spoken and tested without a picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from magnetar.capabilities.creative.facts import check_numbers, show_price
from magnetar.capabilities.creative.wording import (
    clauses,
    clean_text,
    lawful,
    lawful_title,
    sentences,
    shown_or_left,
)
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

LANGUAGES = ("zh", "en")
POINTS = 3
"""Selling points that fit into fifteen seconds."""
LONGEST_POINT = {"zh": 60, "en": 140}
"""Characters of a selling point; of a longer one its first short sentence is told."""
LONGEST_DESCRIPTION = 4000
"""Characters of a description that are read."""
ACTION = {"zh": "立即购买", "en": "Shop now"}
ACTIONS_EN = ("Shop now", "See details", "Add to cart")
"""English words of a button, each a sentence of its own."""
SOLD_OUT = {"zh": "暂时缺货", "en": "Currently sold out"}
NAMES_EN = {  # attribute names and plain values that an English film may show, each a word for the same fact
    "材质": "Material", "面料": "Fabric", "容量": "Capacity", "净含量": "Net content", "重量": "Weight", "尺寸": "Size", "直径": "Diameter",
    "口径": "Diameter", "长度": "Length", "厚度": "Thickness", "功率": "Power", "承重": "Load", "规格": "Pack",
}  # fmt: skip
_VERBS = ("适用", "可用", "含", "附", "包含", "支持", "适合")
"""Attribute names that read on into their value."""
CAUTION = re.compile(
    r"请|勿|别|避免|不适合|含有?(?:麸质|乳|坚果|花生|大豆|鸡?蛋(?!白)|咖啡因|茶咖啡因)|建议|正常|注意|不要|不能|不可|过敏|慎|会掉|会有|掉色|褪色|异味|色差|误差|略有出入|http|www|刚拆|橡胶味|散味|通风[\d一两三几]+天|实物|手机屏|怕高温|另购|需另|需装"
    r"|\b(?:avoid|not|please|keep|never|normal|allerg\w*|contains (?:crustacean|nuts|milk|soy)\w*|may (?:shed|fade|vary|cause))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Line:
    """What one scene says."""

    kind: str
    """hook, point or offer."""
    headline: str
    caption: str = ""
    """The subtitle: the sentence that a voice would speak."""
    chip: str = ""
    """A small fact beside the headline."""


@dataclass(frozen=True, slots=True)
class Script:
    """A film in words."""

    product: Product
    language: str
    brand: str
    lines: tuple[Line, ...]
    price: tuple[str, str]
    list_price: tuple[str, str] | None
    action: str
    notes: list[str] = field(default_factory=list[str])

    def shown(self) -> list[str]:
        """Every text that the film may show, the AI label aside."""
        texts = [self.brand, self.action, "".join(self.price), "".join(self.list_price or ("", ""))]
        for line in self.lines:
            texts += [line.headline, line.caption, line.chip]
        return [text for text in texts if text]


def write_script(product: Product, language: str = "zh", points: Sequence[str] | None = None) -> Script:
    """Turn a product record into a script.

    Args:
        language: zh or en.
        points: selling points in the film's language, where the record's own are in another one.

    Raises:
        BadInput: the language is not known, or the record has no title that can be shown.
        Refused: a title that is written from right to left, or a number that the record does not hold.
    """
    if language not in LANGUAGES:
        raise BadInput(f"--language takes {' or '.join(LANGUAGES)}, found {language!r}.")
    notes: list[str] = []
    title = shown_title(product, language, notes)
    brand = lawful(shown_or_left(product.brand, "brand", notes), "brand", notes)
    if language == "en" and not is_latin(brand):
        brand = ""  # the English title names it in Latin letters
    name, extras = split_title(title, brand)
    pool = shown_points(product, language, points, extras, notes)
    pool = pool or shown_sentences(product, language, notes)
    told = "".join(pool[:POINTS])
    facts = [fact for fact in shown_facts(product, language, notes) if not says(told, fact)]
    least = 3 if language == "zh" else 6
    lines = [Line("hook", name, " · ".join(extras[:2]), shown_category(product, language))]
    for point in pool[:POINTS]:
        first, *rest = clauses(point)
        head = [first]
        while rest and len("".join(head)) < least:
            head.append(rest.pop(0))
        key, _, value = (facts.pop(0) if facts else "").partition(" ")
        lines.append(
            Line(
                "point",
                capital(join_clauses(head, language)),
                capital(join_clauses(rest, language)),
                stated(key, value, language) if key else "",
            )
        )
    if len(lines) == 1 and len(facts) > 1:
        apart = [fact.split(" ", 1) for fact in facts[:POINTS]]
        lines += [Line("point", stated(key, value, language)) for key, value in apart]
    lines.append(Line("offer", name))
    was = product.list_price
    higher = was is not None and was.currency == product.price.currency and product.price < was
    script = Script(
        product,
        language,
        brand,
        tuple(lines),
        show_price(product.price),
        show_price(was) if was is not None and higher else None,
        (ACTION if product.available else SOLD_OUT)[language],
        notes,
    )
    check_numbers(script.shown(), product)
    return script


def shown_title(product: Product, language: str, notes: list[str]) -> str:
    raw = product.title_en if language == "en" and product.title_en else product.title
    if language == "en" and not product.title_en:
        notes.append("title: the record has no English title; shown as it is")
    title = lawful_title(clean_text(raw, "title", notes), notes)
    if not re.search(r"\w", title):
        raise BadInput(
            f"商品 {product.id!r} 没有可展示的标题: no title that can be shown, found {raw[:60]!r}. Give it a title."
        )
    return title


def split_title(title: str, brand: str) -> tuple[str, list[str]]:
    """A title's name, without the brand in front, and what follows it: sizes, counts, uses.

    >>> split_title("釉野青釉陶瓷餐盘 8英寸 4只装", "釉野")
    ('青釉陶瓷餐盘', ['8英寸', '4只装'])
    >>> split_title("栀汀面霜 50g 保湿", "栀汀"), split_title("面霜 50g 保湿", "")
    (('栀汀面霜', ['50g', '保湿']), ('面霜50g', ['保湿']))
    >>> split_title("Youye Celadon Plates, 8 in, Set of 4", "Youye")
    ('Celadon Plates', ['8 in', 'Set of 4'])
    """
    ends = title[len(brand) :]
    led = brand and title.casefold().startswith(brand.casefold()) and not (brand[-1:] + ends[:1]).isascii()
    led = led or (brand and title.casefold().startswith(brand.casefold()) and not ends[:1].isalnum())
    bare = ends.strip(" -–—|·,，") if led else title
    bare = bare or title
    without = re.sub(r"^\s*[（(][^）)]{0,20}[）)]|[【\[][^】\]]{0,40}[】\]]", " ", bare).strip(
        " -–—|·,，"
    )  # a shop's own marks: 【专属】
    bare = without if sum(map(str.isalnum, without)) >= 4 else bare
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in bare)
    parts = [
        part
        for part in re.split(
            r"[ ，|]+|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])" if chinese else r",(?!\d)\s*|\s[-–—|]\s", bare
        )
        if part.strip()
    ]
    name = parts.pop(0)
    while not chinese and parts and re.fullmatch(r"[A-Z0-9/.-]*\d[A-Z0-9/.-]*", name):
        name = parts.pop(0)  # a code names nothing
    if chinese and parts and len(name) < 4 and bare != title and not brand.isascii():  # 面霜 is short, 栀汀面霜 says it
        return brand + name, [part.strip() for part in parts]
    while chinese and parts and (len(name) < 4 or (name.isascii() and len(name) < 12)):
        name = f"{name} {parts.pop(0)}" if name[-1].isascii() else name + parts.pop(0)
    return name, [part.strip() for part in parts]


def shown_points(
    product: Product, language: str, given: Sequence[str] | None, extras: list[str], notes: list[str]
) -> list[str]:
    raw = given if given is not None else product.selling_points
    if language == "en" and given is None and not all(is_latin(point) for point in raw):
        raw = [point for point in product.selling_points if is_latin(point)]
        notes.append("selling_points: those that are not in English are not shown")
    found: list[str] = []
    for number, point in enumerate(raw):
        kept = lawful(shown_or_left(point, f"selling_points[{number}]", notes), f"selling_points[{number}]", notes)
        if len(kept) > LONGEST_POINT[language]:
            notes.append(f"selling_points[{number}]: of {len(kept)} characters, too long for a scene")
            kept = next((part for part in sentences(kept) if len(part) <= LONGEST_POINT[language]), "")
        if re.search(r"\w", kept) and kept not in found:
            found.append(kept.rstrip("。.；;"))
    if found:
        return found
    return [extra for extra in extras if re.search(r"\w", extra)][:POINTS]


def shown_sentences(product: Product, language: str, notes: list[str]) -> list[str]:
    """Sentences of the description that praise rather than warn, for records without selling points."""
    text = re.sub(r"<[^>]{0,200}>", " ", product.description[:LONGEST_DESCRIPTION])
    most = 34 if language == "zh" else 72
    kept: list[str] = []
    for told in sentences(text):
        sentence = shown_or_left(told, "description", notes) if len(told) <= 4 * most else ""
        if (language == "en") != is_latin(sentence) or CAUTION.search(sentence) or not re.search(r"\w", sentence):
            continue
        if len(sentence) <= most and (sentence := lawful(sentence, "description", notes)):
            kept.append(sentence)
    return kept


def shown_facts(product: Product, language: str, notes: list[str]) -> list[str]:
    found: list[str] = []
    for name, value in product.attributes.items():
        name, value = (shown_or_left(text, f"attributes.{name}", notes) for text in (name, value))
        if language == "en":
            name = NAMES_EN.get(name, name)
        if not name or not value or len(name) + len(value) > 16 or (language == "en" and not is_latin(name + value)):
            continue
        if is_latin(name) and (language == "zh" or name.islower()):  # machine words such as `launch=new`
            continue
        if lawful(name + value, f"attributes.{name}", notes):
            found.append(f"{name} {value}")
    return found


def stated(key: str, value: str, language: str) -> str:
    """A specification as it is read and said.

    >>> stated("件数", "4件", "zh"), stated("适用", "1.5米床", "zh"), stated("Capacity", "1.3 L", "en")
    ('件数 4件', '适用1.5米床', 'Capacity: 1.3 L')
    """
    return f"{key}{': ' if language == 'en' else '' if key in _VERBS else ' '}{value}"


def shown_category(product: Product, language: str) -> str:
    leaf = product.category.split(" > ")[-1].strip()
    return leaf if leaf and len(leaf) <= 18 and (language == "en") == is_latin(leaf) else ""


def says(text: str, fact: str) -> bool:
    text, value = _tight(text), fact.split(" ", 1)[-1]
    return any(_tight(part) in text for part in [value, *re.split(r"[、，/ ]", value)])


def _tight(text: str) -> str:
    """A text without blanks, every dash and range written one way."""
    return re.sub(r"\s", "", re.sub(r"(?<=\d)\s*(?:[–—~～至]|to)\s*(?=\d)", "-", text))


def join_clauses(parts: Sequence[str], language: str) -> str:
    return ("，" if language == "zh" else ", ").join(parts)


def capital(text: str) -> str:
    """A text with a capital at its start where it is in Latin letters."""
    return text[:1].upper() + text[1:] if text[:1].islower() and text.split(" ")[0].islower() else text


def is_latin(text: str) -> bool:
    return not re.search(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]", text)
