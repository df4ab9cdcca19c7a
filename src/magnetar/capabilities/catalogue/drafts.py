"""A product as a feed writes it: text only, every format in the same words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Draft:
    """What a reader took from the file, not yet judged; '' where the file says nothing."""

    line: int
    id: str = ""
    title: str = ""
    price: str = ""
    sale_price: str = ""
    """Where given, `price` is the price before the sale."""
    sale_dates: str = ""
    list_price: str = ""
    """The price before the sale, where `price` is already what a shopper pays now."""
    currency: str = ""
    category: str = ""
    title_en: str = ""
    description: str = ""
    brand: str = ""
    cost: str = ""
    stock: str = ""
    available: str = ""
    condition: str = ""
    gtin: str = ""
    link: str = ""
    variant_of: str = ""
    images: list[str] = field(default_factory=list[str])
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    selling_points: list[str] = field(default_factory=list[str])
