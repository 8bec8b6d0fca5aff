"""A run asks for nothing twice, and the control of an endpoint is sent once for all keys."""

import asyncio
from collections import Counter

import pytest

from testkey_nb import sandbox
from testkey_nb.keys import Key
from testkey_nb.probe import CONTROL, Run, plan, probe_key

READY = "launch-ready"
PROVIDERS = [provider for provider, known in sandbox.PERSONAS.items() if READY in known]


def runs(provider: str, count: int) -> tuple[list[Run], list[tuple[str, bool, bool]]]:
    """Probe so many times over one transport; return the runs and what was asked: path, with a key, with a control."""
    persona, transport = sandbox.PERSONAS[provider][READY], sandbox.transport(provider, READY)
    what = plan(provider, models=persona.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="a test")

    async def probed() -> list[Run]:
        return [await probe_key(Key("SANDBOX_KEY", persona.key), what, transport=transport) for _ in range(count)]

    found = asyncio.run(probed())
    asked = transport.app.state.requests  # type: ignore[attr-defined]  # the Starlette application
    return found, [(one.path, one.has_key, one.key_is_control) for one in asked]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_path_is_asked_for_twice_with_or_without_the_key(provider: str) -> None:
    (run,), asked = runs(provider, 1)
    assert len(asked) == run.manifest.requests
    distinct = {(row.path.partition("?")[0], row.keyed): row.path for row in run.answers}
    assert not {one: count for one, count in Counter(asked).items() if count > 1 and one[:2] in distinct}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_run_sends_no_control(provider: str) -> None:
    (first, second), asked = runs(provider, 2)
    controls = Counter(path for path, _, control in asked if control)
    assert all(count == 1 for count in controls.values())
    assert any(row.ask == CONTROL for row in first.answers) == bool(controls)
    assert not any(row.ask == CONTROL for row in second.answers)
