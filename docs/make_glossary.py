"""Write docs/glossary.md from the docstrings of `magnetar.vocabulary` and the word table below.

python docs/make_glossary.py            write the page
python docs/make_glossary.py --check    exit 1 where the page differs from what would be written
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "glossary.md"
VOCABULARY = ROOT / "src" / "magnetar" / "vocabulary"

WORDS: list[tuple[str, str, str, str]] = [
    # word, Chinese, meaning, words not used for it
    ("Merchant", "商家", "a seller with an account and a balance", "advertiser, seller, vendor, client"),
    ("Product", "商品", "a thing sold, with its description", "item, SPU, goods"),
    ("Offer", "规格 / 报价", "a product at a price with stock", "SKU, listing"),
    ("Shopper", "用户", "a person who watches and buys", "user, visitor, buyer"),
    ("Creative", "创意 / 素材", "an image, video or text made to persuade", "ad, material, asset"),
    ("Campaign", "投放计划", "a goal, a budget and a time", "plan, unit"),
    ("Ad group", "广告组 / 单元", "the part of a campaign with one audience, placement and bid", "unit, plan"),
    ("Audience", "人群", "a set of shoppers that a campaign may reach", "crowd, segment"),
    ("Goal", "优化目标", "what a campaign optimises: a conversion kind with a cost or ROI target", "objective type"),
    ("Conversion", "转化", "the event that a campaign pays for: order, lead, follow, activation", "action, result"),
    ("Scene", "场域", "where attention is: feed, live, search, mall (product card), messages", "channel, page"),
    ("Placement", "资源位", "a position that can be filled", "slot, inventory, ad position"),
    ("Slate", "推荐列表", "an ordered answer to one request", "list, results, ranking"),
    ("Impression", "曝光", "a creative or product shown to a shopper", "exposure, view, show"),
    ("Interaction", "互动", "what the shopper then did: click, watch, like, ask", "action, feedback"),
    ("Order", "订单", "a purchase", "transaction"),
    ("Intent", "意图", "a need inferred from behaviour, with its evidence", "tag, label"),
    ("Rival", "竞争对手", "another advertiser in the market", "competitor, opponent"),
    ("Bid", "出价", "what is offered for a placement", "price"),
    ("Charge", "扣费", "what is paid for a placement", "price"),
    ("Forecast", "预估", "a statement about the future with its uncertainty", "prediction, estimate"),
    ("Decision", "决策", "a choice with its inputs and its reason", "action, result"),
    ("Experiment", "实验", "a randomised comparison", "A/B"),
    ("Lift", "增量", "the effect that an experiment or a paired rehearsal measures", "uplift"),
    ("Rehearsal", "预演", "simulated shoppers through the whole platform", "simulation"),
    ("Replay", "回放", "recorded inputs through the whole platform", "backtest"),
    ("Room", "直播间", "a live stream", "session"),
    ("Highlight", "高光", "a stretch of a room worth seeing again", "segment"),
    ("Clip", "切片", "a video cut from a room", "slice"),
    ("Conversation", "会话", "an exchange with support", "ticket, chat, session"),
]

FIGURES: list[tuple[str, str, str]] = [
    ("GMV", "成交额", "the value of orders; net of returns within the horizon wherever we print it"),
    ("ROI", "投产比", "GMV / spend; incremental ROI = incremental GMV / spend"),
    ("eCPM", "千次曝光收益", "1000 × bid × predicted conversion rate: what a thousand impressions are expected to pay"),
    ("CTR", "点击率", "clicks / impressions; pCTR is its prediction"),
    ("CVR", "转化率", "conversions / clicks; pCVR is its prediction"),
    ("CPA", "转化成本", "spend / conversions"),
    ("LTV", "生命周期价值", "the gross value of one shopper's orders within a stated number of days"),
    ("Incremental GMV", "增量成交额", "GMV with the campaign − GMV of the same shoppers without it, paired"),
    ("Cannibalised GMV", "蚕食成交额", "GMV attributed to paid impressions − incremental GMV"),
]


def meaning(docstring: str | None) -> str:
    """The first sentence of a docstring, on one line."""
    words = " ".join((docstring or "").split("\n\n")[0].split())
    return words.replace("|", "\\|")


def _members(node: ast.ClassDef) -> list[tuple[str, str]]:
    """Names of a class that have a string right below them, with that string."""
    pairs: list[tuple[str, str]] = []
    for here, below in zip(node.body, node.body[1:], strict=False):
        text = below.value if isinstance(below, ast.Expr) else None
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            continue
        if isinstance(here, ast.AnnAssign) and isinstance(here.target, ast.Name):
            pairs.append((here.target.id, meaning(text.value)))
        elif isinstance(here, ast.Assign) and isinstance(here.targets[0], ast.Name):
            pairs.append((here.targets[0].id, meaning(text.value)))
    return pairs


def nouns(source: str) -> list[tuple[str, str]]:
    """Public classes and functions of one module, with their meaning; explained members follow their class.

    >>> nouns('class Clip:\\n    "A video cut from a room."\\n    length_s: float\\n    "Seconds."')
    [('`Clip`', 'A video cut from a room.'), ('`Clip.length_s`', 'Seconds.')]
    """
    found: list[tuple[str, str]] = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        found.append((f"`{node.name}`", meaning(ast.get_docstring(node))))
        if isinstance(node, ast.ClassDef):
            found += [(f"`{node.name}.{member}`", text) for member, text in _members(node)]
    return found


def page() -> str:
    """The whole page as text."""
    lines = [
        "# 词汇表 · Glossary",
        "",
        "<!-- Written by docs/make_glossary.py (`make glossary`); edit the docstrings or the table there. -->",
        "",
        "HTTP, command line, console and SQL use the same word in the same form.",
        "",
        "| Word | 中文 | Means | Used in place of |",
        "|---|---|---|---|",
        *[f"| {word} | {chinese} | {means} | {instead} |" for word, chinese, means, instead in WORDS],
        "",
        "## 指标 · Figures",
        "",
        "| Figure | 中文 | Formula |",
        "|---|---|---|",
        *[f"| {name} | {chinese} | {formula} |" for name, chinese, formula in FIGURES],
        "",
        "## 代码中的名词 · Nouns in the code",
    ]
    for path in sorted(VOCABULARY.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        rows = nouns(source)
        if not rows:
            continue
        lines += ["", f"### `magnetar.vocabulary.{path.stem}`", ""]
        lines += [meaning(ast.get_docstring(ast.parse(source))), "", "| Name | Means |", "|---|---|"]
        lines += [f"| {name} | {text or '(see its name)'} |" for name, text in rows]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/glossary.md is not what the docstrings say. Run: make glossary\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
