"""Every format gives the same products, whatever its file is called and however it is packed."""

from __future__ import annotations

import gzip
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import catalogue_feeds
import pytest

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.money import Money

PRODUCTS = catalogue_feeds.PRODUCTS
FEEDS = catalogue_feeds.FEEDS


def written(folder: Path, text: str | bytes, name: str = "feed.dat") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def expected(name: str) -> list[Product]:
    if name != "shopify_csv":
        return PRODUCTS
    return [*PRODUCTS[:2], replace(PRODUCTS[2], stock=0)]  # the only format of these that counts pieces


@pytest.mark.parametrize("name", FEEDS)
def test_the_same_products_come_out_of_every_format(name: str, tmp_path: Path):
    kind, make = FEEDS[name]
    reading = read_catalogue(written(tmp_path, make()))
    assert list(reading) == expected(name)
    assert reading.format == kind


@pytest.mark.parametrize("name", FEEDS)
def test_gzip_and_zip_make_no_difference(name: str, tmp_path: Path):
    text = FEEDS[name][1]().encode()
    packed = written(tmp_path, gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        archive.writestr("feed", text)
        archive.writestr("__MACOSX/._feed", b"junk")
    assert list(read_catalogue(packed)) == list(read_catalogue(tmp_path / "feed.zip")) == expected(name)


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_the_encoding_is_told_from_the_bytes(name: str, encoding: str, tmp_path: Path):
    text = FEEDS[name][1]().replace(' encoding="UTF-8"', "")
    assert list(read_catalogue(written(tmp_path, text.encode(encoding)))) == expected(name)


def test_the_extension_says_nothing(tmp_path: Path):
    reading = read_catalogue(written(tmp_path, catalogue_feeds.google_rss(), "products.csv"))
    assert (reading.format, list(reading)) == ("google-xml", PRODUCTS)


def test_a_named_format_overrides_the_content(tmp_path: Path):
    path = written(tmp_path, "id,title,price,link\n1,Mug,5,https://a.example\n")
    assert [read_catalogue(path, format=name).format for name in ("", "magnetar-csv")] == [
        "magnetar-csv",
        "magnetar-csv",
    ]
    assert read_catalogue(path, format="meta-csv").format == "meta-csv"
    with pytest.raises(BadInput, match="Choose one of: google-tsv"):
        read_catalogue(path, format="excel")


def test_semicolons_and_a_sep_line_are_understood(tmp_path: Path):
    path = written(tmp_path, 'sep=;\nid;title;price\n1;"Mug; big";"1.299,00 EUR"\n')
    [mug] = read_catalogue(path)
    assert isinstance(mug, Product)
    assert (mug.title, mug.price) == ("Mug; big", Money.of(1299, "EUR"))


def test_chinese_headers_are_understood(tmp_path: Path):
    path = written(
        tmp_path,
        "商品编号,商品名称,售价,库存,卖点,属性\n8,杯子,￥12.5元,3,好看|耐用,材质=陶瓷;容量=350 ml\n".encode("gb18030"),
    )
    [cup] = read_catalogue(path)
    assert isinstance(cup, Product)
    assert (cup.id, cup.title, cup.price, cup.stock) == ("8", "杯子", Money.of("12.5"), 3)
    assert cup.selling_points == ("好看", "耐用")
    assert cup.attributes == {"材质": "陶瓷", "容量": "350 ml"}


def test_own_table_reads_every_column(tmp_path: Path):
    head = "id,title,title_en,category,price,currency,list_price,cost,stock,brand,images,attributes,selling_points,"
    head += "description,link,gtin,condition,variant_of,available\n"
    row = "A,杯,Cup,家>杯,10,CNY,12,4.5,7,B,a.jpg|b/c.jpg,k=v,x|y,文,https://e.example/,123,refurbished,G,缺货\n"
    [cup] = read_catalogue(written(tmp_path, head + row))
    assert isinstance(cup, Product)
    assert cup == Product(
        id=cup.id, merchant=cup.merchant, title="杯", title_en="Cup", category="家 > 杯", price=Money.of(10),
        list_price=Money.of(12), cost=Money.of("4.5"), stock=7, brand="B", images=("a.jpg", "b/c.jpg"),
        attributes={"k": "v"}, selling_points=("x", "y"), description="文", link="https://e.example/", gtin="123",
        condition="refurbished", variant_of="G", available=False,
    )  # fmt: skip


def test_google_details_and_highlights(tmp_path: Path):
    text = (
        "<rss xmlns:g='http://base.google.com/ns/1.0'><channel><item><g:id>1</g:id><title>Mug</title><g:price>5 USD</g:price>"
        "<g:product_highlight>warm</g:product_highlight><g:product_highlight>light</g:product_highlight>"
        "<g:product_detail><g:section_name>General</g:section_name><g:attribute_name>Glaze</g:attribute_name>"
        "<g:attribute_value>matt: grey</g:attribute_value></g:product_detail>"
        "<g:shipping><g:country>US</g:country><g:price>3 USD</g:price></g:shipping></item></channel></rss>"
    )
    [mug] = read_catalogue(written(tmp_path, text))
    assert isinstance(mug, Product)
    assert (mug.price, mug.selling_points) == (Money.of(5, "USD"), ("warm", "light"))
    assert mug.attributes == {"Glaze": "matt: grey"}


def test_a_sale_counts_only_within_its_dates(tmp_path: Path):
    head = "id\ttitle\tprice\tsale_price\tsale_price_effective_date\tlink\n"
    path = written(tmp_path, head + "1\tMug\t10 USD\t8 USD\t2026-01-01T00:00+0000/2026-01-31T00:00+0000\t\n")
    prices = []
    for at in ("2025-12-31T00:00:00+00:00", "2026-01-15T00:00:00+00:00", "2026-02-01T00:00:00+00:00"):
        [mug] = read_catalogue(path, at=at)
        assert isinstance(mug, Product)
        prices.append((mug.price.amount, mug.list_price and mug.list_price.amount))
    assert prices == [(10.0, None), (8.0, 10.0), (10.0, None)]


def test_shopify_variants_share_what_the_first_row_says(tmp_path: Path):
    text = (
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Variant Inventory Policy,Image Src\n"
        "tee,Tee,Size,S,,10,5,deny,https://i.example/1.jpg\n"
        "tee,,,M,,11,-2,deny,https://i.example/2.jpg\n"
        "tee,,,,,,,,https://i.example/3.jpg\n"
    )
    reading = read_catalogue(written(tmp_path, text))
    small, medium = reading
    assert isinstance(small, Product)
    assert isinstance(medium, Product)
    assert (small.id, medium.id, small.variant_of) == ("tee-s", "tee-m", "tee")
    assert (medium.title, medium.price.amount, medium.stock, medium.available) == ("Tee", 11.0, 0, False)
    assert len(medium.images) == 3
    assert (reading.rows, reading.merged) == (2, 1)


def test_offers_of_one_product(tmp_path: Path):
    text = """[
    {"@type": "Product", "sku": "A", "name": "a", "offers": {"@type": "AggregateOffer", "lowPrice": 5, "highPrice": 5, "priceCurrency": "USD"}},
    {"@type": "Product", "sku": "B", "name": "b", "offers": {"@type": "AggregateOffer", "lowPrice": 5, "highPrice": 9}},
    {"@type": "Product", "sku": "C", "name": "c", "offers": [{"price": "7", "availability": "OutOfStock"}, {"price": 8.5}, {"price": 9}]},
    {"@type": "Product", "sku": "D", "name": "d", "offers": [{"sku": "D1", "price": 1}, {"sku": "D2", "price": 2}]}
    ]"""
    found = list(read_catalogue(written(tmp_path, text)))
    got = [(one.id, one.price.amount, one.variant_of) for one in found if isinstance(one, Product)]
    assert got == [("A", 5.0, ""), ("C", 8.5, ""), ("D1", 1.0, "D"), ("D2", 2.0, "D")]
    assert [(one.line, one.field) for one in found if isinstance(one, Rejected)] == [(3, "offers.price")]


def test_json_lines_are_read_one_by_one(tmp_path: Path):
    nodes = ({"@type": "Product", "sku": str(n), "name": "n", "offers": {"price": 1}} for n in range(50_000))
    lines = "\n".join(map(json.dumps, nodes))
    assert sum(isinstance(one, Product) for one in read_catalogue(written(tmp_path, lines))) == 50_000
