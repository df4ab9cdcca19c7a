"""The bench of predictions: its truth is the bazaar's own, its figures are worked out by hand, its oracle knows more."""

import copy
from pathlib import Path

import numpy as np
import pytest

from magnetar.app.benches import predict_lifetime
from magnetar.app.benches.predict import held_out
from magnetar.app.benches.predict_rivals import Counting, Hashed, Seen
from magnetar.app.benches.predict_truth import Views, true_rates
from magnetar.app.benches.predict_watch import Watch, Watched, auc, calibration_error, off
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.serving import PageRequests
from magnetar.kernel.errors import BadInput
from magnetar.twin.bazaar import WORLDS, Bazaar
from magnetar.twin.rehearsal import Setting
from magnetar.twin.world import Day
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money


def setting(seed: int = 3, **more: object) -> Setting:
    products = goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")
    given = {"shoppers": 300, "pages_per_day": 1_500, **more}
    return Setting(
        products, MerchantId("demo"), Money.of(1_000), Goal(GoalKind.TARGET_ROI, 3.0), 1, (), seed=seed, **given
    )


@pytest.mark.parametrize("world", ["default", "errands"])
def test_the_truth_that_is_written_down_is_what_the_bazaar_lives_by(world: str):
    one = setting()
    market = Bazaar(WORLDS[world]).open(one.products, 5, 300, 1_500, Day(one.start, 48, 0))
    rng = np.random.default_rng(1)
    clicks = told = 0.0
    for tick in range(60):
        requests = market.requests(tick)
        count = len(requests)
        pages = _pages(tick, requests, rng.integers(0, len(market.shelf), (count, 10)).astype(np.int32))
        people = copy.deepcopy(market.people)
        done = market.respond(tick, pages)
        room = Views.room(int(done.depth.sum()))
        rows = true_rates(
            market._shop, tick // 48, pages.request, pages.shopper, pages.scene, pages.item, done.depth,
            market.shelf.arrays.price, market._truth, people, people.row.view(np.int32), market._click_base,
            market._order_base, market._weights, 0.0, 0.0, room,
        )  # fmt: skip
        seen = room.first(rows)
        hit = seen.clicked > 0
        assert np.array_equal(pages.request[seen.page[hit]], done.clicked.request)
        assert np.array_equal(seen.place[hit], done.clicked.position)
        for mine, theirs in zip(people, market.people, strict=True):
            assert np.array_equal(mine.view(np.uint8), theirs.view(np.uint8))
        clicks, told = clicks + hit.sum(), told + seen.click.sum()
    assert told == pytest.approx(clicks, rel=0.1)


def _pages(tick: int, requests: PageRequests, item: np.ndarray):
    from magnetar.capabilities.shoppers import Served

    shape = item.shape
    return Served(
        tick=tick, request=requests.request, shopper=requests.shopper, scene=requests.scene, item=item,
        group=np.full(shape, -1, np.int32), charge=np.zeros(shape, np.int64), click_rate=np.zeros(shape, np.float32),
        order_rate=np.zeros(shape, np.float32), reason=np.zeros(shape, np.int8),
    )  # fmt: skip


def test_ranking_by_hand_with_ties_and_with_probabilities_for_labels():
    score, label = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0.0, 1.0, 1.0])
    assert auc(score, label, 1 - label) == pytest.approx((1 + 0.5 + 2) / 4)
    rng = np.random.default_rng(2)
    p = rng.random(4_000) * 0.5
    drawn = (rng.random(4_000) < p).astype(float)
    assert auc(p, p, 1 - p) == pytest.approx(auc(p, drawn, 1 - drawn), abs=0.02)
    assert np.isnan(auc(p, np.zeros(4_000), np.ones(4_000)))


def test_levels_and_calibration_by_hand():
    said, true = np.array([0.1, 0.1, 0.3, 0.3]), np.array([0.2, 0.2, 0.2, 0.2])
    assert off(said, true) == pytest.approx(0.0)
    assert off(said, true, np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(-0.5)
    assert calibration_error(said, true, bins=2) == pytest.approx(0.1)
    assert calibration_error(true, true) == 0.0


def test_a_watched_market_writes_every_impression_down_and_the_oracle_ranks_best():
    watch = Watch(Watched(setting(), newcomers_from=1))
    columns = watch.run()
    true = columns["true.click"].astype(float)
    assert len({len(one) for one in columns.values()}) == 1
    assert columns["clicked"].mean() == pytest.approx(true.mean(), rel=0.1)
    late = columns["day"] >= 1
    ranks = {
        name: auc(columns[f"{name}.click"][late], true[late], 1 - true[late])
        for name in ("true", "attainable", "ours", "overall")
    }
    assert ranks["true"] > ranks["attainable"] > ranks["ours"] > ranks["overall"]
    assert not columns["late"][columns["day"] < 1].any()
    assert columns["late"].any()


def test_rivals_learn_from_what_they_see_and_nothing_is_ordered_that_is_not_sold():
    shelf = Watch(Watched(setting(), oracle=False)).market.shelf
    sold = int(np.flatnonzero(shelf.arrays.price > 0)[0])
    free = int(np.flatnonzero(shelf.arrays.price == 0)[0])
    counting, hashed = Counting(shelf), Hashed(shelf)
    item = np.array([sold] * 50 + [free] * 50)
    zeros = np.zeros(100, np.int64)
    for tick in range(30):
        request = (100 * tick + np.arange(100)).astype(np.uint64)
        seen = Seen(tick, np.arange(100) % 7, zeros, item, zeros, (np.arange(100) % 50 < 25).astype(np.int8), request)
        counting.learn(seen, item[:5])
        hashed.learn(seen, request[:5], item[:5])
    assert counting.by_item(np.array([sold]))[0][0] == pytest.approx(0.5, abs=0.02)
    assert counting.by_item(np.array([sold, free]))[1].tolist() == [pytest.approx(0.2, abs=0.02), 0.0]
    click, order = hashed.predict(seen)
    assert click.mean() == pytest.approx(0.5, abs=0.1)
    assert order[0] == pytest.approx(0.2, abs=0.08)
    assert order[-1] == 0.0


def test_lifetime_rows_need_a_log_and_say_so(tmp_path: Path):
    assert predict_lifetime.read(tmp_path / "none.csv.gz") is None


def test_seeds_come_from_the_file_that_was_written_before_tuning(tmp_path: Path):
    assert held_out().final not in held_out().tuned
    with pytest.raises(BadInput, match=r"Expected \[predict\]"):
        held_out(str(tmp_path / "missing.toml"))
