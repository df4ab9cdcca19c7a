"""Connects search to the catalogue and the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from magnetar.capabilities.catalogue import CatalogueImported, CatalogueService
from magnetar.capabilities.search.service import AskedFor, SearchService
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime, catalogue: CatalogueService, merchants: Callable[[], Iterable[str]]) -> SearchService:
    """Search on this runtime; engines open when they are first asked, and follow the catalogue from then on."""
    service = SearchService(catalogue, runtime.store.collection("searches", AskedFor), merchants, runtime.seed + 1)
    runtime.bus.subscribe(CatalogueImported, service.on_imported)
    return service
