"""docs/systems.md keeps a row for every system that the articles name, and says truly how far each is."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

SYSTEMS = {
    "1.1": [
        "快意 (语言大模型; DeepSeek also plugged into 磁力开创 and π)",
        "可图 (图像)",
        "可灵 (视频, DiT; 1.0, 1.5, 1.6pro, 2.0, 2.1, 2.5 Turbo; MVL; Orthus)",
        "图生视频 / 图生动图",
        "推荐大模型 / 营销推荐大模型",
        "思维链决策学习 / 生成式匹配",
        "消费意图图谱 (DeepSeek)",
        "商品理解 / 素材理解",
        "人群理解",
        "出价推理大模型 / 第四代智能调价 (Bidding)",
        "OneRec",
        "OneSearch",
        "用户–商品–场景 数字孪生体 / 虚拟市场仿真",
        "模型化决策 vs 规则决策",
        "技术–商业双螺旋 / 三重螺旋 (技术, 经营, 生态) / 数据飞轮",
        "AI 商业操作系统: 全链路自主化, 跨场景协同, 生态共创",
    ],
    "1.2": [
        "UAX 全自动投放 (Agent)",
        "├ 受众推理",
        "├ 素材优选 (跑量能力评估)",
        "└ 动态调优",
        "素材理解 -> 冷启动 -> 稳投 -> 破圈",
        "自动基建 / 自动调控 (real product: UAA)",
        "全站推广 (1.0–4.0) / 全站推广 Agent",
        "独立调价 Agent 嵌入电商链路",
        "人群破圈",
        "跑量正向率",
        "智能托管",
        "磁力金牛 移动端一键智能投放",
        "川流计划",
        "流量奖励智能推广",
        "商品卡投流 / 货架投流",
        "搜索投流",
        "泛货架场",
        "退货广告费返还",
        "1000 亿流量扶持",
        "阶梯流量池",
        "内循环 / 外循环 / 联盟广告",
        "外循环 Native 原生链路, IAA / IAP / 混变",
        "短剧闭环: 剧本 -> 制作 -> 投流 -> 变现",
        "商业私信 / 留资 / 线索广告",
        "AI 营销 Agent 管家 (per merchant)",
        "30+ 投放目标, 多元出价工具",
        "商达动销撮合",
        "LLM 分发引擎 CPM 成本",
    ],
    "1.3": [
        "磁力开创 (AIGC 短视频素材)",
        "创意 Agent (零素材生产)",
        "素材微调 / 全网优质素材分析",
        "千人千面素材",
        "AI 成片, AI 增强创意, 云剪",
        "电商直播切片",
        "女娲数字人",
        "可灵会员 / 灵感值 / B 端 API 订阅",
        "AIGC 品牌片 (vivo), 全球征集",
    ],
    "1.4": [
        "智能开播: 教我播 / 帮我讲",
        "提词器挂件",
        "分销库自主选品",
        "AI 快捷评论",
        "AI 试衣",
        "直播抽奖互动",
        "直播间差异化推流 (召回, 排序, 展示)",
    ],
    "1.5": [
        "跨场景需求预判 / 强关联类目识别",
        "猜你喜欢 -> 知心顾问",
        "本地生活 (团券, 探店)",
        "货找人 / 人找货",
    ],
    "1.6": [
        "快语客服工作台 (大模型 Agent + 多模态)",
        "benchmark 翠绿珠宝",
        "智能客服 π",
        "智能挽单",
        "凭证识别与判定",
        "售后保障/异常用户",
    ],
    "1.7": [
        "智能顾问",
        "经营日报",
        "免保证金开店 / 0 元开店 (试运营)",
        "新商家斗金计划, 新商达启航计划, 扶摇, 新商冷启",
        "治理规则优化 (误触违规)",
        "商家成长模型",
        "退货/商家保障计划 (2025Q1 首期 1 亿)",
        "小二运营 + AI",
        "客户经理 / 生态运营 / 生态能力 three lines (local life)",
    ],
    "1.8": [
        "TIE: Touch / Involve / Elevate",
        "精品 IP (村游中国, 星芒短剧, 村口农趣运动会), 地缘/非遗/三农/体育/旅游",
        "达人 / UGC 种草, 热点运营, 挑战赛, 话题",
        "电商导流",
        "投前洞察 / 投放优化 / 投后度量",
        "LTV / 复购 / 忠诚人群",
        "流程导向 -> 关系导向",
    ],
}
NAMES = [name for names in SYSTEMS.values() for name in names]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that counts the page for the README."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import make_systems_table
    finally:
        sys.path.pop(0)
    return make_systems_table


@pytest.fixture(scope="module")
def rows(maker: ModuleType) -> dict:
    return {row.name: row for row in maker.read((ROOT / "docs/systems.md").read_text(encoding="utf-8"))}


def test_the_list_is_whole():
    assert [len(names) for names in SYSTEMS.values()] == [16, 28, 9, 7, 4, 6, 9, 7]
    assert len(set(NAMES)) == 86


def test_each_system_has_one_row_and_no_row_is_made_up(maker: ModuleType):
    named = [row.name for row in maker.read((ROOT / "docs/systems.md").read_text(encoding="utf-8"))]
    assert named == NAMES


def test_a_row_says_what_it_does_and_what_the_company_claims(rows: dict):
    assert [row.name for row in rows.values() if not row.does or not row.claim] == []


def test_a_row_says_how_far_it_is(rows: dict):
    assert {row.state for row in rows.values()} <= {"done", "partly", "todo"}
    silent = [row.name for row in rows.values() if row.state == "partly" and "missing:" not in row.missing]
    assert silent == [], "`partly` says what is missing"


def test_a_finished_row_has_a_figure_or_a_reason(rows: dict):
    assert [row.name for row in rows.values() if row.state == "done" and not row.measured] == []


def test_what_is_not_there_has_not_been_measured(rows: dict):
    assert [row.name for row in rows.values() if row.state == "todo" and row.measured] == []


def test_a_command_alone_is_not_a_figure(maker: ModuleType):
    def measured(figure: str) -> bool:
        [row] = maker.read(f"## 1.1 Family\n| A | does | `done` | none | {figure} |")
        return row.measured

    assert not measured("— <!-- figure: x --> `magnetar bench x`")
    assert measured("+8 % [3, 13] <!-- figure: x --> `magnetar bench x`")
    assert measured("none: a matter of law, not of measurement")


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_counts_what_the_page_says(readme: str, maker: ModuleType, rows: dict):
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert maker.renewed(text, list(rows.values())) == text, "run: make systems"
    assert "(docs/systems.md)" in text
