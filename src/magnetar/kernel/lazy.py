"""Public names that are imported when they are first used, so that looking at a package costs nothing.

A package's `__init__` lists its names under TYPE_CHECKING for readers and type checkers, and says
where each lives: `__getattr__ = lazily(__name__, {"slots": ("run_auctions",)})`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazily(package: str, names: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A module `__getattr__` that finds each name in the submodule that it lives in."""
    where = {name: module for module, listed in names.items() for name in listed}

    def find(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{where[name]}"), name)

    return find
