"""The bench's own judge of facts: digits, units and words of a text must be the record's, or our glue, listed by hand."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from magnetar.vocabulary.catalogue import Product

_GLUE_ZH = """看看这款 来看 看看 说说 认识这款 认识 给你介绍 慢慢看这款 来了 嘿 看这款 这款 先说价格 带走 标价 现价 从 到 先看这点 想说的是 看参数
记下 怕 说到 不想 又要 用什么 想着 的时候 选它 的日子 来看它 的心意 选什么 挑 先看 选 看什么 怎么挑 看 是 用什么做 问 摸得到的 的细节 看看细节 想 细节在这 养 自己 坐
给你看看 什么 时候 的时候 季节 喜欢 需要就点这里 规格在详情里 点开看参数 喜欢就带它回去 看中了 就点这里 心动就点 带走它 的 你 在 家有 爱 想送礼 养猫 养狗 要 坐办公室 学生党 住
自己带饭 常进 吃 做 打 开 一个人住 收拾 布置 整理 想睡觉 里 女士看这里 男士看这里 新手 看这里 日子 路上 练 边 车主 上班族 一家人 介绍一下 女士们 男士们 选哪款 可以看看它 打理 准备 现在 收拾 布置"""
_GLUE_EN = """specifications take a look here about the this is it meet say hello to at hey price first for have list now from look what you get begin with figures note
tired of had enough again thinking on mind in how choose check before buy worth see choosing made detail the who shop soon tap need one page are read like home
closer if time day days night off out planning coming going yes there at your and or looking plans runs by gone into"""
_PHRASES_EN = re.compile(
    r"\b(?:introducing(?: the)?|yours at|first up|doing up the|got an?|add to cart|see details|shop now|on the road(?=\?)|living alone)\b",
    re.IGNORECASE,
)
"""Our own words that count only together, so that `good`, `up` or `add` by itself is still looked up."""
GLUE_ZH, GLUE_EN = frozenset(_GLUE_ZH.split()), frozenset(_GLUE_EN.split())
PAIRS = """material:材质,面料,材料,内胆,填充 fabric:面料 capacity:容量 net:净含量 weight:重量,克重 size:尺寸 diameter:直径,口径 length:长度,长 width:宽度,宽 height:高度,高
thickness:厚度 power:功率 load:承重 pack:规格 battery:电池 run:续航 time:续航 brightness:亮度 voltage:电压 water:防水,水箱 rating:防水 charging:充电 ports:接口 depth:深度
cable:线长 sizes:尺码 teeth:齿长 noise:噪音 speed:转速 cover:被套 tank:水箱 lining:内胆 fill:填充 lid:盖 colour:颜色 temperature:温度 storage:储存 ingredients:配料"""
MORE = """ceramic:陶瓷,瓷 borosilicate:高硼硅 glass:玻璃 aluminum:铝 stainless:不锈钢 steel:钢 abs:ABS wood:木 beech:榉木 bamboo:竹 cotton:棉 silicone:硅胶 leather:皮
coffee:咖啡 packed:饭盒,午餐,带饭 lunch:饭盒,午餐,带饭 camping:露营,野营 women:女,ladies,female,womens men:男,gentlemen,male party:聚会,派对,来客 commuting:通勤,上下班 tea:茶 baby:宝宝,婴 feeding:哺乳,喂养,母婴,nursing gift:礼,送人
kids:儿童,孩子,小朋友 family:家人,一家,全家 students:学生 dorm:宿舍 office:办公,工位 workers:上班族,通勤 kitchen:厨 cooking:做饭,炒菜,烹饪 baking:烘焙 breakfast:早餐 dining:餐桌,聚餐,用餐
hotpot:火锅 barbecue:烧烤 hiking:徒步,登山 picnic:野餐 travel:旅行,出差,出行 bathroom:浴,bath,shower,洗澡,卫生间 bedroom:卧室 living:客厅 room:客厅 balcony:阳台 garden:花园,园艺 car:车 gym:健身 yoga:瑜伽
running:跑 cycling:骑行 swimming:游泳 dance:舞 sleep:睡 makeup:化妆 skincare:护肤 laundry:洗衣 streaming:直播,拍摄 gaming:游戏,电竞 cat:猫 dog:狗 walking:遛狗 summer:夏 winter:冬 spring:春 autumn:秋
seasons:四季 new:新年,过年,春节 year:新年,过年,春节 birthday:生日 drivers:车主,司机 renovation:装修 printing:打印 study:学习,书桌 person:单人,独居,一个人 beginners:新手,入门 stoneware:粗陶,陶 enamel:珐琅
cashmere:羊绒 wool:羊毛 polyester:聚酯,涤纶 nylon:尼龙 oxford:牛津布 cloth:牛津布 down:羽绒 goose:鹅绒 linen:亚麻 plastic:塑料 paper:纸 carbon:碳钢 alloy:合金 iron:铁 cast:铸铁 walnut:胡桃木 oak:橡木
pine:松木 cork:软木 rubber:橡胶 latex:乳胶 silk:丝 acrylic:亚克力,腈纶 resin:树脂 clay:陶 lab:实验室,laborator workshop:车间,工厂,工业,industrial,factory emergency:应急,停电 industrial:工业,工厂 fishing:钓鱼 wine:酒红 duck:鸭绒 afternoon:下午茶 outdoor:户外,野外 viscose:粘胶 pulp:木浆 strawberry:草莓 polycarbonate:PC,聚碳酸酯 fiber:腈纶 car:vehicle,automotive swimming:pool life:宿舍,dorm all:四季,全季 content:净含量,含量 cardboard:纸板,瓦楞,卡纸 alone:单人,独居,一个人 road:车,vehicle,automotive,car,truck
titanium:钛 silver:银 gold:金 metal:金属 crystal:水晶 nitrile:丁腈 melamine:密胺,仿瓷 solid:实木 wenge:鸡翅木 acacia:相思木 teak:柚木 rattan:藤 woven:草编,蒲草 straw:草编,蒲草 kraft:牛皮纸
spandex:氨纶,莱卡 elastane:氨纶 modal:莫代尔 lyocell:天丝,莱赛尔 fleece:摇粒绒 coral:珊瑚绒 chiffon:雪纺 lace:蕾丝 denim:牛仔,丹宁 mesh:网布,网面,透气网 microfiber:超细纤维 chenille:雪尼尔 velvet:丝绒,天鹅绒
plush:毛绒 fur:皮草,貂 pu:皮革,仿皮,人造革 foam:海绵,记忆棉,泡沫,泡棉 memory:记忆棉 pearl:珍珠 freshwater:淡水 jade:玉,翡翠 marble:大理石 stone:石 diatomite:硅藻土 coating:涂层 fiberglass:玻纤,玻璃纤维
soy:大豆 wax:蜡 beeswax:蜂蜡 bentonite:膨润土 tofu:豆渣,豆腐渣 corduroy:灯芯绒 flannel:法兰绒 canvas:帆布 woodfree:道林纸 chicken:鸡肉 beef:牛肉 salmon:三文鱼 fish:鱼 honey:蜂蜜
barbecue:bbq,grill family:families kids:children,child,toddler baby:babies,infant,newborn,toddler women:woman,ladies,female men:male,gentlem students:student office:desk,办公 camping:campsite,camp hiking:trek travel:trip,travell commuting:commut
cooking:cook dining:dinner,table,meal bathroom:toilet garden:patio,yard car:auto,vehicle gym:fitness,workout,exercise,training running:jog,runner cycling:bike,biking swimming:swim dance:danc sleep:nap,sleeping lab:laborator streaming:film,photo,video
gaming:game renovation:remodel printing:print fishing:fish drivers:driver beginners:beginner,novice cat:kitten,feline,cats dog:puppy,puppies,canine,dogs walking:walk study:studying,school breakfast:brunch gift:gifts,礼,送人 industrial:industry,factory
workshop:industrial,industry,factory emergency:emergencies woodworking:wood welding:weld soldering:solder"""
SYNONYMS = """女士们:女 男士们:男 孩子:儿童,孩子,小朋友,学步 厨房:厨 喝茶:茶 聚会:聚会,派对,来客 做饭:做饭,炒菜,炒,煮,烹 带饭:饭盒,午餐,便当 送礼:礼 礼:礼 宝宝:宝,婴 猫:猫 狗:狗 办公室:办公,工位 露营:露营,野营,camp
徒步:徒步,登山 出行:旅行,出差,出行,旅游 健身:健身 跑步:跑 骑行:骑行 护肤:护肤 化妆:化妆,妆 客厅:客厅 卧室:卧室 浴室:浴,洗澡,卫生间,淋浴 阳台:阳台 洗衣:洗衣 游戏:游戏,电竞 直播:直播,拍摄
咖啡:咖啡 烘焙:烘焙 早餐:早餐 火锅:火锅 烧烤:烧烤 野餐:野餐 园艺:园艺,花园 瑜伽:瑜伽 游泳:游泳 睡觉:睡 下午茶:下午茶 餐桌:餐桌,聚餐,用餐 通勤:通勤,上下班 学习:学习,书桌,上课 宿舍:宿舍 家里:居家,家用,家居,家里
喂养:喂养,哺乳 女士:女 男士:男 一个人:单人,独居,一个人 钓鱼:钓鱼 开车:车 车间:车间,工厂,工业 实验室:实验室 木工:木工 木:木工"""
"""Words for the viewer, each with the record's words that it may stand for; by hand."""
STRONG = re.compile(
    r"最|第一|唯一|保证|免费|赠|包邮|认证|治|进口|专家|明星|限时|仅剩|best|guarantee|free|cure|expert|certified|imported|only",
    re.IGNORECASE,
)


def _flat(text: str) -> str:
    return re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text.replace("℃", "%"))).lower()


def invented(
    text: str, raw: str, product: Product, language: str, pairs: dict[str, list[str]] | None = None
) -> list[str]:
    """What a text says that neither the record nor our glue holds."""
    known, found = _flat(raw), list[str]()
    prices = {
        f"{Decimal(money.micros) / 1_000_000:.2f}" for money in (product.price, product.list_price) if money is not None
    }
    shown = unicodedata.normalize("NFKC", text.replace("℃", "%"))
    for match in re.finditer(r"([¥$€]?)\s*(\d[\d,]*(?:\.\d+)?)\s*([A-Za-z]{0,2}(?![A-Za-z])|[%℃])?", shown):
        sign, number, unit = match[1], match[2], (match[3] or "").replace("℃", "%")
        number = number.replace(",", "")
        if sign:
            if f"{Decimal(number):.2f}" not in prices:
                found.append(f"price {match[0]}")
        elif (number + unit).lower() not in known and f"{Decimal(number):.2f}" not in prices:
            found.append(f"number {match[0]}")
    for match in STRONG.finditer(shown):
        if match[0].lower() not in known:
            found.append(f"strong {match[0]}")
    return found + (_words_zh(shown, known) if language == "zh" else _words_en(shown, raw))


def _words_zh(text: str, known: str) -> list[str]:
    """Chinese runs, covered from the left by the longest piece that the record or the glue holds; single left-overs."""
    found: list[str] = []
    for word, _, listed in (one.partition(":") for one in SYNONYMS.split()):
        if word in text and any(other in known for other in listed.split(",")):
            text = text.replace(word, "|")
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        at = 0
        while at < len(run):
            size = next(
                (
                    size
                    for size in range(len(run) - at, 0, -1)
                    if run[at : at + size] in known or run[at : at + size] in GLUE_ZH
                ),
                0,
            )
            if size == 0:
                found.append(f"word {run[at]} in {run}")
                size = 1
            at += size
    return found


def _words_en(text: str, raw: str) -> list[str]:
    low, text = unicodedata.normalize("NFKC", raw).lower(), _PHRASES_EN.sub(" ", text)
    have = set(re.findall(r"[a-z]+", low))
    pairs: dict[str, list[str]] = {}
    for name, _, words in (one.partition(":") for one in (PAIRS + " " + MORE).split()):
        pairs.setdefault(name, []).extend(words.split(","))
    found: list[str] = []
    for word in re.findall(r"[a-z]+", text.lower()):
        if (
            word in have
            or f"{word}s" in have
            or word in GLUE_EN
            or any(zh.lower() in low for zh in pairs.get(word, []))
        ):
            continue
        found.append(f"word {word}")
    return found
