"""``routes.yaml``: which routes are in it, in which order, at which cost, and what stays of what people wrote."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from conftest import KEY_NAME, RunPersona

from testkey_nb.actions import ARTEFACTS, Files
from testkey_nb.errors import OutputRefused
from testkey_nb.judge import Policy, Readiness, judge_run
from testkey_nb.launch import Launch
from testkey_nb.outcome import Action
from testkey_nb.rows import OWN_PRICES, MetricRow, PriceRow

MODEL, OTHER = "meta-llama/Llama-3.1-8B-Instruct", "openai/gpt-oss-120b"
ALONE = "HuggingFaceTB/SmolLM3-3B"  # at hf-inference, which no catalogue prices
AT = "http://sandbox.localhost/v1"


def routed(readiness: Readiness, before: str = "") -> tuple[list[dict[str, Any]], Files]:
    """Return the entries, and the file with what is said of it."""
    files = ARTEFACTS[Action.SET_ROUTE](readiness, {"routes.yaml": before} if before else {})
    return yaml.safe_load(files["routes.yaml"])["model_list"], files


def parameters(readiness: Readiness, before: str = "") -> list[dict[str, Any]]:
    return [entry["litellm_params"] for entry in routed(readiness, before)[0]]


def called(found: list[dict[str, Any]]) -> dict[str, int | None]:
    return {entry["model"].rpartition(":")[2]: entry.get("order") for entry in found}


def priced(run_persona: RunPersona, *prices: PriceRow) -> Readiness:
    """Judge a run in which nothing else prices the model."""
    run = run_persona("launch-ready", models=(ALONE,))
    return judge_run(replace(run, prices=prices))


def price(inputs: float | None, outputs: float | None, **more: Any) -> PriceRow:  # noqa: ANN401 - any field
    row = PriceRow(ALONE, "hf-inference", "global", "a list", inputs, outputs, None, datetime.now(UTC))
    return replace(row, **more)


def costs(readiness: Readiness) -> dict[str, float]:
    [entry] = parameters(readiness)
    return {name: value for name, value in entry.items() if "cost" in name}


@pytest.mark.parametrize("lead", ["cheapest", "fastest"])
def test_routes_are_ordered_as_the_policy_ranks_them(run_persona: RunPersona, lead: str) -> None:
    readiness = judge_run(run_persona("launch-ready", models=(OTHER,)), policy=Policy(route_lead=lead))  # type: ignore[arg-type]
    found = called(parameters(readiness))
    ranks = {row.route: row.place for row in readiness.rows("routes") if row.price_stands}  # type: ignore[attr-defined]
    assert found == ranks
    assert list(found.values()) == [1, 2, 3, 4]


def test_the_two_leads_differ(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready", models=(OTHER,))
    orders = [
        list(called(parameters(judge_run(run, policy=Policy(route_lead=lead))))) for lead in ("cheapest", "fastest")
    ]
    assert orders[0] != orders[1]


def test_all_but_the_last_route_leave_the_second_try_to_the_next(run_persona: RunPersona) -> None:
    found = parameters(judge_run(run_persona("launch-ready", models=(OTHER,))))
    assert [entry.get("num_retries") for entry in found] == [0, 0, 0, None]


def test_the_only_route_has_no_order_and_is_tried_again(run_persona: RunPersona) -> None:
    [entry] = parameters(judge_run(run_persona("launch-ready", models=("deepseek-ai/DeepSeek-V3.1",))))
    assert not {"order", "num_retries"} & set(entry)


def test_a_route_whose_price_does_not_stand_is_left_out_and_named(run_persona: RunPersona) -> None:
    _, files = routed(judge_run(run_persona("launch-ready")))
    assert "featherless-ai" not in files["routes.yaml"]
    assert [note for note in files.notes if "featherless-ai" in note]


def test_where_no_price_stands_every_live_route_is_called_at_no_stated_cost(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    doubts = tuple(replace(row, source="another list", input_per_mtok=9.0) for row in run.prices if row.model == MODEL)
    found = parameters(judge_run(replace(run, prices=(*run.prices, *doubts))))
    assert sorted(called(found)) == ["featherless-ai", "novita", "nscale"]
    assert not [name for entry in found for name in entry if "cost" in name]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([price(0.07, 0.3)], (7e-08, 3e-07, None)),
        ([price(0.07, 0.3, cached_input_per_mtok=0.01)], (7e-08, 3e-07, 1e-08)),
        ([price(None, None, free=True)], (0.0, 0.0, 0.0)),
        ([price(0.0, 0.0)], (None, None, None)),  # 0 is not free unless that is said
        ([price(0.07, None)], (None, None, None)),
        ([price(0.5, 2.0, currency="CNY")], (None, None, None)),
        ([price(0.5, 2.0, currency="CNY"), price(0.07, 0.3)], (7e-08, 3e-07, None)),
        ([price(0.07, 0.3), price(0.2, 0.9, source="another list")], (None, None, None)),  # disputed
        ([price(0.07, 0.3, checked_at=datetime(2020, 1, 1, tzinfo=UTC))], (None, None, None)),  # stale
        ([price(0.07, 0.3, region="eu")], (None, None, None)),
    ],
)
def test_a_cost_is_stated_where_a_price_in_dollars_stands(
    run_persona: RunPersona, prices: list[PriceRow], expected: tuple[float | None, ...]
) -> None:
    names = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    stated = {name: cost for name, cost in zip(names, expected, strict=True) if cost is not None}
    assert costs(priced(run_persona, *prices)) == stated


def test_a_longer_request_costs_what_its_tier_says(run_persona: RunPersona) -> None:
    found = priced(run_persona, price(0.07, 0.3))
    tiers = [price(0.14, 0.6, above_input_tokens=above) for above in (200_000, 128_001)]
    off_peak = price(0.01, 0.02, hours="01:00-04:00")
    assert costs(replace(found, prices=(*found.prices, *tiers, off_peak))) == {
        "input_cost_per_token": 7e-08,
        "output_cost_per_token": 3e-07,
        "input_cost_per_token_above_200k_tokens": 1.4e-07,
        "output_cost_per_token_above_200k_tokens": 6e-07,
    }


def test_the_price_a_person_filed_comes_before_a_list(run_persona: RunPersona) -> None:
    run = replace(run_persona("launch-ready", models=(ALONE,)), prices=(price(0.07, 0.3),))
    own = price(0.08, 0.31, source=f"{OWN_PRICES} (contract)")
    found = costs(judge_run(run, Launch(prices={"huggingface": (own,)})))
    assert found == {
        "input_cost_per_token": 8e-08,
        "output_cost_per_token": 3.1e-07,
    }


def test_a_price_too_old_to_stand_is_not_the_cost(run_persona: RunPersona) -> None:
    run = replace(run_persona("launch-ready", models=(ALONE,)), prices=(price(0.07, 0.3),))
    old = price(0.01, 0.02, source=f"{OWN_PRICES} (contract)", checked_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert costs(judge_run(run, Launch(prices={"huggingface": (old,)})))["input_cost_per_token"] == 7e-08


def test_a_filed_price_of_a_day_to_come_is_not_the_cost(run_persona: RunPersona) -> None:
    run = replace(run_persona("launch-ready", models=(ALONE,)), prices=(price(0.07, 0.3),))
    own = price(9, 9, source=f"{OWN_PRICES} (page)", checked_at=datetime.now(UTC) + timedelta(days=60))
    assert costs(judge_run(run, Launch(prices={"huggingface": (own,)})))["input_cost_per_token"] == 7e-08


def entry(route: str, key: str = KEY_NAME, more: str = "") -> str:
    own = f"model: 'openai/{MODEL}:{route}', api_base: '{AT}', api_key: os.environ/{key}{more}"
    return f"- model_name: {MODEL}\n  litellm_params: {{{own}}}\n"


@pytest.mark.parametrize(
    ("before", "orders", "says"),
    [
        (entry("novita"), {"novita": 1, "nscale": 2}, ""),  # an earlier file of ours, without orders
        (entry("nscale", more=", order: 1"), {"nscale": 1, "novita": 2}, "order that is not this run's ranking"),
        (entry("novita", more=", order: 7"), {"novita": 7, "nscale": 8}, ""),
        (entry("theirs", "OTHER"), {"theirs": None, "novita": None, "nscale": None}, "other entries without an order"),
        (entry("theirs", "OTHER", ", order: 4"), {"theirs": 4, "novita": 5, "nscale": 6}, ""),
        (entry("gone", more=", order: 1"), {"gone": 1, "novita": 2, "nscale": 3}, "is also called as openai/.*:gone"),
    ],
)
def test_an_order_that_is_there_stays_and_new_routes_come_after(
    run_persona: RunPersona, before: str, orders: dict[str, int | None], says: str
) -> None:
    found, files = routed(judge_run(run_persona("launch-ready")), f"model_list:\n{before}")
    assert called([one["litellm_params"] for one in found]) == orders
    notes = [note for note in files.notes if "featherless-ai" not in note]
    assert len(notes) == bool(says)
    assert not says or re.search(says, notes[0])


def test_a_cost_that_a_person_wrote_stays_and_the_difference_is_told(run_persona: RunPersona) -> None:
    before = "model_list:\n" + entry("novita", more=", input_cost_per_token: 9.0e-08")
    found, files = routed(judge_run(run_persona("launch-ready")), before)
    assert found[0]["litellm_params"]["input_cost_per_token"] == 9e-08
    assert found[0]["litellm_params"]["output_cost_per_token"] == 5e-08
    assert any("has input_cost_per_token 9e-08 at" in note and "2e-08" in note for note in files.notes)


def test_what_was_written_once_is_written_again_without_a_change_or_a_new_note(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready", models=(MODEL, OTHER)))
    _, first = routed(readiness)
    _, again = routed(readiness, first["routes.yaml"])
    assert (dict(again), again.notes) == (dict(first), first.notes)


# Whose an entry is: this run's by what is called, where, and with which credential; one that names none is anybody's.


def of(
    *, route: str = "novita", at: str = AT, key: str = f", api_key: os.environ/{KEY_NAME}", name: str = MODEL
) -> str:
    return f"- model_name: {name}\n  litellm_params: {{model: 'openai/{MODEL}:{route}', api_base: '{at}'{key}}}\n"


WHOSE = (
    (of(), 0, ""),
    (of(key=""), 0, ""),
    (of(key=", api_key: os.environ/OTHER, order: 9"), 1, ""),
    (of(key=", api_key: short-as-it-is, order: 9"), 1, ""),
    (of(at="https://proxy.example/v1", key=f", api_key: os.environ/{KEY_NAME}, order: 9"), 1, "is also called as"),
    (of(route="gone", key=f", api_key: os.environ/{KEY_NAME}, order: 9"), 1, "is also called as"),
    (of(route="gone", key=", order: 9"), 1, ""),
    (of(name="another"), 1, ""),
)


@pytest.mark.parametrize(("before", "others", "says"), WHOSE)
def test_which_entry_is_this_runs(run_persona: RunPersona, before: str, others: int, says: str) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    found, files = routed(readiness, f"model_list:\n{before}")
    assert len(found) == len(parameters(readiness)) + others
    notes = [note for note in files.notes if "no price of it stands" not in note]
    assert [says in note for note in notes] == [True] * bool(says)
    assert sum(one["litellm_params"].get("api_key") == f"os.environ/{KEY_NAME}" for one in found) >= 2


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        ("x" * 15, False),
        ("x" * 16, True),
        ("os.environ/" + "x" * 16, False),
        ("environ/" + "x" * 16, True),
        ("''", False),
    ],
)
def test_a_key_in_clear_is_refused_and_its_line_named(run_persona: RunPersona, key: str, *, refused: bool) -> None:
    readiness, before = judge_run(run_persona("launch-ready")), f"model_list:\n{of(key=f', api_key: {key}, order: 9')}"
    if not refused:
        assert len(routed(readiness, before)[0]) >= 2
        return
    with pytest.raises(OutputRefused, match=r"routes\.yaml line 3 may hold a key in clear") as caught:
        routed(readiness, before)
    assert key not in str(caught.value)


# Which routes are called: those of this run's region whose price stands, or every live one where none does.

CALLED: tuple[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ({}, ("novita", "nscale"), ("featherless-ai",)),
    ({"region": "eu"}, ("novita", "nscale", "featherless-ai"), ()),
    ({"input_per_mtok": None}, ("novita", "nscale", "featherless-ai"), ()),
)


@pytest.mark.parametrize(("differs", "routes", "left_out"), CALLED)
def test_which_routes_are_called(
    run_persona: RunPersona, differs: dict[str, Any], routes: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    run = run_persona("launch-ready")
    plan = replace(run.plan, provider=replace(run.plan.provider, catalogue=""))
    prices = tuple(replace(row, **differs) for row in run.prices)
    found, files = routed(judge_run(replace(run, plan=plan, prices=prices)))
    assert set(called([one["litellm_params"] for one in found])) == set(routes)
    notes = [note for note in files.notes if "no price of it stands" in note]
    assert [note.partition(" at ")[2].partition(":")[0] for note in notes] == list(left_out)


def test_prices_of_another_region_call_no_route_twice(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    elsewhere = tuple(replace(row, region="eu", input_per_mtok=0.01) for row in run.prices)
    once, _ = routed(judge_run(run))
    assert routed(judge_run(replace(run, prices=(*run.prices, *elsewhere))))[0] == once


def test_who_pays_now_is_named_in_the_place_of_who_paid_before(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")

    def paid_by(name: str, before: str = "") -> str:
        payer = MetricRow("payer_organization", name, None, "", "current_key")
        return routed(judge_run(replace(run, metrics=(*run.metrics, payer))), before)[1]["routes.yaml"]

    first = paid_by("acme")
    assert "X-HF-Bill-To: acme" in first
    assert paid_by("other-org", first) == first.replace("acme", "other-org")
