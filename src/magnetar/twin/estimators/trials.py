"""Trials: one market of the commons, run in two ways for the truth and once for each design, and what the estimators say.

Each answer carries the truth of the same market. An estimator sees what the platform would see: arms,
outcomes, exposures and what was known before; never the market.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from magnetar.capabilities.measurement import Design
from magnetar.capabilities.measurement.experiments.assignment import Splits, draws, region_places, stream_of
from magnetar.capabilities.measurement.experiments.clusters import clustered
from magnetar.capabilities.measurement.experiments.designs import block_arms
from magnetar.capabilities.measurement.experiments.effects import (
    Effect,
    cuped,
    difference,
    per_spend,
    ratio,
    stratified,
)
from magnetar.capabilities.measurement.experiments.sequential import always_valid
from magnetar.capabilities.measurement.experiments.switchbacks import paired_blocks, unpaired_ticks
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.twin.estimators.commons import TICKS, CommonsSettings, Market, Outcome, draw_market, off, way

SQUARE = CommonsSettings()
"""Where holdouts, budget splits and plain A/B are tried."""
TALKING = replace(SQUARE, talk=0.06, region_spread=0.15)
"""Where shoppers of a region hear of each other's purchases: regions are held out whole."""
LONG = replace(SQUARE, shoppers=2_000, days=28, budget=22.5, rival_budget=11.0, before=2, sated=0.8, recovery=0.5)
"""Four weeks, for switchbacks, of goods that are soon wanted again."""
SATED = replace(LONG, sated=0.5, recovery=0.1)
"""The same for goods that last: a day's sales are missing from the days after, whatever those days' arm."""
EAGER = 8.0
"""The other bidder of budget splits and switchbacks: bids this many times as much and spends as fast as it can."""
BLOCK_H = 2
"""Hours of the short blocks, which daily budgets couple."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one estimator said of one market."""

    case: str
    """What was compared with what."""
    design: str
    estimator: str
    recommended: bool
    truth: float
    values: tuple[float, ...]
    """Estimates of the same truth, an assignment each; the first is the one that the interval belongs to."""
    low: float
    high: float


class Sheet:
    """Gathers answers of one market."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self._open: dict[tuple[str, str, str], tuple[bool, float, list[Effect]]] = {}

    def add(
        self, case: str, design: Design | str, estimator: str, truth: float, effect: Effect, recommended: bool = False
    ) -> None:
        """One estimate; further ones of the same name are other assignments in the same market."""
        key = (case, str(design), estimator)
        self._open.setdefault(key, (recommended, truth, []))[2].append(effect)

    def close(self) -> list[Answer]:
        """The answers, one a case, design and estimator."""
        out: list[Answer] = []
        for (case, design, estimator), (recommended, truth, effects) in self._open.items():
            first = effects[0].interval()
            out.append(
                Answer(
                    case,
                    design,
                    estimator,
                    recommended,
                    truth,
                    tuple(one.value for one in effects),
                    first.low,
                    first.high,
                )
            )
        return out


def _scaled(effect: Effect, by: float) -> Effect:
    return Effect(effect.value * by, effect.error * by, effect.freedom, effect.n)


def _exact(value: float) -> Effect:
    return Effect(value, float("nan"), 0.0, 1)


def shopper_draws(market: Market, seed: int, name: str) -> Floats:
    """(shoppers,), each one's place in [0, 1): the product's own assignment."""
    who = np.zeros((market.settings.shoppers, 2), np.uint64)
    who[:, 0] = market.people.unit
    splits = Splits(np.array([stream_of(seed, name)], np.uint64), np.zeros((1, 4)), np.zeros((1, 1)), who)
    return draws(splits, 0)


def region_draws(market: Market, seed: int, name: str) -> Floats:
    """(shoppers,), each one's region's place in [0, 1), evenly spread over the regions."""
    return region_places(seed, name)[market.people.region]


def _before(market: Market, who: Ints | None = None) -> Floats:
    state = market.state
    known = np.stack([np.log1p(state.pages_before), np.log1p(state.gmv_before)], axis=1)
    return known if who is None else known[who]


def _strata(market: Market, who: Ints) -> Ints:
    """Quarters by activity before."""
    seen = market.state.pages_before[who]
    return np.searchsorted(np.quantile(seen, (0.25, 0.5, 0.75)), seen, side="right")


def holdouts(market: Market, seed: int, folds: int) -> list[Answer]:
    """A campaign with a tenth and with half of the shoppers held out, and nothing held out; truth for each."""
    sheet, settings = Sheet(), market.settings
    without, everybody = market.run(off(settings)), market.run(way(settings))
    bare = without.gmv.sum()
    full = float(everybody.gmv.sum() - bare)
    draw = shopper_draws(market, seed, "holdout")
    for share in (0.1, 0.5):
        case = f"campaign, {share:.0%} held out"
        for fold in range(min(folds, round(1 / share))):
            place = (draw + fold * share) % 1.0
            arm = (place >= share).astype(np.int64)
            seen = market.run(way(settings, arm=arm, factor=(0.0, 1.0), ghost=True))
            truth = float(seen.gmv.sum() - bare)
            _read_holdout(sheet, market, case, arm, seen, truth)
            if share == 0.5:
                _read_plain(sheet, market, arm, seen, full)
    sheet.add("campaign for everybody", "attribution", "last touch", full, _exact(float(everybody.credited.sum())))
    arm = (draw >= 0.5).astype(np.int64)
    same = market.run(way(settings, arm=arm))
    _read_holdout(sheet, market, "A/A, half and half", arm, same, 0.0, aa=True)
    return sheet.close()


def _read_holdout(
    sheet: Sheet, market: Market, case: str, arm: Ints, seen: Outcome, truth: float, aa: bool = False
) -> None:
    design = Design.AA if aa else Design.HOLDOUT
    who = np.flatnonzero(seen.entered >= 0)
    mine, bought, known = arm[who], seen.gmv_since[who], _before(market, who)
    reached, treated = float((mine == 1).sum()), float((arm == 1).sum())
    adjusted = cuped(mine, bought, known)
    say = sheet.add
    say(case, design, "ghost bids + CUPED", truth, _scaled(adjusted, reached), True)
    say(case, design, "ghost bids", truth, _scaled(difference(mine, bought), reached))
    say(case, design, "ghost bids + strata", truth, _scaled(stratified(mine, bought, _strata(market, who)), reached))
    say(case, design, "all who came", truth, _scaled(difference(arm, seen.gmv), treated))
    say(case, design, "all who came + CUPED", truth, _scaled(cuped(arm, seen.gmv, _before(market)), treated))
    views = seen.views[who]
    of_treated = float(views[mine == 1].sum())
    say(case, design, "GMV per impression, delta method", truth / of_treated, ratio(mine, bought, views), not aa)
    if not aa:
        spend = float(seen.spend.sum())
        say(
            case, design, "incremental ROI, delta method", truth / spend, per_spend(mine, bought, seen.spend[who]), True
        )
        say(case, "attribution", "last touch", truth, _exact(float(seen.credited.sum())))


def _read_plain(sheet: Sheet, market: Market, arm: Ints, seen: Outcome, full: float) -> None:
    """The naive reading: the difference between the arms, times everybody, is what the campaign brings."""
    n = float(market.settings.shoppers)
    sheet.add(
        "campaign for everybody", Design.AB, "plain A/B, half and half", full, _scaled(difference(arm, seen.gmv), n)
    )


def regions(market: Market, seed: int) -> list[Answer]:
    """Where shoppers talk: half of the regions held out, beside half of the shoppers."""
    sheet, settings = Sheet(), market.settings
    bare = market.run(off(settings)).gmv.sum()
    place, draw = region_draws(market, seed, "regions"), shopper_draws(market, seed, "talk")
    case = "campaign where shoppers talk, half held out"
    for fold in range(2):
        arm = ((place + 0.5 * fold) % 1.0 >= 0.5).astype(np.int64)
        seen = market.run(way(settings, arm=arm, factor=(0.0, 1.0), ghost=True))
        truth, treated = float(seen.gmv.sum() - bare), float((arm == 1).sum())
        region, known = market.people.region, _before(market)
        say = sheet.add
        say(
            case,
            Design.REGIONS,
            "regions, jackknife + CUPED",
            truth,
            _scaled(clustered(arm, region, seen.gmv, known), treated),
            True,
        )
        say(case, Design.REGIONS, "regions, jackknife", truth, _scaled(clustered(arm, region, seen.gmv), treated))
        say(case, Design.REGIONS, "shoppers taken for independent", truth, _scaled(difference(arm, seen.gmv), treated))
        arm = ((draw + 0.5 * fold) % 1.0 >= 0.5).astype(np.int64)
        seen = market.run(way(settings, arm=arm, factor=(0.0, 1.0), ghost=True))
        truth = float(seen.gmv.sum() - bare)
        who = np.flatnonzero(seen.entered >= 0)
        reached = float((arm[who] == 1).sum())
        effect = cuped(arm[who], seen.gmv_since[who], _before(market, who))
        say(case, Design.HOLDOUT, "ghost bids + CUPED", truth, _scaled(effect, reached))
    arm = (place >= 0.5).astype(np.int64)
    same = market.run(way(settings))
    effect = clustered(arm, market.people.region, same.gmv, _before(market))
    sheet.add(
        "A/A by region", Design.REGIONS, "regions, jackknife + CUPED", 0.0, _scaled(effect, float(arm.sum())), True
    )
    return sheet.close()


def budget_splits(market: Market, seed: int) -> list[Answer]:
    """A bidder that spends as fast as it can, against one that paces: with a budget of its own, and sharing one."""
    sheet, settings = Sheet(), market.settings
    n = float(settings.shoppers)
    new = (True, True)
    present = market.run(way(settings)).gmv.sum()
    variant = market.run(way(settings, factor=(EAGER, EAGER), hasty=new)).gmv.sum()
    truth = float(variant - present)
    draw = shopper_draws(market, seed, "split")
    case, half = "another bidder", settings.budget / 2
    for fold in range(2):
        arm = ((draw + 0.5 * fold) % 1.0 >= 0.5).astype(np.int64)
        apart = market.run(
            way(settings, arm=arm, factor=(1.0, EAGER), hasty=(False, True), pool=(0, 1), budget=(half, half))
        )
        say = sheet.add
        say(
            case,
            Design.BUDGET_SPLIT,
            "split budget + CUPED",
            truth,
            _scaled(cuped(arm, apart.gmv, _before(market)), n),
            True,
        )
        say(case, Design.BUDGET_SPLIT, "split budget", truth, _scaled(difference(arm, apart.gmv), n))
        shared = market.run(way(settings, arm=arm, factor=(1.0, EAGER), hasty=(False, True)))
        say(case, Design.AB, "plain A/B, one budget", truth, _scaled(difference(arm, shared.gmv), n))
    arm = (draw >= 0.5).astype(np.int64)
    same = market.run(way(settings, arm=arm, pool=(0, 1), budget=(half, half)))
    effect = cuped(arm, same.gmv, _before(market))
    sheet.add("A/A, budgets split", Design.BUDGET_SPLIT, "split budget + CUPED", 0.0, _scaled(effect, n), True)
    return sheet.close()


def switchbacks(market: Market, seed: int, case: str, good: bool) -> list[Answer]:
    """The same two bidders, taking turns by day, and by two hours, which daily budgets couple."""
    sheet, settings = Sheet(), market.settings
    ticks, first = settings.days * TICKS, settings.before * TICKS
    eager = {"factor": (1.0, EAGER), "hasty": (False, True)}
    present = market.run(way(settings)).gmv.sum()
    variant = market.run(way(settings, factor=(EAGER, EAGER), hasty=(True, True))).gmv.sum()
    truth = float(variant - present)
    hour = np.arange(ticks)
    draw = shopper_draws(market, seed, "turns")
    for hours, name in ((TICKS, "day"), (BLOCK_H, "2 h")):
        block = hour // hours
        turns = block_arms(seed, f"turns-{name}", int(block[-1]) + 1)
        for fold in range(2):
            arm = (turns if fold == 0 else 1 - turns)[block]
            seen = market.run(way(settings, tick_arm=np.append(np.zeros(first, np.int64), arm), **eager))
            wash = hour % hours >= (2 if hours == TICKS else 1)
            # ticks of the washout are left out of the reading and made up for by the others
            paired = _scaled(paired_blocks(block[wash], arm[wash], seen.tick_gmv[wash]), ticks)
            whole = _scaled(paired_blocks(block, arm, seen.tick_gmv), ticks)
            sheet.add(case, Design.SWITCHBACK, f"{name} blocks, pairs", truth, whole, good and hours == TICKS)
            sheet.add(case, Design.SWITCHBACK, f"{name} blocks, pairs, washout", truth, paired)
            naive = _scaled(unpaired_ticks(arm, seen.tick_gmv), ticks)
            sheet.add(case, Design.SWITCHBACK, f"{name} blocks, ticks taken for independent", truth, naive)
    arm = (draw >= 0.5).astype(np.int64)
    shared = market.run(way(settings, arm=arm, **eager))
    effect = _scaled(difference(arm, shared.gmv), float(settings.shoppers))
    sheet.add(case, Design.AB, "plain A/B, one budget", truth, effect)
    if not good:
        return sheet.close()
    turns = block_arms(seed, "turns-aa", settings.days)
    same = market.run(way(settings))
    effect = paired_blocks(hour // TICKS, turns[hour // TICKS], same.tick_gmv)
    sheet.add("A/A, day blocks", Design.SWITCHBACK, "day blocks, pairs", 0.0, _scaled(effect, ticks), True)
    return sheet.close()


@dataclass(frozen=True, slots=True)
class Stopping:
    """What somebody who looks every day would have done."""

    effect: bool
    """Whether there was an effect to find."""
    peeking: int
    """Day on which the fixed interval first left 0, −1 never."""
    sequential: int
    """The same for the always-valid interval."""
    covered: bool
    """Whether the always-valid interval held the truth at every look."""
    at_end: bool
    """Whether the fixed interval left 0 on the last day, looked at once."""


def daily_looks(market: Market, seed: int, planned_error: float) -> list[Stopping]:
    """Half held out with a look every day, with the campaign and as an A/A."""
    settings = market.settings
    arm = (shopper_draws(market, seed, "looks") >= 0.5).astype(np.int64)
    without = market.run(off(settings))
    out: list[Stopping] = []
    for effect in (False, True):
        factor = (0.0, 1.0) if effect else (1.0, 1.0)
        seen = market.run(way(settings, arm=arm, factor=factor, ghost=True))
        final = float(seen.gmv.sum() - without.gmv.sum()) if effect else 0.0
        peeking = sequential = -1
        covered = True
        fixed_out = False
        for day in range(settings.days):
            total = total_of(seen.looks[day])
            fixed, always = total.interval(), always_valid(total, planned_error)
            fixed_out = 0.0 not in fixed
            if fixed_out and peeking < 0:
                peeking = day
            if 0.0 not in always and sequential < 0:
                sequential = day
            if not effect:
                covered = covered and 0.0 in always
            elif day == settings.days - 1:
                covered = final in always
        out.append(Stopping(effect, peeking, sequential, covered, fixed_out))
    return out


def total_of(look: Floats) -> Effect:
    """The total effect on the treated from counts, sums and sums of squares of the two arms."""
    count, total, squares = look[:, 0], look[:, 1], look[:, 2]
    if (count < 2).any():
        return Effect(float("nan"), float("nan"), float("nan"), int(count.sum()))
    mean = total / count
    error = (squares - count * mean**2) / (count - 1) / count
    value = float(mean[1] - mean[0])
    return Effect(value * count[1], float(np.sqrt(error.sum()) * count[1]), float(count.sum() - 2), int(count.sum()))


def planned_error(seed: int, settings: CommonsSettings = SQUARE) -> float:
    """The error that a pilot, another market, had on its last day."""
    market = draw_market(settings, seed)
    arm = (shopper_draws(market, seed, "pilot") >= 0.5).astype(np.int64)
    seen = market.run(way(settings, arm=arm, factor=(0.0, 1.0), ghost=True))
    return total_of(seen.looks[-1]).error


def repetition(seed: int, number: int, planned: float, folds: int) -> tuple[list[Answer], list[Stopping]]:
    """Every trial in markets of their own."""
    own = int(Chance(seed).of("repetition", number).integers(2**62, 1)[0])
    square = draw_market(SQUARE, own)
    answers = [*holdouts(square, own, folds), *budget_splits(square, own)]
    answers += regions(draw_market(TALKING, own ^ 1), own)
    answers += switchbacks(draw_market(LONG, own ^ 2), own, "another bidder in turns, soon wanted again", True)
    answers += switchbacks(draw_market(SATED, own ^ 2), own, "another bidder in turns, goods that last", False)
    return answers, daily_looks(square, own, planned)


def repetitions(
    seed: int, first: int, last: int, folds: int, tell: Callable[[int], None] | None = None
) -> Iterator[tuple[list[Answer], list[Stopping]]]:
    """Some of the repetitions of a seed, the same whoever runs them."""
    planned = planned_error(int(Chance(seed).of("pilot").integers(2**62, 1)[0]))
    for number in range(first, last):
        yield repetition(seed, number, planned, folds)
        if tell is not None:
            tell(number)
