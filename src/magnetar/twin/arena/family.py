"""Families of market days, by name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Protocol, runtime_checkable

from magnetar.kernel.errors import BadInput
from magnetar.twin.arena.episode import Episode

CALIBRATED = "calibrated"
"""`calibrated:FOLDER` takes its traffic, prices and order rates from a kept calibration."""

FAMILIES = {
    "independent": "magnetar.twin.arena.independent:Independent",
    "taste": "magnetar.twin.arena.taste:Taste",
    "shocks": "magnetar.twin.arena.shocks:Shocks",
    "first-price": "magnetar.twin.arena.first_price:FirstPrice",
    "aside": "magnetar.twin.arena.aside:Aside",
}
"""Name → module:class."""


@runtime_checkable
class Family(Protocol):
    """Something that market days are drawn from."""

    name: str

    def open(self, seed: int, opportunities: int = 96_000, seats: int = 48, ticks: int = 48) -> Episode:
        """The day of one seed. The same arguments give the same day and the same luck."""
        ...


def load_family(name: str) -> Family:
    """A family by name, `calibrated:FOLDER`, or `module:Family` from a Python module or a file `path.py:Family`.

    `module:Family` runs code: it is offered on the command line only, never over HTTP.

    Raises:
        BadInput: there is no such family, module or class.
    """
    place, _, attribute = name.partition(":")
    if name in FAMILIES:
        place, _, attribute = FAMILIES[name].partition(":")
    elif place == CALIBRATED:
        from magnetar.twin.arena.calibrated import Calibrated

        return Calibrated(Path(attribute))
    if not attribute:
        raise BadInput(
            f"No family {name!r}. Choose one of: {', '.join(FAMILIES)}, {CALIBRATED}:FOLDER, "
            "or give your own as module:Family."
        )
    try:
        if place.endswith(".py"):
            path = Path(place).resolve()
            sys.path.insert(0, str(path.parent))
            module = importlib.import_module(path.stem)
        else:
            module = importlib.import_module(place)
        found = getattr(module, attribute)
        made = found() if isinstance(found, type) else found
    except Exception as error:  # somebody else's code may raise anything
        raise BadInput(
            f"Cannot load the family {name!r}: {type(error).__name__}: {error}. "
            "Give it as module:Family or path/to/file.py:Family."
        ) from None
    if not isinstance(made, Family):
        raise BadInput(f"{name!r} is no family: it needs a `name` and `open(seed, opportunities, seats, ticks)`.")
    return made
