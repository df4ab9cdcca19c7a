"""The sample shop is whole: counts, links between files, pictures, honest words."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "shop"
FORBIDDEN = re.compile(
    r"最|第一|国家级|世界级|顶级|顶尖|极品|极致|100%|百分之百|绝对|唯一|万能|永久|首选|王牌|销量冠军"
    r"|治疗|治愈|疗效|药用|抗癌|杀菌|抗菌|护眼|医用",
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def rows(name: str) -> list[dict[str, str]]:
    with (SHOP / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def products() -> list[dict[str, str]]:
    return rows("catalogue.csv")


def test_there_are_two_hundred_products_in_ten_categories_or_more(products):
    assert len(products) == 200
    assert len({row["id"] for row in products}) == 200
    assert len({row["title"] for row in products}) == 200
    assert len({row["category"].split(" > ")[0] for row in products}) >= 10


def test_prices_cover_costs_and_list_prices_exceed_prices(products):
    for row in products:
        price, cost = float(row["price"]), float(row["cost"])
        assert 9.9 <= price <= 1299, row["id"]
        assert 0.3 * price <= cost <= 0.7 * price, row["id"]
        assert not row["list_price"] or float(row["list_price"]) > price, row["id"]


def test_what_is_out_of_stock_is_not_available(products):
    assert any(row["stock"] == "0" for row in products)
    assert all((row["available"] == "true") == (int(row["stock"]) > 0) for row in products)


def test_every_number_in_a_selling_point_is_a_fact_of_the_product(products):
    for row in products:
        facts = set(NUMBER.findall(f"{row['title']} {row['attributes']}"))
        for column in ("selling_points", "selling_points_en"):
            for point in row[column].split("|"):
                assert set(NUMBER.findall(point)) <= facts, (row["id"], point)


def test_selling_points_are_written_for_their_product(products):
    for column in ("selling_points", "selling_points_en"):
        points = Counter(point for row in products for point in row[column].split("|"))
        assert all(len(row[column].split("|")) >= 3 for row in products)
        assert max(points.values()) <= 2, points.most_common(3)


def test_no_word_that_advertising_law_forbids(products):
    for row in products:
        text = " ".join(row[column] for column in ("title", "selling_points", "description", "attributes"))
        assert not FORBIDDEN.search(text), (row["id"], FORBIDDEN.search(text))


def test_titles_points_and_descriptions_are_in_both_languages(products):
    chinese = re.compile(r"[一-鿿]")
    for row in products:
        for column in ("title", "selling_points", "description"):
            assert chinese.search(row[column]), (row["id"], column)
        for column in ("title_en", "selling_points_en", "description_en"):
            assert row[column], (row["id"], column)
            assert not chinese.search(row[column]), (row["id"], column)


def test_every_picture_decodes_at_eight_hundred_square(products):
    image = pytest.importorskip("PIL.Image")
    paths = [SHOP / path for row in products for path in row["images"].split("|")]
    assert {path.name for path in paths} == {path.name for path in (SHOP / "pictures").iterdir()}
    for path in paths:
        with image.open(path) as picture:
            picture.load()
            assert (picture.format, picture.size) == ("WEBP", (800, 800)), path.name
    assert sum(path.stat().st_size for path in paths) < 4_000_000


def test_reviews_are_about_products_that_exist_in_two_languages_and_not_all_kind(products):
    reviews = rows("reviews.csv")
    assert len(reviews) >= 320
    assert {review["product_id"] for review in reviews} <= {row["id"] for row in products}
    assert len({review["body"] for review in reviews}) == len(reviews)
    assert sum(review["language"] == "en" for review in reviews) >= 0.2 * len(reviews)
    ratings = Counter(int(review["rating"]) for review in reviews)
    assert set(ratings) == {1, 2, 3, 4, 5}
    assert ratings[1] + ratings[2] >= 0.08 * len(reviews)
    assert all(date(2025, 6, 1) <= date.fromisoformat(review["created_at"]) <= date(2026, 6, 1) for review in reviews)


def test_the_last_eight_products_are_new_and_unreviewed(products):
    launched = [row["id"] for row in products if "launch=new" in row["attributes"].split(";")]
    assert launched == [row["id"] for row in products[-8:]]
    assert not set(launched) & {review["product_id"] for review in rows("reviews.csv")}


def test_questions_are_about_the_shop_or_a_product_that_exists(products):
    questions = rows("faqs.csv")
    assert len(questions) >= 80
    assert {question["product_id"] for question in questions} <= {"", *(row["id"] for row in products)}
    assert {question["language"] for question in questions} == {"zh", "en"}
    assert all(question["question"] and question["answer"] for question in questions)


def test_every_feed_carries_the_first_twenty_products(products):
    wanted = [row["id"] for row in products[:20]]
    feeds = SHOP / "feeds"
    with (feeds / "google.tsv").open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file, delimiter="\t")] == wanted
    assert [row["id"] for row in rows("feeds/meta.csv")] == wanted
    assert [row["Variant SKU"] for row in rows("feeds/shopify.csv")] == wanted
    items = ElementTree.parse(feeds / "google.xml").iter("{http://base.google.com/ns/1.0}id")
    assert [item.text for item in items] == wanted
    graph = json.loads((feeds / "schema_org.jsonld").read_text(encoding="utf-8"))["@graph"]
    assert [node["sku"] for node in graph] == wanted


def test_assembling_again_gives_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, SHOP / "make.py", "--into", tmp_path], check=True)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 8
    for name in made:
        assert (tmp_path / name).read_bytes() == (SHOP / name).read_bytes(), name
