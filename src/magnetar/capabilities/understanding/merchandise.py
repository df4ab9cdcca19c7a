"""Words of general merchandise, Chinese and English, written by us: what materials, colours, scenes … are called.

A line is one value: Chinese names, the first is ours, then a slash, then English names, the first is ours.
"""

from __future__ import annotations

from magnetar.capabilities.understanding.claims import Kind

TABLES: dict[Kind, str] = {
    Kind.MATERIAL: """
不锈钢 304不锈钢 316不锈钢 18/8不锈钢 / stainless steel, stainless
碳钢 / carbon steel
铸铁 生铁 / cast iron
铁艺 铁 熟铁 / iron, wrought iron
钢 钢制 高碳钢 弹簧钢 / steel
铝 铝合金 航空铝 铝制 / aluminum, aluminium, aluminum alloy, aluminium alloy
合金 锌合金 / alloy, zinc alloy
铜 黄铜 纯铜 紫铜 / brass, copper, bronze
钛 纯钛 钛合金 / titanium
银 纯银 925银 s925 / silver metal, sterling silver
金 黄金 足金 / gold metal, solid gold
金属 / metal, metallic
陶瓷 瓷 瓷器 白瓷 骨瓷 青瓷 / ceramic, ceramics, porcelain, bone china, china
粗陶 陶 陶土 紫砂 炻瓷 / stoneware, earthenware, clay
玻璃 玻璃制 钢化玻璃 / glass, tempered glass
高硼硅玻璃 高硼硅 / borosilicate glass, borosilicate
水晶 / crystal
硅胶 食品级硅胶 液态硅胶 / silicone, silicon rubber
橡胶 天然橡胶 / rubber, natural rubber
乳胶 天然乳胶 / latex
丁腈 / nitrile
塑料 塑胶 / plastic, plastics
pp PP聚丙烯 聚丙烯 / polypropylene, pp
abs / abs, abs plastic
pe 聚乙烯 / polyethylene, hdpe, ldpe
pvc 聚氯乙烯 / pvc, vinyl, polyvinyl chloride
tpu / tpu
tpe / tpe
eva / eva, eva foam
ppsu / ppsu
tritan / tritan
pc 聚碳酸酯 / polycarbonate
亚克力 有机玻璃 / acrylic, plexiglass
树脂 / resin, epoxy
密胺 仿瓷 / melamine
实木 原木 / solid wood
木 木质 木制 木头 / wood, wooden, hardwood
榉木 / beech, beechwood
橡木 / oak
胡桃木 黑胡桃 / walnut
松木 / pine wood
鸡翅木 / wenge, wenge wood
相思木 / acacia
柚木 / teak
竹 竹子 竹制 楠竹 / bamboo
藤 藤编 / rattan, wicker
草编 蒲草 / woven straw, seagrass
软木 / cork
纸 纸质 牛皮纸 / paper, kraft paper
纸板 瓦楞纸 / cardboard
原浆 原生木浆 木浆 / wood pulp, virgin pulp
道林纸 / woodfree paper
棉 纯棉 全棉 100%棉 精梳棉 长绒棉 棉质 新疆棉 / cotton, pure cotton, combed cotton
亚麻 麻 苎麻 棉麻 / linen, flax
羊毛 美利奴羊毛 / wool, merino, merino wool
羊绒 山羊绒 / cashmere
羽绒 鸭绒 白鸭绒 / duck down, down filled, down-filled, down fill
鹅绒 白鹅绒 / goose down
真丝 桑蚕丝 蚕丝 丝绸 / silk, mulberry silk
聚酯纤维 涤纶 聚酯 / polyester
锦纶 尼龙 / nylon, polyamide
氨纶 莱卡 / spandex, elastane, lycra
腈纶 / acrylic fiber
莫代尔 / modal
天丝 莱赛尔 / lyocell, tencel
粘胶 人造丝 人棉 / viscose, rayon
竹纤维 / bamboo fiber, bamboo viscose
牛津布 / oxford cloth, oxford fabric
帆布 / canvas
无纺布 / non-woven, nonwoven
灯芯绒 / corduroy
法兰绒 / flannel
摇粒绒 / fleece
珊瑚绒 / coral fleece
雪纺 / chiffon
蕾丝 / lace
牛仔布 丹宁 / denim
网布 网面 透气网 / mesh
超细纤维 / microfiber, microfibre
雪尼尔 / chenille
丝绒 天鹅绒 / velvet
毛绒 长毛绒 / plush, faux fur
皮草 貂皮 貂毛 / fur, mink
牛皮 真皮 头层牛皮 二层牛皮 羊皮 / leather, genuine leather, cowhide
人造革 pu皮 仿皮 pu 皮革 / pu leather, faux leather, synthetic leather, leatherette
海绵 记忆棉 / foam, memory foam, sponge
泡沫 泡棉 / eps foam, foam board
珍珠 淡水珍珠 / pearl, freshwater pearl
玉 翡翠 和田玉 / jade
大理石 / marble
石 岩石 天然石 / stone, natural stone
硅藻土 / diatomite, diatomaceous earth
陶瓷涂层 / ceramic coating
碳纤维 / carbon fiber, carbon fibre
玻璃纤维 玻纤 / fiberglass, glass fiber
大豆蜡 / soy wax
蜂蜡 / beeswax
膨润土 / bentonite
豆腐渣 豆渣 / tofu, soybean residue
特氟龙 聚四氟乙烯 / ptfe, teflon
氯丁橡胶 潜水料 / neoprene
碳化钨 硬质合金 / carbide, tungsten carbide
高速钢 / high speed steel, hss
""",
    Kind.COLOUR: """
黑色 黑 曜石黑 炭黑 / black, jet black
白色 白 米白 珍珠白 乳白 奶白 / white, off white, off-white, ivory
灰色 灰 深灰 浅灰 石墨灰 / gray, grey, charcoal, graphite
红色 红 大红 酒红 朱红 / red, burgundy, crimson, wine red
粉色 粉 粉红 杏粉 樱花粉 豆沙 / pink, rose pink, apricot pink
橙色 橘色 橙 橘 / orange
黄色 黄 姜黄 鹅黄 / yellow, mustard
绿色 绿 墨绿 军绿 橄榄绿 薄荷绿 抹茶绿 / green, olive, mint green, sage
蓝色 蓝 雾蓝 藏青 深蓝 天蓝 海军蓝 / blue, navy, navy blue, mist blue, sky blue
紫色 紫 香芋紫 / purple, violet, lavender colour
棕色 棕 咖啡色 褐色 / brown, coffee brown, biscuit
卡其色 卡其 驼色 / khaki, camel, tan
米色 杏色 燕麦色 米黄 / beige, cream, oatmeal, almond
银色 / silver
金色 香槟金 / gold, golden, champagne
玫瑰金 / rose gold
透明 / clear, transparent
彩色 多色 拼色 / multicolor, multicolour, multi-color, assorted colors, assorted colours
原木色 / natural wood colour
青色 青 / cyan, celadon, teal, turquoise
""",
    Kind.FUNCTION: """
防水 防泼水 / waterproof, water resistant, water-resistant, water repellent, showerproof, ipx4, ipx5, ipx6, ipx7, ipx8, ip65, ip67, ip68
防滑 / non-slip, nonslip, anti-slip, slip resistant, non skid
防风 / windproof
防晒 遮阳 / sun protection, sun block, uv protection
防潮 / moisture-proof, damp-proof
防漏 不漏 防溢 / leakproof, leak-proof, spill-proof, stop leaks
防摔 抗摔 / shockproof, drop-proof
防烫 隔热 / heat insulating, heat resistant, heat-resistant
防尘 / dustproof, dust-proof
防锈 不生锈 / rustproof, rust-proof, rust resistant, corrosion resistant, will not rust
防静电 / antistatic, anti-static
不粘 不沾 / nonstick, non-stick
保温 / keeps hot, thermal, insulated, vacuum insulated
保冷 / keeps cold, cooler
保湿 补水 / moisturizing, moisturising, hydrating
控油 / oil control
抗菌 抑菌 / antibacterial, antimicrobial
降噪 / noise cancelling, noise canceling, noise reduction
静音 低噪 / quiet, silent, noiseless
快充 / fast charging, quick charge, fast charge
无线充电 / wireless charging
无线 / wireless, cordless
蓝牙 / bluetooth
折叠 可折叠 / folding, foldable, collapsible
便携 / portable
可拆洗 可拆卸 / removable, detachable
可水洗 机洗 可机洗 / washable, machine washable
可堆叠 可叠放 / stackable
可调节 可调 / adjustable
可充电 充电式 usb充电 / rechargeable
速干 快干 / quick dry, quick-dry, fast drying
吸水 / absorbent
吸汗 / sweat wicking, moisture wicking
透气 / breathable
保暖 / warm, keeps warm
弹力 高弹 / stretch, stretchy, elastic
收纳 / storage, organizer, organiser
密封 / sealed, airtight
加热 / heating
定时 / timer, timed
恒温 / constant temperature, thermostat
过滤 / filter, filtration
消毒 杀菌 / sterilising, sterilizing, sanitizing
清洁 去污 / cleaning, stain removal
除湿 / dehumidifying
加湿 / humidifying
遮光 / blackout, light blocking
夜灯 / night light
减震 缓震 / cushioning, shock absorbing
承重 / load bearing, heavy duty, heavy-duty
微波炉可用 可微波 微波炉 / microwave safe, microwave-safe, microwaveable
洗碗机可用 洗碗机 / dishwasher safe, dishwasher-safe
自动断电 / auto shut-off, automatic shut off
触控 触摸 / touch control
磁吸 磁性 / magnetic
带刻度 刻度 / graduated, measuring scale
免打孔 / no drilling, drill-free
自粘 背胶 / self-adhesive, adhesive, self adhesive
绝缘 / insulating, electrically insulated
显瘦 / slimming
耐磨 / wear resistant, abrasion resistant, durable
提神 / energizing
除臭 除味 / deodorizing, odor control, odour control
驱蚊 / mosquito repellent, insect repellent
反光 / reflective
磨爪 / claw sharpening, scratching
切割 / cutting
研磨 打磨 / grinding, sanding
测量 / measuring, measurement
""",
    Kind.AUDIENCE: """
宝宝 婴儿 新生儿 婴幼儿 / baby, infant, newborn, babies, infants, toddler
儿童 孩子 小孩 小朋友 / kids, children, child, little kid, for kids
男童 / boys
女童 / girls
学生 / students, student
女士 女生 女性 女款 女式 女装 女 / women, ladies, womens, women's, female
男士 男生 男性 男款 男式 男装 男 / men, mens, men's, gentlemen, male
中性 男女通用 / unisex
情侣 / couples
老人 老年人 爸妈 长辈 中老年 / seniors, elderly, older people
上班族 通勤族 / office workers, commuters
一家人 全家 家人 / family, families
单人 一个人 独居 / one person, single person
双人 两人 / two people, for two
新手 入门 / beginners, beginner
专业人士 / professionals, professional
猫咪 猫 小猫 / cats, cat, kitten
狗狗 狗 犬 小狗 / dogs, dog, puppy
成人 / adults, adult
司机 车主 / drivers, car owners
跑者 跑步爱好者 / runners
钓鱼爱好者 / anglers
""",
    Kind.SCENE: """
露营 野营 / camping, campsite, camp
户外 野外 / outdoor, outdoors
徒步 登山 / hiking, trekking
野餐 / picnic
旅行 旅游 出差 出行 / travel, travelling, traveling, business trip
通勤 上下班 / commuting, commute, work bag
办公 办公室 工位 / office, desk work
学习 上课 书桌 / study, studying, schoolwork
宿舍 / dorm, dormitory
居家 家用 家居 家里 / home, household, at home
厨房 / kitchen
做饭 炒菜 烹饪 / cooking
烘焙 / baking
早餐 / breakfast
餐桌 聚餐 用餐 / dining, dinner, family meals, dinner table
火锅 / hotpot, hot pot
烧烤 / barbecue, bbq, grill, grilling
咖啡 咖啡馆 / coffee
喝茶 泡茶 / tea time, tea
卧室 / bedroom
客厅 / living room
浴室 卫生间 洗澡 / bathroom, shower, bath
阳台 / balcony
花园 园艺 / garden, gardening, patio
车载 车内 汽车 / car, automotive, in the car, vehicle
健身 健身房 / gym, fitness, workout, training
瑜伽 / yoga
跑步 / running, jogging
骑行 / cycling, biking
游泳 / swimming, pool
舞蹈 广场舞 跳舞 / dance, dancing
睡眠 睡觉 午睡 / sleep, sleeping, nap
带饭 午餐 / packed lunch, lunch
下午茶 / afternoon tea
母婴 喂养 哺乳 / nursing, breastfeeding, baby feeding
遛狗 / dog walking
化妆 / makeup, make-up
护肤 / skincare, skin care
洗衣 / laundry
直播 拍摄 / streaming, filming, photography
游戏 电竞 / gaming
装修 / renovation, home improvement
车间 工厂 工业 / industrial, workshop, factory
实验室 / laboratory, lab
焊接 电焊 / welding
焊锡 烙铁 / soldering
木工 / woodworking
打印 3d打印 / printing, 3d printing
钓鱼 / fishing
应急 停电 / emergency, power cut
""",
    Kind.SEASON: """
春季 春天 春 / spring
夏季 夏天 夏 夏日 / summer
秋季 秋天 秋 / autumn, fall season
冬季 冬天 冬 / winter
四季 四季通用 / all seasons, all-season, year round, four-season
""",
    Kind.OCCASION: """
送礼 礼物 礼盒 送人 / gift, gifts, gift box, giftable
生日 / birthday
春节 新年 过年 年货 / new year, lunar new year
中秋 月饼 / mid-autumn
端午 粽子 / dragon boat festival
圣诞 圣诞节 / christmas, xmas
情人节 七夕 / valentine, valentine's day
母亲节 / mother's day
父亲节 / father's day
婚礼 结婚 婚庆 / wedding
开学 / back to school
搬家 乔迁 / housewarming
聚会 派对 来客 / party, parties, guests
万圣节 / halloween
复活节 / easter
周年纪念 纪念日 / anniversary
双十一 双11 / singles day
""",
    Kind.STYLE: """
日式 和风 / japanese style, japanese
中式 新中式 国风 / chinese style
北欧 / nordic, scandinavian
法式 / french style
韩版 韩系 / korean style
复古 / vintage, retro, antique
简约 极简 / minimalist, minimalistic
现代 / modern, contemporary
田园 / country style, rustic
ins风 / instagram style
休闲 / casual
商务 / business style
正式 / formal
运动风 / sporty, athletic
可爱 卡通 / cute, kawaii
宽松 / loose fit, relaxed fit, oversized
修身 / slim fit
高腰 / high waist, high-waisted
长款 / long length
短款 / cropped, short length
圆领 / crew neck, round neck
翻领 / lapel, polo neck
v领 / v neck, v-neck
连帽 / hooded
短袖 / short sleeve, short-sleeve
长袖 / long sleeve, long-sleeve
圆形 / round, circular
方形 正方形 / square
长方形 / rectangular
哑光 / matte, matt
亮面 / glossy
""",
    Kind.PATTERN: """
纯色 / solid color, solid colour, plain
条纹 / striped, stripes, stripe
格子 格纹 / plaid, checked, gingham, tartan
波点 圆点 / polka dot, polkadot, dotted, spotty
碎花 花卉 印花 / floral, flowers, printed
迷彩 / camouflage, camo
小象 动物图案 / elephant print, animal print
星星 / stars
爱心 / hearts, heart
手绘 / hand-drawn, hand painted, hand-painted
雕花 镂空 / carved, cut-out, openwork
方格 / grid
""",
    Kind.FLAVOUR: """
原味 / original flavour, original flavor, unflavored
甜味 甜 / sweet
咸味 盐味 海盐 / salted, sea salt
辣味 香辣 麻辣 / spicy, hot
五香 / five-spice
酸味 酸甜 / sour, tangy
烟熏 / smoky, smoked
蜂蜜 / honey
巧克力 黑巧 / chocolate, dark chocolate
香草 / vanilla
草莓 / strawberry
柠檬 / lemon, citrus
橙子 柑橘 / orange flavour, orange flavor
薄荷 / mint, peppermint
抹茶 / matcha
榛子 坚果 / hazelnut, nutty
焦糖 / caramel
茉莉 / jasmine
桂花 / osmanthus
玫瑰 / rose scent, rose fragrance
薰衣草 / lavender
雪松 木质香 木香 / cedar, cedarwood, woody
白茶 / white tea
无花果 / fig
檀香 / sandalwood
无香 无味 无香型 / unscented, fragrance-free, fragrance free
鸡肉 / chicken
牛肉 / beef
三文鱼 / salmon
鱼味 / fish
""",
    Kind.ORIGIN: """
中国 国产 / china
日本 / japan
韩国 / korea
美国 / usa, united states, made in usa
德国 / germany
法国 / france
意大利 / italy
英国 / england, uk, united kingdom
泰国 / thailand
越南 / vietnam
印度 / india
墨西哥 / mexico
新西兰 / new zealand
澳大利亚 澳洲 / australia
埃塞俄比亚 / ethiopia
哥伦比亚 / colombia
台湾 / taiwan
云南 / yunnan
新疆 / xinjiang
四川 / sichuan
山西 / shanxi
山东 / shandong
福建 / fujian
广东 / guangdong
浙江 / zhejiang
江西 赣南 / jiangxi
陕西 / shaanxi
黑龙江 东北 五常 / heilongjiang
内蒙古 / inner mongolia
宁夏 / ningxia
海南 / hainan
景德镇 / jingdezhen
""",
}

KEYS: dict[str, Kind] = {
    "材质": Kind.MATERIAL, "面料": Kind.MATERIAL, "填充": Kind.MATERIAL, "材料": Kind.MATERIAL, "内胆": Kind.MATERIAL,
    "成分": Kind.MATERIAL, "主要成分": Kind.MATERIAL, "涂层": Kind.MATERIAL, "布料": Kind.MATERIAL,
    "material": Kind.MATERIAL, "material_type": Kind.MATERIAL, "fabric_type": Kind.MATERIAL, "fabric": Kind.MATERIAL,
    "outer_material": Kind.MATERIAL, "frame_material": Kind.MATERIAL,
    "颜色": Kind.COLOUR, "色号": Kind.COLOUR, "色": Kind.COLOUR, "color": Kind.COLOUR, "colour": Kind.COLOUR,
    "color_name": Kind.COLOUR,
    "容量": Kind.CAPACITY, "壶容量": Kind.CAPACITY, "水箱": Kind.CAPACITY, "capacity": Kind.CAPACITY, "volume": Kind.CAPACITY,
    "重量": Kind.WEIGHT, "净含量": Kind.WEIGHT, "克重": Kind.WEIGHT, "单支重": Kind.WEIGHT, "承重": Kind.WEIGHT,
    "weight": Kind.WEIGHT, "item_weight": Kind.WEIGHT, "net_weight": Kind.WEIGHT, "maximum_weight_recommendation": Kind.WEIGHT,
    "尺寸": Kind.SIZE, "长度": Kind.SIZE, "直径": Kind.SIZE, "口径": Kind.SIZE, "厚度": Kind.SIZE, "高度": Kind.SIZE,
    "宽度": Kind.SIZE, "深度": Kind.SIZE, "线长": Kind.SIZE, "size": Kind.SIZE, "dimensions": Kind.SIZE,
    "item_dimensions": Kind.SIZE, "length": Kind.SIZE, "width": Kind.SIZE, "height": Kind.SIZE, "diameter": Kind.SIZE,
    "item_diameter": Kind.SIZE, "item_length": Kind.SIZE, "item_width": Kind.SIZE, "item_thickness": Kind.SIZE,
    "thickness": Kind.SIZE,
    "数量": Kind.QUANTITY, "件数": Kind.QUANTITY, "片数": Kind.QUANTITY, "卷数": Kind.QUANTITY, "number_of_items": Kind.QUANTITY,
    "number_of_pieces": Kind.QUANTITY, "unit_count": Kind.QUANTITY, "quantity": Kind.QUANTITY,
    "item_package_quantity": Kind.QUANTITY,
    "功率": Kind.POWER, "电池": Kind.POWER, "电压": Kind.POWER, "额定能量": Kind.POWER, "无线功率": Kind.POWER,
    "wattage": Kind.POWER, "voltage": Kind.POWER, "power": Kind.POWER, "battery_capacity": Kind.POWER, "amperage": Kind.POWER,
    "产地": Kind.ORIGIN, "country_of_origin": Kind.ORIGIN, "country_as_labeled": Kind.ORIGIN, "origin": Kind.ORIGIN,
    "香型": Kind.FLAVOUR, "口味": Kind.FLAVOUR, "香调": Kind.FLAVOUR, "flavor": Kind.FLAVOUR, "flavour": Kind.FLAVOUR,
    "flavor_name": Kind.FLAVOUR, "scent": Kind.FLAVOUR, "scent_name": Kind.FLAVOUR,
    "人群": Kind.AUDIENCE, "适用人群": Kind.AUDIENCE, "target_gender": Kind.AUDIENCE,
    "department": Kind.AUDIENCE, "age_range_description": Kind.AUDIENCE, "target_audience": Kind.AUDIENCE,
    "季节": Kind.SEASON, "适用季节": Kind.SEASON, "season": Kind.SEASON, "seasons": Kind.SEASON,
    "图案": Kind.PATTERN, "pattern": Kind.PATTERN, "pattern_name": Kind.PATTERN, "pattern_type": Kind.PATTERN,
    "风格": Kind.STYLE, "版型": Kind.STYLE, "领型": Kind.STYLE, "style": Kind.STYLE, "fit_type": Kind.STYLE,
    "item_shape": Kind.STYLE, "shape": Kind.STYLE, "finish_type": Kind.STYLE,
    "功能": Kind.FUNCTION, "可用": Kind.FUNCTION, "防水": Kind.FUNCTION, "special_feature": Kind.FUNCTION,
    "special_features": Kind.FUNCTION,
    "品牌": Kind.BRAND, "brand": Kind.BRAND,
    "型号": Kind.MODEL, "model_number": Kind.MODEL, "part_number": Kind.MODEL, "model": Kind.MODEL, "mpn": Kind.MODEL,
    "场景": Kind.SCENE, "使用场景": Kind.SCENE, "specific_uses_for_product": Kind.SCENE, "room_type": Kind.SCENE,
    "occasion": Kind.OCCASION,
}  # fmt: skip
"""Which kind of claim a structured attribute of that name makes."""
