"""Attribution: credit worked out by hand, conserved to the micro, symmetric and efficient."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.measurement.attribution import (
    LABEL,
    RULES,
    Journeys,
    as_json,
    attribute,
    gather,
    read_journeys,
    removal_effects,
    shapley_credit,
    shapley_values,
)
from magnetar.capabilities.measurement.attribution.rules import share_out
from magnetar.kernel.clock import DAY, HOUR, SECOND
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.money import MICROS

WEEK = 7 * DAY


def journeys(*paths: tuple[str, int], channels: str = "", lookback: int = WEEK, step: int = HOUR) -> Journeys:
    """A shopper for each path: touches an hour apart, one letter each, then an order of so many micros; 0 is no order."""
    names = sorted(set("".join(path for path, _ in paths)) | set(channels))
    touches = [
        (who, place * step, names.index(one)) for who, (path, _) in enumerate(paths) for place, one in enumerate(path)
    ]
    orders = [(who, len(path) * step, value) for who, (path, value) in enumerate(paths) if value]
    t, o = np.array(touches, np.int64).reshape(-1, 3), np.array(orders, np.int64).reshape(-1, 3)
    return gather(
        touch_shopper=t[:, 0], touch_at=t[:, 1], touch_channel=t[:, 2], channels=names,
        order_shopper=o[:, 0], order_at=o[:, 1], order_value=o[:, 2], lookback=lookback,
    )  # fmt: skip


def credited(found, rule: str, **more) -> dict[str, int]:
    one = attribute(found, rule, **more)
    return dict(zip(one.channels, one.micros.tolist(), strict=True))


def test_each_rule_shares_one_order_as_worked_out_by_hand():
    path = journeys(("abca", 1000))
    assert credited(path, "last-touch") == {"a": 1000, "b": 0, "c": 0}
    assert credited(path, "first-touch") == {"a": 1000, "b": 0, "c": 0}
    assert credited(path, "linear") == {"a": 500, "b": 250, "c": 250}
    assert credited(path, "position") == {"a": 800, "b": 100, "c": 100}
    # an hour's half-life: weights 1/8, 1/4, 1/2, 1 of 15/8
    assert credited(path, "time-decay", half_life=HOUR) == {"a": 600, "b": 133, "c": 267}


def test_position_gives_two_touches_a_half_each_and_one_touch_everything():
    assert credited(journeys(("ab", 1000)), "position") == {"a": 500, "b": 500}
    assert credited(journeys(("a", 999)), "position") == {"a": 999}


def test_touches_before_the_look_back_and_after_the_order_do_not_count():
    found = gather(
        touch_shopper=np.array([1, 1, 1, 1, 2]),
        touch_at=np.array([0, 1 * HOUR, 10 * HOUR, 11 * HOUR, 5 * HOUR]),
        touch_channel=np.array([0, 1, 2, 3, 4]),
        channels=list("abcde"),
        order_shopper=np.array([1]),
        order_at=np.array([10 * HOUR]),
        order_value=np.array([90]),
        lookback=9 * HOUR,
    )
    assert credited(found, "linear") == {"a": 0, "b": 45, "c": 45, "d": 0, "e": 0}
    lost = [found.channel[a:b].tolist() for a, b in zip(found.lost_start, found.lost_stop, strict=True)]
    assert sorted(lost) == [[0], [3], [4]]


def test_a_long_pause_starts_a_new_lost_journey():
    found = journeys(("aa", 0), lookback=30, step=31)
    assert [found.lost_start.tolist(), found.lost_stop.tolist()] == [[0, 1], [1, 2]]
    assert len(journeys(("aa", 0), lookback=31, step=31).lost_start) == 1


def test_a_touch_counts_for_each_order_that_follows_it():
    found = gather(
        touch_shopper=np.array([1]), touch_at=np.array([0]), touch_channel=np.array([0]), channels=["a"],
        order_shopper=np.array([1, 1]), order_at=np.array([1, 2]), order_value=np.array([10, 20]), lookback=5,
    )  # fmt: skip
    assert credited(found, "linear") == {"a": 30}


def test_an_order_without_a_touch_stays_unattributed():
    found = journeys(("a", 10), ("", 7))
    for rule in RULES:
        one = attribute(found, rule)
        assert (one.micros.tolist(), one.unattributed) == ([10], 7)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_at_all_has_no_credit_and_no_share(rule: str):
    one = attribute(journeys(), rule)
    assert (one.micros.tolist(), one.orders.tolist(), one.unattributed) == ([], [], 0)
    only_lost = attribute(journeys(("ab", 0)), rule)
    assert only_lost.micros.tolist() == [0, 0]
    assert np.isnan(only_lost.share).all()


paths = st.lists(st.tuples(st.text("abcd", max_size=6), st.integers(-(10**12), 10**12)), min_size=1, max_size=12)


@pytest.mark.parametrize("rule", RULES)
@given(paths=paths)
def test_not_a_micro_is_lost_or_made(rule: str, paths: list[tuple[str, int]]):
    found = journeys(*paths)
    one = attribute(found, rule)
    assert int(one.micros.sum()) + one.unattributed == sum(value for _, value in paths)
    assert one.orders.sum() == pytest.approx(found.touched.sum())


@pytest.mark.parametrize("rule", RULES)
@given(paths=st.lists(st.tuples(st.text("abcd", max_size=6), st.integers(0, 10**15)), min_size=1, max_size=12))
def test_what_is_worth_something_is_never_credited_below_zero(rule: str, paths: list[tuple[str, int]]):
    assert (attribute(journeys(*paths), rule).micros >= 0).all()


@pytest.mark.parametrize("rule", RULES)
@given(paths=paths)
def test_a_channel_that_touched_no_order_gets_no_credit(rule: str, paths: list[tuple[str, int]]):
    one = attribute(journeys(*paths, ("ee", 0), channels="e"), rule)
    assert one.micros[one.channels.index("e")] == 0


@pytest.mark.parametrize("rule", RULES)
def test_rows_in_another_order_give_the_same_credit(rule: str):
    rng = np.random.default_rng(3)
    n = 400
    touches = {
        "touch_shopper": rng.integers(0, 30, n), "touch_at": rng.permutation(n), "touch_channel": rng.integers(0, 4, n),
    }  # fmt: skip
    orders = {
        "order_shopper": rng.integers(0, 30, 80), "order_at": rng.integers(0, n, 80), "order_value": rng.integers(0, 10**6, 80),
    }  # fmt: skip
    t, o = rng.permutation(n), rng.permutation(80)
    once = gather(**touches, **orders, channels=list("abcd"), lookback=100)
    again = gather(
        **{k: v[t] for k, v in touches.items()},
        **{k: v[o] for k, v in orders.items()},
        channels=list("abcd"),
        lookback=100,
    )
    assert attribute(once, rule).micros.tolist() == attribute(again, rule).micros.tolist()
    assert once.source[np.argsort(once.at)].tolist() == np.argsort(touches["touch_at"]).tolist()


@given(total=st.integers(-(2**61), 2**61), shares=st.lists(st.floats(0, 1e9), min_size=1, max_size=9))
def test_shares_of_money_sum_to_it_and_are_a_micro_off_at_most(total: int, shares: list[float]):
    if not sum(shares) > 0:
        return
    parts = share_out(total, np.array(shares))
    assert int(parts.sum()) == total
    if abs(total) < 2**50:
        for part, share in zip(parts.tolist(), shares, strict=True):
            assert abs(part - total * share / sum(shares)) <= 1.01 + 1e-9 * abs(total)


def test_money_cannot_be_shared_by_nothing():
    with pytest.raises(ValueError, match="all shares are 0"):
        share_out(5, np.zeros(2))
    with pytest.raises(ValueError, match="not negative"):
        share_out(5, np.array([1.0, np.nan]))


# ---- Shapley


def by_definition(players: int, worth) -> list[float]:
    """The average of what each adds over all orders of arrival."""
    out = [0.0] * players
    arrivals = list(itertools.permutations(range(players)))
    for arrival in arrivals:
        here = 0
        for player in arrival:
            out[player] += (worth(here | 1 << player) - worth(here)) / len(arrivals)
            here |= 1 << player
    return out


@given(worth=st.lists(st.floats(-100, 100), min_size=16, max_size=16))
def test_shapley_values_are_the_mean_over_all_orders_of_arrival(worth: list[float]):
    assert shapley_values(np.array(worth)) == pytest.approx(by_definition(4, worth.__getitem__), abs=1e-9)


def test_the_glove_game_gives_two_thirds_to_the_only_right_glove():
    worth = np.array([float(bool(one & 1) and bool(one & 6)) for one in range(8)])  # player 0 holds the right one
    assert shapley_values(worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def rate_game(found: Journeys, shrink: float = 20.0):
    """The worth of a coalition as the module defines it, written the slow way."""
    runs = [
        (set(found.channel[a:b].tolist()), v)
        for a, b, v in zip(found.start, found.stop, found.value, strict=True)
        if b > a
    ]
    runs += [(set(found.channel[a:b].tolist()), 0) for a, b in zip(found.lost_start, found.lost_stop, strict=True)]
    overall = sum(v for _, v in runs) / len(runs)

    def single(channel: int) -> float:
        values = [v for s, v in runs if s == {channel}]
        return (sum(values) + shrink * overall) / (len(values) + shrink) if values else overall

    def rate(some: set[int]) -> float:
        if not some:
            return 0.0
        mean = sum(map(single, some)) / len(some)
        values = [v for s, v in runs if s == some]
        return (sum(values) + shrink * mean) / (len(values) + shrink)

    return lambda mask: sum(rate({c for c in s if mask >> c & 1}) for s, _ in runs)


@given(
    paths=st.lists(
        st.tuples(st.text("abcd", min_size=1, max_size=5), st.sampled_from([0, 0, 1000])), min_size=3, max_size=15
    )
)
def test_shapley_credit_is_that_of_the_whole_game(paths: list[tuple[str, int]]):
    found = journeys(*paths, ("a", 0), channels="abcd")
    game = rate_game(found)
    expected = by_definition(4, game)
    assert shapley_credit(found) == pytest.approx(expected, abs=1e-6)
    assert shapley_credit(found).sum() == pytest.approx(game(15), abs=1e-6)  # efficient


def test_channels_that_do_the_same_get_the_same():
    found = journeys(("ab", 500), ("ba", 500), ("a", 100), ("b", 100), ("ca", 0), ("cb", 0), ("c", 30))
    one, other, _ = shapley_credit(found)
    assert one == pytest.approx(other, abs=1e-9)


def test_sampled_shapley_is_near_the_exact_one():
    rng = np.random.default_rng(5)
    some = ["".join(rng.choice(list("abcdefghij"), rng.integers(1, 9))) for _ in range(300)]
    found = journeys(*[(path, int(rng.integers(0, 2)) * 1000) for path in some])
    exact, drawn = shapley_credit(found), shapley_credit(found, exact=3)
    assert drawn.sum() == pytest.approx(exact.sum())
    assert np.abs(drawn - exact).max() < 0.02 * exact.sum()
    assert shapley_credit(found, exact=3).tolist() == drawn.tolist()


def test_without_lost_journeys_an_order_is_shared_by_its_different_channels():
    found = journeys(("aab", 60), ("abc", 90))
    assert shapley_credit(found, by_order=True).tolist() == [60.0, 60.0, 30.0]
    one = attribute(found, "shapley")
    assert one.micros.tolist() == [60, 60, 30]
    assert "No lost journeys" in one.notes[0]


def test_a_channel_that_others_do_better_without_is_named_and_counted_as_zero():
    found = journeys(*[("a", 1000)] * 50, *[("ab", 0)] * 50, *[("b", 0)] * 50)
    assert shapley_credit(found)[1] < 0
    one = attribute(found, "shapley")
    assert one.micros.tolist() == [50_000, 0]
    assert "b." in one.notes[0]


def test_too_many_channels_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="at most 62 channels, found 63"):
        shapley_credit(gather(**EMPTY, channels=[str(i) for i in range(63)]))
    with pytest.raises(ValueError, match="at most 1000 channels"):
        removal_effects(gather(**EMPTY, channels=[str(i) for i in range(1001)]))


NOTHING = np.zeros(0, np.int64)
EMPTY = {
    "touch_shopper": NOTHING, "touch_at": NOTHING, "touch_channel": NOTHING,
    "order_shopper": NOTHING, "order_at": NOTHING, "order_value": NOTHING, "lookback": 1,
}  # fmt: skip


# ---- Markov


def test_removal_effects_are_worked_out_by_hand():
    # start → a (2/3) or b (1/3); a → b (1/2) or order (1/2); b → order (1/2) or nothing (1/2)
    found = journeys(("a", 1), ("ab", 1), ("b", 0))
    # P(order) = 2/3·(1/2 + 1/2·1/2) + 1/3·1/2 = 2/3; without a: 1/6; without b: 1/3
    assert removal_effects(found) == pytest.approx([0.75, 0.5])
    assert credited(journeys(("a", 1000), ("ab", 1000), ("b", 0)), "markov") == {"a": 1200, "b": 800}


@given(paths=st.lists(st.tuples(st.text("abcd", min_size=1, max_size=6), st.integers(0, 1)), min_size=1, max_size=12))
def test_removal_effects_are_those_of_the_chain_with_the_channel_taken_out(paths: list[tuple[str, int]]):
    found = journeys(*paths, channels="abcd")
    steps = np.zeros((5, 6))
    for path, ordered in paths:
        walk = [4, *("abcd".index(one) for one in path)]
        for a, b in itertools.pairwise(walk):
            steps[a, b] += 1
        steps[walk[-1], 4 if ordered else 5] += 1
    chance = np.divide(
        steps, steps.sum(axis=1, keepdims=True), out=np.zeros_like(steps), where=steps.sum(axis=1, keepdims=True) > 0
    )

    def ordering(without: int) -> float:
        inner, out = chance[:, :4].copy(), chance[:, 4].copy()
        if without >= 0:
            inner[:, without] = 0.0
            inner[without], out[without] = 0.0, 0.0
        whole = np.zeros((5, 5))
        whole[:, :4] = inner
        return float(np.linalg.solve(np.eye(5) - whole, out)[4])

    base = ordering(-1)
    expected = [1 - ordering(one) / base if base > 0 else 0.0 for one in range(4)]
    assert removal_effects(found) == pytest.approx(expected, abs=1e-9)


# ---- what is refused, and files


def test_columns_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="share one length"):
        gather(**(EMPTY | {"touch_at": np.zeros(2, np.int64)}), channels=["a"])
    with pytest.raises(ValueError, match="integers"):
        gather(
            **(
                EMPTY
                | {"order_shopper": np.ones(1, int), "order_at": np.ones(1, int), "order_value": np.array([np.nan])}
            ),
            channels=["a"],
        )
    with pytest.raises(ValueError, match="numbered 0 to 0"):
        gather(
            **(
                EMPTY
                | {"touch_shopper": np.ones(1, int), "touch_at": np.ones(1, int), "touch_channel": np.ones(1, int)}
            ),
            channels=["a"],
        )
    with pytest.raises(ValueError, match="look-back must be positive"):
        gather(**(EMPTY | {"lookback": 0}), channels=["a"])
    with pytest.raises(ValueError, match="too large to add up"):
        gather(
            **(
                EMPTY
                | {"order_shopper": np.ones(2, int), "order_at": np.ones(2, int), "order_value": np.full(2, 2**62)}
            ),
            channels=["a"],
        )
    with pytest.raises(ValueError, match="choose one of last-touch"):
        attribute(journeys(("a", 1)), "best-touch")
    with pytest.raises(ValueError, match="half-life must be positive"):
        attribute(journeys(("a", 1)), "time-decay", half_life=0)


TABLE = """shopper,at,event,scene,campaign,value
ann,2026-11-01T10:00:00Z,click,feed,spring,
ann,2026-11-01T11:00:00Z,impression,live,spring,
ann,2026-11-01T12:00:00Z,order,,,19.90
bob,1793527200,click,feed,autumn,
"""


def test_a_table_of_touches_and_orders_is_read(tmp_path: Path):
    file = tmp_path / "events.csv.gz"
    file.write_bytes(gzip.compress(TABLE.encode()))
    found = read_journeys(file, WEEK, ("campaign", "scene"))
    assert found.channels == ("spring/feed", "spring/live", "autumn/feed")
    assert found.value.tolist() == [19_900_000]
    assert found.when[0] - found.at[0] == 7200 * SECOND
    assert len(found.lost_start) == 1
    shown = as_json(found, [attribute(found, "linear")], "CNY")
    assert shown["label"] == LABEL == shown["rules"][0]["label"]
    assert [one["credited"] for one in shown["rules"][0]["credits"]] == [9.95, 9.95, 0.0]
    assert sum(one["credited"] for one in shown["rules"][0]["credits"]) == shown["value"] == 19_900_000 / MICROS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("19.90", "much"), "line 4.*value.*'much'.*an amount"),
        (("2026-11-01T10:00:00Z", "yesterday"), "line 2.*at.*'yesterday'.*a moment"),
        (("shopper,", "who,"), "lacks shopper"),
        (("order", "click"), "no order"),
    ],
)
def test_a_table_that_does_not_fit_names_the_line(tmp_path: Path, change: tuple[str, str], message: str):
    file = tmp_path / "events.csv"
    file.write_text(TABLE.replace(*change, 1))
    with pytest.raises(BadInput, match=message):
        read_journeys(file, WEEK, ("scene",))
