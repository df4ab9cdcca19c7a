"""Creatives: the merchant's films, found by what they are, played, exported, put to use, taken out of use and brought back."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from magnetar.app.film_shelf import DELETED, LIVE, POSTERS, PUBLISHED, RETIRED, Film
from magnetar.capabilities.creative.timeline.cut import Cut, read_cut
from magnetar.capabilities.creative.timeline.edl import write_edl
from magnetar.capabilities.creative.timeline.jianying import write_draft
from magnetar.capabilities.creative.timeline.otio import write_otio
from magnetar.capabilities.creative.timeline.subtitles import write_subtitles
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.site import Site, Visit, local

SIZE = 24
FILTERS = ("product", "angle", "audience", "language", "aspect", "state")
MOVES = {"publish": PUBLISHED, "withdraw": LIVE, "retire": RETIRED, "delete": DELETED, "restore": LIVE}
_TEXTS = {
    "srt": (lambda cut: write_subtitles(cut, "srt"), "application/x-subrip"),
    "vtt": (lambda cut: write_subtitles(cut, "vtt"), "text/vtt"),
    "ass": (lambda cut: write_subtitles(cut, "ass"), "text/x-ssa"),
    "edl": (write_edl, "text/plain"),
    "otio": (write_otio, "application/json"),
}  # fmt: skip
EXPORTS = ("srt", "vtt", "ass", "edl", "otio", "jianying")


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def all_films(visit: Visit) -> Response:
        asked, named = visit.request.query_params, titles(site, visit.merchant)
        films = site.shelf.all(visit.merchant)
        wanted = {name: asked.get(name, "")[:100] for name in FILTERS}
        kept = [one for one in films if _fits(one, wanted)]

        def words(one: Film) -> str:
            product = named.get(one.product)
            title = f"{product.title} {product.title_en}" if product else ""
            return " ".join((one.name, title, *(text for scene in one.texts for text in scene[1:])))

        found = listing(
            kept, visit.request, text=words, keep=FILTERS, size=SIZE,
            sorts={"made": lambda one: one.made_at, "seconds": lambda one: one.seconds, "product": lambda one: one.product},
        )  # fmt: skip
        if asked.get("format") == "csv":
            head = ("film", "product", "angle", "audience", "language", "aspect", "seconds", "state", "hook", "defects")
            rows = (
                (
                    one.name, one.product, one.note.angle, one.note.audience, one.language, one.aspect, one.seconds, one.state,
                    one.hook, one.defects,
                )
                for one in found.rows
            )  # fmt: skip
            return as_csv("creatives.csv", head, rows)
        tell = FilmWords(visit.voice)
        return site.render(
            visit, "part_creatives.html" if visit.in_part else "creatives.html", found=found, total=len(films), titles=named,
            tell=tell, wanted=wanted, choices=_choices(films, named, visit, tell), exports=EXPORTS,
            changes=site.shelf.changes(visit.merchant, 8), back=found.link(page=found.page if found.page > 1 else ""),
        )  # fmt: skip

    def part(visit: Visit) -> Response:
        """A film, its poster, its manifest, a scene's picture or an export; browsers ask for ranges of a film."""
        name, _, ending = visit.request.path_params["file"].rpartition(".")
        merchant, shelf = visit.merchant, site.shelf
        endings = {"mp4": {".mp4": "video/mp4"}, "poster": POSTERS, "json": {".json": "application/json"}}
        if ending in endings and (found := shelf.file(merchant, name, endings[ending])):
            return FileResponse(found[0], media_type=found[1], headers={"cache-control": "private, max-age=600"})
        number = ending.removeprefix("scene")
        if ending == "poster" or (
            ending.startswith("scene") and number.isascii() and number.isdigit() and len(number) < 3
        ):
            path = shelf.frame(merchant, name, -1 if ending == "poster" else int(number))
            return FileResponse(path, media_type="image/webp", headers={"cache-control": "private, max-age=600"})
        if ending in EXPORTS:
            shelf.get(merchant, name)
            cut = read_cut(shelf.folder(merchant) / f"{name}.mp4")
            if ending == "jianying":
                return _handed(_draft(cut, site.runtime.clock.now()), f"{name}-jianying.zip", "application/zip")
            write, kind = _TEXTS[ending]
            return _handed(write(cut).encode(), f"{name}.{ending}", kind)
        raise NotFound("没有这个文件. · No such file.")

    def change(visit: Visit) -> Response:
        name, verb = visit.request.path_params["film"], visit.request.path_params["verb"]
        back = local(visit.text("back", 600)) if visit.text("back", 600) else "/creatives"
        by, t = visit.who.name, visit.voice
        if verb == "undo":
            site.shelf.undo(visit.merchant, name, by)
            return site.go(visit, back, t("已撤销", "Undone"))
        if verb not in MOVES:
            raise NotFound("没有这个操作. · There is no such action.")
        site.shelf.move(visit.merchant, name, MOVES[verb], by)
        said = {
            "publish": t("已发布, 投放计划可以使用", "Published; campaigns may use it"),
            "withdraw": t("已取消发布", "Withdrawn"),
            "retire": t("已下架, 可以在下方撤销", "Retired; undo it below"),
            "delete": t("已删除, 可以在下方撤销", "Deleted; undo it below"),
            "restore": t("已恢复", "Brought back"),
        }
        return site.go(visit, back, said[verb])

    def many(visit: Visit) -> Response:
        """One action for all films that are ticked."""
        names = [str(one) for one in visit.form.getlist("film")][:SIZE]
        verb = visit.text("verb")
        if not names or verb not in MOVES:
            raise BadInput("请先勾选影片. · Tick films first.")
        done = 0
        for name in names:
            if site.shelf.get(visit.merchant, name).state != MOVES[verb]:
                site.shelf.move(visit.merchant, name, MOVES[verb], visit.who.name)
                done += 1
        back = visit.text("back", 600)
        said = visit.voice("{n} 部影片已处理", "{n} films changed", n=done)
        return site.go(visit, local(back) if back else "/creatives", said)

    return [
        site.page("/creatives", all_films),
        site.page("/creatives/many", many, methods=("POST",)),
        site.page("/creatives/{film}/{verb}", change, methods=("POST",)),
        site.page("/films/{file}", part),
    ]


def _fits(one: Film, wanted: dict[str, str]) -> bool:
    state = wanted["state"]
    if one.state != state if state else one.state == RETIRED:
        return False
    mine = {
        "product": one.product, "angle": one.note.angle, "audience": one.note.audience, "language": one.language,
        "aspect": one.aspect,
    }  # fmt: skip
    return all(not wanted[name] or wanted[name] == value for name, value in mine.items())


def _choices(films: list[Film], named: dict[str, Any], visit: Visit, tell: FilmWords) -> list[Any]:
    """(field, its name, (value, words) of each) for the filters that films differ in."""
    t = visit.voice

    def title(id: str) -> str:
        product = named.get(id)
        return (product.title if t.language == "zh" else product.title_en or product.title)[:30] if product else id

    fields: list[tuple[str, str, Callable[[Film], str], Callable[[str], str]]] = [
        ("product", t("商品", "Product"), lambda one: one.product, title),
        ("angle", t("角度", "Angle"), lambda one: one.note.angle, tell.angle),
        ("audience", t("人群", "Audience"), lambda one: one.note.audience, tell.audience),
        ("language", t("语言", "Language"), lambda one: one.language, tell.language),
        ("aspect", t("画幅", "Aspect"), lambda one: one.aspect, str),
        ("state", t("状态", "State"), lambda one: one.state, lambda name: tell.state(name)[0]),
    ]
    found: list[Any] = []
    for field, name, value, words in fields:
        values = sorted({value(one) for one in films} - {""})
        if len(values) > 1 or visit.request.query_params.get(field):
            found.append((field, name, [(one, words(one)) for one in values]))
    return found


def _draft(cut: Cut, at: int) -> bytes:
    """A 剪映 draft folder as a zip file; the film in it is stored as it is."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="magnetar-draft-") as name:
        folder = Path(name) / "draft"
        with zipfile.ZipFile(out, "w") as packed:
            for path in write_draft(cut, folder, at):
                kind = zipfile.ZIP_STORED if path.suffix == ".mp4" else zipfile.ZIP_DEFLATED
                packed.write(path, f"{cut.film.stem}/{path.relative_to(folder)}", kind)
    return out.getvalue()


def _handed(content: bytes, name: str, kind: str) -> Response:
    from urllib.parse import quote

    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=kind, headers=headers)
