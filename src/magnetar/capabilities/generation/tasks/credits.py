"""Credits (灵感值) on the ledger: granted, held when a task is made, captured when it succeeds, given back when it fails.

Three accounts for each merchant's credits: free, held, and what is spent goes to the platform. A group of tasks
that is made or settled in one transaction is one posting with two lines for each merchant in it; each task names
the postings that held and settled it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from magnetar.capabilities.generation.tasks.prices import FREE, PLANS, Plan, plan_named
from magnetar.capabilities.ledger import Ledger
from magnetar.kernel.clock import HOUR, SECOND, Clock
from magnetar.kernel.errors import BadInput, Refused
from magnetar.kernel.store import Store
from magnetar.vocabulary.ids import OPERATOR
from magnetar.vocabulary.money import MICROS

UNIT = "LGZ"
"""Credits stand in the ledger as a currency of their own; one credit is a million of its micros."""
SPENT = f"platform:generation@{UNIT}"
_SOURCE = f"external:memberships@{UNIT}"
_ZONE = 8 * HOUR
"""A membership's month begins at midnight in Beijing."""


@dataclass(frozen=True, slots=True)
class Member:
    """A merchant's membership."""

    merchant: str
    plan: str
    since: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a merchant has, in credits."""

    free: float
    held: float


def month_of(moment: int) -> str:
    """The month of a moment in Beijing, such as 2026-11.

    >>> month_of(0)
    '1970-01'
    """
    days = (moment + _ZONE) // (
        24 * HOUR
    ) + 719468  # days since 0000-03-01 (Hinnant, chrono-compatible date algorithms)
    era, day = divmod(days, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    month = (5 * (day - (365 * year + year // 4 - year // 100)) + 2) // 153
    month = month + 3 if month < 10 else month - 9
    return f"{year + era * 400 + (month <= 2):04d}-{month:02d}"


class Credits:
    """A merchant's credits and membership."""

    def __init__(self, ledger: Ledger, store: Store, clock: Clock) -> None:
        self.ledger = ledger
        self._members = store.collection("generation_members", Member)
        self._clock = clock
        self._rows: dict[str, tuple[int, int]] = {}
        self.spent_row = ledger.account(SPENT)

    # ---- memberships

    def plan_of(self, merchant: str) -> Plan:
        """The plan that a merchant is on; the free one where none was chosen."""
        member = self._members.get(OPERATOR, merchant)
        return FREE if member is None else PLANS.get(member.plan, FREE)

    def join(self, merchant: str, plan: str) -> Plan:
        """Put a merchant on a plan and grant this month's credits of it, less what this month brought already."""
        chosen = plan_named(plan)
        self._members.put(OPERATOR, [(merchant, Member(merchant, chosen.name, self._clock.now()))])
        self.grant_month(merchant)
        return chosen

    def grant_month(self, merchant: str) -> int:
        """Grant the month's credits, once for each plan and month; returns the micros that came in now.

        A merchant that moves up within a month gets the difference. What is not spent stays.
        """
        plan, month = self.plan_of(merchant), month_of(self._clock.now())
        before = max(
            (one.monthly_credits for one in PLANS.values() if self.ledger.has(_month_key(merchant, month, one.name))),
            default=0,
        )
        due = max(plan.monthly_credits - before, 0) * MICROS
        key = _month_key(merchant, month, plan.name)
        if not plan.monthly_credits or self.ledger.has(key):
            return 0
        return due if self._post_in(key, merchant, due) else 0

    def buy(self, merchant: str, credits: float, key: str) -> bool:
        """Bring credits in that were bought or given; False where this key did it before.

        Raises:
            BadInput: the amount is not above 0, or has more than six decimals.
        """
        try:
            micros = round(credits * MICROS)
        except (ValueError, OverflowError):
            micros = 0
        if not 0 < micros < 10**17:
            raise BadInput(
                f"灵感值须大于 0, 小于 100,000,000,000, 现为 {credits!r}. · "
                f"An amount of credits lies above 0 and below 100,000,000,000; found {credits!r}."
            )
        if not key or len(key) > 128:
            raise BadInput(
                "需要 1 到 128 字的单号, 同一笔才不会到账两次. · "
                "A key of 1 to 128 characters is needed, so that the same credits never come in twice."
            )
        return self._post_in(f"generation:bought:{merchant}:{key}", merchant, micros)

    def _post_in(self, key: str, merchant: str, micros: int) -> bool:
        free, _ = self.rows(merchant)
        return self.ledger.post_batch(key, [self.ledger.account(_SOURCE), free], [-micros, micros])

    # ---- holding and settling

    def rows(self, merchant: str) -> tuple[int, int]:
        """The ledger's rows of a merchant's free and held credits; neither can fall below zero."""
        found = self._rows.get(merchant)
        if found is None:
            free, held = _names(merchant)
            found = self.ledger.account(free, 0), self.ledger.account(held, 0)
            if len(self._rows) > 100_000:
                self._rows.clear()
            self._rows[merchant] = found
        return found

    def forget_rows(self) -> None:
        """After a transaction that was undone: a row that was opened in it does not exist."""
        self._rows.clear()

    def free(self, merchants: Iterable[str]) -> dict[str, int]:
        """Micros that each merchant may still spend."""
        wanted = list(merchants)
        found = self.ledger.balances([self.rows(merchant)[0] for merchant in wanted])
        return dict(zip(wanted, map(int, found), strict=True))

    def hold(self, key: str, amounts: dict[str, int]) -> None:
        """Set micros aside, for each merchant its sum."""
        self._move(key, [(self.rows(merchant), micros) for merchant, micros in amounts.items()])

    def settle(self, key: str, spent: dict[str, int], given_back: dict[str, int]) -> None:
        """What was held is spent, or free again; for each merchant its sums."""
        accounts: list[int] = []
        amounts: list[int] = []
        for merchant, micros in spent.items():
            accounts += [self.rows(merchant)[1], self.spent_row]
            amounts += [-micros, micros]
        for merchant, micros in given_back.items():
            free, held = self.rows(merchant)
            accounts += [held, free]
            amounts += [-micros, micros]
        if not self.ledger.post_batch(key, accounts, amounts):
            raise Refused(f"Posting {key!r} exists already. Nothing was settled twice; look at the tasks' table.")

    def _move(self, key: str, moves: list[tuple[tuple[int, int], int]]) -> None:
        accounts = [row for (free, held), _ in moves for row in (free, held)]
        amounts = [amount for _, micros in moves for amount in (-micros, micros)]
        if not self.ledger.post_batch(key, accounts, amounts):
            raise Refused(f"Posting {key!r} exists already. Nothing was held twice; look at the tasks' table.")

    # ---- looking

    def balance(self, merchant: str) -> Balance:
        free, held = (self.ledger.balance(name).micros / MICROS for name in _names(merchant))
        return Balance(free, held)

    def history(self, merchant: str, most: int = 100) -> list[dict[str, Any]]:
        """The newest lines of the merchant's free credits, newest first."""
        newest = deque(self.ledger.entries(_names(merchant)[0]), maxlen=most)
        return [
            {"key": one.key, "at": one.at / SECOND, "credits": one.amount.micros / MICROS, "what": _what(one.key)}
            for one in reversed(newest)
        ]


def _names(merchant: str) -> tuple[str, str]:
    return f"merchant:{merchant}:credits@{UNIT}", f"merchant:{merchant}:credits-held@{UNIT}"


def _month_key(merchant: str, month: str, plan: str) -> str:
    return f"generation:month:{month}:{plan}:{merchant}"


def _what(key: str) -> str:
    word = key.split(":")[1]
    return {"month": "membership", "bought": "bought", "hold": "held for tasks", "settle": "given back"}.get(word, word)
