"""The search bench: judged files read or refused, generated queries with their answers, rows that can be parsed."""

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.benches.search import bench, read_queries, share_interval
from magnetar.app.benches.search_queries import KINDS, make_queries
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


def shop(count: int = 12) -> list[Product]:
    things = ("折叠椅", "保温杯", "羊毛围巾", "帐篷")
    english = ("Folding Chair", "Thermos Flask", "Wool Scarf", "Tent Shelter")
    return [
        Product(
            ProductId(f"p{n}"), MerchantId("m"), f"品牌{n} {things[n % 4]} 经典 加厚", Money.of(10.0 + n),
            category=f"类目 > {things[n % 4]}", title_en=f"{english[n % 4]} number{n}", attributes={"容量": f"{100 + n}ml"},
        )
        for n in range(count)
    ]  # fmt: skip


def test_queries_of_every_kind_are_made_and_repeat_with_their_seed():
    made = make_queries(shop(), 6, 41)
    assert set(Counter(one.kind for one in made)) == set(KINDS)
    assert made == make_queries(shop(), 6, 41)
    assert made != make_queries(shop(), 6, 42)
    assert {id for one in made for id in one.answers} <= {one.id for one in shop()}
    assert make_queries([], 6, 41) == []


def test_judgements_are_read_with_grades_and_unknown_products_are_counted(tmp_path: Path):
    file = tmp_path / "q.csv.gz"
    file.write_bytes(gzip.compress("query,product_id,grade\n椅子,p0,3\n椅子,p4,0\n椅子,p8,1\n杯,gone,1\n".encode()))
    judged, left = read_queries(str(file), {"p0", "p4", "p8"})
    assert [(one.query, one.answers) for one in judged] == [("椅子", ("p0", "p8"))]
    assert left == {"lines with an unknown product": 1, "lines with grade 0": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "expected query,product_id"),
        ("query,product_id,grade\nx,p0,good\n", "expected a number"),
        ("query,product_id\nx,nobody\n", "names no product"),
        ("", "expected query,product_id"),
    ],
)
def test_a_file_that_cannot_judge_says_what_is_wrong(tmp_path: Path, text: str, said: str):
    file = tmp_path / "q.csv"
    file.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_queries(str(file), {"p0"})
    with pytest.raises(BadInput, match="Cannot read"):
        read_queries(str(tmp_path / "none.csv"), {"p0"})


def test_every_engine_has_its_row_and_the_gain_over_bm25_is_what_the_rows_say(tmp_path: Path):
    catalogue, queries = tmp_path / "c.csv", tmp_path / "q.csv"
    lines = [f"{one.id},{one.title},{one.title_en},{one.price.amount},CNY,{one.category}" for one in shop()]
    catalogue.write_text("id,title,title_en,price,currency,category\n" + "\n".join(lines))
    queries.write_text("query,product_id\n保温坏 品牌1,p1\nfolding chiar number4,p4\n帐篷 13元以下,p3\n")
    rows, found, losing = bench(str(catalogue), str(queries), True, 0, lambda text: None)
    by = {one["engine"]: one for one in rows if one.get("kind") == "all"}
    assert {"bm25", "dense", "generated", "hybrid"} <= set(by)
    for one in by.values():
        assert 0.0 <= one["recall@10"] <= 1.0
        assert 0.0 <= one["mrr"] <= 1.0
        assert one["p99_ms"] >= 0.0
    gain = next(one for one in rows if one["metric"] == "hybrid over bm25, mrr")
    assert gain["value"] == pytest.approx(by["hybrid"]["mrr"] / by["bm25"]["mrr"] - 1.0)
    assert found["queries"] == 3
    assert all(one["bm25"] > one["hybrid"] for one in losing)


def test_a_share_has_no_interval_outside_0_and_1():
    found = share_interval(np.array([0.0, 1.0, 0.0, 1.0, 0.0]))
    assert (found.low, found.high, found.mean) == (0.0, 1.0, 0.4)
    assert np.isnan(share_interval(np.array([1.0])).low)
