"""What a film's parts are called, in either language."""

from __future__ import annotations

from functools import lru_cache

from magnetar.app.film_shelf import DELETED, LIVE, PUBLISHED, RETIRED
from magnetar.app.studio_orders import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, STOPPED
from magnetar.capabilities.creative.agent.tongues import in_tongue
from magnetar.capabilities.creative.copy import ANGLES
from magnetar.capabilities.creative.copy.audiences import CALLS
from magnetar.capabilities.understanding.identities import IDENTITIES
from magnetar.kernel.i18n import Voice

STATES = {
    LIVE: ("可用", "Ready", "calm"),
    PUBLISHED: ("已发布", "Published", "good"),
    RETIRED: ("已下架", "Retired", "warn"),
    DELETED: ("已删除", "Deleted", "bad"),
}
ORDER_STATES = {
    QUEUED: ("排队中", "Waiting", "calm"),
    RUNNING: ("制作中", "At work", "busy"),
    DONE: ("已完成", "Done", "good"),
    STOPPED: ("已停止", "Stopped", "calm"),
    FAILED: ("失败", "Failed", "bad"),
    INTERRUPTED: ("已中断", "Interrupted", "warn"),
}
KINDS = {"hook": ("开场", "Opening"), "point": ("卖点", "Point"), "offer": ("报价", "Offer")}
LANGUAGES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
LOOKS = {
    "studio": ("棚拍", "studio"), "band": ("横带", "band"), "card": ("卡片", "card"), "tower": ("竖栏", "tower"), "offer": ("报价", "offer"),
}  # fmt: skip


class FilmWords:
    """Turns names of angles, audiences, states and looks into words for one visitor; what has no words stays a name."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def angle(self, name: str) -> str:
        return self._voice(*_angles().get(name, (name, name)))

    def audience(self, name: str) -> str:
        return self._voice(*_audiences().get(name, (name, name)))

    def state(self, name: str) -> tuple[str, str]:
        """(words, tone)."""
        zh, en, tone = STATES.get(name, (name, name, "calm"))
        return self._voice(zh, en), tone

    def order(self, name: str) -> tuple[str, str]:
        zh, en, tone = ORDER_STATES.get(name, (name, name, "calm"))
        return self._voice(zh, en), tone

    def kind(self, name: str) -> str:
        return self._voice(*KINDS.get(name, (name, name)))

    def language(self, name: str) -> str:
        return self._voice(*LANGUAGES.get(name, (name, name)))

    def plainly(self, text: str) -> str:
        """A message of the makers of films in the visitor's language alone."""
        return in_tongue(text, self._voice.language == "zh")

    def looks(self, names: tuple[str, ...]) -> str:
        return " ".join(self._voice(*LOOKS.get(name, (name, name))) for name in names)


@lru_cache(maxsize=1)
def _angles() -> dict[str, tuple[str, str]]:
    return {one.name: (one.zh, one.en) for one in ANGLES}


@lru_cache(maxsize=1)
def _audiences() -> dict[str, tuple[str, str]]:
    found = {cue.replace(" ", "_"): (zh, en) for cue, (zh, en) in CALLS.items()}
    return {**found, **{one.name: (one.zh, one.en) for one in IDENTITIES}}
