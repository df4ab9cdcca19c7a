"""What a defect is, and the kinds there are."""

from __future__ import annotations

from typing import Any

Defect = dict[str, Any]
"""`{kind, at_s, detail}`."""

KINDS = {
    "unreadable": "the file cannot be opened as a film",
    "truncated": "the file ends before its contents do",
    "corrupt": "packets that decoders complain about",
    "container": "another container than MP4",
    "fast start": "the index stands behind the pictures, so a film starts only when all of it is there",
    "codec": "a picture or sound format that phones do not play",
    "pixel format": "a pixel format that phones do not play",
    "size": "another size than the film should have, or an odd one",
    "aspect": "pixels that are not square, or a shape that no screen has",
    "no picture": "no video stream",
    "frames": "more or fewer frames than the film should have",
    "timing": "time stamps with gaps, in disorder or uneven",
    "cover": "a first frame that is black or empty",
    "black or empty": "a black or a single-coloured frame",
    "frozen": "a stretch in which nothing moves",
    "repeated frame": "a frame of ours shown twice",
    "no sound": "no audio stream",
    "sound rate": "another sampling rate or channel count than ours",
    "dead channel": "a channel without sound while the other has some",
    "dc offset": "sound that is not centred",
    "silence": "a silent stretch",
    "clipping": "flat-topped sound",
    "loudness": "integrated loudness outside −14 ± 0.5 LUFS",
    "true peak": "true peak above −1 dBTP",
    "sync": "sound and picture apart by more than 20 ms, or of different length",
    "label": "the visible AI label missing, too small or too short",
    "label metadata": "no complete `AIGC` object",
    "provenance": "a C2PA manifest that does not verify",
    "manifest": "no manifest of ours, or one that cannot be read",
    "text": "a text that is not in the picture as the manifest tells",
    "contrast": "text below 4.5 : 1",
    "unsafe area": "text where players put their controls",
    "overlap": "texts on top of each other",
    "glyph": "a character that the font lacks",
    "subtitle": "a subtitle more than a frame away from its words",
    "fact": "a number or claim that the record does not hold",
    "price": "another price than the record's",
    "forbidden word": "a word that advertising law forbids",
}


def defect(kind: str, at_s: float, detail: str) -> Defect:
    """One defect.

    >>> defect("silence", 1.23456, "2.0 s")
    {'kind': 'silence', 'at_s': 1.235, 'detail': '2.0 s'}
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of defect {kind!r}")
    return {"kind": kind, "at_s": round(float(at_s), 3), "detail": detail}
