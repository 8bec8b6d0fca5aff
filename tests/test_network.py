"""Where the time of a request goes, and which addresses may be asked: real sockets, names looked up by the test."""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
import trustme
from conftest import KEY_NAME, PERSONAS
from proxies import Proxied, http_proxy, persona, serving

from testkey_nb import sandbox
from testkey_nb.addresses import is_private, may_be_at
from testkey_nb.http import Exchange, Network, Proxy, Sender, Split
from testkey_nb.http.line import Line, line_to
from testkey_nb.http.network import tls_context
from testkey_nb.http.resolving import Resolving
from testkey_nb.http.timing import Stopwatch
from testkey_nb.identity import identify_endpoint
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Family, Outcome
from testkey_nb.probe import plan, probe_key

SECRET = "qzK7vR2pLm9TxWc4BnJd8YeHs3Ga"  # of no known vendor's shape
NAME = "provider.example"
DEEPSEEK_KEY = "sk-4f1c0a9e8b7d6c5f4e3d2c1b0a9f8e7d"
STEP_S = 0.03
Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PARTS = ("dns_s", "connect_s", "tls_s", "first_byte_s", "transfer_s")


def parts(exchange: Exchange) -> dict[str, float]:
    found = {name: getattr(exchange.split, name) for name in PARTS}
    return {name: seconds for name, seconds in found.items() if seconds is not None}


def certified(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of that name shows, and what a client checks it against."""
    authority, serves = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trusts = ssl.create_default_context()
    authority.issue_cert(name).configure_cert(serves)
    authority.configure_trust(trusts)
    return serves, trusts


async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each request a step late, and the second half of its body another step later."""
    while await reader.readuntil(b"\r\n\r\n"):
        await asyncio.sleep(STEP_S)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-type: application/json\r\n\r\n[ ")
        await asyncio.sleep(STEP_S)
        writer.write(b" ]")


def here(_host: str, _port: int) -> list[str]:
    time.sleep(STEP_S)
    return ["127.0.0.1"]


# Timing.


def test_the_time_of_a_request_is_split_into_what_happened() -> None:
    serves, trusts = certified(NAME)

    async def asked() -> list[Exchange]:
        network = Network(vouched={NAME}, resolve=here, trusts=trusts)
        async with serving(slowly, serves) as port, Sender(network) as sender:
            return [await sender.get(f"https://{NAME}:{port}/{number}") for number in range(2)]

    first, again = asyncio.run(asked())
    assert list(parts(first)) == list(PARTS)
    took = parts(first)
    assert min(took["dns_s"], took["first_byte_s"]) >= STEP_S * 0.99
    assert took["first_byte_s"] + took["transfer_s"] >= 2 * STEP_S * 0.99  # its first byte may wait for this machine
    assert all(seconds > 0 for seconds in took.values())
    assert first.latency_s
    assert first.total_s
    assert sum(parts(first).values()) <= first.total_s
    assert sum(list(parts(first).values())[:-1]) <= first.latency_s
    # The second one used the same connection: nothing was looked up or opened, and that is missing, not 0.
    assert list(parts(again)) == ["first_byte_s", "transfer_s"]
    assert (first.family, again.family) == (Family.IPV4, Family.IPV4)
    assert first.issuer == again.issuer != ""
    assert first.issuer in first.certificate


@pytest.mark.parametrize("piece", [SECRET[8:14], SECRET[8:14].lower(), SECRET.lower(), SECRET[::-1]])
@pytest.mark.parametrize("where", ["issuer", "name"])
def test_a_certificate_that_spells_the_key_is_not_shown(where: str, piece: str) -> None:
    authority = trustme.CA(organization_name=piece if where == "issuer" else "an authority")
    serves, trusts = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(NAME, f"{piece if where == 'name' else 'x'}.{NAME}").configure_cert(serves)
    authority.configure_trust(trusts)

    async def asked() -> Exchange:
        network = Network(vouched={NAME}, resolve=here, trusts=trusts)
        async with serving(slowly, serves) as port, Sender(network, key=Key("THE_KEY", SECRET)) as sender:
            return await sender.get(f"https://{NAME}:{port}/")

    exchange = asyncio.run(asked())
    assert exchange.verified
    assert piece not in f"{exchange.certificate} {exchange.issuer}"
    assert "[key]" in exchange.certificate


def test_an_address_is_not_looked_up_and_plain_loopback_has_no_handshake() -> None:
    async def asked() -> Exchange:
        async with serving(slowly) as port, Sender() as sender:
            return await sender.get(f"http://127.0.0.1:{port}/")

    assert list(parts(asyncio.run(asked()))) == ["connect_s", "first_byte_s", "transfer_s"]


def test_the_family_of_an_address_is_told() -> None:
    async def asked() -> Exchange:
        async with serving(slowly, host="::1") as port, Sender() as sender:
            return await sender.get(f"http://[::1]:{port}/")

    try:
        exchange = asyncio.run(asked())
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    assert (exchange.peer, exchange.family) == ("::1", Family.IPV6)


def test_in_process_nothing_is_told_of_the_network() -> None:
    key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="tests")
    run = asyncio.run(probe_key(key, choices, transport=sandbox.transport("huggingface", "launch-ready")))
    answers = run.frame("answers")
    assert answers["latency_s"].notna().any()
    assert answers[[*PARTS, "address_family"]].isna().all().all()
    assert (answers["tls_issuer"] == "").all()


def test_over_a_socket_the_frame_has_the_parts_and_where_the_answer_came_through() -> None:
    async def probed() -> None:
        async with persona("launch-ready") as (port, _):
            choices = plan("huggingface", base_url=f"http://127.0.0.1:{port}", trust_endpoint=True, operator="tests")
            run = await probe_key(Key(KEY_NAME, PERSONAS["launch-ready"].key), choices)
        answers, places = run.frame("answers"), judge_run(run).frame("places")
        assert answers[["first_byte_s", "transfer_s"]].notna().all().all()
        assert answers["connect_s"].notna().any()
        assert answers["connect_s"].isna().any()  # a connection was used again
        assert answers["dns_s"].isna().all()
        assert set(answers["address_family"]) == {"ipv4"}
        assert "YTO50-P1" in set(places["edge"])
        [toronto] = places[places["edge"] == "YTO50-P1"].drop_duplicates("host").to_dict("records")[:1]
        assert (toronto["country"], toronto["address_family"]) == ("CA", "ipv4")
        assert "near the caller" in toronto["why"]
        assert places["requests"].sum() == answers["request"].nunique()

    asyncio.run(probed())


def test_waiting_for_our_own_turn_is_not_counted_as_the_providers_time() -> None:
    async def asked() -> tuple[list[Exchange], float, datetime]:
        opened, full, waiting = asyncio.Event(), asyncio.Event(), []

        async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            waiting.append(writer)
            if len(waiting) == 4:
                full.set()
            await opened.wait()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")

        async with serving(held) as port, Sender() as sender:
            asking = [asyncio.ensure_future(sender.get(f"http://127.0.0.1:{port}/{n}")) for n in range(8)]
            await full.wait()
            await asyncio.sleep(STEP_S)
            assert len(waiting) == 4, "more than four requests were in flight"
            let_go, moment = time.perf_counter(), datetime.now(UTC)
            opened.set()
            return [await one for one in asking], time.perf_counter() - let_go, moment

    exchanges, since, let_go = asyncio.run(asked())
    late = [exchange for exchange in exchanges if exchange.number > 4]
    assert len(late) == 4
    assert all(one.latency_s is not None and one.latency_s <= since for one in late)
    assert [bool(one.asked_at and one.asked_at >= let_go) for one in exchanges] == [False] * 4 + [True] * 4


def test_whoever_waits_for_a_host_that_asks_to_wait_sends_nothing_more() -> None:
    asked, busy = answering(*[whole(b"{}").replace(b"200 OK", b"429 Too Many Requests\r\nretry-after: 9")] * 8)

    async def asking() -> list[Exchange]:
        async with serving(busy) as port, Sender() as sender:
            return await asyncio.gather(*(sender.get(f"http://127.0.0.1:{port}/{n}") for n in range(8)))

    answered = [one for one in asyncio.run(asking()) if one.reply]
    assert len(answered) == len(asked) == 4


# Names and addresses.

PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "198.18.0.1",  # noqa: S104 - nothing is bound
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
    "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::", "2002:808:808::", "2001:db8::1",
    "192.0.0.192", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "104.18.7.192", "192.0.1.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
]  # fmt: skip


class Near:
    """Connects to nothing, and notes what it was asked to."""

    def __init__(self, does: Callable[[str], object] = lambda _address: None) -> None:
        self.asked: list[str] = []
        self.closed: list[str] = []
        self._does = does

    async def __call__(self, address: str, _port: int) -> Line:
        self.asked.append(address)
        happens = self._does(address)
        if asyncio.iscoroutine(happens):
            await happens
        return _Line(self, address)


class _Line(Line):
    def __init__(self, near: Near, address: str) -> None:
        self.near, self.address = near, address

    @property
    def peer(self) -> str:
        return self.address

    def abort(self) -> None:
        self.near.closed.append(self.address)


def connected(found: list[str], near: Near, host: str = NAME, stagger_s: float = 0.01) -> str:
    """Return the address that was connected to."""
    resolving = Resolving(may_be_at, lambda _host, _port: found, near, stagger_s)
    return asyncio.run(resolving.connect(host, 443, Stopwatch())).peer


# Whose connections are used again.


def answering(*answers: bytes) -> tuple[list[bytes], Served]:
    """Answer each request with the next of `answers`, whatever stands in it; return the connection of each, too."""
    coming, asked = iter(answers), []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                asked.append(str(writer.get_extra_info("peername")).encode())
                writer.write(next(coming))

    return asked, answer


def whole(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def ask_one_after_the_other(answer: Served, *keys: Key | None) -> list[object]:
    """Ask once with each of the keys, over the same network."""

    async def asked() -> list[object]:
        found: list[object] = []
        async with serving(answer) as port, Sender() as sender:
            for key in keys:
                exchange = await sender.get(
                    f"http://127.0.0.1:{port}/", key=key, auth=("authorization", "Bearer {key}")
                )
                found.append(exchange.reply.json if exchange.reply else exchange.fault)
        return found

    return asyncio.run(asked())


def test_a_connection_is_used_again_for_the_same_key_only() -> None:
    mine, control = Key("MINE", "made-up-key-of-mine"), Key("CONTROL", "made-up-key-that-is-none")
    asked, answer = answering(*(whole(b"%d" % number) for number in range(6)))
    assert ask_one_after_the_other(answer, None, mine, control, None, mine, control) == [*range(6)]
    assert len(set(asked[:3])) == 3
    assert asked[3:] == asked[:3]


async def one_behind(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the first question of a connection twice, and each further one with the answer to the one before."""
    answers = [b""]
    with contextlib.suppress(asyncio.IncompleteReadError):
        while asked := await reader.readuntil(b"\r\n\r\n"):
            answers.append(_deepseek(asked))
            writer.write(answers[-2] or answers[-1])


def _deepseek(asked: bytes) -> bytes:
    if DEEPSEEK_KEY.encode() not in asked:
        refused = b'{"error": {"message": "Authentication Fails", "type": "authentication_error"}}'
        return whole(refused).replace(b"200 OK", b"401 Unauthorized")
    if b"/models " in asked:
        return whole(b'{"object": "list", "data": [{"id": "deepseek-chat", "object": "model"}]}')
    amounts = b'"currency": "USD", "total_balance": "9.00", "granted_balance": "0.00", "topped_up_balance": "9.00"'
    return whole(b'{"is_available": true, "balance_infos": [{%s}]}' % amounts)


@pytest.mark.parametrize(("text", "auth"), [(DEEPSEEK_KEY, Answer.YES), (DEEPSEEK_KEY[::-1], Answer.NO)])
def test_an_endpoint_that_is_one_answer_behind_makes_no_valid_key_invalid_nor_the_other_way_round(
    text: str, auth: Answer
) -> None:
    async def probed() -> Answer:
        async with serving(one_behind) as port:
            at = f"http://127.0.0.1:{port}"
            asked = plan("deepseek", base_url=at, trust_endpoint=True, operator="tests", samples=2)
            run = await probe_key(Key(KEY_NAME, text), asked)
            return judge_run(run).passport[Axis.AUTH].answer

    assert asyncio.run(probed()) is auth


@pytest.mark.parametrize("behind", [whole(b'"of nobody"'), b"HTTP/1.1 ", b" ", b"\r\n"])
@pytest.mark.parametrize(
    "first",
    [
        whole(b"1"),
        whole(b"1").replace(b"content-length: 1", b"transfer-encoding: chunked")[:-1] + b"1\r\n1\r\n0\r\n\r\n",
    ],
)
def test_what_lies_behind_an_answer_keeps_its_connection_from_being_used_again(first: bytes, behind: bytes) -> None:
    asked, answer = answering(first + behind, whole(b"2"))
    assert ask_one_after_the_other(answer, None, None) == [1, 2]
    assert len(set(asked)) == 2


def test_a_handshake_that_is_given_up_leaves_no_connection_open() -> None:
    async def given_up() -> bytes:
        hung_up: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def never_shakes_hands(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            hung_up.set_result(await reader.read())

        async with serving(never_shakes_hands) as port:
            line = await line_to("127.0.0.1", port)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(STEP_S):
                    await line.secure(tls_context(), NAME)
            return await hung_up

    assert len(asyncio.run(given_up())) > 0


@pytest.mark.parametrize("early", [whole(b"1"), b""], ids=["speaks", "hangs up"])
def test_what_comes_before_tls_is_never_read_as_if_it_had_come_over_it(early: bytes) -> None:
    serves, trusts = certified(NAME)

    async def secured() -> None:
        async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(early)
            if not early:
                writer.close()
            else:
                await writer.start_tls(serves)

        async with serving(answer) as port:
            line = await line_to("127.0.0.1", port)
            await asyncio.sleep(STEP_S)
            await line.secure(trusts, NAME)

    with pytest.raises(httpx.ConnectError, match="before TLS"):
        asyncio.run(secured())


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused_before_anything_is_sent(address: str) -> None:
    near = Near()
    assert is_private(address)
    with pytest.raises(httpx.ConnectError, match="private address"):
        connected([address], near)
    assert near.asked == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_name_that_leads_to_a_public_address_is_asked_there(address: str) -> None:
    assert not is_private(address)
    assert connected([address], near := Near()) == address
    assert near.asked == [address]


def test_of_several_addresses_only_the_public_ones_are_asked() -> None:
    near = Near(lambda _address: refuse())
    with pytest.raises(httpx.ConnectError, match="refused"):
        connected(["10.0.0.1", "8.8.8.8", "::1"], near)
    assert near.asked == ["8.8.8.8"]


@pytest.mark.parametrize("host", ["localhost", "sandbox.localhost"])
def test_a_name_of_this_machine_leads_nowhere_else(host: str) -> None:
    near = Near()
    with pytest.raises(httpx.ConnectError):
        connected(["8.8.8.8"], near, host)
    assert near.asked == []
    assert connected(["8.8.8.8", "127.0.0.1"], near, host) == "127.0.0.1"


def test_nobody_can_vouch_for_a_name_of_this_machine_that_leads_elsewhere() -> None:
    """It may be asked without TLS, so the key would travel in the clear."""

    async def asked() -> Exchange:
        async with Sender(
            Network(resolve=lambda _host, _port: ["8.8.8.8"]), request_s=1, vouched={"localhost"}
        ) as sender:
            return await sender.get("http://localhost:9/")

    assert asyncio.run(asked()).fault.startswith("connect: localhost leads to")


def test_what_is_connected_to_is_what_was_checked() -> None:
    """A name that leads elsewhere when it is looked up again (DNS rebinding) is not looked up again."""
    found = [["8.8.8.8"], ["127.0.0.1"]]
    near = Near()
    backend = Resolving(may_be_at, lambda _host, _port: found.pop(0), near)
    asyncio.run(backend.connect(NAME, 443, Stopwatch()))
    assert near.asked == ["8.8.8.8"]
    with pytest.raises(httpx.ConnectError, match="private address"):
        asyncio.run(backend.connect(NAME, 443, Stopwatch()))


def test_a_run_to_a_name_that_leads_into_a_private_network_sends_nothing_and_decides_nothing() -> None:
    async def probed() -> tuple[list[str], int]:
        async with persona("launch-ready") as (port, asked):
            key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
            network = Network(resolve=lambda _host, _port: ["127.0.0.1"])
            run = await probe_key(
                key, plan("huggingface", base_url=f"https://{NAME}:{port}", operator="tests"), transport=network
            )
        assert {row.outcome for row in run.answers} == {Outcome.UNAVAILABLE}
        assert all("private address" in row.why for row in run.answers)
        assert {finding.answer for finding in judge_run(run).passport.values()} == {Answer.UNKNOWN}
        return asked, port

    assert asyncio.run(probed())[0] == []


def test_a_vouched_name_may_lead_into_a_private_network() -> None:
    serves, trusts = certified(NAME)

    async def probed() -> None:
        async with persona("launch-ready", tls=serves) as (port, asked):
            choices = plan("huggingface", base_url=f"https://{NAME}:{port}", trust_endpoint=True, operator="tests")
            network = Network(resolve=here, trusts=trusts)
            key = Key(KEY_NAME, PERSONAS["launch-ready"].key)
            run = await probe_key(key, choices, transport=network)
        assert asked
        assert judge_run(run).passport[Axis.AUTH].answer is Answer.YES
        assert all(row.tls_issuer.startswith("trustme") for row in run.answers if row.status)

    asyncio.run(probed())


def test_an_endpoint_in_a_private_network_is_looked_at_only_where_somebody_vouches_for_it() -> None:
    serves, trusts = certified(NAME)

    async def looked(*, trust: bool) -> list[str]:
        async with persona("launch-ready", tls=serves) as (port, asked):
            network = Network(resolve=here, trusts=trusts)
            await identify_endpoint(f"https://{NAME}:{port}", trust_endpoint=trust, transport=network)
        return asked

    assert asyncio.run(looked(trust=False)) == []
    assert "/v1/models" in asyncio.run(looked(trust=True))


def test_a_certificate_is_checked_against_the_name_and_not_the_address() -> None:
    serves, trusts = certified("127.0.0.1")

    async def asked() -> Exchange:
        network = Network(vouched={NAME}, resolve=here, trusts=trusts)
        async with serving(slowly, serves) as port, Sender(network) as sender:
            return await sender.get(f"https://{NAME}:{port}/")

    exchange = asyncio.run(asked())
    assert exchange.reply is None
    assert exchange.fault.startswith("tls:")


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_looked_up_is_a_fault(error: Exception) -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise error

    async def asked() -> Exchange:
        async with Sender(Network(resolve=fails)) as sender:
            return await sender.get(f"https://{NAME}/")

    exchange = asyncio.run(asked())
    assert exchange.reply is None
    assert str(error.args[-1]) in exchange.fault


def test_a_resolver_that_hangs_keeps_nothing_from_ending() -> None:
    let_go, ended = threading.Event(), threading.Event()

    def hangs(_host: str, _port: int) -> list[str]:
        let_go.wait(20)
        ended.set()
        return []

    async def asked() -> Exchange:
        async with Sender(Network(resolve=hangs), request_s=STEP_S) as sender:
            return await sender.get(f"https://{NAME}/")

    exchange = asyncio.run(asked())
    assert not ended.is_set()
    let_go.set()
    assert exchange.fault.startswith("timeout")
    assert exchange.split == Split()


# Several addresses.


async def refuse() -> None:
    raise httpx.ConnectError("refused")


async def linger() -> None:
    await asyncio.sleep(20)


def test_both_families_take_turns_beginning_with_the_preferred_one() -> None:
    near = Near(lambda _address: refuse())
    found = ["2606:4700::1", "2606:4700::2", "2606:4700::3", "8.8.8.8", "8.8.4.4"]
    with pytest.raises(httpx.ConnectError, match="refused"):
        connected(found, near)
    assert near.asked == ["2606:4700::1", "8.8.8.8", "2606:4700::2", "8.8.4.4", "2606:4700::3"]


def test_an_address_that_does_not_answer_keeps_the_next_one_waiting_for_a_moment_only() -> None:
    near = Near(lambda address: linger() if ":" in address else None)
    assert connected(["2606:4700::1", "8.8.8.8"], near) == "8.8.8.8"
    assert near.asked == ["2606:4700::1", "8.8.8.8"]


def test_an_address_that_refuses_keeps_the_next_one_waiting_for_nothing() -> None:
    near = Near(lambda address: refuse() if ":" in address else None)
    assert connected(["2606:4700::1", "8.8.8.8"], near, stagger_s=20) == "8.8.8.8"


def test_of_two_that_answer_one_is_used_and_the_other_closed() -> None:
    near = Near(lambda _address: asyncio.sleep(STEP_S))
    won = connected(["2606:4700::1", "8.8.8.8"], near, stagger_s=0.0)
    assert [*near.closed, won] in (["2606:4700::1", "8.8.8.8"], ["8.8.8.8", "2606:4700::1"], [won])


@pytest.mark.parametrize("passes", [1, 2])
def test_of_attempts_that_are_given_up_twice_none_is_left_standing(passes: int) -> None:
    """A run's end or a second Ctrl-C comes on top of a request's: what has come to stand meanwhile is nobody's."""
    near, standing = Near(lambda _address: stand()), asyncio.Event()

    async def stand() -> None:
        try:
            await standing.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # it stood before it heard of that

    async def given_up() -> None:
        resolving = Resolving(may_be_at, lambda _host, _port: ["2606:4700::1", "8.8.8.8"], near, 0.0)
        connecting = asyncio.ensure_future(resolving.connect(NAME, 443, Stopwatch()))
        await asyncio.sleep(STEP_S)
        connecting.cancel()
        for _ in range(passes):
            await asyncio.sleep(0)
        connecting.cancel()
        await asyncio.wait([connecting])
        await asyncio.sleep(STEP_S)

    asyncio.run(given_up())
    assert len(near.asked) == 2
    assert sorted(near.closed) == sorted(near.asked)


def test_a_host_without_addresses_is_a_fault() -> None:
    with pytest.raises(httpx.ConnectError, match="no address"):
        connected([], Near())


# In the clear.


@pytest.mark.parametrize(
    ("url", "proxy"),
    [("http://provider.example/", ""), ("http://127.0.0.1:9/", "http://proxy.example:3128")],
    ids=["to a host elsewhere", "to a proxy elsewhere"],
)
def test_nothing_leaves_this_machine_unencrypted(url: str, proxy: str) -> None:
    async def asked() -> tuple[Exchange, set[str]]:
        network = Network(Proxy(proxy) if proxy else None, resolve=lambda _host, _port: ["8.8.8.8"])
        async with Sender(network) as sender:
            return await sender.get(url), sender.manifest.proxies

    exchange, proxies = asyncio.run(asked())
    assert exchange.reply is None
    assert "in the clear" in exchange.fault
    assert proxies == set()


@asynccontextmanager
async def _between(proxied: Proxied) -> AsyncIterator[tuple[int, Proxied]]:
    async with persona("launch-ready") as (port, _), http_proxy(proxied) as proxy:
        yield port, proxy


def test_through_a_proxy_the_name_is_its_to_look_up_and_the_address_not_told() -> None:
    def looked_up(_host: str, _port: int) -> list[str]:
        raise AssertionError("a name was looked up here")

    async def asked() -> Exchange:
        proxied = Proxied(leads=lambda _host, _port: ("127.0.0.1", port))
        async with _between(proxied) as (port, proxy):
            network = Network(
                Proxy(proxy.url("http")), resolve=lambda h, p: [h] if h == "127.0.0.1" else looked_up(h, p)
            )
            async with Sender(network) as sender:
                exchange = await sender.get("http://sandbox.localhost:8/v1/models")
            assert proxy.asked == ["sandbox.localhost:8"]
            assert sender.manifest.proxies == {f"http://127.0.0.1:{proxy.port}"}
            return exchange

    exchange = asyncio.run(asked())
    assert exchange.reply
    assert list(parts(exchange)) == ["connect_s", "first_byte_s", "transfer_s"]
    assert (exchange.peer, exchange.family) == ("", None)


def test_a_proxy_may_be_at_a_private_address_whatever_its_name() -> None:
    serves, trusts = certified(NAME)

    async def asked() -> Exchange:
        async with persona("launch-ready", tls=serves) as (port, _):
            async with http_proxy(Proxied(leads=lambda _host, _port: ("127.0.0.1", port))) as proxy:
                network = Network(Proxy(f"http://proxy.example:{proxy.port}"), resolve=here, trusts=trusts)
                async with Sender(network) as sender:
                    exchange = await sender.get(f"https://{NAME}/v1/models")
            assert proxy.asked == [f"{NAME}:443"]
            return exchange

    assert asyncio.run(asked()).reply


def test_the_client_that_tests_inject_may_be_any() -> None:
    async def asked() -> Exchange:
        async with Sender(httpx.MockTransport(lambda _request: httpx.Response(200, json={}))) as sender:
            return await sender.get("https://example.com/")

    assert asyncio.run(asked()).split == Split()


# What a connection keeps from one question to the next: nothing.


def asked_again(tls: ssl.SSLContext | None, trusts: ssl.SSLContext | None, first: bytes) -> tuple[list[object], str]:
    """Ask three times over connections that are kept, of which the first brings more; return answers and requests."""
    arrived: list[str] = []

    def answer(number: int) -> bytes:
        body = json.dumps({"number": number}).encode()
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nset-cookie: session=1; Path=/\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            arrived.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(answer(len(arrived)))
            if len(arrived) == 1:
                writer.write(first)
            await writer.drain()

    async def asking() -> list[object]:
        async with serving(serve, tls) as port:
            network = Network(vouched={"provider.example"}, resolve=lambda _host, _port: ["127.0.0.1"], trusts=trusts)
            url = f"https://provider.example:{port}/" if tls else f"http://127.0.0.1:{port}/"
            async with Sender(network, vouched={"provider.example"}) as sender:
                found = [await sender.get(url) for _ in range(3)]
        return [one.reply.json if one.reply else one.fault for one in found]

    return asyncio.run(asking()), "".join(arrived)


SECOND = b'HTTP/1.1 401 No\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"error":"no"}'


@pytest.mark.parametrize("first", [SECOND, SECOND * 3, SECOND[:20], b"\r\n", b""])
@pytest.mark.parametrize("over_tls", [False, True])
def test_what_stands_behind_an_answer_is_never_read_as_the_next_one(first: bytes, over_tls: bool) -> None:  # noqa: FBT001
    serves, trusts = certified("provider.example") if over_tls else (None, None)
    answers, _ = asked_again(serves, trusts, first)
    assert answers == [{"number": 1}, {"number": 2}, {"number": 3}]


def test_a_cookie_is_not_sent_back() -> None:
    _, requests = asked_again(None, None, b"")
    assert requests.count("GET") == 3
    assert "cookie" not in requests.lower()
