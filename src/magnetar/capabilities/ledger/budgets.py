"""Budgets of a day: what may be leased, what a settlement changes, what comes back.

A lease is spending power that left the budget; what its holder spends is settled against it. At every
moment spent + leased ≤ budget, except after a budget was lowered, when nothing more is leased.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from magnetar.kernel.chance import Ints


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(slots=True)
class Lease:
    """Spending power of one holder."""

    micros: Ints
    """(campaigns,), not settled yet."""
    expires: int
    """The tick at which what is left comes back."""


@dataclass(slots=True)
class Budgets:
    """Campaigns as rows, in the order in which this book met them; micros of each campaign's currency."""

    campaigns: list[str] = field(default_factory=list[str])
    payer: Ints = field(default_factory=_none)
    """(campaigns,), ledger row of the account that pays."""
    earner: Ints = field(default_factory=_none)
    """(campaigns,), ledger row of the account that is paid."""
    daily: Ints = field(default_factory=_none)
    spent: Ints = field(default_factory=_none)
    """Today."""
    ever: Ints = field(default_factory=_none)
    """Since the campaign was added."""
    leases: dict[str, Lease] = field(default_factory=dict[str, Lease])
    day: int = 0

    def append(self, campaign: str, payer: int, earner: int, daily: int, spent: int = 0, ever: int = 0) -> None:
        """One more row."""
        self.campaigns.append(campaign)
        for name, number in (("payer", payer), ("earner", earner), ("daily", daily), ("spent", spent), ("ever", ever)):
            setattr(self, name, np.append(getattr(self, name), np.int64(number)))
        for lease in self.leases.values():
            lease.micros = np.append(lease.micros, np.int64(0))

    def leased(self) -> Ints:
        """(campaigns,), outstanding in all leases."""
        total = np.zeros(len(self.campaigns), np.int64)
        for lease in self.leases.values():
            total += lease.micros
        return total

    def free(self) -> Ints:
        """(campaigns,), what may still be leased."""
        return np.maximum(self.daily - self.spent - self.leased(), 0)


def grant(state: Budgets, tick: int, holder: str, ticks: int, parts: int, most: Ints | None) -> Ints:
    """Lease a share of what is free; what expired, and what the holder still held, comes back first."""
    for name in [name for name, lease in state.leases.items() if lease.expires <= tick or name == holder]:
        del state.leases[name]
    micros = state.free() // parts
    if most is not None:
        np.minimum(micros, np.maximum(most, 0), out=micros)
    state.leases[holder] = Lease(micros, tick + ticks)
    return micros.copy()


def charge_lines(state: Budgets, spent: Ints) -> tuple[Ints, Ints]:
    """The posting of a settlement: out of each payer, then the sum into each earner."""
    rows = np.flatnonzero(spent)
    paid = spent[rows]
    earners = state.earner[rows]
    if not len(rows):
        return _none(), _none()
    if (earners == earners[0]).all():
        total = sum(paid.tolist())  # Python's integers: the ledger refuses what does not fit
        return np.append(state.payer[rows], earners[0]), np.append(-paid, fits(total))
    totals: dict[int, int] = {}
    for earner, micros in zip(earners.tolist(), paid.tolist(), strict=True):
        totals[earner] = totals.get(earner, 0) + micros
    return (
        np.concatenate([state.payer[rows], np.array(list(totals), np.int64)]),
        np.concatenate([-paid, np.array([fits(total) for total in totals.values()], np.int64)]),
    )


def fits(micros: int) -> int:
    """The amount, if it fits in 64 bits.

    Raises:
        ValueError: it does not.
    """
    if not -(2**63) < micros < 2**63:
        raise ValueError(f"an amount must fit in 64 bits of micros, found {micros:,}")
    return micros


def settle(state: Budgets, spent: Ints, holder: str, done: bool) -> None:
    """Move what was spent out of the holder's lease; the rest stays, or comes back when the holder is done."""
    state.spent += spent
    state.ever += spent
    if done:
        del state.leases[holder]
    else:
        state.leases[holder].micros -= spent
