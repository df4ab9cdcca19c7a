"""`magnetar understand product`, `material`, `shopper` and `audience`: what the platform understands, with evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, write_json
from magnetar.surface.session import session_of

CatalogueOption = Annotated[
    str,
    typer.Option(
        "--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's, then the sample shop."
    ),
]


def product(
    context: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="PRODUCT_ID", help="商品编号 · The product's id.")],
    catalogue: CatalogueOption = "",
    reviews: Annotated[
        str, typer.Option("--reviews", metavar="FILE", help="评价 CSV (product_id, body) · Reviews of shoppers.")
    ] = "",
    infer: Annotated[
        bool,
        typer.Option("--infer/--no-infer", help="用相近商品补全 · Fill gaps from similar products, said to be so."),
    ] = True,
    deepener: Annotated[
        str,
        typer.Option(
            "--deepen", metavar="NAME", help="用语言模型补充, 逐条核对 · Who proposes more, checked: none, language."
        ),
    ] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """商品卡: 属性、场景、卖点、价格感, 条条有据 · A product's card; every claim with its evidence."""
    from magnetar.app.understood import card_of, goods_for, reviews_in
    from magnetar.capabilities.generation import Matrix
    from magnetar.capabilities.understanding import DEEPENERS, deepen
    from magnetar.capabilities.understanding.ports import MatrixModels

    check_target(json)
    goods = goods_for(session_of(context), catalogue, merchant)
    card = card_of(product_id, goods, reviews_in(reviews).get(product_id, []) if reviews else (), infer)
    proposer = DEEPENERS.make(deepener, MatrixModels(Matrix(session_of(context).settings)))
    card, dropped = deepen(card, proposer, deepener or "none")
    refused = [{"proposal": one.proposal, "reason": one.reason} for one in dropped]
    write_json(json, "understand product", {**card.as_json(), **({"refused": refused} if deepener else {})})
    if json == "-":
        return
    _show_card(card)
    for one in dropped:
        Console(width=160).print(Text(f"未采纳 refused: {one.proposal} ({one.reason})", style="dim"))


def material(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.mp4", help="影片 · A film.")],
    product: Annotated[str, typer.Option("--product", metavar="ID", help="对应的商品 · The product it is about.")] = "",
    catalogue: CatalogueOption = "",
    frames: Annotated[
        str, typer.Option("--frames", metavar="DIR", help="关键帧 · Also write the key picture of each scene there.")
    ] = "",
    speech: Annotated[
        str,
        typer.Option(
            "--speech",
            metavar="NAME",
            help="怎样读取说的话 · How speech is read: auto (subtitles, else whisper where it is ready), subtitles, whisper.",
        ),
    ] = "",
    screen: Annotated[
        str,
        typer.Option(
            "--screen",
            metavar="NAME",
            help="怎样读取画面文字 · How written words are read: auto (our script, else ocr where it is ready), script, ocr.",
        ),
    ] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """素材卡: 镜头、声音、说的和写的, 与商品对照 · What a film shows and says, held against its product."""
    from magnetar.app.understood import card_of, goods_for
    from magnetar.capabilities.generation import Matrix
    from magnetar.capabilities.understanding import understand_film
    from magnetar.capabilities.understanding.ports import MatrixModels

    check_target(json)
    goods = goods_for(session_of(context), catalogue, merchant) if product else ()
    about = next((one for one in goods if one.id == product), None)
    card = card_of(product, goods, infer=False) if product else None
    found = understand_film(
        Path(file), about, card, speech=speech, screen=screen, models=MatrixModels(Matrix(session_of(context).settings))
    )
    result = {"product": product or None, **found.as_json()}
    if frames and found.pictures is not None:
        result["frames"] = _write_frames(Path(frames), found)
    write_json(json, "understand material", result)
    if json != "-":
        _show_material(found)


def shopper(
    context: typer.Context,
    shopper_id: Annotated[str, typer.Argument(metavar="SHOPPER", help="用户编号 · The shopper's id.")],
    histories: Annotated[
        str,
        typer.Option(
            "--histories",
            metavar="FILE",
            help="行为表 (shopper, product, at, event[, price]) 或订单日志 · A table of deeds, or an order log; "
            "default: the merchant's orders and the platform's event log.",
        ),
    ] = "",
    catalogue: CatalogueOption = "",
    consent: Annotated[
        str, typer.Option("--consent", metavar="yes|no", help="记录用户是否同意 · Record the shopper's word first.")
    ] = "",
    forget: Annotated[
        bool, typer.Option("--forget", help="删除该用户的一切 · Forget everything about the shopper.")
    ] = False,
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:
    """人群理解: 身份假设、价格偏好、品类兴趣, 须用户同意 · A shopper's portrait; only with consent, forgotten on demand."""
    from magnetar.app.understood import events_of, forget_on_platform, goods_for, population_of
    from magnetar.capabilities.understanding import PortraitBook

    check_target(json)
    session = session_of(context)
    if consent not in ("", "yes", "no"):
        raise BadInput(f"--consent takes yes or no, found {consent[:20]!r}.")
    runtime, mine = session.platform.runtime, session.merchant(merchant)
    book = PortraitBook(runtime.store)
    now = runtime.clock.now()
    if consent:
        book.consent(mine, shopper_id, consent == "yes", now)
    if forget or consent == "no":
        gone = book.forget(mine, shopper_id) if forget else 0
        if forget:
            forget_on_platform(session, mine, shopper_id)
        write_json(json, "understand shopper", {"shopper": shopper_id, "consent": False, "forgotten": gone})
        if json != "-":
            Console().print(f"已忘记 forgotten: {shopper_id}", markup=False, highlight=False)
        return
    if not book.may(mine, shopper_id):
        book.note(mine, shopper_id, ())  # says what is missing
    goods = goods_for(session, catalogue, merchant)
    found = events_of(session, histories, shopper_id, mine)
    kept = book.note(mine, shopper_id, found)
    latest = max((one.at for one in found), default=now)
    portrait = book.portrait(mine, shopper_id, population_of(goods), max(now, latest) if not histories else latest)
    write_json(json, "understand shopper", {"consent": True, "kept": kept, **portrait.as_json()})
    if json != "-":
        _show_portrait(portrait)


def audience(
    context: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="PRODUCT_ID", help="商品编号 · The product's id.")],
    histories: Annotated[
        str,
        typer.Option(
            "--histories", metavar="FILE", help="行为表或订单日志 · Deeds of shoppers; default: as for shopper."
        ),
    ] = "",
    catalogue: CatalogueOption = "",
    new_share: Annotated[
        float, typer.Option("--new-share", help="破圈新人占比下限 · Least share of new people when reaching out.")
    ] = 0.5,
    furthest: Annotated[
        float, typer.Option("--furthest", help="离核心人群的最大距离 · Largest cosine distance from the core.")
    ] = 0.6,
    merchant: MerchantOption = "",
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """受众推理: 谁会买、多少人、为什么, 以及破圈 · Audiences of a product, ranked, with reasons; and whom to reach out to."""
    from magnetar.app.understood import audiences_of, goods_for, histories_of

    check_target(json)
    for name, value, high in (("--new-share", new_share, 1.0), ("--furthest", furthest, 2.0)):
        if not 0.0 <= value <= high:
            raise BadInput(f"{name} must lie in [0, {high:g}], found {value:g}.")
    session = session_of(context)
    goods = goods_for(session, catalogue, merchant)
    every = histories_of(session, histories, session.merchant(merchant))
    result = audiences_of(product_id, goods, every, new_share, furthest, seed)
    write_json(json, "understand audience", result, seed)
    if json != "-":
        _show_audiences(result)


def _show_card(card: Any) -> None:
    from magnetar.capabilities.understanding.cautions import WORDS as CAUTIONS
    from magnetar.capabilities.understanding.claims import WORDS, Quote

    table = Table(title=f"{card.product}  {card.title[:60]}", title_justify="left", box=None, header_style="bold")
    for name in ("种类 kind", "值 value", "依据 evidence", "把握 sure"):
        table.add_column(name)
    for claim in card.claims:
        one = claim.evidence[0]
        where = f"{one.source}: “{one.text[:40]}”" if isinstance(one, Quote) else f"{one.zh} · {one.en}"
        more = f" +{len(claim.evidence) - 1}" if len(claim.evidence) > 1 else ""
        value = claim.value if claim.value == claim.value_en else f"{claim.value} · {claim.value_en}"
        guess = "~ " if claim.inferred else ""
        table.add_row(
            *map(Text, (" ".join(WORDS[claim.kind]), guess + value[:60], where + more, f"{claim.confidence:.0%}"))
        )
    console = Console(width=160)
    console.print(table)
    for flag in card.flags:
        console.print(
            Text(
                f"注意 caution  {flag.source}: “{flag.text[:40]}”  {' · '.join(CAUTIONS[flag.reason])}", style="yellow"
            )
        )


def _show_material(found: Any) -> None:
    console = Console(width=140, highlight=False)
    seen, heard = found.pictures, found.sound
    if seen:
        console.print(
            f"{seen.seconds:.1f} s, {seen.width}×{seen.height} ({seen.shape}), 镜头 scenes {len(seen.scenes)}, "
            f"切 cuts {seen.cuts_per_minute:.0f}/min", markup=False
        )  # fmt: skip
        for one in seen.scenes[:40]:
            tones = " ".join(f"{colour} {share:.0%}" for colour, share in one.colours)
            console.print(
                f"  {one.start_s:6.1f}–{one.end_s:6.1f} s  亮 {one.brightness:.2f}  动 {one.motion:.3f}  {tones}",
                markup=False,
            )
    if heard:
        console.print(
            f"声音 sound {heard.lufs:.1f} LUFS, 静 silence {heard.silence:.0%}, 似语音 like speech {heard.speech_like:.0%}, "
            f"似音乐 like music {heard.music_like:.0%}", markup=False
        )  # fmt: skip
    for claim in found.claims:
        console.print(
            f"  {claim.kind.value}: {claim.value} · {claim.value_en}  “{claim.evidence[0].text}”", markup=False
        )
    for price in found.prices:
        console.print(
            f"  价格 price {price.amount:g} {price.currency} @ {price.at_s:.1f} s: {price.verdict}",
            markup=False,
            style="red" if price.verdict == "contradicts" else "",
        )
    for claim in found.unsupported:
        console.print(
            f"  商品档案里没有 not in the product's record: {claim.value} · {claim.value_en}",
            markup=False,
            style="yellow",
        )
    for flag in found.flags:
        console.print(f"  注意 caution: “{flag.text}” ({flag.reason})", markup=False, style="yellow")
    for one in found.unread:
        console.print(f"  未读 not read: {one.zh} · {one.en}", markup=False, style="dim")


def _write_frames(folder: Path, found: Any) -> list[str]:
    from PIL import Image

    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths: list[str] = []
        for place, scene in enumerate(found.pictures.scenes):
            path = folder / f"scene-{place:03d}.png"
            Image.fromarray(scene.key).save(path)
            paths.append(str(path))
    except OSError as error:
        raise BadInput(f"--frames: cannot write into {str(folder)!r}: {error.strerror}.") from None
    return paths


def _show_portrait(portrait: Any) -> None:
    console = Console(width=140, highlight=False)
    console.print(
        f"{portrait.shopper}: {portrait.events} 条行为 deeds, {portrait.left_out} 条不看 left out", markup=False
    )
    for one in portrait.identities:
        products = ", ".join(dict.fromkeys(deed.product for deed in one.deeds))
        console.print(f"  {one.zh} · {one.en}: {one.probability:.0%}  ← {products[:80]}", markup=False)
    mean, low, high = portrait.price
    bands = " / ".join(f"{share:.0%}" for share in portrait.bands)
    console.print(
        f"  价位 price percentile {mean:.0%} [{low:.0%}, {high:.0%}]; 亲民/适中/高端 next {bands}", markup=False
    )
    for name, share, _ in portrait.tastes:
        console.print(f"  品类 category {name}: {share:.0%}", markup=False)
    console.print(
        f"  尝新 novelty {portrait.novelty[0]:.0%} [{portrait.novelty[1]:.0%}, {portrait.novelty[2]:.0%}]", markup=False
    )


def _show_audiences(result: dict[str, Any]) -> None:
    table = Table(title=f"{result['product']}  {result['title'][:60]}", title_justify="left")
    for name in ("人群 audience", "人数 size", "预计 response", "80 %", "理由 reasons"):
        table.add_column(name)
    for one in [*result["audiences"], *([result["expansion"]] if result["expansion"] else [])]:
        reasons = "; ".join(f"{each['zh']} · {each['en']}" for each in one["reasons"])
        cells = (
            f"{one['zh']} · {one['en']}",
            f"{one['size']:,}",
            f"{one['response']:.1%}",
            f"{one['low']:.1%}–{one['high']:.1%}",
            reasons,
        )
        table.add_row(*map(Text, cells))
    Console(width=170).print(table)
    for note in result["notes"]:
        Console(width=170).print(Text(note, style="dim"))


DataOption = Annotated[
    str,
    typer.Option(
        "--data",
        metavar="FILE",
        help="行为文件 (订单表、购物篮、序列), 不给则读平台日志和导入的订单 · Orders, baskets or histories; default: the platform's log and imported orders.",
    ),
]
TextsOption = Annotated[
    str, typer.Option("--texts", metavar="FILE", help="商品标题 CSV (item, title) · Titles of the file's items.")
]


def explain(
    context: typer.Context,
    shopper_id: Annotated[str, typer.Argument(metavar="SHOPPER", help="用户编号 · The shopper's id.")],
    product_id: Annotated[str, typer.Argument(metavar="PRODUCT", help="商品编号 · The product's id.")],
    data: DataOption = "",
    texts: TextsOption = "",
    merchant: MerchantOption = "",
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """推荐理由 · From what a shopper did, over needs, to a product; evidence, share, and its rank without the path."""
    from magnetar.app.intents import history_of, item_of, kept_for, matcher_of, mined, mined_for, seen_words, told_by
    from magnetar.capabilities.understanding.intents import explain as explained
    from magnetar.capabilities.understanding.intents.explaining import as_json
    from magnetar.kernel.errors import NotFound

    check_target(json)
    session = session_of(context)
    home = session.settings.home
    if data:
        known = mined(told_by(data, texts), seed, placebo=False)
        history = history_of(known, shopper_id)
    else:
        try:
            known = kept_for(session.platform, merchant)
        except NotFound:
            known = mined_for(session.platform, seed, merchant)
        history = history_of(known, shopper_id, home, session.merchant(merchant))
    graph = known.graph
    found = explained(matcher_of(graph), history, item_of(graph, product_id))
    result = {"shopper": shopper_id, "events": len(history), **as_json(graph, found, history), "graph": graph.version}
    write_json(json, "explain", result, seed)
    if json == "-":
        return
    console = Console(width=160, highlight=False)
    console.print(
        f"{result['title'] or product_id}: 第 {found.rank} 位 rank {found.rank} / {len(graph.items):,}", markup=False
    )
    console.print(
        f"最近 lately: {' ← '.join(seen_words(history, graph)) or '没有行为 nothing yet'}", markup=False, style="dim"
    )
    for one in result["paths"]:
        mark = "●" if one["needed"] else "○"
        console.print(f"{mark} {one['share']:.0%}  {' → '.join(one['steps'])}", markup=False)
        console.print(f"       {_evidence_words(one['evidence'])}", markup=False, style="dim")
    console.print(
        f"去掉最强路径 without its best path: 第 {found.rank_without_best} 位; 去掉 ● without those marked ●: 第 {found.rank_without_needed} 位",
        markup=False,
    )


def _evidence_words(found: dict[str, Any]) -> str:
    """What stands behind a path, in a line."""
    if found["kind"] == "prior":
        return "大家都在买, 与你的行为无关 · popular with everybody, whatever you did"
    if found["kind"] == "again":
        return f"同类再购率 comes again {found['again_rate']:.0%}"
    if found["standing"] == "hypothesis":
        return "假设, 数据还不够 · a hypothesis, not in the data yet"
    known = f"同现 {found['support']:.1f} 次, 随机 {found['expected']:.1f} · met {found['support']:.1f}, by chance {found['expected']:.1f}, lift {found['lift']:.1f}"
    return f"{known} [{found['low']:.1f}, {found['high']:.1f}]" if "low" in found else known


def intents(
    context: typer.Context,
    data: DataOption = "",
    texts: TextsOption = "",
    propose: Annotated[
        str,
        typer.Option(
            "--propose",
            metavar="NAME",
            help="谁来提议需求, 由数据判定 · Who proposes needs, judged by data: lexicon, language.",
        ),
    ] = "",
    merchant: MerchantOption = "",
    seed: SeedOption = 1,
    json: JsonOption = "",
) -> None:
    """消费意图图谱 · Mine needs and what goes with what; prints the strongest paths and keeps the graph."""
    from magnetar.app.intents import file_of, mined, mined_for, proposers, summary, told_by
    from magnetar.capabilities.understanding.intents import graph_file

    check_target(json)
    session = session_of(context)
    home = session.settings.home
    asked = proposers(propose, session.settings)
    if data:
        known = mined(told_by(data, texts), seed, extenders=asked)
    else:
        known = mined_for(session.platform, seed, merchant, asked)
    path = file_of(home, data) if data else graph_file(home, merchant)
    known.graph.save(path)
    result = {**summary(known.graph), "left_out": known.told.left_out, "file": str(path)}
    write_json(json, "understand intents", result, seed)
    if json == "-":
        return
    console = Console(width=170, highlight=False)
    console.print(
        f"{result['events']:,} 条行为 events, {result['shoppers']:,} 用户 shoppers, {result['items']:,} 商品 items, "
        f"{result['types']:,} 品类 types; {result['edges_found']:,} 条成立 edges stand of {result['tests']:,} tested, "
        f"打乱后 shuffled {result['placebo_edges']}",
        markup=False,
    )
    table = Table("需求 need", "状态 status", "支持 support", "品类 types")
    for one in result["needs"][:40]:
        name = one["name"] if one["name"] == one["name_en"] else f"{one['name']} · {one['name_en']}"
        table.add_row(*map(Text, (name, one["status"], f"{one['support']:.0%}", ", ".join(one["types"][:8]))))
    console.print(table)
    table = Table(
        "从 from", "到 to", "需求 need", "同现 met", "随机 chance", "提升 lift 95 %", "先后 order", "间隔 lag"
    )
    for one in result["edges"][:12]:
        order = {1: "→", -1: "←", 0: "↔"}[one["direction"]]
        cells = (
            one["source"], one["target"], one["need"] or "", f"{one['support']:.0f}", f"{one['expected']:.1f}",
            f"{one['lift']:.1f} [{one['low']:.1f}, {one['high']:.1f}]", order, f"{one['lag'] / 86_400e6:.1f} d",
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    console.print(table)
    console.print(f"已保存 kept in {path}", markup=False, style="dim")
