"""Search: from a shopper's words, in Chinese, English or both, to products that exist, each with why it was found."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.search.bridge import Bridge
    from magnetar.capabilities.search.constraints import Wish, take_apart
    from magnetar.capabilities.search.engine import ENGINES, SearchEngine, Shopper
    from magnetar.capabilities.search.hits import Found, Hit, Reason
    from magnetar.capabilities.search.keywords import Keyword, Match, Negative, exclude, expand
    from magnetar.capabilities.search.lessons import Verdict
    from magnetar.capabilities.search.service import AskedFor, Heard, SearchService
    from magnetar.capabilities.search.suggesting import Phrases, Suggestion, suggest

__all__ = [
    "ENGINES",
    "AskedFor",
    "Bridge",
    "Found",
    "Heard",
    "Hit",
    "Keyword",
    "Match",
    "Negative",
    "Phrases",
    "Reason",
    "SearchEngine",
    "SearchService",
    "Shopper",
    "Suggestion",
    "Verdict",
    "Wish",
    "exclude",
    "expand",
    "suggest",
    "take_apart",
]

__getattr__ = lazily(
    __name__,
    {
        "bridge": ("Bridge",),
        "constraints": (
            "Wish",
            "take_apart",
        ),
        "engine": (
            "ENGINES",
            "SearchEngine",
            "Shopper",
        ),
        "hits": (
            "Found",
            "Hit",
            "Reason",
        ),
        "keywords": (
            "Keyword",
            "Match",
            "Negative",
            "exclude",
            "expand",
        ),
        "lessons": ("Verdict",),
        "service": (
            "AskedFor",
            "Heard",
            "SearchService",
        ),
        "suggesting": (
            "Phrases",
            "Suggestion",
            "suggest",
        ),
    },
)
