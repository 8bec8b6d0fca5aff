"""How an answer is read: bounded, without the key, and with what its certificate says."""

import hashlib
import json
import re
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import cast

import httpx

from testkey_nb.echoes import Searched
from testkey_nb.keys import Key
from testkey_nb.rows import Why
from testkey_nb.spec import Reply

BODY_BYTES = 16 * 2**20  # a list of 5,000 models with ten routes each has ten
VALUES = 1_400_000  # that list counts 1.1 million; 10,000 times the longest entry of OpenRouter's, of 91 values, 1.35
TEXT_CHARS, HEADER_CHARS = 4096, 1024
ECHO_BYTES = 2**20  # of an answer that echoes the key; a longer one is not read
_BODIES = 4  # that are kept, the one used longest ago goes first
_ESCAPED = re.compile(r"\\u00([0-7][0-9A-Fa-f])|\\/")
_OBJECT = 5  # one object, and the row that may be made of it, take the memory of so many other values


async def read_bounded(response: httpx.Response) -> bytearray:
    """Return a body, or as much of it as shows that it is longer than `BODY_BYTES`.

    It is unpacked here and not by the client, which unpacks a whole chunk at once: a few kilobytes can be a gigabyte.

    Raises
    ------
    httpx.DecodingError
        If it is not what its encoding says, or in one that was not asked for.

    """
    if response.is_stream_consumed:  # made in this process, so it is there as a whole
        return bytearray(response.content[: BODY_BYTES + 1])
    unpacker, body = _unpacker(response.headers.get("content-encoding", "")), bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += unpacker.decompress(chunk, BODY_BYTES + 1 - len(body)) if unpacker else chunk
            if len(body) > BODY_BYTES:
                return body
            if unpacker and unpacker.unused_data:
                raise httpx.DecodingError("something stands behind the packed body")
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if unpacker and body and not unpacker.eof:
        raise httpx.DecodingError("the packed body ends too early")
    return body


def too_large(body: bytes | bytearray) -> Why:
    """Say why a body is not parsed: a few bytes of JSON can be a hundred of memory; empty where it may be.

    What is counted is at least the number of values, an object as five, whatever the body is.
    """
    if len(body) > BODY_BYTES:
        return Why("too large: the answer has more than {size} bytes", size=BODY_BYTES)
    if body.count(b",") + body.count(b"[") + _OBJECT * body.count(b"{") > VALUES:
        return Why("too large: the answer has more than {values} values", values=VALUES)
    return Why("")


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    known = {"": None, "identity": None, "gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
    name = encoding.strip().lower().removeprefix("x-")  # x-gzip is gzip: RFC 9110 section 8.4.1.3
    if name not in known:
        raise httpx.DecodingError("the body is packed in a way that was not asked for")
    bits = known[name]
    return None if bits is None else zlib.decompressobj(bits)


class Body:
    """A body, and what is made of it for everybody who is told the same.

    Parameters
    ----------
    raw
        Its bytes, unpacked.
    digest
        Of them.
    often
        Whether many are told it.

    """

    def __init__(self, raw: bytes | bytearray, digest: str, *, often: bool) -> None:
        """Read it."""
        self._raw, self._often, self.digest, self.size = raw, often, digest, len(raw)
        # Text with zero bytes is UTF-16 or no text; both would let an echo of the key through in another shape.
        text = "" if b"\0" in raw else raw.decode("utf-8-sig", "replace")
        self.json, self.text = _json(text), text[:TEXT_CHARS]

    @cached_property
    def unescaped(self) -> Searched:
        """One byte a character, where as Unicode it may take four, and ASCII as JSON means it."""
        said = _ESCAPED.sub(lambda one: chr(int(one[1], 16)) if one[1] else one[0][1:], self._raw.decode("latin-1"))
        return Searched(said, often=self._often)

    @cached_property
    def meant(self) -> Searched:
        """The same as Unicode, where that is not too long."""
        if self.size > ECHO_BYTES:
            return self.unescaped
        return Searched(self._raw.decode("utf-8", "replace"), often=self._often)


class Bodies:
    """The bodies that came more than once, as the keys of a fleet are told the same list: each is read once."""

    def __init__(self) -> None:
        """Know none yet."""
        self._came: set[str] = set()
        self._kept: dict[str, Body] = {}  # what was used last stands last

    def of(self, raw: bytes | bytearray) -> Body:
        """Return what is made of a body."""
        digest = hashlib.sha256(raw).hexdigest()
        if digest not in self._came or len(raw) > ECHO_BYTES:
            self._came.add(digest)
            return Body(raw, digest, often=False)
        body = self._kept.pop(digest) if digest in self._kept else Body(raw, digest, often=True)
        self._kept[digest] = body
        if len(self._kept) > _BODIES:
            del self._kept[next(iter(self._kept))]
        return body

    def drop(self, body: Body) -> None:
        """Keep one no longer, because a key stands in it that may be gone before this is."""
        self._kept.pop(body.digest, None)

    def forget(self) -> None:
        """Drop all of them."""
        self._came.clear()
        self._kept.clear()


def reply_of(blank: Reply, status: int, headers: Mapping[str, str], body: Body, key: Key | None) -> Reply:
    """Return an answer as parsers see it, in which nothing echoes `key`; where something did, it has no digest."""
    kept = {name.lower(): value[:HEADER_CHARS] for name, value in headers.items()}
    reply = replace(blank, status=status, headers=kept, json=body.json, text=body.text, digest=body.digest)
    return _without_key(reply, body, key) if key else reply


def _without_key(reply: Reply, body: Body, key: Key) -> Reply:
    """Return an answer in which nothing echoes the key, wherever it stands and however it is written."""
    headers = str(reply.headers)
    spelled = key.spelled_in(headers) or key.spelled_in(body.meant)
    if not (spelled or any(key.echoed_in(said, any_case=True) for said in (headers, body.unescaped))):
        return reply

    def blank(said: str) -> str:
        """Blank the key; where it is spelled in another way, nothing around it is worth the risk."""
        blanked = key.blank(said)
        return "[key]" if spelled and key.spelled_in(blanked) else blanked

    try:
        found = _blanked(reply.json, blank) if body.size <= ECHO_BYTES else None
    except RecursionError:
        found = None
    kept = {name: blank(said) for name, said in reply.headers.items() if not key.echoed_in(name, any_case=True)}
    return replace(reply, headers=kept, json=found, text=key.blank(reply.text), digest="")


def _blanked(found: object, blank: Callable[[str], str]) -> object:
    if isinstance(found, str):
        return blank(found)
    if isinstance(found, list):
        return [_blanked(item, blank) for item in found]
    if isinstance(found, dict):
        return {blank(str(name)): _blanked(item, blank) for name, item in found.items()}
    if type(found) is int or type(found) is float:  # digits of the key; true and false have none
        return found if blank(str(found)) == str(found) else None
    return found


def _json(body: str) -> object:
    def refuse(constant: str) -> object:
        msg = f"{constant} is not JSON"
        raise ValueError(msg)

    try:
        return json.loads(body, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def certificate_of(tls: object) -> tuple[str, str]:
    """Return what a verified certificate says: its subject, names and issuer in one line, and the issuer by itself."""
    found: Mapping[str, object] = {}
    if isinstance(tls, ssl.SSLObject | ssl.SSLSocket):
        found = tls.getpeercert() or {}
    names = [
        value for kind, value in cast("tuple[tuple[str, str], ...]", found.get("subjectAltName", ())) if kind == "DNS"
    ]
    issuer = _common_name(found.get("issuer"))
    parts = (("subject", _common_name(found.get("subject"))), ("for", ", ".join(names[:4])), ("issuer", issuer))
    return "; ".join(f"{label} {value}" for label, value in parts if value), issuer


def _common_name(name: object) -> str:
    """Return the common name, else the organisation, of a distinguished name as `ssl` gives it."""
    pairs = dict(pair for part in cast("tuple[tuple[tuple[str, str], ...], ...]", name or ()) for pair in part)
    return pairs.get("commonName") or pairs.get("organizationName", "")
