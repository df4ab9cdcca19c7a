"""Short drama: a script is pasted or uploaded, forecast, agreed to, made in the background; films are played beside their cost.

What `magnetar drama make --out MAGNETAR_HOME/drama/MERCHANT/NAME` made is shown as well.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from magnetar.app.drama_making import MAKE, DramaWish
from magnetar.app.drama_orders import LONGEST, SOURCES, Drama
from magnetar.capabilities.creative import provenance
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, Refused
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.pages.studio import Step, events
from magnetar.web.console.site import Site, Visit

MOST, LARGEST, SHOWN = 60, 4 << 20, 12
DEFAULTS = {
    "script": "", "language": "", "voice": "yes", "pictures": "auto", "free": "", "coins": "60", "ads": "1", "promos": "2", "rights": "", "sign": "",
}  # fmt: skip
_NAME = re.compile(r"[^/\\\x00.][^/\\\x00]{0,99}")
_FILE = re.compile(r"(?:episode|promo)-\d{1,4}\.mp4")


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    orders = site.dramas

    def listed(visit: Visit, status: int = 200, said: str = "", given: dict[str, str] | None = None) -> Response:
        root = orders.root(visit.merchant)
        found = sorted(
            (one for one in root.iterdir() if one.is_dir() and _NAME.fullmatch(one.name)) if root.is_dir() else (),
            key=lambda one: one.stat().st_mtime,
            reverse=True,
        )
        dramas = [told for one in found[:MOST] if (told := read_drama(one)) is not None]
        return site.render(
            visit, "studio_drama.html", status, said=said, dramas=dramas, given={**DEFAULTS, **(given or {})}, sources=SOURCES,
            orders=orders.list(visit.merchant)[:SHOWN], tell=FilmWords(visit.voice), longest=LONGEST, signs=provenance.available(),
        )  # fmt: skip

    def start(visit: Visit) -> Response:
        given: dict[str, str] = {}
        try:
            for name in DEFAULTS:  # one by one: what was read before a field that is too long stays in the form
                given[name] = visit.text(name, LONGEST if name == "script" else 200)
            script = _uploaded(visit) or given["script"]
            given["script"] = script
            one = orders.start(visit.merchant, visit.who.name, script, _wish(given))
        except MagnetarError as error:
            return listed(visit, 422, visit.voice.of(str(error)), given)
        return site.go(visit, f"/studio/dramas/{one.id}")

    def details(visit: Visit, one: Drama) -> dict[str, Any]:
        made = read_drama(orders.root(visit.merchant) / one.folder) if one.phase == MAKE and not one.active else None
        return {"one": one, "made": made, "plan": _plan_of(one), "tell": FilmWords(visit.voice)}

    def watch(visit: Visit, status: int = 200, said: str = "") -> Response:
        one = orders.get(visit.merchant, visit.request.path_params["id"])
        return site.render(visit, "studio_drama_order.html", status, said=said, **details(visit, one))

    def agree(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        try:
            orders.agree(visit.merchant, id)
        except (BadInput, Refused) as error:
            return watch(visit, 422, visit.voice.of(str(error)))
        return site.go(visit, f"/studio/dramas/{id}")

    def stop(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        orders.stop(visit.merchant, id)
        return site.go(
            visit,
            f"/studio/dramas/{id}",
            visit.voice("已停止, 做完的集都保留", "Stopped; episodes that are done are kept"),
        )

    def again(visit: Visit) -> Response:
        one = orders.again(visit.merchant, visit.request.path_params["id"])
        return site.go(visit, f"/studio/dramas/{one.id}")

    def seen(visit: Visit, id: str) -> Step:
        one = orders.get(visit.merchant, id)
        mark = f"{one.phase} {one.state} {one.said} {one.done}"
        return Step(mark, one.active, "part_studio_drama.html", details(visit, one))

    def film(visit: Visit) -> Response:
        """A film of a drama; browsers ask for ranges of it."""
        name, file = visit.request.path_params["drama"], visit.request.path_params["file"]
        path = orders.root(visit.merchant) / name / file
        if not _NAME.fullmatch(name) or not _FILE.fullmatch(file) or not path.is_file():
            raise NotFound("没有这一集. · No such episode.")
        return FileResponse(path, media_type="video/mp4", headers={"cache-control": "private, max-age=600"})

    return [
        site.page("/studio/drama", listed),
        site.page("/studio/drama", start, methods=("POST",)),
        site.page("/studio/dramas/{id}", watch),
        Route("/studio/dramas/{id}/events", events(site, seen, orders.wait)),
        site.page("/studio/dramas/{id}/agree", agree, methods=("POST",)),
        site.page("/studio/dramas/{id}/stop", stop, methods=("POST",)),
        site.page("/studio/dramas/{id}/again", again, methods=("POST",)),
        site.page("/studio/drama/{drama}/{file}", film),
    ]


def _uploaded(visit: Visit) -> str:
    """The text of an uploaded script; '' where none was."""
    upload = visit.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return ""
    raw = upload.file.read(LONGEST + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("剧本须为 UTF-8 文本. · The script must be text in UTF-8.") from None


def _wish(given: dict[str, str]) -> DramaWish:
    """The form as a wish.

    Raises:
        BadInput: a figure that is none, or out of range.
    """
    numbers: dict[str, int] = {}
    for name, zh, en, most in (
        ("free", "免费集数", "Free episodes", 120), ("coins", "每集金币", "Coins", 10_000), ("ads", "广告数", "Advertisements", 20),
        ("promos", "宣传片数", "Promotional cuts", 6),
    ):  # fmt: skip
        text = given[name]
        if name == "free" and not text:
            numbers[name] = -1
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
            raise BadInput(
                f"{zh}须为 0 到 {most} 的整数, 现为 {text[:20]!r}. · {en} must be a whole number from 0 to {most}, found {text[:20]!r}."
            )
        numbers[name] = int(text)
    if given["language"] not in ("", "zh", "en"):
        raise BadInput("语言应为 zh 或 en. · The language is zh or en.")
    return DramaWish(
        given["language"], given["voice"] == "yes", given["pictures"], rights=given["rights"][:120], sign=given["sign"] == "yes", **numbers
    )  # fmt: skip


def _plan_of(one: Drama) -> dict[str, Any] | None:
    """What the page shows of a forecast; None where there is none yet."""
    told = one.plan
    try:
        forecast, pay = told["cost_forecast"], told["pay_plan"]
        paid = {row["after_episode"]: row for row in pay["points"]}
        return {
            "rows": [
                {"episode": row["episode"], "seconds": row["film_seconds"], "shots": row["shots"], "cpu": row["cpu_seconds"],
                 "credits": row["credits"], "money": row["money"], "wall": paid.get(row["episode"])}
                for row in forecast["episodes"]
            ],
            "promos": [{"name": row["promo"], "seconds": row["film_seconds"], "shots": row["shots"], "cpu": row["cpu_seconds"],
                        "credits": row["credits"], "money": row["money"]} for row in forecast["promos"]],
            "cpu": forecast["cpu_seconds"], "credits": forecast["credits"], "money": forecast["money"], "seconds": forecast["film_seconds"],
            "known": forecast["price_known"], "lines": told["coverage"]["lines"], "covered": told["coverage"]["covered"],
            "pictures": told["pictures"]["source"], "voice": told["voice"], "free": len(pay["free_episodes"]),
            "wrong": [(row["line"], row["name"], ", ".join(str(found["words"]) for found in row["findings"])) for row in told["placements"] if row["findings"]],
        }  # fmt: skip
    except (KeyError, TypeError):
        return None


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
            "money": (float(forecast["money"]), float(cost["money"])), "signed": bool(told.get("signed")), "walls": _walls(told), "notes": [str(one)[:300] for one in told["notes"][:8]],
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _walls(told: dict[str, Any]) -> dict[int, dict[str, int]]:
    """Episode → what unlocks the next one: coins and advertisements; empty without a pay plan."""
    plan = told.get("pay_plan")
    points = plan.get("points") if isinstance(plan, dict) else None
    found: dict[int, dict[str, int]] = {}
    for row in points if isinstance(points, list) else []:
        found[int(row["after_episode"])] = {
            str(way["kind"]): int(way.get("amount") or way.get("count") or 0) for way in row["unlock"]
        }
    return found
