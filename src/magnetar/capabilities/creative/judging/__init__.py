"""Judging films: what is wrong with a film, whoever made it."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.judging.defects import Defect
    from magnetar.capabilities.creative.judging.judge import Judged, judge_film
    from magnetar.capabilities.creative.judging.rules import check_settings
    from magnetar.capabilities.creative.judging.told import Told, read_told

__all__ = ["Defect", "Judged", "Told", "check_settings", "judge_film", "read_told"]

__getattr__ = lazily(
    __name__,
    {
        "defects": ("Defect",),
        "judge": ("Judged", "judge_film"),
        "rules": ("check_settings",),
        "told": ("Told", "read_told"),
    },
)
