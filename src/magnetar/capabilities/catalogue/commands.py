"""`magnetar import catalogue`, `catalogue list` and `catalogue export`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.capabilities.catalogue.cleaning import clean
from magnetar.capabilities.catalogue.findings import Report
from magnetar.capabilities.catalogue.opening import Limits
from magnetar.capabilities.catalogue.service import CatalogueService
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, progress, write_json
from magnetar.surface.session import session_of

SHOWN = 20
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The file; .gz and .zip with one member too.")]
CurrencyOption = Annotated[str, typer.Option("--currency", help="Currency of prices that name none, such as CNY.")]
MaxOption = Annotated[int, typer.Option("--max-mb", min=1, help="Largest file, uncompressed, in MiB.")]


def import_catalogue(
    context: typer.Context,
    file: FileArgument,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            help="google-tsv, google-xml, meta-csv, json-ld, shopify-csv or magnetar-csv; told from the content by default.",
        ),
    ] = "",
    currency: CurrencyOption = "",
    max_mb: MaxOption = 4096,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """导入商品目录 · Import a product feed: Google, Meta, Shopify, schema.org or our own CSV."""
    session = session_of(context)
    service: CatalogueService = session.platform.catalogue
    report = service.import_file(
        file,
        session.merchant(merchant),
        format=format,
        currency=checked_currency(currency),
        limits=Limits(file_bytes=max_mb << 20),
        progress=milestones("行 rows"),
    )
    write_json(json, "import catalogue", report.as_json())
    if json != "-":
        show_report(report)
    settle_report(report, file)


def list_catalogue(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 lists all.")] = 0,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """列出商品 · List the products that are kept."""
    session = session_of(context)
    service: CatalogueService = session.platform.catalogue
    products = [
        {
            "id": product.id,
            "title": product.title,
            "category": product.category,
            "price": product.price.amount,
            "currency": product.price.currency,
            "stock": product.stock,
            "available": product.available,
            "brand": product.brand,
            "list_price": product.list_price.amount if product.list_price else None,
        }
        for product in service.list(session.merchant(merchant), limit=limit or None)
    ]
    write_json(json, "catalogue list", {"merchant": session.merchant(merchant), "products": products})
    if json == "-":
        return
    table = Table("编号 id", "商品 title", "类目 category", "价格 price", "库存 stock", box=None, header_style="bold")
    for product in products:
        price = f"{product['price']:,.2f} {product['currency']}"
        stock = "—" if product["stock"] is None else str(product["stock"])
        table.add_row(
            *(Text(clean(str(cell))) for cell in (product["id"], product["title"], product["category"], price, stock))
        )
    console = Console()
    console.print(table)
    console.print(Text(f"共 {len(products)} 个商品 products"))


def export_catalogue(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """导出商品目录 · Export the catalogue as our own CSV, safe to open in a spreadsheet."""
    session = session_of(context)
    service: CatalogueService = session.platform.catalogue
    count = service.export(session.merchant(merchant), file)
    write_json(json, "catalogue export", {"file": file, "products": count})
    if json != "-":
        Console().print(Text(clean(f"已导出 {count} 个商品到 exported {count} products to {file}")))


def checked_currency(code: str) -> str:
    """The code in capitals.

    Raises:
        BadInput: it is no ISO 4217 code.
    """
    from magnetar.capabilities.catalogue.prices import ISO_4217

    if code and code.upper() not in ISO_4217:
        raise BadInput(f"货币 --currency {clean(code)[:20]!r} is no ISO 4217 code. Give one such as CNY or USD.")
    return code.upper()


def milestones(unit: str, every: int = 100_000) -> Any:
    """A callback that says on stderr how far a long import is."""
    said = 0

    def say(rows: int) -> None:
        nonlocal said
        if rows - said >= every:
            said = rows - rows % every
            progress(f"已读 read {said:,} {unit}")

    return say


def show_report(report: Report, more: dict[str, Any] | None = None) -> None:
    """The report for people: figures, warnings, and the first rejected rows."""
    console = Console()
    figures = {
        "格式 format": f"{report.format} ({report.encoding})",
        "行 rows": f"{report.rows:,}",
        "导入 imported": f"{report.imported:,} (新增 new {report.inserted:,}, 更新 updated {report.updated:,})",
        "未变 unchanged": f"{report.unchanged:,}",
        **({"并入 merged": f"{report.merged:,}"} if report.merged else {}),
        "拒绝 rejected": f"{report.rejected_total:,}",
        **(more or {}),
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in figures.items():
        grid.add_row(Text(name, style="bold"), Text(clean(str(value))))
    console.print(grid)
    for warning in report.notes.as_json():
        if warning["kind"] == "merged":
            continue
        lines = f" 行 line {', '.join(map(str, warning['lines']))}" if warning["lines"] else ""
        console.print(
            Text(
                f"提醒 warning {warning['kind']} ×{warning['count']:,}{lines} {clean(warning['detail'])}",
                style="yellow",
            )
        )
    if not report.rejected:
        return
    table = Table("行 line", "字段 field", "读到 found", "应为 expected", box=None, header_style="bold")
    for finding in report.rejected[:SHOWN]:
        table.add_row(
            str(finding.line), Text(clean(finding.field)), Text(clean(finding.found)), Text(clean(finding.expected))
        )
    console.print(table)
    if report.rejected_total > SHOWN:
        console.print(Text(f"… 另有 and {report.rejected_total - SHOWN:,} more; --json FILE 列出全部 lists them"))


def settle_report(report: Report, file: str) -> None:
    """End with an error where a file gave nothing at all.

    Raises:
        BadInput: no row could be taken.
    """
    if report.imported or report.unchanged:
        return
    if not report.rejected:
        raise BadInput(
            f"{clean(file)!r} ({report.format}) 没有数据行 holds no rows to import. Export it again with its rows."
        )
    first = report.rejected[0]
    raise BadInput(
        f"{clean(file)!r} ({report.format}) 没有可导入的行: none of {report.rows:,} rows can be imported. First, line {first.line}: "
        f"{clean(first.field)} is {clean(first.found)!r}, expected {first.expected}. Correct it and import again."
    )
