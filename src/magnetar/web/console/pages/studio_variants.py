"""The variants table: every film with what was predicted of it and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.film_shelf import RETIRED, Film
from magnetar.capabilities.creative.library import Figures, read_manifest
from magnetar.capabilities.creative.science import Volume, columns_of
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import Creative
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.listing import as_csv, listing
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.showing import Showing
from magnetar.web.console.site import Site, Visit

DRAWN = 12
"""Films in the chart: those that were seen most."""
REMEMBERED = 20_000
"""Manifests that are kept read."""
FILTERS = ("product", "state")


Records = dict[tuple[str, str, int, int], Creative | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A film with its figures."""

    film: Film
    figures: Figures
    predicted: Volume | None
    """Factor on its product's click rate by its elements; None where nothing was learned yet."""
    elements: dict[str, str]

    @property
    def expected_ctr(self) -> float | None:
        """Click rate that its elements would give among those who saw it."""
        seen = self.figures
        return seen.expected / seen.impressions * self.predicted.factor if seen.impressions and self.predicted else None


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    read: Records = {}

    def table(visit: Visit) -> Response:
        asked, named, show = visit.request.query_params, titles(site, visit.merchant), Showing(visit.voice)
        wanted = {name: asked.get(name, "")[:100] for name in FILTERS}
        films = [one for one in site.shelf.all(visit.merchant) if one.whole]
        if len(read) > REMEMBERED:
            read.clear()
        rows = rows_of(site, visit.merchant, [one for one in films if _fits(one, wanted)], read)
        found = listing(
            rows, visit.request, keep=FILTERS,
            sorts={
                "hook": lambda one: one.film.hook, "angle": lambda one: one.film.note.angle or None,
                "audience": lambda one: one.film.note.audience or None, "aspect": lambda one: one.film.aspect,
                "predicted": lambda one: one.predicted.factor if one.predicted else None,
                "impressions": lambda one: one.figures.impressions, "clicks": lambda one: one.figures.clicks,
                "ctr": lambda one: one.figures.ctr, "lift": lambda one: one.figures.lift,
                "orders": lambda one: one.figures.orders, "state": lambda one: one.film.state,
            },
            text=lambda one: " ".join(
                (one.film.name, one.film.product, one.film.note.angle, one.film.note.audience, *(text for scene in one.film.texts for text in scene[1:]))
            ),
        )  # fmt: skip
        if asked.get("format") == "csv":
            return as_csv("variants.csv", _HEAD, (_plain(one) for one in found.rows))
        return site.render(
            visit, "part_studio_variants.html" if visit.in_part else "studio_variants.html", found=found, total=len(films),
            titles=named, tell=FilmWords(visit.voice), wanted=wanted, products=sorted({one.product for one in films}),
            states=sorted({one.state for one in films}), chart=drawn(rows, show), seen=sum(one.figures.impressions for one in rows),
        )  # fmt: skip

    return [site.page("/studio/variants", table)]


_HEAD = (
    "film", "product", "angle", "audience", "hook", "looks", "tune", "aspect", "predicted", "predicted_low", "predicted_high",
    "impressions", "expected_clicks", "clicks", "ctr", "lift", "orders", "gmv", "state",
)  # fmt: skip


def _plain(one: Row) -> tuple[object, ...]:
    film, seen, told = one.film, one.figures, one.predicted
    return (
        film.name, film.product, film.note.angle, film.note.audience, film.hook, " ".join(film.looks), film.tune, film.aspect,
        *((round(told.factor, 4), round(told.low, 4), round(told.high, 4)) if told else (None, None, None)),
        seen.impressions, round(seen.expected, 3), seen.clicks, seen.ctr, seen.lift, seen.orders, round(seen.gmv, 2), film.state,
    )  # fmt: skip


def rows_of(site: Site, merchant: str, films: list[Film], read: Records | None = None) -> list[Row]:
    """Films with their figures and predictions, as the library and the live marketplace hold them.

    Args:
        read: manifests that were read before, by merchant, film, size and time; those read now are added.
    """
    read = {} if read is None else read
    creatives = site.hosting.live.market.creatives
    library = {one.creative.id: one for one in creatives.library.listed(merchant)}
    records: list[Creative | None] = []
    for film in films:
        known = library.get(film.film)  # type: ignore[call-overload]
        key = merchant, film.name, film.bytes, film.made_at
        if not known and key not in read:
            read[key] = _record(site, merchant, film)
        records.append(known.creative if known else read[key])
    # What was learned needs clicks; before the first, every factor would be the prior's and say nothing.
    belief = creatives.learn() if len(creatives) and creatives.cells["clicks"].sum() > 0 else None
    told: dict[int, Volume] = {}
    placed = [place for place, one in enumerate(records) if one is not None]
    if belief is not None and placed:
        columns = np.array([columns_of(one.elements) for one in records if one is not None])
        told = dict(zip(placed, belief.overall(columns), strict=True))
    rows: list[Row] = []
    for place, (film, record) in enumerate(zip(films, records, strict=True)):
        row = creatives.row_of(merchant, film.film)
        figures = creatives.figures(row) if row is not None else Figures()
        if row is None and (known := library.get(film.film)):  # type: ignore[call-overload]
            figures = known.figures
        rows.append(Row(film, figures, told.get(place), dict(record.elements) if record else {}))
    return rows


def _record(site: Site, merchant: str, film: Film) -> Creative | None:
    try:
        return read_manifest(site.shelf.folder(merchant) / f"{film.name}.json", merchant=merchant)
    except BadInput:
        return None


def _fits(one: Film, wanted: dict[str, str]) -> bool:
    in_state = one.state == wanted["state"] if wanted["state"] else one.state != RETIRED
    return in_state and (not wanted["product"] or one.product == wanted["product"])


def drawn(rows: list[Row], show: Showing) -> dict[str, Any] | None:
    """Predicted factors with their intervals beside the real ones; None where no film has both."""
    t = show.voice
    both = [one for one in rows if one.predicted and one.figures.lift is not None and one.figures.expected >= 1.0]
    both = sorted(both, key=lambda one: (-one.figures.impressions, one.film.name))[:DRAWN]
    if not both:
        return None
    names = [f"{place}. {one.film.hook[:14]}" for place, one in enumerate(both, 1)]
    return {
        "title": t("对商品点击率的倍数: 预测 (80% 区间) 与真实", "Factor on the product's click rate: predicted (80 % interval) and real"),
        "data": {
            "kind": "claims", "names": names, "digits": 2, "claimed": [round(one.figures.lift or 0.0, 3) for one in both],
            "rows": [[round(value, 3) for value in (one.predicted.factor, one.predicted.low, one.predicted.high)] for one in both if one.predicted],
            "labels": [t("真实", "Real"), t("预测", "Predicted")],
        },
        "head": [t("影片", "Film"), t("真实", "Real"), t("预测", "Predicted"), t("80% 区间", "80 % interval")],
        "table": [
            [name, show.amount(one.figures.lift, 2), show.amount(one.predicted.factor, 2), f"[{show.amount(one.predicted.low, 2)}, {show.amount(one.predicted.high, 2)}]"]
            for name, one in zip(names, both, strict=True)
            if one.predicted
        ],
    }  # fmt: skip
