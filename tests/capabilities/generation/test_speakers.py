"""`--voice` means the same everywhere: auto, none, a provider, or one of its voices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from magnetar.capabilities.generation import choosing, find_speaker
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.kernel.settings import Settings


class Singer:
    def __init__(self, name: str, voices: dict[str, tuple[str, ...]]) -> None:
        self.name, self._voices = name, voices

    def voices(self, language: str) -> Sequence[str]:
        return self._voices.get(language, ())


class Choir:
    """Two that are ready and one that is not."""

    name = "voice"

    def choices(self) -> dict[str, str]:
        return {"kokoro": "", "espeak": "", "openai": ""}

    def make(self, chosen: str, settings: Any) -> Singer:
        if chosen == "kokoro":
            raise ProviderUnavailable("kokoro is not pulled. See: magnetar models pull kokoro.")
        voices = {"espeak": {"zh": ("pinyin",), "en": ("en-us",)}, "openai": {"zh": ("nova",), "en": ("nova",)}}
        return Singer(chosen, voices[chosen])


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setattr(choosing, "VOICES", Choir())
    return Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("wanted", "provider", "voice"),
    [("auto", "espeak", ""), ("", "espeak", ""), ("espeak", "espeak", ""), ("nova", "openai", "nova"), ("pinyin", "espeak", "pinyin")],
)  # fmt: skip
def test_a_provider_or_any_voice_of_one_that_is_ready_speaks(
    settings: Settings, wanted: str, provider: str, voice: str
):
    matrix, name = find_speaker(settings, wanted, "zh")
    assert matrix.voice is not None
    assert (matrix.voice.name, name) == (provider, voice)


def test_none_means_nobody_even_where_the_settings_name_somebody(settings: Settings):
    matrix, name = find_speaker(settings.model_copy(update={"voice": "espeak"}), "none", "zh")
    assert (matrix.voice, name) == (None, "")


def test_auto_keeps_to_what_the_settings_say(settings: Settings):
    assert find_speaker(settings.model_copy(update={"voice": "none"}), "auto", "zh")[0].voice is None
    chosen = find_speaker(settings.model_copy(update={"voice": "openai"}), "auto", "zh")[0].voice
    assert chosen is not None
    assert chosen.name == "openai"


def test_a_provider_that_is_not_ready_says_how_to_get_it(settings: Settings):
    with pytest.raises(ProviderUnavailable, match="models pull kokoro"):
        find_speaker(settings, "kokoro", "zh")


def test_an_unknown_voice_lists_those_there_are(settings: Settings):
    with pytest.raises(
        BadInput, match=r"no voice 'x'. Choose auto, none, espeak, openai, pinyin, nova; .* not ready here: kokoro"
    ):
        find_speaker(settings, "x", "zh")
    with pytest.raises(BadInput, match="no voice"):
        find_speaker(settings, "🙂" * 10_000, "zh")


def test_a_voice_of_another_language_is_told_so(settings: Settings):
    with pytest.raises(BadInput, match="does not speak 'zh'"):
        find_speaker(settings, "en-us", "zh")
    assert find_speaker(settings, "en-us")[1] == "en-us"


def test_every_command_with_a_voice_says_the_same_of_one_that_there_is_not(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path / "home"))
    (tmp_path / "a.md").write_text("# 戏\n\n## 第1集\n\n### 场1 内 客厅 日\n\n甲：你好。\n", encoding="utf-8")
    (tmp_path / "clips").mkdir()
    out = str(tmp_path / "out.mp4")
    commands = [
        ["film", "p065", "--out", out],
        ["studio", "make", "--product", "p065", "--variants", "1", "--out", str(tmp_path / "films")],
        ["studio", "cut", str(tmp_path / "clips"), "--product", "p065", "--out", out],
        ["drama", "make", str(tmp_path / "a.md"), "--plan"],
    ]
    told = set()
    for command in commands:
        assert run([*command, "--voice", "nobody"]) == 2
        told.add(next(line for line in capsys.readouterr().err.splitlines() if "--voice" in line).split(". ")[0])
    assert len(told) == 1
