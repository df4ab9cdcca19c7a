"""The seeds that certification was developed on, and the one that judges."""

from __future__ import annotations

from magnetar.kernel.held_out import Seeds, seeds_of


def read_seeds(file: str = "") -> Seeds:
    """Read them: `[certify]` of benchmarks/held-out.toml, beside the source or inside the installed package.

    Raises:
        BadInput: the file is not there, or names no seeds, or judges with a seed that was tuned on.
    """
    return seeds_of("certify", file)
