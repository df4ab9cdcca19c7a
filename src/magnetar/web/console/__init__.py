"""The console: pages for merchants and operators, rendered here, Chinese first."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.web.console.application import console_app

__all__ = ["console_app"]

__getattr__ = lazily(__name__, {"application": ("console_app",)})
