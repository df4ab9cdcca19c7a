"""To be filled."""

from starlette.routing import Route

from magnetar.web.console.site import Site


def routes(site: Site) -> list[Route]:
    return []
