"""How far each of the ten capabilities is answered: proved, (in p)art, denied, not offered (-) or unknown."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from changes import CHANGED, LIMIT, axes, metric
from conftest import RunPersona

from testkey_nb.judge import judge_run
from testkey_nb.outcome import Outcome
from testkey_nb.probe import Run
from testkey_nb.rows import LimitRow, MetricRow

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


LIMITS = (
    ((LIMIT,), "proved"),
    ((replace(LIMIT, scope="tokens"),), "proved"),
    ((replace(LIMIT, scope="input tokens"),), "proved"),
    ((replace(LIMIT, scope="output tokens"),), "proved"),
    ((replace(LIMIT, scope="images"),), "partial"),
    ((replace(LIMIT, scope=""),), "partial"),
    ((replace(LIMIT, quota=None),), "partial"),
    ((replace(LIMIT, quota=0),), "proved"),
    ((replace(LIMIT, keyed=False),), "partial"),
    ((replace(LIMIT, service="huggingface.co"),), "partial"),
    ((), "unknown"),
)


@pytest.mark.parametrize(("limits", "state"), LIMITS)
def test_a_rate_that_this_key_was_told_of_proves_the_limits(
    limits: tuple[LimitRow, ...], state: str, run_persona: RunPersona
) -> None:
    run = replace(run_persona("launch-ready"), limits=limits)
    assert capability(run, "limit_matrix") == state
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
