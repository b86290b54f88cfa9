"""Numbers as a reader sees them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contraflow.report.numbers import (
    amount,
    interval,
    is_money,
    plain,
    round_significant,
    signed,
    significant,
    with_unit,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1,230"),
        (0.012345, "0.0123"),
        (-4.5678, "−4.57"),
        (123456789.0, "123,000,000"),
        (9.996, "10.0"),
        (1000.0, "1,000"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_significant_digits_and_no_powers_of_ten(value, text):
    assert significant(value) == text


@given(st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-9))
def test_significant_reads_back_within_half_a_unit_of_the_last_digit(value):
    back = float(significant(value).replace(",", "").replace("−", "-"))
    assert back == pytest.approx(value, rel=0.0051)


def test_sums_of_money_are_short_and_other_units_are_not():
    assert is_money("USD a year")
    assert not is_money("USD per kg")
    assert amount(3.21e9, "USD a year") == "3.21 bn"
    assert amount(999_999.0, "USD a year") == "1.00 m"
    assert amount(3.21e9, "t a year") == "3,210,000,000"
    assert with_unit("3.1 bn", "USD a year") == "3.1 bn USD a year"
    assert with_unit("3.1", "") == "3.1"


def test_differences_carry_their_sign_and_intervals_one_step():
    assert signed(3.0) == "+3.00"
    assert signed(-3.0) == "−3.00"
    assert signed(0.0) == "0"
    assert signed(math.nan) == "n/a"
    assert interval(-42e6, -7e5, "USD a year", 2) == "−42 m to −0.70 m"
    assert interval(-1.0, math.nan) == "n/a"


@given(st.lists(st.floats(-1e200, 1e200), min_size=1, max_size=20))
def test_rounding_keeps_five_digits(values):
    array = np.array(values)
    rounded = round_significant(array)
    big = np.abs(array) > 1e-250
    np.testing.assert_allclose(rounded[big], array[big], rtol=5.1e-5)
    assert all(float(f"{value:.4e}") == pytest.approx(value, rel=1e-14) for value in rounded[big])


def test_json_numbers_are_short():
    listed = plain(np.array([[1.0, 0.1234567, np.nan], [123456.7, -np.inf, 0.0]]))
    assert listed == [[1, 0.12346, None], [123460, None, 0]]
    assert isinstance(listed[0][0], int)
