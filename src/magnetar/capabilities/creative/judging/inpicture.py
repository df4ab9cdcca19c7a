"""Watches a film's frames for the texts that it should show, the AI label above all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.lettering import Seen, find_label, look, still_there
from magnetar.capabilities.creative.judging.picture import stretches
from magnetar.capabilities.creative.judging.told import Scene, Text, Told
from magnetar.capabilities.creative.palette import READABLE
from magnetar.capabilities.creative.typeface import Typeface

ALIKE, LABEL_ALIKE, LETTER_ALIKE = 0.90, 0.80, 0.80
"""Least correlation of a text, of the label in any frame, of a single letter. Good films have 0.98 and more (margins
are printed by `benchmarks/judging.py --tune`)."""
STRUCK = 0.6
"""All of these are lower by this factor for a price that is struck through: the rule is not part of the letters."""
FADED = 0.85
"""Sampled contrast may be this much of what is asked for: compression softens thin strokes."""
FOUND = 0.72
"""Least correlation of a label that is looked for without knowing its place."""
GONE_S = 0.45
"""A label without a known place may be away for so long: scenes slide over one another."""


@dataclass(slots=True)
class Watch:
    """Looks at single frames while a film is read."""

    told: Told | None
    face: Typeface | None
    ours: bool
    best: dict[tuple[int, int], Seen] = field(default_factory=dict[tuple[int, int], Seen])
    """(scene, text) → the best of its looks."""
    seen_label: dict[int, float] = field(default_factory=dict[int, float])
    """Frame → correlation of the label."""
    mark: Text | None = None
    _schedule: dict[int, list[tuple[int, int]]] = field(default_factory=dict[int, list[tuple[int, int]]])

    def __post_init__(self) -> None:
        if self.told:
            self._schedule = schedule(self.told)

    def look(self, number: int, frame: Any) -> None:
        """Look at one decoded frame."""
        if not self.ours or self.face is None:
            return
        fps = self.told.fps if self.told else 25.0
        at = float(frame.time or 0.0)
        if self.told:
            number = round(at * fps)
            due = self._schedule.get(number, [])
            early = at < label.LEAST_S + 1e-6
            if not due and not early:
                return
            picture = frame.to_ndarray(format="rgb24")
            for scene, place in due:
                self._text(scene, place, self.told.scenes[scene].texts[place], picture)
            self._label(number, at, picture)
        elif at < label.LEAST_S + 1e-6:
            luma = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            luma = luma[: frame.height, : frame.width]
            if self.mark is None:
                alike, self.mark = find_label(luma, self.face, tuple(label.TEXT.values()), label.SHARE)
                self.seen_label[number] = alike
            else:
                self.seen_label[number] = still_there(luma, self.mark, self.face)

    def _text(self, scene: int, place: int, text: Text, picture: Any) -> None:
        assert self.face is not None
        seen = look(picture, text, self.face)
        before = self.best.get((scene, place))
        if before is None or (seen.alike, seen.worst) > (before.alike, before.worst):
            self.best[scene, place] = seen

    def _label(self, number: int, at: float, picture: Any) -> None:
        assert self.told is not None
        assert self.face is not None
        scene = _scene_at(self.told, at)
        if scene is None:
            return
        marks = [one for one in scene.texts if one.role == "label"]
        if marks:
            self.seen_label[number] = look(picture, marks[0], self.face).alike

    def defects(self, fps: float) -> list[Defect]:
        """What was not seen as it should be."""
        if self.face is None:
            return []
        found = self._label_defects(self.told.fps if self.told else fps)
        if self.told:
            for (scene, place), seen in sorted(self.best.items()):
                one = self.told.scenes[scene]
                found += _judge(one, one.texts[place], seen)
        return found

    def _label_defects(self, fps: float) -> list[Defect]:
        if self.told:
            if not any(one.texts for one in self.told.scenes):
                return []
            turns = [scene.start_s for scene in self.told.scenes[1:]]
            turn_s = self.told.turn_s + 1.5 / fps
            lost = [
                number
                for number, alike in sorted(self.seen_label.items())
                if alike < LABEL_ALIKE and not any(0 <= number / fps - cut + 0.5 / fps < turn_s for cut in turns)
            ]
            if lost:
                return [defect("label", lost[0] / fps, f"the label is not in the picture ({len(lost)} of {len(self.seen_label)} frames looked at)")]  # fmt: skip
            return []
        times = sorted(self.seen_label)
        if not times or self.seen_label[times[0]] < FOUND:
            return [defect("label", 0.0, "no AI label found in the first frame")]
        for first, end in stretches([self.seen_label[number] < FOUND - 0.1 for number in times]):
            if end - first > GONE_S * (fps or 25.0):
                return [defect("label", times[first] / (fps or 25.0), f"the label goes before {label.LEAST_S:g} s")]
        return []


def _judge(scene: Scene, text: Text, seen: Seen) -> list[Defect]:
    kind = "label" if text.role == "label" else "text"
    struck = STRUCK if text.role == "list price" else 1.0
    least = LABEL_ALIKE if text.role == "label" else ALIKE * struck
    shown = "".join(text.lines)[:20]
    if seen.alike < least:
        return [
            defect(
                kind,
                scene.start_s,
                f"{text.role} {shown!r} is not in the picture as told (correlation {seen.alike:.2f})",
            )
        ]
    found: list[Defect] = []
    if seen.misread:
        told, other = seen.misread.split(">")
        found.append(defect("text", scene.start_s, f"{text.role} {shown!r}: {told!r} looks like {other!r}"))
    elif seen.worst < LETTER_ALIKE * struck:
        found.append(defect("text", scene.start_s, f"{text.role} {shown!r}: {seen.letter!r} is not in the picture (correlation {seen.worst:.2f})"))  # fmt: skip
    if seen.contrast < READABLE * FADED:
        found.append(defect("contrast", scene.start_s, f"{text.role} {shown!r} {seen.contrast:.2f}:1 in the picture, at least {READABLE}:1"))  # fmt: skip
    return found


def schedule(told: Told) -> dict[int, list[tuple[int, int]]]:
    """Frame → the texts to look at there: each twice while it stands still, where its scene is long enough."""
    due: dict[int, list[tuple[int, int]]] = {}
    for number, scene in enumerate(told.scenes):
        last = round(scene.end_s * told.fps) - 1
        for place, text in enumerate(scene.texts):
            settled = max(text.settled_s, told.turn_s if number else 0.0)
            first = round((scene.start_s + settled) * told.fps) + 1
            if first <= last:
                for frame in {(first + last) // 2, last}:
                    due.setdefault(frame, []).append((number, place))
    return due


def _scene_at(told: Told, at: float) -> Scene | None:
    for scene in told.scenes:
        if scene.start_s - 0.5 / told.fps <= at < scene.end_s - 0.5 / told.fps:
            return scene
    return None
