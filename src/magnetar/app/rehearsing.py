"""The process that a rehearsal asked for over HTTP runs in: an order comes in, a line goes out for each pair.

`python -m magnetar.app.rehearsing` reads one MessagePack order from stdin and ends when stdin closes,
so that it never outlives the server that started it.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import msgspec

from magnetar.app.apart import take_order
from magnetar.engines.spread import spread
from magnetar.twin.rehearsal import ArmResult, Setting, run_pair


@dataclass(frozen=True, slots=True)
class Order:
    """Which pairs of which rehearsal."""

    setting: Setting
    pairs: list[int]
    workers: int


@dataclass(frozen=True, slots=True)
class PairDone:
    """One line of the answer."""

    pair: int
    results: list[ArmRow]


ArmRow = dict[str, float | int | str | None]
"""An `ArmResult` as JSON keeps it: what is undefined is null."""


def row_of(result: ArmResult) -> ArmRow:
    """The result as it is kept."""
    plain = {name: getattr(value, "item", lambda value=value: value)() for name, value in asdict(result).items()}
    return {name: None if value != value else value for name, value in plain.items()}


def result_of(row: ArmRow) -> ArmResult:
    """The result that was kept."""
    whole: dict[str, Any] = {name: math.nan if value is None else value for name, value in row.items()}
    return ArmResult(**whole)


def main() -> None:
    """Read the order, run its pairs, write a line for each as it ends."""
    order = msgspec.msgpack.decode(take_order(), type=Order)
    for place, found in spread(partial(run_pair, order.setting), order.pairs, order.workers):
        line = msgspec.json.encode(PairDone(order.pairs[place], [row_of(one) for one in found]))
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
