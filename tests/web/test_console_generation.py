"""The page of generation tasks: the queue with credits, keys that are shown once, each merchant its own."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("httpx")

from magnetar.app.goods import sample_shop
from magnetar.capabilities.generation.tasks.contract import read_wanted
from magnetar.capabilities.generation.tasks.rows import Ask, Done, Output, Result, Task
from magnetar.kernel.clock import SECOND, SteppedClock
from magnetar.kernel.settings import Settings
from magnetar.platform.assemble import assemble
from magnetar.platform.generating import tasks_beside
from magnetar.platform.live import LivePlatform
from magnetar.web.console import console_app


def _loaded(name: str, place: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


scene: Any = _loaded("console_scene_generation", Path(__file__).with_name("test_console.py"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    clock = SteppedClock(1_800_000_000 * SECOND)
    platform = assemble(Settings(home=tmp_path_factory.mktemp("home")), clock)
    platform.catalogue.import_file(sample_shop() / "catalogue.csv", "demo")
    live = LivePlatform(platform, 1_000)
    app = console_app(platform, live)
    tasks = tasks_beside(platform.runtime, live.ledger.ledger)
    assert tasks is not None

    def visitor(name: str, role: str, merchant: str = "demo", language: str = "zh-CN") -> Any:
        one = scene.Visitor(app, language)
        link = platform.accounts.invite(name, role, merchant if role == "merchant" else "").token
        assert one.post(f"/welcome/{link}", f"/welcome/{link}", password=scene.PASSWORD, again=scene.PASSWORD)
        return one

    made = SimpleNamespace(
        tasks=tasks, clock=clock, li=visitor("li", "merchant"), zoe=visitor("zoe", "merchant", "other", "en")
    )
    made.op = visitor("op", "operator")
    yield made
    live.close()
    platform.close()


def test_before_any_task_the_page_says_how_to_begin(shop: SimpleNamespace):
    assert "还没有任务" in shop.li.get("/generation").text
    assert "No task yet" in shop.zoe.get("/generation").text
    assert 'href="/generation"' in shop.li.get("/").text
    page = shop.li.get("/generation").text
    assert "<details open>" in page
    assert "/v1/videos/text2video -H" in page
    assert "66.0" in page  # the free membership's month is there before the first order
    assert "一天内有效" in page
    assert "结果保留 30 天" in page
    assert "kept for 30 days" in shop.zoe.get("/generation").text
    for name in ("体验", "黄金", "铂金", "钻石", "企业", "kling-v2-6", "5 ⁄ 7"):
        assert name in page


def test_a_pair_of_keys_is_shown_once(shop: SimpleNamespace):
    answer = shop.li.post("/generation/keys", "/generation", label="studio")
    [kept] = shop.tasks.keys.list("demo")
    assert shop.tasks.keys.secret_of(kept.access_key) in answer.text
    again = shop.li.get("/generation").text
    assert kept.access_key in again
    assert shop.tasks.keys.secret_of(kept.access_key) not in again


def test_the_queue_is_listed_with_credits_and_a_waiting_task_can_be_cancelled(shop: SimpleNamespace):
    shop.tasks.credits.join("demo", "gold")
    wanted = read_wanted("text2video", b'{"prompt": "<b>cup</b>"}')
    [task] = shop.tasks.create([Ask("demo", "ak", wanted, 10_000_000, 10, 3)])
    assert isinstance(task, Task)
    page = shop.li.get("/generation").text
    assert "&lt;b&gt;cup" in page
    assert "650.0" in page
    assert task.task_id not in shop.zoe.get("/generation").text
    assert shop.zoe.post(f"/generation/{task.task_id}/cancel", "/generation").status_code == 404
    shop.li.post(f"/generation/{task.task_id}/cancel", "/generation")
    assert "已退" in shop.li.get("/generation").text
    assert shop.tasks.credits.balance("demo").free == 660


def test_a_result_that_was_deleted_is_shown_so(shop: SimpleNamespace):
    wanted = read_wanted("image", b'{"prompt": "plate"}')
    [task] = shop.tasks.create([Ask("demo", "ak", wanted, 1_000_000, 10, 3)])
    [leased] = [one for one in shop.tasks.leases.lease(5) if one.task_id == task.task_id]
    shop.tasks.leases.finish(
        [Done(leased, Result((Output("00.png", "image/png", 0.0, 1 << 20),), "drawn", "a poster", 0.5))]
    )
    page = shop.li.get("/generation").text
    assert f"/v1/generation/files/{task.task_id}/00.png" in page
    assert "drawn · 0.5 CPU s" in page
    shop.clock.step_to(shop.clock.now() + 1_000 * SECOND)
    assert shop.tasks.keeping.sweep(days=0.01).results == 1
    page = shop.li.get("/generation").text
    assert f"/v1/generation/files/{task.task_id}/00.png" not in page
    assert "已过期" in page
    assert "重新创建任务" in page


def test_operators_enter_purchases_once_and_merchants_do_not(shop: SimpleNamespace):
    before = shop.tasks.credits.balance("demo").free
    assert shop.li.post("/generation/credits", "/generation", credits="500", key="x").status_code in (403, 404)
    assert 'name="credits"' not in shop.li.get("/generation").text
    for _ in range(2):
        shop.op.post("/generation/credits", "/generation", credits="500", key="invoice-1")
    assert shop.tasks.credits.balance("demo").free == before + 500
    for wrong in ("", "x", "-5", "0", "nan", "1e300"):
        assert shop.op.post("/generation/credits", "/generation", credits=wrong, key="k").status_code == 422


def test_only_operators_change_a_membership(shop: SimpleNamespace):
    assert shop.li.post("/generation/plan", "/generation", plan="diamond").status_code in (403, 404)
    assert shop.tasks.credits.plan_of("demo").name == "gold"
