"""The console's own files and the scripts from npm, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "static"


@lru_cache(maxsize=64)
def address(name: str) -> str:
    """Where a static file is served; '' where this installation came without it.

    Scripts from npm are fetched at set-up, see `make static`.
    """
    path = FOLDER / name
    if not path.is_file():
        return ""
    return f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"


class _Lasting(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if kept else "public, max-age=300"
        return response


def static_files() -> Mount:
    """The route of all static files."""
    return Mount("/static", _Lasting(directory=FOLDER), name="static")
