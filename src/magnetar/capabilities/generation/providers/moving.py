"""Clips without a model: stills moved by pan, zoom and a parallax that is guessed, labelled, and saying so."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.generation.choosing import PEOPLE, choose
from magnetar.capabilities.generation.ports import Cost, FilmWanted, Made, PeopleFinder, Progress
from magnetar.capabilities.generation.rendering.filming import blend, write_film
from magnetar.capabilities.generation.rendering.framing import faces_in
from magnetar.capabilities.generation.rendering.marking import KEY, label, label_place, metadata
from magnetar.capabilities.generation.rendering.moves import Picture, View, choose_move
from magnetar.capabilities.generation.rendering.opening import open_picture
from magnetar.capabilities.generation.rendering.poster import fill, paint_poster
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, ProviderUnavailable

NAME = "moving"
FPS = 24
SHORT_SIDE = {"std": 720, "pro": 1080}
LONGEST_S = 30.0
FADE_S = 0.5
ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}


class Moving:
    """Moves a view over stills; without stills, over a drawn poster of the prompt."""

    name = NAME

    def __init__(self, people: PeopleFinder | None = None) -> None:
        """`people` finds the faces of given stills, so that no move cuts one."""
        self._people = people

    def make(self, wanted: FilmWanted, out: Path, progress: Progress | None = None) -> Made:
        began = time.process_time()
        width, height = _size(wanted)
        if wanted.sound:
            raise ProviderUnavailable(
                'The embedded backend makes no sound. Send "sound": "off", or set MAGNETAR_VIDEO to a provider with sound.'
            )
        count = round(wanted.seconds * FPS)
        if not 0.5 <= wanted.seconds <= LONGEST_S:
            raise BadInput(f"A clip has 0.5 to {LONGEST_S:.0f} seconds, found {wanted.seconds}.")
        chance = Chance(wanted.seed).of("moving", wanted.prompt)
        given = [open_picture(raw) for raw in wanted.pictures]
        faces = [faces_in(one, self._people) for one in given]
        stills = [np.asarray(one) for one in given]
        what = "pan, zoom and guessed parallax over " + ("the given stills" if len(stills) > 1 else "the given still")
        if not stills and wanted.tail is None:
            poster = paint_poster(wanted.prompt, round(width * 1.22), round(height * 1.22), chance.of("poster"))
            stills, what = [np.asarray(poster)], "pan and zoom over a drawn poster of the prompt"
        tail = None
        if wanted.tail is not None:
            last = open_picture(wanted.tail)
            tail = np.array(fill(last, width, height, faces_in(last, self._people)))
        number = hashlib.sha256(repr((wanted.seed, wanted.prompt, wanted.seconds, width, height)).encode()).hexdigest()
        if not stills:
            assert tail is not None
            stills, tail = [tail], None
        views = [
            View(still, width, height, choose_move(wanted.prompt, chance.of("still", at)), faces[at] if faces else ())
            for at, still in enumerate(stills)
        ]
        frames = _frames(views, tail, count)
        avoid = [box for view in views for share in (0.0, 0.5, 1.0) for box in view.faces_at(share)]
        made = write_film(
            _told(frames, count, progress), out, width, height, FPS, {KEY: metadata(number[:32])},
            label(min(width, height)), label_place(width, height, avoid),
        )  # fmt: skip
        cost = Cost(cpu_seconds=time.process_time() - began)
        return Made(out, "video/mp4", NAME, f"{what}; no video model was used", made / FPS, cost)


def _size(wanted: FilmWanted) -> tuple[int, int]:
    if wanted.aspect not in ASPECTS:
        raise BadInput(f"An aspect is one of {', '.join(ASPECTS)}; found {wanted.aspect!r}.")
    if wanted.mode not in SHORT_SIDE:
        raise BadInput(f"A mode is one of {', '.join(SHORT_SIDE)}; found {wanted.mode!r}.")
    short = int(wanted.more.get("short_side", SHORT_SIDE[wanted.mode]))
    if not 64 <= short <= 2160:
        raise BadInput(f"A short side lies in [64, 2160] pixels, found {short}.")
    across, down = ASPECTS[wanted.aspect]
    unit = short / min(across, down)
    return round(across * unit / 2) * 2, round(down * unit / 2) * 2


def _frames(views: list[View], tail: Picture | None, count: int) -> Iterator[Picture]:
    """The views one after the other, fading; a tail is faded into and stays still at the end."""
    fade = min(round(FADE_S * FPS), max(1, count // (2 * len(views) + 2)))
    edges = [round(count * at / len(views)) for at in range(len(views) + 1)]
    before: View | None = None
    for at, view in enumerate(views):
        first, last = edges[at], edges[at + 1]
        span = max(1, last - first - 1 + (fade if at + 1 < len(views) else 0))  # goes on while it fades out
        before_span = max(1, first - edges[at - 1] - 1 + fade) if at else 1
        for place in range(first, last):
            frame = view.at((place - first) / span)
            if before is not None and place - first < fade:
                old = before.at(min(1.0, (place - edges[at - 1]) / before_span))
                frame = blend(old, frame, (place - first + 1) / (fade + 1))
            if tail is not None and place >= count - 2 * fade:
                frame = blend(frame, tail, min(1.0, (place - count + 2 * fade + 1) / fade))
            yield frame
        before = view


def _told(frames: Iterator[Picture], count: int, progress: Progress | None) -> Iterator[Picture]:
    for at, frame in enumerate(frames):
        if progress is not None and at % FPS == 0:
            progress(at / count)
        yield frame


def make(settings: Any) -> Moving:
    """The provider; it needs nothing, and heeds faces where they can be found."""
    return Moving(choose(PEOPLE, settings.people, settings))
