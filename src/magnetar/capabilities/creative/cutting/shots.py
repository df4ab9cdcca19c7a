"""Shots of a clip: where it was cut, and which stretches are not to be used.

Cuts are looked for at key frames first; only groups of pictures between key frames that differ, or of which one is bad
and the next is not, are decoded whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from magnetar.capabilities.creative.cutting.footage import Footage, frames
from magnetar.capabilities.creative.cutting.glancing import BURST, glance
from magnetar.capabilities.creative.cutting.looking import Eye, Samples, apart

CUT, CUT_LEAST, SUSPECT = 0.42, 6.0, 0.16
"""Colours apart at a cut, mean change of luma there at least, and apart between key frames that asks for a closer look."""
BLURRED, DARK, WASHED = 0.54, 34.0, 96.0
FLAT = 6.0
"""Variance of the Laplacian of a picture without any detail."""
BURNT = 0.30
SHAKY, FAST = 0.009, 0.045
"""Change of motion, and motion, in widths a frame at 25 frames a second."""
FROZEN, FROZEN_S = 0.04, 0.4
ALIKE_BITS = 6
EDGE_S, SHORTEST_S = 0.12, 0.8
REASONS = {
    "black": "黑场 black", "burnt": "过曝 over-exposed", "blurred": "模糊 blurred", "shaky": "抖动 shaky", "frozen": "定格 frozen",
    "duplicate": "重复 duplicate", "short": "太短 too short",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bad:
    """A stretch that is not to be used."""

    start_s: float
    end_s: float
    kind: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one shot that can be used."""

    clip: int
    """Number of the clip."""
    shot: int
    start_s: float
    end_s: float
    score: float
    """0 to 1."""
    reasons: tuple[str, ...]
    alike: tuple[int, ...]
    """Hashes of its frames."""

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Scanned:
    """A clip that was looked through."""

    samples: Samples
    cuts: tuple[float, ...]
    bad: tuple[Bad, ...]
    stretches: tuple[Stretch, ...]


def scan(footage: Footage, number: int = 0, every: bool = False) -> Scanned:
    """Look through a clip.

    Args:
        every: decode every frame.
    """
    samples, found = look_through(footage, every)
    return judge(footage, number, samples, found)


def judge(footage: Footage, number: int, samples: Samples, cuts: Sequence[float]) -> Scanned:
    """Which stretches of a clip can be used, by its samples."""
    bad = find_bad(samples, footage)
    return Scanned(samples, tuple(cuts), tuple(bad), tuple(stretches_of(footage, number, samples, cuts, bad)))


def look_through(footage: Footage, every: bool = False) -> tuple[Samples, list[float]]:
    """Samples of a clip and its cuts."""
    if every:
        eye = Eye(footage)
        _look(eye, footage, 0.0, footage.seconds)
        return eye.samples, cuts_in(eye.samples)
    return _joined(glance(footage, lambda one, after: _suspicious(one, after, footage)))


def _look(eye: Eye, footage: Footage, start_s: float, end_s: float) -> None:
    for count, (at, frame) in enumerate(frames(footage, start_s, end_s)):
        eye.look(frame, at, count > 0)
        eye.samples.decoded += 1


def _suspicious(one: Samples, after: Samples, footage: Footage) -> bool:
    if not len(one) or not len(after):
        return True
    far = apart(one.colours[-1], after.colours[0])
    turned = bin(one.alike[-1] ^ after.alike[0]).count("1")
    if far > SUSPECT or (far > SUSPECT / 2 and turned > 22):
        return True
    return {bad.kind for bad in find_bad(one, footage)} != {bad.kind for bad in find_bad(after, footage)}


def _joined(parts: Sequence[Samples]) -> tuple[Samples, list[float]]:
    whole = Samples()
    cuts: list[float] = []
    for part in parts:
        if not len(part):
            continue
        cuts += cuts_in(part)
        if len(whole) and apart(whole.colours[-1], part.colours[0]) > CUT:  # a cut right at the key frame
            cuts.append(part.times[0])
        for name in Samples.__slots__:
            if name == "decoded":
                whole.decoded += part.decoded
            else:
                getattr(whole, name).extend(getattr(part, name))
    return whole, cuts


def cuts_in(samples: Samples) -> list[float]:
    """Times at which one shot ends and the next begins; only neighbouring frames are compared."""
    found: list[float] = []
    for place in range(1, len(samples)):
        if not samples.follows[place] or samples.change[place] < CUT_LEAST:
            continue
        far = apart(samples.colours[place - 1], samples.colours[place])
        usual = float(
            np.median([value for value in samples.change[max(1, place - 6) : place] if np.isfinite(value)] or [0.0])
        )
        sudden = samples.change[place] > 3.0 * usual + 4.0
        turned = bin(samples.alike[place - 1] ^ samples.alike[place]).count("1")
        if (
            sudden
            and (far > CUT or (far > CUT / 2 and turned >= 18))
            and (not found or samples.times[place] - found[-1] > 0.2)
        ):
            found.append(samples.times[place])
    return found


def find_bad(samples: Samples, footage: Footage) -> list[Bad]:
    """Stretches that are black, over-exposed, blurred, shaky or frozen."""
    if not len(samples):
        return []
    rate = max(footage.fps, 1.0) / 25.0
    shaky = shakiness(samples)
    still = stillness(samples)
    kinds: list[str] = []
    for place in range(len(samples)):
        motion = samples.move[place]
        speed = float(np.hypot(*motion)) * rate if np.isfinite(motion[0]) else 0.0
        if samples.mean[place] < DARK and samples.high[place] < 70:
            kinds.append("black")
        elif samples.burnt[place] > BURNT and samples.low[place] > WASHED:
            kinds.append("burnt")
        elif samples.blur[place] > BLURRED or samples.detail[place] < FLAT:
            kinds.append("blurred")
        elif shaky[place] * rate > SHAKY or speed > FAST:
            kinds.append("shaky")
        elif still[place]:
            kinds.append("frozen")
        else:
            kinds.append("")
    found: list[Bad] = []
    for place, kind in enumerate(kinds):
        if not kind:
            continue
        end = samples.times[place + 1] if place + 1 < len(samples) else footage.seconds
        if found and found[-1].kind == kind and samples.times[place] - found[-1].end_s < 0.25:
            found[-1] = Bad(found[-1].start_s, end, kind)
        else:
            found.append(Bad(samples.times[place], end, kind))
    return found


def shakiness(samples: Samples) -> np.ndarray:
    """(samples,) how much the motion changes from frame to frame, over half a second, in widths."""
    moves = np.array(samples.move).reshape(-1, 2)
    jerk = np.full(len(moves), np.nan)
    for place in range(1, len(moves)):
        if samples.follows[place] and samples.follows[place - 1]:
            jerk[place] = float(np.hypot(*(moves[place] - moves[place - 1])))
    out = np.zeros(len(moves))
    runs = np.cumsum(~np.array(samples.follows, bool))
    for place, at in enumerate(samples.times):
        low, high = bisect_left(samples.times, at - 0.25), bisect_left(samples.times, at + 0.25)
        near = jerk[low:high][runs[low:high] == runs[place]]  # a look of its own says nothing of the next one
        near = near[np.isfinite(near)]
        if len(near) >= 2:
            out[place] = float(np.sqrt((np.minimum(near, 0.08) ** 2).mean()))
    return out


def stillness(samples: Samples) -> np.ndarray:
    """(samples,) whether nothing moves at all there for a while."""
    out = np.zeros(len(samples), bool)
    first = 0
    for place in range(1, len(samples) + 1):
        if place < len(samples) and samples.change[place] < FROZEN and samples.follows[place]:
            continue
        if place - 1 > first and (
            samples.times[place - 1] - samples.times[first] >= FROZEN_S or place - first >= BURST
        ):
            out[first:place] = True
        first = place
    return out


def stretches_of(
    footage: Footage, number: int, samples: Samples, cuts: Sequence[float], bad: Sequence[Bad]
) -> list[Stretch]:
    """What is left between cuts and bad stretches."""
    found: list[Stretch] = []
    edges = [0.0, *cuts, footage.seconds]
    for shot, (begin, end) in enumerate(pairwise(edges)):
        at = begin
        inside = sorted(
            (max(begin, one.start_s), min(end, one.end_s)) for one in bad if one.end_s > begin and one.start_s < end
        )
        for low, high in [*inside, (end, end)]:
            if low - at >= SHORTEST_S + 2 * EDGE_S:
                made = scored(number, shot, at + EDGE_S, low - EDGE_S, samples)
                if made is not None:
                    found.append(made)
            at = max(at, high)
    return found


def scored(number: int, shot: int, start_s: float, end_s: float, samples: Samples) -> Stretch | None:
    """A stretch with its score and what speaks for it."""
    low, high = bisect_left(samples.times, start_s - 0.02), bisect_left(samples.times, end_s)
    if high <= low:  # between two looks: by the one before
        low, high = max(0, low - 1), max(1, low)
    if high <= low or not len(samples):
        return None
    pick = slice(low, high)
    sharp = float(np.clip((BLURRED - np.median(samples.blur[pick])) / 0.35, 0, 1))
    light = float(np.clip(1 - abs(np.median(samples.mean[pick]) - 118) / 90, 0, 1)) * (
        1 - min(1.0, float(np.median(samples.burnt[pick])))
    )
    calm = float(np.clip(1 - np.median(shakiness(samples)[pick]) / SHAKY, 0, 1))
    change = [value for value in samples.change[pick] if np.isfinite(value)]
    lively = float(np.clip(np.median(change) / 2.5, 0, 1)) if change else 0.0
    score = 0.4 * sharp + 0.25 * light + 0.2 * calm + 0.15 * lively
    told = (f"清晰 sharp {sharp:.2f}", f"曝光 light {light:.2f}", f"平稳 calm {calm:.2f}", f"动感 lively {lively:.2f}")
    step = max(1, (high - low) // 6)
    return Stretch(
        number, shot, round(start_s, 3), round(end_s, 3), round(score, 4), told, tuple(samples.alike[pick][::step])
    )


def same(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches show nearly the same."""
    near = [min(bin(a ^ b).count("1") for b in other.alike) for a in one.alike if other.alike]
    return bool(near) and float(np.median(near)) <= ALIKE_BITS
