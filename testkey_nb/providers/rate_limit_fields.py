"""The rate-limit headers of the IETF's drafts, and those that only put a vendor's name before them.

Read 2026-11-25: draft-ietf-httpapi-ratelimit-headers-10 (`"api";r=999;t=286`, and with two names `"fixed window";"api";
q=1000;w=300` from huggingface.co), -07 (`limit=100, remaining=50, reset=50`, `100;w=60`), -03 (RateLimit-Limit,
RateLimit-Remaining, RateLimit-Reset; `100, 100;w=60`).  Helicone: `10000;w=3600;u=cents`,
https://docs.helicone.ai/features/advanced-usage/custom-rate-limits.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from .rate_limit_names import PARTS, UNNAMED, Place, Told, label, present
from .rate_limit_times import number

HEADER_CHARS = 1000  # the sender keeps a little more of a header, so that a cut number is never read
_POLICY = {"q": "limit", "w": "window", "window": "window"}  # "window" as in draft-polli-ratelimit-headers-00
_STATE = {"r": "remaining", "t": "wait", "limit": "limit", "remaining": "remaining", "reset": "wait"}
_UNITS = {"request": "requests", "token": "tokens", "cents": "US cents"}
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM, _PART = re.compile(rf"(?:{_QUOTED}|[^,])+"), re.compile(rf"(?:{_QUOTED}|[^;])+")
_ASKED_FOR = "requests"  # what a policy counts that names no unit, since draft -08


class _Item(NamedTuple):
    """A member of `RateLimit` or `RateLimit-Policy`; the name is empty in the older drafts."""

    name: str
    scope: str
    told: Told


def ietf(headers: Mapping[str, str], service: str, leak: str) -> Iterator[tuple[Place, Told]]:
    """Read the drafts' headers: a policy and what is left of it belong together by their name."""
    source = f"{leak}RateLimit, {leak}RateLimit-Policy"
    policies = list(_listed(headers.get("ratelimit-policy", ""), "RateLimit-Policy", _POLICY))
    states = list(_listed(headers.get("ratelimit", ""), "RateLimit", _STATE))
    for name in dict.fromkeys(item.name for item in (*states, *policies) if item.name):
        mine = [item for item in policies if item.name == name], [item for item in states if item.name == name]
        scope = next((item.scope for item in mine[0] if item.scope), _ASKED_FOR)
        told = [item.told for item in chain(*mine)]
        if max(map(len, mine)) == 1:
            told = [{part: text for one in told for part, text in one.items()}]
        yield from ((Place(label(name) or UNNAMED, service, scope, source), one) for one in told)
    state, more = _triple(headers, "ratelimit-")
    state = {"standard" if part == "reset" else part: text for part, text in state.items()}
    if state:
        source = ", ".join(f"{leak}RateLimit-{part.title()}" for part in PARTS)
    state |= {part: text for item in states if not item.name for part, text in item.told.items()}
    yield from _unnamed(state, [item for item in policies if not item.name] + more, Place("", service, "", source))


def triple(headers: Mapping[str, str], prefix: str, place: Place) -> Iterator[tuple[Place, Told]]:
    """Read what limit, remaining, reset and policy headers tell that begin with `prefix`."""
    state, more = _triple(headers, prefix)
    policies = [item for item in _listed(headers.get(f"{prefix}policy", ""), "policy", _POLICY) if not item.name]
    yield from _unnamed(state, policies + more, place)


def _listed(header: str, called: str, known: Mapping[str, str]) -> Iterator[_Item]:
    """Yield the members of a list; in the older drafts a policy has its quota where later ones have a name."""
    for item in _items(header):
        name, parameters = "", {}
        for part in _PART.findall(item):
            key, equals, value = part.strip().partition("=")
            if equals and not key.startswith('"'):
                parameters[key.strip().lower()] = value.strip().strip('"')
            else:
                name = part.strip().strip('"')
        told = {known[key]: value for key, value in parameters.items() if key in known}
        if known is _POLICY and number(name) is not None:
            name, told = "", {"limit": name, **told}
        unit = label(parameters.get("qu", "") or parameters.get("u", ""))
        # An item that tells nothing known has no name either: it is kept as text.
        yield _Item(name, _UNITS.get(unit, unit), told) if told else _Item("", "", {called: item})


def _items(header: str) -> list[str]:
    text = header if len(header) <= HEADER_CHARS else header[:HEADER_CHARS].rpartition(",")[0]
    return [item.strip() for item in _ITEM.findall(text) if item.strip()]


def _triple(headers: Mapping[str, str], prefix: str) -> tuple[Told, list[_Item]]:
    """Return what limit, remaining and reset headers tell, and the policies that may follow in the first of them."""
    state = present({part: headers.get(f"{prefix}{part}", "") for part in PARTS})
    if ";" not in state.get("limit", ""):
        return state, []
    first, *more = list(_listed(state["limit"], "limit", _POLICY)) or [_Item("", "", state)]
    return {**state, **first.told}, more


def _unnamed(state: Told, policies: list[_Item], place: Place) -> Iterator[tuple[Place, Told]]:
    """Yield the limit that a state tells, with the one policy of its quota, and the other policies."""
    policies = [item for at, item in enumerate(policies) if item not in policies[:at]]
    fitting = [item for item in policies if item.told.get("limit") == state.get("limit", item.told.get("limit"))]
    scope = ""
    if state and len(fitting) == 1:
        policies.remove(fitting[0])
        state, scope = {**fitting[0].told, **state}, fitting[0].scope
    every = [_Item("", scope, state), *policies] if state else policies
    for item in every:
        other = "window" in item.told and item.told is not state and len(every) > 1
        name = f"w={label(item.told['window'])}" if other else place.limit or UNNAMED
        yield place._replace(limit=name, scope=item.scope or place.scope), item.told
