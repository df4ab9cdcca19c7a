"""Credits are held, captured and given back once each, whatever happens in between."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from task_desk import NOON, Desk, open_desk

from magnetar.capabilities.generation.tasks.contract import read_wanted
from magnetar.capabilities.generation.tasks.credits import month_of
from magnetar.capabilities.generation.tasks.faults import Fault
from magnetar.capabilities.generation.tasks.rows import Ask, Done, Result, Task
from magnetar.kernel.clock import SECOND, SteppedClock
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.money import MICROS

PATH = "/v1/videos/text2video"
MADE = Result((), "none", "nothing")


def ask(number: int, price: int = 10, merchant: str = "demo", seconds: str = "5") -> Ask:
    body = {"prompt": "a cup", "duration": seconds, "external_task_id": f"order-{number}"}
    wanted = read_wanted("text2video", json.dumps(body).encode())
    return Ask(merchant, "ak", wanted, price * MICROS, 50, 3)


def test_a_task_holds_its_price_and_success_spends_it(desk: Desk):
    desk.made(PATH, prompt="a cup")
    assert desk.credits() == (650.0, 10.0)
    desk.work(make=lambda task, progress: MADE)
    assert desk.credits() == (650.0, 0.0)
    assert desk.agrees()


def test_a_failure_gives_the_credits_back(desk: Desk):
    def fail(task, progress):
        raise BadInput("no")

    desk.made(PATH, prompt="a cup")
    desk.work(make=fail)
    assert desk.credits() == (660.0, 0.0)
    assert desk.agrees()


def test_a_task_that_costs_more_than_there_is_is_refused_with_402(desk: Desk):
    answer = desk.post(PATH, prompt="a cup", model_name="kling-v2-master", duration="10")
    assert answer.status_code == 200
    for _ in range(2):
        desk.post(PATH, prompt="a cup", model_name="kling-v2-master", duration="10")
    short = desk.post(PATH, prompt="a cup", model_name="kling-v2-master", duration="10")
    assert (short.status_code, short.json()["code"]) == (402, 1102)
    assert "60 are free" in short.json()["message"]
    assert desk.credits() == (60.0, 600.0)


def test_one_group_spends_no_more_than_there_is(desk: Desk):
    made = desk.service.create([ask(number, price=300) for number in range(4)])
    assert [isinstance(one, Task) for one in made] == [True, True, False, False]
    assert desk.credits() == (60.0, 600.0)
    assert desk.agrees()


def test_a_membership_brings_its_credits_once_a_month(desk: Desk):
    credits = desk.service.credits
    assert credits.grant_month("demo") == 0
    assert desk.credits()[0] == 660
    desk.wait(32 * 24 * 3600)
    assert credits.grant_month("demo") == 660 * MICROS
    assert desk.credits()[0] == 1320


def test_moving_up_within_a_month_brings_the_difference(desk: Desk):
    desk.service.credits.join("demo", "platinum")
    desk.service.credits.join("demo", "gold")
    desk.service.credits.join("demo", "platinum")
    assert desk.credits()[0] == 3000


def test_a_purchase_comes_in_once(desk: Desk):
    assert desk.service.credits.buy("demo", 12.5, "invoice-1")
    assert not desk.service.credits.buy("demo", 12.5, "invoice-1")
    assert desk.credits()[0] == 672.5
    for amount in (0, -1, float("nan"), float("inf")):
        with pytest.raises(BadInput):
            desk.service.credits.buy("demo", amount, "x")


@pytest.mark.parametrize(
    ("moment", "month"),
    [(0, "1970-01"), (1_709_164_799, "2024-02"), (1_709_222_400 - 1, "2024-02"), (1_709_222_400, "2024-03"),
     (1_798_732_799, "2026-12"), (1_798_732_800, "2027-01")],
)  # fmt: skip
def test_a_month_begins_at_midnight_in_beijing(moment: int, month: str):
    # 2024-02-29 16:00 UTC is 2024-03-01 00:00 in Beijing: 1709222400; 2026-12-31 16:00 UTC: 1798732800
    assert month_of(moment * SECOND) == month


def test_history_says_what_each_line_is(desk: Desk):
    desk.made(PATH, prompt="a cup")
    newest, first = desk.service.credits.history("demo")
    assert (newest["credits"], newest["what"]) == (-10.0, "held for tasks")
    assert (first["credits"], first["what"]) == (660.0, "membership")


class Interleavings(RuleBasedStateMachine):
    """Create, repeat, lease, finish, fail, hand in twice, die, come back from the dead, cancel, reopen: any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="interleavings-")
        self.clock = SteppedClock(NOON)
        self.desk, self.store = open_desk(Path(self.folder.name), self.clock)
        self.desk.service.credits.buy("demo", 200, "start")
        self.leased: list[Task] = []
        self.asked: dict[int, tuple[str, str]] = {}

    def _asked(self, number: int, seconds: str, answer: Task | Fault) -> None:
        """The first call under a number makes a task; the same call gives the same one, another is refused."""
        known = self.asked.get(number)
        if isinstance(answer, Task):
            assert known in (None, (answer.task_id, seconds))
            self.asked[number] = answer.task_id, seconds
        elif known is None:
            assert answer.status in (402, 429)
        else:
            assert (answer.status, known[1] != seconds) == (400, True)

    @rule(numbers=st.lists(st.integers(0, 20), min_size=1, max_size=4), seconds=st.sampled_from(["5", "5", "10"]))
    def create(self, numbers: list[int], seconds: str) -> None:
        asks = [ask(number, seconds=seconds) for number in numbers]
        for number, answer in zip(numbers, self.desk.service.create(asks), strict=True):
            self._asked(number, seconds, answer)

    @rule(most=st.integers(1, 3))
    def lease(self, most: int) -> None:
        self.leased += self.desk.service.leases.lease(most)

    @rule(at=st.integers(0, 20), good=st.booleans(), retry=st.booleans())
    def hand_in(self, at: int, good: bool, retry: bool) -> None:
        """Any lease that ever was given, also one that was handed in before or that has ended."""
        if self.leased:
            task = self.leased[at % len(self.leased)]
            self.desk.service.leases.finish([Done(task, MADE if good else None, "", retry)] * 2)

    @rule(seconds=st.sampled_from([1, 40]))
    def time_passes(self, seconds: int) -> None:
        self.desk.wait(seconds)

    @rule(number=st.integers(0, 20))
    def cancel(self, number: int) -> None:
        if number in self.asked:
            self.desk.service.leases.cancel("demo", self.asked[number][0])

    @rule(number=st.integers(100, 130), at=st.sampled_from(["hold", "settle"]))
    def die_inside_a_transaction(self, number: int, at: str) -> None:
        credits = self.desk.service.credits
        right = getattr(credits, at)

        def die(*given: object) -> None:
            right(*given)
            raise KeyboardInterrupt

        setattr(credits, at, die)
        try:
            self.desk.service.create([ask(number)])
            if self.leased:
                self.desk.service.leases.finish([Done(self.leased[-1], MADE)])
        except KeyboardInterrupt:
            if at == "hold":
                assert self.desk.service.book.find("demo", f"order-{number}") is None or number in self.asked
        finally:
            delattr(credits, at)
        found = self.desk.service.book.find("demo", f"order-{number}")
        if found is not None:
            self.asked[number] = found.task_id, "5"

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.desk, self.store = open_desk(Path(self.folder.name), self.clock)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "desk"):
            return
        audit = self.desk.service.book.audit()
        assert audit.faults == ()
        assert audit.tasks == len(self.asked)
        free = round(self.desk.credits()[0] * MICROS)
        assert free + audit.held + audit.spent == 200 * MICROS
        assert free >= 0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
