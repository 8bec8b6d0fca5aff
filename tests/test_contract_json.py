"""The object that `--json` prints: its keys and types are public, for every persona."""

import asyncio
import json
import math
from collections.abc import Mapping
from datetime import datetime

import httpx
import pytest
from conftest import KEY_NAME, PERSONAS, AllDone, RunPersona

from testkey_nb.judge import DIMENSIONS, Policy, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Action, Axis, Capability, CapabilityState, Gate, Speaks, Verdict
from testkey_nb.probe import plan, probe_key

Shape = Mapping[str, type | tuple[type, ...]]
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_FLAG = (str, type(None)), (float, int, type(None)), (bool, type(None))
ANSWERS, STATES = {"yes", "no", "unknown"}, {"pass", "fail", "unknown"}
STAMPED = {"run_id": str, "provider": str, "key_hint": str, "observed_at": str}
OBJECT: Shape = {
    "schema": int, "run_id": str, "observed_at": str, "operator": str, "sandbox": bool, "provider": str,
    "dimension": str, "policy": dict, "summary": dict, "identity": dict, "passport": dict, "metrics": list,
    "models": list, "prices": list, "limits": list, "capabilities": list, "gates": list, "stage": MAYBE_TEXT,
    "ready": MAYBE_FLAG, "action": dict, "outstanding": list, "manifest": dict,
}  # fmt: skip
SUMMARY: Shape = {
    "model_coverage": list,
    "models": list,
    "probes": list,
    "metrics": list,
    "capabilities": list,
    "signal": str,
}
IDENTITY: Shape = {"verdict": str, "provider": MAYBE_TEXT, "evidence": list}
EVIDENCE: Shape = dict.fromkeys(("endpoint", "mark", "observed", "speaks", "points_to", "source", "checked"), str)
METRIC: Shape = {"metric": str, "value": (str, int, float, bool, type(None)), "unit": str, "ask": str}
MODEL: Shape = {
    **STAMPED, "model": str, "route": str, "covered": MAYBE_FLAG, "listed": MAYBE_FLAG, "standing": str,
    "route_status": MAYBE_TEXT, "mapping_status": MAYBE_TEXT, "owner": MAYBE_TEXT, "created_at": MAYBE_TEXT,
    "context_tokens": MAYBE_NUMBER,
    "output_tokens": MAYBE_NUMBER, "input_modalities": MAYBE_TEXT, "output_modalities": MAYBE_TEXT, "tools": MAYBE_FLAG,
    "structured_output": MAYBE_FLAG, "free": MAYBE_FLAG, "first_token_latency_s": MAYBE_NUMBER,
    "throughput_tokens_per_s": MAYBE_NUMBER, "model_author": MAYBE_FLAG, "deprecated": MAYBE_FLAG,
    "deprecated_at": MAYBE_TEXT, "shutdown_at": MAYBE_TEXT,
}  # fmt: skip
PRICE: Shape = {
    **STAMPED, "model": str, "route": str, "region": str, "source": str, "input_per_mtok": MAYBE_NUMBER,
    "output_per_mtok": MAYBE_NUMBER, "free": MAYBE_FLAG, "checked_at": MAYBE_TEXT,
    "cached_input_per_mtok": MAYBE_NUMBER, "currency": str, "above_input_tokens": MAYBE_NUMBER, "hours": str,
    "input_usd_per_mtok": MAYBE_NUMBER,
    "output_usd_per_mtok": MAYBE_NUMBER, "cached_input_usd_per_mtok": MAYBE_NUMBER,
}  # fmt: skip
LIMIT: Shape = {
    **STAMPED, "limit": str, "service": str, "quota": MAYBE_NUMBER, "remaining": MAYBE_NUMBER,
    "window_s": MAYBE_NUMBER, "reset_s": MAYBE_NUMBER, "source": str, "scope": str, "said": str, "keyed": bool,
}  # fmt: skip
CAPABILITY: Shape = {"capability": str, "state": str, "why": str}
GATE: Shape = {"gate": str, "may": str, "done": str, "state": str, "why": str}
ACTION: Shape = {"id": MAYBE_TEXT, "gate": MAYBE_TEXT, "why": str, "opens": str}
MANIFEST: Shape = {"requests": int, "methods": list, "hosts": list, "bytes": int, "cost_usd": int}


def shaped(found: object, shape: Shape) -> None:
    """Assert that an object has exactly these keys, in this order, with values of these types."""
    assert isinstance(found, dict)
    assert list(found) == list(shape)
    for name, kind in shape.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        assert type(found[name]) in kinds, (name, found[name])


def whole(found: Mapping[str, object]) -> None:
    shaped(found, OBJECT)
    shaped(found["summary"], SUMMARY)
    shaped(found["identity"], IDENTITY)
    shaped(found["action"], ACTION)
    shaped(found["manifest"], MANIFEST)
    for name, shape in (("metrics", METRIC), ("models", MODEL), ("prices", PRICE), ("limits", LIMIT),
                        ("capabilities", CAPABILITY), ("gates", GATE)):  # fmt: skip
        rows = found[name]
        assert isinstance(rows, list)
        for row in rows:
            shaped(row, shape)


def finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, list):
        return all(map(finite, value))
    return not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_the_object_has_its_keys_and_types(persona: str, dimension: str, run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona(persona), policy=DIMENSIONS[dimension])
    text = json.dumps(readiness.to_json(), allow_nan=False)
    found = json.loads(text)
    whole(found)
    assert finite(found)
    assert found["schema"] == 1
    assert found["provider"] == "huggingface"
    assert found["sandbox"] is True
    assert found["dimension"] == found["policy"]["dimension"] == dimension
    assert datetime.fromisoformat(found["observed_at"]).utcoffset() is not None
    assert PERSONAS[persona].key not in text


@pytest.mark.parametrize("persona", PERSONAS)
def test_its_words_are_of_the_closed_sets(persona: str, run_persona: RunPersona) -> None:
    found = json.loads(json.dumps(judge_run(run_persona(persona)).to_json()))
    assert list(found["passport"]) == [axis.value for axis in Axis]
    assert set(found["passport"].values()) <= ANSWERS
    assert [row["capability"] for row in found["capabilities"]] == [one.value for one in Capability]
    assert {row["state"] for row in found["capabilities"]} <= {one.value for one in CapabilityState}
    assert [row["gate"] for row in found["gates"]] == [gate.value for gate in Gate]
    assert {row["may"] for row in found["gates"]} <= ANSWERS
    assert {row["done"] for row in found["gates"]} <= {"yes", "no"}
    assert {row["state"] for row in found["gates"]} <= STATES
    assert found["identity"]["verdict"] in {verdict.value for verdict in Verdict}
    assert set(found["outstanding"]) <= {action.value for action in Action} - {"human_review"}
    assert found["manifest"]["methods"] == ["GET"]
    assert found["manifest"]["cost_usd"] == 0
    for row in found["identity"]["evidence"]:
        shaped(row, EVIDENCE)
        assert row["speaks"] in {one.value for one in Speaks}


@pytest.mark.parametrize("persona", PERSONAS)
def test_it_says_what_the_frames_say(persona: str, run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona(persona))
    found = json.loads(json.dumps(readiness.to_json()))
    for grain in ("models", "prices", "limits"):
        frame = readiness.frame(grain)
        assert len(found[grain]) == len(frame)
        for column in frame.columns:
            missing = [row[column] is None for row in found[grain]]
            assert missing == frame[column].isna().tolist()
    assert len(found["metrics"]) == len(readiness.frame("metrics"))
    assert [row["why"] for row in found["gates"]] == readiness.frame("gates")["why"].tolist()


def test_metrics_have_native_values(run_persona: RunPersona) -> None:
    found = judge_run(run_persona("launch-ready")).to_json()["metrics"]
    assert isinstance(found, list)
    values = {row["metric"]: row["value"] for row in found}
    assert values["key_valid"] is True
    assert values["can_pay"] is True
    assert values["usage_usd"] == 1.5
    assert isinstance(values["usage_usd"], float)
    assert values["rate_limit_quota"] == 1000
    assert isinstance(values["rate_limit_quota"], int)
    assert values["token_role"] == "fineGrained"
    scopes = [row["value"] for row in found if row["metric"] == "token_scopes"]
    assert scopes == sorted(scopes)
    assert len(scopes) == 3


def test_an_unknown_validity_is_null_and_a_refused_one_false(run_persona: RunPersona) -> None:
    for persona, expected in (("firewall", None), ("hub-throttled", None), ("revoked", False), ("broke", True)):
        found = judge_run(run_persona(persona)).to_json()["metrics"]
        assert isinstance(found, list)
        assert [row["value"] for row in found if row["metric"] == "key_valid"] == [expected], persona


def test_the_summary_lists_names(run_persona: RunPersona) -> None:
    found = judge_run(run_persona("launch-ready")).summary()
    assert found["models"] == found["model_coverage"] == ["meta-llama/Llama-3.1-8B-Instruct"]
    assert found["probes"] == ["model_catalog", "limit_snapshot", "current_key", "usage_snapshot"]
    seed = {"key_valid", "owner_id", "organization_id", "token_type", "token_role", "token_scopes"}
    assert isinstance(found["metrics"], list)
    assert seed <= set(found["metrics"])
    assert len(found["metrics"]) == len(set(found["metrics"]))
    assert judge_run(run_persona("model-gone")).summary()["model_coverage"] == []
    assert judge_run(run_persona("wrong-host")).summary()["capabilities"] == ["operational_actions"]


def test_a_ready_key_has_no_action_and_its_stage(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    found = json.loads(json.dumps(judge_run(run, all_done(run)).to_json()))
    assert (found["ready"], found["stage"], found["outstanding"]) == (True, "launch", [])
    assert found["action"] == {"id": None, "gate": None, "why": "nothing is outstanding", "opens": ""}


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_personal_data_of_the_account_is_in_it(persona: str, run_persona: RunPersona) -> None:
    text = json.dumps(judge_run(run_persona(persona)).to_json())
    for personal in ("Madeup", "madeup", "casey", "Casey", "gravatar", "avatar", ".invalid"):
        assert personal not in text


def test_a_run_that_nobody_answered_gives_the_whole_object() -> None:
    def refused(_request: httpx.Request) -> httpx.Response:
        msg = "connection refused"
        raise httpx.ConnectError(msg)

    choices = plan("huggingface", operator="tests", samples=1)
    key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
    run = asyncio.run(probe_key(key, choices, transport=httpx.MockTransport(refused)))
    for policy in DIMENSIONS.values():
        found = json.loads(json.dumps(judge_run(run, policy=policy).to_json()))
        whole(found)
        assert (found["ready"], found["sandbox"], found["action"]["id"]) == (None, False, "human_review")
        assert set(found["passport"].values()) == {"unknown"}


def test_the_policy_in_it_is_the_whole_policy(run_persona: RunPersona) -> None:
    found = json.loads(json.dumps(judge_run(run_persona("launch-ready")).to_json()))
    assert found["policy"] == json.loads(json.dumps(Policy().to_json()))
    assert found["policy"]["required"] == [gate.value for gate in Gate]
