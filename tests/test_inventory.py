"""A run's models: what is named and should not be relied on, what each source counts, and what changed."""

import asyncio
import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pandas as pd
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS, AllDone, RunPersona
from endpoints import Between, answer
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb import sandbox
from testkey_nb.errors import CallerError
from testkey_nb.inventory import (
    ModelChangeRow,
    ModelCountRow,
    PhantomRow,
    answered_empty,
    export_changes,
    inventory_changes,
    model_counts,
    phantoms,
)
from testkey_nb.judge import VIEWS, Policy, judge_run
from testkey_nb.judge.readiness import Readiness
from testkey_nb.keys import Key
from testkey_nb.launch import Credential, Launch
from testkey_nb.outcome import Answer, InventoryChange, Phantom, PriceVerdict, Standing
from testkey_nb.prices import RulingRow
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.probe.run import merge_models
from testkey_nb.providers import huggingface_catalogue as catalogue
from testkey_nb.rows import MetricRow, ModelRow, PriceRow, Why

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAYS = 90
LISTED, CONFIRMED = Standing.LISTED, Standing.CONFIRMED


def row(model: str = "a/b", route: str = "novita", **differs: Any) -> ModelRow:  # noqa: ANN401 - fields of ModelRow
    facts = {"covered": True, "listed": True, "standing": LISTED, "route_status": "live", **differs}
    return ModelRow(model, route, **facts)


def price(model: str, route: str = "novita", **differs: Any) -> PriceRow:  # noqa: ANN401 - fields of PriceRow
    facts = {"region": "global", "source": "list", "free": None, "checked_at": None, **differs}
    return PriceRow(model, route, input_per_mtok=1.0, output_per_mtok=2.0, **facts)


def ruling(verdict: PriceVerdict = PriceVerdict.AGREED, route: str = "novita", model: str = "a/b") -> RulingRow:
    return RulingRow(model, route, "global", "USD", verdict, Why("live says 0"))


def found(
    models: list[ModelRow], rulings: list[RulingRow] | None = None, published: tuple[PriceRow, ...] = ()
) -> list[tuple[str, str, str, str]]:
    court = {(one.model, one.route): one for one in ([ruling()] if rulings is None else rulings)}
    rows = phantoms(models, court, published, now=NOW, min_days_served=DAYS)
    return [(one.model, one.route, one.reason, one.why) for one in rows]


# Listed only.


@pytest.mark.parametrize("status", ["error", "staging", "none", "a word nobody knows", None])
def test_a_route_that_its_list_does_not_call_live_is_listed_only(status: str | None) -> None:
    [(_, route, reason, why)] = found([row(route_status=status)])
    assert (route, reason) == ("novita", "listed_only")
    assert why == f"its list says {status or '-'}, and no other route of the model is live"


def test_a_dead_route_says_how_many_others_of_the_model_are_live() -> None:
    [(_, route, _, why)] = found([row(), row(route="nscale", route_status="error")])
    assert (route, why) == ("nscale", "its list says error; 1 other routes of the model are live")


def test_a_provider_that_serves_its_models_itself_lists_them_without_a_status() -> None:
    assert found([row(route="", route_status=None)], [ruling(route="")]) == []


def test_the_hubs_mapping_and_the_routers_list_are_compared_route_by_route() -> None:
    routed = {**real.ROUTED_MODEL, "id": real.MAPPING["id"]}
    routed["providers"] = [{**entry, "provider": name} for entry, name in zip(
        real.ROUTED_MODEL["providers"], ("fireworks-ai", "groq", "novita"), strict=True  # type: ignore[call-overload]
    )]  # fmt: skip
    model = str(real.MAPPING["id"])
    parsed = [
        catalogue.parse_models(real.reply(200, {"object": "list", "data": [routed]})),
        catalogue.parse_mapping(real.reply(200, real.MAPPING, model=model)),
    ]
    rows = merge_models([one for read in parsed if read for one in read.models], (model,))
    says = {route: why for _, route, reason, why in found(list(rows)) if reason == "listed_only"}
    assert says == {
        "fireworks-ai": "its list says live, a second source that names routes of the model says error",
        "novita": "its list says live, a second source that names routes of the model says -",
    }


def test_a_route_that_only_a_second_source_names_is_listed_only() -> None:
    mapped = row(route="groq", listed=False, standing=Standing.MISSING, route_status=None, mapping_status="live")
    assert [(route, why) for _, route, reason, why in found([row(mapping_status="live"), mapped])] == [
        ("groq", "a second source names it, the list does not")
    ]


def test_a_covered_model_of_the_public_list_that_the_keys_own_list_lacks_is_listed_only() -> None:
    public = row(route="", listed=False, standing=Standing.MISSING, route_status=None, context_tokens=128_000)
    assert [reason for _, _, reason, _ in found([public, row("c/d", "", covered=False)])] == ["listed_only"]


def test_what_the_keys_list_lacks_is_no_phantom_unless_it_is_covered() -> None:
    public = [row(f"m/{n}", "", covered=False, listed=False, route_status=None, owner="x") for n in range(400)]
    assert found([row("a/b"), *public]) == []


def test_a_covered_model_that_nobody_names_is_for_the_gate_and_no_phantom() -> None:
    assert found([ModelRow("a/b", "", covered=True, listed=False, standing=Standing.MISSING)]) == []


def test_a_listing_is_no_phantom_where_no_model_is_ever_confirmed() -> None:
    assert found([row(), *(row(f"m/{n}", covered=False) for n in range(400))]) == []


def test_a_covered_model_the_key_was_asked_about_in_vain_is_listed_only_where_others_were_confirmed() -> None:
    asked = [row(), row("c/d", standing=CONFIRMED), row("e/f", covered=False)]
    court = [ruling(model=model) for model in ("a/b", "c/d")]
    assert [(model, reason) for model, _, reason, _ in found(asked, court)] == [("a/b", "listed_only")]


# Unpriced.


def test_a_live_route_of_a_covered_model_without_a_price_is_unpriced() -> None:
    assert found([row()], []) == [("a/b", "novita", "unpriced", "no source has a price of it")]


@pytest.mark.parametrize("verdict", [PriceVerdict.DISPUTED, PriceVerdict.STALE, PriceVerdict.MISSING])
def test_a_price_that_does_not_stand_is_none(verdict: PriceVerdict) -> None:
    [(_, _, reason, why)] = found([row()], [ruling(verdict)])
    assert (reason, why) == ("unpriced", f"its price is {verdict}: live says 0")


@pytest.mark.parametrize("verdict", [PriceVerdict.AGREED, PriceVerdict.SINGLE_SOURCE])
def test_a_price_that_stands_is_one(verdict: PriceVerdict) -> None:
    assert found([row()], [ruling(verdict)]) == []


def test_other_models_are_unpriced_only_where_their_list_prices_any_of_them() -> None:
    others = [row(f"m/{n}", covered=False) for n in range(3)]
    assert found([row(), *others]) == []
    assert found([row(), *others], published=(price("a/b"),)) == []
    court = [ruling(), ruling(model="m/0")]
    unpriced = found([row(), *others], court, published=(price("m/0"),))
    assert [(model, reason) for model, _, reason, _ in unpriced] == [("m/1", "unpriced"), ("m/2", "unpriced")]


def test_a_route_that_is_not_live_has_nothing_to_price() -> None:
    assert [reason for _, _, reason, _ in found([row(route_status="error")], [])] == ["listed_only"]


# Going.


@pytest.mark.parametrize(
    ("days", "reason"),
    [(-1, "shut_down"), (0, "shut_down"), (1, "soon_gone"), (89, "soon_gone"), (90, None), (400, None)],
)
def test_a_model_that_is_shut_down_within_the_policys_days_is_going(days: int, reason: str | None) -> None:
    told = found([row(shutdown_at=NOW + timedelta(days=days))])
    assert [one[2] for one in told] == ([reason] if reason else [])
    assert all(f"{NOW + timedelta(days=days):%Y-%m-%d}" in one[3] for one in told)


@pytest.mark.parametrize(
    ("days", "why"), [(-30, "deprecated since 2026-10-26"), (30, "deprecated from 2026-12-25 on"), (91, None)]
)
def test_a_deprecation_is_told_with_its_day(days: int, why: str | None) -> None:
    assert [one[3] for one in found([row(deprecated_at=NOW + timedelta(days=days))])] == ([why] if why else [])


@pytest.mark.parametrize(("deprecated", "whys"), [(True, ["its list says deprecated"]), (False, []), (None, [])])
def test_a_model_that_its_list_calls_deprecated_without_a_day_is_named(
    *, deprecated: bool | None, whys: list[str]
) -> None:
    assert [one[3] for one in found([row(deprecated=deprecated)])] == whys


def test_a_model_has_a_row_for_each_reason_the_worst_first() -> None:
    day = NOW - timedelta(days=1)
    told = found([row(shutdown_at=day, deprecated_at=day, throughput_tokens_per_s=0.0)], [])
    assert [one[2] for one in told] == ["empty", "shut_down", "unpriced", "deprecated"]


# Answered with nothing.


def test_what_its_list_says_is_0_is_empty_and_what_is_missing_is_not() -> None:
    assert found([row(context_tokens=None, throughput_tokens_per_s=None)]) == []
    [(_, _, reason, why)] = found([row(context_tokens=0, throughput_tokens_per_s=0.0)])
    assert reason == "empty"
    assert why == "its list says context_tokens 0; its list says throughput_tokens_per_s 0"


def test_a_model_that_writes_no_text_has_no_context_to_lack() -> None:
    assert found([row(context_tokens=0, output_modalities="image")]) == []
    assert len(found([row(context_tokens=0, output_modalities="image,text")])) == 1


def probed(instead: Mapping[str, object]) -> Run:
    """Run the ready persona with some paths answered 200 with a body of ours."""

    def other(request: httpx.Request) -> httpx.Response | None:
        body = instead.get(request.url.path)
        return None if body is None else answer(200, body)

    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
    key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
    return asyncio.run(probe_key(key, choices, transport=Between(instead=other)))


def of_view(readiness: Readiness, name: str) -> list[Any]:
    return list(readiness.rows(name))


def test_a_list_that_answers_200_with_nothing_in_it_leaves_the_covered_models_empty() -> None:
    told: list[PhantomRow] = of_view(judge_run(probed({"/v1/models": {"object": "list", "data": []}})), "phantoms")
    assert [(one.model, one.route, one.reason, one.covered) for one in told] == [(real.COVERED, "", "empty", True)]
    assert told[0].why == "/v1/models answered 200: the answer lacks what it should hold"


def test_a_question_about_one_model_that_answers_200_with_nothing_in_it_leaves_that_model_empty() -> None:
    told: list[PhantomRow] = of_view(judge_run(probed({f"/api/models/{real.COVERED}": {}})), "phantoms")
    assert [(one.model, one.reason) for one in told if one.reason == "empty"] == [(real.COVERED, "empty")]


def test_a_firewalls_page_with_status_200_is_not_an_answer_with_nothing_in_it(run_persona: RunPersona) -> None:
    run = run_persona("firewall")
    assert of_view(judge_run(run), "phantoms") == []
    pages = tuple(replace(one, status=200, outcome="unexpected") for one in run.answers)
    assert answered_empty(pages, run.plan.provider.asks, run.models) == {}


# As a view.


def test_the_sandbox_shows_phantoms_of_covered_models_first(run_persona: RunPersona) -> None:
    told: list[PhantomRow] = of_view(judge_run(run_persona("launch-ready")), "phantoms")
    assert [(one.route, one.reason) for one in told if one.covered] == [("featherless-ai", "unpriced")]
    assert [one.covered for one in told] == sorted((one.covered for one in told), reverse=True)
    assert ("meta-llama/Llama-3.3-70B-Instruct", "sambanova", "listed_only") in {
        (one.model, one.route, one.reason) for one in told
    }
    assert len(told) < len(run_persona("launch-ready").models) / 2


@pytest.mark.parametrize("view", ["phantoms", "model_counts", "inventory_changes"])
@pytest.mark.parametrize("persona", PERSONAS)
def test_a_view_has_the_same_dtypes_for_none_and_for_many(persona: str, view: str, run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona(persona))
    made = readiness.frame(view)
    assert len(made) == len(readiness.rows(view))
    empty = judge_run(replace(run_persona(persona), models=(), metrics=(), prices=(), answers=())).frame(view)
    assert list(made.dtypes) == list(empty.dtypes)
    assert not [name for name, dtype in made.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    closed = {"phantoms": "reason", "model_counts": "counted", "inventory_changes": "change"}[view]
    assert made[closed].notna().all()
    assert VIEWS[view].row.__name__.endswith("Row")


TIMES = st.none() | st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
ROWS = st.lists(
    st.builds(
        ModelRow,
        st.sampled_from(["a/b", "c/d", "{0}", "e\u202e"]),
        st.sampled_from(["", "novita", "{why}"]),
        covered=st.booleans() | st.none(),
        listed=st.booleans() | st.none(),
        standing=st.sampled_from([*Standing, None]),
        route_status=st.sampled_from(["live", "error", "{status}", None]),
        mapping_status=st.sampled_from(["live", "staging", None]),
        context_tokens=st.sampled_from([0, 1, None]),
        throughput_tokens_per_s=st.sampled_from([0.0, 1.0, None]),
        shutdown_at=TIMES,
        deprecated_at=TIMES,
    ),
    max_size=8,
)


@given(ROWS, st.frozensets(st.sampled_from(["a/b", "c/d", "gone"])))
def test_whatever_the_rows_say_a_phantom_has_one_row_per_model_route_and_reason(
    models: list[ModelRow], filed: frozenset[str]
) -> None:
    told = phantoms(models, {("a/b", "novita"): ruling()}, [price("c/d")], now=NOW, min_days_served=DAYS)
    keys = [(one.model, one.route, one.reason) for one in told]
    assert len(keys) == len(set(keys))
    assert {(one.model, one.route) for one in told} <= {(one.model, one.route) for one in models}
    assert all(one.why and one.reason in list(Phantom) for one in told)
    listed = {one.model for one in models if one.listed}
    changes = inventory_changes(models, filed, now=NOW, min_days_served=DAYS)
    for change in changes:
        assert (change.change == "gone") == (change.model not in listed and bool(listed))
        assert (change.change == "unread") == (not listed)
        assert (change.change == "new") == (change.model not in filed)
    counts = model_counts(models, [], [], filed)
    assert all(one.models >= 0 and one.differs is not True for one in counts if one.counted == "listed")


# Counts.


def counted(rows: tuple[ModelCountRow, ...]) -> dict[tuple[str, str], tuple[int, bool | None, str]]:
    return {(one.source, one.counted): (one.models, one.differs, one.why) for one in rows}


def test_counts_of_all_sources_stand_side_by_side_and_differences_are_flagged() -> None:
    models = [row(), row(route="nscale"), row("c/d", covered=False, route_status="error"),
              row("e/f", "", covered=False, listed=False)]  # fmt: skip
    metrics = [MetricRow.of("models_listed", 2, "models", "model_catalog"),
               MetricRow.of("models_public", 454, "models", "model_catalog"),
               MetricRow.of("usage_requests", 4, "requests", "usage_snapshot")]  # fmt: skip
    prices = [price("a/b"), price("c/d"), price("e/f"), price("a/b", source="genai-prices 1"),
              price("a/b", source="prices.csv (one)"), price("c/d", source="prices.csv (other)"),
              replace(price("x/y", source="list"), input_per_mtok=None, output_per_mtok=None)]  # fmt: skip
    told = counted(model_counts(models, metrics, prices, {"a/b"}))
    same, some = "as many as this run's list holds", "asked about covered models only"
    assert told == {
        ("models_listed (model_catalog)", "listed"): (2, False, same),
        ("models_public (model_catalog)", "listed"): (454, True, "452 more than this run's list holds"),
        ("models", "listed"): (2, False, same),
        ("models", "named"): (3, True, "1 more than this run's list holds"),
        ("models", "live"): (1, True, "1 fewer than this run's list holds"),
        ("models", "confirmed"): (0, None, some),
        ("list", "priced"): (3, True, "1 more than this run's list holds"),
        ("genai-prices 1", "priced"): (1, None, some),
        ("prices.csv", "priced"): (2, None, some),
        ("inventory.csv", "filed"): (1, None, "chosen by people"),
    }


def test_without_a_list_there_is_no_number_to_differ_from() -> None:
    told = model_counts(
        [ModelRow("a/b", "", covered=True)], [MetricRow.of("models_public", 9, "models", "x")], [], set()
    )
    assert [(one.models, one.differs) for one in told] == [(9, None)]


def test_the_sandbox_counts_what_it_lists(run_persona: RunPersona) -> None:
    told = counted(tuple(of_view(judge_run(run_persona("launch-ready")), "model_counts")))
    listed = len({one.model for one in run_persona("launch-ready").models})
    assert told["models", "listed"][0] == told["models_listed (model_catalog)", "listed"][0] == listed
    assert told["router.huggingface.co/v1/models", "priced"] == (12, False, "as many as this run's list holds")


# Against the launch folder.


def changes(models: list[ModelRow], *filed: str) -> list[tuple[str, InventoryChange, str | None, str | None, str]]:
    told = inventory_changes(models, set(filed), now=NOW, min_days_served=DAYS)
    return [(one.model, InventoryChange(one.change), one.before, one.after, one.why) for one in told]


def test_a_filed_model_is_gone_only_where_a_list_that_was_read_lacks_it() -> None:
    assert changes([row()], "a/b", "x/y") == [
        ("x/y", InventoryChange.GONE, "filed", None, "it is filed, and the list of 1 models lacks it")
    ]
    unread = ModelRow("a/b", "", covered=True)
    assert [(model, change) for model, change, *_ in changes([unread], "a/b", "x/y")] == [
        ("a/b", InventoryChange.UNREAD), ("x/y", InventoryChange.UNREAD),
    ]  # fmt: skip


def test_a_filed_model_of_which_no_route_can_be_relied_on_is_changed() -> None:
    going = NOW + timedelta(days=9)
    assert [c[1:] for c in changes([row(route_status="error")], "a/b")] == [
        (InventoryChange.CHANGED, "filed", "listed", "it is filed and listed, and no route of it is live")
    ]
    assert [c[4] for c in changes([row(shutdown_at=going)], "a/b")] == ["it is shut down on 2026-12-04, within 90 days"]
    assert changes([row(shutdown_at=going), row(route="nscale")], "a/b") == []


def test_only_covered_models_are_new_because_an_inventory_is_a_choice() -> None:
    models = [row(), row("c/d"), *(row(f"m/{n}", covered=False) for n in range(400))]
    assert [(model, change) for model, change, *_ in changes(models, "a/b")] == [("c/d", InventoryChange.NEW)]


def test_the_view_compares_with_the_lines_of_this_credential_alone(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    lines = (
        Credential(run.key_name, "huggingface", "o", frozenset({real.COVERED, "x/gone"})),
        Credential("OTHER", "huggingface", "o", frozenset({"x/other"})),
        Credential(run.key_name, "openai", "o", frozenset({"x/elsewhere"})),
    )
    told: list[ModelChangeRow] = of_view(judge_run(run, Launch(inventory=lines)), "inventory_changes")
    assert [(one.model, one.change) for one in told] == [("x/gone", "gone")]


# Against another run.


@pytest.fixture(scope="module")
def export(run_persona: RunPersona) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(judge_run(run_persona("launch-ready")).to_json()))
    return made


def test_a_run_compared_with_itself_has_no_changed_models(export: dict[str, Any]) -> None:
    assert export_changes(export, copy.deepcopy(export)) == ()


def test_models_of_two_runs_are_gone_new_and_changed(export: dict[str, Any]) -> None:
    later = copy.deepcopy(export)
    gone, new = "Qwen/Qwen3-32B", "openai/gpt-oss-20b"
    later["models"] = [one for one in later["models"] if one["model"] != gone]
    export = {**export, "models": [one for one in export["models"] if one["model"] != new]}
    smollm = next(one for one in later["models"] if one["model"] == "HuggingFaceTB/SmolLM3-3B")
    smollm["shutdown_at"] = "2026-12-31T00:00:00+00:00"
    told = {(one.model, one.route, one.aspect, one.change): one for one in export_changes(export, later)}
    assert set(told) == {
        (gone, "", "", "gone"), (new, "", "", "new"),
        ("HuggingFaceTB/SmolLM3-3B", "hf-inference", "shutdown_at", "changed"),
    }  # fmt: skip
    ends = told["HuggingFaceTB/SmolLM3-3B", "hf-inference", "shutdown_at", "changed"]
    assert (ends.before, ends.after, ends.why) == (None, smollm["shutdown_at"], "its shutdown_at changed")


def test_nothing_is_gone_where_one_of_the_runs_read_no_list(export: dict[str, Any]) -> None:
    unread = [{**one, "listed": None} for one in export["models"] if one["covered"]]
    [change] = export_changes(export, {**copy.deepcopy(export), "models": unread})
    assert (change.model, change.change, change.after) == ("", "unread", None)
    [change] = export_changes({**copy.deepcopy(export), "models": unread}, export)
    assert (change.model, change.change, change.before) == ("", "unread", None)


def test_what_is_no_export_is_the_callers_mistake(export: dict[str, Any]) -> None:
    with pytest.raises(CallerError, match="is no exported run"):
        export_changes({}, export)


# What the judge makes of it.


def standing_of(run: Run, standing: Standing, models: tuple[str, ...]) -> Run:
    rows = tuple(replace(one, standing=standing) if one.model in models else one for one in run.models)
    return replace(run, models=rows)


def permission(run: Run) -> tuple[str, str]:
    [found_] = [one for one in judge_run(run).capabilities if one.capability == "model_permission_matrix"]
    return found_.state, found_.why


def test_permissions_are_proved_only_where_every_covered_model_was_confirmed(run_persona: RunPersona) -> None:
    two = ("meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-32B")
    run = run_persona("launch-ready", models=two)
    assert permission(run)[0] == "partial"
    state, why = permission(standing_of(run, CONFIRMED, two[:1]))
    assert (state, why.endswith("not confirmed by itself: Qwen/Qwen3-32B")) == ("partial", True)
    assert permission(standing_of(run, CONFIRMED, two))[0] == "proved"


@pytest.mark.parametrize(
    ("persona", "state"), [("no-inference-scope", "denied"), ("hub-throttled", "unknown"), ("revoked", "unknown")]
)
def test_confirmed_models_prove_nothing_without_the_scope(persona: str, state: str, run_persona: RunPersona) -> None:
    run = run_persona(persona)
    assert permission(standing_of(run, CONFIRMED, run.plan.models))[0] == state


def test_a_covered_model_that_the_list_lacks_is_told_in_the_permissions(run_persona: RunPersona) -> None:
    state, why = permission(run_persona("model-gone"))
    assert (state, why.startswith("not in the list of")) == ("partial", True)


def inventory_gate(run: Run, all_done: AllDone, **ends: datetime | None) -> tuple[Answer, str, str, bool | None]:
    """Judge the run with shutdown dates by route; a route that is not named has none."""
    rows = tuple(
        replace(one, shutdown_at=ends.get(one.route.replace("-", "_"))) if one.covered else one for one in run.models
    )
    readiness = judge_run(replace(run, models=rows), all_done(run), Policy())
    gate = readiness.gates[1]
    return gate.may, gate.why if gate.may is not Answer.YES else gate.may_why, gate.opens, readiness.ready


def test_a_model_listed_after_its_shutdown_leaves_the_inventory_unknown(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    past = run.stamp.observed_at - timedelta(days=3)
    may, why, opens, ready = inventory_gate(run, all_done, novita=past, nscale=past, featherless_ai=past)
    assert (may, ready) == (Answer.UNKNOWN, None)
    assert why == f"{real.COVERED}: it was to be shut down on {past:%Y-%m-%d} and is still listed"
    assert opens == "choose another model, or have the provider confirm that it still serves this one"


def test_a_model_that_is_soon_shut_down_passes_and_the_why_says_so(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    soon = run.stamp.observed_at + timedelta(days=30)
    may, why, _, ready = inventory_gate(run, all_done, novita=soon, nscale=soon, featherless_ai=soon)
    assert (may, ready) == (Answer.YES, True)
    assert why.endswith(f"{real.COVERED}: it is shut down on {soon:%Y-%m-%d}, within 90 days")


def test_one_live_route_that_stays_is_enough(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    past = run.stamp.observed_at - timedelta(days=3)
    before = inventory_gate(run, all_done)
    assert inventory_gate(run, all_done, novita=past, nscale=past) == before
    late = run.stamp.observed_at + timedelta(days=900)
    assert inventory_gate(run, all_done, novita=past, nscale=past, featherless_ai=late) == before
    assert "shut down" not in before[1]


def test_a_route_that_is_down_keeps_no_model(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    past = run.stamp.observed_at - timedelta(days=3)
    rows = tuple(replace(row, route_status="error") if row.route == "novita" else row for row in run.models)
    assert inventory_gate(replace(run, models=rows), all_done, nscale=past, featherless_ai=past)[0] is Answer.UNKNOWN


def test_what_becomes_of_a_model_that_is_not_covered_keeps_nothing_shut(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    past = run.stamp.observed_at - timedelta(days=3)
    rows = tuple(row if row.covered else replace(row, shutdown_at=past) for row in run.models)
    assert judge_run(replace(run, models=rows), all_done(run)).ready is True
