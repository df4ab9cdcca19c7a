"""Everything connected: one function for live, shadow, replay and rehearsal; the engines differ, the code does not."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.accounts import AccountsService
from magnetar.capabilities.accounts.wiring import connect as connect_accounts
from magnetar.capabilities.catalogue import CatalogueService
from magnetar.capabilities.catalogue.wiring import connect as connect_catalogue
from magnetar.capabilities.orders import OrdersService
from magnetar.capabilities.orders.wiring import connect as connect_orders
from magnetar.capabilities.search import SearchService
from magnetar.capabilities.search.wiring import connect as connect_search
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import Clock, SystemClock
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import EventLog
from magnetar.kernel.ports import Port
from magnetar.kernel.runtime import Runtime
from magnetar.kernel.settings import Settings
from magnetar.kernel.store import Store
from magnetar.platform.market import Marketplace
from magnetar.platform.neighbours import KeptGraph

STORES = Port[Store](
    "store",
    {"sqlite": "magnetar.engines.sqlite:SqliteStore", "memory": "magnetar.engines.memory:MemoryStore"},
    "sqlite",
)
LOGS = Port[EventLog](
    "event_log", {"file": "magnetar.engines.eventlog:FileLog", "memory": "magnetar.engines.memory:MemoryLog"}, "file"
)


@dataclass(frozen=True, slots=True)
class Platform:
    """One field for each capability that stands alone; the marketplace is opened around a shelf."""

    runtime: Runtime
    catalogue: CatalogueService
    orders: OrdersService
    accounts: AccountsService
    search: SearchService

    def marketplace(self, shelf: Shelf, shoppers: int) -> Marketplace:
        """Serving for a shelf, on this platform's engines."""
        return Marketplace.open(self.runtime.bus, self.runtime.store, shelf, shoppers, self.runtime.seed)

    def close(self) -> None:
        """Let go of files and locks."""
        self.search.close()
        self.runtime.bus.log.close()
        self.runtime.store.close()


def assemble(settings: Settings, clock: Clock | None = None, seed: int = 0) -> Platform:
    """A platform on the engines that the settings name.

    Raises:
        UnknownProvider: a setting names an engine that does not exist.
        BadInput: MAGNETAR_HOME cannot be written.
    """
    home = settings.home
    if settings.store != "memory" or settings.event_log != "memory":
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"Cannot use {str(home)!r} for MAGNETAR_HOME: {error.strerror}. Name a folder you can write to."
            ) from None
    store = STORES.make(settings.store, *([] if settings.store == "memory" else [home / "magnetar.db"]))
    log = LOGS.make(settings.event_log, *([] if settings.event_log == "memory" else [home / "events"]))
    clock = clock or SystemClock()
    runtime = Runtime(settings, clock, Bus(log, clock), store, seed)
    catalogue = connect_catalogue(runtime)
    accounts = connect_accounts(runtime)
    search = connect_search(runtime, catalogue, lambda: [settings.merchant, *accounts.merchants()])
    search.neighbours = KeptGraph(home)
    return Platform(runtime, catalogue, connect_orders(runtime, catalogue), accounts, search)
