"""The catalogue: found, sorted, exported, pictured, and imported with a report of every row that was not taken."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from magnetar.app.goods import sample_shop
from magnetar.capabilities.catalogue import Limits, Report
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.guard import UPLOAD_BYTES
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.site import Site, Visit

REPORTED = 200
"""Rejected rows that a report shows; the CSV has them all."""
_PICTURES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_SORTS = {
    "id": lambda one: one.id,
    "title": lambda one: one.title,
    "category": lambda one: one.category,
    "price": lambda one: one.price.micros,
    "stock": lambda one: one.stock,
}


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    reports: dict[str, Report] = {}
    """The last import of each merchant, for its page and its CSV."""

    def chosen(visit: Visit) -> list[Product]:
        category = visit.request.query_params.get("category", "")
        return [one for one in site.goods(visit.merchant) if not category or one.top_category == category]

    def table(visit: Visit) -> Response:
        found = listing(
            chosen(visit),
            visit.request,
            sorts=_SORTS,
            text=lambda one: f"{one.id} {one.title} {one.title_en} {one.category} {one.brand}",
            keep=("category",),
        )
        if visit.request.query_params.get("format") == "csv":
            return as_csv(
                "catalogue.csv",
                ("id", "title", "title_en", "category", "price", "currency", "stock", "available"),
                (
                    (
                        one.id, one.title, one.title_en, one.category, f"{one.price.amount:.2f}", one.price.currency,
                        one.stock, one.available,
                    )
                    for one in found.rows
                ),
            )  # fmt: skip
        goods = site.goods(visit.merchant)
        return site.render(
            visit,
            "part_catalogue.html" if visit.in_part else "catalogue.html",
            found=found,
            total=len(goods),
            categories=sorted({one.top_category for one in goods if one.top_category}),
            category=visit.request.query_params.get("category", ""),
        )

    def ask(visit: Visit) -> Response:
        return site.render(visit, "import.html", report=reports.get(visit.merchant), said="", shown=REPORTED)

    def take(visit: Visit) -> Response:
        upload = visit.form.get("file")
        try:
            if not isinstance(upload, UploadFile) or not upload.filename:
                raise BadInput("请选择一个文件. · Choose a file.")
            report = _import(site, visit.merchant, upload)
        except MagnetarError as error:
            return site.render(visit, "import.html", 422, report=None, said=visit.voice.of(str(error)), shown=REPORTED)
        reports[visit.merchant] = report
        site.goods(visit.merchant)
        said = visit.voice(
            "已读 {rows} 行: 导入 {taken}, 未变 {same}, 拒绝 {refused}",
            "{rows} rows: {taken} imported, {same} unchanged, {refused} rejected",
            rows=report.rows, taken=report.imported, same=report.unchanged, refused=report.rejected_total,
        )  # fmt: skip
        return site.go(visit, "/catalogue/import", said, "bad" if report.rejected_total else "good")

    def rejected(visit: Visit) -> Response:
        report = reports.get(visit.merchant)
        if report is None:
            raise NotFound("还没有导入报告. · There is no import report yet.")
        rows = ((one.line, one.field, one.found, one.expected) for one in report.rejected)
        return as_csv("rejected.csv", ("line", "field", "found", "expected"), rows)

    def picture(visit: Visit) -> Response:
        product = site.platform.catalogue.get(visit.merchant, visit.request.path_params["product"])
        path = product and _picture(site, visit.merchant, product)
        if not path:
            raise NotFound("没有图片. · No picture.")
        return FileResponse(
            path, media_type=_PICTURES[path.suffix.lower()], headers={"cache-control": "private, max-age=3600"}
        )

    return [
        site.page("/catalogue", table),
        site.page("/catalogue/import", ask),
        site.page("/catalogue/import", take, methods=("POST",)),
        site.page("/catalogue/import/rejected.csv", rejected),
        site.page("/catalogue/pictures/{product:path}", picture),
    ]


def _import(site: Site, merchant: str, upload: UploadFile) -> Report:
    """Write the upload to a file of our own naming, read it, and forget it."""
    suffixes = "".join(PurePosixPath(upload.filename or "").suffixes[-2:])
    safe = suffixes if suffixes.replace(".", "").isalnum() and len(suffixes) < 20 else ""
    handle, name = tempfile.mkstemp(suffix=safe)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(upload.file, file)
        return site.platform.catalogue.import_file(name, merchant, limits=Limits(file_bytes=4 * UPLOAD_BYTES))
    except BadInput as error:
        raise BadInput(str(error).replace(name, upload.filename or "")) from None
    finally:
        os.unlink(name)


def _picture(site: Site, merchant: str, product: Product) -> Path | None:
    """The product's first picture that is on this machine; a path can lead nowhere but into the picture folders."""
    for root in _folders(site, merchant):
        for image in product.images:
            path = (root / image).resolve()
            if path.is_relative_to(root) and path.suffix.lower() in _PICTURES and path.is_file():
                return path
    return None


def _folders(site: Site, merchant: str) -> Sequence[Path]:
    folders = [(site.runtime.settings.home / "pictures").resolve() / merchant]
    with contextlib.suppress(BadInput):
        folders.append(sample_shop().resolve())
    return [folder for folder in folders if folder.is_dir()]
