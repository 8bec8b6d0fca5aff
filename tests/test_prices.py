"""The price court: what live list, catalogue and own file say of one route's price, side by side."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import PERSONAS, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge import judge_run
from testkey_nb.outcome import PriceVerdict
from testkey_nb.prices import RulingRow, counting, fresh, in_region, rule
from testkey_nb.rows import PriceRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AGREED, SINGLE, STALE, DISPUTED, MISSING = (
    PriceVerdict.AGREED, PriceVerdict.SINGLE_SOURCE, PriceVerdict.STALE, PriceVerdict.DISPUTED, PriceVerdict.MISSING,
)  # fmt: skip


def price(inputs: float | None, outputs: float | None, **differs: Any) -> PriceRow:  # noqa: ANN401 - fields of PriceRow
    facts = {
        "model": "a/b",
        "route": "novita",
        "region": "global",
        "source": "live",
        "free": None,
        "checked_at": NOW,
        **differs,
    }
    return PriceRow(input_per_mtok=inputs, output_per_mtok=outputs, **facts)


def court(*rows: PriceRow, days: float = 30, spread: float = 0.25, **more: Any) -> tuple[RulingRow, ...]:  # noqa: ANN401 - arguments of rule
    return rule(rows, NOW, max_age_days=days, max_spread=spread, **more)


def ruled(*rows: PriceRow, **limits: Any) -> RulingRow:  # noqa: ANN401 - arguments of rule
    return in_region(court(*rows, **limits), "global")["a/b", "novita"]


OLD = NOW - timedelta(days=31)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([price(1, 2)], SINGLE),
        ([price(1, 2), price(1, 2, source="catalogue")], AGREED),
        ([price(1, 2), price(1.25, 2, source="catalogue")], AGREED),
        ([price(1, 2), price(1.26, 2, source="catalogue")], DISPUTED),
        ([price(1, 2), price(1, 2.6, source="catalogue")], DISPUTED),
        ([price(1, 2), price(2, 1, source="catalogue")], DISPUTED),
        ([price(0.24, 2), price(0.3, 2, source="catalogue")], AGREED),  # a quarter more, but for what floats leave
        ([price(1, 2), price(1, 2)], SINGLE),  # a source that says it twice
        ([price(1, 2), price(9, 9)], DISPUTED),  # a source that contradicts itself
        # Missing is missing.
        ([price(None, None)], MISSING),
        ([price(1, None)], MISSING),
        ([price(None, 2)], MISSING),
        ([price(None, None), price(1, 2, source="own")], SINGLE),
        ([price(1, None), price(None, 2, source="own")], MISSING),
        # Zero is free only where the source says so.
        ([price(0, 0)], DISPUTED),
        ([price(0, 0, free=False)], DISPUTED),
        ([price(0, 2)], DISPUTED),
        ([price(0, 0, free=True)], SINGLE),
        ([price(None, None, free=True)], SINGLE),
        ([price(0, 0, free=True), price(1, 2, source="catalogue")], DISPUTED),
        ([price(0, 0), price(1, 2, source="catalogue")], DISPUTED),
        ([price(0, 0, free=True), price(0, 0, free=True, source="own")], AGREED),
        # Age.
        ([price(1, 2, checked_at=OLD)], STALE),
        ([price(1, 2, checked_at=OLD), price(1, 2, checked_at=OLD, source="own")], STALE),
        ([price(1, 2), price(9, 9, checked_at=OLD, source="own")], SINGLE),
        ([price(1, 2, checked_at=NOW - timedelta(days=30))], SINGLE),
        ([price(1, 2, checked_at=None)], SINGLE),
        ([price(1, 2, checked_at=OLD), price(1, 2, checked_at=None, source="catalogue")], SINGLE),
        ([price(0, 0, checked_at=OLD), price(1, 2, source="catalogue")], SINGLE),  # an old 0 disputes nothing
        ([price(0, 0, checked_at=OLD)], STALE),
        ([price(1, 2, checked_at=NOW - timedelta(days=30, seconds=1))], STALE),
        ([price(1, 2, checked_at=NOW + timedelta(days=1))], SINGLE),  # where it is tomorrow already
        ([price(1, 2, checked_at=NOW + timedelta(days=1, seconds=1))], STALE),
        ([price(1, 2, checked_at=NOW + timedelta(days=2))], STALE),  # nobody has seen tomorrow's price
        # Cached input is paid for, too.
        ([price(1, 2, cached_input_per_mtok=0.1), price(1, 2, source="catalogue")], AGREED),
        (
            [price(1, 2, cached_input_per_mtok=0.1), price(1, 2, cached_input_per_mtok=0.2, source="catalogue")],
            DISPUTED,
        ),
    ],
)
def test_what_the_sources_say_together(rows: list[PriceRow], verdict: PriceVerdict) -> None:
    ruling = ruled(*rows)
    assert ruling.verdict is verdict
    assert ruling.stands is (verdict in {AGREED, SINGLE})
    assert ruling.why
    assert ruled(*reversed(rows)).verdict is verdict


def test_the_age_is_that_of_the_newest_price() -> None:
    days = (3, 1, 2)
    rows = [price(1, 2, source=f"source {d}", checked_at=NOW - timedelta(days=d)) for d in days]
    assert ruled(*rows).age_days == 1


def test_the_why_names_the_sources() -> None:
    assert "catalogue, live" in ruled(price(1, 2), price(3, 2, source="catalogue")).why
    assert "200%" in ruled(price(1, 2), price(3, 2, source="catalogue")).why
    assert "30 days" in ruled(price(1, 2, checked_at=OLD)).why


def test_prices_of_other_models_and_routes_are_never_merged() -> None:
    rows = [price(1, 2), price(9, 9, route="nscale"), price(8, 8, model="c/d")]
    found = rule(rows, NOW, max_age_days=30, max_spread=0)
    assert {(row.model, row.route) for row in found} == {("a/b", "novita"), ("a/b", "nscale"), ("c/d", "novita")}
    assert [row.verdict for row in found] == [SINGLE] * 3


LONG = {"above_input_tokens": 200_000}
NIGHT = {"hours": "16:30-00:30"}


@pytest.mark.parametrize(
    ("rows", "verdict", "tiers"),
    [
        pytest.param([price(1, 2), price(9, 9, **LONG)], SINGLE, "above 200,000 input tokens",
                     id="a longer request's price is no second opinion of the base price"),
        pytest.param([price(1, 2), price(9, 9, source="catalogue", **NIGHT)], SINGLE, "16:30-00:30 UTC",
                     id="nor is another hour's"),
        pytest.param([price(1, 2), price(2, 4, **LONG), price(1, 2, source="catalogue"),
                      price(2, 4, source="catalogue", **LONG)], AGREED, "above 200,000 input tokens",
                     id="like is compared with like and agrees"),
        pytest.param([price(1, 2), price(2, 4, **LONG), price(1, 2, source="catalogue"),
                      price(2, 8, source="catalogue", **LONG)], DISPUTED, "above 200,000 input tokens",
                     id="like is compared with like and does not agree"),
        pytest.param([price(1, 2), price(2, 4, **LONG), price(1, 2, source="catalogue"),
                      price(9, 9, source="catalogue", above_input_tokens=128_000)], AGREED,
                     "above 128,000 input tokens; above 200,000 input tokens",
                     id="another threshold is not alike"),
        pytest.param([price(1, 2), price(2, 4, **LONG, **NIGHT)], SINGLE, "above 200,000 input tokens, 16:30-00:30 UTC",
                     id="length and hour at once"),
        pytest.param([price(1, 2), price(2, 4, **LONG), price(1, 1, **NIGHT)], SINGLE,
                     "above 200,000 input tokens; 16:30-00:30 UTC", id="lengths come before hours"),
        pytest.param([price(1, 2), price(0, 0, **LONG)], DISPUTED, "above 200,000 input tokens",
                     id="0 is not free for long requests either"),
        pytest.param([price(9, 9, **LONG)], MISSING, "above 200,000 input tokens",
                     id="without a base price there is none"),
        pytest.param([price(1, 2), price(2, 4, **LONG, checked_at=OLD)], SINGLE, "above 200,000 input tokens",
                     id="an old price for long requests leaves the base price alone"),
        pytest.param([price(1, 2, above_input_tokens=0)], SINGLE, "", id="above nothing is the base price"),
    ],
)  # fmt: skip
def test_prices_for_some_lengths_and_hours_are_compared_with_their_like_only(
    rows: list[PriceRow], verdict: PriceVerdict, tiers: str
) -> None:
    found = ruled(*rows)
    assert (found.verdict, found.tiers) == (verdict, tiers)
    assert (found.input_high_per_mtok, found.output_high_per_mtok) == ((None, None) if verdict is MISSING else (1, 2))


def test_what_is_worst_is_the_verdict_and_is_told_first_and_the_rest_after_it() -> None:
    long = [price(2, 4, **LONG), price(2, 9, source="catalogue", **LONG)]
    said = "above 200,000 input tokens: catalogue, live differ by 125%"
    assert ruled(price(1, 2), *long).why == said
    assert ruled(price(1, 2, checked_at=OLD), *long).why == f"{said}; no price is from the last 30 days"
    assert ruled(*long).why == f"catalogue, live: prices for some lengths or hours only; {said}"
    assert [ruled(price(1, 2), *long).verdict, ruled(*long).verdict] == [DISPUTED, MISSING]


# A policy that wants dates.


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([price(1, 2, checked_at=None)], STALE),
        ([price(1, 2, checked_at=None), price(1, 2, checked_at=None, source="catalogue")], STALE),
        ([price(1, 2, checked_at=None), price(1, 2, source="own")], AGREED),
        ([price(1, 2, checked_at=None), price(9, 9, source="own")], DISPUTED),
        ([price(1, 2)], SINGLE),
    ],
)
def test_where_the_policy_wants_a_date_undated_prices_are_stale_and_still_dispute(
    rows: list[PriceRow], verdict: PriceVerdict
) -> None:
    assert ruled(*rows, undated_pass=False).verdict is verdict
    if verdict is STALE:
        assert ruled(*rows, undated_pass=False).why.startswith("no source dates its price")


# Columns.


def test_the_columns_say_what_was_heard() -> None:
    day = NOW - timedelta(days=3)
    undated = price(1.2, 3, source="catalogue", checked_at=None)
    found = ruled(price(1, 2, checked_at=day), undated, price(9, 9, source="old", checked_at=OLD))
    assert (found.sources, found.filed) == ("catalogue, live", False)
    assert (found.input_low_per_mtok, found.input_high_per_mtok) == (1, 1.2)
    assert (found.output_low_per_mtok, found.output_high_per_mtok) == (2, 3)
    assert found.source_spread == pytest.approx(0.5)
    assert found.age_days == 3


@pytest.mark.parametrize(
    ("rows", "spread", "age", "low"),
    [
        ([price(1, 2)], None, 0, 1),
        ([price(1, 2, checked_at=None)], None, None, 1),
        ([price(1, 2), price(1, 2, source="own")], 0, 0, 1),
        ([price(None, None, free=True), price(5, 5, free=True, source="own")], 0, 0, 0),
        ([price(None, None, free=True), price(5, 5, source="own")], None, 0, 0),
        ([price(1, None)], None, None, None),
        ([price(0, 0)], None, None, None),
        ([price(1, 2, checked_at=OLD)], None, 31, 1),
        ([price(1, 2, checked_at=NOW + timedelta(hours=9))], None, 0, 1),  # today, where it was looked up
    ],
)
def test_what_nobody_says_is_missing_in_the_columns(
    rows: list[PriceRow], spread: float | None, age: float | None, low: float | None
) -> None:
    found = ruled(*rows)
    assert (found.source_spread, found.age_days, found.input_low_per_mtok) == (spread, age, low)


def test_a_route_is_compared_with_the_cheapest_live_one_of_its_model_region_and_currency() -> None:
    rows = [
        price(1, 3), price(1, 2, route="x"), price(1, 1, route="down"), price(1, 0.5, route="y", currency="CNY"),
        price(1, 0.5, route="x", region="eu"), price(1, 0.5, model="c/d", route="x"),
        price(1, None, route="half"),
    ]  # fmt: skip
    live = {("a/b", name) for name in ("novita", "x", "y", "half")} | {("c/d", "x")}
    found = {(row.model, row.route, row.region): row.route_spread for row in court(*rows, live=live)}
    assert found["a/b", "novita", "global"] == pytest.approx(0.5)
    assert found["a/b", "half", "global"] is None
    assert found["a/b", "down", "global"] == pytest.approx(-0.5)
    others = [("a/b", "x", "global"), ("a/b", "y", "global"), ("a/b", "x", "eu"), ("c/d", "x", "global")]
    assert [found[key] for key in others] == [0, 0, 0, 0]
    assert {row.route_spread for row in court(*rows)} == {None}


def test_a_ruling_counts_in_its_own_region_only() -> None:
    found = court(price(1, 2, region="cn"))
    assert [len(in_region(found, region)) for region in ("cn", "global")] == [1, 0]


def test_beside_a_free_route_no_spread_is_a_number() -> None:
    found = court(price(1, 3), price(None, None, route="x", free=True), live={("a/b", "x"), ("a/b", "novita")})
    assert {row.route_spread for row in found} == {None}


# Currencies.


def test_a_price_in_another_currency_is_neither_merged_nor_converted_nor_in_dollars() -> None:
    usd, cny = court(price(1, 2, source="catalogue"), price(8, 28, currency="CNY"))[::-1]
    assert (usd.currency, usd.verdict, usd.output_high_per_mtok) == ("USD", SINGLE, 2)
    assert (cny.currency, cny.verdict, cny.output_high_per_mtok) == ("CNY", SINGLE, 28)
    row = price(8, 28, currency="CNY", cached_input_per_mtok=2)
    assert {row.input_usd_per_mtok, row.output_usd_per_mtok, row.cached_input_usd_per_mtok} == {None}


MINE = {"source": "prices.csv (contract)"}


@pytest.mark.parametrize(
    ("rows", "currency", "verdict"),
    [
        pytest.param([price(1, 2), price(8, 28, currency="CNY", checked_at=OLD)], "CNY", STALE,
                     id="of two the one that does not stand"),
        pytest.param([price(1, 2), price(8, None, currency="CNY")], "USD", SINGLE, id="half a price is none"),
        pytest.param([price(1, 2, checked_at=OLD), price(8, 28, currency="CNY", **MINE)], "CNY", SINGLE,
                     id="the one that a person filed"),
        pytest.param([price(1, 2, checked_at=OLD), price(8, 28, currency="CNY", **{**MINE, "checked_at": None})], "USD",
                     STALE, id="unless the person did not date it"),
        pytest.param([price(1, 2, **MINE), price(1, 9), price(8, 28, currency="CNY", **MINE)], "USD", DISPUTED,
                     id="of two filed ones the one that does not stand"),
    ],
)  # fmt: skip
def test_of_several_currencies_one_counts(rows: list[PriceRow], currency: str, verdict: PriceVerdict) -> None:
    for found in (ruled(*rows), ruled(*reversed(rows))):
        assert (found.currency, found.verdict) == (currency, verdict)


# What costs rest on.


@pytest.mark.parametrize(
    ("rows", "dropped"),
    [
        ([price(1, 2), price(9, 9, source="catalogue")], []),
        ([price(1, 2), price(9, 9, source="old", checked_at=OLD)], ["old"]),
        ([price(9, 9, source="old", checked_at=OLD)], []),
        ([price(9, 9, source="catalogue", checked_at=None), price(1, 2, **MINE)], ["catalogue"]),
        ([price(9, 9, source="catalogue", checked_at=None, **LONG), price(1, 2, **MINE)], []),
        ([price(9, 9, source="catalogue", checked_at=None, currency="CNY"), price(1, 2, **MINE)], []),
        ([price(0, 0, source="catalogue"), price(1, None), price(1, 2, **MINE)], []),
        ([price(9, 9, source="old", checked_at=OLD, above_input_tokens=0), price(1, 2)], ["old"]),
        ([price(9, 9, source="old", checked_at=OLD, **LONG), price(1, 2)], []),
        ([price(9, 9, source="old", checked_at=OLD, **NIGHT), price(1, 2)], []),
        ([price(9, 9, source="old", checked_at=OLD, region="eu"), price(1, 2)], []),
        ([price(9, 9, source="old", checked_at=OLD, route="x"), price(1, 2)], []),
        ([price(9, 9, source="old", checked_at=OLD, model="c/d"), price(1, 2)], []),
        ([price(9, 9, source="old", checked_at=OLD), price(0, 0)], []),
        ([price(9, 9, source="old", checked_at=OLD), price(1, None)], []),
        ([price(9, 9, source="old", checked_at=OLD), price(None, None, free=True)], ["old"]),
    ],
)
def test_costs_rest_on_what_no_source_that_is_heard_has_overruled(rows: list[PriceRow], dropped: list[str]) -> None:
    kept = counting(rows, NOW, max_age_days=30)
    assert [row.source for row in rows if row not in kept] == dropped


# Properties.

AMOUNTS = st.none() | st.just(0.0) | st.floats(1e-6, 1e4) | st.sampled_from([1.0, 1.1, 2.0])
DATES = st.none() | st.sampled_from([NOW, OLD]) | st.datetimes(
    datetime(2020, 1, 1), datetime(2026, 11, 23), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds the zone
)  # fmt: skip
SOURCES = st.sampled_from(["live", "catalogue", "prices.csv (contract)"])
ROW = st.builds(
    price, AMOUNTS, AMOUNTS, free=st.none() | st.booleans(), checked_at=DATES, source=SOURCES,
    cached_input_per_mtok=AMOUNTS, above_input_tokens=st.sampled_from([None, None, 200_000]),
    hours=st.sampled_from(["", "", "16:30-00:30"]), currency=st.sampled_from(["USD", "CNY"]),
    region=st.sampled_from(["global", "cn"]), route=st.sampled_from(["novita", "nscale"]),
    model=st.sampled_from(["a/b", "c/d"]),
)  # fmt: skip
ROWS = st.lists(ROW, min_size=1, max_size=6)
ALIKE = st.lists(
    st.builds(price, AMOUNTS, AMOUNTS, free=st.none() | st.booleans(), checked_at=DATES, source=SOURCES,
              cached_input_per_mtok=AMOUNTS, above_input_tokens=st.sampled_from([None, None, 200_000])),
    min_size=1, max_size=5,
)  # fmt: skip
LIVE = frozenset({("a/b", "novita"), ("c/d", "nscale")})


@given(ROWS, st.randoms())
def test_no_order_of_the_sources_changes_a_ruling_and_nothing_raises(rows: list[PriceRow], random: Any) -> None:  # noqa: ANN401 - hypothesis's own random
    mixed = list(rows)
    random.shuffle(mixed)
    assert court(*rows, live=LIVE) == court(*mixed, live=LIVE)
    assert in_region(court(*rows), "cn") == in_region(court(*mixed), "cn")


@given(ROWS)
def test_nothing_is_ever_merged_across_model_route_region_and_currency(rows: list[PriceRow]) -> None:
    together = {(row.model, row.route, row.region, row.currency): row for row in court(*rows)}
    assert set(together) == {(row.model, row.route, row.region, row.currency) for row in rows}
    for key, ruling in together.items():
        alone = [row for row in rows if (row.model, row.route, row.region, row.currency) == key]
        assert court(*alone) == (ruling,)


@given(ALIKE, st.builds(price, AMOUNTS, AMOUNTS, free=st.none() | st.booleans(), checked_at=DATES, source=SOURCES))
def test_another_source_never_settles_a_dispute_unless_a_person_filed_it_with_its_date(
    rows: list[PriceRow], more: PriceRow
) -> None:
    before, after = ruled(*rows), ruled(*rows, more)
    if before.verdict is DISPUTED and not (more.source.startswith("prices.csv") and more.checked_at):
        assert after.verdict is DISPUTED


@given(ALIKE)
def test_a_stricter_policy_never_lets_a_price_stand_that_a_laxer_one_does_not(rows: list[PriceRow]) -> None:
    for stricter in ({"undated_pass": False}, {"spread": 0.1}):
        assert ruled(*rows).stands or not ruled(*rows, **stricter).stands


@given(ALIKE)
def test_a_price_that_stands_is_whole_and_within_the_spread(rows: list[PriceRow]) -> None:
    found = ruled(*rows)
    assert found.why
    if found.stands:
        assert any(row.free or (row.input_per_mtok and row.output_per_mtok) for row in rows)
        assert found.output_high_per_mtok is not None
        assert found.source_spread is None or found.source_spread <= 0.25 + 1e-6


@given(ROWS)
def test_what_costs_rest_on_is_never_nothing_where_there_is_a_price(rows: list[PriceRow]) -> None:
    kept = counting(rows, NOW, max_age_days=30)
    assert [row for row in rows if row in kept] == list(kept)
    assert {(row.model, row.route, row.region, row.currency) for row in kept} == {
        (row.model, row.route, row.region, row.currency) for row in rows
    }
    assert counting(kept, NOW, max_age_days=30) == kept


@pytest.mark.parametrize("persona", PERSONAS)
def test_live_prices_are_dated_by_the_run_and_stand_beside_the_others(persona: str, run_persona: RunPersona) -> None:
    run = run_persona(persona)
    assert all(row.checked_at == run.stamp.observed_at for row in run.prices)
    readiness = judge_run(run)
    assert readiness.prices[: len(run.prices)] == run.prices
    assert {(row.model, row.route) for row in readiness.prices} == set(readiness.rulings)
    json_rows = readiness.to_json()["prices"]
    assert isinstance(json_rows, list)
    assert len(json_rows) == len(readiness.prices)


def test_the_sandboxes_traps_are_seen_through(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    zero = [row for row in run_persona("launch-ready").prices if row.input_usd_per_mtok == 0]
    verdicts = {bool(row.free): readiness.rulings[row.model, row.route].verdict for row in zero}
    assert verdicts == {True: SINGLE, False: DISPUTED}


OWN = {"source": "prices.csv (contract)"}


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([price(0.1, 0.2), price(0.02, 0.05, source="catalogue", checked_at=None)], DISPUTED),
        ([price(0.1, 0.2), price(0.02, 0.05, source="catalogue", checked_at=None), price(0.1, 0.2, **OWN)], AGREED),
        ([price(0, 0), price(0.1, 0.2, **OWN)], SINGLE),
        ([price(0.1, 0.2), price(0.5, 0.5, **OWN)], DISPUTED),
        ([price(0.1, 0.2), price(0.1, 0.2, **{**OWN, "checked_at": None})], AGREED),
        ([price(0, 0), price(0, 0, **OWN)], DISPUTED),
    ],
)
def test_a_price_that_a_person_filed_settles_what_no_dated_source_disputes(
    rows: list[PriceRow], verdict: PriceVerdict
) -> None:
    assert ruled(*rows).verdict is verdict


def test_free_against_priced_is_said_in_words() -> None:
    assert "some say free" in ruled(price(0.1, 0.2), price(None, None, free=True, source="other")).why


# What a filed price has to be, and whose day counts.


@pytest.mark.parametrize(
    ("age", "is_fresh"),
    [
        (None, True),
        (timedelta(0), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
        (timedelta(days=-1), True),
        (timedelta(days=-1, seconds=-1), False),
    ],
)
def test_a_price_is_fresh_within_the_days_and_until_tomorrow(age: timedelta | None, *, is_fresh: bool) -> None:
    row = price(1, 2, checked_at=None if age is None else NOW - age)
    assert fresh(row, NOW, 30) is is_fresh


@pytest.mark.parametrize(
    ("differs", "base", "whole", "zero"),
    [
        ({}, True, True, False),
        ({"free": True}, True, True, False),
        ({"inputs": None}, True, False, False),
        ({"outputs": None}, True, False, False),
        ({"inputs": None, "outputs": None, "free": True}, True, True, False),
        ({"inputs": None, "outputs": None, "free": False}, True, False, False),
        ({"inputs": 0}, True, True, True),
        ({"outputs": 0.0}, True, True, True),
        ({"inputs": 0, "free": False}, True, True, True),
        ({"inputs": 0, "outputs": 0, "free": True}, True, True, False),
        (LONG, False, True, False),
        (NIGHT, False, True, False),
        ({"above_input_tokens": 0}, True, True, False),
    ],
)
def test_what_a_price_is(differs: dict[str, Any], *, base: bool, whole: bool, zero: bool) -> None:
    row = price(**{"inputs": 1, "outputs": 2, **differs})
    assert (row.base, row.whole, row.zero) == (base, whole, zero)
