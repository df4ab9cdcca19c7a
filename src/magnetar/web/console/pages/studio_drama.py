"""Short drama: what was made of a merchant's scripts, played, with what it cost beside what was forecast.

`magnetar drama make --out MAGNETAR_HOME/drama/MERCHANT/NAME` puts them there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from magnetar.kernel.errors import NotFound
from magnetar.web.console.site import Site, Visit

MOST, LARGEST = 60, 4 << 20
_NAME = re.compile(r"[^/\\\x00.][^/\\\x00]{0,99}")
_FILE = re.compile(r"(?:episode|promo)-\d{1,4}\.mp4")


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def folder(merchant: str) -> Path:
        return site.runtime.settings.home / "drama" / merchant

    def listed(visit: Visit) -> Response:
        root = folder(visit.merchant)
        found = sorted(
            (one for one in root.iterdir() if one.is_dir() and _NAME.fullmatch(one.name)) if root.is_dir() else (),
            key=lambda one: one.name,
        )
        dramas = [told for one in found[:MOST] if (told := read_drama(one)) is not None]
        return site.render(visit, "studio_drama.html", dramas=dramas, merchant=visit.merchant)

    def film(visit: Visit) -> Response:
        """A film of a drama; browsers ask for ranges of it."""
        name, file = visit.request.path_params["drama"], visit.request.path_params["file"]
        path = folder(visit.merchant) / name / file
        if not _NAME.fullmatch(name) or not _FILE.fullmatch(file) or not path.is_file():
            raise NotFound("没有这一集. · No such episode.")
        return FileResponse(path, media_type="video/mp4", headers={"cache-control": "private, max-age=600"})

    return [site.page("/studio/drama", listed), site.page("/studio/drama/{drama}/{file}", film)]


def read_drama(folder: Path) -> dict[str, Any] | None:
    """What a page shows of a drama; None where its plan is missing or is none."""
    path = folder / "plan.json"
    try:
        if path.stat().st_size > LARGEST:
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        films = [
            {
                "name": Path(str(row["file"])).name, "episode": row.get("episode"), "seconds": float(row["seconds"]),
                "shots": int(row["shots"]), "defects": len(row["defects"]), "cpu": float(row["cpu_seconds"]),
                "forecast": row["cpu_seconds_forecast"], "hook": str((row.get("hook") or {}).get("text", ""))[:80]
                if isinstance(row.get("hook"), dict) else str(row.get("hook") or "")[:80],
            }
            for row in [*told["episodes"], *told["promos"]]
        ]  # fmt: skip
        checked = told.get("checks") in ("keys", "full")
        cost, forecast = told["cost"], told["cost_forecast"]
        return {
            "folder": folder.name, "title": str(told["title"])[:80], "checked": checked, "rights": str(told.get("rights") or "")[:120],
            "films": [one for one in films if _FILE.fullmatch(one["name"]) and (folder / one["name"]).is_file()],
            "cpu": (float(forecast["cpu_seconds"]), float(cost["cpu_seconds"])),
            "credits": (float(forecast["credits"]), float(cost["credits"])),
            "money": (float(forecast["money"]), float(cost["money"])), "notes": [str(one)[:300] for one in told["notes"][:8]],
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
