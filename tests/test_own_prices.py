"""The analyst's own prices, as the provider's page has them: any currency, per token, per thousand or per million."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.errors import CallerError, LaunchFolderInvalid
from testkey_nb.launch import PRICE_COLUMNS, read_launch
from testkey_nb.prices import COLUMNS, read_own
from testkey_nb.rows import PriceRow

NAMED = {"provider": "moonshot", "region": "cn", "model": "kimi-k3", "route": "", "source": "page", "free": ""}


def own(**cells: str) -> PriceRow:
    line = {**dict.fromkeys(COLUMNS, ""), **NAMED, "checked_at": "2026-11-20", **cells}
    return read_own("prices.csv", 7, line)


def on_page(price: str, per_tokens: str, currency: str = "CNY", **more: str) -> PriceRow:
    return own(currency=currency, per_tokens=per_tokens, input_price=price, output_price=price, **more)


@pytest.mark.parametrize(
    ("price", "per_tokens", "wanted"),
    [
        ("0.000004", "1", 4),
        ("0.004", "1000", 4),
        ("4", "1000000", 4),
        ("4e-6", "1", 4),
        ("4", "1e6", 4),
        ("0.00000015", "1", 0.15),  # 0.15 exactly: 0.00000015 * 1e6 is not, in binary
        ("0.0003", "1000", 0.3),
        ("1", "3", 333333.3333333333),
        ("0", "1000", 0),
        ("1e-300", "1000", 1e-297),
    ],
)
def test_a_price_becomes_one_per_million_tokens_by_exact_decimals(price: str, per_tokens: str, wanted: float) -> None:
    found = on_page(price, per_tokens)
    assert (found.input_per_mtok, found.output_per_mtok, found.currency) == (wanted, wanted, "CNY")
    assert found.input_usd_per_mtok is None


@given(st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=12), st.integers(1, 10**9))
def test_no_price_and_no_number_of_tokens_is_rounded_but_once(price: Decimal, tokens: int) -> None:
    exact = Fraction(price) * 1_000_000 / tokens
    if exact < 10**9:
        assert on_page(f"{price:f}", str(tokens)).input_per_mtok == float(exact)


@given(st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=9))
def test_the_same_price_per_token_thousand_and_million_is_the_same_price(price: Decimal) -> None:
    found = {
        on_page(f"{price.scaleb(-shift):f}", tokens).input_per_mtok
        for shift, tokens in ((6, "1"), (3, "1000"), (0, "1000000"))
    }
    assert found == {float(price)}


def test_dollars_on_a_page_are_the_dollars_of_every_source() -> None:
    found = on_page("0.0000002", "1", "USD", cached_input_price="0.00000002")
    assert (found.input_usd_per_mtok, found.cached_input_usd_per_mtok) == (0.2, 0.02)
    assert found == own(
        currency="USD", per_tokens="1000000", input_price="0.2", output_price="0.2", cached_input_price="0.02"
    )


def test_lengths_and_hours_stand_beside_a_price_of_either_kind() -> None:
    for found in (
        own(input_usd_per_mtok="2", output_usd_per_mtok="4", above_input_tokens="200000", hours="16:30-00:30"),
        on_page("2", "1000000", above_input_tokens="2e5", hours="16:30-00:30"),
    ):
        assert (found.above_input_tokens, found.hours, found.base) == (200_000, "16:30-00:30", False)
    assert own(input_usd_per_mtok="2", output_usd_per_mtok="4", above_input_tokens="0").base


def test_a_row_without_an_amount_is_to_be_filled_in_any_currency() -> None:
    assert own(source="", currency="CNY") == PriceRow(
        "kimi-k3", "", "cn", "", None, None, None, datetime(2026, 11, 20, tzinfo=UTC), None, "CNY"
    )
    assert own(currency="CNY", free="true").whole


def test_a_file_of_before_has_dollars_per_million_tokens() -> None:
    line = {**dict.fromkeys(PRICE_COLUMNS, ""), **NAMED, "input_usd_per_mtok": "0.02", "output_usd_per_mtok": "1e-1"}
    found = read_own("prices.csv", 7, line)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok, found.currency) == (0.02, 0.1, "USD")


PAGE = {"currency": "CNY", "per_tokens": "1000", "input_price": "0.004", "output_price": "0.016"}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"currency": "yuan"}, "'yuan' is no currency; write its three capital letters, like USD or CNY"),
        ({"currency": "cny"}, "'cny' is no currency"),
        ({"free": "true"}, "'true' is what no price can be that is not 0"),
        ({"free": "true", "input_price": ""}, "'true' is what no price can be that is not 0"),
        ({"free": "yes"}, "'yes' is neither true nor false; write one of them, or nothing"),
        ({"currency": "¥"}, "'¥' is no currency"),
        ({"currency": "CNYX"}, "'CNYX' is no currency"),
        ({"currency": ""}, "'' is no currency"),
        ({"per_tokens": ""}, "'' is no number of tokens; write for how many the price is: 1, 1000 or 1000000"),
        ({"per_tokens": "0"}, "'0' is no number of tokens"),
        ({"per_tokens": "-1000"}, "'-1000' is no number of tokens"),
        ({"per_tokens": "1.5"}, "'1.5' is no number of tokens"),
        ({"per_tokens": "1K"}, "'1K' is no number of tokens"),
        ({"per_tokens": "nan"}, "'nan' is no number of tokens"),
        ({"per_tokens": "1e10"}, "'1e10' is no number of tokens"),
        ({"per_tokens": "1e999999999999999999"}, "is no number of tokens"),
        ({"input_price": "-0.004"}, "'-0.004' is no price in CNY per 1,000 tokens"),
        ({"output_price": "NaN"}, "'NaN' is no price"),
        ({"output_price": "sNaN"}, "'sNaN' is no price"),
        ({"output_price": "Infinity"}, "'Infinity' is no price"),
        ({"output_price": "0,004"}, "'0,004' is no price"),
        ({"output_price": "1e7"}, "'1e7' is no price"),
        ({"output_price": "1e999999999999999999"}, "is no price"),
        ({"output_price": "1e-999999999999999999"}, "is no price"),  # not 0 either
        ({"output_price": "1e-400"}, "is no price"),
        ({"cached_input_price": "free"}, "'free' is no price"),
        ({"per_tokens": "1", "input_price": "x"}, "'x' is no price in CNY per token"),
        ({"per_tokens": "1000000", "input_price": "x"}, "'x' is no price in CNY per million tokens"),
        ({"above_input_tokens": "200k"}, "'200k' is no number of input tokens; write a whole one, like 200000"),
        ({"above_input_tokens": "-1"}, "'-1' is no number of input tokens"),
        ({"above_input_tokens": "0.5"}, "'0.5' is no number of input tokens"),
        ({"hours": "16:30-24:30"}, "'16:30-24:30' is no span of hours; write it in UTC, like 16:30-00:30"),
        ({"hours": "night"}, "'night' is no span of hours"),
        ({"hours": "1:00-4:00"}, "'1:00-4:00' is no span of hours"),
        ({"checked_at": "yesterday"}, "'yesterday' is no date"),
        ({"checked_at": "9999-12-31T23:59:59-14:00"}, "is no date"),  # there is no such moment in UTC
        ({"checked_at": "0001-01-01T00:00:00+14:00"}, "is no date"),
        ({"input_usd_per_mtok": "1"}, "two kinds; keep either input_usd_per_mtok and output_usd_per_mtok"),
        ({"output_usd_per_mtok": "0"}, "has prices of two kinds"),
        ({"input_price": "", "output_price": "", "input_usd_per_mtok": "1"},
         "put a price in another currency or per another number of tokens into input_price and output_price"),
        ({"currency": "USD", "input_price": "", "output_price": "", "input_usd_per_mtok": "1"},
         "input_usd_per_mtok is in USD per million tokens"),
        ({"currency": "USD", "per_tokens": "", "input_price": "", "output_price": "", "cached_input_price": "1",
          "input_usd_per_mtok": "1"}, "has prices of two kinds"),
    ],
)  # fmt: skip
def test_a_cell_that_does_not_hold_what_it_should_is_named_with_its_line_and_the_fix(
    cells: dict[str, str], says: str
) -> None:
    with pytest.raises(LaunchFolderInvalid) as caught:
        own(**{**PAGE, **cells})
    assert str(caught.value).startswith("prices.csv line 7")
    assert says in str(caught.value)
    assert isinstance(caught.value, CallerError)


@pytest.mark.parametrize(
    ("text", "free"), [("", None), ("false", False), ("FALSE", False), ("true", True), ("TRUE", True)]
)
def test_free_is_written_as_people_and_as_spreadsheets_do(text: str, free: bool | None) -> None:  # noqa: FBT001 - a column
    assert own(free=text).free is free


def test_dollars_may_be_called_dollars_per_million_tokens() -> None:
    found = own(input_usd_per_mtok="1", output_usd_per_mtok="2", currency="USD", per_tokens="1000000")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (1, 2)


@given(
    st.sampled_from([*PAGE, "cached_input_price", "above_input_tokens", "hours", "checked_at"]), st.text(max_size=12)
)
def test_no_text_in_any_cell_raises_anything_but_the_callers_mistake(name: str, text: str) -> None:
    try:
        found = own(**{**PAGE, name: text})
    except LaunchFolderInvalid:
        return
    assert all(price is None or price >= 0 for price in (found.input_per_mtok, found.output_per_mtok))


def test_a_file_with_every_kind_of_row_is_read(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(
        f"{','.join(COLUMNS)}\n"
        "moonshot,cn,kimi-k3,,,,,platform.moonshot.cn,2026-11-20,CNY,1000,0.004,0.016,0.001,,\n"
        "moonshot,cn,kimi-k3,,,,,platform.moonshot.cn,2026-11-20,CNY,1000,0.008,0.032,,128000,\n"
        "deepseek,global,deepseek-v4,,1,2,,page,2026-11-20,,,,,,,01:00-04:00\n"
        "deepseek,global,deepseek-v4,,,,,,\n",
        encoding="utf-8",
    )
    found = read_launch(tmp_path).prices
    assert [(row.currency, row.input_per_mtok, row.above_input_tokens) for row in found["moonshot"]] == [
        ("CNY", 4, None), ("CNY", 8, 128_000),
    ]  # fmt: skip
    assert found["moonshot"][0].cached_input_per_mtok == 1
    assert [(row.currency, row.hours, row.whole) for row in found["deepseek"]] == [
        ("USD", "01:00-04:00", True), ("USD", "", False),
    ]  # fmt: skip
