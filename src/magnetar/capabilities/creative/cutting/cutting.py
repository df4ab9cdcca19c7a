"""Cuts a film from a merchant's clips and photos: looks, chooses, conforms, speaks, paints, checks, tells what it did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.checks import Expected, check_film
from magnetar.capabilities.creative.coded import Coded, settle
from magnetar.capabilities.creative.cutting import conform
from magnetar.capabilities.creative.cutting.choosing import Chosen, Wanted, choose
from magnetar.capabilities.creative.cutting.footage import Footage, Unusable, frames, gather, shown
from magnetar.capabilities.creative.cutting.looking import Samples
from magnetar.capabilities.creative.cutting.own_sound import kept_spans, own_track, sound_of_clip, speech_in
from magnetar.capabilities.creative.cutting.reading import Area, hear, sentences_of, writing_in
from magnetar.capabilities.creative.cutting.shots import REASONS, Scanned, Stretch, find_bad, judge, look_through
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.encode import Writer, whole_or_nothing
from magnetar.capabilities.creative.film import FilmReport, bed, cpu, with_voice
from magnetar.capabilities.creative.loudness import RATE, Sound, loudness
from magnetar.capabilities.creative.palette import WHITE, contrast
from magnetar.capabilities.creative.picture import Picture
from magnetar.capabilities.creative.planes import RGB, Box, Planes
from magnetar.capabilities.creative.preparing import FPS, Prepared, prepare
from magnetar.capabilities.creative.scenes import build
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.telling import manifest
from magnetar.capabilities.generation import Listener, Viewer, Voice
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

ROUNDS = 6
"""How often a stretch that proves bad on a close look is replaced."""
_BAD_SHARE = 0.12
_MUSIC_LUFS = -20.0
_LEGIBLE = 8.0
"""Contrast that leaves room for quieter captions and the label."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A film that was cut, and what became of every file."""

    report: FilmReport
    footage: tuple[dict[str, Any], ...]
    unusable: tuple[Unusable, ...]
    scenes: tuple[dict[str, Any], ...]


def cut_film(
    product: Product, files: Sequence[Path], out: Path | str, *, pictures: Path | str | None = None, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, script: Script | None = None, direction: Direction | None = None, voice: Voice | None = None,
    speech: Path | None = None, font: str = "", threads: int = 1, width: int = 0, fps: int = FPS, length_s: float = 0.0, keep_sound: bool = False,
    steady: bool = True, every_frame: bool = False, words: Sequence[str] | None = None, told: Callable[[str], None] | None = None,
    listener: Listener | None = None, viewer: Viewer | None = None,
) -> Cut:  # fmt: skip
    """Make a finished film of a merchant's own clips and photos.

    The same arguments give the same bytes. Beside the film stands its manifest, with every scene's source.

    Args:
        files: clips, photos, or folders of them.
        out: the MP4 file; it appears whole or not at all.
        keep_sound: the clips' own sound low under the music; sentences that a cut would break are left out.
        steady: steady a shaking hand.
        words: what is known of each usable clip, in their order; by default their names, and what the listener hears.
        told: is told how far the work is.
        listener: hears what is said in the clips: which scene they fit, and where their sentences begin and end.
        viewer: reads the writing in what was chosen, which is then not cut off.

    Raises:
        BadInput: no file can be used; and as `render_film`.
        Refused, ProviderUnavailable: as `render_film`.
    """
    began = cpu()
    out, tell = Path(out), told or _silent
    usable, unusable = gather(files)
    if not usable:
        listed = "; ".join(f"{one.path.name}: {one.reason}" for one in unusable[:6])
        raise BadInput(f"没有可用的素材 No footage can be used. {listed or 'Name clips or photos.'}")
    clips = [one for one in usable if one.kind == "clip"]
    photos = [one for one in usable if one.kind == "photo"]
    scans: list[Scanned] = []
    for number, clip in enumerate(clips):
        samples, cuts = look_through(clip)
        scans.append(judge(clip, number, samples, cuts))
        tell(
            f"{clip.name}: {clip.seconds:.1f} s, {len(cuts) + 1} 镜头 shots, 可用 usable {sum(one.seconds for one in scans[-1].stretches):.1f} s"
        )
    looked = cpu()
    made = prepare(
        product, pictures, language=language, seed=seed, points=points, font=font, width=width, fps=fps, length_s=length_s,
        script=script, direction=direction, voice=voice, speech=speech,
    )  # fmt: skip
    hints = [product.title[:40], *(point[:40] for point in product.selling_points[:4])]
    said = [hear(one, listener, made.script.language, hints, tell) if listener else [] for one in clips]
    known = [
        " ".join([one.name, *(part.text for part in heard)])[:2000] for one, heard in zip(clips, said, strict=True)
    ]
    known = list(words) if words is not None else known
    chosen, close = _settle(made, clips, scans, known, [one.name for one in photos], tell)
    sources = _dress(made, chosen, clips, photos, close, steady, partial(writing_in, viewer=viewer, tell=tell) if viewer else None)  # fmt: skip
    if all(one["kind"] == "record" for one in sources):
        raise BadInput(_too_short(made, scans))
    made = replace(made, digest=_digest(made, usable, sources, keep_sound, steady))
    if not any(one["kind"] == "record" for one in sources):
        made = replace(made, picture_used="")
    sentences = [sentences_of(one) for one in said] if listener else None
    sound = _sound(made, chosen, clips, keep_sound, sources, sentences)
    lufs, peak = sound.lufs, sound.peak_db
    studio, board = made.stage.studio, made.board
    metadata = {
        "title": made.script.lines[0].headline,
        label.KEY: label.metadata(product.merchant, made.digest),
        "comment": f"{label.TEXT[language]}: {_what(made, sources)} · magnetar {__version__}",
    }
    with whole_or_nothing(out) as part:
        with Writer(part, studio.width, studio.height, fps, metadata, threads=threads, sound=sound) as writer:
            for _ in made.stage.play(writer.canvas):
                writer.write()
        rendered = cpu()
        expected = Expected(studio.width, studio.height, fps, board.frames)
        defects = check_film(part, expected, made.stage.scenes, every_frame)
    checked = cpu()
    about = _manifest(
        made, product, seed, sound.sound, lufs, peak, defects, sources, usable, unusable, scans, clips, keep_sound
    )
    with whole_or_nothing(out.with_suffix(".json")) as part:
        part.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    spent = {
        "look": looked - began,
        "render": rendered - looked,
        "check": checked - rendered,
        "voice": sum(one.cpu_s for one in made.spoken if one),
    }
    report = FilmReport(
        out, product.id, made.script.language, seed, board.seconds, board.frames, round(checked - began, 3), round(lufs, 2), round(peak, 2),
        tuple(defects), tuple(dict.fromkeys(made.script.notes)), {**about, "cpu_seconds": {name: round(value, 3) for name, value in spent.items()}},
    )  # fmt: skip
    return Cut(report, tuple(about["footage"]), tuple(unusable), tuple(sources))


def _silent(text: str) -> None:
    del text


def _needs(made: Prepared) -> list[Wanted]:
    """How long each scene is seen, its way out included, and what it says."""
    board = made.board
    found: list[Wanted] = []
    for place, shot in enumerate(board.shots):
        after = board.turn_frames if place + 1 < len(board.shots) else 0
        line = shot.line
        found.append(Wanted((shot.frames + after + 1) / board.fps, f"{line.headline} {line.caption} {line.chip}"))
    return found


def _settle(
    made: Prepared,
    clips: Sequence[Footage],
    scans: list[Scanned],
    words: Sequence[str],
    photos: Sequence[str],
    tell: Callable[[str], None],
) -> tuple[list[Chosen], dict[tuple[int, float], Samples]]:
    """Choose, look closely at what was chosen, and choose again where that shows what the first look missed."""
    needs = _needs(made)
    close: dict[tuple[int, float], Samples] = {}
    for turn in range(ROUNDS):
        chosen = choose(needs, [one for scan in scans for one in scan.stretches], words, photos)
        again: set[int] = set()
        for part in (part for one in chosen for part in one.stretches):
            if (part.clip, part.start_s) in close:
                continue
            number, low, high = part.clip, part.start_s, part.end_s
            seen = conform.inspect(clips[number], low, high)
            if turn + 1 < ROUNDS and _worse(seen, clips[number], low, high):
                scans[number] = _merged(clips[number], number, scans[number], seen)
                again.add(number)
            else:
                close[number, low] = seen
        if not again:
            return chosen, close
        tell(
            f"细看后换片段 looked closely, choosing again: {', '.join(clips[number].name for number in sorted(again))}"
        )
        close = {key: seen for key, seen in close.items() if key[0] not in again}
    raise AssertionError("the last round takes what it has")


def _worse(seen: Samples, clip: Footage, low: float, high: float) -> bool:
    from magnetar.capabilities.creative.cutting.shots import cuts_in

    if not len(seen):
        return True
    bad = sum(
        min(one.end_s, high) - max(one.start_s, low)
        for one in find_bad(seen, clip)
        if one.end_s > low and one.start_s < high
    )
    return bad > _BAD_SHARE * (high - low) or bool(cuts_in(seen))


def _merged(clip: Footage, number: int, scan: Scanned, seen: Samples) -> Scanned:
    """The clip's samples with a stretch of them replaced by closer ones, judged again."""
    from magnetar.capabilities.creative.cutting.shots import cuts_in

    old, new = scan.samples, Samples()
    if not len(seen):
        return replace(scan, stretches=tuple(one for one in scan.stretches[:-1]))
    before = [place for place, at in enumerate(old.times) if at < seen.times[0] - 1e-6]
    after = [place for place, at in enumerate(old.times) if at > seen.times[-1] + 1e-6]
    for name in Samples.__slots__:
        if name in ("decoded", "subject", "spread"):
            continue
        kept = getattr(old, name)
        getattr(new, name).extend(
            [*(kept[place] for place in before), *getattr(seen, name), *(kept[place] for place in after)]
        )
    new.decoded = old.decoded + len(seen)
    cuts = sorted({*scan.cuts, *cuts_in(seen)})
    return judge(clip, number, new, cuts)


def _dress(
    made: Prepared,
    chosen: Sequence[Chosen],
    clips: Sequence[Footage],
    photos: Sequence[Footage],
    close: dict[tuple[int, float], Samples],
    steady: bool,
    writing: Callable[[Footage, float], Area | None] | None,
) -> list[dict[str, Any]]:
    """Put the chosen footage into the scenes' windows; tells where each scene's picture comes from."""
    stage, fps = made.stage, made.board.fps
    told: list[dict[str, Any]] = []
    for place, (shot, one) in enumerate(zip(made.board.shots, chosen, strict=True)):
        if not one.stretches:
            picture = photos[one.photo].picture if one.photo >= 0 else None
            if picture is not None:
                stage.scenes[place] = build(replace(stage.studio, picture=picture), shot)
            file = str(photos[one.photo].path) if one.photo >= 0 else made.picture_used or None
            told.append({"kind": "photo" if one.photo >= 0 else "record", "file": file, "why": list(one.why)})
            continue
        count = shot.frames + made.board.turn_frames
        window = _window(made, place)
        inside = Box(0, 0, window.width, window.height)
        reels: list[tuple[int, conform.Reel]] = []
        ranges: list[dict[str, Any]] = []
        picture = None
        for number, part in enumerate(one.stretches):
            clip, first = clips[part.clip], reels[-1][0] + len(reels[-1][1].plan.zoom) if reels else 0
            frames_ = count - first if number == len(one.stretches) - 1 else round(part.seconds * fps)
            seen = close[part.clip, part.start_s]
            shape = window.width / window.height
            cropped = abs(shape * clip.height / clip.width - 1) > 0.02
            keep = writing(clip, part.start_s + frames_ / fps / 2) if writing and cropped else None
            plan = conform.plan(clip, seen, part.start_s, frames_, fps, shape, steady, keep)
            reels.append((first, conform.Reel(clip, part.start_s, plan, window, fps)))
            end_s = part.start_s + min(frames_, max(1, shot.frames - first)) / fps
            told_ = {
                "file": str(clip.path),
                "start_s": part.start_s,
                "end_s": round(end_s, 3),
                "shot": part.shot,
                "score": part.score,
            }
            ranges.append({**told_, "at_s": round(first / fps, 3), "done": list(plan.done)})
            if picture is None:
                canvas = Planes.filled(window.width, window.height, stage.studio.palette.deep)
                conform.Reel(clip, part.start_s, plan, inside, fps).paint(canvas, frames_ // 3)
                picture = _backdrop(canvas, stage.studio.palette.ink)
        assert picture is not None
        scene = build(replace(stage.studio, picture=picture), shot)
        scene.travel = conform.Chain(window, tuple(reels))
        stage.scenes[place] = scene
        told.append({"kind": "clip", **ranges[0], "why": list(one.why), "ranges": ranges})
    return told


def _window(made: Prepared, place: int) -> Box:
    travel = made.stage.scenes[place].travel
    assert travel is not None
    return travel.window


def _backdrop(canvas: Planes, ink: RGB) -> Picture:
    """A frame of a stretch as the scene's ground continues it, darker where neither dark nor light letters would be read."""
    pixels = np.ascontiguousarray(canvas.to_rgb())
    rows = max(4, pixels.shape[0] // 24)
    for share in (1.0, 0.85, 0.7, 0.55, 0.4, 0.25):
        toned = (pixels * share).astype(np.uint8)
        grounds = [part.reshape(-1, 3).mean(axis=0).astype(int).tolist() for part in (toned[:rows], toned[-rows:])]
        if all(max(contrast((r, g, b), WHITE), contrast((r, g, b), ink)) >= _LEGIBLE for r, g, b in grounds):
            break
    return Picture(toned, (0.1, 0.1, 0.9, 0.9))


def _sound(
    made: Prepared, chosen: Sequence[Chosen], clips: Sequence[Footage], keep: bool, sources: list[dict[str, Any]],
    sentences: Sequence[Sequence[tuple[float, float]]] | None,
) -> Coded:  # fmt: skip
    """Music, the clips' own sound low where it is kept, the voice over both; −14 LUFS.

    Args:
        sentences: of each clip, as they were heard; None where nobody listened: speech is told by its energy.
    """
    board, raw = made.board, bed(made)
    if keep:
        heard = lru_cache(maxsize=4)(lambda number: sound_of_clip(clips[number]))
        pieces: list[tuple[int, Sound, float, Sequence[tuple[float, float]]]] = []
        for shot, one, source in zip(board.shots, chosen, sources, strict=True):
            kept_here: list[list[float]] = []
            lost = 0
            for part, where in zip(one.stretches, source.get("ranges", []), strict=True):
                own = heard(part.clip)
                speech = speech_in(own) if sentences is None else sentences[part.clip]
                kept, left = kept_spans(speech, where["start_s"], where["end_s"])
                lost += left
                kept_here += [[round(a, 3), round(b, 3)] for a, b in kept]
                if own.shape[1]:
                    at = round((shot.start / board.fps + where["at_s"]) * RATE)
                    pieces.append((at, own, where["start_s"], kept))
            if one.stretches:
                source["sound"] = {"kept": kept_here, "sentences_left_out": lost}
        level = loudness(raw)
        if pieces and np.isfinite(level):
            raw = raw * np.float32(10 ** ((_MUSIC_LUFS - level) / 20)) + own_track(raw.shape[1], pieces)
    return settle(with_voice(made, raw))


def _digest(
    made: Prepared, usable: Sequence[Footage], sources: Sequence[dict[str, Any]], keep: bool, steady: bool
) -> str:
    told = [made.digest, keep, steady, [(one.name, one.path.stat().st_size, _head(one.path)) for one in usable]]
    told.append(
        [
            [
                (Path(part["file"] or "").name, part.get("start_s"), part.get("end_s"))
                for part in one.get("ranges", [one])
            ]
            for one in sources
        ]
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.sha256(file.read(1 << 20)).hexdigest()[:16]


def _too_short(made: Prepared, scans: Sequence[Scanned]) -> str:
    """Why nothing of the footage came into the film: no stretch lasts as long as a scene."""
    longest = max((part.seconds for scan in scans for part in scan.stretches), default=0.0)
    needed = min(one.seconds for one in _needs(made))
    return (
        f"素材太短, 一个场景也不够 Footage too short for any scene: 最长可用 the longest usable stretch lasts {longest:.1f} s, "
        f"最短的场景 the shortest scene {needed:.1f} s. 多给几段, 或更长的片段 Name more clips, or longer ones; "
        "only with the record's picture: magnetar film."
    )


SHOWN = {
    "clip": "real footage, cut, reframed and corrected by rules",
    "photo": "photos, moved by rules",
    "record": "the record's picture, moved by rules",
}
"""What a scene's picture is, by where it comes from."""


def _pictures(sources: Sequence[dict[str, Any]]) -> str:
    """What the pictures are, with how many scenes of each."""
    kinds = [one["kind"] for one in sources]
    return "; ".join(f"{told} ({kinds.count(kind)} of {len(kinds)} scenes)" for kind, told in SHOWN.items() if kind in kinds)  # fmt: skip


def _what(made: Prepared, sources: Sequence[dict[str, Any]]) -> str:
    voice = next((one.provider for one in made.spoken if one), "")
    return f"picture: {_pictures(sources)}; voice: {voice or 'none'}; music and lettering: machine-made"


def _manifest(
    made: Prepared, product: Product, seed: int, sound: Sound, lufs: float, peak: float, defects: list[dict[str, Any]], sources: list[dict[str, Any]],
    usable: Sequence[Footage], unusable: Sequence[Unusable], scans: Sequence[Scanned], clips: Sequence[Footage], keep: bool,
) -> dict[str, Any]:  # fmt: skip
    about = manifest(made, product, made.script.language, seed, sound, lufs, peak, defects)
    for scene, source in zip(about["scenes"], sources, strict=True):
        scene["source"] = source
        if source["kind"] == "clip":
            scene["camera"] = "footage"
    rows: list[dict[str, Any]] = []
    for one in usable:
        row: dict[str, Any] = {
            "file": str(one.path),
            "kind": one.kind,
            "width": one.width,
            "height": one.height,
            "notes": list(one.notes),
        }
        if one.kind == "clip":
            scan = scans[list(clips).index(one)]
            row |= {
                "seconds": round(one.seconds, 3), "fps": round(one.fps, 3), "cuts": [round(at, 3) for at in scan.cuts],
                "frames": len(one.times), "decoded": scan.samples.decoded,
                "bad": [{"start_s": round(bad.start_s, 3), "end_s": round(bad.end_s, 3), "kind": bad.kind, "reason": REASONS[bad.kind]} for bad in scan.bad],
                "usable": [_stretch(part) for part in scan.stretches],
            }  # fmt: skip
        rows.append(row)
    rows += [{"file": str(one.path), "kind": "unusable", "reason": one.reason} for one in unusable]
    return {
        **about, "genre": "cut", "footage": rows, "own_sound": keep,
        "generated": {
            "picture": f"{_pictures(sources)}; nothing in it is generated", "text": "machine-made",
            "voice": next((one.provider for one in made.spoken if one), None), "music": "machine-made",
        },
    }  # fmt: skip


def _stretch(part: Stretch) -> dict[str, Any]:
    return {
        "start_s": part.start_s,
        "end_s": part.end_s,
        "shot": part.shot,
        "score": part.score,
        "reasons": list(part.reasons),
    }


__all__ = ["Cut", "cut_film", "frames", "shown"]
