"""A price is read exactly, or not at all."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.catalogue import Unfit, read_price
from magnetar.vocabulary.money import Money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50 USD", "12.50", "USD"),
        ("USD 12.50", "12.50", "USD"),
        ("12.50USD", "12.50", "USD"),
        ("¥1,299.00", "1299", "CNY"),
        ("￥１，２９９．００", "1299", "CNY"),
        ("1.299,00 EUR", "1299", "EUR"),
        ("1 299,00 €", "1299", "EUR"),
        ("1\u202f299,00 €", "1299", "EUR"),
        ("1'299.50 CHF", "1299.5", "CHF"),
        ("1,29,999.00 INR", "129999", "INR"),
        ("12.5元", "12.5", "CNY"),
        ("RMB 8", "8", "CNY"),
        ("HK$88", "88", "HKD"),
        ("12,5", "12.5", "CNY"),
        ("1,299", "1299", "CNY"),
        ("0,125", "0.125", "CNY"),
        ("1.299", "1.299", "CNY"),
        ("1.299.000", "1299000", "CNY"),
        ("0.000001", "0.000001", "CNY"),
    ],
)
def test_reads_what_feeds_write(text: str, amount: str, currency: str):
    assert read_price(text, "CNY") == Money.of(amount, currency)


@pytest.mark.parametrize(
    "text",
    ["", "free", "免费", "0", "0.00", "-5", "-5 USD", "¥-5", "−5", "(5)", "nan", "NaN", "inf", "Infinity", "1e5", "1.2.3,4",
     "12..5", "1,23,4", "5 XYZ", "5 USD EUR", "€5 USD", "12.5元起", "1.2万", "0.0000001", "9" * 30, "=1+1", "1/2", "٥",
     "12.50\x00USD?"],
)  # fmt: skip
def test_refuses_what_is_no_price_above_zero(text: str):
    with pytest.raises(Unfit):
        read_price(text, "CNY")


@pytest.mark.parametrize("text", ["10-20", "10.00 - 20.00 USD", "¥10~¥20", "10至20", "10 to 20"])
def test_a_range_is_named_as_one(text: str):
    with pytest.raises(Unfit, match="range"):
        read_price(text, "CNY")


def test_two_currencies_at_once_are_refused():
    assert read_price("5 USD", "CNY", stated="USD") == Money.of(5, "USD")
    with pytest.raises(Unfit, match="currency column"):
        read_price("5 USD", "CNY", stated="EUR")


def grouped(whole: str, mark: str) -> str:
    first = len(whole) % 3 or 3
    return mark.join([whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))])


@given(
    micros=st.integers(10_000, 10**15).map(lambda n: n - n % 10_000),
    style=st.sampled_from(["{us}", "{us} USD", "USD {us}", "$ {us}", "{eu} USD", "{plain} USD", "{space} USD"]),
)
def test_every_style_gives_back_the_amount(micros: int, style: str):
    whole, cents = str(micros // 1_000_000), f"{micros % 1_000_000 // 10_000:02d}"
    text = style.format(
        us=grouped(whole, ",") + "." + cents,
        eu=grouped(whole, ".") + "," + cents,
        space=grouped(whole, " ") + "," + cents,
        plain=whole + "." + cents,
    )
    assert read_price(text, "USD") == Money(micros, "USD")


@given(st.text(max_size=80))
def test_any_text_is_a_price_or_unfit(text: str):
    with contextlib.suppress(Unfit):
        assert read_price(text, "CNY").micros > 0
