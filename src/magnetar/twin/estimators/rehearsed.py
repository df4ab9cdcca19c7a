"""The same judgement in the bazaar: the real platform decides, serves and counts, the twin knows what else would have been.

Each pair is one market, warmed up once and then copied: without the campaign, with it for everybody,
and once for each experiment that the platform runs on itself.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace

import numpy as np

from magnetar.capabilities.autopilot import AGENTS
from magnetar.capabilities.measurement import Design, Estimate
from magnetar.kernel.bus import HandlingFailed
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.twin.estimators.trials import Answer
from magnetar.twin.rehearsal import TICK, WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.money import MICROS

AGENT = "uax"
"""Who runs the account."""
VARIANT = "fixed"
"""The bidder that the variant of a budget split uses, against the account's own."""
CASES = ("everybody", "half", "tenth", "plain", "regions", "split")
QUICK_CASES = ("everybody", "half", "plain")

Begin = Callable[[Marketplace, str], str | None]
"""Starts an experiment on a campaign; returns its id."""


def _hold(design: Design, share: float, turn: float = 0.0) -> Begin:
    return lambda platform, campaign: platform.experiments.hold_out(campaign, share, design=design, turn=turn).id


def _split(platform: Marketplace, campaign: str) -> str:
    return platform.experiments.split_budget(campaign, bidder=VARIANT).id


def _all_variant(platform: Marketplace, campaign: str) -> None:
    platform.campaigns.change_campaign(campaign, bidder=VARIANT)


def play(stage: Stage, agent_name: str, begin: Begin | None = None) -> tuple[Stage, Estimate | None]:
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

    def net(stage: Stage) -> float:
        return float(stage.tally.net().sum()) / MICROS

    bare = net(play(warmed.fork(), "none")[0])
    out: list[Answer] = []

    def say(
        case: str, design: str, name: str, truth: float, *said: Estimate | None, scale: float = 1.0, good: bool = False
    ) -> None:
        found = [one.incremental_gmv for one in said if one]
        values = tuple(one.mean * scale for one in found)
        out.append(Answer(case, design, name, good, truth, values, found[0].low * scale, found[0].high * scale))

    full = float("nan")
    if "everybody" in cases:
        stage, estimate = play(warmed.fork(), AGENT, _hold(Design.AA, 0.5))
        full = net(stage) - bare
        say("bazaar: A/A", Design.AA, "ghost bids + CUPED", 0.0, estimate, good=True)
        credited = float(stage.tally.net()[1]) / MICROS
        missing = float("nan")
        out.append(
            Answer(
                "bazaar: campaign for everybody",
                "attribution",
                "last click",
                False,
                full,
                (credited,),
                missing,
                missing,
            )
        )
    if "half" in cases:  # both halves in turn: what one assignment has too much of, the other has too little of
        turns = [play(warmed.fork(), AGENT, _hold(Design.HOLDOUT, 0.5, turn)) for turn in (0.0, 0.5)]
        truth = sum(net(stage) - bare for stage, _ in turns) / 2.0
        said = [estimate for _, estimate in turns]
        say("bazaar: campaign, 50% held out", Design.HOLDOUT, "ghost bids + CUPED", truth, *said, good=True)
    if "tenth" in cases:
        stage, estimate = play(warmed.fork(), AGENT, _hold(Design.HOLDOUT, 0.1))
        say(
            "bazaar: campaign, 10% held out",
            Design.HOLDOUT,
            "ghost bids + CUPED",
            net(stage) - bare,
            estimate,
            good=True,
        )
    if "plain" in cases:
        _, estimate = play(warmed.fork(), AGENT, _hold(Design.AB, 0.5))
        assert estimate is not None
        everybody = setting.shoppers / max(estimate.treated, 1)
        say("bazaar: campaign for everybody", Design.AB, "plain A/B, half and half", full, estimate, scale=everybody)
    if "regions" in cases:
        stage, estimate = play(warmed.fork(), AGENT, _hold(Design.REGIONS, 0.5))
        say(
            "bazaar: campaign, half of the regions held out",
            Design.REGIONS,
            "regions, jackknife + CUPED",
            net(stage) - bare,
            estimate,
        )
    if "split" in cases:
        variant = net(play(warmed.fork(), AGENT, _all_variant)[0]) - bare
        _, estimate = play(warmed, AGENT, _split)
        say(
            f"bazaar: bidder {VARIANT!r} for the account's own",
            Design.BUDGET_SPLIT,
            "split budget + CUPED",
            variant - full,
            estimate,
        )
    return out


def run_markets(
    setting: Setting, count: int, cases: Sequence[str], *, workers: int = 0, tell: Callable[[int], None] | None = None
) -> list[Answer]:
    """Several markets, in order whoever ran them."""
    workers = min(workers or os.cpu_count() or 1, max(1, count))
    done: dict[int, list[Answer]] = {}
    setting = replace(setting, arms=("none", AGENT))
    if workers == 1:
        for number in range(count):
            done[number] = run_market(setting, number, cases)
            if tell is not None:
                tell(len(done))
    else:
        method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.name == "posix" else "spawn"
        with ProcessPoolExecutor(workers, multiprocessing.get_context(method)) as pool:
            futures = {pool.submit(run_market, setting, number, cases): number for number in range(count)}
            try:
                for future in as_completed(futures):
                    done[futures[future]] = future.result()
                    if tell is not None:
                        tell(len(done))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return [answer for number in sorted(done) for answer in done[number]]


def mean_truth(answers: Sequence[Answer]) -> float:
    """Mean truth of some answers."""
    return float(np.mean([one.truth for one in answers]))
