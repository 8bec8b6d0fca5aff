"""Real proxies on loopback, HTTP ``CONNECT`` and SOCKS 5: they may want a login, be slow, lose, lead elsewhere, lie."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from endpoints import wire

from testkey_nb import sandbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_ADDRESS_SIZES = {1: 4, 4: 16}


@dataclass
class Proxied:
    """A proxy, what it was asked for, and how it behaves."""

    login: tuple[str, str] | None = None
    delay_s: float = 0.0  # before it passes an answer on
    loses: Callable[[int], bool] = lambda _number: False  # which of its tunnels die
    leads: Callable[[str, int], tuple[str, int]] = lambda host, port: (host, port)
    says: bytes | None = None  # instead of opening a tunnel, and then it hangs up
    byte_by_byte: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    def url(self, scheme: str, user: str = "", password: str = "") -> str:
        return f"{scheme}://{user}{':' if user else ''}{password}{'@' if user else ''}127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve connections on loopback; whatever is still served at the end is ended."""
    running: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        running.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            running.discard(task)
            writer.close()

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = await asyncio.start_server(served, host, 0, family=family, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.sleep(0)


@asynccontextmanager
async def persona(
    name: str, provider: str = "huggingface", tls: ssl.SSLContext | None = None, *, keep: bool = True, mark: bool = True
) -> AsyncIterator[tuple[int, list[str]]]:
    """Serve a persona over sockets that are kept open; without its mark it could be the provider."""
    asked: list[str] = []
    way = sandbox.transport(provider, name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            asked.append(first.split()[1])
            headers = dict(line.split(": ", 1) for line in lines if ": " in line)
            async with httpx.AsyncClient(transport=way) as client:
                given = await client.get(f"http://sandbox.localhost{first.split()[1]}", headers=headers)
            if not mark:
                given.headers.pop("x-testkey-sandbox", None)
            writer.write(wire(given).replace(b"connection: close\r\n", b"" if keep else b"connection: close\r\n", 1))
            await writer.drain()

    async with serving(serve, tls) as port:
        yield port, asked


@asynccontextmanager
async def http_proxy(proxied: Proxied, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxied]:
    """Serve an HTTP proxy that opens tunnels."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        proxied.heads.append(head)
        there = head.split()[1].decode()
        proxied.asked.append(there)
        if proxied.says is not None:
            await _write(proxied, writer, proxied.says)
            return
        if proxied.login:
            wanted = base64.b64encode(":".join(proxied.login).encode())
            if b"proxy-authorization: Basic " + wanted + b"\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n")
                return
        host, _, port = there.rpartition(":")
        await _tunnel(
            proxied, reader, writer, (host, int(port)), b"HTTP/1.0 200 Connection established\r\nx: y\r\n\r\n"
        )

    async with serving(serve, tls) as proxied.port:
        yield proxied


@asynccontextmanager
async def socks_proxy(proxied: Proxied) -> AsyncIterator[Proxied]:
    """Serve a SOCKS 5 proxy (RFC 1928, RFC 1929)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        if proxied.says is not None:
            await _write(proxied, writer, proxied.says)
            if proxied.says:
                await reader.read(1000)
            return
        wanted = 2 if proxied.login else 0
        await _write(proxied, writer, bytes([5, wanted if wanted in methods else 255]))
        if proxied.login and wanted in methods and not await _logged_in(proxied, reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        size = _ADDRESS_SIZES.get(kind) or (await reader.readexactly(1))[0]
        told = await reader.readexactly(size)
        name = str(ipaddress.ip_address(told)) if kind in _ADDRESS_SIZES else told.decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        proxied.asked.append(f"{name}:{port}")
        # Bound addresses come in three shapes; nobody needs them, and all have to be read.
        bound = {1: b"\x01\x7f\x00\x00\x01", 2: b"\x03\x05proxy", 0: b"\x04" + bytes(16)}[len(proxied.asked) % 3]
        await _tunnel(proxied, reader, writer, (name, port), b"\x05\x00\x00" + bound + b"\x00\x50")

    async with serving(serve) as proxied.port:
        yield proxied


async def _logged_in(proxied: Proxied, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    await reader.readexactly(1)
    user = await reader.readexactly((await reader.readexactly(1))[0])
    password = await reader.readexactly((await reader.readexactly(1))[0])
    good = (user.decode(), password.decode()) == proxied.login
    await _write(proxied, writer, b"\x01\x00" if good else b"\x01\x01")
    return good


async def _write(proxied: Proxied, writer: asyncio.StreamWriter, data: bytes) -> None:
    for piece in (data[i : i + 1] for i in range(len(data))) if proxied.byte_by_byte else (data,):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.001 if proxied.byte_by_byte else 0)


async def _tunnel(
    proxied: Proxied,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there: tuple[str, int],
    opened: bytes,
) -> None:
    far_reader, far_writer = await asyncio.open_connection(*proxied.leads(*there))
    await _write(proxied, writer, opened)
    try:
        if not proxied.loses(len(proxied.asked)):
            await asyncio.gather(_pump(reader, far_writer, 0), _pump(far_reader, writer, proxied.delay_s))
    finally:
        far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    while data := await reader.read(2**16):
        await asyncio.sleep(delay_s)
        writer.write(data)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof() if writer.can_write_eof() else writer.close()
