"""The seeds that were written down before anything was tuned."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from magnetar.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Seeds:
    """Which seeds were developed on, and which one judges."""

    file: Path
    tuned: tuple[int, ...]
    final: int


def read_seeds(file: str = "") -> Seeds:
    """Read them: `[certify]` of benchmarks/held-out.toml, beside the source or inside the installed package.

    Raises:
        BadInput: the file is not there, or names no seeds, or judges with a seed that was tuned on.
    """
    here = Path(__file__).resolve()
    beside, packed = here.parents[4] / "benchmarks" / "held-out.toml", here.parents[2] / "examples" / "held-out.toml"
    path = Path(file) if file else packed if packed.is_file() else beside
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["certify"]
        found = Seeds(path, tuple(int(seed) for seed in table["tuned_seeds"]), int(table["final_seed"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"Cannot read the seeds from {str(path)!r}: {error}. It needs [certify] with tuned_seeds and final_seed; "
            "name it with --held-out FILE."
        ) from None
    if found.final in found.tuned:
        raise BadInput(f"{str(path)!r} judges with seed {found.final}, which was tuned on. Name another final_seed.")
    return found
