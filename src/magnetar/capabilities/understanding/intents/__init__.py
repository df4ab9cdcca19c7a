"""The intent graph: what goes with what and for which need, mined from behaviour, shown and undone edge by edge."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.understanding.intents.behaviour import Behaviour
    from magnetar.capabilities.understanding.intents.building import build
    from magnetar.capabilities.understanding.intents.explaining import Explanation, explain
    from magnetar.capabilities.understanding.intents.extending import (
        Extender,
        LexiconExtender,
        Proposal,
        SpokenExtender,
    )
    from magnetar.capabilities.understanding.intents.graph import (
        Change,
        IntentGraph,
        Level,
        Links,
        Standing,
        graph_file,
    )
    from magnetar.capabilities.understanding.intents.kinds import Kinds, head_words, kinds_of
    from magnetar.capabilities.understanding.intents.matching import Blend, Matcher, Path, best_of, rank_of
    from magnetar.capabilities.understanding.intents.mining import Edges, Mined, Relation, kept_of, mine
    from magnetar.capabilities.understanding.intents.nearby import Near, neighbours
    from magnetar.capabilities.understanding.intents.needs import Need
    from magnetar.capabilities.understanding.intents.purposes import Purposes, Question

__all__ = [
    "Behaviour",
    "Blend",
    "Change",
    "Edges",
    "Explanation",
    "Extender",
    "IntentGraph",
    "Kinds",
    "Level",
    "LexiconExtender",
    "Links",
    "Matcher",
    "Mined",
    "Near",
    "Need",
    "Path",
    "Proposal",
    "Purposes",
    "Question",
    "Relation",
    "SpokenExtender",
    "Standing",
    "best_of",
    "build",
    "explain",
    "graph_file",
    "head_words",
    "kept_of",
    "kinds_of",
    "mine",
    "neighbours",
    "rank_of",
]

__getattr__ = lazily(
    __name__,
    {
        "behaviour": ("Behaviour",),
        "building": ("build",),
        "explaining": ("Explanation", "explain"),
        "extending": ("Extender", "LexiconExtender", "Proposal", "SpokenExtender"),
        "graph": ("Change", "IntentGraph", "Level", "Links", "Standing", "graph_file"),
        "kinds": ("Kinds", "head_words", "kinds_of"),
        "matching": ("Blend", "Matcher", "Path", "best_of", "rank_of"),
        "mining": ("Edges", "Mined", "Relation", "kept_of", "mine"),
        "needs": ("Need",),
        "nearby": ("Near", "neighbours"),
        "purposes": ("Purposes", "Question"),
    },
)
