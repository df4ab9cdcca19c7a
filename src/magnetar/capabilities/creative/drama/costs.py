"""What a drama costs: forecast before it is made, from a small probe of this machine and the providers' prices; then what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.capabilities.creative.drama.making import Production, Timed, cpu
from magnetar.capabilities.creative.drama.sound import Heard, Stretch, mix
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.segments.coding import encode
from magnetar.capabilities.creative.segments.tracks import encode_sound
from magnetar.kernel.chance import Chance

PROBE_SHOTS, PROBE_FRAMES, PROBE_SOUND_S = 4, 16, 12.0


@dataclass(frozen=True, slots=True)
class Rates:
    """CPU seconds on this machine, as it is loaded now."""

    shot: Mapping[str, float]
    """To set up a shot, by whether somebody stands in it."""
    frame: Mapping[str, float]
    """To paint and encode a frame."""
    place: float
    """To draw a place."""
    sound: float
    """For a second of sound: music, joining, mastering, encoding."""


def kind_of(timed: Timed) -> str:
    """Shots that cost alike."""
    return "people" if timed.shot.cast else "empty"


def probe(production: Production, timed: Sequence[Timed]) -> Rates:
    """Paint and encode a few frames of a few shots, and join a little sound."""
    shots: dict[str, list[float]] = {}
    frames: dict[str, list[float]] = {}
    places: list[float] = []
    for kind in ("people", "empty"):
        alike = [one for one in timed if kind_of(one) == kind]
        for one in alike[:: max(1, len(alike) // (PROBE_SHOTS // 2))][: PROBE_SHOTS // 2]:
            from magnetar.capabilities.creative.drama.panel import place_picture

            began = cpu()
            place_picture(
                production.bible.place(one.shot.place),
                one.shot.time,
                one.shot.weather,
                production.sheet.width,
                production.height,
            )
            drawn = cpu()
            if drawn - began > 0.005:
                places.append(drawn - began)
            panel = production.panel(one)
            ready = cpu()
            few = type(panel)(panel.ground, panel.placed, min(PROBE_FRAMES, panel.frames))
            encode(production.coding, few.play)
            shots.setdefault(kind, []).append(ready - drawn)
            frames.setdefault(kind, []).append((cpu() - ready) / few.frames)
    began = cpu()
    said = next((one.said for one in timed if one.said), None)
    length = round(PROBE_SOUND_S * RATE)
    mixed = mix(
        [Heard(1.0, said, 0.0)] if said else [],
        [Stretch(0.0, PROBE_SOUND_S, "street", "rain")],
        length,
        Chance(0).of("probe"),
    )
    encode_sound(mixed.sound)
    sound = (cpu() - began) / PROBE_SOUND_S

    def usual(found: dict[str, list[float]]) -> dict[str, float]:
        every = [value for values in found.values() for value in values] or [0.05]
        return {kind: float(np.mean(found.get(kind, every))) for kind in ("people", "empty")}

    return Rates(usual(shots), usual(frames), float(np.mean(places)) if places else 0.3, sound)


def forecast(
    production: Production, episodes: Mapping[int, Sequence[Timed]], promos: Mapping[str, Sequence[Timed]], rates: Rates
) -> dict[str, Any]:
    """What making will cost: nothing for what the store holds already.

    Returns:
        `episodes` and `promos` with a row each, and their sums.
    """
    seen: set[str] = set()
    bought: set[str] = set()
    drawn: set[tuple[str, str, str]] = set()
    fps = production.sheet.fps

    def row(timed: Sequence[Timed]) -> dict[str, Any]:
        seconds = sum(one.frames for one in timed) / fps
        work, made, credits, money, clips = rates.sound * seconds + 0.15, 0, 0.0, 0.0, 0
        for one in timed:
            key = production.key(one)
            if key in seen or production.cache.has(key):
                seen.add(key)
                work += rates.shot[kind_of(one)] * 0.25
                continue
            seen.add(key)
            made += 1
            where = (one.shot.place, one.shot.time, one.shot.weather)
            work += (
                rates.place * (where not in drawn) + rates.shot[kind_of(one)] + rates.frame[kind_of(one)] * one.frames
            )
            drawn.add(where)
            picture = production.pictures.key(one.shot, production.bible, one.bought_s)
            if (
                picture
                and one.shot.kind not in ("card", "promo")
                and picture not in bought
                and production.pictures.kept(picture) is None
            ):
                bought.add(picture)
                each = production.pictures.tariff.of(production.pictures.kind, one.bought_s)
                credits, money, clips = credits + each[0], money + each[1], clips + 1
        return {
            "film_seconds": round(seconds, 2), "shots": len(timed), "shots_to_make": made, "clips_to_buy": clips, "cpu_seconds": round(work, 2),
            "credits": round(credits, 4), "money": round(money, 4),
        }  # fmt: skip

    rows = [{"episode": index, **row(timed)} for index, timed in episodes.items()]
    cuts = [{"promo": name, **row(timed)} for name, timed in promos.items()]
    return {
        **_sums([*rows, *cuts]),
        "episodes": rows,
        "promos": cuts,
        "probe": {"frame_cpu_s": dict(rates.frame), "shot_cpu_s": dict(rates.shot), "sound_cpu_s": rates.sound},
    }


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ("film_seconds", "shots", "shots_to_make", "clips_to_buy", "cpu_seconds", "credits", "money")
    return {name: round(sum(float(one[name]) for one in rows), 4) for name in names}


def errors(said: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, float | None]:
    """How far the forecast was off, as a share of what it came to; undefined where nothing was spent or expected.

    >>> errors({"credits": 95.0, "money": 0.0}, {"credits": 100.0, "money": 0.0})
    {'credits': -0.05, 'money': None}
    """
    return {
        name: round(float(said[name]) / float(was[name]) - 1, 4) if float(was.get(name) or 0) else None
        for name in ("cpu_seconds", "credits", "money") if name in said and name in was
    }  # fmt: skip
