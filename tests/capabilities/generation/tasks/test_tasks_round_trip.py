"""Our own client of the Kling contract against our own service: what one asks for, the other makes."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from PIL import Image
from task_desk import Desk, open_desk

from magnetar.capabilities.generation.calling import Caller
from magnetar.capabilities.generation.ports import FilmWanted, Made, PictureWanted
from magnetar.capabilities.generation.providers.drawn import Drawn
from magnetar.capabilities.generation.providers.kling import KlingImages, KlingVideos, Tasks, sign
from magnetar.capabilities.generation.providers.moving import Moving
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.kernel.clock import SteppedClock, SystemClock
from magnetar.kernel.errors import BadInput, ProviderFailed, Refused


class Small(Moving):
    """The embedded films, narrower, so that a test is quick."""

    def make(self, wanted, out, progress=None) -> Made:
        return super().make(replace(wanted, more={**wanted.more, "short_side": 128}), out, progress)


class Fails(Moving):
    """A film maker that cannot."""

    def make(self, wanted, out, progress=None) -> Made:
        raise BadInput("not today")


MAKERS = Makers(Drawn(), Small())


def still() -> bytes:
    held = io.BytesIO()
    Image.linear_gradient("L").resize((200, 160)).convert("RGB").save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[tuple[Desk, str]]:
    """A desk that answers at an address."""
    desk, store = open_desk(tmp_path, SteppedClock(SystemClock().now()))
    desk.service.credits.join("demo", "gold")
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.api, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield desk, f"http://127.0.0.1:{taken.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    store.close()


def client(desk: Desk, url: str, makers: Makers = MAKERS) -> Tasks:
    """A client for whom the service works while it waits."""
    caller = Caller(
        "ours", url,
        lambda: {"authorization": f"Bearer {sign(desk.pair.access_key, desk.pair.secret_key, SystemClock())}"},
    )  # fmt: skip
    return Tasks(caller, wait=lambda seconds: desk.work(makers), poll_s=1.0, patience_s=5.0)


def test_words_become_a_film_and_asking_again_costs_nothing(open_shop, tmp_path: Path):
    import av

    desk, url = open_shop
    before = desk.credits()[0]
    videos = KlingVideos(client(desk, url), "")
    wanted = FilmWanted(prompt="a teapot on a table", seconds=5, aspect="1:1")
    made = videos.make(wanted, tmp_path / "one.mp4")
    with av.open(str(made.content)) as film:
        assert film.streams.video[0].frames > 0
    spent = before - desk.credits()[0]
    assert spent > 0
    videos.make(wanted, tmp_path / "two.mp4")
    assert (tmp_path / "two.mp4").read_bytes() == (tmp_path / "one.mp4").read_bytes()
    assert before - desk.credits()[0] == spent
    assert desk.agrees()


def test_a_still_becomes_a_film_and_words_a_picture(open_shop, tmp_path: Path):
    desk, url = open_shop
    film = KlingVideos(client(desk, url), "").make(
        FilmWanted(prompt="slowly", pictures=(still(),), seconds=5), tmp_path / "film.mp4"
    )
    assert film.kind == "video/mp4"
    made = KlingImages(client(desk, url), "").make(PictureWanted(prompt="茶壶", count=2, width=512, height=512))
    assert len(made) == 2
    assert all(one.content[:2] in (b"\x89P", b"\xff\xd8") for one in made if isinstance(one.content, bytes))
    assert desk.agrees()


def test_what_failed_once_may_be_asked_for_again(open_shop, tmp_path: Path):
    desk, url = open_shop
    before = desk.credits()
    wanted = FilmWanted(prompt="a teapot", seconds=5)
    film = tmp_path / "one.mp4"

    with pytest.raises(ProviderFailed, match="not today"):
        KlingVideos(client(desk, url, Makers(None, Fails())), "").make(wanted, film)
    assert desk.credits() == before
    KlingVideos(client(desk, url), "").make(wanted, film)
    assert film.stat().st_size > 1000
    assert desk.agrees()


def test_without_credits_the_client_is_refused_and_holds_nothing(open_shop, tmp_path: Path):
    desk, url = open_shop
    videos = KlingVideos(client(desk, url), "")
    free, _ = desk.credits()
    desk.service.credits.hold("test:all", {"demo": round(free * 1_000_000)})
    with pytest.raises(Refused):
        videos.make(FilmWanted(prompt="a teapot", seconds=5), tmp_path / "one.mp4")
    assert desk.credits()[0] == 0
    assert not (tmp_path / "one.mp4").exists()
