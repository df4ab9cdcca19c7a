"""A drama whose clips are bought over the Kling contract, from our own generation service on 127.0.0.1."""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from magnetar.capabilities.creative.drama.dramas import Wanted, make_drama, plan_drama
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.generation import FilmWanted, Made, Matrix
from magnetar.capabilities.generation.calling import Caller
from magnetar.capabilities.generation.providers.kling import KlingVideos, Tasks, sign
from magnetar.capabilities.generation.providers.moving import Moving
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.kernel.clock import SteppedClock, SystemClock
from magnetar.kernel.settings import Settings

SCRIPT = """# 夜路
## 角色
- 甲：男，30岁，眼镜
## 第1集 开始
### 街 夜 雨
甲（震惊）：是你？
钩子：她是谁？
"""


def _desk() -> Any:
    place = Path(__file__).parents[2] / "generation" / "tasks" / "task_desk.py"
    spec = importlib.util.spec_from_file_location("drama_task_desk", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["drama_task_desk"] = module
    spec.loader.exec_module(module)
    return module


class Asked(Moving):
    """The service's own films, narrow; what it was given to start from is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[bytes] = []

    def make(self, wanted: FilmWanted, out: Path, progress: Any = None) -> Made:
        self.pictures += wanted.pictures
        return super().make(replace(wanted, more={**wanted.more, "short_side": 128}), out, progress)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Any, str]]:
    desk, store = _desk().open_desk(tmp_path, SteppedClock(SystemClock().now()))
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


def test_clips_bought_over_the_contract_fill_the_shots_at_the_forecast_credits(
    service: Any, tmp_path: Path, face: Typeface
):
    desk, url = service
    script = tmp_path / "script.md"
    script.write_text(SCRIPT, encoding="utf-8")
    settings = Settings(home=tmp_path / "home", voice="none")
    wanted = Wanted(script, tmp_path / "out", width=252, fps=10, promos=0, checks="none", pictures="video")
    maker = Asked()

    def bearer() -> dict[str, str]:
        return {"authorization": f"Bearer {sign(desk.pair.access_key, desk.pair.secret_key, desk.clock)}"}

    def run() -> dict[str, Any]:
        matrix = Matrix(settings)
        tasks = Tasks(
            Caller("ours", url, bearer),
            wait=lambda seconds: desk.work(Makers(None, maker)),
            poll_s=1.0,
            patience_s=10.0,
        )
        matrix.__dict__["video"] = KlingVideos(tasks, "")
        planned = plan_drama(wanted, matrix, settings.home, "demo", (), lambda _: None)
        return make_drama(wanted, planned, lambda _: None)

    before = desk.credits()[0]
    made = run()
    spent = before - desk.credits()[0]
    assert made["cost"]["clips_bought"] == len(maker.pictures) == 2  # image to video: each begins with our drawn panel
    assert all(one[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0") for one in maker.pictures)
    assert made["cost_forecast"]["credits"] == pytest.approx(spent) == pytest.approx(made["cost"]["credits"])
    manifest = json.loads((tmp_path / "out" / "episode-01.json").read_text("utf-8"))
    assert manifest["pictures"]["provider"] == "kling"
    again = run()
    assert (again["cost"]["clips_bought"], desk.credits()[0]) == (0, before - spent)
    assert desk.agrees()
