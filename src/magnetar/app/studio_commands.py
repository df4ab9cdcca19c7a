"""`magnetar studio make`: N different films of one product, from its record or its page."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from magnetar.kernel.errors import BadInput, GoalMissed, MagnetarError
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def make(
    context: typer.Context,
    product_id: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · The product's id.")] = "",
    page: Annotated[
        str, typer.Option("--page", metavar="FILE|URL", help="商品页 · A product page instead: a saved file, or an http(s) address.")
    ] = "",
    variants: Annotated[int, typer.Option("--variants", metavar="N", help="成片数 · How many different films.")] = 10,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="影片目录 · The folder for the films.")] = "",
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's catalogue, then the sample shop.")
    ] = "",
    pictures: Annotated[
        str, typer.Option("--pictures", metavar="DIR", help="图片目录 · The folder that picture names start from; default: the feed's folder.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en.")] = "zh",
    aspect: Annotated[
        list[str] | None, typer.Option("--aspect", help="画幅 · 9:16, 3:4, 1:1 or 16:9; repeat for several, films are dealt out over them.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="文字带 · A text for the band: shop, offer, audience; repeat for several. Default: facts of the record.")
    ] = None,
    brief: Annotated[
        str, typer.Option("--brief", metavar="FILE.json", help="需求单 · Goal, audience, tone, length_s, must_say, must_not_say, price_first; the options below go before it.")
    ] = "",
    goal: Annotated[str, typer.Option("--goal", help="目标 · sell, introduce, gift or season.")] = "",
    audience: Annotated[str, typer.Option("--audience", help="人群 · Whom the films speak to.")] = "",
    tone: Annotated[str, typer.Option("--tone", help="语气 · plain, lively or warm.")] = "",
    must_say: Annotated[
        list[str] | None, typer.Option("--must-say", help="必须说 · A text of the record that every film says; repeat for several.")
    ] = None,
    price_first: Annotated[bool, typer.Option("--price-first", help="先说价格 · Every film begins with the price.")] = False,
    voice: Annotated[
        str, typer.Option("--voice", metavar="NAME|none|auto", help="配音 · auto (whoever is ready, else music alone), none, a provider (kokoro, espeak) or one of its voices.")
    ] = "auto",
    sign: Annotated[bool, typer.Option("--sign", help="内容凭证签名 · Sign each film with C2PA credentials (extra `provenance`).")] = False,
    certificate: Annotated[
        str, typer.Option("--certificate", metavar="PEM", help="证书链 · For --sign; default: a development certificate that nobody trusts.")
    ] = "",
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="私钥 · Its private key (ES256).")] = "",
    angle_report: Annotated[bool, typer.Option("--angle-report", help="角度与人群 · Count the films by angle and audience.")] = False,
    decode: Annotated[
        float, typer.Option("--decode", min=0.0, max=1.0, help="抽检比例 · Share of the films that is decoded whole; all others are checked by construction.")
    ] = 0.01,
    workers: Annotated[int, typer.Option("--workers", min=0, max=256, help="进程数 · Processes; 0: one for each core.")] = 0,
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """一个商品, 成千条片 · Make N different, labelled films of one product; a second call makes only what is missing."""
    from magnetar.capabilities.creative import ASPECTS, make_variants, points_for
    from magnetar.capabilities.creative.segments.rejecting import FOLDER
    from magnetar.capabilities.creative.segments.sealing import seal_of
    from magnetar.capabilities.generation import find_speaker
    from magnetar.engines.spread import spread

    if not (product_id or page) or not out or (product_id and page):
        raise BadInput(
            "需要商品或商品页 (其一) 和目录 Name a product or a page, one of both, and a folder: "
            "magnetar studio make --product ID --variants N --out DIR."
        )
    if Path(out).exists() and not Path(out).is_dir():
        raise BadInput(f"--out: {out!r} 是文件, 应为目录 is a file. Expected a folder for the films.")
    shapes = list(dict.fromkeys(aspect or ["9:16"]))
    if unknown := [one for one in shapes if one not in ASPECTS]:
        raise BadInput(f"--aspect takes {', '.join(ASPECTS)}, found {', '.join(map(repr, unknown))}.")
    if variants < len(shapes):
        raise BadInput(f"--variants must be at least the number of aspects ({len(shapes)}), found {variants}.")
    check_target(json)
    session = session_of(context)
    wish = _brief(brief, language, goal=goal, audience=audience, tone=tone, must_say=must_say, price_first=price_first)
    seal = seal_of(session.settings.home, certificate, key) if sign else None
    if seal is not None and seal.development:
        progress("开发证书，无人信任 Signed with a development certificate that nobody trusts; name your own with --certificate and --key.")  # fmt: skip
    matrix, speaks_as = find_speaker(session.settings, voice, language)
    if page:
        found, page_notes = _from_page(session, page, merchant)
    else:
        found, page_notes = _from_record(session, product_id, merchant, catalogue, pictures), []
    films: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    defects: list[dict[str, Any]] = []
    notes: list[str] = list(page_notes)
    possible = first = 0
    totals = {"segments_made": 0, "segments_reused": 0, "segments_painted": 0, "decoded": 0}
    cpu: dict[str, float] = {}
    for number, shape in enumerate(shapes):
        share = variants // len(shapes) + (number < variants % len(shapes))
        made = make_variants(
            found.product, found.pictures, share, Path(out), session.settings.home, language=language, seed=seed,
            points=points_for(found, language), texts=text or (), aspect=shape, decode=decode,
            spread=spread, workers=workers, told=progress, brief=wish, seal=seal,
            voice=matrix.voice, voice_name=speaks_as,
        )  # fmt: skip
        films += [_told(one, first, shape) for one in made.films]
        rejected += [{**_told(one, first, shape), "defects": list(one.defects)} for one in made.rejected]
        first += share
        possible = max(possible, made.scripts_possible)
        defects += made.defects
        notes += made.notes
        totals = {name: value + getattr(made, name) for name, value in totals.items()}
        cpu = {name: round(cpu.get(name, 0.0) + value, 3) for name, value in made.cpu.items()}
    result = {
        "product": found.product.id,
        "title": found.product.title,
        "source": found.source,
        "language": language,
        "aspects": shapes,
        "variants": len(films),
        "scripts": len({one["script"] for one in films}),
        "scripts_possible": possible,
        "angles": _angles(films),
        "films": films,
        "rejected": rejected,
        **totals,
        "cpu": cpu,
        "defects": defects,
        "notes": list(dict.fromkeys(notes)),
    }
    if seal is not None:
        spent = seal.cpu_seconds / seal.films if seal.films else 0.0
        result["signed"] = {"films": seal.films, "issuer": seal.issuer, "development": seal.development, "cpu_seconds_each": round(spent, 4)}  # fmt: skip
    result["registered"] = _register(session, found.product, films, notes)
    result["notes"] = list(dict.fromkeys(notes))
    write_json(json, "studio make", result, seed)
    if json != "-":
        _show(result, out)
        if angle_report:
            _show_angles(result["angles"])
    if defects:
        raise GoalMissed(
            f"影片有缺陷 {len(rejected)} films with {len(defects)} defects, moved to {str(Path(out) / FOLDER)!r}, {len(films)} good ones stay: "
            + "; ".join(f"{one['kind']} ({one['detail']})" for one in defects[:5])
        )


def _told(one: Any, before: int, aspect: str) -> dict[str, Any]:
    """A film as the command tells it.

    Args:
        before: films of the aspects before this one.
    """
    return {
        "file": str(one.file), "seconds": one.seconds, "variant": before + one.variant, "cpu_seconds": one.cpu_seconds,
        "aspect": aspect, "film": one.film, "kept": one.kept, "angle": one.angle, "audience": one.audience, "script": one.script,
    }  # fmt: skip


def _brief(file: str, language: str, **options: Any) -> Any:
    """The brief of a file with the options over it; None where neither is given."""
    from magnetar.capabilities.creative.copy import read_brief

    given = {name: value for name, value in options.items() if value}
    plain: dict[str, Any] = {}
    if file:
        try:
            text = Path(file).read_text(encoding="utf-8-sig") if Path(file).stat().st_size <= 1 << 20 else ""
            told = loads(text)
        except (OSError, ValueError, RecursionError) as error:
            raise BadInput(
                f"--brief: {file!r} 读不了 cannot be read as JSON ({str(error)[:80]}). Expected an object such as "
                '{"goal": "sell", "tone": "lively", "must_say": ["4只装"]}.'
            ) from None
        if not isinstance(told, dict):
            raise BadInput(f"--brief: {file!r} 应是一个对象 must hold one JSON object, found {type(told).__name__}.")
        plain = dict(told)  # pyright: ignore[reportUnknownArgumentType]
    if not plain and not given:
        return None
    return read_brief({"language": language, **plain, **given})


def _from_record(session: Any, product_id: str, merchant: str, catalogue: str, pictures: str) -> Any:
    from magnetar.capabilities.creative import CreativeService

    for option, name in (("--catalogue", catalogue), ("--pictures", pictures)):
        if name and not Path(name).exists():
            raise BadInput(f"{option}: 没有 there is no {name!r}.")
    service = getattr(session.platform, "creative", None) or CreativeService(
        session.platform.catalogue, session.platform.runtime.bus, session.settings.currency
    )
    return service.find(
        session.merchant(merchant),
        product_id,
        Path(catalogue) if catalogue else None,
        Path(pictures) if pictures else None,
    )


def _from_page(session: Any, page: str, merchant: str) -> tuple[Any, list[str]]:
    """The page's product, its pictures below MAGNETAR_HOME/pages, and what was noticed."""
    from magnetar.capabilities.creative.goods import Found
    from magnetar.capabilities.creative.pages_intake import product_from_page

    folder = session.settings.home / "pages" / sha256(page.encode("utf-8", "replace")).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        read = product_from_page(
            page, merchant=session.merchant(merchant), currency=session.settings.currency, pictures=folder
        )
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()
    for note in read.notes:
        progress(f"商品页 page: {note}")
    points = read.product.selling_points
    english = tuple(points) if points and all(point.isascii() for point in points) else ()
    return Found(read.product, read.pictures or folder, read.source, english), list(read.notes)


def _register(session: Any, product: Any, films: list[dict[str, Any]], notes: list[str]) -> int:
    """Take the films up into the merchant's library; how many lie there of this call."""
    from magnetar.capabilities.creative.library import Library, read_manifest

    library = Library(session.platform.runtime.store)
    try:
        records = [
            read_manifest(Path(one["file"]).with_suffix(".json"), merchant=product.merchant, category=product.category)
            for one in films
        ]
        return len(library.add(product.merchant, records))
    except MagnetarError as error:
        notes.append(f"library: 未登记 not taken up: {error}")
        return 0


def _angles(films: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Films by angle and audience, most first."""
    counts = Counter((one["angle"], one["audience"]) for one in films)
    return [{"angle": angle, "audience": who, "films": count} for (angle, who), count in counts.most_common()]


def _show_angles(rows: list[dict[str, Any]]) -> None:
    audiences = list(dict.fromkeys(row["audience"] for row in rows))
    table = Table("角度 angle", *(who or "所有人 everybody" for who in audiences), "合计 all")
    for angle in dict.fromkeys(row["angle"] for row in rows):
        here = {row["audience"]: row["films"] for row in rows if row["angle"] == angle}
        table.add_row(angle or "-", *(str(here.get(who, "")) for who in audiences), str(sum(here.values())))
    Console(width=120, highlight=False).print(table)


def _show(result: dict[str, Any], out: str) -> None:
    console = Console(width=120, highlight=False)
    fresh = [one for one in result["films"] if not one["kept"]]
    each = 1000 * sum(one["cpu_seconds"] for one in fresh) / max(1, len(fresh))
    every = [*result["films"], *result["rejected"]]
    console.print(
        f"影片 films  {len(result['films'])} in {out} (新 new {len(fresh)}), {every[0]['seconds']:.1f} s; "
        f"段落 segments 新 new {result['segments_made']}, 复用 reused {result['segments_reused']}",
        markup=False,
    )
    spent = result["cpu"]
    console.print(
        f"CPU  段落 segments {spent['segments']:.1f} s, 影片 films {spent['films']:.2f} s ({each:.1f} ms each), "
        f"检查 checks {spent['checks']:.1f} s (整片解码 decoded {result['decoded']}), 缺陷 defects {len(result['defects'])}",
        markup=False,
    )
    console.print(
        f"脚本 scripts  {result['scripts']} (可选 to choose from {result['scripts_possible']}), 角度×人群 angles × audiences {len(result['angles'])}",
        markup=False,
    )
    if signed := result.get("signed"):
        console.print(
            f"签名 signed  {signed['films']} ({signed['issuer']}), {1000 * signed['cpu_seconds_each']:.1f} ms CPU each",
            markup=False,
        )
    for one in result["rejected"]:
        console.print(
            f"  不合格 rejected  {one['file']}: {one['defects'][0]['kind']} ({one['defects'][0]['detail']})",
            markup=False,
        )
    for note in result["notes"]:
        console.print(f"  注 note: {note}", markup=False)
