"""What networks, servers and middleboxes do to an answer: every fault by its name."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.sandbox.answering import MANY, PAGE, PIECE, UNFAMILIAR, adding, bomb, changed, chunked, saying, writing
from testkey_nb.sandbox.faulty import STEP_S, Fault, Given, Happening
from testkey_nb.sandbox.oddities import ODDITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"


async def _reset_before(on: Happening) -> None:
    on.reset()


async def _reset_in_headers(on: Happening) -> None:
    await on.write(on.given.wire()[:40])
    await asyncio.sleep(STEP_S)
    on.reset()


async def _reset_in_body(on: Happening) -> None:
    await on.write(on.given.wire()[: -len(on.given.body) // 2 or None])
    await asyncio.sleep(STEP_S)
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
    await on.write(on.given.wire(b"", f"content-length: {MANY}"))
    await on.write(b'{"data": [')
    for _ in range(MANY // PIECE):
        await on.write(b'"' + b"x" * (PIECE - 3) + b'",')


async def _old_protocol(on: Happening) -> None:
    lines = [f"{name}: {value}" for name, value in on.given.headers]
    await on.write("\r\n".join([f"HTTP/1.0 {on.given.status} OK", *lines, "", ""]).encode() + on.given.body)


async def _kept_alive_and_closed(on: Happening) -> None:
    await on.write(on.given.wire().replace(b"connection: close", b"connection: keep-alive", 1))


async def _kept_alive_once(on: Happening) -> None:
    await _kept_alive_and_closed(on)
    await on.more()
    on.reset()


async def _kept_alive_for_something_else(on: Happening) -> None:
    await on.write(_KEPT % (len(UNFAMILIAR), UNFAMILIAR) * 2)
    await on.more()
    await on.write(_KEPT % (len(UNFAMILIAR), UNFAMILIAR))


async def _by_turns(on: Happening) -> None:
    first, *_ = on.request.split("\r\n")
    await _TURNS[sum(first.encode()) % len(_TURNS)](on)


async def _hinted(on: Happening) -> None:
    await on.write(b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n" + on.given.wire())


async def _echoed(on: Happening) -> None:
    body = json.dumps({"error": {"message": on.request, "again": on.request[::-1]}}).encode()
    heads = [line for line in on.request.split("\r\n")[1:] if line]
    await on.write(on.given.wire(body, *(f"x-echo-{at}: {line}" for at, line in enumerate(heads)), status=400))


def _truncated_chunks(given: Given) -> bytes:
    return given.wire(chunked(given.body, b""), "transfer-encoding: chunked")


_CLOSED = (
    Fault("reset before the answer", _reset_before),
    Fault("reset inside the headers", _reset_in_headers),
    Fault("reset inside the body", _reset_in_body),
    Fault("closed without an answer", writing(lambda _given: b"")),
    Fault("half-closed inside the body", _half_closed),
    Fault("chunks without an end", writing(_truncated_chunks)),
    Fault("a chunk size that is none", writing(lambda g: g.wire(b"zz\r\n" + g.body, "transfer-encoding: chunked"))),
    Fault("shorter than its length", writing(lambda g: g.wire(g.body, f"content-length: {len(g.body) + 10}"))),
    Fault("longer than its length", writing(lambda g: g.wire(g.body, f"content-length: {len(g.body) // 2}"))),
    Fault("a length below zero", adding("content-length: -1")),
    Fault("two lengths", adding("content-length: 1", "content-length: 2")),
    Fault("not HTTP", writing(lambda _given: b"SSH-2.0-OpenSSH_9.9\r\n")),
    Fault("a status that is none", writing(lambda g: g.wire().replace(b"HTTP/1.1 200", b"HTTP/1.1 two", 1)[:30])),
)
_SLOW = (
    Fault("stalled before the first byte", _stalled, slow=True),
    Fault("stalled after the first byte", _stalled_after_a_byte, slow=True),
    Fault("stalled inside the body", _stalled_in_body, slow=True),
    Fault("headers a byte at a time", _slow_headers, slow=True),
    Fault("a body a byte at a time", _slow_body, slow=True),
)
_PACKED = (
    Fault("a gzip bomb", bomb(zlib.MAX_WBITS | 16, "gzip"), large=True),
    Fault("a deflate bomb", bomb(zlib.MAX_WBITS, "deflate"), large=True),
    Fault("gzip that is none", adding("content-encoding: gzip")),
    Fault("gzip cut short", changed(lambda body: gzip.compress(body)[:-12], "content-encoding: gzip")),
    Fault("brotli nobody asked for", saying(bytes(range(255, 0, -1)) * 9, "content-encoding: br")),
    Fault("zstd nobody asked for", saying(b"\x28\xb5\x2f\xfd" + bytes(200), "content-encoding: zstd")),
    Fault("100 MB of JSON", _too_much, large=True),
)
_BODIES = (
    Fault("JSON 10,000 deep", saying(b'{"data":' * 10_000 + b"1" + b"}" * 10_000)),
    Fault("brackets without an end", saying(b"[" * 200_000)),
    Fault("NaN and Infinity", saying(b'{"data": NaN, "id": Infinity, "auth": -Infinity}')),
    Fault("an integer of 5,000 digits", saying(b'{"data": [{"id": ' + b"9" * 5000 + b"}]}")),
    Fault("the same key many times", saying(b'{"data": [1], ' + b'"data": null, ' * 99 + b'"data": {}}')),
    Fault("bytes that are no UTF-8", changed(lambda body: body.replace(b'"', b"\xff\xfe\xc3"))),
    Fault("UTF-16", changed(lambda body: body.decode().encode("utf-16"))),
    Fault("a byte order mark", changed(lambda body: b"\xef\xbb\xbf" + body), whole=True),
    Fault("said to be text", changed(bytes, kind="text/plain")),
    Fault("a page with 200", saying(PAGE, kind="text/html; charset=utf-8")),
    Fault("a page that is said to be JSON", saying(PAGE)),
    Fault("an empty 200", saying(b"")),
    Fault("null", saying(b"null")),
    Fault("an empty object", saying(b"{}")),
    Fault("an empty list", saying(b"[]")),
    Fault("JSON cut short", changed(lambda body: body[: len(body) // 2])),
    Fault("an echo of the whole request", _echoed),
)
_STATUSES = (
    Fault("204", saying(b"", status=204)),
    Fault("206", saying(b'{"data": [', "content-range: bytes 0-9/99", status=206)),
    Fault("moved to another host", saying(b"", "location: https://example.com/v1/models", status=301)),
    Fault("moved to a file", saying(b"", "location: file:///etc/passwd", status=302)),
    Fault("moved to itself", saying(b"", "location: /v1/models", status=307)),
    Fault("moved for good", saying(b"", "location: //example.com/", status=308)),
    Fault("not modified", saying(b"", status=304)),
    *(
        Fault(f"{status.value} with an unfamiliar body", saying(UNFAMILIAR, status=status))
        for status in HTTPStatus
        if 400 <= status <= 511 and status != HTTPStatus.TOO_MANY_REQUESTS  # noqa: PLR2004 - errors
    ),
    Fault("401 with a page", saying(PAGE, status=401, kind="text/html")),
    Fault("403 with a page", saying(PAGE, status=403, kind="text/html")),
    Fault("403 without a body", saying(b"", status=403)),
    Fault("520 of a CDN", saying(PAGE, status=520, kind="text/html")),
    Fault("a status of 799", saying(UNFAMILIAR, status=799)),
)
_WAITS = (
    Fault("429 without Retry-After", saying(UNFAMILIAR, status=429), waits=True),
    *(
        Fault(f"429, Retry-After {said or 'empty'}", saying(UNFAMILIAR, f"retry-after: {said}", status=429), waits=True)
        for said in ("0", "-5", "9" * 40, "Wed, 25 Nov 2026 13:00:00 GMT", "in a while", "1.5", "")
    ),
)
_HEADERS = (
    Fault("a thousand headers", adding(*(f"x-{at}: {'y' * 200}" for at in range(1000)))),
    Fault("a header of 200 kB", adding(f"x-long: {'y' * 200_000}")),
    Fault("a bare CR in a header", adding("x-odd: a\rset-cookie: b=c")),
    Fault("a zero byte in a header", adding("x-odd: a\0b")),
    Fault("a header without a name", adding(": value")),
)
_TURNS = (
    _reset_in_body, saying(PAGE), saying(UNFAMILIAR, status=401), changed(lambda body: body[: len(body) // 2]),
    saying(b"", "location: //example.com/", status=302),
)  # fmt: skip
_TOGETHER = (
    Fault("another fault at each path", _by_turns),
    Fault("401 in gzip that is none", saying(UNFAMILIAR, "content-encoding: gzip", status=401)),
    Fault("a page, shorter than its length", saying(PAGE, "content-length: 5000", kind="text/html")),
    Fault("half a gzip without an end of its chunks", writing(lambda given: given.wire(
        chunked(gzip.compress(given.body)[:-12], b""), "transfer-encoding: chunked", "content-encoding: gzip"))),
    Fault("moved, and asked to wait", saying(b"", "location: /v1/models", "retry-after: 0", status=307)),
    Fault("two answers to one question", _kept_alive_for_something_else),
    Fault("kept alive, then reset by the next request", _kept_alive_once, partly=True),
)  # fmt: skip
_HARMLESS = (
    Fault("HTTP/1.0", _old_protocol, whole=True),
    Fault("kept alive, then closed", _kept_alive_and_closed, whole=True),
    Fault("early hints first", _hinted, whole=True),
    Fault("bytes after the end", writing(lambda given: given.wire() + b"HTTP/1.1 200 OK\r\n\r\nmore"), whole=True),
    Fault("odd but legal headers", adding("x-empty:", "X-UPPER: ÿ", "vary: *"), whole=True),
)
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        fault.name: fault
        for fault in (
            *(*_CLOSED, *_SLOW, *_PACKED, *_BODIES),
            *(*_STATUSES, *_WAITS, *_HEADERS, *_TOGETHER, *_HARMLESS, *ODDITIES),
        )
    }
)
"""Every fault by its name."""
