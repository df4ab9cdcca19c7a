"""素材优选: which creatives the autopilot puts in use and which it rests."""

import math

import pytest

from magnetar.capabilities.autopilot.creatives import (
    IN_USE,
    NEW_A_DAY,
    STATES,
    Candidate,
    Wanted,
    choose_variants,
    review,
)
from magnetar.capabilities.autopilot.desk import Desk
from magnetar.capabilities.autopilot.intentions import Intention, Kind, Outcome
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.creative.library import Library
from magnetar.capabilities.creative.science import Advice, Fatigue, Volume
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.vocabulary.campaigns import Campaign, Creative, CreativeState, Goal, GoalKind
from magnetar.vocabulary.ids import CampaignId, CreativeId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

TIRED = Fatigue(-0.1, -0.12, -0.08, 0.99, 0.4, Advice.REST)


def candidate(id: str, state: CreativeState, factor: float = 1.0, *, group: str = "", tired: bool = False) -> Candidate:
    return Candidate(
        id, "cup", state, group or id, Volume.around(math.log(factor), 0.2), 80.0, TIRED if tired else None
    )


def test_the_best_drafts_are_tried_and_no_more_than_a_day_takes():
    found = review([candidate(f"d{place}", CreativeState.DRAFT, 1.0 + 0.1 * place) for place in range(5)], "camp")
    assert [one.creative for one in found] == ["d4", "d3"][:NEW_A_DAY]
    assert {STATES[int(one.value)] for one in found} == {CreativeState.IN_USE}
    assert "1.40" in found[0].reason
    assert found[0].evidence["factor"] == pytest.approx(1.4)


def test_a_near_duplicate_of_what_is_in_use_is_not_tried():
    assert (
        review(
            [candidate("a", CreativeState.IN_USE, group="g"), candidate("b", CreativeState.DRAFT, 2.0, group="g")],
            "camp",
        )
        == []
    )


def test_tired_creatives_make_room_and_the_last_one_stays():
    full = [candidate(f"u{place}", CreativeState.IN_USE, tired=place == 0) for place in range(IN_USE)]
    found = review([*full, candidate("new", CreativeState.DRAFT)], "camp")
    assert [(one.creative, STATES[int(one.value)]) for one in found] == [
        ("u0", CreativeState.PAUSED),
        ("new", CreativeState.IN_USE),
    ]
    assert review([candidate("only", CreativeState.IN_USE, tired=True)], "camp") == []


def test_one_that_is_surely_worse_gives_way_to_a_draft_that_promises_more():
    full = [candidate(f"u{place}", CreativeState.IN_USE, 1.4 if place else 0.6) for place in range(IN_USE)]
    found = review([*full, candidate("new", CreativeState.DRAFT, 1.2)], "camp")
    assert [(one.creative, STATES[int(one.value)]) for one in found] == [
        ("u0", CreativeState.PAUSED),
        ("new", CreativeState.IN_USE),
    ]
    assert "1.20" in found[0].reason
    assert review([*full, candidate("new", CreativeState.DRAFT, 0.5)], "camp") == []
    alike = [candidate(f"u{place}", CreativeState.IN_USE, 1.1 if place else 1.0) for place in range(IN_USE)]
    assert review([*alike, candidate("new", CreativeState.DRAFT, 2.0)], "camp") == []


def test_no_more_give_way_than_a_day_takes():
    full = [candidate(f"u{place}", CreativeState.IN_USE, 2.0 if place == 0 else 0.5) for place in range(IN_USE)]
    drafts = [candidate(f"d{place}", CreativeState.DRAFT, 1.0) for place in range(5)]
    found = review([*full, *drafts], "camp")
    assert sum(STATES[int(one.value)] is CreativeState.PAUSED for one in found) == NEW_A_DAY
    assert sum(STATES[int(one.value)] is CreativeState.IN_USE for one in found) == NEW_A_DAY


def test_of_each_product_the_variant_that_should_bring_most_is_made():
    def wanted(product: str, worth: float, level: str = "large") -> Wanted:
        return Wanted(f"w-{product}", product, "text", level, {}, Volume.around(0.0, 0.1), worth)

    some = [wanted("cup", 3.0), wanted("cup", 5.0, "small"), wanted("pot", 4.0), wanted("pan", -1.0)]
    assert [(one.product, one.level) for one in choose_variants(some)] == [("cup", "small"), ("pot", "large")]
    assert [one.product for one in choose_variants(some, most=1)] == ["cup"]
    assert choose_variants([]) == []


def test_nothing_to_look_at_gives_nothing():
    assert review([], "camp") == []


def desk() -> tuple[Desk, Library]:
    bus, store = Bus(MemoryLog(), SteppedClock()), MemoryStore()
    import numpy as np

    campaigns = Campaigns(bus, store, {"cup": 0}, {"demo": 0}, np.array([79.0]), np.array([0]))
    goal = Goal(GoalKind.TARGET_ROI, 3.0)
    campaigns.add(Campaign(CampaignId("camp"), MerchantId("demo"), "camp", goal, Money.of(100)))
    library, found = Library(store), Desk(bus, store, campaigns)
    library.add("demo", [Creative(CreativeId("film-1"), ProductId("cup"), "video", MerchantId("demo"))])
    found.library = library
    return found, library


def test_an_intention_moves_a_creative_and_undo_puts_it_back():
    book, library = desk()
    value = STATES.index(CreativeState.IN_USE)
    [done] = book.settle([Intention(Kind.CREATIVE, "camp", "", value, "试", "try", creative="film-1")], 3)
    assert done.outcome is Outcome.DONE
    assert library.get("demo", "film-1").state is CreativeState.IN_USE
    book.undo(done.id)
    assert library.get("demo", "film-1").state is CreativeState.PAUSED  # what has run is no draft


@pytest.mark.parametrize(
    ("creative", "value", "said"),
    [("", 1, "are needed"), ("film-1", 9, "are needed"), ("nobody", 1, "nobody"), ("film-1", 2, "is draft")],
)
def test_what_cannot_be_done_is_refused_with_the_reason(creative: str, value: int, said: str):
    book, library = desk()
    [record] = book.settle([Intention(Kind.CREATIVE, "camp", "", value, "试", "try", creative=creative)], 3)
    assert record.outcome is Outcome.REFUSED
    assert said in record.refusal
    assert library.get("demo", "film-1").state is CreativeState.DRAFT
