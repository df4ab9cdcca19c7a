"""The turn of ticks and days: what is settled, what starts again, and how long has passed."""

import numpy as np
import pytest
from small_market import TICK, advertise_everything, crowded_shelf, failures, look, open_market, page, pages_for, viewed

from magnetar.kernel.clock import HOUR


def test_orders_are_waited_for_by_the_time_between_two_edges():
    market = open_market(crowded_shelf())
    advertise_everything(market)
    for tick in range(20, 23):
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        if tick == 20:
            market.bus.publish(viewed(page((0, 0, 1000), rates=(0.8, 0.5)), depth=1))
    # what was shown in tick 20 waits from the edge of 21 to that of 22; nothing has come, so the delay seems longer
    delay = market.predictor.mean_delay
    assert 4 * HOUR < delay < 4.5 * HOUR
    assert market.bidding.matured_of(0) == pytest.approx(0.4 * (1 - np.exp(-TICK / delay)), rel=1e-6)


@pytest.mark.parametrize("opened", [[46, 47, 48], [46, 47, 51], [46, 60], [46, 47, 48, 48]])
def test_a_day_turns_once_even_if_its_first_tick_is_missed_or_opened_twice(opened: list[int]):
    market = open_market(crowded_shelf())
    advertise_everything(market, budget=3.0)
    for tick in opened:
        market.bus.clock.step_to(tick * TICK)
        market.open_tick(tick)
        if tick < 48:
            look(market, market.decide(pages_for(market, 200, seed=tick)))
        elif tick == opened[-1]:
            assert not market.serving.shown.table(48).any()
            assert not market.budgets.spent_today.any()
            assert (market.serving.lease == 3_000_000).all()
    assert market.campaigns.delivery.spend.sum() > 0
    assert not failures(market.bus)


def test_what_was_spent_is_settled_at_the_edge_and_the_rest_is_leased_again():
    market = open_market(crowded_shelf())
    advertise_everything(market, budget=3.0)
    for tick in range(6):
        market.open_tick(tick)
        roster, delivery = market.campaigns.roster, market.campaigns.delivery
        spent = np.zeros(len(roster.campaigns), np.int64)
        np.add.at(spent, roster.campaign, delivery.spend)
        assert (market.budgets.spent_today == spent).all()
        assert (market.serving.lease == 3_000_000 - spent).all()
        look(market, market.decide(pages_for(market, 150, seed=tick)), depth=5)
    assert spent.sum() > 0
