"""What a tick costs in the ledger: posting, leasing and settling 100 campaigns, in memory and in SQL.

python benchmarks/ledger.py [--campaigns N] [--json FILE|-]
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.ledger import BudgetBook, Ledger
from magnetar.capabilities.ledger.providers.memory import MemoryBudgets, MemoryLedger
from magnetar.capabilities.ledger.providers.sql import SqlLedger
from magnetar.capabilities.ledger.providers.sql_budgets import SqlBudgets
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.clock import SteppedClock


def timed(name: str, times: int, work: Callable[[int], object]) -> dict[str, Any]:
    work(0)  # compiled and opened
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(1, times + 1):
        work(number)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {
        "work": name,
        "times": times,
        "us_each": round(took / times * 1e6, 1),
        "cpu_us_each": round(cpu / times * 1e6, 1),
    }


def measure(name: str, ledger: Ledger, book: BudgetBook, campaigns: int, times: int) -> list[dict[str, Any]]:
    rows = np.array(
        [ledger.account(f"campaign:{number}:budget") for number in range(campaigns)]
        + [ledger.account("platform:revenue")]
    )
    amounts = -np.arange(1, campaigns + 2)
    amounts[-1] = -amounts[:-1].sum()
    for number in range(campaigns):
        book.add(str(number), 10**15)
    spent = np.arange(campaigns)

    def tick(number: int) -> None:
        book.lease(number)
        book.settle(number, spent)

    found = [
        timed(
            f"{name}: post {campaigns + 1} lines", times, lambda number: ledger.post_batch(f"p{number}", rows, amounts)
        ),
        timed(f"{name}: lease and settle {campaigns}", times, tick),
    ]
    assert ledger.verify() == 2 * (times + 1)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--campaigns", type=int, default=100)
    options.add_argument("--json", metavar="FILE", help="write the figures here, - for standard output")
    chosen = options.parse_args()
    ledger = MemoryLedger()
    book = BudgetBook(ledger, MemoryBudgets())
    found = measure("memory", ledger, book, chosen.campaigns, 30_000)
    found.append(timed("memory: copy after 60,000 postings", 3, lambda _: copy.deepcopy(book)))
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".ledger-bench-") as folder:
        store = SqliteStore(Path(folder) / "magnetar.db")
        sql = SqlLedger(store, SteppedClock())
        found += measure("sql", sql, BudgetBook(sql, SqlBudgets(store)), chosen.campaigns, 100)
        store.close()
    if chosen.json == "-":
        json.dump(found, sys.stdout, indent=2)
        print()
        return
    print(f"{'work':<40}{'times':>8}{'µs each':>12}{'CPU µs each':>14}")
    for row in found:
        print(f"{row['work']:<40}{row['times']:>8}{row['us_each']:>12,.1f}{row['cpu_us_each']:>14,.1f}")
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
