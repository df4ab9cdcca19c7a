"""What every capability is given when it is wired: settings, time, events and the store."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import Clock
from magnetar.kernel.settings import Settings
from magnetar.kernel.store import Store


@dataclass(frozen=True, slots=True)
class Runtime:
    """The engines that this process runs on."""

    settings: Settings
    clock: Clock
    bus: Bus
    store: Store
    seed: int = 0
    """Seed of the platform's own draws (exploration)."""
