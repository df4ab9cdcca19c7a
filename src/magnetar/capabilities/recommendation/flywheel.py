"""The flywheel's gate: a newer model takes over only where it does not do worse on the latest events; the old one is kept.

Versions lie side by side in the model's folder; `current.json` names the one in use and the one before it.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.errors import BadInput, Refused

MARGIN = 0.01
"""Share of the old model's worth that the new one may be worse by and still take over: a tie is fresher."""
FEWEST = 30
"""Cases without which nothing is decided."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a new model takes over, and why."""

    takes_over: bool
    gain: float
    """Mean of new − old over cases."""
    low: float
    """Lower end of the 95 % interval of the gain."""
    allowed: float
    """The lowest `low` that is let through."""
    cases: int

    @property
    def reason(self) -> str:
        """One sentence."""
        if self.cases < FEWEST:
            return f"只有 only {self.cases} 个案例 cases, 至少要 at least {FEWEST}"
        word = "不差于 not worse than" if self.takes_over else "可能差于 may be worse than"
        return (
            f"{word} 旧模型 the old one: {self.gain:+.4f}, ≥ {self.low:+.4f} at 95 %; 允许 allowed {self.allowed:+.4f}"
        )


def compare(new: NDArray[np.float64], old: NDArray[np.float64], margin: float = MARGIN) -> Verdict:
    """Compare case by case: the lower end of the paired difference must not fall below −margin × the old mean.

    Args:
        new, old: (cases,), a gain such as NDCG@10 of the same latest events; NaN where a case does not count.

    Raises:
        ValueError: the cases differ in number, or the margin is negative.
    """
    if new.shape != old.shape or margin < 0:
        raise ValueError(f"both models need the same cases and margin ≥ 0, found {new.shape}, {old.shape}, {margin}")
    told = np.isfinite(new) & np.isfinite(old)
    difference = new[told] - old[told]
    count = len(difference)
    if count < FEWEST:
        return Verdict(False, float(difference.mean()) if count else 0.0, -math.inf, 0.0, count)
    gain = float(difference.mean())
    low = gain - 1.96 * float(difference.std(ddof=1)) / math.sqrt(count)
    allowed = -margin * float(old[told].mean())
    return Verdict(low >= allowed, gain, low, allowed, count)


class Shelf:
    """Versions of one model by name."""

    def __init__(self, home: Path, name: str) -> None:
        """`home` is MAGNETAR_HOME.

        Raises:
            BadInput: the name is none for a folder.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(f"模型名 model name {name[:40]!r}: use letters, digits, - and _, at most 41.")
        self.folder = home / "models" / "recommend" / name

    def _said(self) -> dict[str, int | None]:
        try:
            found = json.loads((self.folder / "current.json").read_text(encoding="utf-8"))
            return {"version": found["version"], "previous": found.get("previous")}
        except (OSError, ValueError, KeyError):
            return {"version": None, "previous": None}

    @property
    def current(self) -> int | None:
        """The version in use; None where there is none."""
        return self._said()["version"]

    @property
    def previous(self) -> int | None:
        """The version that was in use before."""
        return self._said()["previous"]

    def at(self, version: int | None = None) -> Path:
        """The folder of a version; of the one in use where none is named."""
        version = self.current if version is None else version
        return self.folder / ("none" if version is None else f"{version:04d}")

    def next(self) -> int:
        """A version number that nobody has."""
        taken = [int(one.name) for one in self.folder.glob("[0-9]*") if one.name.isdigit()]
        return max(taken, default=0) + 1

    def take(self, version: int) -> None:
        """Put a version into use and keep the one before."""
        if not (self.at(version) / "words.json").exists():
            raise Refused(f"没有版本 there is no version {version} in {str(self.folder)!r}.")
        said = {"version": version, "previous": self.current}
        half = self.folder / "current.json.half"
        half.write_text(json.dumps(said), encoding="utf-8")
        os.replace(half, self.folder / "current.json")

    def roll_back(self) -> int:
        """Return to the version before; what was in use becomes the one before.

        Raises:
            Refused: there is none.
        """
        if self.previous is None:
            raise Refused(f"没有更早的版本 there is no earlier version in {str(self.folder)!r} to return to.")
        version = self.previous
        self.take(version)
        return version
