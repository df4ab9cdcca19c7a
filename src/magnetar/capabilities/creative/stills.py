"""Still pictures and moving ones (动图): posters in any of three shapes, animated WebP and GIF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.film import HEIGHT, WIDTH
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.poster import SHAPES, draw_poster
from magnetar.capabilities.creative.preparing import Prepared, prepare
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

STILL_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
MOVING_FORMATS = {".gif": "GIF", ".webp": "WEBP"}
MOVING_WIDTH, MOVING_FPS, MOVING_S = 360, 10, 6.0


def render_still(
    product: Product, pictures_root: Path | str | None, out: Path | str, *, shape: str = "3:4", language: str = "zh",
    seed: int = 0, points: Sequence[str] | None = None, font: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Make a poster: PNG, JPEG or WebP by the file's ending.

    Args:
        shape: 3:4, 1:1 or 9:16.

    Returns:
        The manifest: file, shape, size, notes.

    Raises:
        BadInput: unknown shape or ending; and as `render_film`.
    """
    out = Path(out)
    kind = _format(out, STILL_FORMATS)
    if shape not in SHAPES:
        raise BadInput(f"--shape takes {', '.join(SHAPES)}, found {shape!r}.")
    made = prepare(product, pictures_root, language=language, seed=seed, points=points, font=font)
    picture = Image.fromarray(draw_poster(made.stage.studio, shape).to_rgb())
    aigc = label.metadata(product.merchant, made.digest)
    with whole_or_nothing(out) as part:
        if kind == "PNG":
            info = PngImagePlugin.PngInfo()
            info.add_itxt(label.KEY, aigc)
            picture.save(part, kind, pnginfo=info, optimize=False)
        else:
            picture.save(part, kind, quality=90, exif=_exif(aigc))
    return _told(made, product, out, language, seed, {"shape": shape, "width": picture.width, "height": picture.height})


def render_moving(
    product: Product, pictures_root: Path | str | None, out: Path | str, *, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, font: str = "", width: int = MOVING_WIDTH, seconds: float = MOVING_S,
) -> dict[str, Any]:  # fmt: skip
    """Make a moving picture of the film's scenes, without sound: animated WebP or GIF by the file's ending."""
    out = Path(out)
    kind = _format(out, MOVING_FORMATS)
    made = prepare(
        product, pictures_root, language=language, seed=seed, points=points, font=font, width=width, fps=MOVING_FPS,
        length_s=seconds,
    )  # fmt: skip
    canvas = Planes.filled(width, width * HEIGHT // WIDTH // 2 * 2, (0, 0, 0))
    frames = [Image.fromarray(canvas.to_rgb()) for _ in made.stage.play(canvas)]
    aigc = label.metadata(product.merchant, made.digest)
    every = 1000 // MOVING_FPS
    with whole_or_nothing(out) as part:
        if kind == "GIF":
            first = frames[len(frames) // 2].quantize(128, Image.Quantize.MEDIANCUT)
            strip = Image.fromarray(np.concatenate([np.asarray(f) for f in frames[:: max(1, len(frames) // 6)]]))
            first = strip.quantize(192, Image.Quantize.MEDIANCUT)
            drawn = [frame.quantize(palette=first, dither=Image.Dither.NONE) for frame in frames]
            drawn[0].save(
                part, kind, save_all=True, append_images=drawn[1:], duration=every, loop=0, comment=f"{label.KEY}={aigc}".encode(),
                optimize=False, disposal=1,
            )  # fmt: skip
        else:
            frames[0].save(
                part,
                kind,
                save_all=True,
                append_images=frames[1:],
                duration=every,
                loop=0,
                quality=72,
                method=2,
                exif=_exif(aigc),
            )
    return _told(made, product, out, language, seed, {"width": width, "height": canvas.height, "frames": len(frames)})


def _exif(aigc: str) -> Image.Exif:
    """The `AIGC` object as the picture's UserComment."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + json.dumps({label.KEY: json.loads(aigc)}).encode("utf-16-le")
    return exif


def _format(out: Path, known: dict[str, str]) -> str:
    if out.suffix.lower() not in known:
        raise BadInput(f"The file must end in {', '.join(known)}, found {out.name!r}.")
    return known[out.suffix.lower()]


def _told(
    made: Prepared, product: Product, out: Path, language: str, seed: int, more: dict[str, Any]
) -> dict[str, Any]:
    return {
        "file": str(out),
        "product": product.id,
        "language": language,
        "seed": seed,
        **more,
        "notes": made.script.notes,
    }
