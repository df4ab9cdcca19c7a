"""`magnetar studio check` and `studio sign`: is a film fit to be shown, and whose is it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.surface.report import JsonOption, MerchantOption, check_target, progress, write_json
from magnetar.surface.session import session_of


def check(
    context: typer.Context,
    film: Annotated[str, typer.Argument(metavar="FILE.mp4", help="影片 · The film; FILE.json beside it is read as its manifest.")],
    ours: Annotated[
        bool, typer.Option("--ours", help="按自家影片要求 · Ask for AI label, AIGC metadata and manifest whoever made it.")
    ] = False,
    keyframes: Annotated[
        bool, typer.Option("--keyframes", help="只解关键帧 · Decode the first two seconds and the key frames only: cheaper, blind to short faults of motion.")
    ] = False,
    product: Annotated[str, typer.Option("--product", metavar="ID", help="商品编号 · Hold what is said against this product's record.")] = "",
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · The feed with the product; default: the merchant's catalogue, then the sample shop.")
    ] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """检查影片 · List a film's defects: file, picture, sound, sync, texts, label, metadata. Exit 1 on any."""
    from magnetar.capabilities.creative.judging import judge_film
    from magnetar.capabilities.creative.judging.judge import summary

    check_target(json)
    record, points = None, ()
    if product or catalogue:
        record, points = _record(context, film, product, catalogue, merchant)
    judged = judge_film(Path(film), ours=ours, every=not keyframes, product=record, points=points)
    write_json(json, "studio check", {"file": film, "product": record.id if record else None, **summary(judged)})
    if json != "-":
        _show(film, summary(judged))
    if judged.defects:
        first = "; ".join(f"{one['kind']} ({one['detail']})" for one in judged.defects[:5])
        raise GoalMissed(f"影片有缺陷 The film has {len(judged.defects)} defects: {first}")


def _record(context: typer.Context, film: str, product: str, catalogue: str, merchant: str) -> Any:
    from magnetar.capabilities.creative.goods import find, find_in_file
    from magnetar.capabilities.creative.judging import Told, read_told

    if not product:
        told = read_told(Path(film))
        if not isinstance(told, Told):
            raise BadInput(
                "--catalogue 需要商品编号 needs --product ID where the film has no manifest that names its product."
            )
        product = told.product
    session = session_of(context)
    who = session.merchant(merchant)
    if catalogue:
        if not Path(catalogue).is_file():
            raise BadInput(f"--catalogue: 没有 there is no {catalogue!r}.")
        found = find_in_file(Path(catalogue), product, who, session.settings.currency)
    else:
        found = find(session.platform.catalogue, product, who, session.settings.currency)
    return found.product, found.points_en


def _show(film: str, result: dict[str, Any]) -> None:
    console = Console(width=120, highlight=False)
    how = "按自家要求 as ours" if result["ours"] else "他人影片 somebody else's"
    console.print(
        f"影片 film  {film}  {result['film_seconds']:.1f} s, {result['frames']} frames, {how}, "
        f"缺陷 defects {len(result['defects'])}",
        markup=False,
    )
    for one in result["defects"]:
        console.print(f"  {one['at_s']:8.3f} s  {one['kind']}: {one['detail']}", markup=False)
    for note in result["notes"]:
        console.print(f"  注 note: {note}", markup=False)


def sign(
    context: typer.Context,
    film: Annotated[str, typer.Argument(metavar="FILE.mp4", help="影片 · A finished film; signing is the last step.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE.mp4", help="签名后的影片 · The signed film.")],
    certificate: Annotated[
        str, typer.Option("--certificate", metavar="PEM", help="证书链 · The operator's C2PA signing certificate and its chain; default: a development certificate that nobody trusts.")
    ] = "",
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="私钥 · Its private key (ES256).")] = "",
    made: Annotated[
        str, typer.Option("--made", help="来源 · How the pictures came about: media (a trained model), composite (real pictures with such parts), synthetic, rules.")
    ] = "synthetic",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """内容凭证签名 · Sign a film with C2PA content credentials (extra `provenance`)."""
    import shutil
    from datetime import UTC, datetime, timedelta

    from magnetar.capabilities.creative import provenance
    from magnetar.kernel.clock import SystemClock

    check_target(json)
    if made not in provenance.MADE:
        raise BadInput(f"--made takes {', '.join(provenance.MADE)}, found {made!r}.")
    if bool(certificate) != bool(key):
        raise BadInput(
            "--certificate 与 --key 须同时给出: both are needed, or neither for the development certificate."
        )
    if not Path(film).is_file():
        raise BadInput(f"没有这个影片文件 There is no film {film!r}. Expected an MP4 file.")
    if Path(film).resolve() == Path(out).resolve():
        raise BadInput("--out 须是另一个文件 must be another file than the film.")
    development = not certificate
    if development:
        now = datetime.fromtimestamp(SystemClock().now() / 1_000_000, UTC)
        chain, secret = provenance.development_certificate(
            session_of(context).settings.home / "provenance", now - timedelta(days=1)
        )
        progress("开发证书，无人信任 Signed with a development certificate that nobody trusts; name your own with --certificate and --key.")  # fmt: skip
    else:
        chain, secret = Path(certificate), Path(key)
    provenance.sign(Path(film), Path(out), Path(film).stem, made, chain, secret)
    beside = Path(film).with_suffix(".json")
    if beside.is_file():
        shutil.copyfile(beside, Path(out).with_suffix(".json"))
    seen = provenance.verify(Path(out))
    write_json(json, "studio sign", {"file": out, "issuer": seen.issuer, "development": development, "trusted": seen.trusted, "source_type": seen.source_type, "wrong": seen.wrong})  # fmt: skip
    if seen.wrong:
        raise GoalMissed(f"签名未通过验证 The signed film does not verify: {seen.wrong}")
    progress(f"已签名 signed {out}: {seen.issuer}, {seen.source_type}")
