"""The verdict, worked out by hand from a few made-up results."""

import math
from dataclasses import replace

import pytest

from magnetar.twin.rehearsal import AA, ArmResult
from magnetar.twin.verdict import verdict

ARMS = ("none", "manual", "uax")


def result(pair: int, arm: str, **changes) -> ArmResult:
    plain = ArmResult(pair, arm, 1_000, 0.0, 100.0, 0.0, 100.0, 4, 0, 0, 0, 0, math.nan, 0)
    return replace(plain, **changes)


def three_pairs() -> list[ArmResult]:
    """UAX gains 40, 50 and 60 for 20 each; manual gains 10 each for 10; the second manual arm gains 9, 10 and 11."""
    made = []
    for pair, gain in enumerate((40.0, 50.0, 60.0)):
        base = 100.0 * (pair + 1)
        made += [
            result(pair, "none", gmv=base, gmv_organic=base),
            result(pair, "manual", gmv=base + 10, gmv_paid=30.0, gmv_organic=base - 20, spend=10.0,
                   launches=8, successes=pair, days_on_target=1, days_spending=2, hourly_cost_cv=0.5),
            result(pair, AA, gmv=base + 9 + pair, spend=10.0),
            result(pair, "uax", gmv=base + gain, gmv_paid=80.0, gmv_organic=base + gain - 80, spend=20.0,
                   launches=8, successes=4, days_on_target=2, days_spending=2, hourly_cost_cv=0.1 * (pair + 1)),
        ]  # fmt: skip
    return made


def arm(figures: dict, name: str) -> dict:
    [found] = [one for one in figures["arms"] if one["name"] == name]
    return found


def test_increments_are_differences_within_pairs():
    figures = verdict(three_pairs(), ARMS)
    assert figures["pairs"] == 3
    uax = arm(figures, "uax")["incremental_gmv"]
    # 40, 50, 60: standard deviation 10, t(2) = 4.3027
    assert uax["mean"] == pytest.approx(50.0)
    assert uax["high"] - uax["mean"] == pytest.approx(4.3027 * 10 / math.sqrt(3), rel=1e-3)
    manual = arm(figures, "manual")["incremental_gmv"]
    assert (manual["mean"], manual["low"], manual["high"]) == pytest.approx((10.0, 10.0, 10.0))


def test_what_ads_sold_and_did_not_add_is_cannibalised():
    figures = verdict(three_pairs(), ARMS)
    assert arm(figures, "manual")["gmv_cannibalised"] == pytest.approx(20.0)
    assert arm(figures, "uax")["gmv_cannibalised"] == pytest.approx(30.0)
    assert arm(figures, "none")["gmv_cannibalised"] == 0.0


def test_the_return_is_what_was_added_for_each_unit_spent():
    figures = verdict(three_pairs(), ARMS)
    roi = arm(figures, "uax")["incremental_roi"]
    assert roi["mean"] == pytest.approx(150.0 / 60.0)
    # every pair spends 20, so the interval is that of the mean gain over 20
    half = 4.3027 * 10 / math.sqrt(3) / 20
    assert (roi["low"], roi["high"]) == pytest.approx((2.5 - half, 2.5 + half), rel=1e-3)
    assert arm(figures, "uax")["attributed_roi"] == pytest.approx(240.0 / 60.0)
    assert arm(figures, "none")["incremental_roi"] is None


def test_launches_and_days_are_counted_over_all_pairs():
    figures = verdict(three_pairs(), ARMS)
    success = arm(figures, "manual")["cold_start_success"]
    assert (success["rate"], success["successes"], success["n"]) == (3 / 24, 3, 24)
    assert arm(figures, "manual")["cost_compliance"] == 0.5
    assert arm(figures, "uax")["cost_compliance"] == 1.0
    assert arm(figures, "uax")["hourly_cost_cv"] == pytest.approx(0.2)
    assert arm(figures, "none")["hourly_cost_cv"] is None


def test_contrasts_are_paired_too():
    [gain] = [one for one in verdict(three_pairs(), ARMS)["contrasts"] if one["metric"] == "incremental_gmv"]
    assert (gain["a"], gain["b"], gain["n"]) == ("uax", "manual", 3)
    assert gain["mean"] == pytest.approx(40.0)  # 30, 40, 50
    assert gain["mean"] - gain["low"] == pytest.approx(4.3027 * 10 / math.sqrt(3), rel=1e-3)
    [success] = [one for one in verdict(three_pairs(), ARMS)["contrasts"] if one["metric"] == "cold_start_success"]
    assert success["mean"] == pytest.approx((4 / 8 + 3 / 8 + 2 / 8) / 3)


def test_two_arms_that_differ_in_luck_alone_should_not_differ():
    check = verdict(three_pairs(), ARMS)["aa_check"]
    assert (check["mean"], check["n"], check["passed"]) == (pytest.approx(0.0), 3, True)
    apart = [replace(one, gmv=one.gmv + 500.0) if one.arm == AA else one for one in three_pairs()]
    assert verdict(apart, ARMS)["aa_check"]["passed"] is False


def test_the_order_in_which_pairs_ended_does_not_matter():
    assert repr(verdict(three_pairs()[::-1], ARMS)) == repr(verdict(three_pairs(), ARMS))


def test_without_a_manual_arm_there_is_no_check():
    some = [one for one in three_pairs() if one.arm in ("none", "uax")]
    figures = verdict(some, ("none", "uax"))
    assert figures["aa_check"] is None
    assert figures["contrasts"] == []
