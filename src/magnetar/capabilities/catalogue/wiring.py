"""Connects the catalogue to the store and the bus."""

from __future__ import annotations

from magnetar.capabilities.catalogue.service import CatalogueService
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.catalogue import Product


def connect(runtime: Runtime) -> CatalogueService:
    """The catalogue on this runtime."""
    return CatalogueService(
        runtime.store.collection("products", Product), runtime.bus, runtime.clock, runtime.settings.currency
    )
