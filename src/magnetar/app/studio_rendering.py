"""The process that a film of the creative agent's is made in: one order comes in, one line goes out with the film or why not.

`python -m magnetar.app.studio_rendering` reads one MessagePack order from stdin and ends when stdin closes.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from magnetar.app.apart import take_order
from magnetar.capabilities.creative.agent.service import Order, render
from magnetar.capabilities.creative.agent.talk import MadeFilm
from magnetar.capabilities.generation import find_speaker
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Rendered:
    """The answer."""

    film: MadeFilm | None = None
    error: str = ""


def main() -> None:
    """Read the order, make the film, write the answer."""
    order = msgspec.msgpack.decode(take_order(), type=Order)
    wanted = order.direction
    try:
        matrix, named = find_speaker(Settings(home=Path(order.home)), wanted.voice, order.language)
        wanted = replace(wanted, voice=named or ("none" if wanted.voice == "none" else ""))
        told = Rendered(render(replace(order, direction=wanted), matrix.voice))
    except MagnetarError as error:
        told = Rendered(error=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
