"""The port through which somebody proposes needs, offline and one need at a time; the data decide what counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from magnetar.capabilities.understanding.intents.lexicon import scenes
from magnetar.capabilities.understanding.intents.mining import Edges
from magnetar.capabilities.understanding.intents.needs import Need, Status
from magnetar.capabilities.understanding.words import plain, stem

SHARE = 0.25
"""A proposed need is supported where at least this share of its pairs that could be judged stand in the data."""
MOST = 40
"""Types that a proposed need may name."""
_WORDS = 200


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A need that somebody thinks shoppers have. This is the schema that an answer is held to."""

    name: str
    name_en: str
    types: list[str]
    """Words for types of products that serve it."""
    reason: str
    triggers: list[str] = []
    """Words that say it outright."""


class Extender(Protocol):
    """Proposes needs around what a catalogue holds."""

    name: str

    def propose(self, types: Sequence[str], need: Need | None) -> list[Proposal]:
        """Proposals for a catalogue's types: around one need that is known, or from nothing."""
        ...


class LexiconExtender:
    """The embedded extender: our own table of scenes. It knows nothing beyond the table."""

    name = "lexicon"

    def propose(self, types: Sequence[str], need: Need | None) -> list[Proposal]:
        if need is not None:
            return []
        return [
            Proposal(one.name, one.name_en, list(one.words), "常见场景 · a common scene", list(one.triggers))
            for one in scenes()
        ]


class SpokenExtender:
    """An extender over any language model: asks for JSON, refuses what does not keep to the schema."""

    def __init__(self, name: str, ask: Callable[[str], str]) -> None:
        """
        Args:
            ask: from a prompt to the model's answer.
        """
        self.name = name
        self._ask = ask
        self.refused: list[str] = []
        """Why answers were not taken."""

    def propose(self, types: Sequence[str], need: Need | None) -> list[Proposal]:
        about = f"The need {need.name!r} ({need.name_en!r})." if need else "Needs that these types of products serve."
        prompt = (
            f"{about} Types on sale: {', '.join(one[:40] for one in types[:_WORDS])}.\n"
            "Which of the types serve it together, and why? Use the types' own words. Answer with JSON only: "
            '[{"name": "中文名", "name_en": "…", "types": ["…"], "reason": "…", "triggers": ["…"]}]'
        )
        answer = self._ask(prompt)
        start, end = answer.find("["), answer.rfind("]")
        try:
            found = msgspec.json.decode(answer[start : end + 1].encode(), type=list[Proposal])
        except (msgspec.MsgspecError, UnicodeEncodeError) as error:
            self.refused.append(f"not the schema: {error}"[:200])
            return []
        kept = []
        for one in found:
            if not one.name.strip() or not one.reason.strip() or not 2 <= len(one.types) <= MOST or len(one.name) > 60:
                self.refused.append(f"a name, a reason and 2 to {MOST} types are needed: {one.name[:40]!r}")
            else:
                kept.append(one)
        return kept


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal held against the data."""

    need: Need
    stands: tuple[tuple[int, int], ...]
    """Pairs of types that the data show as well."""
    refuted: tuple[tuple[int, int], ...]
    """Pairs that should have met by now and did not."""


def types_named(words: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Types whose name holds one of the words as its last word, in order; a word that fits nothing is left out.

    >>> types_named(["筷子", "paper plate"], ["儿童筷子", "plates", "paper plates", "筷子盒"])
    (0, 2)
    """
    found: set[int] = set()
    ended = [_ending(name) for name in names]
    for word in words:
        wanted = _ending(word)
        if not wanted:
            continue
        for place, name in enumerate(ended):
            if isinstance(wanted, str) and isinstance(name, str):
                fits = name.endswith(wanted)
            else:
                fits = not isinstance(wanted, str) and not isinstance(name, str) and name[-len(wanted) :] == wanted
            if fits:
                found.add(place)
    return tuple(sorted(found))


def _ending(name: str) -> str | tuple[str, ...]:
    text = plain(name).strip()
    return tuple(stem(word) for word in text.replace("-", " ").split()) if text.isascii() else text


def judge(
    proposal: Proposal, source: str, number: int, names: Sequence[str], edges: Edges, often: np.ndarray, baskets: int
) -> Judged | None:
    """Hold a proposed need against what was mined; None where the catalogue has fewer than two of its types.

    A pair can be judged where chance alone would give five joint baskets, or where it was found. The need is supported
    where `SHARE` of those pairs stand, contradicted where five or more can be judged and none stands.

    Args:
        often: (types,) baskets that hold each type.
    """
    members = types_named(proposal.types, names)
    if len(members) < 2:
        return None
    inside = np.flatnonzero(np.isin(edges.source, members) & np.isin(edges.target, members))
    rows = {(int(edges.source[row]), int(edges.target[row])): int(row) for row in inside}
    stands, refuted, judged = [], [], 0
    for one in members:
        for other in members:
            if one == other:
                continue
            row = rows.get((one, other))
            chance = often[one] * often[other] / max(baskets, 1)
            if row is not None and edges.kept[row] and edges.low[row] > 1.0:
                stands.append((one, other))
                judged += 1
            elif chance >= 5.0:
                judged += 1
                if row is None or edges.high[row] < 1.0:
                    refuted.append((one, other))
    support = len(stands) / judged if judged else 0.0
    unproved: Status = "hypothesis" if source == "lexicon" else "unverified"
    status: Status = "supported" if stands and support >= SHARE else unproved
    if judged >= 5 and not stands:
        status = "contradicted"
    need = Need(
        f"{source[0]}{number:03d}", proposal.name, proposal.name_en, members, status, source,
        tuple(plain(word) for word in proposal.triggers[:20]), support, proposal.reason[:300],
    )  # fmt: skip
    return Judged(need, tuple(stands), tuple(refuted))
