"""Claims that need the record's word: groups of words that mean the same in Chinese and English.

A group that a text uses must be used by the record as well; a denied use (不防水, not waterproof) counts on neither side.
Materials, colours, functions, origins and the like come from understanding's lexicon; see `claims`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning."""

    kind: str
    name: str
    words: re.Pattern[str]


_LINES = """
certification organic | 有机 | organic
certification green food | 绿色食品|绿色认证 | green food
certification pollution-free | 无公害 | pollution[\\s-]free
certification medical | 医用|医疗级|医疗器械|械字号 | medical[\\s-](?:use|device)|surgical
certification food grade | 食品级|食品接触|食用级 | food[\\s-](?:grade|safe|contact)
certification baby grade | 母婴级|婴儿级|婴幼儿级|a类 | (?:baby|infant)[\\s-]grade|class a fabric
certification military | 军工|军用|军规|军品 | military|mil[\\s-]spec
certification aerospace | 航天|航空|太空 | aerospace|space[\\s-]grade|aircraft[\\s-]grade
certification 3C | 3c认证|3c(?!数码)|ccc | (?<!\\w)(?:3c|ccc)(?!\\w)
certification CE | (?<![a-z])ce(?:认证|标志) | (?<!\\w)ce[\\s-](?:mark\\w*|certified|approved)
certification FDA | (?<![a-z])fda | (?<!\\w)fda(?!\\w)
certification ISO | (?<![a-z])iso\\s?\\d* | (?<!\\w)iso[\\s-]?\\d+|iso certified
certification SGS | (?<![a-z])sgs | (?<!\\w)sgs(?!\\w)
certification GMP | (?<![a-z])(?:gmp|haccp|qs认证|sc认证) | (?<!\\w)(?:gmp|haccp)(?!\\w)
certification UL | (?<![a-z])(?:ul认证|rohs|etl认证|reach认证) | (?<!\\w)(?:ul[\\s-](?:listed|certified)|rohs|etl listed)
certification OEKO | (?<![a-z])(?:oeko|gots|fsc|msc|b corp) | (?<!\\w)(?:oeko[\\s-]?tex|gots|fsc|msc certified|b corp)
certification energy | 一级能效|能效一级|[一二三1-3]级能效 | energy star|energy class
certification certified | 认证|获证|资质|持证 | certifi(?:ed|cate|cation)|accredited|approved by|approved(?!\\w)
certification tested | 质检|检测报告|检验(?:合格|报告)|权威检测|第三方检测|实验室(?:检测|认证|验证)|通过.{0,8}(?:检测|测试|检验) | lab[\\s-]?tested|laboratory[\\s-]tested|independently tested|third[\\s-]party tested|tested by
certification patent | 专利 | patent(?:ed|s)?
certification standard | 国标|欧标|美标|国家标准|行业标准|欧盟标准|出口标准 | (?:national|eu|us|european|industry) standards?
award award | 获奖|大奖|金奖|银奖|红点奖?|if设计奖|设计奖|奖项|荣获 | award(?:s|ed)?[\\s-]?|red dot|prize
authority television | 央视|cctv|卫视|电视台|新华社|人民日报|上过电视|热播 | as seen on|seen on tv|featured (?:in|on|by)|national tv
authority doctors | 医生|医师|专家|教授|博士|院士|营养师|牙医|皮肤科|药师|科学家|宇航员 | doctors?(?!\\w)|dermatologists?|dentists?|experts?(?!\\w)|professors?|scientists?|nutritionists?|vets?(?!\\w)|veterinarian|physicians?|pediatricians?
authority celebrities | 明星|代言|影后|影帝|网红|达人|博主|大v|李佳琦|薇娅|冠军同款|同款(?!有|可)|超模|偶像 | celebrit(?:y|ies)|influencers?|endorsed|as worn by|loved by stars|stars? choose|movie stars?
authority state | 国家(?:认可|指定|推荐|队)|政府|官方(?:认证|推荐|指定)|指定(?:产品|用品|品牌)|奥运|亚运|世博|故宫|国宾|钓鱼台 | government|official (?:partner|sponsor|supplier)|olympics?|nasa|royal|white house
authority institution | 研究院|科学院|中科院|大学(?!生)|协会|研究所|实验室研发|哈佛|清华|北大 | harvard|mit(?!\\w)|stanford|university|research institute|association
authority recommended | 推荐(?:品牌|产品|使用)|(?:医院|学校|幼儿园|酒店|米其林)(?:推荐|同款|专用|指定|都在用) | recommended by|hospital[\\s-]grade|hotel[\\s-](?:grade|quality)|michelin|trusted by|chosen by|used by
popularity sales | 销量|热销|畅销|爆款|爆卖|卖爆|卖疯|卖出|售出|已售|月销|年销|累计销售|断货王|脱销|补货 | best[\\s-]?sell(?:er|ing|ers)|sold(?!\\s?out|\\s+(?:as|in|by|separately))|hot[\\s-]sell(?:er|ing)|top[\\s-]sell(?:er|ing)|sells? out|flying off
popularity buyers | 万人|千人|人(?:已|都)?(?:购买|在买|在用|入手|回购|信赖|选择)|老客|回头客|家家(?:必备|都)|人手一|几万|百万|千万(?!别|不要)|上亿|亿万|网友|大家都在 | (?:thousands|millions|hundreds) of|(?:happy|satisfied) customers?|customers? (?:love|agree|swear)|everyone(?:'s| is)? (?:loves?|buys?|talking)|repeat buyers?|must[\\s-]have|viral|trending|tiktok
popularity ratings | 好评|五星|5星|满分|口碑|评分|回购率|复购|点赞|种草|零差评 | (?:five|5|4\\.\\d)[\\s-]?stars?|star rating|top[\\s-]rated|highly rated|rave reviews?|positive reviews?|\\d(?:\\.\\d)?\\s*/\\s*5
popularity ranking | 榜单|排行|榜首|榜一|top\\s?\\d+|前十|前三|热榜|入围 | ranked|ranking|top\\s?(?:\\d+|ten|three|pick)|chart
comparison better | 优于|好于|强过|好过|赛过|高过|远超|甩开|胜过|胜于|强于|高于|超越|超过|不输|媲美|堪比|赶超|完胜|更胜 | better than|superior to|outperforms?|outlasts?|beats?(?!\\w)|rivals?(?!\\w)|exceeds?|as good as|comparable to|compared (?:to|with)
comparison than others | 同类|竞品|同价位|同级|其他品牌|其它品牌|别的品牌|普通(?:款|产品|的|\\w{1,4}相比)|传统(?:款|产品|\\w{1,3}相比)|市面上|一般的?(?:产品|款)|大牌平替|平替|上一代|旧款 | other brands?|competitors?|ordinary \\w+|conventional|regular \\w+s|others on the market|(?:leading|big|major) brands?|than (?:ever|before|the|any|most|other|ordinary|regular|typical|standard|usual|rival|its)
comparison more | 比(?!例|如|较好|基尼|赛|萨|利时|较稳|熊)[^，。,]{1,10}(?:更|还|多|少|快|慢|大|小|轻|强|高|低|省|好|久)|提升了?\\d|提高了?\\d|(?:快|轻|省|强|多|高|大|久|亮)了?[一二两三四五六七八九十\\d]+倍|翻[一两二三]?倍|倍(?:增|速|亮|净) | (?:\\d+|two|three|four|five|ten)\\s?(?:x|times)\\s+(?:faster|longer|stronger|lighter|brighter|softer|quieter|warmer|thicker|cleaner|cheaper|bigger|larger|smaller|safer|better|smoother|cooler|higher|lower|sharper|thinner|fresher|whiter|tougher|more|less|fewer|as)|(?:\\d+\\s?%|percent)\\s+(?:faster|longer|stronger|lighter|brighter|softer|quieter|warmer|thicker|cleaner|cheaper|bigger|larger|smaller|safer|better|smoother|cooler|higher|lower|sharper|thinner|fresher|whiter|tougher|more|less|fewer)|(?:longer|lighter|stronger|faster|softer|brighter|cheaper|thicker|quieter|safer|warmer|sharper|cleaner)(?:[\\s-]lasting)? than|twice as|double the|more \\w+ than|less \\w+ than
guarantee returns | 包退|包换|可退|退换|退货|退款|无理由|不满意|试用|7天无 | money[\\s-]back|refund(?:s|ed|able)?|free returns?|easy returns?|returns? (?:accepted|within)|no questions asked|free trial|try it (?:free|for)
guarantee warranty | 质保|保修|联保|终身|包修|换新|以旧换新|延保|售后(?:无忧|保障) | warrant(?:y|ies|ed)|lifetime|free replacement|replace it free|trade[\\s-]in
guarantee genuine | 正品|保真|假一|官方授权|授权(?:正品|店)|专柜 | genuine(?!\\s+leather)|authentic|authorized (?:dealer|reseller)|100\\s?% real
guarantee promise | 保证|承诺|担保|无忧|放心(?:买|用|吃|入)|包您|包你 | guarantee[ds]?|we promise|promised?(?!\\w)|worry[\\s-]free|peace of mind|stress[\\s-]free
guarantee price match | 保价|价保|买贵|差价 | price match|best[\\s-]price|lowest[\\s-]price|price guarantee
delivery free delivery | 包邮|免邮|免运费|运费险 | free (?:shipping|delivery|postage)
delivery fast | 次日达|次日送|隔天到|当天送|送达|送货|当日达|当天发|今天发|隔日达|极速发货|闪电发货|小时(?:达|发货)|内发货|顺丰|京东物流|现货秒发|送货上门|送装 | next[\\s-]day|same[\\s-]day|ships? (?:today|within|free|fast|tomorrow)|fast (?:shipping|delivery)|express delivery|delivered (?:to|in|within|tomorrow)
delivery cash | 货到付款|先用后付|分期|免息 | cash on delivery|pay later|interest[\\s-]free|instal?lments?
pressure last | 最后(?:一|\\d|几|两|三)|仅剩|只剩|余量|库存(?:不多|告急|有限|紧张)|所剩|数量有限|售罄|卖完|断货|绝版|清仓|尾货 | only \\d+ left|last (?:chance|day|few|one|ones|call|pieces?|hours?)|(?:almost|nearly|selling|running) (?:gone|out|fast)|limited (?:stock|edition|quantit\\w+|supply|time|offer)|while (?:stocks?|supplies) last|few left|clearance|low stock
pressure time | 限时|限量|限购|秒杀|抢购|疯抢|今天(?:下单|截止|结束|最后|只要|仅)|今日(?:特价|下单|专享|仅)|今晚|明天(?:涨|恢复|就)|即将(?:涨价|结束|恢复|售罄)|马上(?:涨|没|结束|抢)|倒计时|错过(?:再|就|等|今)|手慢|过时不候|仅限(?:今|本|前)|前\\d+(?:名|位|单)|截止|恢复原价|涨价|赶快|抓紧|双十一|双11|618|年货节|活动价|大促 | ends? (?:tonight|today|soon|tomorrow|midnight|sunday)|(?:today|tonight|this week(?:end)?|now) only|hurry|act (?:now|fast)|don't miss|before (?:it's|they're) gone|flash sale|countdown|expires?|black friday|deal of the day|limited[\\s-]time|first \\d+ (?:orders|customers|buyers)|price (?:goes|going) up|won't last
gift with purchase | 赠品|赠送|附赠|加赠|买[一二两三1-9]送|买就送|下单(?:就|即|立|再)?(?:送|赠)|再送|免费送|额外送|送(?:同款|运费|礼品|小样|配件|收纳|保温|电池|一|两|三|你|您)|加量不加价 | free gift|gift with|bonus|complimentary|buy (?:one|two|1|2)[,\\s]+get|bogo|comes with a free|freebie|extra free|on the house
gift free | 免费(?!安装孔) | (?<![\\w-])free(?!\\w)(?![\\s-]+(?:of|from|standing|hand|size|flow|range))(?<!-free)
discount discount | 打折|折扣|优惠|立减|满减|直降|减免|特价|特惠|促销|补贴|红包|券|会员价|史低|底价|出厂价|批发价|工厂价|跳楼价|亏本|白菜价|骨折价 | discount(?:s|ed)?|coupons?|vouchers?|promo(?:tion|\\s?code)?|on sale|sale price|special (?:offer|price)|bargain|(?<!\\w)deal(?:s)?(?!\\w)|rebate|cash\\s?back|wholesale|factory price|\\d+\\s?% off|save (?:\\d|up|big|money|\\$|¥)|slashed|marked down|price drop|half off|(?:for|at) the price of (?:one|two|1|2)|(?:two|three|2|3|\\d+) for (?:one|two|the price|1|2|[$¥€£])
origin imported | 进口|原装|海外直采|海淘|跨境 | import(?:ed|s)?(?!ant)|original import
origin made in | 制造|产地|产自|原产|直供|直采|原产地|核心产区|(?<!生)产区|源自|来自[\\u4e00-\\u9fff]{2,6}(?:的|工厂|产区|农场|牧场) | made in|produced in|sourced from|grown in|product of|hails from|engineer(?:ed|ing)|crafted in|assembled in
origin handmade | 手工|手作|匠人|大师|工匠|纯手 | hand[\\s-]?(?:made|crafted|stitched|poured|woven|blown|forged|finished|sewn)|artisans?|master craftsm[ae]n
origin heritage | 百年|祖传|老字号|传承|非遗|古法|宫廷|贡品|始于|创立于|since \\d{4} | heritage|since (?:1[89]|20)\\d\\d|(?:century|family)[\\s-](?:old|owned|recipe)|est(?:ablished|\\.)?\\s?(?:in\\s)?(?:1[89]|20)\\d\\d|traditional recipe|generations
safety harmless | 无毒|无害|安全无|零甲醛|[0零]甲醛|[0零](?:刺激|异味|伤害)|无甲醛|无异味|低敏|不过敏|孕妇可用|孕妇|食用安全|可入口|宝宝可(?:啃|咬)|温和不刺激|不刺激|零刺激|无刺激 | non[\\s-]?toxic|toxin[\\s-]free|harmless|hypoallergenic|child[\\s-]?safe|baby[\\s-]?safe|kid[\\s-]?safe|skin[\\s-]safe|(?:completely|totally|perfectly) safe|(?<!microwave\\s)(?<!microwave-)(?<!dishwasher\\s)(?<!dishwasher-)(?<!oven\\s)(?<!oven-)(?<!and\\sdishwasher\\s)safe for|formaldehyde[\\s-]free|non[\\s-]?irritating|odou?r[\\s-]?less|gentle on
safety fire | 阻燃|防火|防爆|不易燃|耐高温|防触电|防电墙|过载保护|漏电保护 | flame[\\s-](?:retardant|resistant)|fire[\\s-]?proof|fire[\\s-]resistant|explosion[\\s-]proof|heat[\\s-]?proof|overload protection|child lock
absence additives | 无添加|零添加|0添加|不添加|未添加|无防腐|无香精|无色素|无荧光|不含荧光|零防腐|纯天然|全天然|天然(?!色|气) | no (?:added|additives?|preservatives?|artificial|fillers?|colou?rants?)|additive[\\s-]free|preservative[\\s-]free|(?:all[\\s-]|100\\s?% )natural|natural ingredients?|naturally|chemical[\\s-]free|nothing artificial|fluorescer[\\s-]free
absence sugar | 无糖|零糖|0糖|低糖|不加糖|低卡|零卡|0卡|低脂|零脂|0脂|脱脂|高蛋白 | sugar[\\s-]free|no sugar|zero sugar|low[\\s-](?:sugar|calorie|fat|carb)|zero[\\s-]calories?|fat[\\s-]free|high[\\s-]protein|keto|unsweetened
absence allergens | 无麸质|无乳糖|素食|纯素|非转基因|转基因|bpa|双酚|无硅油|无酒精|零酒精|不含酒精|无皂基|氨基酸 | gluten[\\s-]free|lactose[\\s-]free|vegan|vegetarian|non[\\s-]?gmo|bpa[\\s-]?free|bpa|alcohol[\\s-]free|silicone[\\s-]free|paraben[\\s-]?free|sulph?ate[\\s-]?free|cruelty[\\s-]free|nut[\\s-]free|dairy[\\s-]free
environment green | 环保|可降解|生物降解|低碳|零碳|碳中和|可回收|再生(?!纤维素)|可持续 | eco[\\s-]?friendly|environment\\w*|biodegradable|compostable|recycl(?:ed|able)|sustainabl[ey]|carbon[\\s-]neutral|green (?:choice|product)|planet
effect waterproof | 防水|不怕水|不进水|淹不坏|泡水 | water[\\s-]?proof|submersible|waterproofing
effect splash | 防泼水|防溅|防雨|淋雨不 | (?:water|splash|rain)[\\s-](?:resistant|repellent|proof)|splash[\\s-]?proof|showerproof
effect germs | 抗菌|抑菌|除菌|杀菌|灭菌|防螨|除螨|消毒|抗病毒|银离子 | anti[\\s-]?(?:bacterial|microbial|viral|fungal)|germ\\w*|kills? (?:\\d|bacteria|viruses)|steriliz\\w+|sterilis\\w+|disinfect\\w*|sanitiz\\w+|mite[\\s-]?proof|hygienic|bacteria
effect smell | 除臭|去异味|除甲醛|净化空气|抗异味 | deodori[sz]\\w+|odou?r[\\s-](?:control|eliminat\\w+)|purif(?:y|ies|ying)
effect lasting | 耐用|耐磨|耐摔|抗摔|摔不坏|不变形|不褪色|不掉色|不起球|不生锈|防锈|经久|用不坏|超长(?:续航|待机)|结实 | durable|long[\\s-]lasting|(?:fade|wrinkle|scratch|rust|stain|tear|crush|shrink|pill)[\\s-]?(?:resistant|proof|free)|unbreakable|indestructible|built to last|shatter[\\s-]?proof|won't (?:fade|break|rust|shrink|warp|tear|leak)|sturdy|heirloom
effect skin | 美白|嫩白|提亮|淡斑|淡纹|紧致|抗皱|修护|修复|收缩毛孔|去黑头|补水|保湿|滋润|去角质|焕肤 | whiten\\w*|brighten\\w* (?:your )?skin|anti[\\s-]?wrinkle|firming|wrinkles?|fine lines|rejuvenat\\w+|repair(?:s|ing)?|moisturi[sz]\\w+|hydrat\\w+|glow(?:ing)? skin|acne|pores
effect saving | 省电|节能|省水|节水|省时|省力|省空间 | energy[\\s-](?:saving|efficient)|saves? (?:energy|water|time|space|power|electricity)|space[\\s-]saving|low[\\s-]power
effect quiet | 静音|无声|低噪|零噪音|降噪 | silent|noise[\\s-]?(?:less|free|cancell?ing)|whisper[\\s-]?quiet|quiet|soundproof
effect smart | 智能|ai(?:算法|芯片|控温|识别)|语音控制|app(?:控制|操控|联动)|远程控制|wifi|联网|自动感应 | smart(?!\\w)|(?:app|voice|remote)[\\s-]control\\w*|wi[\\s-]?fi|ai[\\s-]powered|works with|self[\\s-]cleaning|automatic(?:ally)?
effect fast | 快充|闪充|超快|秒(?:热|开|干|充|吸|洗|变)|即热|速热 | fast[\\s-]charg\\w+|quick[\\s-]charg\\w+|instant(?:ly|\\s+heat)?|in seconds|rapid(?:ly)?|super[\\s-]fast|high[\\s-]speed
effect capacity | 大容量|超大|加大|加厚|加宽|加长|加固 | extra[\\s-](?:large|big|thick|strong|wide|long|soft)|oversized|jumbo|super[\\s-](?:soft|strong|thick|light)|ultra[\\s-]?(?:light|thin|slim|soft|strong|fine)\\w*|heavy[\\s-]duty|reinforced|thickened
effect light | 超轻|轻量|超薄|轻薄|极薄 | lightweight|ultra[\\s-]?(?:light|thin)\\w*|featherlight|super[\\s-]light
effect technology | 纳米|石墨烯|负离子|远红外|量子|黑科技|黑金|磁疗|氢|等离子|生物科技|专研 | nano\\w*|graphene|negative ions?|ionic|far[\\s-]infrared|quantum|space[\\s-]age|cutting[\\s-]edge|breakthrough|revolutionary|next[\\s-]generation|plasma|advanced technology|state[\\s-]of[\\s-]the[\\s-]art
novelty new | 新品|首发|上新|新款|新一代|升级款|升级版|全新升级|重磅升级|黑科技 | brand[\\s-]new|new (?:arrival|release|launch|version|model|formula|design|season)|newly|upgraded|latest|just launched|second[\\s-]generation|exclusive(?:ly)?
novelty limited | 联名|限定|纪念款|定制款|专属 | limited edition|collab\\w*|co[\\s-]branded|collector'?s?|bespoke|custom[\\s-]made|personali[sz]ed
quality class | 高端|奢华|轻奢|豪华|旗舰|精品|优选|精选|特级|一级(?!能效)|甄选|尊享|奢侈|高档|上等|优质|高品质|品质保障|匠心 | premium|luxur(?:y|ious)|high[\\s-](?:end|quality|grade)|top[\\s-]quality|superior|deluxe|flagship|finest quality|a[\\s-]grade|exquisite|pro[\\s-]grade|professional[\\s-](?:grade|quality)|first[\\s-]class|quality assured
compatibility fits | 适配|兼容|适用于?(?:所有|全部|各种|任何|苹果|华为|小米|安卓|iphone)|通用于?|全机型 | compatible|fits (?:all|any|most|every|iphone)|universal(?:ly)?|one size fits
pet/child safety age | (?:\\d+|[零一二三四五六])\\s?(?:岁|个月)(?:以上|以下|起|宝宝|可用|\\+)|适合\\d+ | ages? \\d+|for ages|from \\d+ (?:months|years)|suitable from
"""


_COUNTRIES = """
日本 日系 japan japanese | 德国 德系 germany german | 法国 france french | 美国 america american usa | 韩国 korea korean
意大利 italy italian | 英国 britain british england english | 瑞士 switzerland swiss | 瑞典 sweden swedish
丹麦 denmark danish | 芬兰 finland finnish | 挪威 norway norwegian | 荷兰 holland dutch netherlands
西班牙 spain spanish | 泰国 thailand thai | 澳大利亚 澳洲 australia australian | 新西兰 new\\szealand
加拿大 canada canadian | 俄罗斯 russia russian | 智利 chile chilean | 巴西 brazil brazilian | 越南 vietnam vietnamese
比利时 belgium belgian | 奥地利 austria austrian | 欧洲 欧美 europe european | 北欧 scandinavia scandinavian nordic
台湾 taiwan taiwanese | 香港 hong\\skong | 马来西亚 malaysia malaysian | 印度 india indian | 土耳其 turkey turkish
希腊 greece greek | 苏格兰 scotland scottish | 爱尔兰 ireland irish | 墨西哥 mexico mexican | 波兰 poland polish
以色列 israel israeli | 新加坡 singapore | 冰岛 iceland icelandic | 葡萄牙 portugal portuguese
埃塞俄比亚 ethiopia ethiopian | 哥伦比亚 colombia colombian
新疆 xinjiang | 云南 yunnan | 景德镇 jingdezhen | 五常 wuchang | 内蒙古 内蒙 inner\\smongolia | 西藏 tibet tibetan
长白山 changbai | 东北 dongbei | 宁夏 ningxia | 海南 hainan | 四川 sichuan | 山东 shandong | 福建 fujian
赣南 gannan | 阳澄湖 yangcheng | 武夷山 wuyi | 安溪 anxi | 烟台 yantai | 阿克苏 aksu | 和田 hotan
"""
"""Names of places, each line's parts one place in both languages; a style is no place (日式, French style)."""


def _places() -> list[Group]:
    found: list[Group] = []
    for part in re.split(r"[|\n]", _COUNTRIES):
        words = part.split()
        if words:
            zh = [word for word in words if not word.isascii()]
            en = [word for word in words if word.isascii()]
            rule = "|".join([*zh, *(rf"(?<![a-z]){word}(?![a-z])" for word in en)])
            found.append(
                Group("origin", en[0].replace("\\s", " "), re.compile(f"(?:{rule})(?!风格|风|料理|[\\s-]?style)"))
            )
    return found


def _read() -> tuple[Group, ...]:
    found: list[Group] = _places()
    for line in _LINES.strip().splitlines():
        head, zh, en = line.split(" | ", 2)
        kind, name = head.split(" ", 1)
        parts = [part.strip() for part in (zh, en) if part.strip() and part.strip() != "\0"]
        en_part = [rf"(?<![a-z])(?:{parts[-1]})" if en.strip() != "\0" else parts[-1]]
        words = "|".join(f"(?:{part})" for part in [*parts[:-1], *en_part])
        found.append(Group(kind.replace("pet/child", "audience"), name, re.compile(words)))
    return tuple(found)


GROUPS = _read()
CAPABLE = re.compile(
    r"(?P<able>防|抗|耐|不怕|不易|不会|可进|能进|可入|不掉|不起|不含|零|镀)(?!止|守|心|看|人|点|售|食|钱|进口)[\u4e00-\u9fff]{1,2}|免(?!费|得|打扰)[\u4e00-\u9fff]{1,3}"
    r"|(?<![a-z])[a-z]+[\s-](?:proof|free|resistant|safe|grade|certified|tested|approved|friendly|infused|plated|coated|lined|repellent|powered|enriched)(?![a-z])"
)
"""Shapes of a claim whatever its word is: 防…, 耐…, 不怕…, …-proof, …-free, …-plated; the words must be the record's."""
BRANDS = re.compile(
    r"戴森|小米|华为|苹果手机|荣耀手机|耐克|阿迪达斯|阿迪|兰蔻|雅诗兰黛|香奈儿|迪奥|古驰|爱马仕|路易威登|资生堂|欧莱雅|海蓝之谜|膳魔师|虎牌|象印|双立人|飞利浦|松下|索尼|三星|特斯拉|星巴克|宜家|无印良品|迪士尼|优衣库|美的|格力|海尔|苏泊尔|九阳|茅台|五粮液|可口可乐|雀巢|三只松鼠|良品铺子|奔驰|宝马|奥迪|保时捷|乐高|博世|西门子|始祖鸟|北面|哥伦比亚户外|安踏|李宁|特步|蕉下|珀莱雅|完美日记|花西子|皇家宠物|蒙牛|伊利|农夫山泉|(?i:(?<![a-z])(?:apple (?:watch|tv)|iphone|ipad|macbook|samsung|huawei|xiaomi|dyson|nike|adidas|gucci|chanel|dior|prada|hermes|louis vuitton|rolex|sony|bosch|makita|dewalt|lego|disney|ikea|starbucks|nestle|l'oreal|est[eé]e lauder|lanc[oô]me|sk-ii|tesla|bmw|mercedes|porsche|ferrari|patagonia|the north face|gore-tex|yeti|stanley cup|tupperware|le creuset|kitchenaid|philips|panasonic|bose|harley)(?![a-z]))"
)
"""Well-known names that no record of another maker may borrow; Latin names need no table, see `claims`."""
