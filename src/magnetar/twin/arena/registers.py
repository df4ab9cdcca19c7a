"""A whole market day in registers: values are drawn where they are compared, and never written to memory.

The family is `independent`: its means, spreads, budgets, targets, rivals and exposure are those of the
day that is given. What differs from `field.play` is how a value is drawn and kept:

* A draw is a 32-bit hash of (seat's key, opportunity), and its normal deviate is the number of ones in
  it plus the hash itself as a fraction: a sum of 32 coins of nearly equal weight. Mean and variance are
  exact, the excess kurtosis is −0.06; 1.1 in a thousand lie above 3 deviations (of a normal: 1.35),
  nothing beyond 5.5.
* Sixty-four opportunities are ranked at once (see `capabilities.auction.lanes`): bids that lie within
  2⁻¹⁷ of each other may change places; prices, spend and conversions use the bids themselves.
* Given its value, an impression converts with the mean of the real probability, honesty × value; the
  real probability around that mean is not drawn, for a single outcome cannot tell the two apart.
* A budget is looked at between blocks of sixty-four opportunities. A seat never spends more than it has.

Hash: the counter times an odd number, then one round of shift, multiplication and shift with the other
constant of Wellons' `lowbias32` (2018), keyed before the round and within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import FIRST_PRICE, least_bid
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.twin.arena.episode import Singles
from magnetar.twin.arena.independent import IndependentDay
from magnetar.twin.arena.natives import Natives

LANES = 64
"""Opportunities in a block."""
SEATS = 64
"""Seats that the six low bits of a bid can name."""
SPENT, PROMISED, CONVERSIONS = range(3)
"""Columns of an account: currency, predicted conversion probability on screen, conversions."""

_WEIGHTS = 1.0 + 0.5 ** np.arange(1, 33)
_DEVIATION, _MIDDLE = 0.5 * float(np.sqrt((_WEIGHTS**2).sum())), 0.5 * float(_WEIGHTS.sum())
_FRACTION = 25
"""Bits behind the point of a sum of coins, as an integer."""
_MULTIPLY1, _MULTIPLY2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_15, _16, _8, _1 = np.uint32(15), np.uint32(16), np.uint32(8), np.uint32(1)
_TURN = np.uint32(0x9E3779B9)
_KEEP, _NAME = np.int32(-SEATS), np.int32(SEATS - 1)
_UNIT24, _UNIT31 = np.float32(2.0**-24), np.float32(2.0**-31)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@inlined
def _spread(counter: np.uint32) -> np.uint32:
    """A counter over the whole range of 32 bits; every step is cut to 32 bits, for shifts would widen it to 64."""
    return np.uint32(np.uint32(counter) * _MULTIPLY1)


@inlined
def _bits(spread: np.uint32, first: np.uint32, second: np.uint32) -> np.uint32:
    """32 bits for a spread counter under a key of two words."""
    x = np.uint32(spread + first)
    x = np.uint32(np.uint32(x ^ np.uint32(x >> _15)) ^ second)
    x = np.uint32(x * _MULTIPLY2)
    return np.uint32(x ^ np.uint32(x >> _16))


@inlined
def _mix(x: np.uint32) -> np.uint32:
    """Scramble 32 bits."""
    x = np.uint32(np.uint32(x ^ np.uint32(x >> _16)) * _MULTIPLY1)
    x = np.uint32(np.uint32(x ^ np.uint32(x >> _15)) * _MULTIPLY2)
    return np.uint32(x ^ np.uint32(x >> _16))


@inlined
def _ones(x: np.uint32) -> np.int32:
    """How many bits are set; LLVM knows this pattern and uses one instruction where there is one."""
    x = np.uint32(x - np.uint32(np.uint32(x >> _1) & np.uint32(0x55555555)))
    x = np.uint32(
        np.uint32(x & np.uint32(0x33333333)) + np.uint32(np.uint32(x >> np.uint32(2)) & np.uint32(0x33333333))
    )
    x = np.uint32(np.uint32(x + np.uint32(x >> np.uint32(4))) & np.uint32(0x0F0F0F0F))
    return np.int32(np.uint32(x * np.uint32(0x01010101)) >> np.uint32(24))


@inlined
def _coins(bits: np.uint32) -> np.float32:
    """The sum of 32 coins in units of 2⁻²⁵: how many ones there are, and the bits themselves as a fraction."""
    whole = np.uint32(np.uint32(_ones(bits)) << np.uint32(_FRACTION))
    return np.float32(np.int32(whole | np.uint32(bits >> np.uint32(32 - _FRACTION))))


class Seats(NamedTuple):
    """What a kernel knows of the seats in one tick; (64,) each, `shape` a table of quantiles a seat in a row."""

    first: Array
    second: Array
    offset: Array
    slope: Array
    """Value = offset + slope × coins."""
    scale: Array
    """Bid = scale × value."""
    honesty: Array
    """Real conversion probability = honesty × value, on average over what the prediction could not know."""


class Block(NamedTuple):
    """Room for sixty-four opportunities, (64,) each where nothing else is said.

    Everything lies in one piece of memory that begins on a page. A load that follows a store to the same place
    of another page waits for it, so the rows of coins (upper half of each page) and what is compared with
    them (lower half) never share a place.
    """

    coins: Array
    """Flat; seat s begins at `_row(s)`."""
    spread: Array
    """The counters of the opportunities, spread."""
    bids: Array
    bits: Array
    """The bids of one seat, and their bit patterns."""
    cap: Array
    """(64,) seats, most that a seat can pay."""
    best: Array
    """(slots + 1, 64), packed bids, falling."""
    seat: Array
    worth: Array
    offer: Array
    truth: Array
    """(slots + 1, 64), whose the best bids are, their values, the bids to the last bit, real probabilities."""
    place: Array
    luck: Array
    change: Array
    """(slots, 3, 64), what is added to the winner's account."""


PAGE = 1024
"""Words of four bytes."""
_HALF = PAGE // 2 // LANES
"""Rows in half a page."""
SLOTS = _HALF - 3
"""Slots whose packed bids, one more, and two rows fit into half a page."""


@inlined
def _row(seat: np.uint32) -> np.uint32:
    """Where a seat's coins begin: in the upper half of a page, eight seats a page."""
    page, row = np.uint32(seat // np.uint32(_HALF)), np.uint32(seat % np.uint32(_HALF))
    return np.uint32(page * np.uint32(PAGE) + np.uint32(row + np.uint32(_HALF)) * np.uint32(LANES))


@inlined
def _rows(memory: Array, page: int, first: int, count: int) -> Array:
    """(count × 64,), rows of a page."""
    start = page * PAGE + first * LANES
    return memory[start : start + count * LANES]


@inlined
def _room(chain: Array) -> Block:
    length = len(chain)
    pages = SEATS // _HALF + 1 + length
    whole = np.zeros((pages + 1) * PAGE, np.float32)
    start = (-whole.ctypes.data % (4 * PAGE)) // 4
    floats = whole[start : start + pages * PAGE]
    ints = floats.view(np.int32)
    shape = (length, LANES)
    return Block(
        floats,
        _rows(floats, 0, _HALF - 1, 1).view(np.uint32),
        _rows(floats, 0, 0, 1),
        _rows(ints, 0, 0, 1),
        _rows(floats, 4, 0, 1),
        _rows(ints, 0, 1, length).reshape(shape),
        _rows(ints, 1, 0, length).reshape(shape),
        _rows(floats, 2, 0, length).reshape(shape),
        _rows(floats, 5, 0, length).reshape(shape),
        _rows(floats, 6, 0, length).reshape(shape),
        _rows(ints, 3, 0, 1),
        _rows(floats, 3, 1, 1).view(np.uint32),
        _rows(floats, SEATS // _HALF, 0, 3 * (length - 1)).reshape(length - 1, 3, LANES),
    )


@compiled
def _tick(
    start: int, count: int, tables: Array, left: Array, accounts: Array, floor: np.float32, rule: int, exposure: Array,
    shown: Array, chain: Array,
) -> None:  # fmt: skip
    """Opportunities `start` … `start + count − 1` of the day. `chain` is a tuple as long as slots + 1.

    `tables` are the fields of `Seats`: a named tuple itself would take longer to hand over than to use.
    """
    first, second, offset, slope, scale, honesty = tables
    seats = Seats(first, second, offset, slope, scale, honesty)
    block = _room(chain)
    for begin in range(0, count, LANES):
        base = np.uint32(start + begin)
        _rank(base, seats, left, accounts, floor, chain, block)
        _find(seats, floor, chain, block)
        for lane in range(LANES):
            block.luck[lane] = _bits(block.spread[lane], shown[0], shown[1])
        for slot in range(len(chain) - 1):
            _happen(slot, floor, rule, exposure, block)
        _account(min(LANES, count - begin), chain, left, accounts, block)


@inlined
def _rank(
    base: np.uint32, seats: Seats, left: Array, accounts: Array, floor: np.float32, chain: Array, block: Block
) -> None:  # fmt: skip
    """Draw every seat's value, bid, and keep the best."""
    length = len(chain)
    block.best[:] = np.int32(_packed(floor) - np.int32(1))
    for lane in range(LANES):
        block.spread[lane] = _spread(np.uint32(base + np.uint32(lane)))
    for seat in range(accounts.shape[0]):
        block.cap[seat] = min(np.float64(seats.scale[seat]), left[seat] - accounts[seat, SPENT])
    for seat in range(accounts.shape[0]):
        first, second, name = seats.first[seat], seats.second[seat], np.int32(_NAME - np.int32(seat))
        least, step = seats.offset[seat] * seats.scale[seat], seats.slope[seat] * seats.scale[seat]
        cap = block.cap[seat]
        at = _row(np.uint32(seat))
        for lane in range(LANES):
            coins = _coins(_bits(block.spread[lane], first, second))
            block.coins[np.uint32(at + np.uint32(lane))] = coins
            bid = least + step * coins
            block.bids[lane] = bid if bid < cap else cap
        for lane in range(LANES):
            key = np.int32((block.bits[lane] & _KEEP) | name)
            for place in range(length):
                other = block.best[place, lane]
                block.best[place, lane] = other if other > key else key
                key = key if other > key else other


@inlined
def _packed(bid: np.float32) -> np.int32:
    """A bid's bit pattern without the bits that name a seat; a floor is a bid whose pattern has none."""
    return np.int32(np.float32(bid).view(np.int32) & _KEEP)


@inlined
def _find(seats: Seats, floor: np.float32, chain: Array, block: Block) -> None:
    """Whose the best bids are, and what they are to the last bit."""
    least = _packed(floor)
    for place in range(len(chain)):
        for lane in range(LANES):
            seat = np.uint32(_NAME - (block.best[place, lane] & _NAME))
            block.seat[place, lane] = seat
            block.place[lane] = np.uint32(_row(seat) + np.uint32(lane))
        for lane in range(LANES):
            seat = np.uint32(block.seat[place, lane])
            coins, scale = block.coins[np.uint32(block.place[lane])], seats.scale[seat]
            value = seats.offset[seat] + seats.slope[seat] * coins
            block.worth[place, lane] = value
            block.truth[place, lane] = value * seats.honesty[seat]
            bid = seats.offset[seat] * scale + (seats.slope[seat] * scale) * coins
            block.offer[place, lane] = bid if bid < block.cap[seat] else block.cap[seat]
        for lane in range(LANES):
            offer = block.offer[place, lane]
            block.offer[place, lane] = offer if block.best[place, lane] >= least else _ZERO


@inlined
def _happen(slot: int, floor: np.float32, rule: int, exposure: Array, block: Block) -> None:
    """What comes of one slot in sixty-four opportunities: seen or not, at what price, converted or not."""
    turn, visible = np.uint32(_TURN * np.uint32(slot + 1)), exposure[slot]
    for lane in range(LANES):
        bid, price = block.offer[slot, lane], block.offer[slot + 1, lane]
        price = price if price < bid else bid  # packed neighbours may stand the wrong way round
        price = price if price > floor else floor
        price = bid if rule == FIRST_PRICE else price
        seen = (np.float32(np.int32(block.luck[lane] >> _8)) * _UNIT24 < visible) & (bid > _ZERO)
        value = block.worth[slot, lane]
        value = value if value < _ONE else _ONE
        chance = np.float32(np.int32(_mix(np.uint32(block.luck[lane] + turn)) >> _1)) * _UNIT31
        block.change[slot, SPENT, lane] = price if seen else _ZERO
        block.change[slot, PROMISED, lane] = value if seen else _ZERO
        block.change[slot, CONVERSIONS, lane] = _ONE if seen & (chance < block.truth[slot, lane]) else _ZERO


@inlined
def _account(count: int, chain: Array, left: Array, accounts: Array, block: Block) -> None:
    """Book what happened; who has overspent within the block pays what it had."""
    for lane in range(count):
        for slot in range(len(chain) - 1):
            seat = np.int64(np.uint32(block.seat[slot, lane]))
            for column in range(3):
                accounts[seat, column] += np.float64(block.change[slot, column, lane])
    for seat in range(accounts.shape[0]):
        accounts[seat, SPENT] = min(accounts[seat, SPENT], left[seat])


@compiled
def _draw(start: int, first: Array, second: Array, least: Array, step: Array, most: Array, out: Array) -> None:
    for row in range(out.shape[0]):
        for seat in range(out.shape[1]):
            bits = _bits(_spread(np.uint32(start + row)), first[seat], second[seat])
            out[row, seat] = min(max(least[seat] + step[seat] * _coins(bits), _ZERO), most[seat])


@dataclass(frozen=True, slots=True)
class Tally:
    """What seats came to in a tick, (seats,), or in a day, (ticks, seats)."""

    spend: Floats
    """Currency charged."""
    promised: Floats
    """Predicted conversion probability, summed over the impressions on screen."""
    expected: Floats
    """Real conversion probability, summed likewise."""
    conversions: NDArray[np.int64]


_COLUMNS = ("spend", "promised", "expected", "conversions")


class Registers:
    """A market day whose opportunities exist only while they are auctioned."""

    def __init__(self, day: IndependentDay, luck: int = 0) -> None:
        """
        Raises:
            ValueError: more seats than 64, slots than 5 or opportunities than 32 bits count, or a spread below 0.
        """
        if day.seats > SEATS or day.slots > SLOTS or day.opportunities >= 2**32:
            raise ValueError(
                f"registers hold at most {SEATS} seats, {SLOTS} slots and 2**32 opportunities, found {day.seats}, "
                f"{day.slots} and {day.opportunities}; use arena.play for more"
            )
        if not (day.spread >= 0).all():
            raise ValueError(f"spread must be at least 0, found {float(day.spread.min())}")
        self.day = day
        chance = day.chance.of("registers")
        self._words = _words(chance, 2, SEATS)
        self.shown = _words(chance.of("luck", luck), 2)
        slope = day.spread / _DEVIATION
        self._slope, self._offset = _padded(slope / 2.0**_FRACTION), _padded(day.mean - _MIDDLE * slope)
        self.honesty = 1.0 + day.doubt * 0.5 * (day.table[:, 1:] + day.table[:, :-1]).mean(axis=1)
        """(seats,), mean of the real conversion probability over the predicted one."""
        floor = int(least_bid(day.reserve).view(np.int32))
        self.reserve = np.int32(-(-floor // SEATS) * SEATS).view(np.float32)
        """The episode's reserve, raised to the next price that packing can tell: by at most 2⁻¹⁷."""
        self._exposure = day.exposure.astype(np.float32)

    def run(self, tick: int, multiplier: Floats, left: Floats) -> Tally:
        """One tick at fixed multipliers.

        Args:
            multiplier: (seats,), at least 0; a seat bids multiplier × target × value.
            left: (seats,), currency, at least 0; lowered by what is spent.

        Raises:
            ValueError: a multiplier or a budget is negative or not finite.
        """
        day, seats = self.day, self.day.seats
        if not (np.isfinite(multiplier) & (multiplier >= 0) & np.isfinite(left) & (left >= 0)).all():
            raise ValueError("multipliers and budgets must be finite and at least 0")
        accounts = np.zeros((seats, 3))
        _tick(
            int(day.start[tick]), int(day.counts[tick]), tuple(self._seats(tick, multiplier * day.target)), left, accounts,
            self.reserve, day.rule, self._exposure, self.shown, (np.int32(0),) * (day.slots + 1),
        )  # fmt: skip
        left -= accounts[:, SPENT]
        return Tally(
            accounts[:, SPENT],
            accounts[:, PROMISED],
            accounts[:, PROMISED] * self.honesty,
            accounts[:, CONVERSIONS].astype(np.int64),
        )

    def values(self, tick: int) -> Singles:
        """(opportunities, seats), the values that the tick draws, for whoever wants to look at them."""
        return self._drawn(tick, np.ones(self.day.seats))

    def bids(self, tick: int, multiplier: Floats) -> Singles:
        """(opportunities, seats), what is bid on them, to the last bit, where no budget is in the way."""
        return self._drawn(tick, multiplier * self.day.target)

    def _drawn(self, tick: int, scale: Floats) -> Singles:
        out = np.empty((int(self.day.counts[tick]), self.day.seats), np.float32)
        seats = self._seats(tick, scale)
        least, step = seats.offset * seats.scale, seats.slope * seats.scale
        _draw(int(self.day.start[tick]), seats.first, seats.second, least, step, seats.scale, out)
        return out

    def _seats(self, tick: int, scale: Floats) -> Seats:
        return Seats(
            self._words[0], self._words[1], self._offset[tick], self._slope[tick], _padded(scale), _padded(self.honesty)
        )  # fmt: skip


def live(day: IndependentDay, luck: int = 0) -> tuple[Tally, Floats]:
    """Live through the day once, every seat on its native strategy, reacting after every tick.

    Returns:
        what came of it, (ticks, seats); the multipliers that were bid, (ticks, seats).
    """
    registers, natives, left = Registers(day, luck), Natives(day), day.budget.copy()
    ticks, multiplier = [], np.empty((day.ticks, day.seats))
    for tick in range(day.ticks):
        multiplier[tick] = natives.multiplier * day.rival_factor(tick)
        found = registers.run(tick, multiplier[tick], left)
        natives.learn(tick, found.spend, found.promised)
        ticks.append(found)
    together = {name: np.stack([getattr(one, name) for one in ticks]) for name in _COLUMNS}
    return Tally(**together), multiplier


def _words(chance: Chance, *shape: int) -> NDArray[np.uint32]:
    return (chance.uniforms(*shape) * 2.0**32).astype(np.uint32)


def _padded(values: Floats) -> Singles:
    """(…, 64), the seats' values and zeros."""
    out = np.zeros((*values.shape[:-1], SEATS), np.float32)
    out[..., : values.shape[-1]] = values
    return out
