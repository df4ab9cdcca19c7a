"""Seeds held out: which ones were developed on, and the one that judges, written down before it was looked at."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from magnetar.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a measurement may look at, and what judges it."""

    file: Path
    tuned: tuple[int, ...]
    final: int


def held_out_file(file: str = "") -> Path:
    """benchmarks/held-out.toml, beside the source or inside the installed package; another where one is named."""
    here = Path(__file__).resolve()
    beside, packed = here.parents[3] / "benchmarks" / "held-out.toml", here.parents[1] / "examples" / "held-out.toml"
    return Path(file) if file else packed if packed.is_file() else beside


def seeds_of(table: str, file: str = "") -> Seeds:
    """Read a table of benchmarks/held-out.toml, or of another file.

    Raises:
        BadInput: the file is not there, has no such table, or judges on a seed that was tuned on.
    """
    path = held_out_file(file)
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))[table]
        found = Seeds(path, tuple(int(one) for one in read["tuned_seeds"]), int(read["final_seed"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"Cannot read the seeds of {table} from {str(path)!r}: {error}. Expected [{table}] with tuned_seeds and "
            "final_seed: the file needs a table of that name. Name another with --held-out FILE."
        ) from None
    if found.final in found.tuned:
        raise BadInput(f"{str(path)!r} judges on seed {found.final}, which it names as tuned on. Choose another.")
    return found
