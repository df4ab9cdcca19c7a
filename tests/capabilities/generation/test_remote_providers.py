"""Suppliers over HTTP: a real server on the loopback, whose answers each test writes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.capabilities.generation import FilmWanted, Message, PictureWanted
from magnetar.capabilities.generation.calling import Caller
from magnetar.capabilities.generation.providers import kling, openai
from magnetar.kernel.clock import SECOND, SteppedClock
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable, Refused
from magnetar.kernel.settings import Settings

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Supplier:
    """A server that answers by a function of (method, path, headers, body)."""

    def __init__(self, answer: Callable[[str, str, Any, Any], tuple[int, Any]]) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                is_json = "json" in (self.headers.get("content-type") or "")
                body = json.loads(content) if content and is_json else content
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                status, told = answer(self.command, self.path, dict(self.headers), body)
                raw = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = _answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Supplier]]:
    open_ones: list[Supplier] = []

    def start(answer: Callable[[str, str, Any, Any], tuple[int, Any]]) -> Supplier:
        open_ones.append(Supplier(answer))
        return open_ones[-1]

    yield start
    for one in open_ones:
        one.close()


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(home=tmp_path, **more)


def chat(text: str) -> tuple[int, Any]:
    return 200, {"choices": [{"message": {"content": text}}], "usage": {"prompt_tokens": 10, "completion_tokens": 4}}


def writer(supplier: Supplier, tmp_path: Path, **more: Any) -> openai.OpenAILanguage:
    return openai.language(settings(tmp_path, openai_url=supplier.url + "/v1", openai_model="small", **more))


def test_a_busy_supplier_is_asked_again_and_its_wish_for_a_pause_is_kept(serve):
    answers = iter([(503, {"error": {"message": "busy"}}), (429, {}), (200, {"fine": True})])
    supplier, pauses = serve(lambda *_: next(answers)), []
    caller = Caller("test", supplier.url, dict, wait=pauses.append)
    assert caller.json("POST", "/x", {"a": 1}) == {"fine": True}
    assert len(supplier.asked) == 3
    assert pauses == [0.5, 1.0]


def test_what_the_supplier_refuses_is_not_sent_twice(serve):
    supplier = serve(lambda *_: (402, {"error": {"message": "no credits"}}))
    with pytest.raises(Refused, match=r"no credits.*balance"):
        Caller("test", supplier.url, dict).json("POST", "/x", {})
    assert len(supplier.asked) == 1


def test_a_supplier_that_is_not_there_is_named():
    with pytest.raises(ProviderFailed, match="the far one could not after 2 tries"):
        Caller("the far one", "http://127.0.0.1:9", dict, tries=2, wait=lambda s: None).json("GET", "/x")


def test_an_address_without_a_scheme_is_refused():
    with pytest.raises(BadInput, match="must begin with https://"):
        Caller("test", "file:///etc/passwd", dict)


def test_an_answer_that_does_not_fit_is_asked_for_again_with_what_is_wrong(serve, tmp_path):
    answers = iter([chat('{"titel": "x"}'), chat('Here: {"title": "餐盘"}')])
    supplier = serve(lambda *_: next(answers))
    schema = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
    told = writer(supplier, tmp_path, openai_price_in=2.0, openai_price_out=8.0).write(
        [Message("user", "go")], schema=schema
    )
    assert told.value == {"title": "餐盘"}
    assert (told.cost.tokens_in, told.cost.tokens_out) == (20, 8)
    assert told.cost.micros == 20 * 2 + 8 * 8
    assert "title" in supplier.asked[1][3]["messages"][-1]["content"]


def test_a_model_that_never_fits_fails_with_words(serve, tmp_path):
    supplier = serve(lambda *_: chat("I would rather not."))
    with pytest.raises(ProviderFailed, match="no JSON object"):
        writer(supplier, tmp_path).write([Message("user", "go")], schema={"type": "object"})
    assert len(supplier.asked) == 3


def test_an_endpoint_that_is_not_set_says_how_to_set_it(tmp_path):
    with pytest.raises(ProviderUnavailable, match="MAGNETAR_OPENAI_URL"):
        openai.language(settings(tmp_path))
    with pytest.raises(ProviderUnavailable, match="MAGNETAR_KLING_URL"):
        kling.videos(settings(tmp_path))


def test_embeddings_are_rows_of_length_one_and_empty_texts_are_zeros(serve, tmp_path):
    def answer(method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        rows = [{"index": place, "embedding": [3.0, 4.0]} for place in range(len(body["input"]))]
        return 200, {"data": rows[::-1]}

    supplier = serve(answer)
    held = openai.embedder(settings(tmp_path, openai_url=supplier.url, openai_embedding_model="e"))
    told = held.embed(["餐盘", " "] + ["x"] * 120)
    assert told.shape == (122, 2)
    assert told[0] == pytest.approx([0.6, 0.8])
    assert not told[1].any()
    assert len(supplier.asked) == 2


def test_speech_comes_back_as_samples_with_marks_in_order(serve, tmp_path):
    rate, tone = 8000, np.sin(np.arange(8000) / 5).astype(np.float32) * 0.5
    sound = openai.write_wav(np.concatenate([np.zeros(2000, np.float32), tone]), rate)
    supplier = serve(lambda *_: (200, sound))
    voice = openai.voice(settings(tmp_path, openai_url=supplier.url, openai_voice_model="v"))
    told = voice.speak("今天299元 free")
    assert (told.rate, len(told.samples), told.exact) == (8000, 10000, False)
    assert ["今天299元 free"[one.start : one.end] for one in told.marks] == ["今", "天", "299", "元", "free"]
    assert told.marks[0].start_s >= 0.24
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in zip(told.marks, told.marks[1:], strict=False))
    with pytest.raises(BadInput, match="can be spoken"):
        voice.speak("😀！")


def test_the_token_is_signed_as_the_contract_wants():
    head, claims, seal = kling.sign("ak", "sk", SteppedClock(1_000 * SECOND)).split(".")

    def plain(part: str) -> Any:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    assert plain(head) == {"alg": "HS256", "typ": "JWT"}
    assert plain(claims) == {"iss": "ak", "exp": 2800, "nbf": 995}
    wanted = hmac.new(b"sk", f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(seal + "=" * (-len(seal) % 4)) == wanted


def kling_answers(films: str) -> Callable[[str, str, Any, Any], tuple[int, Any]]:
    """Submitted, processing, succeed."""
    polls = iter(["processing", "succeed"])

    def answer(method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        if path.startswith("/file"):
            return 200, PNG if "png" in path else b"film"
        data: dict[str, Any] = {"task_id": "7", "task_status": "submitted"}
        if method == "GET":
            data["task_status"] = next(polls)
            url = f"http://{headers['Host']}/file.{'png' if films == 'images' else 'mp4'}"
            data["task_result"] = {films: [{"id": "1", "index": 0, "url": url, "duration": "5.1"}]}
        return 200, {"code": 0, "message": "SUCCEED", "data": data}

    return answer


def tasks(supplier: Supplier) -> kling.Tasks:
    caller = Caller("the Kling endpoint", supplier.url, lambda: {"authorization": "Bearer t"}, wait=lambda s: None)
    return kling.Tasks(caller, wait=lambda s: None)


def test_a_clip_is_created_polled_and_fetched(serve, tmp_path):
    supplier = serve(kling_answers("videos"))
    told = []
    maker = kling.KlingVideos(tasks(supplier), "kling-v2")
    made = maker.make(FilmWanted("海边", pictures=(PNG,), seconds=7), tmp_path / "a.mp4", told.append)
    create = supplier.asked[0]
    assert create[1] == "/v1/videos/image2video"
    assert (create[3]["duration"], create[3]["model_name"]) == ("10", "kling-v2")
    assert create[3]["external_task_id"].startswith("mag-")
    assert (tmp_path / "a.mp4").read_bytes() == b"film"
    assert (made.seconds, told[-1]) == (5.1, 1.0)
    assert "Authorization" not in supplier.asked[-1][2], "a file's address is not sent our key"


def test_the_same_wish_has_the_same_external_id_and_another_seed_another(serve, tmp_path):
    ids = []
    for seed in (1, 1, 2):
        supplier = serve(kling_answers("videos"))
        kling.KlingVideos(tasks(supplier), "").make(FilmWanted("海边", seed=seed), tmp_path / "a.mp4")
        ids.append(supplier.asked[0][3]["external_task_id"])
    assert ids[0] == ids[1] != ids[2]


def test_try_on_needs_a_person(serve):
    supplier = serve(kling_answers("images"))
    maker = kling.KlingImages(tasks(supplier), "")
    with pytest.raises(BadInput, match="picture of the person"):
        maker.make(PictureWanted("", garment=PNG))
    [made] = maker.make(PictureWanted("", picture=PNG, garment=PNG))
    assert supplier.asked[0][1] == "/v1/images/kolors-virtual-try-on"
    assert (made.content, made.kind) == (PNG, "image/png")


def test_a_failed_task_tells_the_reason(serve, tmp_path):
    data = {"task_id": "7", "task_status": "failed", "task_status_msg": "unsafe prompt"}
    supplier = serve(lambda *_: (200, {"code": 0, "data": data}))
    with pytest.raises(ProviderFailed, match="unsafe prompt"):
        kling.KlingVideos(tasks(supplier), "").make(FilmWanted("x"), tmp_path / "a.mp4")
    assert not (tmp_path / "a.mp4").exists()
