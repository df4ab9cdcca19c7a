"""The judge: ranks among all items, ties against the model, splits that never look ahead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.recommendation.histories import Histories, histories_of
from magnetar.capabilities.recommendation.judging import (
    FILTERED,
    METRICS,
    UNFILTERED,
    bootstrap,
    chunks,
    fit,
    gains,
    judge,
    list_ranks,
    mean_worth,
    score_ranks,
    some,
    worth,
)
from magnetar.capabilities.recommendation.registry import BASELINES, MODELS, Cases, make
from magnetar.capabilities.recommendation.splits import by_time, leave_one_out, split
from magnetar.kernel.errors import BadInput

ITEMS = list("abcdef")


def cases(*asked: tuple[str, str]) -> Cases:
    """(context, targets) pairs of letters."""
    context = histories_of([list(one) for one, _ in asked], ITEMS)
    start = np.concatenate([[0], np.cumsum([len(goal) for _, goal in asked])]).astype(np.int64)
    return Cases(context, start, np.array([ITEMS.index(one) for _, goal in asked for one in goal], np.int32))


class Fixed:
    """Scores every context alike."""

    name = "fixed"

    def __init__(self, scores: list[float]) -> None:
        self._scores = np.array(scores, np.float32)

    def fit(self, train: Histories, seed: int) -> None:
        del train, seed

    def scores(self, contexts: Histories) -> np.ndarray:
        return np.repeat(self._scores[None], len(contexts), axis=0)


class Lists(Fixed):
    """Lists the same items for all."""

    def top(self, contexts: Histories, k: int, exclude_seen: bool) -> np.ndarray:
        out = np.full((len(contexts), k), -1, np.int32)
        out[:, : len(self._scores)] = self._scores
        return out


def ranks(model: Fixed, asked: Cases) -> tuple[list[int], list[int]]:
    free, filtered = score_ranks(asked, model.scores(asked.context))
    return free.tolist(), filtered.tolist()


def test_seen_items_above_a_target_count_only_where_they_are_ranked():
    falling = Fixed([6, 5, 4, 3, 2, 1])
    assert ranks(falling, cases(("ab", "d"), ("bb", "d"), ("ef", "d"))) == ([3, 3, 3], [1, 2, 3])


def test_a_tie_is_settled_against_the_model():
    assert ranks(Fixed([0, 0, 0, 0, 0, 0]), cases(("a", "d"))) == ([5], [4])


def test_a_target_without_a_finite_score_is_not_found():
    for nothing in (np.nan, -np.inf, np.inf):
        assert ranks(Fixed([3, 2, 1, nothing, 0, 0]), cases(("a", "d"))) == ([6], [6])
    assert ranks(Fixed([np.nan, 2, 3, 1, 0, 0]), cases(("a", "d"))) == ([2], [2])  # what is undefined stands below


def test_a_target_that_was_seen_is_asked_for_only_where_seen_items_are_ranked():
    found = judge(Fixed([6, 5, 4, 3, 2, 1]), cases(("ab", "a"), ("ab", "ac")))
    at = METRICS.index("recall@5")
    assert found.values[:, UNFILTERED, at].tolist() == [1.0, 1.0]
    assert np.isnan(found.values[0, FILTERED, at])
    assert found.values[1, FILTERED, at] == 1.0


@given(
    st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=8), st.sets(st.sampled_from(ITEMS), min_size=1)), min_size=1, max_size=8),
    st.data(),
)  # fmt: skip
def test_ranks_are_what_counting_by_hand_gives(asked, data):
    asked = cases(*[(context, "".join(sorted(goal))) for context, goal in asked])
    table = np.array(data.draw(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=len(asked), max_size=len(asked))), np.float32)  # fmt: skip
    free, filtered = score_ranks(asked, table)
    for case in range(len(asked)):
        seen = set(asked.context.of(case).tolist())
        for place in range(asked.start[case], asked.start[case + 1]):
            goal = asked.target[place]
            above = {item for item in range(6) if item != goal and table[case, item] >= table[case, goal]}
            assert free[place] == len(above)
            assert filtered[place] == (-1 if goal in seen else len(above - seen))


def test_recall_and_ndcg_of_one_target_at_the_second_place():
    [found] = gains(np.array([0, 1]), np.array([1]))
    assert found[: len(METRICS) // 2].tolist() == [1.0, 1.0, 1.0]
    assert found[METRICS.index("ndcg@10")] == pytest.approx(1 / np.log2(3))


def test_a_visit_of_many_targets_counts_their_share_and_its_best_order():
    found = gains(np.array([0, 3]), np.array([0, 1, 30]))[0]
    assert found[METRICS.index("recall@10")] == pytest.approx(2 / 3)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert found[METRICS.index("ndcg@10")] == pytest.approx((1 + 1 / np.log2(3)) / ideal)


def test_a_model_that_lists_is_judged_by_its_places():
    asked = cases(("a", "d"), ("a", "f"), ("d", "d"))
    found = Lists([3, 0, 2]).top(asked.context, 5, False)
    free, filtered = list_ranks(asked, found, found)
    assert (free.tolist(), filtered.tolist()) == ([0, 6, 0], [0, 6, -1])
    assert judge(Lists([3, 0, 2]), asked).values[0, UNFILTERED, 0] == 1.0


def test_scores_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 6\).*found \(6,\)"):
        score_ranks(cases(("a", "b")), np.zeros(6, np.float32))


def test_no_table_of_scores_outgrows_its_bound():
    spans = list(chunks(22_363, 12_101))
    assert sum(one.stop - one.start for one in spans) == 22_363
    assert max(one.stop - one.start for one in spans) * 12_101 * 4 <= 64 << 20


def test_the_last_event_is_the_test_the_one_before_it_validation():
    found = leave_one_out(histories_of([list("abcd"), list("a"), list("ba"), []]))
    assert [found.train.of(row).tolist() for row in range(4)] == [[0, 1], [], [], []]
    assert [found.valid.context.of(row).tolist() for row in range(len(found.valid))] == [[0, 1]]
    assert found.valid.target.tolist() == [2]
    assert [found.test.context.of(row).tolist() for row in range(len(found.test))] == [[0, 1, 2], [1]]
    assert found.test.target.tolist() == [3, 0]


def timed(*shoppers: list[tuple[str, int]]) -> Histories:
    plain = histories_of([[item for item, _ in one] for one in shoppers], ITEMS)
    at = np.array([at for one in shoppers for _, at in one], np.int64)
    return Histories(plain.items, plain.shoppers, plain.start, plain.item, at)


def test_by_time_nothing_is_learned_from_after_the_date_and_a_visit_is_asked_for_whole():
    found = by_time(
        timed(
            [("a", 1), ("b", 2), ("c", 9), ("d", 9), ("c", 9)],  # its last visit: c and d, c twice
            [("a", 3), ("e", 4)],
            [("b", 5), ("f", 7)],
            [("e", 10)],  # nothing is known before it
        ),
        valid_from=0.5,  # 10 events: at 7
        test_from=0.6,  # at 9
    )
    assert found.train.item.tolist() == [0, 1, 0, 4, 1]
    assert found.refit.item.tolist() == [0, 1, 0, 4, 1, 5]
    assert (found.valid.context.shoppers, found.valid.target.tolist()) == (["2"], [5])
    assert (found.test.context.shoppers, found.test.target.tolist()) == (["0"], [2, 3])
    assert found.test.context.item.tolist() == [0, 1]


@given(st.lists(st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(0, 30)), max_size=8), min_size=1, max_size=10))
def test_by_time_train_comes_before_validation_and_validation_before_the_test(shoppers):
    history = timed(*[sorted(one, key=lambda pair: pair[1]) for one in shoppers])
    found = by_time(history)
    if not len(history.item):
        return
    order = np.sort(history.at)
    valid, test = order[int(0.8 * len(order))], order[int(0.9 * len(order))]
    assert (found.train.at < valid).all()
    assert (found.refit.at < test).all()
    for part in (found.valid, found.test):
        assert (part.context.lengths > 0).all()
        assert (np.diff(part.start) > 0).all()


def test_a_split_without_times_or_without_anybody_to_judge_says_so():
    with pytest.raises(BadInput, match="--split loo"):
        split(histories_of([list("abc")]), "time")
    with pytest.raises(BadInput, match="3 events or more"):
        split(histories_of([list("ab"), list("c")]))
    with pytest.raises(BadInput, match="'sideways'"):
        split(histories_of([list("abc")]), "sideways")


def test_validation_cases_are_drawn_from_all_and_not_from_the_first():
    many = cases(*[("a", "b")] * 1_000)
    drawn = some(many, 100, 3)
    rows = np.array([int(name) for name in drawn.context.shoppers])
    assert len(rows) == 100
    assert 350 < rows.mean() < 650
    assert some(many, 2_000, 3) is many


def test_bootstrap_gives_mean_and_an_interval_that_leaves_undefined_cases_out():
    values = np.array([1.0, 0.0, np.nan, 1.0] * 100)
    [(mean, low, high, count)] = bootstrap([values], 1)
    assert (mean, count) == (pytest.approx(2 / 3), 300)
    assert low == pytest.approx(2 / 3 - 1.96 * np.sqrt(2 / 9 / 300), abs=0.02)
    assert high == pytest.approx(2 / 3 + 1.96 * np.sqrt(2 / 9 / 300), abs=0.02)


def test_a_model_without_use_for_validation_is_not_given_it():
    asked = cases(("ab", "c"))

    class Chooses(Fixed):
        def fit(self, train: Histories, seed: int, valid: Cases | None = None) -> None:
            self.saw = valid

    chooses = Chooses([0.0] * 6)
    assert fit(Fixed([0.0] * 6), asked.context, 1, asked) >= 0.0
    fit(chooses, asked.context, 1, asked)
    assert chooses.saw is asked


def test_choices_go_by_both_ways_of_ranking():
    asked = cases(("a", "b"))
    assert worth(Fixed([2, 1, 0, 0, 0, 0]).scores, asked) == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert mean_worth(np.array([[np.nan, np.nan]])) == 0.0


def test_an_unknown_model_lists_the_known_ones():
    with pytest.raises(BadInput, match="transition"):
        make("oracle")
    assert set(BASELINES) <= set(MODELS)
