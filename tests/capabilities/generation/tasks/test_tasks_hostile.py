"""What a client may send in error or in malice: each call is answered in the contract's shape, and costs nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from task_desk import Desk

PATH = "/v1/videos/text2video"


def raw(desk: Desk, body: bytes, method: str = "POST", path: str = PATH, **headers: str) -> httpx.Response:
    """A call with a body of any bytes."""
    import asyncio

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(desk.api)
        async with httpx.AsyncClient(transport=transport, base_url="http://tasks.test") as client:
            more = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json", **headers}
            return await client.request(method, path, content=body, headers=more)

    return asyncio.run(once())


def is_refusal(answer: httpx.Response, status: int) -> bool:
    """Whether an answer has the contract's shape for a refusal."""
    said = answer.json()
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/json"
        and isinstance(said["code"], int)
        and said["code"] != 0
        and bool(said["message"])
        and bool(said["request_id"])
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"\xff\xfe{}",
        b"prompt=a+cup&duration=5",
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na cup\r\n--x--',
        b'{"prompt": "a cup", "cfg_scale": NaN}',
        b'{"prompt": "a cup", "cfg_scale": Infinity}',
        b'{"prompt": "a cup", "cfg_scale": 1e999}',
        b'{"prompt": "a cup", "duration": 1e2}',
        b'{"prompt": "a cup", "duration": true}',
        b'{"prompt": ["a cup"]}',
        b'{"prompt": "\\ud800"}',
        b'{"prompt": "a cup", "external_task_id": "\\ud83d"}',
        b'{"prompt": "a cup", "external_task_id": {"a": 1}}',
        b'{"prompt": "a cup", "external_task_id": "a\\u0000b"}',
        b'{"prompt": "a cup", "camera_control": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 1_000_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"prompt": "' + b"x" * 3_000_000 + b'"}',
        b'{"prompt": "a cup", "image_list": "' + b"A" * 100_000 + b'", "n": 1e400}',
    ],
    ids=lambda body: f"{len(body)}-{body[:24]!r}",
)
def test_a_body_that_is_not_what_is_expected_is_400(desk: Desk, body: bytes):
    assert is_refusal(raw(desk, body), 400)
    assert desk.credits() == (660.0, 0.0)


def test_names_that_nobody_knows_in_any_script_are_passed_over(desk: Desk):
    body = {"prompt": "a cup", "提示词": "x", "🎬": {"ключ": [1, None]}, "": "", "__proto__": {"price": 0}, "price": 0}
    assert raw(desk, json.dumps(body).encode()).status_code == 200
    assert desk.credits() == (650.0, 10.0)


def test_the_last_of_two_equal_names_counts_and_a_repeat_is_the_same(desk: Desk):
    body = b'{"prompt": "a cup", "duration": "5", "duration": "10", "external_task_id": "one"}'
    first = raw(desk, body).json()["data"]["task_id"]
    assert desk.credits() == (640.0, 20.0)
    assert desk.made(PATH, prompt="a cup", duration="10", external_task_id="one") == first


def test_a_known_external_id_with_another_body_is_refused_whatever_became_of_the_task(desk: Desk):
    first = desk.made(PATH, prompt="a cup", external_task_id="one")
    assert is_refusal(desk.post(PATH, prompt="a dog", external_task_id="one"), 400)
    assert desk.call("DELETE", f"{PATH}/{first}").status_code == 200
    assert is_refusal(desk.post(PATH, prompt="a dog", external_task_id="one"), 400)
    assert is_refusal(desk.post("/v1/images/generations", prompt="a cup", external_task_id="one"), 400)
    assert desk.made(PATH, prompt="a cup", external_task_id="one") == first  # and stays cancelled
    assert desk.credits() == (660.0, 0.0)
    assert desk.agrees()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x" * 5000])
def test_the_kind_that_a_client_states_is_not_asked(desk: Desk, kind: str):
    assert raw(desk, b'{"prompt": "a cup"}', **{"Content-Type": kind}).status_code == 200


def test_a_body_that_says_it_is_huge_is_refused_before_it_is_read(desk: Desk):
    for stated in (str(65 << 20), "9" * 30, "-1", "x"):
        assert is_refusal(raw(desk, b"{}", **{"Content-Length": stated}), 413)


def test_methods_and_paths_that_are_none_are_refused_in_the_same_shape(desk: Desk):
    for method, path, status in (
        ("PUT", PATH, 405), ("PATCH", f"{PATH}/1", 405), ("POST", "/v1/videos/", 404), ("GET", "/v1/videos/omni-video", 404),
        ("GET", f"{PATH}/" + "9" * 5_000, 404), ("GET", f"{PATH}/%00", 404), ("GET", f"{PATH}/%ff%fe", 404),
        ("GET", f"{PATH}/🎬", 404), ("DELETE", f"{PATH}/nothing", 404), ("GET", f"{PATH}?pageNum=0", 400),
        ("GET", f"{PATH}?pageSize=501", 400), ("GET", f"{PATH}?pageNum=%F0%9F%8E%AC", 400), ("GET", f"{PATH}?pageNum=1e9", 400),
        ("POST", "/v1/generation/files/a/0.png", 405), ("GET", "/v1/generation/files/", 403),
    ):  # fmt: skip
        assert is_refusal(raw(desk, b"", method, path), status), (method, path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(
        st.sampled_from(["prompt", "image", "duration", "mode", "cfg_scale", "n", "callback_url", "external_task_id", "input", "model"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=5,
        ),
        max_size=6,
    ),
    path=st.sampled_from([PATH, "/v1/videos/image2video", "/v1/videos/lip-sync", "/v1/images/generations"]),
)  # fmt: skip
def test_any_object_is_made_or_refused_and_nothing_fails_inside(desk: Desk, body: Any, path: str):
    answer = raw(desk, json.dumps(body).encode(), path=path)
    assert answer.status_code in (200, 400, 402, 404, 429)
    assert answer.status_code == 200 or is_refusal(answer, answer.status_code)
    assert desk.api.trouble == ""


def test_ten_thousand_tasks_are_listed_page_by_page_each_once(desk: Desk):
    desk.made(PATH, prompt="a cup")
    with desk.service.book.database.writing() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 9999) "
            "INSERT INTO generation_tasks (task_id, merchant, digest, kind, wanted, access_key, price, hold_key, created_at, "
            "updated_at, ready_at, status) SELECT 'copy-' || n, merchant, digest, kind, wanted, access_key, price, hold_key, "
            "created_at, updated_at, ready_at, status FROM generation_tasks, more"
        )
    seen: list[str] = []
    for page in range(1, 22):
        found = desk.get(f"{PATH}?pageNum={page}&pageSize=500")
        assert len(found) == (500 if page <= 20 else 0)
        seen += [one["task_id"] for one in found]
    assert len(set(seen)) == 10_000
    assert seen[0] == "copy-9999"  # the newest first
    assert len(desk.get(PATH)) == 30


_ELSEWHERE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from task_desk import NOON
from magnetar.capabilities.generation.service import TaskService
from magnetar.capabilities.generation.tasks.contract import read_wanted
from magnetar.capabilities.generation.tasks.rows import Task
from magnetar.capabilities.ledger.providers.sql import SqlLedger
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.clock import SteppedClock

home, clock = Path(sys.argv[1]), SteppedClock(NOON)
store = SqliteStore(home / "magnetar.db")
service = TaskService(store, store, SqlLedger(store, clock), clock, home)
key = service.keys.list(sys.argv[3])[0]
wanted, plan = read_wanted("text2video", b'{"prompt": "a cup"}'), service.credits.plan_of(sys.argv[3])
sys.stdin.readline()
made = [service.create([service.ask(key, plan, wanted)])[0] for _ in range(int(sys.argv[4]))]
print(sum(isinstance(one, Task) for one in made), *{one.code for one in made if not isinstance(one, Task)})
"""


def test_a_rate_holds_over_all_processes_together(desk: Desk):
    desk.service.credits.buy("demo", 10_000, "x")
    words = [sys.executable, "-c", _ELSEWHERE, str(desk.home), str(Path(__file__).parent), "demo", "9"]
    both = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.close()
        one.stdin = None
    said = [one.communicate(timeout=120)[0].split() for one in both]
    assert sum(int(one[0]) for one in said) == 10, said  # gold: five a second, ten at once
    assert {word for one in said for word in one[1:]} == {"1302"}
    assert desk.service.book.standing("demo").waiting == 10
    desk.wait(1)
    assert desk.post(PATH, prompt="a cup").status_code == 200
    assert desk.agrees()
