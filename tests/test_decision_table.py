"""The decision table in full: one thing changed in a run that may launch, and all that follows from it.

Every line is written out by hand from the rules, so that no rule can change without a line that no longer holds.
Letters stand for the five gates in their order: identification, inventory, pricing, routing, launch.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import real_bodies as real
from changes import CHANGED, LIMIT, WHY, axes, identity, metric, models, uncatalogued, witnesses
from conftest import KEY_NAME, AllDone, RunPersona

from testkey_nb.judge import Policy, Readiness, change, judge_run, of_dimension
from testkey_nb.launch import Credential, Launch
from testkey_nb.outcome import SAYS, Answer, Axis, Outcome, Verdict
from testkey_nb.probe import Run
from testkey_nb.rows import EvidenceRow, LimitRow
from testkey_nb.spec import Region


class Line(NamedTuple):
    """What is changed and done, and what follows."""

    changed: str
    done: str  # by the folder
    may: str
    ready: str
    stage: str
    action: str
    gate: str
    outstanding: str = ""  # first letters of the actions: config, inventory, pricing, route, monitoring


CONFIG, INVENTORY, PRICING = "add_provider_config", "import_inventory", "fill_pricing"
ROUTE, MONITORING, REVIEW = "set_route", "add_monitoring", "human_review"
SHORT = {CONFIG: "c", INVENTORY: "i", PRICING: "p", ROUTE: "r", MONITORING: "m"}
ALL = "yyyyy"


def line(text: str, action: str = "", gate: str = "", outstanding: str = "") -> Line:
    changed, done, may, ready, stage = (part.strip() for part in text.split("|"))
    return Line(changed, done, may, ready, stage, action, gate, outstanding)


TABLE = (
    # What is done already decides only where everything may.
    line("nothing | yyyyy | yyyyy | true  | launch"),
    line("nothing | nnnnn | yyyyy | false |                ", CONFIG, "identification", "iprm"),
    line("nothing | ynnnn | yyyyy | false | identification ", INVENTORY, "inventory", "prm"),
    line("nothing | yynnn | yyyyy | false | inventory      ", PRICING, "pricing", "rm"),
    line("nothing | yyynn | yyyyy | false | pricing        ", ROUTE, "routing", "m"),
    line("nothing | yyyyn | yyyyy | false | routing        ", MONITORING, "launch"),
    line("nothing | nyyyy | yyyyy | false |                ", CONFIG, "identification"),
    line("nothing | ynyyy | yyyyy | false | identification ", INVENTORY, "inventory"),
    line("nothing | yynyy | yyyyy | false | inventory      ", PRICING, "pricing"),
    line("nothing | yyyny | yyyyy | false | pricing        ", ROUTE, "routing"),
    line("nothing | nynyn | yyyyy | false |                ", CONFIG, "identification", "pm"),
    # Identification: genuine or vouched, and the key is accepted.
    line("identity genuine      | yyyyy | yyyyy | true  | launch"),
    line("identity relay        | yyyyy | nuuyy | false | ", REVIEW, "identification"),
    line("identity contradicted | yyyyy | nuuyy | false | ", REVIEW, "identification"),
    line("identity unknown      | yyyyy | uyyyy | null  | ", REVIEW, "identification"),
    line("auth no               | yyyyy | nuyuu | false | ", REVIEW, "identification"),
    line("auth unknown          | yyyyy | uuyuu | null  | ", REVIEW, "identification"),
    line("auth unknown          | nnnnn | uuyuu | null  | ", REVIEW, "identification", "ciprm"),
    # Of several witnesses those that do not know are passed over, and those that contradict each other leave it open.
    line("auth contradicted        | yyyyy | uuyuu | null  | ", REVIEW, "identification"),
    line("auth yes, once not known | yyyyy | yyyyy | true  | launch"),
    line("auth no, once not known  | yyyyy | nuyuu | false | ", REVIEW, "identification"),
    line("funds contradicted       | yyyyy | yyyyu | null  | routing", REVIEW, "launch"),
    line("quota no, once not known | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    # Inventory: it may call inference, and every covered model is listed and not past its end.
    line("scope no              | yyyyy | ynyyy | false | identification", REVIEW, "inventory"),
    line("scope unknown         | yyyyy | yuyyy | null  | identification", REVIEW, "inventory"),
    line("scope no              | nyyyy | ynyyy | false |               ", REVIEW, "inventory", "c"),
    line("model not in the list | yyyyy | ynnny | false | identification", REVIEW, "inventory", "p"),
    line("no list               | yyyyy | yuuuy | null  | identification", REVIEW, "inventory", "p"),
    line("a model shut down     | yyyyy | yuyyy | null  | identification", REVIEW, "inventory"),
    line("a model shut down soon| yyyyy | yyyyy | true  | launch"),
    line("a model deprecated    | yyyyy | yyyyy | true  | launch"),
    # Pricing: a price that stands, at a live route; where one lacks, that is for an action and in its turn.
    line("no price         | yynyy | yynyy | false | inventory", PRICING, "pricing"),
    line("no price         | ynnyy | yynyy | false | identification", INVENTORY, "inventory", "p"),
    line("no price         | nnnnn | yynyy | false | ", CONFIG, "identification", "iprm"),
    line("no price         | yyyyy | yyyyy | true  | launch"),  # a person has filed one
    line("half a price     | yynyy | yynyy | false | inventory", PRICING, "pricing"),
    line("a price of 0     | yynyy | yynyy | false | inventory", PRICING, "pricing"),
    line("free by its word | yynyy | yyyyy | false | inventory", PRICING, "pricing"),
    line("prices undated   | yyyyy | yyyyy | true  | launch"),
    line("prices disputed  | yynyy | yynyy | false | inventory", PRICING, "pricing"),
    line("prices stale     | yynyy | yynyy | false | inventory", PRICING, "pricing"),
    line("no price, scope no      | yynyy | ynnyy | false | identification", REVIEW, "inventory", "p"),
    line("no price, funds unknown | yynyy | yynyu | false | inventory", REVIEW, "launch", "p"),
    # Routing: every covered model has a live route, and the key is not refused from here.
    line("region no      | yyyyy | yyyny | false | pricing", REVIEW, "routing"),
    line("region unknown | yyyyy | yyyuy | null  | pricing", REVIEW, "routing"),  # what may be a block was seen
    line("routes down    | yyyyy | yynny | false | inventory", REVIEW, "pricing", "p"),
    line("routes staging | yyyyy | yynny | false | inventory", REVIEW, "pricing", "p"),
    line("routes untold  | yyyyy | yyuuy | null  | inventory", REVIEW, "pricing", "p"),
    # Launch: funds, quota, least privilege, lasting validity, limits, stability.
    line("funds no           | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("funds no           | yyynn | yyyyn | false | pricing", REVIEW, "launch", "rm"),
    line("funds unknown      | yyyyy | yyyyu | null  | routing", REVIEW, "launch"),
    line("quota no           | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("quota unknown      | yyyyy | yyyyu | null  | routing", REVIEW, "launch"),
    line("over-privileged    | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("over-privileged, auth unknown | yyyyy | uuyuu | null | ", REVIEW, "identification"),
    line("privilege unknown  | yyyyy | yyyyu | null  | routing", REVIEW, "launch"),
    line("expired            | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("expires in 29 days | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("expires in 31 days | yyyyy | yyyyy | true  | launch"),
    line("a limit            | yyyyy | yyyyy | true  | launch"),
    line("three of five samples down | yyyyy | yyyyn | false | routing", REVIEW, "launch"),
    line("two of five samples down   | yyyyy | yyyyy | true  | launch"),
    # Of several the earliest gate is named, and one no makes ready false whatever else is unknown.
    line("scope no, funds unknown | yyyyy | ynyyu | false | identification", REVIEW, "inventory"),
    line("scope unknown, funds no | yyyyy | yuyyn | false | identification", REVIEW, "inventory"),
)  # fmt: skip


PARTS = ("hosts", "inventory", "prices", "routed", "watched")


def folder(whole: Launch, done: str) -> Launch:
    parts = {part: getattr(whole, part) for part, letter in zip(PARTS, done, strict=True) if letter == "y"}
    return replace(Launch(), **parts)


def told(readiness: Readiness, changed: str, done: str) -> Line:
    return Line(
        changed,
        done,
        "".join(gate.may[0] for gate in readiness.gates),
        {True: "true", False: "false", None: "null"}[readiness.ready],
        readiness.stage or "",
        readiness.action.id or "",
        readiness.action.gate or "",
        "".join(SHORT[action] for action in readiness.outstanding),
    )


@pytest.mark.parametrize("expected", TABLE, ids=lambda one: f"{one.changed}-{one.done}")
def test_what_is_changed_and_what_is_done_decide_gates_stage_ready_and_action(
    expected: Line, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    readiness = judge_run(CHANGED[expected.changed](run), folder(all_done(run), expected.done))
    assert told(readiness, expected.changed, expected.done) == expected
    for gate, may in zip(readiness.gates, expected.may, strict=True):
        is_done = gate.done is Answer.YES
        assert gate.state == {"n": "fail", "u": "unknown", "y": "pass" if is_done else "fail"}[may]


def test_every_change_has_its_line() -> None:
    assert {one.changed for one in TABLE} | {"another service's limit"} == set(CHANGED)


# A dimension asks for the gates up to its own; what comes after them is told and decides nothing.

NARROW = (
    ("onboarding-readiness", "nothing", "ynnnn", True, "identification", None, None),
    ("onboarding-readiness", "nothing", "nyyyy", False, None, CONFIG, "identification"),
    ("onboarding-readiness", "scope no", "yyyyy", True, "identification", None, None),
    ("onboarding-readiness", "auth unknown", "yyyyy", None, None, REVIEW, "identification"),
    ("inventory-fit", "nothing", "yyynn", True, "pricing", None, None),
    ("inventory-fit", "nothing", "yynnn", False, "inventory", PRICING, "pricing"),
    ("inventory-fit", "region no", "yyyyy", True, "pricing", None, None),
    ("inventory-fit", "funds no", "yyyyy", True, "routing", None, None),
    ("inventory-fit", "scope unknown", "yyyyy", None, "identification", REVIEW, "inventory"),
    ("inventory-fit", "no price", "yynyy", False, "inventory", PRICING, "pricing"),
)


@pytest.mark.parametrize(("dimension", "changed", "done", "ready", "stage", "action", "gate"), NARROW)
def test_a_narrower_dimension_decides_by_its_own_gates(
    dimension: str,
    changed: str,
    done: str,
    ready: bool | None,  # noqa: FBT001 - a column of the table
    stage: str | None,
    action: str | None,
    gate: str | None,
    run_persona: RunPersona,
    all_done: AllDone,
) -> None:
    run = run_persona("launch-ready")
    found = judge_run(CHANGED[changed](run), folder(all_done(run), done), of_dimension(dimension))
    assert (found.ready, found.stage, found.action.id, found.action.gate) == (ready, stage, action, gate)


# What a policy asks for beyond its gates.

POLICIES = (
    ("a limit", {"planned_requests_per_min": 200}, "yyyyy"),
    ("a limit", {"planned_requests_per_min": 201}, "yyyyn"),
    ("another service's limit", {"planned_requests_per_min": 201}, "yyyyy"),
    ("another service's limit", {"planned_requests_per_min": 201, "unpublished_limits_pass": False}, "yyyyu"),
    ("nothing", {"planned_requests_per_min": 1}, "yyyyy"),
    ("nothing", {"planned_requests_per_min": 1, "unpublished_limits_pass": False}, "yyyyu"),
    ("nothing", {"unpublished_limits_pass": False}, "yyyyy"),
    ("nothing", {"min_samples": 1}, "yyyyu"),
    ("two of five samples down", {"min_samples": 5}, "yyyyy"),
    ("two of five samples down", {"min_samples": 6}, "yyyyu"),
    ("two of five samples down", {"unstable_failures": 2}, "yyyyn"),
    ("three of five samples down", {"unstable_window": 4}, "yyyyy"),
    ("expires in 29 days", {"min_days_valid": 29}, "yyyyy"),
    ("expires in 31 days", {"min_days_valid": 31}, "yyyyn"),
    ("prices stale", {"max_price_age_days": 32}, "yyyyy"),
    ("prices disputed", {"max_price_spread": 1e6}, "yyyyy"),
    ("prices undated", {"undated_prices_pass": False}, "yynyy"),
)


@pytest.mark.parametrize(("changed", "differs", "may"), POLICIES)
def test_a_policy_moves_the_line_it_names(
    changed: str, differs: dict[str, object], may: str, run_persona: RunPersona
) -> None:
    readiness = judge_run(CHANGED[changed](run_persona("launch-ready")), policy=change(Policy(), differs))
    assert "".join(gate.may[0] for gate in readiness.gates) == may


# What one answer says of the key by itself.


def test_only_three_outcomes_say_anything_of_a_key_and_none_of_them_a_yes() -> None:
    said = {
        outcome.value: [(axis.value, answer.value) for axis, answer in SAYS.get(outcome, ())] for outcome in Outcome
    }
    assert said == {
        "ok": [],
        "denied": [("auth", "no")],
        "forbidden": [],
        "no_funds": [("funds", "no")],
        "rate_limited": [],
        "region_blocked": [("region", "no")],
        "not_offered": [],
        "unavailable": [],
        "unexpected": [],
    }


# Whose work is done: by the credential's name, its provider, and every covered model.

UNDONE = (
    (0, {"hosts": {"openai": frozenset({"127.0.0.1"})}}),
    (0, {"hosts": {"huggingface": frozenset({"another.example"})}}),
    (1, {"inventory": (Credential("OTHER", "huggingface", "owner", frozenset({real.COVERED})),)}),
    (1, {"inventory": (Credential(KEY_NAME, "openai", "owner", frozenset({real.COVERED})),)}),
    (1, {"inventory": (Credential(KEY_NAME, "huggingface", "", frozenset({real.COVERED})),)}),
    (1, {"inventory": (Credential(KEY_NAME, "huggingface", "owner", frozenset({"another/model"})),)}),
    (3, {"routed": frozenset({("another/model", KEY_NAME)})}),
    (3, {"routed": frozenset({(real.COVERED, "OTHER")})}),
    (4, {"watched": frozenset({("openai", KEY_NAME)})}),
    (4, {"watched": frozenset({("huggingface", "OTHER")})}),
)


@pytest.mark.parametrize(("place", "differs"), UNDONE)
def test_what_is_done_for_another_key_provider_or_model_is_not_done(
    place: int, differs: dict[str, Any], run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    gates = judge_run(run, replace(all_done(run), **differs)).gates
    assert [gate.gate for gate in gates if gate.done is Answer.NO] == [gates[place].gate]


# Who did not answer is asked again; who answers and is unknown needs somebody who vouches.


def test_an_endpoint_that_did_not_answer_is_to_be_asked_again(run_persona: RunPersona) -> None:
    run = identity(run_persona("launch-ready"), Verdict.UNKNOWN)
    silent = EvidenceRow("https://a.example", "no answer", WHY, "neutral", "", "x", "x")
    some = replace(silent, endpoint="https://b.example", mark="address")
    shape = replace(silent, endpoint="", mark="key shape")
    for evidence, again in (((silent,), True), ((shape, silent), True), ((silent, some), False), ((some,), False),
                            ((shape,), False), ((), False)):  # fmt: skip
        judged = judge_run(replace(run, identity=replace(run.identity, evidence=evidence)))
        assert (judged.gates[0].may, judged.ready) == ("unknown", None)
        assert (judged.action.opens == "probe again once https://a.example answer") is again
        assert ("--trust-endpoint" in judged.action.opens) is not again


@pytest.mark.parametrize("verdict", [Verdict.RELAY, Verdict.CONTRADICTED])
def test_who_shows_a_foreign_mark_is_not_vouched_for_and_not_asked_again(
    verdict: Verdict, run_persona: RunPersona
) -> None:
    run = identity(run_persona("launch-ready"), verdict)
    silent = EvidenceRow("https://a.example", "no answer", WHY, "neutral", "", "x", "x")
    judged = judge_run(replace(run, identity=replace(run.identity, evidence=(silent,))))
    assert (judged.gates[0].may, judged.action.opens) == ("no", "use the provider's own address")


# Two covered models: the gate is as good as the worse of them.

SECOND = "openai/gpt-oss-20b"


def second(run: Run, **facts: Any) -> Run:  # noqa: ANN401 - fields of ModelRow
    changed = tuple(replace(row, **facts) if row.model == SECOND else row for row in run.models)
    return replace(run, models=changed)


def unpriced(run: Run, *of: str) -> Run:
    return uncatalogued(run, prices=tuple(row for row in run.prices if row.model not in of))


TWO: tuple[tuple[Callable[[Run], Run], str, str | None], ...] = (
    (lambda run: run, "yyyyy", None),
    (lambda run: second(run, route_status="error"), "yynny", REVIEW),
    (lambda run: second(run, route_status="resting"), "yyuuy", REVIEW),
    (lambda run: unpriced(run, SECOND), "yynyy", PRICING),
    (lambda run: unpriced(run, real.COVERED), "yynyy", PRICING),
    (lambda run: second(unpriced(run, real.COVERED), route_status="error"), "yynny", REVIEW),
    (lambda run: second(run, model="another/model"), "ynnny", REVIEW),
    (lambda run: second(run, shutdown_at=run.stamp.observed_at - timedelta(days=1)), "yuyyy", REVIEW),
)


@pytest.mark.parametrize(("changed", "may", "action"), TWO)
def test_a_gate_is_as_good_as_the_worse_of_two_models(
    changed: Callable[[Run], Run], may: str, action: str | None, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready", models=(real.COVERED, SECOND))
    judged = judge_run(changed(run), folder(all_done(run), "yyyyy" if action != PRICING else "yynyy"))
    assert ("".join(gate.may[0] for gate in judged.gates), judged.action.id) == (may, action)
    assert judged.action.gate == next((gate.gate for gate in judged.gates if gate.may is not Answer.YES), None)


def test_a_route_that_no_list_names_does_not_make_those_that_are_down_uncertain(run_persona: RunPersona) -> None:
    run = models(run_persona("launch-ready"), route_status="error")
    [row, *_] = [row for row in run.models if row.covered]
    named = replace(row, route="elsewhere", listed=False, route_status=None)
    assert judge_run(replace(run, models=(*run.models, named))).gates[3].may is Answer.NO


def test_one_route_that_stays_is_enough_and_nothing_is_said_of_the_others(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    first = next(row for row in run.models if row.covered and row.live)
    soon = replace(first, shutdown_at=run.stamp.observed_at + timedelta(days=1))
    judged = judge_run(replace(run, models=tuple(soon if row is first else row for row in run.models)))
    assert judged.gates[1].may is Answer.YES
    assert "shut down" not in judged.gates[1].may_why


# What is said of a gate that is shut names what shuts it, and what would open it.


def test_of_several_routes_the_price_that_somebody_has_is_told_and_how_it_would_stand(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    covered = [row for row in run.prices if row.model == real.COVERED]
    half = replace(covered[0], route="aaa", input_per_mtok=None)
    dear = replace(covered[0], source="another", input_per_mtok=9.0, output_per_mtok=9.0)
    live = next(row for row in run.models if row.covered and row.live)
    listed = (replace(live, route="aaa"), replace(live, route=covered[0].route))
    told = replace(uncatalogued(run, prices=(half, covered[0], dear)), models=listed)
    gate = judge_run(told).gates[2]
    assert gate.may_why.startswith(f"the price of {real.COVERED} is disputed")
    assert "max_price_spread" in gate.opens
    old = run.stamp.observed_at - timedelta(days=31)
    stale = judge_run(replace(told, prices=(half, replace(covered[0], checked_at=old)))).gates[2]
    assert stale.may_why.startswith(f"the price of {real.COVERED} is stale")
    assert "max_price_spread" not in stale.opens


def test_how_little_a_few_samples_know_is_said_where_there_are_any(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    said = judge_run(CHANGED["two of five samples down"](run)).gates[4].may_why
    assert "5 samples taken, not unstable (5 samples: the share of errors lies between" in said
    assert "0 samples taken, not unstable" in judge_run(run).gates[4].may_why
    assert "()" not in judge_run(run).gates[4].may_why


def test_what_a_key_has_too_much_is_named(run_persona: RunPersona) -> None:
    run = metric(metric(run_persona("launch-ready"), "over_privileged", 1), "excess_permissions", "job.write")
    assert judge_run(run).gates[4].may_why == "over-privileged: beyond inference and reading it has job.write"
    classic = metric(metric(run, "excess_permissions"), "token_role", "write")
    assert "its role (write)" in judge_run(classic).gates[4].may_why


LOAD = {"planned_requests_per_min": 100, "planned_tokens_per_min": 100}
FEW, FEWER = replace(LIMIT, limit="few", quota=50, window_s=60), replace(LIMIT, limit="fewer", quota=5, window_s=60)
MANY = replace(LIMIT, limit="many", quota=1e6, window_s=60)
TOKENS = replace(MANY, limit="tokens", scope="tokens")
CARRIED = (
    ((MANY, TOKENS), False, "yes", "the first to be reached is"),
    ((MANY,), True, "yes", "the first to be reached is many"),
    ((MANY,), False, "unknown", "no limit of tokens can be compared"),
    ((TOKENS,), False, "unknown", "no limit of requests can be compared"),
    ((FEW, FEWER, TOKENS), True, "no", "the limit fewer does not carry"),
    ((FEWER, FEW, TOKENS), True, "no", "the limit fewer does not carry"),
    ((replace(MANY, service="huggingface.co"),), False, "unknown", "publishes no limit of this service"),
    ((replace(MANY, window_s=None),), False, "unknown", "no limit of this service can be compared"),
)


@pytest.mark.parametrize(("limits", "passes", "may", "why"), CARRIED)
def test_a_load_is_carried_where_a_limit_of_each_kind_is_known_to_carry_it(
    limits: tuple[LimitRow, ...],
    passes: bool,  # noqa: FBT001 - a column of the table
    may: str,
    why: str,
    run_persona: RunPersona,
) -> None:
    run = replace(run_persona("launch-ready"), limits=limits)
    gate = judge_run(run, policy=change(Policy(), {**LOAD, "unpublished_limits_pass": passes})).gates[4]
    assert gate.may == may
    assert why in gate.may_why


@pytest.mark.parametrize(("publishes", "may"), [(False, "yes"), (True, "unknown")])
def test_limits_that_are_published_and_were_not_read_are_not_known_to_carry_a_load(
    publishes: bool,  # noqa: FBT001 - a column of the table
    may: str,
    run_persona: RunPersona,
) -> None:
    run = replace(run_persona("launch-ready"), limits=())
    plan = replace(run.plan, provider=replace(run.plan.provider, publishes_limits=publishes))
    assert judge_run(replace(run, plan=plan), policy=change(Policy(), LOAD)).gates[4].may == may


def test_what_opens_a_gate_is_of_the_half_that_shuts_it(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    assert [gate.opens for gate in judge_run(run).gates][3:] == [
        "write it with the action set_route", "write it with the action add_monitoring"
    ]  # fmt: skip
    shut = judge_run(CHANGED["routes down"](run)).gates[3]
    assert shut.opens == "wait until a route is live again, or choose another model"


def test_an_axis_that_nobody_tells_of_says_what_is_not_told(run_persona: RunPersona) -> None:
    run = axes(run_persona("launch-ready"))
    silent = replace(run, plan=replace(run.plan, provider=replace(run.plan.provider, findings=lambda _values: ())))
    passport = judge_run(silent).passport
    said = {axis: passport[axis].why for axis in (Axis.FUNDS, Axis.QUOTA, Axis.SCOPE)}
    assert {passport[axis].answer for axis in said} == {Answer.UNKNOWN}
    assert [word in said[axis] for axis, word in zip(said, ("pay", "limit", "models"), strict=True)] == [True] * 3


# The passport where nothing tells of the key: always unknown, and why depends on what kept it from being told.

UNTOLD = (
    (Verdict.UNKNOWN, False, True, "the key was not sent", "use the provider's own address"),
    (Verdict.RELAY, False, True, "the key was not sent", "use the provider's own address"),
    (Verdict.CONTRADICTED, False, True, "the key was not sent", "use the provider's own address"),
    (Verdict.UNKNOWN, True, True, "no answer tells", "probe again"),
    (Verdict.RELAY, True, True, "no answer tells", "probe again"),
    (Verdict.GENUINE, False, True, "no answer tells whether the key is accepted (not asked)", "probe again"),
    (Verdict.VOUCHED, True, True, "no answer tells whether the key is accepted (current_key: ", "probe again"),
    (Verdict.VOUCHED, True, False, "no read-only question of Hugging Face", "have a person confirm the key"),
)


@pytest.mark.parametrize(("verdict", "keyed", "proves", "why", "opens"), UNTOLD)
def test_a_key_that_nothing_tells_of_is_unknown_and_it_is_said_why(
    verdict: Verdict,
    keyed: bool,  # noqa: FBT001 - a column of the table
    proves: bool,  # noqa: FBT001 - a column of the table
    why: str,
    opens: str,
    run_persona: RunPersona,
) -> None:
    run = identity(run_persona("launch-ready"), verdict)
    provider = run.plan.provider
    asks = tuple(replace(ask, proves_key=ask.proves_key and proves) for ask in provider.asks)
    answers = tuple(row for row in run.answers if keyed or not row.keyed)
    plan = replace(run.plan, provider=replace(provider, asks=asks))
    found = judge_run(replace(run, plan=plan, answers=answers, findings=())).passport
    assert found[Axis.AUTH].answer is Answer.UNKNOWN
    assert found[Axis.AUTH].why.startswith(why)
    assert found[Axis.AUTH].opens.startswith(opens)
    assert found[Axis.AUTH].asks == ("current_key" if why.startswith("no answer") else "")
    assert all(finding.axis is axis for axis, finding in found.items())
    for axis in (Axis.FUNDS, Axis.QUOTA, Axis.SCOPE):
        assert found[axis].answer is Answer.UNKNOWN
        assert found[axis].why == "not known, because it is not known that the key is accepted"
    assert found[Axis.REGION].answer is Answer.UNKNOWN


@pytest.mark.parametrize("changed", CHANGED)
def test_every_finding_is_of_its_axis_and_names_asks_that_exist(changed: str, run_persona: RunPersona) -> None:
    run = CHANGED[changed](run_persona("launch-ready"))
    names = {ask.name for ask in run.plan.provider.asks} | {"ask y", "ask n", "ask u", "x"}
    for axis, found in judge_run(run).passport.items():
        assert found.axis is axis
        assert set(found.asks.split(", ")) - {""} <= names
        assert bool(found.opens) or found.answer is Answer.YES


def test_two_witnesses_that_contradict_each_other_are_both_named(run_persona: RunPersona) -> None:
    found = judge_run(witnesses(run_persona("launch-ready"), "auth", "yn")).passport[Axis.AUTH]
    assert (found.asks, found.opens) == ("ask n, ask y", "have a person confirm the key")
    funds = judge_run(witnesses(run_persona("launch-ready"), "funds", "n")).passport[Axis.FUNDS]
    assert (funds.answer, funds.asks) == (Answer.UNKNOWN, "ask n, current_key")


# A config names the hosts that this run may send the key to, and no others.

AT = (Region("a.example", "global"), Region("b.example", "eu"), Region("c.example", "eu"))
HOSTS = (
    (AT, "", "global", {"a.example"}),
    (AT, "", "eu", {"b.example", "c.example"}),
    (AT, "https://proxy.example", "eu", {"proxy.example"}),
    ((), "https://relay.example:8443/v1", "", {"relay.example"}),
)


@pytest.mark.parametrize(("at", "base_url", "region", "hosts"), HOSTS)
def test_a_config_is_done_with_the_hosts_of_the_runs_region(
    at: tuple[Region, ...], base_url: str, region: str, hosts: set[str], run_persona: RunPersona
) -> None:
    run = run_persona("launch-ready")
    plan = replace(run.plan, provider=replace(run.plan.provider, hosts=at), base_url=base_url, region=region)
    for named, done in ((hosts, "yes"), ({*hosts, "more.example"}, "yes"), (hosts - {max(hosts)}, "no")):
        folder_ = replace(Launch(), hosts={"huggingface": frozenset(named)})
        assert judge_run(replace(run, plan=plan), folder_).gates[0].done == done


# A filed price is done where it is whole, dated, sourced and fresh, of a live route, and in the currency that counts.


FILED: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "yes"),
    ({"free": True, "input_per_mtok": None}, "yes"),
    ({"input_per_mtok": None}, "no"),
    ({"output_per_mtok": None}, "no"),
    ({"checked_at": None}, "no"),
    ({"source": ""}, "no"),
    ({"route": "elsewhere"}, "no"),
    ({"region": "eu"}, "no"),
    ({"model": "another/model"}, "no"),
    ({"above_input_tokens": 128_000}, "no"),
    ({"hours": "01:00-04:00"}, "no"),
    ({"currency": "CNY"}, "yes"),
    ({"input_per_mtok": 0.0}, "no"),
)


@pytest.mark.parametrize(("differs", "done"), FILED)
def test_which_filed_price_is_done(
    differs: dict[str, Any], done: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = uncatalogued(run_persona("launch-ready"), prices=())
    filed = next(row for row in all_done(run_persona("launch-ready")).prices["huggingface"] if row.route)
    folder_ = replace(Launch(), prices={"huggingface": (replace(filed, **differs),)})
    gate = judge_run(run, folder_).gates[2]
    assert gate.done == done
    words = "every covered model" if done == "yes" else f"no whole and fresh price of {real.COVERED}"
    assert words in gate.done_why
    beside = judge_run(run_persona("launch-ready"), folder_).gates[2]  # what others say of that route files nothing
    assert beside.done == ("no" if "free" in differs else done)  # and they do not say free


@pytest.mark.parametrize(("days", "done"), [(0, "yes"), (30, "yes"), (30.1, "no"), (-1, "yes"), (-1.1, "no")])
def test_a_filed_price_is_done_for_as_long_as_the_policy_says(
    days: float, done: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    then = run.stamp.observed_at - timedelta(days=days)
    rows = tuple(replace(row, checked_at=then) for row in all_done(run).prices["huggingface"])
    folder_ = replace(Launch(), prices={"huggingface": rows})
    assert judge_run(uncatalogued(run, prices=()), folder_).gates[2].done == done


def test_a_filed_price_in_a_currency_that_does_not_count_is_not_done(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = uncatalogued(run_persona("launch-ready"), prices=())
    dollars = next(row for row in all_done(run_persona("launch-ready")).prices["huggingface"] if row.route)
    yuan = replace(dollars, currency="CNY")
    dear = replace(yuan, input_per_mtok=99.0, output_per_mtok=99.0)
    for rows, done in (((dollars, yuan), "yes"), ((dollars, yuan, dear), "no"), ((yuan, dear), "no")):
        folder_ = replace(Launch(), prices={"huggingface": rows})
        assert judge_run(run, folder_).gates[2].done == done
    aud = uncatalogued(run_persona("launch-ready"), prices=(replace(dollars, source="live", currency="AUD"),))
    for currency, done in (("AUD", "yes"), ("USD", "no")):
        nobodys = replace(dollars, source="contract", currency=currency)
        assert judge_run(aud, replace(Launch(), prices={"huggingface": (nobodys,)})).gates[2].done == done


def test_a_price_that_the_sandbox_made_up_counts_in_the_sandbox_only(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = uncatalogued(run_persona("launch-ready"), prices=())
    evidence = tuple(row for row in run.identity.evidence if row.mark != "x-testkey-sandbox")
    outside = replace(run, identity=replace(run.identity, evidence=evidence))
    assert (run.sandbox, outside.sandbox) == (True, False)
    filed = next(row for row in all_done(run_persona("launch-ready")).prices["huggingface"] if row.route)
    for source, of, counts in (("SANDBOX", run, True), ("SANDBOX", outside, False), ("contract", outside, True)):
        own = replace(filed, source=f"prices.csv ({source})")
        gate = judge_run(of, replace(Launch(), prices={"huggingface": (own,)})).gates[2]
        assert (gate.may is Answer.YES, gate.done is Answer.YES) == (counts, counts)
