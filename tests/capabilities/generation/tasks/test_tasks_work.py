"""Leases, retries, cancelling and callbacks: work is done once, and its news arrives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from task_desk import NOON, Desk, open_desk

from magnetar.capabilities.generation.tasks import outside
from magnetar.capabilities.generation.tasks.callbacks import HEADER, MOST_TRIES, is_signed
from magnetar.capabilities.generation.tasks.outside import Reach, call
from magnetar.capabilities.generation.tasks.rows import Done, Result
from magnetar.capabilities.generation.tasks.working import Worker
from magnetar.engines.memory import MemoryLog
from magnetar.kernel.addresses import is_public
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SECOND, SteppedClock
from magnetar.kernel.errors import BadInput, ProviderFailed

PATH = "/v1/videos/text2video"
MADE = Result((), "none", "nothing")


def test_a_lease_that_ended_goes_to_another_and_the_first_can_hand_nothing_in(desk: Desk):
    desk.made(PATH, prompt="a cup")
    [first] = desk.service.leases.lease()
    assert desk.service.leases.lease() == []
    desk.wait(31)
    assert desk.service.leases.lease() == []  # given back now, to be tried again in a second
    desk.wait(1)
    [second] = desk.service.leases.lease()
    assert second.task_id == first.task_id
    assert desk.service.leases.finish([Done(first, MADE)]) == [False]
    assert desk.service.leases.beat(first) == "lost"
    assert desk.service.leases.finish([Done(second, MADE)]) == [True]
    assert desk.service.leases.finish([Done(second, MADE)]) == [False]
    assert desk.credits() == (650.0, 0.0)
    assert desk.agrees()


def test_a_sign_of_life_keeps_a_lease(desk: Desk):
    desk.made(PATH, prompt="a cup")
    [task] = desk.service.leases.lease()
    for _ in range(5):
        desk.wait(20)
        assert desk.service.leases.beat(task) == "go on"
        assert desk.service.leases.lease() == []


def test_a_failure_that_may_pass_is_tried_three_times(desk: Desk):
    def fail(task, progress):
        raise ProviderFailed("busy")

    id = desk.made(PATH, prompt="a cup")
    for seconds in (0, 1, 2):
        desk.wait(seconds)
        assert desk.work(make=fail) == 1
    data = desk.get(f"{PATH}/{id}")
    assert data["task_status"] == "failed"
    assert "tried 3 times" in data["task_status_msg"]
    assert desk.credits() == (660.0, 0.0)


def test_a_task_that_waits_for_another_try_is_told_as_processing(desk: Desk):
    def fail(task, progress):
        raise RuntimeError("a fault of ours")

    id = desk.made(PATH, prompt="a cup")
    assert desk.get(f"{PATH}/{id}")["task_status"] == "submitted"
    desk.work(make=fail)
    assert desk.get(f"{PATH}/{id}")["task_status"] == "processing"


def test_merchants_take_turns_and_none_has_more_at_work_than_its_plan(desk: Desk):
    other = desk.service.keys.issue("other")
    desk.service.credits.buy("other", 100, "x")
    for _ in range(6):
        desk.made(PATH, prompt="a cup")
    busy, desk.pair = desk.pair, other
    desk.made(PATH, prompt="a plate")
    desk.made(PATH, prompt="a plate")
    desk.pair = busy
    taken = desk.service.leases.lease(10)
    assert sorted(task.merchant for task in taken) == ["demo"] * 3 + ["other"]  # gold: three, free: one
    assert desk.agrees()


def test_a_waiting_task_is_cancelled_at_once_and_pays_nothing(desk: Desk):
    id = desk.made(PATH, prompt="a cup")
    answer = desk.call("POST", f"{PATH}/{id}/cancel")
    assert answer.json()["data"]["task_status"] == "failed"
    assert desk.credits() == (660.0, 0.0)
    assert desk.service.leases.lease() == []


def test_a_task_at_work_is_cancelled_at_its_next_sign_of_life(desk: Desk):
    id = desk.made(PATH, prompt="a cup")
    [task] = desk.service.leases.lease()
    assert desk.call("DELETE", f"{PATH}/{id}").json()["data"]["task_status"] == "processing"
    assert desk.service.leases.beat(task) == "cancel"
    desk.service.leases.finish([Done(task, MADE)])
    assert desk.get(f"{PATH}/{id}")["task_status"] == "failed"
    assert desk.credits() == (660.0, 0.0)


def test_a_worker_stops_what_is_wanted_no_more(desk: Desk):
    desk.made(PATH, prompt="a cup")
    looked = threading.Event()

    def make(task, progress):
        desk.service.leases.cancel("demo", task.task_id)
        for _ in range(200):
            progress(0.5)
            looked.wait(0.02)
        return MADE

    assert Worker(desk.service, make, lasts=SECOND // 5).work_once() == 1
    assert desk.credits() == (660.0, 0.0)


def test_what_ended_is_announced_once(desk: Desk):
    desk.made(PATH, prompt="a cup")
    bus = Bus(MemoryLog(), desk.clock)
    assert desk.service.announce(bus) == 0
    desk.work(make=lambda task, progress: MADE)
    assert desk.service.announce(bus) == 1
    assert desk.service.announce(bus) == 0


# ---- callbacks


class Receiver(ThreadingHTTPServer):
    """Answers as it is told to, and keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers = [200]
        self.got: list[tuple[bytes, str]] = []
        self.redirect = ""
        self.sends = b""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: Receiver  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((body, self.headers[HEADER]))
        self.send_response(self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(302 if self.server.redirect else 200)
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.send_header("Content-Length", str(len(self.server.sends)))
        self.end_headers()
        self.wfile.write(self.server.sends)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def deliver(desk: Desk) -> list[bool]:
    courier = desk.service.courier
    sent = [courier.send(due) for due in courier.claim()]
    courier._at_work.clear()
    return sent


def test_news_is_sent_signed_and_again_until_it_is_received(tmp_path: Path):
    with receiving() as receiver:
        desk, store = open_desk(tmp_path, SteppedClock(NOON), reach=Reach(frozenset({receiver.host})))
        receiver.answers = [500, 500, 200]
        id = desk.made(PATH, prompt="a cup", callback_url=f"http://{receiver.host}/news", external_task_id="mine")
        desk.work(make=lambda task, progress: MADE)
        assert deliver(desk) == [False]
        assert deliver(desk) == []  # not before its time
        desk.wait(2)
        assert deliver(desk) == [False]
        desk.wait(8)
        assert deliver(desk) == [True]
        desk.wait(100_000)
        assert deliver(desk) == []
        body, header = receiver.got[-1]
        said = json.loads(body)
        assert (said["task_id"], said["task_status"], said["task_info"]) == (
            id,
            "succeed",
            {"external_task_id": "mine"},
        )
        now = NOON // SECOND + 10
        assert is_signed(desk.pair.secret_key, header, body, now)
        assert not is_signed("other", header, body, now)
        assert not is_signed(desk.pair.secret_key, header, body + b" ", now)
        assert not is_signed(desk.pair.secret_key, header, body, now + 400)
        store.close()


def lead(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name leads to these from now on."""
    monkeypatch.setattr(outside, "addresses_of", lambda host, port: list(addresses))


def test_a_private_address_is_called_only_where_the_operator_allows_it(desk: Desk):
    with receiving() as receiver:
        answer = desk.post(PATH, prompt="a cup", callback_url=f"http://{receiver.host}/news")
        assert (answer.status_code, answer.json()["code"]) == (400, 1201)
        assert "callback_url" in answer.json()["message"]
        assert "not public" in answer.json()["message"]
        assert desk.credits() == (660.0, 0.0)


def test_a_name_that_leads_elsewhere_by_the_time_of_the_call_is_not_called(desk: Desk, monkeypatch):
    with receiving() as receiver:
        lead(monkeypatch, "93.184.216.34")
        desk.made(PATH, prompt="a cup", callback_url=f"http://news.example:{receiver.server_address[1]}/news")
        desk.work(make=lambda task, progress: MADE)
        lead(monkeypatch, "127.0.0.1")
        assert deliver(desk) == [False]
        desk.wait(100_000)
        assert deliver(desk) == []  # given up at once: it is no fault that passes
        assert receiver.got == []


def test_one_inner_address_among_public_ones_is_refused(desk: Desk, monkeypatch):
    lead(monkeypatch, "93.184.216.34", "10.0.0.7")
    assert desk.post(PATH, prompt="a cup", callback_url="https://news.example/").status_code == 400


def test_a_name_that_is_not_known_yet_may_be_named(desk: Desk, monkeypatch):
    def unknown(host: str, port: int) -> list[str]:
        raise OSError

    monkeypatch.setattr(outside, "addresses_of", unknown)
    assert desk.post(PATH, prompt="a cup", callback_url="https://soon.example/").status_code == 200


def test_a_receiver_that_never_answers_is_given_up_and_holds_up_no_task(tmp_path: Path):
    desk, store = open_desk(tmp_path, SteppedClock(NOON), reach=Reach(frozenset({"127.0.0.1:9"})))
    desk.made(PATH, prompt="a cup", callback_url="http://127.0.0.1:9/")
    desk.work(make=lambda task, progress: MADE)
    tries = 0
    for _ in range(MOST_TRIES + 3):
        tries += len(deliver(desk))
        desk.wait(4_000)
    assert tries == MOST_TRIES
    store.close()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str):
    assert not is_public(address)


def test_a_redirect_into_the_network_is_not_followed():
    with receiving() as outer, receiving() as inner:
        outer.redirect = f"http://{inner.host}/secret"
        inner.sends = b"secret"
        with pytest.raises(BadInput, match="not public"):
            call("GET", f"http://{outer.host}/", Reach(frozenset({outer.host})))


def test_redirects_and_sizes_have_limits():
    with receiving() as server:
        reach = Reach(frozenset({server.host}), most_bytes=1000)
        server.redirect = "/again"
        with pytest.raises(BadInput, match="redirects more than"):
            call("GET", f"http://{server.host}/", reach)
        server.redirect, server.sends = "", b"x" * 1001
        with pytest.raises(BadInput, match="sends more than"):
            call("GET", f"http://{server.host}/", reach)
        server.sends = b"x" * 1000
        assert call("GET", f"http://{server.host}/", reach).body == b"x" * 1000


def test_a_picture_from_an_inner_address_fails_the_task_and_pays_nothing(desk: Desk, monkeypatch):
    from magnetar.capabilities.generation.providers.moving import Moving
    from magnetar.capabilities.generation.tasks.making import Makers

    path = "/v1/videos/image2video"
    refused = desk.post(path, image="http://169.254.169.254/latest/meta-data")
    assert (refused.status_code, refused.json()["code"]) == (400, 1201)
    lead(monkeypatch, "93.184.216.34")
    id = desk.made(path, image="http://pictures.example/cup.png")
    lead(monkeypatch, "169.254.169.254")
    desk.work(Makers(None, Moving()))
    data = desk.get(f"{path}/{id}")
    assert data["task_status"] == "failed"
    assert "not public" in data["task_status_msg"]
    assert desk.credits() == (660.0, 0.0)
