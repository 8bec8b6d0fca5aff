"""Look for a key or for personal data in whatever was written or shown, however it was spelled or broken up."""

import base64
import gc
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

import numpy as np

import testkey_nb

IN_A_ROW = 6  # characters of a key that nothing may show
FOLDED = 10  # the same where case is lost, as in names of headers
_CHUNK = 4 * 2**20

_SPACES = b"\0 \t\n\r\v\f"
_INVISIBLE = [char.encode() for char in "\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff│┃"]  # the last two are a table's
_ESCAPE = re.compile(
    rb"%(?P<percent>[0-9A-Fa-f]{2})|\\+x(?P<x>[0-9A-Fa-f]{2})|\\+u(?P<u>[0-9A-Fa-f]{4})|\\+U(?P<U>[0-9A-Fa-f]{8})"
    rb"|\\+(?P<letter>[nrtfbav/\"'])|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
)
_TAG = re.compile(rb"<[^<>]{0,300}>|\x1b\[[0-9;]*[A-Za-z]")


class Canary:
    """A made-up key and made-up personal data that must turn up nowhere.

    Parameters
    ----------
    secret
        The key: every six characters in a row of it count, but for those that the package's own files are full of.
    personal
        Values that count as a whole.

    """

    def __init__(self, secret: str = "", personal: Iterable[str] = ()) -> None:
        rows = {secret[i : i + IN_A_ROW] for i in range(len(secret) - IN_A_ROW + 1)}
        self.rows = sorted(row for row in rows if row not in _vocabulary())
        exact = {needle: f"{how} {text}" for text in (*self.rows, *personal) for how, needle in _spellings(text)}
        low = secret.lower()
        longer = {low[i : i + FOLDED] for i in range(len(low) - FOLDED + 1)}
        self._exact = _Needles(exact)
        self._folded = _Needles({text.encode(): f"without case {text}" for text in longer if text not in _vocabulary()})

    def find(self, data: bytes | str) -> list[str]:
        """Return what of it stands in `data`, and how it is written there; empty for nothing."""
        found: dict[str, None] = {}
        for view, seen in _views(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data):
            hits = (*self._exact.found(seen), *self._folded.found(seen.lower()))
            found |= dict.fromkeys(f"{view}: {hit}" for hit in hits)
        return list(found)


def reachable(thing: object) -> str:
    """Return every text that can be got at from `thing`, leaving out code."""
    seen, texts, left = {id(thing)}, [], [thing]
    while left:
        one = left.pop()
        if isinstance(one, str | bytes | bytearray):
            texts.append(one if isinstance(one, str) else repr(bytes(one)))
        if not isinstance(one, type | ModuleType | FunctionType):
            fresh = [other for other in gc.get_referents(one) if id(other) not in seen]
            seen |= {id(other) for other in fresh}
            left += fresh
    return "\n".join(texts)


@cache
def _vocabulary() -> str:
    """Return the text of the package: what stands in it was not brought in by a key."""
    files = Path(testkey_nb.__file__).parent.rglob("*")
    return "\n".join(file.read_text("utf-8") for file in files if file.suffix in {".py", ".toml", ".j2", ".css", ".js"})


def _spellings(text: str) -> Iterator[tuple[str, bytes]]:
    """Return how `text` may stand in a file that was not taken apart: in clear, in base64 and in hexadecimal."""
    raw = text.encode()
    yield "clear", raw
    yield "clear", _joined(raw)
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for before in range(3):  # how many bytes of its group of three stand in front of it
        first, end = -(-8 * before // 6), 8 * (before + len(raw)) // 6  # what the neighbours do not change
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield "base64", encode(bytes(before) + raw + b"\0\0")[first:end]


def _views(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Return the data as it is, with its escapes undone, and with the tags and gaps taken out."""
    yield "as it is", data
    opened, before = data, b""
    for _ in range(3):  # an escape may be escaped itself
        if opened == before:
            break
        before, opened = opened, _ESCAPE.sub(_undone, opened)
    if opened != data:
        yield "escaped", opened
    joined = _joined(_TAG.sub(b"", opened))
    if joined != opened:
        yield "split", joined


def _joined(text: bytes) -> bytes:
    """Return `text` without what is not seen between two characters."""
    text = text.translate(None, _SPACES)
    for char in _INVISIBLE:
        text = text.replace(char, b"")
    return text


def _undone(match: re.Match[bytes]) -> bytes:
    if (code := match["percent"] or match["x"]) is not None:
        return bytes([int(code, 16)])
    if (code := match["u"] or match["U"]) is not None:
        return chr(min(int(code, 16), 0x10FFFF)).encode("utf-8", "replace")
    if match["letter"] is not None:
        return match["letter"] if match["letter"] in b"/\"'" else b" "
    return html.unescape(match[0].decode()).encode("utf-8", "replace")


class _Needles:
    """Many short byte strings, looked for all at once: numpy finds where one may begin, there bytes are compared."""

    def __init__(self, names: dict[bytes, str]) -> None:
        self._names = names
        self._longest = max(map(len, names), default=0)
        self._starting: defaultdict[bytes, list[bytes]] = defaultdict(list)
        self._begins = np.zeros(2**24, dtype=bool)
        for needle in names:
            self._starting[needle[:3]].append(needle)
            self._begins[needle[0] | needle[1] << 8 | needle[2] << 16] = True

    def found(self, data: bytes) -> Iterator[str]:
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK + self._longest]
            codes = np.frombuffer(chunk, dtype=np.uint8).astype(np.uint32)
            threes = codes[:-2] | codes[1:-1] << 8 | codes[2:] << 16
            for place in np.flatnonzero(self._begins[threes]).tolist():
                for needle in self._starting[chunk[place : place + 3]]:
                    if chunk.startswith(needle, place):
                        yield self._names[needle]
