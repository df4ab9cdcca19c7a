"""The storyboard editor: a film's scenes in order, their words held against the record where they stand, made again as a new version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.film_shelf import RETIRED, Film
from magnetar.app.studio_orders import FilmWish
from magnetar.capabilities.creative import points_for
from magnetar.capabilities.creative.copy import Brief, check_claims
from magnetar.capabilities.creative.direction import (
    ASPECTS,
    LONGEST,
    MOST_SCENES,
    PACES,
    SCENE_S,
    SPEEDS,
    TEXT_SCALES,
    Direction,
    SceneWish,
    read_direction,
)
from magnetar.capabilities.creative.styles import STYLES
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, Refused
from magnetar.vocabulary.catalogue import Product
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.pages.campaigns import titles
from magnetar.web.console.site import Site, Visit

TEXTS = ("headline", "caption", "chip")


@dataclass(frozen=True, slots=True)
class Row:
    """A scene as the form holds it."""

    id: str
    kind: str
    headline: str
    caption: str = ""
    chip: str = ""
    seconds: str = ""
    shown: int = -1
    """The scene of the film whose picture goes with it; −1 for none."""


@dataclass(frozen=True, slots=True)
class Board:
    """The form: scenes, and how the whole is to be made."""

    rows: tuple[Row, ...]
    direction: Direction = field(default_factory=Direction)
    problems: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """By field, such as `2.headline`, or a row's number alone, or '' for the whole."""


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    def board(visit: Visit) -> Response:
        film = site.shelf.get(visit.merchant, visit.request.path_params["film"])
        return drawn(visit, film, board_of(film))

    def drawn(
        visit: Visit, film: Film, board: Board, status: int = 200, said: str = "", fine: bool = False
    ) -> Response:
        product = titles(site, visit.merchant).get(film.product)
        if not film.whole:
            raise Refused(
                "这部影片没有清单, 不能改; 请用它的商品重新做片. · The film has no manifest and cannot be changed; make films of its product anew."
            )
        return site.render(
            visit, "studio_board.html", status, film=film, board=board, said=said, fine=fine, product=product, aspects=ASPECTS,
            paces=PACES, styles=STYLES, scales=TEXT_SCALES, speeds=SPEEDS, scene_s=SCENE_S, longest=LONGEST, most=MOST_SCENES,
            tell=FilmWords(visit.voice), versions=site.shelf.versions(visit.merchant, film),
        )  # fmt: skip

    def change(visit: Visit) -> Response:
        film = site.shelf.get(visit.merchant, visit.request.path_params["film"])
        verb, _, row = visit.text("do").partition(":")
        try:
            given = read_board(visit, film)
        except (BadInput, Refused) as error:
            return drawn(visit, film, board_of(film), 422, visit.voice.of(str(error)))
        if verb in ("up", "down", "drop", "add"):
            try:
                return drawn(visit, film, replace(given, rows=moved(given.rows, verb, row, visit)))
            except Refused as error:
                return drawn(visit, film, given, 422, visit.voice.of(str(error)))
        if verb not in ("check", "make"):
            raise NotFound("没有这个操作. · There is no such action.")
        found = site.found(visit.merchant, film.product)
        points = points_for(found, film.language or "zh") or ()
        checked = replace(given, problems=problems_of(given, film, found.product, points, visit))
        if checked.problems:
            said = visit.voice("有几处不能这样说, 见各栏下方.", "Some words may not stand; see below each field.")
            return drawn(visit, film, checked, 422, said)
        if verb == "check":
            return drawn(visit, film, checked, fine=True)
        try:
            direction = replace(checked.direction, scenes=tuple(scene_of(row) for row in checked.rows))
            wish = FilmWish(
                "cut", film.product, Brief(language=film.language or "zh"), aspects=(direction.aspect,), film=film.name,
                direction=direction,
            )  # fmt: skip
            order = site.studio.start(visit.merchant, visit.who.name, wish)
        except (BadInput, Refused) as error:
            return drawn(visit, film, checked, 422, visit.voice.of(str(error)))
        return site.go(visit, f"/studio/orders/{order.id}")

    def back(visit: Visit) -> Response:
        """Return to a version: the later ones are retired, which the gallery can undo."""
        film = site.shelf.get(visit.merchant, visit.request.path_params["film"])
        line = site.shelf.versions(visit.merchant, film)
        later = line[[one.name for one in line].index(film.name) + 1 :]
        gone = 0
        for one in later:
            if one.state != RETIRED:
                site.shelf.move(visit.merchant, one.name, RETIRED, visit.who.name)
                gone += 1
        if film.state == RETIRED:
            site.shelf.move(visit.merchant, film.name, "live", visit.who.name)
        said = visit.voice("回到这一版, {n} 个更新的版本已下架", "Back to this version; {n} later ones retired", n=gone)
        return site.go(visit, f"/studio/films/{film.name}", said)

    return [
        site.page("/studio/films/{film}", board),
        site.page("/studio/films/{film}", change, methods=("POST",)),
        site.page("/studio/films/{film}/back", back, methods=("POST",)),
    ]


def board_of(film: Film) -> Board:
    """The form as the film is."""
    try:
        direction = read_direction(film.note.direction) if film.note.direction else Direction()
    except MagnetarError:
        direction = Direction()
    wished = [one.seconds for one in direction.scenes] if len(direction.scenes) == len(film.texts) else []
    rows = tuple(
        Row(str(place), *texts, f"{wished[place]:g}" if wished and wished[place] else "", place)
        for place, texts in enumerate(film.texts)
    )
    aspect = film.aspect if film.aspect in ASPECTS else "9:16"
    return Board(rows, replace(direction, scenes=(), price_first=False, aspect=aspect))


def read_board(visit: Visit, film: Film) -> Board:
    """The form as it was sent.

    Raises:
        BadInput: it is not such a form, or a figure is out of bounds.
    """
    columns: dict[str, list[str]] = {}
    for name in ("row", "kind", *TEXTS, "seconds", "shown"):
        values = visit.form.getlist(name)
        if not all(isinstance(one, str) and len(one) <= 400 for one in values):
            raise BadInput(f"字段 {name} 过长. · The field {name} is too long.")
        columns[name] = [" ".join(str(one).split()) for one in values]
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or not 1 <= lengths.pop() <= MOST_SCENES:
        raise BadInput(f"镜头数应为 1 到 {MOST_SCENES}. · From 1 to {MOST_SCENES} scenes.")
    rows = tuple(
        Row(id[:20], kind[:10], headline, caption, chip, seconds[:8], int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 7 and int(shown) < len(film.texts) else -1)
        for id, kind, headline, caption, chip, seconds, shown in zip(*columns.values(), strict=True)
    )  # fmt: skip
    tune = visit.text("tune") or "0"
    direction = read_direction(
        {
            "text_scale": visit.number("text_scale", "字号", "Text size") if visit.text("text_scale") else 1.0,
            "price_first": False,
            "pace": visit.text("pace"),
            "style": visit.text("style"),
            "tune": int(tune) if tune.isascii() and tune.isdigit() and len(tune) < 4 else 0,
            "voice": "" if visit.text("voice") else "none",
            "speed": visit.number("speed", "语速", "Voice speed") if visit.text("speed") else 1.0,
            "subtitles": bool(visit.text("subtitles")),
            "aspect": visit.text("aspect") or "9:16",
        }
    )
    if visit.text("price_first"):
        offers = [row for row in rows if row.kind == "offer"]
        rest = [row for row in rows if row.kind != "offer"]
        rows = (*rest[:1], *offers, *rest[1:])
    return Board(rows, direction)


def moved(rows: tuple[Row, ...], verb: str, id: str, visit: Visit) -> tuple[Row, ...]:
    """The scenes after a button.

    Raises:
        Refused: the scene cannot go there or away, or there are too many.
    """
    listed = list(rows)
    if verb == "add":
        if len(listed) >= MOST_SCENES:
            raise Refused(f"最多 {MOST_SCENES} 个镜头. · At most {MOST_SCENES} scenes.")
        offer = next((place for place, row in enumerate(listed) if row.kind == "offer"), len(listed))
        place = offer if offer == len(listed) - 1 else len(listed)
        listed.insert(place, Row(f"n{len(listed)}{id[:8]}", "point", ""))
        return tuple(listed)
    place = next((place for place, row in enumerate(listed) if row.id == id), -1)
    if place < 0:
        raise Refused("没有这个镜头. · There is no such scene.")
    if verb == "drop":
        if listed[place].kind != "point":
            raise Refused(
                "开场和报价镜头不能去掉, 可以改文字. · The opening and the offer stay; their words can be changed."
            )
        del listed[place]
        return tuple(listed)
    other = place + (-1 if verb == "up" else 1)
    if not 0 <= other < len(listed) or "hook" in (listed[place].kind, listed[other].kind):
        raise Refused("开场总在最前. · The opening always comes first.")
    listed[place], listed[other] = listed[other], listed[place]
    return tuple(listed)


def problems_of(
    board: Board, film: Film, product: Product, points: tuple[str, ...], visit: Visit
) -> dict[str, list[str]]:
    """What may not stand, by field: words that are new are held against the record, as the film's own were when it was made."""
    t, known = visit.voice, {text for scene in film.texts for text in scene[1:]}
    found: dict[str, list[str]] = {}
    for number, row in enumerate(board.rows):
        for name in TEXTS:
            text: str = getattr(row, name)
            if name == "headline" and not text:
                found.setdefault(f"{number}.{name}", []).append(t("每个镜头要有标题.", "Each scene needs a headline."))
            elif len(text) > LONGEST:
                found.setdefault(f"{number}.{name}", []).append(
                    t("最多 {n} 字, 现有 {m}.", "At most {n} characters, found {m}.", n=LONGEST, m=len(text))
                )
            elif text and text not in known:
                for one in check_claims([text], product, points, strict=True):
                    law = f" · {one.article}" if one.article else ""
                    found.setdefault(f"{number}.{name}", []).append(f"“{one.words[:40]}” {t.of(one.reason)}{law}")
        try:
            scene_of(row)
        except BadInput as error:
            found.setdefault(f"{number}.seconds", []).append(t.of(str(error)))
    kinds = [row.kind for row in board.rows]
    if kinds[0] != "hook" or kinds.count("offer") != 1 or set(kinds) - {"hook", "point", "offer"}:
        found[""] = [
            t("第一个镜头是开场, 且恰有一个报价镜头.", "The first scene is the opening, and exactly one is the offer.")
        ]
    return found


def scene_of(row: Row) -> SceneWish:
    """The wish that a row makes.

    Raises:
        BadInput: its length is no number, or out of bounds.
    """
    seconds: Any = row.seconds or "0"
    try:
        value = float(seconds)
    except ValueError:
        value = -1.0
    low, high = SCENE_S
    if value != 0 and not low <= value <= high:
        raise BadInput(
            f"镜头时长应在 {low:g} 到 {high:g} 秒之间. · A scene lasts from {low:g} to {high:g} seconds, found {row.seconds[:8]!r}."
        )
    return SceneWish(row.kind, row.headline, row.caption, row.chip, value)
