"""Routes side by side: which is taken first, which comes next, and what a hub's own policies would take."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest import PERSONAS, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.errors import UnknownName
from testkey_nb.judge import judge_run
from testkey_nb.load import Load
from testkey_nb.outcome import PriceVerdict
from testkey_nb.prices import RulingRow
from testkey_nb.ranking import LEADS, HubPick, Lead, RouteRank, hub_policies, rank_routes
from testkey_nb.rows import ModelRow, PriceRow, Why

AGREED, STALE = PriceVerdict.AGREED, PriceVerdict.STALE
LOAD = Load(requests_per_day=1000, input_tokens=2000, output_tokens=500)


def route(name: str = "novita", rate: float | None = None, first: float | None = None, **differs: Any) -> ModelRow:  # noqa: ANN401 - fields of ModelRow
    facts = {"model": "a/b", "listed": True, "route_status": "live", **differs}
    return ModelRow(route=name, throughput_tokens_per_s=rate, first_token_latency_s=first, **facts)


def price(name: str, inputs: float | None, outputs: float | None, **differs: Any) -> PriceRow:  # noqa: ANN401 - fields of PriceRow
    facts = {"model": "a/b", "region": "global", "source": "live", "free": None, "checked_at": None, **differs}
    return PriceRow(route=name, input_per_mtok=inputs, output_per_mtok=outputs, **facts)


def order(ranks: Sequence[RouteRank]) -> list[str | None]:
    assert [rank.place for rank in ranks] == list(range(1, len(ranks) + 1))
    return [rank.route for rank in ranks]


def ruling(verdict: PriceVerdict, name: str = "novita", **differs: Any) -> RulingRow:  # noqa: ANN401 - fields of RulingRow
    facts = {"model": "a/b", "region": "global", "currency": "USD", **differs}
    return RulingRow(route=name, verdict=verdict, why=Why("live says 0"), **facts)


# By price.


@pytest.mark.parametrize(
    ("prices", "load", "wanted"),
    [
        pytest.param([price("x", 9, 1), price("y", 1, 2)], None, ["x", "y"], id="without a load the output price"),
        pytest.param([price("x", 9, 1), price("y", 1, 2)], LOAD, ["y", "x"], id="with a load what it costs"),
        pytest.param([price("x", 1, 1), price("x", 1, 9, source="own"), price("y", 1, 2)], None, ["y", "x"],
                     id="the dearest source counts for an output price"),
        pytest.param([price("x", 1, 1), price("x", 9, 9, source="own"), price("y", 2, 2)], LOAD, ["y", "x"],
                     id="the dearest source counts for a cost"),
        pytest.param([price("x", 2, 2), price("y", 2, 2), price("y", 1, 1, source="own")], LOAD, ["y", "x"],
                     id="where that is equal the cheapest source does"),
        pytest.param([price("y", 1, 2)], LOAD, ["y", "x"], id="a route without a price is last"),
        pytest.param([price("x", None, None), price("y", 1, 2)], LOAD, ["y", "x"], id="a price of nothing is none"),
        pytest.param([price("x", 0, 0), price("y", 1, 2)], LOAD, ["y", "x"], id="0 is not free"),
        pytest.param([price("x", 0, 0), price("y", 1, 2)], None, ["y", "x"], id="0 is not free without a load"),
        pytest.param([price("x", 1, 2), price("y", None, None, free=True)], LOAD, ["y", "x"], id="free is cheapest"),
        pytest.param([price("x", 1, 2), price("y", None, None, free=True)], None, ["y", "x"],
                     id="free is cheapest without a load"),
        pytest.param([price("x", 1, None), price("y", 5, 5)], LOAD, ["y", "x"], id="half a price is none"),
        pytest.param([price("y", None, 2), price("x", 1, 3)], None, ["y", "x"],
                     id="an output price is enough for the order by output price"),
        pytest.param([price("x", 1, 2), price("y", 1, 2)], LOAD, ["x", "y"], id="a tie goes by name"),
        pytest.param([], LOAD, ["x", "y"], id="nothing priced goes by name"),
    ],
)  # fmt: skip
def test_the_cheapest_route_is_first(prices: list[PriceRow], load: Load | None, wanted: list[str]) -> None:
    ranks = rank_routes([route("y", 9), route("x", 1)], prices, "cheapest", load)
    assert order(ranks) == wanted
    assert [rank.cheapest for rank in ranks] == [None if "last by price" in rank.why else rank.place for rank in ranks]


@pytest.mark.parametrize("verdict", [PriceVerdict.DISPUTED, PriceVerdict.STALE])
@pytest.mark.parametrize("load", [None, LOAD])
def test_a_price_that_does_not_stand_comes_after_those_that_do_and_before_none(
    verdict: PriceVerdict, load: Load | None
) -> None:
    prices = [price("cheap", 1, 1), price("dear", 9, 9)]
    court = [ruling(verdict, "cheap"), ruling(PriceVerdict.AGREED, "dear")]
    models = [route("cheap"), route("dear"), route("bare")]
    ranks = rank_routes(models, prices, "cheapest", load, court)
    assert order(ranks) == ["dear", "cheap", "bare"]
    assert [rank.price_stands for rank in ranks] == [True, False, None]
    assert f"the price of a/b is {verdict}: live says 0" in ranks[1].why


# Prices in another currency.

CNY = {"currency": "CNY"}


@pytest.mark.parametrize("load", [None, LOAD])
def test_a_route_priced_in_another_currency_only_is_not_compared_and_comes_after(load: Load | None) -> None:
    prices = [price("dear", 9, 9), price("cheap", 1, 1), price("yuan", 0.1, 0.1, **CNY), price("more", 0.2, 0.2, **CNY)]
    models = [route(name) for name in ("bare", "yuan", "dear", "more", "cheap")]
    ranks = rank_routes(models, prices, "cheapest", load)
    assert order(ranks) == ["cheap", "dear", "yuan", "more", "bare"]
    assert [rank.cheapest for rank in ranks] == [1, 2, None, None, None]
    assert [rank.currency for rank in ranks] == ["USD", "USD", "CNY", "CNY", None]
    paid = "7.50 CNY a month" if load else "0.1 CNY per million tokens"
    assert ranks[2].why.startswith(f"after the routes priced in USD, with which {paid} is not compared")
    assert not any("USD" in rank.why.partition("with which")[2] for rank in ranks)


@pytest.mark.parametrize(
    ("prices", "currencies"),
    [
        pytest.param([price("x", 1, 1), price("y", 8, 8, **CNY)], ["USD", "CNY"], id="of one each it is the dollar"),
        pytest.param([price("x", 1, 1), price("y", 8, 8, **CNY), price("z", 8, 8, **CNY)], ["CNY", "CNY", "USD"],
                     id="the one that most routes have"),
        pytest.param([price("x", 8, 8, **CNY), price("y", 9, 9, **CNY)], ["CNY", "CNY"], id="the only one"),
        pytest.param([price("x", 8, 8, **CNY), price("x", 1, 1), price("y", 2, 2)], ["USD", "USD"],
                     id="a route with both is ranked by the common one"),
        pytest.param([price("x", 8, 8, **CNY), price("y", 7, 7, currency="EUR")], ["CNY", "EUR"], id="else by name"),
        pytest.param([price("x", 7, 7, currency="EUR"), price("y", 8, 8, **CNY)], ["CNY", "EUR"],
                     id="by name whichever comes first"),
    ],
)  # fmt: skip
def test_the_currency_that_most_routes_are_priced_in_is_the_one_that_is_ranked(
    prices: list[PriceRow], currencies: list[str]
) -> None:
    models = [route(name) for name in dict.fromkeys(row.route for row in prices)]
    for load in (None, LOAD):
        assert [rank.currency for rank in rank_routes(models, prices, "cheapest", load)] == currencies


def test_what_the_court_rules_on_a_price_is_held_against_that_currency_only() -> None:
    prices = [price("x", 1, 1), price("x", 8, 8, **CNY), price("y", 2, 2)]
    court = [ruling(PriceVerdict.STALE, "x", **CNY), ruling(PriceVerdict.AGREED, "x"), ruling(PriceVerdict.STALE, "y")]
    found = {rank.route: rank.price_stands for rank in rank_routes([route("x"), route("y")], prices, court=court)}
    assert found == {"x": True, "y": False}


def test_a_price_that_is_none_does_not_stand() -> None:
    [rank] = rank_routes([route("x")], [price("x", 0, 0)], "cheapest", LOAD, [ruling(PriceVerdict.DISPUTED, "x")])
    assert (rank.price_stands, rank.currency, rank.cheapest) == (False, None, None)


def test_a_load_of_long_requests_is_ranked_by_the_price_of_long_requests() -> None:
    long = {"above_input_tokens": 200_000}
    prices = [price("x", 1, 1), price("x", 9, 9, **long), price("y", 2, 2)]
    for tokens, first in ((1000, "x"), (300_000, "y")):
        ranks = rank_routes([route("x"), route("y")], prices, "cheapest", Load(10, tokens, 10))
        assert ranks[0].route == first
    assert rank_routes([route("x"), route("y")], prices)[0].output_per_mtok == 1


def test_the_dearest_hour_decides() -> None:
    prices = [price("x", 1, 1), price("x", 9, 9, hours="01:00-04:00"), price("y", 2, 2)]
    ranks = rank_routes([route("x"), route("y")], prices, "cheapest", LOAD)
    assert order(ranks) == ["y", "x"]
    assert "75.00 to 675.00 USD a month" in ranks[1].why


# By speed.


@pytest.mark.parametrize(
    ("x", "y", "load", "wanted"),
    [
        pytest.param((100, 9), (50, 1), None, ["x", "y"], id="without a load throughput"),
        pytest.param((50, 2), (50, 1), None, ["y", "x"], id="where that is equal the first token"),
        pytest.param((100, 9), (50, 1), LOAD, ["y", "x"], id="with a load the whole answer, 14 s against 11 s"),
        pytest.param((100, 5), (50, 1), LOAD, ["x", "y"], id="with a load the whole answer, 10 s against 11 s"),
        pytest.param((100, 5), (50, 1), Load(1, 1, 0), ["y", "x"], id="an answer without tokens is its first"),
        pytest.param((900, None), (50, 1), LOAD, ["y", "x"], id="a whole answer that is unknown comes after"),
        pytest.param((None, 0.1), (1, None), None, ["y", "x"], id="no throughput comes after"),
        pytest.param((None, None), (None, 9), None, ["y", "x"], id="no speed comes last"),
        pytest.param((0, 0), (1, 9), None, ["y", "x"], id="0 is no speed"),
        pytest.param((0, 0), (1, 9), LOAD, ["y", "x"], id="0 is no speed with a load"),
        pytest.param((50, 1), (50, 1), LOAD, ["x", "y"], id="a tie goes by name"),
        pytest.param((None, None), (None, None), LOAD, ["x", "y"], id="nothing published goes by name"),
    ],
)
def test_the_fastest_route_is_first(
    x: tuple[float | None, float | None],
    y: tuple[float | None, float | None],
    load: Load | None,
    wanted: list[str],
) -> None:
    ranks = rank_routes([route("y", *y), route("x", *x)], [price("x", 1, 1)], "fastest", load)
    assert order(ranks) == wanted
    assert [rank.fastest for rank in ranks] == [None if "last by speed" in rank.why else rank.place for rank in ranks]


@pytest.mark.parametrize(
    ("rate", "first", "load", "why"),
    [
        (50, 1, None, "rank 1 of 1 by speed: 50 tokens/s"),
        (50, 1, LOAD, "rank 1 of 1 by speed: 11 s for a whole answer"),
        (1234.5, None, LOAD, "rank 1 of 1 by speed: 1,234 tokens/s, no first-token latency is published"),
        (None, 0.588, None, "rank 1 of 1 by speed: first token after 0.588 s, no throughput is published"),
        (None, None, None, "last by speed: none is published"),
    ],
)
def test_the_why_says_which_published_figure_decided(
    rate: float | None, first: float | None, load: Load | None, why: str
) -> None:
    [rank] = rank_routes([route("x", rate, first)], [], "fastest", load)
    assert rank.why.startswith(f"{why}; last by price")


@pytest.mark.parametrize(
    ("prices", "load", "why"),
    [
        ([price("x", 1, 2)], None, "rank 1 of 1 by output price: 2.00 USD per million tokens"),
        ([price("x", 1, 2)], LOAD, "rank 1 of 1 by cost: 90.00 USD a month"),
        ([price("x", 1, 2), price("x", 1, 4, source="own")], LOAD,
         "rank 1 of 1 by cost: 90.00 to 120.00 USD a month"),
        ([price("x", 1e-6, 1e-6)], LOAD, "rank 1 of 1 by cost: 0.000075 USD a month"),
        ([price("x", None, None, free=True)], LOAD, "rank 1 of 1 by cost: 0.00 USD a month"),
        ([price("x", 1, None)], LOAD, "last by price: live has an input price only"),
        ([price("x", 1, None)], None, "last by price: no source has an output price that counts"),
        ([], LOAD, "last by price: no source has a price"),
    ],
)  # fmt: skip
def test_the_why_says_the_price_that_decided(prices: list[PriceRow], load: Load | None, why: str) -> None:
    [rank] = rank_routes([route("x", 1)], prices, "cheapest", load)
    assert rank.why.startswith(f"{why}; rank 1 of 1 by speed")


# Both ranks at once.


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("load", [None, LOAD])
def test_both_ranks_are_in_columns_and_the_leading_one_decides_the_place(lead: Lead, load: Load | None) -> None:
    models = [route("slow", 10, 1), route("mid", 50, 1), route("fast", 90, 1)]
    prices = [price("slow", 1, 1), price("mid", 9, 9), price("fast", 5, 5)]
    ranks = {rank.route: (rank.cheapest, rank.fastest) for rank in rank_routes(models, prices, lead, load)}
    assert ranks == {"slow": (1, 3), "mid": (3, 2), "fast": (2, 1)}
    found = rank_routes(models, prices, lead, load)
    assert order(found) == (["slow", "fast", "mid"] if lead == "cheapest" else ["fast", "mid", "slow"])
    assert {rank.lead for rank in found} == {lead}


def test_a_lead_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownName, match="choose one of: cheapest, fastest"):
        rank_routes([], [], "best")  # type: ignore[arg-type]  # what callers get wrong


@pytest.mark.parametrize(
    ("row", "live"),
    [
        (route("x"), True),
        (route("x", route_status="error"), False),
        (route("x", route_status="staging"), False),
        (route("x", route_status=None), False),
        (route("x", listed=False), False),
        (route("x", listed=None), False),
        (route("", route_status=None), True),
        (route("", route_status="none"), False),
    ],
)
def test_only_live_routes_are_ranked_and_a_model_without_one_says_so(row: ModelRow, *, live: bool) -> None:
    [rank] = rank_routes([row], [])
    if live:
        assert (rank.route, rank.place) == (row.route, 1)
    else:
        assert (rank.route, rank.place, rank.why) == (None, None, "no route of a/b is live")


def test_one_live_route_is_a_single_point_of_failure_and_is_named() -> None:
    down = route("down", route_status="error")
    [alone] = rank_routes([route("x"), down], [])
    assert alone.only_route
    assert alone.why.endswith("the only live route: nothing takes over when it fails")
    two = rank_routes([route("x"), route("y"), down], [])
    assert not any(rank.only_route or "only live route" in rank.why for rank in two)


def test_each_region_has_a_ranking_of_its_own() -> None:
    prices = [price("x", 1, 1, region="cn"), price("y", 2, 2, region="cn"), price("y", 3, 3, region="intl")]
    ranks = rank_routes([route("x"), route("y")], prices, "cheapest", LOAD)
    assert [(rank.region, rank.route, rank.cheapest) for rank in ranks] == [
        ("cn", "x", 1), ("cn", "y", 2), ("intl", "y", 1), ("intl", "x", None),
    ]  # fmt: skip


def test_a_model_that_nothing_prices_has_no_region() -> None:
    assert [rank.region for rank in rank_routes([route("x"), route("x", model="c/d")], [price("x", 1, 1)])] == [
        "global", None,
    ]  # fmt: skip


FIGURES = st.none() | st.just(0.0) | st.floats(1e-3, 1e4) | st.sampled_from([1.0, 2.0])
NAMES = st.sampled_from(["novita", "nscale", "groq", "cerebras", ""])
MODELS = st.sampled_from(["a/b", "c/d"])
REGIONS, CURRENCIES = st.sampled_from(["cn", "intl"]), st.sampled_from(["USD", "CNY"])
ROUTES = st.lists(
    st.builds(route, NAMES, FIGURES, FIGURES, model=MODELS,
              route_status=st.sampled_from(["live", "live", "error", None])),
    max_size=8, unique_by=lambda row: (row.model, row.route),
)  # fmt: skip
PRICES = st.lists(
    st.builds(price, NAMES, FIGURES, FIGURES, model=MODELS, region=REGIONS, currency=CURRENCIES,
              source=st.sampled_from(["live", "own"]), free=st.none() | st.booleans()),
    max_size=8,
)  # fmt: skip
LOADS = st.none() | st.builds(Load, *[st.floats(0, 1e12)] * 3)
COURTS = st.lists(
    st.builds(ruling, st.sampled_from(PriceVerdict), NAMES, model=MODELS, region=REGIONS, currency=CURRENCIES),
    unique_by=lambda row: (row.model, row.route, row.region, row.currency),
)


@given(ROUTES, PRICES, st.sampled_from(LEADS), LOADS, COURTS, st.randoms())
def test_the_order_is_total_and_no_order_of_the_rows_changes_it(
    models: list[ModelRow],
    prices: list[PriceRow],
    lead: Lead,
    load: Load | None,
    court: list[RulingRow],
    random: Any,  # noqa: ANN401 - hypothesis's own random
) -> None:
    mixed, others = list(models), list(prices)
    random.shuffle(mixed)
    random.shuffle(others)
    ranks = rank_routes(models, prices, lead, load, court)
    assert rank_routes(mixed, others, lead, load, court) == ranks
    for key in {(rank.model, rank.region) for rank in ranks}:
        group = [rank for rank in ranks if (rank.model, rank.region) == key and rank.route is not None]
        order(group)
        for ranked in ([rank.cheapest for rank in group], [rank.fastest for rank in group]):
            assert sorted(n for n in ranked if n) == list(range(1, 1 + sum(n is not None for n in ranked)))
        leading = [getattr(rank, lead) for rank in group]
        assert leading == sorted(leading, key=lambda n: n or math.inf)
        assert all(rank.why for rank in group)
    assert all(pick.why for pick in hub_policies(ranks, prices))


@pytest.mark.parametrize("models", [5, 400, 5000])
@pytest.mark.parametrize("lead", LEADS)
def test_a_catalogue_of_any_size_is_ranked(models: int, lead: Lead) -> None:
    names = ("novita", "nscale", "groq")
    rows = [route(name, n + 1, 1, model=f"m/{n:04}") for n in range(models) for name in names]
    prices = [price(name, 1, n + 1, model=f"m/{n:04}") for n in range(models) for name in names]
    ranks = rank_routes(rows, prices, lead, LOAD)
    assert len(ranks) == 3 * models
    assert len(hub_policies(ranks, prices)) == 3 * models


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_routes_of_a_real_run_are_those_that_the_run_calls_live(persona: str, run_persona: RunPersona) -> None:
    run = run_persona(persona)
    readiness = judge_run(run)
    ranks = rank_routes(run.models, readiness.prices, "cheapest", LOAD, readiness.court)
    for model in {row.model for row in run.models}:
        found = {rank.route for rank in ranks if rank.model == model} - {None}
        assert found == set(run.live(model))
    picks = hub_policies(ranks, run.prices)
    assert {pick.model for pick in picks} == {rank.model for rank in ranks if rank.route != ""}


# What a hub would take.


def picks(
    models: list[ModelRow],
    prices: list[PriceRow],
    lead: Lead = "cheapest",
    load: Load | None = None,
    **hub: Any,  # noqa: ANN401 - arguments of hub_policies
) -> dict[str, HubPick]:
    ranks = rank_routes(models, prices, lead, load, hub.pop("court", ()))
    return {pick.policy: pick for pick in hub_policies(ranks, hub.pop("published", prices), **hub)}


TWO = [route("fast", 90, 5), route("soon", 50, 1)]
PRICED = [price("fast", 9, 2), price("soon", 1, 3)]


def test_a_policy_that_takes_our_first_choice_says_so() -> None:
    found = picks(TWO, PRICED, "fastest")
    assert (found[":fastest"].picks, found[":fastest"].same) == ("fast", True)
    assert found[":fastest"].why == ":fastest takes fast, the first choice of this ranking"
    assert found[":fast"].why == ":fast takes fast, the first choice of this ranking; a pinned call has no fallback"


@pytest.mark.parametrize(
    ("lead", "load", "policy", "why"),
    [
        pytest.param("cheapest", LOAD, ":cheapest", "fast is dearer by 443%",
                     id="the hub looks at the output price only"),
        pytest.param("cheapest", None, ":soon", "soon is dearer by 50%", id="a dearer provider is pinned"),
        pytest.param("fastest", Load(1, 1, 50), ":fastest", "fast is slower by 178%",
                     id="the hub looks at throughput only"),
        pytest.param("fastest", None, ":soon", "soon is slower by 80%", id="a slower provider is pinned"),
    ],
)  # fmt: skip
def test_a_policy_that_takes_another_route_says_what_that_costs(
    lead: Lead, load: Load | None, policy: str, why: str
) -> None:
    found = picks(TWO, PRICED, lead, load, pinned="soon")[policy]
    assert found.same is False
    assert found.why.startswith(f"{policy} takes {found.picks}, this ranking wants {found.wanted}: {why}")


@pytest.mark.parametrize(
    ("prices", "policy", "why"),
    [
        ([price("soon", 1, 3), price("fast", 0, 0)], ":cheapest", "fast says 0 but does not say free"),
        ([price("soon", 1, 3)], ":fastest", "no price of fast counts"),
        ([price("soon", 1, 3), price("fast", None, 1)], ":cheapest", "no price of fast counts"),
        ([price("soon", 0, 0, free=True), price("fast", 1, 1)], ":fastest", "soon is free"),
        ([price("soon", 1, 1), price("fast", 1, 1.0001)], ":fastest", "fast is dearer by 0.002%"),
        ([price("a", 1, 1), price("fast", 1, 1)], ":fastest", "the figures that rank first are equal"),
    ],
)
def test_why_a_route_that_the_hub_takes_is_not_the_cheapest(prices: list[PriceRow], policy: str, why: str) -> None:
    found = picks([*TWO, route("a", 1)], prices, "cheapest", LOAD)[policy]
    assert found.picks == "fast"
    assert found.why.endswith(f": {why}")


def test_a_price_that_does_not_stand_is_why_the_hub_is_not_followed() -> None:
    court = [ruling(PriceVerdict.STALE, "fast")]
    found = picks(TWO, [price("fast", 1, 1), price("soon", 9, 9)], court=court)[":cheapest"]
    assert found.why.endswith("this ranking wants soon: the price of fast does not stand")


@pytest.mark.parametrize(
    ("cheap", "load", "why"),
    [
        (route("cheap"), None, "no speed of cheap is published"),
        (route("cheap", None, 1), None, "less is published of the speed of cheap"),
        (route("cheap", 900), LOAD, "less is published of the speed of cheap"),
        (route("cheap", 90, 9), None, "the figures that rank first are equal"),
    ],
)
def test_why_a_route_that_the_hub_takes_is_not_the_fastest(cheap: ModelRow, load: Load | None, why: str) -> None:
    found = picks([*TWO, cheap], [*PRICED, price("cheap", 1, 1)], "fastest", load)[":cheapest"]
    assert found.picks == "cheap"
    assert found.why.endswith(f": {why}")


def test_the_hub_routes_by_its_own_prices_only() -> None:
    own = price("soon", 1, 1, source="prices.csv (contract)")
    found = picks(TWO, [price("fast", 1, 2), own], published=[price("fast", 1, 2)])
    assert (found[":cheapest"].picks, found[":cheapest"].wanted) == ("fast", "soon")


def test_the_hub_is_not_taken_to_route_by_prices_for_some_lengths_or_hours() -> None:
    other = [price("soon", 1, 1, hours="01:00-04:00"), price("soon", 1, 1, above_input_tokens=9)]
    assert picks(TWO, PRICED, published=[*PRICED, *other])[":cheapest"].picks == "fast"


def test_a_route_that_the_hub_takes_and_a_person_prices_in_another_currency_is_not_compared() -> None:
    prices = [price("soon", 1, 1), price("other", 1, 1), price("fast", 1, 1, **CNY)]
    found = picks([*TWO, route("other", 1)], prices, "cheapest", LOAD)[":fastest"]
    assert found.why.endswith("fast is priced in CNY, which is not compared")


def test_the_hub_reads_no_price_of_a_route_that_is_down_or_of_another_region() -> None:
    models = [*TWO, route("down", 999, 0.1, route_status="error")]
    ranks = rank_routes(models, [*PRICED, price("down", 0.1, 0.1)])
    other = [*PRICED, price("down", 0.1, 0.1), price("soon", 0.1, 0.1, region="eu")]
    assert {pick.policy: pick.picks for pick in hub_policies(ranks, other)} == {
        ":fastest": "fast", ":cheapest": "fast", ":fast": "fast",
    }  # fmt: skip


def test_what_ties_for_the_hub_is_left_open() -> None:
    found = picks([route("x", 5), route("y", 5)], [price("x", 1, 1), price("y", 2, 1)], load=LOAD)
    for policy in (":fastest", ":cheapest"):
        assert (found[policy].picks, found[policy].same) == ("x, y", None)
        assert found[policy].why == (f"{policy} finds x, y equal and does not say which it takes; this ranking wants x")


def test_without_published_numbers_a_policy_is_left_open() -> None:
    found = picks([route("x"), route("y")], [])
    for policy in (":fastest", ":cheapest"):
        assert (found[policy].picks, found[policy].wanted, found[policy].same) == (None, "x", None)
        assert found[policy].why == f"{policy} has no published number to choose by; this ranking wants x"


def test_a_provider_pinned_where_it_is_not_live_is_told() -> None:
    found = picks(TWO, PRICED, pinned="groq")[":groq"]
    assert (found.picks, found.same) == (None, False)
    assert found.why == "groq is not live for a/b, and a pinned call has no fallback"


def test_without_a_live_route_there_is_nothing_to_take() -> None:
    found = picks([route("x", route_status="error")], [])
    assert set(found) == {":fastest", ":cheapest"}
    for pick in found.values():
        assert (pick.picks, pick.wanted, pick.same, pick.why) == (None, None, None, "no route of a/b is live")


def test_a_provider_that_serves_its_models_itself_has_nothing_to_route() -> None:
    assert picks([route("", route_status=None)], [price("", 1, 1)]) == {}


def test_ranks_in_any_order_give_the_same_picks() -> None:
    ranks = rank_routes([*TWO, *(replace(row, model="c/d") for row in TWO)], PRICED)
    assert hub_policies(reversed(ranks), PRICED) == hub_policies(ranks, PRICED)


# What the hub's ``:cheapest`` takes of its own output prices, and what is a first choice without comparison.

OUTPUTS = (
    ([price("fast", 9, 2), price("soon", 1, 3)], "fast"),
    ([price("fast", 9, 4), price("soon", 1, 3)], "soon"),
    ([price("fast", 9, 2), price("soon", None, None, free=True)], "soon"),
    ([price("fast", 9, 2), price("soon", 5, 5, free=True)], "soon"),
    ([price("fast", 9, 2), price("soon", 1, 0)], "soon"),
    ([price("fast", 9, 2), price("soon", 1, None)], "fast"),
    ([price("fast", 9, 2), price("soon", 1, 1, currency="CNY")], "fast"),
    ([price("fast", 9, 2), price("soon", 1, 3), price("soon", 1, 1, source="again")], "soon"),
    ([price("fast", 9, 2), price("soon", 1, 1, source="again"), price("soon", 1, 3)], "soon"),
    ([price("soon", None, None, free=True), price("soon", 1, 1), price("fast", 9, 0.5)], "soon"),
    ([price("soon", 1, 3)], "soon"),
    ([price("fast", None, None, free=True), price("soon", 1, 0)], "fast, soon"),
)


@pytest.mark.parametrize(("published", "picked"), OUTPUTS)
def test_the_hub_takes_the_lowest_output_price_that_it_publishes(published: list[PriceRow], picked: str) -> None:
    assert picks(TWO, PRICED, published=published)[":cheapest"].picks == picked


@pytest.mark.parametrize(
    ("rates", "picked"),
    [
        ((90, 50), "fast"),
        ((50, 90), "soon"),
        ((None, 1), "soon"),
        ((0, 1), "soon"),
        ((5, 5), "fast, soon"),
        ((0, None), None),
    ],
)
def test_the_hub_takes_the_highest_throughput_that_it_publishes(
    rates: tuple[float | None, float | None], picked: str | None
) -> None:
    models = [route("fast", rates[0]), route("soon", rates[1])]
    assert picks(models, PRICED)[":fastest"].picks == picked


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (AGREED, STALE, "the price of fast does not stand"),
        (STALE, STALE, "fast is dearer by 100%"),
        (None, STALE, "the price of fast does not stand"),
        (AGREED, AGREED, "fast is dearer by 100%"),
        (None, None, "fast is dearer by 100%"),
    ],
)
def test_a_price_that_does_not_stand_is_held_against_the_hubs_choice_where_ours_does(
    ours: PriceVerdict | None, theirs: PriceVerdict | None, why: str
) -> None:
    court = [ruling(verdict, name) for name, verdict in (("soon", ours), ("fast", theirs)) if verdict]
    found = picks(TWO, [price("fast", 1, 4), price("soon", 1, 2)], court=court)[":fastest"]
    assert found.why.endswith(f"this ranking wants soon: {why}")


# Each thing that decides a place by price, alone: what is first is what has it better.

NONE_STANDS = {"x": STALE, "y": STALE}
PLACES: tuple[tuple[list[PriceRow], dict[str, PriceVerdict], Load | None, list[str]], ...] = (
    ([price("x", 1, 2), price("y", 1, 1)], {}, None, ["y", "x"]),
    ([price("x", 1, 1), price("y", 9, 9)], {"x": STALE, "y": AGREED}, None, ["y", "x"]),
    ([price("x", 1, 1), price("y", 9, 9)], {"x": STALE}, None, ["y", "x"]),
    ([price("x", 9, 9), price("y", 1, 1)], NONE_STANDS, None, ["y", "x"]),
    ([price("x", 1, 1, currency="CNY"), price("y", 9, 9)], {}, None, ["y", "x"]),
    ([price("x", 1, 1, currency="CNY"), price("y", 9, 9)], {"y": STALE}, None, ["y", "x"]),
    ([price("x", 9, 9, currency="CNY")], {}, None, ["x", "y"]),
    ([price("y", 9, 9)], {"y": STALE}, None, ["y", "x"]),
    ([price("x", 1, 1), price("x", 1, 3, source="own"), price("y", 2, 2)], {}, None, ["y", "x"]),
    ([price("x", 2, 2), price("x", 1, 1, source="own"), price("y", 2, 2)], {}, LOAD, ["x", "y"]),
)


@pytest.mark.parametrize(("prices", "verdicts", "load", "wanted"), PLACES)
def test_what_decides_a_place_by_price(
    prices: list[PriceRow], verdicts: dict[str, PriceVerdict], load: Load | None, wanted: list[str]
) -> None:
    court = [ruling(verdict, name) for name, verdict in verdicts.items()]
    assert order(rank_routes([route("x"), route("y")], prices, "cheapest", load, court)) == wanted


SPEEDS: tuple[tuple[ModelRow, ModelRow, Load | None, list[str]], ...] = (
    (route("x", 50, 1), route("y", 60, 9), None, ["y", "x"]),
    (route("x", 50, 2), route("y", 50, 1), None, ["y", "x"]),
    (route("x", None, 1), route("y", 1, 9), None, ["y", "x"]),
    (route("x", 50), route("y", 50, 9), None, ["y", "x"]),
    (route("x"), route("y", None, 9), None, ["y", "x"]),
    (route("x", 0, 0), route("y", None, 9), None, ["y", "x"]),
    (route("x", 50, 1), route("y", 50, 1), None, ["x", "y"]),
    (route("x", 100, 9), route("y", 90, 1), LOAD, ["y", "x"]),
    (route("x", 900), route("y", 1, 1), LOAD, ["y", "x"]),
    (route("x", 100, 2), route("y", 90, 1), Load(1, 1, 0), ["y", "x"]),
    (route("x", 900), route("y", None, 1), Load(1, 1, 0), ["y", "x"]),
)


@pytest.mark.parametrize(("one", "two", "load", "wanted"), SPEEDS)
def test_what_decides_a_place_by_speed(one: ModelRow, two: ModelRow, load: Load | None, wanted: list[str]) -> None:
    assert order(rank_routes([one, two], [], "fastest", load)) == wanted
