"""Where a shot's picture comes from: drawn here, or made by the image or the video port; what that costs; kept by content.

Providers are asked with the bible's own words and seeds and with the drawn panel as the first picture, so that a role
looks alike from shot to shot as far as the provider holds to what it is given.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from magnetar.capabilities.creative.drama.bible import Bible
from magnetar.capabilities.creative.drama.board import Shot
from magnetar.capabilities.creative.drama.lettering import Sheet
from magnetar.capabilities.creative.drama.panel import DRAWN, Clip, Drawn, Still
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.generation import FilmWanted, Made, Matrix, PictureWanted, Prices
from magnetar.kernel.errors import BadInput, ProviderFailed

SOURCES = ("auto", "panels", "image", "video")
EMBEDDED = {"image": "drawn", "video": "moving"}
_ENDINGS = {"image": "png", "video": "mp4"}


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a provider takes."""

    credits: dict[int, float] | None
    """Credits for a clip of so many seconds, or for a picture under 0; None where it takes none."""
    per_second: float = 0.0
    """Money for a second of clip."""
    per_picture: float = 0.0
    credit: float = 0.0
    """Money for a credit."""
    known: bool = True

    def of(self, kind: str, seconds: float) -> tuple[float, float]:
        """(credits, money) of one picture or clip."""
        if kind == "panels":
            return 0.0, 0.0
        credits = 0.0
        if self.credits is not None:
            credits = self.credits[0] if kind == "image" else self.credits[round(seconds)]
        money = self.per_picture if kind == "image" else self.per_second * seconds
        return credits, money + credits * self.credit


class Pictures:
    """Makes and keeps the pictures of shots."""

    def __init__(
        self,
        matrix: Matrix,
        home: Path,
        wanted: str,
        model: str = "",
        clip_price: float = -1.0,
        picture_price: float = -1.0,
        credit_price: float = 0.0,
    ) -> None:
        if wanted not in SOURCES:
            raise BadInput(f"--pictures 可选 takes {', '.join(SOURCES)}, found {wanted!r}.")
        if wanted == "auto":
            wanted = (
                "video"
                if matrix.video.name != EMBEDDED["video"]
                else "image"
                if matrix.image.name != EMBEDDED["image"]
                else "panels"
            )
        self.kind, self.matrix, self.model = wanted, matrix, model
        self.folder = home / "drama" / "pictures"
        self.maker: Any = None if wanted == "panels" else matrix.video if wanted == "video" else matrix.image
        self.provider = self.maker.name if self.maker is not None else "panels"
        self.tariff = self._tariff(home, clip_price, picture_price, credit_price)
        self.what = DRAWN
        self.bought: list[tuple[str, float, float, float]] = []
        """(key, seconds, credits, money) of what was asked for in this run."""
        self.cpu_seconds = 0.0

    def _tariff(self, home: Path, clip: float, picture: float, credit: float) -> Tariff:
        if self.kind == "panels" or self.provider in EMBEDDED.values():
            return Tariff(None)
        if self.provider == "kling":
            prices, micros = Prices.read(home), 1e6
            kind = "image" if self.kind == "image" else "image2video"
            model = self.model or "kling-v1"
            told = (
                {0: prices.of("image", model, count=1) / micros}
                if kind == "image"
                else {n: prices.of(kind, model, "std", n) / micros for n in (5, 10)}
            )
            return Tariff(told, credit=credit)
        known = clip >= 0 if self.kind == "video" else picture >= 0
        return Tariff(None, max(0.0, clip), max(0.0, picture), known=known)

    def bought_seconds(self, seconds: float) -> float:
        """The length of the clip that is asked for; the plan decides it, so that its price is known before."""
        if self.kind != "video":
            return 0.0
        if self.provider == "kling":
            return 5.0 if seconds <= 5.6 else 10.0
        return float(min(30, max(1, int(np.ceil(seconds)))))

    def key(self, shot: Shot, bible: Bible, bought_s: float) -> str:
        """The name under which a shot's picture is kept; '' for drawn ones, which are made again."""
        if self.kind == "panels":
            return ""
        about = (self.kind, self.provider, self.model, prompt_of(shot, bible), _seed(shot, bible), bought_s)
        return hashlib.sha256(repr(about).encode()).hexdigest()

    def kept(self, key: str) -> Path | None:
        """The file of a picture that is there already."""
        path = self.folder / key[:2] / f"{key}.{_ENDINGS.get(self.kind, '')}"
        return path if key and path.is_file() else None

    def make(self, shot: Shot, bible: Bible, sheet: Sheet, height: int, bought_s: float) -> Path | None:
        """A shot's picture from the provider; None where it is drawn here.

        Raises:
            ProviderFailed, BadInput: as the provider says.
        """
        if self.kind == "panels" or shot.kind in ("card", "promo"):
            return None
        key = self.key(shot, bible, bought_s)
        if (kept := self.kept(key)) is not None:
            return kept
        path = self.folder / key[:2] / f"{key}.{_ENDINGS[self.kind]}"
        prompt, seed = prompt_of(shot, bible), _seed(shot, bible)
        first = first_picture(shot, bible, sheet, height)
        with whole_or_nothing(path) as part:
            if self.kind == "video":
                made: Made = self.maker.make(
                    FilmWanted(prompt, pictures=(first,), seconds=bought_s, aspect="9:16", seed=seed, model=self.model, more={"short_side": min(1080, sheet.width)}), part
                )  # fmt: skip
            else:
                [made] = self.maker.make(
                    PictureWanted(prompt, picture=first, width=768, height=1360, seed=seed, model=self.model)
                )
                content = made.content.read_bytes() if isinstance(made.content, Path) else made.content
                part.write_bytes(content)
        self.what = made.what
        credits, money = self.tariff.of(self.kind, bought_s)
        self.bought.append((key, bought_s, credits, made.cost.micros / 1e6 if made.cost.micros else money))
        self.cpu_seconds += made.cost.cpu_seconds
        return path

    def ground(self, path: Path | None, shot: Shot, width: int, height: int, frames: int, fps: int) -> Any:
        """What moves below the words; None where it is drawn.

        Raises:
            ProviderFailed: the kept file cannot be read.
        """
        if path is None:
            return None
        try:
            if self.kind == "video":
                return Clip(path, width, height, fps)
            with Image.open(path) as opened:
                return Still(shot, np.asarray(opened.convert("RGB")), width, height, frames)
        except (OSError, ValueError, IndexError, Image.DecompressionBombError) as error:
            path.unlink(missing_ok=True)
            raise ProviderFailed(
                f"{self.provider}: 收到的素材无法读取 what it made for shot {shot.id} cannot be read: {str(error)[:120]}. Run again."
            ) from None


def clip_sound(path: Path | None) -> NDArray[np.float32] | None:
    """(2, n) at 48 kHz, the clip's own sound; None where it has none."""
    if path is None or path.suffix != ".mp4":
        return None
    parts: list[Any] = []
    with av.open(str(path)) as box:
        if not box.streams.audio:
            return None
        resampler = av.AudioResampler("fltp", "stereo", RATE)
        for frame in box.decode(box.streams.audio[0]):
            frame.pts = None
            parts += [one.to_ndarray() for one in resampler.resample(frame)]
        parts += [one.to_ndarray() for one in resampler.resample(None)]
    return np.concatenate(parts, axis=1).astype(np.float32) if parts else None


def prompt_of(shot: Shot, bible: Bible) -> str:
    """What a provider is asked for: the bible's words and the script's, no others."""
    place = bible.place(shot.place)
    parts = [f"{place.name}: {place.looks}".rstrip(": "), shot.time, shot.weather, f"{shot.size} shot"]
    for one in shot.cast:
        role = bible.role(one.role)
        parts.append(f"{role.name} ({role.looks}), {one.mood}")
    parts += [f"{bible.prop(one).name}: {bible.prop(one).looks}".rstrip(": ") for one in shot.props]
    if shot.cue and shot.kind in ("act", "tell"):
        parts.append(shot.cue.text)
    return "; ".join(part for part in parts if part)[:900]


def _seed(shot: Shot, bible: Bible) -> int:
    return (bible.role(shot.cast[0].role).seed if shot.cast else bible.place(shot.place).seed) % (1 << 31)


def first_picture(shot: Shot, bible: Bible, sheet: Sheet, height: int) -> bytes:
    """The drawn panel without words, as PNG."""
    canvas = Planes.filled(sheet.width, height, (0, 0, 0))
    Drawn(shot, bible, sheet, height, 2, np.zeros(2, np.int64)).paint(canvas, 0)
    held = io.BytesIO()
    Image.fromarray(canvas.to_rgb()).save(held, "PNG", compress_level=2)
    return held.getvalue()
