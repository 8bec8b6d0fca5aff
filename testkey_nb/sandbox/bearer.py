"""The key of a request: whether there is one, and whether it is a negative control."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers

# Every control key says what it is, whichever provider's prefix it wears; matching the words and
# not the shape lets one rule serve `hf_…`, `hf_oauth_…`, `api_org_…` and whatever comes later.
_CONTROL = "testkeyNotARealKey"


def bearer(headers: Headers) -> str:
    """Read the bearer of a request; empty when there is none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def is_control(key: str) -> bool:
    """Tell a negative control, which every provider refuses, from a persona's key."""
    return _CONTROL in key
