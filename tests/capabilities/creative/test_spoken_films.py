"""A film with a voice: scenes last as long as what is said, music makes room, subtitles stand while words are heard."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative import FilmReport, render_film
from magnetar.capabilities.creative.captions import Said, Word, cut, letters
from magnetar.capabilities.creative.copy import Brief, write_scripts
from magnetar.capabilities.creative.direction import Direction, SceneWish
from magnetar.capabilities.creative.film import prepare
from magnetar.capabilities.creative.judging.judge import judge_film
from magnetar.capabilities.creative.layout import FORMS, header, over_picture, roomy, safe
from magnetar.capabilities.creative.loudness import RATE, loudness, master
from magnetar.capabilities.creative.planes import Box, Planes
from magnetar.capabilities.creative.preparing import worded
from magnetar.capabilities.creative.script import Line, write_script
from magnetar.capabilities.creative.speaking import (
    DUCK_DB,
    LONGEST_S,
    Utterance,
    compressed,
    ducking,
    held,
    laid,
    resampled,
    speak,
    text_of,
)
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.generation import Mark, Speech, estimated_seconds
from magnetar.capabilities.understanding import make_card
from magnetar.cli.main import COMMANDS, run
from magnetar.kernel.errors import BadInput, ProviderUnavailable, Refused
from magnetar.vocabulary.catalogue import Product

Make = Callable[..., Product]
SMALL: dict[str, Any] = {"width": 270, "fps": 25}
FEW = {"selling_points": ("背板架空，走一天后背不闷",)}
SYLLABLE_S = 0.1


@dataclass
class Tones:
    """A voice that hums every syllable: 100 ms a character or a letter group, 150 ms of silence at a mark."""

    name: str = "tones"
    rate: int = 24_000
    refuses: str = "\0"
    asked: list[tuple[str, str, float]] = field(default_factory=list)

    def voices(self, language: str) -> Sequence[str]:
        return ("low", "high")

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        if self.refuses in text:
            raise BadInput("cannot be read")
        self.asked.append((text, voice, speed))
        sound: list[np.ndarray] = []
        marks: list[Mark] = []
        at = 0.0
        for match in re.finditer(r"[\d.,]*\d|[A-Za-z']+|[\u3400-\u9fff]|[，。,.]", text):
            span_s = (0.15 if match.group() in "，。,." else SYLLABLE_S) / speed
            time = np.arange(round(span_s * self.rate)) / self.rate
            silent = match.group() in "，。,."
            sound.append(np.zeros(len(time)) if silent else 0.5 * np.sin(2 * np.pi * 220 * time))
            if not silent:
                marks.append(Mark(at, at + len(time) / self.rate, match.start(), match.end()))
            at += len(time) / self.rate
        samples = np.concatenate(sound).astype(np.float32) if sound else np.zeros(0, np.float32)
        return Speech(samples, self.rate, tuple(marks), True, self.name, voice or "low")


@pytest.fixture
def film(face: Typeface, pictures: Path, tmp_path: Path) -> Callable[..., FilmReport]:
    """Renders a small film that speaks."""

    def make(product: Product, voice: Any = None, **options: Any) -> FilmReport:
        return render_film(product, pictures, tmp_path / "film.mp4", **{"voice": voice or Tones(), **SMALL, **options})

    return make


@pytest.fixture
def ready(face: Typeface, pictures: Path) -> Callable[..., Any]:
    """Prepares a small film that speaks, without rendering it."""

    def make(product: Product, voice: Any = None, **options: Any) -> Any:
        return prepare(product, pictures, **{"voice": voice or Tones(), "width": 180, **options})

    return make


def test_a_spoken_film_passes_its_checks_and_the_judge(film: Callable[..., FilmReport], product: Make):
    report = film(product())
    assert report.defects == ()
    judged = judge_film(report.file, ours=True, product=product())
    assert judged.defects == ()
    told = report.manifest
    assert (told["voice"]["provider"], told["voice"]["voice"], told["voice"]["exact"]) == ("tones", "low", True)
    assert [line["scene"] for line in told["voice"]["lines"]] == [0, 1, 2, 3, 4]
    assert told["voice"]["lines"][-1]["text"] == "徒步双肩包，现价¥239.00，标价¥299.00，立即购买。"


@pytest.mark.parametrize(("aspect", "language"), [("3:4", "zh"), ("1:1", "en"), ("16:9", "zh")])
def test_every_aspect_and_language_passes(film: Callable[..., FilmReport], product: Make, aspect: str, language: str):
    width = 480 if aspect == "16:9" else 270
    report = film(product(**FEW), language=language, width=width, direction=Direction(aspect=aspect))
    assert report.defects == ()
    assert judge_film(report.file, ours=True, product=product()).defects == ()
    assert report.manifest["width"] / report.manifest["height"] == pytest.approx(
        FORMS[aspect].width / FORMS[aspect].height
    )


def test_the_same_arguments_give_the_same_bytes_spoken_anew_or_kept(
    film: Callable[..., FilmReport], product: Make, tmp_path: Path
):
    first = film(product(**FEW)).file.read_bytes()
    voice = Tones()
    assert film(product(**FEW), voice, speech=tmp_path / "speech").file.read_bytes() == first
    spoken = len(voice.asked)
    assert film(product(**FEW), voice, speech=tmp_path / "speech").file.read_bytes() == first
    assert len(voice.asked) == spoken == 3


def test_a_line_kept_that_is_damaged_is_spoken_again(tmp_path: Path):
    voice = Tones()
    first = speak(voice, "好的", "zh", kept=tmp_path)
    [file] = tmp_path.iterdir()
    for damage in (b"", b"no archive", file.read_bytes()[:-40]):
        file.write_bytes(damage)
        assert speak(voice, "好的", "zh", kept=tmp_path).words == first.words
    assert len(voice.asked) == 4


def test_subtitles_stand_within_a_frame_of_their_words_and_the_sound_is_there(
    film: Callable[..., FilmReport], product: Make
):
    report = film(product(**FEW))
    with av.open(str(report.file)) as box:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in box.decode(audio=0)])
    for one in report.manifest["subtitles"]:
        assert abs(one["start_s"] - one["words"][0]["start_s"]) <= 0.0201
        assert abs(one["end_s"] - one["words"][-1]["end_s"]) <= 0.0401
        start, end = (round(one["words"][n][key] * RATE) for n, key in ((0, "start_s"), (-1, "end_s")))
        inside = float(np.sqrt((sound[start + 960 : end - 960] ** 2).mean()))
        before = float(np.sqrt((sound[start - 2880 : start - 480] ** 2).mean()))
        assert inside > 3 * before, one["text"]


def test_scenes_last_as_long_as_what_is_said_in_them(ready: Callable[..., Any], product: Make):
    made = ready(product())
    board = made.board
    for place, (shot, one) in enumerate(zip(board.shots, made.spoken, strict=True)):
        assert made.voice_start_s(place) + one.seconds < (shot.start + shot.frames) / 25
        assert shot.start == pytest.approx(
            round(shot.start / 25 / board.tune.beat_s) * board.tune.beat_s * 25, abs=0.51
        )


def test_words_change_the_picture_at_their_frames_only_where_they_are_written(ready: Callable[..., Any], product: Make):
    made = ready(product())
    scene, shot = made.stage.scenes[0], made.board.shots[0]
    assert scene.captions[0].text == "徒步双肩包"
    assert all(one.caption is not scene.captions[0] for one in scene.timed)
    area = Box(
        min(one.box().x for one in scene.timed), min(one.box().y for one in scene.timed),
        max(one.box().right for one in scene.timed), max(one.box().bottom for one in scene.timed),
    )  # fmt: skip
    canvas = Planes.filled(180, 320, (0, 0, 0))
    darkest = []
    for frame in range(shot.frames):
        scene.paint(canvas, frame, whole=frame == 0)
        darkest.append(int(canvas.view(area).y.min()))
    settled = 15
    inked = {frame for frame in range(settled, shot.frames) if darkest[frame] < max(darkest) - 40}
    assert inked == {frame for one in scene.timed for frame in range(one.start, one.end) if frame >= settled}
    assert inked


def test_without_a_voice_there_are_captions_music_and_a_manifest_that_says_so(
    face: Typeface, product: Make, pictures: Path, tmp_path: Path
):
    report = render_film(product(), pictures, tmp_path / "film.mp4", length_s=4.0, **SMALL)
    assert (report.manifest["voice"], report.manifest["subtitles"]) == (None, [])
    assert [text["role"] for text in report.manifest["scenes"][0]["texts"]].count("caption") == 1
    with av.open(str(report.file)) as box:
        assert [stream.type for stream in box.streams] == ["video", "audio"]


def test_subtitles_can_be_left_out(film: Callable[..., FilmReport], product: Make):
    report = film(product(**FEW), direction=Direction(subtitles=False))
    assert (report.defects, report.manifest["subtitles"]) == ((), [])
    assert "caption" in [text["role"] for text in report.manifest["scenes"][0]["texts"]]
    assert report.manifest["voice"]["lines"]


def test_the_words_are_a_track_that_players_show_on_demand_only(film: Callable[..., FilmReport], product: Make):
    report = film(product(**FEW))
    with av.open(str(report.file)) as box:
        [track] = box.streams.subtitles
        assert track.language == "chi"
        packets = [(float(p.pts * p.time_base), bytes(p)[2:].decode()) for p in box.demux(track) if p.pts is not None]
    told = [(pytest.approx(one["start_s"], abs=0.002), one["text"]) for one in report.manifest["subtitles"]]
    assert [one for one in packets if one[1]] == told
    data = report.file.read_bytes()
    place = data.index(b"tx3g")
    assert data[data.rindex(b"tkhd", 0, place) + 5 : data.rindex(b"tkhd", 0, place) + 8] == b"\0\0\x02"


def test_what_cannot_be_spoken_is_shown_and_noted(film: Callable[..., FilmReport], product: Make):
    report = film(product(), Tones(refuses="防雨罩"))
    assert report.defects == ()
    assert any("防雨罩" in note and "not spoken" in note for note in report.notes)
    assert [line["scene"] for line in report.manifest["voice"]["lines"]] == [0, 1, 2, 4]
    silent = film(product(), Tones(refuses="。"))
    assert (silent.defects, silent.manifest["voice"]) == ((), None)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "超长标题" * 120, "brand": ""},
        {"selling_points": ("这是一个非常非常长的卖点" * 800, "b" * 300, "好" * 60)},
        {"title": "徒步🎒双肩包🔥", "selling_points": ("🎒🎒", "!!!")},
        {"selling_points": (), "attributes": {}, "description": "", "brand": "", "category": "", "images": ()},
        {"available": False},
    ],
)
def test_an_odd_record_makes_a_spoken_film_without_defects(
    film: Callable[..., FilmReport], product: Make, other: dict[str, Any]
):
    report = film(product(**other))
    assert report.defects == ()
    assert judge_film(report.file, ours=True).defects == ()
    assert all(line["end_s"] - line["start_s"] < 2.5 * LONGEST_S for line in report.manifest["voice"]["lines"])


def test_a_film_keeps_its_length_by_leaving_points_out_and_speaking_a_little_faster(
    ready: Callable[..., Any], product: Make
):
    free = ready(product())
    assert free.speed == 1.0
    tight = ready(product(), length_s=free.board.seconds * 0.8)
    assert (len(tight.script.lines), 1.0 < tight.speed <= 1.25) == (5, True)
    short = ready(product(), length_s=free.board.seconds * 0.55)
    assert len(short.script.lines) < 5
    assert short.speed <= 1.25
    assert short.board.seconds <= free.board.seconds * 0.55 + len(short.script.lines) * short.board.tune.beat_s
    assert any("left out" in note for note in short.script.notes)
    long = ready(product(), direction=Direction(length_s=30.0))
    assert long.board.seconds == pytest.approx(25.0, abs=1.0)  # five seconds a scene at most
    hurried = ready(product(), direction=Direction(speed=1.4))
    assert hurried.speed == 1.4


def test_a_direction_is_followed(ready: Callable[..., Any], product: Make):
    scenes = (
        SceneWish("hook", "徒步双肩包", "背负透气", seconds=6.0),
        SceneWish("point", "底仓自带防雨罩"),
        SceneWish("offer", "徒步双肩包"),
    )
    wish = Direction(scenes, text_scale=1.3, price_first=True, pace="fast", tune=4, voice="high", speed=1.1)
    made = ready(product(), direction=wish)
    assert [line.kind for line in made.script.lines] == ["hook", "offer", "point"]
    assert made.board.tune.tempo == 128
    assert made.board.shots[0].frames / 25 == pytest.approx(6.0, abs=made.board.tune.beat_s / 2 + 0.04)
    assert {one.voice for one in made.spoken} == {"high"}
    other = ready(product(), direction=replace(wish, tune=5))
    assert other.board.tune != made.board.tune
    assert ready(product(), direction=replace(wish, pace="slow")).board.tune.tempo == 96


def test_larger_letters_are_larger(ready: Callable[..., Any], product: Make):
    def sizes(scale: float) -> dict[str, int]:
        made = ready(product(), direction=Direction(text_scale=scale, voice="none"), width=540)
        return {
            f"{n} {role}": done.size for n, scene in enumerate(made.stage.scenes) for role, done, _ in scene.settings
        }

    small, plain, large = sizes(0.8), sizes(1.0), sizes(1.3)
    heads = [name for name in plain if name.endswith("headline")]
    assert all(small[name] < plain[name] < large[name] for name in heads)
    assert all(large[name] == plain[name] for name in plain if name.endswith(("label", "brand", "price")))


@pytest.mark.parametrize("aspect", list(FORMS))
@pytest.mark.parametrize("factor", [1.0, 1.1, 1.35])
def test_boxes_stay_apart_however_large_the_letters(aspect: str, factor: float):
    form = roomy(FORMS[aspect], factor)
    for layout in form.layouts.values():
        boxes = [*header(form), layout.headline, layout.caption, layout.chip, layout.price, layout.action]
        texts = [box for box in boxes if box and box.height]
        for place, one in enumerate(texts):
            assert not any(one.overlaps(other) for other in texts[:place])
            assert one.x >= 0
            assert one.right <= form.width
            assert one.bottom <= form.height
            assert aspect != "9:16" or safe(one)
        assert layout.window.height >= 0.2 * form.height
        if layout.price:
            pill = over_picture(form, layout)
            assert pill.within(layout.window)
            assert not any(pill.overlaps(box) for box in texts)
            assert aspect != "9:16" or safe(pill)


def test_words_by_hand_are_held_against_the_record(ready: Callable[..., Any], product: Make):
    hook, offer = SceneWish("hook", "徒步双肩包"), SceneWish("offer", "徒步双肩包")
    for claim in ("防水抗菌", "承重20kg", "真皮打造", "全网最低价"):
        with pytest.raises(Refused):
            ready(product(), direction=Direction((hook, SceneWish("point", claim), offer)))
    assert ready(product(), direction=Direction((hook, SceneWish("point", "35L"), offer)))


def test_a_pitch_is_filmed_as_it_was_written(ready: Callable[..., Any], product: Make):
    for pitch in write_scripts(product(), make_card(product()), Brief(), 12):
        done = worded(product(), "zh", None, pitch.script, Direction())
        assert done.lines == pitch.script.lines
    script = write_script(product())
    assert ready(product(), script=script).script.lines == script.lines
    wrong = replace(script, lines=(script.lines[0], Line("point", "承重20kg"), script.lines[-1]))
    with pytest.raises(Refused, match="20"):
        ready(product(), script=wrong)


def test_a_voice_that_is_not_there_is_told(face: Typeface, product: Make, pictures: Path, ready: Callable[..., Any]):
    with pytest.raises(BadInput, match="low, high"):
        ready(product(), direction=Direction(voice="soprano"))
    with pytest.raises(ProviderUnavailable, match="espeak-ng"):
        prepare(product(), pictures, direction=Direction(voice="low"))
    assert prepare(product(), pictures, direction=Direction(voice="none"), width=180).spoken == ()


@pytest.mark.parametrize(
    ("line", "language", "said"),
    [
        (Line("hook", "双肩包", "35L · 透气"), "zh", "双肩包，35L，透气。"),
        (Line("point", "底仓", "底仓自带防雨罩"), "zh", "底仓自带防雨罩。"),
        (Line("point", "Rain cover", ""), "en", "Rain cover."),
        (Line("offer", "双肩包"), "zh", "双肩包，现价¥239.00，标价¥299.00，立即购买。"),
        (Line("offer", "现价239元"), "zh", "现价239元，立即购买。"),
        (Line("offer", "Backpack"), "en", "Backpack, now ¥239.00, list price ¥299.00. Shop now."),
        (Line("point", "…"), "zh", ""),
        (Line("hook", "浴室用什么？", "地垫"), "zh", "浴室用什么？地垫。"),
        (Line("hook", "Tired of drilling?", "No drilling"), "en", "Tired of drilling? No drilling."),
        (Line("offer", "很长的名字" * 9), "zh", "现价¥239.00，立即购买。"),
        (Line("offer", "双肩包", "很长的一句话" * 4), "zh", "双肩包，现价¥239.00，立即购买。"),
        (Line("hook", "标价¥299.00", "很长的一句话" * 9 + "，现价¥239.00"), "zh", "现价¥239.00。"),
    ],
)
def test_what_is_said(product: Make, line: Line, language: str, said: str):
    assert text_of(line, write_script(product(), language)) == said


def test_an_endless_line_is_said_as_far_as_a_scene_goes(product: Make):
    script = write_script(product())
    for text in ("很长很长" * 3000, "，".join(["一句话"] * 500), "x" * 10_000):
        assert 0 < estimated_seconds(text_of(Line("point", text), script)) <= LONGEST_S + 1


def test_music_is_low_while_somebody_speaks_and_comes_and_goes_smoothly():
    gains = ducking([(RATE, 2 * RATE), (round(2.5 * RATE), 3 * RATE)], 6 * RATE)
    assert 20 * np.log10(gains[RATE : 3 * RATE].max()) == pytest.approx(-DUCK_DB, abs=0.01)
    assert gains[: RATE // 2].min() == 1.0
    assert gains[4 * RATE :].min() == 1.0
    assert np.abs(np.diff(gains)).max() < 2e-4
    assert ducking([], 10).tolist() == [1.0] * 10
    assert len(ducking([(0, 5)], 5)) == 5


def test_the_voice_stands_well_above_the_music(face: Typeface):
    music = np.random.default_rng(1).normal(0, 0.1, (2, 4 * RATE)).astype(np.float32)
    time = np.arange(2 * RATE) / RATE
    hum = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    one = Utterance("啊", hum, (Word(0.0, 2.0, 0, 1),), True, "hum", "")
    mixed = laid(music, [(RATE, one)])
    quiet = mixed[:, : RATE // 2]
    under = laid(music, [(RATE, replace(one, sound=hum * 0))])[:, RATE + RATE // 4 : 2 * RATE]
    assert loudness(quiet) - loudness(under) >= 10.0
    assert loudness(mixed[:, RATE + RATE // 4 : 2 * RATE]) - loudness(under) >= 12.0


def test_compression_holds_back_the_loudest_only():
    time = np.arange(RATE) / RATE
    soft, loud = (level * np.sin(2 * np.pi * 300 * time) for level in (0.03, 0.8))
    both = np.concatenate([soft, loud]).astype(np.float32)
    held = compressed(both)
    assert np.abs(held[: RATE - 4800]).max() == pytest.approx(0.03, rel=0.02)
    assert np.abs(held[RATE + 4800 :]).max() < 0.4


def test_peaks_of_the_voice_are_held_without_a_click():
    time = np.arange(RATE) / RATE
    tone = (0.1 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)
    tone[20_000:20_200] *= 8
    done = held(tone, 0.2)
    assert np.abs(done).max() <= 0.2001
    assert np.array_equal(done[:19_000], tone[:19_000])


def test_a_harsh_voice_is_mastered_below_the_true_peak():
    clicks = np.zeros((2, 3 * RATE), np.float32)
    clicks[:, ::2_400] = 1.0
    clicks[:, 1::2_400] = -1.0
    clicks += (0.01 * np.sin(np.arange(3 * RATE) / 20)).astype(np.float32)
    _, _, peak = master(clicks)
    assert peak <= -1.5


def test_sound_of_any_rate_keeps_its_length_and_pitch():
    for rate in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000):
        tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
        found = resampled(tone, rate)
        assert abs(len(found) - RATE) <= 1
        assert np.abs(np.fft.rfft(found)).argmax() == pytest.approx(440, abs=1)


def said(text: str) -> Said:
    spans = [match.span() for match in re.finditer(r"[\d.,]*\d|[A-Za-z']+|[\u3400-\u9fff]", text)]
    return Said(text, tuple(Word(0.2 * n, 0.2 * n + 0.18, *span) for n, span in enumerate(spans)))


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("35L大容量，一到两天行程。", 20, ["35L大容量", "一到两天行程"]),
        ("背板架空走一天后背不闷。", 6, ["背板架空走", "一天后背不闷"]),
        ("现价¥1,299.00，立即购买。", 20, ["现价¥1,299.00", "立即购买"]),
        ("Smooth glaze, rinses off 1,000 times.", 30, ["Smooth glaze", "rinses off 1,000 times"]),
        ("", 20, []),
    ],
)
def test_subtitles_are_cut_at_clauses(text: str, most: int, shown: list[str]):
    assert [one.text for one in cut(said(text), lambda piece: len(piece) <= most)] == shown


@given(st.text(alphabet="背板架空走一天，。、 abc1234.,¥·—", max_size=60), st.integers(2, 20))
def test_subtitles_lose_no_letter_and_never_overlap(text: str, most: int):
    told = said(text)
    captions = cut(told, lambda piece: len(piece) <= most)
    heard = letters(text) if told.words else ""
    assert letters("".join(one.text for one in captions)) == heard
    assert letters("".join(word for one in captions for _, _, word in one.words)) == heard
    for before, after in itertools.pairwise(captions):
        assert before.end_s <= after.start_s


def test_the_command_takes_voice_direction_and_aspect(
    face: Typeface, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(COMMANDS, "film", ("影片 · film", "magnetar.capabilities.creative.commands:film"))
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    (pictures / "feed.csv").write_text(
        "id,title,price,currency,images,selling_points\nbag-1,双肩包,239,CNY,bag.png,底仓自带防雨罩\n"
    )
    ask = ["film", "bag-1", "--catalogue", str(pictures / "feed.csv"), "--out", str(tmp_path / "a.mp4")]
    wish = tmp_path / "wish.json"
    for told in ("{", "[]", '{"colour": 1}', '{"aspect": "2:1"}', '{"speed": "fast"}'):
        wish.write_text(told)
        assert run([*ask, "--direction", str(wish)]) == 2
    assert run([*ask, "--direction", str(tmp_path / "none.json")]) == 2
    assert run([*ask, "--aspect", "2:1"]) == 2
    assert run([*ask, "--json", str(tmp_path / "a.json")]) == 2
    assert run([*ask, "--speed", "9"]) == 2
    monkeypatch.setenv("MAGNETAR_VOICE", "none")
    assert run([*ask, "--voice", "zf_nobody"]) == 2
    assert run([*ask, "--voice", "kokoro"]) == 3
    wish.write_text(json.dumps({"length_s": 6.0, "aspect": "1:1", "voice": "none"}))
    assert run([*ask, "--direction", str(wish), "--json", str(tmp_path / "told.json")]) == 0
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["aspect"], told["voice"], told["registered"]) == ("1:1", None, 1)
    assert run(["studio", "library", "--json", str(tmp_path / "kept.json")]) == 0
    assert [one["product"] for one in json.loads((tmp_path / "kept.json").read_text())["creatives"]] == ["bag-1"]


def test_a_point_inside_a_number_is_never_lost():
    text = "每片12.5克，4×2.5m，¥59.90。"
    words, at = [], 0.0
    for place, letter in enumerate(text):
        if letter not in "，。":
            words.append(Word(at, at + 0.1, place, place + 1))
        at += 0.1
    shown = [one.text for one in cut(Said(text, tuple(words)), lambda told: len(told) < 9)]
    assert shown == ["每片12.5克", "4×2.5m", "¥59.90"]
