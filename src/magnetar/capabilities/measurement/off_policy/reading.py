"""Logs and target policies from tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from magnetar.capabilities.measurement.columns import as_features, one_hot, read_columns
from magnetar.capabilities.measurement.off_policy.logs import BanditLog, pooled_propensity
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.errors import BadInput

NAMES = {
    "action": ("action", "item_id", "item"),
    "reward": ("reward", "click", "value"),
    "propensity": ("propensity", "propensity_score", "pscore"),
    "position": ("position", "slot"),
}
"""What the columns may be called; the last three are those of the Open Bandit data set."""


@dataclass(frozen=True, slots=True)
class LoggedTable:
    """A log as read: actions and positions by number, with their names."""

    action: Ints
    actions: tuple[str, ...]
    position: Ints
    positions: tuple[str, ...]
    reward: Floats
    propensity: Floats
    context: Floats
    features: tuple[str, ...]

    def as_log(self, *, pooled: bool = False) -> BanditLog:
        """The log to estimate from; `pooled` puts how often an action was taken at its position for its logged chance."""
        chance = pooled_propensity(self.action, self.position) if pooled else self.propensity
        here = one_hot(self.position, len(self.positions))[:, 1:]
        return BanditLog(self.action, self.reward, chance, len(self.actions), np.hstack([here, self.context]))

    def shares(self) -> Floats:
        """(positions, actions), how often each was taken: the policy itself, where it looks at the position alone.

        Raises:
            ValueError: a position without a row.
        """
        count = np.zeros((len(self.positions), len(self.actions)))
        np.add.at(count, (self.position, self.action), 1.0)
        return count / count.sum(axis=1, keepdims=True)


def read_log(
    path: str | Path, context: Sequence[str] = (), actions: Sequence[str] = (), positions: Sequence[str] = ()
) -> LoggedTable:
    """Read a log with the columns action, reward, propensity and, if pages have places, position.

    Args:
        context: columns for the reward model: numbers as they are, others by value.
        actions, positions: names that are numbered first, so that two logs agree.

    Raises:
        BadInput: a column is missing or a row cannot be read; the message names the line.
    """
    table = read_columns(path)
    names = {role: next((name for name in options if name in table.cells), "") for role, options in NAMES.items()}
    for role in ("action", "reward", "propensity"):
        if not names[role]:
            raise BadInput(
                f"{table.name} 缺少列 lacks a column for {role}: one of {', '.join(NAMES[role])}; it has {', '.join(table.cells)}."
            )
    action, known = _numbered(table.text(names["action"]), actions)
    place, places = _numbered(table.text(names["position"]) if names["position"] else ["1"] * len(table), positions)
    features, kept = as_features(table, context)
    return LoggedTable(
        action,
        known,
        place,
        places,
        table.numbers(names["reward"]),
        table.numbers(names["propensity"], low=1e-12, high=1.0),
        features,
        tuple(kept),
    )


def read_target(path: str | Path, log: LoggedTable) -> Floats:
    """(positions, actions), a target policy from a table with action, probability and, if wanted, position.

    Without a position column the same chances hold at all of them. Actions that are not named get none.

    Raises:
        BadInput: an action that the log does not know has a chance, or the chances of a position do not sum to 1.
    """
    table = read_columns(path, ("action", "probability"))
    chance = table.numbers("probability", low=0.0, high=1.0)
    row_of = {name: row for row, name in enumerate(log.actions)}
    place_of = {name: row for row, name in enumerate(log.positions)}
    target = np.zeros((len(log.positions), len(log.actions)))
    places = table.text("position") if "position" in table.cells else [""] * len(table)
    for name, place, share in zip(table.text("action"), places, chance.tolist(), strict=True):
        if share and (name not in row_of or (place and place not in place_of)):
            raise BadInput(
                f"{table.name}: 日志里从未出现 the log never shows action {name!r}{f' at position {place!r}' if place else ''}; "
                "what it would earn cannot be told from this log."
            )
        if share:
            target[place_of[place] if place else slice(None), row_of[name]] += share
    sums = target.sum(axis=1)
    if np.abs(sums - 1.0).max() > 1e-3:
        raise BadInput(
            f"{table.name}: 概率之和应为 1, the probabilities of a position must sum to 1; found {sums.min():.4f} to {sums.max():.4f}."
        )
    return target / sums[:, None]


def _numbered(cells: Sequence[str], first: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    """Numbers of names: those given first, then the others in sorted order, numbers as numbers."""
    known = {name: row for row, name in enumerate(first)}
    for name in sorted(set(cells) - set(known), key=lambda one: (0, int(one), "") if one.isdecimal() else (1, 0, one)):
        known[name] = len(known)
    return np.array([known[cell] for cell in cells], np.int64), tuple(known)
