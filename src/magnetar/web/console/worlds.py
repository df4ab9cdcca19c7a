"""The worlds that may be named over HTTP: ours, and the one calibrated on the site's own orders; never code."""

from __future__ import annotations

from pathlib import Path

from magnetar.kernel.errors import MagnetarError
from magnetar.twin.bazaar import WORLDS
from magnetar.twin.world import CALIBRATED

LABELS = {
    "default": ("常规市场", "Ordinary market"),
    "promotion": ("大促市场", "Big promotion"),
    "frugal": ("价格敏感市场", "Frugal shoppers"),
    "shocks": ("突发波动市场", "Sudden shocks"),
    CALIBRATED: ("按历史订单校准", "Calibrated on past orders"),
}


def named_worlds(home: Path) -> dict[str, str]:
    """Each world on offer, with the name that the twin knows it by."""
    worlds = {name: name for name in WORLDS}
    if _is_calibrated(home):
        worlds[CALIBRATED] = f"{CALIBRATED}:{home}"
    return worlds


def _is_calibrated(home: Path) -> bool:
    from magnetar.twin.calibration import load_calibration

    try:
        load_calibration(home)
    except MagnetarError:
        return False
    return True
