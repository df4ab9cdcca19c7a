"""Worlds are plug-ins: anything with `open` can be rehearsed in, and so can judge us.

A world draws a market from a seed. The market owns the shoppers, the other sellers and the hidden
truth; the platform owns ranking, pricing and pacing. Each tick the market says who asks for a
page, is shown the pages, and says what those shoppers did.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Clicked, Converted, Ordered, Returned, Served
from magnetar.capabilities.understanding import Shelf
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.campaigns import AdGroup, Campaign
from magnetar.vocabulary.catalogue import Product


@dataclass(frozen=True, slots=True)
class Day:
    """When a rehearsal begins and how a day is cut."""

    start: int
    """Microseconds since the Unix epoch; midnight of the first day, UTC standing for local time."""
    ticks: int = 48
    warm_up: int = 2
    """Days that the platform learns before the first day; tick 0 is their first tick."""


@dataclass(frozen=True, slots=True)
class Responses:
    """What the shoppers did in one tick. Orders, returns and conversions may follow clicks of earlier ticks."""

    depth: NDArray[np.int64]
    """(pages,), positions that came on screen, in the order of the pages."""
    clicked: Clicked
    ordered: Ordered
    returned: Returned
    converted: Converted | None = None
    """Leads and other conversions that the platform is told of, where the world has any."""


@dataclass(frozen=True, slots=True)
class OwnResults:
    """What one rival may see: the delivery of its own ad group, in currency units."""

    group: AdGroup
    spend: float
    gmv: float
    orders: int


ChangeBid = Callable[[str, float], None]
"""Sets an ad group's bid factor, as the rival would through the platform's API."""


class Market(Protocol):
    """One draw of a world."""

    shelf: Shelf
    """What the platform may know of all goods and content; ours are the first rows, in catalogue order."""
    shoppers: int
    rivals: Sequence[tuple[Campaign, Sequence[AdGroup]]]

    def requests(self, tick: int) -> PageRequests:
        """Who asks for a page in this tick (0 is the first tick of the rehearsal's warm-up), in arrival order."""
        ...

    def respond(self, tick: int, pages: Served) -> Responses:
        """What they do with the pages. A busy tick comes in several batches of pages, in order of time."""
        ...

    def manage(self, tick: int, results: Callable[[], Sequence[OwnResults]], change: ChangeBid) -> None:
        """Let the rivals run their campaigns; called before each tick. `results()` costs something: ask when needed."""
        ...


CALIBRATED = "calibrated"
"""`calibrated:FOLDER` is the bazaar after the calibration that is kept in a folder."""
ARCADE = "arcade"
"""The world by another generator than the bazaar."""


@runtime_checkable
class World(Protocol):
    """Something that markets can be drawn from."""

    name: str

    def open(self, products: Sequence[Product], seed: int, shoppers: int, pages_per_day: int, day: Day) -> Market:
        """Draw the market of one seed. The same arguments give the same market and the same luck."""
        ...


def load_world(name: str) -> World:
    """A world by name, or by `module:World` from a Python module or a file `path.py:World`.

    `calibrated:FOLDER` is the bazaar after the order log that was calibrated on.

    `module:World` runs code: it is offered on the command line only, never over HTTP.

    Raises:
        BadInput: there is no such world, module or class.
    """
    from magnetar.twin.bazaar import WORLDS, Bazaar

    if name in WORLDS:
        return Bazaar(WORLDS[name])
    if name == ARCADE:
        from magnetar.twin.arcade import Arcade

        return Arcade()
    place, _, attribute = name.partition(":")
    if place == CALIBRATED:
        from magnetar.twin.bazaar.calibrated import settings_from
        from magnetar.twin.calibration import load_calibration

        return Bazaar(settings_from(load_calibration(Path(attribute))))
    if not attribute:
        raise BadInput(
            f"No world {name!r}. Choose one of: {', '.join(WORLDS)}, {ARCADE}, {CALIBRATED}, or give your own as module:World."
        )
    try:
        if place.endswith(".py"):
            path = Path(place).resolve()
            sys.path.insert(0, str(path.parent))
            module = importlib.import_module(path.stem)
        else:
            sys.path.insert(0, "")
            module = importlib.import_module(place)
        world = getattr(module, attribute)
        made = world() if isinstance(world, type) else world
    except Exception as error:  # somebody else's code may raise anything
        raise BadInput(
            f"Cannot load the world {name!r}: {type(error).__name__}: {error}. Give it as module:World or path/to/file.py:World."
        ) from None
    if not isinstance(made, World):
        raise BadInput(
            f"{name!r} is no world: it needs a `name` and `open(products, seed, shoppers, pages_per_day, day)`."
        )
    return made
