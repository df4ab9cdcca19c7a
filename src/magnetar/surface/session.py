"""What a command holds while it runs: the settings, and the platform once it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from magnetar.kernel.errors import BadInput
from magnetar.kernel.settings import Settings


class Session:
    """Opens the platform on first use, so that commands which need none start at once."""

    def __init__(self, settings: Callable[[], Settings], opener: Callable[[Settings], Any]) -> None:
        self._make_settings = settings
        self._opener = opener
        self._settings: Settings | None = None
        self._platform: Any = None

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            try:
                self._settings = self._make_settings()
            except ValueError as error:  # pydantic names each setting and what it takes
                raise BadInput(f"A setting cannot be read, in the environment or in magnetar.toml: {error}") from None
        return self._settings

    @property
    def platform(self) -> Any:
        """The assembled platform; each capability takes its own service from it by name."""
        if self._platform is None:
            self._platform = self._opener(self.settings)
        return self._platform

    def merchant(self, named: str) -> str:
        """The merchant that was named, else the one of the settings."""
        return named or self.settings.merchant

    def close(self) -> None:
        if self._platform is not None:
            self._platform.close()
            self._platform = None


def session_of(context: typer.Context) -> Session:
    """The session that this command runs in."""
    return context.find_object(Session) or context.obj
