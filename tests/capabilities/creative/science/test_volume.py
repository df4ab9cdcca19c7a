"""What elements and creatives are believed to do."""

import numpy as np
import pytest

from magnetar.capabilities.creative.science import COLUMN, LEVELS, SORTS, Evidence, columns_of, effects, fit, table_of
from magnetar.kernel.chance import Chance

LIFTED = COLUMN["hook", "price"]


def market(creatives: int = 600, cohorts: int = 3, views: float = 60.0, own: float = 0.0, seed: int = 5):
    """Creatives at random of which those that open with the price do half as well again, in cohort 2 the opposite."""
    luck = Chance(seed)
    table = np.stack(
        [COLUMN[sort, levels[0]] + luck.of(sort).integers(len(levels), creatives) for sort, levels in SORTS.items()],
        axis=1,
    )
    product = np.arange(creatives) // 6
    true = np.where((table == LIFTED).any(axis=1)[:, None], [0.4, 0.4, -0.4][:cohorts], 0.0)
    true = true + own * luck.of("own").normals(creatives)[:, None]
    expected = np.full((creatives, cohorts), views)
    clicks = np.round(expected * np.exp(true) + np.sqrt(expected) * luck.of("noise").normals(creatives, cohorts)).clip(
        0
    )
    return table, product, expected, clicks, true


def test_a_level_that_is_not_known_counts_as_its_sorts_first():
    assert [LEVELS[one] for one in columns_of({"hook": "no such", "tempo": "fast"})][:4] == [
        ("hook", "name"), ("price", "last"), ("look", "band"), ("tempo", "fast"),
    ]  # fmt: skip
    assert table_of([]).shape == (0, len(SORTS))


def test_new_creatives_are_foretold_by_their_elements_and_by_the_cohort():
    table, product, expected, clicks, _ = market()
    belief = fit(table, product, Evidence(expected, clicks, traits=np.array([[0.0], [0.0], [1.0]])))
    plain = columns_of({})
    priced = columns_of({"hook": "price"})
    mean, spread = belief.of(np.stack([plain, priced]))
    gain = mean[1] - mean[0]
    assert gain[0] == pytest.approx(0.4, abs=0.12)
    assert gain[2] < -0.15  # shrunk towards what all cohorts share
    assert (spread > 0).all()


def test_what_has_run_is_believed_more_than_its_elements():
    table, product, expected, clicks, _ = market(own=0.5)
    clicks[0] = 3.0 * expected[0]
    belief = fit(table, product, Evidence(expected, clicks))
    fresh, doubt = belief.of(table[:1])
    ran, sure = belief.of(table[:1], np.array([0]))
    assert (ran > fresh + 0.3).all()
    assert (sure < doubt).all()


def test_without_evidence_everything_is_as_likely_and_doubtful():
    table = table_of([{}, {"hook": "price"}])
    belief = fit(table, np.zeros(2, np.int64), Evidence(np.zeros((2, 2)), np.zeros((2, 2))))
    one, other = belief.overall(table)
    assert one.factor == pytest.approx(1.0)
    assert other.factor == pytest.approx(1.0)
    assert one.low < 0.7 < 1.3 < one.high


def test_effects_hold_the_truth_within_their_intervals():
    inside, total = 0, 0
    for seed in range(12):
        table, product, expected, clicks, _ = market(cohorts=1, views=80.0, own=0.25, seed=seed)
        for one in effects(table, product, expected[:, 0], clicks[:, 0]):
            truth = 0.4 if (one.sort, one.level) == ("hook", "price") else 0.0
            inside += one.low <= truth <= one.high
            total += 1
    assert total == 12 * (len(LEVELS) - len(SORTS))
    assert inside / total > 0.9  # 95 % nominal; 12 × 33 intervals


def test_no_clicks_give_no_effects():
    table, product, expected, clicks, _ = market(creatives=60)
    assert effects(table, product, expected[:, 0], 0.0 * clicks[:, 0]) == []


def test_a_leaning_is_told_apart_from_chance_and_reaches_whom_it_was_not_learned_from():
    table, product, expected, clicks, _ = market(views=200.0)
    belief = fit(table, product, Evidence(expected, clicks, traits=np.array([[0.0], [0.0], [1.0]])))
    both = np.stack([columns_of({}), columns_of({"hook": "price"})])
    mean = belief.mean(both, traits=np.array([[0.5], [2.0]]))
    gain = mean[1] - mean[0]
    assert gain[0] == pytest.approx(0.0, abs=0.15)  # half of the way from +0.4 to −0.4
    assert gain[1] < -0.6


def test_how_much_is_creatives_own_is_learned():
    spreads = []
    for own in (0.0, 0.2, 0.4):
        table, product, expected, clicks, _ = market(cohorts=1, views=150.0, own=own)
        spreads.append(fit(table, product, Evidence(expected, clicks)).own_spread)
    assert spreads == pytest.approx([0.05, 0.2, 0.4], abs=0.06)


def test_clicks_near_one_count_as_changed_odds():
    expected = np.array([[90.0], [90.0]])
    doubt = np.array([[9.0], [9.0]])  # a hundred views at nine in ten
    belief = fit(table_of([{}, {}]), np.zeros(2, np.int64), Evidence(expected, np.array([[97.0], [83.0]]), doubt))
    up, down = belief.overall(table_of([{}, {}]), np.arange(2), np.zeros(2, np.int64))
    assert 1.0 < up.factor < 1.05
    assert 0.93 < down.factor < 1.0


def test_a_factor_is_on_what_its_product_was_shown_with():
    table = table_of([{"text": level} for level in ("normal", "large")] * 60)
    told = np.full((120, 1), 100.0)
    clicks = told * np.array([0.7, 1.3] * 60)[:, None]
    product = np.arange(120) // 2
    belief = fit(table, product, Evidence(told, clicks))
    worse, better = belief.overall(table[:2], np.arange(2), product[:2])
    assert (worse.factor + better.factor) / 2 == pytest.approx(1.0, abs=0.02)
    assert worse.factor == pytest.approx(0.7, abs=0.06)
    [unknown] = belief.overall(table[:1], product=np.array([-1]))
    assert unknown.factor == pytest.approx(belief.overall(table[:1])[0].factor)
