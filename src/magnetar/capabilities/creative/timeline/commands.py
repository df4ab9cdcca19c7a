"""`magnetar studio export` and `render`: a film for an editor's hands, and made again as it came back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from magnetar.kernel.errors import BadInput, GoalMissed, NotFound
from magnetar.surface.report import JsonOption, check_target, write_json
from magnetar.surface.session import session_of

_ENDINGS = {"otio": ".otio", "edl": ".edl", "srt": ".srt", "vtt": ".vtt", "ass": ".ass", "jianying": ""}


def export(
    context: typer.Context,
    film: Annotated[str, typer.Argument(metavar="FILE.mp4", help="本系统做的影片 · A film made here, its manifest beside it.")],
    to: Annotated[
        str, typer.Option("--to", help="格式 · otio, edl, jianying (剪映 draft folder), srt, vtt or ass; default: what --out ends in, else otio.")
    ] = "",
    out: Annotated[
        str, typer.Option("--out", metavar="PATH", help="输出 · The file, or for jianying the folder; default: beside the film.")
    ] = "",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """导出给剪辑软件 · Export a film's cut to an editor, or its subtitles."""
    from magnetar.capabilities.creative.timeline.cut import read_cut
    from magnetar.capabilities.creative.timeline.edl import write_edl
    from magnetar.capabilities.creative.timeline.jianying import write_draft
    from magnetar.capabilities.creative.timeline.otio import write_otio
    from magnetar.capabilities.creative.timeline.subtitles import FORMATS, write_subtitles

    to = format_of(to, out)
    cut = read_cut(Path(film))
    target = Path(out) if out else Path(film).with_suffix(_ENDINGS[to] or ".draft")
    if to == "jianying":
        written = write_draft(cut, target, session_of(context).platform.runtime.clock.now())
    else:
        told = write_subtitles(cut, to) if to in FORMATS else write_edl(cut) if to == "edl" else write_otio(cut)
        try:
            target.write_text(told, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"无法写入 {str(target)!r} cannot be written: {error.strerror}.") from None
        written = [target]
    typer.echo("\n".join(str(path) for path in written), err=bool(json))
    if json:
        scenes, subtitles = len(cut.scenes), len(cut.subtitles)
        write_json(
            json,
            "studio export",
            {"to": to, "files": [str(one) for one in written], "scenes": scenes, "subtitles": subtitles},
        )


def render(
    context: typer.Context,
    timeline: Annotated[str, typer.Argument(metavar="TIMELINE", help="时间线 · An .otio or .otioz file, or the folder of a 剪映 draft, as it came back from an editor.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE.mp4", help="影片文件 · Where the film goes; FILE.json beside it is its manifest.")] = "",
    film: Annotated[
        str, typer.Option("--film", metavar="FILE.mp4", help="原片 · The film that was exported; default: the one the timeline names, beside it.")
    ] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="照做 · Leave out what cannot be kept (transitions, effects, other words), and say so.")] = False,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """按时间线重制 · Make a film again as it was cut in an editor: scenes in another order, shortened, left out."""
    from magnetar.capabilities.creative.timeline.conform import render_timeline
    from magnetar.capabilities.creative.timeline.cut import read_cut
    from magnetar.capabilities.creative.timeline.edited import read_timeline

    del context
    if Path(out).suffix.lower() != ".mp4":
        raise BadInput("需要影片文件 Name a film: magnetar studio render TIMELINE --out FILE.mp4.")
    check_target(json)
    place = Path(timeline)
    if not place.exists():
        raise NotFound(f"没有这个时间线 There is no {timeline!r}.")
    named = read_timeline(place)
    source = Path(film) if film else next((one for one in _beside(place, named.film) if one.is_file()), None)
    if source is None:
        raise NotFound(
            f"找不到原片 The film {named.film!r} does not lie beside {timeline!r}. Name it with --film FILE.mp4."
        )
    made = render_timeline(read_timeline(place, read_cut(source).fps), source, Path(out), anyway=anyway)
    told = {
        "file": str(made.file), "manifest": str(made.file.with_suffix(".json")), "film": str(source), "film_seconds": made.seconds,
        "frames": made.frames, "frames_copied": made.copied, "turns_made": made.turns, "unchanged": made.unchanged,
        "left_out": list(made.left_out), "defects": list(made.defects),
    }  # fmt: skip
    write_json(json, "studio render", told)
    if json != "-":
        typer.echo(
            f"影片 film  {made.file}  {made.seconds:.1f} s, {made.frames} 帧 frames, 照搬 copied {made.copied}, 转场重做 turns made {made.turns}"
        )
        for one in made.left_out:
            typer.echo(f"  未保留 left out: {one}")
    if made.defects:
        raise GoalMissed(
            f"影片有缺陷 The film has {len(made.defects)} defects: "
            + "; ".join(f"{one['kind']} ({one['detail']})" for one in made.defects[:5])
        )


def _beside(timeline: Path, film: str) -> list[Path]:
    """Where a timeline's film may lie."""
    folder = timeline if timeline.is_dir() else timeline.parent
    return [folder / film, folder / "media" / film, timeline.parent / film]


def format_of(to: str, out: str) -> str:
    """What is written: as it was named, else what the file's ending says, else otio.

    Raises:
        BadInput: no such format, or another one than the file's ending says.

    >>> format_of("", ""), format_of("", "a/film.srt"), format_of("jianying", "draft")
    ('otio', 'srt', 'jianying')
    """
    ending = Path(out).suffix.lower()
    ends = next((name for name, known in _ENDINGS.items() if known and known == ending), "")
    if to and to not in _ENDINGS:
        raise BadInput(f"--to 可选 takes {', '.join(_ENDINGS)}, found {to!r}.")
    if ending and not ends and to != "jianying":
        raise BadInput(
            f"--out 的后缀 takes a file that ends in {', '.join(filter(None, _ENDINGS.values()))}, found {out!r}."
        )
    if to and ends and to != ends:
        raise BadInput(f"--to {to} 与 --out 不符 does not go with --out {out!r}. Name one of them only.")
    return to or ends or "otio"
