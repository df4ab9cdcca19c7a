"""A cut as an edit decision list (CMX 3600), which nearly every editor reads."""

from __future__ import annotations

from magnetar.capabilities.creative.timeline.cut import Cut


def write_edl(cut: Cut) -> str:
    """One event a scene, for picture and sound; times are frames of the film itself."""
    lines = [f"TITLE: {_line(cut.title)[:60] or cut.product}", "FCM: NON-DROP FRAME", ""]
    for number, scene in enumerate(cut.scenes, 1):
        span = f"{timecode(scene.start_s, cut.fps)} {timecode(scene.end_s, cut.fps)}"
        lines.append(f"{number:03d}  AX       B     C        {span} {span}")
        lines.append(f"* FROM CLIP NAME: {_line(cut.film.name)}")
        lines.append(f"* COMMENT: {scene.kind} {_line(scene.headline)}")
    return "\n".join([*lines, ""])


def timecode(at_s: float, fps: int) -> str:
    """A time as hours, minutes, seconds and frames.

    >>> timecode(2.8, 25), timecode(61.0, 25)
    ('00:00:02:20', '00:01:01:00')
    """
    frames = round(at_s * fps)
    seconds, frame = divmod(frames, fps)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:02d}"


def _line(text: str) -> str:
    return " ".join(text.split())
