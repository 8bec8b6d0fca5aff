"""The table of personas: what the provider says of each key, and what that comes to."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from conftest import PERSONAS, AllDone, RunPersona

from testkey_nb.judge import Readiness, judge_run, of_dimension
from testkey_nb.launch import Launch
from testkey_nb.outcome import Axis, Verdict

Y, N, U = "yes", "no", "unknown"
ACTIONS = ("add_provider_config", "import_inventory", "fill_pricing", "set_route", "add_monitoring")


class Line(NamedTuple):
    """A persona's line of the table."""

    auth: str
    funds: str
    scope: str
    ready: bool | None
    action: str
    gate: str
    region: str = Y
    models: str = Y
    quota: str = Y
    mays: str = "yyyyy"  # the first halves of the five gates


CONFIG, REVIEW = "add_provider_config", "human_review"
TABLE = {
    "launch-ready": Line(Y, Y, Y, ready=False, action=CONFIG, gate="identification"),
    "global-scope": Line(Y, Y, Y, ready=False, action=CONFIG, gate="identification"),
    "no-billing-scope": Line(Y, Y, Y, ready=False, action=CONFIG, gate="identification"),
    "no-inference-scope": Line(Y, Y, N, ready=False, action=REVIEW, gate="inventory", mays="ynyyy"),
    "classic-write": Line(Y, Y, Y, ready=False, action=REVIEW, gate="launch", mays="yyyyn"),
    "oauth": Line(Y, Y, Y, ready=False, action=REVIEW, gate="launch", mays="yyyyn"),
    "prepaid-unread": Line(Y, U, Y, ready=None, action=REVIEW, gate="launch", quota=U, mays="yyyyu"),
    "revoked": Line(N, U, U, ready=False, action=REVIEW, gate="identification", region=U, quota=U, mays="nuyuu"),
    "hub-throttled": Line(U, U, U, ready=None, action=REVIEW, gate="identification", region=U, quota=U, mays="uuyuu"),
    "broke": Line(Y, N, Y, ready=False, action=REVIEW, gate="launch", quota=N, mays="yyyyn"),
    "org-blocked": Line(Y, Y, Y, ready=False, action=REVIEW, gate="routing", region=N, mays="yyyny"),
    "model-gone": Line(Y, Y, Y, ready=False, action=REVIEW, gate="inventory", models=N, mays="ynnny"),
    "unpriced": Line(Y, Y, Y, ready=False, action=CONFIG, gate="identification", mays="yynyy"),
    "routes-down": Line(Y, Y, Y, ready=False, action=REVIEW, gate="pricing", mays="yynny"),
    "firewall": Line(
        U, U, U, ready=None, action=REVIEW, gate="identification", region=U, models=U, quota=U, mays="uuuuu"
    ),
    "wrong-host": Line(
        U, U, U, ready=False, action=REVIEW, gate="identification", region=U, models=U, quota=U, mays="nuuuu"
    ),
}


def answers(readiness: Readiness) -> dict[str, str]:
    return {axis.value: finding.answer.value for axis, finding in readiness.passport.items()}


def test_the_table_has_every_persona() -> None:
    assert set(TABLE) == set(PERSONAS)


@pytest.mark.parametrize("persona", TABLE)
def test_what_a_personas_key_comes_to(persona: str, run_persona: RunPersona) -> None:
    line, readiness = TABLE[persona], judge_run(run_persona(persona))
    expected = {name: getattr(line, name) for name in ("auth", "funds", "quota", "scope", "region", "models")}
    assert answers(readiness) == expected
    assert (readiness.ready, readiness.action.id, readiness.action.gate) == (line.ready, line.action, line.gate)
    assert readiness.stage is None


@pytest.mark.parametrize("persona", TABLE)
def test_what_its_gates_allow(persona: str, run_persona: RunPersona) -> None:
    gates = judge_run(run_persona(persona)).gates
    assert "".join(gate.may.value[0] for gate in gates) == TABLE[persona].mays
    assert {gate.done.value for gate in gates} == {N}


@pytest.mark.parametrize("persona", TABLE)
def test_the_why_and_the_smallest_thing_that_would_open_the_gate_are_said(
    persona: str, run_persona: RunPersona
) -> None:
    readiness = judge_run(run_persona(persona))
    assert len(readiness.action.why) > 15
    assert len(readiness.action.opens) > 15
    assert all(finding.opens for finding in readiness.passport.values() if finding.answer.value != Y)


@pytest.mark.parametrize(
    ("persona", "word"),
    [
        ("no-inference-scope", "inference.serverless.write"),
        ("classic-write", "over-privileged"),
        ("oauth", "expires"),
        ("prepaid-unread", "prepaid"),
        ("revoked", "Invalid credentials"),
        ("hub-throttled", "429"),
        ("broke", "all of 0.10 USD are used"),
        ("org-blocked", "IP address"),
        ("model-gone", "meta-llama/Llama-3.1-8B-Instruct"),
        ("routes-down", "no live route"),
        ("firewall", "page"),
        ("wrong-host", "LiteLLM"),
    ],
)
def test_a_review_says_what_is_wrong(persona: str, word: str, run_persona: RunPersona) -> None:
    assert word in judge_run(run_persona(persona)).action.why


def test_a_route_status_says_that_it_can_be_old(run_persona: RunPersona) -> None:
    assert "six hours" in judge_run(run_persona("routes-down")).action.why


@pytest.mark.parametrize("persona", [name for name, line in TABLE.items() if line.action == CONFIG])
def test_with_the_five_artefacts_a_key_that_may_is_ready(
    persona: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona(persona)
    readiness = judge_run(run, all_done(run))
    if persona == "unpriced":
        assert (readiness.ready, readiness.action.id, readiness.stage) == (False, "fill_pricing", "inventory")
        assert readiness.outstanding == ()
    else:
        assert (readiness.ready, readiness.action.id, readiness.stage) == (True, None, "launch")
        assert readiness.action.why == "nothing is outstanding"
        assert readiness.outstanding == ()


@pytest.mark.parametrize("persona", [name for name, line in TABLE.items() if line.action == REVIEW])
def test_no_launch_folder_makes_a_key_ready_that_may_not(
    persona: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run, line = run_persona(persona), TABLE[persona]
    readiness = judge_run(run, all_done(run))
    assert (readiness.ready, readiness.action.id, readiness.action.gate) == (line.ready, REVIEW, line.gate)


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_personas_identity_is_what_answers_in_process(persona: str, run_persona: RunPersona) -> None:
    run = run_persona(persona)
    expected = (Verdict.RELAY, "litellm") if persona == "wrong-host" else (Verdict.VOUCHED, "huggingface")
    assert (run.identity.verdict, run.identity.provider) == expected
    assert run.sandbox


@pytest.mark.parametrize("persona", ["launch-ready", "unpriced"])
def test_the_actions_follow_the_gates_as_they_are_done(
    persona: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona(persona)
    whole, folder, named = all_done(run), Launch(), []
    for part in ("hosts", "inventory", "prices", "routed", "watched"):
        named.append(judge_run(run, folder).action.id)
        folder = replace(folder, **{part: getattr(whole, part)})
    if persona == "unpriced":
        assert named == [*ACTIONS[:3], "fill_pricing", "fill_pricing"]
    else:
        assert named == list(ACTIONS)


@pytest.mark.parametrize(
    ("persona", "dimension", "ready", "action"),
    [
        ("classic-write", "onboarding-readiness", False, CONFIG),
        ("classic-write", "inventory-fit", False, CONFIG),
        ("broke", "inventory-fit", False, CONFIG),
        ("prepaid-unread", "inventory-fit", False, CONFIG),
        ("no-inference-scope", "onboarding-readiness", False, CONFIG),
        ("no-inference-scope", "inventory-fit", False, REVIEW),
        ("model-gone", "inventory-fit", False, REVIEW),
        ("org-blocked", "inventory-fit", False, CONFIG),
        ("revoked", "onboarding-readiness", False, REVIEW),
        ("firewall", "onboarding-readiness", None, REVIEW),
        ("unpriced", "onboarding-readiness", False, CONFIG),
    ],
)
def test_a_dimension_asks_for_its_gates_only(
    persona: str,
    dimension: str,
    ready: bool | None,  # noqa: FBT001 - a column of the table
    action: str,
    run_persona: RunPersona,
) -> None:
    readiness = judge_run(run_persona(persona), policy=of_dimension(dimension))
    assert (readiness.ready, readiness.action.id) == (ready, action)


def test_axes_are_six_in_order(run_persona: RunPersona) -> None:
    assert list(judge_run(run_persona("launch-ready")).passport) == list(Axis)
