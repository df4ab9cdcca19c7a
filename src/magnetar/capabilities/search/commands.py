"""`magnetar search`, `search suggest` and `search keywords`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.capabilities.catalogue import clean
from magnetar.capabilities.search.answers import as_json
from magnetar.capabilities.search.service import SearchService, checked
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, write_json
from magnetar.surface.session import session_of

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100, help="条数 · At most so many.")]


def search(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="搜索词 · What is looked for, in Chinese, English or both.")
    ],
    limit: LimitOption = 10,
    engine: Annotated[
        str, typer.Option("--engine", help="引擎 · hybrid, bm25, pieces, dense, generated or rrf.")
    ] = "hybrid",
    everybody: Annotated[bool, typer.Option("--all", help="全站 · Search every merchant's products.")] = False,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """搜索商品 · Search the catalogue; every hit says why it is there."""
    from magnetar.capabilities.search.engine import ENGINES

    if engine not in ENGINES:
        raise BadInput(f"没有引擎 {clean(engine)[:20]!r} · no such engine. Choose one of: {', '.join(ENGINES)}.")
    session = session_of(context)
    service: SearchService = session.platform.search
    whose = "" if everybody else session.merchant(merchant)
    query = checked(query)
    if engine not in ("bm25", "pieces") and service.due(whose):
        telling = Console(stderr=True)
        telling.print("学习目录, 只在目录变了时… · Learning the catalogue, only once it has changed…", style="dim")
        service.learn(whose)
    found = service.search(query, whose, limit, engine=engine)
    shown = as_json(found, lambda owner, id: service.engine(whose).product((owner, id)))
    write_json(json, "search", {"merchant": whose or None, **shown})
    if json != "-":
        _show(shown)


def suggest(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="已输入的字 · What was typed so far.")] = "",
    limit: LimitOption = 8,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """搜索联想 · Suggest queries from the catalogue and from what others asked."""
    session = session_of(context)
    service: SearchService = session.platform.search
    found = service.suggest(checked(prefix), session.merchant(merchant), limit)
    listed = [{"text": one.text, "kind": one.kind, "score": one.score, "reason": one.reason.pair} for one in found]
    write_json(json, "search suggest", {"prefix": prefix, "suggestions": listed})
    if json == "-":
        return
    table = Table("联想 suggestion", "缘由 reason", box=None, header_style="bold")
    for one in found:
        table.add_row(Text(clean(one.text)), Text(clean(one.reason.pair)))
    Console().print(table if found else Text("没有联想 · nothing to suggest"))


def keywords(
    context: typer.Context,
    product: Annotated[str, typer.Argument(metavar="PRODUCT_ID", help="商品编号 · The product's id.")],
    limit: LimitOption = 30,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """智能扩词与否词 · Keywords of a product for search ads, with match and reason, and negative keywords."""
    session = session_of(context)
    service: SearchService = session.platform.search
    found, negatives = service.keywords(session.merchant(merchant), product, limit)
    write_json(
        json,
        "search keywords",
        {
            "product": product,
            "keywords": [
                {"text": one.text, "match": one.match.value, "score": one.score, "source": one.source, "place": one.place, "reason": one.reason.pair}
                for one in found
            ],
            "negatives": [{"text": one.text, "kind": one.kind, "reason": one.reason.pair} for one in negatives],
        },
    )  # fmt: skip
    if json == "-":
        return
    console = Console(width=160)
    table = Table(
        "关键词 keyword", "匹配 match", "分 score", "名次 place", "缘由 reason", box=None, header_style="bold"
    )
    for one in found:
        table.add_row(
            Text(clean(one.text)),
            one.match.value,
            f"{one.score:.2f}",
            str(one.place or "–"),
            Text(clean(one.reason.pair)),
        )
    console.print(table)
    table = Table("否词 negative", "缘由 reason", box=None, header_style="bold")
    for one in negatives:
        table.add_row(Text(clean(one.text)), Text(clean(one.reason.pair)))
    console.print(table)


def _show(shown: dict[str, Any]) -> None:
    console = Console(width=160)
    for pair in shown["corrections"]:
        console.print(Text(clean(f"{pair['written']} → {pair['meant']}"), style="yellow"))
    for note in shown["notes"]:
        console.print(Text(clean(f"{note['zh']} · {note['en']}"), style="yellow"))
    table = Table("编号 id", "商品 title", "价格 price", "缘由 why", box=None, header_style="bold")
    for one in shown["hits"] or shown["popular"]:
        why = "; ".join(reason["zh"] for reason in one["why"])
        table.add_row(
            Text(clean(one["id"])),
            Text(clean(one["title"])),
            f"{one['price']:,.2f} {one['currency']}",
            Text(clean(why)),
        )
    console.print(table)
