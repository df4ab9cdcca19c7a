"""What an embedded provider needs before it can be made."""

from __future__ import annotations

import importlib.util

from magnetar.kernel.errors import ProviderUnavailable


def need_packages(provider: str, extra: str, *names: str) -> None:
    """Say which packages are missing and how they come.

    Raises:
        ProviderUnavailable: one of them cannot be found.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise ProviderUnavailable(
            f"缺少组件 Provider {provider!r} needs {', '.join(missing)}. Install with: pip install 'magnetar[{extra}]'"
        )
