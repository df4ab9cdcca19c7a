"""Invented claims for `copywriting.py`, by kind and language: written as an advertiser would, from no table of the checker."""

from __future__ import annotations

FILLERS = {
    "zh": {"[品]": ["这一款", "这件", "它", "本店这款"], "[国]": ["意大利", "瑞典", "泰国", "芬兰"], "[数]": ["37", "4600", "九万", "71"]},
    "en": {"[it]": ["This one", "It", "Ours"], "[land]": ["Sweden", "Austria", "Chile", "Finland"], "[n]": ["37", "4600", "71"]},
}  # fmt: skip
FIRST: dict[str, dict[str, list[str]]] = {
    "number": {"zh": ["续航[数]小时", "只有[数]克重", "内含[数]支装", "用满三百次"], "en": ["lasts [n] hours", "weighs just [n] g", "comes with [n] sachets", "good for three hundred uses"]},
    "price": {"zh": ["只要3块9", "到手价8.8元", "一杯奶茶钱15元拿下"], "en": ["only $3.33", "yours for 4.44 dollars", "now €2.22"]},
    "discount": {"zh": ["全场三折", "立省200元", "第二件半价", "领券再减"], "en": ["70% off", "save $200", "half price on the second", "use code SAVE20"]},
    "certification": {"zh": ["通过欧盟CE认证", "FDA备案", "拿到有机认证", "SGS检测合格"], "en": ["FDA registered", "organic certified", "carries the CE mark", "passed SGS tests"]},
    "medical": {"zh": ["缓解颈椎疼痛", "对湿疹有疗效", "专治失眠", "消炎止痛"], "en": ["relieves back pain", "treats eczema", "clinically proven", "heals cracked skin"]},
    "health": {"zh": ["增强免疫力", "降血压好帮手", "抗衰老", "吃了助眠"], "en": ["boosts immunity", "lowers blood pressure", "anti-aging formula", "improves sleep"]},
    "superlative": {"zh": ["全网最低价", "同行第一", "顶级做工", "史上最轻"], "en": ["the best on the market", "number one choice", "world's lightest", "unbeatable quality"]},
    "comparison": {"zh": ["比普通款耐用三倍", "强过大牌", "秒杀同类产品", "吊打竞品"], "en": ["twice as strong as other brands", "outperforms the leading brand", "better than anything else", "lasts longer than ordinary ones"]},
    "guarantee": {"zh": ["终身质保", "不满意全额退款", "坏了包换新", "假一赔十"], "en": ["lifetime warranty", "money-back guarantee", "free replacement forever", "satisfaction guaranteed"]},
    "pressure": {"zh": ["今晚12点结束", "仅剩最后5件", "手慢无", "限时抢购"], "en": ["ends tonight", "only 3 left in stock", "hurry before it is gone", "limited-time offer"]},
    "gift": {"zh": ["下单就送围裙", "买一送一", "附赠收纳袋", "免费送运费险"], "en": ["free gift with every order", "buy one get one", "bonus pouch included free", "comes with a complimentary cloth"]},
    "origin": {"zh": ["[国]原装进口", "[国]制造", "[国]设计师打造", "产自[国]"], "en": ["made in [land]", "imported from [land]", "designed in [land]", "a product of [land]"]},
    "authority": {"zh": ["央视推荐", "三甲医院医生都在用", "明星同款", "国家队指定"], "en": ["as seen on TV", "recommended by dermatologists", "loved by celebrities", "used by NASA"]},
    "popularity": {"zh": ["已售[数]件", "十万人好评", "全网爆款", "回购率超高"], "en": ["over [n] sold", "thousands of happy customers", "a viral bestseller", "rated 5 stars"]},
    "absence": {"zh": ["零甲醛", "0添加", "不含双酚A", "无荧光剂"], "en": ["BPA-free", "no preservatives", "cruelty-free", "gluten-free"]},
    "material": {"zh": ["纯银打造", "头层牛皮", "航空铝机身", "和田玉材质"], "en": ["solid silver", "genuine leather", "carbon fiber body", "pure cashmere"]},
    "effect": {"zh": ["永不褪色", "防水防摔", "杀菌99%", "自动除螨"], "en": ["never fades", "waterproof and shockproof", "kills 99% of germs", "stain-proof"]},
    "safety": {"zh": ["孕妇可用", "宝宝可入口", "无毒无害", "0刺激"], "en": ["non-toxic", "safe for newborns", "hypoallergenic", "child-safe"]},
    "delivery": {"zh": ["全国包邮", "次日送达", "24小时内发货", "顺丰直发"], "en": ["free shipping", "next-day delivery", "ships within 24 hours", "delivered tomorrow"]},
}  # fmt: skip
SECOND: dict[str, dict[str, list[str]]] = {
    "number": {"zh": ["一次能装[数]升", "充一回电跑[数]公里", "重量才[数]两", "二十八颗灯珠", "[数]道工序"], "en": ["runs for [n] days straight", "holds [n] liters", "[n] stitches in every seam", "forty-two LEDs inside", "[n] mAh battery"]},
    "price": {"zh": ["今儿个六块六", "一口价9元", "¥1.99起", "原价3999"], "en": ["was $3999", "a steal at £2", "under five dollars", "$1.99 each"]},
    "discount": {"zh": ["骨折价清仓", "两件打六折", "满99减50", "新人立减二十", "对折带走"], "en": ["55% discount this week", "two for the price of one", "BOGO", "an extra 20 percent off at checkout", "clearance price"]},
    "certification": {"zh": ["3C认证产品", "有ISO9001体系", "获国家发明专利", "食品级标准", "OEKO-TEX一级"], "en": ["ISO 9001 certified", "patented design", "OEKO-TEX approved", "UL listed", "military-spec"]},
    "medical": {"zh": ["药用级配方", "祛痘淡斑", "腰椎病人的福音", "医用级防护", "临床验证"], "en": ["medical-grade formula", "cures insomnia", "a remedy for arthritis", "pain relief in minutes", "therapeutic grade"]},
    "health": {"zh": ["补肾益气", "排毒养颜", "孩子吃了长高", "稳血糖", "提高抵抗力"], "en": ["detoxes your body", "burns fat while you sleep", "lowers cholesterol", "strengthens your immune system", "good for your heart"]},
    "superlative": {"zh": ["业界领先", "独一无二的设计", "全球首创", "天花板级别", "没有之一"], "en": ["second to none", "the finest in the world", "industry-leading", "the ultimate choice", "the most advanced ever made"]},
    "comparison": {"zh": ["比铁还硬", "省电一半", "完胜进口货", "比上一代轻三成", "别家做不到"], "en": ["40% lighter than steel", "three times faster", "more durable than rivals", "beats the big brands", "unlike cheap imitations"]},
    "guarantee": {"zh": ["三年只换不修", "无理由退货", "品质有保障放心买", "官方正品授权", "用坏了找我"], "en": ["5-year warranty", "full refund if unhappy", "we promise you will love it", "authorized dealer", "no-questions-asked returns"]},
    "pressure": {"zh": ["错过等一年", "最后三小时", "库存告急", "明天就涨价", "前50名专享"], "en": ["last chance", "sale expires at midnight", "while supplies last", "price goes up tomorrow", "first 50 customers only"]},
    "gift": {"zh": ["加赠小样三份", "买就送", "随单附赠", "拍一发二", "礼品多多送不停"], "en": ["plus a free tote", "gift included", "a bonus item inside", "second one on us", "freebies with each box"]},
    "origin": {"zh": ["[国]匠人手作", "源自[国]工艺", "[国]同步发售", "海外直邮"], "en": ["hand-made in [land]", "[land] craftsmanship", "sourced from [land]", "straight from [land]"]},
    "authority": {"zh": ["院士团队研发", "故宫联名", "网红博主力荐", "人民日报点赞", "米其林餐厅都在用"], "en": ["doctor recommended", "endorsed by athletes", "featured in Vogue", "trusted by professionals", "Oprah's pick"]},
    "popularity": {"zh": ["卖疯了", "老客回购无数", "霸榜三周", "好评如潮", "人手一个"], "en": ["everyone is talking about it", "a top seller", "rave reviews", "sold out twice", "trending now"]},
    "absence": {"zh": ["不加一滴防腐剂", "无糖无脂", "非转基因", "不含酒精", "纯天然"], "en": ["sugar-free", "all natural", "paraben-free", "free of chemicals", "non-GMO"]},
    "material": {"zh": ["小牛皮材质", "钛合金骨架", "桑蚕丝面料", "红木手柄", "镀金边框"], "en": ["gold-plated trim", "titanium frame", "Egyptian silk", "hand-cut crystal", "made of ebony"]},
    "effect": {"zh": ["怎么摔都不坏", "三秒速干", "一擦即净不留痕", "防火阻燃", "智能语音控制"], "en": ["unbreakable", "dries in seconds", "fireproof", "voice-controlled", "never needs charging"]},
    "safety": {"zh": ["新生儿放心用", "敏感肌也不怕", "安全无残留", "婴儿级温和"], "en": ["safe for babies", "gentle on sensitive skin", "no harmful residue", "vet-approved"]},
    "delivery": {"zh": ["现货秒发", "送货到家不收钱", "运费我们出", "今天拍明天到"], "en": ["ships free", "arrives tomorrow", "same-day dispatch", "at your door in 48 hours"]},
}  # fmt: skip
