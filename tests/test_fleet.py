"""Fleets: named credentials over real sockets, with every verdict right, hosts spared and nothing said of a key."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from canary import Canary
from conftest import whole
from crowd import READY, Crowd, key_of, named, serving

from testkey_nb import sandbox
from testkey_nb.errors import LaunchFolderInvalid, OperatorMissing, UnknownName
from testkey_nb.fleet import Fleet, Pace, probe_many, read_fleet
from testkey_nb.judge import VIEWS, Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.rows import GRAINS

PERSONAS = {
    "huggingface": (
        *("launch-ready", "revoked", "hub-throttled", "broke", "firewall", "no-inference-scope"),
        *("classic-write", "oauth", "prepaid-unread", "org-blocked"),
    ),
    "deepseek": ("launch-ready", "revoked", "throttled", "broke", "two-currencies"),
    "openai": ("launch-ready", "revoked", "throttled"),
}
SIZES = {"huggingface": 90, "deepseek": 27, "openai": 3}


@dataclass
class World:
    """A fleet that has ended, and what its servers saw."""

    crowds: dict[str, Crowd]
    personas: dict[str, tuple[str, str]]  # provider and persona by the name of the variable
    keys: dict[str, str]
    fleet: Fleet
    paces: list[Pace] = field(default_factory=list)
    ended: list[Run] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Probe 120 credentials of three providers, whose servers are on loopback."""
    personas = {
        f"{provider.upper()}_KEY_{number}": (provider, PERSONAS[provider][number % len(PERSONAS[provider])])
        for provider, size in SIZES.items()
        for number in range(size)
    }
    keys = {name: key_of(*of, number) for number, (name, of) in enumerate(personas.items())}
    crowds = {
        provider: Crowd(
            provider,
            {keys[name]: persona for name, (of, persona) in personas.items() if of == provider},
            latency_s=0.01,
        )
        for provider in SIZES
    }
    records: list[str] = []

    class Reader(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    with pytest.MonkeyPatch.context() as patch, serving(*crowds.values()) as origins:
        for name, key in keys.items():
            patch.setenv(name, key)
        reader = Reader(logging.DEBUG)
        logging.getLogger().addHandler(reader)
        patch.setattr(logging.getLogger(), "level", logging.DEBUG)
        at = dict(zip(crowds, origins, strict=True))
        asked = [named(name, provider, at[provider]) for name, (provider, _) in personas.items()]
        paces: list[Pace] = []
        ended: list[Run] = []

        async def go() -> Fleet:
            return await probe_many(asked, progress=paces.append, ended=ended.append)

        fleet = asyncio.run(go())
        logging.getLogger().removeHandler(reader)
        yield World(crowds, personas, keys, fleet, paces, ended, records)


def told(readiness: Readiness) -> tuple[object, ...]:
    """Return what a verdict says, apart from times and names."""
    passport = {axis.value: found.answer.value for axis, found in readiness.passport.items()}
    gates = [(gate.gate.value, gate.state.value) for gate in readiness.gates]
    metrics = {row.metric: row.value for row in readiness.run.metrics if row.unit != "UTC"}
    return passport, gates, readiness.ready, readiness.action.id, metrics


@pytest.fixture(scope="module")
def alone() -> dict[tuple[str, str], tuple[object, ...]]:
    """Tell of each persona what its run says when it is alone."""

    async def go(provider: str, persona: str) -> Run:
        choices = plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
        door = httpx.ASGITransport(Crowd(provider, {key_of(provider, persona, 0): persona}))
        return await probe_key(Key("ALONE", key_of(provider, persona, 0)), choices, transport=door)

    of = [(provider, persona) for provider, personas in PERSONAS.items() for persona in personas]
    return {one: told(judge_run(asyncio.run(go(*one)))) for one in of}


def test_every_credential_gets_the_verdict_it_gets_alone(
    world: World, alone: dict[tuple[str, str], tuple[object, ...]]
) -> None:
    verdicts = {one.run.key_name: told(one) for one in world.fleet.judged()}
    assert list(verdicts) == list(world.personas)
    pairs = {name: (verdict, alone[world.personas[name]]) for name, verdict in verdicts.items()}
    assert not {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    assert len({str(verdict) for verdict in verdicts.values()}) >= 9, "the personas differ"


def test_no_host_sees_more_than_four_requests_at_a_time(world: World) -> None:
    most = Counter[str]()
    for crowd in world.crowds.values():
        most |= crowd.most
    assert set(most) >= {"huggingface.co", "router.huggingface.co", "api.deepseek.com", "api.openai.com"}
    assert max(most.values()) == 4
    assert most["huggingface.co"] == 4, "the bound is used"


def test_no_connection_is_used_for_two_keys(world: World) -> None:
    for crowd in world.crowds.values():
        assert {len(keys) for keys in crowd.keys_over.values()} == {1}
        assert sum(crowd.asked.values()) > len(crowd.keys_over), "a connection is used again for the same one"


def test_what_needs_no_key_and_the_control_are_asked_once(world: World) -> None:
    for crowd in world.crowds.values():
        keyless = crowd.keyless
        assert keyless
        assert set(keyless.values()) == {1}
        assert crowd.controls == 1


def test_what_the_runs_say_they_sent_is_what_the_servers_saw(world: World) -> None:
    sent = sum(run.manifest.requests for run in world.fleet.runs)
    assert sent == sum(crowd.asked.total() for crowd in world.crowds.values())
    rows = world.fleet.frame("credentials")
    assert rows["requests"].sum() == sent
    firsts = rows[rows["shared"] == 0]
    assert sorted(firsts["provider"]) == sorted(SIZES)


def test_few_keys_of_one_provider_do_not_wait_for_many_of_another(world: World) -> None:
    order = [run.stamp.provider for run in world.ended]
    assert len(order) == sum(SIZES.values())
    assert max(place for place, provider in enumerate(order) if provider == "openai") < 30
    assert max(place for place, provider in enumerate(order) if provider == "deepseek") < 90


def test_progress_tells_done_rate_and_what_is_left(world: World) -> None:
    first, last = world.paces[0], world.paces[-1]
    assert (first.done, first.rate_per_s, first.left_s) == (0, None, None)
    assert (last.done, last.total, last.left_s) == (120, 120, 0)
    assert [pace.done for pace in world.paces] == sorted(pace.done for pace in world.paces)
    assert all(pace.total == 120 for pace in world.paces)


def test_pace_is_a_line_people_can_read() -> None:
    assert str(Pace(0, 500, 1.0, "A_KEY: /v1/models")) == "0 of 500 keys probed: A_KEY: /v1/models"
    assert str(Pace(100, 500, 8.0, "A_KEY: done")) == "100 of 500 keys probed, 12.5 per s, about 32 s left: A_KEY: done"


@pytest.mark.parametrize("name", [*GRAINS, *VIEWS, "credentials"])
def test_a_frame_is_over_all_runs(world: World, name: str) -> None:
    made = world.fleet.frame(name)
    if name in {"answers", "passport", "gates", "capabilities", "credentials"}:
        assert made["key_hint"].nunique() == 120
    assert list(made.columns[:4]) == ["run_id", "provider", "key_hint", "observed_at"]


def test_an_unknown_frame_says_which_there_are(world: World) -> None:
    with pytest.raises(UnknownName, match="passport"):
        world.fleet.frame("passports")


def test_nothing_says_a_key(world: World) -> None:
    said = [
        *map(str, world.paces),
        *world.log,
        repr(world.fleet),
        *map(whole, world.fleet.runs),
        repr(world.fleet.credentials),
    ]
    said += [world.fleet.frame(name).to_csv() for name in ("answers", "evidence", "metrics", "gates", "credentials")]
    text = "\n".join(said)
    assert not [name for name, key in world.keys.items() if key in text or key[-12:] in text]
    refused = "\n".join(line for line in text.splitlines() if "HUGGINGFACE_KEY_1#" in line)
    assert "Invalid" in refused, "the provider's own words are there"
    assert Canary(world.keys["HUGGINGFACE_KEY_1"]).find(refused) == []


HEADER = "credential,provider,owner_id,models,region,base_url\n"


def folder(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    (tmp_path / "inventory.csv").write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_an_inventory_is_a_run_for_every_line(tmp_path: Path) -> None:
    lines = (
        "HF_TOKEN,huggingface,5eed,openai/gpt-oss-20b;meta-llama/Llama-3.1-8B-Instruct,,",
        "MOONSHOT_KEY,moonshot,,,cn,",
        "MOONSHOT_KEY,moonshot,,,global,",
        "RELAY_KEY,litellm,,gpt-4o-mini,,http://127.0.0.1:4000/v1",
    )
    where = folder(tmp_path, *lines)
    first, second, third, relay = read_fleet(where, operator="the team", trusted=["http://127.0.0.1:4000/v1"])
    assert (first.name, first.plan.provider.id, first.plan.operator) == ("HF_TOKEN", "huggingface", "the team")
    assert first.plan.models == ("meta-llama/Llama-3.1-8B-Instruct", "openai/gpt-oss-20b")
    assert (second.plan.region, third.plan.region) == ("cn", "global")
    assert second.plan.models == second.plan.provider.covered_models
    assert (relay.plan.base_url, relay.plan.trust_endpoint) == ("http://127.0.0.1:4000/v1", True)


def test_an_inventory_that_an_action_wrote_needs_no_more_columns(tmp_path: Path) -> None:
    where = folder(tmp_path, "HF_TOKEN,huggingface,5eed,", header="credential,provider,owner_id,models\n")
    (one,) = read_fleet(where, operator="the team")
    assert (one.plan.region, one.plan.base_url, one.plan.trust_endpoint) == ("global", "", False)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "has no credential"),
        (("A_KEY,nobody,,,,",), "line 2: there is no provider that can be probed 'nobody'"),
        (("A_KEY,openai,,,mars,",), "line 2: there is no region of OpenAI 'mars'"),
        (("A_KEY,openai,,no model,,",), "line 2: 'no model' cannot be a model's name"),
        (("A_KEY,openai,,,,http://10.0.0.1",), "line 2: "),
        (("A_KEY,litellm,,gpt-4o-mini,,",), "line 2: LiteLLM proxy has no host of its own"),
        ((",openai,,,,",), "line 2: write the name of the environment variable"),
        (("a key,openai,,,,",), "line 2: write the name of the environment variable"),
        (
            ("A_KEY,openai,,,,", "B_KEY,openai,,,,", "A_KEY,openai,,,,"),
            "lines 2 and 4: A_KEY is named for openai twice",
        ),
        (("A_KEY,openai,,,,", "A_KEY,groq,,,,"), "lines 2 and 3: A_KEY is named for openai and for groq"),
    ],
)
def test_a_malformed_inventory_is_a_mistake_that_says_where(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(LaunchFolderInvalid) as mistake:
        read_fleet(folder(tmp_path, *lines), operator="the team")
    assert said in str(mistake.value)
    assert "inventory.csv" in str(mistake.value)


@pytest.mark.parametrize("line", ["{},huggingface,,,,", "A_KEY,huggingface,,{},,", "A_KEY,huggingface,,a/b;{},,"])
def test_a_key_in_an_inventory_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    key = key_of("huggingface", READY, 1)
    with pytest.raises(LaunchFolderInvalid, match="line 2") as mistake:
        read_fleet(folder(tmp_path, line.format(key)), operator="the team")
    assert Canary(key).find(str(mistake.value)) == []


def test_somebody_says_once_who_is_authorised(tmp_path: Path) -> None:
    where = folder(tmp_path, "A_KEY,openai,,,,", "B_KEY,openai,,,,")
    with pytest.raises(OperatorMissing):
        read_fleet(where)
    assert {one.plan.operator for one in read_fleet(where, operator="the team")} == {"the team"}
