"""An import keeps what is sound, reports the rest, and changes nothing the second time."""

from __future__ import annotations

from pathlib import Path

import catalogue_feeds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.catalogue import CatalogueImported, read_catalogue, safe_cell, write_catalogue
from magnetar.capabilities.catalogue.readers.own import unguarded
from magnetar.capabilities.catalogue.wiring import connect
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


def runtime() -> Runtime:
    clock = SteppedClock(1_800_000_000_000_000)
    return Runtime(Settings(), clock, Bus(MemoryLog(), clock), MemoryStore())


@pytest.mark.parametrize("name", catalogue_feeds.FEEDS)
def test_importing_twice_changes_nothing(name: str, tmp_path: Path):
    run = runtime()
    catalogue = connect(run)
    path = tmp_path / "feed"
    path.write_text(catalogue_feeds.FEEDS[name][1](), encoding="utf-8")
    first, second = catalogue.import_file(path, "demo"), catalogue.import_file(path, "demo")
    assert (first.imported, first.inserted, first.unchanged) == (3, 3, 0)
    assert (second.imported, second.unchanged) == (0, 3)
    assert len(run.bus.log) == 1  # nothing happened the second time, and nothing is said to have
    assert second.rows == second.imported + second.unchanged + second.merged + second.rejected_total


def test_a_changed_price_is_an_update(tmp_path: Path):
    run = runtime()
    catalogue, events = connect(run), []
    run.bus.subscribe(CatalogueImported, events.append)
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n1,Mug,5\n2,Cup,5\n")
    catalogue.import_file(path, "demo")
    path.write_text("id,title,price\n1,Mug,6\n2,Cup,5\n3,Jug,x\n")
    report = catalogue.import_file(path, "demo")
    assert (report.inserted, report.updated, report.unchanged, report.rejected_total) == (0, 1, 1, 1)
    assert [(event.inserted, event.updated, event.rejected) for event in events] == [(2, 0, 0), (0, 1, 1)]


def test_merchants_do_not_see_each_other(tmp_path: Path):
    catalogue = connect(runtime())
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n1,Mug,5\n")
    catalogue.import_file(path, "one")
    assert (catalogue.count("one"), catalogue.count("two"), catalogue.get("two", "1")) == (1, 0, None)
    mug = catalogue.get("one", "1")
    assert mug is not None
    assert mug.merchant == "one"


def test_the_list_pages(tmp_path: Path):
    catalogue = connect(runtime())
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n" + "".join(f"p{n},Mug,5\n" for n in range(9)))
    catalogue.import_file(path, "demo")
    assert [product.id for product in catalogue.list("demo", after="p2", limit=2)] == ["p3", "p4"]


def test_the_report_counts_every_rejected_row_and_lists_ten_thousand(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,price\n1,Mug,5\n" + "2,Mug,x\n" * 12_000)
    result = connect(runtime()).import_file(path, "demo").as_json()
    assert (result["rows"], result["imported"], result["rejected_total"]) == (12_001, 1, 12_000)
    assert len(result["rejected"]) == 10_000
    assert result["rejected"][0] == {
        "line": 3,
        "field": "price",
        "found": "x",
        "expected": result["rejected"][0]["expected"],
    }


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&"), min_size=1, max_size=20
)
products = st.builds(
    Product,
    id=words.map(ProductId),
    merchant=st.just(MerchantId("demo")),
    title=words,
    price=st.integers(1, 10**12).map(Money),
    description=words,
    brand=words,
    cost=st.none() | st.integers(1, 10**12).map(lambda micros: Money(micros, "USD")),
    stock=st.none() | st.integers(0, 10**6),
    available=st.booleans(),
    images=st.lists(st.from_regex(r"https://a\.example/[a-z|;,=]{1,9}", fullmatch=True), max_size=3, unique=True).map(tuple),
    attributes=st.dictionaries(words, words, max_size=3),
    selling_points=st.lists(words, max_size=3).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(products, min_size=1, max_size=5, unique_by=lambda product: product.id))
def test_what_is_exported_comes_back_equal(tmp_path_factory: pytest.TempPathFactory, shop: list[Product]):
    path = tmp_path_factory.mktemp("export") / "catalogue.csv"
    assert write_catalogue(path, shop) == len(shop)
    assert list(read_catalogue(path)) == shop


@given(st.text())
def test_no_cell_starts_a_formula_and_each_comes_back(text: str):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(safe_cell(text)) == text


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), words, st.sampled_from(["1", "2.5", "x", "-1"])), min_size=1, max_size=12
    )
)
def test_any_file_imported_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
):
    path = tmp_path_factory.mktemp("twice") / "feed.csv"
    path.write_text(
        catalogue_feeds.table([{"id": id, "title": title, "price": price} for id, title, price in rows]),
        encoding="utf-8",
    )
    run = runtime()
    catalogue = connect(run)
    first = catalogue.import_file(path, "demo")
    kept = list(catalogue.list("demo"))
    second = catalogue.import_file(path, "demo")
    assert (second.imported, second.unchanged, second.rejected) == (0, first.imported, first.rejected)
    assert list(catalogue.list("demo")) == kept
    assert first.rows == len(rows) == first.imported + first.rejected_total
