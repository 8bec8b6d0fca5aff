"""The price of a million tokens, from whatever unit a list has it in: exact, and never more than was said."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.providers.token_prices import MILLION, PER_MILLION, PER_TOKEN, per_million, priced

THOUSAND, CENTS = 1_000, 100
CENTS_OF_EXACT_PRICES = st.integers(0, 10**8).map(lambda parts: Decimal(parts).scaleb(-4))  # up to 10,000 per million


@pytest.mark.parametrize(
    ("said", "tokens", "parts", "costs"),
    [
        # Per token, as texts and as numbers.
        ("0.00000015", 1, 1, 0.15),
        ("0.0000006", 1, 1, 0.6),
        (1e-07, 1, 1, 0.1),
        (2.9e-07, 1, 1, 0.29),
        ("0.000000075", 1, 1, 0.075),
        # Per thousand.
        (0.0008, THOUSAND, 1, 0.8),
        ("0.0029", THOUSAND, 1, 2.9),
        # Per million.
        (0.15, MILLION, 1, 0.15),
        ("2.50", MILLION, 1, 2.5),
        (3, MILLION, 1, 3.0),
        # In cents, per million and per 100 million tokens.
        (15, MILLION, CENTS, 0.15),
        (20_000, 100 * MILLION, CENTS, 2.0),
        (12_500, 100 * MILLION, CENTS, 1.25),
        # In 1/10000 per million.
        (7_000, MILLION, 10_000, 0.7),
        (25_000, MILLION, 10_000, 2.5),
        # 0 is a price.
        (0, 1, 1, 0.0),
        ("0", THOUSAND, 1, 0.0),
        ("0.000", MILLION, CENTS, 0.0),
    ],
)
def test_a_price_is_of_a_million_tokens_whatever_the_unit(said: object, tokens: int, parts: int, costs: float) -> None:
    assert per_million(tokens=tokens, parts=parts)(said) == costs


@pytest.mark.parametrize("said", [-1, "-1", "-0.00001", None, "", "free", "1,5", "$2", True, [], {}, "NaN", "Infinity"])
def test_what_is_below_zero_or_no_amount_is_no_price(said: object) -> None:
    assert PER_TOKEN(said) is None
    assert PER_MILLION(said) is None


@pytest.mark.parametrize("said", [1e9, "1000000000", "999999999999999"])
def test_what_is_too_large_to_be_meant_is_no_price(said: object) -> None:
    assert PER_MILLION(said) is None
    assert PER_TOKEN(said) is None
    assert PER_MILLION("999999999") == 999_999_999


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300])
def test_what_is_no_finite_amount_is_no_price(number: float) -> None:
    assert PER_TOKEN(number) is None


@given(price=CENTS_OF_EXACT_PRICES, tokens=st.sampled_from([1, THOUSAND, MILLION]), parts=st.sampled_from([1, CENTS]))
def test_a_price_comes_out_as_it_was_before_it_was_divided(price: Decimal, tokens: int, parts: int) -> None:
    said = price * tokens * parts / MILLION
    in_json = json.loads(f"{float(said)!r}")
    assert per_million(tokens=tokens, parts=parts)(f"{said:f}") == float(price)
    assert per_million(tokens=tokens, parts=parts)(in_json) == float(price)


@given(said=st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.lists(st.integers()))
def test_whatever_a_list_says_a_price_is_none_or_not_below_zero(said: object) -> None:
    found = PER_TOKEN(said)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("said", "sides"),
    [
        (("0", "0", None), (0.0, 0.0, None)),
        (("0.000001", None, None), (1.0, None, None)),
        ((None, "0.000002", "0.0000001"), (None, 2.0, 0.1)),
        (("0.000001", "0.000002", "-1"), (1.0, 2.0, None)),
    ],
)
def test_a_row_has_the_sides_that_were_said_and_is_not_free_for_costing_nothing(
    said: tuple[object, object, object], sides: tuple[float | None, ...]
) -> None:
    (row,) = priced("a/b", "a.example/models", PER_TOKEN, said)
    assert (row.input_per_mtok, row.output_per_mtok, row.cached_input_per_mtok) == sides
    assert (row.free, row.currency, row.checked_at) == (None, "USD", None)


@pytest.mark.parametrize("said", [(None, None, None), (None, None, "0.000001"), ("-1", "-1", "-1"), ("", "?", None)])
def test_without_a_price_of_input_or_output_there_is_no_row(said: tuple[object, object, object]) -> None:
    assert list(priced("a/b", "a.example/models", PER_TOKEN, said)) == []
