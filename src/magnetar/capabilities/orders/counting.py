"""What a reading of an order log counts, beside the lines themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from magnetar.capabilities.catalogue import Tally

_BATCH = 2_000


@dataclass(slots=True)
class Counts:
    """What a reading has come across so far."""

    sales: int = 0
    """Sale lines taken."""
    returns: int = 0
    """Return lines taken."""
    duplicates: int = 0
    """Lines equal to an earlier line of the file, set-aside ones included."""
    no_customer: int = 0
    zero_price: int = 0
    negative_price: int = 0
    write_offs: int = 0
    """Negative quantities at price 0 outside credit invoices: stock that was lost."""
    non_product: Counter[str] = field(default_factory=Counter[str])
    return_lines: int = 0
    """Lines of the file that take goods or money back, set-aside ones included."""
    first: str = ""
    last: str = ""


class Distinct:
    """Counts different names; runs of one name, the usual case, cost nothing."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._last = ""
        self._pending: dict[str, None] = {}

    def add(self, name: str) -> None:
        if name != self._last:
            self._last = name
            self._pending[name] = None
            if len(self._pending) >= _BATCH:
                self._settle()

    def _settle(self) -> None:
        self._tally.place(list(self._pending), [0] * len(self._pending))
        self._pending.clear()

    @property
    def count(self) -> int:
        self._settle()
        return self._tally.distinct
