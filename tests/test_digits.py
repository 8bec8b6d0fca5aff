"""Numbers as people read them: few digits, and none of them as a power of ten."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.digits import amount, in_full, measured, percent, three_digits, to_the_cent

WAYS = (amount, in_full, to_the_cent, percent, three_digits, measured)


@pytest.mark.parametrize("write", WAYS)
@given(value=st.floats(0, 1e15))
def test_no_number_is_written_as_a_power_of_ten(write: Callable[[float], str], value: float) -> None:
    assert "e" not in write(value)


@pytest.mark.parametrize("write", WAYS)
@given(value=st.floats(1e-30, 1e15))
def test_nothing_that_is_above_zero_reads_as_zero(write: Callable[[float], str], value: float) -> None:
    assert set(write(value)) & set("123456789")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (three_digits(5e-6, "+"), "+0.000005"), (three_digits(-1234.5, "+"), "-1,230"), (three_digits(0.5), "0.5"),
        (three_digits(1.23e12), "1,230,000,000,000"), (measured(3e-5), "0.00003"), (measured(187.25), "187.2"),
        (amount(3e-5), "0.00003"), (amount(0.5), "0.50"), (to_the_cent(0.0123), "0.0123"), (percent(1e-7), "0.00001 %"),
    ],
)  # fmt: skip
def test_as_many_digits_are_written_as_say_something(written: str, said: str) -> None:
    assert written == said
