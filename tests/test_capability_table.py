"""How far each of the ten capabilities is answered: proved, (in p)art, denied, not offered (-) or unknown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import real_bodies as real
from changes import CHANGED, LIMIT, axes, metric, samples, uncatalogued
from conftest import RunPersona

from testkey_nb.judge import Policy, change, judge_run
from testkey_nb.outcome import Outcome, Standing
from testkey_nb.probe import Run
from testkey_nb.rows import CapabilityRow, LimitRow, MetricRow

# In their order: identity of the provider and of the key, models, permissions, money; limits, prices, region and route,
# monitoring, actions.

CAPABLE = {
    "nothing": "ipippippup",
    "identity genuine": "ppippippup",
    "identity unknown": "upippippup",
    "identity relay": "upuppiupup",
    "identity contradicted": "upuppiupup",
    "auth no": "iuuuiipiui",
    "auth unknown": "iuuuiipiui",
    "funds no": "ipippippup",
    "funds unknown": "ipipiippup",
    "quota unknown": "ipippippup",
    "scope no": "ipdppippup",
    "scope unknown": "ipuppippup",
    "region no": "ipippipdup",
    "model not in the list": "ipippiiiup",
    "no list": "ipuppiuuup",
    "routes down": "ipippiiiup",
    "no price": "ipippiipup",
    "prices disputed": "ipippiipup",
    "prices stale": "ipippiipup",
    "a limit": "ipipppppup",
    "another service's limit": "ipippippup",
    "two of five samples down": "ipippipppp",
}  # fmt: skip
STATE = {"p": "proved", "i": "partial", "d": "denied", "-": "not_offered", "u": "unknown"}


@pytest.mark.parametrize("changed", CAPABLE)
def test_what_is_changed_decides_how_far_each_of_the_ten_is_answered(changed: str, run_persona: RunPersona) -> None:
    rows = judge_run(CHANGED[changed](run_persona("launch-ready"))).capabilities
    assert [row.state.value for row in rows] == [STATE[letter] for letter in CAPABLE[changed]]  # type: ignore[attr-defined]


def capability(run: Run, name: str) -> str:
    return next(str(row.state) for row in judge_run(run).capabilities if row.capability == name)


READ, NO_AMOUNT, NOT_OURS = "were read", "none tells how many", "those of router.huggingface.co are not published"
LIMITS = (
    ((LIMIT,), "proved", READ),
    ((replace(LIMIT, scope="tokens"),), "proved", READ),
    ((replace(LIMIT, scope="input tokens"),), "proved", READ),
    ((replace(LIMIT, scope="output tokens"),), "proved", READ),
    ((replace(LIMIT, scope="images"),), "partial", NO_AMOUNT),
    ((replace(LIMIT, scope=""),), "partial", NO_AMOUNT),
    ((replace(LIMIT, quota=None),), "partial", NO_AMOUNT),
    ((replace(LIMIT, quota=0),), "proved", READ),
    ((replace(LIMIT, keyed=False),), "partial", NO_AMOUNT),
    ((replace(LIMIT, service="huggingface.co"),), "partial", NOT_OURS),
    ((replace(LIMIT, service="huggingface.co"), replace(LIMIT, quota=None)), "partial", NO_AMOUNT),
    (
        (replace(LIMIT, service="huggingface.co"), LIMIT),
        "proved",
        "limits of huggingface.co, router.huggingface.co were",
    ),
    ((), "unknown", "no answer told a limit"),
)


@pytest.mark.parametrize(("limits", "state", "why"), LIMITS)
def test_a_rate_that_this_key_was_told_of_proves_the_limits(
    limits: tuple[LimitRow, ...], state: str, why: str, run_persona: RunPersona
) -> None:
    run = replace(run_persona("launch-ready"), limits=limits)
    assert capability(run, "limit_matrix") == state
    assert why in found(run, "limit_matrix").why
    provider = replace(run.plan.provider, offers=frozenset())
    silent = replace(run, plan=replace(run.plan, provider=provider))
    assert capability(silent, "limit_matrix") == (state if state == "proved" else "not_offered")


def money(run: Run, name: str, value: float | None) -> Run:
    kept = tuple(r for r in run.metrics if not r.metric.startswith(("balance_", "usage_", "key_limit")))
    return replace(run, metrics=(*kept, MetricRow.of(name, value, "USD", "balance_snapshot")))


def forbidden(run: Run, ask: str) -> Run:
    row = next(row for row in run.answers if row.keyed)
    return replace(run, answers=(*run.answers, replace(row, ask=ask, outcome=Outcome.FORBIDDEN)))


MONEY: tuple[tuple[Callable[[Run], Run], str], ...] = (
    (lambda run: money(axes(run), "balance_available", 1.0), "proved"),
    (lambda run: money(axes(run), "balance_available", 0.0), "proved"),
    (lambda run: money(axes(run), "usage_used", 1.0), "proved"),
    (lambda run: money(axes(run), "key_limit", 1.0), "proved"),
    (lambda run: money(axes(run, funds="n"), "balance_available", 0.0), "proved"),
    (lambda run: money(axes(run, funds="u"), "balance_available", 1.0), "partial"),
    (lambda run: money(axes(run), "balance_available", None), "partial"),
    (lambda run: money(axes(run), "other", 1.0), "partial"),
    (lambda run: money(axes(run, funds="u"), "other", 1.0), "unknown"),
    (lambda run: forbidden(money(axes(run, funds="u"), "other", 1.0), "usage_snapshot"), "denied"),
    (lambda run: forbidden(money(axes(run, funds="u"), "other", 1.0), "balance_snapshot"), "denied"),
    (lambda run: forbidden(money(axes(run, funds="u"), "other", 1.0), "current_key"), "unknown"),
)


@pytest.mark.parametrize(("changed", "state"), MONEY)
def test_amounts_and_the_means_to_pay_together_prove_the_balance(
    changed: Callable[[Run], Run], state: str, run_persona: RunPersona
) -> None:
    assert capability(changed(run_persona("launch-ready")), "balance_and_quota") == state


def test_owner_and_type_prove_whose_a_key_is_and_permissions_what_it_may(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    for left_out, state in (("owner_id", "partial"), ("token_type", "partial"), ("organization_id", "proved")):
        assert capability(metric(run, left_out), "key_identity") == state
    assert capability(metric(run, "token_scopes"), "capability_matrix") == "partial"
    assert capability(metric(metric(run, "token_scopes"), "token_role"), "capability_matrix") == "unknown"


# A listing is not a permission: what the key was told of a model by itself is.

FIRST, SECOND = real.COVERED, "openai/gpt-oss-20b"
CONFIRMED, LISTED, NOT_KNOWN = Standing.CONFIRMED, Standing.LISTED, Standing.UNKNOWN
STANDINGS = (
    (CONFIRMED, CONFIRMED, "proved", "every covered model by itself"),
    (CONFIRMED, LISTED, "partial", f"not confirmed by itself: {SECOND}"),
    (LISTED, CONFIRMED, "partial", f"not confirmed by itself: {FIRST}"),
    (LISTED, LISTED, "partial", "a listing is not a permission"),
    (NOT_KNOWN, NOT_KNOWN, "partial", "a listing is not a permission"),
)


def standing(run: Run, first: Standing, second: Standing) -> Run:
    stands = {FIRST: first, SECOND: second}
    return replace(run, models=tuple(replace(r, standing=stands.get(r.model, r.standing)) for r in run.models))


def found(run: Run, name: str, **policy: object) -> CapabilityRow:
    rows = judge_run(run, policy=change(Policy(), policy)).capabilities
    return next(row for row in rows if row.capability == name)


@pytest.mark.parametrize(("first", "second", "state", "why"), STANDINGS)
def test_what_the_key_was_told_of_each_model_by_itself_proves_the_permissions(
    first: Standing, second: Standing, state: str, why: str, run_persona: RunPersona
) -> None:
    run = standing(axes(run_persona("launch-ready", models=(FIRST, SECOND))), first, second)
    row = found(run, "model_permission_matrix")
    assert (row.state, row.asks) == (state, "current_key, model_catalog")
    assert why in row.why
    for scope, otherwise in (("n", "denied"), ("u", "unknown")):
        shut = found(axes(run, scope=scope), "model_permission_matrix")
        assert (shut.state, shut.why, shut.asks) == (otherwise, "because", "current_key")


def test_of_models_that_are_not_listed_the_permissions_are_as_good_as_the_list(run_persona: RunPersona) -> None:
    run = axes(run_persona("launch-ready", models=(FIRST, SECOND)))
    assert found(replace(run, models=()), "model_permission_matrix").state == "unknown"
    lacking = replace(run, models=tuple(row for row in run.models if row.model != SECOND))
    row = found(standing(lacking, CONFIRMED, CONFIRMED), "model_permission_matrix")
    assert row.state == "partial"
    assert "listed, and not confirmed" not in row.why


# Of two models the worse decides.


def second(run: Run, **facts: Any) -> Run:  # noqa: ANN401 - fields of ModelRow
    return replace(run, models=tuple(replace(row, **facts) if row.model == SECOND else row for row in run.models))


def unpriced(run: Run, *of: str) -> Run:
    return uncatalogued(run, prices=tuple(row for row in run.prices if row.model not in of))


OF_TWO: tuple[tuple[Callable[[Run], Run], str, str, str], ...] = (
    (lambda run: run, "price_book", "proved", "every covered model has a price"),
    (lambda run: unpriced(run, SECOND), "price_book", "partial", f"no price that stands on a live route for {SECOND}"),
    (lambda run: unpriced(run, FIRST), "price_book", "partial", f"no price that stands on a live route for {FIRST}"),
    (lambda run: unpriced(run, FIRST, SECOND), "price_book", "partial", f"live route for {FIRST}, {SECOND}"),
    (lambda run: second(run, route_status="error"), "price_book", "partial", f"live route for {SECOND}"),
    (lambda run: replace(run, models=()), "price_book", "unknown", "no model list, so no routes to price"),
    (lambda run: run, "region_and_route", "proved", "answered from here"),
    (lambda run: second(run, route_status="error"), "region_and_route", "partial", "no live route"),
    (lambda run: axes(second(run, route_status="error"), region="n"), "region_and_route", "denied", "because"),
    (lambda run: axes(run, region="n"), "region_and_route", "denied", "because"),
    (lambda run: axes(run, auth="u"), "region_and_route", "partial", "live routes are known; "),
    (lambda run: replace(axes(run, auth="u"), models=()), "region_and_route", "unknown", "no answer to the key tells"),
)


@pytest.mark.parametrize(("changed", "name", "state", "why"), OF_TWO)
def test_prices_and_routes_are_as_good_as_those_of_the_worse_of_two_models(
    changed: Callable[[Run], Run], name: str, state: str, why: str, run_persona: RunPersona
) -> None:
    row = found(changed(axes(run_persona("launch-ready", models=(FIRST, SECOND)))), name)
    assert row.state == state
    assert why in row.why


# Watching is proved by as many samples as it takes to see a host fail, of which one was answered.

OK, DOWN, WAIT, NO = Outcome.OK, Outcome.UNAVAILABLE, Outcome.RATE_LIMITED, Outcome.DENIED
WATCHED: tuple[tuple[tuple[Outcome, ...], dict[str, object], str, str], ...] = (
    ((), {}, "unknown", "no samples were taken; probe with --samples"),
    ((OK,), {}, "partial", "0 failed; it takes 3 to see"),
    ((OK, OK), {}, "partial", "0 failed; it takes 3 to see"),
    ((OK, OK, OK), {}, "proved", "samples taken: 3 (model_catalog) over "),
    ((OK, OK, WAIT), {}, "partial", "samples taken: 2"),
    ((OK, OK, WAIT, OK), {}, "proved", "samples taken: 3"),
    ((OK, DOWN, DOWN), {}, "proved", "2 failed"),
    ((DOWN, DOWN, DOWN), {}, "partial", "3 failed; none was answered as it should be"),
    ((NO, NO, NO), {}, "partial", "0 failed; none was answered as it should be"),
    ((OK, OK), {"unstable_failures": 2}, "proved", "samples taken: 2"),
    ((OK,), {"unstable_failures": 1}, "partial", "it takes 2 to see"),
    ((OK,), {"unstable_failures": 0}, "partial", "it takes 2 to see"),
    ((OK, OK, OK), {"min_samples": 4}, "partial", "it takes 4 to see"),
    ((OK, OK, OK), {"unstable_failures": 4}, "partial", "it takes 4 to see"),
)


@pytest.mark.parametrize(("outcomes", "policy", "state", "why"), WATCHED)
def test_what_samples_prove_of_watching(
    outcomes: tuple[Outcome, ...], policy: dict[str, object], state: str, why: str, run_persona: RunPersona
) -> None:
    row = found(samples(run_persona("launch-ready"), *outcomes), "continuous_monitoring", **policy)
    assert (row.state, row.asks) == (state, "model_catalog" if outcomes else "")
    assert why in row.why


def test_samples_are_told_with_the_time_they_span_and_those_not_sent_do_not_count(run_persona: RunPersona) -> None:
    run = samples(run_persona("launch-ready"), OK, OK, OK)
    first = next(row for row in run.answers if row.sample == 1)
    assert first.asked_at
    times = {1: first.asked_at, 2: first.asked_at + timedelta(seconds=90), 3: None}
    spread = replace(run, answers=tuple(replace(r, asked_at=times.get(r.sample, r.asked_at)) for r in run.answers))
    assert "over 90.0 s" in found(spread, "continuous_monitoring").why
    timeless = replace(run, answers=tuple(replace(row, asked_at=None) for row in run.answers))
    assert "over 0.0 s" in found(timeless, "continuous_monitoring").why
    unsent = replace(run, answers=tuple(replace(row, request=None) for row in run.answers))
    assert found(unsent, "continuous_monitoring").state == "unknown"


# Which asks an answer rests on.

ASKS = {
    "nothing": ["", "current_key", "current_key, model_catalog", "current_key", "usage_snapshot", "limit_snapshot",
                "model_catalog", "model_catalog", "", "current_key"],
    "auth no": ["", "current_key", "current_key", "current_key", "usage_snapshot", "limit_snapshot",
                "model_catalog", "model_catalog", "", "current_key"],
    "region no": ["", "current_key", "current_key, model_catalog", "current_key", "usage_snapshot", "limit_snapshot",
                  "model_catalog", "current_key", "", "current_key"],
}  # fmt: skip


@pytest.mark.parametrize("changed", ASKS)
def test_every_capability_names_the_asks_it_rests_on(changed: str, run_persona: RunPersona) -> None:
    rows = judge_run(CHANGED[changed](run_persona("launch-ready"))).capabilities
    assert [row.asks for row in rows] == ASKS[changed]
