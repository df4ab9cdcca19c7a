"""What a ledger and a book of budgets mean, wherever they are kept."""

import copy
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from magnetar.capabilities.ledger import BudgetBook, Credited, Ledger, connect
from magnetar.capabilities.ledger.providers.memory import MemoryBudgets, MemoryLedger
from magnetar.capabilities.ledger.providers.sql import SqlLedger
from magnetar.capabilities.ledger.providers.sql_budgets import SqlBudgets
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.money import Money

DEMO, REVENUE, BANK = "merchant:demo:balance", "platform:revenue", "external:bank"
LARGEST = 2**63 - 1


@pytest.fixture(params=["memory", "sql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    clock = SteppedClock(1_000)
    if request.param == "memory":
        yield MemoryLedger("CNY", clock)
    else:
        store = SqliteStore(tmp_path / "magnetar.db")
        yield SqlLedger(store, clock)
        store.close()


@pytest.fixture
def book(ledger: Ledger) -> BudgetBook:
    keeper = SqlBudgets(ledger._database) if isinstance(ledger, SqlLedger) else MemoryBudgets()
    return BudgetBook(ledger, keeper)


def two_campaigns(book: BudgetBook, spring: int = 100, autumn: int = 50) -> BudgetBook:
    book.add("spring", spring, payer=DEMO)
    book.add("autumn", autumn, payer=DEMO)
    return book


# ---- posting ----


def test_a_posting_moves_money_between_accounts(ledger: Ledger):
    assert ledger.post("top-up", [(BANK, -500), (DEMO, 500)]) is True
    assert ledger.post("charge", [(DEMO, -120), (REVENUE, 120)]) is True
    assert (ledger.balance(DEMO), ledger.balance(REVENUE), ledger.balance(BANK)) == (
        Money(380),
        Money(120),
        Money(-500),
    )
    assert ledger.balance("nobody") == Money(0)
    assert [(e.key, e.at, e.amount.micros) for e in ledger.entries(DEMO)] == [
        ("top-up", 1_000, 500),
        ("charge", 1_000, -120),
    ]
    assert list(ledger.entries("nobody")) == []
    assert ledger.verify() == 2


def test_the_same_posting_again_changes_nothing(ledger: Ledger):
    lines = [(BANK, -500), (DEMO, 500)]
    assert ledger.post("top-up", lines)
    assert ledger.has("top-up")
    assert not ledger.has("another")
    assert ledger.post("top-up", lines) is False
    assert ledger.balance(DEMO) == Money(500)


@pytest.mark.parametrize("lines", [[(BANK, -400), (DEMO, 400)], [(BANK, -500), ("merchant:other:balance", 500)], []])
def test_a_key_that_stands_for_other_lines_is_refused(ledger: Ledger, lines: list[tuple[str, int]]):
    ledger.post("top-up", [(BANK, -500), (DEMO, 500)])
    with pytest.raises(Refused, match="'top-up' exists with other lines"):
        ledger.post("top-up", lines)
    assert ledger.verify() == 1


@pytest.mark.parametrize(
    "lines",
    [
        [(DEMO, 1)],
        [(BANK, -500), (DEMO, 499)],
        [(BANK, -500), ("merchant:demo:balance@USD", 500)],
        [(BANK, -(2**62)), (DEMO, -(2**62)), (REVENUE, -(2**62)), ("x", -(2**62))],  # wraps to zero in 64 bits
        [(BANK, -(2**32)), (DEMO, 1)],
    ],
)
def test_lines_that_do_not_sum_to_zero_in_each_currency_are_refused(ledger: Ledger, lines: list[tuple[str, int]]):
    with pytest.raises(ValueError, match="must sum to zero"):
        ledger.post("wrong", lines)
    assert not ledger.has("wrong")
    assert ledger.verify() == 0


@pytest.mark.parametrize("micros", [1.0, 0.1, True, 2**63, "1", None])
def test_only_whole_micros_are_posted(ledger: Ledger, micros: object):
    with pytest.raises(ValueError, match="whole micros"):
        ledger.post("wrong", [(BANK, micros), (DEMO, -1)])  # type: ignore[list-item]


def test_only_whole_micros_are_posted_in_batches(ledger: Ledger):
    rows = [ledger.account(BANK), ledger.account(DEMO)]
    for amounts in (np.array([1.0, -1.0]), np.array([2**63, 0], np.uint64), np.array([True, False])):
        with pytest.raises(ValueError, match="whole numbers"):
            ledger.post_batch("wrong", rows, amounts)
    with pytest.raises(ValueError, match="one length"):
        ledger.post_batch("wrong", rows, [1])
    for row in (-1, 10_000):
        with pytest.raises(ValueError, match="names account row"):
            ledger.post_batch("wrong", [rows[0], row], [1, -1])


@pytest.mark.parametrize("name", ["", "@CNY", "a@usd", "a@", "a@DOLLAR"])
def test_a_name_that_is_no_account_is_refused(ledger: Ledger, name: str):
    with pytest.raises(ValueError, match="an account is a name"):
        ledger.account(name)


def test_each_currency_has_its_own_accounts(ledger: Ledger):
    ledger.post("both", [(BANK, -5), (DEMO, 5), (f"{BANK}@USD", -7), (f"{DEMO}@USD", 7)])
    assert ledger.balance(DEMO) == ledger.balance(f"{DEMO}@CNY") == Money(5)
    assert ledger.balance(f"{DEMO}@USD") == Money(7, "USD")
    assert ledger.account(DEMO) == ledger.account(f"{DEMO}@CNY") != ledger.account(f"{DEMO}@USD")


def test_a_balance_never_wraps_around(ledger: Ledger):
    ledger.post("most", [(BANK, -LARGEST), (DEMO, LARGEST)])
    for lines in ([(REVENUE, -1), (DEMO, 1)], [(BANK, -1), (REVENUE, 1)]):
        with pytest.raises(Refused, match="past 64 bits"):
            ledger.post("more", lines)
    assert (ledger.balance(DEMO).micros, ledger.balance(BANK).micros, ledger.balance(REVENUE).micros) == (
        LARGEST,
        -LARGEST,
        0,
    )


def test_an_account_with_a_floor_is_not_overdrawn(ledger: Ledger):
    ledger.account(DEMO, floor_micros=0)
    with pytest.raises(Refused, match=r"holds 0\.00 CNY.*Credit the account"):
        ledger.post("charge", [(DEMO, -1), (REVENUE, 1)])
    ledger.post("top-up", [(BANK, -100), (DEMO, 100)])
    ledger.post("in and out", [(DEMO, -150), (DEMO, 60), (REVENUE, 90)])
    assert ledger.balance(DEMO) == Money(10)
    with pytest.raises(Refused):
        ledger.account(DEMO, floor_micros=11)


def test_batches_go_by_rows(ledger: Ledger):
    rows = np.array([ledger.account(name) for name in ("a", "b", "c", REVENUE)])
    assert ledger.post_batch("tick:1", rows, np.array([-5, 0, -7, 12]))
    assert ledger.post_batch("tick:1", rows, np.array([-5, 0, -7, 12])) is False
    assert ledger.post_batch("tick:1", rows[[0, 2, 3]], np.array([-5, -7, 12])) is False  # nothing moved in b
    with pytest.raises(Refused):
        ledger.post_batch("tick:1", rows, np.array([-7, 0, -5, 12]))
    assert ledger.balances(rows).tolist() == [-5, 0, -7, 12]
    assert ledger.post_batch("nothing", [], [])
    with pytest.raises(IndexError):
        ledger.balances([10_000])
    assert ledger.verify() == 2


accounts = st.sampled_from(["a", "b", "c", "a@USD", "b@USD"])
amounts = st.integers(-(2**62), 2**62) | st.integers(-3, 3)


class LedgersAgree(RuleBasedStateMachine):
    """Any history leaves the same in memory, in SQL and in a dictionary of Python's integers."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.store = SqliteStore(self.folder / f"{id(self)}.db")
        self.ledgers: list[Ledger] = [MemoryLedger(), SqlLedger(self.store, SteppedClock())]
        self.balances: dict[str, int] = {}
        self.posted: dict[str, list[tuple[str, int]]] = {}

    def expected(self, key: str, lines: list[tuple[str, int]]) -> str:
        lines = [(name if "@" in name else f"{name}@CNY", micros) for name, micros in lines]
        moved = [line for line in lines if line[1]]
        if key in self.posted:
            return "same" if self.posted[key] == moved else "refused"
        for currency in ("CNY", "USD"):
            if sum(micros for name, micros in lines if name.endswith(currency)):
                return "unbalanced"
        after = dict(self.balances)
        for name, micros in moved:
            after[name] = after.get(name, 0) + micros
            if abs(after[name]) > LARGEST:
                return "refused"
        self.balances, self.posted[key] = after, moved
        return "posted"

    @rule(
        key=st.sampled_from("klmnopq"), lines=st.lists(st.tuples(accounts, amounts), max_size=5), balanced=st.booleans()
    )
    def post(self, key: str, lines: list[tuple[str, int]], balanced: bool) -> None:
        if balanced:
            for end in ("", "@USD"):
                total = sum(micros for name, micros in lines if name.endswith("@USD") == bool(end))
                half = total // 2
                lines = [*lines, (f"b{end}", -half), (f"c{end}", -(total - half))]
        if any(abs(micros) > LARGEST for _, micros in lines):
            return
        outcome = self.expected(key, lines)
        for ledger in self.ledgers:
            if outcome in ("posted", "same"):
                assert ledger.post(key, lines) is (outcome == "posted")
            else:
                with pytest.raises(ValueError if outcome == "unbalanced" else Refused):
                    ledger.post(key, lines)

    @invariant()
    def agree(self) -> None:
        for ledger in self.ledgers:
            assert ledger.verify() == len(self.posted)
            for name in ("a@CNY", "b@CNY", "c@CNY", "a@USD", "b@USD", "c@USD"):
                assert ledger.balance(name).micros == self.balances.get(name, 0)

    def teardown(self) -> None:
        self.store.close()


def test_any_history_of_postings_leaves_what_exact_sums_leave(tmp_path_factory: pytest.TempPathFactory):
    class Machine(LedgersAgree):
        folder = tmp_path_factory.mktemp("ledgers")

    run_state_machine_as_test(Machine, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=40))
def test_a_balanced_batch_of_any_size_leaves_nothing_over(micros: list[int]):
    ledger = MemoryLedger()
    rows = [ledger.account(f"a{place}") for place in range(2 * len(micros))]
    assert ledger.post_batch("k", rows, np.array(micros + [-each for each in micros]))
    assert ledger.balances(rows).tolist() == micros + [-each for each in micros]


def test_a_copy_in_memory_goes_its_own_way():
    ledger = MemoryLedger()
    ledger.post("a", [(BANK, -1), (DEMO, 1)])
    fork = copy.deepcopy(ledger)
    fork.post("b", [(BANK, -1), (DEMO, 1)])
    assert (ledger.balance(DEMO), fork.balance(DEMO)) == (Money(1), Money(2))
    assert not ledger.has("b")


# ---- budgets ----


def test_what_is_leased_and_spent_never_passes_the_budget(book: BudgetBook):
    two_campaigns(book)
    assert book.lease(1).tolist() == [100, 50]
    assert book.lease(1, "second").tolist() == [0, 0]
    assert book.settle("tick 1", [30, 0]) is True
    assert book.spent_today.tolist() == [30, 0]
    assert book.remaining().tolist() == [70, 50]
    assert book.lease(2).tolist() == [70, 50]
    assert book.ledger.balance(DEMO) == Money(-30)
    assert book.ledger.balance(REVENUE) == Money(30)


def test_several_deciders_share_a_budget(book: BudgetBook):
    two_campaigns(book)
    assert book.lease(1, "a", parts=3).tolist() == [33, 16]
    assert book.lease(1, "b", parts=2).tolist() == [33, 17]
    assert book.lease(1, "c", most=[10, 99]).tolist() == [10, 17]
    assert book.leased.tolist() == [76, 50]
    assert book.settle("a1", [33, 0], "a")
    assert book.settle("b1", [1, 17], "b", done=False)
    assert book.leased.tolist() == [32 + 10, 17]
    assert book.settle("b2", [32, 0], "b")
    book.give_back("c")
    assert book.leased.tolist() == [0, 0]
    assert book.spent_today.tolist() == [66, 17]


def test_a_lease_that_is_not_settled_in_time_comes_back_and_cannot_be_spent(book: BudgetBook):
    two_campaigns(book)
    book.lease(1, "crashed", ticks=3)
    assert book.lease(3, "other").tolist() == [0, 0]
    assert book.lease(4, "other").tolist() == [100, 50]
    with pytest.raises(Refused, match="'crashed' has no lease"):
        book.settle("late", [1, 0], "crashed")
    assert book.spent_today.tolist() == [0, 0]


def test_spending_more_than_the_lease_is_refused_whole(book: BudgetBook):
    two_campaigns(book)
    book.lease(1)
    with pytest.raises(Refused, match=r"'autumn' spent .* under a lease of"):
        book.settle("tick 1", [10, 51])
    assert book.spent_today.tolist() == [0, 0]
    assert not book.ledger.has("charge:tick 1")
    assert book.settle("tick 1", [10, 50])
    for wrong in ([1], [-1, 0], [1.5, 0.0]):
        with pytest.raises(ValueError):
            book.settle("tick 2", wrong)


def test_a_settlement_is_charged_once(book: BudgetBook):
    two_campaigns(book)
    book.lease(1)
    assert book.settle(1, [30, 5]) is True
    book.lease(2)
    assert book.settle(1, [30, 5]) is False
    with pytest.raises(Refused, match="other lines"):
        book.settle(1, [31, 5])
    assert book.spent_today.tolist() == [30, 5]
    assert book.leased.tolist() == [70, 45]


def test_a_counter_is_settled_by_what_it_grew(book: BudgetBook):
    two_campaigns(book)
    for tick, total in enumerate(([10, 0], [10, 0], [25, 50])):
        book.lease(tick)
        assert book.settle_total(tick, total)
        assert book.settle_total(tick, total) is False
    assert book.spent_today.tolist() == [25, 50]
    book.new_day()
    book.lease(9)
    assert book.settle_total(9, [26, 50])
    assert book.spent_today.tolist() == [1, 0]
    book.lease(10)
    with pytest.raises(ValueError, match="cannot fall"):
        book.settle_total(10, [25, 50])


def test_a_budget_is_not_lowered_below_what_is_out(book: BudgetBook):
    two_campaigns(book)
    book.lease(1)
    book.settle(1, [40, 0])
    book.lease(2, parts=2)
    with pytest.raises(Refused, match=r"'spring' has spent .* Choose at least"):
        book.set_budget(0, 69)
    book.set_budget(0, 70)
    assert book.lease(3).tolist() == [30, 50]
    with pytest.raises(NotFound):
        book.set_budget(2, 1)
    book.set_budgets([10, 60, 5])  # a tick's edge: what is out stays out, nothing more goes
    assert book.lease(4).tolist() == [0, 60, 5]
    assert book.remaining().tolist() == [0, 60, 5]


def test_a_new_day_starts_from_nothing_spent_and_calls_leases_back(book: BudgetBook):
    two_campaigns(book)
    book.lease(1)
    book.settle(1, [100, 50])
    book.lease(2, "over midnight", ticks=99)
    book.new_day(5)
    book.new_day(5)
    assert book.remaining().tolist() == [100, 50]
    with pytest.raises(Refused, match="no lease"):
        book.settle("after midnight", [1, 0], "over midnight")
    with pytest.raises(ValueError, match="go back"):
        book.new_day(4)
    assert book.lease(3).tolist() == [100, 50]


def test_campaigns_may_pay_in_different_currencies_to_different_accounts(book: BudgetBook):
    book.add("cny", 100)
    book.add("usd", 100, payer="merchant:x:balance@USD", earner=f"{REVENUE}@USD")
    book.add("none", 100)
    book.lease(1)
    book.settle(1, [3, 4, 0])
    assert book.ledger.balance(REVENUE) == Money(3)
    assert book.ledger.balance(f"{REVENUE}@USD") == Money(4, "USD")
    assert book.ledger.balance("campaign:cny:budget") == Money(-3)


class BudgetsHold(RuleBasedStateMachine):
    """Whatever deciders do, spent + leased stays within the budget, and the ledger says the same."""

    ROWS = 3
    holders = st.sampled_from(["a", "b", "c"])

    def __init__(self) -> None:
        super().__init__()
        self.book = BudgetBook()
        self.budget = [100, 0, LARGEST]
        for row, budget in enumerate(self.budget):
            self.book.add(str(row), budget)
        self.tick = 0
        self.held: dict[str, list[int]] = {}
        self.until: dict[str, int] = {}
        self.spent = [0] * self.ROWS
        self.key = 0

    @rule(holder=holders, ticks=st.integers(1, 3), parts=st.integers(1, 3), later=st.integers(0, 2))
    def lease(self, holder: str, ticks: int, parts: int, later: int) -> None:
        self.tick += later
        for name in [name for name in self.held if name == holder or self.until[name] <= self.tick]:
            del self.held[name]
        free = [
            b - s - sum(h[row] for h in self.held.values())
            for row, (b, s) in enumerate(zip(self.budget, self.spent, strict=True))
        ]
        self.held[holder] = [each // parts for each in free]
        self.until[holder] = self.tick + ticks
        assert self.book.lease(self.tick, holder, ticks=ticks, parts=parts).tolist() == self.held[holder]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), done=st.booleans(), over=st.booleans())
    def settle(self, data: st.DataObject, done: bool, over: bool) -> None:
        holder = data.draw(st.sampled_from(sorted(self.held)))
        spent = [data.draw(st.integers(0, most)) for most in self.held[holder]]
        self.key += 1
        if over:
            spent[1] = self.held[holder][1] + 1
            with pytest.raises(Refused):
                self.book.settle(self.key, spent, holder, done=done)
            return
        assert self.book.settle(self.key, spent, holder, done=done)
        assert self.book.settle(self.key, spent, holder, done=done) is False
        self.spent = [a + b for a, b in zip(self.spent, spent, strict=True)]
        self.held[holder] = [a - b for a, b in zip(self.held[holder], spent, strict=True)]
        if done:
            del self.held[holder]

    @invariant()
    def within_budget(self) -> None:
        spent, leased = self.book.spent_today.tolist(), self.book.leased.tolist()
        assert spent == self.spent
        assert all(s + out <= budget for s, out, budget in zip(spent, leased, self.budget, strict=True))
        assert self.book.ledger.balance(REVENUE).micros == sum(spent)
        self.book.ledger.verify()


def test_no_history_of_leases_spends_more_than_the_budget():
    # The third budget is the largest there is, so the sum of all three must still fit: the second is nothing.
    class Machine(BudgetsHold):
        def __init__(self) -> None:
            super().__init__()
            self.book.set_budget(2, LARGEST - 100)
            self.budget[2] = LARGEST - 100

    run_state_machine_as_test(Machine, settings=settings(max_examples=30, stateful_step_count=20, deadline=None))


# ---- the SQL provider only ----


def sql(path: Path) -> tuple[SqliteStore, SqlLedger, BudgetBook]:
    store = SqliteStore(path)
    ledger = SqlLedger(store, SteppedClock())
    return store, ledger, BudgetBook(ledger, SqlBudgets(store))


def test_the_ledger_and_the_budgets_outlive_the_process(tmp_path: Path):
    store, _, book = sql(tmp_path / "m.db")
    two_campaigns(book)
    book.lease(1, "crashed", ticks=5, parts=2)
    book.settle("x", [20, 0], "crashed", done=False)
    store.close()
    store, ledger, book = sql(tmp_path / "m.db")
    assert book.add("autumn", 999) == 0  # rows go by this book's order; what is kept stays
    assert book.add("spring", 999) == 1
    assert book.daily_budget.tolist() == [50, 100]
    assert book.spent_today.tolist() == [0, 20]
    assert book.leased.tolist() == [25, 30]
    assert book.settle("x", [0, 20], "crashed") is False
    assert book.lease(6).tolist() == [50, 80]
    assert ledger.verify() == 1
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET micros = 1",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_postings SET at = 0",
        "DELETE FROM ledger_postings",
        "INSERT OR REPLACE INTO ledger_postings (id, key, at, lines) VALUES (1, 'a', 0, 2)",
        "INSERT OR REPLACE INTO ledger_entries VALUES (1, 0, 1, 7)",
        "INSERT INTO ledger_entries VALUES (1, 2, 1, 7)",
        "INSERT INTO ledger_entries VALUES (9, 0, 1, 7)",
        "DELETE FROM ledger_accounts",
        "UPDATE ledger_accounts SET name = 'mine@CNY' WHERE id = 1",
        "INSERT OR REPLACE INTO ledger_accounts VALUES (1, 'mine@CNY', 0, 0)",
        "UPDATE ledger_accounts SET balance = 1.5",
    ],
)
def test_the_tables_refuse_to_be_rewritten(tmp_path: Path, statement: str):
    store, ledger, _ = sql(tmp_path / "m.db")
    ledger.post("a", [(BANK, -5), (DEMO, 5)])
    with pytest.raises(sa.exc.IntegrityError), store.writing() as connection:
        connection.execute(sa.text(statement))
    assert ledger.verify() == 1
    store.close()


def test_threads_that_post_and_lease_at_once_stay_exact(tmp_path: Path):
    store, ledger, book = sql(tmp_path / "m.db")
    two_campaigns(book, spring=10_000, autumn=10_000)
    failures: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            mine = BudgetBook(ledger, SqlBudgets(store))
            for campaign in ("spring", "autumn"):
                mine.add(campaign)
            for turn in range(8):
                lease = mine.lease(turn, f"decider {thread}", ticks=100, parts=4)
                mine.settle(f"{thread}:{turn}", lease // 2, f"decider {thread}")
                ledger.post(f"shared:{turn}", [(BANK, -1), (DEMO, 1)])  # every thread posts it, once it counts
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert ledger.verify() == 6 * 8 + 8
    assert book.spent_today.sum() == ledger.balance(REVENUE).micros <= 20_000
    assert ledger.balance(BANK) == Money(-8)
    assert book.leased.tolist() == [0, 0]
    store.close()


def test_a_posting_inside_a_transaction_is_undone_with_it(tmp_path: Path):
    store, ledger, _ = sql(tmp_path / "m.db")
    with pytest.raises(RuntimeError), store.writing():  # noqa: PT012
        ledger.post("a", [(BANK, -5), (DEMO, 5)])
        raise RuntimeError
    assert not ledger.has("a")
    assert ledger.balance(DEMO) == Money(0)
    store.close()


# ---- the service ----


@pytest.mark.parametrize("provider", [None, "memory", "sql"])
def test_credits_and_refunds_count_once_and_are_told(tmp_path: Path, provider: str | None):
    store = SqliteStore(tmp_path / "m.db")
    clock = SteppedClock()
    bus = Bus(MemoryLog(), clock)
    told: list[Credited] = []
    bus.subscribe(Credited, told.append)
    service = connect(Runtime(Settings(home=tmp_path), clock, bus, store), provider)
    assert isinstance(service.ledger, MemoryLedger if provider == "memory" else SqlLedger)
    for expected in (True, False):
        assert service.credit("pay-1", DEMO, Money(900)) is expected
        assert service.refund("back-1", DEMO, Money(50), "more returns than promised") is expected
    assert service.balance(DEMO) == Money(950)
    assert service.balance(REVENUE) == Money(-50)
    assert [event.key for event in told] == ["pay-1"]
    service.credit("pay-2", DEMO, Money(3, "USD"))
    assert service.balance(f"{DEMO}@USD") == Money(3, "USD")
    with pytest.raises(Refused, match="above 0"):
        service.credit("pay-3", DEMO, Money(0))
    store.close()


def test_sql_needs_a_store_with_a_database(tmp_path: Path):
    clock = SteppedClock()
    runtime = Runtime(Settings(home=tmp_path, store="memory"), clock, Bus(MemoryLog(), clock), MemoryStore())
    assert isinstance(connect(runtime).ledger, MemoryLedger)
    with pytest.raises(Refused, match="memory"):
        connect(runtime, "sql")
