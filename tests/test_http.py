"""The sender: read-only, bounded, one attempt; and what real sockets and real TLS make of a run."""

import asyncio
import gzip
import json
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
import real_bodies as real
import trustme
from conftest import KEY_NAME, PERSONAS
from endpoints import Between, answer, listening, wire
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb import http
from testkey_nb.addresses import is_loopback, is_private, origin
from testkey_nb.errors import AddressRefused
from testkey_nb.http import BODY_BYTES, Exchange, Network, ReadOnly, Sender
from testkey_nb.http.network import DIRECT
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS

WHOAMI, LIST = "/api/whoami-v2", "/v1/models"
SECRET = PERSONAS["launch-ready"].key
Fault = Callable[[asyncio.StreamWriter], Awaitable[None]]


def key() -> Key:
    return Key(KEY_NAME, SECRET)


@asynccontextmanager
async def a_persona(
    faults: Mapping[str, Fault], persona: str = "launch-ready", tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """Serve a persona over a socket; `faults` say what happens instead at paths that end in their names."""
    asked: list[str] = []

    async def handle(request: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = request.split("\r\n")
        path = first.split()[1]
        asked.append(path)
        if fault := next((fault for name, fault in faults.items() if path.partition("?")[0].endswith(name)), None):
            await fault(writer)
            return
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        async with httpx.AsyncClient(transport=Between(persona, genuine=True)) as client:
            given = await client.get(f"http://sandbox.localhost{path}", headers=headers)
        writer.write(wire(given))

    async with listening(handle, tls) as port:
        yield port, asked


def run_over(faults: Mapping[str, Fault], run_s: float = 5) -> tuple[Run, list[str], float]:
    """Probe the ready persona through a vouched socket; return the run, the paths asked, and the seconds it took."""

    async def probed() -> tuple[Run, list[str], float]:
        async with a_persona(faults) as (port, asked):
            choices = plan("huggingface", base_url=f"http://127.0.0.1:{port}", trust_endpoint=True, operator="tests")
            start = time.monotonic()
            run = await probe_key(key(), choices, run_s=run_s)
            return run, asked, time.monotonic() - start

    return asyncio.run(probed())


# Faults.


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _stall(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(300):
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


def _writing(text: bytes) -> Fault:
    async def written(writer: asyncio.StreamWriter) -> None:
        writer.write(text)

    return written


def _answering(given: httpx.Response) -> Fault:
    return _writing(wire(given))


def _packed(encoding: str, body: bytes) -> Fault:
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-type: application/json\r\n"
    return _writing(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


_ZIPPED, _LIST = gzip.compress(b" " * (BODY_BYTES + 2**20)), gzip.compress(b'{"data": []}')
FAULTS: dict[str, tuple[Fault, Outcome, str]] = {
    "reset": (_reset, Outcome.UNAVAILABLE, "network"),
    "stalled": (_stall, Outcome.UNAVAILABLE, "timeout"),
    "dripping": (_drip, Outcome.UNAVAILABLE, "timeout"),
    "closed without an answer": (_writing(b""), Outcome.UNAVAILABLE, "network"),
    "not HTTP": (_writing(b"SSH-2.0-OpenSSH_9.9\r\n"), Outcome.UNAVAILABLE, "network"),
    "truncated": (
        _writing(b'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\ncontent-type: application/json\r\n\r\n{"id":'),
        Outcome.UNAVAILABLE,
        "network",
    ),
    "more than the bound": (
        _writing(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b" " * (BODY_BYTES + 70_000)),
        Outcome.UNAVAILABLE,
        "too large",
    ),
    "small on the wire, large unpacked": (
        _writing(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n\r\n" + _ZIPPED),
        Outcome.UNAVAILABLE,
        "too large",
    ),
    "not what its encoding says": (_packed("gzip", b"{}"), Outcome.UNAVAILABLE, "encoding"),
    "packed, and it ends too early": (_packed("gzip", _LIST[:-8]), Outcome.UNAVAILABLE, "encoding"),
    "packed, and something stands behind it": (_packed("gzip", _LIST + b"[]"), Outcome.UNAVAILABLE, "encoding"),
    "packed as nobody asked for": (_packed("br", _LIST), Outcome.UNAVAILABLE, "encoding"),
    "a page with 200": (_answering(answer(200, real.PAGE, real.HTML)), Outcome.UNEXPECTED, "page"),
    "a page that says JSON": (_answering(answer(200, real.PAGE)), Outcome.UNEXPECTED, "page"),
    "an empty body": (_answering(answer(200, "")), Outcome.UNEXPECTED, "lacks"),
    "an empty list": (_answering(answer(200, [])), Outcome.UNEXPECTED, "lacks"),
    "malformed JSON": (_answering(answer(200, '{"data": [')), Outcome.UNEXPECTED, "lacks"),
    "JSON that is none": (_answering(answer(200, '{"data": NaN, "id": Infinity}')), Outcome.UNEXPECTED, "lacks"),
    "endless brackets": (_answering(answer(200, "[" * 200_000)), Outcome.UNEXPECTED, "lacks"),
    "bytes that are no text": (
        _writing(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\xfe\x00\xd8"),
        Outcome.UNEXPECTED,
        "",
    ),
    "moved": (_answering(answer(302, "", {"location": "/elsewhere"})), Outcome.UNEXPECTED, "302"),
    "moved for good": (_answering(answer(308, "", {"location": "https://example.com/"})), Outcome.UNEXPECTED, "308"),
    "an empty 401": (_answering(answer(401, "", {})), Outcome.UNEXPECTED, "401"),
    "a refusing page": (_answering(answer(403, real.PAGE, real.HTML)), Outcome.UNEXPECTED, "403"),
    "a throttling page": (_answering(answer(429, real.PAGE, real.HTML)), Outcome.RATE_LIMITED, "429"),
    "a failing page": (_answering(answer(503, real.PAGE, real.HTML)), Outcome.UNAVAILABLE, "503"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_where_the_key_is_asked_leaves_it_unknown_and_the_rest_as_it_was(fault: str) -> None:
    happens, outcome, why = FAULTS[fault]
    slow = happens in {_stall, _drip}
    run, asked, took = run_over({"whoami-v2": happens}, 0.8 if slow else 5)
    [row] = [row for row in run.answers if row.ask == "current_key"]
    assert row.outcome == outcome
    assert why in row.why
    assert asked.count(WHOAMI) == 1
    assert "/elsewhere" not in asked
    readiness = judge_run(run)
    assert readiness.passport[Axis.AUTH].answer is Answer.UNKNOWN
    assert readiness.passport[Axis.MODELS].answer is Answer.YES
    assert readiness.ready is None
    assert (readiness.action.id, readiness.action.gate) == ("human_review", "identification")
    assert took < (1.5 if slow else 4)


# Nothing is left of the run's time where the list, which is asked first, takes all of it.
@pytest.mark.parametrize("fault", [name for name, (happens, _, _) in FAULTS.items() if happens not in {_stall, _drip}])
def test_a_fault_where_the_models_are_asked_leaves_them_unknown_and_never_missing(fault: str) -> None:
    happens, outcome, _ = FAULTS[fault]
    run, asked, _ = run_over({"v1/models": happens})
    assert asked.count(LIST) == 1
    assert [row.outcome for row in run.answers if row.path == LIST and row.ask == "model_catalog"] == [outcome]
    readiness = judge_run(run)
    assert readiness.passport[Axis.AUTH].answer is Answer.YES
    assert readiness.passport[Axis.MODELS].answer is Answer.UNKNOWN
    assert [gate.may for gate in readiness.gates] == [
        Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN, Answer.YES,
    ]  # fmt: skip


def test_a_run_ends_in_its_time_whatever_stalls() -> None:
    run, _, took = run_over({"": _stall}, 0.6)
    assert took < 1.5
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    readiness = judge_run(run)
    assert readiness.ready is None
    assert not readiness.run.limits
    json.dumps(readiness.to_json())


def test_every_request_of_the_manifest_is_an_answer_of_the_run() -> None:
    run, asked, _ = run_over({"whoami-v2": _stall}, 0.8)
    assert len(asked) == run.manifest.requests
    looks = {mark.path for provider in PROVIDERS.values() for mark in provider.marks if mark.path}
    lookaround = len(looks) + 1  # and a path that is nobody's
    assert len({row.request for row in run.answers if row.request}) == run.manifest.requests - lookaround


def test_an_endpoint_where_nobody_listens_is_a_run_too() -> None:
    async def closed() -> int:
        async with listening(lambda _text, _writer: asyncio.sleep(0)) as port:
            return port

    port = asyncio.run(closed())
    choices = plan("huggingface", base_url=f"http://127.0.0.1:{port}", trust_endpoint=True, operator="tests")
    run = asyncio.run(probe_key(key(), choices))
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    assert all(row.why.startswith("connect") for row in run.answers)
    readiness = judge_run(run)
    assert {finding.answer for finding in readiness.passport.values()} == {Answer.UNKNOWN}
    assert readiness.ready is None
    assert SECRET not in str(readiness.to_json())


# TLS.

HOSTS = ("huggingface.co", "router.huggingface.co", "status.huggingface.co")


class Mapped(httpx.AsyncBaseTransport):
    """Take requests for any host to one port of this machine, and check the certificate against the host's own name."""

    def __init__(self, port: int, trusts: ssl.SSLContext) -> None:
        self._inner = Network(vouched=HOSTS, resolve=lambda _host, _port: ["127.0.0.1"], trusts=trusts)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(port=self._port)
        asked = httpx.Request(request.method, there, headers=request.headers, extensions=request.extensions)
        response = await self._inner.handle_async_request(asked)
        response.extensions[DIRECT] = False  # the address is that of this machine
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def run_over_tls(*names: str, trusted: bool = True) -> tuple[Run, list[str]]:
    authority = trustme.CA()
    serves, trusts = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(*names).configure_cert(serves)
    if trusted:
        authority.configure_trust(trusts)

    async def probed() -> tuple[Run, list[str]]:
        async with a_persona({}, tls=serves) as (port, asked):
            transport = Mapped(port, trusts)
            return await probe_key(key(), plan("huggingface", operator="tests"), transport=transport), asked

    return asyncio.run(probed())


def test_a_listed_host_with_a_good_certificate_is_genuine_and_gets_the_key() -> None:
    run, asked = run_over_tls(*HOSTS)
    assert (run.identity.verdict, run.identity.provider) == (Verdict.GENUINE, "huggingface")
    readiness = judge_run(run)
    assert {finding.answer for finding in readiness.passport.values()} == {Answer.YES}
    assert readiness.action.id == "add_provider_config"
    assert asked.count(WHOAMI) == 2
    assert not run.sandbox
    certificates = [row for row in run.identity.evidence if row.mark == "TLS certificate"]
    assert {row.endpoint for row in certificates} == {f"https://{host}" for host in HOSTS[:2]}
    assert {row.speaks for row in certificates} == {"neutral"}


@pytest.mark.parametrize(
    ("names", "trusted"),
    [(HOSTS, False), (("huggingface.co.example.com",), True), (("localhost",), True)],
    ids=["nobody's certificate", "another host's certificate", "this machine's certificate"],
)
def test_a_bad_certificate_is_a_fault_and_the_key_does_not_leave(
    names: tuple[str, ...],
    trusted: bool,  # noqa: FBT001 - a column of the table
) -> None:
    run, asked = run_over_tls(*names, trusted=trusted)
    assert asked == []
    assert run.identity.verdict is Verdict.UNKNOWN
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    assert all(row.why.startswith("tls:") for row in run.answers)
    assert judge_run(run).ready is None


def test_where_only_one_of_the_hosts_has_a_good_certificate_the_other_gets_no_key() -> None:
    run, asked = run_over_tls("router.huggingface.co")
    assert asked == [LIST]
    assert all(row.why.startswith("tls:") for row in run.answers if row.host == "huggingface.co")
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.UNKNOWN


# The sender by itself.


def sent(
    transport: httpx.AsyncBaseTransport, *urls: str, budget: int = 60, one: Key | None = None
) -> tuple[list[Exchange], Sender]:
    async def sending() -> tuple[list[Exchange], Sender]:
        async with Sender(transport, key=one, budget=budget, request_s=2) as sender:
            auth = ("authorization", "Bearer {key}")
            return [await sender.get(url, key=one, auth=auth) for url in urls], sender

    return asyncio.run(sending())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "BREW"])
def test_the_transport_passes_on_reading_only(method: str) -> None:
    between = Between()

    async def sending() -> None:
        async with ReadOnly(between) as transport:
            await transport.handle_async_request(httpx.Request(method, "https://example.com/"))

    with pytest.raises(AddressRefused, match="only reads"):
        asyncio.run(sending())
    assert not between.requests


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_transport_passes_reading_on(method: str) -> None:
    async def sending() -> int:
        async with ReadOnly(Between()) as transport:
            return (await transport.handle_async_request(httpx.Request(method, "https://example.com/"))).status_code

    assert asyncio.run(sending()) == 404


def test_a_sender_stops_at_its_budget() -> None:
    transport = Between()
    exchanges, sender = sent(transport, *["https://example.com/v1/models"] * 5, budget=3)
    assert [bool(exchange.reply) for exchange in exchanges] == [True, True, True, False, False]
    assert "budget of 3" in exchanges[-1].fault
    assert len(transport.requests) == sender.manifest.requests == 3


def test_a_sender_stops_at_a_429_for_that_host_only() -> None:
    def busy(request: httpx.Request) -> httpx.Response:
        return answer(429, "", {"retry-after": "30"}) if request.url.host == "a.example.com" else answer(200, {})

    exchanges, sender = sent(
        httpx.MockTransport(busy), "https://a.example.com/", "https://a.example.com/x", "https://b.example.com/"
    )
    assert [exchange.number for exchange in exchanges] == [1, 0, 2]
    assert exchanges[1].fault == "not asked: this host asked to wait (Retry-After: 30)"
    assert sender.manifest.hosts == {"a.example.com", "b.example.com"}


def _failing(status: int, _request: httpx.Request) -> httpx.Response:
    return answer(status, "", {"retry-after": "0"})


def test_one_attempt_is_one_attempt() -> None:
    for status in (408, 425, 500, 503):
        transport = Between(instead=partial(_failing, status))
        sent(transport, "https://example.com/")
        assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectTimeout, httpx.PoolTimeout,
        httpx.ProxyError, httpx.DecodingError, httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.StreamClosed,
        httpx.InvalidURL, OSError, ConnectionResetError, ssl.SSLError, UnicodeError, ValueError, TimeoutError,
    ],
)  # fmt: skip
@pytest.mark.parametrize("secret", [SECRET, "Qz7wK2vP9xLm4TbN"], ids=["of a known shape", "of none"])
def test_what_the_network_does_is_a_fault_without_the_key_and_never_an_exception(
    error: type[Exception], secret: str
) -> None:
    def fails(_request: httpx.Request) -> httpx.Response:
        raise error() if error is httpx.StreamClosed else error(f"cannot send Bearer {secret}")

    [exchange], sender = sent(httpx.MockTransport(fails), "https://example.com/", one=Key("THE_KEY", secret))
    assert exchange.reply is None
    assert exchange.fault
    assert secret[:6] not in exchange.fault
    assert "\n" not in exchange.fault
    assert sender.manifest.requests == 1


def test_our_own_error_while_sending_shows_no_key_in_a_traceback_with_locals() -> None:
    from test_keys import leaks, trace  # noqa: PLC0415 - the same canary

    def fails(_request: httpx.Request) -> httpx.Response:
        msg = "a mistake of this package"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError) as caught:
        sent(httpx.MockTransport(fails), "https://example.com/", one=key())
    assert not leaks(trace(caught.value), SECRET)


def test_times_and_sizes_are_measured_and_an_answer_is_bounded() -> None:
    [exchange], sender = sent(Between(), "https://example.com/v1/models")
    assert exchange.reply
    assert exchange.latency_s is not None
    assert exchange.total_s is not None
    assert 0 <= exchange.latency_s <= exchange.total_s < 2
    assert exchange.size_bytes == sender.manifest.size_bytes > 1000
    assert len(exchange.reply.text) <= http.TEXT_CHARS
    assert not exchange.verified


# Addresses.


@pytest.mark.parametrize(
    "host", ["localhost", "sandbox.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
)
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert is_private(host)
    shown = f"[{host}]" if ":" in host else host
    assert origin(f"http://{shown}:8080/v1/") == f"http://{shown}:8080/v1"


@pytest.mark.parametrize(
    "host", ["huggingface.co", "localhost.example.com", "notlocalhost", "8.8.8.8", "2606:4700::1111"]
)
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)
    assert not is_private(host)


@given(
    st.text(max_size=40)
    | st.text(max_size=20).map("https://{}".format)
    | st.text(max_size=20).map("http://127.0.0.1{}".format)
)
def test_no_text_makes_an_address_raise_anything_but_a_refusal(text: str) -> None:
    try:
        found = origin(text, trust_endpoint=True)
    except AddressRefused:
        return
    assert found.startswith(("https://", "http://"))
    assert "@" not in found.split("/")[2]


# The environment's proxy.


def asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch, direct: str, *urls: str) -> tuple[list[str], set[str]]:
    """Ask `urls` with a proxy in the environment; return whom the proxy was asked for, and what the manifest shows."""
    asked: list[str] = []

    async def refuse(request: str, writer: asyncio.StreamWriter) -> None:
        asked.append(request.split()[1])
        writer.write(b"HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n")

    async def asking() -> set[str]:
        async with listening(refuse) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{port}")
            monkeypatch.setenv("NO_PROXY", direct)
            async with Sender(request_s=2) as sender:
                faults = [(await sender.get(url)).fault for url in urls]
            assert not any("hunter2" in fault for fault in faults)
            return {proxy.replace(str(port), "PORT") for proxy in sender.manifest.proxies}

    shown = asyncio.run(asking())
    return asked, shown


HUB = "https://huggingface.co/"
# A name that can have no address, so that asking it directly goes nowhere: RFC 6761 section 6.4.
NOWHERE = "https://direct.invalid/"


def test_the_environments_proxy_is_used_and_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, shown = asked_through_a_proxy(monkeypatch, "", HUB)
    assert asked == ["huggingface.co:443"]
    assert shown == {"http://127.0.0.1:PORT"}


@pytest.mark.parametrize("direct", ["direct.invalid", ".invalid", "localhost,127.0.0.1, invalid", "*"])
def test_a_host_that_is_to_be_asked_directly_is(monkeypatch: pytest.MonkeyPatch, direct: str) -> None:
    assert asked_through_a_proxy(monkeypatch, direct, NOWHERE) == ([], set())


def test_each_host_is_asked_the_way_that_the_environment_has_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, _ = asked_through_a_proxy(monkeypatch, "direct.invalid", NOWHERE, HUB, NOWHERE)
    assert asked == ["huggingface.co:443"]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_what_the_environment_names_for_certificates_is_shown(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    network = Network(trusts=ssl.create_default_context())
    monkeypatch.setenv(variable, "/etc/our-proxy/authorities")

    async def asked() -> set[str]:
        async with Sender(network) as sender:
            await sender.get("https://127.0.0.1:9/")
            return sender.manifest.ca_files

    assert asyncio.run(asked()) == {"/etc/our-proxy/authorities"}


@pytest.mark.parametrize("direct", ["localhost,127.0.0.1,::1", "::1", "[::1]", "fd00::/8,10.0.0.0/8", "http://x", ",,"])
def test_whatever_no_proxy_holds_the_rest_goes_through(monkeypatch: pytest.MonkeyPatch, direct: str) -> None:
    assert asked_through_a_proxy(monkeypatch, direct, HUB)[0] == ["huggingface.co:443"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "sandbox.localhost", "[::1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_loopback_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch, scheme: str, host: str) -> None:
    assert asked_through_a_proxy(monkeypatch, "", f"{scheme}://{host}:9/") == ([], set())


@pytest.mark.parametrize("proxy", ["proxy.example.com:3128", "socks5://proxy.example.com:1080", "ftp://x"])
def test_a_proxy_that_cannot_be_used_is_a_fault_of_the_run(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    run = asyncio.run(probe_key(key(), plan("huggingface", operator="tests"), run_s=0.5))
    assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
    assert judge_run(run).ready is None


def test_netrc_is_never_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = tmp_path / "netrc"
    secrets.write_text("machine example.com login me password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(secrets))
    monkeypatch.setenv("HOME", str(tmp_path))
    transport = Between()
    sent(transport, "https://example.com/v1/models")
    assert "authorization" not in transport.requests[0].headers


def test_the_address_that_answered_is_told_also_where_the_connection_is_closed_with_the_last_byte() -> None:
    async def asked() -> Exchange:
        async with a_persona({}) as (port, _), Sender() as sender:
            return await sender.get(f"http://127.0.0.1:{port}/v1/models")

    assert asyncio.run(asked()).peer == "127.0.0.1"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", _LIST), ("x-gzip", _LIST), ("GZIP ", _LIST), ("deflate", zlib.compress(b'{"data": []}')),
     ("identity", b'{"data": []}')],
    ids=["gzip", "x-gzip", "in capitals", "deflate", "identity"],
)  # fmt: skip
def test_a_packed_body_is_read_as_if_it_were_not(encoding: str, packed: bytes) -> None:
    async def asked() -> Exchange:
        async with a_persona({"models": _packed(encoding, packed)}) as (port, _), Sender() as sender:
            return await sender.get(f"http://127.0.0.1:{port}/v1/models")

    reply = asyncio.run(asked()).reply
    assert reply
    assert reply.json == {"data": []}


def test_a_bomb_is_unpacked_no_further_than_what_shows_its_size() -> None:
    bomb = gzip.compress(b" " * (64 * 2**20))  # 64 kB on the wire: one chunk
    sizes: list[int] = []

    async def asked() -> Exchange:
        async def handle(_request: str, writer: asyncio.StreamWriter) -> None:
            head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"
            writer.write(head.encode() + bomb)

        async with listening(handle) as port, Sender() as sender:
            found = await sender.get(f"http://127.0.0.1:{port}/")
            sizes.append(sender.manifest.size_bytes)
            return found

    assert asyncio.run(asked()).fault.startswith("too large")
    assert sizes == [BODY_BYTES + 1]
