"""Lessons of the learned bidder: what hindsight says of a day, how days are varied, and that teaching teaches."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from arena_days import GivenDay

from magnetar.capabilities.bidding.learned import NAMES, REACH, Weights, load_weights, weights_file
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import ProviderUnavailable
from magnetar.twin.arena import load_family
from magnetar.twin.arena import training as school
from magnetar.twin.arena.learner import need_jax, teach
from magnetar.twin.arena.training import STEPS, TRIED, Lessons, Varied, asked, best_step, make_lessons, moves, regret

SMALL = (4_000, 6_000)
MIDDLE = TRIED // 2


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return make_lessons(Chance(5), 2, 3, opportunities=SMALL)


def situations(count: int, ticks: int = 12, *, wanted: float = 0.45) -> Lessons:
    """Made up: where the first number is positive the anchor is too low by `wanted`, elsewhere too high."""
    draws = Chance(count).of("made up").normals(count, ticks, len(NAMES))
    right = np.where(draws[..., 0] > 0.0, wanted, -wanted)
    score = 1.0 - np.minimum(1.0, np.abs(STEPS - right[..., None]))
    return Lessons(
        np.arange(count), draws, np.ones((count, ticks), bool), score, np.ones((count, ticks)), np.zeros((count, ticks))
    )


def test_a_lesson_has_a_judgement_where_one_was_asked_for_and_nowhere_else(lessons: Lessons):
    assert lessons.day.tolist() == [0, 0, 0, 1, 1, 1]
    assert lessons.features.shape == (6, 48, len(NAMES))
    assert lessons.judged.sum() > 60
    assert not (lessons.judged & ~asked(lessons)).any()
    assert (lessons.score[~lessons.judged] == 0.0).all()
    assert lessons.score[lessons.judged].max(axis=1) == pytest.approx(1.0)
    assert (lessons.stake[lessons.judged] > 0.0).all()
    for column in (lessons.features, lessons.score, lessons.stake, lessons.chosen):
        assert np.isfinite(column).all()


def test_the_same_seed_gives_the_same_lessons_and_another_day_others(lessons: Lessons):
    again = make_lessons(Chance(5), 1, 3, first=1, opportunities=SMALL)
    late = lessons.part(lessons.day == 1)
    assert again.features.tolist() == late.features.tolist()
    assert again.score.tolist() == late.score.tolist()
    assert again.stake.tolist() != lessons.part(lessons.day == 0).stake.tolist()


def test_days_of_the_final_judgement_are_not_learned_from():
    assert not {"shocks", "aside"} & set(school.FAMILIES)


def test_a_varied_day_keeps_its_values_and_changes_its_course():
    plain = load_family("taste").open(7, 4_000)
    varied = Varied(load_family("taste").open(7, 4_000), Chance(3))
    assert (varied.budget != plain.budget).all()
    assert (varied.target != plain.target).all()
    count = min(plain.counts[0], varied.counts[0])
    drawn, before = varied.draw(0), plain.draw(0)
    assert drawn.truth[:count].tolist() == before.truth[:count].tolist()  # only what is told may be off
    assert len(drawn) == varied.counts[0]
    assert (drawn.value <= 1.0).all()
    factors = np.stack([varied.rival_factor(tick) for tick in range(varied.ticks)])
    assert (factors >= 0.0).all()
    left = factors == 0.0
    assert (left[1:] >= left[:-1]).all()  # who has left stays away


def test_a_strength_of_nothing_leaves_the_day_as_it_is():
    plain = load_family("taste").open(7, 4_000)
    same = Varied(load_family("taste").open(7, 4_000), Chance(3), 0.0)
    assert same.budget.tolist() == plain.budget.tolist()
    assert same.counts.tolist() == plain.counts.tolist()
    assert same.draw(30).value.tolist() == plain.draw(30).value.tolist()
    assert (same.rival_factor(47) == 1.0).all()


class _Asks:
    """Stands where a seat stands: bids multiplier × rate × value."""

    rate = 10.0

    class clearing:
        @staticmethod
        def bids(worth, value):
            return worth

    class calibration:
        mean = 1.0


class _Behind:
    """A chair with so much behind it."""

    def __init__(self, spend, worth, left):
        self.expected_spend, self.expected, self.left = spend, worth, left

    def day(self):
        return self


def test_the_rest_of_a_day_is_counted_by_hand():
    # one rival bids about 1, 1.5 and 3 for three opportunities; ours are worth 0.2 each at a target of 10, so a
    # multiplier of 1 bids 2, 2, 2. All three slots sell: with one rival nobody loses.
    values = np.array([[0.2, 0.1], [0.2, 0.15], [0.2, 0.3]])
    day = GivenDay(values, counts=[3], budget=[100.0, 100.0], target=[10.0, 10.0])
    played = school.play(day)
    rival = played.multiplier[0, 1]
    assert 0.75 < rival < 1.25
    offers = school.offers_of(played, 0)
    found = school._days(offers, 0, _Behind(0.0, 0.0, 100.0), _Asks(), np.array([1.0, 2.0]), True)
    # multiplier 1: tops the first two (exposure 1), second in the third (0.8); multiplier 2 tops all three
    assert found == pytest.approx([0.2 + 0.2 + 0.8 * 0.2, 0.6], rel=1e-6)
    # with a target: behind are 10 conversions for 200, twice the target; top places cost what the rival bids, a second the reserve
    found = school._days(offers, 0, _Behind(200.0, 10.0, 100.0), _Asks(), np.array([1.0, 2.0]), False)
    worth, spend = np.array([10.56, 10.6]), np.array([200.0 + 2.5 * rival + 0.8 * day.reserve, 200.0 + 5.5 * rival])
    assert found == pytest.approx(worth * (10.0 * worth / spend) ** 2, rel=1e-6)
    # without money nothing more comes
    found = school._days(offers, 0, _Behind(50.0, 10.0, 0.0), _Asks(), np.array([1.0, 2.0]), False)
    assert found == pytest.approx([10.0, 10.0])


def test_regret_is_what_a_step_loses_between_places_by_straight_line():
    one = situations(1, 1)
    peak = float(np.sign(one.features[0, 0, 0]) * 0.45)
    assert regret(one, peak) == pytest.approx(0.0, abs=1e-9)
    assert regret(one, peak / 2) == pytest.approx(0.225)
    assert regret(one, 99.0 * np.sign(peak)) == pytest.approx(REACH - 0.45)
    assert best_step(one) == pytest.approx(peak, abs=2 * REACH / 72)


def test_an_untaught_network_does_not_move_the_anchor(lessons: Lessons):
    fresh = Weights.fresh(Chance(1), np.zeros(len(NAMES)), np.ones(len(NAMES)))
    assert (moves(fresh, lessons) == 0.0).all()
    assert regret(lessons, moves(fresh, lessons)) == regret(lessons, 0.0)


def test_a_network_can_lead_through_the_days_it_learns_from():
    fresh = Weights.fresh(Chance(1), np.zeros(len(NAMES)), np.ones(len(NAMES)))
    assert make_lessons(Chance(6), 1, 4, weights=fresh, opportunities=SMALL).judged.any()


def test_without_jax_training_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ProviderUnavailable, match=r"magnetar\[learn\]") as missing:
        need_jax()
    assert missing.value.exit_code == 3
    assert run(["train", "bidder"]) == 3


@pytest.mark.parametrize("words", [["--days", "7"], ["--seats", "49"], ["--rounds", "0"], ["--score-days", "1"]])
def test_what_cannot_be_is_bad_input(words: list[str], capsys):
    assert run(["train", "bidder", *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_teaching_finds_a_rule_that_no_constant_can_follow():
    pytest.importorskip("jax")
    taught = teach(situations(320), situations(33), Chance(2), rounds=50)
    assert taught.anchor == pytest.approx(0.45)
    assert taught.constant > 0.3  # whichever way it leans, half of the ticks want the other
    assert taught.held_out < 0.5 * taught.anchor
    assert regret(situations(33), moves(taught.weights, situations(33))) == pytest.approx(taught.held_out)


def test_what_does_not_help_on_other_days_is_not_used():
    pytest.importorskip("jax")
    other = situations(33)
    turned = Lessons(other.day, other.features, other.judged, other.score[..., ::-1], other.stake, other.chosen)
    taught = teach(situations(64), turned, Chance(2), rounds=5)
    assert (moves(taught.weights, turned) == 0.0).all()
    assert taught.held_out == pytest.approx(taught.anchor)


def test_nothing_judged_cannot_be_learned_from():
    pytest.importorskip("jax")
    empty = situations(4)
    empty.judged[:] = False
    with pytest.raises(ValueError, match="no tick was judged"):
        teach(empty, situations(4), Chance(2), rounds=1)


@pytest.mark.slow
def test_the_command_writes_weights_that_serve(tmp_path, monkeypatch):
    pytest.importorskip("jax")
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    told = tmp_path / "told.json"
    words = [
        "train",
        "bidder",
        "--days",
        "8",
        "--seats",
        "2",
        "--rounds",
        "2",
        "--score-days",
        "0",
        "--json",
        str(told),
    ]
    assert run(words) == 0
    assert weights_file(tmp_path).is_file()
    assert load_weights().about["days"] == 8
    found = json.loads(told.read_text())
    assert {"metric", "value", "baseline"} <= set(found["rows"][0])
    assert found["parameters"] < 50_000
