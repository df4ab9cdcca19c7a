"""Pictures without a model: a typographic poster of the prompt, labelled, and saying what it is."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Sequence
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from magnetar.capabilities.generation.choosing import PEOPLE, choose
from magnetar.capabilities.generation.ports import Cost, Made, PeopleFinder, PictureWanted, Progress
from magnetar.capabilities.generation.rendering.framing import Box, cut_out, faces_in, seen_through
from magnetar.capabilities.generation.rendering.marking import KEY, label, label_place, metadata
from magnetar.capabilities.generation.rendering.opening import open_picture
from magnetar.capabilities.generation.rendering.poster import paint_poster
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, ProviderUnavailable

NAME = "drawn"
LEAST, MOST = 128, 4_096


class Drawn:
    """Draws the prompt's words on a gradient or on the picture that was given."""

    name = NAME

    def __init__(self, people: PeopleFinder | None = None) -> None:
        """`people` finds the faces of given pictures, so that none is cut or written over."""
        self._people = people

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        if wanted.garment is not None:
            raise ProviderUnavailable(
                "虚拟试穿不可用 · Try-on needs a provider that does it; the embedded one only draws posters. "
                "Set MAGNETAR_IMAGE to a provider with try-on, such as kling."
            )
        if not 1 <= wanted.count <= 9:
            raise BadInput(f"One to nine pictures are made at a time, found {wanted.count}.")
        if not (LEAST <= wanted.width <= MOST and LEAST <= wanted.height <= MOST):
            raise BadInput(f"Sides lie in [{LEAST}, {MOST}] pixels, found {wanted.width} x {wanted.height}.")
        behind = None if wanted.picture is None else open_picture(wanted.picture)
        faces = () if behind is None else faces_in(behind, self._people)
        what = "a typographic poster of the prompt" + (" over the given picture" if behind is not None else "")
        made: list[Made] = []
        for at in range(wanted.count):
            began = time.process_time()
            chance = Chance(wanted.seed).of("drawn", wanted.prompt, at)
            poster = paint_poster(wanted.prompt, wanted.width, wanted.height, chance, behind, faces)
            avoid = [] if behind is None else seen_through(faces, behind.size, cut_out(behind.size, poster.size, faces))
            content = labelled_png(poster, wanted, at, avoid)
            cost = Cost(cpu_seconds=time.process_time() - began)
            made.append(Made(content, "image/png", NAME, f"{what}; no image model was used", cost=cost))
            if progress is not None:
                progress((at + 1) / wanted.count)
        return made


def labelled_png(picture: Image.Image, wanted: PictureWanted, at: int, avoid: Sequence[Box] = ()) -> bytes:
    """A PNG with the visible label and the metadata."""
    plate = label(min(picture.size))
    picture.paste(plate, label_place(*picture.size, avoid), plate)
    number = hashlib.sha256(f"{wanted.seed}\0{at}\0{wanted.prompt}".encode(errors="replace")).hexdigest()[:32]
    said = PngInfo()
    said.add_itxt(KEY, metadata(number))
    held = io.BytesIO()
    picture.save(held, "PNG", pnginfo=said, compress_level=4)
    return held.getvalue()


def make(settings: Any) -> Drawn:
    """The provider; it needs nothing, and heeds faces where they can be found."""
    return Drawn(choose(PEOPLE, settings.people, settings))
