"""`magnetar studio export`: a film for an editor's hands, or its subtitles as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, write_json
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
