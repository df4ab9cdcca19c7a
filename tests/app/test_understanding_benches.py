"""The benches of understanding count as they say: by hand, and as the portraits themselves reckon."""

import numpy as np
import pytest

from magnetar.app.benches.cards import Labelled, counts, f1, held_out, label, units
from magnetar.app.benches.portraits import Task, bands_of, calibration, losses, task
from magnetar.capabilities.understanding import Deed, Event, Goods, Kind, Population, Taste, draw_portrait
from magnetar.capabilities.understanding.portraits import band_odds
from magnetar.kernel.clock import DAY
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

PLATE = Product(ProductId("p"), MerchantId("m"), "陶瓷餐盘 20cm", Money.of(9))


def test_only_kinds_that_the_record_speaks_of_are_counted() -> None:
    one = Labelled(PLATE, frozenset({(Kind.MATERIAL, "ceramic"), (Kind.SIZE, "200 mm")}), "")
    found = {(Kind.MATERIAL, "ceramic"), (Kind.MATERIAL, "wood"), (Kind.SCENE, "dining")}
    assert counts(one, found) == (1, 1, 1)
    assert f1(np.array([[1, 1, 1]])) == 0.5
    assert f1(np.zeros((1, 3))) == 0.0


def test_hidden_attributes_are_hidden() -> None:
    one = label(PLATE, {"材质": "陶瓷", "直径": "20cm", "数量": "1只", "别的": "x"}, "牌")
    assert one.product.attributes == {}
    assert one.gold == {(Kind.MATERIAL, "ceramic"), (Kind.SIZE, "200 mm")}  # one piece is no news
    assert units(Kind.MATERIAL, "菠萝叶") == {(Kind.MATERIAL, "菠萝叶")}


def test_the_split_is_by_id_alone() -> None:
    kept = [held_out(f"p{n}") for n in range(400)]
    assert kept == [held_out(f"p{n}") for n in range(400)]
    assert 150 < sum(kept) < 250


def test_losses_and_calibration_by_hand() -> None:
    one = Task(np.zeros((1, 2, 3)), np.full(3, 1 / 3), np.array([0, 0, 1]), np.array([0, 2, 1]))
    odds = np.array([[0.5, 0.25, 0.25], [0.2, 0.6, 0.2]])
    assert losses(odds, one) == pytest.approx([-(np.log(0.5) + np.log(0.25)) / 2, -np.log(0.6)])
    sure = Task(one.counts, one.usual, np.array([0]), np.array([0]))
    assert calibration(np.array([[1.0, 0.0, 0.0]]), sure) == 0.0
    assert calibration(np.array([[0.0, 1.0, 0.0]]), sure) == pytest.approx(2 / 3)


def test_the_next_basket_alone_is_foretold_and_only_of_who_is_known() -> None:
    at = np.array([1, 2, 10, 10, 20, 11], np.int64)
    shopper = np.array([0, 0, 0, 0, 0, 1])
    band = np.array([0, -1, 2, 1, 0, 0])
    basket = np.array([0, 0, 1, 1, 2, 3])
    one = task(at, shopper, band, basket, 2, 5, [1e9], 100)
    assert one.band.tolist() == [2, 1]
    assert one.shopper.tolist() == [0, 0]
    assert one.counts[0, 0] == pytest.approx([1.0, 0.0, 0.0])


def test_the_bench_reckons_bands_as_portraits_do() -> None:
    goods = {f"g{n}": Goods("c", p, frozenset()) for n, p in enumerate((0.1, 0.5, 0.9))}
    events = [Event(n * DAY, Deed.ORDER, f"g{g}") for n, g in enumerate((0, 2, 2, 1))]
    taste, population = Taste(half_life_days=10.0), Population(goods, {}, (0.2, 0.3, 0.5))
    portrait = draw_portrait("s", events, population, 4 * DAY, taste)
    at = np.array([one.at for one in events] + [5 * DAY])
    band = bands_of(np.array([0.1, 0.9, 0.9, 0.5, 0.5]))
    known = task(at, np.zeros(5, np.int64), band, np.arange(5), 1, 4 * DAY, [10.0], 2 * DAY)
    odds = band_odds(known.counts[0], np.array(population.bands), taste.band_strength)
    assert odds[0] == pytest.approx(portrait.bands)
