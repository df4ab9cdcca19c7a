"""Answers kept and replayed; costs counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from magnetar.capabilities.generation import Cost, FilmWanted, Made, Mark, Message, PictureWanted, Speech, Written
from magnetar.capabilities.generation.matrix import Books, Matrix
from magnetar.capabilities.generation.recording import (
    Answers,
    RecordedImages,
    RecordedLanguage,
    RecordedVideos,
    RecordedVoice,
)
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.kernel.settings import Settings


class Fickle:
    """Says something else each time."""

    name = "fickle"

    def __init__(self) -> None:
        self.calls = 0

    def write(self, messages, *, schema=None, most_tokens=512, temperature=0.0, seed=0) -> Written:
        self.calls += 1
        return Written(f"answer {self.calls}", {"n": self.calls}, self.name, "m", Cost(0.1, 3, 4, 5))

    def speak(self, text, *, language="zh", voice="", speed=1.0) -> Speech:
        self.calls += 1
        sound = np.arange(4, dtype=np.float32) / self.calls
        return Speech(sound, 8000, (Mark(0.0, 0.1, 0, 1, ((0.0, "a"),)),), True, self.name, "v")

    def voices(self, language):
        return ()

    def make(self, wanted, out=None, progress=None):
        self.calls += 1
        if isinstance(wanted, FilmWanted):
            assert isinstance(out, Path)
            out.write_bytes(b"film %d" % self.calls)
            return Made(out, "video/mp4", self.name, "a test", 2.0)
        return [Made(b"picture %d" % self.calls, "image/png", self.name, "a test")]


ASKED = [Message("user", "写一句话")]


def test_a_replay_gives_what_was_recorded_and_asks_nobody(tmp_path):
    first = RecordedLanguage(Fickle(), Answers(tmp_path, "record")).write(ASKED, seed=3)
    silent = Fickle()
    again = RecordedLanguage(silent, Answers(tmp_path, "replay")).write(ASKED, seed=3)
    assert again == first
    assert silent.calls == 0


def test_another_question_has_no_kept_answer(tmp_path):
    RecordedLanguage(Fickle(), Answers(tmp_path, "record")).write(ASKED, seed=3)
    with pytest.raises(NotFound, match="MAGNETAR_ANSWERS=record"):
        RecordedLanguage(Fickle(), Answers(tmp_path, "replay")).write(ASKED, seed=4)


def test_a_damaged_answer_is_refused_with_its_path(tmp_path):
    RecordedLanguage(Fickle(), Answers(tmp_path, "record")).write(ASKED)
    [path] = (tmp_path / "language").iterdir()
    path.write_text('{"text": 3')
    with pytest.raises(BadInput, match=r"damaged"):
        RecordedLanguage(Fickle(), Answers(tmp_path, "replay")).write(ASKED)


def test_speech_pictures_and_films_come_back_bit_for_bit(tmp_path):
    record, replay = Answers(tmp_path / "kept", "record"), Answers(tmp_path / "kept", "replay")
    spoken, heard = (RecordedVoice(Fickle(), one).speak("一") for one in (record, replay))
    assert (heard.samples == spoken.samples).all()
    assert heard.marks == spoken.marks
    picture = PictureWanted("x", picture=b"\x89PNG")
    assert RecordedImages(Fickle(), record).make(picture) == RecordedImages(Fickle(), replay).make(picture)
    film = FilmWanted("x", pictures=(b"a", b"b"))
    RecordedVideos(Fickle(), record).make(film, tmp_path / "a.mp4")
    made = RecordedVideos(Fickle(), replay).make(film, tmp_path / "b.mp4")
    assert made.content == tmp_path / "b.mp4"
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_an_unknown_mode_lists_the_known_ones(tmp_path):
    with pytest.raises(BadInput, match="live, record, replay"):
        Answers(tmp_path, "remember")


def test_books_count_calls_costs_and_failures():
    books, model = Books(), Fickle()
    books.counted("language", "fickle", lambda: model.write(ASKED), lambda told: told.cost)
    with pytest.raises(ZeroDivisionError):
        books.counted("language", "fickle", lambda: 1 // 0, lambda told: Cost())
    entry = books.spent["language", "fickle"]
    assert (entry.calls, entry.failed, entry.tokens_in, entry.micros) == (2, 1, 3, 5)


def test_a_matrix_without_models_says_none_and_goes_on(tmp_path):
    none = dict.fromkeys(("language", "embedder", "voice", "listener", "viewer"), "none")
    matrix = Matrix(Settings(home=tmp_path, **none))
    assert (matrix.language, matrix.voice, matrix.viewer) == (None, None, None)
