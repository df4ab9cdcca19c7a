"""Subtitle files of a cut: SRT, WebVTT and ASS; spoken words light up one by one in ASS."""

from __future__ import annotations

from magnetar.capabilities.creative.timeline.cut import Cut

FORMATS = ("srt", "vtt", "ass")


def write_subtitles(cut: Cut, kind: str) -> str:
    """The subtitles of a cut in one of `FORMATS`.

    Times are those of the film's frames: a subtitle begins and ends on a frame.
    """
    from pysubs2 import Color, SSAEvent, SSAFile, SSAStyle

    held = SSAFile()
    held.info.update({"PlayResX": str(cut.width), "PlayResY": str(cut.height), "Title": cut.title})
    style = SSAStyle(fontname="Noto Sans CJK SC", fontsize=round(cut.width * 0.052), bold=True, outline=3.0, shadow=0.0)
    style.primarycolor, style.secondarycolor = Color(255, 255, 255), Color(255, 205, 60)
    style.marginv = round(cut.height * 0.2)  # above what a phone's own buttons cover
    held.styles["Default"] = style
    for one in cut.subtitles:
        start, end = (round(round(at * cut.fps) * 1000 / cut.fps) for at in (one.start_s, one.end_s))
        if end <= start:
            continue
        text = _karaoke(one.text, one.words, one.start_s) if kind == "ass" and one.words else plain(one.text, kind)
        held.events.append(SSAEvent(start=start, end=end, text=text))
    return held.to_string("vtt" if kind == "vtt" else kind)


def plain(text: str, kind: str = "srt") -> str:
    """A text as these files hold it: no markup of theirs inside, breaks as \\N.

    >>> plain("{\\\\b1}a<i>b -->\\nc", "srt")
    '(\\\\b1)a‹i›b -›\\\\Nc'
    """
    told = text.replace("{", "(").replace("}", ")").replace("-->", "-›")
    if kind in ("srt", "vtt"):
        told = told.replace("<", "‹").replace(">", "›")
    return told.replace("\r", "").replace("\n", "\\N")


def _karaoke(text: str, words: tuple[tuple[float, float, str], ...], start_s: float) -> str:
    """The text with \\k marks, in hundredths of a second."""
    parts: list[str] = []
    place, at = 0, start_s
    for begins, ends, piece in words:
        found = text.find(piece, place)
        if found < 0:
            continue
        between = text[place:found]
        parts.append(
            f"{{\\k{max(0, round((begins - at) * 100))}}}{plain(between, 'ass')}" if between or begins > at else ""
        )
        parts.append(f"{{\\k{max(1, round((ends - begins) * 100))}}}{plain(piece, 'ass')}")
        place, at = found + len(piece), ends
    return "".join(parts) + plain(text[place:], "ass")
