"""Which words of a record may be shown: no hostile characters, no emoji, no word that advertising law forbids.

Forbidden words follow article 9 (3) of the Advertising Law of the PRC (superlatives and their kin) and the
lists that platforms publish; what is dropped is noted, never shown. A list is not legal advice.
"""

from __future__ import annotations

import re
import unicodedata

from magnetar.capabilities.creative.disguises import readings
from magnetar.capabilities.understanding import find_flags
from magnetar.kernel.errors import Refused

FORBIDDEN = (
    r"最(?!终|近|后|初|小起订|为|[佳好]?(?:食用|赏味|饮用|品尝|使用|保存|观赏|播种|拍摄)|好(?:在(?:\d|开|室|阴|饭|睡)|先|别|不要|提前|当天|尽快|避免)"
    r"|[大高低小长短多少远宽厚深](?![\u4e00-\u9fff]{0,6}(?:价|惠|省|减|折|降|赚|收益))[\u4e00-\u9fff]{0,6}[约达至为:：]?\s*\d[\d.,]*+\s*(?![元块折%％]))",
    r"(?:全国|世界|国内|中国|行业|业界|全球|全网|亚洲|销量|口碑|品质|排名)第一",
    r"第一(?![十百千万]|次|步|层|排|天|口|时间|眼|印象|代|章|课|节|段|遍|颗|顿|双|件|本|册|辑|辆|把|支|杯|碗|条|年|季|岁|个月|周|泡|道|遍|阶段|人称|档|笔|堂|步|位小数|宇宙)", r"唯一", r"首个", r"首家", r"首选", r"独一无二", r"独家", r"史无前例", r"前所未有", r"空前绝后", r"绝无仅有",
    r"国家级(?!(?:非遗|非物质|自然保护|森林公园|风景))", r"世界级", r"全球级", r"宇宙级", r"国际级", r"国宴", r"特供", r"专供", r"驰名", r"国家领导人", r"免检", r"中央(?!空调|处理|岛|厨房|净水|热水|除尘|扶手|通道|位置|凹|镂空|印花|图案|储物|控制)",
    r"顶级", r"顶尖", r"顶配", r"极品", r"极致", r"极端", r"至尊", r"巅峰", r"王牌", r"冠军", r"销冠", r"领袖", r"领导品牌", r"天花板",
    r"绝对(?!湿度|值|温度|压力|定位|编码)", r"绝佳", r"完美", r"万能", r"永久", r"永不", r"无敌", r"神器", r"秒杀全网", r"全网(?:最|第)?低", r"史上", r"填补国内空白",
    r"(?<![棉毛绒丝麻纶\d])100\s*[%％](?!\s*(?:[新]?[\u4e00-\u9fff]{0,3}(?:棉|竹纤维|竹浆|粘纤|粘胶|氨纶|牛皮(?!癣)|羊皮|实木|胡桃木|松木|柚木|乳胶|玻璃(?!体)|全麦|燕麦|荞麦|羊毛|羊绒|丝|麻|聚酯|涤纶|锦纶|尼龙|腈纶|莱赛尔|天丝|莫代尔|果汁|原汁|木浆|硅胶|橡木|榉木|黄铜|纯铜|鸭绒|鹅绒|咖啡豆|阿拉比卡)|(?:[a-z]+[\s-]){0,2}(?:cotton|wool|cashmere|silk|linen|hemp|polyester|nylon|acrylic|rayon|viscose|silicone|leather|bamboo|rubber|brass|copper|steel|glass|paper|juice|arabica|down|beeswax|soy|recycled|polyamide|acetate|latex|beech|oak|walnut|duty)\b))", r"百分之?百", r"百分百", r"零风险", r"无副作用", r"根治", r"治愈", r"包治", r"药到病除", r"疗效", r"祖传", r"秘方",
    r"稳赚", r"保本", r"点击有惊喜", r"全民(?:抢购|疯抢)", r"老字号", r"正品保证",
    r"(?<!\w)(?:(?<!holds )(?<!used )(?<!kept )(?<!works )(?<!eaten )(?<!stored )best(?!\s+(?:by|before|if|served|used|enjoyed|kept|stored)\b|\s+within\s+\d|[\s-]+before|-of\b)|no\.?\s*1(?!\d)|number[- ]one|world[- ]class|world's|unbeatable|perfect(?!ly\b|\s+binding)|miracle|guaranteed|(?<!intended to )(?<!hours' )(?<!hour )(?<!quick-)(?<!fast-)(?<!self-)cures?(?!\s+(?:(?:times?|in|fully|under|at|within|clear|overnight|to|by|rate)\b|\d))|risk[- ]free|ultimate|top[- ]rated|#\s?1(?!\d))(?!\w)",
)  # fmt: skip
_FORBIDDEN = re.compile("|".join(FORBIDDEN), re.IGNORECASE)
CONTACT = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.\w+|(?:微信|vx|wx|qq|电话|手机号|加群|私信)[:：]?\s*[\w-]{5,}|(?<!\d)1[3-9]\d{9}(?!\d)", re.IGNORECASE)  # fmt: skip
"""Addresses, numbers and accounts by which a film would lead its viewers elsewhere."""
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U0001fb00-\U0001fbff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\u3030\u303d\u3297\u3299"
    "\ufe00-\ufe0f\u20e3\U000e0020-\U000e007f\u200d]"
)
_CLAUSE_ENDS = "。！？!?；;\n"


def clean_text(text: str, field: str, notes: list[str]) -> str:
    """A text without control characters, invisible direction marks and emoji; what was dropped is noted.

    Raises:
        Refused: it is written from right to left, which the film's typesetting does not do.
    """
    backwards = [letter for letter in text if unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT]
    if backwards:
        raise Refused(
            f"{field}: 不支持从右到左的文字 right-to-left writing is not supported in films, found {backwards[0]!r} "
            f"(U+{ord(backwards[0]):04X}). Give a title and selling points in Chinese or English."
        )
    without = _EMOJI.sub("", text)
    if without != text:
        notes.append(f"{field}: emoji and pictographs are not shown")
    kept: list[str] = []
    dropped = False
    for letter in unicodedata.normalize("NFC", without):
        kind = unicodedata.category(letter)
        if letter in "\t\n\r\u2028\u2029" or kind == "Zs":
            kept.append(" ")
        elif kind in ("Cc", "Cf", "Co", "Cs", "Cn"):
            dropped = True
        else:
            kept.append(letter)
    if dropped:
        notes.append(f"{field}: control or invisible characters are dropped")
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def shown_or_left(text: str, field: str, notes: list[str]) -> str:
    """The text as it may be shown; '' with a note where it cannot be: right-to-left, an order to a machine, markup.

    The rest of a record goes on without it. A title has nothing that could stand for it; there `clean_text` refuses.
    """
    try:
        text = clean_text(text, field, notes)
    except Refused:
        notes.append(f"{field}: left out, right-to-left writing")
        return ""
    if flags := find_flags(field, text):
        notes.append(f"{field}: left out, {flags[0].reason}: {flags[0].text[:40]!r}")
        return ""
    return text


def forbidden_words(text: str) -> list[str]:
    """The words of a text that may not be shown, as they are written, or, where they hide (最 好, zui hao), as they are read.

    >>> forbidden_words("全网最低价, 第一品牌"), forbidden_words("8英寸盘面")
    (['全网最低', '第一'], [])
    """
    for reading in readings(text):
        if found := [match.group() for match in _FORBIDDEN.finditer(reading)]:
            return found
    return []


def lawful_title(title: str, notes: list[str]) -> str:
    """The title without the parts that hold a forbidden word; where nothing would stay, without the word itself."""
    if match := CONTACT.search(title):
        notes.append(f"title: 联系方式 a way to get in touch is not shown: {match.group()[:60]!r}")
        title = CONTACT.sub(" ", title).strip()
    found = forbidden_words(title)
    if not found:
        return title
    notes.append(f"title: forbidden words are not shown: {', '.join(dict.fromkeys(found))}")
    parts = [part for part in title.split(" ") if not forbidden_words(part)]
    kept = " ".join(parts) if parts and len("".join(parts)) >= 4 else _FORBIDDEN.sub("", title)
    kept = _FORBIDDEN.sub("", kept).strip(" ,，、-–—|·/")
    if forbidden_words(kept):
        return ""
    letters = [letter for letter in kept if letter.isalnum()]
    least = 2 if any(not letter.isascii() for letter in letters) else 4
    return kept if len(letters) >= least else ""  # 价 is what stays of 全网最低价, and no name


def lawful(text: str, field: str, notes: list[str]) -> str:
    """The text, or '' where it holds a forbidden word or a way to get in touch."""
    if match := CONTACT.search(text):
        notes.append(f"{field}: left out, 联系方式 an address or a way to get in touch: {match.group()[:60]!r}")
        return ""
    found = forbidden_words(text)
    if not found:
        return text
    notes.append(f"{field}: left out, forbidden words: {', '.join(dict.fromkeys(found))}")
    return ""


def sentences(text: str) -> list[str]:
    """A text cut into its sentences, without their full stops.

    >>> sentences("窑变青釉，每只略有不同。盘沿微翘！ A bowl. Raw outside.")
    ['窑变青釉，每只略有不同', '盘沿微翘', 'A bowl', 'Raw outside']
    """
    parts = re.split(rf"[{_CLAUSE_ENDS}]+|(?<=[a-z)])\.(?=\s|$)", text)
    return [part.strip() for part in parts if part.strip()]


def clauses(text: str) -> list[str]:
    """A sentence cut at its commas; a comma inside a number is none.

    >>> clauses("8英寸盘面，一人份刚好"), clauses("Smooth glaze, rinses off 1,000 times")
    (['8英寸盘面', '一人份刚好'], ['Smooth glaze', 'rinses off 1,000 times'])
    """
    return [part.strip() for part in re.split(r"[，：]|,(?!\d)|(?<=\w): ", text) if part.strip()]
