"""The desk: what is refused, what is carried out, what the audit keeps, and what can be undone."""

from pathlib import Path

import pytest
from small_market import campaign, campaigns_on, group, shelf_of

from magnetar.capabilities.autopilot import Desk, Intention, Kind, Limits, Outcome
from magnetar.capabilities.autopilot.desk import IntentionSettled
from magnetar.capabilities.campaigns import EVERYBODY
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import Phase
from magnetar.vocabulary.money import Money

SHELF = shelf_of(("pot", "m0", "tea", 30.0), ("cup", "m0", "tea", 12.0), ("lamp", "m1", "lamps", 90.0))


def office(store: Store | None = None, limits: Limits | None = None) -> Desk:
    """Two merchants with a campaign each: m0 runs 'pots' for its pot, m1 runs 'lamps' for its lamp."""
    bus = Bus(MemoryLog(), SteppedClock(1_000))
    store = store or MemoryStore()
    campaigns = campaigns_on(SHELF, store, bus)
    for id, merchant, product in (("pots", "m0", "pot"), ("lamps", "m1", "lamp")):
        campaigns.add(campaign(id, merchant, budget=100.0))
        campaigns.add_group(group(f"{id}-ad", product, id))
    return Desk(bus, store, campaigns, limits)


def intend(kind: Kind, value: float | bool, group: str = "pots-ad", campaign: str = "pots") -> Intention:
    return Intention(kind, campaign, "" if kind is Kind.BUDGET else group, value, "理由", "a reason", {"views": 7.0})


def group_of(desk: Desk, id: str = "pots-ad"):
    return desk._campaigns.roster.groups[desk._campaigns.group_row(id)]


CHANGES = [
    (Kind.PHASE, int(Phase.STABLE), "phase", Phase.STABLE),
    (Kind.BID, 1.7, "bid_factor", 1.7),
    (Kind.QUOTA, 0.4, "quota_bid", 0.4),
    (Kind.AUDIENCE, 0b101, "audience", 0b101),
    (Kind.PAUSE, True, "paused", True),
]


@pytest.mark.parametrize(("kind", "value", "field", "after"), CHANGES)
def test_each_kind_changes_its_own_field_and_undo_puts_it_back(kind, value, field, after):
    desk = office()
    before = group_of(desk)
    [record] = desk.settle([intend(kind, value)], tick=5)
    assert record.outcome is Outcome.DONE
    assert getattr(group_of(desk), field) == after
    assert getattr(before, field) == record.before
    assert desk.undo(record.id).outcome is Outcome.UNDONE
    assert group_of(desk) == before
    assert type(getattr(group_of(desk), field)) is type(getattr(before, field))


def test_resuming_is_undone_by_pausing_again():
    desk = office()
    desk.settle([intend(Kind.PAUSE, True)], tick=1)
    [record] = desk.settle([intend(Kind.RESUME, True)], tick=2)
    assert not group_of(desk).paused
    desk.undo(record.id)
    assert group_of(desk).paused


def test_undoing_a_pause_of_what_was_paused_leaves_it_paused():
    desk = office()
    first, second = desk.settle([intend(Kind.PAUSE, True), intend(Kind.PAUSE, True)], tick=1)
    desk.undo(second.id)
    assert group_of(desk).paused
    desk.undo(first.id)
    assert not group_of(desk).paused


def test_a_budget_is_lowered_freely_and_put_back():
    desk = office()
    [record] = desk.settle([intend(Kind.BUDGET, 40_000_000)], tick=1)
    assert desk._campaigns.campaign("pots").daily_budget == Money.of(40)
    desk.undo(record.id)
    assert desk._campaigns.campaign("pots").daily_budget == Money.of(100)


def test_an_opened_ad_group_is_stopped_by_undo():
    desk = office()
    fresh = group("cups-ad", "cup", "pots")
    [record] = desk.settle([intend(Kind.OPEN, True, "cups-ad")], 1, {"cups-ad": fresh})
    assert group_of(desk, "cups-ad") == fresh
    desk.undo(record.id)
    assert group_of(desk, "cups-ad").paused


def test_undo_works_once():
    desk = office()
    [record] = desk.settle([intend(Kind.BID, 2.0)], tick=1)
    desk.undo(record.id)
    with pytest.raises(Refused, match="undone; there is nothing to undo"):
        desk.undo(record.id)
    assert group_of(desk).bid_factor == 1.0


def test_what_was_refused_cannot_be_undone():
    desk = office()
    [record] = desk.settle([intend(Kind.BID, 99.0)], tick=1)
    with pytest.raises(Refused, match="was refused"):
        desk.undo(record.id)


@pytest.mark.parametrize("id", ["pots:000099", "nowhere:000001", "nonsense", ""])
def test_an_unknown_record_is_not_found(id: str):
    with pytest.raises(NotFound):
        office().undo(id)


def test_an_unknown_campaign_or_ad_group_is_not_found():
    desk = office()
    with pytest.raises(NotFound, match="nowhere"):
        desk.settle([intend(Kind.BID, 1.0, campaign="nowhere")], tick=1)
    with pytest.raises(NotFound, match="nothing"):
        desk.settle([intend(Kind.BID, 1.0, group="nothing")], tick=1)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.BID, 0.09),
        (Kind.BID, 3.01),
        (Kind.QUOTA, 2.01),
        (Kind.QUOTA, -0.01),
        (Kind.AUDIENCE, 0),
        (Kind.AUDIENCE, -1),
        (Kind.AUDIENCE, 1 << 63),
        (Kind.PHASE, 17),
        (Kind.BUDGET, 0),
        (Kind.BUDGET, -5),
        (Kind.BUDGET, 100_000_001),  # today's budget is the ceiling unless the merchant says otherwise
        (Kind.OPEN, True),  # of an ad group that nobody described
    ],
)
def test_what_leaves_the_limits_is_refused_changes_nothing_and_is_in_the_audit(kind, value):
    desk = office()
    before = group_of(desk), desk._campaigns.campaign("pots")
    [record] = desk.settle([intend(kind, value)], tick=1)
    assert record.outcome is Outcome.REFUSED
    assert record.refusal
    assert (group_of(desk), desk._campaigns.campaign("pots")) == before
    assert [one.id for one in desk.audit("m0")] == [record.id]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_cannot_be_intended(value: float):
    with pytest.raises(ValueError, match="finite"):
        intend(Kind.BUDGET, value)


def test_a_budget_rises_by_a_fifth_at_a_time_up_to_the_merchants_ceiling():
    desk = office(limits=Limits(budget_ceiling_micros=130_000_000))
    wanted = (120_000_001, 120_000_000, 130_000_001, 130_000_000)
    records = desk.settle([intend(Kind.BUDGET, micros) for micros in wanted], tick=1)
    assert [one.outcome.value for one in records] == ["refused", "done", "refused", "done"]
    assert desk._campaigns.campaign("pots").daily_budget == Money.of(130)


def test_nobody_changes_or_opens_what_is_another_merchants():
    desk = office()
    before = group_of(desk, "lamps-ad")
    theirs = group("sneaky", "lamp", "pots")
    records = desk.settle(
        [
            intend(Kind.PAUSE, True, group="lamps-ad", campaign="pots"),
            intend(Kind.BID, 0.1, group="lamps-ad", campaign="pots"),
            intend(Kind.OPEN, True, group="sneaky", campaign="pots"),
            intend(Kind.OPEN, True, group="astray", campaign="pots"),
        ],
        1,
        {"sneaky": theirs, "astray": group("astray", "lamp", "lamps")},
    )
    assert [one.outcome.value for one in records] == ["refused"] * 4
    assert group_of(desk, "lamps-ad") == before
    assert len(desk._campaigns.roster) == 2


def test_the_audit_keeps_everything_in_order_and_each_merchant_sees_its_own():
    desk = office()
    desk._campaigns.add(campaign("another", "m0"))
    desk._campaigns.add_group(group("another-ad", "cup", "another"))
    asked = [
        intend(Kind.BID, 1.5),
        intend(Kind.BID, 0.5, "lamps-ad", "lamps"),
        intend(Kind.BID, 1.2, "another-ad", "another"),
        intend(Kind.BID, 9.0),
    ]
    desk.settle(asked, tick=3)
    ours = desk.audit("m0")
    assert [one.intention for one in ours] == [asked[0], asked[2], asked[3]]
    assert [one.intention for one in desk.audit("m1")] == [asked[1]]
    assert desk.audit("m2") == []
    for record in ours:
        assert (record.tick, record.at) == (3, 1_000)
        assert (record.intention.reason, record.intention.reason_en) == ("理由", "a reason")
        assert record.intention.evidence == {"views": 7.0}
    told = [envelope.data for _, envelope in desk._bus.log.read() if isinstance(envelope.data, IntentionSettled)]
    assert [(one.campaign, one.outcome) for one in told] == [
        ("pots", "done"), ("lamps", "done"), ("another", "done"), ("pots", "refused"),
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
def test_a_restart_writes_on_where_the_audit_ended(engine: str, tmp_path: Path):
    store = MemoryStore() if engine == "memory" else SqliteStore(tmp_path / "magnetar.db")
    desk = office(store)
    first = desk.settle([intend(Kind.BID, 1.5), intend(Kind.AUDIENCE, EVERYBODY >> 1)], tick=1)

    bus = Bus(MemoryLog(), SteppedClock(2_000))
    campaigns = campaigns_on(SHELF, store, bus)
    campaigns.restore()
    again = Desk(bus, store, campaigns)
    [later] = again.settle([intend(Kind.BID, 0.7)], tick=2)
    assert again.audit("m0") == [*first, later]
    again.undo(later.id)
    again.undo(first[0].id)
    assert group_of(again).bid_factor == 1.0
    assert group_of(again).audience == EVERYBODY >> 1
    store.close()
