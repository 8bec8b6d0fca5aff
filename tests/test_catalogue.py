"""The bundled price catalogue: no other model, no other region, and what is in force on the day of the run."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ClauseContains,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    ConditionalPrice,
    MatchLogic,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)

from testkey_nb.prices import from_catalogue
from testkey_nb.prices.catalogue import entries_of, priced
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import PriceRow
from testkey_nb.spec import Provider

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CATALOGUED = [provider for provider in PROVIDERS.values() if provider.catalogue]
ONE = ModelPrice(input_mtok=Decimal("0.1"), output_mtok=Decimal("0.2"))


def entry(name: str, match: MatchLogic | None = None, prices: ModelPrice | list[ConditionalPrice] = ONE) -> ModelInfo:
    return ModelInfo(id=name, match=match or ClauseEquals(name), prices=prices)


def found(models: Sequence[ModelInfo], model: str, now: datetime = NOW) -> list[PriceRow]:
    return list(priced(entries_of(models, "list 1"), model, "", "global", now))


def paid(prices: ModelPrice | list[ConditionalPrice], now: datetime = NOW) -> set[tuple[object, ...]]:
    rows = found([entry("a", prices=prices)], "a", now)
    return {
        (row.above_input_tokens, row.hours, row.input_per_mtok, row.output_per_mtok, row.cached_input_per_mtok)
        for row in rows
    }


# Which entry.


@pytest.mark.parametrize(
    ("match", "model", "meant"),
    [
        pytest.param(ClauseEquals("gpt-4o-mini"), "gpt-4o-mini", True, id="its id"),
        pytest.param(ClauseEquals("other"), "gpt-4o-mini", True, id="its id, whatever its clause says"),
        pytest.param(ClauseEquals("accounts/x/gpt-4o-mini"), "accounts/x/gpt-4o-mini", True, id="a name it gives"),
        pytest.param(ClauseEquals("gpt-4o-mini"), "GPT-4o-Mini", True, id="in other letters"),
        pytest.param(ClauseStartsWith("gpt-4o-mini"), "gpt-4o-mini-2024-07-18", True, id="a dated snapshot"),
        pytest.param(ClauseStartsWith("gpt-4o-mini"), "gpt-4o-mini-20240718", True, id="a compact date"),
        pytest.param(ClauseStartsWith("gpt-4o-mini"), "gpt-4o-mini-latest", True, id="the latest"),
        pytest.param(ClauseRegex(r"^gpt-4o-mini-\d{4}"), "gpt-4o-mini-2024-07-18", True, id="a pattern and a date"),
        pytest.param(ClauseStartsWith("gpt-4o-mini"), "gpt-4o-mini-tts", False, id="a longer name is another model"),
        pytest.param(ClauseStartsWith("gpt-4o-mini"), "gpt-4o-mini-tts-2025-03-20", False, id="dated or not"),
        pytest.param(ClauseStartsWith("gpt-"), "gpt-4o", False, id="a family is no model"),
        pytest.param(ClauseContains("gpt"), "gpt-5", False, id="nor is a part of a name"),
        pytest.param(ClauseContains("gpt-4o-mini"), "gpt-4o-mini:free", False, id="nor is a variant"),
        pytest.param(ClauseEquals("gpt-4o-mini"), "gpt-4o-mini-2024-07-18", False, id="a date that it does not name"),
        pytest.param(ClauseRegex("gpt"), "gpt-5", False, id="a pattern alone names nothing"),
        pytest.param(ClauseEquals("gpt-4o-mini"), "", False, id="nothing"),
    ],
)
def test_a_model_has_the_price_of_its_own_entry_and_of_no_other(match: MatchLogic, model: str, *, meant: bool) -> None:
    rows = found([entry("gpt-4o-mini", match)], model)
    assert bool(rows) is meant
    wanted = "list 1" if model == "gpt-4o-mini" else "list 1 (entry gpt-4o-mini)"
    assert {row.source for row in rows} <= {wanted}


def test_the_exact_id_comes_before_every_clause_and_two_that_claim_a_name_are_none() -> None:
    loose = ClauseOr([ClauseEquals("b"), ClauseEquals("c")])
    models = [entry("a", loose), entry("b"), entry("d", loose)]
    assert [row.source for row in found(models, "b")] == ["list 1"]
    assert found(models, "c") == []


# Which price.


def test_a_flat_price_is_one_row_with_the_price_of_cached_input() -> None:
    assert paid(ONE) == {(None, "", 0.1, 0.2, None)}
    cached = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(2), cache_read_mtok=Decimal("0.25"))
    assert paid(cached) == {(None, "", 1, 2, 0.25)}


def test_a_longer_request_has_a_row_of_its_own_and_what_has_no_tier_stays() -> None:
    tiered = TieredPrices(base=Decimal(1), tiers=[Tier(200_000, Decimal(2)), Tier(128_000, Decimal("1.5"))])
    prices = ModelPrice(
        input_mtok=tiered,
        output_mtok=TieredPrices(base=Decimal(4), tiers=[Tier(200_000, Decimal(6))]),
        cache_read_mtok=Decimal("0.1"),
    )
    assert paid(prices) == {(None, "", 1, 4, 0.1), (128_000, "", 1.5, 4, 0.1), (200_000, "", 2, 6, 0.1)}


def conditional(*prices: tuple[StartDateConstraint | TimeOfDateConstraint | None, int]) -> list[ConditionalPrice]:
    return [
        ConditionalPrice(constraint, prices=ModelPrice(input_mtok=Decimal(n), output_mtok=Decimal(n)))
        for constraint, n in prices
    ]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (datetime(2026, 9, 1, 23, 59, tzinfo=UTC), 1),
        (datetime(2026, 9, 2, tzinfo=UTC), 2),
        (datetime(2026, 9, 1, 22, tzinfo=timezone(-timedelta(hours=3))), 2),  # 01:00 UTC of the day after
        (datetime(2026, 10, 1, tzinfo=UTC), 3),
    ],
)
def test_the_price_is_the_one_in_force_at_the_time_of_the_run(now: datetime, wanted: int) -> None:
    prices = conditional(
        (None, 1), (StartDateConstraint(date(2026, 9, 2)), 2), (StartDateConstraint(date(2026, 10, 1)), 3)
    )
    assert paid(prices, now) == {(None, "", wanted, wanted, None)}


NIGHT = TimeOfDateConstraint(time(16, 30, tzinfo=UTC), time(0, 30, tzinfo=UTC))
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("prices", "wanted"),
    [
        pytest.param([(None, 2), (NIGHT, 1)], {("", 2), ("16:30-00:30", 1)}, id="hours beside the base price"),
        pytest.param([(None, 2), (TimeOfDateConstraint(time(9), time(12)), 3)], {("", 2), ("09:00-12:00", 3)},
                     id="a time without a zone is UTC"),
        pytest.param([(None, 2), (TimeOfDateConstraint(time(0, 30, tzinfo=CHINA), time(8, 30, tzinfo=CHINA)), 1)],
                     {("", 2), ("16:30-00:30", 1)}, id="a time of another zone is told in UTC"),
        pytest.param([(None, 1), (NIGHT, 9), (StartDateConstraint(date(2026, 9, 1)), 2)], {("", 2)},
                     id="a later price for all hours ends those of some"),
        pytest.param([(None, 1), (StartDateConstraint(date(2027, 1, 1)), 9), (NIGHT, 3)], {("", 1), ("16:30-00:30", 3)},
                     id="a price of the future is no price"),
        pytest.param([(None, 1), (NIGHT, 2), (NIGHT, 3)], {("", 1), ("16:30-00:30", 3)}, id="the last of one span"),
        pytest.param([(StartDateConstraint(date(2027, 1, 1)), 5)], {("", 5)}, id="where nothing holds, the first"),
    ],
)  # fmt: skip
def test_hours_are_told_beside_the_price_of_all_others(
    prices: list[tuple[StartDateConstraint | TimeOfDateConstraint | None, int]], wanted: set[tuple[str, int]]
) -> None:
    assert {(hours, inputs) for _, hours, inputs, *_ in paid(conditional(*prices))} == wanted


def test_lengths_and_hours_can_be_had_at_once() -> None:
    tiered = ModelPrice(input_mtok=TieredPrices(Decimal(1), [Tier(9, Decimal(2))]), output_mtok=Decimal(4))
    prices = [ConditionalPrice(None, prices=ONE), ConditionalPrice(NIGHT, prices=tiered)]
    assert paid(prices) == {
        (None, "", 0.1, 0.2, None), (None, "16:30-00:30", 1, 4, None), (9, "16:30-00:30", 2, 4, None),
    }  # fmt: skip


def test_half_a_price_is_told_as_half_and_what_has_none_not_at_all() -> None:
    assert paid(ModelPrice(input_mtok=Decimal(1))) == {(None, "", 1, None, None)}
    assert paid(ModelPrice(audio_hours=Decimal(1))) == set()
    assert paid([]) == set()


def test_a_fee_per_request_is_not_in_the_price_and_the_source_says_so() -> None:
    prices = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(1), requests_kcount=Decimal(12))
    assert [row.source for row in found([entry("a", prices=prices)], "a")] == [
        "list 1, without its fee per request"
    ]  # fmt: skip


# The bundled one.


@pytest.mark.parametrize("provider", CATALOGUED, ids=lambda provider: provider.id)
def test_it_holds_for_the_first_region_only_and_every_row_says_what_it_is(provider: Provider) -> None:
    route = "novita" if "{route}" in provider.catalogue else ""
    known = next(one for one in get_snapshot().providers if one.id == provider.catalogue.format(route=route))
    routes = [(model.id, route) for model in known.models]
    first, *others = provider.regions
    rows = from_catalogue(provider, routes, first, NOW)
    assert rows
    assert {(row.region, row.currency, row.free, row.checked_at) for row in rows} == {(first, "USD", None, None)}
    assert {row.source.split(",")[0] for row in rows} == {rows[0].source.split(",")[0]}
    assert len({(row.model, row.route, row.above_input_tokens, row.hours) for row in rows}) == len(rows)
    assert {row.model for row in rows if row.base} == {row.model for row in rows}
    for region in others:
        assert from_catalogue(provider, routes, region, NOW) == ()


@pytest.mark.parametrize("provider", CATALOGUED, ids=lambda provider: provider.id)
def test_the_covered_models_of_those_who_publish_no_price_are_in_it(provider: Provider) -> None:
    if "{route}" not in provider.catalogue:
        routes = [(model, "") for model in provider.covered_models]
        assert from_catalogue(provider, routes, provider.regions[0], NOW)


def test_an_entry_that_goes_by_another_name_is_named_in_the_source() -> None:
    for provider, model, name in (
        ("cohere", "command-a-03-2025", "command-a"),
        ("fireworks", "accounts/fireworks/models/gpt-oss-120b", "gpt-oss-120b"),
        ("zhipu", "glm-4.7", "GLM-4.7"),
    ):
        [row] = from_catalogue(PROVIDERS[provider], [(model, "")], "global", NOW)
        assert row.source.endswith(f" (entry {name})")


def test_it_is_asked_by_route_and_says_what_it_is_and_not_when() -> None:
    huggingface = PROVIDERS["huggingface"]
    routes = [("openai/gpt-oss-120b", route) for route in ("cerebras", "groq", "fireworks-ai", "no-such-route")]
    rows = from_catalogue(huggingface, routes, "global", NOW)
    assert {row.route for row in rows} == {"cerebras", "groq", "fireworks-ai"}
    assert all(row.source.startswith("genai-prices ") and row.whole for row in rows)
    assert from_catalogue(huggingface, [("nobody/has-this", "groq")], "global", NOW) == ()
    assert from_catalogue(huggingface, [], "global", NOW) == ()
    assert from_catalogue(PROVIDERS["litellm"], routes, "global", NOW) == ()
