"""`magnetar studio make`: N different films of one product."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def make(
    context: typer.Context,
    product_id: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · The product's id.")] = "",
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
    decode: Annotated[
        float, typer.Option("--decode", min=0.0, max=1.0, help="抽检比例 · Share of the films that is decoded whole; all others are checked by construction.")
    ] = 0.01,
    workers: Annotated[int, typer.Option("--workers", min=0, max=256, help="进程数 · Processes; 0: one for each core.")] = 0,
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """一个商品, 成千条片 · Make N different, labelled films of one product; a second call makes only what is missing."""
    from magnetar.capabilities.catalogue import CatalogueService
    from magnetar.capabilities.creative import ASPECTS, CreativeService, make_variants, points_for
    from magnetar.engines.spread import spread

    if not product_id or not out:
        raise BadInput(
            "需要商品和目录 Name a product and a folder: magnetar studio make --product ID --variants N --out DIR."
        )
    shapes = list(dict.fromkeys(aspect or ["9:16"]))
    if unknown := [one for one in shapes if one not in ASPECTS]:
        raise BadInput(f"--aspect takes {', '.join(ASPECTS)}, found {', '.join(map(repr, unknown))}.")
    if variants < len(shapes):
        raise BadInput(f"--variants must be at least the number of aspects ({len(shapes)}), found {variants}.")
    check_target(json)
    session = session_of(context)
    shelf: CatalogueService = session.platform.catalogue
    for option, name in (("--catalogue", catalogue), ("--pictures", pictures)):
        if name and not Path(name).exists():
            raise BadInput(f"{option}: 没有 there is no {name!r}.")
    service = getattr(session.platform, "creative", None) or CreativeService(
        shelf, session.platform.runtime.bus, session.settings.currency
    )
    found = service.find(
        session.merchant(merchant),
        product_id,
        Path(catalogue) if catalogue else None,
        Path(pictures) if pictures else None,
    )
    films: list[dict[str, Any]] = []
    defects: list[dict[str, Any]] = []
    notes: list[str] = []
    totals = {"segments_made": 0, "segments_reused": 0, "segments_painted": 0, "decoded": 0}
    cpu: dict[str, float] = {}
    for number, shape in enumerate(shapes):
        share = variants // len(shapes) + (number < variants % len(shapes))
        made = make_variants(
            found.product, found.pictures, share, Path(out), session.settings.home, language=language, seed=seed,
            points=points_for(found, language), texts=text or (), aspect=shape, decode=decode,
            spread=spread, workers=workers, told=progress,
        )  # fmt: skip
        films += [
            {"file": str(one.file), "seconds": one.seconds, "variant": len(films) + place, "cpu_seconds": one.cpu_seconds,
             "aspect": shape, "film": one.film, "kept": one.kept}
            for place, one in enumerate(made.films, 1)
        ]  # fmt: skip
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
        "films": films,
        **totals,
        "cpu": cpu,
        "defects": defects,
        "notes": list(dict.fromkeys(notes)),
    }
    write_json(json, "studio make", result, seed)
    if json != "-":
        _show(result, out)
    if defects:
        raise GoalMissed(
            f"影片有缺陷 {len(defects)} defects: "
            + "; ".join(f"{one['kind']} ({one['detail']})" for one in defects[:5])
        )


def _show(result: dict[str, Any], out: str) -> None:
    console = Console(width=120, highlight=False)
    fresh = [one for one in result["films"] if not one["kept"]]
    each = 1000 * sum(one["cpu_seconds"] for one in fresh) / max(1, len(fresh))
    console.print(
        f"影片 films  {len(result['films'])} in {out} (新 new {len(fresh)}), {result['films'][0]['seconds']:.1f} s; "
        f"段落 segments 新 new {result['segments_made']}, 复用 reused {result['segments_reused']}",
        markup=False,
    )
    spent = result["cpu"]
    console.print(
        f"CPU  段落 segments {spent['segments']:.1f} s, 影片 films {spent['films']:.2f} s ({each:.1f} ms each), "
        f"检查 checks {spent['checks']:.1f} s (整片解码 decoded {result['decoded']}), 缺陷 defects {len(result['defects'])}",
        markup=False,
    )
    for note in result["notes"]:
        console.print(f"  注 note: {note}", markup=False)
