"""One plan from several places: through real proxies on loopback, in front of the sandbox; and a plan that travels."""

import asyncio
import copy
import dataclasses
import json
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pandas as pd
import pytest
from canary import Canary
from conftest import whole
from endpoints import Between, wire
from hypothesis import given
from hypothesis import strategies as st
from proxies import Proxied, http_proxy, persona, serving, socks_proxy
from test_network import NAME, certified

from testkey_nb import sandbox
from testkey_nb.errors import (
    AddressRefused,
    CallerError,
    DataExpired,
    KeyMalformed,
    OperatorMissing,
    PlanInvalid,
    UnknownName,
)
from testkey_nb.http import Network, Proxy
from testkey_nb.http.faults import NotConnected
from testkey_nb.http.line import Line
from testkey_nb.http.network import tls_context
from testkey_nb.http.timing import Stopwatch
from testkey_nb.http.tunnels import Tunnels
from testkey_nb.judge import VantageRow, agreed, compare_vantages, judge_run, vantage_rows
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import CONTROL, Plan, Run, Vantage, plan, probe_from, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.report import render_report

SECRET = sandbox.PERSONAS["openai"]["launch-ready"].key
USER, PASSWORD = "quirk-zelda", "s3cr3t-Quirkword-77"
LOGIN = (USER, PASSWORD)
SERVE = {"http": http_proxy, "socks5": socks_proxy, "socks5h": socks_proxy}


def key() -> Key:
    return Key("OPENAI_KEY", SECRET)


def choices(port: int, **more: Any) -> Plan:  # noqa: ANN401 - as `plan` takes them
    url = f"http://127.0.0.1:{port}"
    return plan("openai", base_url=url, trust_endpoint=True, operator="tests", **more)


def trace(error: BaseException) -> str:
    """Show an exception with the values of all variables."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def facts(run: Run) -> list[tuple[str, int | None, str]]:
    return sorted((row.ask, row.status, str(row.outcome)) for row in run.answers if row.ask != CONTROL)


@asynccontextmanager
async def behind(
    scheme: str, proxied: Proxied, user: str = "", password: str = "", *, to: str = "launch-ready"
) -> AsyncIterator[tuple[int, Vantage, list[str]]]:
    """Give the port of a persona, a place behind a proxy, and what the persona was asked."""
    async with persona(to, "openai") as (port, asked), SERVE[scheme](proxied) as proxy:
        yield port, Vantage("Frankfurt", proxy.url(scheme, user, password)), asked


def seen(scheme: str, proxied: Proxied, user: str = "", password: str = "", run_s: float = 5) -> tuple[Run, list[str]]:
    async def probed() -> tuple[Run, list[str]]:
        async with behind(scheme, proxied, user, password) as (port, vantage, asked):
            [run] = await probe_from(key(), choices(port), [vantage], run_s=run_s)
            return run, asked

    return asyncio.run(probed())


# Through proxies.


@pytest.mark.parametrize("scheme", SERVE)
@pytest.mark.parametrize("login", [None, LOGIN, ("ünï@%", "p:w/ä ")], ids=["open", "login", "odd login"])
def test_a_run_through_a_proxy_is_what_it_is_without_one(scheme: str, login: tuple[str, str] | None) -> None:
    user, password = (quote(part, safe="") for part in login or ("", ""))
    run, asked = seen(scheme, proxied := Proxied(login=login), user, password)
    direct = asyncio.run(
        probe_key(key(), choices(9), transport=sandbox.transport("openai", "launch-ready")),
    )
    assert facts(run) == facts(direct)
    assert run.vantage == "Frankfurt"
    assert run.sandbox
    assert run.manifest.proxies == {f"{scheme}://127.0.0.1:{proxied.port}"}
    assert asked
    assert {there.partition(":")[0] for there in proxied.asked} == {"127.0.0.1"}
    answers = run.frame("answers")
    assert answers["first_byte_s"].notna().all()
    assert answers[["dns_s", "address_family"]].isna().all().all()  # the proxy's to know


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_may_answer_byte_by_byte(scheme: str) -> None:
    run, _ = seen(scheme, Proxied(byte_by_byte=True, login=LOGIN), *LOGIN)
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.YES


def test_a_proxy_is_told_where_to_and_neither_the_path_nor_the_key() -> None:
    _, asked = seen("http", proxied := Proxied())
    assert all(SECRET.encode() not in head and b"/v1/models" not in head for head in proxied.heads)
    assert "/v1/models" in asked


def test_tls_goes_through_the_tunnel_to_the_host_itself() -> None:
    """What a proxy passes on is checked against the host's own name, and proves who answers."""
    serves, trusts = certified("api.openai.com")

    async def probed() -> Run:
        async with persona("launch-ready", "openai", serves, mark=False) as (port, _):
            proxied = Proxied(leads=lambda _host, _port: ("127.0.0.1", port))
            async with http_proxy(proxied) as proxy:
                network = Network(Proxy(proxy.url("http")), trusts=trusts)
                return await probe_key(key(), plan("openai", operator="tests"), transport=network)

    run = asyncio.run(probed())
    assert run.identity.verdict is Verdict.GENUINE
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.YES
    answers = run.frame("answers")
    assert answers["tls_s"].notna().any()
    assert set(answers["tls_issuer"]) != {""}
    assert set(answers["host"]) == {"api.openai.com"}


def test_a_proxy_that_reads_along_is_found_out_and_gets_no_key() -> None:
    serves, trusts = certified("proxy.example")

    async def probed() -> tuple[Run, list[str]]:
        async with AsyncExitStack() as stack:
            port, asked = await stack.enter_async_context(persona("launch-ready", "openai", serves))
            proxied = Proxied(leads=lambda _host, _port: ("127.0.0.1", port))
            proxy = await stack.enter_async_context(http_proxy(proxied))
            network = Network(Proxy(proxy.url("http")), trusts=trusts)
            return await probe_key(key(), plan("openai", operator="tests"), transport=network), asked

    run, asked = asyncio.run(probed())
    assert asked == []
    assert all(row.why.startswith("tls:") for row in run.answers)


def test_a_proxy_may_be_spoken_to_over_tls() -> None:
    serves, trusts = certified("127.0.0.1")

    async def probed() -> tuple[Run, Proxied]:
        async with persona("launch-ready", "openai") as (port, _), http_proxy(Proxied(login=LOGIN), serves) as proxy:
            network = Network(Proxy(proxy.url("https", *LOGIN)), trusts=trusts)
            return await probe_key(key(), choices(port), transport=network), proxy

    run, proxied = asyncio.run(probed())
    assert proxied.asked
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.YES


def test_the_proxy_of_a_place_replaces_the_environments_and_is_used_for_this_machine_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    run, _ = seen("socks5", proxied := Proxied())
    assert proxied.asked
    assert run.manifest.proxies == {f"socks5://127.0.0.1:{proxied.port}"}


def test_the_environment_may_name_a_socks_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def probed() -> tuple[Run, list[str]]:
        async with socks_proxy(Proxied(login=LOGIN, leads=lambda _host, _port: ("127.0.0.1", 9))) as proxy:
            monkeypatch.setenv("ALL_PROXY", proxy.url("socks5", *LOGIN))
            return await probe_key(key(), plan("openai", operator="tests"), run_s=2), proxy.asked

    run, asked = asyncio.run(probed())
    assert set(asked) == {"api.openai.com:443"}
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    assert PASSWORD not in str(run.manifest)


# Proxies that fail.

FAILING = {
    "asks for a login": ("http", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
    "forbids": ("http", b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"),
    "refuses like a provider": ("http", wire(httpx.Response(401, json={
        "error": {"code": "invalid_api_key", "message": "Incorrect API key provided"}}))),
    "blocks like a provider": ("http", wire(httpx.Response(403, json={
        "error": {"code": "unsupported_country_region_territory"}}))),
    "cannot reach it": ("http", b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"),
    "moves": ("http", b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\n"),
    "hangs up": ("http", b""),
    "hangs up in the middle": ("http", b"HTTP/1.1 200 Conn"),
    "speaks something else": ("http", b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    "says more than it should": ("http", b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}"),
    "floods": ("http", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 5000),
    "knows no method": ("socks5", b"\x05\xff"),
    "is of another version": ("socks5", b"\x04\x5a"),
    "wants a login": ("socks5", b"\x05\x02"),
    "allows nothing": ("socks5", b"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"),
    "reaches nothing": ("socks5", b"\x05\x00\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"),
    "has a reason of its own": ("socks5", b"\x05\x00\x05\x63\x00\x01\x00\x00\x00\x00\x00\x00"),
    "changes its version": ("socks5", b"\x05\x00\x04\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
    "stops": ("socks5", b"\x05\x00\x05\x00\x00\x03"),
    "says nothing": ("socks5", b""),
    "is a web server": ("socks5", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
}  # fmt: skip


class Said(Line):
    """A line over which these bytes come, some at a time."""

    def __init__(self, says: bytes, size: int) -> None:
        self.says, self.size, self.closed = says, size, False

    async def connect(self, *_: object) -> "Said":
        return self

    async def read(self, most: int = 2**16) -> bytes:
        size = min(self.size, most)
        said, self.says = self.says[:size], self.says[size:]
        return said

    def write(self, said: bytes) -> None:
        pass

    async def aclose(self) -> None:
        self.closed = True


@given(
    st.sampled_from(["http", "socks5"]),
    st.binary(max_size=40)
    | st.sampled_from([says for _, says in FAILING.values()])
    | st.binary(max_size=12).map(b"\x05\x00\x05\x00\x00".__add__)
    | st.binary(max_size=12).map(b"HTTP/1.1 200 x\r\n\r\n".__add__),
    st.integers(1, 50),
)
def test_whatever_a_proxy_says_is_a_tunnel_or_a_reason_and_no_connection_is_left(
    scheme: str, says: bytes, size: int
) -> None:
    stream = Said(says, size)
    tunnels = Tunnels(Proxy(f"{scheme}://x"), stream, tls_context())
    why, opened = "", None
    try:
        tunnels.connect("provider.example", 443, Stopwatch()).send(None)  # nothing in it waits
    except StopIteration as done:
        opened = done.value
    except NotConnected as fault:
        why = fault.why
    assert (opened, stream.closed) == ((None, True) if why else (stream, False))
    assert not why or why.startswith("proxy: ")


def undecided(run: Run) -> None:
    assert run.answers
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    readiness = judge_run(run)
    assert {finding.answer for finding in readiness.passport.values()} == {Answer.UNKNOWN}
    assert readiness.ready is None


@pytest.mark.parametrize("how", FAILING)
def test_a_proxy_that_fails_is_a_run_without_answers_and_says_nothing_of_the_key(how: str) -> None:
    scheme, says = FAILING[how]
    run, asked = seen(scheme, Proxied(says=says), run_s=3)
    undecided(run)
    assert asked == []
    assert all(row.why.startswith("proxy:") for row in run.answers)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_is_not_there_is_a_run_without_answers(scheme: str) -> None:
    run = asyncio.run(probe_key(key(), choices(9), vantage=Vantage("nowhere", f"{scheme}://127.0.0.1:9")))
    undecided(run)
    assert all("it cannot be reached" in row.why for row in run.answers)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses_the_login_is_a_run_without_answers(scheme: str) -> None:
    run, asked = seen(scheme, Proxied(login=LOGIN), USER, "another")
    undecided(run)
    assert asked == []


@pytest.mark.parametrize("scheme", SERVE)
def test_a_login_that_a_proxy_does_not_want_keeps_nobody_out(scheme: str) -> None:
    run, asked = seen(scheme, Proxied(login=None), *LOGIN)
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.YES
    assert asked


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_stalls_is_a_run_that_ends_in_its_time(scheme: str) -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass

    async def probed() -> Run:
        async with serving(silent) as port:
            vantage = Vantage("nowhere", f"{scheme}://127.0.0.1:{port}")
            return await probe_key(key(), choices(9), vantage=vantage, run_s=0.3)

    run = asyncio.run(probed())
    undecided(run)
    assert {str(row.why) for row in run.answers} == {"timeout: this run's time was over"}


def test_a_proxy_that_loses_some_costs_only_those_answers() -> None:
    run, _ = seen("http", Proxied(loses=lambda number: number == 1))
    outcomes = [row.outcome for row in run.answers]
    assert Outcome.UNAVAILABLE in outcomes or run.manifest.requests > len(outcomes)
    assert judge_run(run).passport[Axis.AUTH].answer in {Answer.YES, Answer.UNKNOWN}


# Side by side.


@asynccontextmanager
async def world() -> AsyncIterator[tuple[Plan, list[Vantage]]]:
    """Give a plan and four places: here, a slow one, one that the provider blocks, and one whose proxy is dead."""
    async with AsyncExitStack() as stack:
        ready, _ = await stack.enter_async_context(persona("launch-ready", "openai"))
        blocked, _ = await stack.enter_async_context(persona("region-blocked", "openai"))
        slow = await stack.enter_async_context(http_proxy(Proxied(delay_s=0.02, login=LOGIN)))
        elsewhere = Proxied(leads=lambda _host, _port: ("127.0.0.1", blocked))
        kept_out = await stack.enter_async_context(socks_proxy(elsewhere))
        yield (
            choices(ready, samples=1),
            [
                Vantage("here"),
                Vantage("Sydney", slow.url("http", *LOGIN)),
                Vantage("Pyongyang", kept_out.url("socks5h")),
                Vantage("nowhere", "socks5://127.0.0.1:9"),
            ],
        )


def compared(names: Iterable[str] = ("here", "Sydney", "Pyongyang", "nowhere")) -> tuple[tuple[Run, ...], list[str]]:
    told: list[str] = []

    async def probed() -> tuple[Run, ...]:
        async with world() as (what, vantages):
            chosen = [vantage for vantage in vantages if vantage.name in names]
            return await probe_from(
                key(), what, chosen, progress=lambda done, total, said: told.append(f"{done}/{total} {said}")
            )

    return asyncio.run(probed()), told


def by_name(runs: Iterable[Run]) -> dict[str, VantageRow]:
    return {row.vantage: row for row in vantage_rows(list(runs))}


def test_places_are_compared_in_one_frame() -> None:
    runs, told = compared()
    rows = by_name(runs)
    assert list(rows) == ["here", "Sydney", "Pyongyang", "nowhere"]
    assert [run.vantage for run in runs] == list(rows)
    assert told[0].startswith("0/4 here: ")
    assert told[-1] == "4/4 nowhere: done"
    # Blocked in one, and known to be free in two.
    assert [row.region_blocked for row in rows.values()] == [False, False, True, None]
    assert [row.same_everywhere for row in rows.values()] == [False] * 4
    assert rows["Pyongyang"].differs_in == rows["here"].differs_in == "region"
    assert rows["nowhere"].differs_in == ""
    assert "does not serve the country" in rows["Pyongyang"].why
    assert "known elsewhere and not from here: auth" in rows["Pyongyang"].why
    # Slower in one, by answers to the same questions; a refusal is nothing to be fast with.
    here, slow = rows["here"], rows["Sydney"]
    assert here.p50_s
    assert slow.p50_s
    assert slow.p50_s >= 0.02
    fastest = min(here.p50_s, slow.p50_s)
    assert (here.times_fastest, slow.times_fastest) == (here.p50_s / fastest, slow.p50_s / fastest)
    assert slow.timed == here.timed > 0
    assert (rows["Pyongyang"].timed, rows["Pyongyang"].p50_s, rows["Pyongyang"].times_fastest) == (0, None, None)
    # A dead proxy says nothing of the key, and is no place that the others differ from.
    dead = rows["nowhere"]
    assert {dead.auth, dead.region, dead.models} == {Answer.UNKNOWN}
    assert (dead.timed, dead.p50_s, dead.times_fastest, dead.unanswered) == (0, None, None, dead.requests)
    assert dead.why.startswith("nothing was answered from here: proxy: it cannot be reached")
    assert [row.sandbox for row in rows.values()] == [True, True, True, False]
    assert [row.address_family for row in rows.values()] == ["ipv4", None, None, None]


def timed(run: Run, *latencies: float | None, outcome: Outcome = Outcome.OK) -> Run:
    """Return a run with samples of one question that took so long; None is one that was not answered."""
    [first, *_] = [row for row in run.answers if row.ask == "model_catalog"]
    failed = Outcome.UNAVAILABLE
    rows = [
        dataclasses.replace(
            first, sample=n, request=100 + n, latency_s=took, outcome=failed if took is None else outcome
        )
        for n, took in enumerate(latencies, start=1)
    ]
    return dataclasses.replace(run, answers=(first, *rows))


def test_latencies_are_compared_by_the_median_of_good_answers() -> None:
    [run], _ = compared(["here"])
    runs = [timed(run, 0.2, 0.1, 9.0), timed(run, 0.5, None, 0.7), timed(run, 0.001, outcome=Outcome.FORBIDDEN)]
    rows = vantage_rows(runs)
    assert [(row.timed, row.p50_s) for row in rows] == [(3, 0.2), (2, 0.6), (0, None)]
    assert [row.times_fastest for row in rows] == [1.0, pytest.approx(3.0), None]


def test_only_questions_that_were_answered_from_everywhere_are_compared() -> None:
    [run], _ = compared(["here"])
    other = timed(run, 0.3)
    elsewhere = dataclasses.replace(other.answers[1], path="/v1/other", request=200, latency_s=9.0)
    rows = vantage_rows([timed(run, 0.1), dataclasses.replace(other, answers=(*other.answers, elsewhere))])
    assert [(row.timed, row.p50_s) for row in rows] == [(1, 0.1), (1, 0.3)]


def test_the_frame_has_the_same_columns_for_none_and_for_many() -> None:
    runs, _ = compared(["here", "nowhere"])
    many, none = compare_vantages(runs), compare_vantages([])
    assert list(none.columns) == list(many.columns)
    assert list(none.dtypes.astype(str)) == list(many.dtypes.astype(str))
    assert list(many["run_id"]) == [run.stamp.run_id for run in runs]
    assert not [name for name, dtype in many.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    assert many["times_fastest"].isna().all()  # one that answers has none to compare with


def test_the_same_from_everywhere_is_said_so_and_one_place_alone_is_not_compared() -> None:
    runs, _ = compared(["here", "Sydney"])
    assert [row.same_everywhere for row in by_name(runs).values()] == [True, True]
    assert all(row.why == "no answer differs from what is known elsewhere" for row in by_name(runs).values())
    [alone] = by_name(runs[:1]).values()
    assert alone.same_everywhere is None
    assert alone.times_fastest is None
    assert "only place" in alone.why


def test_an_unknown_answer_leaves_open_whether_it_is_the_same_everywhere() -> None:
    runs, _ = compared(["here", "nowhere"])
    assert [row.same_everywhere for row in by_name(runs).values()] == [None, None]


def test_what_no_place_knows_is_the_same_nowhere() -> None:
    [run], _ = compared(["nowhere"])
    silent = [run, run]
    assert [row.same_everywhere for row in vantage_rows(silent)] == [None, None]
    assert {answer for row in vantage_rows(silent) for answer in (row.auth, row.funds, row.models)} == {Answer.UNKNOWN}
    assert [agreed({Answer.UNKNOWN}), agreed({Answer.YES}), agreed({Answer.NO})] == [None, True, True]


def test_a_place_can_be_played_in_process() -> None:
    async def probed() -> tuple[Run, ...]:
        what = plan("openai", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
        ways = {"A": sandbox.transport("openai", "launch-ready"), "B": sandbox.transport("openai", "region-blocked")}
        return await probe_from(key(), what, [Vantage("A"), Vantage("B")], transports=ways)

    rows = by_name(asyncio.run(probed()))
    assert [row.region_blocked for row in rows.values()] == [False, True]


def test_a_comparison_of_what_is_gone_is_refused() -> None:
    runs, _ = compared(["here"])
    runs[0].forget()
    with pytest.raises(DataExpired):
        compare_vantages(runs)


def test_places_take_turns_and_what_is_done_is_kept_when_the_rest_is_cancelled() -> None:
    ended: list[Run] = []

    async def probed() -> None:
        stalls = asyncio.Event()

        async def never(_request: httpx.Request) -> httpx.Response:
            stalls.set()
            await asyncio.sleep(20)
            return httpx.Response(200)

        what = plan("openai", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
        ways = {"A": sandbox.transport("openai", "launch-ready"), "B": httpx.MockTransport(never)}
        task = asyncio.ensure_future(
            probe_from(key(), what, [Vantage("A"), Vantage("B")], transports=ways, ended=ended.append)
        )
        await stalls.wait()
        assert [run.vantage for run in ended] == ["A"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(probed())
    assert [run.vantage for run in ended] == ["A"]


# The caller's mistakes.

NOT_PROXIES = {
    "no scheme": "proxy.example:3128",
    "another scheme": "ftp://proxy.example:21",
    "socks 4": "socks4://proxy.example:1080",
    "no host": "http://:3128",
    "a path": "http://proxy.example:3128/x",
    "a query": "http://proxy.example:3128?x=1",
    "a port that is no number": f"http://proxy.example:{PASSWORD}",
    "a port too large": "http://proxy.example:70000",
    "no port left": "http://proxy.example:0",
    "a bracket": f"http://{USER}:{PASSWORD}@[::1:3128",
    "a space": f"http://{USER}:{PASSWORD} @proxy.example",
    "a newline": f"http://{USER}:{PASSWORD}@proxy.example\r\nx: y",
    "not ASCII": f"http://{USER}:{PASSWORD}@prøxy.example:1",
    "a long user": f"socks5://{'u' * 256}:{PASSWORD}@proxy.example",
    "a long password": f"socks5://{USER}:{PASSWORD * 20}@proxy.example",
}


@pytest.mark.parametrize("what", NOT_PROXIES)
@pytest.mark.parametrize("from_env", [False, True])
def test_what_is_no_proxy_is_refused_without_being_quoted(
    what: str,
    from_env: bool,  # noqa: FBT001 - a column of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROXY_URL", NOT_PROXIES[what])
    with pytest.raises(AddressRefused, match="write a proxy as") as caught:
        Vantage.from_env("Oslo", "PROXY_URL") if from_env else Vantage("Oslo", NOT_PROXIES[what])
    assert PASSWORD not in str(caught.value)
    assert not caught.value.__cause__
    if from_env:
        assert PASSWORD not in trace(caught.value)


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "http://u:p@host", "a@b", "a\nb", "a/b", "a:b"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownName, match="a vantage is named by"):
        Vantage(name)


def test_a_key_is_no_name_of_a_place() -> None:
    key = "hf_" + "a" * 34
    with pytest.raises(KeyMalformed, match="a key was given as the name of a vantage") as caught:
        Vantage(key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("variable", ["PROXY_NOT_SET", "PROXY_EMPTY", f"http://{USER}:{PASSWORD}@host", "", "A B"])
def test_a_variable_that_holds_no_proxy_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_EMPTY", "")
    with pytest.raises(AddressRefused) as caught:
        Vantage.from_env("Oslo", variable)
    assert PASSWORD not in str(caught.value)


def test_a_proxy_is_read_as_people_write_it() -> None:
    shown = {
        url: Proxy(url).shown for url in ("http://a", "https://a", "socks5://a", "socks5h://A:9", "http://[::1]:8/")
    }
    assert list(shown.values()) == [
        "http://a:80",
        "https://a:443",
        "socks5://a:1080",
        "socks5h://a:9",
        "http://[::1]:8",
    ]
    environ = {"P": f"http://{USER}:{PASSWORD}@proxy.example:3128"}
    assert Vantage.from_env("Oslo", "P", environ).proxy
    assert Vantage("Oslo").proxy is None


def test_two_places_of_one_name_are_refused() -> None:
    with pytest.raises(UnknownName, match="two vantage points are called Oslo"):
        asyncio.run(probe_from(key(), choices(9), [Vantage("Oslo"), Vantage("Oslo")]))


def test_a_key_in_the_name_of_a_place_is_refused() -> None:
    short = Key("K", "sk-quirk0123456789")
    with pytest.raises(KeyMalformed):
        asyncio.run(probe_from(short, choices(9), [Vantage("sk-quirk0123456789")]))


def test_a_plan_without_https_is_not_sent_to_a_proxy_elsewhere() -> None:
    asked = Between(provider="openai")
    places = [Vantage("here"), Vantage("Oslo", "http://proxy.example:3128")]
    with pytest.raises(AddressRefused, match="in the clear"):
        asyncio.run(probe_from(key(), choices(9), places, transports={"here": asked}))
    assert asked.requests == []
    assert Vantage("Oslo", "http://proxy.example:3128").network(plan("openai", operator="tests"))


def test_a_place_cannot_be_changed() -> None:
    place = Vantage("Oslo")
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.name = "Bergen"  # type: ignore[misc]


# Nothing is shown.

CANARIES = {"user": Canary(USER), "password": Canary(PASSWORD), "key": Canary(SECRET)}
PLACE = f"http://{USER}:{PASSWORD}@127.0.0.1:9"


def found(text: str) -> list[str]:
    return [hit for canary in CANARIES.values() for hit in canary.find(text)]


def shown(what: Any) -> Iterator[str]:  # noqa: ANN401 - a place or its proxy
    yield repr(what)
    yield f"{what} {[what]} {dir(what)}"
    for copied in (copy.copy, copy.deepcopy, pickle.dumps, dataclasses.asdict, dataclasses.astuple, json.dumps):
        try:
            yield repr(copied(what))
        except TypeError as error:
            yield repr(error)


def test_a_place_shows_no_credentials() -> None:
    place = Vantage("Oslo", PLACE)
    assert found("".join(shown(place))) == []
    assert found("".join(shown(place.proxy))) == []
    assert "127.0.0.1:9" in repr(place)
    network = place.network(choices(9))
    assert found(repr(network) + repr(vars(network))) == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize(
    "says", [None, f"HTTP/1.1 407 {USER} {PASSWORD} {SECRET}\r\nx-echo: {PASSWORD}\r\n\r\n".encode()]
)
def test_credentials_and_keys_appear_nowhere(scheme: str, says: bytes | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def probed() -> tuple[Run, ...]:
        async with behind(scheme, Proxied(login=LOGIN, says=says), *LOGIN) as (port, vantage, _):
            return await probe_from(key(), choices(port), [vantage, Vantage("dead", PLACE)], run_s=3)

    runs = asyncio.run(probed(), debug=True)
    texts = [caplog.text, *map(whole, runs), compare_vantages(runs).to_csv()]
    for run in runs:
        readiness = judge_run(run)
        texts += [json.dumps(readiness.to_json()), render_report(readiness, "en")]
        texts += [run.frame(grain).to_csv() for grain in ("answers", "evidence", "metrics", "limits")]
        texts += [readiness.frame("places").to_csv()]
    assert found("\n".join(texts)) == []
    assert {len(run.manifest.proxies) for run in runs} == {1}


def test_our_own_error_behind_a_proxy_shows_nothing_in_a_traceback_with_locals() -> None:
    def broken(_host: str, _port: int) -> list[str]:
        raise ZeroDivisionError

    async def asked() -> None:
        network = Network(Vantage("Oslo", PLACE.replace("127.0.0.1", "localhost")).proxy, resolve=broken)
        await probe_key(key(), choices(9), transport=network)

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(asked())
    assert [hit for name in ("user", "password") for hit in CANARIES[name].find(trace(caught.value))] == []


# A plan that travels.

ASKABLE = [provider for provider in PROVIDERS.values() if provider.asks]


@pytest.mark.parametrize("provider", ASKABLE, ids=lambda provider: provider.id)
def test_a_plan_can_be_written_as_plain_data_and_made_anew(provider: Any) -> None:  # noqa: ANN401 - a provider
    for region in provider.regions or ("",):
        own = "" if provider.hosts else "http://127.0.0.1:9"
        what = plan(
            provider.id, region=region, base_url=own, trust_endpoint=bool(own), samples=2, models=("a/b", "c"),
            operator="tests", other_platforms=True,
        )  # fmt: skip
        assert Plan.from_json(json.loads(json.dumps(what.to_json()))) == what
    assert Plan.from_json(plan("openai", base_url=f"https://{NAME}/v1", operator="x").to_json()).base_url


def test_a_plan_holds_nothing_that_lives() -> None:
    told = choices(9).to_json()
    assert set(told) == {field.name for field in dataclasses.fields(Plan)}
    assert {type(value) for value in told.values()} <= {str, int, bool, list}


TOLD = choices(9).to_json()


@pytest.mark.parametrize(
    "changed",
    [
        {"models": "gpt-4o"}, {"models": ["a", 1]}, {"samples": "2"}, {"samples": True}, {"trust_endpoint": 1},
        {"provider": None}, {"unknown": 1}, {"key": SECRET},
    ],
)  # fmt: skip
def test_data_of_another_shape_is_no_plan(changed: dict[str, object]) -> None:
    with pytest.raises(PlanInvalid) as caught:
        Plan.from_json({**TOLD, **changed})
    assert SECRET[:6] not in str(caught.value)
    for name in TOLD:
        with pytest.raises(PlanInvalid):
            Plan.from_json({other: value for other, value in TOLD.items() if other != name})


def test_what_travelled_is_checked_like_what_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[tuple[dict[str, object], type[CallerError]]] = [
        ({"provider": "nobody"}, UnknownName),
        ({"region": "moon"}, UnknownName),
        ({"samples": 999}, UnknownName),
        ({"models": ["../admin"]}, UnknownName),
        ({"base_url": "http://provider.example"}, AddressRefused),
        ({"base_url": "https://10.0.0.1", "trust_endpoint": False}, AddressRefused),
        ({"operator": ""}, OperatorMissing),
    ]
    for changed, error in refused:
        with pytest.raises(error):
            Plan.from_json({**TOLD, **changed})
    monkeypatch.setenv("TESTKEY_OPERATOR", "the worker's")
    assert Plan.from_json({**TOLD, "operator": ""}).operator == "the worker's"


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda x: st.lists(x, max_size=3))


@given(st.dictionaries(st.sampled_from(list(TOLD)) | st.text(max_size=5), JSON, max_size=9))
def test_no_data_makes_a_plan_raise_anything_but_the_callers_mistake(changed: dict[str, object]) -> None:
    for told in (changed, {**TOLD, **changed}):
        try:
            made = Plan.from_json(told)
        except CallerError:
            continue
        assert Plan.from_json(made.to_json()) == made


def test_an_ordinary_run_has_no_vantage() -> None:
    run = asyncio.run(probe_key(key(), choices(9), transport=sandbox.transport("openai", "launch-ready")))
    assert run.vantage == ""
