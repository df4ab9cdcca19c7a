"""What things in shops are also called, in Chinese and English: general words, written by hand, true of any catalogue.

Names of one thing stand together; where one of them is asked for, the others are looked for as well, at less weight.
"""

from __future__ import annotations

from functools import lru_cache

from magnetar.capabilities.understanding import terms

ALSO = 0.6
"""How well another name says what was asked."""
_NAMES = (
    "杯子 水杯 茶杯 马克杯 cup mug|保温杯 保温壶 保温瓶 thermos flask|瓶子 水瓶 水壶 bottle|碗 饭碗 汤碗 bowl|盘子 餐盘 碟子 plate dish|筷子 chopsticks|勺子 汤匙 spoon|叉子 fork|"
    "刀 刀具 knife|菜刀 cleaver|砧板 菜板 案板|锅 锅具 pot|炒锅 wok|平底锅 煎锅 pan skillet frypan|汤锅 炖锅 saucepan stockpot|蒸锅 steamer|电饭煲 电饭锅|水壶 烧水壶 热水壶 kettle|"
    "烤箱 oven|微波炉 microwave|榨汁机 juicer|搅拌机 blender mixer|咖啡机 coffeemaker|面包机 toaster|空气炸锅 fryer|餐具 tableware cutlery|围裙 apron|托盘 tray|"
    "毛巾 面巾 towel washcloth|浴巾 浴毯|地毯 地垫 脚垫 rug mat carpet|窗帘 curtain drape|枕头 pillow|抱枕 靠垫 cushion|被子 棉被 被芯 quilt duvet comforter|毯子 毛毯 盖毯 blanket throw|床单 床品 四件套 bedding sheet|床垫 mattress|"
    "沙发 sofa couch|椅子 座椅 chair|凳子 stool|桌子 table desk|书架 bookshelf shelf|衣架 晾衣架 hanger|衣柜 wardrobe|收纳箱 储物箱 整理箱 收纳盒 box bin|篮子 basket|"
    "台灯 桌灯 灯 lamp light|夜灯 小夜灯 nightlight|手电筒 手电 flashlight torch|灯笼 营地灯 露营灯 lantern|蜡烛 candle|镜子 mirror|钟 时钟 clock|花瓶 vase|"
    "拖把 mop|扫把 扫帚 broom|吸尘器 vacuum|洗衣液 洗衣粉 detergent|洗洁精 洗碗液|肥皂 香皂 手工皂 soap|垃圾桶 trash garbage|垃圾袋 rubbish|纸巾 抽纸 卫生纸 tissue|刷子 brush scrubber|海绵 sponge|"
    "帐篷 tent|睡袋|背包 双肩包 书包 backpack rucksack bag|行李箱 拉杆箱 旅行箱 suitcase luggage|手提包 挎包 handbag tote|钱包 wallet purse|折叠椅 露营椅|折叠桌 露营桌|炉子 卡式炉 stove burner|冰桶 保温箱 保冷箱 cooler|雨伞 umbrella|"
    "充电宝 移动电源 powerbank|充电器 充电头 适配器 charger adapter|数据线 充电线 cable cord wire|耳机 耳塞 earbud earphone headphone headset|音箱 音响 喇叭 speaker loudspeaker|键盘 keyboard|鼠标 滑鼠 mouse|显示器 屏幕 monitor screen display|"
    "手机 phone smartphone|手机壳 保护壳 case|平板 tablet|电脑 笔记本电脑 laptop computer|相机 camera|电视 television tv|插座 插排 socket outlet|电池 battery|手表 腕表 watch|"
    "风扇 电扇 fan|加湿器 humidifier|除湿机 dehumidifier|净化器 purifier|取暖器 暖风机 heater|空调 conditioner|吹风机 电吹风 hairdryer dryer blower|熨斗 挂烫机 烫机 iron|剃须刀 刮胡刀 razor shaver|牙刷 toothbrush|牙膏 toothpaste|体重秤 scale|"
    "衣服 clothes clothing apparel|外套 夹克 jacket coat|羽绒服 down|毛衣 针织衫 sweater jumper knitwear pullover|开衫 cardigan|衬衫 衬衣 shirt|裤子 长裤 pants trousers|牛仔裤 jeans denim|短裤 shorts|裙子 半身裙 skirt|连衣裙 dress|内衣 underwear|睡衣 pajamas sleepwear|"
    "袜子 棉袜 sock hosiery|鞋 鞋子 shoe footwear|运动鞋 球鞋 sneaker trainer|靴子 boot|拖鞋 slipper|帽子 hat cap beanie|围巾 披肩 丝巾 scarf shawl|手套 glove mitten|腰带 皮带 belt|眼镜 glasses spectacles|墨镜 太阳镜 sunglasses|项链 necklace|戒指 ring|耳环 earring|"
    "口红 唇膏 lipstick|眼影 eyeshadow|粉底 粉底液 foundation|香水 perfume fragrance|面膜 mask|面霜 乳霜 cream moisturizer|护手霜 手霜|防晒霜 防晒 sunscreen sunblock|洗发水 洗头水 洗发露 shampoo|护发素 conditioner|沐浴露 沐浴乳 bodywash|洗面奶 洁面 cleanser|"
    "婴儿 宝宝 baby infant|儿童 小孩 孩子 kid child|纸尿裤 尿不湿 diaper nappy|奶瓶|婴儿车 推车 stroller pram buggy|玩具 toy|积木 block brick|娃娃 玩偶 公仔 doll plush|拼图 puzzle jigsaw|"
    "猫 猫咪 cat kitten|狗 狗狗 犬 dog puppy|猫粮 狗粮 kibble|猫砂 litter|牵引绳 狗绳 leash|项圈 collar|宠物 pet|窝 bed|"
    "瑜伽垫 健身垫|哑铃 dumbbell weights|跳绳 rope|弹力带 阻力带 band|球拍 racket racquet|羽毛球 badminton|足球 soccer football|篮球 basketball|自行车 单车 bicycle bike|泳镜 goggles|登山杖 pole|"
    "本子 笔记本 记事本 notebook notepad|笔 中性笔 签字笔 水笔 pen|铅笔 pencil|便签 便利贴 sticky|文件夹 folder|订书机 stapler|剪刀 scissors shears|胶带 tape|胶水 glue adhesive|尺子 直尺 ruler|橡皮 eraser|"
    "零食 snack|饼干 曲奇 cookie biscuit|糖果 糖 candy sweet|巧克力 chocolate|坚果 nuts|薯片 chips crisps|茶 茶叶 tea|咖啡 coffee|牛奶 milk|果汁 juice|麦片 燕麦 oats oatmeal cereal|大米 米 rice|面条 noodle|牛肉 beef|猪肉 pork|鸡肉 chicken|虾 shrimp prawn|水果 fruit|"
    "螺丝 screw fastener bolt|螺母 nut|扳手 wrench spanner|钳子 pliers|锤子 hammer|电钻 drill|锯 saw|管子 管 pipe tube tubing hose|过滤器 滤芯 滤网 filter strainer|阀门 valve|手推车 cart trolley|梯子 ladder|桶 水桶 bucket pail|口罩 respirator|"
    "砂纸 sandpaper abrasive|开关 switch|灯泡 bulb|磁铁 磁吸 magnet magnetic|绳子 rope cord string|垫圈 washer gasket seal|弹簧 spring|标签 label tag sticker|泵 pump|传感器 sensor detector|量杯 beaker|"
    "折叠 可折叠 folding foldable collapsible|便携 portable travel|防水 waterproof|无线 wireless cordless|蓝牙 bluetooth|不锈钢 stainless steel|陶瓷 瓷 ceramic porcelain|玻璃 glass|木 木质 实木 wood wooden|竹 竹制 bamboo|硅胶 silicone|皮 真皮 皮革 leather|棉 纯棉 cotton|羊毛 wool|丝绸 真丝 silk|塑料 plastic|铝合金 铝 aluminum aluminium|"
    "大号 大 large big|小号 小 mini small compact|加厚 厚 thick|轻便 轻 lightweight|静音 quiet silent noiseless|充电 rechargeable|自动 automatic|防滑 nonslip|保暖 暖 warm thermal|透气 breathable|可调节 可调 adjustable|"
    "男士 男 men mens|女士 女 women womens ladies|户外 outdoor|露营 camping camp|厨房 kitchen|浴室 卫生间 bathroom bath|办公 办公室 office|旅行 travel|礼物 礼品 gift present|"
    "黑色 black|白色 white|红色 red|蓝色 blue|绿色 green|黄色 yellow|灰色 grey gray|粉色 pink|紫色 purple|棕色 brown"
)


@lru_cache(1)
def _others() -> dict[str, tuple[str, ...]]:
    others: dict[str, dict[str, None]] = {}
    for group in _NAMES.split("|"):
        names = [name if name[0] >= "\u3400" else terms(name)[0] for name in group.split() if terms(name)]
        for name in names:
            others.setdefault(name, {}).update((other, None) for other in names if other != name)
    return {name: tuple(found) for name, found in others.items()}


def also(term: str) -> tuple[str, ...]:
    """Other names of an index term, () where none is known.

    >>> also("充电宝"), also("skillet")
    (('移动电源', 'powerbank'), ('平底锅', '煎锅', 'pan', 'frypan'))
    """
    return _others().get(term, ())
