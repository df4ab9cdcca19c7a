"""What a store means, for every store."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from magnetar.engines.memory import MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.store import Store, Written
from magnetar.vocabulary.campaigns import Campaign, Goal, GoalKind
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "magnetar.db")
    yield made
    made.close()


def product(key: str = "tee", **changes: Any) -> Product:
    tee = Product(
        ProductId(key),
        MerchantId("demo"),
        "女士纯棉 T 恤",
        Money.of("19.90"),
        list_price=Money.of(25),
        images=("https://shop.example/1.jpg", "https://shop.example/2.jpg"),
        attributes={"颜色": "白", "size": "M"},
    )
    return replace(tee, **changes)


class Note(msgspec.Struct):
    text: str
    tags: list[str] = []


@dataclass
class Weight:
    grams: float
    history: list[float] = field(default_factory=list)


def test_a_record_comes_back_as_it_was(store: Store):
    products = store.collection("products", Product)
    products.put("demo", [("tee", product())])
    assert products.get("demo", "tee") == product()
    assert products.get("demo", "mug") is None

    spring = Campaign(
        CampaignId("spring"), MerchantId("demo"), "春", Goal(GoalKind.TARGET_ROI, 2.5), Money.of(300, "USD")
    )
    campaigns = store.collection("campaigns", Campaign)
    campaigns.put("demo", [("spring", spring)])
    found = campaigns.get("demo", "spring")
    assert found == spring
    assert type(found.goal.kind) is GoalKind

    notes = store.collection("notes", Note)
    notes.put("demo", [("n", Note("a", ["b"]))])
    assert notes.get("demo", "n") == Note("a", ["b"])


def test_it_says_what_changed(store: Store):
    products = store.collection("products", Product)
    assert products.put("demo", [("a", product()), ("b", product())]) == Written(inserted=2)
    cheaper = product(price=Money.of(15))
    assert products.put("demo", [("a", product()), ("b", cheaper), ("c", product())]) == Written(1, 1, 1)
    assert products.get("demo", "b") == cheaper
    assert products.put("demo", []) == Written()


def test_attributes_in_another_order_are_no_change_and_the_first_order_stays(store: Store):
    products = store.collection("products", Product)
    products.put("demo", [("a", product(attributes={"x": "1", "y": "2"}))])
    assert products.put("demo", [("a", product(attributes={"y": "2", "x": "1"}))]) == Written(unchanged=1)
    found = products.get("demo", "a")
    assert found is not None
    assert list(found.attributes) == ["x", "y"]


def test_a_key_twice_in_one_batch_counts_twice_and_the_last_one_stays(store: Store):
    products = store.collection("products", Product)
    written = products.put("demo", [("a", product()), ("a", product()), ("a", product(stock=1)), ("a", product())])
    assert written == Written(inserted=1, updated=2, unchanged=1)
    assert products.get("demo", "a") == product()


def test_a_batch_that_breaks_halfway_leaves_nothing(store: Store):
    def breaking() -> Iterator[tuple[str, Product]]:
        yield "a", product()
        raise RuntimeError("the feed ended early")

    products = store.collection("products", Product)
    with pytest.raises(RuntimeError):
        products.put("demo", breaking())
    with pytest.raises(ValueError, match="must be a Product"):
        products.put("demo", [("a", product()), ("b", "no product")])  # type: ignore[list-item]
    assert products.count("demo") == 0


@pytest.mark.parametrize("key", ["", "\ud800"])
def test_a_key_that_cannot_be_listed_is_refused(store: Store, key: str):
    with pytest.raises(ValueError, match="key"):
        store.collection("products", Product).put("demo", [(key, product())])


@pytest.mark.parametrize("weight", [Weight(float("nan")), Weight(1.0, [float("inf")])])
def test_a_number_that_json_cannot_carry_is_refused(store: Store, weight: Weight):
    with pytest.raises(ValueError, match="not finite"):
        store.collection("weights", Weight).put("demo", [("w", weight)])


def test_nobody_changes_what_is_kept_by_changing_what_was_put_or_got(store: Store):
    notes = store.collection("notes", Note)
    mine = Note("a", ["b"])
    notes.put("demo", [("n", mine)])
    mine.tags.append("later")
    got = notes.get("demo", "n")
    assert got is not None
    assert got.tags == ["b"]
    got.tags.clear()
    assert notes.get("demo", "n") == Note("a", ["b"])


def test_owners_and_collections_do_not_see_each_other(store: Store):
    products = store.collection("products", Product)
    products.put("demo", [("a", product())])
    assert products.get("other", "a") is None
    assert list(products.list("other")) == []
    assert products.delete("other", ["a"]) == 0
    assert store.collection("drafts", Product).count("demo") == 0
    assert products.count("demo") == 1


def test_listing_goes_by_key_and_can_begin_after_one(store: Store):
    products = store.collection("products", Product)
    keys = ["b", "a", "é", "Z", "中", "😀", "a\x00b"]
    products.put("demo", [(key, product(key)) for key in keys])
    assert [key for key, _ in products.list("demo")] == sorted(keys)
    assert [key for key, _ in products.list("demo", after="b", limit=2)] == ["é", "中"]
    assert list(products.list("demo", limit=0)) == []
    with pytest.raises(ValueError, match="limit"):
        products.list("demo", limit=-1)


def test_listing_is_not_disturbed_by_what_is_deleted_or_added_meanwhile(store: Store):
    products = store.collection("products", Product)
    products.put("demo", [(f"{number:04d}", product()) for number in range(2_500)])
    seen = []
    for key, _ in products.list("demo"):
        seen.append(key)
        if key == "0010":
            products.delete("demo", [f"{number:04d}" for number in range(1_500, 2_500)])
    assert seen[:1_000] == [f"{number:04d}" for number in range(1_000)]
    assert set(seen) <= {f"{number:04d}" for number in range(2_500)}


def test_deleting_counts_each_record_once(store: Store):
    products = store.collection("products", Product)
    products.put("demo", [(str(number), product()) for number in range(12_000)])
    assert products.delete("demo", ["1", "1", "none"]) == 1
    assert products.delete("demo", (str(number) for number in range(12_000))) == 11_999
    assert products.count("demo") == 0


def test_threads_that_write_at_once_lose_nothing(store: Store):
    notes = store.collection("notes", Note)
    failures: list[BaseException] = []

    def write(thread: int) -> None:
        try:
            for number in range(20):
                notes.put("demo", [(f"{thread}-{number}", Note("x")), ("shared", Note(f"{thread}"))])
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert notes.count("demo") == 6 * 20 + 1


def test_a_memory_store_can_be_forked():
    store = MemoryStore()
    store.collection("notes", Note).put("demo", [("n", Note("a"))])
    fork = copy.deepcopy(store)
    fork.collection("notes", Note).put("demo", [("n", Note("b"))])
    assert store.collection("notes", Note).get("demo", "n") == Note("a")


class StoreMatchesADictionary(RuleBasedStateMachine):
    """Any history leaves in the store what it leaves in a dictionary."""

    make: Callable[[], Store]
    keys = st.text(min_size=1, max_size=3, alphabet="aAé中😀\x00 ")
    notes = st.builds(Note, st.text(max_size=3), st.lists(st.text(max_size=2), max_size=2))
    owners = st.sampled_from(["demo", "other"])

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).make()
        self.collection = self.store.collection("notes", Note)
        self.model: dict[str, dict[str, Note]] = {"demo": {}, "other": {}}

    @rule(owner=owners, batch=st.lists(st.tuples(keys, notes), max_size=6))
    def put(self, owner: str, batch: list[tuple[str, Note]]) -> None:
        mine, expected = self.model[owner], Written()
        for key, note in batch:
            if key not in mine:
                expected += Written(inserted=1)
            elif mine[key] == note:
                expected += Written(unchanged=1)
            else:
                expected += Written(updated=1)
            mine[key] = note
        assert self.collection.put(owner, batch) == expected

    @precondition(lambda self: self.model["demo"])
    @rule(data=st.data(), more=st.lists(keys, max_size=2))
    def delete(self, data: st.DataObject, more: list[str]) -> None:
        keys = [data.draw(st.sampled_from(sorted(self.model["demo"]))), *more]
        gone = sum(self.model["demo"].pop(key, None) is not None for key in keys)
        assert self.collection.delete("demo", keys) == gone

    @rule(owner=owners, after=st.text(max_size=2), limit=st.none() | st.integers(0, 4))
    def page(self, owner: str, after: str, limit: int | None) -> None:
        expected = sorted(item for item in self.model[owner].items() if item[0] > after)[:limit]
        assert list(self.collection.list(owner, after, limit)) == expected

    @invariant()
    def same(self) -> None:
        for owner, mine in self.model.items():
            assert dict(self.collection.list(owner)) == mine
            assert self.collection.count(owner) == len(mine)

    def teardown(self) -> None:
        self.store.close()


@pytest.mark.parametrize("which", ["memory", "sqlite"])
def test_any_history_leaves_what_it_leaves_in_a_dictionary(which: str, tmp_path_factory: pytest.TempPathFactory):
    class Machine(StoreMatchesADictionary):
        @staticmethod
        def make() -> Store:
            return MemoryStore() if which == "memory" else SqliteStore(tmp_path_factory.mktemp("store") / "magnetar.db")

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Machine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))
