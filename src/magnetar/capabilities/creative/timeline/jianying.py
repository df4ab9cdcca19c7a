"""A cut as a draft of 剪映 (CapCut's Chinese edition): best effort, since its format is not published.

The folder holds the film beside the two JSON files that 剪映 5 reads. The picture track is cut at the scenes; the
subtitles are text segments that can be edited. Newer editions encrypt their drafts and may ask to convert it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.timeline.cut import Cut
from magnetar.kernel.clock import SECOND
from magnetar.kernel.errors import BadInput

CONTENT, META, MEDIA = "draft_content.json", "draft_meta_info.json", "media"


def write_draft(cut: Cut, folder: Path, made_at: int) -> list[Path]:
    """Write a draft folder; returns its files.

    Args:
        folder: must not exist, or be empty.
        made_at: microseconds since the epoch, as the draft's own date.

    Raises:
        BadInput: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"文件夹不是空的. The folder {str(folder)!r} is not empty; name a new one.")
    (folder / MEDIA).mkdir(parents=True, exist_ok=True)
    film = folder / MEDIA / cut.film.name
    _place(cut.film, film)
    if (manifest := cut.film.with_suffix(".json")).is_file():  # so that the draft can come back
        _place(manifest, film.with_suffix(".json"))
    content = _content(cut, f"{MEDIA}/{cut.film.name}")
    meta = {
        "draft_id": content["id"], "draft_name": cut.title, "draft_root_path": "", "draft_fold_path": "",
        "tm_draft_create": made_at, "tm_draft_modified": made_at, "tm_duration": content["duration"],
        "draft_materials": [
            {"type": 0, "value": [{"id": content["materials"]["videos"][0]["id"], "file_Path": f"{MEDIA}/{cut.film.name}", "metetype": "video", "duration": content["duration"], "width": cut.width, "height": cut.height}]},
        ],
    }  # fmt: skip
    for name, told in ((CONTENT, content), (META, meta)):
        (folder / name).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return [folder / CONTENT, folder / META, film]


def _place(film: Path, target: Path) -> None:
    """The film beside the draft; a link where the file system has them, so that nothing is copied."""
    try:
        os.link(film, target)
    except OSError:
        shutil.copyfile(film, target)


def _content(cut: Cut, media: str) -> dict[str, Any]:
    def number(*parts: object) -> str:
        told = hashlib.sha256("|".join(map(str, (cut.product, cut.title, *parts))).encode()).hexdigest().upper()
        return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:32]}"

    def span(start_s: float, end_s: float) -> dict[str, int]:
        start = round(round(start_s * cut.fps) * SECOND / cut.fps)
        return {"start": start, "duration": round(round(end_s * cut.fps) * SECOND / cut.fps) - start}

    length = round(cut.seconds * SECOND)
    video = {
        "id": number("video"), "type": "video", "path": media, "material_name": cut.film.name, "duration": length,
        "width": cut.width, "height": cut.height, "has_audio": True, "crop_ratio": "free", "crop_scale": 1.0,
    }  # fmt: skip
    picture: list[dict[str, Any]] = [
        {
            "id": number("scene", place), "material_id": video["id"], "source_timerange": span(one.start_s, one.end_s),
            "target_timerange": span(one.start_s, one.end_s), "speed": 1.0, "volume": 1.0, "visible": True,
            "clip": {"alpha": 1.0, "rotation": 0.0, "scale": {"x": 1.0, "y": 1.0}, "transform": {"x": 0.0, "y": 0.0}},
            "extra_material_refs": [],
        }
        for place, one in enumerate(cut.scenes)
    ]  # fmt: skip
    texts: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    for place, one in enumerate(cut.subtitles if cut.spoken else ()):
        words = {"text": one.text, "styles": [{"range": [0, len(one.text.encode("utf-16-le")) // 2], "size": 8.0, "fill": {"content": {"solid": {"color": [1.0, 1.0, 1.0]}}}}]}  # fmt: skip
        texts.append({"id": number("text", place), "type": "subtitle", "content": json.dumps(words, ensure_ascii=False), "alignment": 1})  # fmt: skip
        written.append(
            {
                "id": number("words", place), "material_id": texts[-1]["id"], "target_timerange": span(one.start_s, one.end_s),
                "clip": {"alpha": 1.0, "rotation": 0.0, "scale": {"x": 1.0, "y": 1.0}, "transform": {"x": 0.0, "y": -0.6}},
                "extra_material_refs": [],
            }
        )  # fmt: skip
    tracks = [{"id": number("picture"), "type": "video", "attribute": 0, "flag": 0, "segments": picture}]
    if written:
        tracks.append({"id": number("texts"), "type": "text", "attribute": 0, "flag": 0, "segments": written})
    return {
        "id": number("draft"), "version": 360000, "new_version": "110.0.0", "name": cut.title, "duration": length,
        "fps": float(cut.fps), "canvas_config": {"width": cut.width, "height": cut.height, "ratio": "original"},
        "materials": {"videos": [video], "texts": texts, "audios": [], "speeds": [], "canvases": []},
        "tracks": tracks, "platform": {"os": "windows", "app_source": "lv", "app_version": "5.9.0"},
    }  # fmt: skip
