"""Events: one class for each name, and none that the log cannot carry."""

import importlib
import pkgutil

import magnetar
from magnetar.kernel.events import known_events


def test_no_two_events_of_the_product_share_a_name():
    for module in pkgutil.walk_packages(magnetar.__path__, "magnetar."):
        if ".migrations" in module.name:
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:  # an extra that is not installed here
            if (missing.name or "").startswith("magnetar"):
                raise
    for name, kinds in known_events().items():
        ours = [kind for kind in kinds if kind.__module__.startswith("magnetar.")]
        assert len(ours) <= 1, f"{name} is defined by {ours}"
