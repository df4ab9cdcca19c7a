"""Files that are damaged, odd or hostile: refused with a reason, or read as far as they are sound."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from magnetar.capabilities.catalogue import Limits, Rejected, clean, read_catalogue
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product

HEAD = "id,title,price,currency,stock,images,link,available,condition,description,list_price\n"


def written(folder: Path, text: str | bytes, name: str = "feed.dat") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def read(folder: Path, text: str | bytes, **options: object) -> tuple[list[Product], list[Rejected]]:
    found = list(read_catalogue(written(folder, text), **options))  # pyright: ignore[reportArgumentType]
    return [one for one in found if isinstance(one, Product)], [one for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize(
    ("row", "field", "found"),
    [
        ("1,Mug,-5", "price", "-5"),
        ("1,Mug,0", "price", "0"),
        ("1,Mug,nan", "price", "nan"),
        ("1,Mug,inf", "price", "inf"),
        ("1,Mug,", "price", ""),
        ("1,Mug,10-20", "price", "10-20"),
        ("1,Mug,5,XXQ", "currency", "XXQ"),
        ("1,Mug,5 USD,CNY", "price", "5 USD"),
        ("1,,5", "title", ""),
        ("1,<b></b>,5", "title", "<b></b>"),
        (",Mug,5", "id", ""),
        (f"{'x' * 51},Mug,5", "id", "x" * 51),
        (f"1,{'x' * 501},5", "title", "x" * 79 + "…"),
        ("1,Mug,5,,3.5", "stock", "3.5"),
        ("1,Mug,5,,-1", "stock", "-1"),
        ("1,Mug,5,,many", "stock", "many"),
        ("1,Mug,5,,,javascript:alert(1)", "images", "javascript:alert(1)"),
        ("1,Mug,5,,,../../etc/passwd", "images", "../../etc/passwd"),
        ("1,Mug,5,,,/etc/passwd", "images", "/etc/passwd"),
        ("1,Mug,5,,,,java\tscript:alert(1)", "link", "java script:alert(1)"),
        ("1,Mug,5,,,,data:text/html;base64,", "link", "data:text/html;base64"),
        ("1,Mug,5,,,,//evil.example/x", "link", "//evil.example/x"),
        ("1,Mug,5,,,,https://good.example@evil.example", "link", "https://good.example@evil.example"),
        ("1,Mug,5,,,,,perhaps", "availability", "perhaps"),
        ("1,Mug,5,,,,,,broken", "condition", "broken"),
        ("1,Mug,5,,,,,,,,4", "list_price", "4"),
        ("1,Mug,5,,,,,,,,9,extra,cells", "row", "13 格 cells"),
    ],
)
def test_a_row_that_is_no_product_is_named_and_the_rest_is_kept(row: str, field: str, found: str, tmp_path: Path):
    products, [rejected] = read(tmp_path, f"{HEAD}0,Before,1\n{row}\n2,After,1\n")
    assert [product.id for product in products] == ["0", "2"]
    assert (rejected.line, rejected.field, rejected.found) == (
        3,
        "available" if field == "availability" else field,
        found,
    )
    assert rejected.expected


def test_a_sale_above_the_price_is_refused(tmp_path: Path):
    _, [rejected] = read(tmp_path, "id,title,price,sale_price,link\n1,Mug,5,6,\n")
    assert rejected.field == "sale_price"


def test_lines_are_those_of_the_file_across_quoted_newlines(tmp_path: Path):
    text = f'{HEAD}1,"two\nlines",5\n\n2,Mug,x\r\n3,"a\r\nb\r\nc",y\n'
    products, rejected = read(tmp_path, text)
    assert [product.title for product in products] == ["two lines"]
    assert [one.line for one in rejected] == [5, 6]


def test_a_later_duplicate_is_refused_with_the_line_of_the_first(tmp_path: Path):
    products, [rejected] = read(tmp_path, f"{HEAD}1,Mug,5\n2,Cup,5\n1,Other,6\n")
    assert [product.title for product in products] == ["Mug", "Cup"]
    assert (rejected.line, rejected.field, rejected.found) == (4, "id", "1")
    assert "line 2" in rejected.expected


def test_duplicates_are_found_across_batches(tmp_path: Path):
    rows = "".join(f"p{n % 70_000},Mug,5\n" for n in range(100_000))
    products, rejected = read(tmp_path, HEAD + rows)
    assert (len(products), len(rejected)) == (70_000, 30_000)
    assert rejected[0].line == 70_002
    assert "line 2" in rejected[0].expected


def test_markup_and_controls_are_taken_out_of_titles(tmp_path: Path):
    title = "<b>Mug</b> \x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07x\x1b]8;;\x07 \u202egnp\x00<script>x()</script> &lt;i&gt;big&lt;/i&gt;"
    [mug], _ = read(tmp_path, f'{HEAD}1,"{title}",5\n')
    assert mug.title == "Mug red x gnp big"
    assert mug.title.isprintable()


def test_text_that_looks_like_a_formula_is_kept_and_flagged(tmp_path: Path):
    reading = read_catalogue(written(tmp_path, f"{HEAD}1,=cmd|' /C calc'!A0,5\n2,\"\t@SUM(A1)\",5\n"))
    assert [one.title for one in reading if isinstance(one, Product)] == ["=cmd|' /C calc'!A0", "@SUM(A1)"]
    [warning] = reading.notes.as_json()
    assert (warning["kind"], warning["count"], warning["lines"]) == ("formula_like", 2, [2, 3])


def test_mixed_currencies_are_kept_with_a_warning(tmp_path: Path):
    reading = read_catalogue(written(tmp_path, f"{HEAD}1,Mug,5 USD\n2,Cup,5 EUR\n"))
    assert [one.price.currency for one in reading if isinstance(one, Product)] == ["USD", "EUR"]
    assert [warning["kind"] for warning in reading.notes.as_json()] == ["mixed_currencies"]


def test_a_cell_too_long_costs_only_its_own_lines(tmp_path: Path):
    products, [rejected] = read(tmp_path, f"{HEAD}1,Mug,5\n2,{'x' * 200_000},5\n3,Cup,5\n")
    assert [product.id for product in products] == ["1", "3"]
    assert (rejected.line, rejected.field) == (3, "row")


def test_a_line_too_long_is_dropped_and_said(tmp_path: Path):
    products, [rejected] = read(tmp_path, f"{HEAD}1,Mug,5\n2,{'x' * 5000},5\n3,Cup,5\n", limits=Limits(line_chars=1000))
    assert [product.id for product in products] == ["1", "3"]
    assert (rejected.line, rejected.field) == (3, "row")


def test_a_quote_left_open_is_reported_with_its_lines(tmp_path: Path):
    rows = "".join(f"{n},Mug {n} of the long winter,5\n" for n in range(10_000))
    products, rejected = read(tmp_path, f'{HEAD}a,"Mug,5\n{rows}')
    assert rejected
    assert rejected[0].line == 2
    assert "lines 2–" in rejected[0].found
    assert len(products) > 1_000  # reading goes on after the cell that grew too long


def test_missing_columns_say_what_was_found(tmp_path: Path):
    with pytest.raises(BadInput, match="has no column price; found: id, title, cost"):
        read(tmp_path, "id,title,cost\n1,Mug,5\n")


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x00\x00", b"hello world\n", b"a,b,c\n1,2,3\n", b"\xff\xd8\xff\xe0\x00"]
)
def test_an_unknown_file_says_what_is_expected(content: bytes, tmp_path: Path):
    with pytest.raises(BadInput, match="Expected: Google Merchant TSV"):
        read(tmp_path, content)


def test_what_is_no_file_is_refused(tmp_path: Path):
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "absent.csv"):
        with pytest.raises(BadInput, match=r"a file is expected|cannot open"):
            read_catalogue(path)
    with pytest.raises(BadInput, match="empty"):
        read_catalogue(written(tmp_path, b""))


def test_a_pipe_is_read(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(f"{HEAD}1,Mug,5\n".encode(),))
    writer.start()
    [mug] = read_catalogue(pipe)
    writer.join()
    assert isinstance(mug, Product)


# XML


def rss(items: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>\n{before}<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n{items}</channel></rss>'


ITEM = "<item><g:id>{}</g:id><title>Mug</title><g:price>5 USD</g:price></item>\n"


def test_broken_xml_keeps_what_came_before(tmp_path: Path):
    products, [rejected] = read(tmp_path, rss(ITEM.format(1) + ITEM.format(2) + "<item><g:id>3</item>\n"))
    assert [product.id for product in products] == ["1", "2"]
    assert (rejected.line, rejected.field) == (5, "xml")


def test_xml_cut_short_keeps_what_came_before(tmp_path: Path):
    products, [rejected] = read(tmp_path, rss(ITEM.format(1) + ITEM.format(2))[:-60])
    assert [product.id for product in products] == ["1"]
    assert rejected.field == "xml"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    ],
)
def test_entities_are_refused(declared: str, tmp_path: Path):
    with pytest.raises(BadInput, match="Remove the DOCTYPE"):
        read(tmp_path, rss(ITEM.format("1").replace("Mug", "&a;"), declared))


def test_deep_xml_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="64 deep"):
        read(tmp_path, rss("<item>" + "<a>" * 100_000))


def test_controls_in_xml_do_not_end_it(tmp_path: Path):
    [mug], rejected = read(tmp_path, rss(ITEM.format(1).replace("Mug", "M\x0bu\x00g")))
    assert (mug.title, rejected) == ("M u g", [])


# JSON


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"@type":"Product","sku":"1","name":"Mug","offers":{"price":5}},\n{"sku": ]', 2),
        ('[{"@type":"Product","sku":"1","name":"Mug","offers":{"price":5}}\n', 2),
        ('[{"@type":"Product","sku":"1","name":"Mug","offers":{"price":5}}\n] trailing', 2),
        (
            '[{"@type":"Product","sku":"1","name":"Mug","offers":{"price":5}},\n{"@type":"Product","sku":"2","name":"x',
            2,
        ),
        ('{"@type":"Product","sku":"1","name":"Mug","offers":{"price":5}}\n' + "[" * 100_000, 2),
    ],
)
def test_broken_json_keeps_what_came_before(text: str, line: int, tmp_path: Path):
    [mug], [rejected] = read(tmp_path, text)
    assert (mug.id, rejected.line, rejected.field) == ("1", line, "json")


def test_odd_json_values_are_no_prices(tmp_path: Path):
    prices = ["NaN", "-Infinity", "1e999", "9" * 5000, "true", "null", '"\\ud800"', "{}", "[]", "-5", "0"]
    start = '{"@type":"Product","sku":"s","name":"n","offers":{"price":'
    nodes = ",\n".join(f"{start}{price}}}}}" for price in prices)
    products, rejected = read(tmp_path, f"[{nodes}]")
    assert products == []
    assert [(one.line, one.field) for one in rejected] == [(n, "offers.price") for n in range(1, len(prices) + 1)]


def test_a_lone_surrogate_does_not_get_through(tmp_path: Path):
    [mug], _ = read(tmp_path, '{"@type":"Product","sku":"1","name":"Mug\\ud800","offers":{"price":5}}')
    assert mug.title.encode() == b"Mug"


def test_each_node_of_a_graph_has_its_own_line(tmp_path: Path):
    graph = {
        "@context": "https://schema.org",
        "@graph": [{"@type": "Product", "sku": str(n), "name": "n"} for n in range(3)],
    }
    _, rejected = read(tmp_path, json.dumps(graph, indent=1))
    assert [one.line for one in rejected] == [4, 9, 14]


def test_references_in_a_circle_end(tmp_path: Path):
    graph = [
        {"@id": "#a", "@type": "ItemList", "item": {"@id": "#a"}},
        {"@id": "#b", "@type": "ProductGroup", "hasVariant": {"@id": "#b"}},
    ]
    _, rejected = read(tmp_path, json.dumps({"@graph": graph}))
    assert len(rejected) == 1


# Packed files


def test_a_gzip_bomb_is_refused_before_anything_is_read(tmp_path: Path):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(squeeze.compress(b"0" * (1 << 20)) for _ in range(64)) + squeeze.flush()
    with pytest.raises(BadInput, match="decompression bomb"):
        read(tmp_path, packed)


def test_a_zip_bomb_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed.csv", HEAD.encode() + b"0" * (64 << 20))
    with pytest.raises(BadInput, match="decompression bomb"):
        read_catalogue(path)


def test_a_file_over_the_limit_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="--max-mb"):
        read(tmp_path, HEAD + "1,Mug,5\n" * 10_000, limits=Limits(file_bytes=10_000))


def test_gzip_cut_short_keeps_what_came_before(tmp_path: Path):
    noise = os.urandom(200_000).hex()
    rows = "".join(f"{n},Mug {noise[n * 50 : n * 50 + 50]},5\n" for n in range(5_000))
    products, rejected = read(tmp_path, gzip.compress((HEAD + rows).encode())[:-90_000])
    assert 100 < len(products) < 5_000
    assert rejected[-1].field == "file"


def test_archives_with_more_or_less_than_one_file_are_refused(tmp_path: Path):
    path = tmp_path / "feed.zip"
    for names, match in (
        (["a.csv", "b.csv"], "holds 2 files"),
        ([], "not a whole zip|holds 0"),
        (["[Content_Types].xml", "x"], "Excel workbook"),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, HEAD)
        with pytest.raises(BadInput, match=match):
            read_catalogue(path)


def test_messages_carry_no_control_characters(tmp_path: Path):
    path = written(tmp_path, "a\x1b[31m,b\n1,2\n", "x\x1b[2Jy.csv")
    with pytest.raises(BadInput) as refused:
        read_catalogue(path)
    assert str(refused.value) == clean(str(refused.value))


def test_blank_lines_above_the_header_do_no_harm(tmp_path: Path):
    [mug], _ = read(tmp_path, "  \n\n \nid,title,price\n1,Mug,5\n")
    assert mug.id == "1"


def test_a_table_too_wide_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="at most 1,000"):
        read(tmp_path, "id,title,price" + ",x" * 5_000)


def test_letters_that_grow_in_lower_case_do_not_shift_a_page(tmp_path: Path):
    script = '{"@type":"Product","sku":1,"name":"İ","offers":{"price":5}}'
    [mug], _ = read(tmp_path, f"<html>{'İ' * 50}<SCRIPT TYPE='application/ld+json'>{script}</SCRIPT>")
    assert mug.title == "İ"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '1,"' + "<script" * 15_000 + '",5\n',
        HEAD + '1,"' + "<" * 130_000 + '",5\n',
        HEAD + '1,"' + "&amp;" * 26_000 + '",5\n',
        "<html>" + "<script>" * 500_000,
        "<html>" + "<script type=x " * 300_000,
        HEAD.encode() + b"1," + b"\xc4" * 2_000_000 + b",5\n",
    ],
    ids=["scripts", "brackets", "entities", "open scripts", "open tags", "high bytes"],
)
def test_text_made_to_be_slow_is_not(text: str | bytes, tmp_path: Path):
    start = time.process_time()
    products, _ = read(tmp_path, text)
    assert products == []
    assert time.process_time() - start < 5


def test_findings_of_a_shopify_file_come_in_the_order_of_its_lines(tmp_path: Path):
    text = "Handle,Title,Variant Price\na,A,5\na,,,x\na,,6\n,B,6\nc,C,7\n"
    found = list(read_catalogue(written(tmp_path, text)))
    assert [one.line if isinstance(one, Rejected) else one.id for one in found] == ["a", 4, 3, 5, "c"]
