"""Leads in the bazaar: hidden rates, the same luck in every arm, and nothing from what sells nothing."""

import numpy as np

from magnetar.capabilities.shoppers import Clicked
from magnetar.kernel.chance import Chance
from magnetar.kernel.clock import HOUR
from magnetar.twin.bazaar.leads import DELAY, LEAST, SPREAD, Leads
from magnetar.vocabulary.campaigns import ConversionKind

PRICE = np.array([20.0, 50.0, 0.0])


def clicks(count: int, item: int, *, first: int = 0, at: int = 0) -> Clicked:
    same = np.zeros(count, np.int64)
    request = np.arange(first, first + count).astype(np.uint64)
    return Clicked(same + at, request, same, same, same, same + item, same + 3)


def test_clicks_bring_leads_at_the_hidden_rate_after_their_delay():
    leads = Leads(Chance(4), PRICE)
    assert (leads.rate[:2] >= LEAST).all()
    assert (leads.rate[:2] <= LEAST + SPREAD).all()
    came = leads.after(clicks(40_000, 1), until=10**16)
    assert abs(len(came.item) / 40_000 - leads.rate[1]) < 4 * np.sqrt(leads.rate[1] / 40_000)
    assert abs((came.at - came.clicked_at).mean() / DELAY - 1.0) < 0.15
    assert set(came.kind.tolist()) == {int(ConversionKind.LEAD)}
    assert set(came.group.tolist()) == {3}


def test_what_sells_nothing_brings_no_leads():
    leads = Leads(Chance(4), PRICE)
    assert len(leads.after(clicks(5_000, 2), until=10**16).item) == 0


def test_each_lead_comes_once_in_its_time():
    whole, parts = Leads(Chance(4), PRICE), Leads(Chance(4), PRICE)
    at_once = whole.after(clicks(2_000, 0), until=10**16)
    found = [parts.after(clicks(2_000, 0), until=HOUR)]
    found += [parts.after(clicks(0, 0), until=hour * HOUR) for hour in range(2, 60)]
    assert all((one.at < hour * HOUR).all() for hour, one in enumerate(found, start=1))
    assert sorted(np.concatenate([one.request for one in found]).tolist()) == sorted(at_once.request.tolist())


def test_the_same_click_has_the_same_luck_whatever_else_is_clicked():
    alone, among = Leads(Chance(4), PRICE), Leads(Chance(4), PRICE)
    few = set(alone.after(clicks(500, 0, first=100), until=10**16).request.tolist())
    many = set(among.after(clicks(2_000, 0), until=10**16).request.tolist())
    assert few == {one for one in many if 100 <= one < 600}
