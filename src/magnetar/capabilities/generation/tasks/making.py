"""From a task to its files: what is asked of a provider, and where its work is put."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from magnetar.capabilities.generation.ports import FilmWanted, ImageMaker, Made, PictureWanted, Progress, VideoMaker
from magnetar.capabilities.generation.tasks.contract import VIDEOS, Wanted
from magnetar.capabilities.generation.tasks.files import Files
from magnetar.capabilities.generation.tasks.pictures import Pictures
from magnetar.capabilities.generation.tasks.rows import Output, Result, Task
from magnetar.kernel.errors import ProviderFailed, ProviderUnavailable

_ENDINGS = {"video/mp4": "mp4", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_LONG_SIDE = 1_280
_SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (1024, 1024)}


@dataclass(frozen=True, slots=True)
class Makers:
    """The providers that this worker has; None where there is none."""

    images: ImageMaker | None
    videos: VideoMaker | None


def make_task(task: Task, makers: Makers, pictures: Pictures, files: Files, progress: Progress) -> Result:
    """Do a task; its files are on disk when this returns.

    Raises:
        BadInput: what was sent cannot be used.
        ProviderUnavailable: no provider here does this.
        ProviderFailed: it could not be done now.
    """
    wanted = task.wanted
    if task.kind in VIDEOS:
        made = [_film(task, makers, pictures, files, progress)]
    else:
        if makers.images is None:
            raise ProviderUnavailable("没有图像服务 · There is no provider of pictures here. Set MAGNETAR_IMAGE.")
        made = makers.images.make(_picture(wanted, pictures, seed_of(task)), progress)
    if not made:
        raise ProviderFailed("The provider gave nothing.")
    outputs: list[Output] = []
    for at, one in enumerate(made):
        ending = _ENDINGS.get(one.kind)
        if ending is None:
            raise ProviderFailed(f"The provider gave {one.kind[:60]!r}; a picture or an MP4 is expected.")
        # each attempt has names of its own, so that a worker that lost its lease overwrites nothing
        name = f"{task.attempts % 10}{at}.{ending}"
        place = files.place(task.task_id, name)
        _put(place, one.content)
        outputs.append(Output(name, one.kind, one.seconds, place.stat().st_size))
    cpu = sum(one.cost.cpu_seconds for one in made)
    return Result(tuple(outputs), made[0].provider, made[0].what, round(cpu, 3))


def seed_of(task: Task) -> int:
    """The seed of a task's draws: another one for each task, the same for each attempt."""
    return int.from_bytes(hashlib.blake2b(task.task_id.encode(), digest_size=6).digest(), "big")


def _film(task: Task, makers: Makers, pictures: Pictures, files: Files, progress: Progress) -> Made:
    wanted = task.wanted
    if makers.videos is None:
        raise ProviderUnavailable("没有视频服务 · There is no provider of films here. Set MAGNETAR_VIDEO.")
    if task.kind == "lip-sync" and makers.videos.name == "moving":
        raise ProviderUnavailable(
            "对口型不可用 · Lip-sync is not available with the embedded backend, which moves stills and no mouths. "
            "Set MAGNETAR_VIDEO to a provider with lip-sync, such as kling."
        )
    film = FilmWanted(
        prompt=wanted.prompt,
        negative=wanted.negative,
        pictures=tuple(map(pictures.get, wanted.pictures)),
        tail=pictures.get(wanted.tail) if wanted.tail else None,
        seconds=float(wanted.seconds),
        aspect=wanted.aspect,
        mode=wanted.mode,
        sound=wanted.sound,
        seed=seed_of(task),
        model=wanted.model,
        more={"kind": task.kind, "cfg_scale": wanted.cfg_scale, "input": wanted.input},
    )
    out = files.place(task.task_id, f".{secrets.token_hex(4)}.mp4")
    out.parent.mkdir(parents=True, exist_ok=True)
    return makers.videos.make(film, out, progress)


def _picture(wanted: Wanted, pictures: Pictures, seed: int) -> PictureWanted:
    width, height = _SIZES.get(wanted.aspect) or _size(wanted.aspect)
    return PictureWanted(
        prompt=wanted.prompt,
        negative=wanted.negative,
        picture=pictures.get(wanted.pictures[0]) if wanted.pictures else None,
        garment=pictures.get(wanted.garment) if wanted.garment else None,
        count=wanted.count,
        width=width,
        height=height,
        seed=seed,
        model=wanted.model,
    )


def _size(aspect: str) -> tuple[int, int]:
    across, down = map(int, aspect.split(":"))
    unit = _LONG_SIDE / max(across, down)
    return round(across * unit / 8) * 8, round(down * unit / 8) * 8


def _put(place: Path, content: bytes | Path) -> None:
    """Move or write a file into its place, on disk when this returns."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = content if isinstance(content, Path) else place.with_name(f".{secrets.token_hex(4)}.part")
    if isinstance(content, bytes):
        part.write_bytes(content)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(part, place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
