"""The ledger's service: credits and refunds in words; and the book of budgets that deciders lease from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from magnetar.capabilities.ledger.budgets import Budgets, charge_lines, fits, grant, settle
from magnetar.capabilities.ledger.events import Credited, Refunded
from magnetar.capabilities.ledger.ports import BudgetKeeper, Ledger
from magnetar.capabilities.ledger.posting import whole
from magnetar.capabilities.ledger.providers.memory import MemoryBudgets, MemoryLedger
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Ints
from magnetar.kernel.errors import NotFound, Refused
from magnetar.vocabulary.money import Money

REVENUE = "platform:revenue"


class BudgetBook:
    """Daily budgets: deciders lease from them, and settle what they spent.

    Arrays have a row for each campaign in the order of `add`. A lease belongs to a holder; one that
    is not settled in time comes back by itself, and settling it afterwards is refused: the platform,
    not the merchant, bears what a decider spends without a lease.
    """

    def __init__(self, ledger: Ledger | None = None, keeper: BudgetKeeper | None = None) -> None:
        """With no ledger, a new one in memory."""
        self.ledger: Ledger = MemoryLedger() if ledger is None else ledger
        self._keeper: BudgetKeeper = MemoryBudgets() if keeper is None else keeper

    def add(self, campaign: str, daily_budget_micros: int = 0, payer: str = "", earner: str = REVENUE) -> int:
        """Add a campaign; returns its row. One that the keeper knows already keeps its budget and what it spent.

        Args:
            payer: the account that charges come out of; `campaign:<id>:budget` where none is named.
        """
        if daily_budget_micros < 0:
            raise ValueError(f"a daily budget must be at least 0, found {daily_budget_micros}")
        payer_row = self.ledger.account(payer or f"campaign:{campaign}:budget")
        earner_row = self.ledger.account(earner)
        with self._keeper.changing() as state:
            if campaign in state.campaigns:
                return state.campaigns.index(campaign)
            state.append(campaign, payer_row, earner_row, fits(daily_budget_micros))
            return len(state.campaigns) - 1

    def __len__(self) -> int:
        with self._keeper.changing() as state:
            return len(state.campaigns)

    def set_budget(self, row: int, daily_budget_micros: int) -> None:
        """Change one budget, as a person asks for it.

        Raises:
            NotFound: no such row.
            Refused: more is spent or leased already.
        """
        with self._keeper.changing() as state:
            if not 0 <= row < len(state.campaigns):
                raise NotFound(f"No campaign in row {row}; there are {len(state.campaigns)}.")
            spent, leased = int(state.spent[row]), int(state.leased()[row])
            if daily_budget_micros < spent + leased:
                raise Refused(
                    f"Campaign {state.campaigns[row]!r} has spent {Money(spent)} today and holds leases of "
                    f"{Money(leased)}; a daily budget of {Money(daily_budget_micros)} is below that. "
                    f"Choose at least {Money(spent + leased)}, or pause the campaign and lower it tomorrow."
                )
            state.daily[row] = fits(daily_budget_micros)

    def set_budgets(self, daily_budget_micros: ArrayLike) -> None:
        """All budgets at a tick's edge, more rows than there are being added.

        Where more is spent or leased than the new budget, what is out stays out and nothing more is leased.
        """
        wanted = _amounts(daily_budget_micros, None)
        for row in range(len(self), len(wanted)):
            self.add(str(row))
        with self._keeper.changing() as state:
            state.daily = _amounts(wanted, len(state.campaigns)).copy()

    def lease(
        self, tick: int, holder: str = "", *, ticks: int = 1, parts: int = 1, most: ArrayLike | None = None
    ) -> Ints:
        """(campaigns,) micros that the holder may spend until it settles, or until `ticks` ticks have passed.

        What the holder held before, and every lease that has expired by now, comes back first.

        Args:
            parts: the holder is one of so many deciders and takes that share of what is free.
            most: (campaigns,), never more than this.
        """
        if ticks < 1 or parts < 1:
            raise ValueError(f"ticks and parts must be at least 1, found {ticks} and {parts}")
        with self._keeper.changing() as state:
            ceiling = None if most is None else _amounts(most, len(state.campaigns))
            return grant(state, tick, holder, ticks, parts, ceiling)

    def settle(self, key: str | int, spent: ArrayLike, holder: str = "", *, done: bool = True) -> bool:
        """Charge what the holder spent under its lease; False where this key was settled before.

        Args:
            spent: (campaigns,) micros, at least 0, since the last settlement.
            done: what is left of the lease comes back; otherwise the holder goes on spending it.

        Raises:
            Refused: the lease has expired or is smaller, or the key stands for other amounts.
        """
        with self._keeper.changing() as state:
            amounts = _amounts(spent, len(state.campaigns))
            return self._settle(state, f"charge:{key}", amounts, holder, done)

    def settle_total(self, key: str | int, total: ArrayLike, holder: str = "") -> bool:
        """Like `settle`, from what was spent since each campaign was added, as a counter shows it."""
        with self._keeper.changing() as state:
            amounts = _amounts(total, len(state.campaigns))
            if self.ledger.has(f"charge:{key}"):
                return False
            if (amounts < state.ever).any():
                row = int(np.argmax(amounts < state.ever))
                raise ValueError(
                    f"a total cannot fall: {state.campaigns[row]!r} from {state.ever[row]} to {amounts[row]}"
                )
            return self._settle(state, f"charge:{key}", amounts - state.ever, holder, True)

    def _settle(self, state: Budgets, key: str, spent: Ints, holder: str, done: bool) -> bool:
        lines = charge_lines(state, spent)
        if self.ledger.has(key):
            return self.ledger.post_batch(key, *lines)  # compares, and refuses other lines
        lease = state.leases.get(holder)
        if lease is None:
            raise Refused(
                f"Holder {holder!r} has no lease: it expired or was never given. Take a new one before spending."
            )
        over = spent > lease.micros
        if over.any():
            row = int(np.argmax(over))
            raise Refused(
                f"Campaign {state.campaigns[row]!r} spent {Money(int(spent[row]))} under a lease of "
                f"{Money(int(lease.micros[row]))}. Charge what was leased; the rest is the platform's loss."
            )
        self.ledger.post_batch(key, *lines)
        settle(state, spent, holder, done)
        return True

    def give_back(self, holder: str = "") -> None:
        """Return a lease unspent; nothing where there is none."""
        with self._keeper.changing() as state:
            state.leases.pop(holder, None)

    def new_day(self, day: int | None = None) -> None:
        """Begin the day after, or a later one: nothing is spent yet, and every lease has come back.

        Raises:
            ValueError: the day lies before the present one; the present one changes nothing.
        """
        with self._keeper.changing() as state:
            day = state.day + 1 if day is None else day
            if day < state.day:
                raise ValueError(f"days cannot go back from {state.day} to {day}")
            if day > state.day:
                state.day = day
                state.spent = np.zeros(len(state.campaigns), np.int64)
                state.leases.clear()

    def remaining(self) -> Ints:
        """(campaigns,) micros of today's budgets that are not spent, leased or not."""
        with self._keeper.changing() as state:
            return np.maximum(state.daily - state.spent, 0)

    @property
    def daily_budget(self) -> Ints:
        with self._keeper.changing() as state:
            return state.daily.copy()

    @property
    def spent_today(self) -> Ints:
        with self._keeper.changing() as state:
            return state.spent.copy()

    @property
    def spent_ever(self) -> Ints:
        """(campaigns,) micros charged since each campaign was added."""
        with self._keeper.changing() as state:
            return state.ever.copy()

    @property
    def leased(self) -> Ints:
        with self._keeper.changing() as state:
            return state.leased()


class LedgerService:
    """Money in and money back, in words; each by a key that makes a second call harmless."""

    def __init__(self, ledger: Ledger, budgets: BudgetBook, bus: Bus) -> None:
        self.ledger = ledger
        self.budgets = budgets
        self._bus = bus

    def credit(self, key: str, account: str, money: Money, source: str = "external:payments") -> bool:
        """Bring money or quota in from outside; False where this was done before."""
        told = Credited(key=key, account=account, micros=money.micros, currency=money.currency, source=source)
        return self._move(f"credit:{key}", source, account, money, told)

    def refund(self, key: str, account: str, money: Money, reason: str, earner: str = REVENUE) -> bool:
        """Give back what was charged; False where this was done before."""
        told = Refunded(key=key, account=account, micros=money.micros, currency=money.currency, reason=reason)
        return self._move(f"refund:{key}", earner, account, money, told)

    def _move(self, key: str, source: str, target: str, money: Money, told: Credited | Refunded) -> bool:
        if money.micros <= 0:
            raise Refused(f"An amount above 0 is needed, found {money}.")
        end = f"@{money.currency}"
        lines = [(source.removesuffix(end) + end, -money.micros), (target.removesuffix(end) + end, money.micros)]
        fresh = self.ledger.post(key, lines)
        self._bus.publish(told, id=key)  # also the second time: the first may have ended between the two
        return fresh

    def balance(self, account: str) -> Money:
        """What is in an account."""
        return self.ledger.balance(account)


def _amounts(micros: ArrayLike, campaigns: int | None) -> Ints:
    amounts = whole(micros, "amounts")
    if campaigns is not None and len(amounts) != campaigns:
        raise ValueError(f"one amount for each of {campaigns} campaigns is needed, found {len(amounts)}")
    if len(amounts) and amounts.min() < 0:
        raise ValueError(f"amounts must be at least 0, found {amounts.min()}")
    return amounts
