"""The key of a request: whether there is one, and whether it is a negative control."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers

# Every control key says what it is, whichever provider's prefix it wears; matching the words and
# not the shape lets one rule serve `hf_…`, `hf_oauth_…`, `api_org_…` and whatever comes later.
_CONTROL = "testkeynotareal"


_OTHERS = ("x-api-key", "x-goog-api-key", "x-portkey-api-key", "api-key")


def bearer(headers: Headers) -> str:
    """Read the key of a request, from whichever header carries it; empty when there is none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return next((headers[name] for name in _OTHERS if headers.get(name)), "")


def is_control(key: str) -> bool:
    """Tell a negative control, which every provider refuses, from a persona's key."""
    return _CONTROL in key.lower()
