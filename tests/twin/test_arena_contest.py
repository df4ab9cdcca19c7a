"""The contest of bidders: paired days, clustered intervals, and what `magnetar bench bidding` writes."""

import json
import multiprocessing
import os

import numpy as np
import pytest

from magnetar.app.benches.bidding import Judge, Plan, bench, clustered, held_out, poisson_floor, tables
from magnetar.cli.main import run
from magnetar.kernel.errors import BadInput
from magnetar.twin.arena import look_back, play, sit
from magnetar.twin.arena.contest import Entry, Result, Round, contest, enter, fight, seed_of, spread
from magnetar.twin.arena.family import load_family

SMALL = Round("taste", 0, 5, 4_800, (0, 6), 12, (Entry("fixed"), Entry("dual")))


def quiet(_):
    pass


def test_a_round_is_every_entry_in_every_tested_seat():
    found = fight(SMALL)
    played = play(load_family("taste").open(5, 4_800, 12))
    assert list(found.days) == ["fixed", "dual"]
    for place, seat in enumerate(SMALL.seats):
        day = sit(played, seat, enter(played.episode, Entry("dual"), seat))
        assert found.days["dual"]["score"][place] == day.expected_score
        back = look_back(played, seat)
        assert found.seats["bound"][place] == back.bound.score
        assert found.seats["strict constant"][place] == back.strict_constant.conversions


def test_processes_change_nothing():
    rounds = [Round("taste", number, 5 + number, 2_400, (0, 6), 12, (Entry("fixed"),)) for number in range(3)]
    alone = {one.number: one.days["fixed"]["score"].tolist() for one in contest(rounds, 1)}
    together = {one.number: one.days["fixed"]["score"].tolist() for one in contest(rounds, 2)}
    assert alone == together


def _runs(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True


def test_who_has_seen_enough_leaves_no_process_behind():
    rounds = [Round("taste", number, 5 + number, 9_600, (0, 6), 12, (Entry("fixed"),)) for number in range(12)]
    others = set(multiprocessing.active_children())
    results = contest(rounds, 2)
    next(results)
    results.close()
    left = set(multiprocessing.active_children()) - others  # may list one that two threads have waited for
    assert not [one for one in left if _runs(one.pid)]


def test_a_response_is_scored_beside_the_frozen_day_of_the_same_seat():
    found = fight(Round("taste", 0, 5, 4_800, (0, 6), 12, (Entry("fixed"),), ((Entry("fixed"), 6),)))
    response = found.response["fixed"]
    assert response["seat"].tolist() == [6]
    assert response["frozen score"][0] == found.days["fixed"]["score"][1]
    assert response["score"][0] > 0.0


def test_labels_seeds_and_seats():
    assert Entry("mpc", strict=True).label == "mpc, strict"
    assert Entry("mpc", steady=True).label == "mpc, steady"
    assert len({seed_of(1, family, number) for family in ("taste", "aside") for number in range(5)}) == 10
    assert spread(48, 48) == tuple(range(48))
    assert spread(2, 48) == (0, 24)


def test_an_interval_over_episodes_holds_the_truth_as_often_as_it_says():
    """The ratio of sums of episodes that differ; 12 a time, 300 times."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        under = rng.gamma(20.0, 1.0, 12)
        held += 0.9 in clustered(under * rng.normal(0.9, 0.1, 12), under)
    assert held / 300 == pytest.approx(0.95, abs=0.035)


def test_intervals_of_nothing_and_of_one_episode():
    assert clustered(np.array([]), np.array([])).n == 0
    assert np.isnan(clustered(np.array([1.0]), np.array([0.0])).mean)
    one = clustered(np.array([1.0]), np.array([2.0]))
    assert one.mean == 0.5
    assert np.isnan(one.low)


def test_the_poisson_floor_by_hand():
    """Mean 2 conversions for the money: the cost is above 1.2 × the target with 0 or 1 of them, 3 e⁻²."""
    assert poisson_floor(np.array([20.0]), np.array([10.0]))[0] == pytest.approx(3.0 * np.exp(-2.0))
    assert poisson_floor(np.array([12.0]), np.array([10.0]))[0] == pytest.approx(np.exp(-1.2))  # one costs 12 exactly
    rng = np.random.default_rng(1)
    drawn = rng.poisson(25.0, 200_000)
    assert poisson_floor(np.array([2500.0]), np.array([100.0]))[0] == pytest.approx(
        np.mean(120.0 * drawn < 2500.0), abs=0.004
    )


def test_the_bench_writes_rows_conditions_and_a_table(tmp_path):
    out = tmp_path / "bidding.json"
    command = "bench bidding --quick --tuning --world taste --episodes 2 --seats 2 --bidders fixed,dual --workers 1"
    assert run([*command.split(), "--json", str(out)]) == 0  # nobody there who has goals
    found = json.loads(out.read_text())
    assert found["schema"] == "magnetar/bench-bidding/1"
    assert found["conditions"]["seeds"] == [11, 12, 13]
    assert found["conditions"]["worlds"] == ["taste"]
    by_name = {one["metric"]: one for one in found["rows"]}
    score = by_name["taste: fixed, of bound"]
    assert {"metric", "unit", "value", "low", "high", "n", "baseline", "goal", "met"} <= set(score)
    assert 0.0 < score["value"] < by_name["taste: (best constant), of bound"]["value"] <= 1.0
    assert score["n"] == 2
    [(heads, lines)] = tables(found["rows"]).values()
    assert [line[0] for line in lines] == ["fixed", "dual", "(best constant)", "(best, foreseen)"]
    assert all(len(line) == len(heads) + 1 for line in lines)


def test_the_same_seed_gives_the_same_figures():
    plan = Plan(quick=True, families=("first-price",), bidders=("fixed",), episodes=2, seats=1, seed=9, workers=1)
    once, again = (
        [(row["metric"], row["value"]) for row in bench(plan, held_out(), quiet)[0] if "CPU" not in row["metric"]]
        for _ in range(2)
    )
    assert once == again


def columns(score, *, spend=900.0, conversions=10.0, cv=0.05):
    """Two seats' days that scored so; the expected cost is spend / conversions for each."""
    both = np.ones(2)
    return {
        "score": score * both, "expected": conversions * both, "expected spend": spend * both, "spend": spend * both,
        "conversions": conversions * both, "cost cv": cv * both, "cpu": 0.1 * both,
    }  # fmt: skip


def results_of(family, days, unbiased=True, episodes=4):
    seats = {
        name: np.full(2, value)
        for name, value in {
            "target": 100.0, "budget": 1000.0, "bound": 12.0, "constant": 11.0, "foreseen": 11.5,
            "strict bound": 11.0, "strict constant": 10.5,
        }.items()
    }  # fmt: skip
    return [Result(family, number, unbiased, seats, days, {}) for number in range(episodes)]


def judged(family, days, unbiased=True, **asked):
    rows = Judge(family, results_of(family, days, unbiased)).rows(Plan(**asked))
    return {one["metric"].partition(": ")[2]: one for one in rows if not one.get("table")}


def test_goals_are_met_and_missed_by_what_the_days_say():
    days = {"online-lp": columns(9.0), "pacing": columns(10.0), "mpc": columns(10.5), "reasoner": columns(10.9)}
    moved, plain = judged("shocks", days), judged("taste", days)
    assert moved["reasoner, of the best constant in hindsight"]["value"] == pytest.approx(10.9 / 11.0)
    assert moved["reasoner, of the best constant in hindsight"]["met"] is False  # above 1 on shocked days
    assert plain["reasoner, of the best constant in hindsight"]["met"] is True  # above 0.97 on others
    assert plain["reasoner, of the bound"]["met"] is True
    assert moved["reasoner − online-lp, expected score"]["value"] == pytest.approx(1.9 / 9.0)
    assert moved["reasoner − online-lp, expected score"]["met"] is True
    assert moved["reasoner − pacing, expected score"]["met"] is True
    assert moved["the reasoning layer alone, expected score"]["met"] is True
    assert plain["reasoner − pacing, expected score"]["goal"] is None
    worse = judged("shocks", days | {"reasoner": columns(10.2)})
    assert worse["reasoner − online-lp, expected score"]["met"] is False  # + 13 % where + 15 % are wanted
    assert worse["reasoner − pacing, expected score"]["met"] is False
    assert worse["the reasoning layer alone, expected score"]["verdict"] == "loses"


def test_strict_goals_hold_where_predictions_are_right_and_are_only_printed_elsewhere():
    days = {"reasoner": columns(10.0, spend=1100.0), "reasoner, strict": columns(9.9, spend=980.0, conversions=9.95)}
    rows = judged("taste", days, strict=True)
    assert rows["reasoner, strict, days with expected CPA above target"]["met"] is True
    assert rows["reasoner, strict, conversions of the best strict plan"]["value"] == pytest.approx(9.95 / 11.0)
    assert rows["reasoner, strict, conversions of the best strict plan"]["met"] is True
    assert rows["reasoner, strict, days with realised CPA above 1.2 × target"]["met"] is True
    assert rows["reasoner, days with expected CPA above target"]["value"] == 1.0
    assert rows["reasoner, days with expected CPA above target"]["met"] is None
    elsewhere = judged("aside", days, unbiased=False, strict=True)
    assert all(row["met"] is None for name, row in elsewhere.items() if "strict" in name)
    over = judged("taste", days | {"reasoner, strict": columns(9.9, spend=1300.0)}, strict=True)
    assert over["reasoner, strict, days with expected CPA above target"]["met"] is False
    assert over["reasoner, strict, days with realised CPA above 1.2 × target"]["met"] is False


def test_steadiness_and_its_price():
    days = {"reasoner": columns(10.0, cv=0.2), "reasoner, steady": columns(9.0, cv=0.09)}
    rows = judged("taste", days, steady=True)
    assert rows["reasoner, steady, hourly variation of expected CPA"]["met"] is True
    assert rows["reasoner, steady, what it costs, expected score"]["value"] == pytest.approx(-0.1)
    assert judged("taste", days | {"reasoner, steady": columns(9.0, cv=0.11)}, steady=True)[
        "reasoner, steady, hourly variation of expected CPA"
    ]["met"] is False  # fmt: skip


def test_final_families_are_not_for_tuning():
    with pytest.raises(BadInput, match="kept for the final judgement"):
        bench(Plan(quick=True, tuning=True, families=("aside",), bidders=("fixed",)), held_out(), quiet)


def test_bidders_that_are_not_there():
    with pytest.raises(BadInput, match="No bidder 'nobody'"):
        bench(Plan(quick=True, bidders=("nobody",)), held_out(), quiet)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "market"),
        ('[market]\ntuned_on=["taste"]\ntuned_seeds=[1]\nfinal=["taste"]\nfinal_seed=2\n', "taste"),
        ('[market]\ntuned_on=["taste"]\ntuned_seeds=[2]\nfinal=["aside"]\nfinal_seed=2\n', "final_seed 2"),
        ('[market]\ntuned_on=["taste"]\ntuned_seeds=[1]\nfinal=[]\nfinal_seed=2\n', "final families"),
    ],
)
def test_a_file_that_judges_on_what_was_tuned_on_is_refused(tmp_path, text, wrong):
    file = tmp_path / "held-out.toml"
    file.write_text(text)
    with pytest.raises(BadInput, match=wrong):
        held_out(str(file))


def test_wrong_numbers_are_refused_with_exit_two():
    assert run(["bench", "bidding", "--episodes", "1"]) == 2
    assert run(["bench", "bidding", "--seats", "49"]) == 2
    assert run(["bench", "bidding", "--world", "nowhere", "--quick"]) == 2
