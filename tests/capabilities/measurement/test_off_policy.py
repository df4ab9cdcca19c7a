"""Off-policy evaluation: closed forms, invariances, refusals, and Open Bandit where it is at hand."""

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.measurement.intervals import Interval
from magnetar.capabilities.measurement.off_policy import (
    ESTIMATORS,
    BanditLog,
    SlateLog,
    assess,
    bootstrap_ratio,
    cross_fitted,
    evaluate,
    evaluate_slates,
    pooled_propensity,
    read_log,
    read_target,
    relative_error,
)
from magnetar.capabilities.measurement.off_policy.estimators import Estimate, ratio_of_sums
from magnetar.capabilities.measurement.off_policy.rewards import PENALTIES, _ridge
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, Refused

OPEN_BANDIT = Path(__file__).resolve().parents[4] / "shared" / "data" / "open-bandit-women"


def log_of(actions, rewards, chances, count: int = 2, **more) -> BanditLog:
    return BanditLog(np.array(actions), np.array(rewards, float), np.array(chances, float), count, **more)


def always(action: int, rows: int, count: int = 2) -> np.ndarray:
    target = np.zeros((rows, count))
    target[:, action] = 1.0
    return target


def values(log: BanditLog, target: np.ndarray, **more) -> dict[str, float]:
    return {one.name: one.value.mean for one in evaluate(log, target, insist=True, folds=2, **more)[1]}


def test_weighting_is_worked_out_by_hand():
    log = log_of([0, 0, 1, 1], [1, 0, 1, 0.5], [0.5, 0.5, 0.25, 0.5])
    found = values(log, always(1, 4), estimators=("ips", "snips", "clipped"), clip=3.0)
    assert found["ips"] == pytest.approx((4 * 1 + 2 * 0.5) / 4)
    assert found["snips"] == pytest.approx(5 / 6)
    assert found["clipped"] == pytest.approx((3 * 1 + 2 * 0.5) / 4)


@given(taken=st.integers(1, 7), wanted=st.floats(0.0, 1.0), pays=st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_a_log_in_the_proportions_of_its_policy_gives_the_truth_exactly(taken: int, wanted: float, pays):
    """Arm 1 is taken by taken/8 of the rows; an arm pays in pays/4 of them."""
    rows = [
        (arm, float(place < paid), chance / 8)
        for arm, chance, paid in ((0, 8 - taken, pays[0]), (1, taken, pays[1]))
        for _ in range(chance)
        for place in range(4)
    ]
    log = log_of(*zip(*rows, strict=True))
    target = np.tile([1 - wanted, wanted], (len(log), 1))
    found = values(log, target, estimators=("ips", "snips"))
    truth = ((1 - wanted) * pays[0] + wanted * pays[1]) / 4
    assert found["ips"] == pytest.approx(truth)
    assert found["snips"] == pytest.approx(truth)


def random_log(seed: int = 4, rows: int = 600, count: int = 3) -> tuple[BanditLog, np.ndarray, float]:
    """Uniform logging of three arms that pay .2, .5 and .8 more of a context; the target prefers the last."""
    rng = np.random.default_rng(seed)
    context, action = rng.normal(size=(rows, 2)), rng.integers(0, count, rows)
    reward = 0.2 + 0.3 * action + 0.5 * context[:, 0] + 0.1 * rng.normal(size=rows)
    target = np.tile([0.1, 0.2, 0.7], (rows, 1))
    return BanditLog(action, reward, np.full(rows, 1 / 3), count, context), target, 0.2 + 0.3 * (0.2 + 1.4)


def test_every_estimator_finds_the_value_of_another_policy():
    log, target, truth = random_log(rows=6000)
    overlap, found = evaluate(log, target)
    assert [one.name for one in found] == list(ESTIMATORS)
    for one in found:
        assert one.value.mean == pytest.approx(truth, abs=0.04), one.name
        assert one.value.n == 6000
    by = {one.name: one.value for one in found}
    assert by["dr"].high - by["dr"].low < 0.7 * (by["ips"].high - by["ips"].low)
    # weights .3, .6, 2.1 with equal chance: mean 1, mean square (.09 + .36 + 4.41)/3 = 1.62
    assert overlap.effective_share == pytest.approx(1 / 1.62, rel=0.03)


def test_a_policy_that_is_its_own_log_earns_what_was_logged():
    log, _, _ = random_log()
    found = values(log, np.full((600, 3), 1 / 3))
    for name in ("ips", "snips", "clipped"):
        assert found[name] == pytest.approx(log.reward.mean())


@pytest.mark.parametrize("name", ["snips", "dr", "direct"])
def test_rewards_that_are_all_raised_raise_the_value_as_much(name: str):
    log, target, _ = random_log()
    raised = BanditLog(log.action, log.reward + 5.0, log.propensity, 3, log.context)
    assert values(raised, target)[name] == pytest.approx(values(log, target)[name] + 5.0)


@given(scale=st.floats(0.01, 100))
@settings(max_examples=10)
def test_the_currency_does_not_matter(scale: float):
    log, target, _ = random_log(rows=60)
    scaled = BanditLog(log.action, log.reward * scale, log.propensity, 3, log.context)
    once, again = values(log, target), values(scaled, target)
    for name in ("ips", "snips", "clipped", "direct", "dr"):
        assert again[name] == pytest.approx(once[name] * scale, rel=1e-6)


def test_a_reward_that_never_changes_is_known_to_the_model():
    log = log_of([0, 0, 1, 0, 1, 0], [3.0] * 6, [0.9, 0.9, 0.1, 0.9, 0.1, 0.9])
    found = values(log, always(0, 6))
    assert found["direct"] == pytest.approx(3.0)
    assert found["dr"] == pytest.approx(3.0)


def test_a_row_is_predicted_without_itself():
    rng = np.random.default_rng(0)
    rows = 200
    log = log_of(np.zeros(rows, int), rng.normal(size=rows), np.ones(rows), count=1)
    changed = log.reward.copy()
    changed[7] += 1000.0
    again = BanditLog(log.action, changed, log.propensity, 1)
    before, after = cross_fitted(log)[:, 0], cross_fitted(again)[:, 0]
    same = np.isclose(before, after)
    assert same[7]
    assert 30 <= same.sum() <= 50  # its own fold of 40


def test_rows_of_a_cluster_are_never_split_between_folds():
    rng = np.random.default_rng(1)
    log = BanditLog(np.zeros(60, int), rng.normal(size=60), np.ones(60), 1, cluster=np.arange(60) // 6)
    fold = cross_fitted(log, folds=5)[:, 0]
    assert all(len(np.unique(fold[start : start + 6])) == 1 for start in range(0, 60, 6))


def test_the_reward_model_is_the_ridge_of_least_generalised_cross_validation():
    rng = np.random.default_rng(2)
    for noise in (0.01, 3.0, 30.0):
        design = rng.normal(size=(120, 8))
        design[:, 3] = 0.0
        target = design[:, 0] + noise * rng.normal(size=120)
        scores, solutions = [], []
        for penalty in PENALTIES:
            inverse = np.linalg.inv(design.T @ design + penalty * np.eye(8))
            solutions.append(inverse @ design.T @ target)
            hat = np.trace(design @ inverse @ design.T)
            scores.append(((target - design @ solutions[-1]) ** 2).sum() / (120 - hat) ** 2)
        assert _ridge(design, target) == pytest.approx(solutions[int(np.argmin(scores))], abs=1e-10)


def test_a_skewed_interval_reaches_further_towards_the_tail():
    rewards = np.r_[np.zeros(95), np.full(5, 20.0)]
    found = ratio_of_sums(rewards, np.ones(100), np.arange(100))
    assert found.mean == 1.0
    assert found.high - 1.0 > 1.3 * (1.0 - found.low)
    mirrored = ratio_of_sums(-rewards, np.ones(100), np.arange(100))
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))
    # Hall (1992) by hand; third and second moments of a share of 5 % times 20
    spread = math.sqrt(0.05 * 0.95 * 100 / 99) * 20
    skew = 0.05 * 0.95 * (0.95 - 0.05) * 20**3 / spread**3
    reach = 1.984217 / 10
    top = 1.0 - spread * 3 / skew * (np.cbrt(1 + skew * (-reach - skew / 600)) - 1)
    assert found.high == pytest.approx(top, rel=1e-5)


def test_an_interval_counts_clusters_not_rows():
    values_ = np.repeat([1.0, 2.0, 4.0, 5.0], 100)
    alone = ratio_of_sums(values_, np.ones(400), np.arange(400))
    together = ratio_of_sums(values_, np.ones(400), np.arange(400) // 100)
    assert together.mean == alone.mean == 3.0
    # four means 1, 2, 4, 5: standard error √(10/3)/2, t(3) = 3.182
    assert together.high - 3.0 == pytest.approx(3.182446 * math.sqrt(10 / 3) / 2, rel=1e-6)
    assert alone.high - alone.low < 0.2 * (together.high - together.low)


def test_switching_leaves_heavy_weights_to_the_model():
    log, target, _ = random_log()
    found = values(log, target, estimators=("direct", "dr", "switch-dr"), switch=0.01)
    assert found["switch-dr"] == pytest.approx(found["direct"])
    found = values(log, target, estimators=("direct", "dr", "switch-dr"), switch=1e9)
    assert found["switch-dr"] == pytest.approx(found["dr"])


def test_the_interval_is_covered_about_nineteen_times_in_twenty():
    hits = sum(found[1][0].value.low <= truth <= found[1][0].value.high for found, truth in (
        (evaluate(log, target, ("dr",), folds=2), truth) for log, target, truth in (random_log(seed, 300) for seed in range(400))
    ))  # fmt: skip
    assert 0.915 <= hits / 400 <= 0.98  # three standard errors about 0.95


# ---- overlap


def test_equal_weights_are_as_good_as_the_rows():
    found = assess(np.ones(200))
    assert (found.effective, found.largest_share, found.mean_weight, found.off) == (200.0, 1 / 200, 1.0, 0.0)
    assert not found.refusal


def test_effective_rows_are_worked_out_by_hand():
    assert assess(np.array([1.0, 3.0])).effective == pytest.approx(16 / 10)


def test_few_rows_with_a_reward_are_a_caution_and_no_refusal():
    clicks = np.r_[np.ones(30), np.zeros(9970)]
    found = assess(np.ones(10_000), clicks)
    assert found.rewarded == pytest.approx(30.0)
    assert not found.refusal
    assert "effective rows with a reward 30.0" in found.caution
    assert not assess(np.ones(10_000), np.ones(10_000)).caution
    assert "effective rows 300, intervals are certified from 400" in assess(np.ones(300), np.ones(300)).caution


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        (np.zeros(100), "none of them does what the target would do"),
        (np.array([]), "0 rows"),
        (np.r_[np.zeros(960), np.full(40, 25.0)], "effective rows 40.0 of 1,000; at least 50"),
        (np.r_[np.full(1000, 0.5), 500.0], "one row carries 50%"),
        (np.full(1000, 1.0) + np.tile([0.1, -0.1], 500) + 0.5, "mean weight is 1.500"),
        (np.full(100, 2.0), "mean weight is 2.000"),
    ],
)
def test_hopeless_overlap_is_refused_with_its_figures(weights: np.ndarray, why: str):
    assert why in assess(weights).refusal


def test_no_estimate_is_given_where_overlap_is_refused_unless_insisted_on():
    log = log_of([0] * 99 + [1], [1.0] * 100, [0.99] * 99 + [0.01])
    with pytest.raises(Refused, match=r"effective rows 1.0 of 100"):
        evaluate(log, always(1, 100))
    assert evaluate(log, always(1, 100), ("ips",), insist=True)[1][0].value.mean == pytest.approx(1.0)


def test_pooled_chances_are_how_often_an_action_was_taken_at_its_place():
    action, place = np.array([0, 1, 1, 0]), np.array([5, 5, 5, 9])
    assert pooled_propensity(action, place).tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1.0])


# ---- what is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"action": np.array([0, 2])}, "numbered 0 to 1, found 0 to 2"),
        ({"reward": np.array([0.0, np.nan])}, "must be finite"),
        ({"propensity": np.array([0.5, 0.0])}, r"in \(0, 1\], found 0.0"),
        ({"propensity": np.array([0.5, 1.5])}, r"in \(0, 1\], found 1.5"),
        ({"propensity": np.array([0.5, np.nan])}, r"in \(0, 1\], found nan"),
        ({"reward": np.ones(3)}, "needs the 2 rows"),
    ],
)
def test_a_log_that_cannot_be_is_refused(change, message: str):
    fields = {"action": np.array([0, 1]), "reward": np.ones(2), "propensity": np.full(2, 0.5)} | change
    with pytest.raises(ValueError, match=message):
        BanditLog(fields["action"], fields["reward"], fields["propensity"], 2)


def test_what_is_no_policy_is_refused():
    log = log_of([0, 1], [1, 1], [0.5, 0.5])
    with pytest.raises(ValueError, match="a chance for each row and action"):
        evaluate(log, np.ones((2, 3)))
    with pytest.raises(ValueError, match="not negative"):
        evaluate(log, np.array([[1.5, -0.5], [1, 0]]))
    with pytest.raises(ValueError, match="sum to 1"):
        evaluate(log, np.full((2, 2), 0.4))
    with pytest.raises(ValueError, match="choose among ips"):
        evaluate(log, always(0, 2), ("best",))
    with pytest.raises(Refused):
        evaluate(log_of([], [], [], context=np.zeros((0, 0))), np.zeros((0, 2)))


# ---- pages


def slates(seed: int = 2, pages: int = 4000) -> tuple[SlateLog, dict[str, float]]:
    """Two positions, two items each, drawn evenly; the second pays half as much under a first item of 1."""
    rng = np.random.default_rng(seed)
    item = rng.integers(0, 2, (pages, 2))
    reward = np.stack([1.0 + item[:, 0], (1.0 + 2.0 * item[:, 1]) * np.where(item[:, 0] == 1, 0.5, 1.0)], axis=1)
    target = np.where(item == 1, 0.8, 0.2)
    # second position: E[1 + 2 item] = 2.6, times .2 + .8·.5 = .6 under the target; times .75 under the log
    return SlateLog(reward, np.full((pages, 2), 0.5), target), {
        "cascade": 1.8 + 2.6 * 0.6,
        "independent": 1.8 + 2.6 * 0.75,
    }


def test_pages_are_judged_by_what_their_rewards_depend_on():
    log, expected = slates()
    found = {estimate.name: estimate.value.mean for _, estimate in evaluate_slates(log) if estimate}
    assert found["cascade"] == pytest.approx(expected["cascade"], abs=0.06)
    assert found["whole"] == pytest.approx(expected["cascade"], abs=0.06)
    assert found["independent"] == pytest.approx(expected["independent"], abs=0.06)  # blind to the item above


def test_pages_of_one_position_are_rows():
    log, _ = slates(pages=300)
    single = SlateLog(log.reward[:, :1], log.propensity[:, :1], log.target[:, :1])
    weight = (log.target / log.propensity)[:, 0]
    expected = (weight * log.reward[:, 0]).sum() / weight.sum()
    for _, estimate in evaluate_slates(single, draws=50):
        assert estimate is not None
        assert estimate.value.mean == pytest.approx(expected)
        assert estimate.bootstrap.low < expected < estimate.bootstrap.high


def test_weights_of_whole_pages_are_refused_before_those_of_positions():
    rng = np.random.default_rng(3)
    shown = rng.random((400, 6)) < 0.5
    log = SlateLog(rng.random((400, 6)), np.full((400, 6), 0.5), np.where(shown, 0.95, 0.05))
    (_, first), _, (overlap, last) = evaluate_slates(log)
    assert first is not None
    assert last is None
    assert "effective rows" in overlap.refusal
    with pytest.raises(Refused, match="log of pages overlaps too little"):
        evaluate_slates(log, ("whole",))


def test_a_log_of_pages_that_cannot_be_is_refused():
    two = np.full((3, 2), 0.5)
    with pytest.raises(ValueError, match="pages × positions in all three"):
        SlateLog(two, two, two[:, :1])
    with pytest.raises(ValueError, match="had a chance"):
        SlateLog(two, np.zeros((3, 2)), two)
    with pytest.raises(ValueError, match="choose among independent"):
        evaluate_slates(SlateLog(two, two, two), ("best",))


# ---- bootstrap and relative error


def test_bootstrapped_means_spread_as_the_mean_does():
    rng = np.random.default_rng(8)
    some = rng.normal(3.0, 2.0, 400)
    drawn = bootstrap_ratio(some, np.ones(400), np.arange(400), 4000, Chance(1))
    assert drawn.mean() == pytest.approx(some.mean(), abs=0.01)
    assert drawn.std() == pytest.approx(some.std() / 20, rel=0.05)
    clustered = bootstrap_ratio(some, np.ones(400), np.arange(400) // 400, 10, Chance(1))
    assert clustered.tolist() == pytest.approx([some.mean()] * 10)  # one cluster can only be itself


def test_relative_error_is_beside_the_mean_of_the_target_s_own_log():
    one = Estimate("ips", Interval(3.0, 2.0, 4.0, 9), np.full(500, 3.0))
    off = relative_error(one, np.full(10, 2.0))
    assert (off.mean, off.low, off.high) == (0.5, 0.5, 0.5)
    assert math.isnan(relative_error(one, np.zeros(5)).mean)
    assert math.isnan(relative_error(one, np.zeros(0)).mean)
    bare = relative_error(Estimate("ips", one.value, np.zeros(0)), np.full(10, 2.0))
    assert bare.mean == 0.5
    assert math.isnan(bare.low)


# ---- files and the command


def table(path: Path, rows: int = 400) -> Path:
    rng = np.random.default_rng(6)
    action, kind = rng.integers(0, 2, rows), rng.integers(0, 2, rows)
    click = (rng.random(rows) < 0.2 + 0.4 * action).astype(int)
    lines = [f"{a},{c},0.5,{'new' if k else 'old'}" for a, c, k in zip(action, click, kind, strict=True)]
    path.write_bytes(gzip.compress("\n".join(["item_id,click,propensity_score,kind", *lines]).encode()))
    return path


def test_a_log_is_read_with_its_names(tmp_path: Path):
    log = read_log(table(tmp_path / "log.csv.gz"), ["kind"])
    assert (log.actions, log.positions, len(log.action)) == (("0", "1"), ("1",), 400)
    assert log.context.shape == (400, 1)
    assert log.features[0] in ("kind=new", "kind=old")


def test_the_command_prints_each_estimate_beside_the_truth(tmp_path: Path, capsys):
    log, target, out = table(tmp_path / "log.csv.gz"), tmp_path / "target.csv", tmp_path / "out.json"
    target.write_text("action,probability\n1,1\n")
    own = tmp_path / "own.csv"
    own.write_text("action,reward,propensity\n" + "1,1,1\n1,0,1\n" * 50)
    arguments = ["--log", str(log), "--target", str(target), "--truth", str(own), "--context", "kind", "--draws", "200"]
    assert run(["measure", "off-policy", *arguments, "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert [one["estimator"] for one in found["estimates"]] == list(ESTIMATORS)
    dr = next(one for one in found["estimates"] if one["recommended"])
    assert dr["low"] < 0.6 < dr["high"]
    assert found["on_policy_mean"] == 0.5
    assert dr["relative_error"]["mean"] == pytest.approx(dr["value"] / 0.5 - 1)
    assert "dr *" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("action,probability\n7,1\n", "never shows action '7'"),
        ("action,probability\n1,0.4\n", "must sum to 1"),
        ("action,chance\n1,1\n", "lacks probability"),
        ("action,probability\n1,2\n", "line 2.*probability.*'2'"),
    ],
)
def test_a_target_that_is_no_policy_for_this_log_is_refused(tmp_path: Path, target: str, message: str):
    file = tmp_path / "target.csv"
    file.write_text(target)
    with pytest.raises(BadInput, match=message):
        read_target(file, read_log(table(tmp_path / "log.csv.gz")))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "name the target policy by"),
        (["--target", "uniform", "--like", "x.csv"], "one of them"),
        (["--target", "uniform", "--estimators", "best"], "--estimators takes ips"),
        (["--target", "uniform", "--context", "age"], "has no column 'age'"),
    ],
)
def test_the_command_says_what_it_needs(tmp_path: Path, more: list[str], message: str, capsys):
    assert run(["measure", "off-policy", "--log", str(table(tmp_path / "log.csv.gz")), *more]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.skipif(not OPEN_BANDIT.is_dir(), reason=f"the Open Bandit files are not at {OPEN_BANDIT}")
def test_on_open_bandit_the_intervals_hold_the_on_policy_truth_and_raw_weights_are_refused():
    bts = read_log(OPEN_BANDIT / "bts_women.csv.gz")
    uniform = read_log(OPEN_BANDIT / "random_women.csv.gz", (), bts.actions, bts.positions)
    even = np.full((len(bts.action), len(bts.actions)), 1 / len(bts.actions))
    with pytest.raises(Refused, match="one row carries"):
        evaluate(bts.as_log(), even)
    _, forth = evaluate(bts.as_log(pooled=True), even, ("snips", "dr"), draws=300)
    _, back = evaluate(uniform.as_log(), bts.shares()[uniform.position], ("snips", "dr"), draws=300)
    for one in forth:
        assert 0.0 in relative_error(one, uniform.reward)
    for one in back:
        assert 0.0 in relative_error(one, bts.reward)
