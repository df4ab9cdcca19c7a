"""The process that a merchant's short drama is planned and made in: an order comes in, lines go out.

`python -m magnetar.app.drama_making` reads one MessagePack order from stdin and ends when stdin closes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from magnetar.app.apart import take_order
from magnetar.capabilities.creative.drama.dramas import Wanted, make_drama, plain_plan, plan_drama
from magnetar.capabilities.creative.segments.sealing import seal_of
from magnetar.capabilities.generation import Matrix
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.catalogue import Product

PLAN, MAKE = "plan", "make"


@dataclass(frozen=True, slots=True)
class DramaWish:
    """What is wanted of a script."""

    language: str = ""
    voice: bool = True
    pictures: str = "auto"
    free: int = -1
    coins: int = 60
    ads: int = 1
    promos: int = 2
    rights: str = ""
    sign: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class DramaMaking:
    """What is to be done."""

    phase: str
    """plan: read, split, forecast; make: all of it."""
    wish: DramaWish
    script: str
    out: str
    home: str
    merchant: str
    products: list[Product]
    """Which lines are held against."""
    width: int = 1080
    font: str = ""


@dataclass(frozen=True, slots=True)
class DramaTold:
    """One line of the answer."""

    said: str = ""
    done: int = 0
    of: int = 0
    plan: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()
    error: str = ""


def work(order: DramaMaking, tell: Callable[[DramaTold], None]) -> None:
    """Plan, and make where that is asked for.

    Raises:
        MagnetarError: as `plan_drama` and `make_drama`.
    """
    wish, settings = order.wish, Settings(home=Path(order.home))
    wanted = Wanted(
        Path(order.script), Path(order.out), wish.language, wish.voice, wish.pictures, "", order.width, 25, wish.seed, order.font, wish.free,
        wish.coins, wish.ads, wish.promos, wish.rights,
    )  # fmt: skip
    seal = seal_of(settings.home) if wish.sign else None
    met: list[str] = []
    of = 0

    def told(said: str) -> None:
        name = said.partition(":")[0]
        if name.endswith(".mp4") and name not in met:
            met.append(name)
        tell(DramaTold(said=said[:200], done=max(0, len(met) - 1), of=of))

    tell(DramaTold(said="读剧本、试配音 reading the script, hearing the lines"))
    planned = plan_drama(wanted, Matrix(settings), settings.home, order.merchant, order.products, told)
    of = len(planned.boards) + len(planned.promos)
    tell(DramaTold(of=of, plan=plain_plan(planned), notes=tuple(planned.notes[:20])))
    if order.phase == MAKE:
        made = make_drama(wanted, planned, told, seal)
        faults = sum(len(row["defects"]) for row in [*made["episodes"], *made["promos"]])
        notes = (f"有 {faults} 处缺陷 defects",) if faults else ()
        tell(DramaTold(done=of, of=of, notes=notes))


def main() -> None:
    """Read the order, do it, write a line for each step."""
    order = msgspec.msgpack.decode(take_order(), type=DramaMaking)

    def tell(told: DramaTold) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()

    try:
        work(order, tell)
    except MagnetarError as error:
        tell(DramaTold(error=str(error)))
    os._exit(0)


if __name__ == "__main__":
    main()
