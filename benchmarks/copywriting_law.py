"""Forbidden words in disguise, seeded: how many are found, and what lawful texts are flagged.

  python benchmarks/copywriting_law.py [--quick] [--seed N] [--show] [--json FILE|-]

found         words that the Advertising Law forbids (absolute terms, medical words, assured effects …; English
              superlatives and cures beside them), from this file's list, as they are and disguised: blanks, marks or
              zero-width signs between the letters, traditional characters, pinyin, homophones, look-alike letters,
              digits for letters, full width, emoji between; put into texts of the sample shop at a place drawn by chance
              beside it: the same tables without reading through the disguise
false alarms  lawful texts from this file's list (最近, 第一次, best before, 100% cotton, 不能代替药物 …), and every
              title, selling point and description of the sample shop; each flagged one is printed
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from copywriting import SHOP

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.creative.copy.advertising_law import LAWS, unlawful
from magnetar.capabilities.creative.wording import forbidden_words
from magnetar.capabilities.measurement import Interval, share_interval
from magnetar.kernel.chance import Chance
from magnetar.surface.report import write_json

ZH = """最好 最佳 最低价 最便宜 最先进 最强 最优 第一品牌 全网第一 销量第一 唯一 独一无二 顶级 顶尖 极品 极致 绝对 完美 首选 独家 国家级 世界级 冠军 王牌 万能 无敌 永久 史无前例 绝无仅有 全国首创
无与伦比 领导品牌 至尊 终极 治疗 治愈 根治 疗效 药到病除 抗癌 消炎 止痛 减肥 瘦身 祛斑 免疫力 降血压 助眠 抗衰老 无效退款 立竿见影 稳赚 辟邪 招财 国徽 碾压同行 祖传 秘方 特供 驰名 百分百 零风险 无副作用"""
EN = """best|the best|number one|no. 1|#1|world's finest|unbeatable|perfect|miracle|guaranteed|cures|ultimate|world-class|the most advanced|second to none|unrivalled|unmatched|the cheapest|the strongest
industry-leading|one of a kind|clinically proven|doctor recommended|heals wounds|weight loss|burns fat|boosts immunity|anti-aging|no side effects|risk-free|100% effective|guaranteed results|instant results
relieves pain|prevents cancer|lowers blood pressure|the only one you need|greatest of all time|brings good luck"""
ZH_AFTER = """最实惠 最专业 最受欢迎 最耐用 最划算 全球第一 行业第一 独此一家 顶流 极品中的极品 绝版 完美无瑕 国宴级 世界领先 销冠 神器 永不褪色 空前绝后 史上最强 填补国内空白 王者 巅峰之作 药用 医用级 治失眠 治脚气
祛痘 去疤 生发 防癌 补肾 滋阴壮阳 降血糖 延年益寿 抗氧化 包治百病 立即见效 三天见效 保本 稳赚不赔 招桃花 转运 国旗 中南海 吊打大牌 秒杀全网 百分之百有效 全网最低 老字号 零副作用"""
EN_AFTER = """the most powerful|the safest|the smartest|the highest quality|the lowest price|no.1|top-rated|world's first|unparalleled|flawless|supreme|unsurpassed|market-leading|never fails|always works|scientifically proven
dermatologist approved|cures insomnia|treats acne|anti-inflammatory|pain relief|lose weight|detox|lowers blood sugar|improves sleep|strengthens bones|works instantly|overnight results|zero risk|guaranteed effective
feng shui luck|beats the competition|puts others to shame|nothing better|can't be beaten|the gold standard|miracle cure|100% safe|side-effect free|fountain of youth"""
"""Written after the tables were done, and used to mend them after seed 20261211 had judged them (92 % and 93 % found)."""
ZH_LAST = """最牛 最高端 最时尚 全网首发 行业领军 国内唯一 举国无双 至高无上 顶级奢华 无人能及 绝对好用 完美主义之选 独家秘制 冠绝群雄 全球独创 巅峰体验 极致享受 世界顶尖 中国驰名 史诗级 万能神药 最强音 首屈一指 空前优惠
治头痛 祛湿排毒 降三高 抗衰 补气血 瘦脸 生发密发 止咳 根除脚气 防脱发 增高 预防感冒 抗过敏 缓解颈椎 提高免疫 一用就好 七天变白 无效包退 保证瘦 稳赚 旺夫 镇宅 完爆同行 国家机关专用"""
EN_LAST = """the fastest|the purest|the finest quality|best in class|number 1|unbeatable price|simply the best|the most trusted|peerless|matchless|incomparable|the greatest|world-famous|one and only|flawless finish|once in a lifetime
clinically tested|vet-approved|cures cancer|heals skin|relieves stress|medical-grade|anti-wrinkle cure|prevents hair loss|burn fat|boost your metabolism|lowers cholesterol|sleep aid|guaranteed to work|works every time|instant result"""
"""Written after that, judged at seed 20261212 (79 % and 93 % found) and used to mend since: a new list goes before a new final."""
ZH_NEXT = """最靠谱 最暖 最大气 全国销冠 全网之最 业内第一 首创 独有技术 唯我独尊 出神入化 登峰造极 千古绝唱 世间罕有 天花板 万里挑一 旷世 绝无仅有 极致轻薄 顶配 至臻 殿堂 鼻祖 冠军品质 完美比例
治腰疼 治咳嗽 治湿疹 消水肿 止血 降火 润肺 养颜排毒 护肝 明目 抗疲劳 提高记忆力 燃脂 祛皱 生发液 预防近视 改善睡眠 三天瘦五斤 一次见效 保证不反弹 旺财运 升值空间 同行都怕 军队特供 人民大会堂"""
EN_NEXT = """the toughest|the warmest|the best value|world-leading|number one choice|the ultimate gift|the most beautiful|beyond compare|perfection|the finest|first in its class|never beaten|unmatched comfort|the leading brand|top quality guaranteed
cures everything|treats eczema|heals cuts|relieves back pain|anti-aging cream|fights cancer|reduces anxiety|weight-loss tea|detoxes the liver|improves memory|prevents colds|stops hair loss|works overnight|100 percent effective|no risk"""
"""Written after the shapes, judged at seed 20261213 (74 % and 63 % found) and used to mend since."""
LAWFUL = """麦色 情侣款低帮鞋 || 纯白/麦色/情侣 || 哑光消肿显深 || the most common size || 最近 | 最近天凉，加件外套 || 最后 | 最后放盐，味道更鲜 || 最大承重150kg || 最长可拉到3米 || 最高温度230℃，可调 || 最小起订2件 || 最佳食用期6个月 || 最好在3天内吃完 || 最初的样子 || 最终尺寸以实物为准
第一次露营也能搭 || 宝宝的第一双学步鞋 || 第一层放毛巾，第二层放书 || 第一步：加水 || 到货第一时间冷藏 || 第一口是桂花香 || 第一天干得快 || 五年级第一章 || 中央空调出风口挡板 || 绝对湿度显示 || 100%棉 || 面料100%桑蚕丝
100% 新疆棉 || 棉100% || 不能代替药物 || 本品不具有治疗作用 || 非药品，不能治疗疾病 || 国家级非遗技艺 || 极简设计 || 极地蓝 || 顶部提手 || 顶层抽屉 || 独立包装 || 独立开关 || 完整包装 || 永远的夏天 || 首层床板 || 冠状花边 || 王字领
唯美碎花 || 保温杯 || 疗养院同款尺寸的床单 || 治具夹头 || 止滑垫 || 药盒，七格 || 减压跟垫 || 降噪 || 招手即停 || 镇纸 || 开光面玻璃 || 全国联保两年 || 长高架 || 醉人的晚霞色 || 第一百个 || 万用表 || 百分之八十棉
best before 12 months | best if used by date || cures in 24 hours at 20 ℃ || curing time 2 h || 100% cotton || 100% merino wool || most of the dust || a most welcome size is M || perfectly round edge || number 10 needle || No. 12 bolt || No. 10 hook
not intended to cure any disease || this is not medicine and cannot treat illness || ultimately yours || the first layer dries fast || first use: rinse || heel pad || a heat setting || only 600 W || treats for dogs || treat box || healthy snack bars || burns for 35 hours
best served cold || top shelf || 3 best-of jars || the guarantee card is in the box || luck of the draw mug || weights 2 kg || gold-tone || 304 stainless || A4 paper || B5 size || 4K 60 Hz || USB 3.0 || S M L XL || 5 x 7 in || W e e k planner"""


def between(mark: str) -> Callable[[str, Chance], str]:
    def put(word: str, chance: Chance) -> str:
        if re.search(r"[\u4e00-\u9fff]", word):
            return mark.join(word)
        if mark == " " and not word.isalpha():
            return word.replace(" ", "  ")  # blanks within words of a phrase are no way that anybody writes
        places = [at for at in range(1, len(word)) if word[at - 1].isalnum() and word[at].isalnum()] or [len(word)]
        place = places[int(chance.integers(len(places), 1)[0])]
        return mark.join(word) if mark in " ." and word.isalpha() else word[:place] + mark + word[place:]

    return put


_TRADITIONAL = dict(zip("独无级顶极绝对万国网价销领导选个首创疗癌药减压险证百强类业终领遥", "獨無級頂極絕對萬國網價銷領導選個首創療癌藥減壓險證百強類業終領遙", strict=True))  # fmt: skip
_PINYIN = {"最好": "zui hao", "最佳": "zuijia", "最低价": "zui di jia", "唯一": "wei yi", "顶级": "dingji", "极品": "ji pin", "绝对": "jue dui", "完美": "wanmei", "首选": "shou xuan", "治疗": "zhi liao", "根治": "genzhi", "减肥": "jian fei", "第一品牌": "di yi品牌", "全网第一": "quanwang第一", "最强": "zui强", "无敌": "wudi", "免疫力": "mian yi li"}  # fmt: skip
_SOUND = {"最低价": "蕞低价", "最好": "蕞好", "最佳": "醉佳", "最便宜": "zui便宜", "第一品牌": "弟一品牌", "全网第一": "全网第①", "销量第一": "销量第1", "绝对": "绝怼", "顶级": "鼎级", "治疗": "冶疗", "百分百": "百分之100"}  # fmt: skip
_LIKE = dict(zip("aeopcxyBHKMTACE", "аеорсхуВНКМТАСЕ", strict=True))
_LEET = str.maketrans({"e": "3", "o": "0", "a": "@", "s": "$"})
DISGUISES: dict[str, Callable[[str, Chance], str]] = {
    "as it is": lambda word, chance: word,
    "blanks": between(" "),
    "marks": between("."),
    "middle dots": between("·"),
    "zero width": between("\u200b"),
    "soft hyphen": between("\u00ad"),
    "emoji": between("🔥"),
    "traditional": lambda word, chance: "".join(_TRADITIONAL.get(one, one) for one in word),
    "pinyin": lambda word, chance: _PINYIN.get(word, ""),
    "homophones": lambda word, chance: _SOUND.get(word, ""),
    "look-alikes": lambda word, chance: "".join(_LIKE.get(one, one) for one in word) if word.isascii() else "",
    "digits for letters": lambda word, chance: word.translate(_LEET) if word.isascii() else "",
    "full width": lambda word, chance: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word) if word.isascii() else "",
    "capitals": lambda word, chance: word.upper() if word.isascii() else "",
}  # fmt: skip


def found(text: str) -> bool:
    return bool(unlawful(text) or forbidden_words(text))


def plainly(text: str) -> bool:
    """The tables on the text as it is written."""
    return any(law.words.search(text) for law in LAWS)


def shop_texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {"zh": [], "en": []}
    for one in csv.DictReader(SHOP.open(encoding="utf-8-sig")):
        texts["zh"] += [one["title"], *one["selling_points"].split("|"), one["description"]]
        texts["en"] += [one["title_en"], *one["selling_points_en"].split("|"), one["description_en"]]
    return {language: [text for text in listed if text.strip()] for language, listed in texts.items()}


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--quick", action="store_true", help="one text for each word and disguise in place of six")
    reader.add_argument("--seed", type=int, default=101)
    reader.add_argument("--final", action="store_true", help="the words written afterwards: at a final seed, once")
    reader.add_argument("--show", action="store_true", help="print what was not found")
    reader.add_argument("--json", default="", metavar="FILE|-")
    options = reader.parse_args(arguments)
    chance, texts = Chance(options.seed).of("law"), shop_texts()
    hits: dict[str, list[bool]] = {"zh": [], "en": []}
    plain: dict[str, list[bool]] = {"zh": [], "en": []}
    by: dict[str, list[bool]] = {}
    missed: Counter[str] = Counter()
    lists = (
        ("zh", ZH_NEXT if options.final else f"{ZH} {ZH_AFTER} {ZH_LAST}"),
        ("en", EN_NEXT if options.final else f"{EN}|{EN_AFTER}|{EN_LAST}"),
    )
    for language, words in (
        (one, listed.split() if one == "zh" else re.split(r"[|\n]", listed)) for one, listed in lists
    ):
        for word in words:
            for name, disguise in DISGUISES.items():
                for turn in range(1 if options.quick else 6):
                    at = chance.of(language, word, name, turn)
                    masked = disguise(word, at)
                    if not masked:
                        continue
                    carrier = texts[language][int(at.integers(len(texts[language]), 1)[0])]
                    joined = "，" if language == "zh" else ", "
                    text = (masked, carrier + joined + masked, masked + joined + carrier)[turn % 3]
                    if language == "zh" and turn % 3 == 0:
                        text = f"这款{masked}的商品"
                    hits[language].append(found(text))
                    plain[language].append(plainly(text))
                    by.setdefault(name, []).append(hits[language][-1])
                    if not hits[language][-1]:
                        missed[f"{name}: {masked!r} of {word}"] += 1
    lawful = [one.strip() for line in LAWFUL.splitlines() for part in line.split("||") for one in part.split("|")]
    alarms = [one for one in lawful if found(one)]
    flagged = [one for listed in texts.values() for one in listed if found(one)]
    if options.show:
        for text, times in missed.most_common(60):
            print("missed", times, text, file=sys.stderr)
    for one in alarms:
        print("false alarm, lawful list:", one, file=sys.stderr)
    for one in flagged:
        print("flagged in the sample shop:", one, [words for _, words in unlawful(one)], file=sys.stderr)
    rows: list[dict[str, Any]] = []
    for language in ("zh", "en"):
        share = share_interval(sum(hits[language]), len(hits[language]))
        other = sum(plain[language]) / len(plain[language])
        rows.append(row(f"{language}: forbidden words found, as they are and disguised", "share", share, goal=0.99, baseline=("the tables without unmasking", other)))  # fmt: skip
    for name, listed in by.items():
        rows.append(row(f"found, {name}", "share", share_interval(sum(listed), len(listed))))
    rows += [
        row("false alarms on the lawful list", "share", share_interval(len(alarms), len(lawful)), at_most=True),
        row("texts of the sample shop flagged", "count", Interval(len(flagged), float("nan"), float("nan"), sum(map(len, texts.values()))), goal=0, met=not flagged, at_most=True),
    ]  # fmt: skip
    for line in rows:
        print("  ".join(cell for cell in shown(line) if cell), file=sys.stderr)
    write_json(options.json, "bench copywriting_law", {"rows": rows, "missed": dict(missed), "alarms": alarms, "conditions": conditions([SHOP], seed=options.seed)}, options.seed)  # fmt: skip
    return 1 if not_met(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
