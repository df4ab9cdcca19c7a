"""Connects creative work to the catalogue and the bus."""

from __future__ import annotations

from magnetar.capabilities.catalogue import CatalogueService
from magnetar.capabilities.creative.service import CreativeService
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime, catalogue: CatalogueService) -> CreativeService:
    """Creative work on this runtime."""
    return CreativeService(
        catalogue, runtime.bus, runtime.settings.currency, str(getattr(runtime.settings, "font", "") or "")
    )
