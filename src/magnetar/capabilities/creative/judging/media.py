"""Opening a film as a stranger: every packet, every frame or the key frames, all of the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
from av.error import FFmpegError

from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.picture import Pictures
from magnetar.capabilities.creative.judging.sound import Heard
from magnetar.capabilities.creative.loudness import RATE

PLAYED = ("h264", "hevc")
PLAYED_FORMATS = ("yuv420p", "yuvj420p")
PLAYED_SOUND = ("aac", "mp3")
NARROWEST = 9 / 21.5
MOST_S, MOST_PACKETS, MOST_DECODED = 600.0, 2_000_000, 150e9
"""Sound and pictures are looked at for so long; so many packets are read and so many pixels decoded, then a note says
where the look ended. 1080 × 1920 at 60 frames a second reaches none of them."""
MOST_PIXELS = 7680 * 4320
"""Of one picture. A larger one is not decoded: a few kilobytes would ask for gigabytes."""
LEAST_FPS, MOST_FPS = 5.0, 240.0
HEADER_S, HEADER_SHARE = 1.0, 0.05
"""A file may announce another length than it has by no more than this, plus this share of it."""
Look = Callable[[int, Any], None]
"""Called with a frame's number and the frame."""


@dataclass(slots=True)
class Media:
    """A film, read."""

    width: int = 0
    height: int = 0
    fps: float = 0.0
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    times: list[float] = field(default_factory=list[float])
    """Of the pictures' packets, seconds, in the order of showing."""
    sizes: list[int] = field(default_factory=list[int])
    """Of the same packets, bytes."""
    seen: Pictures = field(default_factory=Pictures)
    heard: Heard | None = None
    defects: list[Defect] = field(default_factory=list[Defect])
    whole: bool = True
    """Every frame was decoded."""
    turned: int = 0
    """Degrees by which players turn the picture."""
    ended_s: float | None = None
    """Where the look ended before the film did."""
    notes: list[str] = field(default_factory=list[str])

    @property
    def seconds(self) -> float:
        return len(self.times) / self.fps if self.fps else 0.0


def read_media(path: Path, every: bool, look: Look | None = None, until_s: float = 0.0) -> Media:
    """Read a film.

    Args:
        every: decode every frame; otherwise key frames and what comes before `until_s`.
        look: sees each decoded frame.

    Raises:
        FFmpegError, OSError: it cannot be opened.
    """
    made = Media(whole=every)
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture(local=True) as said, av.open(str(path.resolve()), **_careful()) as box:
            made.metadata = dict(box.metadata)
            if not box.streams.video:
                made.defects.append(defect("no picture", 0.0, "the file has no video stream"))
                return made
            _read(box, made, every, look, until_s)
            grave = [text.strip() for number, _, text in said if number <= av.logging.ERROR]
        if grave and not any(one["kind"] == "corrupt" for one in made.defects):
            made.defects.append(defect("corrupt", 0.0, f"the decoder says: {grave[0][:80]}"))
    finally:
        av.logging.set_level(level)
    return made


def _careful() -> dict[str, Any]:
    """A film's contents can make the reader open nothing else than files, and decode no giant picture to find out about it."""
    return {"options": {"protocol_whitelist": "file"}, "stream_options": [{"max_pixels": str(MOST_PIXELS)}] * 4}


def _read(box: Any, made: Media, every: bool, look: Look | None, until_s: float) -> None:
    video = box.streams.video[0]
    sound = box.streams.audio[0] if box.streams.audio else None
    made.width, made.height = video.width, video.height
    made.defects += _formats(video, sound)
    rate = video.average_rate or video.guessed_rate
    made.fps = float(rate) if rate else 0.0
    video.thread_type = "NONE"
    pictured = video.width * video.height <= MOST_PIXELS
    if pictured and not video.codec_context.is_open:
        video.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    if not every and until_s <= 0:
        video.codec_context.skip_frame = "NONKEY"
    order: list[tuple[float, int]] = []
    ear = _Ear(sound) if sound is not None and sound.rate else None
    broken: list[float] = []
    count, decoded = 0, 0
    streams = [one for one in (video, sound) if one is not None]
    for number, packet in enumerate(_packets(box, streams, broken)):
        at = float(packet.pts * packet.time_base) if packet.pts is not None else 0.0
        if number >= MOST_PACKETS:
            made.ended_s = at
            break
        if packet.stream is video and packet.pts is not None:
            order.append((at, packet.size))
            if at > until_s and not every:
                video.codec_context.skip_frame = "NONKEY"
        if packet.is_corrupt:
            broken.append(at)
        if packet.stream is video and not pictured:
            continue
        if at > MOST_S or (packet.stream is video and decoded > MOST_DECODED):
            if packet.pts is not None:  # the last one of a stream has no time
                made.ended_s = at if made.ended_s is None else min(at, made.ended_s)
            continue
        try:
            frames = packet.decode()
        except FFmpegError:
            broken.append(at)
            continue
        for frame in frames:
            time = float(frame.time or 0.0)
            if frame.is_corrupt:
                broken.append(time)
            if packet.stream is video:
                decoded += frame.width * frame.height
                _see(made, frame, time)
                if look:
                    look(count, frame)
                count += 1
            elif ear:
                ear.hear(frame, time)
    order.sort()
    made.times, made.sizes = [at for at, _ in order], [size for _, size in order]
    if broken:
        made.defects.append(defect("corrupt", min(broken), f"{len(broken)} packets or frames are damaged"))
    if made.ended_s is not None:
        made.notes.append(f"looked at until {made.ended_s:.0f} s only; what comes after was not judged")
    if sound is not None:
        made.heard = ear.heard() if ear else Heard(np.zeros((1, 0), np.float32), 0.0, 0, int(sound.channels or 0))


def _see(made: Media, frame: Any, time: float) -> None:
    """Measure one frame."""
    if (frame.width, frame.height) != (made.width, made.height):
        made.defects.append(defect("size", time, f"changes to {frame.width} x {frame.height} on the way"))
        made.width, made.height = frame.width, frame.height
    if not made.seen.times:
        made.turned = round(getattr(frame, "rotation", 0) or 0) % 360
    if frame.format.components[0].bits == 8 and frame.format.is_planar:
        made.seen.add(
            _plane(frame, 0), time, lambda: (_plane(frame, 1), _plane(frame, 2)) if len(frame.planes) > 2 else ()
        )


def _plane(frame: Any, number: int) -> Any:
    plane = frame.planes[number]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


class _Ear:
    """Collects a film's sound at 48 kHz; more than two channels are mixed down, as phones do."""

    def __init__(self, stream: Any) -> None:
        self._rate, self._channels = int(stream.rate), int(stream.channels or 0)
        name = stream.layout.name if self._channels <= 2 else "stereo"
        self._resampler = av.AudioResampler("fltp", name, RATE)
        self._parts: list[Any] = []
        self._start_s: float | None = None
        self._samples = 0

    def hear(self, frame: Any, time: float) -> None:
        """Take one frame."""
        if self._start_s is None:
            self._start_s = time
        if self._samples > (MOST_S + 1) * RATE:
            return
        frame.pts = None
        self._take(self._resampler.resample(frame))

    def _take(self, frames: Any) -> None:
        for one in frames:
            self._parts.append(one.to_ndarray())
            self._samples += one.samples

    def heard(self) -> Heard:
        """All of it."""
        if self._parts:
            self._take(self._resampler.resample(None))
        joined = np.concatenate(self._parts, axis=1).astype(np.float32) if self._parts else np.zeros((1, 0), np.float32)
        return Heard(joined, self._start_s or 0.0, self._rate, self._channels)


def _packets(box: Any, streams: list[Any], broken: list[float]) -> Any:
    packets = box.demux(streams)
    last = 0.0
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except FFmpegError:
            broken.append(last)
            return
        if packet.pts is not None:
            last = float(packet.pts * packet.time_base)
        yield packet


def _formats(video: Any, sound: Any) -> list[Defect]:
    found: list[Defect] = []
    context = video.codec_context
    if context.name not in PLAYED:
        found.append(defect("codec", 0.0, f"picture in {context.name}; phones play {' and '.join(PLAYED)}"))
    elif video.width * video.height > MOST_PIXELS:
        found.append(defect("size", 0.0, f"{video.width} x {video.height}: larger than any player shows, at most 7680 x 4320; not decoded"))  # fmt: skip
    elif context.pix_fmt not in PLAYED_FORMATS and (context.name, context.pix_fmt) != ("hevc", "yuv420p10le"):
        found.append(defect("pixel format", 0.0, f"{context.pix_fmt}; phones play {PLAYED_FORMATS[0]}"))
    width, height = video.width, video.height
    if width % 2 or height % 2:
        found.append(defect("size", 0.0, f"{width} x {height}: an odd size"))
    square = video.sample_aspect_ratio
    if square and square != 1:
        found.append(defect("aspect", 0.0, f"pixels are {square} wide, not square"))
    elif not NARROWEST <= width / max(height, 1) <= 1 / NARROWEST:
        found.append(defect("aspect", 0.0, f"{width} x {height} is a shape that no screen has"))
    if sound is not None and sound.codec_context.name not in PLAYED_SOUND:
        found.append(
            defect("codec", 0.0, f"sound in {sound.codec_context.name}; phones play {' and '.join(PLAYED_SOUND)}")
        )
    return found


def check_times(times: list[float], fps: float) -> list[Defect]:
    """Time stamps come evenly, one frame after the other."""
    if len(times) < 2 or not fps:
        return [] if fps else [defect("timing", 0.0, "no frame rate can be told")]
    if not LEAST_FPS <= fps <= MOST_FPS:
        return [defect("timing", 0.0, f"{fps:.6g} frames a second; films have {LEAST_FPS:g} to {MOST_FPS:g}")]
    steps = np.diff(times)
    usual = float(np.median(steps))
    wrong = np.abs(steps - usual) > max(0.0015, 0.02 * usual)
    if not wrong.any():
        return []
    place = int(np.argmax(np.abs(steps - usual)))
    how = "gap" if steps[place] > usual else "the same or a nearer time stamp"
    return [
        defect(
            "timing",
            times[place],
            f"{how}: {steps[place]:.4f} s after a frame, usually {usual:.4f} ({int(wrong.sum())} times)",
        )
    ]


def check_length(media: Media, announced_s: float | None) -> list[Defect]:
    """A file's header announces the length that it has."""
    if announced_s is None or not media.fps or media.ended_s is not None:
        return []
    lasts = max(
        media.times[-1] - media.times[0] + 1 / media.fps if media.times else 0.0,
        media.heard.seconds if media.heard else 0.0,
    )
    if abs(announced_s - lasts) <= HEADER_S + HEADER_SHARE * lasts:
        return []
    return [defect("timing", 0.0, f"the file announces {announced_s:,.1f} s and lasts {lasts:,.1f} s")]
