"""Campaigns: what is refused, what a change changes, and what a restart brings back."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from small_market import campaign, campaigns_on, crowded_shelf, group, shelf_of

from magnetar.capabilities.campaigns import EVERYBODY, AdGroupChanged, Campaigns
from magnetar.capabilities.campaigns.roster import Roster
from magnetar.capabilities.campaigns.service import MAX_BID_FACTOR, MAX_QUOTA_BID, CampaignChanged
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import NotFound, Refused
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.money import Money

SHELF = shelf_of(
    ("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("lamp", "m1", "lamps", 90.0), ("film", "", "tea", 0.0)
)


@pytest.fixture
def campaigns() -> Campaigns:
    return campaigns_on(SHELF)


def columns(roster: Roster) -> dict[str, list]:
    """Every column of a roster, by name."""
    return {
        name: getattr(roster, name).tolist()
        for name in Roster.__slots__
        if isinstance(getattr(roster, name), np.ndarray)
    }


def test_an_unknown_id_is_not_found(campaigns: Campaigns):
    for ask in (
        lambda: campaigns.campaign("nope"),
        lambda: campaigns.campaign_row("nope"),
        lambda: campaigns.group_row("nope"),
        lambda: campaigns.rows_of("nope"),
        lambda: campaigns.change_campaign("nope", paused=True),
        lambda: campaigns.change_group("nope", paused=True),
        lambda: campaigns.add_group(group("a", "pot", "nope")),
    ):
        with pytest.raises(NotFound, match="nope"):
            ask()


def test_an_id_is_taken_once(campaigns: Campaigns):
    campaigns.add(campaign("spring"))
    campaigns.add_group(group("a", "pot"))
    with pytest.raises(Refused, match="spring"):
        campaigns.add(campaign("spring", "m1"))
    with pytest.raises(Refused, match="'a'"):
        campaigns.add_group(group("a", "cup"))
    assert len(campaigns.roster) == len(campaigns.roster.campaigns) == 1


def test_a_merchant_needs_a_shelf(campaigns: Campaigns):
    with pytest.raises(Refused, match="'stranger'"):
        campaigns.add(campaign("spring", "stranger"))


@pytest.mark.parametrize("micros", [0, -1, -(10**9)])
def test_a_budget_is_above_zero_now_and_later(campaigns: Campaigns, micros: int):
    with pytest.raises(Refused, match="budget above 0"):
        campaigns.add(campaign("spring", budget=micros / 1e6))
    campaigns.add(campaign("autumn"))
    with pytest.raises(Refused, match="budget above 0"):
        campaigns.change_campaign("autumn", daily_budget=Money(micros))
    assert campaigns.campaign("autumn").daily_budget == Money.of(100)


@pytest.mark.parametrize("product", ["lamp", "film"])
def test_only_ones_own_products_can_be_promoted(campaigns: Campaigns, product: str):
    campaigns.add(campaign("spring", "m0"))
    with pytest.raises(Refused, match=f"'{product}' does not belong to 'm0'"):
        campaigns.add_group(group("a", product))
    with pytest.raises(Refused, match="not on the shelf"):
        campaigns.add_group(group("a", "unheard-of"))
    assert len(campaigns.roster) == 0


@pytest.mark.parametrize("factor", [0.0, -0.5, MAX_BID_FACTOR * 1.001, float("nan"), float("inf")])
def test_a_bid_factor_keeps_its_limits_from_the_start_and_in_every_change(campaigns: Campaigns, factor: float):
    campaigns.add(campaign())
    with pytest.raises(Refused, match="bid factor"):
        campaigns.add_group(group("a", "pot", bid_factor=factor))
    campaigns.add_group(group("a", "pot"))
    with pytest.raises(Refused, match="bid factor"):
        campaigns.change_group("a", bid_factor=factor)
    assert campaigns.roster.factor.tolist() == [1.0]


@pytest.mark.parametrize("quota", [-0.01, MAX_QUOTA_BID * 1.001, float("nan")])
def test_a_quota_bid_keeps_its_limits(campaigns: Campaigns, quota: float):
    campaigns.add(campaign())
    with pytest.raises(Refused, match="quota bid"):
        campaigns.add_group(group("a", "pot", quota_bid=quota))
    campaigns.add_group(group("a", "pot"))
    with pytest.raises(Refused, match="quota bid"):
        campaigns.change_group("a", quota_bid=quota)
    assert campaigns.roster.quota.tolist() == [0.0]


def test_the_limits_themselves_are_allowed(campaigns: Campaigns):
    campaigns.add(campaign())
    campaigns.add_group(group("a", "pot", bid_factor=MAX_BID_FACTOR, quota_bid=MAX_QUOTA_BID))
    assert (campaigns.roster.factor[0], campaigns.roster.quota[0]) == (MAX_BID_FACTOR, MAX_QUOTA_BID)


def test_the_roster_reads_what_each_goal_pays_for_a_conversion(campaigns: Campaigns):
    for name, goal in (
        ("roi", Goal(GoalKind.TARGET_ROI, 4.0)),
        ("cost", Goal(GoalKind.TARGET_COST, 7.0)),
        ("most", Goal(GoalKind.MAX_CONVERSIONS)),
    ):
        campaigns.add(campaign(name, goal=goal))
        campaigns.add_group(group(f"{name}-pot", "pot", name))
    assert campaigns.roster.target.tolist() == [30.0 / 4.0, 7.0, float("inf")]


def test_a_change_shows_in_its_row_alone_and_gives_back_what_was(campaigns: Campaigns):
    campaigns.add(campaign(frequency_cap=2))
    campaigns.add_group(group("a", "pot"))
    campaigns.add_group(group("b", "cup"))
    before = campaigns.roster.groups[1]
    assert campaigns.change_group("b", bid_factor=0.5, audience=0b10, scenes=0b1, phase=Phase.EXPANSION) == before
    roster = campaigns.roster
    assert roster.factor.tolist() == [1.0, 0.5]
    assert roster.audience.tolist() == [EVERYBODY, 0b10]
    assert roster.scenes.tolist() == [0b1111, 0b1]
    assert roster.phase.tolist() == [Phase.UNDERSTANDING, Phase.EXPANSION]
    assert roster.active.tolist() == [True, True]
    assert roster.cap.tolist() == [2, 2]


def test_pausing_a_campaign_stops_all_its_groups_and_no_others(campaigns: Campaigns):
    campaigns.add(campaign("spring"))
    campaigns.add(campaign("autumn"))
    for id, name in (("a", "spring"), ("b", "spring"), ("c", "autumn")):
        campaigns.add_group(group(id, "pot", name))
    campaigns.change_group("a", paused=True)
    campaigns.change_campaign("spring", paused=True)
    assert campaigns.roster.active.tolist() == [False, False, True]
    campaigns.change_campaign("spring", paused=False)
    assert campaigns.roster.active.tolist() == [False, True, True]  # the first is still paused by itself


def test_every_change_makes_a_new_version_and_reading_makes_none(campaigns: Campaigns):
    versions = [campaigns.roster.version]
    for change in (
        lambda: campaigns.add(campaign()),
        lambda: campaigns.add_group(group("a", "pot")),
        lambda: campaigns.change_group("a", bid_factor=2.0),
        lambda: campaigns.change_campaign("spring", daily_budget=Money.of(5)),
    ):
        change()
        versions.append(campaigns.roster.version)
    assert versions == sorted(set(versions))
    campaigns.rows_of("spring"), campaigns.campaign("spring"), campaigns.group_row("a")
    with pytest.raises(Refused):
        campaigns.change_group("a", bid_factor=99.0)
    assert campaigns.roster.version == versions[-1]


def test_what_was_added_and_changed_can_be_made_again_from_the_log():
    bus = Bus(MemoryLog(), SteppedClock())
    campaigns = campaigns_on(SHELF, bus=bus)
    campaigns.add(campaign("spring", goal=Goal(GoalKind.TARGET_COST, 8.0), whole_site=True))
    campaigns.add_group(group("a", "pot", audience=EVERYBODY, phase=Phase.STABLE))
    campaigns.change_group("a", bid_factor=0.7, phase=Phase.EXPANSION)
    campaigns.change_campaign("spring", daily_budget=Money.of("12.34"))
    told = [envelope.data for _, envelope in bus.log.read()]
    kinds: list[tuple[type, type]] = [(CampaignChanged, Campaign), (AdGroupChanged, AdGroup)]
    made = []
    for event_kind, kind in kinds:
        fields: dict = {}
        for event in told:
            if isinstance(event, event_kind):
                fields.update(event.changes)
        made.append(msgspec.convert(fields, kind))
    assert made == [campaigns.campaign("spring"), campaigns.roster.groups[0]]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path):
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "magnetar.db")
    yield made
    made.close()


def test_a_restart_brings_back_every_row_where_it_was(store):
    shelf = crowded_shelf(merchants=3, goods=3)
    before = campaigns_on(shelf, store)
    # neither merchants nor ids come in the order of the alphabet
    for id, merchant in (("z", "m2"), ("b", "m0"), ("a", "m2")):
        before.add(campaign(id, merchant))
    for id, product, name in (("g9", "m2-1", "z"), ("g1", "m0-0", "b"), ("g5", "m2-2", "a"), ("g0", "m2-0", "z")):
        before.add_group(group(id, product, name))
    before.change_group("g1", bid_factor=0.4, paused=True)
    before.change_campaign("a", daily_budget=Money.of(7))

    after = campaigns_on(shelf, store)
    assert len(after.roster) == 0
    after.restore()
    assert after.roster.groups == before.roster.groups
    assert after.roster.campaigns == before.roster.campaigns
    assert columns(after.roster) == columns(before.roster)
    assert [after.group_row(id) for id in ("g9", "g1", "g5", "g0")] == [0, 1, 2, 3]
    assert after.delivery.views.tolist() == [0, 0, 0, 0]
    assert after.add_group(group("g3", "m0-1", "b")) == 4
