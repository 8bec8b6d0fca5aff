"""Many keys at once while things go wrong: no verdict is another's, nothing leaks, nothing is left open."""

import asyncio
import gc
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import fault_table
import httpx
import pytest
from canary import Canary
from crowd import Crowd, key_of, named
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from testkey_nb import sandbox
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import Run, plan, probe_batch, probe_key
from testkey_nb.sandbox.faults import FAULTS
from testkey_nb.sandbox.faulty import Fault, Faulty, Happening

PERSONAS = {
    "huggingface": ("launch-ready", "revoked", "broke", "no-inference-scope"),
    "openai": ("launch-ready", "revoked"),
    "deepseek": ("launch-ready", "revoked", "broke"),
    "anthropic": ("launch-ready", "revoked"),
}
KEYS = 12  # of each provider
EVERY = {"keyed requests of every second key": 2, "any request": 4}  # of the requests that may go wrong, one does
MANY = (
    "reset inside the body", "401 with an unfamiliar body", "gzip that is none", "a page that is said to be JSON",
    "closed without an answer", "an answer, and a refusal behind it", "500 with an unfamiliar body", "two lengths",
    "the right body as a 401", "an echo of the whole request", "what another path answers", "a cookie",
    "garbage behind a gzip", "kept alive, then reset by the next request",
)  # fmt: skip


@dataclass
class ManyFaults:
    """Each of several faults in turn, at a fraction of the requests that may go wrong; `hit` counts them by key."""

    every: int
    spared: Mapping[str, bool]  # by key, and by nothing for requests without one of them
    hit: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    def __post_init__(self) -> None:
        self._turns = cycle(FAULTS[name] for name in MANY)

    async def happens(self, on: Happening) -> None:
        key = next((key for key in self.spared if key and key in on.request), "")
        self.seen += not self.spared[key]
        if self.spared[key] or self.seen % self.every:
            await on.write(on.given.wire())
            return
        self.hit[key] += 1
        await next(self._turns).happens(on)


@dataclass
class Loaded:
    """A batch under faults that has ended."""

    faults: ManyFaults
    personas: Mapping[str, tuple[str, str]]  # provider and persona by variable
    keys: Mapping[str, str]
    verdicts: Mapping[str, Readiness]
    arrived: int
    left: list[str]  # tasks and descriptors that were not there before
    grown_mib: float | None


def street(crowds: Mapping[str, Crowd]) -> ASGIApp:
    """Return one application with each provider below its name."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        provider, _, path = scope["path"].lstrip("/").partition("/")
        below = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}
        await crowds.get(provider, Response(status_code=404))(below, receive, send)

    return answer


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0


@pytest.fixture(scope="module", params=EVERY)
def loaded(request: pytest.FixtureRequest) -> Loaded:
    """Probe 48 keys of four providers at one server."""
    personas = {
        f"{provider.upper()}_{number}": (provider, known[number % len(known)])
        for provider, known in PERSONAS.items()
        for number in range(KEYS)
    }
    keys = {name: key_of(*of, number) for number, (name, of) in enumerate(personas.items())}
    crowds = {
        provider: Crowd(provider, {keys[name]: persona for name, (of, persona) in personas.items() if of == provider})
        for provider in PERSONAS
    }
    everywhere = request.param == "any request"
    spared = {key: not everywhere and number // 4 % 2 == 0 for number, key in enumerate(keys.values())}
    faults = ManyFaults(EVERY[request.param], {**spared, "": not everywhere})
    server = Faulty("openai", "launch-ready", Fault("many", faults.happens), answers=street(crowds))

    async def go() -> tuple[list[Run], list[str], float | None]:
        before, opened = asyncio.all_tasks(), descriptors()
        memory = fault_table.Memory()
        async with server as origin:
            asked = [named(name, provider, f"{origin}/{provider}") for name, (provider, _) in personas.items()]
            runs = await probe_batch(asked)
        await asyncio.sleep(0.1)  # the server's connections close
        gc.collect()
        left = [repr(task) for task in asyncio.all_tasks() - before]
        return list(runs), [*left, *["a descriptor"] * (descriptors() - opened)], memory.grown_mib()

    with pytest.MonkeyPatch.context() as patch:
        for name, key in keys.items():
            patch.setenv(name, key)
        runs, left, grown_mib = asyncio.run(go())
    verdicts = {run.key_name: judge_run(run) for run in runs}
    return Loaded(faults, personas, keys, verdicts, len(server.asked), left, grown_mib)


@pytest.fixture(scope="module")
def alone() -> dict[tuple[str, str], Mapping[Axis, Answer]]:
    """Tell the passport of each persona where nothing goes wrong and nobody else asks."""

    async def go(provider: str, persona: str) -> Run:
        choices = plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
        door = httpx.ASGITransport(Crowd(provider, {key_of(provider, persona, 0): persona}))
        return await probe_key(Key("ALONE", key_of(provider, persona, 0)), choices, transport=door)

    pairs = [(provider, persona) for provider, known in PERSONAS.items() for persona in known]
    return {pair: fault_table.answers(judge_run(asyncio.run(go(*pair)))) for pair in pairs}


def test_faults_did_happen_and_all_runs_ended_in_their_time(loaded: Loaded) -> None:
    assert len(loaded.verdicts) == len(loaded.keys) == 48
    assert loaded.faults.hit.total() >= len(MANY)
    late = [row.why for one in loaded.verdicts.values() for row in one.run.answers if "time was over" in row.why]
    assert not late


def test_what_nothing_happened_to_gets_the_verdict_it_gets_alone(
    loaded: Loaded, alone: dict[tuple[str, str], Mapping[Axis, Answer]]
) -> None:
    for name, one in loaded.verdicts.items():
        expected, found = alone[loaded.personas[name]], fault_table.answers(one)
        if loaded.faults.spared[""] and not loaded.faults.hit[loaded.keys[name]]:
            assert found == expected, name
        wrong = {axis: found[axis] for axis in Axis if found[axis] not in {expected[axis], Answer.UNKNOWN}}
        assert not wrong, name


def test_what_the_manifests_count_is_what_arrived(loaded: Loaded) -> None:
    assert sum(one.run.manifest.requests for one in loaded.verdicts.values()) == loaded.arrived


def test_nothing_is_left_open_and_memory_stays_under_its_ceiling(loaded: Loaded) -> None:
    assert not loaded.left
    assert loaded.grown_mib is None or loaded.grown_mib < fault_table.CEILING_MIB


def test_no_run_says_a_key(loaded: Loaded) -> None:
    looked_for = {pair: name for name, pair in loaded.personas.items()}.values()  # in every shape, which takes a while
    for name, one in loaded.verdicts.items():
        shown = [json.dumps(one.to_json(), ensure_ascii=False), repr(one.run.answers), repr(one.run.identity.evidence)]
        assert name not in looked_for or not Canary(loaded.keys[name]).find("\n".join(shown)), name
        assert not any(key in text for key in loaded.keys.values() for text in shown), name
