"""The price court: what live list, catalogue and own file say of one route's price, side by side."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import PERSONAS, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge import judge_run
from testkey_nb.outcome import PriceVerdict
from testkey_nb.prices import RulingRow, from_catalogue, in_region, rule
from testkey_nb.providers import PROVIDERS
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


def ruled(*rows: PriceRow, days: float = 30, spread: float = 0.25) -> RulingRow:
    return in_region(rule(rows, NOW, max_age_days=days, max_spread=spread), "global")["a/b", "novita"]


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
    ],
)
def test_what_the_sources_say_together(rows: list[PriceRow], verdict: PriceVerdict) -> None:
    ruling = ruled(*rows)
    assert ruling.verdict is verdict
    assert ruling.stands is (verdict in {AGREED, SINGLE})
    assert ruling.why
    assert ruled(*reversed(rows)).verdict is verdict


def test_the_why_names_the_sources() -> None:
    assert "catalogue, live" in ruled(price(1, 2), price(3, 2, source="catalogue")).why
    assert "200%" in ruled(price(1, 2), price(3, 2, source="catalogue")).why
    assert "30 days" in ruled(price(1, 2, checked_at=OLD)).why


def test_prices_of_other_models_and_routes_are_never_merged() -> None:
    rows = [price(1, 2), price(9, 9, route="nscale"), price(8, 8, model="c/d")]
    found = rule(rows, NOW, max_age_days=30, max_spread=0)
    assert {(row.model, row.route) for row in found} == {("a/b", "novita"), ("a/b", "nscale"), ("c/d", "novita")}
    assert [row.verdict for row in found] == [SINGLE] * 3


AMOUNTS = st.none() | st.just(0.0) | st.floats(1e-6, 1e4)
ROWS = st.lists(
    st.builds(
        price, AMOUNTS, AMOUNTS, free=st.none() | st.booleans(),
        checked_at=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 23), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
        source=st.sampled_from(["live", "catalogue", "own"]),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@given(ROWS, st.randoms())
def test_no_order_of_the_sources_changes_the_ruling_and_nothing_raises(rows: list[PriceRow], random: Any) -> None:  # noqa: ANN401 - hypothesis's own random
    mixed = list(rows)
    random.shuffle(mixed)
    assert ruled(*rows).verdict is ruled(*mixed).verdict


@given(ROWS)
def test_a_price_that_stands_is_whole(rows: list[PriceRow]) -> None:
    if ruled(*rows).stands:
        assert any(row.free or (row.input_usd_per_mtok and row.output_usd_per_mtok) for row in rows)


def test_the_catalogue_is_asked_by_route_and_says_what_it_is_and_not_when() -> None:
    huggingface = PROVIDERS["huggingface"]
    routes = [("openai/gpt-oss-120b", route) for route in ("cerebras", "groq", "fireworks-ai", "no-such-route")]
    found = from_catalogue(huggingface, routes, "global", NOW)
    assert found
    for row in found:
        assert row.source.startswith("genai-prices ")
        assert (row.region, row.checked_at, row.free) == ("global", None, None)
        assert row.input_usd_per_mtok is not None
        assert row.output_usd_per_mtok is not None
    assert {row.route for row in found} < {route for _, route in routes}
    assert from_catalogue(huggingface, [("nobody/has-this", "groq")], "global", NOW) == ()
    assert from_catalogue(huggingface, [], "global", NOW) == ()
    assert from_catalogue(PROVIDERS["litellm"], routes, "global", NOW) == ()


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
