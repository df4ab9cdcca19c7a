"""Money: exact, one currency, one rounding rule."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.vocabulary.money import MICROS, Money, to_micros

micros = st.integers(-(2**63) + 1, 2**63 - 1)


@given(micros)
def test_an_amount_written_out_exactly_comes_back_exactly(amount: int):
    assert to_micros(str(Decimal(amount) / MICROS)) == amount


@given(st.lists(micros))
def test_a_sum_of_money_loses_nothing(amounts: list[int]):
    assert sum((Money(each) for each in amounts), Money(0)).micros == sum(amounts)


@given(micros, st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_shares_add_up_to_the_whole_and_are_fair_to_a_micro(amount: int, weights: list[int]):
    parts = Money(amount).split(weights)
    assert sum(part.micros for part in parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(amount) * weight / sum(weights)
        assert abs(part.micros - exact) <= 1
        assert weight or part.micros == 0


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.0000005", 0),
        ("0.0000015", 2),
        ("-0.0000005", 0),
        ("-0.0000015", -2),
        (0.1, 100_000),
        (1e-7, 0),
        ("1e3", 10**9),
    ],
)
def test_halves_go_to_the_even_micro(amount: float | str, expected: int):
    assert to_micros(amount) == expected


@pytest.mark.parametrize("amount", ["", "x", "nan", "inf", float("nan"), "1e30", 2**63])
def test_what_is_no_amount_is_refused(amount: float | str):
    with pytest.raises(ValueError, match="amount of money"):
        to_micros(amount)


def test_currencies_do_not_mix():
    for operation in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b):
        with pytest.raises(ValueError, match="cannot mix CNY with USD"):
            operation(Money(1), Money(1, "USD"))
    assert Money(1) != Money(1, "USD")


@pytest.mark.parametrize("wrong", [1.0, True, "1"])
def test_micros_are_an_int(wrong: object):
    with pytest.raises(TypeError, match=r"Money\.of"):
        Money(wrong)  # type: ignore[arg-type]
