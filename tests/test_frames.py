"""The ten frames: golden columns and dtypes, the same for none and for many."""

from datetime import UTC, datetime
from enum import StrEnum

import pandas as pd
import pytest
from conftest import PERSONAS, RunPersona

from testkey_nb.frames import columns, frame
from testkey_nb.judge import judge_run
from testkey_nb.outcome import (
    Action,
    Answer,
    Axis,
    Capability,
    CapabilityState,
    Family,
    Gate,
    GateState,
    Outcome,
    Speaks,
    Standing,
)
from testkey_nb.rows import GRAINS, ModelRow, Stamp

TEXT, WHOLE, NUMBER, FLAG, TIME = "string", "Int64", "Float64", "boolean", "datetime64[us, UTC]"
KEYS = {"run_id": TEXT, "provider": TEXT, "key_hint": TEXT, "observed_at": TIME}
GOLDEN: dict[str, dict[str, str | type[StrEnum]]] = {
    "evidence": {
        "endpoint": TEXT, "mark": TEXT, "observed": TEXT, "speaks": Speaks, "points_to": TEXT, "source": TEXT,
        "checked": TEXT,
    },
    "answers": {
        "ask": TEXT, "sample": WHOLE, "request": WHOLE, "method": TEXT, "host": TEXT, "path": TEXT, "keyed": FLAG,
        "status": WHOLE, "outcome": Outcome, "why": TEXT, "source": TEXT, "said": TEXT, "latency_s": NUMBER,
        "total_s": NUMBER, "size_bytes": WHOLE, "edge": TEXT, "retry_after": TEXT, "asked_at": TIME,
        "dns_s": NUMBER, "connect_s": NUMBER, "tls_s": NUMBER, "first_byte_s": NUMBER, "transfer_s": NUMBER,
        "address_family": Family, "server_region": TEXT, "server_region_header": TEXT, "tls_issuer": TEXT,
        "shared_from": TEXT,
    },
    "metrics": {"metric": TEXT, "value": TEXT, "number": NUMBER, "unit": TEXT, "ask": TEXT},
    "models": {
        "model": TEXT, "route": TEXT, "covered": FLAG, "listed": FLAG, "standing": Standing, "route_status": TEXT,
        "mapping_status": TEXT,
        "owner": TEXT, "created_at": TIME, "context_tokens": WHOLE, "output_tokens": WHOLE,
        "input_modalities": TEXT, "output_modalities": TEXT, "tools": FLAG, "structured_output": FLAG, "free": FLAG,
        "first_token_latency_s": NUMBER, "throughput_tokens_per_s": NUMBER, "model_author": FLAG,
        "deprecated": FLAG, "deprecated_at": TIME, "shutdown_at": TIME,
    },
    "prices": {
        "model": TEXT, "route": TEXT, "region": TEXT, "source": TEXT, "input_per_mtok": NUMBER,
        "output_per_mtok": NUMBER, "free": FLAG, "checked_at": TIME, "cached_input_per_mtok": NUMBER,
        "currency": TEXT, "above_input_tokens": WHOLE, "hours": TEXT, "input_usd_per_mtok": NUMBER,
        "output_usd_per_mtok": NUMBER, "cached_input_usd_per_mtok": NUMBER,
    },
    "limits": {
        "limit": TEXT, "service": TEXT, "quota": NUMBER, "remaining": NUMBER, "window_s": NUMBER, "reset_s": NUMBER,
        "source": TEXT, "scope": TEXT, "said": TEXT, "keyed": FLAG,
    },
    "passport": {"axis": Axis, "answer": Answer, "why": TEXT, "asks": TEXT},
    "capabilities": {"capability": Capability, "state": CapabilityState, "why": TEXT, "asks": TEXT},
    "gates": {
        "gate": Gate, "required": FLAG, "may": Answer, "may_why": TEXT, "done": Answer, "done_why": TEXT,
        "state": GateState, "why": TEXT,
    },
    "actions": {"action": Action, "gate": Gate, "primary": FLAG, "why": TEXT, "opens": TEXT},
}  # fmt: skip
STAMP = Stamp("r", "huggingface", "HF_TOKEN#0", datetime(2026, 11, 23, 12, 30, 1, 5, tzinfo=UTC))


def dtypes(found: pd.DataFrame) -> dict[str, object]:
    return {str(name): dtype for name, dtype in found.dtypes.items()}


def golden(grain: str) -> dict[str, object]:
    return {
        name: pd.api.types.pandas_dtype(dtype)
        if isinstance(dtype, str)
        else pd.CategoricalDtype([member.value for member in dtype], ordered=True)
        for name, dtype in {**KEYS, **GOLDEN[grain]}.items()
    }


def test_there_are_ten_grains() -> None:
    assert list(GRAINS) == list(GOLDEN)
    assert len(GRAINS) == 10


@pytest.mark.parametrize("grain", GOLDEN)
def test_an_empty_frame_has_all_columns_in_order_and_their_dtypes(grain: str) -> None:
    found = frame(GRAINS[grain], [])
    assert len(found) == 0
    assert list(found.columns) == [*KEYS, *GOLDEN[grain]]
    assert dtypes(found) == golden(grain)
    assert dtypes(frame(GRAINS[grain], [(STAMP, [])])) == golden(grain)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("grain", GOLDEN)
def test_a_filled_frame_has_the_same(grain: str, persona: str, run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona(persona))
    found = readiness.frame(grain)
    assert dtypes(found) == golden(grain)
    assert len(found) == len(readiness.rows(grain))
    assert not [name for name, dtype in found.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    assert set(found["run_id"]) <= {readiness.run.stamp.run_id}
    assert found[list(KEYS)].notna().all().all()
    for name, kind in GOLDEN[grain].items():
        if isinstance(kind, type):
            missing = [getattr(row, name) is None for row in readiness.rows(grain)]
            assert found[name].isna().tolist() == missing, f"a word outside the closed set of {name}"


def test_every_frame_of_a_ready_key_is_filled(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"))
    assert {grain: len(readiness.frame(grain)) for grain in GOLDEN if len(readiness.frame(grain)) == 0} == {}
    assert [len(readiness.frame(grain)) for grain in ("passport", "capabilities", "gates")] == [6, 10, 5]


@pytest.mark.parametrize("grain", ["evidence", "answers", "metrics", "models", "prices", "limits"])
def test_a_run_gives_the_frames_of_its_facts(grain: str, run_persona: RunPersona) -> None:
    assert dtypes(run_persona("launch-ready").frame(grain)) == golden(grain)


def test_what_is_missing_is_missing_and_what_is_there_keeps_its_value() -> None:
    when = datetime(2026, 4, 22, 18, 4, 45, tzinfo=UTC)
    rows = [
        ModelRow("a/b", "r", covered=True, listed=False, created_at=when, context_tokens=2**53 + 1, tools=False),
        ModelRow("c", ""),
    ]
    found = frame(GRAINS["models"], [(STAMP, rows)])
    assert found.loc[0, "context_tokens"] == 2**53 + 1
    assert found.loc[0, "created_at"] == pd.Timestamp(when)
    assert [found.loc[0, name] for name in ("covered", "listed", "tools")] == [True, False, False]
    missing = [name for name in GOLDEN["models"] if name not in {"model", "route", "covered"}]
    assert found.loc[1, missing].isna().all()
    assert (found.loc[1, "route"], found.loc[1, "covered"]) == ("", False)
    assert found["observed_at"].iloc[0] == pd.Timestamp(STAMP.observed_at)


def test_runs_are_stacked_by_rows(run_persona: RunPersona) -> None:
    runs = [run_persona(persona) for persona in ("launch-ready", "firewall", "revoked")]
    found = frame(GRAINS["metrics"], [(run.stamp, run.metrics) for run in runs])
    assert dtypes(found) == golden("metrics")
    assert len(found) == sum(len(run.metrics) for run in runs)
    assert list(dict.fromkeys(found["run_id"])) == [run.stamp.run_id for run in runs if run.metrics]


def test_closed_sets_are_in_order_of_what_they_mean(run_persona: RunPersona) -> None:
    gates = judge_run(run_persona("launch-ready")).frame("gates")
    assert gates["gate"].is_monotonic_increasing
    assert gates["gate"].min() == "identification"
    assert gates["gate"].max() == "launch"


def test_columns_are_what_the_row_class_declares() -> None:
    for grain, row in GRAINS.items():
        assert [column.name for column in columns(row)] == list(GOLDEN[grain])
