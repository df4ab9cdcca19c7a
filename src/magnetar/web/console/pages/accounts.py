"""Accounts: operators invite people; whoever may see a merchant issues and revokes its keys."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from magnetar.kernel.errors import BadInput, MagnetarError, Refused
from magnetar.surface.principal import Role
from magnetar.web.console.site import Site, Visit


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    accounts = site.platform.accounts

    def page(visit: Visit, status: int = 200, said: str = "", link: str = "", key: str = "") -> Response:
        return site.render(
            visit,
            "accounts.html",
            status,
            users=accounts.users() if visit.is_operator else [],
            keys=accounts.keys(visit.merchant),
            roles=[role.value for role in Role],
            now=site.runtime.clock.now(),
            said=said,
            link=link,
            key=key,
        )

    def invite(visit: Visit) -> Response:
        try:
            role, merchant = visit.text("role"), visit.text("merchant")
            if visit.text("name") == visit.who.name:
                raise BadInput("不能重新邀请自己. · You cannot invite yourself again.")
            made = accounts.invite(visit.text("name"), role, merchant if role == Role.MERCHANT else "")
        except MagnetarError as error:
            return page(visit, 422, said=visit.voice.of(str(error)))
        base = str(visit.request.base_url).rstrip("/")
        return page(visit, link=f"{base}/welcome/{made.token}")

    def remove(visit: Visit) -> Response:
        name = visit.text("name")
        if name == visit.who.name:
            raise Refused("不能删除自己. · You cannot delete yourself.")
        accounts.remove(name)
        return site.go(visit, "/accounts", visit.voice("已删除用户 {name}", "Deleted {name}", name=name))

    def issue(visit: Visit) -> Response:
        made = accounts.issue_key(visit.merchant, visit.text("label"), by=visit.who.name)
        return page(visit, key=made.key)

    def revoke(visit: Visit) -> Response:
        accounts.revoke_key(visit.merchant, visit.request.path_params["prefix"], by=visit.who.name)
        return site.go(visit, "/accounts", visit.voice("密钥已吊销", "Key revoked"))

    return [
        site.page("/accounts", page),
        site.page("/accounts/invite", invite, operators=True, methods=("POST",)),
        site.page("/accounts/remove", remove, operators=True, methods=("POST",)),
        site.page("/accounts/keys", issue, methods=("POST",)),
        site.page("/accounts/keys/{prefix}/revoke", revoke, methods=("POST",)),
    ]
