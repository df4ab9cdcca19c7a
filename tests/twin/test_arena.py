"""Market mode: days, rivals, and one seat against frozen others."""

import ast
import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from arena_days import Bids, GivenDay, random_day, replay

from magnetar.capabilities.auction import FIRST_PRICE, SECOND_PRICE, run_auctions
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.twin.arena import FAMILIES, Guest, load_family, play, play_with, sit
from magnetar.twin.arena.chair import score_of
from magnetar.twin.arena.shocks import OVERRATED, TRAFFIC
from magnetar.twin.calibration import Calibration

SMALL = {"opportunities": 4_800, "seats": 12}
everywhere = pytest.mark.parametrize("name", list(FAMILIES))


def fingerprint(played):
    digest = hashlib.sha256()
    for array in (played.top, played.who, played.value, played.sigma, played.truth, played.multiplier, played.spend):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


# Days


@everywhere
def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_day(name):
    family = load_family(name)
    assert fingerprint(play(family.open(3, **SMALL))) == fingerprint(play(family.open(3, **SMALL)))
    assert fingerprint(play(family.open(3, **SMALL))) != fingerprint(play(family.open(4, **SMALL)))


@everywhere
def test_a_tick_drawn_twice_is_the_same_tick(name):
    day = load_family(name).open(3, **SMALL)
    one, _, again = day.draw(7), day.draw(8), day.draw(7)
    assert (one.value == again.value).all()
    assert (one.sigma == again.sigma).all()
    assert (one.truth == again.truth).all()


@everywhere
def test_values_are_probabilities_with_their_doubt(name):
    day = load_family(name).open(5, **SMALL)
    drawn = day.draw(20)
    assert drawn.value.shape == drawn.sigma.shape == drawn.truth.shape == (day.counts[20], 12)
    for column in (drawn.value, drawn.sigma, drawn.truth):
        assert column.dtype == np.float32
        assert ((column >= 0) & (column <= 1)).all()
    assert (drawn.sigma <= 1.5 * drawn.value).all()


@everywhere
def test_budgets_grow_with_the_day(name):
    family = load_family(name)
    np.testing.assert_allclose(family.open(3, 9_600, 12).budget, 2.0 * family.open(3, 4_800, 12).budget)


@everywhere
@pytest.mark.parametrize(("opportunities", "seats", "ticks"), [(0, 3, 48), (100, 1, 48), (500, 4, 5), (30, 2, 1)])
def test_tiny_markets_are_played_to_their_end(name, opportunities, seats, ticks):
    played = play(load_family(name).open(1, opportunities, seats, ticks))
    assert played.top.shape == (played.episode.opportunities, 4)
    assert played.episode.opportunities <= opportunities
    assert sit(played, 0, Bids(lambda tick, value: 100.0 * value)).spend <= played.episode.budget[0]


def many(name, seed=11, ticks=(3, 17, 30, 44)):
    """Values and truths of some ticks of a full-sized day, (opportunities, seats)."""
    day = load_family(name).open(seed)
    drawn = [day.draw(tick) for tick in ticks]
    return np.concatenate([one.value for one in drawn]), np.concatenate([one.truth for one in drawn]), day


def mean_correlation(value, by_tick=None):
    logs = np.log(np.maximum(value, 1e-9))
    found = np.corrcoef(logs.T)
    return found[np.triu_indices(len(found), 1)].mean()


def test_independent_values_do_not_move_together_and_taste_values_do():
    independent, _, _ = many("independent", ticks=(17,))
    taste, _, _ = many("taste", ticks=(17,))
    assert abs(mean_correlation(independent)) < 0.02
    assert mean_correlation(taste) > 0.25


def test_independent_values_are_normal_about_their_mean():
    value, _, day = many("independent", ticks=(17,))
    np.testing.assert_allclose(value.mean(axis=0), day.mean[17], rtol=0.08)
    relative = value.std(axis=0) / day.mean[17]
    assert ((relative > 0.35) & (relative < 0.65)).all()


@pytest.mark.parametrize("name", ["taste", "first-price"])
def test_predictions_are_right_on_average_where_a_day_says_so(name):
    value, truth, day = many(name)
    assert day.unbiased
    assert truth.mean() / value.mean() == pytest.approx(1.0, abs=0.005)


def test_independent_days_have_seats_whose_predictions_are_off_by_some_per_cent():
    value, truth, day = many("independent")
    off = truth.mean(axis=0) / value.mean(axis=0) - 1.0
    assert not day.unbiased
    assert 0.01 < np.abs(off).mean() < 0.08
    assert np.abs(off).max() < 0.25


def test_the_taste_market_has_opportunities_that_are_good_for_everybody():
    value, _, _ = many("taste", ticks=(17,))
    quality = np.log(value).mean(axis=1)
    assert quality.std() > 0.35


def test_shocks_strike_at_their_time_and_with_their_size():
    days = [load_family("shocks").open(seed, 48_000, 12) for seed in range(40)]
    struck = np.array([[d.struck.traffic, d.struck.rivals, d.struck.overrated, d.struck.left] for d in days]) < 48
    assert struck.any(axis=1).all()  # no day without a shock
    assert ((struck.mean(axis=0) > 0.25) & (struck.mean(axis=0) < 0.85)).all()
    assert {d.struck.traffic for d in days} == {24, 48}  # noon or never
    share = np.array([d.counts[24:].sum() / d.counts.sum() for d in days])
    usual = days[0].usual[24:].sum()
    assert share[struck[:, 0]].mean() < share[~struck[:, 0]].mean() - 0.05
    expected = usual * TRAFFIC / (1.0 - usual + usual * TRAFFIC)
    assert share[struck[:, 0]].mean() == pytest.approx(expected, abs=0.03)
    day = next(d for d in days if d.struck.rivals < 48 and d.struck.left == 48)
    assert (day.rival_factor(day.struck.rivals - 1) == 1.0).all()
    assert (day.rival_factor(day.struck.rivals) == 1.5).all()
    day = next(d for d in days if d.struck.left < 48)
    assert (day.rival_factor(47) == 0.0).sum() == len(day.leavers) == 4
    assert (day.rival_factor(0) > 0.0).all()


def test_a_misleading_model_overrates_the_misled_seats_by_three_tenths():
    day = next(
        d for d in (load_family("shocks").open(seed, 48_000, 12) for seed in range(40)) if d.struck.overrated < 40
    )
    before, after = day.draw(day.struck.overrated - 1), day.draw(44)
    told = after.value.sum(axis=0) / after.truth.sum(axis=0)
    assert before.value.sum() / before.truth.sum() == pytest.approx(1.0, abs=0.02)
    assert told[day.misled].mean() == pytest.approx(OVERRATED, rel=0.02)
    assert told[~day.misled].mean() == pytest.approx(1.0, rel=0.02)


def test_the_family_kept_aside_shares_no_draws_with_the_others():
    import magnetar.twin.arena.aside as aside

    tree = ast.parse(Path(aside.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {module.rpartition(".")[2] for module in imported if module and "arena" in module}
    assert ours == {"episode", "natives"}


def test_the_family_kept_aside_is_sparse_and_comes_in_sessions():
    played = play(load_family("aside").open(7))
    conversions = played.expected.sum(axis=0)
    assert 5.0 < np.median(conversions) < 40.0
    drawn = played.episode.draw(40)
    level = np.log(drawn.truth).mean(axis=1)
    assert np.corrcoef(level[:-1], level[1:])[0, 1] > 0.2  # the next opportunity is often the same shopper's
    away = np.array([played.episode.rival_factor(tick) for tick in range(48)]) == 0.0
    assert 0.1 < away.any(axis=0).mean() < 0.8
    assert played.spend[away].sum() == 0.0
    budget = np.sort(played.episode.budget)
    assert budget[-5:].sum() > 0.2 * budget.sum()


def hand_written(**changes):
    numbers = {
        "currency": "CNY", "first": "2026-01-01", "last": "2026-03-01", "orders": 9000, "customers": 3000,
        "products": 200, "orders_per_day": 150.0, "orders_per_day_now": 160.0, "day_dispersion": 0.04,
        "hourly": (0.0,) * 8 + (1.0 / 16,) * 16, "weekday": (1 / 7,) * 7, "purchase_shape": 0.8,
        "purchase_rate_days": 30.0, "leave_first": 1.0, "leave_second": 2.0, "guest_share": 0.2,
        "newcomer_share": 0.3, "repeat_rate": 0.3, "shopper_concentration": 0.5, "quantiles": (0.5,),
        "lines_per_order": (2.0,), "pieces_per_order": (3.0,), "pieces_per_line": (1.0,), "order_value": (50.0,),
        "order_value_log_mean": 4.0, "order_value_log_sd": 0.8, "price_log_mean": 3.0, "price_log_sd": 0.6,
        "popularity_exponent": 0.9, "popularity_tops": (1,), "popularity_shares": (0.2,), "new_products_per_day": 0.1,
        "new_product_share_per_day": 0.001, "return_rate": 0.05, "orders_with_return": 0.06,
        "return_delay_days": (5.0,),
    }  # fmt: skip
    return Calibration(**(numbers | changes))


def test_a_calibrated_day_follows_the_shop(tmp_path):
    hand_written().save(tmp_path)
    family = load_family(f"calibrated:{tmp_path}")
    day = family.open(3)
    by_hour = day.counts.reshape(24, 2).sum(axis=1) / day.counts.sum()
    assert by_hour[:8].sum() < 0.02
    assert np.log(day.target).std() == pytest.approx(0.6, abs=0.2)
    played = play(day)
    assert played.truth.mean() / played.value.mean() == pytest.approx(1.0, abs=0.005)
    assert 5.0 < np.median(played.expected.sum(axis=0)) < 60.0
    assert 0.2 < (played.spend.sum(axis=0) > 0.98 * day.budget).mean() < 0.95  # some on budget, some on target
    assert fingerprint(played) == fingerprint(play(family.open(3)))


def test_unequal_shoppers_make_unequal_opportunities(tmp_path):
    spread = {}
    for shape in (0.5, 5.0):
        hand_written(purchase_shape=shape).save(tmp_path)
        value = load_family(f"calibrated:{tmp_path}").open(3, 9_600).draw(30).value
        spread[shape] = np.log(value).mean(axis=1).std()
    assert spread[0.5] > 2.0 * spread[5.0]


def test_a_folder_without_calibration_is_named(tmp_path):
    with pytest.raises(NotFound, match="magnetar twin calibrate"):
        load_family(f"calibrated:{tmp_path}")


@pytest.mark.parametrize("name", ["no-such", "no.such.module:Family", "magnetar.twin.arena.traffic:daily_curve", ""])
def test_an_unknown_family_says_what_to_do(name):
    with pytest.raises(BadInput, match=r"Choose one of|module:Family|needs a `name`"):
        load_family(name)


def test_a_family_of_your_own_is_loaded_from_a_file(tmp_path):
    (tmp_path / "my_family.py").write_text(
        "from magnetar.twin.arena.taste import Taste\nclass Mine(Taste):\n    name = 'mine'\n"
    )
    family = load_family(f"{tmp_path}/my_family.py:Mine")
    assert family.open(1, 480, 4).seats == 4


# Rivals


@everywhere
def test_no_seat_spends_more_than_its_budget(name):
    played = play(load_family(name).open(2, **SMALL))
    assert (played.spend.sum(axis=0) <= played.episode.budget * (1.0 + 1e-9)).all()


@pytest.mark.parametrize("name", ["independent", "taste", "first-price"])
def test_a_market_mixes_seats_short_of_money_with_seats_short_of_worth(name):
    played = play(load_family(name).open(21))
    used = played.spend.sum(axis=0) / played.episode.budget
    cost = played.spend.sum(axis=0) / np.maximum(played.expected.sum(axis=0), 1e-9) / played.episode.target
    assert 0.15 < (used > 0.98).mean() < 0.8
    assert 0.8 < np.median(cost) < 1.2
    assert 10.0 < np.median(played.expected.sum(axis=0)) < 60.0


def test_rivals_that_bid_their_target_are_outbid_upwards_when_the_market_moves():
    family = load_family("shocks")
    day = next(d for d in (family.open(seed, 24_000) for seed in range(40)) if 12 < d.struck.rivals < 30)
    played, tick = play(day), day.struck.rivals
    first, middle, last = (int(day.start[at]) for at in (tick - 2, tick, tick + 2))
    assert played.top[middle:last, 2].mean() > 1.15 * played.top[first:middle, 2].mean()


def test_slots_are_on_screen_as_often_as_they_should_be():
    day = GivenDay(
        np.full((20_000, 4), 0.5), counts=[20_000], budget=[1e9] * 4, target=[40.0, 30.0, 20.0, 10.0], truth=np.ones((20_000, 4))
    )  # fmt: skip
    played = play(day)
    assert (played.who == [0, 1, 2, 3]).all() or played.who.shape == (20_000, 4)
    seen = np.zeros(4)
    seen[played.who[0]] = played.conversions[0][played.who[0]] / 20_000
    ranked = seen[played.who[0]]
    np.testing.assert_allclose(ranked, [1.0, 0.8, 0.48, 0.0], atol=0.012)


# One seat


@everywhere
@pytest.mark.parametrize("seat", [0, 5, 11])
def test_bidding_what_the_native_bid_gives_what_the_native_got(name, seat):
    played = play(load_family(name).open(2, **SMALL))
    if (played.episode.rival_factor(47)[seat] == 0.0) or not played.spend[:, seat].any():
        seat = int(np.argmax(played.spend.sum(axis=0)))
    day = sit(played, seat, replay(played, seat))
    np.testing.assert_array_equal(day.tick_spend, played.spend[:, seat])
    assert day.conversions == played.conversions[:, seat].sum()


@given(st.integers(0, 10_000), st.sampled_from([SECOND_PRICE, FIRST_PRICE]), st.floats(0.0, 1e6))
@settings(max_examples=60, deadline=None)
def test_no_bid_however_high_exceeds_the_budget(seed, rule, scale):
    played = play(random_day(seed, rule=rule))
    day = sit(played, seed % 5, Bids(lambda tick, value: scale * value))
    assert 0.0 <= day.spend <= day.budget * (1.0 + 1e-12)
    assert day.conversions <= played.episode.opportunities
    assert day.spend == pytest.approx(day.tick_spend.sum())


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_seat_never_changes_the_others_frozen_bids(seed):
    played = play(random_day(seed))
    before = fingerprint(played)
    sit(played, 2, Bids(lambda tick, value: 1e4 * value))
    assert fingerprint(played) == before


@given(st.integers(0, 10_000), st.sampled_from([SECOND_PRICE, FIRST_PRICE]))
@settings(max_examples=40, deadline=None)
def test_slots_and_prices_are_those_of_the_exact_auction(seed, rule):
    """Put the seat's bids in place of the native's among all the bids, and ask the auction itself."""
    rng = np.random.default_rng(seed)
    day = random_day(seed, counts=(25,), rule=rule, budget=(1e6, 2e6))
    played, seat = play(day), int(rng.integers(5))
    bids = (played.multiplier[0] * day.target * day.values.astype(np.float64)).astype(np.float32)
    own = np.float32(rng.uniform(0.0, 6.0, 25))
    own[:3] = bids[:3, (seat + 1) % 5]  # ties
    bids[:, seat] = own
    winners, prices = run_auctions(bids.astype(np.float64), slots=3, reserve=day.reserve, rule=rule)
    bidder = Bids(lambda tick, value: own.astype(np.float64)[: len(value)])
    sit(GivenTwice(played), seat, bidder)
    heard = bidder.heard[1]
    won, place = np.nonzero(winners == seat)
    slot = np.zeros(25, int)
    slot[won] = place + 1
    np.testing.assert_array_equal(heard.slot, slot)
    np.testing.assert_array_equal(heard.won, slot > 0)
    price = np.zeros(25)
    price[won] = prices[won, place]
    np.testing.assert_array_equal(heard.cost, np.where(heard.exposed, price, 0.0))


class GivenTwice:
    """A recorded day with an empty tick at the end, so that the bidder hears of the last one."""

    def __init__(self, played):
        self.__dict__.update({name: getattr(played, name) for name in ("top", "who", "value", "sigma", "truth")})
        self.episode = played.episode
        self.episode.counts = np.append(self.episode.counts, 0)
        self.episode.start = np.append(self.episode.start, self.episode.start[-1])


def test_what_a_bidder_hears_adds_up():
    played = play(load_family("taste").open(2, **SMALL))
    target = played.episode.target[4]
    bidder = Bids(lambda tick, value: target * value)
    day = sit(played, 4, bidder)
    assert bidder.heard[0] is None
    heard = bidder.heard[1:]
    assert [len(one) for one in heard] == played.episode.counts[:-1].tolist()
    left = day.budget
    for tick, one in enumerate(heard):
        assert one.cost.sum() == pytest.approx(day.tick_spend[tick])
        left -= one.cost.sum()
        assert one.remaining_budget == pytest.approx(left)
        assert (one.cost[~one.exposed] == 0.0).all()
        assert not (one.converted & ~one.exposed).any()
        assert not (one.exposed & ~one.won).any()
        assert (one.bid[one.won] >= one.market_price[one.won] - 1e-6).all()
        assert (one.bid[~one.won] <= one.market_price[~one.won] * (1 + 1e-6)).all()
        assert (one.cost <= one.bid * (1 + 1e-6)).all()


def test_two_bidders_meet_the_same_luck_and_another_luck_is_another():
    played = play(load_family("taste").open(2, **SMALL))
    bid = {"one": Bids(lambda tick, value: 90.0 * value), "two": Bids(lambda tick, value: 120.0 * value)}
    for bidder in bid.values():
        sit(played, 3, bidder)
    one, two = (bid[name].heard[30] for name in ("one", "two"))
    both = (one.slot == two.slot) & one.won
    assert both.any()
    np.testing.assert_array_equal(one.exposed[both], two.exposed[both])
    np.testing.assert_array_equal(one.converted[both], two.converted[both])
    same, other = sit(played, 3, Bids(lambda tick, value: 90.0 * value)), sit(
        played, 3, Bids(lambda tick, value: 90.0 * value), luck=1
    )  # fmt: skip
    again = sit(played, 3, Bids(lambda tick, value: 90.0 * value))
    assert (same.conversions, same.expected, same.tick_spend.tolist()) == (
        again.conversions,
        again.expected,
        again.tick_spend.tolist(),
    )
    assert same.tick_spend.sum() != other.tick_spend.sum()
    assert same.expected == pytest.approx(other.expected, rel=0.3)


def test_a_seat_without_budget_buys_nothing():
    day = random_day(1, budget=(5.0, 20.0))
    day.budget[2] = 0.0
    found = sit(play(day), 2, Bids(lambda tick, value: 1e6 * value))
    assert (found.spend, found.conversions, found.expected_score) == (0.0, 0, 0.0)
    assert np.isnan(found.cpa)
    assert np.isnan(found.cost_cv)


def test_a_target_below_the_market_costs_score_rather_than_raising():
    day = random_day(1, budget=(50.0, 60.0))
    day.target[2] = 0.01
    found = sit(play(day), 2, Bids(lambda tick, value: 20.0 * value))
    assert found.expected > 0.0
    assert 0.0 < found.expected_score < 0.1 * found.expected
    assert found.expected_cpa > day.target[2]


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_a_bid_that_is_no_bid_is_refused(wrong):
    with pytest.raises(ValueError, match="finite numbers of at least 0"):
        sit(play(random_day(1)), 2, Bids(lambda tick, value: np.full(len(value), wrong)))


def test_bids_of_the_wrong_length_and_seats_that_are_not_there_are_refused():
    played = play(random_day(1))
    with pytest.raises(ValueError, match=r"must bid \(8,\)"):
        sit(played, 2, Bids(lambda tick, value: np.ones(3)))
    with pytest.raises(ValueError, match="seat must lie in"):
        sit(played, 5, Bids(lambda tick, value: value))


def test_days_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="budgets of at least 0"):
        GivenDay(np.ones((1, 1)), counts=[1], budget=[-1.0], target=[1.0])
    with pytest.raises(ValueError, match="targets above 0"):
        GivenDay(np.ones((1, 1)), counts=[1], budget=[1.0], target=[0.0])
    with pytest.raises(ValueError, match="must be"):
        GivenDay(np.ones((1, 2)), counts=[1], budget=[1.0, 1.0], target=[1.0])


def test_a_guest_that_plays_the_native_changes_nothing_and_one_that_does_not_does():
    day = load_family("taste").open(2, **SMALL)
    played = play(day)
    again, found = play_with(day, Guest(4, replay(played, 4)))
    np.testing.assert_array_equal(again.top, played.top)
    np.testing.assert_array_equal(found.tick_spend, played.spend[:, 4])
    loud, _ = play_with(day, Guest(4, Bids(lambda tick, value: 300.0 * value)))
    others = np.arange(12) != 4
    assert (loud.multiplier[1:, others] != played.multiplier[1:, others]).any()  # they respond


def test_scores_fall_with_the_square_of_a_missed_target():
    assert score_of(10.0, 900.0, 100.0) == 10.0
    assert score_of(10.0, 1250.0, 100.0) == pytest.approx(6.4)
    assert score_of(0.0, 0.0, 100.0) == 0.0


def test_hourly_variation_is_that_of_cost_by_hour():
    """Two hours of which the second costs three times as much a conversion: mean 2, spread 1."""
    values = np.full((4, 2), 0.5)
    played = play(GivenDay(values, counts=[1, 1, 1, 1], budget=[100.0, 100.0], target=[20.0, 10.0]))
    day = sit(played, 0, Bids(lambda tick, value: 100.0 * value))
    assert day.cost_cv == 0.0
    day.tick_expected_spend[2:] *= 3.0
    assert day.cost_cv == pytest.approx(0.5)
