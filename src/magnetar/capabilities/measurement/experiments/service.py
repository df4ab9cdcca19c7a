"""Experiments: begun and ended, kept over restarts, told to serving at tick edges, counted from the platform's events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.measurement.experiments.assignment import HIGH, Splits, regions
from magnetar.capabilities.measurement.experiments.blocks import Blocks
from magnetar.capabilities.measurement.experiments.designs import Design, Experiment, Lever, check, check_values
from magnetar.capabilities.measurement.experiments.estimates import Estimate, estimate_blocks, estimate_units
from magnetar.capabilities.measurement.experiments.events import ExperimentEnded, ExperimentStarted, Withheld
from magnetar.capabilities.measurement.experiments.halves import halves
from magnetar.capabilities.measurement.experiments.layout import lay_out
from magnetar.capabilities.measurement.experiments.panel import Totals
from magnetar.capabilities.measurement.experiments.tally import Tally
from magnetar.capabilities.shoppers import Ordered, Returned, Viewed
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.vocabulary.ids import AdGroupId
from magnetar.vocabulary.money import Money

SETTLE = 7 * DAY
"""How long after its end an experiment still takes in orders of clicks it saw, and what comes back of them."""
PLAN_DAYS = 14
"""The always-valid interval is tightest after so many days."""


class Experiments:
    """The experiments of all merchants."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        campaigns: Campaigns,
        merchants: dict[str, int],
        owners: NDArray[np.int64],
        shoppers: int,
        seed: int,
    ) -> None:
        """`merchants` maps names to numbers; `owners` says whose each item is."""
        self._bus = bus
        self._kept = store.collection("experiments", Experiment)
        self._campaigns = campaigns
        self._merchants = merchants
        self._owners = owners
        self._seed = seed
        self._all: dict[str, Experiment] = {}
        self._blocks: dict[str, Blocks] = {}
        self._tally = Tally(shoppers)
        self._version = -1
        self.reserve: float | None = None
        """The reserve price that a running switchback asks for; None where none does."""
        self._tick = 0
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Withheld, self.on_withheld)
        bus.subscribe(Ordered, self.on_ordered)
        bus.subscribe(Returned, self.on_returned)

    @property
    def unit(self) -> NDArray[np.uint64]:
        """(shoppers,), who holds each row; 0 where that is not known. The live arrangement writes into it."""
        return self._tally.unit

    def name_regions(self, region: NDArray[np.int64]) -> None:
        """Take the site's own regions: (shoppers,), at least 0; −1 where one shall follow from who the shopper is."""
        self._tally.who[:, 1] = np.maximum(region, -1) + 1

    def regions(self) -> NDArray[np.int64]:
        """(shoppers,), the region that each row's holder counts for."""
        return regions(self._tally.who)

    # ---- begin and end

    def hold_out(
        self,
        campaign: str,
        share: float = 0.1,
        *,
        design: Design = Design.HOLDOUT,
        turn: float = 0.0,
        standing: bool = False,
    ) -> Experiment:
        """Keep a share of the shoppers, or of the regions, from a campaign, from the next tick on.

        Args:
            campaign: its id.
            share: of shoppers (HOLDOUT, AB), of regions (REGIONS), or of the first of two like arms (AA).
            design: HOLDOUT, REGIONS, AB or AA.
            turn: where in [0, 1 − share] the control arm begins: another turn holds out other shoppers.
            standing: whether it is meant to run for as long as the campaign does.

        Raises:
            NotFound: no such campaign.
            BadInput: the share or the design cannot be used.
            Refused: the campaign is in an experiment already.
        """
        if design not in (Design.HOLDOUT, Design.REGIONS, Design.AB, Design.AA):
            raise BadInput(f"A holdout is one of holdout, regions, ab and aa; found {design.value!r}.")
        return self._begin((campaign,), design=design, share=share, turn=turn, standing=standing)

    def split_budget(self, campaign: str, share: float = 0.5, **changes: Any) -> Experiment:
        """Divide a campaign, its shoppers and its daily budget in two, and change the second part.

        The variant is a campaign of its own, `ID~b`, with the same ad groups: neither part can spend
        the other's money or reach the other's shoppers.

        Args:
            campaign: its id.
            share: of shoppers and budget that stay with the present campaign.
            changes: fields of the campaign to change in the variant, e.g. `bidder="pid"`.

        Raises:
            NotFound: no such campaign.
            BadInput: the share or a change cannot be used.
            Refused: the campaign is in an experiment already, or the budget cannot be divided.
        """
        before = self._campaigns.campaign(campaign)
        self._refuse_busy((campaign,))
        check(self._made((campaign,), design=Design.BUDGET_SPLIT, share=share))
        kept, variant = halves(before, share, {one.id for one in self._campaigns.roster.campaigns}, changes)
        self._campaigns.add(variant)
        for row in self._campaigns.rows_of(campaign).tolist():
            group = self._campaigns.roster.groups[row]
            self._campaigns.add_group(
                replace(group, id=AdGroupId(f"{group.id}~{variant.id.rpartition('~')[2]}"), campaign=variant.id)
            )
        self._campaigns.change_campaign(campaign, daily_budget=kept)
        notes = {"budget_micros": str(before.daily_budget.micros)} | {
            name: str(value) for name, value in changes.items()
        }
        return self._begin((campaign, variant.id), design=Design.BUDGET_SPLIT, share=share, notes=notes)

    def switch_back(
        self,
        campaign: str,
        *,
        block_ticks: int,
        washout_ticks: int = 1,
        lever: Lever = Lever.CAMPAIGN,
        values: tuple[str, str] = ("", ""),
    ) -> Experiment:
        """Change between two ways of running, block by block of ticks; each pair of blocks has one of each.

        Args:
            campaign: whose GMV is compared, and which BIDDER and CAMPAIGN turn.
            block_ticks: length of a block.
            washout_ticks: how much of each block's start does not count.
            lever: CAMPAIGN (withheld or served), BIDDER, or RESERVE of the whole market.
            values: what BIDDER or RESERVE is set to in the control arm and in the other.

        Raises:
            NotFound: no such campaign.
            BadInput: the blocks or the values cannot be used.
            Refused: the campaign is in an experiment already, or another switchback turns the reserve.
        """
        if lever is Lever.RESERVE and any(
            one.lever is Lever.RESERVE and one.design is Design.SWITCHBACK for one in self.running()
        ):
            raise Refused("Another switchback turns the reserve price. End it first.")
        check_values(lever, values)
        return self._begin(
            (campaign,),
            design=Design.SWITCHBACK,
            share=0.5,
            lever=lever,
            block_ticks=block_ticks,
            washout_ticks=washout_ticks,
            values=values,
        )

    def _made(self, campaigns: tuple[str, ...], **fields: Any) -> Experiment:
        owner = self._campaigns.campaign(campaigns[0]).merchant
        number = 1 + sum(one.campaigns[0] == campaigns[0] for one in self._all.values())
        id = f"{campaigns[0]}:x{number}"
        return Experiment(
            id=id,
            number=len(self._all),
            merchant=owner,
            campaigns=campaigns,
            seed=self._seed,
            started_at=self._bus.clock.now(),
            started_tick=self._tick,
            **fields,
        )

    def _begin(self, campaigns: tuple[str, ...], **fields: Any) -> Experiment:
        made = check(self._made(campaigns, **fields))
        self._refuse_busy(campaigns)
        self._enter(made)
        self._kept.put(made.merchant, [(made.id, made)])
        self._bus.publish(
            ExperimentStarted(
                made.id,
                made.merchant,
                made.design.value,
                made.seed,
                made.started_at,
                made.started_tick,
                msgspec.to_builtins(made),
            )
        )
        return made

    def _refuse_busy(self, campaigns: tuple[str, ...]) -> None:
        for campaign in campaigns:
            self._campaigns.campaign(campaign)
            busy = self.of_campaign(campaign)
            if busy is not None:
                raise Refused(f"Campaign {campaign!r} is in experiment {busy.id!r} already. End that one first.")

    def end(self, id: str, why: str = "asked") -> Experiment:
        """End an experiment: everybody is served alike from the next tick on; a variant stops, its budget returns.

        Raises:
            NotFound: there is none.
            Refused: it has ended.
        """
        before = self.get(id)
        if not before.running:
            raise Refused(f"Experiment {id!r} has ended.")
        after = replace(before, ended_at=self._bus.clock.now(), ended_tick=self._tick)
        if before.design is Design.BUDGET_SPLIT:
            present, variant = before.campaigns
            currency = self._campaigns.campaign(present).daily_budget.currency
            self._campaigns.change_campaign(variant, paused=True)
            self._campaigns.change_campaign(present, daily_budget=Money(int(before.notes["budget_micros"]), currency))
        if before.lever is Lever.BIDDER and before.design is Design.SWITCHBACK:
            self._campaigns.change_campaign(before.campaigns[0], bidder=before.values[0])
        self._all[id] = after
        self._kept.put(after.merchant, [(id, after)])
        self._version = -1
        self._bus.publish(ExperimentEnded(id, after.merchant, after.ended_at, after.ended_tick, why))
        return after

    # ---- ask

    def get(self, id: str) -> Experiment:
        """An experiment by id."""
        if id not in self._all:
            raise NotFound(f"No experiment {id!r}.")
        return self._all[id]

    def list(self, merchant: str) -> list[Experiment]:
        """A merchant's experiments, in the order in which they began."""
        return [one for one in self._all.values() if one.merchant == merchant]

    def running(self) -> list[Experiment]:
        """Everybody's experiments that run."""
        return [one for one in self._all.values() if one.running]

    def of_campaign(self, campaign: str) -> Experiment | None:
        """The experiment that a campaign is in now."""
        return next((one for one in self.running() if campaign in one.campaigns), None)

    def units(self, id: str) -> Totals:
        """What became of the shoppers who took part, a row each."""
        return self._tally.of(self.get(id).number)

    def estimate(self, id: str) -> Estimate:
        """What the experiment shows by now.

        Raises:
            NotFound: there is none.
        """
        experiment = self.get(id)
        if experiment.design is Design.SWITCHBACK:
            return estimate_blocks(experiment, self._blocks[id])
        return estimate_units(experiment, self.units(id))

    # ---- for serving, at tick edges

    def open_tick(self, tick: int) -> None:
        """A tick begins: switchbacks turn what they turn."""
        now = self._bus.clock.now()
        self._tick = tick
        self._tally.open_tick()
        self.reserve = None
        for one in self.running():
            if one.design is not Design.SWITCHBACK:
                continue
            arm = self._blocks[one.id].open(tick, now)
            if one.lever is Lever.RESERVE:
                self.reserve = float(one.values[arm])
            elif one.lever is Lever.BIDDER:
                campaign = self._campaigns.campaign(one.campaigns[0])
                if campaign.bidder != one.values[arm]:
                    self._campaigns.change_campaign(campaign.id, bidder=one.values[arm])

    def splits(self, tick: int) -> tuple[Ints, Splits]:
        """Each ad group's split, −1 where none, and the splits that pages of this tick read."""
        roster, version = self._campaigns.roster, self._campaigns.roster.version
        if version != self._version:
            self._rebuild()
            self._version = version
        layout = self._tally.layout
        for one in self.running():
            if one.design is Design.SWITCHBACK and one.lever is Lever.CAMPAIGN:
                off = self._blocks[one.id].arm(tick) == 0
                layout.splits.rule[layout.split_of[one.campaigns[0]], HIGH] = 1.0 if off else 0.0
        if len(layout.group_split) != len(roster):
            raise ValueError(f"{len(roster)} ad groups and {len(layout.group_split)} splits; the roster changed unseen")
        return layout.group_split, layout.splits

    def _enter(self, experiment: Experiment) -> None:
        self._all[experiment.id] = experiment
        if experiment.design is Design.SWITCHBACK:
            self._blocks[experiment.id] = Blocks(experiment)
        self._version = -1

    def _rebuild(self) -> None:
        """Splits and lanes anew, after an experiment began or ended or the roster changed."""
        now = self._bus.clock.now()
        counting = [one for one in self._all.values() if one.running or now - one.ended_at < SETTLE]
        self._tally.arrange(lay_out(counting, self._campaigns.roster, self._tally.who))

    def seat(self, row: int, unit: int) -> None:
        """A row stands for somebody else from now on."""
        self._tally.seat(row, unit)

    def new_day(self) -> None:
        """Covariates fade; young experiments get a plan; those that have settled take in nothing more."""
        self._tally.new_day()
        now = self._bus.clock.now()
        if any(not one.running and SETTLE <= now - one.ended_at < SETTLE + 2 * DAY for one in self._all.values()):
            self._version = -1
        for one in self.running():
            passed = (now - one.started_at) / DAY
            if not one.planned_error and passed >= 1.0:
                error = self.estimate(one.id).error
                if 0.0 < error < float("inf"):
                    planned = error * (PLAN_DAYS / passed) ** 0.5  # a total's error grows with the square root of time
                    self._all[one.id] = after = replace(one, planned_error=planned)
                    self._kept.put(one.merchant, [(one.id, after)])

    # ---- what happened

    def on_viewed(self, event: Viewed) -> None:
        """Arrivals, exposures, charges; ghosts whose page came on screen count now."""
        self._tally.viewed(event, self._bus.clock.now())
        for blocks in self._counting_blocks():
            blocks.on_viewed(event, self._rows_of(blocks.experiment))

    def on_withheld(self, event: Withheld) -> None:
        """Ghosts wait until their page is reported, as impressions do."""
        self._tally.withheld(event)

    def on_ordered(self, event: Ordered) -> None:
        """Orders count for every experiment of the merchant that the shopper had entered when the click was made."""
        self._tally.spent(event)
        for blocks in self._counting_blocks():
            blocks.on_ordered(event, self._owners == self._merchants[blocks.experiment.merchant])
        every, numbers = list(self._all.values()), self._tally.layout.lanes.number.tolist()
        if numbers:
            lanes = [(every[number], self._merchants[every[number].merchant]) for number in numbers]
            self._tally.ordered(event, self._owners[event.item].tolist(), lanes)

    def on_returned(self, event: Returned) -> None:
        """What came back is taken off wherever it was counted."""
        for blocks in self._counting_blocks():
            blocks.on_returned(event)
        self._tally.returned(event)

    def _counting_blocks(self) -> list[Blocks]:
        now = self._bus.clock.now()
        out: list[Blocks] = []
        for id, blocks in self._blocks.items():
            one = self._all[id]
            if one.running or now - one.ended_at < SETTLE:
                blocks.experiment = one
                out.append(blocks)
        return out

    def _rows_of(self, experiment: Experiment) -> NDArray[np.bool_]:
        """(groups,), whether an ad group belongs to the experiment's campaign."""
        roster = self._campaigns.roster
        return roster.campaign == self._campaigns.campaign_row(experiment.campaigns[0])

    # ---- over restarts

    def restore(self) -> None:
        """Take up the experiments that the store keeps, in the order in which they began."""
        kept = [one for merchant in self._merchants for _, one in self._kept.list(merchant)]
        for one in sorted(kept, key=lambda one: one.number):
            self._enter(one)

    def follow(self, event: ExperimentStarted | ExperimentEnded) -> None:
        """Take over what another platform's record says was begun or ended; for replays, where campaigns have theirs."""
        if isinstance(event, ExperimentStarted):
            self._enter(msgspec.convert(event.plan, Experiment))
        else:
            before = self.get(event.experiment)
            self._all[before.id] = replace(before, ended_at=event.at, ended_tick=event.tick)
            self._version = -1

    def take_out(self) -> dict[str, NDArray[Any]]:
        """What was counted, as arrays."""
        out = self._tally.take_out()
        for id, blocks in self._blocks.items():
            for name, column in blocks.take_out().items():
                out[f"blocks.{self._all[id].number}.{name}"] = column
        return out

    def put_in(self, found: dict[str, NDArray[Any]]) -> None:
        """The same again, into the same experiments."""
        if "experiment" not in found:
            return
        self._tally.put_in(found)
        for id, blocks in self._blocks.items():
            head = f"blocks.{self._all[id].number}."
            mine = {name.removeprefix(head): column for name, column in found.items() if name.startswith(head)}
            if mine:
                blocks.put_in(mine)
        self._rebuild()  # what the log tells next is counted before a tick opens
        self._version = -1
