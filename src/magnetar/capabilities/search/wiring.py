"""Connects search to the catalogue and the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from magnetar.capabilities.catalogue import CatalogueImported, CatalogueService
from magnetar.capabilities.search.keeping import Keeper
from magnetar.capabilities.search.lessons import Verdict
from magnetar.capabilities.search.service import AskedFor, SearchService
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime, catalogue: CatalogueService, merchants: Callable[[], Iterable[str]]) -> SearchService:
    """Search on this runtime; engines open when they are first asked, and follow the catalogue from then on.

    What they learn is kept below MAGNETAR_HOME, unless the store is in memory.
    """
    keeper = Keeper(runtime.settings.home / "search") if runtime.settings.store != "memory" else None
    service = SearchService(
        catalogue, runtime.store.collection("searches", AskedFor), merchants, runtime.seed + 1,
        verdicts=runtime.store.collection("search_verdicts", Verdict), keeper=keeper, now=runtime.clock.now,
    )  # fmt: skip
    runtime.bus.subscribe(CatalogueImported, service.on_imported)
    return service
