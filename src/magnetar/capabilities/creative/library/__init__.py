"""The library of creatives: what each is made of, where it stands in its life, and what it really did."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.library.records import Figures, read_manifest
    from magnetar.capabilities.creative.library.service import LEAST_CLICKS, Case, Library, Listed

__all__ = ["LEAST_CLICKS", "Case", "Figures", "Library", "Listed", "read_manifest"]

__getattr__ = lazily(
    __name__, {"records": ("Figures", "read_manifest"), "service": ("LEAST_CLICKS", "Case", "Library", "Listed")}
)
