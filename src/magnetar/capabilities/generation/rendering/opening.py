"""Opening pictures from outside: what they are is read before anything is decoded."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from magnetar.kernel.errors import BadInput

MOST_BYTES = 10 << 20
MOST_PIXELS = 40_000_000
LEAST_SIDE = 32
FORMATS = ("JPEG", "PNG", "WEBP")


def check_picture(raw: bytes) -> tuple[int, int]:
    """Width and height of a picture that may be decoded; reads the header only.

    Raises:
        BadInput: it is none, or too large or too small.
    """
    if len(raw) > MOST_BYTES:
        raise BadInput(f"A picture has at most {MOST_BYTES >> 20} MiB, found {len(raw) / (1 << 20):.1f}.")
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as found:
            width, height = found.size
    except Image.DecompressionBombError:
        raise BadInput(f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels.") from None
    except (OSError, ValueError, SyntaxError, TypeError, OverflowError):
        raise BadInput(f"A picture is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}; these bytes are none.") from None
    if width * height > MOST_PIXELS or max(width, height) > 16_384:
        raise BadInput(f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels, found {width} x {height}.")
    if min(width, height) < LEAST_SIDE:
        raise BadInput(f"A picture is at least {LEAST_SIDE} pixels wide and high, found {width} x {height}.")
    return width, height


def open_picture(raw: bytes) -> Image.Image:
    """A picture's pixels as RGB, upright; the size is looked at before anything is decoded.

    Raises:
        BadInput: these bytes are no picture that may be decoded.
    """
    check_picture(raw)
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as found:
            found.load()
            upright = ImageOps.exif_transpose(found)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                clear = upright.convert("RGBA")
                ground = Image.new("RGB", clear.size, (255, 255, 255))
                ground.paste(clear, mask=clear)
                return ground
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, TypeError, OverflowError, Image.DecompressionBombError) as error:
        raise BadInput(f"The picture is damaged: {error}. Send it again, as PNG or JPEG.") from None
