"""Product pages from outside: fetched within limits, read as data, turned into a product with a list of what was found."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.pages_intake.fetching import Fetched, Fetcher, FetchLimits
    from magnetar.capabilities.creative.pages_intake.product_page import PageProduct, product_from_page

__all__ = ["FetchLimits", "Fetched", "Fetcher", "PageProduct", "product_from_page"]

__getattr__ = lazily(
    __name__,
    {
        "fetching": ("FetchLimits", "Fetched", "Fetcher"),
        "product_page": ("PageProduct", "product_from_page"),
    },
)
