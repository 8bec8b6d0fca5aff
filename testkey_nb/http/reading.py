"""How an answer is read: bounded, without the key, and with what its certificate says."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import cast

from testkey_nb.keys import Key
from testkey_nb.spec import Reply

BODY_BYTES = 16 * 2**20  # a list of 5,000 models with ten routes each has ten
TEXT_CHARS, HEADER_CHARS = 4096, 1024


async def read_bounded(chunks: AsyncIterator[bytes]) -> bytearray:
    """Return a body, or as much of it as shows that it is longer than `BODY_BYTES`."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > BODY_BYTES:
            break
    return body


def reply_of(
    blank: Reply, status: int, headers: Mapping[str, str], body: bytes | bytearray, key: Key | None
) -> tuple[Reply, bool]:
    """Return an answer as parsers see it, in which nothing echoes `key`, and whether it is as it came."""
    kept = {name.lower(): value[:HEADER_CHARS] for name, value in headers.items()}
    # Text with zero bytes is UTF-16 or no text; both would let an echo of the key through in another shape.
    text = "" if b"\0" in body else body.decode("utf-8-sig", "replace")
    reply = replace(blank, status=status, headers=kept, json=_json(text), text=text[:TEXT_CHARS])
    shown = _without_key(reply, text, key) if key else reply
    return shown, shown == reply


def _without_key(reply: Reply, body: str, key: Key) -> Reply:
    """Return an answer in which nothing echoes the key, wherever it stands and however JSON wrote it."""
    if not ("\\u" in body or key.echoed_in(f"{reply.headers}{body}", any_case=True)):
        return reply
    try:
        found = _blanked(reply.json, key)
    except RecursionError:
        found = None
    kept = {name: key.blank(said) for name, said in reply.headers.items() if not key.echoed_in(name, any_case=True)}
    return replace(reply, headers=kept, json=found, text=key.blank(reply.text))


def _blanked(found: object, key: Key) -> object:
    if isinstance(found, str):
        return key.blank(found)
    if isinstance(found, list):
        return [_blanked(item, key) for item in found]
    if isinstance(found, dict):
        return {key.blank(str(name)): _blanked(item, key) for name, item in found.items()}
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
