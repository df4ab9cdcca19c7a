"""Dramas as films: sound, whole, made once, at the forecast cost. Small ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.capabilities.creative.drama.dramas import Wanted, check_drama, make_drama, plan_drama
from magnetar.capabilities.creative.drama.sound import Heard, Stretch, mix
from magnetar.capabilities.creative.drama.voices import Manner, Said, Speaker
from magnetar.capabilities.creative.judging import judge_film
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.timeline.cut import read_cut
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.generation import Cost, FilmWanted, Made, Mark, Matrix, Speech
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.kernel.settings import Settings

SCRIPT = """# 试片
## 角色
- 甲：男，30岁，眼镜
- 乙：女，20岁，红色围巾
## 第1集 开始
### 街 夜 雨
甲（震惊）：是你？
乙：我最爱的人，是你。
钩子：她是谁？
"""


@pytest.fixture
def job(tmp_path: Path, face: Typeface):
    del face

    def make(text: str = SCRIPT, **more: Any):
        script = tmp_path / "script.md"
        script.write_text(text, encoding="utf-8")
        settings = Settings(home=tmp_path / "home", voice="none")
        plain: dict[str, Any] = {"width": 252, "fps": 10, "promos": 0, "checks": "none"}
        wanted = Wanted(script, tmp_path / "out", **{**plain, **more})
        return wanted, plan_drama(wanted, Matrix(settings), settings.home, "demo", (), lambda _: None)

    return make


def quiet(_: str) -> None: ...


def remade(planned: tuple[Any, Any]) -> dict[str, Any]:
    return make_drama(planned[0], planned[1], quiet)


def test_a_drama_is_whole_sound_and_made_once(job: Any):
    wanted, planned = job(fps=25)
    first = make_drama(wanted, planned, quiet)
    [film] = first["episodes"]
    assert judge_film(Path(film["file"]), ours=True).defects == ()
    assert check_drama(wanted.script, wanted.out, full=False)[1] == []
    cut = read_cut(Path(film["file"]))
    assert [one.text for one in cut.subtitles] == ["是你？", "我最爱的人，是你。"]
    again = remade(job(fps=25))
    assert (first["cost"]["shots_made"], again["cost"]["shots_made"]) == (4, 0)


def test_changing_one_line_makes_only_its_shot_again(job: Any):
    remade(job())
    result = remade(job(SCRIPT.replace("是你？", "怎么是你？")))
    assert result["cost"]["shots_made"] == 1


def test_a_film_that_says_other_words_than_the_script_is_found(job: Any):
    wanted, planned = job()
    make_drama(wanted, planned, quiet)
    wanted.script.write_text(SCRIPT.replace("我最爱的人，是你。", "我最爱的人，不是你。"), encoding="utf-8")
    assert any("where the script says" in one for one in check_drama(wanted.script, wanted.out, full=False)[1])


def test_an_interrupted_drama_leaves_whole_files_only_and_goes_on(job: Any):
    wanted, planned = job()

    def stop(text: str) -> None:
        if "4/4" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_drama(wanted, planned, stop)
    assert not [path for path in wanted.out.glob("*") if path.is_file()] if wanted.out.exists() else True
    assert remade(job())["cost"]["shots_made"] == 0


def test_rights_that_are_not_said_are_a_note_and_said_ones_stand_in_the_manifest(job: Any):
    wanted, planned = job()
    assert any("rights" in note for note in planned.notes)
    wanted, planned = job(rights="甲方持有")
    [film] = make_drama(wanted, planned, quiet)["episodes"]
    assert json.loads(Path(film["manifest"]).read_text(encoding="utf-8"))["rights"] == "甲方持有"


def test_a_signed_drama_carries_credentials_that_hold_and_its_manifest_says_whose(job: Any, tmp_path: Path):
    from magnetar.capabilities.creative import provenance
    from magnetar.capabilities.creative.segments.sealing import seal_of

    if not provenance.available():
        pytest.skip("c2pa-python is not installed: pip install 'magnetar[provenance]'")
    wanted, planned = job()
    made = make_drama(wanted, planned, quiet, seal_of(tmp_path / "home"))
    film = Path(made["episodes"][0]["file"])
    found = provenance.verify(film)
    assert (found.present, found.wrong, found.source_type) == (True, "", "compositeSynthetic")
    assert made["signed"]["films"] == 1
    assert json.loads(film.with_suffix(".json").read_text("utf-8"))["signed_by"] == "development"
    assert not judge_film(film, ours=True).defects
    plain, _ = job(), None
    assert make_drama(*plain, quiet)["signed"] is None
    assert not provenance.carries(film)


def test_a_width_or_source_that_cannot_be_is_refused(job: Any):
    for more in ({"width": 100}, {"width": 1000}, {"pictures": "magic"}, {"language": "fr"}, {"promos": 9}):
        with pytest.raises(BadInput):
            job(**more)


class PaidClips:
    """A supplier of clips that charges by the second."""

    name = "paid"

    def make(self, wanted: FilmWanted, out: Path, progress: Any = None) -> Made:
        from magnetar.capabilities.generation.providers.moving import Moving

        made = Moving().make(replace(wanted, seconds=1.0, more={"short_side": 144}), out)
        return replace(made, provider=self.name, cost=Cost(micros=round(wanted.seconds * 500_000)))


def test_bought_clips_cost_what_was_forecast_and_are_bought_once(tmp_path: Path, face: Typeface):
    script = tmp_path / "script.md"
    script.write_text(SCRIPT, encoding="utf-8")
    settings = Settings(home=tmp_path / "home", voice="none")
    wanted = Wanted(
        script, tmp_path / "out", width=252, fps=10, promos=0, checks="none", pictures="auto", clip_price=0.5
    )
    costs: list[tuple[float, float]] = []
    for _ in range(2):
        matrix = Matrix(settings)
        matrix.__dict__["video"] = PaidClips()
        planned = plan_drama(wanted, matrix, settings.home, "demo", (), quiet)
        costs.append((planned.forecast["money"], make_drama(wanted, planned, quiet)["cost"]["money"]))
    (said, was), again = costs
    assert was > 0
    assert abs(said / was - 1) <= 0.05
    assert again == (0.0, 0.0)


def test_the_place_gives_way_to_voices_by_twelve_decibels():
    tone = (0.1 * np.sin(np.arange(2 * RATE) / 20)).astype(np.float32)
    mixed = mix([Heard(3.0, Said(tone, (), True), 0.0)], [Stretch(0.0, 8.0, "street", "rain")], 8 * RATE, Chance(1))
    clip = mixed.stems.clip

    def level(start: float, end: float) -> float:
        return 10 * np.log10(np.mean(clip[:, round(start * RATE) : round(end * RATE)].astype(float) ** 2))

    assert level(0.5, 2.5) - level(3.0, 5.0) >= 12.0
    assert level(6.0, 7.5) - level(3.0, 5.0) >= 12.0
    assert abs(mixed.lufs + 14.0) <= 0.5


class Flat:
    """A voice that hums a second and a half for everything."""

    name = "flat"

    def voices(self, language: str) -> list[str]:
        return ["one"]

    def speak(self, text: str, *, language: str = "zh", voice: str = "", speed: float = 1.0) -> Speech:
        samples = (0.3 * np.sin(np.arange(round(36_000 / speed)) / 15)).astype(np.float32)
        return Speech(samples, 24_000, (Mark(0.0, len(samples) / 24_000, 0, len(text)),), True, self.name, voice)


def test_a_pitch_keeps_the_pace_and_the_marks_and_lines_are_said_once(tmp_path: Path):
    speaker = Speaker(Flat(), Cache(tmp_path), "zh", {"": Manner("one"), "r": Manner("one", 1.0, 1.25)})
    low, high = speaker.say("你好", ""), speaker.say("你好", "r")
    assert low
    assert high
    assert high.seconds == pytest.approx(low.seconds, rel=0.01)
    assert high.marks[0][1] == pytest.approx(high.seconds, abs=0.03)
    assert speaker.say("你好", "r") is not None
    assert (speaker.calls, speaker.reused) == (2, 1)
    assert speaker.say("……", "") is None
