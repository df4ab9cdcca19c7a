"""Ways to spoil a good film, each by other means than those that judge it: the ffmpeg program, bytes, faults in the maker.

Every spoiler takes a `Base` and a generator and writes a film; it names the kinds of defect that would be right answers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image

from magnetar.capabilities.creative import (
    film,
    label,
    layout,
    preparing,
    render_film,
    scenes,
    script,
    subtitled,
    telling,
)
from magnetar.capabilities.creative.facts import record_texts
from magnetar.capabilities.creative.storyboard import Look
from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.capabilities.creative.typography import Style, draw
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import Money

Rng = np.random.Generator
X264 = ["-c:v", "libx264", "-preset", "superfast", "-crf", "20", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "160k"]
KEEP = ["-map_metadata", "0", "-movflags", "+faststart+use_metadata_tags"]


class NotSpoiled(RuntimeError):
    """The film is as good as before; draw again."""


@dataclass(frozen=True)
class Base:
    """A good film, its manifest and what it was made of."""

    path: Path
    told: dict[str, Any]
    product: Product | None
    options: dict[str, Any]
    other: Path
    pictures: Path

    @property
    def frames(self) -> int:
        return int(self.told["frames"])

    @property
    def seconds(self) -> float:
        return float(self.told["seconds"])

    def text(self, role: str, rng: Rng) -> tuple[dict[str, Any], dict[str, Any]]:
        """A scene and its text of a role that stands still for a while."""
        every = [
            (scene, text)
            for scene in self.told["scenes"]
            for text in scene["texts"]
            if text["role"] == role and scene["end_s"] - scene["start_s"] - text["settled_s"] > 0.2
        ]
        if not every:
            raise NotSpoiled(f"no {role}")
        return every[int(rng.integers(len(every)))]


Spoil = Callable[[Base, Rng, Path], None]


@dataclass(frozen=True)
class Spoiler:
    """One kind of injected defect."""

    name: str
    spoil: Spoil
    right: frozenset[str]
    """Kinds that name this defect; empty: any."""
    foreign: bool = False
    """Also for films without a manifest."""


def ffmpeg(*arguments: str | Path) -> None:
    """Run the program, quietly."""
    done = subprocess.run(["ffmpeg", "-y", "-v", "error", "-threads", "1", *map(str, arguments)], capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-400:])


def picture(base: Base, out: Path, filters: str, *more: str) -> None:
    """Filter the picture; the sound stays."""
    ffmpeg("-i", base.path, "-vf", filters, *X264, "-c:a", "copy", *KEEP, *more, out)


def mixed(base: Base, out: Path, graph: str, *inputs: str | Path) -> None:
    """The picture through a graph that ends in [v]; the sound stays."""
    ffmpeg("-i", base.path, *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "0:a", *X264, "-c:a", "copy", *KEEP, out)  # fmt: skip


def sound(base: Base, out: Path, filters: str, *more: str) -> None:
    """Filter the sound; the picture stays."""
    ffmpeg("-i", base.path, "-c:v", "copy", "-af", filters, *AAC, *KEEP, *more, out)


def copy(base: Base, out: Path, *more: str, keep: bool = True) -> None:
    """Re-mux."""
    ffmpeg("-i", base.path, "-c", "copy", *(KEEP if keep else []), *more, out)


def span(base: Base, rng: Rng, least: int, most: int, first: int = 3) -> tuple[int, int]:
    """First and last frame of a stretch inside the film."""
    length = int(rng.integers(least, most + 1))
    start = int(rng.integers(first, max(first + 1, base.frames - length - 6)))
    return start, start + length - 1


def black(base: Base, rng: Rng, out: Path) -> None:
    a, b = span(base, rng, 1, 12)
    picture(base, out, f"drawbox=t=fill:color=black:enable='between(n,{a},{b})'")


def blank(base: Base, rng: Rng, out: Path) -> None:
    a, b = span(base, rng, 1, 12)
    colour = ["gray", "white", "navy", "0x30a030"][int(rng.integers(4))]
    picture(base, out, f"drawbox=t=fill:color={colour}:enable='between(n,{a},{b})'")


def dark_cover(base: Base, rng: Rng, out: Path) -> None:
    picture(base, out, f"drawbox=t=fill:color=black:enable='lt(n,{int(rng.integers(1, 5))})'")


def dropped(base: Base, rng: Rng, out: Path) -> None:
    a, b = span(base, rng, 1, 10)
    picture(base, out, f"select='not(between(n,{a},{b}))',setpts=N/FRAME_RATE/TB")


def doubled(base: Base, rng: Rng, out: Path) -> None:
    a, _ = span(base, rng, 1, 1)
    picture(base, out, f"loop=loop={int(rng.integers(1, 10))}:size=1:start={a},setpts=N/FRAME_RATE/TB")


def _held(base: Base, out: Path, a: int, b: int) -> None:
    mixed(base, out, f"[0:v]split[x][y];[x][y]freezeframes=first={a + 1}:last={b + 1}:replace={a}[v]")


def repeated(base: Base, rng: Rng, out: Path) -> None:
    a, b = span(base, rng, 1, 6)
    _held(base, out, a, b)


def frozen(base: Base, rng: Rng, out: Path) -> None:
    least = 1.6 if not base.told.get("scenes") else 0.6
    a, b = span(base, rng, round(least * base.told["fps"]), round(2.8 * base.told["fps"]))
    _held(base, out, a, min(b, base.frames - 3))


def gap(base: Base, rng: Rng, out: Path) -> None:
    a, b = span(base, rng, 1, 12)
    picture(base, out, f"select='not(between(n,{a},{b}))'", "-vsync", "passthrough")


def uneven(base: Base, rng: Rng, out: Path) -> None:
    fps = base.told["fps"]
    picture(base, out, f"settb=1/90000,setpts=PTS+mod(N\\,{int(rng.integers(2, 6))})*{0.25 / fps:.5f}/TB", "-vsync", "passthrough", "-enc_time_base",
        "1:90000",
        "-video_track_timescale", "90000")  # fmt: skip


def other_rate(base: Base, rng: Rng, out: Path) -> None:
    picture(base, out, f"fps={['24', '30', '12.5', '20', '50'][int(rng.integers(5))]}")


def shifted(base: Base, rng: Rng, out: Path) -> None:
    by = float(rng.uniform(0.030, 0.300))
    end = f"apad,atrim=end={base.seconds}"
    late = f"adelay={1000 * by:.1f}:all=1,{end}"
    early = f"atrim=start={by:.4f},asetpts=PTS-STARTPTS,{end}"
    sound(base, out, late if rng.random() < 0.5 else early)


def offset_tracks(base: Base, rng: Rng, out: Path) -> None:
    by = float(rng.uniform(0.030, 0.300))
    ffmpeg("-i", base.path, "-itsoffset", f"{by:.4f}", "-i", base.path, "-map", "0:v", "-map", "1:a", "-c", "copy", *KEEP, out)  # fmt: skip


def late_picture(base: Base, rng: Rng, out: Path) -> None:
    by = int(rng.integers(2, 8))
    picture(base, out, f"tpad=start={by}:start_mode=clone,trim=end_frame={base.frames}")


def louder(base: Base, rng: Rng, out: Path) -> None:
    by = float(rng.uniform(0.9, 9.0)) * (1 if rng.random() < 0.25 else -1)
    sound(base, out, f"volume={by:.2f}dB")


def clipped(base: Base, rng: Rng, out: Path) -> None:
    by = float(rng.uniform(10.0, 18.0))
    sound(base, out, f"volume={by:.1f}dB,aformat=sample_fmts=s16,volume={-by + 3:.1f}dB")


def peaks(base: Base, rng: Rng, out: Path) -> None:
    beat = 60 / base.told["music"]["tempo"]
    at = (int(base.seconds * 0.5 / beat)) * beat
    sound(base, out, f"volume={float(rng.uniform(7, 12)):.1f}dB:enable='between(t,{at - 0.01:.3f},{at + 0.09:.3f})'")


def silent(base: Base, rng: Rng, out: Path) -> None:
    length = float(rng.uniform(0.65, 2.5))
    start = float(rng.uniform(0.2, base.seconds - length - 0.5))
    sound(base, out, f"volume=0:enable='between(t,{start:.3f},{start + length:.3f})'")


def one_sided(base: Base, rng: Rng, out: Path) -> None:
    sound(base, out, "pan=stereo|c0=c0|c1=0*c0" if rng.random() < 0.5 else "pan=stereo|c0=0*c0|c1=c1")


def not_centred(base: Base, rng: Rng, out: Path) -> None:
    sound(base, out, f"volume=-3dB,dcshift={float(rng.uniform(0.03, 0.12)) * (1 if rng.random() < 0.5 else -1):.3f}")


def mute(base: Base, rng: Rng, out: Path) -> None:
    copy(base, out, "-an")


def sampling(base: Base, rng: Rng, out: Path) -> None:
    how = [["-ar", "44100"], ["-ac", "1"], ["-ar", "22050"]][int(rng.integers(3))]
    ffmpeg("-i", base.path, "-c:v", "copy", *AAC, *how, *KEEP, out)


def cut_sound(base: Base, rng: Rng, out: Path) -> None:
    sound(base, out, f"atrim=end={base.seconds - float(rng.uniform(0.2, 2.0)):.3f}")


def other_sound(base: Base, rng: Rng, out: Path) -> None:
    ffmpeg("-i", base.path, "-i", base.other, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", f"apad,atrim=end={base.seconds}", *AAC, *KEEP, out)  # fmt: skip


def _box(text: dict[str, Any], base: Base, room: int = 2) -> tuple[int, int, int, int]:
    x, y, right, bottom = text["box"]
    left, top = max(1, x - room), max(1, y - room)
    return left, top, min(right + room, base.told["width"] - 2) - left, min(bottom + room, base.told["height"] - 2) - top  # fmt: skip


def _hex(colour: list[int]) -> str:
    return "0x" + "".join(f"{part:02x}" for part in colour)


def no_label(base: Base, rng: Rng, out: Path) -> None:
    x, y, w, h = _box(base.told["scenes"][0]["texts"][0], base)
    picture(base, out, f"delogo=x={x}:y={y}:w={w}:h={h}")


def short_label(base: Base, rng: Rng, out: Path) -> None:
    x, y, w, h = _box(base.told["scenes"][0]["texts"][0], base)
    at = float(rng.uniform(0.2, 1.5))
    turn = base.told["scenes"][0]["end_s"]
    if turn - 0.1 < at < turn + 0.4:
        at = turn - 0.2
    picture(base, out, f"delogo=x={x}:y={y}:w={w}:h={h}:enable='gt(t,{at:.2f})'")


def small_label(base: Base, rng: Rng, out: Path) -> None:
    x, y, w, h = _box(base.told["scenes"][0]["texts"][0], base)
    share = float(rng.uniform(0.4, 0.8))
    mixed(base, out, f"[0:v]split[a][b];[b]crop={w}:{h}:{x}:{y},scale={max(4, round(w * share))}:{max(4, round(h * share))}[s];[a]delogo=x={x}:y={y}:w={w}:h={h}[c];[c][s]overlay={x}:{y}[v]")  # fmt: skip


def bare_metadata(base: Base, rng: Rng, out: Path) -> None:
    copy(base, out, "-map_metadata", "-1", "-movflags", "+faststart", keep=False)


def other_metadata(base: Base, rng: Rng, out: Path) -> None:
    content = dict(base.told["label"]["metadata"])
    way = int(rng.integers(5))
    if way == 0:
        content["Label"] = ["0", "2", "3", ""][int(rng.integers(4))]
    elif way == 1:
        content.pop(["ProduceID", "ContentProducer", "ReservedCode1", "PropagateID"][int(rng.integers(4))])
    elif way == 2:
        content["ProduceID"] = ""
    elif way == 3:
        content["Label"] = 1
    text = "AI" if way == 4 else json.dumps(content)
    copy(base, out, "-metadata", f"AIGC={text}")


def faint(base: Base, rng: Rng, out: Path) -> None:
    role = ["headline", "caption", "chip", "price", "label"][int(rng.integers(5))]
    _, text = base.text(role, rng)
    x, y, w, h = _box(text, base)
    how = float(rng.uniform(0.72, 0.9))
    picture(base, out, f"drawbox=x={x}:y={y}:w={w}:h={h}:t=fill:color={_hex(text['behind'])}@{how:.2f}")


def _moved(base: Base, out: Path, text: dict[str, Any], x: int, y: int) -> None:
    left, top, w, h = _box(text, base)
    mixed(base, out, f"[0:v]split[a][b];[b]crop={w}:{h}:{left}:{top}[s];[a]delogo=x={left}:y={top}:w={w}:h={h}[c];[c][s]overlay={x}:{y}[v]")  # fmt: skip


def unsafe(base: Base, rng: Rng, out: Path) -> None:
    _, text = base.text(["headline", "caption", "price"][int(rng.integers(3))], rng)
    tall = base.told["height"]
    y = tall - (text["box"][3] - text["box"][1]) - 10 if rng.random() < 0.6 else 4
    _moved(base, out, text, text["box"][0], int(y))


def overlapping(base: Base, rng: Rng, out: Path) -> None:
    scene, headline = base.text("headline", rng)
    others = [one for one in scene["texts"] if one["role"] in ("caption", "label", "price")]
    x, y, _, _ = headline["box"]
    left, top, w, h = _box(others[int(rng.integers(len(others)))], base)
    shift = int(rng.integers(0, max(1, (headline["box"][3] - y) // 3)))
    mixed(base, out, f"[0:v]split[a][b];[b]crop={w}:{h}:{left}:{top}[s];[a][s]overlay={x}:{y + shift}[v]")


def tofu(base: Base, rng: Rng, out: Path) -> None:
    _, text = base.text(["headline", "caption"][int(rng.integers(2))], rng)
    line = text["lines"][0]
    places = [n for n, letter in enumerate(line) if letter.isalnum() and (ord(letter) > 0x2E80 or letter.isalpha())]
    if not places or text["align"] != "left":
        raise NotSpoiled("no letter")
    place = places[int(rng.integers(len(places)))]
    font = find_typeface().sized(text["size"], text["weight"])
    left, right = (round(text["origin"][0] + font.getlength(line[:n])) for n in (place, place + 1))
    top = text["origin"][1]
    w, h = max(4, right - left), round(text["size"] * 1.18)
    picture(base, out, f"drawbox=x={left}:y={top}:w={w}:h={h}:t=fill:color={_hex(text['behind'])},drawbox=x={left + 1}:y={top + h // 6}:w={max(3, w - 2)}:h={h * 2 // 3}:t=1:color={_hex(text['colour'])}")  # fmt: skip


def painted_price(base: Base, rng: Rng, out: Path) -> None:
    scene, text = base.text("price", rng)
    line = text["lines"][0]
    places = [n for n, letter in enumerate(line) if letter.isdigit()]
    place = places[int(rng.integers(len(places)))]
    digits = [d for d in "0123456789" if d != line[place]]
    changed = line[:place] + digits[int(rng.integers(9))] + line[place + 1 :]
    face = find_typeface()
    alpha = draw(face, [changed], text["size"], Style(text["size"], text["size"], 1, text["weight"], text["leading"], text["align"]))  # fmt: skip
    sheet = np.empty((*alpha.shape, 3))
    share = alpha[..., None] / 255.0
    sheet[:] = np.array(text["behind"]) * (1 - share) + np.array(text["colour"]) * share
    png = out.with_suffix(".png")
    Image.fromarray(sheet.astype(np.uint8)).save(png)
    x, y = text["origin"]
    at = scene["start_s"] + text["settled_s"]
    mixed(base, out, f"[0:v][1:v]overlay={x}:{y}:enable='gte(t,{at:.3f})'[v]", "-i", png)
    png.unlink()


def truncated(base: Base, rng: Rng, out: Path) -> None:
    raw = base.path.read_bytes()
    out.write_bytes(raw[: int(len(raw) * float(rng.uniform(0.3, 0.97)))])


def flipped(base: Base, rng: Rng, out: Path) -> None:
    raw = bytearray(base.path.read_bytes())
    start = raw.index(b"mdat") + 8
    for place in rng.integers(start, len(raw), int(rng.integers(6, 60))):
        raw[int(place)] ^= int(rng.integers(1, 256))
    out.write_bytes(raw)
    if _digest(out) == _digest(base.path):
        raise NotSpoiled("it decodes to the same")


def _digest(path: Path) -> bytes:
    return subprocess.run(["ffmpeg", "-v", "quiet", "-threads", "1", "-i", str(path), "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-"], capture_output=True).stdout  # fmt: skip


def no_index(base: Base, rng: Rng, out: Path) -> None:
    raw = base.path.read_bytes()
    at = raw.index(b"moov")
    if rng.random() < 0.5:
        out.write_bytes(raw[:at] + b"free" + raw[at + 4 :])
        return
    length = int.from_bytes(raw[at - 4 : at], "big")
    out.write_bytes(raw[: at - 4] + raw[at - 4 + length :])


def late_index(base: Base, rng: Rng, out: Path) -> None:
    copy(base, out, "-map_metadata", "0", "-movflags", "+use_metadata_tags", keep=False)


def squashed(base: Base, rng: Rng, out: Path) -> None:
    way = int(rng.integers(4))
    picture(base, out, ["scale=iw:iw", "scale=ih:ih", "setsar=4/3", "scale=trunc(iw*0.8/2)*2:ih"][way])


def odd_size(base: Base, rng: Rng, out: Path) -> None:
    picture(base, out, ["crop=iw-1:ih:0:0", "crop=iw:ih-1:0:0"][int(rng.integers(2))], "-pix_fmt", "yuv444p")


def other_pixels(base: Base, rng: Rng, out: Path) -> None:
    ffmpeg("-i", base.path, *X264, "-pix_fmt", ["yuv444p", "yuv422p", "yuv420p10le"][int(rng.integers(3))], "-c:a", "copy", *KEEP, out)  # fmt: skip


def other_codec(base: Base, rng: Rng, out: Path) -> None:
    way = int(rng.integers(3))
    coded = [["-c:v", "mpeg4", "-q:v", "3", "-c:a", "copy"], ["-c:v", "mpeg2video", "-q:v", "3", "-c:a", "copy"], ["-c:v", "copy", "-c:a", "ac3"]]  # fmt: skip
    ffmpeg("-i", base.path, *coded[way], *KEEP, out)


def other_container(base: Base, rng: Rng, out: Path) -> None:
    kind = ["matroska", "mpegts"][int(rng.integers(2))]
    ffmpeg(
        "-i", base.path, "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", kind, out
    )  # they hold no subtitles of ours


def no_picture(base: Base, rng: Rng, out: Path) -> None:
    copy(base, out, "-vn")


def _remake(base: Base, out: Path, product: Product | None = None, **options: Any) -> None:
    if base.product is None:
        raise NotSpoiled("made by others")
    render_film(product or base.product, base.pictures, out, check=False, **{**base.options, **options})


def other_price(base: Base, rng: Rng, out: Path) -> None:
    assert base.product
    price = base.product.price
    wrong = Money(
        max(1, round(price.micros * float(rng.choice([0.5, 0.9, 1.1, 10.0])) / 10_000)) * 10_000, price.currency
    )
    if wrong == price:
        raise NotSpoiled("same price")
    _remake(base, out, replace(base.product, price=wrong, list_price=None))


def _says(out: Path, words: str) -> bool:
    """Whether a film that was made shows or speaks these words; its notes may name what it left out."""
    told = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    return words.casefold() in json.dumps([told["scenes"], told.get("subtitles")], ensure_ascii=False).casefold()


def invented(base: Base, rng: Rng, out: Path) -> None:
    assert base.product
    wrong = {
        "zh": [("真皮内里，手感软", "真皮"), ("30天续航", "30天"), ("容量987ml", "987"), ("食品级材质，安心用", "食品级"), ("含有17种营养", "17"), ("医用级面料", "医用")],
        "en": [("Genuine leather lining", "leather"), ("Runs for 37 days", "37"), ("Holds 987 ml", "987"), ("Food-grade body, safe", "food-grade"), ("Imported parts inside", "imported"), ("Waterproof and organic", "waterproof")],
    }[base.options["language"]]  # fmt: skip
    points = [*(base.options.get("points") or base.product.selling_points)]
    said, what = wrong[int(rng.integers(len(wrong)))]
    if what in "\n".join([*record_texts(base.product), *points]).casefold():
        raise NotSpoiled("the record says so")
    points[int(rng.integers(min(3, max(1, len(points))))) if points else 0 : 1] = [said]
    product = replace(base.product, selling_points=tuple(points))
    _remake(base, out, product, points=tuple(points))
    if not _says(out, what):
        raise NotSpoiled("the film has no room to say so")


def _unread(text: str, *_: object) -> str:
    """A wall of the maker that lets everything through."""
    return text


def unlawful(base: Base, rng: Rng, out: Path) -> None:
    assert base.product
    words = {"zh": ["全网最低价，随时买", "行业第一，值得信赖", "国家级品质", "顶级做工"], "en": ["The best you can buy", "World-class finish", "Guaranteed to last"]}  # fmt: skip
    choice = words[base.options["language"]]
    said = choice[int(rng.integers(len(choice)))]
    points = (said, *(base.options.get("points") or base.product.selling_points))
    with mock.patch.object(script, "lawful", _unread), mock.patch.object(script, "shown_or_left", _unread):
        _remake(base, out, replace(base.product, selling_points=points), points=points)
    if not _says(out, said.split("，")[0]):
        raise NotSpoiled("the film has no room to say so")


def _layouts(change: Callable[[Look, Any], Any]) -> Any:
    return mock.patch.dict(layout.LAYOUTS, {look: change(look, one) for look, one in layout.LAYOUTS.items()})


def unsafe_layout(base: Base, rng: Rng, out: Path) -> None:
    down = int(rng.choice([300, 340, -1350]))  # over the buttons, or above the top of the safe area
    with _layouts(lambda look, one: replace(one, headline=one.headline.moved(0, down)) if look is Look.STUDIO else one):
        _remake(base, out)


def overlapping_layout(base: Base, rng: Rng, out: Path) -> None:
    with _layouts(lambda look, one: replace(one, price=one.headline) if look is Look.OFFER else replace(one, caption=one.headline)):  # fmt: skip
        _remake(base, out)


def pale_ink(base: Base, rng: Rng, out: Path) -> None:
    share = float(rng.uniform(0.6, 0.85))
    plain = preparing.tuned

    def pale(palette: Any, colour: Any) -> Any:
        good = plain(palette, colour)
        return replace(good, ink=scenes.mix(good.ink, good.light, share), accent=scenes.mix(good.accent, (255, 255, 255), share))  # fmt: skip

    with mock.patch.object(preparing, "tuned", pale):
        _remake(base, out)


def lacking_glyph(base: Base, rng: Rng, out: Path) -> None:
    assert base.product
    letter = "ꀀꄲꎭ༄ᏣቀᎣ"[int(rng.integers(7))]
    titles = {"title": base.product.title + letter, "title_en": (base.product.title_en or "Good") + letter}
    points = (f"{letter} {(base.options.get('points') or base.product.selling_points or ('好物',))[0]}",)
    with mock.patch.object(Typeface, "require", return_value=None):
        _remake(base, out, replace(base.product, **titles, selling_points=points), points=points)


def made_small_label(base: Base, rng: Rng, out: Path) -> None:
    with mock.patch.object(label, "SHARE", float(rng.uniform(0.02, 0.04))):
        _remake(base, out)


def subtitles_off(base: Base, rng: Rng, out: Path) -> None:
    if not base.told.get("subtitles"):
        raise NotSpoiled("nobody speaks")
    by = int(rng.integers(2, 9)) * (1 if rng.random() < 0.5 else -1)
    plain = subtitled.frames_of

    def moved(caption: Any, shot: Any, fps: int) -> tuple[int, int]:
        start, end = plain(caption, shot, fps)
        first = min(max(0, start + by), shot.frames - 1)
        return first, min(max(first + 1, end + by), shot.frames)

    with mock.patch.object(subtitled, "frames_of", moved), mock.patch.object(film, "frames_of", moved), mock.patch.object(telling, "frames_of", moved):  # fmt: skip
        _remake(base, out)


def _s(name: str, spoil: Spoil, right: str, foreign: bool = False) -> Spoiler:
    return Spoiler(name, spoil, frozenset(right.split("|")) if right else frozenset(), foreign)


SPOILERS: tuple[Spoiler, ...] = (
    _s("black frames", black, "black or empty|cover", True),
    _s("blank frames", blank, "black or empty|cover", True),
    _s("black cover", dark_cover, "cover", True),
    _s("dropped frames", dropped, "frames"),
    _s("doubled frames", doubled, "frames"),
    _s("repeated frames, same count", repeated, "repeated frame"),
    _s("frozen stretch", frozen, "frozen", True),
    _s("gap in time stamps", gap, "timing", True),
    _s("uneven time stamps", uneven, "timing", True),
    _s("wrong frame rate", other_rate, "timing|frames"),
    _s("sound shifted 30-300 ms", shifted, "sync"),
    _s("tracks offset 30-300 ms", offset_tracks, "sync", True),
    _s("picture late 2-7 frames", late_picture, "sync|repeated frame|frozen"),
    _s("loudness off 0.9-9 dB", louder, "loudness", True),
    _s("clipped sound", clipped, "clipping|true peak", True),
    _s("peaks over the limit", peaks, "true peak|clipping"),
    _s("silent stretch", silent, "silence", True),
    _s("dead channel", one_sided, "dead channel", True),
    _s("dc offset", not_centred, "dc offset", True),
    _s("no sound", mute, "no sound", True),
    _s("wrong sampling", sampling, "sound rate"),
    _s("sound cut short", cut_sound, "sync", True),
    _s("another film's sound", other_sound, "sync"),
    _s("label removed", no_label, "label"),
    _s("label too short", short_label, "label"),
    _s("label shrunk", small_label, "label"),
    _s("label made small", made_small_label, "label"),
    _s("metadata stripped", bare_metadata, "label metadata"),
    _s("metadata edited", other_metadata, "label metadata"),
    _s("faint text", faint, "contrast|text|label"),
    _s("faint colours made", pale_ink, "contrast"),
    _s("text moved out", unsafe, "text|unsafe area"),
    _s("unsafe layout made", unsafe_layout, "unsafe area"),
    _s("texts overlaid", overlapping, "text|overlap"),
    _s("overlap made", overlapping_layout, "overlap"),
    _s("tofu painted", tofu, "text"),
    _s("glyph lacking", lacking_glyph, "glyph"),
    _s("price painted over", painted_price, "text|price"),
    _s("wrong price made", other_price, "price"),
    _s("invented fact made", invented, "fact"),
    _s("forbidden word made", unlawful, "forbidden word"),
    _s("subtitles off their words made", subtitles_off, "subtitle"),
    _s("truncated file", truncated, "truncated|unreadable|corrupt", True),
    _s("flipped bytes", flipped, "", True),
    _s("index missing", no_index, "truncated|unreadable", True),
    _s("index at the end", late_index, "fast start", True),
    _s("wrong shape", squashed, "size|aspect"),
    _s("odd size", odd_size, "size"),
    _s("wrong pixel format", other_pixels, "pixel format", True),
    _s("wrong codec", other_codec, "codec", True),
    _s("wrong container", other_container, "container", True),
    _s("no picture", no_picture, "no picture", True),
)


def spoil(base: Base, spoiler: Spoiler, rng: Rng, out: Path) -> bool:
    """Write a spoiled film; whether that worked within five draws."""
    for _ in range(5):
        try:
            spoiler.spoil(base, rng, out)
        except NotSpoiled:
            continue
        beside = out.with_suffix(".json")
        if base.told.get("scenes") and (not beside.exists() or ("made" not in spoiler.name and spoiler.name != "glyph lacking")):  # fmt: skip
            shutil.copyfile(base.path.with_suffix(".json"), beside)
        return True
    return False
