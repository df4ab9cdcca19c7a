"""Which product a film is about: from a feed file, from the merchant's own catalogue, or from the sample shop."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.capabilities.creative.english import english_points
from magnetar.kernel.errors import NotFound
from magnetar.vocabulary.catalogue import Product


class Shelf(Protocol):
    """Where a merchant's products are kept."""

    def get(self, merchant: str, id: str, /) -> Product | None:
        """The merchant's product of that id."""
        ...

    def list(self, merchant: str, /) -> Iterable[Product]:
        """The merchant's products."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A product, the folder that its picture names start from, and its English selling points where a file has them."""

    product: Product
    pictures: Path
    source: str
    points_en: tuple[str, ...] = ()


def sample_shop() -> Path | None:
    """The sample shop's folder, where this installation has it."""
    here = Path(__file__).resolve()
    for folder in (here.parents[2] / "examples" / "shop", here.parents[4] / "examples" / "shop"):
        if (folder / "catalogue.csv").is_file():
            return folder
    return None


def find_in_file(file: Path, id: str, merchant: str, currency: str, pictures: Path | None = None) -> Found:
    """A feed's product.

    Raises:
        BadInput: the file cannot be read as a feed.
        NotFound: no such product in it; the message names close matches.
    """
    products: dict[str, Product] = {}
    refused: list[Rejected] = []
    one: Product | Rejected
    for one in read_catalogue(file, merchant=merchant, currency=currency):
        if isinstance(one, Rejected):
            refused.append(one)
        else:
            products[one.id] = one
    if id not in products:
        raise NotFound(_unknown(id, products.values(), repr(str(file))) + _refused(refused))
    return Found(products[id], pictures or file.parent, str(file), english_points(file, id))


def find(shelf: Shelf, id: str, merchant: str, currency: str, pictures: Path | None = None) -> Found:
    """The merchant's stored product, else the sample shop's.

    Stored picture names start from `pictures`; without it from the sample shop where the picture is there, else
    from the folder that the command runs in.
    """
    shop = sample_shop()
    stored = shelf.get(merchant, id)
    if stored is not None:
        root = pictures or Path.cwd()
        if pictures is None and shop and stored.images and not (root / stored.images[0]).is_file():
            root = shop if (shop / stored.images[0]).is_file() else root
        return Found(
            stored, root, "catalogue", english_points(shop / "catalogue.csv", id) if shop and shop == root else ()
        )
    if shop is not None:
        try:
            return find_in_file(shop / "catalogue.csv", id, merchant, currency, pictures)
        except NotFound as error:
            mine = list(shelf.list(merchant))
            raise NotFound(
                _unknown(id, mine, f"the catalogue of merchant {merchant!r}") if mine else str(error)
            ) from None
    raise NotFound(_unknown(id, shelf.list(merchant), f"the catalogue of merchant {merchant!r}"))


def _unknown(id: str, products: Iterable[Product], where: str) -> str:
    names = {str(one.id): one.title for one in products}
    titles = {title: name for name, title in names.items()}
    close = difflib.get_close_matches(id, names, 4, 0.5)
    close += [titles[title] for title in difflib.get_close_matches(id, titles, 2, 0.3)]
    close += [name for name, title in names.items() if id and id.lower() in title.lower()][:4]
    listed = "; ".join(f"{name} {names[name][:24]}" for name in list(dict.fromkeys(close))[:4])
    some = ", ".join(list(names)[:6]) + (" …" if len(names) > 6 else "")
    hint = (
        f" 相近的 Close: {listed}."
        if listed
        else f" 其中有 It has {len(names)}: {some}."
        if names
        else " 没有商品 It is empty."
    )
    return f"没有商品 No product {id[:80]!r} in {where}.{hint}"


def _refused(rows: list[Rejected]) -> str:
    """What became of the rows that are no products: the one that was meant may be among them."""
    if not rows:
        return ""
    told = "; ".join(
        f"line {row.line}: {row.field} is {row.found[:40]!r}, expected {row.expected[:80]}" for row in rows[:3]
    )
    return f" 不能读取的行 Rows that cannot be read: {len(rows)} ({told}{'; …' if len(rows) > 3 else ''})."
