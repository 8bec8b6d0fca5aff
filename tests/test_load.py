"""What a load costs a month: a range over the sources, per region, model and route; missing is missing, never 0."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import RunPersona
from hypothesis import assume, given
from hypothesis import strategies as st

from testkey_nb.errors import CallerError, PolicyInvalid
from testkey_nb.judge import Policy, judge_run
from testkey_nb.load import CostRow, Load, monthly_cost
from testkey_nb.rows import PriceRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LOAD = Load(requests_per_day=1000, input_tokens=2000, output_tokens=500)  # 60 and 15 million tokens in 30 days


def price(inputs: float | None, outputs: float | None, source: str = "live", **differs: Any) -> PriceRow:  # noqa: ANN401 - fields of PriceRow
    facts = {"model": "a/b", "route": "novita", "region": "global", "free": None, "checked_at": NOW, **differs}
    return PriceRow(source=source, input_per_mtok=inputs, output_per_mtok=outputs, **facts)


def cost(*rows: PriceRow, load: Load = LOAD, days: float = 30) -> CostRow:
    [found] = monthly_cost(rows, load, days)
    return found


@pytest.mark.parametrize(
    ("rows", "low", "high", "why"),
    [
        pytest.param([price(1, 2)], 90, 90, "only live has a price", id="one source is a range of one"),
        pytest.param([price(1, 2), price(1, 2, "catalogue")], 90, 90, "catalogue, live agree", id="sources that agree"),
        pytest.param([price(1, 2), price(1, 4, "catalogue")], 90, 120, "catalogue, live differ by 33%",
                     id="disputed prices are a range"),
        pytest.param([price(None, None)], None, None, "live has no price", id="missing is missing"),
        pytest.param([price(1, None)], None, None, "live has an input price only", id="an input price is no cost"),
        pytest.param([price(None, 2)], None, None, "live has an output price only", id="an output price is no cost"),
        pytest.param([price(0, None)], None, None, "live has an input price only", id="half of nothing is no cost"),
        pytest.param([price(0, 0)], None, None, "live says 0 but does not say free", id="0 is not free"),
        pytest.param([price(0, 0, free=False)], None, None, "live says 0 but does not say free", id="0 and not free"),
        pytest.param([price(0, 2)], None, None, "live says 0 but does not say free", id="0 for the input"),
        pytest.param([price(2, 0)], None, None, "live says 0 but does not say free", id="0 for the output"),
        pytest.param([price(0, 0, free=True)], 0, 0, "free according to live", id="free is 0"),
        pytest.param([price(None, None, free=True)], 0, 0, "free according to live", id="free needs no price"),
        pytest.param([price(1, 2, free=True)], 0, 0, "free according to live", id="free for now costs 0 now"),
        pytest.param([price(None, None, free=True), price(1, 2, "catalogue")], 0, 90,
                     "of catalogue, live some say free and some do not", id="free or not is a range"),
        pytest.param([price(0, 0), price(1, 2, "catalogue")], 90, 90,
                     "only catalogue has a price; live says 0 but does not say free",
                     id="a 0 is left out of the range"),
        pytest.param([price(1, None), price(None, 2, "own")], None, None,
                     "live has an input price only; own has an output price only", id="halves are never put together"),
    ],
)  # fmt: skip
def test_a_month_costs_what_the_sources_say(rows: list[PriceRow], low: float, high: float, why: str) -> None:
    found = cost(*rows)
    assert (found.low_per_month, found.high_per_month, found.why) == (low, high, why)
    assert cost(*reversed(rows)) == found


def test_sources_that_count_and_those_left_out_are_named_apart() -> None:
    found = cost(price(1, 2, "own"), price(0, 0, "live"), price(1, 2, "catalogue"))
    assert (found.sources, found.left_out) == ("catalogue, own", "live")


@pytest.mark.parametrize(
    ("rows", "free"),
    [
        ([price(None, None, free=True)], True),
        ([price(None, None, free=True), price(0, 0, "own", free=True)], True),
        ([price(None, None, free=True), price(1, 2, "own")], False),
        ([price(1, 2)], False),
        ([price(0, 0)], None),
    ],
)
def test_a_route_is_free_where_every_source_that_counts_says_so(rows: list[PriceRow], *, free: bool | None) -> None:
    assert cost(*rows).free is free


def test_regions_routes_and_models_are_never_merged() -> None:
    rows = [price(1, 2), price(9, 9, region="eu"), price(8, 8, route="nscale"), price(7, 7, model="c/d")]
    found = monthly_cost(rows, LOAD)
    assert [(row.model, row.route, row.region) for row in found] == [
        ("a/b", "novita", "eu"),
        ("a/b", "novita", "global"),
        ("a/b", "nscale", "global"),
        ("c/d", "novita", "global"),
    ]
    assert all(row.low_per_month == row.high_per_month for row in found)


@pytest.mark.parametrize("load", [Load(0, 2000, 500), Load(1000, 0, 0)])
def test_a_load_of_nothing_costs_nothing_and_says_why_but_only_where_there_is_a_price(load: Load) -> None:
    found = cost(price(1, 2), load=load)
    assert (found.high_per_month, found.free, found.why) == (0, False, "nothing is asked for, so nothing is paid")
    assert cost(price(None, None), load=load).high_per_month is None


# Lengths: a request that is longer pays the longer one's price for all of its tokens.

LONG: dict[str, Any] = {"above_input_tokens": 2000}


@pytest.mark.parametrize(
    ("rows", "tokens", "wanted"),
    [
        pytest.param([price(1, 2), price(3, 4, **LONG)], 2000, 90, id="at the threshold the shorter one's price holds"),
        pytest.param([price(1, 2), price(3, 4, **LONG)], 2001, 240.09, id="above it all of the request is dearer"),
        pytest.param([price(3, 4, **LONG), price(9, 9, above_input_tokens=9000), price(1, 2)], 3000, 330,
                     id="the last threshold below it counts"),
        pytest.param([price(1, 2), price(3, 4, **LONG)], 0, 30, id="a request without input is a short one"),
    ],
)  # fmt: skip
def test_a_request_pays_the_price_of_its_length_for_all_of_its_tokens(
    rows: list[PriceRow], tokens: float, wanted: float
) -> None:
    found = cost(*rows, load=Load(1000, tokens, 500))
    assert found.low_per_month == found.high_per_month == pytest.approx(wanted)
    assert ("at the price above 2,000 input tokens" in found.why) is (tokens > 2000)


def test_a_source_without_a_price_for_longer_requests_has_one_price_for_all() -> None:
    found = cost(price(1, 2), price(3, 4, **LONG), price(2, 2, "catalogue"), load=Load(1000, 3000, 0))
    assert (found.low_per_month, found.high_per_month) == (180, 270)
    assert found.why == "catalogue, live differ by 50%; at the price above 2,000 input tokens"


def test_a_price_for_longer_requests_is_none_of_a_shorter_one() -> None:
    found = cost(price(3, 4, **LONG), price(1, 2, "catalogue"), load=Load(1000, 100, 0))
    assert (found.high_per_month, found.sources, found.left_out) == (3, "catalogue", "live")
    assert found.why == "only catalogue has a price; live has no price for requests as short as these"
    assert cost(price(3, 4, **LONG), load=Load(1000, 100, 0)).high_per_month is None


# Hours: the load may fall into any of them.

NIGHT: dict[str, Any] = {"hours": "16:30-00:30"}
NOON: dict[str, Any] = {"hours": "12:00-13:00"}


@pytest.mark.parametrize(
    ("rows", "low", "high", "why"),
    [
        pytest.param([price(1, 2), price(0.5, 1, **NIGHT)], 45, 90,
                     "only live has a price; other prices hold at 16:30-00:30 UTC", id="one source, two hours"),
        pytest.param([price(1, 2), price(0.5, 1, **NIGHT), price(2, 4, **NOON)], 45, 180,
                     "only live has a price; other prices hold at 12:00-13:00, 16:30-00:30 UTC", id="three hours"),
        pytest.param([price(1, 2), price(0.5, 1, **NIGHT), price(1, 2, "own"), price(0.5, 1, "own", **NIGHT)], 45, 90,
                     "live, own agree; other prices hold at 16:30-00:30 UTC", id="sources that agree at every hour"),
        pytest.param([price(1, 2), price(0.5, 1, **NIGHT), price(2, 4, "own")], 45, 180,
                     "live, own differ by 100%; other prices hold at 16:30-00:30 UTC", id="sources that do not"),
        pytest.param([price(1, 2), price(None, None, free=True, **NIGHT)], 0, 90,
                     "of live some say free and some do not; other prices hold at 16:30-00:30 UTC", id="free by night"),
        pytest.param([price(1, 2), price(0, 0, **NIGHT)], 90, 90,
                     "only live has a price; live says 0 but does not say free", id="0 by night is no price"),
    ],
)  # fmt: skip
def test_a_month_costs_a_range_over_the_hours(rows: list[PriceRow], low: float, high: float, why: str) -> None:
    found = cost(*rows)
    assert (found.low_per_month, found.high_per_month, found.why) == (low, high, why)
    assert cost(*reversed(rows)) == found


# Currencies.


def test_a_cost_is_in_the_currency_of_its_price_and_in_no_other() -> None:
    dollars, yuan = monthly_cost([price(8, 28, currency="CNY"), price(1, 2)], LOAD)[::-1]
    assert (dollars.currency, dollars.high_per_month) == ("USD", 90)
    assert (yuan.currency, yuan.high_per_month) == ("CNY", 900)
    assert [row.sources for row in (dollars, yuan)] == ["live", "live"]


def test_cached_input_is_not_supposed() -> None:
    assert cost(price(1, 2, cached_input_per_mtok=0.01)) == cost(price(1, 2))


def test_no_price_is_no_row() -> None:
    assert monthly_cost([], LOAD) == ()


BAD = [-1, -1e-9, math.inf, -math.inf, math.nan, 1e13, True, "10", None]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("name", ["requests_per_day", "input_tokens", "output_tokens"])
def test_a_load_that_is_none_is_the_callers_mistake_and_is_named(name: str, value: Any) -> None:  # noqa: ANN401 - what callers get wrong
    with pytest.raises(PolicyInvalid, match=f"{name} must be a number from 0 to 1,000,000,000,000") as caught:
        Load(**{"requests_per_day": 1, "input_tokens": 1, "output_tokens": 1, name: value})
    assert isinstance(caught.value, CallerError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("days", [*BAD, 367])
def test_a_month_has_days(days: Any) -> None:  # noqa: ANN401 - what callers get wrong
    with pytest.raises(PolicyInvalid, match="days of a month must be a number from 0 to 366"):
        monthly_cost([], LOAD, days)


AMOUNTS = st.none() | st.just(0.0) | st.floats(1e-6, 1e4)
PRICES = st.builds(
    price, AMOUNTS, AMOUNTS, source=st.sampled_from(["live", "catalogue", "own"]), free=st.none() | st.booleans()
)  # fmt: skip
ANY_PRICES = st.lists(
    st.builds(price, AMOUNTS, AMOUNTS, source=st.sampled_from(["live", "own"]), free=st.none() | st.booleans(),
              currency=st.sampled_from(["USD", "CNY"]), hours=st.sampled_from(["", "16:30-00:30"]),
              above_input_tokens=st.sampled_from([None, 2000]), route=st.sampled_from(["novita", "nscale"])),
    max_size=8,
)  # fmt: skip
SOURCES = st.lists(PRICES, min_size=1, max_size=5)
LOADS = st.builds(Load, st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
ANY_LOADS = st.builds(Load, *[st.floats(0, 1e12)] * 3)


@given(SOURCES, LOADS, st.floats(0.01, 1000))
def test_scaling_the_requests_scales_the_cost(rows: list[PriceRow], load: Load, factor: float) -> None:
    scaled = Load(load.requests_per_day * factor, load.input_tokens, load.output_tokens)
    before, after = cost(*rows, load=load), cost(*rows, load=scaled)
    if before.high_per_month is None or before.low_per_month is None:
        assert after.high_per_month is None
    else:
        assert after.high_per_month == pytest.approx(before.high_per_month * factor)
        assert after.low_per_month == pytest.approx(before.low_per_month * factor)


@given(SOURCES, PRICES, LOADS)
def test_another_source_never_narrows_the_range_and_a_dearer_one_never_lowers_its_high_end(
    rows: list[PriceRow], more: PriceRow, load: Load
) -> None:
    before, after = cost(*rows, load=load), cost(*rows, more, load=load)
    assume(before.high_per_month is not None)
    assert before.high_per_month is not None
    assert before.low_per_month is not None
    assert after.high_per_month is not None
    assert after.low_per_month is not None
    assert after.low_per_month <= before.low_per_month
    assert after.high_per_month >= before.high_per_month


@given(SOURCES, ANY_LOADS, st.randoms())
def test_no_order_of_the_sources_changes_a_cost_and_every_cost_says_why(
    rows: list[PriceRow],
    load: Load,
    random: Any,  # noqa: ANN401 - hypothesis's own random
) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    found = cost(*rows, load=load)
    assert cost(*mixed, load=load) == found
    assert found.why
    assert found.high_per_month is None or math.isfinite(found.high_per_month)
    assert (found.high_per_month is None) is (found.sources == "")


@given(ANY_PRICES, LOADS, st.randoms())
def test_costs_of_any_lengths_hours_and_currencies_are_each_their_own(
    rows: list[PriceRow],
    load: Load,
    random: Any,  # noqa: ANN401 - hypothesis's own random
) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    found = monthly_cost(rows, load)
    assert monthly_cost(mixed, load) == found
    for one in found:
        alone = [row for row in rows if (row.route, row.currency) == (one.route, one.currency)]
        assert monthly_cost(alone, load) == (one,)
        assert one.why


@given(SOURCES)
def test_a_cost_is_0_only_where_a_source_says_free(rows: list[PriceRow]) -> None:
    if cost(*rows).low_per_month == 0:
        assert any(row.free for row in rows)


@pytest.mark.parametrize("models", [5, 400, 5000])
def test_a_catalogue_of_any_size_has_a_cost_for_each_route(models: int) -> None:
    rows = [price(1, n + 1, model=f"m/{n}", route=route) for n in range(models) for route in ("novita", "nscale")]
    found = monthly_cost(rows, LOAD)
    assert len(found) == 2 * models
    assert all(row.high_per_month for row in found)


def test_a_real_run_has_a_cost_for_each_route_that_the_price_court_rules_on(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    found = monthly_cost(readiness.prices, LOAD)
    assert {(row.model, row.route) for row in found} == set(readiness.rulings)
    zeros = {(row.model, row.route) for row in found if row.low_per_month == 0}
    assert zeros == {(row.model, row.route) for row in readiness.prices if row.free}


@pytest.mark.parametrize(
    ("requests", "inputs", "outputs", "planned"),
    [(100, 1000, 200, True), (100, 1000, 0, True), (100, 0, 0, False), (0, 1000, 200, False)],
)
def test_requests_without_tokens_are_no_load_that_costs_nothing(
    run_persona: RunPersona, requests: float, inputs: float, outputs: float, *, planned: bool
) -> None:
    policy = Policy(planned_requests_per_day=requests, planned_input_tokens=inputs, planned_output_tokens=outputs)
    readiness = judge_run(run_persona("launch-ready"), policy=policy)
    assert (readiness.load is not None) is planned
    assert bool(readiness.rows("costs")) is planned
