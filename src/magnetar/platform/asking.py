"""What a shopper asks for when a page is asked for, and what of it cannot be answered."""

from __future__ import annotations

import msgspec

from magnetar.kernel.errors import BadInput
from magnetar.platform.queries import Wanted
from magnetar.vocabulary.campaigns import Scene

SCENES = {scene.name.lower(): int(scene) for scene in Scene}
LONGEST = 200
"""Characters of an id, a query or a category."""


class Ask(msgspec.Struct):
    """A shopper asking for a page."""

    shopper: str = ""
    """The site's own id of the shopper; empty for somebody unknown."""
    scene: str = "feed"
    query: str = ""
    category: str = ""
    request: str = ""
    """The site's own id of the request; asked again, the same impressions are charged once."""


def check_ask(ask: Ask, wanted: Wanted) -> None:
    """Refuse what cannot be answered.

    Raises:
        BadInput: with what was found and what is expected.
    """
    if ask.scene not in SCENES:
        raise BadInput(f"scene is one of: {', '.join(SCENES)}; found {ask.scene[:40]!r}.")
    for name in ("shopper", "request", "query", "category"):
        if len(getattr(ask, name)) > LONGEST:
            raise BadInput(f"{name} has at most {LONGEST} characters, found {len(getattr(ask, name))}.")
    if ask.category and wanted.category(ask.category) < 0:
        raise BadInput(f"There is no category {ask.category[:40]!r}.")
