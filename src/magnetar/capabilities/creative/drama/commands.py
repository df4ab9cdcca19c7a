"""`magnetar drama`: a short drama from its script, and whether the films are the script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, SeedOption, check_target, progress, write_json
from magnetar.surface.session import session_of

ScriptArgument = Annotated[
    str, typer.Argument(metavar="SCRIPT.md", help="剧本 · The agreed script, in Markdown (zh or en).")
]


def make(
    context: typer.Context,
    script: ScriptArgument,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="输出文件夹 · Where episodes, promotional cuts and plans go.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="只预估成本 · Print the cost forecast and stop.")] = False,
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en; told by the script by default.")] = "",
    voice: Annotated[str, typer.Option("--voice", metavar="NAME|none|auto", help="配音 · auto (a voice for each role of whoever is ready), none, a provider (kokoro, espeak), or one voice for all roles.")] = "auto",
    no_voice: Annotated[bool, typer.Option("--no-voice", hidden=True, help="同 · The same as --voice none.")] = False,
    pictures: Annotated[str, typer.Option("--pictures", help="画面来源 · auto, panels (drawn here), image or video (the ports).")] = "auto",
    model: Annotated[str, typer.Option("--model", help="模型 · The provider's model for pictures.")] = "",
    free: Annotated[int, typer.Option("--free", help="免费集数 · Free episodes; default: a tenth, at least one.")] = -1,
    coins: Annotated[int, typer.Option("--coins", help="每集金币 · Coins for each paid episode; 0: not by coins.")] = 60,
    ads: Annotated[int, typer.Option("--ads", help="广告解锁 · Advertisements that unlock one; 0: not by ads.")] = 1,
    promos: Annotated[int, typer.Option("--promos", help="宣传片 · Promotional cuts, 0 to 6.")] = 3,
    rights: Annotated[str, typer.Option("--rights", help="版权确认 · Who holds the rights in the script; written into the manifests.")] = "",
    catalogue: Annotated[str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · Hold lines that name its products against their records.")] = "",
    clip_price: Annotated[float, typer.Option("--clip-price", help="每秒片段价格 · Money for a second of the provider's clips.")] = -1.0,
    picture_price: Annotated[float, typer.Option("--picture-price", help="每张图片价格 · Money for one of the provider's pictures.")] = -1.0,
    credit_price: Annotated[float, typer.Option("--credit-price", help="灵感值单价 · Money for one credit.")] = 0.0,
    width: Annotated[int, typer.Option("--width", help="宽度 · Pixels across; 1080 is usual.")] = 1080,
    sign: Annotated[bool, typer.Option("--sign", help="内容凭证签名 · Sign every film with C2PA credentials (extra `provenance`).")] = False,
    certificate: Annotated[
        str, typer.Option("--certificate", metavar="PEM", help="证书链 · For --sign; default: a development certificate that nobody trusts.")
    ] = "",
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="私钥 · Its private key (ES256).")] = "",
    checks: Annotated[str, typer.Option("--check", help="成片检查 · keys, full or none.")] = "keys",
    merchant: MerchantOption = "",
    seed: SeedOption = 0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """剧本变短剧 · Make a short drama from an agreed script: episodes, promotional cuts, pay plan, assets."""
    from magnetar.capabilities.creative.drama.dramas import Wanted, make_drama, plain_plan, plan_drama
    from magnetar.capabilities.creative.segments.sealing import seal_of
    from magnetar.capabilities.generation import find_speaker

    check_target(json)
    if not out and not plan:
        raise BadInput("没有输出文件夹 Name a folder with --out DIR, or ask for the forecast alone with --plan.")
    if out and Path(out).exists() and not Path(out).is_dir():
        raise BadInput(f"--out 不是文件夹 {out!r} is a file. Name a folder.")
    if checks not in ("keys", "full", "none"):
        raise BadInput(f"--check 可选 takes keys, full or none, found {checks!r}.")
    session = session_of(context)
    who = session.merchant(merchant)
    if (certificate or key) and not sign:
        raise BadInput("--certificate 和 --key 只用于 --sign · --certificate and --key go with --sign.")
    seal = seal_of(session.settings.home, certificate, key) if sign else None
    if seal is not None and seal.development:
        progress("开发证书，无人信任 Signed with a development certificate that nobody trusts; name your own with --certificate and --key.")  # fmt: skip
    matrix, named = find_speaker(session.settings, "none" if no_voice else voice, language)
    wanted = Wanted(
        Path(script), Path(out or "."), language, matrix.voice is not None, pictures, model, width, 25, seed, "", free, coins, ads, promos, rights, clip_price, picture_price,
        credit_price, checks, named,
    )  # fmt: skip
    products = _products(catalogue, who, session.settings.currency) if catalogue else ()
    planned = plan_drama(wanted, matrix, session.settings.home, who, products, progress)
    if json != "-":
        _forecast(planned.forecast, planned.notes)
    if plan:
        write_json(
            json, "drama make", {"plan": True, **plain_plan(planned), "episodes": [], "promos": [], "cost": None}, seed
        )
        return
    result = make_drama(wanted, planned, progress, seal)
    write_json(json, "drama make", {"plan": False, **result}, seed)
    if json != "-":
        _made(result)
    defects = [(row["file"], one) for row in [*result["episodes"], *result["promos"]] for one in row["defects"]]
    if defects:
        listed = "; ".join(f"{Path(file).name} {one['kind']} ({one['detail']})" for file, one in defects[:5])
        raise GoalMissed(f"影片有缺陷 The films have {len(defects)} defects: {listed}")


def check(
    context: typer.Context,
    script: ScriptArgument,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="成片文件夹 · Films made of it, to be held against it.")] = "",
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en.")] = "",
    keyframes: Annotated[bool, typer.Option("--keyframes", help="只解关键帧 · Decode key frames only.")] = False,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """检查剧本与成片 · Is every line told, none rewritten, and every film sound? Exit 1 where not."""
    from magnetar.capabilities.creative.drama.dramas import check_drama

    del context
    check_target(json)
    if out and not Path(out).is_dir():
        raise BadInput(f"--out: 没有这个文件夹 there is no folder {out!r}.")
    told, wrong = check_drama(Path(script), Path(out) if out else None, language, not keyframes)
    write_json(json, "drama check", {**told, "wrong": wrong})
    if json != "-":
        console = Console(width=120, highlight=False)
        console.print(
            f"剧本 script  {told['episodes']} 集 episodes, {told['covered']}/{told['lines']} 行 lines, {told['shots']} 镜头 shots, 改写 rewritten {told['rewritten']}",
            markup=False,
        )
        for note in told["notes"]:
            console.print(f"  注 note: {note}", markup=False)
    if wrong:
        raise GoalMissed(f"{len(wrong)} 处不符 complaints: " + "; ".join(wrong[:5]))


def _products(catalogue: str, merchant: str, currency: str) -> Any:
    from magnetar.capabilities.catalogue import read_catalogue
    from magnetar.vocabulary.catalogue import Product

    if not Path(catalogue).is_file():
        raise BadInput(f"--catalogue: 没有 there is no {catalogue!r}.")
    return [
        one for one in read_catalogue(Path(catalogue), merchant=merchant, currency=currency) if isinstance(one, Product)
    ]


def _forecast(told: dict[str, Any], notes: list[str]) -> None:
    console = Console(width=120, highlight=False)
    for row in [*told["episodes"], *told["promos"], {"episode": "全部 all", **told}]:
        name = row.get("promo") or f"第{row['episode']}集 episode" if row.get("episode") != "全部 all" else "全部 all"
        console.print(
            f"预估 forecast  {name:<16} {row['film_seconds']:7.1f} s  {row['shots_to_make']:4.0f}/{row['shots']:.0f} 镜头 shots  "
            f"{row['cpu_seconds']:7.1f} CPU-s  {row['credits']:.2f} 灵感值 credits  ¥{row['money']:.2f}", markup=False
        )  # fmt: skip
    for note in notes:
        console.print(f"  注 note: {note}", markup=False)


def _made(result: dict[str, Any]) -> None:
    console = Console(width=120, highlight=False)
    for row in [*result["episodes"], *result["promos"]]:
        console.print(
            f"影片 film  {row['file']}  {row['seconds']:.1f} s, {row['shots']} 镜头 shots, {row['loudness_lufs']:.1f} LUFS, {row['cpu_seconds']:.1f} CPU-s "
            f"(预估 forecast {row['cpu_seconds_forecast']:.1f}), 缺陷 defects {len(row['defects'])}", markup=False
        )  # fmt: skip
    cost = result["cost"]
    off = {name: "—" if value is None else f"{value:+.1%}" for name, value in cost["error"].items()}
    console.print(
        f"成本 cost  {cost['cpu_seconds']:.1f} CPU-s (预估偏差 forecast off by {off['cpu_seconds']}), {cost['credits']:.2f} 灵感值 credits ({off['credits']}), "
        f"¥{cost['money']:.2f} ({off['money']}); 镜头 shots made {cost['shots_made']}, reused {cost['shots_reused']}", markup=False
    )  # fmt: skip
