"""The words of a shot: bubbles with a tail, narrators' boxes, place captions, titles, the card at the end, the AI label.

Every text stands on a ground of one colour, so that it reads on any picture, and inside the safe area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.drama.bible import Bible
from magnetar.capabilities.creative.drama.board import Shot
from magnetar.capabilities.creative.drama.pen import INK, Pen
from magnetar.capabilities.creative.palette import WHITE, contrast, mix
from magnetar.capabilities.creative.planes import RGB, Box, Planes, Sprite, even
from magnetar.capabilities.creative.typeface import BLACK, BOLD, MEDIUM, REGULAR, Typeface
from magnetar.capabilities.creative.typography import Setting, Style, set_text
from magnetar.capabilities.creative.wording import clean_text
from magnetar.kernel.errors import BadInput

PAPER: RGB = (252, 251, 246)
NIGHT: RGB = (24, 26, 40)
GOLD: RGB = (252, 214, 92)
RED: RGB = (176, 34, 44)
POP_S = 0.16
"""A text is whole so long after it begins to appear."""
_SPEECH = Style(64, 40, 5, BOLD, 1.28)
_TOLD = Style(58, 38, 5, MEDIUM, 1.3)
_ACTION = Style(46, 34, 3, MEDIUM, 1.28)
_NAME = Style(42, 26, 1, BOLD)
_PLACE = Style(50, 32, 2, BOLD, 1.24)
_TITLE = Style(132, 48, 3, BLACK, 1.16, "centre")
_SUB = Style(54, 34, 2, BOLD, 1.24, "centre")
_HEAD = Style(96, 48, 1, BLACK, 1.2, "centre")
_HOOK = Style(80, 44, 4, BLACK, 1.24, "centre")


@dataclass(frozen=True, slots=True)
class Placed:
    """Words on their ground, ready to be blended."""

    role: str
    sprite: Sprite
    x: int
    y: int
    start: int
    """Frame at which they begin to appear; below 0 where they are there from the first."""
    frames: int
    setting: Setting
    behind: RGB


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all texts of a film share."""

    face: Typeface
    width: int
    fps: int
    language: str

    @property
    def scale(self) -> float:
        return self.width / 1080


def shown(text: str, notes: list[str] | None = None) -> str:
    """The words as they are shown: without emoji and control characters."""
    return clean_text(text, "script", notes if notes is not None else [])


def letter(sheet: Sheet, shot: Shot, bible: Bible, start: int) -> list[Placed]:
    """The texts of a shot.

    Args:
        start: frame at which its words begin.

    Raises:
        BadInput: a character that the font lacks, or words that do not fit; naming the line.
    """
    made = [ai_label(sheet)]
    try:
        if shot.kind == "card":
            made += _card(sheet, shot)
        elif shot.kind == "promo":
            made += _promo(sheet, shot)
        elif shot.kind == "establish":
            made += _establish(sheet, shot)
        elif shot.cue:
            made += _words(sheet, shot, bible, start)
    except BadInput as wrong:
        raise BadInput(
            f"第 {shot.cue.line if shot.cue else 0} 行 line {shot.cue.line if shot.cue else 0}: {wrong}"
        ) from None
    for one in made:
        if one.setting.shortened and one.role != "name":
            raise BadInput(
                f"第 {shot.cue.line if shot.cue else 0} 行放不下 line {shot.cue.line if shot.cue else 0} does not fit on the screen "
                f"whole: {one.setting.text[:40]!r}. Shorten its longest word or split the line."
            )  # fmt: skip
    return made


def ai_label(sheet: Sheet) -> Placed:
    """The visible label, on every frame."""
    size = label.font_size(sheet.language, sheet.width)
    s = sheet.scale
    box = Box(even(84 * s), even(166 * s), even(900 * s), even(260 * s))
    done = set_text(sheet.face, label.TEXT[sheet.language], box, Style(size, size, 1, REGULAR), WHITE)
    return _on_plate(sheet, "label", done, NIGHT, -1, pad=(16, 10), radius=12)


def _words(sheet: Sheet, shot: Shot, bible: Bible, start: int) -> list[Placed]:
    assert shot.cue
    text = shown(shot.cue.text)
    s = sheet.scale
    if not shot.speaker:
        if shot.kind == "act":
            return [_box(sheet, "action", text, (96, 1440, 920, 1604), _ACTION, INK, PAPER, start, "bottom", edge=True)]
        return [_box(sheet, "narration", text, (116, 318, 964, 700), _TOLD, WHITE, NIGHT, start, "top", edge=True)]
    role = bible.role(shot.speaker)
    area = Box(even(120 * s), even(368 * s), even(960 * s), even(760 * s))
    ground = PAPER if not shot.voice_over else (214, 230, 244)
    done = set_text(sheet.face, text, area, _SPEECH, INK, scale=s)
    made = [_bubble(sheet, shot, done, ground, start)]
    tag = mix(role.clothes, (20, 20, 30), 0.25)
    while contrast(WHITE, tag) < 5.2:
        tag = mix(tag, (0, 0, 0), 0.12)
    name = set_text(
        sheet.face,
        shown(role.name),
        Box(even(116 * s), even(276 * s), even(760 * s), even(332 * s)),
        _NAME,
        WHITE,
        scale=s,
    )
    made.append(_on_plate(sheet, "name", name, tag, start, pad=(20, 8), radius=10))
    return made


def _bubble(sheet: Sheet, shot: Shot, done: Setting, ground: RGB, start: int) -> Placed:
    """A bubble around a text, its tail towards who speaks."""
    s = sheet.scale
    pad_x, pad_y, tail = round(44 * s), round(34 * s), round(96 * s)
    left, top = max(even(60 * s), even(done.box.x - pad_x)), even(done.box.y - pad_y)
    right, bottom = max(even(done.box.right + pad_x), even(left + 380 * s)), even(done.box.bottom + pad_y)
    wide, tall = even(right - left + 12), even(bottom - top + tail + 12)
    pen = Pen(wide, tall)
    r = min(46 * s, (bottom - top) / 2.2)
    line = max(2.0, 6 * s)
    x0, y0, x1, y1 = line, line, right - left - line, bottom - top - line
    standing = next((one for one in shot.cast if one.role == shot.speaker), None)
    if standing and not shot.voice_over:
        goal = {"left": 330.0, "right": 750.0}.get(standing.place, 540.0) * s - left
        root = min(max(goal, x0 + r + 40 * s), x1 - r - 40 * s)
        pen.fill([(root - 26 * s, y1 - 4 * s), (goal, tall - 8), (root + 26 * s, y1 - 4 * s)], ground, line=line)
    corner = [(np.cos(t), np.sin(t)) for t in np.linspace(0, np.pi / 2, 8)]
    shape = [(x1 - r + r * a, y1 - r + r * b) for a, b in corner] + [
        (x0 + r - r * b, y1 - r + r * a) for a, b in corner
    ]
    shape += [(x0 + r - r * a, y0 + r - r * b) for a, b in corner] + [
        (x1 - r + r * b, y0 + r - r * a) for a, b in corner
    ]
    pen.fill(shape, ground, line=line)
    if standing and not shot.voice_over:  # the tail grows out of the bubble without a line between them
        pen.fill(
            [
                (root - 22 * s, y1 - 10 * s),
                (root + 22 * s, y1 - 10 * s),
                (root + 14 * s, y1 + 7 * s),
                (root - 14 * s, y1 + 7 * s),
            ],
            ground,
        )
    return _drawn("dialogue", pen, left, top, done, ground, start, sheet)


def _box(
    sheet: Sheet, role: str, text: str, area: tuple[int, int, int, int], style: Style, colour: RGB, ground: RGB, start: int, anchor: str = "top", edge: bool = False
) -> Placed:  # fmt: skip
    s = sheet.scale
    done = set_text(sheet.face, text, Box(*(even(side * s) for side in area)), style, colour, scale=s, anchor=anchor)
    return _on_plate(sheet, role, done, ground, start, pad=(34, 26), radius=8, edge=edge)


def _on_plate(
    sheet: Sheet,
    role: str,
    done: Setting,
    ground: RGB,
    start: int,
    pad: tuple[int, int],
    radius: float,
    edge: bool = False,
) -> Placed:
    """A text on a plate that is a little larger."""
    s = sheet.scale
    pad_x, pad_y = round(pad[0] * s), round(pad[1] * s)
    x, y = done.origin  # the plate lies under all of the text's rectangle, blank parts of its letters too
    rim = 3 + round(14 * s)
    left, top = even(min(done.box.x - pad_x, x - rim)), even(min(done.box.y - pad_y, y - rim))
    right = max(done.box.right + pad_x, x + done.sprite.width + rim)
    low = max(done.box.bottom + pad_y, y + done.sprite.height + rim)
    wide, tall = even(right - left), even(low - top)
    pen = Pen(wide, tall)
    line = max(2.0, 5 * s) if edge else 1.0
    tint = INK if sum(ground) > 380 else WHITE
    r = radius * s
    x1, y1 = wide - line, tall - line
    pen.fill(
        [
            (line + r, line),
            (x1 - r, line),
            (x1, line + r),
            (x1, y1 - r),
            (x1 - r, y1),
            (line + r, y1),
            (line, y1 - r),
            (line, line + r),
        ],
        ground,
        line=line if edge else 0.0,
        ink=tint,
    )
    return _drawn(role, pen, left, top, done, ground, start, sheet)


def _drawn(role: str, pen: Pen, left: int, top: int, done: Setting, ground: RGB, start: int, sheet: Sheet) -> Placed:
    cover = np.maximum(pen.alpha, 1).astype(np.float32)[..., None]
    straight = np.where(
        pen.alpha[..., None] > 0, np.minimum(pen.rgb * (255.0 / cover), 255), np.asarray(ground, np.float32)
    )
    picture = Planes.from_rgb(np.ascontiguousarray(straight.astype(np.uint8)))
    done.sprite.blend(picture, done.origin[0] - left, done.origin[1] - top)
    return Placed(role, Sprite(pen.alpha, picture), left, top, start, max(1, round(POP_S * sheet.fps)), done, ground)


def _establish(sheet: Sheet, shot: Shot) -> list[Placed]:
    assert shot.cue
    made = [_box(sheet, "place", shown(shot.cue.text), (110, 326, 940, 480), _PLACE, WHITE, NIGHT, -1, edge=True)]
    title, head = shot.words
    if title:
        made.append(
            _box(sheet, "title", shown(title), (130, 700, 950, 1090), _TITLE, GOLD, NIGHT, -1, "middle", edge=True)
        )
        low = made[-1].y + made[-1].sprite.height
        top = round(low / sheet.scale) + 56
        made.append(_box(sheet, "episode", shown(head), (150, top, 920, top + 190), _SUB, WHITE, RED, -1))
    return made


def _card(sheet: Sheet, shot: Shot) -> list[Placed]:
    head, foot = shot.words
    made = [_box(sheet, "card", shown(head), (130, 330, 950, 480), _HEAD, GOLD, NIGHT, -1, edge=True)]
    if shot.cue:
        made.append(
            _box(
                sheet,
                "hook",
                shown(shot.cue.text),
                (124, 600, 924, 1010),
                _HOOK,
                INK,
                GOLD,
                max(1, round(0.4 * sheet.fps)),
                edge=True,
            )
        )
    if foot:
        made.append(
            _box(
                sheet,
                "next",
                shown(foot),
                (150, 1360, 910, 1560),
                _SUB,
                WHITE,
                RED,
                max(1, round(0.7 * sheet.fps)),
                "bottom",
            )
        )
    return made


def _promo(sheet: Sheet, shot: Shot) -> list[Placed]:
    title, foot = shot.words
    made: list[Placed] = []
    top = 700
    if title:
        made.append(
            _box(sheet, "title", shown(title), (130, 560, 950, 980), _TITLE, GOLD, NIGHT, -1, "middle", edge=True)
        )
        top = round((made[-1].y + made[-1].sprite.height) / sheet.scale) + 60
    return [*made, _box(sheet, "from", shown(foot), (150, top, 920, top + 220), _SUB, WHITE, RED, -1)]
