"""Dates of any usual form, and none of the others."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.catalogue import Unfit
from magnetar.capabilities.orders.dates import decide_order, read_moment


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2010-12-01 08:26:00", "mdy"),
        ("2010-12-01T08:26", "mdy"),
        ("2010-12-01T08:26:00.000Z", "mdy"),
        ("2010-12-01T08:26:00+08:00", "mdy"),
        ("2010/12/1 8:26", "mdy"),
        ("2010年12月1日 8:26", "mdy"),
        ("20101201 08:26", "mdy"),
        ("12/1/2010 8:26", "mdy"),
        ("12/1/10 8:26", "mdy"),
        ("12/1/2010 8:26:00 AM", "mdy"),
        ("1/12/2010 8:26", "dmy"),
        ("01.12.2010 08:26", "mdy"),
        ("01-Dec-2010 08:26", "mdy"),
        ("1 December 2010 08:26:00", "mdy"),
        ("40513.3513888889", "mdy"),
    ],
)
def test_reads_the_same_moment(text: str, order: str):
    assert read_moment(text, order) == "2010-12-01T08:26:00"


@pytest.mark.parametrize("text", ["", "soon", "2010-13-01", "2010-02-30 08:00", "31/31/2011", "12/1/2010 25:00", "13:00 PM", "0001-01-01", "9999-01-01", "4051", "99999.9"])  # fmt: skip
def test_refuses_what_is_no_date(text: str):
    with pytest.raises(Unfit):
        read_moment(text, "mdy")


@given(st.datetimes(datetime(1980, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_way_to_write_a_moment_gives_it_back(moment: datetime):
    for pattern, order in [("%Y-%m-%d %H:%M:%S", "mdy"), ("%m/%d/%Y %H:%M:%S", "mdy"), ("%d/%m/%Y %H:%M:%S", "dmy"), ("%m/%d/%Y %I:%M:%S %p", "mdy")]:  # fmt: skip
        assert read_moment(moment.strftime(pattern), order) == moment.isoformat()


def test_one_day_above_twelve_decides():
    assert decide_order(["1/2/2011", "3/4/2011", "25/3/2011"]) == "dmy"
    assert decide_order(["1/2/2011", "3/25/2011"]) == "mdy"
    assert decide_order(["1/2/2011", "3/4/2011"]) == ""
