"""What a film's manifest tells: product, scenes with their texts, subtitles with their words, sound, versions."""

from __future__ import annotations

import json
from typing import Any

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.encode import PRESET
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ, outline, texts
from magnetar.capabilities.creative.layers import Scene, Timed
from magnetar.capabilities.creative.loudness import Sound
from magnetar.capabilities.creative.preparing import Prepared
from magnetar.capabilities.creative.speaking import DUCK_DB
from magnetar.capabilities.creative.storyboard import Shot
from magnetar.capabilities.creative.subtitled import frames_of
from magnetar.vocabulary.catalogue import Product


def manifest(
    made: Prepared, product: Product, language: str, seed: int, sound: Sound, lufs: float, peak: float,
    defects: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """As JSON holds it; read by `judging.told` and `timeline.cut`."""
    import av
    import cv2

    board = made.board
    pairs = list(zip(board.shots, made.stage.scenes, strict=True))
    return {
        "schema": "magnetar/film-manifest/1",
        "film": made.digest,
        "product": product.id,
        "merchant": product.merchant,
        "language": language,
        "seed": seed,
        "aspect": made.direction.aspect,
        "picture": made.picture_used or None,
        "seconds": round(board.seconds, 3),
        "frames": board.frames,
        "fps": board.fps,
        "width": made.stage.studio.width,
        "height": made.stage.studio.height,
        "turn_s": round(board.turn_frames / board.fps, 3),
        "scenes": [
            {
                "start_s": round(shot.start / board.fps, 3),
                "end_s": round((shot.start + shot.frames) / board.fps, 3),
                "kind": shot.line.kind,
                "look": shot.look.value,
                "camera": shot.way.value,
                "headline": shot.line.headline,
                "caption": shot.line.caption,
                "chip": shot.line.chip,
                "texts": texts(scene, board.fps),
            }
            for shot, scene in pairs
        ],
        "subtitles": [told for shot, scene in pairs for told in _subtitles(shot, scene, board.fps)],
        "voice": voice(made),
        "price": "".join(made.script.price),
        "list_price": "".join(made.script.list_price) if made.script.list_price else None,
        "music": {
            "tempo": board.tune.tempo,
            "key": board.tune.key,
            "lufs": round(lufs, 2),
            "true_peak_db": round(peak, 2),
        },
        "label": {"text": label.TEXT[language], "metadata": json.loads(label.metadata(product.merchant, made.digest))},
        "font": {"name": made.face.name, "file": made.face.path.name},
        "versions": {"magnetar": __version__, "av": av.__version__, "opencv": cv2.__version__, "preset": PRESET},
        "notes": list(dict.fromkeys(made.script.notes)),
        "defects": defects,
        "sound": {"outline_hz": OUTLINE_HZ, "outline": outline(sound)},
    }


def voice(made: Prepared) -> dict[str, Any] | None:
    """Who speaks, and what in which scene; None where nobody does: music and captions only."""
    first = next((one for one in made.spoken if one), None)
    if first is None:
        return None
    lines = [
        {
            "scene": place,
            "text": one.text,
            "start_s": round(made.voice_start_s(place), 3),
            "end_s": round(made.voice_start_s(place) + one.seconds, 3),
        }
        for place, one in enumerate(made.spoken)
        if one
    ]
    return {
        "provider": first.provider, "voice": first.voice, "exact": all(one.exact for one in made.spoken if one),
        "speed": made.speed, "duck_db": DUCK_DB, "lines": lines,
    }  # fmt: skip


def _subtitles(shot: Shot, scene: Scene, fps: int) -> list[dict[str, Any]]:
    """The subtitles of a scene with the film's times: of its frames, and of the words as they are heard."""
    at = shot.start / fps
    painted = {id(one.caption): one for one in scene.timed}
    found: list[dict[str, Any]] = []
    for one in scene.captions:
        shown = painted.get(id(one))
        start, end = frames_of(one, shot, fps)
        found.append(
            {
                "start_s": round((shot.start + start) / fps, 3),
                "end_s": round((shot.start + end) / fps, 3),
                "text": one.text,
                "words": [
                    {"start_s": round(at + begins, 3), "end_s": round(at + ends, 3), "text": text}
                    for begins, ends, text in one.words
                ],
                **(_place(shown) if shown else {"shown": "as the headline or the button"}),
            }
        )
    return found


def _place(one: Timed) -> dict[str, Any]:
    box = one.setting.box
    return {
        "shown": "subtitle", "lines": list(one.setting.lines), "size": one.setting.size,
        "box": [box.x, box.y, box.right, box.bottom], "colour": list(one.setting.colour), "behind": list(one.behind),
    }  # fmt: skip
