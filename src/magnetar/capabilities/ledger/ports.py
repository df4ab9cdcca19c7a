"""What the ledger needs: somewhere to keep entries, and somewhere to keep budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import ArrayLike

from magnetar.capabilities.ledger.budgets import Budgets
from magnetar.kernel.chance import Ints
from magnetar.kernel.ports import Port
from magnetar.vocabulary.money import Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of one posting."""

    key: str
    at: int
    """Microseconds since the Unix epoch, UTC."""
    account: str
    amount: Money
    """Positive into the account."""


class Ledger(Protocol):
    """Accounts and the postings between them; append-only.

    An account is named like `merchant:demo:balance`, in the ledger's currency, or like
    `merchant:demo:balance@USD` in another one. A posting is known by its key.
    """

    def account(self, name: str, floor_micros: int | None = None) -> int:
        """The row of an account, opened where there is none; `floor_micros` is the least that may be left in it.

        Raises:
            Refused: the balance is below that floor now.
        """
        ...

    def post(self, key: str, lines: Sequence[tuple[str, int]]) -> bool:
        """Enter (account, micros) lines, all or none; False where the same was posted before.

        Raises:
            ValueError: the lines of a currency do not sum to zero, or an amount is not an int of 64 bits.
            Refused: the key stands for other lines, a balance would pass 64 bits, or fall below its floor.
        """
        ...

    def post_batch(self, key: str, accounts: ArrayLike, amounts: ArrayLike) -> bool:
        """Like `post`, with (lines,) rows of accounts and (lines,) int64 micros."""
        ...

    def has(self, key: str) -> bool:
        """Whether the key was posted."""
        ...

    def balance(self, account: str) -> Money:
        """What is in an account; zero where it was never opened."""
        ...

    def balances(self, accounts: ArrayLike) -> Ints:
        """(accounts,) micros, by rows."""
        ...

    def entries(self, account: str) -> Iterator[Entry]:
        """The lines of an account, oldest first."""
        ...

    def verify(self) -> int:
        """Add everything up again; returns how many postings there are.

        Raises:
            Refused: a posting does not sum to zero, or a balance is not the sum of its lines.
        """
        ...


class BudgetKeeper(Protocol):
    """Keeps the state of budgets between calls."""

    def changing(self) -> AbstractContextManager[Budgets]:
        """The state, for one caller at a time; what was changed is kept when the block ends without an exception."""
        ...


LEDGERS: Port[Any] = Port(
    "ledger",
    {
        "memory": "magnetar.capabilities.ledger.providers.memory:open_ledger",
        "sql": "magnetar.capabilities.ledger.providers.sql:open_ledger",
    },
    default="memory",
)
"""Each provider is called with the runtime and gives a `Ledger` and a `BudgetKeeper`."""
