"""Five gates with two halves, one action, and the policies that a decision is measured by."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import httpx
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS, AllDone, RunPersona
from endpoints import Between, answer
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, PolicyInvalid, UnknownName
from testkey_nb.judge import DIMENSIONS, Policy, Readiness, change, judge_run, of_dimension, read_policy
from testkey_nb.judge.case import Case
from testkey_nb.judge.gates import Walked, walk
from testkey_nb.keys import Key
from testkey_nb.launch import Launch
from testkey_nb.outcome import Action, Answer, Axis, CapabilityState, Gate, GateState, Outcome, Verdict
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.rows import LimitRow, Why

PARTS = ("hosts", "inventory", "prices", "routed", "watched")
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ROUTER = "router.huggingface.co"


def partly(whole: Launch, done: Iterable[bool]) -> Launch:
    return replace(
        Launch(), **{part: getattr(whole, part) for part, is_done in zip(PARTS, done, strict=True) if is_done}
    )


def in_words(readiness: Readiness) -> tuple[bool | None, str | None, str | None, list[str]]:
    """Work out ready, stage, action and what is outstanding from the gates, as the rules have it in words."""
    required = [gate for gate in readiness.gates if gate.required]
    mays, prices = [gate.may for gate in required], Gate.PRICING
    ready = False if NO in mays else None if UNKNOWN in mays else all(gate.done is YES for gate in required)
    stage = None
    for gate in readiness.gates:
        if not (gate.may is YES and gate.done is YES):
            break
        stage = gate.gate.value
    run = readiness.run
    live = {row.model for row in run.models if row.listed and row.route_status == "live"}
    to_fill = [gate for gate in required if gate.gate is prices and gate.may is NO and set(run.plan.models) <= live]
    blocked = [gate for gate in required if gate.may is not YES and gate not in to_fill]
    left = [gate for gate in required if gate.done is NO or gate in to_fill]
    actions = [list(Action)[list(Gate).index(gate.gate)].value for gate in left]
    if blocked:
        return ready, stage, "human_review", actions
    return ready, stage, actions[0] if actions else None, actions[1:]


def told(readiness: Readiness) -> tuple[bool | None, str | None, str | None, list[str]]:
    action = readiness.action.id
    stage = readiness.stage
    outstanding = [one.value for one in readiness.outstanding]
    return readiness.ready, stage.value if stage else None, action.value if action else None, outstanding


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_rules_hold_for_every_folder_and_dimension(
    persona: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona(persona)
    whole = all_done(run)
    for policy, done in product(DIMENSIONS.values(), product((False, True), repeat=5)):
        readiness = judge_run(run, partly(whole, done), policy)
        assert told(readiness) == in_words(readiness), (policy.dimension, done)
        for gate in readiness.gates:
            state = {NO: GateState.FAIL, UNKNOWN: GateState.UNKNOWN}.get(
                gate.may, GateState.PASS if gate.done is YES else GateState.FAIL
            )
            assert gate.state is state
            assert gate.required is (gate.gate.value in policy.required)
            assert gate.why == (gate.done_why if gate.may is YES else gate.may_why)


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_review_names_the_earliest_gate_that_is_shut(persona: str, run_persona: RunPersona) -> None:
    for policy in DIMENSIONS.values():
        readiness = judge_run(run_persona(persona), policy=policy)
        if readiness.action.id is Action.HUMAN_REVIEW:
            shut = [gate.gate for gate in readiness.gates if gate.required and gate.may is not YES]
            assert readiness.action.gate == shut[0]


@pytest.mark.parametrize("persona", PERSONAS)
def test_exactly_one_action_is_primary_unless_ready(persona: str, run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona(persona)
    for folder in (Launch(), all_done(run)):
        readiness = judge_run(run, folder)
        primary = [row.action for row in readiness.rows("actions") if row.primary]  # type: ignore[attr-defined]
        assert primary == ([] if readiness.ready else [readiness.action.id])
        assert readiness.action.id not in readiness.outstanding


def test_an_owner_that_nothing_tells_is_for_a_person_to_fill_in(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    run = replace(run, metrics=tuple(row for row in run.metrics if row.metric != "owner_id"))
    whole = all_done(run)
    written = tuple(replace(line, owner_id="") for line in whole.inventory)
    readiness = judge_run(run, replace(whole, inventory=written))
    assert readiness.action.id == "import_inventory"
    assert "a person fills it in" in readiness.action.opens
    assert judge_run(run, whole).ready is True


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_action_says_what_would_open_its_gate(persona: str, run_persona: RunPersona) -> None:
    for policy in DIMENSIONS.values():
        rows = judge_run(run_persona(persona), policy=policy).rows("actions")
        assert rows
        assert all(row.opens for row in rows)  # type: ignore[attr-defined]


# Unknown never passes a gate.


def degraded(readiness: Readiness, axes: Iterable[Axis], answer_: Answer) -> Readiness:
    """Judge again with some axes of the passport answered otherwise."""
    passport = {
        axis: replace(found, answer=answer_, opens=Why("anything")) if axis in axes else found
        for axis, found in readiness.passport.items()
    }
    case = Case(readiness.run, readiness.launch, readiness.policy, passport, readiness.rulings)
    return replace(readiness, passport=passport, gates=walk(case))


STAGES = [None, *Gate]


@pytest.mark.parametrize("persona", ["launch-ready", "unpriced", "broke", "revoked", "firewall", "model-gone"])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_turning_a_yes_into_unknown_never_makes_ready_and_never_raises_the_stage(
    persona: str, dimension: str, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona(persona)
    before = judge_run(run, all_done(run), of_dimension(dimension))
    yes = [axis for axis in Axis if before.passport[axis].answer is YES]
    for chosen in product((False, True), repeat=len(yes)):
        axes = [axis for axis, is_chosen in zip(yes, chosen, strict=True) if is_chosen]
        after = degraded(before, axes, UNKNOWN)
        assert after.ready is not True or before.ready is True
        assert STAGES.index(after.stage) <= STAGES.index(before.stage)
        if axes and dimension == "commercial-launch":
            assert after.ready is not True


@given(
    st.lists(st.tuples(st.sampled_from(list(Answer)), st.booleans(), st.booleans()), min_size=5, max_size=5),
    st.integers(0, 4),
)
def test_no_row_of_gates_is_better_with_one_answer_less(states: list[tuple[Answer, bool, bool]], place: int) -> None:
    sentence = Why("because")
    gates = [
        Walked(gate, required, may, sentence, YES if done else NO, sentence, sentence)
        for gate, (may, done, required) in zip(Gate, states, strict=True)
    ]
    anything = judge_run(_RUNS["launch-ready"])
    before = replace(anything, gates=tuple(gates))
    gates[place] = replace(gates[place], may=UNKNOWN if gates[place].may is YES else gates[place].may)
    after = replace(anything, gates=tuple(gates))
    assert not (after.ready is True and before.ready is not True)
    assert STAGES.index(after.stage) <= STAGES.index(before.stage)
    if any(gate.required and gate.may is NO for gate in gates):
        assert after.ready is False
    elif any(gate.required and gate.may is UNKNOWN for gate in gates):
        assert after.ready is None


_RUNS: dict[str, Run] = {}


@pytest.fixture(autouse=True)
def _a_run(run_persona: RunPersona) -> None:
    _RUNS["launch-ready"] = run_persona("launch-ready")


@pytest.mark.parametrize("verdict", Verdict)
def test_identity_opens_the_first_gate_when_genuine_or_vouched(verdict: Verdict, run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    readiness = judge_run(replace(run, identity=replace(run.identity, verdict=verdict)))
    expected = {Verdict.GENUINE: YES, Verdict.VOUCHED: YES, Verdict.UNKNOWN: UNKNOWN}.get(verdict, NO)
    assert readiness.gates[0].may is expected


# Prices.


def test_a_missing_price_leads_to_filling_it_in_its_turn(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("unpriced")
    whole = all_done(run)
    named = [judge_run(run, partly(whole, (place > 0, place > 1, False, False, False))).action.id for place in range(3)]
    assert named == ["add_provider_config", "import_inventory", "fill_pricing"]


@pytest.mark.parametrize(
    ("differs", "ready"),
    [
        ({}, True),
        ({"input_per_mtok": None}, False),
        ({"input_per_mtok": None, "output_per_mtok": None}, False),
        ({"source": ""}, False),
        ({"checked_at": None}, False),
        ({"route": "another"}, False),
        ({"region": "eu"}, False),
        ({"model": "another/model"}, False),
        ({"input_per_mtok": 0.0, "output_per_mtok": 0.0}, False),
        ({"input_per_mtok": 0.0, "output_per_mtok": 0.0, "free": True}, True),
        ({"input_per_mtok": None, "output_per_mtok": None, "free": True}, True),
    ],
)
def test_a_persons_own_price_opens_the_gate_where_it_is_whole(
    differs: dict[str, object],
    ready: bool,  # noqa: FBT001 - a column of the table
    run_persona: RunPersona,
    all_done: AllDone,
) -> None:
    run = run_persona("unpriced")
    template = run_persona("launch-ready").prices[0]
    own = replace(
        template,
        model=real.COVERED,
        route="featherless-ai",
        source="prices.csv (invoice)",
        checked_at=run.stamp.observed_at,
    )
    folder = replace(all_done(run), prices={"huggingface": (replace(own, **differs),)})  # type: ignore[arg-type]
    readiness = judge_run(run, folder)
    assert readiness.ready is ready
    assert readiness.action.id == (None if ready else "fill_pricing")


@pytest.mark.parametrize(
    ("differs", "done"),
    [
        ({"currency": "CNY"}, YES),
        ({"currency": "CNY", "input_per_mtok": None}, NO),
        ({"currency": "CNY", "checked_at": None}, NO),
        ({"currency": "CNY", "region": "cn"}, NO),
        ({"currency": "CNY", "hours": "01:00-04:00"}, NO),
        ({"currency": "CNY", "above_input_tokens": 200_000}, NO),
    ],
)
def test_a_persons_own_price_counts_in_any_currency_for_the_runs_region(
    differs: dict[str, object], done: Answer, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("unpriced")
    template = run_persona("launch-ready").prices[0]
    own = replace(template, model=real.COVERED, route="featherless-ai", source="prices.csv (contract)",
                  checked_at=run.stamp.observed_at)  # fmt: skip
    folder = replace(all_done(run), prices={"huggingface": (replace(own, **differs),)})  # type: ignore[arg-type]
    readiness = judge_run(run, folder)
    assert readiness.gates[2].done is done
    price_book = next(row for row in readiness.capabilities if row.capability == "price_book")
    ruled = readiness.rulings.get((real.COVERED, "featherless-ai"))
    assert (price_book.state == "proved") is bool(ruled and ruled.stands)
    assert (readiness.gates[2].may is YES) is bool(ruled and ruled.stands)


def test_a_dispute_in_another_currency_does_not_unmake_a_filed_price(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    route = next(row for row in run.prices if (row.model, row.route) == (real.COVERED, "novita"))
    dearer = replace(route, source="another list", input_per_mtok=9.0)
    own = replace(route, source="prices.csv (contract)", currency="CNY", input_per_mtok=0.2, output_per_mtok=0.4)
    only = replace(run, prices=(route, dearer))
    disputed = judge_run(only, replace(all_done(run), prices={}))
    settled = judge_run(only, replace(all_done(run), prices={"huggingface": (own,)}))
    verdicts = [one.rulings[real.COVERED, "novita"].verdict for one in (disputed, settled)]
    assert verdicts == ["disputed", "single_source"]
    assert [one.gates[2].done for one in (disputed, settled)] == [NO, YES]
    both = [row.verdict for row in settled.court if (row.model, row.route) == (real.COVERED, "novita")]
    assert sorted(both) == ["disputed", "single_source"]


def test_where_the_policy_wants_dates_an_undated_price_alone_closes_the_gate(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    undated = tuple(replace(row, checked_at=None) for row in run.prices)
    strict = replace(Policy(), undated_prices_pass=False)
    whole = replace(all_done(run), prices={})
    for policy, may in ((Policy(), YES), (strict, NO)):
        gate = judge_run(replace(run, prices=undated), whole, policy).gates[2]
        assert gate.may is may
    assert "no source dates its price" in gate.may_why


def test_a_price_that_is_too_old_is_stale_by_the_policy(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    old = run.stamp.observed_at - timedelta(days=10)
    whole = all_done(run)
    aged = {"huggingface": tuple(replace(price, checked_at=old) for price in whole.prices["huggingface"])}
    for days, ready in ((9, False), (11, True)):
        readiness = judge_run(run, replace(whole, prices=aged), replace(Policy(), max_price_age_days=days))
        assert readiness.ready is ready


def test_a_filed_price_beyond_the_spread_is_not_done(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    whole = all_done(run)
    [first, *_] = [price for price in whole.prices["huggingface"] if price.route == "novita"]
    wrong = replace(first, input_per_mtok=2.0, output_per_mtok=5.0)
    readiness = judge_run(run, replace(whole, prices={"huggingface": (wrong,)}))
    assert readiness.rulings[real.COVERED, "novita"].verdict == "disputed"
    assert readiness.gates[2].done is NO


def test_a_model_without_a_live_route_has_no_price_to_fill_in(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("routes-down")
    readiness = judge_run(run, all_done(run), of_dimension("inventory-fit"))
    assert readiness.gates[2].may is NO
    assert readiness.action.id == "human_review"


# The launch gate.


def launch_gate(run: Run, policy: Policy | None = None) -> tuple[Answer, str]:
    gate = judge_run(run, policy=policy).gates[4]
    return gate.may, gate.may_why


@pytest.mark.parametrize(
    ("limits", "load", "passes", "expected"),
    [
        ((), {}, True, YES),
        ((), {"planned_requests_per_min": 100}, True, YES),
        ((), {"planned_requests_per_min": 100}, False, UNKNOWN),
        # The hub's own limit says nothing of the router, however small.
        ((LimitRow("api", "huggingface.co", 1, 0, 300, 9, "x"),), {"planned_requests_per_min": 100}, True, YES),
        ((LimitRow("requests", "upstream:nebius", 1, 0, 60, 9, "x"),), {"planned_requests_per_min": 100}, True, YES),
        ((LimitRow("api", ROUTER, 1000, 1, 300, 9, "x"),), {"planned_requests_per_min": 200}, True, YES),
        ((LimitRow("api", ROUTER, 1000, 1, 300, 9, "x"),), {"planned_requests_per_min": 201}, True, NO),
        ((LimitRow("tokens", ROUTER, 6000, 1, 60, 9, "x"),), {"planned_tokens_per_min": 6001}, True, NO),
        ((LimitRow("tokens", ROUTER, 6000, 1, 60, 9, "x"),), {"planned_tokens_per_min": 6000}, True, YES),
        ((LimitRow("api", ROUTER, 1000, 1, 300, 9, "x"),), {}, True, YES),
        # A limit without its window cannot be compared: as good as none.
        ((LimitRow("api", ROUTER, 1000, 1, None, 9, "x"),), {"planned_requests_per_min": 9999}, False, UNKNOWN),
        ((LimitRow("api", ROUTER, 0, 0, 60, 9, "x"),), {"planned_requests_per_min": 1}, True, NO),
    ],
)  # fmt: skip
def test_a_planned_load_is_compared_with_the_limits_of_the_service_that_serves_it(
    limits: tuple[LimitRow, ...],
    load: dict[str, float],
    passes: bool,  # noqa: FBT001 - a column of the table
    expected: Answer,
    run_persona: RunPersona,
) -> None:
    run = replace(run_persona("launch-ready"), limits=limits)
    policy = replace(Policy(), unpublished_limits_pass=passes, **load)  # type: ignore[arg-type]
    assert launch_gate(run, policy)[0] is expected


def sampled(run: Run, *outcomes: Outcome, asked: bool = True) -> Run:
    template = next(row for row in run.answers if row.ask == "model_catalog")
    rows = [
        replace(template, sample=number, outcome=outcome, request=100 + number if asked else None)
        for number, outcome in enumerate(outcomes, start=1)
    ]
    return replace(run, answers=(*run.answers, *rows))


OK, DOWN, BUSY = Outcome.OK, Outcome.UNAVAILABLE, Outcome.RATE_LIMITED


@pytest.mark.parametrize(
    ("outcomes", "wanted", "expected"),
    [
        ((), 0, YES),
        ((), 3, UNKNOWN),
        ((OK, OK), 3, UNKNOWN),
        ((OK, OK, OK), 3, YES),
        ((DOWN, DOWN, OK), 0, YES),
        ((DOWN, DOWN, DOWN), 0, NO),
        ((DOWN, OK, DOWN, OK, DOWN), 5, NO),
        ((DOWN, DOWN, DOWN, OK, OK, OK), 0, YES),
        ((OK, OK, OK, DOWN, OK, DOWN, DOWN), 0, NO),
        ((BUSY, BUSY, BUSY, BUSY, BUSY), 0, YES),
        ((BUSY, BUSY, OK), 2, UNKNOWN),
        ((DOWN, OK, DOWN, OK, DOWN, BUSY), 0, NO),
        ((Outcome.UNEXPECTED,) * 3, 3, UNKNOWN),
    ],
)
def test_stability_is_no_when_three_of_the_last_five_samples_failed(
    outcomes: tuple[Outcome, ...], wanted: int, expected: Answer, run_persona: RunPersona
) -> None:
    run = sampled(run_persona("launch-ready"), *outcomes)
    assert launch_gate(run, replace(Policy(), min_samples=wanted))[0] is expected


def test_a_sample_that_was_not_taken_did_not_fail(run_persona: RunPersona) -> None:
    run = sampled(run_persona("launch-ready"), DOWN, DOWN, DOWN, DOWN, asked=False)
    assert launch_gate(run)[0] is not NO


def test_a_host_that_asks_samples_to_wait_is_not_unstable() -> None:
    busy = answer(429, real.THROTTLED)
    transport = Between(
        instead=lambda request: (
            busy if request.url.path.endswith(real.COVERED) and "api" not in request.url.path else None
        )
    )
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, samples=4, operator="tests")
    run = asyncio.run(probe_key(Key(KEY_NAME, PERSONAS["launch-ready"].key), choices, transport=transport))
    assert launch_gate(run)[0] is not NO


@pytest.mark.parametrize(
    ("left", "days", "expected"), [(8 / 24, 30, NO), (29.9, 30, NO), (30.1, 30, YES), (8 / 24, 0, YES), (-1, 0, NO)]
)
def test_a_key_that_is_known_to_expire_soon_may_not_launch(
    left: float, days: float, expected: Answer, run_persona: RunPersona
) -> None:
    run = run_persona("launch-ready")
    template = run.metrics[0]
    ends = (run.stamp.observed_at + timedelta(days=left)).isoformat(timespec="seconds")
    row = replace(template, metric="expires_at", value=ends, number=None, unit="UTC")
    may, why = launch_gate(replace(run, metrics=(*run.metrics, row)), replace(Policy(), min_days_valid=days))
    assert may is expected
    assert ("expire" in why) is (expected is NO)


def test_of_several_ends_the_first_counts(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    ends = [(run.stamp.observed_at + timedelta(days=days)).isoformat() for days in (900, 1, 400)]
    rows = [replace(run.metrics[0], metric="expires_at", value=end, number=None, unit="UTC") for end in ends]
    assert launch_gate(replace(run, metrics=(*run.metrics, *rows)))[0] is NO


@pytest.mark.parametrize("told", ["unreadable", "[key]", "99999-01-01", "soon"])
def test_an_expiry_that_is_told_and_cannot_be_read_is_unknown(told: str, run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    row = replace(run.metrics[0], metric="expires_at", value=told, number=None, unit="UTC")
    assert launch_gate(replace(run, metrics=(*run.metrics, row)))[0] is UNKNOWN


def test_an_expiry_that_is_told_to_anybody_says_nothing_of_the_key(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    soon = replace(
        run.metrics[0], metric="expires_at", value=run.stamp.observed_at.isoformat(), number=None, unit="UTC"
    )
    proved = replace(run, metrics=(*run.metrics, soon))
    assert launch_gate(proved)[0] is NO
    assert launch_gate(replace(proved, findings=()))[0] is UNKNOWN


# Two models.


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_no_of_one_model_counts_before_an_unknown_of_another(order: tuple[int, ...], run_persona: RunPersona) -> None:
    both = (real.COVERED, "openai/gpt-oss-20b")
    run = run_persona("launch-ready", models=both)
    plan_ = replace(run.plan, models=tuple(both[place] for place in order))
    shown = {both[0]: "a word nobody knows", both[1]: "error"}
    rows = tuple(replace(row, route_status=shown.get(row.model, row.route_status)) for row in run.models)
    down = judge_run(replace(run, plan=plan_, models=rows))
    assert [down.gates[place].may for place in (2, 3)] == [NO, NO]
    assert down.ready is False
    shown[both[1]] = "live"
    rows = tuple(replace(row, route_status=shown.get(row.model, row.route_status)) for row in run.models)
    dated = replace(Policy(), undated_prices_pass=False)  # the catalogue's has no date
    unpriced = judge_run(replace(run, plan=plan_, models=rows, prices=()), policy=dated)
    assert [unpriced.gates[place].may for place in (2, 3)] == [NO, UNKNOWN]
    assert unpriced.action.gate == "pricing"
    assert unpriced.action.id == "human_review"


def test_every_covered_model_is_judged_and_not_the_first_alone(run_persona: RunPersona, all_done: AllDone) -> None:
    both = (real.COVERED, "openai/gpt-oss-20b")
    run = run_persona("launch-ready", models=both)
    readiness = judge_run(run, all_done(run))
    assert readiness.ready is True
    one = replace(all_done(run), routed=frozenset({(both[0], KEY_NAME)}))
    assert judge_run(run, one).action.id == "set_route"
    missing = run_persona("launch-ready", models=(real.COVERED, "nobody/has-this"))
    assert judge_run(missing).passport[Axis.MODELS].answer is NO
    assert judge_run(missing).action.gate == "inventory"


@pytest.mark.parametrize(("credential", "done"), [(KEY_NAME, YES), ("", YES), ("OTHER_TOKEN", NO)])
def test_what_another_credential_routes_is_not_done_for_this_one(
    credential: str, done: Answer, run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    readiness = judge_run(run, replace(all_done(run), routed=frozenset({(real.COVERED, credential)})))
    assert readiness.gates[3].done is done
    assert readiness.action.id == (None if done is YES else "set_route")


def test_a_model_listed_without_any_route_is_neither_live_nor_down() -> None:
    def bare(request: httpx.Request) -> httpx.Response | None:
        listed = {"data": [{"id": real.COVERED}, {"id": "a/b"}]}
        return answer(200, listed) if request.url.path == "/v1/models" else None

    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
    run = asyncio.run(probe_key(Key(KEY_NAME, PERSONAS["launch-ready"].key), choices, transport=Between(instead=bare)))
    readiness = judge_run(run)
    assert readiness.passport[Axis.MODELS].answer is YES
    assert readiness.gates[3].may is UNKNOWN


# Capabilities.


@pytest.mark.parametrize("persona", PERSONAS)
def test_ten_capabilities_have_a_state_and_a_why(persona: str, run_persona: RunPersona) -> None:
    rows = judge_run(run_persona(persona)).capabilities
    assert len(rows) == 10
    assert all(row.why for row in rows)
    asks = {row.ask for row in run_persona(persona).answers} | {
        ask.name for ask in run_persona(persona).plan.provider.asks
    }
    for row in rows:
        if row.state in {CapabilityState.PROVED, CapabilityState.DENIED}:
            assert {ask for ask in row.asks.split(", ") if ask} <= asks


@pytest.mark.parametrize(
    ("persona", "capability", "state"),
    [
        ("launch-ready", "key_identity", "proved"),
        ("launch-ready", "capability_matrix", "proved"),
        ("classic-write", "capability_matrix", "partial"),
        ("launch-ready", "balance_and_quota", "proved"),
        ("no-billing-scope", "balance_and_quota", "partial"),
        ("prepaid-unread", "balance_and_quota", "denied"),
        ("no-inference-scope", "model_permission_matrix", "denied"),
        ("launch-ready", "limit_matrix", "partial"),
        ("launch-ready", "price_book", "proved"),
        ("unpriced", "price_book", "partial"),
        ("org-blocked", "region_and_route", "denied"),
        ("launch-ready", "continuous_monitoring", "unknown"),
        ("firewall", "key_identity", "unknown"),
        ("revoked", "key_identity", "unknown"),
        ("wrong-host", "provider_identity", "unknown"),
    ],
)
def test_a_capability_is_as_far_answered_as_its_evidence_goes(
    persona: str, capability: str, state: str, run_persona: RunPersona
) -> None:
    states = {row.capability: row.state for row in judge_run(run_persona(persona)).capabilities}
    assert states[capability] == state


def test_what_a_provider_does_not_offer_is_not_offered(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    silent = replace(run, plan=replace(run.plan, provider=replace(run.plan.provider, offers=frozenset())))
    assert {row.state for row in judge_run(silent).capabilities} == {CapabilityState.NOT_OFFERED}


def monitoring(run: Run, policy: Policy | None = None) -> tuple[str, str]:
    found = {row.capability: row for row in judge_run(run, policy=policy).capabilities}["continuous_monitoring"]
    return found.state, found.why


def test_samples_prove_the_monitoring_and_one_does_not(run_persona: RunPersona) -> None:
    state, why = monitoring(run_persona("launch-ready", samples=1))
    assert state == "partial"
    assert why == "samples taken: 1 (model_catalog) over 0.0 s, 0 failed; it takes 3 to see a host fail"
    state, why = monitoring(run_persona("launch-ready", samples=3))
    assert state == "proved"
    assert re.match(r"samples taken: 3 \(model_catalog\) over [1-9]\d*\.\d s, 0 failed", why)


@pytest.mark.parametrize(
    ("outcomes", "policy", "state"),
    [
        ((OK, OK), {}, "partial"),
        ((OK, OK, OK), {}, "proved"),
        ((OK, DOWN, OK), {}, "proved"),
        ((DOWN, DOWN, DOWN), {}, "partial"),
        ((OK, OK, BUSY), {}, "partial"),
        ((BUSY, BUSY, BUSY), {}, "partial"),
        ((OK, OK, OK), {"min_samples": 4}, "partial"),
        ((OK, OK), {"unstable_failures": 0}, "proved"),
        ((OK,), {"unstable_failures": 0}, "partial"),
    ],
)
def test_monitoring_is_proved_by_as_many_samples_as_it_takes_to_see_a_host_fail(
    outcomes: tuple[Outcome, ...], policy: dict[str, int], state: str, run_persona: RunPersona
) -> None:
    run = sampled(run_persona("launch-ready"), *outcomes)
    assert monitoring(run, replace(Policy(), **policy))[0] == state  # type: ignore[arg-type]


# Foreign text.


def test_a_route_whose_name_has_braces_is_judged_and_told() -> None:
    model = {"id": real.COVERED, "providers": [{"provider": "{evil} {0}", "status": "error"}]}
    given = answer(200, {"data": [model]})
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
    transport = Between(instead=lambda request: given if request.url.path == "/v1/models" else None)
    run = asyncio.run(probe_key(Key(KEY_NAME, PERSONAS["launch-ready"].key), choices, transport=transport))
    readiness = judge_run(run)
    assert "{evil} {0}" in readiness.action.why
    assert readiness.to_json()["action"]["why"] == readiness.action.why  # type: ignore[index]


# Policies.


def test_a_dimension_requires_the_gates_up_to_its_own() -> None:
    required = {name: policy.required for name, policy in DIMENSIONS.items()}
    assert required == {
        "onboarding-readiness": ("identification",),
        "inventory-fit": ("identification", "inventory", "pricing"),
        "commercial-launch": ("identification", "inventory", "pricing", "routing", "launch"),
    }
    assert all(policy.dimension == name for name, policy in DIMENSIONS.items())
    assert of_dimension("commercial-launch") == Policy()
    with pytest.raises(UnknownName, match="inventory-fit"):
        of_dimension("launch")


def toml(policy: Policy) -> str:
    def written(value: object) -> str:
        return (
            str(value).lower()
            if isinstance(value, bool)
            else repr(list(map(str, value)))
            if isinstance(value, tuple)
            else repr(value)
        )

    return "\n".join(f"{field.name} = {written(getattr(policy, field.name))}" for field in fields(Policy))


@pytest.mark.parametrize(
    "policy",
    [
        *DIMENSIONS.values(),
        replace(
            Policy(), max_price_age_days=7.0, unpublished_limits_pass=False, min_samples=4, planned_tokens_per_min=1e6
        ),
        replace(Policy(), required=("identification", "launch"), max_price_spread=0.0),
    ],
)
def test_a_policy_comes_back_from_toml_and_from_its_own_json_as_it_was(policy: Policy, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(toml(policy), encoding="utf-8")
    assert read_policy(file) == policy
    assert change(Policy(), policy.to_json()) == policy


def test_a_policy_file_says_only_how_it_differs(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("max_price_age_days = 7\n", encoding="utf-8")
    assert read_policy(file, "inventory-fit") == replace(of_dimension("inventory-fit"), max_price_age_days=7.0)
    file.write_text('dimension = "onboarding-readiness"\n', encoding="utf-8")
    assert read_policy(file, "inventory-fit") == of_dimension("onboarding-readiness")
    file.write_text("", encoding="utf-8")
    assert read_policy(file) == Policy()
    assert isinstance(change(Policy(), {"min_samples": 3.0}).min_samples, int)
    assert isinstance(change(Policy(), {"min_days_valid": 3}).min_days_valid, float)


def test_gates_are_required_in_their_order_whatever_the_file_says() -> None:
    assert change(Policy(), {"required": ["launch", "inventory", "launch"]}).required == ("inventory", "launch")


@pytest.mark.parametrize(
    "text",
    [
        "price_age = 7",
        'max_price_age_days = "7"',
        "max_price_age_days = true",
        "max_price_age_days = -1",
        "max_price_age_days = nan",
        "max_price_age_days = inf",
        "max_price_age_days = [7]",
        "max_price_age_days = 2026-11-23",
        "min_samples = 1.5",
        "min_samples = 99999999999999",
        "unpublished_limits_pass = 1",
        'unpublished_limits_pass = "yes"',
        "required = []",
        'required = "launch"',
        'required = ["lunch"]',
        "required = [1]",
        'required = [["launch"]]',
        "required = [{a = 1}]",
        "[policy]\nmin_samples = 3",
        "min_samples = ",
        "min_samples = 1\nmin_samples = 2",
        "min_samples = " + "9" * 5000,
        "required = " + "[" * 5000,
    ],
)
def test_a_policy_that_is_wrong_is_a_callers_mistake_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(file)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, CallerError)


@pytest.mark.parametrize("text", ['dimension = "launch"', "dimension = 3", "dimension = []"])
def test_a_dimension_that_does_not_exist_is_a_callers_mistake(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CallerError, match="commercial-launch"):
        read_policy(file)


def test_a_policy_file_that_cannot_be_read_is_a_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "missing.toml", tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(PolicyInvalid, match=r"give a TOML file|cannot be read"):
            read_policy(file)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end here")
def test_a_policy_without_an_end_is_a_callers_mistake() -> None:
    with pytest.raises(PolicyInvalid, match="has more than 1,000,000 characters"):
        read_policy("/dev/zero")


@pytest.mark.parametrize("name", [field.name for field in fields(Policy) if isinstance(field.default, float | int)])
@pytest.mark.parametrize("value", [0, 1, 1e6])
def test_a_policy_that_was_accepted_can_be_judged_by(name: str, value: float, run_persona: RunPersona) -> None:
    policy = Policy()
    if isinstance(getattr(policy, name), bool):
        value = bool(value)  # its two values are all there are
    readiness = judge_run(run_persona("launch-ready"), policy=change(policy, {name: value}))
    assert readiness.ready in {True, False, None}


@pytest.mark.parametrize("days", [9.9e4, 9.9e8, 9.9e9, 9.9e11])
@pytest.mark.parametrize("name", ["max_price_age_days", "min_days_valid"])
def test_more_days_than_time_has_are_refused_or_can_be_judged_by(name: str, days: float) -> None:
    try:
        policy = change(Policy(), {name: days})
    except PolicyInvalid:
        assert days > 1e6
        return
    assert len(judge_run(_with_expiry(_RUNS["launch-ready"]), policy=policy).gates) == 5


def _with_expiry(run: Run) -> Run:
    row = replace(run.metrics[0], metric="expires_at", value="2030-01-01T00:00:00+00:00", number=None, unit="UTC")
    return replace(run, metrics=(*run.metrics, row))
