"""Odder faults: broken frames of answers, answers that belong elsewhere, bodies that are large once they are read."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import zlib
from functools import cache
from typing import TYPE_CHECKING

from testkey_nb.sandbox.answering import PAGE, PIECE, UNFAMILIAR, adding, changed, chunked, saying, writing
from testkey_nb.sandbox.faulty import STEP_S, Fault, Given, Happening

if TYPE_CHECKING:
    from collections.abc import Callable

    from testkey_nb.sandbox.answering import Happens

_LARGE = 16 * 2**20 - 64
_REFUSAL = b'{"error": {"message": "Invalid API key", "type": "invalid_request_error", "code": "invalid_api_key"}}'
_NO_KEY = "testkeyNotARealKeyxxxxxxxxxxxxxx"  # what every persona refuses
_AUTH = re.compile(r"(?im)^(authorization: Bearer|(?:x-|x-goog-|x-portkey-)?api-key:) [^\r\n]*")
_CONTINUED = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"


async def _refusal(on: Happening) -> Given:
    """Return what a key that is none would have been answered."""
    without = _AUTH.sub(
        lambda line: f"{line[1]}: {_NO_KEY.removeprefix('' if line[1][0] in 'aA' else 'Bearer ')}", on.request
    )
    return await on.ask(without)


def _kept(given: Given) -> bytes:
    return given.wire().replace(b"connection: close", b"connection: keep-alive", 1)


async def _followed_by_a_refusal(on: Happening) -> None:
    refusal = await _refusal(on)
    await on.write(_kept(on.given) + _kept(refusal))
    request = await on.more()
    await on.write((await on.ask(request)).wire())


async def refused(on: Happening) -> None:
    """Answer as if the key were none."""
    await on.write((await _refusal(on)).wire())


async def _refused_with_200(on: Happening) -> None:
    refusal = await _refusal(on)
    body = UNFAMILIAR if refusal.status == on.given.status else refusal.body  # nobody is refused there
    await on.write(refusal.wire(body, status=200))


async def _hinted_without_end(on: Happening) -> None:
    while True:
        await on.write(_CONTINUED)
        await asyncio.sleep(STEP_S)


async def _pinging(on: Happening) -> None:
    await on.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
    while True:
        await on.write(b": ping\n\n")
        await asyncio.sleep(STEP_S)


async def _packed_nothing(on: Happening) -> None:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    await on.write(on.given.wire(b"", "transfer-encoding: chunked", "content-encoding: gzip"))
    await on.write(chunked(packer.compress(b""), b"") or b"")
    while True:
        await on.write(chunked(packer.flush(zlib.Z_FULL_FLUSH) or b"\0\0\0\xff\xff", b""))
        await asyncio.sleep(STEP_S)


async def _in_pieces(on: Happening) -> None:
    whole = on.given.wire()
    for at in range(0, len(whole), max(3, len(whole) // 200)):
        await on.write(whole[at : at + max(3, len(whole) // 200)])
        await asyncio.sleep(0)


async def _reset_behind(on: Happening) -> None:
    await on.write(on.given.wire())
    on.reset()


async def _of_another_path(on: Happening) -> None:
    first, _, rest = on.request.partition("\r\n")
    method, path, version = first.split(" ", 2)
    there = "/api/whoami-v2" if path.endswith("/models") else "/v1/models"
    await on.write((await on.ask(f"{method} {there} {version}\r\n{rest}")).wire())


def _line(line: bytes) -> Happens:
    """Answer under another first line."""
    return writing(lambda given: given.wire().replace(b"HTTP/1.1 200 Answer", line, 1))


def _leaves(change: Callable[[object], object]) -> Happens:
    """Answer with every value that is neither list nor object changed."""

    def within(found: object) -> object:
        if isinstance(found, dict):
            return {name: within(value) for name, value in found.items()}
        return [within(value) for value in found] if isinstance(found, list) else change(found)

    return changed(lambda body: json.dumps(within(json.loads(body))).encode() if body[:1] in b"{[" else body)


def _large(head: bytes, piece: bytes, tail: bytes) -> Happens:
    """Answer with as much of the same as is read."""
    return _long(cache(lambda: head + piece * ((_LARGE - len(head + tail)) // len(piece)) + tail))


def _long(make: Callable[[], bytes]) -> Happens:
    """Answer with a long body, of which there is no copy for each connection."""

    async def happens(on: Happening) -> None:
        body = memoryview(make())
        await on.write(on.given.wire(b"", f"content-length: {len(body)}", status=200))
        for at in range(0, len(body), PIECE):
            await on.write(body[at : at + PIECE])

    return happens


@cache
def _names() -> bytes:
    blocks = (b"".join([b'"%x":"ab",' % (start + at) for at in range(1000)]) for start in range(0, 1_250_000, 1000))
    return b'{"data": {' + b"".join(blocks) + b'"":0}}'


@cache
def _spaces() -> bytes:
    return gzip.compress(b'{"data": [' + b" " * (_LARGE - 12) + b"]}")


def _garbage_without_end(given: Given) -> bytes:
    return given.wire(gzip.compress(given.body) + bytes(2**20), "content-encoding: gzip")


_FRAMES = (
    Fault("early hints without an end", _hinted_without_end, slow=True),
    Fault("another protocol from now on (101)", saying(b"", "upgrade: websocket", status=101)),
    Fault("an HTTP/2 frame", writing(lambda _given: b"\0\0\x04\x04\0\0\0\0\0\0\x03\0\0")),
    Fault("a body and nothing before it (HTTP/0.9)", writing(lambda given: given.body)),
    Fault("a length in letters", adding("content-length: 1e3")),
    Fault("two ways of packing the transfer", adding("transfer-encoding: gzip, chunked")),
    Fault("an answer, and a refusal behind it", _followed_by_a_refusal, whole=True),
    Fault("a space before a header's colon", adding("x-odd : 1")),
    Fault("a status of 000", _line(b"HTTP/1.1 000 Answer")),
    Fault("a status of 099", _line(b"HTTP/1.1 099 Answer")),
    Fault("a status of 2OO", _line(b"HTTP/1.1 2OO Answer")),
    Fault("a status in other digits", _line("HTTP/1.1 ٢٠٠ Answer".encode())),
    Fault("a status of four digits", _line(b"HTTP/1.1 2000 Answer")),
    Fault("a status without a space", _line(b"HTTP/1.1200 Answer")),
    Fault("a status of 999", saying(UNFAMILIAR, status=999)),
)
_MISPLACED = (
    Fault("what another path answers", _of_another_path, partly=True),
    Fault("the provider's refusal as a 200", _refused_with_200),
    Fault("somebody's refusal as a 200", saying(_REFUSAL)),
    Fault("a code of 401 within a 200", saying(b'{"code": 401, "success": false, "message": "Unauthorized"}')),
    Fault("the right body as a 401", writing(lambda given: given.wire(status=401))),
    Fault("the right body as a 403", writing(lambda given: given.wire(status=403))),
    Fault("the right body as a 201", writing(lambda given: given.wire(status=201))),
    Fault("the right body as a 203", writing(lambda given: given.wire(status=203))),
    Fault("an answer within a list", changed(lambda body: b"[" + body + b"]")),
    Fault("an answer within an answer", changed(lambda body: b'{"result": ' + body + b"}")),
    Fault("an answer as text", changed(lambda body: json.dumps(body.decode()).encode())),
    Fault("a login page of this network (511)", saying(PAGE, status=511, kind="text/html")),
    Fault("a challenge of a CDN", saying(PAGE, "cf-mitigated: challenge", status=403, kind="text/html")),
)
_SHAPES = (
    Fault("true", saying(b"true")),
    Fault("a number", saying(b"0")),
    Fault("a text", saying(b'"ok"')),
    Fault("a list of nothing", saying(b"[null]")),
    Fault("UTF-32", changed(lambda body: body.decode().encode("utf-32"))),
    Fault("JSON with comments", changed(lambda body: b"/* a */ " + body)),
    Fault("JSON behind a guard", changed(lambda body: b")]}',\n" + body)),
    Fault("a call with JSON (JSONP)", changed(lambda body: b"call(" + body + b");")),
    Fault("a line of JSON each", changed(lambda body: body.replace(b"\n", b"") + b"\n" + body)),
    Fault("an event stream", changed(lambda body: b"data: " + body + b"\n\n", kind="text/event-stream")),
    Fault("an event stream without an end", _pinging, slow=True),
    Fault("every value null", _leaves(lambda _value: None), partly=True),
    Fault("every value in a list", _leaves(lambda value: [value]), partly=True),
    Fault("every value in an object", _leaves(lambda value: {"value": value}), partly=True),
    Fault("every value a text", _leaves(str), partly=True),
    Fault("two content types", adding("content-type: text/html")),
)
_PACKED = (
    Fault("gzip in gzip", changed(lambda body: gzip.compress(gzip.compress(body)), "content-encoding: gzip, gzip")),
    Fault(
        "gzip in two members", changed(lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:]), "content-encoding: gzip")
    ),
    Fault("garbage behind a gzip", writing(_garbage_without_end)),
    Fault("gzip of nothing without an end", _packed_nothing, slow=True),
)
_MUCH = tuple(
    Fault(f"16 MiB of {name}", happens, large=True)
    for name, happens in (
        ("empty lists", _large(b'{"data": [', b"[],", b"0]}")),
        ("small objects", _large(b'{"data": [', b'{"id":{}},', b"0]}")),
        ("short numbers", _large(b'{"data": [', b"1.5,", b"0]}")),
        ("short texts", _large(b'{"data": [', b'"ab",', b"0]}")),
        (
            "models",
            _large(b'{"object": "list", "data": [', b'{"id":"a","x":"0123456789abcdef0123456789abcdef0"},', b"0]}"),
        ),
        ("lists in lists", _large(b'{"data": [', b"[" * 400 + b"]" * 400 + b",", b"0]}")),
        ("one text with a picture", _large('{"data": "😀'.encode(), b"x", b'"}')),
        ("names that differ", _long(_names)),
        ("spaces in 16 kB of gzip", writing(lambda given: given.wire(_spaces(), "content-encoding: gzip", status=200))),
    )
)
_HARMLESS = (
    Fault("trailers behind the chunks", writing(lambda given: given.wire(
        chunked(given.body, b"0\r\nx-sum: 1\r\n\r\n"), "transfer-encoding: chunked")), whole=True),
    Fault("chunks with extensions", writing(lambda given: given.wire(
        chunked(given.body, b"0\r\n\r\n").replace(b"\r\n", b";a=b\r\n", 1), "transfer-encoding: chunked")),
        whole=True),
    Fault("the same length twice", writing(lambda given: given.wire(
        None, f"content-length: {len(given.body)}", f"content-length: {len(given.body)}")), whole=True),
    Fault("packed as x-gzip", changed(gzip.compress, "content-encoding: x-gzip"), whole=True),
    Fault("a header over two lines", adding("x-odd: a\r\n b"), whole=True),
    Fault("a first line without words", _line(b"HTTP/1.1 200"), whole=True),
    Fault("a first line with other words", _line(b"HTTP/1.1 200 401 Unauthorized \xff"), whole=True),
    Fault("a date of 1970", adding("date: Thu, 01 Jan 1970 00:00:00 GMT"), whole=True),
    Fault("said to be in another encoding", changed(bytes, kind="application/json; charset=utf-16"), whole=True),
    Fault("a cookie", adding("set-cookie: session=1; Path=/"), whole=True),
    Fault("a few bytes at a time", _in_pieces, whole=True),
    Fault("reset behind the whole answer", _reset_behind, partly=True),
)  # fmt: skip
_WAITS = (
    Fault("429, Retry-After twice", saying(UNFAMILIAR, "retry-after: 5", "retry-after: 10", status=429), waits=True),
)


ODDITIES = (*_FRAMES, *_MISPLACED, *_SHAPES, *_PACKED, *_MUCH, *_HARMLESS, *_WAITS)
