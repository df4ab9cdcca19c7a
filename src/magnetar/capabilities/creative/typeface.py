"""Where the film's font comes from: MAGNETAR_FONT, the set-up's folder, `models pull font-cjk`, the system's folders.

The font is never part of the repository. `make setup` and `python -m magnetar.capabilities.creative.fetch_font`
put Noto Sans CJK (OFL-1.1) into the set-up's folder.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont, features

from magnetar.capabilities.creative.glyphs import covered
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.kernel.settings import models_folder

SETTING = "MAGNETAR_FONT"
INSTALL = f"{Path(sys.executable).name} -m magnetar.capabilities.creative.fetch_font"
NAMES = ("NotoSansCJK-VF.otf.ttc", "NotoSansSC-VF.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "SourceHanSansSC-Bold.otf", "wqy-zenhei.ttc")  # fmt: skip
SYSTEM = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/truetype/wqy",
    "/usr/local/share/fonts",
    "/Library/Fonts",
)
REGULAR, MEDIUM, BOLD, BLACK = 400, 500, 700, 900


def set_up_folder() -> Path:
    """Where set-up puts the font: beside the environment that Magnetar is installed in."""
    return Path(sys.prefix) / "share" / "magnetar" / "fonts"


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font file and the face in it that is used."""

    path: Path
    index: int
    name: str
    variable: bool
    heavier: int = 0
    """Added to every weight that is asked for, where the font is variable."""

    def missing(self, text: str) -> list[str]:
        """The characters of a text that the font has no glyph for."""
        known = covered(self.path, self.index)
        return sorted({letter for letter in text if ord(letter) not in known and not letter.isspace()})

    def require(self, text: str) -> None:
        """Check that every character can be shown.

        Raises:
            BadInput: naming each character that cannot.
        """
        missing = self.missing(text)
        if missing:
            listed = ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in missing[:8])
            raise BadInput(
                f"字体缺字 The font {self.name} has no glyph for {listed} in {text[:60]!r}. "
                f"Correct the record, or name a font that has it with {SETTING}=/path/to/font."
            )

    def sized(self, size: int, weight: int = BOLD) -> ImageFont.FreeTypeFont:
        """The font at a pixel size and a weight (where the font is variable)."""
        return _sized(self, size, weight)


@functools.lru_cache(maxsize=64)
def _sized(face: Typeface, size: int, weight: int) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    font = ImageFont.truetype(str(face.path), size, index=face.index, layout_engine=engine)
    if face.variable:
        font.set_variation_by_axes([min(BLACK, max(REGULAR, weight + face.heavier))])
    return font


def find_typeface(named: str = "") -> Typeface:
    """The font to use.

    Args:
        named: a font file, before anything else; else what MAGNETAR_FONT names.

    Raises:
        BadInput: the file that was named cannot be used.
        ProviderUnavailable: there is no font with Chinese characters; the message says how to get one.
    """
    named = named or os.environ.get(SETTING, "")
    if named:
        try:
            return _open(Path(named).expanduser())
        except (OSError, ValueError) as error:
            raise BadInput(f"{SETTING} names {named!r}, which cannot be used as a font: {error}.") from None
    for folder in _folders():
        for name in NAMES:
            if (folder / name).is_file():
                try:
                    return _open(folder / name)
                except (OSError, ValueError):
                    continue
    raise ProviderUnavailable(
        f"影片需要中文字体 A film needs a font with Chinese characters and none was found. Install it with: {INSTALL} "
        f"(Noto Sans CJK, OFL-1.1, 33 MB), or apt install fonts-noto-cjk, or set {SETTING}=/path/to/font."
    )


def _folders() -> Iterator[Path]:
    yield set_up_folder()
    yield models_folder() / "font-cjk"  # asked for only where set-up brought none
    yield from map(Path, SYSTEM)
    yield Path.home() / ".local/share/fonts"


@functools.lru_cache(maxsize=8)
def _open(path: Path) -> Typeface:
    best: Typeface | None = None
    for index in range(16):
        try:
            font = ImageFont.truetype(str(path), 20, index=index)
        except OSError:
            if index == 0:
                raise
            break
        family = str(font.getname()[0])
        variable = True
        try:
            font.get_variation_axes()
        except OSError:
            variable = False
        face = Typeface(path, index, family, variable)
        if best is None or family.endswith(" SC"):
            best = face
        if family.endswith(" SC"):
            break
    assert best is not None
    if not {ord("商"), ord("品"), ord("¥")} <= covered(path, best.index):
        raise ValueError("it has no Chinese characters")
    return best
