"""How faults are written: what would have been answered, changed, or something else instead of it."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from testkey_nb.sandbox.faulty import Given, Happening

    Happens = Callable[[Happening], Awaitable[None]]

JSON = "application/json"
PAGE = b"<!doctype html><html><head><title>Attention required</title></head><body>Are you a person?</body></html>"
UNFAMILIAR = b'{"something": "nobody has seen before", "number": 7}'
MANY = 100 * 2**20
PIECE = 2**16


def writing(make: Callable[[Given], bytes]) -> Happens:
    """Answer with what `make` writes."""

    async def happens(on: Happening) -> None:
        await on.write(make(on.given))

    return happens


def changed(change: Callable[[bytes], bytes], *more: str, kind: str = "") -> Happens:
    """Answer with another body, everything else as it was."""
    return writing(lambda given: given.wire(change(given.body), *more, kind=kind))


def adding(*more: str) -> Happens:
    """Answer with the same, and more header lines."""
    return changed(bytes, *more)


def saying(body: bytes, *more: str, status: int = 200, kind: str = JSON) -> Happens:
    """Answer with a body of its own."""
    return writing(lambda given: given.wire(body, *more, status=status, kind=kind))


def bomb(bits: int, name: str) -> Happens:
    """Answer with what is a few kilobytes until it is unpacked."""

    @cache
    def made() -> bytes:
        packer = zlib.compressobj(wbits=bits)
        pieces = (packer.compress(b" " * PIECE) for _ in range(MANY // PIECE))
        return b"".join([packer.compress(b'{"data": ['), *pieces, packer.compress(b"]}"), packer.flush()])

    return writing(lambda given: given.wire(made(), f"content-encoding: {name}", status=200))


def chunked(body: bytes, end: bytes) -> bytes:
    """Return a body as one chunk, and what stands behind it."""
    return b"%x\r\n%s\r\n%s" % (len(body), body, end)
