"""`magnetar film`: a product's film, poster and moving picture."""

from __future__ import annotations

import json as _json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, progress, write_json
from magnetar.surface.session import session_of

if TYPE_CHECKING:
    from magnetar.capabilities.creative.direction import Direction
    from magnetar.capabilities.creative.film import FilmReport


def film(
    context: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="PRODUCT_ID", help="商品编号 · The product's id.")],
    out: Annotated[
        str, typer.Option("--out", metavar="FILE.mp4", help="影片文件 · Where the film goes; FILE.json beside it tells what it was made of.")
    ] = "",
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's catalogue, then the sample shop.")
    ] = "",
    pictures: Annotated[
        str, typer.Option("--pictures", metavar="DIR", help="图片目录 · The folder that picture names start from; default: the feed's folder.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en.")] = "zh",
    still: Annotated[
        str, typer.Option("--still", metavar="FILE", help="海报 · Also a poster: .png, .jpg or .webp.")
    ] = "",
    shape: Annotated[str, typer.Option("--shape", help="海报比例 · The poster's shape: 3:4, 1:1 or 9:16.")] = "3:4",
    gif: Annotated[
        str, typer.Option("--gif", metavar="FILE", help="动图 · Also a moving picture: .gif or .webp.")
    ] = "",
    voice: Annotated[
        str, typer.Option("--voice", metavar="NAME|none|auto", help="配音 · auto (whoever is ready, else music alone), none, a provider (kokoro, espeak) or one of its voices.")
    ] = "auto",
    speed: Annotated[float, typer.Option("--speed", help="语速 · The voice's speed, 0.7 to 1.4; default 1.")] = 0.0,
    aspect: Annotated[str, typer.Option("--aspect", help="画幅 · 9:16, 3:4, 1:1 or 16:9; default 9:16.")] = "",
    direction: Annotated[
        str, typer.Option("--direction", metavar="FILE.json", help="导演意图 · How the film is to be made differently: scenes, sizes, order, pace, voice …")
    ] = "",
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="线程数 · Threads of the encoder.")] = 2,
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """用商品档案制作成片 · Make a finished 9:16 film from a product's record, with sound, subtitles and AI label."""
    from magnetar.capabilities.catalogue import CatalogueService
    from magnetar.capabilities.creative.service import CreativeService, points_for
    from magnetar.capabilities.creative.stills import MOVING_FORMATS, STILL_FORMATS, render_moving, render_still
    from magnetar.capabilities.creative.wiring import connect
    from magnetar.capabilities.generation import find_speaker

    if not (out or still or gif):
        raise BadInput(
            "没有要做的 Nothing to make. Name a film with --out FILE.mp4, a poster with --still or a moving picture with --gif."
        )
    for option, name, endings in (
        ("--out", out, [".mp4"]),
        ("--still", still, STILL_FORMATS),
        ("--gif", gif, MOVING_FORMATS),
    ):
        if name and Path(name).suffix.lower() not in endings:
            raise BadInput(f"{option} takes a file that ends in {', '.join(endings)}, found {name!r}.")
    if out and json not in ("", "-") and Path(json).absolute() == Path(out).with_suffix(".json").absolute():
        raise BadInput(f"--json {json!r} 是影片的清单文件 is where the film's manifest goes. Name another file.")
    session = session_of(context)
    shelf: CatalogueService = session.platform.catalogue
    service: CreativeService = getattr(session.platform, "creative", None) or connect(session.platform.runtime, shelf)
    for option, name in (("--catalogue", catalogue), ("--pictures", pictures)):
        if name and not Path(name).exists():
            raise BadInput(f"{option}: 没有 there is no {name!r}.")
    found = service.find(
        session.merchant(merchant),
        product_id,
        Path(catalogue) if catalogue else None,
        Path(pictures) if pictures else None,
    )
    result: dict[str, Any] = {
        "product": found.product.id,
        "title": found.product.title,
        "source": found.source,
        "language": language,
    }
    defects: list[dict[str, Any]] = []
    options: dict[str, Any] = {"language": language, "seed": seed, "points": points_for(found, language)}
    if out:
        wanted = _direction(direction, voice, speed, aspect)
        matrix, named = find_speaker(session.settings, wanted.voice, language)
        wanted = replace(wanted, voice=named or ("none" if wanted.voice == "none" else ""))
        if wanted.voice == "" and session.settings.voice != "none" and matrix.voice is None:
            progress(
                "没有可用的配音, 只有音乐和字幕 no voice is ready: music and captions only (apt install espeak-ng, or magnetar models pull kokoro)"
            )
        progress(f"正在制作 rendering {found.product.id} {found.product.title[:40]} …")
        report = service.make_film(
            found, Path(out), language=language, seed=seed, threads=threads, direction=wanted, voice=matrix.voice
        )
        defects = list(report.defects)
        cost = report.manifest["cpu_seconds"]
        result.update(
            file=str(report.file), film_seconds=report.seconds, frames=report.frames, loudness_lufs=report.loudness_lufs,
            true_peak_db=report.true_peak_db, render_cpu_seconds=cost["render"], check_cpu_seconds=cost["check"],
            voice=report.manifest["voice"], aspect=wanted.aspect, defects=defects, notes=list(report.notes), manifest=str(report.file.with_suffix(".json")),
            registered=0 if defects else _register(session, report, found.product.category),
        )  # fmt: skip
    if still:
        result["still"] = render_still(found.product, found.pictures, still, shape=shape, **options)
    if gif:
        result["moving"] = render_moving(found.product, found.pictures, gif, **options)
    write_json(json, "film", result, seed)
    if json != "-":
        _show(result)
    if defects:
        raise GoalMissed(
            f"影片有缺陷 The film has {len(defects)} defects: "
            + "; ".join(f"{d['kind']} ({d['detail']})" for d in defects[:5])
        )


def _register(session: Any, report: FilmReport, category: str) -> int:
    """Take the film up into its merchant's library, as `studio make` does; how many lie there of this call."""
    from magnetar.capabilities.creative.library import Library, read_manifest

    merchant = report.manifest["merchant"]
    told = read_manifest(report.file.with_suffix(".json"), merchant=merchant, category=category)
    return len(Library(session.platform.runtime.store).add(merchant, [told]))


def _direction(file: str, voice: str, speed: float, aspect: str) -> Direction:
    """The direction in a file, with what the options say besides."""
    from magnetar.capabilities.creative.direction import Direction, read_direction

    told: dict[str, Any] = {}
    if file:
        try:
            held = _json.loads(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"--direction: 无法读取 {file!r} cannot be read as JSON: {error}.") from None
        if not isinstance(held, dict):
            raise BadInput(f"--direction: {file!r} takes a JSON object, found {type(held).__name__}.")
        told = held
    if voice != "auto":
        told["voice"] = voice
    if speed:
        told["speed"] = speed
    if aspect:
        told["aspect"] = aspect
    return read_direction(told) if told else Direction()


def _show(result: dict[str, Any]) -> None:
    console = Console(width=120, highlight=False)
    if "file" in result:
        console.print(
            f"影片 film  {result['file']}  {result['film_seconds']:.1f} s, {result['loudness_lufs']:.1f} LUFS, "
            f"{result['render_cpu_seconds'] + result['check_cpu_seconds']:.1f} CPU-s, 缺陷 defects {len(result['defects'])}",
            markup=False,
        )
    for name, label in (("still", "海报 still"), ("moving", "动图 moving")):
        if name in result:
            console.print(
                f"{label}  {result[name]['file']}  {result[name]['width']} × {result[name]['height']}", markup=False
            )
    for note in dict.fromkeys(result.get("notes", [])):
        console.print(f"  注 note: {note}", markup=False)
