"""A stand-in behind a loopback socket on which things go wrong: what networks, servers and middleboxes do to an answer.

`Faulty` serves a persona over bare sockets and lets a fault (`faults.FAULTS` has many) happen instead of its answer:
everywhere, at some paths, or at the n-th request.  A fault gets what would have been answered and writes what goes over
the wire.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from testkey_nb.sandbox import app

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, MutableMapping

    from starlette.types import ASGIApp

STEP_S = 0.02  # between the bytes of what comes slowly


class Given(NamedTuple):
    """What a persona answers, before anything happens to it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def wire(self, body: bytes | None = None, *more: str, status: int | None = None, kind: str = "") -> bytes:
        """Write an answer like this one: another body, more header lines, another status or content type."""
        sent = self.body if body is None else body
        framed = any(line.lower().startswith(("content-length", "transfer-encoding")) for line in more)
        code = status or self.status
        lines = [f"HTTP/1.1 {code} Answer", "connection: close", *more]
        lines += [] if framed else [f"content-length: {len(sent)}"]
        lines += [f"{name}: {kind if kind and name == 'content-type' else value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + sent


@dataclass(frozen=True, slots=True)
class Happening:
    """One request on which a fault happens, and the connection it came over."""

    given: Given
    request: str
    writer: asyncio.StreamWriter
    more: Callable[[], Awaitable[str]]  # the next request over the same connection
    ask: Callable[[str], Awaitable[Given]]  # what would have been answered to another request

    async def write(self, data: bytes | memoryview) -> None:
        """Send some bytes now."""
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes) -> None:
        """Send bytes one at a time, slowly."""
        for byte in data:
            await self.write(bytes([byte]))
            await asyncio.sleep(STEP_S)

    async def stall(self) -> None:
        """Send nothing more and leave the connection open, until the other side has gone."""
        await self.writer.wait_closed()

    def reset(self) -> None:
        """End the connection with RST."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong; `whole` where the answer still arrives as it was meant, `partly` where some do."""

    name: str
    happens: Callable[[Happening], Awaitable[None]]
    whole: bool = False
    partly: bool = False
    slow: bool = False  # it ends only when whoever asks gives up
    large: bool = False  # it takes seconds to read
    waits: bool = False  # the host asks to wait, after which nothing more should be sent there


class Faulty:
    """A persona on a loopback socket, with faults.

    Parameters
    ----------
    provider, persona
        Who answers where nothing goes wrong.
    fault
        What goes wrong.
    at
        Parts of paths at which it does; empty for everywhere.
    nth
        Numbers, from 1 on, of the requests to such a path at which it does; empty for each.
    tls
        To serve HTTPS with.
    address
        Of loopback: ``::1`` is the other one.
    answers
        An application that answers instead of the persona.

    """

    def __init__(  # noqa: PLR0913 - who, what and where
        self,
        provider: str,
        persona: str,
        fault: Fault | None = None,
        *,
        at: tuple[str, ...] = (),
        nth: frozenset[int] = frozenset(),
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        answers: ASGIApp | None = None,
    ) -> None:
        """Serve nothing yet; enter it to begin."""
        self._address = address
        self.asked: list[str] = []
        """Paths of the requests that arrived whole."""
        self.firsts: list[str] = []
        """Their first lines."""
        self._app: ASGIApp = answers or app(provider, persona)
        self._fault, self._at, self._nth, self._tls = fault, at, nth, tls
        self._counts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> str:
        """Begin to serve; return the origin."""
        self._server = await asyncio.start_server(self._accepted, self._address, 0, ssl=self._tls, limit=2**20)
        port = self._server.sockets[0].getsockname()[1]
        host = f"[{self._address}]" if ":" in self._address else self._address
        return f"{'https' if self._tls else 'http'}://{host}:{port}"

    async def __aexit__(self, *_ended: object) -> None:
        """End every connection."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            await self._serve(reader, writer)
        with suppress(OSError):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await self._arrived(reader)
        given = await _answer(self._app, request)
        if self._fault is None or not self._goes_wrong(self.asked[-1]):
            writer.write(given.wire())
            await writer.drain()
            return
        await self._fault.happens(
            Happening(given, request, writer, partial(self._arrived, reader), partial(_answer, self._app))
        )

    async def _arrived(self, reader: asyncio.StreamReader) -> str:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.firsts.append(request.partition("\r\n")[0])
        self.asked.append(request.split(" ", 2)[1])
        return request

    def _goes_wrong(self, path: str) -> bool:
        if self._at and not any(part in path for part in self._at):
            return False
        self._counts[path] += 1
        return not self._nth or self._counts[path] in self._nth


async def _answer(application: ASGIApp, request: str) -> Given:
    """Ask the stand-in in process what it answers to the text of a request."""
    first, *lines = request.rstrip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    headers = [
        (name.lower().encode(), value.strip().encode()) for name, _, value in (li.partition(":") for li in lines)
    ]
    scope: MutableMapping[str, object] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "headers": headers, "scheme": "http",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    told: list[MutableMapping[str, object]] = []

    async def receive() -> MutableMapping[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, object]) -> None:
        told.append(message)

    await application(scope, receive, send)
    begun = told[0]
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in begun["headers"]]  # type: ignore[attr-defined]  # ASGI's pairs of bytes
    body = b"".join(bytes(message.get("body", b"")) for message in told[1:])  # type: ignore[call-overload]  # ASGI's bytes
    kept = tuple((name, value) for name, value in pairs if name not in {"content-length", "transfer-encoding"})
    return Given(int(str(begun["status"])), kept, body)
