"""What a line to a host holds against whoever is at its other end, and a proxy between: over real sockets."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
import trustme
from proxies import Proxied, http_proxy, serving

from testkey_nb.http import Exchange, Network, Proxy, Sender
from testkey_nb.http.line import line_to

NAME, HERE = "provider.example", "127.0.0.1"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1"


def shows(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return what a server of that name shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def answering(*answers: bytes) -> Serve:
    """Answer each question of a connection with the next of these, and then hang up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for one in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(one)
            await writer.drain()

    return answer


# Names.


def test_a_host_is_asked_under_the_name_that_was_written() -> None:
    """Shown to people xn--fa-hia.de is faß.de, and what Python makes of that is fass.de, somebody else's."""
    authority, name, looked_up = trustme.CA(), "xn--fa-hia.de", []

    def resolve(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return [HERE]

    async def asked() -> tuple[Exchange, list[str]]:
        trusts = trusting(authority)
        async with serving(answering(ANSWER), shows(authority, name)) as port:
            async with Sender(Network(vouched={name}, resolve=resolve, trusts=trusts)) as sender:
                exchange = await sender.get(f"https://{name}:{port}/")
            async with (
                http_proxy(Proxied(leads=lambda _host, _port: (HERE, port))) as proxy,
                Sender(Network(Proxy(proxy.url("http")), trusts=trusts)) as sender,
            ):
                assert (await sender.get(f"https://{name}/")).reply
            return exchange, proxy.asked

    exchange, tunnels = asyncio.run(asked())
    assert exchange.reply
    assert looked_up == [name]
    assert tunnels == [f"{name}:443"]


# TLS in TLS.


async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.transport.abort()


async def speaks_no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"no TLS" * 99)


@pytest.mark.parametrize(
    ("far", "certified", "why"),
    [
        (answering(ANSWER), "another.example", "tls: "),
        (speaks_no_tls, "", "tls: "),
        (hangs_up, "", "connect: "),
        (resets, "", "connect: "),
    ],
)
@pytest.mark.parametrize("over_tls", [False, True], ids=["http", "https"])
def test_a_host_behind_a_proxy_that_proves_nothing_is_a_fault(
    caplog: pytest.LogCaptureFixture,
    far: Serve,
    certified: str,
    why: str,
    over_tls: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    authority = trustme.CA()

    async def asked() -> Exchange:
        async with (
            serving(far, shows(authority, certified) if certified else None) as port,
            http_proxy(
                Proxied(leads=lambda _host, _port: (HERE, port)), shows(authority, HERE) if over_tls else None
            ) as proxy,
            Sender(Network(Proxy(proxy.url("https" if over_tls else "http")), trusts=trusting(authority))) as sender,
        ):
            return await sender.get(f"https://{NAME}/")

    exchange = asyncio.run(asked())
    assert exchange.reply is None
    assert exchange.fault.startswith(why)
    assert [record.getMessage() for record in caplog.records if "rror" in record.getMessage()] == []


def test_whether_a_line_is_silent_can_be_asked_at_any_moment_of_its_end() -> None:
    authority, unheard = trustme.CA(), []
    trusts, inner = trusting(authority), shows(authority, NAME)

    async def resets_tls_in_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await writer.start_tls(inner)
        await reader.read(1)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def asked() -> list[bool]:
        found: list[bool] = []
        async with serving(resets_tls_in_tls, shows(authority, HERE)) as port:
            line = await line_to(HERE, port)
            await line.secure(trusts, HERE)
            await line.secure(trusts, NAME)
            loop, ended = asyncio.get_running_loop(), asyncio.ensure_future(line.read())

            def look() -> None:
                if not ended.done():
                    loop.call_soon(look)
                found.append(line.silent)

            loop.set_exception_handler(lambda _loop, context: unheard.append(context))
            look()
            line.write(b"?")
            with pytest.raises(httpx.ReadError):
                await ended
            await line.aclose()
        return found

    found = asyncio.run(asked())
    assert (found[0], found[-1]) == (True, False)
    assert [what for what in unheard if isinstance(what.get("exception"), ValueError)] == []


# What ends before its end.


@pytest.mark.parametrize("over_tls", [False, True], ids=["directly", "through TLS"])
@pytest.mark.parametrize(
    ("head", "says_its_end", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, True),
        (b"HTTP/1.1 200 OK\r\n\r\n", False, False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", False, True),
    ],
    ids=["said to end", "cut off", "whole and then cut off"],
)
def test_an_answer_that_lasts_until_the_end_is_whole_only_where_tls_says_so(
    head: bytes,
    says_its_end: bool,  # noqa: FBT001 - a parameter of the test, as the next two
    whole: bool,  # noqa: FBT001
    over_tls: bool,  # noqa: FBT001
) -> None:
    """Whoever stands between could make a shorter answer of it (RFC 9112 section 9.8)."""
    authority = trustme.CA()
    serves = shows(authority, NAME)

    def answer(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with serves.wrap_socket(connection, server_side=True) as over:
            over.recv(2**16)
            over.sendall(head + b"12")
            if says_its_end:
                over.unwrap()

    async def asked() -> Exchange:
        async with AsyncExitStack() as stack:
            listening = stack.enter_context(socket.create_server((HERE, 0)))
            port = listening.getsockname()[1]
            network = Network(vouched={NAME}, resolve=lambda _host, _port: [HERE], trusts=trusting(authority))
            if over_tls:
                proxied = Proxied(leads=lambda _host, _port: (HERE, port))
                proxy = await stack.enter_async_context(http_proxy(proxied, shows(authority, HERE)))
                network = Network(Proxy(proxy.url("https")), trusts=trusting(authority))
            answering = asyncio.ensure_future(asyncio.to_thread(answer, listening))
            async with Sender(network) as sender:
                exchange = await sender.get(f"https://{NAME}:{port}/")
            await answering
            return exchange

    exchange = asyncio.run(asked())
    said = exchange.reply.text if exchange.reply else exchange.fault
    assert said == ("12" if whole else "network: TLS was cut off before its end")


# Answers without an end.


def test_reading_what_has_come_gives_others_their_turn() -> None:
    async def read() -> tuple[int, int]:
        async def talks(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b" " * 10_000)
            await writer.drain()
            await asyncio.sleep(60)

        turns, parts = 0, 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with serving(talks) as port:
            line = await line_to(HERE, port)
            await line.read(1)
            took_turns = asyncio.ensure_future(others())
            for _ in range(999):
                parts += len(await line.read(1))
            took_turns.cancel()
            await line.aclose()
        return turns, parts

    turns, parts = asyncio.run(read())
    assert parts == 999
    assert turns >= 900


def test_a_head_that_is_too_long_is_refused_also_where_it_comes_at_once() -> None:
    head = ANSWER.replace(b"\r\n\r\n", b"\r\n" + b"a: b\r\n" * 20_000 + b"\r\n")

    async def asked() -> Exchange:
        async with serving(answering(head)) as port, Sender() as sender:
            return await sender.get(f"http://{HERE}:{port}/")

    exchange = asyncio.run(asked())
    assert exchange.reply is None
    assert exchange.fault.startswith("network: ")


# Closing.


def test_what_idles_is_closed_also_where_closing_is_cancelled() -> None:
    async def closed() -> int:
        open_ones, all_gone = 0, asyncio.Event()

        async def keeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal open_ones
            open_ones += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            await reader.read()
            open_ones -= 1
            if not open_ones:
                all_gone.set()

        async with serving(keeps) as port:
            network = Network()
            sender = Sender(network)
            await asyncio.gather(*(sender.get(f"http://{HERE}:{port}/{number}") for number in range(3)))
            assert open_ones == 3
            closing = asyncio.ensure_future(network.aclose())
            await asyncio.sleep(0)
            closing.cancel()
            await asyncio.wait([closing])
            async with asyncio.timeout(5):
                await all_gone.wait()
        return open_ones

    assert asyncio.run(closed()) == 0
