"""Creatives: the merchant's films, playable, each with its poster and its manifest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import NotFound
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.site import Site, Visit

FILMS = 200
_POSTERS = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}
_NAME = re.compile(r"[\w][\w.\-]{0,127}")
_MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Film:
    """A film on disk."""

    name: str
    """File name without its ending."""
    bytes: int
    made_at: int
    poster: bool
    manifest: dict[str, Any]

    @property
    def product(self) -> str:
        """Id of the product that it shows, as the manifest or the file's name tells."""
        given = self.manifest.get("product")
        found = given.get("id") if isinstance(given, dict) else given or self.manifest.get("product_id")
        return str(found or self.name.split("-")[0].split("_")[0])

    @property
    def seconds(self) -> float | None:
        """How long it plays, where the manifest says so."""
        for name in ("seconds", "duration_s", "length_s"):
            if isinstance(value := self.manifest.get(name), (int, float)):
                return float(value)
        return None


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def folder(merchant: str) -> Path:
        return (site.runtime.settings.home / "films").resolve() / merchant

    def all_films(visit: Visit) -> Response:
        root = folder(visit.merchant)
        paths = sorted(root.glob("*.mp4"), key=lambda path: path.stat().st_mtime, reverse=True) if root.is_dir() else []
        films = [_film(path) for path in paths[:FILMS] if _NAME.fullmatch(path.stem)]
        return site.render(visit, "creatives.html", films=films, titles=titles(site, visit.merchant))

    def part(visit: Visit) -> Response:
        """A film, its poster or its manifest; browsers ask for ranges of a film."""
        name, _, ending = visit.request.path_params["file"].rpartition(".")
        root = folder(visit.merchant)
        if not _NAME.fullmatch(name):
            raise NotFound("没有这个文件. · No such file.")
        endings = {"mp4": {".mp4": "video/mp4"}, "poster": _POSTERS, "json": {".json": "application/json"}}
        for suffix, kind in endings.get(ending, {}).items():
            path = (root / f"{name}{suffix}").resolve()
            if path.is_relative_to(root) and path.is_file():
                return FileResponse(path, media_type=kind, headers={"cache-control": "private, max-age=600"})
        raise NotFound("没有这个文件. · No such file.")

    return [site.page("/creatives", all_films), site.page("/films/{file}", part)]


def _film(path: Path) -> Film:
    beside = path.with_suffix(".json")
    manifest: Any = {}
    try:
        if beside.is_file() and beside.stat().st_size <= _MANIFEST_BYTES:
            manifest = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    stat = path.stat()
    poster = any(path.with_suffix(suffix).is_file() for suffix in _POSTERS)
    made = int(stat.st_mtime * SECOND)
    return Film(path.stem, stat.st_size, made, poster, manifest if isinstance(manifest, dict) else {})
