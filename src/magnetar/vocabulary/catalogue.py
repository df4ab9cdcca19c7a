"""What is sold: products with their offer."""

from __future__ import annotations

from dataclasses import dataclass, field

from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


@dataclass(frozen=True, slots=True)
class Product:
    """A thing sold, with its description, its offer (price, cost, stock) and its evidence."""

    id: ProductId
    merchant: MerchantId
    title: str
    price: Money
    """What a shopper pays now; the sale price where there is one."""
    category: str = ""
    """Path from general to particular, joined by ' > '."""
    title_en: str = ""
    description: str = ""
    brand: str = ""
    list_price: Money | None = None
    """Price before the sale, where the feed gives one."""
    cost: Money | None = None
    """What the merchant pays for one, where known."""
    stock: int | None = None
    """Pieces at hand; None where the feed only says that there are some."""
    available: bool = True
    condition: str = "new"
    gtin: str = ""
    link: str = ""
    images: tuple[str, ...] = ()
    variant_of: str = ""
    """Id of the group of variants that this product belongs to."""
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    selling_points: tuple[str, ...] = ()

    @property
    def top_category(self) -> str:
        """The first step of the category path, or '' where there is none."""
        return self.category.split(" > ", 1)[0]
