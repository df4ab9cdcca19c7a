"""Footage: clips and photos as strangers hand them in, opened within limits, and read frame by frame.

Only file formats of cameras, telephones and editors are opened, never playlists, so that a file cannot make us fetch
anything. What cannot be used is told with its reason; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import Colorspace, Interpolation
from numpy.typing import NDArray
from PIL import Image

from magnetar.capabilities.creative.palette import WHITE
from magnetar.capabilities.creative.picture import Picture, open_picture

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf"
MOST_BYTES, MOST_PIXELS, MOST_S, MOST_FPS = 8 << 30, 8192 * 4352, 1800.0, 240.0
LEAST_S, LEAST_SIDE = 0.4, 64
MOST_FILES = 200
PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif")
CLIPS = (
    ".mp4",
    ".mov",
    ".m4v",
    ".mkv",
    ".webm",
    ".avi",
    ".ts",
    ".mts",
    ".3gp",
    ".flv",
    ".wmv",
    ".mpg",
    ".mpeg",
    ".mxf",
)
_HDR = {16: "PQ", 18: "HLG"}
"""Transfer functions of high dynamic range (ITU-T H.273)."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip or a photo that can be used."""

    path: Path
    kind: str
    """clip or photo."""
    width: int
    """As it is shown, turned upright."""
    height: int
    seconds: float = 0.0
    fps: float = 0.0
    """Usual frames a second; a telephone's may vary."""
    turned: int = 0
    """Degrees against the clock by which frames are turned to stand upright."""
    sound: bool = False
    hdr: str = ""
    """PQ or HLG for high dynamic range."""
    times: tuple[float, ...] = ()
    """Of the frames, seconds from the first."""
    keys: tuple[int, ...] = ()
    """Places of key frames among them."""
    picture: Picture | None = None
    """Of a photo."""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be used, and why."""

    path: Path
    reason: str


def gather(files: Sequence[Path]) -> tuple[list[Footage], list[Unusable]]:
    """Open every file; a folder stands for the clips and photos in it, by name."""
    paths: list[Path] = []
    for one in files:
        inside = one.is_dir() and sorted(
            p for p in one.iterdir() if p.suffix.lower() in (*PHOTOS, *CLIPS) and p.is_file()
        )
        paths += inside or [one]
    good: list[Footage] = []
    bad = [
        Unusable(path, f"一次最多 {MOST_FILES} 个文件 at most {MOST_FILES} files at once")
        for path in paths[MOST_FILES:]
    ]
    for path in dict.fromkeys(paths[:MOST_FILES]):
        found = probe(path)
        if isinstance(found, Footage):
            good.append(found)
        else:
            bad.append(found)
    return good, bad


def probe(path: Path) -> Footage | Unusable:
    """Look at one file: what it is, how long, which frames."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return Unusable(path, "不是文件 this is no file; name a clip or a photo, or a folder with some in it")
        if size == 0:
            return Unusable(path, "空文件 the file is empty")
        if size > MOST_BYTES:
            return Unusable(path, f"文件太大 {size >> 20} MiB, at most {MOST_BYTES >> 20}; cut it into parts")
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        return Unusable(path, f"无法读取 cannot be read: {error.strerror}")
    if _is_picture(path, head):
        opened = open_picture(path, WHITE)
        if isinstance(opened, str):
            return Unusable(path, f"图片打不开 the picture: {opened}")
        return Footage(path, "photo", opened.width, opened.height, picture=opened)
    level = av.logging.get_level()
    av.logging.set_level(av.logging.PANIC)
    try:
        return _clip(path)
    except (FFmpegError, OSError, ValueError, OverflowError) as error:
        said = str(error).split(":")[0].split("]")[-1].strip()[:80] or type(error).__name__
        return Unusable(path, f"不是可用的视频或照片 neither a clip nor a photo that can be opened ({said})")
    finally:
        av.logging.set_level(level)


def _is_picture(path: Path, head: bytes) -> bool:
    known = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
    if head.startswith(known) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[8:12] == b"avif":
        return True
    if path.suffix.lower() not in PHOTOS:
        return False
    try:
        with Image.open(path):
            return True
    except Exception:  # Pillow's decoders raise errors of many kinds on a broken file
        return False


def open_box(path: Path) -> Any:
    """The file, by formats of cameras and editors only, and without leave to fetch anything."""
    return av.open(str(path), options={"format_whitelist": FORMATS, "protocol_whitelist": "file"}, metadata_errors="ignore")  # fmt: skip


def _clip(path: Path) -> Footage | Unusable:
    with open_box(path) as box:
        videos = [one for one in box.streams.video if not int(one.disposition) & 0x400]  # not a cover picture
        if not videos:
            return Unusable(path, "没有画面 the file has no picture track")
        video = videos[0]
        wide, tall = int(video.width or 0), int(video.height or 0)
        if wide * tall > MOST_PIXELS:
            return Unusable(
                path, f"{wide} x {tall} 像素太多 pixels are too many, at most {MOST_PIXELS // 1_000_000} million"
            )
        if min(wide, tall) < LEAST_SIDE:
            return Unusable(path, f"{wide} x {tall} 像素太少 pixels are too few, each side has at least {LEAST_SIDE}")
        told = float(box.duration or 0) / 1e6
        if told > MOST_S:
            return Unusable(path, f"{told / 60:.0f} 分钟太长 minutes are too long, at most {MOST_S / 60:.0f}; recordings are for `live clip`")  # fmt: skip
        stamps = _stamps(box, video)
        if stamps is None:
            return Unusable(path, f"超过 longer than {MOST_S / 60:.0f} min, or more than {MOST_FPS:g} frames a second")
        times, keys = stamps
        if not len(times) or not len(keys):
            return Unusable(path, "没有可解码的画面 no picture in it can be decoded")
        steps = np.diff(times)
        usual = float(np.median(steps[steps > 1e-6])) if (steps > 1e-6).any() else 0.04
        length = float(times[-1]) + usual
        if length < LEAST_S:
            return Unusable(path, f"只有 {length:.2f} 秒 s long, at least {LEAST_S:g}")
        first = _first(box, video)
        if first is None:
            return Unusable(path, "没有可解码的画面 no picture in it can be decoded")
        turned = round(float(getattr(first, "rotation", 0) or 0) / 90) * 90 % 360
        notes: list[str] = []
        if told - length > 0.5:
            notes.append(f"文件不完整 the file is cut off: {length:.1f} of {told:.1f} s are there")
        if (steps > 1.6 * usual).mean() > 0.02:
            notes.append("帧率不固定 frames come unevenly")
        hdr = _HDR.get(int(first.color_trc or 0), "")
        if hdr:
            notes.append(f"HDR ({hdr}) 转为普通动态范围 brought to standard range")
        sound = bool(box.streams.audio)
        if turned in (90, 270):
            wide, tall = tall, wide
        return Footage(
            path, "clip", wide, tall, length, 1 / usual, turned, sound, hdr, tuple(times.tolist()), tuple(keys.tolist()), notes=tuple(notes)
        )  # fmt: skip


def _stamps(box: Any, video: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]] | None:
    """Times of all frames and places of key frames, without decoding; None where they are too many."""
    found: list[tuple[float, bool]] = []
    try:
        for packet in box.demux(video):
            if packet.pts is not None and packet.size:
                found.append((float(packet.pts * packet.time_base), bool(packet.is_keyframe)))
                if len(found) > MOST_S * MOST_FPS:
                    return None
    except FFmpegError:
        pass  # cut off: what is there can be used
    found.sort()
    if not found:
        return np.zeros(0), np.zeros(0, np.int64)
    times = np.array([at for at, _ in found])
    if times[-1] - times[0] > MOST_S:
        return None
    return times - times[0], np.flatnonzero([key for _, key in found])


def _first(box: Any, video: Any) -> Any:
    box.seek(0)
    for count, packet in enumerate(box.demux(video)):
        try:
            if frames := packet.decode():
                return frames[0]
        except FFmpegError:
            pass
        if count > 300:
            break
    return None


def picture_track(box: Any) -> Any:
    """The first picture track that is no cover picture.

    Raises:
        ValueError: there is none.
    """
    found = next((one for one in box.streams.video if not int(one.disposition) & 0x400), None)
    if found is None:
        raise ValueError("the file has no picture track")
    return found


def origin(video: Any) -> float:
    """Seconds of the first frame on the file's own clock."""
    return float((video.start_time or 0) * video.time_base)


def frames(footage: Footage, start_s: float, end_s: float) -> Iterator[tuple[float, Any]]:
    """The frames of a stretch in order: (seconds, frame); damaged ones are left out."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.PANIC)
    try:
        with open_box(footage.path) as box:
            video = picture_track(box)
            video.thread_type = "NONE"
            zero = origin(video)
            if start_s > 0.05:
                box.seek(int((zero + start_s) / float(video.time_base)), stream=video, backward=True)
            packets = box.demux(video)
            while True:
                try:
                    packet = next(packets)
                    decoded = packet.decode()
                except (StopIteration, EOFError):
                    return
                except FFmpegError:
                    continue
                for frame in decoded:
                    at = float(frame.time or 0.0) - zero
                    if at > end_s + 1e-6:
                        return
                    if at >= start_s - 1e-6 and not frame.is_corrupt:
                        yield at, frame
    except FFmpegError:
        return
    finally:
        av.logging.set_level(level)


def shown(frame: Any, footage: Footage, width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    """A frame's three planes at a size, upright, in limited BT.709, 4:2:0.

    Args:
        width, height: even; of the upright picture.
    """
    sideways = footage.turned in (90, 270)
    across, down = (height, width) if sideways else (width, height)
    source = frame.colorspace
    if int(source) in (0, 2):  # not told: by the usual rule of players
        source = Colorspace.ITU709 if min(frame.width, frame.height) >= 700 else Colorspace.ITU601
    small = frame.reformat(
        width=across, height=down, format="yuv420p", src_colorspace=int(source), dst_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA if across * 1.5 < frame.width else Interpolation.BILINEAR,
    )  # fmt: skip
    planes = tuple(_upright(_plane(one), footage.turned) for one in small.planes)
    return planes


def _plane(plane: Any) -> NDArray[np.uint8]:
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _upright(plane: NDArray[np.uint8], turned: int) -> NDArray[np.uint8]:
    return plane if not turned else np.ascontiguousarray(np.rot90(plane, turned // 90))
