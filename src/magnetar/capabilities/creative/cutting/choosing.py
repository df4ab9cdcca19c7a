"""Which stretch of the footage shows which scene: by quality, order, variety, and fit with what is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from magnetar.capabilities.creative.cutting.shots import Stretch, same

ORDER, FIT, AGAIN, TWIN = 0.12, 0.5, 0.12, 0.45
MOST_JOINED = 3
SHORTEST_PIECE_S = 0.8
_NEVER = -1e3
_CAMERA = re.compile(r"^(img|dsc|vid|mvi|pxl|mov|clip|video|dji|gopr|wechat|mmexport|screenrecording)[\W_]*|\d+", re.I)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A scene that is to be shown."""

    seconds: float
    text: str
    """What is said and written in it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What shows a scene: stretches of clips one after the other, or a photo where no clip is good enough."""

    stretches: tuple[Stretch, ...] = ()
    photo: int = -1
    """Number of the photo; −1 with no stretch either: the record's own picture."""
    why: tuple[str, ...] = ()


def choose(
    scenes: Sequence[Wanted], stretches: Sequence[Stretch], words: Sequence[str], photos: Sequence[str] = ()
) -> list[Chosen]:
    """One stretch for each scene, at least as long as it; photos for the rest. The same input, the same answer.

    Args:
        words: what is known of each clip: its name, what is read and heard in it.
        photos: the same of each photo.
    """
    parts = _parts(
        stretches, max((one.seconds for one in scenes), default=0.0), min((one.seconds for one in scenes), default=0.0)
    )
    table = np.full((len(scenes), len(parts) + len(scenes)), 0.0)
    last = max((one.clip for one, _ in parts), default=0)
    twins = _twins([one for one, _ in parts])
    for row, scene in enumerate(scenes):
        along = row / max(1, len(scenes) - 1)
        for column, (one, turn) in enumerate(parts):
            if one.seconds + 1e-6 < scene.seconds:
                table[row, column] = _NEVER
                continue
            away = abs(along - one.clip / max(1, last)) if last else abs(along - min(1.0, one.start_s / 60))
            table[row, column] = (
                0.3
                + one.score
                - ORDER * away
                - AGAIN * turn
                - TWIN * twins[column]
                + FIT * fit(scene.text, words[one.clip])
                - 1e-7 * column
            )
    rows, columns = linear_sum_assignment(table, maximize=True)
    taken = {int(row): int(column) for row, column in zip(rows, columns, strict=True)}
    found: list[Chosen] = []
    free = list(range(len(photos)))
    for row, scene in enumerate(scenes):
        column = taken.get(row, len(parts))
        if column < len(parts) and table[row, column] > 0 and parts[column][0].seconds + 1e-6 >= scene.seconds:
            one, turn = parts[column]
            length = scene.seconds
            fits = fit(scene.text, words[one.clip])
            why = (
                *one.reasons,
                *((f"相符 fits {fits:.2f}",) if fits else ()),
                *(("再次取自同一镜头 again from the same shot",) if turn else ()),
            )
            found.append(Chosen((replace(one, end_s=round(min(one.end_s, one.start_s + length), 3)),), why=why))
        else:
            found.append(Chosen())
    left = [one for place, (one, _) in enumerate(parts) if place not in set(taken.values())]
    for row, scene in enumerate(scenes):
        if found[row].stretches:
            continue
        joined = _joined(scene, left, words)
        if joined:
            left = [one for one in left if one not in joined]
            why = ("几段相接 short stretches joined", *(reason for one in joined[:1] for reason in one.reasons))
            found[row] = Chosen(_fitted(joined, scene.seconds), why=why)
        elif free:
            best = max(free, key=lambda place: (fit(scene.text, photos[place]), -place))
            free.remove(best)
            found[row] = Chosen((), best, ("没有够长够好的片段 no stretch is long and good enough; a photo",))
        else:
            found[row] = Chosen((), -1, ("没有可用的片段 no usable stretch is left; the record's picture",))
    return found


def _joined(scene: Wanted, left: Sequence[Stretch], words: Sequence[str]) -> list[Stretch]:
    """The best few short stretches that together are long enough, in the order of the footage; empty where none are."""
    order = sorted(left, key=lambda one: (-one.score - FIT * fit(scene.text, words[one.clip]), one.clip, one.start_s))
    taken: list[Stretch] = []
    for one in order:
        if any((one.clip, one.shot) != (other.clip, other.shot) and same(one, other) for other in taken):
            continue
        taken.append(one)
        if sum(each.seconds for each in taken) >= scene.seconds + 0.04 * len(taken):
            return sorted(taken, key=lambda each: (each.clip, each.start_s))
        if len(taken) == MOST_JOINED:
            break
    return []


def _fitted(joined: Sequence[Stretch], seconds: float) -> tuple[Stretch, ...]:
    """As much of each as the scene needs, by their lengths, on whole frames."""
    total = sum(one.seconds for one in joined)
    out: list[Stretch] = []
    rest = seconds
    for place, one in enumerate(joined):
        share = rest if place == len(joined) - 1 else round(seconds * one.seconds / total * 25) / 25
        share = min(share, one.seconds)
        rest -= share
        out.append(replace(one, end_s=round(one.start_s + share, 3)))
    return tuple(out)


def _parts(stretches: Sequence[Stretch], longest: float, shortest: float) -> list[tuple[Stretch, int]]:
    """Stretches in pieces that each can show a scene, with how many pieces of the same came before."""
    found: list[tuple[Stretch, int]] = []
    for one in stretches:
        at, turn = one.start_s, 0
        while one.end_s - at >= SHORTEST_PIECE_S - 1e-6 and shortest > 0 and turn < 8:
            end = one.end_s if one.end_s - at < longest + shortest else at + longest
            found.append((replace(one, start_s=at, end_s=end), turn))
            at, turn = end, turn + 1
    return found


def _twins(parts: Sequence[Stretch]) -> list[int]:
    """Whether another piece, of another shot, shows the same and is as good or better."""
    found = [0] * len(parts)
    for place, one in enumerate(parts):
        for earlier, other in enumerate(parts):
            if (
                (one.clip, one.shot) != (other.clip, other.shot)
                and (other.score, -earlier) > (one.score, -place)
                and same(one, other)
            ):
                found[place] = 1
                break
    return found


def fit(text: str, words: str) -> float:
    """How much of what is known of a clip is in a text, 0 to 1: pairs of Han characters and Latin words in common.

    >>> fit("底仓自带防雨罩", "防雨罩 特写.mp4") > fit("底仓自带防雨罩", "厨房.mp4")
    True
    """
    known = pieces(words)
    return len(known & pieces(text)) / len(known) if known else 0.0


def pieces(text: str) -> set[str]:
    """Pairs of Han characters, and Latin words of three letters and more; numbers of cameras say nothing."""
    text = _CAMERA.sub(" ", text[:10_000].lower())
    found = {
        word
        for word in re.findall(r"[a-z]{3,}", text)
        if word not in ("mp4", "mov", "jpg", "jpeg", "png", "webm", "mkv", "the", "and")
    }
    for run in re.findall(r"[\u3400-\u9fff]{2,}", text):
        found |= {run[place : place + 2] for place in range(len(run) - 1)}
    return found
