"""The same judgement in the bazaar: the real platform decides, serves and counts, the twin knows what else would have been.

Each pair is one market, warmed up once and then copied: without the campaign, with it for everybody,
and once for each experiment that the platform runs on itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from magnetar.capabilities.autopilot import AGENTS
from magnetar.capabilities.measurement import Design, Estimate
from magnetar.capabilities.measurement.experiments.assignment import draws
from magnetar.capabilities.shoppers import Ordered, Returned
from magnetar.engines.spread import spread
from magnetar.kernel.bus import HandlingFailed
from magnetar.kernel.chance import Floats
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.twin.estimators.trials import Answer
from magnetar.twin.rehearsal import TICK, WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.money import MICROS

AGENT = "uax"
"""Who runs the account."""
CASES = ("everybody", "half", "tenth", "plain")
QUICK_CASES = ("everybody", "half")

Begin = Callable[[Marketplace, str], str]
"""Starts an experiment on a campaign; returns its id."""


def _hold(design: Design, share: float, turn: float = 0.0) -> Begin:
    return lambda platform, campaign: platform.experiments.hold_out(campaign, share, design=design, turn=turn).id


class Bought:
    """(shoppers,) what each bought from the merchant in the horizon, less what came back; currency units."""

    def __init__(self, stage: Stage) -> None:
        self._tally = stage.tally
        shelf = stage.market.shelf
        self._mine = shelf.arrays.merchant == shelf.merchants.index(stage.setting.merchant)
        self._counted: set[tuple[int, int]] = set()
        self.net = np.zeros(stage.market.shoppers)
        stage.platform.bus.subscribe(Ordered, self.on_ordered)
        stage.platform.bus.subscribe(Returned, self.on_returned)

    def on_ordered(self, event: Ordered) -> None:
        if self._tally.open:
            for row in np.flatnonzero(self._mine[event.item]).tolist():
                self.net[event.shopper[row]] += event.value[row] / MICROS
                self._counted.add((int(event.request[row]), int(event.item[row])))

    def on_returned(self, event: Returned) -> None:
        if self._tally.open:
            for row in np.flatnonzero(self._mine[event.item]).tolist():
                if (int(event.request[row]), int(event.item[row])) in self._counted:
                    self.net[event.shopper[row]] -= event.value[row] / MICROS


def play(stage: Stage, agent_name: str, begin: Begin | None) -> tuple[Stage, Estimate | None]:
    """Live through the days with an agent in charge and an experiment on its first campaign.

    Raises:
        RuntimeError: a handler failed: what was counted cannot be trusted.
    """
    setting, platform = stage.setting, stage.platform
    agent = AGENTS[agent_name]()
    first, experiment = WARM_UP_DAYS * TICKS_PER_DAY, None
    for tick in range(first, first + setting.days * TICKS_PER_DAY):
        stage.clock.step_to(setting.start + (tick - first) * TICK)
        if tick == first:
            agent.start(platform, stage.brief(), tick)
            if begin is not None:
                mine = [one for one in platform.campaigns.roster.campaigns if one.merchant == setting.merchant]
                experiment = begin(platform, mine[0].id)
        if tick in stage.launch_ticks:
            platform.list_items(stage.launches[stage.launch_ticks == tick])
        agent.act(platform, tick)
        stage.step(tick)
    failed = [one.data for _, one in platform.bus.log.read() if isinstance(one.data, HandlingFailed)]
    if failed:
        raise RuntimeError(f"{len(failed)} handlers failed; the first: {failed[0]}")
    return stage, platform.experiments.estimate(experiment) if experiment else None


def run_market(setting: Setting, number: int, cases: Sequence[str]) -> list[Answer]:
    """One market's answers; `number` tells it from the others of the setting's seed."""
    warmed = Stage(setting, number)
    warmed.warm_up()

    def lived(agent: str, begin: Begin | None = None) -> tuple[Stage, Floats, Estimate | None]:
        stage = warmed.fork()
        bought = Bought(stage)
        stage, estimate = play(stage, agent, begin)
        return stage, bought.net, estimate

    _, bare, _ = lived("none")
    out: list[Answer] = []
    full, undefined = float("nan"), float("nan")
    if "everybody" in cases:
        stage, net, estimate = lived(AGENT, _hold(Design.AA, 0.5))
        full = float((net - bare).sum())
        out.append(_answer("bazaar: A/A", Design.AA, GHOSTS, True, 0.0, [estimate]))
        credited = float(stage.tally.net()[1]) / MICROS
        out.append(Answer(EVERYBODY, "attribution", "last click", False, full, (credited,), undefined, undefined))
    # half: both halves in turn, for what one assignment has too much of the other has too little of
    for case, share, turns in (("half", 0.5, (0.0, 0.5)), ("tenth", 0.1, (0.0,))):
        if case in cases:
            played = [lived(AGENT, _hold(Design.HOLDOUT, share, turn)) for turn in turns]
            said = [estimate for *_, estimate in played]
            changes = [
                _changes(stage, net - bare, share, turn) for (stage, net, _), turn in zip(played, turns, strict=True)
            ]
            direct, total = np.mean(changes, axis=0).tolist()
            name = f"bazaar: campaign, {share:.0%} held out"
            out.append(_answer(f"{name}, direct effect", Design.HOLDOUT, GHOSTS, True, direct, said))
            out.append(_answer(f"{name}, with what reaches the held-out", Design.HOLDOUT, GHOSTS, False, total, said))
    if "plain" in cases:
        *_, estimate = lived(AGENT, _hold(Design.AB, 0.5))
        assert estimate is not None
        everybody = setting.shoppers / max(estimate.treated, 1)
        out.append(_answer(EVERYBODY, Design.AB, "plain A/B, half and half", False, full, [estimate], everybody))
    return out


GHOSTS = "ghost bids + CUPED"
EVERYBODY = "bazaar: campaign for everybody"


def _answer(
    case: str, design: str, name: str, good: bool, truth: float, said: Sequence[Estimate | None], scale: float = 1.0
) -> Answer:
    found = [one.incremental_gmv for one in said if one]
    values = tuple(one.mean * scale for one in found)
    return Answer(case, design, name, good, truth, values, found[0].low * scale, found[0].high * scale)


def _changes(stage: Stage, change: Floats, share: float, turn: float) -> tuple[float, float]:
    """The direct effect on the treated, and the effect on everybody.

    `change` is (shoppers,), what each bought more than without the campaign. The direct effect is that on the
    treated less what the held-out changed by, too: what a holdout can see (Hu, Li & Wager 2022, Biometrika 109).
    """
    draw = draws(stage.platform.experiments.splits(stage.platform.tick)[1], 0)
    control = (draw >= turn) & (draw < turn + share)
    spilled = float(change[control].mean())
    return float((change[~control] - spilled).sum()), float(change.sum())


def run_markets(
    setting: Setting, count: int, cases: Sequence[str], *, workers: int = 0, tell: Callable[[int], None] | None = None
) -> list[Answer]:
    """Several markets, in order whoever ran them."""
    done: dict[int, list[Answer]] = {}
    setting = replace(setting, arms=("none", AGENT))
    for number, answers in spread(partial(_numbered, setting, cases), range(count), workers):
        done[number] = answers
        if tell is not None:
            tell(len(done))
    return [answer for number in sorted(done) for answer in done[number]]


def _numbered(setting: Setting, cases: Sequence[str], number: int) -> list[Answer]:
    return run_market(setting, number, cases)
