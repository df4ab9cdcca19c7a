"""Scenes and what they usually call for, written by us in Chinese and English: hypotheses, which data confirm or refuse."""

from __future__ import annotations

from dataclasses import dataclass

_SCENES = """
露营过夜 | camping overnight | 露营 帐篷 天幕 camping camp tent | 帐篷 天幕 睡袋 防潮垫 户外电源 电源 折叠椅 月亮椅 蛋卷桌 折叠桌 桌椅 露营灯 串灯 头灯 卡式炉 套锅 保温箱 充气床 驱蚊 / tent tarp sleeping-bag sleeping-pad power-station camp-chair camp-table lantern headlamp stove cookset cooler
徒步登山 | hiking | 徒步 登山 爬山 hiking trekking | 登山杖 双肩包 背包 保温壶 水壶 头灯 冲锋衣 徒步鞋 速干衣 护膝 / trekking-pole backpack flask headlamp jacket boots
做饭 | cooking | 做饭 炒菜 下厨 食谱 cooking recipe cook | 炒锅 铸铁锅 奶锅 菜刀 三德刀 砧板 锅铲 铲勺 调料 围裙 厨房秤 密封罐 食用油 / wok pan pot knife cutting-board spatula apron scale jar
摆桌开饭 | setting the table | 开饭 摆盘 餐桌 聚餐 dinner table tableware | 餐盘 盘子 面碗 饭碗 筷子 勺叉 餐垫 马克杯 玻璃杯 托盘 / plate bowl chopsticks cutlery placemat mug tumbler tray napkin
饭后清洗 | washing up | 洗碗 清洁 厨房清洁 dishwashing washing-up | 餐盘 面碗 饭碗 炒锅 洗洁精 海绵 橡胶手套 手套 厨房喷雾 油污 垃圾袋 抽纸 / plate bowl wok dish-soap sponge gloves degreaser bin-bag tissue
洗衣护理 | laundry | 洗衣 laundry | 洗衣液 洗衣凝珠 凝珠 衣架 挂烫机 毛巾 洗衣袋 / laundry-liquid laundry-pods hanger steamer towel
手冲咖啡 | coffee at home | 咖啡 手冲 coffee espresso | 咖啡壶 手冲咖啡壶 咖啡机 马克杯 咖啡杯 咖啡豆 滤纸 磨豆机 厨房秤 热水壶 电热水壶 / coffee-set espresso-machine mug coffee filter grinder scale kettle
喝茶 | tea | 喝茶 茶道 tea | 茶具 茶壶 茶杯 热水壶 茶叶 托盘 / tea-set teapot teacup kettle tea tray
烘焙 | baking | 烘焙 蛋糕 baking cake | 打蛋器 厨房秤 烤盘 模具 面粉 黄油 硅胶铲 烤箱 / whisk scale cake-case cake-tin flour butter spatula oven
桌面办公 | desk work | 办公 桌面 居家办公 desk office | 键盘 鼠标 鼠标垫 扩展坞 台灯 手机支架 插排 耳机 显示器 / keyboard mouse desk-mat hub lamp phone-stand power-strip headphones
手机出行 | phone on the go | 出差 旅行 手机 travel phone | 数据线 充电器 移动电源 充电宝 手机壳 手机支架 蓝牙耳机 耳机 / cable charger power-bank phone-case phone-stand earbuds
卧室好眠 | a good night's sleep | 卧室 睡眠 助眠 bedroom sleep | 四件套 枕头 春秋被 窗帘 小夜灯 香薰 加湿器 睡衣 / bedding pillow quilt curtain night-light candle humidifier
浴室 | bathroom | 浴室 洗澡 bathroom | 毛巾 地垫 置物架 马桶刷 吹风机 沐浴露 洗发水 / towel bath-mat shelf toilet-brush hair-dryer body-wash shampoo
收纳整理 | tidying up | 收纳 整理 storage tidy | 收纳箱 收纳盒 衣架 置物架 密封罐 垃圾袋 / storage-box organiser hanger shelf jar bin-bag
过冬取暖 | keeping warm | 冬天 保暖 取暖 winter warm | 暖风机 羊毛衫 毛衣 围巾 帽子 手套 羽绒服 热水袋 保温壶 毯子 / heater sweater scarf hat gloves jacket hot-water-bottle flask blanket
消暑 | keeping cool | 夏天 避暑 summer cool | 小风扇 循环扇 凉席 防晒 太阳镜 冰袖 / fan circulator sunscreen sunglasses
派对布置 | party | 派对 生日 聚会 party birthday | 气球 拉旗 蜡烛 纸巾 纸杯 纸盘 蛋糕 / balloon bunting garland candle napkin paper-cup paper-plate cake-case
圣诞 | Christmas | 圣诞 christmas | 圣诞树 彩灯 装饰 包装纸 丝带 贺卡 袜子 / christmas decoration light wrap ribbon card stocking bauble
送礼包装 | gift wrapping | 礼物 送礼 gift | 包装纸 礼袋 丝带 贺卡 礼盒 标签 / wrap gift-bag ribbon card gift-box tag tissue
园艺 | gardening | 园艺 种花 garden | 花盆 种子 喷壶 园艺手套 铲子 肥料 / pot seed watering-can gloves trowel planter
母婴喂养 | feeding a baby | 宝宝 辅食 母婴 baby | 奶瓶 分格餐盘 围兜 辅食 湿巾 纸尿裤 恒温壶 / bottle plate bib food wipe diaper
宠物 | keeping a pet | 宠物 猫 狗 pet cat dog | 猫粮 狗粮 猫砂 牵引绳 食盆 玩具 / cat-food dog-food litter leash bowl toy
健身 | working out | 健身 瑜伽 跑步 workout yoga running | 瑜伽垫 哑铃 弹力带 运动鞋 跳绳 蛋白粉 水壶 毛巾 / yoga-mat dumbbell band shoes protein bottle towel
护肤 | skin care | 护肤 补水 skincare | 洁面 爽肤水 精华 面霜 防晒 面膜 化妆棉 / cleanser toner serum cream sunscreen mask cotton-pad
彩妆 | make-up | 彩妆 化妆 makeup | 粉底 口红 眼影 睫毛膏 化妆刷 卸妆 / foundation lipstick eyeshadow mascara brush remover
早餐 | breakfast | 早餐 早饭 breakfast | 牛奶 面包 鸡蛋 黄油 果酱 咖啡 酸奶 谷物 / milk rolls bread eggs butter jam coffee yogurt cereals curd margarine
烧烤 | barbecue | 烧烤 烤肉 barbecue grill | 肉 香肠 啤酒 炭 烤架 一次性盘 / meat sausage beer charcoal grill mustard ketchup rolls
零食夜宵 | an evening in | 零食 追剧 夜宵 snack movie | 薯片 爆米花 可乐 啤酒 巧克力 / snack popcorn soda beer chocolate chips
做沙拉 | salad | 沙拉 轻食 salad | 蔬菜 番茄 油 醋 奶酪 / vegetables onions oil vinegar cheese herbs
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its names, the words that call it, and words of types that may serve it."""

    name: str
    name_en: str
    triggers: tuple[str, ...]
    words: tuple[str, ...]
    """Chinese words as they are, English ones with spaces."""


def scenes() -> list[Scene]:
    """All scenes."""
    found = []
    for line in _SCENES.strip().splitlines():
        name, english, triggers, words = (part.strip() for part in line.split("|"))
        served = tuple(word.replace("-", " ") for word in words.replace("/", " ").split())
        found.append(Scene(name, english, tuple(triggers.split()), served))
    return found
