"""Products for a rehearsal: from a feed file, or the sample shop."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import progress
from magnetar.vocabulary.catalogue import Product

MOST = 2_000
"""Products that a rehearsal takes; larger catalogues are rehearsed with their first ones."""


def sample_shop() -> Path:
    """The sample shop's folder: beside the source, or inside the installed package.

    Raises:
        BadInput: this installation came without it.
    """
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "examples" / "shop", here.parents[3] / "examples" / "shop"):
        if (folder / "catalogue.csv").is_file():
            return folder
    raise BadInput("The sample shop is not part of this installation. Name your own feed with --catalogue FILE.")


def goods_from(file: str | Path, merchant: str, currency: str) -> tuple[Product, ...]:
    """The products of a feed that can be promoted: those with the feed's main currency.

    Raises:
        BadInput: the file holds no usable product.
    """
    products: list[Product] = []
    rejected = 0
    for one in read_catalogue(file, merchant=merchant, currency=currency):
        if isinstance(one, Rejected):
            rejected += 1
        else:
            products.append(one)
    if not products:
        raise BadInput(
            f"No usable product in {str(file)!r} ({rejected} rows rejected). See: magnetar import catalogue {file}"
        )
    main = Counter(product.price.currency for product in products).most_common(1)[0][0]
    kept = [product for product in products if product.price.currency == main]
    if len(kept) < len(products):
        progress(f"{len(products) - len(kept)} 件商品币种不同, 未参加预演 · left out: another currency than {main}")
    if len(kept) > MOST:
        progress(f"目录较大, 预演前 {MOST} 件 · rehearsing the first {MOST} of {len(kept)} products")
    return tuple(kept[:MOST])
