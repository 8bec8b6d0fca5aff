"""Read-only, proved: whatever sends, of whatever provider, sends GET without a body, once, and no more than it may."""

import asyncio
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import fault_table
import httpx
import pytest
from conftest import KEY_NAME
from endpoints import answer

from testkey_nb import sandbox
from testkey_nb.cli import main
from testkey_nb.cli.commands import app
from testkey_nb.errors import AddressRefused
from testkey_nb.fleet import probe_many
from testkey_nb.http import Exchange, Network, Sender
from testkey_nb.http.resolving import addresses_of
from testkey_nb.identity import identify_endpoint
from testkey_nb.keys import Key
from testkey_nb.panels import ComparePanel, ModelsPanel, OnboardingPanel
from testkey_nb.probe import Asked, Plan, Vantage, Watch, plan, probe_batch, probe_from, probe_key
from testkey_nb.probe.asking import Asking
from testkey_nb.probe.probing import Probing
from testkey_nb.providers import PROVIDERS
from testkey_nb.sandbox.faulty import Faulty

ELSEWHERE = "elsewhere.example"
ROOMS = ("", ".probe", ".fleet", ".identity", ".panels")


class Recorder(httpx.AsyncBaseTransport):
    """What a persona answers, and all that was sent; `moved` sends everybody elsewhere instead."""

    def __init__(self, provider: str = "huggingface", persona: str = "launch-ready", *, moved: bool = False) -> None:
        self.requests: list[httpx.Request] = []
        self.moved, self._inner = moved, sandbox.transport(provider, persona)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await request.aread()
        if self.moved:
            status = (301, 302, 303, 307, 308)[len(self.requests) % 5]
            return answer(status, "", {"location": f"https://{ELSEWHERE}{request.url.path}"})
        return await self._inner.handle_async_request(request)

    def only_read(self) -> bool:
        """Whether nothing but GET without a body left, all of it to where it was asked to go."""
        assert self.requests
        bodies = [request for request in self.requests if request.content or "content-length" in request.headers]
        methods = {request.method for request in self.requests}
        return methods == {"GET"} and not bodies and ELSEWHERE not in {request.url.host for request in self.requests}


def asking(provider: str = "huggingface", **more: object) -> tuple[Key, Plan]:
    who = sandbox.PERSONAS[provider][fault_table.best(provider)]
    what = plan(
        provider,
        base_url=sandbox.ORIGIN,
        trust_endpoint=True,
        models=who.models,
        operator="the tests",
        **more,  # type: ignore[arg-type]  # as `plan` takes them
    )
    return Key(KEY_NAME, who.key), what


# Every public entry.


async def _watched(way: Recorder) -> None:
    watch = Watch(*asking(), every_s=0.1, requests=20, transport=way)
    async with aclosing(watch.rows()) as rows:
        async for _ in rows:
            pass


async def _panel(panel: OnboardingPanel | ComparePanel | ModelsPanel) -> None:
    await panel.probe_now()


async def _fleet(way: Recorder) -> None:
    key, what = asking()
    await probe_many([Asked(key, what, way)])


ONE = {"huggingface": ("launch-ready",)}
ENTRIES: dict[str, Callable[[Recorder], object]] = {
    "probe_key": lambda way: probe_key(*asking(samples=1, other_platforms=True), transport=way),
    "probe_batch": lambda way: probe_batch([Asked(*asking(), way)]),
    "probe_from": lambda way: probe_from(*asking(), [Vantage("here")], transports={"here": way}),
    "probe_many": _fleet,
    "Watch": _watched,
    "identify_endpoint": lambda way: identify_endpoint("https://relay.example", transport=way),
    "OnboardingPanel": lambda way: _panel(OnboardingPanel(transport=way)),
    "ComparePanel": lambda way: _panel(ComparePanel(transport=way, personas=ONE)),
    "ModelsPanel": lambda way: _panel(ModelsPanel(transport=way, personas=ONE)),
}
WAYS_OUT = {"Asked", "Batch", "Fleet"}  # what carries a way out, and what `probe_batch` and `probe_many` run


def with_a_way_out() -> Iterator[str]:
    """Return every public name that can be given a way out, or takes what has one."""
    for room in ROOMS:
        module = importlib.import_module(f"testkey_nb{room}")
        for name in module.__all__:
            public = getattr(module, name)
            if callable(public) and {"transport", "transports", "asked"} & set(_parameters(public)):
                yield name


def _parameters(public: Callable[..., object]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(public).parameters)
    except ValueError:
        return ()


def test_every_public_name_that_can_send_is_tried() -> None:
    assert set(with_a_way_out()) == set(ENTRIES) | WAYS_OUT


@pytest.mark.parametrize("moved", [False, True], ids=["answered", "moved elsewhere"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_public_entry_only_reads_and_follows_nothing(entry: str, moved: bool) -> None:  # noqa: FBT001 - a column
    way = Recorder("huggingface", fault_table.best("huggingface"), moved=moved)

    async def entered() -> None:
        sent = ENTRIES[entry](way)
        assert inspect.isawaitable(sent)
        await sent

    asyncio.run(entered())
    assert way.only_read()
    urls = [str(request.url) for request in way.requests]
    if moved and entry != "Watch":  # which repeats its questions
        assert len(urls) == len(set(urls))


# Every ask of every provider.


@pytest.mark.parametrize("moved", [False, True], ids=["answered", "moved elsewhere"])
@pytest.mark.parametrize("provider", sandbox.PERSONAS)
def test_a_run_of_any_provider_only_reads_within_its_budget(provider: str, moved: bool) -> None:  # noqa: FBT001
    way = Recorder(provider, fault_table.best(provider), moved=moved)
    run = asyncio.run(probe_key(*asking(provider, samples=1, other_platforms=True), transport=way))
    assert way.only_read()
    assert run.manifest.requests == run.manifest.attempts == len(way.requests)
    assert run.manifest.methods == {"GET"}
    assert not [row.why for row in run.answers if "budget" in row.why or "only reads" in row.why]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_ask_of_a_provider_can_be_asked_by_reading(provider: str) -> None:
    asks, way = PROVIDERS[provider].asks, Recorder()

    async def asked() -> list[Exchange]:
        async with Sender(way, budget=len(asks) + 1, headers=PROVIDERS[provider].headers) as sender:
            return [await sender.get(f"https://{ask.host}{ask.of('a/model')}", host=ask.host) for ask in asks]

    if not asks:
        pytest.skip("it has no asks")
    assert len(asyncio.run(asked())) == len(way.requests) == len(asks)
    assert way.only_read()


@pytest.mark.parametrize("budget", [1, 3])
@pytest.mark.parametrize("provider", sandbox.PERSONAS)
def test_nothing_leaves_beyond_a_budget_whoever_is_asked(provider: str, budget: int) -> None:
    way = Recorder(provider, fault_table.best(provider))
    key, what = asking(provider, samples=1)

    async def probed() -> int:
        async with Sender(way, key=key, budget=budget, headers=what.provider.headers) as sender:
            await Probing(Asking(sender, key, what)).run()
            return sender.manifest.requests

    assert asyncio.run(probed()) == len(way.requests) <= budget


def test_what_could_not_leave_is_spent_of_the_budget_and_is_not_counted_as_sent() -> None:
    async def asked() -> tuple[list[Exchange], SimpleNamespace]:
        async with Sender(Network(resolve=lambda _host, _port: []), budget=3) as sender:
            exchanges = [await sender.get(f"https://provider.example/{number}") for number in range(5)]
            return exchanges, SimpleNamespace(**sender.manifest.to_json(), attempts=sender.manifest.attempts)

    exchanges, told = asyncio.run(asked())
    assert [exchange.number for exchange in exchanges] == [1, 2, 3, 0, 0]
    assert "budget of 3" in exchanges[-1].fault
    assert (told.requests, told.attempts, told.methods, told.hosts) == (0, 3, [], [])


# The command line.

COMMANDS = {
    "probe": ("--json",),
    "report": ("--json", "--out", "OUT"),
    "apply": ("add_provider_config", "--launch-dir", "FOLDER", "--yes", "--json"),
    "identify": ("--json",),
}
SENDS_NOTHING = {"providers", "demo", "sandbox", "lab", "diff"}  # `demo` asks in this process, as the panels do


def test_every_command_that_can_send_is_tried() -> None:
    names = {str(one.name or getattr(one.callback, "__name__", "")) for one in app.registered_commands}
    assert names == set(COMMANDS) | SENDS_NOTHING


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_only_reads(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"OUT": str(tmp_path / "report.html"), "FOLDER": str(tmp_path / "launch")}
    (tmp_path / "launch").mkdir()
    monkeypatch.setenv(KEY_NAME, sandbox.PERSONAS["huggingface"]["launch-ready"].key)
    faulty = Faulty("huggingface", "launch-ready")
    whose = () if command == "identify" else ("--provider", "huggingface", "--operator", "tests", "--trust-endpoint")

    async def called() -> int:
        async with faulty as origin:
            words = [named.get(word, word) for word in COMMANDS[command]]
            words = [command, *words, "--key-env", KEY_NAME, "--base-url", origin, *whose]
            monkeypatch.setattr(sys, "argv", ["testkey", *words])
            with pytest.raises(SystemExit) as left:
                await asyncio.to_thread(main)
            return int(left.value.code or 0)

    assert asyncio.run(called()) in {0, 3, 4}
    told = json.loads(capsys.readouterr().out)
    assert faulty.firsts
    assert {first.split()[0] for first in faulty.firsts} == {"GET"}
    assert told["manifest"]["requests"] == len(faulty.firsts)


# Addresses, in whatever form.

AS_NUMBERS = (
    "2852039166", "0xa9fea9fe", "025177524776", "169.254.43518", "0251.0376.0251.0376", "0xa9.254.0251.254",
    "169.254.169.254.", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]", "0",
)  # fmt: skip


@pytest.mark.parametrize("host", AS_NUMBERS)
def test_a_private_address_is_refused_however_it_is_written_and_asked_over_https_where_it_is_vouched_for(
    host: str,
) -> None:
    with pytest.raises(AddressRefused, match="private address"):
        plan("openai", base_url=f"https://{host}", operator="tests")
    with pytest.raises(AddressRefused, match="in the clear"):
        plan("openai", base_url=f"http://{host}", trust_endpoint=True, operator="tests")
    with pytest.raises(AddressRefused, match="private address"):
        asyncio.run(identify_endpoint(f"https://{host}"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1"])
def test_what_the_system_takes_for_this_machine_is_known_as_it(host: str) -> None:
    try:
        found = addresses_of(host, 443)
    except OSError:
        pytest.skip("this system does not take it for an address")
    assert found == ["127.0.0.1"]
    assert plan("openai", base_url=f"http://{host}", trust_endpoint=True, operator="tests").vouched


@pytest.mark.parametrize("host", AS_NUMBERS)
def test_a_sender_by_itself_asks_no_private_address_either(host: str) -> None:
    async def asked() -> tuple[Exchange, int]:
        async with Sender(request_s=2) as sender:
            return await sender.get(f"https://{host}/latest/meta-data"), sender.manifest.requests

    exchange, requests = asyncio.run(asked())
    assert exchange.reply is None
    assert requests == 0
    assert "private address" in exchange.fault or exchange.fault.startswith(("connect", "network"))
