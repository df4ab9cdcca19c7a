"""A bidder that was taught in the twin: a small recurrent network corrects what the forecast alone would bid.

Model-predictive control names a multiplier, the anchor, whose day should score best by the forecast. What that
cannot know, how far such forecasts are off and in which situations, the network has seen on many days of the
twin: it reads the situation in scale-free numbers, remembers the day so far in 32 cells, and moves the anchor
by at most a factor of e^0.9. Training (`magnetar train bidder`) needs JAX; serving needs numpy and numba only.
Source of the cell: Cho et al. (2014), EMNLP, "Learning Phrase Representations using RNN Encoder–Decoder" (GRU).
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.mpc import CAP, MpcBidder
from magnetar.capabilities.bidding.state import GRID, GRID_SCALE, CampaignState
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.errors import MagnetarError, ProviderUnavailable
from magnetar.kernel.settings import Settings

VERSION = 1
"""Of the features; weights of another version are refused."""
CELLS = 32
REACH = 0.9
"""The network moves the log of the anchor by at most this."""
CAP_FREE = 16.0
"""Highest multiplier without a target; with one, the planner's cap holds."""
EXPONENT = 2.0
LOW = 16
"""Place of the lowest multiplier tried, 1/16 of the target."""
FINE = 8
_NUDGE = np.array([-8, -3, 3, 8])
"""Fine places beside the anchor at which the score is told, ± 5 and 3 eighths of a grid step."""
NAMES = (
    "passed", "left", "ahead of plan", "cost over target", "doubt", "bound", "money multiplier", "target multiplier",
    "anchor", "cost at anchor over left", "cost at target over left", "all cost over left", "cost slope",
    "worth slope", "rest's cost over target", "edge's cost over target", "previous over anchor", "starts now",
    "score a step below", "score just below", "score just above", "score a step above", "rest's share of worth",
)  # fmt: skip
"""What the network is told, in order."""


def weights_file(home: Path) -> Path:
    """Where the weights lie under MAGNETAR_HOME."""
    return home / "models" / "bidder.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The network: standardise, one dense layer, one GRU cell, two dense layers to one number. F features, H cells."""

    mean: Floats
    """(F,), of the features in training."""
    spread: Floats
    """(F,), > 0."""
    entry: Floats
    """(F, H)."""
    entry_bias: Floats
    """(H,)."""
    cell_in: Floats
    """(H, 3 H): update, reset, candidate."""
    cell_own: Floats
    """(H, 3 H), from the cells' own past."""
    cell_bias: Floats
    """(3 H,)."""
    head: Floats
    """(2 H, H), from cells and entry layer."""
    head_bias: Floats
    """(H,)."""
    out: Floats
    """(H,)."""
    out_bias: Floats
    """(1,)."""
    about: dict[str, Any] = field(default_factory=dict)
    """How they came about: days, seed, losses."""

    @staticmethod
    def shapes() -> dict[str, tuple[int, ...]]:
        """Name → shape."""
        f, h = len(NAMES), CELLS
        return {
            "mean": (f,), "spread": (f,), "entry": (f, h), "entry_bias": (h,), "cell_in": (h, 3 * h),
            "cell_own": (h, 3 * h), "cell_bias": (3 * h,), "head": (2 * h, h), "head_bias": (h,), "out": (h,),
            "out_bias": (1,),
        }  # fmt: skip

    @classmethod
    def fresh(cls, chance: Chance, mean: Floats, spread: Floats) -> Weights:
        """Untaught: random inner layers, an outer layer of zeros, so that the anchor itself is bid."""
        made: dict[str, Any] = {}
        for name, shape in cls.shapes().items():
            size = (6.0 / (shape[0] + shape[-1])) ** 0.5 / 3.0**0.5 if len(shape) == 2 else 0.0
            made[name] = size * chance.of(name).normals(*shape) if size else np.zeros(shape)
        return cls(**{**made, "mean": mean, "spread": spread})

    def arrays(self) -> dict[str, Floats]:
        """Name → array, `about` left out."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "about"}

    def save(self, path: Path) -> None:
        """Write the file as a whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.stem}.unfinished.npz")
        about = json.dumps({**self.about, "version": VERSION})
        arrays: dict[str, Any] = {name: one.astype(np.float32) for name, one in self.arrays().items()}
        np.savez_compressed(unfinished, about=np.array(about), **arrays)
        os.replace(unfinished, path)

    @classmethod
    def load(cls, path: Path) -> Weights:
        """Read the file.

        Raises:
            ProviderUnavailable: there is none; the message says how it is made.
            MagnetarError: it is not ours, of another version, or not finite.
        """
        if not path.is_file():
            raise ProviderUnavailable(
                f"The bidder 'learned' needs its weights in {str(path)!r}, which is not there. Make them with: "
                "magnetar train bidder (needs the extra 'learn': pip install 'magnetar[learn]')."
            )
        try:
            with np.load(path, allow_pickle=False) as kept:
                about = json.loads(str(kept["about"]))
                arrays: dict[str, Any] = {name: np.asarray(kept[name], np.float64) for name in cls.shapes()}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise MagnetarError(
                f"Cannot read the learned bidder's weights from {str(path)!r}: {error}. "
                "Make them again with: magnetar train bidder."
            ) from None
        wrong = [name for name, shape in cls.shapes().items() if arrays[name].shape != shape]
        broken = [name for name, one in arrays.items() if not np.isfinite(one).all()]
        if about.get("version") != VERSION or wrong or broken or not (arrays["spread"] > 0.0).all():
            raise MagnetarError(
                f"The learned bidder's weights in {str(path)!r} do not fit: found version {about.get('version')}, "
                f"wrong shapes {wrong}, not finite {broken}; version {VERSION} is expected. "
                "Make them again with: magnetar train bidder."
            )
        return cls(**arrays, about=about)


@lru_cache(maxsize=4)
def _loaded(path: Path, changed: int) -> Weights:
    del changed  # part of the key only: a file that was written again is read again
    return Weights.load(path)


def load_weights() -> Weights:
    """The weights under MAGNETAR_HOME, read once.

    Raises:
        MagnetarError: as `Weights.load`.
    """
    path = weights_file(Settings().home)
    return _loaded(path, path.stat().st_mtime_ns) if path.is_file() else Weights.load(path)


class Reading(NamedTuple):
    """A tick edge as the network sees it."""

    features: Floats
    """(campaigns, F), finite."""
    anchor: Floats
    """(campaigns,), log of the multiplier that the planner alone would choose."""
    blind: NDArray[np.bool_]
    """(campaigns,), those without any landscape yet."""


class LearnedBidder:
    """Serves the network; remembers each campaign's day by its row."""

    def __init__(self, exponent: float = EXPONENT, strict: bool = False, weights: Weights | None = None) -> None:
        """With `strict` no more is bid than the strict planner would; other exponents than 2 were not trained for.

        Raises:
            MagnetarError: `weights` are not given and there are none under MAGNETAR_HOME, or they do not fit.
        """
        self.weights = weights or load_weights()
        self._strict = MpcBidder(exponent, True) if strict else None
        self._cells = np.zeros((0, CELLS))
        self._passed = np.zeros(0)

    def multipliers(self, state: CampaignState) -> Floats:
        count = len(state.row)
        if not count:
            return np.zeros(0)
        reading = read(state)
        cells = self._remembered(state)
        moved = np.empty(count)
        w = self.weights
        forward(
            reading.features, cells, w.mean, w.spread, w.entry, w.entry_bias, w.cell_in, w.cell_own, w.cell_bias,
            w.head, w.head_bias, w.out, w.out_bias, moved,
        )  # fmt: skip
        self._cells[state.row] = cells
        self._passed[state.row] = np.nan_to_num(state.passed)
        out = bounded(reading, moved, state)
        return out if self._strict is None else np.minimum(out, self._strict.multipliers(state))

    def _remembered(self, state: CampaignState) -> Floats:
        """(campaigns, H); empty at the start of a campaign or of a day."""
        missing = int(state.row.max()) + 1 - len(self._passed)
        if missing > 0:
            self._cells = np.append(self._cells, np.zeros((missing, CELLS)), axis=0)
            self._passed = np.append(self._passed, np.full(missing, np.inf))
        cells = self._cells[state.row]
        cells[~(state.passed >= self._passed[state.row])] = 0.0
        return cells


def bounded(reading: Reading, moved: Floats, state: CampaignState) -> Floats:
    """(campaigns,), the multipliers: the anchor moved within its limits; 1 where nothing is known, 0 where nothing is left."""
    step = np.minimum(np.maximum(np.nan_to_num(moved), -REACH), REACH)
    most = np.where(state.bound, CAP, CAP_FREE)
    out = np.minimum(np.maximum(np.exp(reading.anchor + step), GRID_SCALE[0]), most)
    out[reading.blind] = 1.0
    return np.where(state.left > 0.0, out, 0.0)


_PLACES: Floats = np.arange(LOW * FINE, (GRID - 1) * FINE + 1) / FINE
_BELOW = np.minimum(_PLACES.astype(np.int64), GRID - 2)
_SHARE: Floats = _PLACES - _BELOW
_TRIED: Floats = GRID_SCALE[_BELOW] + _SHARE * (GRID_SCALE[_BELOW + 1] - GRID_SCALE[_BELOW])
_LOG: Floats = np.log(_TRIED)
_TARGET = int(np.searchsorted(_PLACES, 32.0))
_TINY = 1e-12


def read(state: CampaignState) -> Reading:
    """The situation in numbers without units, each in [−5, 5].

    The anchor is what `mpc` would bid. The curve of scores about it, worth × min(1, (target × worth / cost)²) of
    what is behind and what is forecast, says how much hangs on it; without a target it is the forecast worth.
    """
    every = np.arange(len(state.row))
    cost = _fine(np.maximum.accumulate(_sound(state.cost), axis=1))
    worth = _fine(np.maximum.accumulate(_sound(state.worth), axis=1))
    left, budget = np.maximum(_sound(state.left), 0.0), np.maximum(_sound(state.budget), _TINY)
    target = np.maximum(_sound(state.target), _TINY)
    spent, earned = _sound(state.window_spent), np.maximum(_sound(state.earned) + _sound(state.organic), 0.0)
    bound, passed = state.bound, _sound(state.passed)

    part = np.minimum(1.0, left[:, None] / np.maximum(cost, _TINY))
    pays, brings = cost * part, worth * part
    total, bill = earned[:, None] + brings, spent[:, None] + pays
    kept = np.minimum(1.0, target[:, None] * total / np.maximum(bill, _TINY))
    score = np.where(bound[:, None], total * kept**EXPONENT, brings)
    anchor = _planned(state)
    at = np.clip(np.searchsorted(_LOG, anchor), 0, len(_LOG) - 1)

    money = _LOG[np.minimum((cost <= left[:, None]).sum(axis=1), len(_LOG) - 1)]
    holds = bill <= target[:, None] * total
    held = _LOG[np.maximum(np.where(holds, np.arange(len(_LOG)), 0).max(axis=1), 0)]
    low, high = np.maximum(at - FINE, 0), np.minimum(at + FINE, len(_LOG) - 1)
    width = _LOG[high] - _LOG[low]
    rise, gain = cost[every, high] - cost[every, low], worth[every, high] - worth[every, low]
    best = score[every, at]
    beside = score[every[:, None], np.clip(at[:, None] + _NUDGE, 0, len(_LOG) - 1)]
    starts = ~(np.isfinite(state.previous) & (state.previous > 0.0))
    previous = np.where(starts, anchor, np.log(np.where(starts, 1.0, state.previous)))
    columns = [
        passed,
        left / budget,
        _sound(state.spent) / budget - passed,
        np.where(bound & (spent > 0.0), _log_ratio(spent, target * earned), 0.0),
        _sound(state.doubt),
        bound.astype(np.float64),
        money,
        np.where(bound, held, 0.0),
        anchor,
        _log_ratio(cost[every, at], left),
        _log_ratio(cost[:, _TARGET], left),
        _log_ratio(cost[:, -1], left),
        _log_ratio(cost[every, high], cost[every, low]) / width,
        _log_ratio(worth[every, high], worth[every, low]) / width,
        _log_ratio(cost[every, at], target * worth[every, at]),
        _log_ratio(rise, target * gain),
        previous - anchor,
        starts.astype(np.float64),
        *(beside / np.maximum(best, _TINY)[:, None] - 1.0).T,
        brings[every, at] / np.maximum(total[every, at], _TINY),
    ]
    features = np.minimum(np.maximum(np.nan_to_num(np.stack(columns, axis=1)), -5.0), 5.0)
    return Reading(features, anchor, cost[:, -1] <= 0.0)


_PLANNER = MpcBidder(EXPONENT, False)


def _planned(state: CampaignState) -> Floats:
    """(campaigns,), log of the planner's multiplier, whatever the state holds."""
    names = ("target", "left", "earned", "window_spent", "organic", "cost", "worth", "doubt")
    columns: dict[str, Floats] = {name: _sound(getattr(state, name)) for name in names}
    columns["doubt"] = np.clip(columns["doubt"], 0.0, 3.0)
    return np.log(np.clip(_PLANNER.multipliers(replace(state, **columns)), GRID_SCALE[0], GRID_SCALE[-1]))


def _sound(values: Floats) -> Floats:
    """NaN means nothing; infinite is as good as very much."""
    return np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=1e15, neginf=-1e15)


def _fine(curve: Floats) -> Floats:
    """(campaigns, fine places) between the grid's places by straight line."""
    below = curve[:, _BELOW]
    return below + _SHARE * (curve[:, _BELOW + 1] - below)


def _log_ratio(over: Floats, under: Floats) -> Floats:
    """log(over / under), at most ± 5; 0 where neither is positive."""
    return np.clip(np.log(np.maximum(over, _TINY)) - np.log(np.maximum(under, _TINY)), -5.0, 5.0)


@compiled
def forward(
    features: Array, cells: Array, mean: Array, spread: Array, entry: Array, entry_bias: Array, cell_in: Array,
    cell_own: Array, cell_bias: Array, head: Array, head_bias: Array, out: Array, out_bias: Array, moved: Array,
) -> None:  # fmt: skip
    """One step of the network for each campaign by itself: writes `moved`, log factors within ± REACH, and `cells`."""
    count, size = features.shape[0], cells.shape[1]
    first, gates, own, last = np.empty(size), np.empty(3 * size), np.empty(3 * size), np.empty(size)
    for row in range(count):
        first[:] = entry_bias
        for name in range(features.shape[1]):
            x = (features[row, name] - mean[name]) / spread[name]
            for one in range(size):
                first[one] += x * entry[name, one]
        gates[:] = cell_bias
        own[:] = 0.0
        for one in range(size):
            first[one] = np.tanh(first[one])
            for gate in range(3 * size):
                gates[gate] += first[one] * cell_in[one, gate]
                own[gate] += cells[row, one] * cell_own[one, gate]
        for one in range(size):
            update = 1.0 / (1.0 + np.exp(-(gates[one] + own[one])))
            reset = 1.0 / (1.0 + np.exp(-(gates[size + one] + own[size + one])))
            fresh = np.tanh(gates[2 * size + one] + reset * own[2 * size + one])
            cells[row, one] += update * (fresh - cells[row, one])
        last[:] = head_bias
        for one in range(size):
            for other in range(size):
                last[other] += cells[row, one] * head[one, other] + first[one] * head[size + one, other]
        answer = out_bias[0]
        for one in range(size):
            answer += np.tanh(last[one]) * out[one]
        moved[row] = REACH * np.tanh(answer)
