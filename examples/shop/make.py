"""Assembles the sample shop's files from the hand-written tables under source/.

    python examples/shop/make.py              # writes next to this file
    python examples/shop/make.py --into DIR   # writes elsewhere, for comparing

Running it twice gives the same bytes; the pictures come from draw.py.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from datetime import date, timedelta
from pathlib import Path

from feeds import write_feeds
from tables import Review, Row, read_products, read_questions, read_reviews

HERE = Path(__file__).parent
SHOP = "https://shop.example"
YEAR_START = date(2025, 6, 1)
SEASONS = {  # first day after YEAR_START and length in days, so that nobody reviews a down coat in July
    "服饰 > 毛衣": (130, 150),
    "服饰 > 羽绒服": (140, 130),
    "p081": (150, 110),
    "p077": (0, 100),
    "p078": (0, 100),
    "p139": (165, 90),
    "p140": (140, 120),
    "p111": (150, 110),
    "p112": (150, 110),
}


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as UTF-8 CSV with the first row's keys as header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def catalogue_row(row: Row) -> dict[str, str]:
    """One product in the columns of our own catalogue format, plus two English ones."""
    return {
        "id": row.id,
        "title": row.title,
        "title_en": row.title_en,
        "category": row.category,
        "price": row.price,
        "currency": "CNY",
        "list_price": row.list_price,
        "cost": row.cost,
        "stock": str(row.stock),
        "brand": row.brand,
        "images": f"pictures/{row.id}.webp",
        "attributes": ";".join(f"{key}={value}" for key, value in row.attributes.items()),
        "selling_points": "|".join(row.selling_points),
        "selling_points_en": "|".join(row.selling_points_en),
        "description": row.description,
        "description_en": row.description_en,
        "link": f"{SHOP}/products/{row.id}",
        "gtin": "",
        "condition": "new",
        "variant_of": row.variant_of,
        "available": "true" if row.stock else "false",
    }


def review_row(number: int, review: Review, categories: dict[str, str]) -> dict[str, str]:
    """One review, dated within its product's season and marked as a verified purchase 19 times in 20."""
    digest = hashlib.sha256(f"{review.product_id}{review.body}".encode()).digest()
    default = (0, 364)
    first, length = SEASONS.get(review.product_id, SEASONS.get(categories.get(review.product_id, ""), default))
    written = YEAR_START + timedelta(days=first + int.from_bytes(digest[:4]) % length)
    return {
        "review_id": f"r{number:04d}",
        "product_id": review.product_id,
        "rating": str(review.rating),
        "title": review.title,
        "body": review.body,
        "language": review.language,
        "created_at": written.isoformat(),
        "verified": "false" if digest[4] % 20 == 0 else "true",
    }


def make(into: Path) -> None:
    """Write catalogue.csv, reviews.csv, faqs.csv and feeds/ into a folder."""
    products = read_products()
    categories = {row.id: row.category for row in products}
    catalogue = [catalogue_row(row) for row in products]
    write_rows(into / "catalogue.csv", catalogue)
    if reviews := read_reviews():
        rows = [review_row(number, review, categories) for number, review in enumerate(reviews, 1)]
        write_rows(into / "reviews.csv", rows)
    if questions := read_questions():
        write_rows(
            into / "faqs.csv",
            [
                {
                    "product_id": question.product_id,
                    "question": question.question,
                    "answer": question.answer,
                    "language": question.language,
                }
                for question in questions
            ],
        )
    write_feeds(catalogue[:20], into / "feeds", SHOP)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=HERE, help="folder to write to; this one unless told")
    make(parser.parse_args().into)
