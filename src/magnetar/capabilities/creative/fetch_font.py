"""Fetches the film's font in set-up: `python -m magnetar.capabilities.creative.fetch_font`.

The wheel is downloaded by pip, never installed and never imported; the font and its licence are read out of
it, checked, and everything else is dropped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from magnetar.capabilities.creative.typeface import set_up_folder

PACKAGE, VERSION = "manimgx-fonts-cjk", "2026.9.26.post1"
MEMBER = "manimgx_fonts_cjk/NotoSansCJK-VF.otf.ttc"
LICENCE = f"manimgx_fonts_cjk-{VERSION}.dist-info/licenses/LICENSE"
WHEEL_SHA256 = "05d5584c73877f37427cf0ca8067f5bacea2b596c7be79e8aedd634bb9f2b666"
FONT_SHA256 = "d3d8256cdec8dbcb3552284bc6b20c734dd60c2ee9df83b5758e34807c4bac32"
LICENCE_WORDS = "SIL OPEN FONT LICENSE Version 1.1"


class NotTheFont(Exception):
    """What arrived is not what was checked when this version was made."""


def unpack(wheel: Path, folder: Path) -> Path:
    """Take the font and its licence out of the wheel, once both are what they should be.

    Raises:
        NotTheFont: another file, another font or no open licence.
    """
    if (found := hashlib.sha256(wheel.read_bytes()).hexdigest()) != WHEEL_SHA256:
        raise NotTheFont(f"{wheel.name} has SHA-256 {found}, expected {WHEEL_SHA256}.")
    with zipfile.ZipFile(wheel) as archive:
        font, licence = archive.read(MEMBER), archive.read(LICENCE)
    if (found := hashlib.sha256(font).hexdigest()) != FONT_SHA256:
        raise NotTheFont(f"{MEMBER} has SHA-256 {found}, expected {FONT_SHA256}.")
    if LICENCE_WORDS not in licence.decode("utf-8", "replace"):
        raise NotTheFont(f"{LICENCE} is not the {LICENCE_WORDS}.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / Path(MEMBER).name
    for path, content in ((folder / "OFL-1.1.txt", licence), (target, font)):
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(content)
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)
    return target


def is_there(folder: Path) -> bool:
    """Whether the font is already in place and whole."""
    target = folder / Path(MEMBER).name
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == FONT_SHA256


def main() -> int:
    """Fetch, check and put the font in place."""
    folder = set_up_folder()
    if is_there(folder):
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "-d", scratch, f"{PACKAGE}=={VERSION}"]  # fmt: skip
        if subprocess.run(command).returncode:
            sys.stderr.write(f"Cannot download {PACKAGE}=={VERSION}. Without it: apt install fonts-noto-cjk.\n")
            return 3
        try:
            target = unpack(next(Path(scratch).glob("*.whl")), folder)
        except NotTheFont as error:
            sys.stderr.write(f"{error} Nothing was kept. Instead: apt install fonts-noto-cjk.\n")
            return 3
    sys.stdout.write(f"字体 font: {target} (Noto Sans CJK, OFL-1.1)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
