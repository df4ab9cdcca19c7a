"""The desk: checks intentions, carries them out, keeps the audit, and undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from magnetar.capabilities.autopilot.creatives import STATES
from magnetar.capabilities.autopilot.intentions import Intention, Kind, Outcome, Record
from magnetar.capabilities.autopilot.limits import Limits, refusal
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.creative import Library
from magnetar.kernel.bus import Bus
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import AdGroup, CreativeState, Phase
from magnetar.vocabulary.money import Money

_FIELDS: dict[Kind, tuple[str, Callable[[Any], Any]]] = {
    Kind.PHASE: ("phase", lambda value: Phase(int(value))),
    Kind.BID: ("bid_factor", float),
    Kind.QUOTA: ("quota_bid", float),
    Kind.AUDIENCE: ("audience", int),
    Kind.PAUSE: ("paused", lambda _: True),
    Kind.RESUME: ("paused", lambda _: False),
}
"""What each kind of intention sets on an ad group, and how its value is read."""


class IntentionSettled(Event, frozen=True):
    """An intention was carried out, refused or undone."""

    record: str
    campaign: str
    group: str
    kind: str
    outcome: str
    reason: str


class Desk:
    """Carries out what may be carried out."""

    def __init__(self, bus: Bus, store: Store, campaigns: Campaigns, limits: Limits | None = None) -> None:
        self._bus = bus
        self._campaigns = campaigns
        self._kept = store.collection("intentions", Record)
        self._counts: dict[str, int] = {}
        """Records kept of each merchant."""
        self.limits = limits or Limits()
        self.library: Library | None = None
        """Where creatives are moved to other states; None where there are none."""

    def settle(self, intentions: Iterable[Intention], tick: int, new: dict[str, AdGroup] | None = None) -> list[Record]:
        """Check and carry out intentions in order; `new` holds the ad groups that OPEN intentions start."""
        return [self._settle(intention, tick, new or {}) for intention in intentions]

    def _settle(self, intention: Intention, tick: int, new: dict[str, AdGroup]) -> Record:
        campaign = self._campaigns.campaign(intention.campaign)
        group: AdGroup | None = None
        if intention.kind is Kind.OPEN:
            group = new.get(intention.group)
        elif intention.group:
            group = self._campaigns.roster.groups[self._campaigns.group_row(intention.group)]
        reason = refusal(intention, campaign, group, self.limits)
        before: float | int | bool | None = None
        if not reason:
            try:
                before = self._carry_out(intention, new)
            except (NotFound, Refused) as refused:
                reason = str(refused)
        merchant = campaign.merchant
        if merchant not in self._counts:  # those before a restart keep their numbers
            self._counts[merchant] = self._kept.count(merchant)
        record = Record(
            id=f"{intention.campaign}:{self._counts[merchant] + 1:06d}",
            tick=tick,
            at=self._bus.clock.now(),
            intention=intention,
            outcome=Outcome.REFUSED if reason else Outcome.DONE,
            before=before,
            refusal=reason,
        )
        self._keep(record)
        self._counts[merchant] += 1
        return record

    def _carry_out(self, intention: Intention, new: dict[str, AdGroup]) -> float | int | bool | None:
        """Do it; returns what was there before."""
        campaigns, value = self._campaigns, intention.value
        if intention.kind is Kind.OPEN:
            campaigns.add_group(new[intention.group])
            return False
        if intention.kind is Kind.BUDGET:
            currency = campaigns.campaign(intention.campaign).daily_budget.currency
            return campaigns.change_campaign(
                intention.campaign, daily_budget=Money(int(value), currency)
            ).daily_budget.micros
        if intention.kind is Kind.CREATIVE:
            return self._move_creative(intention, CreativeState(STATES[int(value)]))
        field, read = _FIELDS[intention.kind]
        old = campaigns.change_group(intention.group, **{field: read(value)})
        return getattr(old, field)

    def _move_creative(self, intention: Intention, state: CreativeState) -> int:
        if self.library is None:
            raise Refused("这里没有素材库 There is no library of creatives here.")
        merchant = self._campaigns.campaign(intention.campaign).merchant
        return STATES.index(self.library.set_state(merchant, intention.creative, state))

    def undo(self, id: str) -> Record:
        """Put back what an intention changed.

        Raises:
            NotFound: no such record.
            Refused: it was never carried out, or has been undone.
        """
        owner = self._campaigns.campaign(id.rpartition(":")[0]).merchant
        record = self._kept.get(owner, id)
        if record is None:
            raise NotFound(f"No intention {id!r} in the audit.")
        if record.outcome is not Outcome.DONE:
            raise Refused(f"Intention {id!r} was {record.outcome.value}; there is nothing to undo.")
        intention = record.intention
        if intention.kind is Kind.OPEN:
            self._campaigns.change_group(intention.group, paused=True)
        elif intention.kind is Kind.CREATIVE:
            before = STATES[int(record.before or 0)]
            self._move_creative(intention, CreativeState.PAUSED if before is CreativeState.DRAFT else before)
        elif intention.kind in (Kind.PAUSE, Kind.RESUME):
            self._campaigns.change_group(intention.group, paused=bool(record.before))
        else:
            self._carry_out(replace(intention, value=record.before if record.before is not None else 0), {})
        undone = replace(record, outcome=Outcome.UNDONE)
        self._keep(undone)
        return undone

    def _keep(self, record: Record) -> None:
        merchant = self._campaigns.campaign(record.intention.campaign).merchant
        self._kept.put(merchant, [(record.id, record)])
        self._bus.publish(
            IntentionSettled(
                record=record.id,
                campaign=record.intention.campaign,
                group=record.intention.group,
                kind=record.intention.kind.value,
                outcome=record.outcome.value,
                reason=record.intention.reason,
            )
        )

    def audit(self, merchant: str) -> list[Record]:
        """Every intention of a merchant's campaigns, in order."""
        return sorted(
            (record for _, record in self._kept.list(merchant)), key=lambda one: int(one.id.rpartition(":")[2])
        )
