"""Everything about a film that is decided before the first frame is painted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from magnetar import __version__
from magnetar.capabilities.creative.copy import check_claims
from magnetar.capabilities.creative.direction import Direction, directed
from magnetar.capabilities.creative.facts import check_numbers
from magnetar.capabilities.creative.layers import Studio
from magnetar.capabilities.creative.layout import FORMS, roomy
from magnetar.capabilities.creative.palette import Palette, palette_for, tuned
from magnetar.capabilities.creative.picture import Picture, open_picture
from magnetar.capabilities.creative.placeholder import draw_placeholder
from magnetar.capabilities.creative.planes import bound_threads
from magnetar.capabilities.creative.script import Line, Script, shown_title, split_title, write_script
from magnetar.capabilities.creative.speaking import FASTEST, Utterance, speak, text_of
from magnetar.capabilities.creative.stage import Stage
from magnetar.capabilities.creative.storyboard import TURN_S, Storyboard, Timing, plan
from magnetar.capabilities.creative.styles import STYLES, styled
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.capabilities.generation import Voice
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, ProviderUnavailable, Refused
from magnetar.vocabulary.catalogue import Product

FPS = 25
LEAD_S, OPENING_S = TURN_S + 0.02, 0.28
"""Silence before a scene's voice: past the turn, so that its subtitle stands still; at the film's start."""
PAUSE_S = {"slow": 0.5, "": 0.28, "fast": 0.12}
LAST_S = 0.9
"""After the last word, for the button."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A film that is ready to be painted."""

    script: Script
    board: Storyboard
    stage: Stage
    face: Typeface
    picture_used: str
    digest: str
    chance: Chance
    spoken: tuple[Utterance | None, ...] = ()
    """Of each scene; empty without a voice."""
    speed: float = 1.0
    """Of the voice, as it was spoken."""
    direction: Direction = field(default_factory=Direction)

    def voice_start_s(self, number: int) -> float:
        """When a scene's voice begins."""
        return self.board.shots[number].start / self.board.fps + lead_s(number)


def lead_s(number: int) -> float:
    """Silence before the voice of a scene."""
    return LEAD_S if number else OPENING_S


def prepare(
    product: Product, pictures_root: Path | str | None, *, language: str = "zh", seed: int = 0,
    points: Sequence[str] | None = None, font: str = "", width: int = 0, fps: int = FPS, length_s: float = 0.0,
    script: Script | None = None, direction: Direction | None = None, voice: Voice | None = None, speech: Path | None = None,
) -> Prepared:  # fmt: skip
    """Write the script, have it spoken, plan the scenes and build them.

    Raises:
        BadInput, Refused, ProviderUnavailable: as `render_film`.
    """
    bound_threads(1)
    face = find_typeface(font)
    direction = direction or Direction()
    language = script.language if script is not None else language
    written = worded(product, language, points, script, direction)
    named = "" if voice is None or direction.voice == "none" else voice.name
    digest = hashlib.sha256(
        repr((product, language, seed, points, __version__, script and script.shown(), direction, named)).encode()
    ).hexdigest()[:32]
    chance = Chance(seed).of("film", product.id, language)
    timing = Timing(direction.length_s or length_s, direction.pace, direction.tune, _wished(written, direction))
    told = _speaker(voice, direction, language)
    spoken: tuple[Utterance | None, ...] = ()
    speed = direction.speed
    if told is not None:
        written, spoken, speed = _spoken(written, told, direction, timing.length_s, speech)
        needed = _needed(written, spoken, direction.pace)
        timing = replace(timing, needed_s=needed, wished_s=_wished(written, direction))
    board = plan(written, chance, fps, timing)
    if direction.subtitles and spoken:
        shots = [
            replace(shot, said=one.said(lead_s(place))) if one else shot
            for place, (shot, one) in enumerate(zip(board.shots, spoken, strict=True))
        ]
        board = replace(board, shots=tuple(shots))
    picture, used, palette = look_of(product, pictures_root, written, face)
    if direction.style:
        palette = styled(palette, direction.style)
        face = replace(face, heavier=STYLES[direction.style].heavier)
    form = FORMS[direction.aspect]
    width = width or form.width
    height = width * form.height // form.width // 2 * 2
    studio = Studio(
        written, face, palette, picture, width / form.width, width, height, fps, board.turn_frames,
        form=roomy(form, direction.text_scale), text_scale=direction.text_scale,
    )  # fmt: skip
    return Prepared(written, board, Stage(board, studio), face, used, digest, chance, spoken, speed, direction)


def worded(
    product: Product, language: str, points: Sequence[str] | None, script: Script | None, direction: Direction
) -> Script:
    """The script as it is wished, its words held against the record.

    Raises:
        Refused: a number or a claim that the record does not hold, or a word that the law forbids.
    """
    base = write_script(product, language, points) if script is None else replace(script, notes=list(script.notes))
    if script is not None:
        check_numbers(script.shown(), product)
        _check(script.shown(), product, points, strict=False)
    done = directed(base, direction)
    known = set(base.shown())
    new = [text for text in done.shown() if text not in known]
    if new:
        check_numbers(new, product)
        _check(new, product, points, strict=True)
    return done


def _check(texts: Sequence[str], product: Product, points: Sequence[str] | None, strict: bool) -> None:
    found = check_claims(texts, product, points or (), strict=strict)
    if found:
        listed = "; ".join(f"{one.words!r} ({one.reason})" for one in found[:4])
        raise Refused(
            f"商品 {product.id!r} 的影片不能这样说 The film may not say this: {listed}. Correct the text, or the record."
        )


def _wished(script: Script, direction: Direction) -> tuple[float, ...]:
    """Seconds of the scenes as they are wished; empty where none is."""
    wished: dict[tuple[str, str], list[float]] = {}
    for scene in direction.scenes:
        wished.setdefault((scene.kind, scene.headline.strip()), []).append(scene.seconds)
    found = [times.pop(0) if (times := wished.get((line.kind, line.headline))) else 0.0 for line in script.lines]
    return tuple(found) if any(found) else ()


def _speaker(voice: Voice | None, direction: Direction, language: str) -> Voice | None:
    """The voice that speaks, or None.

    Raises:
        ProviderUnavailable: a voice was named and none is ready.
        BadInput: the one that is ready has no such voice.
    """
    if direction.voice == "none":
        return None
    if voice is None:
        if direction.voice:
            raise ProviderUnavailable(
                f"没有可用的配音 No voice is ready on this machine, {direction.voice!r} was asked for. Install espeak-ng, or run "
                "`magnetar models pull kokoro`, or choose --voice none."
            )
        return None
    known = list(voice.voices(language))
    if direction.voice and direction.voice not in known:
        raise BadInput(
            f"没有这个音色 {voice.name} has no voice {direction.voice!r} for {language}. Choose one of: {', '.join(known[:40])}."
        )
    return voice if known else None


def _spoken(
    script: Script, voice: Voice, direction: Direction, length_s: float, speech: Path | None
) -> tuple[Script, tuple[Utterance | None, ...], float]:
    """The script with every line spoken; within a length by leaving points out and by speaking a little faster."""

    def say(lines: Sequence[Line], speed: float, brief: bool = False) -> list[Utterance | None]:
        return [_said(voice, text_of(line, script, brief), script, direction.voice, speed, speech) for line in lines]

    lines, speed = list(script.lines), direction.speed
    spoken = say(lines, speed)
    if not length_s:
        return script, _or_none(spoken), speed
    fastest = max(speed, FASTEST)

    def total(at_speed: float) -> float:
        return sum(_needed(replace(script, lines=tuple(lines)), spoken, direction.pace, speed / at_speed))

    brief = total(fastest) > length_s
    if brief:
        spoken = say(lines, speed, brief)
    dropped: list[str] = []
    while total(fastest) > length_s and (places := [n for n, line in enumerate(lines) if line.kind == "point"]):
        dropped.append(lines.pop(places[-1]).headline)
        spoken.pop(places[-1])
    if dropped:
        script.notes.append(f"points left out to stay within {length_s:g} s: {', '.join(reversed(dropped))}")
    script = replace(script, lines=tuple(lines))
    if total(speed) > length_s:
        steps = [speed + 0.05 * step for step in range(1, 12) if speed + 0.05 * step < fastest]
        faster = next((one for one in [*steps, fastest] if total(one) <= length_s), fastest)
        spoken = say(lines, round(faster, 3), brief)
        speed = round(faster, 3)
        if sum(_needed(script, spoken, direction.pace)) > length_s + 0.5:
            script.notes.append(f"voice: needs more than {length_s:g} s even without points; the film is longer")
    return script, _or_none(spoken), speed


def _or_none(spoken: Sequence[Utterance | None]) -> tuple[Utterance | None, ...]:
    return tuple(spoken) if any(spoken) else ()


def _said(voice: Voice, text: str, script: Script, name: str, speed: float, kept: Path | None) -> Utterance | None:
    """A line as it is spoken; None, with a note, where it cannot be."""
    if not text:
        return None
    try:
        return speak(voice, text, script.language, name, speed, kept)
    except BadInput as error:
        note = f"voice: {text[:40]!r} is not spoken: {error}"
        if note not in script.notes:
            script.notes.append(note)
        return None


def _needed(
    script: Script, spoken: Sequence[Utterance | None], pace: str, factor: float = 1.0
) -> tuple[float, ...]:  # fmt: skip
    """Seconds of each scene with its voice, spoken in so many times its time."""
    if not spoken:
        return ()
    found: list[float] = []
    for place, (line, one) in enumerate(zip(script.lines, spoken, strict=True)):
        last = place == len(script.lines) - 1
        silent = 2.4 if line.kind == "offer" else 1.8
        voiced = one.seconds * factor if one else silent
        after = LAST_S if last else PAUSE_S[pace]
        found.append(max(silent if line.kind == "offer" else 0.0, lead_s(place) + voiced + after))
    return tuple(found)


def look_of(
    product: Product, pictures_root: Path | str | None, script: Script, face: Typeface
) -> tuple[Picture, str, Palette]:
    """The picture that a product's films show, its name in the record, and the colours that go with it."""
    picture, used = _picture(product, pictures_root, script, face)
    return picture, used, tuned(palette_for(product.category), picture.colour)


def _picture(product: Product, root: Path | str | None, script: Script, face: Typeface) -> tuple[Picture, str]:
    """The first picture of the record that can be opened, else our own drawing."""
    for found in usable_pictures(product, root, script.notes):
        return found
    script.notes.append("picture: none usable, the film shows a drawing of its own")
    name, _ = split_title(shown_title(product, script.language, []), script.brand)
    return draw_placeholder(palette_for(product.category), face, name.removeprefix(script.brand) or name), ""


def usable_pictures(product: Product, root: Path | str | None, notes: list[str]) -> Iterator[tuple[Picture, str]]:
    """The pictures of a record that can be opened, with their names in it, in its order.

    Args:
        root: folder that their names start from; None for none.
        notes: why others cannot be.
    """
    paper = palette_for(product.category).light
    base = Path(root).resolve() if root is not None else None
    for name in product.images:
        if "://" in name:
            notes.append(f"images: {name[:80]!r} is not on this machine; films use local pictures")
            continue
        if base is None:
            notes.append(f"images: {name[:80]!r} not used, no folder of pictures was named")
            continue
        path = (base / name).resolve()
        if not path.is_relative_to(base):
            notes.append(f"images: {name[:80]!r} lies outside the folder of pictures")
            continue
        opened = open_picture(path, paper)
        if isinstance(opened, Picture):
            yield opened, name
        else:
            notes.append(f"images: {name[:80]!r} {opened}")
