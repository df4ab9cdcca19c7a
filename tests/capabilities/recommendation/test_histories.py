"""Histories: flat arrays, what is held back of them, and files of every shape that they are read from."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.recommendation.histories import Histories, histories_of
from magnetar.capabilities.recommendation.reading import read_histories, read_texts
from magnetar.kernel.errors import BadInput

lists = st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), max_size=12)


def written(folder: Path, text: str, name: str = "data.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sequences(found: Histories) -> list[list[str]]:
    return [[found.items[row] for row in found.of(shopper)] for shopper in range(len(found))]


@given(lists, st.integers(0, 4))
def test_holding_back_takes_the_last_events_of_each_shopper(given, held):
    found = histories_of(given).before(held)
    assert sequences(found) == [one[: max(0, len(one) - held)] for one in given]
    assert len(found) == len(given)


@given(lists, st.integers(1, 4))
def test_the_latest_events_are_kept_in_their_order(given, most):
    assert sequences(histories_of(given).latest(most)) == [one[-most:] for one in given]


@given(lists, st.data())
def test_rows_come_in_the_order_asked_for(given, data):
    which = data.draw(st.lists(st.sampled_from(range(len(given))), max_size=6)) if given else []
    found = histories_of(given).rows(np.array(which, np.int64))
    assert sequences(found) == [given[row] for row in which]
    assert found.shoppers == [str(row) for row in which]


def test_the_hash_changes_with_an_order_and_not_with_the_words():
    one = histories_of([["a", "b"]])
    assert one.sha256() == histories_of([["a", "b"]], text=["x", "y"]).sha256()
    assert one.sha256() != histories_of([["b", "a"]]).sha256()


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="offsets"):
        Histories(["a"], ["s"], np.array([0]), np.array([], np.int32))
    with pytest.raises(ValueError, match="items are rows"):
        Histories(["a"], ["s"], np.array([0, 1]), np.array([1], np.int32))


def test_a_line_is_a_shopper_and_then_items(tmp_path: Path):
    path = tmp_path / "data.txt.gz"
    path.write_bytes(gzip.compress(b"7 a b c\n\n9 b\n"))
    found = read_histories(path)
    assert (found.format, found.histories.shoppers, sequences(found.histories)) == (
        "lines", ["7", "9"], [["a", "b", "c"], ["b"]],
    )  # fmt: skip
    assert sequences(read_histories(path, user_id=False).histories) == [["7", "a", "b", "c"], ["9", "b"]]


def test_a_shopper_who_comes_twice_is_refused_with_both_lines(tmp_path: Path):
    with pytest.raises(BadInput, match=r"line 3 .*on line 1.*--no-user-id"):
        read_histories(written(tmp_path, "4 a b\n5 b\n4 c d\n"))


def test_names_with_blanks_are_parted_by_commas(tmp_path: Path):
    found = read_histories(written(tmp_path, "whole milk,yogurt\npot plants\nyogurt,soap,whole milk\n"), user_id=False)
    assert sequences(found.histories)[2] == ["yogurt", "soap", "whole milk"]


def test_a_table_without_known_names_is_not_taken_for_histories(tmp_path: Path):
    with pytest.raises(BadInput, match="shopper,item,time"):
        read_histories(written(tmp_path, "u,i,t\n1,a,3\n1,b,4\n2,a,5\n"))


def test_events_are_put_in_order_of_time_and_equal_times_keep_the_files(tmp_path: Path):
    text = "user_id,item_id,timestamp\n1,c,30\n2,a,5\n1,b,10\n1,a,10\n"
    found = read_histories(written(tmp_path, text)).histories
    assert (found.shoppers, sequences(found)) == (["1", "2"], [["b", "a", "c"], ["a"]])
    assert found.at is not None
    assert found.at.tolist() == [10_000_000, 10_000_000, 30_000_000, 5_000_000]


def test_returns_fees_and_nameless_customers_of_online_retail_are_left_out(tmp_path: Path):
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    rows = [
        "1,85123a,HEART,6,2010-12-01 08:26:00,2.55,17850.0,UK",
        "1,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850.0,UK",
        "C2,85123A,HEART,-6,2010-12-02 08:26:00,2.55,17850.0,UK",
        "3,71053,LANTERN,6,2010-12-03 08:26:00,2.55,,UK",
        "4,71053,LANTERN,-6,2010-12-03 08:26:00,2.55,17850.0,UK",
    ]
    found = read_histories(written(tmp_path, head + "\n".join(rows) + "\n", "retail.csv"))
    assert found.left_out == {"no goods": 1, "returns": 2, "no shopper or item": 1}
    assert (found.histories.shoppers, found.histories.items, found.histories.text) == (["17850"], ["85123A"], ["HEART"])


def test_json_lines_hold_events_or_a_past_and_what_came_next(tmp_path: Path):
    events = [{"user": "u", "item": 2, "time": "2026-01-02"}, {"user": "u", "item": 1, "time": "2026-01-01"}]
    path = written(tmp_path, "\n".join(map(json.dumps, events)), "events.jsonl")
    assert sequences(read_histories(path).histories) == [["1", "2"]]
    past = [{"user": "u", "history": [1, 2], "item": 3}, {"user": "u", "history": [1, 2, 3], "item": 4}]
    path = written(tmp_path, "\n".join(map(json.dumps, past)), "past.jsonl")
    assert sequences(read_histories(path).histories) == [["1", "2", "3", "4"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user,item,time\n1,a,soon\n", "line 2 .*'soon'.*a moment"),
        ("user,item,time,quantity\n1,a,3,many\n", "line 2 .*'many'.*a number"),
        ('{"user": 1, "item": 2}\n{"user": 1\n', "line 2 .*JSON object"),
        ('{"who": 1, "item": 2}\n', "line 1 .*shopper"),
        ('{"user": 1, "item": 2, "time": 3}\n{"user": 1, "item": 2}\n', "line 2 .*every row or in none"),
        ("[1, 2]", "JSON lines"),
        ("", "empty"),
        ("1\n2\n", "no item"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, said: str):
    with pytest.raises(BadInput, match=said):
        read_histories(written(tmp_path, text))


def test_words_come_from_json_lines_one_object_or_a_table(tmp_path: Path):
    lines = written(tmp_path, '{"item": 1, "terms": ["hair mask", "citrus"]}\n{"item": 2, "terms": []}\n', "a.jsonl")
    assert read_texts(lines) == {"1": "hair mask citrus", "2": ""}
    whole = written(tmp_path, '{\n"1": {"title": "Soap", "brand": "B"},\n"2": "Oil"}', "b.json")
    assert read_texts(whole) == {"1": "Soap B", "2": "Oil"}
    table = written(tmp_path, "title,product_id\n手工皂,1\n", "c.csv")
    assert read_texts(table) == {"1": "手工皂"}


def test_words_of_other_items_are_refused_and_missing_ones_counted(tmp_path: Path):
    data = written(tmp_path, "1 a b c\n2 a c\n")
    found = read_histories(data, texts=written(tmp_path, "item,title\na,Soap\nz,Oil\n", "t.csv"))
    assert found.histories.text == ["Soap", "", ""]
    assert found.left_out == {"items without words": 2}
    with pytest.raises(BadInput, match="same ids"):
        read_histories(data, texts=written(tmp_path, "item,title\nz,Oil\n", "t.csv"))
