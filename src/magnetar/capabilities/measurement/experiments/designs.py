"""Designs: what an experiment randomises, and over what."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from magnetar.capabilities.measurement.experiments.assignment import REGIONS
from magnetar.kernel.chance import Chance, Ints
from magnetar.kernel.errors import BadInput


class Design(enum.StrEnum):
    """Which comparison an experiment makes."""

    HOLDOUT = "holdout"
    """Some shoppers do not see the campaign; what they would have seen is recorded (ghost bids)."""
    REGIONS = "regions"
    """Whole regions do not see the campaign, so that what shoppers of a region share stays in one arm."""
    BUDGET_SPLIT = "budget_split"
    """Shoppers and budget are both divided, so that neither arm can spend the other's money."""
    SWITCHBACK = "switchback"
    """The whole market changes between two ways of running, block of time by block of time."""
    AB = "ab"
    """Some shoppers do not see the campaign, nothing is recorded of what they missed: the naive comparison."""
    AA = "aa"
    """Both arms see the campaign; any difference is luck or a fault of the measuring."""


class Lever(enum.StrEnum):
    """What a switchback turns."""

    CAMPAIGN = "campaign"
    """The campaign is served in one arm and withheld in the other."""
    BIDDER = "bidder"
    """The campaign's bidding provider."""
    RESERVE = "reserve"
    """The market's reserve price."""


LARGEST_SHARE = 0.9
LONGEST_BLOCK = 7 * 48


@dataclass(frozen=True, slots=True)
class Experiment:
    """A randomised comparison: what is compared, who is in which arm, since when."""

    id: str
    number: int
    """Counts the experiments of the platform, from 0."""
    merchant: str
    design: Design
    campaigns: tuple[str, ...]
    """One campaign; under a budget split the present one and its variant."""
    share: float
    """Of shoppers, regions or blocks in the control arm: those without the campaign, or with the present way."""
    seed: int
    started_at: int
    started_tick: int
    ended_at: int = -1
    """Microseconds; −1 while it runs."""
    ended_tick: int = -1
    lever: Lever = Lever.CAMPAIGN
    block_ticks: int = 0
    washout_ticks: int = 0
    """Ticks at the start of each block that do not count, because the block before still works on."""
    values: tuple[str, str] = ("", "")
    """What the lever is set to in the control arm and in the other."""
    turn: float = 0.0
    """Where the control arm begins: shoppers whose draw lies in [turn, turn + share) are in it."""
    planned_error: float = 0.0
    """Currency units, the standard error for which the always-valid interval is tightest; 0 until the first day is over."""
    standing: bool = False
    """Whether it runs for as long as the campaign does."""
    notes: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def running(self) -> bool:
        return self.ended_at < 0

    @property
    def by_region(self) -> bool:
        return self.design is Design.REGIONS

    @property
    def ghost(self) -> bool:
        """Whether what was withheld is recorded."""
        return self.design in (Design.HOLDOUT, Design.REGIONS, Design.SWITCHBACK)

    @property
    def enters_on_exposure(self) -> bool:
        """Whether a shopper takes part from the first (ghost) exposure, and not from the first page."""
        return self.design in (Design.HOLDOUT, Design.AA)


def check(experiment: Experiment) -> Experiment:
    """The experiment, if it can be carried out.

    Raises:
        BadInput: the share, the block or the washout cannot be used.
    """
    share, design = experiment.share, experiment.design
    if not 0.0 < share <= LARGEST_SHARE:
        raise BadInput(f"A control share lies in (0, {LARGEST_SHARE}], found {share!r}. A tenth is usual.")
    if not 0.0 <= experiment.turn <= 1.0 - share:
        raise BadInput(f"With a share of {share!r} a turn lies in [0, {1.0 - share:g}], found {experiment.turn!r}.")
    if design is Design.REGIONS and not 1 <= round(share * REGIONS) < REGIONS:
        raise BadInput(f"Of {REGIONS} regions at least one must be in each arm, found a share of {share!r}.")
    if design is Design.SWITCHBACK:
        if not 1 <= experiment.block_ticks <= LONGEST_BLOCK:
            raise BadInput(f"A block has 1 to {LONGEST_BLOCK} ticks, found {experiment.block_ticks}.")
        if not 0 <= experiment.washout_ticks < experiment.block_ticks:
            raise BadInput(
                f"A washout is shorter than its block of {experiment.block_ticks} ticks, found {experiment.washout_ticks}."
            )
    return experiment


def check_values(lever: Lever, values: tuple[str, str]) -> None:
    """Refuse what a lever cannot be set to.

    Raises:
        BadInput: with what was found and what is expected.
    """
    if lever is Lever.RESERVE:
        try:
            numbers = [float(value) for value in values]
        except ValueError:
            raise BadInput(f"The reserve needs two prices, found {values!r}.") from None
        if not all(0.0 <= number < float("inf") for number in numbers):
            raise BadInput(f"A reserve price is at least 0, found {values!r}.")
    if lever is Lever.BIDDER and not all(values):
        raise BadInput("A switchback of bidders needs the names of two, e.g. ('pacing', 'pid').")


def block_arms(seed: int, experiment: str, blocks: int) -> Ints:
    """(blocks,), 0 or 1: the arm of each block of a switchback, balanced within each pair of blocks.

    Of blocks 2k and 2k + 1 a coin makes one the control; so both arms meet every part of a trend.
    """
    pairs = (blocks + 1) // 2
    first = Chance(seed).of("experiment", experiment, "blocks").integers(2, pairs)
    arms = first.repeat(2)
    arms[1::2] = 1 - first
    return arms[:blocks]
