"""Saying that a machine made it: the visible words and the `AIGC` metadata (GB 45438-2025, in force since 1 Sep 2025)."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from magnetar import __version__
from magnetar.capabilities.generation.rendering.framing import Box, least_covering
from magnetar.kernel.settings import models_folder

KEY = "AIGC"
SHARE = 0.05
"""Least height of the words' letters, as a share of the picture's short side."""
FONTS = ("NotoSansCJK-VF.otf.ttc", "NotoSansSC-VF.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "SourceHanSansSC-Bold.otf", "wqy-zenhei.ttc")  # fmt: skip
FOLDERS = (
    Path(sys.prefix) / "share" / "magnetar" / "fonts",
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-cjk"),
    Path("/usr/share/fonts/truetype/wqy"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@functools.cache
def chinese_font() -> Path | None:
    """A font file with Chinese characters: what MAGNETAR_FONT names, else set-up's, the one pulled as a model, the system's."""
    named = os.environ.get("MAGNETAR_FONT", "")
    folders = (FOLDERS[0], models_folder() / "font-cjk", *FOLDERS[1:])
    for path in (*([Path(named)] if named else []), *(folder / name for folder in folders for name in FONTS)):
        if path.is_file():
            return path
    return None


@functools.lru_cache(maxsize=32)
def font(size: int, weight: int = 600) -> Font:
    """A font at a pixel size; without a Chinese one, Pillow's own, which knows Latin letters only."""
    path = chinese_font()
    if path is None:
        return ImageFont.load_default(size)
    index = 2 if path.name.endswith(".ttc") and "CJK" in path.name else 0  # in Noto's collections the third is SC
    try:
        found = ImageFont.truetype(str(path), size, index=index)
    except OSError:
        found = ImageFont.truetype(str(path), size)
    with contextlib.suppress(OSError):  # a font of one weight
        found.set_variation_by_axes([weight])
    return found


def knows_chinese() -> bool:
    """Whether Chinese characters can be drawn here."""
    return chinese_font() is not None


def metadata(number: str) -> str:
    """The `AIGC` object of a picture or film.

    Args:
        number: its own number: a digest of what it was made of.
    """
    said = {
        "Label": "1",
        "ContentProducer": f"magnetar/{__version__}",
        "ProduceID": number,
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@functools.lru_cache(maxsize=8)
def label(short_side: int) -> Image.Image:
    """The visible label, white letters on a dark plate (RGBA); letters are at least 5 % of the short side high."""
    zh = knows_chinese()
    text = "AI 生成" if zh else "AI-generated"
    size = -(-round(short_side * SHARE * 1000) // (880 if zh else 700)) + 1  # share of the size that letters fill
    drawn = font(size)
    left, top, right, bottom = (round(one) for one in drawn.getbbox(text))
    pad = size // 3
    plate = Image.new("RGBA", (right - left + 2 * pad, bottom - top + 2 * pad), (0, 0, 0, 0))
    paint = ImageDraw.Draw(plate)
    paint.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), pad, fill=(16, 18, 24, 190))
    paint.text((pad - left, pad - top), text, font=drawn, fill=(255, 255, 255, 255))
    return plate


def label_place(width: int, height: int, avoid: Sequence[Box] = ()) -> tuple[int, int]:
    """Where the label's plate begins: at the upper left, inside the safe area; at another corner where a face is there.

    Args:
        avoid: what it is not to cover, as shares of the picture.
    """
    plate = label(min(width, height))
    wide, high = plate.width / width, plate.height / height
    corners = [(0.05, 0.08), (0.95 - wide, 0.08), (0.05, 0.8 - high), (0.95 - wide, 0.8 - high)]
    x, y = corners[least_covering([(x, y, x + wide, y + high) for x, y in corners], avoid)]
    return round(width * x), round(height * y)
