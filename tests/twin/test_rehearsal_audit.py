"""Whatever an agent did in a rehearsal is in the audit, with its reason, within the limits and along allowed edges."""

import math

import pytest

from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.autopilot import Kind, Outcome
from magnetar.capabilities.campaigns import AdGroupChanged
from magnetar.twin import rehearsal
from magnetar.twin.rehearsal import Setting, Stage
from magnetar.vocabulary.campaigns import Goal, GoalKind, Phase
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

PRODUCTS = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
EDGES = {
    (Phase.UNDERSTANDING, Phase.COLD_START),
    (Phase.COLD_START, Phase.STABLE),
    (Phase.STABLE, Phase.EXPANSION),
    (Phase.EXPANSION, Phase.STABLE),
}


@pytest.fixture(scope="module", params=["manual", "uax", "whole-site"])
def played(request: pytest.FixtureRequest) -> Stage:
    """Five days with launches, all of it logged."""
    setting = Setting(
        PRODUCTS[:60],
        MerchantId("demo"),
        Money.of(2_500),
        Goal(GoalKind.TARGET_ROI, 3.0),
        5,
        ("none", request.param),
        shoppers=400,
        pages_per_day=4_000,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "_LOG_KEEP", None)
        stage = Stage(setting, 0)
        stage.warm_up()
        stage.play(0, request.param)
    return stage


def test_every_intention_says_why_in_two_languages_and_on_what(played: Stage):
    audit = played.platform.desk.audit("demo")
    assert len(audit) > 15
    for record in audit:
        intention = record.intention
        assert intention.reason
        assert intention.reason_en
        assert not any("一" <= letter <= "鿿" for letter in intention.reason_en)
        if intention.kind is not Kind.OPEN:
            assert intention.evidence
            assert all(math.isfinite(figure) for figure in intention.evidence.values())


def test_phases_move_along_the_allowed_edges_only(played: Stage):
    roster = played.platform.campaigns.roster
    added: dict[str, Phase] = {}
    for _, envelope in played.platform.bus.log.read():
        event = envelope.data
        if isinstance(event, AdGroupChanged) and event.campaign.startswith("demo-"):
            if event.added:
                added[event.group] = Phase(event.changes["phase"])
            elif "phase" in event.changes:
                after = Phase(event.changes["phase"])
                assert (added[event.group], after) in EDGES
                added[event.group] = after
    for group in roster.groups:
        if group.campaign.startswith("demo-"):
            assert added[group.id] is group.phase


def test_nothing_changes_but_through_the_desk(played: Stage):
    done = [
        (record.intention.group, record.intention.kind)
        for record in played.platform.desk.audit("demo")
        if record.outcome is Outcome.DONE
    ]
    changed = [
        envelope.data.group
        for _, envelope in played.platform.bus.log.read()
        if isinstance(envelope.data, AdGroupChanged) and envelope.data.campaign.startswith("demo-")
    ]
    assert [group for group, _ in done] == changed


def test_an_agent_touches_its_own_account_alone(played: Stage):
    campaigns = played.platform.campaigns
    for record in played.platform.desk.audit("demo"):
        assert campaigns.campaign(record.intention.campaign).merchant == "demo"
    for merchant in played.market.shelf.merchants[1:]:
        assert played.platform.desk.audit(merchant) == []
    own = len(played.setting.products)
    for row, group in enumerate(campaigns.roster.groups):
        ours = group.campaign.startswith("demo-")
        assert (campaigns.roster.item[row] < own) == ours


def test_every_launch_is_opened_at_its_tick(played: Stage):
    shelf = played.market.shelf
    due = {shelf.ids[item]: int(tick) for item, tick in zip(played.launches, played.launch_ticks, strict=True)}
    opened = {}
    for record in played.platform.desk.audit("demo"):
        if record.intention.kind is Kind.OPEN:
            group = played.platform.campaigns.group_row(record.intention.group)
            opened[shelf.ids[played.platform.campaigns.roster.item[group]]] = record.tick
    assert len(due) == 6
    assert {product: opened.get(product) for product in due} == due
