"""Ports and providers: what comes from outside, chosen by a setting, imported only when chosen."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib import metadata
from typing import Any, Generic, TypeVar, cast

from magnetar.kernel.errors import ProviderUnavailable, UnknownProvider

T = TypeVar("T")


class Port(Generic[T]):
    """A need, with the table of those who can fill it.

    Each provider is `"module:Factory"`, imported when chosen. Third parties join through the
    entry-point group `magnetar.<port name>`.

    >>> shapes = Port[dict]("shapes", {"plain": "builtins:dict"}, default="plain")
    >>> shapes.make()
    {}
    """

    def __init__(self, name: str, providers: Mapping[str, str], default: str, extra: str = "") -> None:
        self.name = name
        self.providers = dict(providers)
        self.default = default
        self.extra = extra

    def choices(self) -> dict[str, str]:
        """Every provider known now, ours first."""
        joined = dict(self.providers)
        for point in metadata.entry_points(group=f"magnetar.{self.name}"):
            joined.setdefault(point.name, point.value)
        return joined

    def make(self, chosen: str | None = None, /, *args: Any, **options: Any) -> T:
        """Import the chosen provider and make one.

        Raises:
            UnknownProvider: no provider has that name; the message lists those that exist.
            ProviderUnavailable: its third-party package is not installed.
        """
        name = chosen or self.default
        choices = self.choices()
        if name not in choices:
            raise UnknownProvider(f"No provider {name!r} for {self.name!r}. Choose one of: {', '.join(choices)}.")
        module_name, _, factory_name = choices[name].partition(":")
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.split(".")[0] == "magnetar":
                raise
            package = f"magnetar[{self.extra}]" if self.extra else str(missing.name)
            raise ProviderUnavailable(
                f"Provider {name!r} for {self.name!r} needs {missing.name!r}. Install it with: pip install '{package}'."
            ) from missing
        return cast(T, getattr(module, factory_name)(*args, **options))
