"""`magnetar import orders`."""

from __future__ import annotations

from typing import Annotated

import typer

from magnetar.capabilities.catalogue import (
    Limits,
    checked_currency,
    milestones,
    settle_report,
    show_report,
)
from magnetar.capabilities.orders.service import OrdersService
from magnetar.surface.report import JsonOption, MerchantOption, write_json
from magnetar.surface.session import session_of


def import_orders(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file; .gz and .zip with one member too.")],
    format: Annotated[
        str, typer.Option("--format", help="online-retail or magnetar-csv; told from the header by default.")
    ] = "",
    currency: Annotated[str, typer.Option("--currency", help="Currency of prices that name none, such as CNY.")] = "",
    dates: Annotated[
        str, typer.Option("--dates", help="dmy or mdy where the file does not tell 3/4 from 4/3 itself.")
    ] = "",
    max_mb: Annotated[int, typer.Option("--max-mb", min=1, help="Largest file, uncompressed, in MiB.")] = 4096,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """导入历史订单 · Import an order log: Online Retail columns or our own CSV."""
    session = session_of(context)
    service: OrdersService = session.platform.orders
    report = service.import_file(
        file,
        session.merchant(merchant),
        format=format,
        currency=checked_currency(currency),
        dates=dates,
        limits=Limits(file_bytes=max_mb << 20),
        progress=milestones("行 rows"),
    )
    result = report.as_json()
    write_json(json, "import orders", result)
    if json != "-":
        inside = result["in_file"]
        show_report(
            report,
            {
                "订单 orders": f"{report.orders:,}",
                "退货 returns": f"{result['returns']:,} 行 lines, {report.return_orders:,} 单 orders",
                "买家 customers": f"{report.customers:,}",
                "时间 from – to": f"{result['first']} – {result['last']}",
                "重复行 equal lines": f"{report.counts.duplicates:,} (保留 kept)",
                "无买家 no customer": f"{inside['no_customer']:,}",
                "零价 price 0": f"{inside['zero_price']:,}",
                "非商品 no product": ", ".join(f"{kind} {n:,}" for kind, n in inside["non_product_kinds"].items())
                or "0",
                **(
                    {"目录外商品 not in the catalogue": f"{report.unknown_products:,}"}
                    if report.unknown_products is not None
                    else {}
                ),
            },
        )
    settle_report(report, file)
