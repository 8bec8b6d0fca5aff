"""A stand-in behind a loopback socket on which things go wrong: what networks, servers and middleboxes do to an answer.

`Faulty` serves a persona over bare sockets and lets a fault of `FAULTS` happen instead of its answer: everywhere, at
some paths, or at the n-th request.  A fault gets what would have been answered and writes what goes over the wire.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from testkey_nb.sandbox import app

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from starlette.applications import Starlette

_JSON = "application/json"
_PAGE = b"<!doctype html><html><head><title>Attention required</title></head><body>Are you a person?</body></html>"
_UNFAMILIAR = b'{"something": "nobody has seen before", "number": 7}'
_MANY = 100 * 2**20
_PIECE = 2**16
_STEP_S = 0.02  # between the bytes of what comes slowly


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

    async def write(self, data: bytes) -> None:
        """Send some bytes now."""
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes) -> None:
        """Send bytes one at a time, slowly."""
        for byte in data:
            await self.write(bytes([byte]))
            await asyncio.sleep(_STEP_S)

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
    """Something that goes wrong; `whole` where the answer still arrives as it was meant."""

    name: str
    happens: Callable[[Happening], Awaitable[None]]
    whole: bool = False
    slow: bool = False  # it ends only when whoever asks gives up
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
    ) -> None:
        """Serve nothing yet; enter it to begin."""
        self.asked: list[str] = []
        """Paths of the requests that arrived whole."""
        self._app, self._fault, self._at, self._nth, self._tls = app(provider, persona), fault, at, nth, tls
        self._counts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> str:
        """Begin to serve; return the origin."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, ssl=self._tls, limit=2**20)
        port = self._server.sockets[0].getsockname()[1]
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"

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
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = request.split(" ", 2)[1]
        self.asked.append(path)
        given = await _answer(self._app, request)
        if self._fault is None or not self._goes_wrong(path):
            writer.write(given.wire())
            await writer.drain()
            return
        await self._fault.happens(Happening(given, request, writer))

    def _goes_wrong(self, path: str) -> bool:
        if self._at and not any(part in path for part in self._at):
            return False
        self._counts[path] += 1
        return not self._nth or self._counts[path] in self._nth


async def _answer(application: Starlette, request: str) -> Given:
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


# What happens.


async def _reset_before(on: Happening) -> None:
    on.reset()


async def _reset_in_headers(on: Happening) -> None:
    await on.write(on.given.wire()[:40])
    await asyncio.sleep(_STEP_S)
    on.reset()


async def _reset_in_body(on: Happening) -> None:
    await on.write(on.given.wire()[: -len(on.given.body) // 2 or None])
    await asyncio.sleep(_STEP_S)
    on.reset()


async def _half_closed(on: Happening) -> None:
    await on.write(on.given.wire()[: -(len(on.given.body) // 2) or -1])
    on.writer.write_eof()
    await on.stall()


async def _slow_headers(on: Happening) -> None:
    await on.drip(on.given.wire()[:60])
    while True:
        await on.drip(b"x-more: 1\r\n")


async def _slow_body(on: Happening) -> None:
    await on.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await on.drip(b"1\r\n \r\n")


async def _stalled(on: Happening) -> None:
    await on.stall()


async def _stalled_after_a_byte(on: Happening) -> None:
    await on.write(b"H")
    await on.stall()


async def _stalled_in_body(on: Happening) -> None:
    await on.write(on.given.wire()[:-1])
    await on.stall()


async def _too_much(on: Happening) -> None:
    await on.write(on.given.wire(b"", f"content-length: {_MANY}"))
    await on.write(b'{"data": [')
    for _ in range(_MANY // _PIECE):
        await on.write(b'"' + b"x" * (_PIECE - 3) + b'",')


async def _old_protocol(on: Happening) -> None:
    lines = [f"{name}: {value}" for name, value in on.given.headers]
    await on.write("\r\n".join([f"HTTP/1.0 {on.given.status} OK", *lines, "", ""]).encode() + on.given.body)


async def _kept_alive_and_closed(on: Happening) -> None:
    await on.write(on.given.wire().replace(b"connection: close", b"connection: keep-alive", 1))


async def _hinted(on: Happening) -> None:
    await on.write(b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n" + on.given.wire())


async def _echoed(on: Happening) -> None:
    body = json.dumps({"error": {"message": on.request, "again": on.request[::-1]}}).encode()
    heads = [line for line in on.request.split("\r\n")[1:] if line]
    await on.write(on.given.wire(body, *(f"x-echo-{at}: {line}" for at, line in enumerate(heads)), status=400))


def _writing(make: Callable[[Given], bytes]) -> Callable[[Happening], Awaitable[None]]:
    async def happens(on: Happening) -> None:
        await on.write(make(on.given))

    return happens


def _changed(change: Callable[[bytes], bytes], *more: str, kind: str = "") -> Callable[[Happening], Awaitable[None]]:
    """Answer with another body, everything else as it was."""
    return _writing(lambda given: given.wire(change(given.body), *more, kind=kind))


def _saying(body: bytes, *more: str, status: int = 200, kind: str = _JSON) -> Callable[[Happening], Awaitable[None]]:
    """Answer with a body of its own."""
    return _writing(lambda given: given.wire(body, *more, status=status, kind=kind))


def _bomb(pack: Callable[[bytes], bytes]) -> bytes:
    return pack(b'{"data": [' + b" " * _MANY + b"]}")


def _chunked(body: bytes, end: bytes) -> bytes:
    return b"%x\r\n%s\r\n%s" % (len(body), body, end)


def _truncated_chunks(given: Given) -> bytes:
    return given.wire(_chunked(given.body, b""), "transfer-encoding: chunked")


_CLOSED = (
    Fault("reset before the answer", _reset_before),
    Fault("reset inside the headers", _reset_in_headers),
    Fault("reset inside the body", _reset_in_body),
    Fault("closed without an answer", _writing(lambda _given: b"")),
    Fault("half-closed inside the body", _half_closed),
    Fault("chunks without an end", _writing(_truncated_chunks)),
    Fault("a chunk size that is none", _writing(lambda g: g.wire(b"zz\r\n" + g.body, "transfer-encoding: chunked"))),
    Fault("shorter than its length", _writing(lambda g: g.wire(g.body, f"content-length: {len(g.body) + 10}"))),
    Fault("longer than its length", _writing(lambda g: g.wire(g.body, f"content-length: {len(g.body) // 2}"))),
    Fault("a length below zero", _changed(lambda body: body, "content-length: -1")),
    Fault("two lengths", _changed(lambda body: body, "content-length: 1", "content-length: 2")),
    Fault("not HTTP", _writing(lambda _given: b"SSH-2.0-OpenSSH_9.9\r\n")),
    Fault("a status that is none", _writing(lambda g: g.wire().replace(b"HTTP/1.1 200", b"HTTP/1.1 two", 1)[:30])),
)
_SLOW = (
    Fault("stalled before the first byte", _stalled, slow=True),
    Fault("stalled after the first byte", _stalled_after_a_byte, slow=True),
    Fault("stalled inside the body", _stalled_in_body, slow=True),
    Fault("headers a byte at a time", _slow_headers, slow=True),
    Fault("a body a byte at a time", _slow_body, slow=True),
)
_PACKED = (
    Fault("a gzip bomb", _saying(_bomb(gzip.compress), "content-encoding: gzip")),
    Fault("a deflate bomb", _saying(_bomb(zlib.compress), "content-encoding: deflate")),
    Fault("gzip that is none", _changed(lambda body: body, "content-encoding: gzip")),
    Fault("gzip cut short", _changed(lambda body: gzip.compress(body)[:-12], "content-encoding: gzip")),
    Fault("brotli nobody asked for", _saying(bytes(range(255, 0, -1)) * 9, "content-encoding: br")),
    Fault("zstd nobody asked for", _saying(b"\x28\xb5\x2f\xfd" + bytes(200), "content-encoding: zstd")),
    Fault("100 MB of JSON", _too_much),
)
_BODIES = (
    Fault("JSON 10,000 deep", _saying(b'{"data":' * 10_000 + b"1" + b"}" * 10_000)),
    Fault("brackets without an end", _saying(b"[" * 200_000)),
    Fault("NaN and Infinity", _saying(b'{"data": NaN, "id": Infinity, "auth": -Infinity}')),
    Fault("an integer of 5,000 digits", _saying(b'{"data": [{"id": ' + b"9" * 5000 + b"}]}")),
    Fault("the same key many times", _saying(b'{"data": [1], ' + b'"data": null, ' * 99 + b'"data": {}}')),
    Fault("bytes that are no UTF-8", _changed(lambda body: body.replace(b'"', b"\xff\xfe\xc3"))),
    Fault("UTF-16", _changed(lambda body: body.decode().encode("utf-16"))),
    Fault("a byte order mark", _changed(lambda body: b"\xef\xbb\xbf" + body), whole=True),
    Fault("said to be text", _changed(lambda body: body, kind="text/plain")),
    Fault("a page with 200", _saying(_PAGE, kind="text/html; charset=utf-8")),
    Fault("a page that is said to be JSON", _saying(_PAGE)),
    Fault("an empty 200", _saying(b"")),
    Fault("null", _saying(b"null")),
    Fault("an empty object", _saying(b"{}")),
    Fault("an empty list", _saying(b"[]")),
    Fault("JSON cut short", _changed(lambda body: body[: len(body) // 2])),
    Fault("an echo of the whole request", _echoed),
)
_STATUSES = (
    Fault("204", _saying(b"", status=204)),
    Fault("206", _saying(b'{"data": [', "content-range: bytes 0-9/99", status=206)),
    Fault("moved to another host", _saying(b"", "location: https://example.com/v1/models", status=301)),
    Fault("moved to a file", _saying(b"", "location: file:///etc/passwd", status=302)),
    Fault("moved to itself", _saying(b"", "location: /v1/models", status=307)),
    Fault("moved for good", _saying(b"", "location: //example.com/", status=308)),
    Fault("not modified", _saying(b"", status=304)),
    *(
        Fault(f"{status.value} with an unfamiliar body", _saying(_UNFAMILIAR, status=status))
        for status in HTTPStatus
        if 400 <= status <= 511 and status != HTTPStatus.TOO_MANY_REQUESTS  # noqa: PLR2004 - errors
    ),
    Fault("401 with a page", _saying(_PAGE, status=401, kind="text/html")),
    Fault("403 with a page", _saying(_PAGE, status=403, kind="text/html")),
    Fault("403 without a body", _saying(b"", status=403)),
    Fault("520 of a CDN", _saying(_PAGE, status=520, kind="text/html")),
    Fault("a status of 799", _saying(_UNFAMILIAR, status=799)),
)
_WAITS = (
    Fault("429 without Retry-After", _saying(_UNFAMILIAR, status=429), waits=True),
    *(
        Fault(
            f"429, Retry-After {said or 'empty'}", _saying(_UNFAMILIAR, f"retry-after: {said}", status=429), waits=True
        )
        for said in ("0", "-5", "9" * 40, "Wed, 25 Nov 2026 13:00:00 GMT", "in a while", "1.5", "")
    ),
)
_HEADERS = (
    Fault("a thousand headers", _changed(lambda body: body, *(f"x-{at}: {'y' * 200}" for at in range(1000)))),
    Fault("a header of 200 kB", _changed(lambda body: body, f"x-long: {'y' * 200_000}")),
    Fault("a bare CR in a header", _changed(lambda body: body, "x-odd: a\rset-cookie: b=c")),
    Fault("a zero byte in a header", _changed(lambda body: body, "x-odd: a\0b")),
    Fault("a header without a name", _changed(lambda body: body, ": value")),
)
_HARMLESS = (
    Fault("HTTP/1.0", _old_protocol, whole=True),
    Fault("kept alive, then closed", _kept_alive_and_closed, whole=True),
    Fault("early hints first", _hinted, whole=True),
    Fault("bytes after the end", _writing(lambda given: given.wire() + b"HTTP/1.1 200 OK\r\n\r\nmore"), whole=True),
    Fault("odd but legal headers", _changed(lambda body: body, "x-empty:", "X-UPPER: ÿ", "vary: *"), whole=True),
)
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {fault.name: fault for fault in (*_CLOSED, *_SLOW, *_PACKED, *_BODIES, *_STATUSES, *_WAITS, *_HEADERS, *_HARMLESS)}
)
"""Every fault by its name."""
