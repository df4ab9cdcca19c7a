"""Words that advertising law keeps out of an advertisement whether or not the record has them, with the article.

Articles are those of the Advertising Law of the People's Republic of China (中华人民共和国广告法, 2021 text); English
equivalents are held to the same articles. A table is not legal advice: it is a floor, and errs towards leaving out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from magnetar.capabilities.creative.disguises import readings
from magnetar.capabilities.creative.wording import FORBIDDEN

_DENIES = re.compile(
    r"(?:不(?:能|可|得|具有?|具备|作|用于|宣称|保证|含有?|是|属于)|非|无|没有|未|勿)[^，。！？,.!?]{0,8}$"
    r"|\b(?:not|never|cannot|can't|no)\b[^.,;!?]{0,22}$",
    re.IGNORECASE,
)
"""What goes before a word that a notice denies, in the same clause."""


@dataclass(frozen=True, slots=True)
class Law:
    """One rule: the words, the article that speaks of them, and why."""

    kind: str
    article: str
    zh: str
    en: str
    words: re.Pattern[str]


def _law(kind: str, article: str, zh: str, en: str, *words: str) -> Law:
    return Law(kind, article, zh, en, re.compile("|".join(words), re.IGNORECASE))


LAWS = (
    _law(
        "absolute", "第九条(三) Art. 9(3)", "绝对化用语", "an absolute term", *FORBIDDEN,
        r"全[国球网世]第?一", r"(?:销量|行业|排名|口碑|人气)第一", r"no\.?\s?1(?!\d)", r"top\s?1(?!\d)",
        r"无人(?:能及|可及|能比|能敌|匹敌)|无可(?:匹敌|取代|替代)|(?:举国|天下|盖世|绝世)无双|至高无上|冠绝|独(?:创(?!性)|霸|尊)|全[球国网](?:独|唯)|(?:行业|品类|业内|国内|世界)(?:领军|龙头|老大|翘楚|标杆|顶|前列)|领军(?:品牌|企业)|空前|最音|[独仅]此一家|别无分店|顶流|封神|神级|骨灰级|教科书级|无可挑剔|无懈可击|十全十美|无出其右|一骑绝尘|所向披靡|举世闻名|享誉(?:世界|全球|中外|海内外)|闻名(?:世界|全国|天下)|翘楚|佼佼者|霸主|称霸|夺冠|之冠|超一流|国宝级|大师级|皇家级|御用|钦点|逆天|全能王|天下第一|独领风骚|独占鳌头|傲视",
        r"(?<!原)首创|出神入化|千古绝唱|罕有|万里挑一|旷世", r"举世无双", r"无与伦比", r"无可比拟", r"独步", r"登峰造极", r"史诗级", r"殿堂级", r"鼻祖", r"始祖", r"之王(?!子)", r"王者", r"之最", r"没有之一", r"业[界内](?:领先|标杆|顶)", r"一流", r"首屈一指", r"数一数二",
        r"(?:全|世|国)[网界内球]?(?:首创|首发|领先|罕见|仅此)", r"行业领先", r"遥遥领先", r"领先品牌", r"缔造者", r"终极", r"极限", r"绝版", r"空前", r"至臻", r"臻品", r"至尊",
        r"百分之(?:一百|百|100)", r"100\s?percent", r"(?<!\w)(?<!holds )(?<!used )(?<!kept )(?<!works )(?<!eaten )(?<!stored )(?:the\s+)?(?:best|finest|greatest|cheapest|strongest|fastest|lightest|softest|smartest|safest|purest|healthiest|lowest(?:\s+price)?|highest)(?!\w)(?!\s+(?:by|if|served|used|enjoyed|kept|stored)\b|\s+within\s+\d|[\s-]+before|-of\b|\s+(?:setting|speed|level|heat|temperature|point|position)\b)",
        r"(?<!\w)(?:number[\s-]?(?:one|1(?!\d))|no\.?\s*1|#\s?1|one and only|second to none|unrivall?ed|unmatched|unparallell?ed|matchless|peerless|flawless|world[\s-]leading|world[\s-]famous|industry[\s-]leading|market[\s-]leading|incomparable|once in a lifetime|unsurpassed|supreme|unequal?led|unrepeatable|nothing (?:better|comes close|beats|else compares)|can(?:'t|not|no?t) be (?:beaten|beat|matched)|beyond compare|top[\s-]of[\s-]the[\s-]line|bar none|gold standard|foolproof|first[\s-]ever|the only (?:one|\w+ you)|one of a kind|in a league of its own|greatest of all time|(?:best|most \w+|greatest|\w+est) (?:ever|of all time|on earth|on the planet)|never been beaten|without (?:equal|rival|peer)|like no other|never beaten|perfection|(?:first|best|only) (?:in|of) its (?:class|kind)|(?:the\s+)?leading brand|the\s+(?!(?:rest|test|chest|forest|harvest|west|guest|request|interest|contest|nest|vest|quest|largest|smallest|latest|nearest|closest|earliest|longest|shortest|honest|modest|crest|arrest|digest|invest|protest|northwest|southwest|priest|manifest)\b)\w{2,}est|king of (?:all|its)|most[\s-](?:loved|wanted|trusted|popular)|to end all|(?:america|world|nation|internet)'s (?:favou?rite|first|only|no\.?\s?1)|the most\s+(?!(?:of|part|common\w*|widely|frequently|recent\w*)\b)\w+|most\s+(?:advanced|popular|powerful|effective|trusted|comfortable|durable|beautiful|loved|reliable|affordable|luxurious|innovative|efficient|recommended|precise|delicious|accurate))(?!\w)",
        r"(?<!\w)(?:always|never|forever|everlasting|100\s?%)\s+(?:works?|fails?|safe|fades?|breaks?|effective|satisf\w+|guaranteed|wears?|leaks?)",
    ),
    _law(
        "state", "第九条(一)(二) Art. 9(1)(2)", "国旗国徽、国家机关及其工作人员", "state symbols, state organs or their staff",
        r"国旗(?![袍舰])|国徽|党徽|党旗|毛主席|天安门城楼|解放军(?:专用|指定|同款)|公安部|国歌|军旗|军徽|人民大会堂|国务院|中南海|钓鱼台|国家领导人?|国家机关|中央(?:领导|首长|军委)|外交部|军队特供|部队专用|党政机关|(?<!\w)(?:national flag|national emblem|head of state|state council)(?!\w)",
    ),
    _law(
        "superstition", "第九条(八) Art. 9(8)", "迷信内容", "superstition",
        r"辟邪|化煞|避小人|催姻缘|聚财|开运|灵验|招财|转运|旺夫|镇宅|开光(?![面滑亮])|算命|风水宝|改运|挡灾|招桃花|(?<!\w)(?:wards? off evil|brings? (?:good )?luck|feng shui luck)(?!\w)",
    ),
    _law(
        "indecency", "第九条(八)(九) Art. 9(8)(9)", "淫秽、暴力、歧视内容", "obscene, violent or discriminating words",
        r"色情(?![侣怀绪调趣景节])|淫秽|裸聊|约炮|赌博|血腥|暴力美学|屌丝|剩女|娘炮|(?<!\w)(?:porn\w*|gambling|casino)(?!\w)",
    ),
    _law(
        "medical", "第十六、十七条 Art. 16, 17", "非医疗商品不得使用医疗用语", "medical words for goods that are not medicine",
        r"治(?:好)?[\u4e00-\u9fff]{0,2}(?:病|痛|炎|癌|瘤|咳|喘|疮|癣|痔|疹|疼|便秘|失眠|脚气|斑|皱)|瘦(?:脸|腿|腰|肚)|速效(?!肥)|特效药|灵丹|妙药|神药|偏方|调理(?:肠胃|内分泌|体质|气血|身体)|通便|清热解毒|消水?肿(?!显|色|眼影)|降火(?!锅)|根除|散结|舒筋|止痒|止汗|止泻|化痰|平喘|退烧|抗病毒|强身健体|壮骨|补脑|健脑|软化血管|排铅|干细胞|促进(?:发育|血液循环|睡眠|伤口)|治未病|治疗|治愈|治好|根治|医治|疗效|疗程|药效|药用|处方|临床|消炎|止痛|镇痛|止咳|止血|祛疤|去疤|祛湿|排毒|活血|化瘀|通络|杀菌率|抗癌|防癌|抗炎|抗过敏|防过敏|脱敏|缓解(?:疼痛|关节|颈椎|腰椎|失眠|焦虑)|改善(?:睡眠|失眠|便秘|视力|记忆)|预防(?:疾病|感冒|近视|龋齿|脱发)|治(?:失眠|便秘|脚气|颈椎|近视|痘)|生发|防脱|瘦身|减肥|燃脂|丰胸|祛斑|祛痘|祛皱|医用级|医美级|医学级|药妆|疏通|矫正(?:视力|脊柱)|(?:颈椎|腰椎|关节|失眠|便秘|湿疹|痛风|鼻炎|脚气)(?:病|炎|痛)?(?:患者|克星|救星|好了|再见|远离)",
        r"(?<!\w)(?:(?<!hours' )(?<!hour )(?<!quick-)(?<!fast-)(?<!post-)(?<!self-)cures?(?!\s+(?:(?:times?|in|fully|under|at|within|clear|overnight|to|by|rate)\b|\d))|cured|heals?|healing|treats?\s+(?:\w+\s)?(?:acne|eczema|pain|insomnia|arthritis|cancer|disease|illness)|relieves?\s+(?:\w+\s)?(?:pain|stress|anxiety|arthritis|headaches?|back)|clinically|scientifically proven|(?:doctor|dermatologist|dentist|vet|physician|pediatrician)s?[\s-](?:recommended|approved|trusted)|medically proven|miracle|therapeutic|medicinal|medical[\s-]grade|anti[\s-]?inflammatory|pain relief|weight[\s-]loss|lose weight|burns? fat|detox\w*|(?:prevents?|stops?)\s+(?:disease|colds?|cancer|hair loss|illness)|regrows?|anti[\s-]?cancer|remedy|lowers? (?:blood|cholesterol)|reverses?\s+(?:aging|ageing|diabetes|hair loss)|eliminates?\s+(?:\w+\s)?(?:pain|anxiety|wrinkles)|erases?\s+wrinkles|melts?\s+(?:away\s+)?(?:\w+\s)?fat|fat[\s-]burning|slimming|reduces?\s+(?:\w+\s)?(?:anxiety|cholesterol|inflammation|fever)|stops?\s+snoring|hair\s+growth|doctor[\s-]formulated|(?:eases?|soothes?|fights?)\s+(?:\w+\s)?(?:cancer|pain|arthritis|migraines?|infections?|joints|eczema))(?!\w)",
    ),
    _law(
        "health_food", "第十八条 Art. 18", "保健功能断言、疾病预防或与药品比较", "a health function, prevention of disease, or a likeness to medicine",
        r"(?:增强|提高|提升)(?:免疫|抵抗|记忆)|免疫力|降(?:血压|血糖|血脂|三高|尿酸|火气)|补(?:肾|血|气|脾|钙铁)|滋阴|壮阳|延年益寿|延缓衰老|抗衰老?|抗氧化|养生|养胃|护肝|养肝|护眼明目|明目|润肺|清肺|健脾|安神|助眠|益智|长高(?![架凳脚柜款杆])|增高(?!架|款|垫)|增强记忆|抗疲劳|保健(?:品|功效|作用)|代替药物|替代药",
        r"(?<!\w)(?:boosts?\s+(?:your\s+|the\s+)?(?:immun\w+|metabolism|energy|memory)|immunity|anti[\s-]?ag(?:e?ing)|blood (?:pressure|sugar)|improves?\s+(?:sleep|digestion|memory|eyesight|circulation)|strengthens?\s+(?:the\s+|your\s+)?(?:immun\w+|bones)|longevity|fountain of youth|supports?\s+(?:\w+\s)?(?:immun\w+|heart health|gut)|sleep aid|antioxidants?)(?!\w)",
    ),
    _law(
        "efficacy", "第二十八条 Art. 28", "对效果的保证或断言", "an assured effect",
        r"无效(?:退款|包退)|保证(?:有效|见效|效果|不|瘦)|包(?:治|好|有效|瘦|会|过)|立竿见影|(?:立即|即刻|马上|快速|当场|瞬间|一次|当日|次日)(?:见效|生效|变白|除根)|[零无0]副作用|[零0]风险|一(?:抹|喷|用|擦|洗|夜)(?:见效|就白|就好|即白|变白)|\d+天(?:见效|变白|瘦|美白|祛)|[一两三五七]天(?:见效|变白|瘦|美白)|当天见效|瞬间(?:见效|变)|彻底(?:解决|告别|消除|清除)|永不|绝不|终身不|零差评|无任何(?:副作用|添加)|假一赔",
        r"(?<!\w)(?:guaranteed?\s+(?:results?|to|effective|satisfaction)|results? guaranteed|instant results?|works? instantly|overnight results?|works? (?:every time|overnight)|no risk|no side[\s-]effects?|(?:side[\s-]effects?|risk|complaint)[\s-]free|works? for everyone|lasts? forever|permanent results?|zero complaints|zero risk|risk[\s-]free|(?:lose|drop|shed) (?:\d+|ten|five) (?:pounds|lbs|kilos|kg)|in just (?:one|two|three|\d+) (?:days?|nights?|uses?)|money back if)(?!\w)",
    ),
    _law(
        "returns", "第二十五条 Art. 25", "对收益的承诺", "a promise of returns",
        r"稳赚|保本|躺赢|必涨|暴富|零投入|包回本|double your money|get rich|升值空间|保值增值|坐等升值|躺赚|包赚|高回报|(?<!\w)(?:guaranteed returns?|risk[\s-]free (?:profit|investment)|will appreciate)(?!\w)",
    ),
    _law(
        "disparaging", "第十三条 Art. 13", "贬低其他经营者的商品或服务", "running down the goods of others",
        r"(?:秒杀|吊打|碾压|完爆|干掉|打败|甩开)(?:全网|同行|同类|大牌|竞品|一切|市面|\w{0,6})|比.{1,8}(?:强|好)(?:太多|多了|百倍|十倍|\d+倍)|别家(?:都|的)|同行(?:都|的)|杂牌|山寨|(?<!\w)(?:beats? (?:every|all|any|the competition)|puts? .{1,20} to shame|unlike (?:cheap|other|inferior)|other brands (?:fail|break|fade))",
    ),
)  # fmt: skip


def unlawful(text: str) -> list[tuple[Law, str]]:
    """Each rule that a text offends, with the words.

    >>> [(law.kind, words) for law, words in unlawful("全网第一的治疗仪，无效退款")]
    [('absolute', '全网第一'), ('medical', '治疗'), ('efficacy', '无效退款')]
    """
    found: list[tuple[Law, str]] = []
    for law in LAWS:
        match = next((match for reading in readings(text) if (match := law.words.search(reading))), None)
        if match and not _denied(match, law):
            found.append((law, match.group()))
    return found


def _denied(match: re.Match[str], law: Law) -> bool:
    """Whether a notice denies the words: 本品不能代替药物, not intended to cure.

    Only what speaks of medicine can be denied: 不是最好 still says 最好.
    """
    return law.kind in ("medical", "health_food") and bool(
        _DENIES.search(match.string[max(0, match.start() - 24) : match.start()])
    )
