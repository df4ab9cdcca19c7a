"""`magnetar studio library` and `studio score`: what creatives there are, what they did, and what they should bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from magnetar.kernel.clock import SystemClock
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def library(
    context: typer.Context,
    add: Annotated[
        str, typer.Option("--add", metavar="DIR|FILE", help="登记影片 · Take up a film, its manifest, or a folder of them.")
    ] = "",
    use: Annotated[list[str] | None, typer.Option("--use", metavar="ID", help="启用 · Put a creative in use; repeat for several.")] = None,
    pause: Annotated[list[str] | None, typer.Option("--pause", metavar="ID", help="暂停 · Rest a creative.")] = None,
    retire: Annotated[list[str] | None, typer.Option("--retire", metavar="ID", help="下线 · Show it no more.")] = None,
    product: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · Only this product's.")] = "",
    state: Annotated[str, typer.Option("--state", help="状态 · draft, in_use, paused or retired.")] = "",
    winners: Annotated[bool, typer.Option("--winners", help="优质素材 · Only what worked, own cases and the market's.")] = False,
    category: Annotated[str, typer.Option("--category", help="类目 · With --winners, only this category.")] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """素材库 · A merchant's creatives with what they did; take up films and put them in use."""
    from magnetar.capabilities.creative.library.service import Library, plain
    from magnetar.vocabulary.campaigns import CreativeState

    check_target(json)
    known = [one.value for one in CreativeState]
    if state and state not in known:
        raise BadInput(f"--state takes {', '.join(known)}, found {state!r}.")
    session = session_of(context)
    who, runtime = session.merchant(merchant), session.platform.runtime
    shelf = Library(runtime.store)
    added = 0
    if add:
        if not Path(add).exists():
            raise BadInput(f"--add: 没有 there is no {add!r}.")
        found = shelf.register(add, who, made_at=SystemClock().now())
        top = {one.id: one.top_category for one in session.platform.catalogue.list(who)}
        added = len(shelf.add(who, [_in_category(one, top.get(one.product, "")) for one in found]))
    for ids, wanted in ((use, CreativeState.IN_USE), (pause, CreativeState.PAUSED), (retire, CreativeState.RETIRED)):
        for id in ids or ():
            shelf.set_state(who, id, wanted)
    if winners:
        cases = [
            {"sort": one.sort, "category": one.category, "angle": one.angle, "lift": one.lift, "merchants": one.merchants,
             "impressions": one.figures.impressions, "clicks": one.figures.clicks, "orders": one.figures.orders,
             "gmv": one.figures.gmv, "id": one.creative.id if one.creative else None}
            for one in shelf.winners(who, category)
        ]  # fmt: skip
        write_json(json, "studio library", {"merchant": who, "added": added, "winners": cases})
        if json != "-":
            _show(cases, ("sort", "category", "angle", "id", "merchants", "impressions", "clicks", "lift", "gmv"))
        return
    rows = [plain(one) for one in shelf.listed(who, product=product, state=CreativeState(state) if state else None)]
    write_json(json, "studio library", {"merchant": who, "added": added, "creatives": rows})
    if json != "-":
        _show(rows, ("id", "product", "angle", "state", "group", "impressions", "clicks", "ctr", "orders", "gmv"))


def score(
    context: typer.Context,
    films: Annotated[
        list[str] | None, typer.Argument(metavar="DIR|FILE …", help="影片 · Films or folders; default: everything in the library.")
    ] = None,
    product: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · Only this product's.")] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """预估跑量 · What creatives should bring before money is spent: click rate beside their product's, 80% interval."""
    import numpy as np

    from magnetar.capabilities.creative.library.records import Figures, read_manifest
    from magnetar.capabilities.creative.library.service import Library
    from magnetar.capabilities.creative.science import table_of
    from magnetar.vocabulary.campaigns import Creative

    check_target(json)
    session = session_of(context)
    who = session.merchant(merchant)
    shelf = Library(session.platform.runtime.store)
    belief, ran, number = _learned(shelf, who)
    wanted: list[Creative] = []
    for name in films or ():
        path = Path(name)
        if not path.exists():
            raise BadInput(f"没有 there is no {name!r}. Name films that magnetar made, or folders of them.")
        files = sorted(path.glob("*.mp4")) if path.is_dir() else [path]
        wanted += [read_manifest(file, merchant=who) for file in files]
    if not films:
        wanted = [one.creative for one in shelf.listed(who)]
    wanted = [one for one in wanted if not product or one.product == product]
    row = {one.creative.id: place for place, one in enumerate(ran)}
    by: dict[str, Figures] = {}
    for one in ran:
        by[one.creative.product] = by.get(one.creative.product, Figures()) + one.figures
    rows: list[dict[str, Any]] = []
    for one in wanted:
        place = row.get(one.id)
        known = None if place is None else np.array([place])
        volume = belief.overall(table_of([one.elements]), known, np.array([number.get(one.product, -1)]))[0]
        usual = by.get(one.product, Figures()).ctr
        rows.append({
            "id": one.id, "product": one.product, "file": one.file, "ran": place is not None, "factor": volume.factor,
            "low": volume.low, "high": volume.high, "ctr": usual * volume.factor if usual else None,
            "ctr_low": usual * volume.low if usual else None, "ctr_high": usual * volume.high if usual else None,
        })  # fmt: skip
    rows.sort(key=lambda one: (-one["factor"], one["id"]))
    write_json(json, "studio score", {"merchant": who, "learned_from": len(ran), "creatives": rows})
    if json != "-":
        _show(rows, ("id", "product", "ran", "factor", "low", "high", "ctr"))
        if not ran:
            Console().print(
                "尚无投放数据, 预估相同 · Nothing has run yet, so every film is expected to do the same.", markup=False
            )


def refine(
    context: typer.Context,
    winner: Annotated[
        list[str] | None, typer.Option("--winner", metavar="ID", help="优胜素材 · A creative to make variants of; repeat for several. Default: what worked.")
    ] = None,
    product: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · Only winners of this product.")] = "",
    variants: Annotated[int, typer.Option("--variants", min=1, max=12, help="每条变体数 · Variants of each winner.")] = 2,
    most: Annotated[int, typer.Option("--most", min=1, max=400, help="总数上限 · Variants in all, at most.")] = 8,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="影片目录 · The folder for the variants.")] = "",
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's catalogue, then the sample shop.")
    ] = "",
    pictures: Annotated[
        str, typer.Option("--pictures", metavar="DIR", help="图片目录 · The folder that picture names start from; default: the feed's folder.")
    ] = "",
    width: Annotated[int, typer.Option("--width", min=0, max=2160, help="画面宽度 · Of the picture, pixels; 0 for the aspect's own.")] = 0,
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """素材微调 · Make variants of winners that change one element each, check them, and keep them as drafts."""
    from magnetar.capabilities.creative.library.refits import refit, winners_of
    from magnetar.capabilities.creative.library.service import Library
    from magnetar.capabilities.creative.service import CreativeService
    from magnetar.capabilities.generation import Matrix

    check_target(json)
    if not out:
        raise BadInput("需要目录 Name a folder for the variants: magnetar studio refine --out DIR.")
    for option, name in (("--catalogue", catalogue), ("--pictures", pictures)):
        if name and not Path(name).exists():
            raise BadInput(f"{option}: 没有 there is no {name!r}.")
    session = session_of(context)
    who = session.merchant(merchant)
    shelf = Library(session.platform.runtime.store)
    winners = winners_of(shelf, who, winner or (), product)
    if not winners:
        raise BadInput(
            "还没有优胜素材 No creative has worked yet: none has 30 clicks and more than were expected. "
            "Name one to make variants of: --winner ID."
        )
    service = getattr(session.platform, "creative", None) or CreativeService(
        session.platform.catalogue, session.platform.runtime.bus, session.settings.currency
    )
    belief = _learned(shelf, who)[0]
    voice = Matrix(session.settings).voice
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for one in winners:
        if len(rows) >= most:
            break
        found = service.find(
            who, one.product, Path(catalogue) if catalogue else None, Path(pictures) if pictures else None
        )
        made, said = refit(
            shelf, one, found, Path(out), belief=belief, most=min(variants, most - len(rows)), seed=seed, voice=voice,
            speech=session.settings.home / "speech", width=width, category=found.product.top_category,
            made_at=SystemClock().now(), told=progress,
        )  # fmt: skip
        notes += [f"{one.id[:16]} {note}" for note in said]
        rows += [
            {"id": each.creative.id, "file": each.creative.file, "product": one.product, "parent": one.id,
             "changed": each.creative.changed, "state": each.creative.state.value, "kept": each.kept,
             "factor": each.refinement.expected.factor if each.refinement.expected else None,
             "low": each.refinement.expected.low if each.refinement.expected else None,
             "high": each.refinement.expected.high if each.refinement.expected else None,
             "reason": each.refinement.reason, "reason_en": each.refinement.reason_en, "cpu_seconds": each.cpu_seconds}
            for each in made
        ]  # fmt: skip
    write_json(
        json, "studio refine", {"merchant": who, "winners": len(winners), "variants": rows, "notes": notes}, seed
    )
    if json != "-":
        _show(rows, ("parent", "changed", "file", "state", "factor", "low", "high"))
        for note in notes:
            Console().print(f"  注 note: {note}", markup=False)


def _learned(shelf: Any, who: str) -> tuple[Any, list[Any], dict[str, int]]:
    """What a merchant's own figures say of elements; the creatives that ran, in order; the number of each product."""
    import numpy as np

    from magnetar.capabilities.creative.science import Evidence, fit, table_of

    ran = [one for one in shelf.listed(who) if one.figures.impressions > 0]
    number = {one: place for place, one in enumerate(dict.fromkeys(one.creative.product for one in ran))}
    views = np.array([[float(one.figures.impressions)] for one in ran]).reshape(-1, 1)
    expected = np.minimum(np.array([[one.figures.expected] for one in ran]).reshape(-1, 1), views)
    clicks = np.array([[float(one.figures.clicks)] for one in ran]).reshape(-1, 1)
    doubt = expected * (1.0 - expected / np.maximum(views, 1.0))
    product = np.array([number[one.creative.product] for one in ran], np.int64)
    table = table_of([one.creative.elements for one in ran])
    return fit(table, product, Evidence(expected, clicks, doubt)), ran, number


def _in_category(one: Any, category: str) -> Any:
    from dataclasses import replace

    return replace(one, category=one.category or category)


def _show(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    table = Table(*columns)
    for one in rows[:50]:
        table.add_row(*("" if one[name] is None else f"{one[name]:.3f}" if isinstance(one[name], float) else str(one[name])[:40] for name in columns))  # fmt: skip
    console = Console(width=150, highlight=False)
    console.print(table)
    if len(rows) > 50:
        console.print(f"… {len(rows) - 50} more; --json tells all", markup=False)
