"""`magnetar accounts invite`, `key`, `revoke` and `list`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.capabilities.accounts.service import AccountsService, lasts
from magnetar.surface.principal import Role
from magnetar.surface.report import JsonOption, MerchantOption, write_json
from magnetar.surface.session import session_of

UrlOption = Annotated[str, typer.Option("--url", help="Where the console is served.")]


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="用户名 · A name, such as an e-mail address.")],
    role: Annotated[str, typer.Option("--role", help="operator or merchant.")] = Role.MERCHANT.value,
    merchant: MerchantOption = "",
    url: UrlOption = "http://127.0.0.1:8000",
    json: JsonOption = "",
) -> None:
    """邀请用户 · Make an account and print its one-time first link; there is no default password."""
    session = session_of(context)
    service: AccountsService = session.platform.accounts
    made = service.invite(name, role, session.merchant(merchant) if role == Role.MERCHANT else merchant)
    link = f"{url.rstrip('/')}/welcome/{made.token}"
    write_json(json, "accounts invite", {"name": name, "role": role, "link": link, "until": made.until})
    if json != "-":
        hours = lasts(made.until, session.platform.runtime.clock.now())
        typer.echo(f"一次性登录链接, 有效 {hours} · one-time link, good for {hours}:\n{link}")


def key(
    context: typer.Context,
    merchant: MerchantOption = "",
    label: Annotated[str, typer.Option("--label", help="用途 · What it is for.")] = "",
    json: JsonOption = "",
) -> None:
    """签发密钥 · Issue an API key for a merchant's programs; it is shown once."""
    session = session_of(context)
    service: AccountsService = session.platform.accounts
    made = service.issue_key(session.merchant(merchant), label, by="command line")
    write_json(json, "accounts key", {"merchant": made.kept.merchant, "prefix": made.kept.prefix, "key": made.key})
    if json != "-":
        typer.echo(f"密钥只显示这一次 · shown only now: {made.key}")


def revoke(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="密钥前缀 · The key's beginning, mk_….")],
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """吊销密钥 · Revoke a key."""
    session = session_of(context)
    session.platform.accounts.revoke_key(session.merchant(merchant), prefix, by="command line")
    write_json(json, "accounts revoke", {"prefix": prefix, "revoked": True})
    if json != "-":
        typer.echo(f"已吊销 · revoked: {prefix}")


def list_accounts(context: typer.Context, merchant: MerchantOption = "", json: JsonOption = "") -> None:
    """列出用户与密钥 · List accounts, and the keys of one merchant."""
    session = session_of(context)
    service: AccountsService = session.platform.accounts
    users = [{"name": user.name, "role": user.role, "merchant": user.merchant or None} for user in service.users()]
    keys = [
        {"prefix": one.prefix, "label": one.label, "revoked": bool(one.revoked_at)}
        for one in service.keys(session.merchant(merchant))
    ]
    write_json(json, "accounts list", {"users": users, "keys": keys})
    if json == "-":
        return
    table = Table("用户 name", "角色 role", "商家 merchant", box=None, header_style="bold")
    for user in users:
        table.add_row(Text(user["name"] or ""), user["role"], user["merchant"] or "—")
    console = Console()
    console.print(table)
    for one in keys:
        console.print(Text(f"{one['prefix']}  {one['label']}  {'已吊销 revoked' if one['revoked'] else ''}"))
