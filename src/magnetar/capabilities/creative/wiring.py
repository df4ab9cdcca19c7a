"""Connects creative work to the catalogue and the bus."""

from __future__ import annotations

from magnetar.capabilities.catalogue import CatalogueService
from magnetar.capabilities.creative.service import CreativeService
from magnetar.capabilities.generation import Matrix
from magnetar.kernel.runtime import Runtime


def connect(runtime: Runtime, catalogue: CatalogueService) -> CreativeService:
    """Creative work on this runtime."""
    settings = runtime.settings
    return CreativeService(
        catalogue, runtime.bus, settings.currency, str(getattr(settings, "font", "") or ""),
        voice=lambda: Matrix(settings).voice, speech=settings.home / "speech",
    )  # fmt: skip
