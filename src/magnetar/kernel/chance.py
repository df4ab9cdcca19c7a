"""Chance is a port: a draw is a hash of what it is for.

A draw depends neither on call order nor on who else drew, so that two arms of an experiment
meet the same luck, and a row alone draws what it would draw in a batch.
The mixing function is SplitMix64's finaliser (Steele, Lea & Flood 2014, OOPSLA).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.compiled import compiled, inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2**-53


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Scramble 64 bits."""
    value = np.uint64(value) + _GOLDEN
    value = (value ^ (value >> _30)) * _MIX1
    value = (value ^ (value >> _27)) * _MIX2
    return value ^ (value >> _31)


@inlined
def key(seed: int, stream: int) -> np.uint64:
    """The key of one stream of draws under one seed."""
    return mix(mix(np.uint64(seed)) ^ np.uint64(stream))


@inlined
def fold(stream: np.uint64, part: int) -> np.uint64:
    """Narrow a key to one of its parts: a shopper, a day, a position."""
    return mix(stream ^ np.uint64(part))


@inlined
def unit(stream: np.uint64) -> float:
    """The draw in [0, 1) of a fully folded key."""
    return float(stream >> _11) * _UNIT


@inlined
def uniform(stream: np.uint64, part: int) -> float:
    """The draw in [0, 1) of one part of a stream."""
    return unit(mix(stream ^ np.uint64(part)))


@inlined
def normal(stream: np.uint64, part: int) -> float:
    """A standard normal draw of one part of a stream (Box and Muller, the cosine half)."""
    first = mix(stream ^ np.uint64(part))
    radius = math.sqrt(-2.0 * math.log(1.0 - unit(first)))
    return radius * math.cos(2.0 * math.pi * unit(mix(first)))


@inlined
def exponential(stream: np.uint64, part: int) -> float:
    """An exponential draw with mean 1."""
    return -math.log(1.0 - uniform(stream, part))


@compiled
def _uniforms(stream: np.uint64, count: int, out: Floats) -> None:
    for place in range(count):
        out[place] = uniform(stream, place)


@compiled
def _normals(stream: np.uint64, count: int, out: Floats) -> None:
    for place in range(count):
        out[place] = normal(stream, place)


class Chance:
    """Draws by name: `Chance(7).of("tastes").normals(100, 8)`."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, _key: np.uint64 | None = None) -> None:
        self._key = np.uint64(key(np.uint64(seed & 0xFFFFFFFFFFFFFFFF), 0)) if _key is None else _key  # pyright: ignore[reportArgumentType]

    def of(self, *parts: str | int) -> Chance:
        """A stream for one purpose, then for one of its parts."""
        narrowed = self._key
        for part in parts:
            if isinstance(part, str):
                number = 0xCBF29CE484222325  # FNV-1a, so that a name gives one number on every machine
                for byte in part.encode():
                    number = ((number ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
            else:
                number = part & 0xFFFFFFFFFFFFFFFF
            narrowed = np.uint64(fold(narrowed, np.uint64(number)))  # pyright: ignore[reportArgumentType]
        return Chance(0, narrowed)

    @property
    def key(self) -> np.uint64:
        """The stream's key, for kernels."""
        return self._key

    def uniforms(self, *shape: int) -> Floats:
        """Draws in [0, 1)."""
        out = np.empty(math.prod(shape))
        _uniforms(self._key, len(out), out)
        return out.reshape(shape)

    def normals(self, *shape: int) -> Floats:
        """Standard normal draws."""
        out = np.empty(math.prod(shape))
        _normals(self._key, len(out), out)
        return out.reshape(shape)

    def integers(self, high: int, *shape: int) -> Ints:
        """Draws from 0 to high − 1."""
        return (self.uniforms(*shape) * high).astype(np.int64)

    def order(self, count: int) -> Ints:
        """A random order of 0 … count − 1."""
        return np.argsort(self.uniforms(count), kind="stable")
