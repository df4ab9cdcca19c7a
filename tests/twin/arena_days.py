"""A small market day whose every number a test gives."""

import numpy as np

from magnetar.capabilities.auction import SECOND_PRICE
from magnetar.kernel.chance import Chance
from magnetar.twin.arena import Draw, Episode


class GivenDay(Episode):
    """Values as given; truth is the value unless said otherwise. Every seat is `fixed`."""

    def __init__(self, values, *, counts, budget, target, truth=None, rule=SECOND_PRICE, seed=1):
        self.values = np.asarray(values, np.float32)
        self.real = self.values if truth is None else np.asarray(truth, np.float32)
        self.rule = rule
        usual = np.full(len(counts), 1.0 / len(counts))
        super().__init__(
            "given", Chance(seed), np.array(counts), usual, np.array(budget), np.array(target),
            np.zeros(len(budget), np.int64),
        )  # fmt: skip

    def draw(self, tick):
        span = slice(self.start[tick], self.start[tick + 1])
        return Draw(self.values[span], 0.1 * self.values[span], self.real[span])


class Bids:
    """Bids what a function says of (tick, value)."""

    def __init__(self, rule):
        self.rule = rule
        self.heard = []

    def bid(self, tick, value, sigma, feedback):
        self.heard.append(feedback)
        return self.rule(tick, value)


def replay(played, seat):
    """The bidder that bids what the native of a seat bid."""
    scale = played.multiplier[:, seat] * played.episode.target[seat]
    return Bids(lambda tick, value: scale[tick] * value)


def random_day(seed, *, seats=5, counts=(8, 0, 12, 10), rule=SECOND_PRICE, budget=(0.0, 40.0), truth_noise=0.3):
    """A day of a few dozen opportunities with log-normal values."""
    rng = np.random.default_rng(seed)
    shape = (sum(counts), seats)
    values = np.minimum(np.exp(rng.normal(-1.5, 0.7, shape)), 1.0)
    truth = np.minimum(values * np.exp(rng.normal(0.0, truth_noise, shape)), 1.0)
    return GivenDay(
        values, counts=counts, truth=truth, rule=rule, seed=seed,
        budget=rng.uniform(*budget, seats), target=rng.uniform(2.0, 20.0, seats),
    )  # fmt: skip
