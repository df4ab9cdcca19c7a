"""`magnetar studio cut`: a film from a merchant's own clips and photos."""

from __future__ import annotations

import json as _json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def cut(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="素材 · Clips and photos, or folders of them.")],
    product_id: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · The product's id.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE.mp4", help="影片文件 · Where the film goes; FILE.json beside it tells what it was made of.")] = "",
    catalogue: Annotated[str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's catalogue, then the sample shop.")] = "",
    pictures: Annotated[str, typer.Option("--pictures", metavar="DIR", help="图片目录 · The folder that picture names start from; default: the feed's folder.")] = "",
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en.")] = "zh",
    voice: Annotated[str, typer.Option("--voice", metavar="NAME|none|auto", help="配音 · auto (whoever is ready, else music alone), none, a provider (kokoro, espeak) or one of its voices.")] = "auto",
    aspect: Annotated[str, typer.Option("--aspect", help="画幅 · 9:16, 3:4, 1:1 or 16:9; default 9:16.")] = "",
    direction: Annotated[str, typer.Option("--direction", metavar="FILE.json", help="导演意图 · Scenes, sizes, order, pace, voice …")] = "",
    keep_sound: Annotated[bool, typer.Option("--keep-sound", help="保留原声 · The clips' own sound, low under the music.")] = False,
    steady: Annotated[bool, typer.Option("--steady/--no-steady", help="防抖 · Steady a shaking hand.")] = True,
    models: Annotated[bool, typer.Option("--models/--no-models", help="听与看 · Hear and read the footage where models are there (magnetar models pull); off: by rules alone.")] = True,
    length: Annotated[float, typer.Option("--length", help="片长 · About how many seconds, 6 to 60; 0: as it comes.")] = 0.0,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="线程数 · Threads of the encoder.")] = 2,
    width: Annotated[int, typer.Option("--width", help="宽度 · Pixels across; 0: the aspect's own.")] = 0,
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """素材剪成片 · Cut raw clips and photos into a finished, labelled ad film."""
    from magnetar.capabilities.creative.cutting.cutting import cut_film
    from magnetar.capabilities.creative.direction import read_direction
    from magnetar.capabilities.creative.service import CreativeService, points_for
    from magnetar.capabilities.generation import find_speaker

    if not product_id or Path(out).suffix.lower() != ".mp4":
        raise BadInput(
            "需要商品和影片文件 Name a product and a film: magnetar studio cut FILE… --product ID --out FILE.mp4."
        )
    if width and not 180 <= width <= 3840:
        raise BadInput(f"--width takes 180 to 3840, found {width}.")
    check_target(json)
    if json not in ("", "-") and Path(json).absolute() == Path(out).with_suffix(".json").absolute():
        raise BadInput(f"--json {json!r} 是影片的清单文件 is where the film's manifest goes. Name another file.")
    for option, name in (("--catalogue", catalogue), ("--pictures", pictures)):
        if name and not Path(name).exists():
            raise BadInput(f"{option}: 没有 there is no {name!r}.")
    session = session_of(context)
    told: dict[str, Any] = {}
    if direction:
        try:
            told = _json.loads(Path(direction).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(
                f"--direction: 无法读取 {direction!r} cannot be read: {error}. It takes a JSON object."
            ) from None
        if not isinstance(told, dict):
            raise BadInput(f"--direction: {direction!r} takes a JSON object, found {type(told).__name__}.")
    for name, value in (("voice", "" if voice == "auto" else voice), ("aspect", aspect), ("length_s", length)):
        if value:
            told[name] = value
    wanted = read_direction(told)
    matrix, named = find_speaker(session.settings, wanted.voice, language)
    wanted = replace(wanted, voice=named or ("none" if wanted.voice == "none" else ""))
    service = getattr(session.platform, "creative", None) or CreativeService(
        session.platform.catalogue, session.platform.runtime.bus, session.settings.currency
    )
    found = service.find(
        session.merchant(merchant),
        product_id,
        Path(catalogue) if catalogue else None,
        Path(pictures) if pictures else None,
    )
    made = cut_film(
        found.product, [Path(one) for one in files], out, pictures=found.pictures, language=language, seed=seed, points=points_for(found, language),
        direction=wanted, voice=matrix.voice, speech=session.settings.home / "speech",
        threads=threads, width=width, keep_sound=keep_sound, steady=steady, told=progress,
        listener=matrix.listener if models else None, viewer=matrix.viewer if models else None,
    )  # fmt: skip
    report = made.report
    write_json(
        json, "studio cut",
        {
            "file": str(report.file), "manifest": str(report.file.with_suffix(".json")), "product": report.product_id, "film_seconds": report.seconds,
            "loudness_lufs": report.loudness_lufs, "true_peak_db": report.true_peak_db, "cpu": report.manifest["cpu_seconds"], "scenes": list(made.scenes),
            "footage": list(made.footage), "unusable": [{"file": str(one.path), "reason": one.reason} for one in made.unusable],
            "voice": report.manifest["voice"], "defects": list(report.defects), "notes": list(report.notes),
        }, seed,
    )  # fmt: skip
    if json != "-":
        _show(made)
    if report.defects:
        raise GoalMissed(
            f"影片有缺陷 The film has {len(report.defects)} defects: "
            + "; ".join(f"{one['kind']} ({one['detail']})" for one in report.defects[:5])
        )


def _show(made: Any) -> None:
    console = Console(width=120, highlight=False)
    report = made.report
    console.print(
        f"影片 film  {report.file}  {report.seconds:.1f} s, {report.loudness_lufs:.1f} LUFS, {report.cpu_seconds:.1f} CPU-s, 缺陷 defects {len(report.defects)}",
        markup=False,
    )
    for place, one in enumerate(made.scenes, 1):
        where = f"{one['start_s']:.1f}–{one['end_s']:.1f} s" if one["kind"] == "clip" else one["kind"]
        console.print(
            f"  {place} {Path(one['file']).name if one['file'] else '—'}  {where}  {'; '.join(one.get('done', []))}",
            markup=False,
        )
    for one in made.unusable:
        console.print(f"  不能用 not used: {one.path.name}: {one.reason}", markup=False)
