"""Sign in, the one-time first link, sign out, and how the visitor likes the console to look."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from magnetar.kernel.errors import BadInput, MagnetarError, NotFound
from magnetar.kernel.i18n import LANGUAGES
from magnetar.web.console.site import LASTS_S, LOOK, LOOKS, SESSION, Site, Visit, keep, local


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    accounts = site.platform.accounts

    def ask(visit: Visit) -> Response:
        after = local(visit.request.query_params.get("next", "/"))
        if visit.principal is not None:
            return site.go(visit, after)
        return site.render(visit, "sign_in.html", after=after, said="", name="")

    def sign_in(visit: Visit) -> Response:
        after, name = local(visit.text("next")), visit.text("name")
        password = visit.form.get("password", "")
        try:
            token = accounts.sign_in(
                name,
                password if isinstance(password, str) else "",
                visit.address,
                replaces=visit.request.cookies.get(SESSION, ""),
            )
        except MagnetarError as error:
            said = visit.voice.of(str(error))
            return site.render(visit, "sign_in.html", 401, after=after, said=said, name=name)
        return _enter(visit, token, after)

    def welcome(visit: Visit) -> Response:
        link = visit.request.path_params["link"]
        try:
            user = accounts.invited(link)
        except NotFound as error:
            said = visit.voice.of(str(error))
            return site.render(visit, "error.html", 404, said=said, kind="bad", status_code=404)
        return site.render(visit, "welcome.html", link=link, user=user, said="")

    def set_password(visit: Visit) -> Response:
        link = visit.request.path_params["link"]
        user = accounts.invited(link)
        password, again = visit.form.get("password", ""), visit.form.get("again", "")
        try:
            if not isinstance(password, str) or password != again:
                raise BadInput("两次输入的密码不同. · The two passwords differ.")
            token = accounts.accept(link, password, visit.address)
        except BadInput as error:
            said = visit.voice.of(str(error))
            return site.render(visit, "welcome.html", 422, link=link, user=user, said=said)
        return _enter(visit, token, "/")

    def _enter(visit: Visit, token: str, after: str) -> Response:
        response = site.go(visit, after)
        keep(visit.request, response, SESSION, token, LASTS_S)
        return response

    def sign_out(visit: Visit) -> Response:
        accounts.sign_out(visit.request.cookies.get(SESSION, ""))
        response = site.go(visit, "/sign-in")
        response.delete_cookie(SESSION, path="/")
        return response

    def look(visit: Visit) -> Response:
        """Language, light or dark, and which merchant an operator looks at."""
        wanted = {"language": visit.voice.language, "look": visit.look, "merchant": visit.merchant}
        for name, known in (("language", [*LANGUAGES]), ("look", [*LOOKS]), ("merchant", visit.merchants)):
            given = visit.text(name)
            if given and given in known:
                wanted[name] = given
        if not visit.is_operator:
            del wanted["merchant"]
        response = site.go(visit, local(visit.text("next")))
        cookie = "&".join(f"{name}={quote(value)}" for name, value in wanted.items())
        keep(visit.request, response, LOOK, cookie, 365 * 86_400)
        return response

    return [
        site.page("/sign-in", ask, public=True),
        site.page("/sign-in", sign_in, public=True, methods=("POST",)),
        site.page("/welcome/{link}", welcome, public=True),
        site.page("/welcome/{link}", set_password, public=True, methods=("POST",)),
        site.page("/sign-out", sign_out, methods=("POST",)),
        site.page("/look", look, public=True, methods=("POST",)),
    ]
