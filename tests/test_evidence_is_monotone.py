"""Less evidence is never a better verdict: a yes that turns into unknown opens no gate, whatever the yes was about."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from conftest import AllDone, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge import DIMENSIONS, judge_run, of_dimension
from testkey_nb.outcome import Answer, Gate, Verdict
from testkey_nb.probe import Run

PERSONAS = ("launch-ready", "broke", "prepaid-unread", "unpriced", "routes-down", "classic-write")
STAGES = [None, *Gate]
_PROBED: dict[str, Run] = {}

LESS: Mapping[str, Callable[[Run], Run]] = {
    "identity": lambda run: replace(run, identity=replace(run.identity, verdict=Verdict.UNKNOWN)),
    "prices": lambda run: replace(run, prices=()),
    "routes": lambda run: replace(run, models=tuple(replace(row, route_status=None) for row in run.models)),
    "models": lambda run: replace(run, models=()),
    "limits": lambda run: replace(run, limits=()),
    "samples": lambda run: replace(run, answers=tuple(row for row in run.answers if not row.sample)),
    "metrics": lambda run: replace(run, metrics=()),
    "findings": lambda run: replace(run, findings=tuple(one for one in run.findings if one.answer is not Answer.YES)),
}


@pytest.fixture(scope="module", autouse=True)
def _probed(run_persona: RunPersona) -> None:
    _PROBED.update({name: run_persona(name, samples=2 * (name == "launch-ready")) for name in PERSONAS})


@given(st.sampled_from(PERSONAS), st.sampled_from(list(DIMENSIONS)), st.sets(st.sampled_from(list(LESS)), min_size=1))
def test_less_evidence_never_makes_ready_and_never_raises_the_stage(
    all_done: AllDone, persona: str, dimension: str, less: set[str]
) -> None:
    run = _PROBED[persona]
    folder, policy = all_done(run), of_dimension(dimension)
    before = judge_run(run, folder, policy)
    for name in less:
        run = LESS[name](run)
    after = judge_run(run, folder, policy)
    assert after.ready is not True or before.ready is True
    assert STAGES.index(after.stage) <= STAGES.index(before.stage)
    if "identity" in less or ("models" in less and dimension != "onboarding-readiness"):
        assert after.ready is not True
