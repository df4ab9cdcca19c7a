"""Reads the hand-written tables under source/ into products, reviews and questions.

The tables are plain text, one block a product, because a shop's words are edited far more
often than its columns; source/README.md shows the format.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "source"


@dataclass(frozen=True, slots=True)
class Row:
    """One product as written in source/products, with the drawing that illustrates it."""

    id: str
    title: str
    title_en: str
    category: str
    brand: str
    price: str
    list_price: str
    cost: str
    stock: int
    variant_of: str
    drawing: str
    drawing_options: dict[str, str]
    attributes: dict[str, str]
    selling_points: tuple[str, ...]
    selling_points_en: tuple[str, ...]
    description: str
    description_en: str


@dataclass(frozen=True, slots=True)
class Review:
    """What one shopper wrote about one product."""

    product_id: str
    rating: int
    title: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class Question:
    """A frequent question; product_id is '' where it concerns the whole shop."""

    product_id: str
    question: str
    answer: str
    language: str


def read_products(folder: Path = SOURCE / "products") -> list[Row]:
    """All products in the order of their ids."""
    rows: list[Row] = []
    for path in sorted(folder.glob("*.txt")):
        category = brand = ""
        block: list[str] = []
        for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
            if line.startswith("## "):
                category, brand = (part.strip() for part in line[3:].split("|"))
            elif line.strip():
                block.append(line.strip())
            elif block:
                rows.append(_read_block(block, category, brand))
                block = []
    return sorted(rows, key=lambda row: row.id)


def read_reviews(path: Path = SOURCE / "reviews.txt") -> list[Review]:
    """All reviews, in the order they are written down."""
    reviews: list[Review] = []
    for line in _lines(path):
        head, title, body = (part.strip() for part in line.split("|"))
        product_id, rating, language = head.split()
        reviews.append(Review(product_id, int(rating), title, body, language))
    return reviews


def read_questions(path: Path = SOURCE / "faqs.txt") -> list[Question]:
    """All questions, in the order they are written down; '-' stands for the whole shop."""
    questions: list[Question] = []
    for line in _lines(path):
        head, question, answer = (part.strip() for part in line.split("|"))
        product_id, language = head.split()
        questions.append(Question("" if product_id == "-" else product_id, question, answer, language))
    return questions


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _read_block(block: list[str], category: str, brand: str) -> Row:
    head, offer, *rest = block
    product_id, titles = head.split(" ", 1)
    title, title_en = (part.strip() for part in titles.split(" | "))
    numbers, drawn = (part.split() for part in offer.split(" | "))
    attributes: dict[str, str] = {}
    points: list[tuple[str, str]] = []
    description = description_en = ""
    for line in rest:
        if line.startswith("+ "):
            chinese, english = line[2:].split(" | ")
            points.append((chinese.strip(), english.strip()))
        elif " | " in line:
            description, description_en = (part.strip() for part in line.split(" | "))
        elif line.startswith("品牌="):
            brand = line.removeprefix("品牌=")
        else:
            for pair in line.removeprefix("=").split(";"):
                key, value = pair.split("=", 1)
                attributes[key] = value
    if len(points) < 3 or not description:
        raise ValueError(f"Product {product_id!r} needs three selling points and a description.")
    return Row(
        id=product_id,
        title=title,
        title_en=title_en,
        category=category,
        brand=brand,
        price=f"{float(numbers[0]):.2f}",
        list_price="" if numbers[1] == "-" else f"{float(numbers[1]):.2f}",
        cost=f"{float(numbers[2]):.2f}",
        stock=int(numbers[3]),
        variant_of=numbers[4].removeprefix("@") if len(numbers) > 4 else "",
        drawing=drawn[0],
        drawing_options=dict(option.split("=", 1) for option in drawn[1:]),
        attributes=attributes,
        selling_points=tuple(chinese for chinese, _ in points),
        selling_points_en=tuple(english for _, english in points),
        description=description,
        description_en=description_en,
    )
