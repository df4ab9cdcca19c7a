"""One way to compile a kernel: cached on disk, releasing the interpreter lock, without fast-math.

Fast-math is off because it may give a row other bits alone than in a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

Array = Any
"""An array inside a kernel, where type checkers cannot follow what an index gives."""


def compiled(function: F) -> F:
    """Compile a function of arrays and scalars."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))  # pyright: ignore


def inlined(function: F) -> F:
    """Compile a small function that LLVM should inline into the kernels that call it."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function))  # pyright: ignore
