"""Rate limits as answers' headers tell them, each for the service it limits."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from testkey_nb.keys import redact
from testkey_nb.rows import LimitRow
from testkey_nb.spec import Metric, Reply, Rows

from .rate_limit_times import number, point_in_time, seconds

# Read 2026-11-24.  IETF: draft-ietf-httpapi-ratelimit-headers-10 (`"api";r=999;t=286`, and with two names
# `"fixed window";"api";q=1000;w=300` from huggingface.co), -07 (`limit=100, remaining=50, reset=50`, `100;w=60`), -03
# (RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset; `100, 100;w=60`).
# OpenAI: https://platform.openai.com/docs/guides/rate-limits.  Groq: https://console.groq.com/docs/rate-limits.
# Anthropic: https://platform.claude.com/docs/en/api/rate-limits and /build-with-claude/fast-mode.
# Mistral, Cerebras, nebius, Azure: recordings, named in tests/test_rate_limit_headers.py.
# Together: https://docs.together.ai/docs/serverless/rate-limits.
# LiteLLM: https://docs.litellm.ai/docs/proxy/response_headers and its proxy/common_request_processing.py.
_X = re.compile(r"(llm_provider-)?x-(rate|token)limit-(api_key-)?(limit|remaining|reset)(?:-(.+))?")
_ANTHROPIC = re.compile(r"(llm_provider-)?anthropic-(ratelimit|priority|fast)-(.+)-(limit|remaining|reset)")
_UNIFIED = re.compile(r"(llm_provider-)?anthropic-ratelimit-(unified(?:-(?:[0-9]+[a-z][0-9a-z_]*|overage))?)-(.+)")
_COST = "x-ratelimit-tokens-query-cost"  # Mistral: what this answer took; no limit, so its number has no column
_LITELLM_KEY = {"rpm": ("key-requests", "requests"), "tpm": ("key-tokens", "tokens")}
_SCOPES = {
    "req": "requests", "requests": "requests", "tokens": "tokens", "project-tokens": "tokens",
    "tokens_usage_based": "tokens", "input-tokens": "input tokens", "output-tokens": "output tokens",
    "tokens-prompt": "input tokens", "tokens-generated": "output tokens",
}  # fmt: skip
_WINDOWS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "month": None}  # a month has no one length
_POLICY = {"q": "limit", "w": "window", "window": "window"}  # "window" as in draft-polli-ratelimit-headers-00
_STATE = {"r": "remaining", "t": "reset", "limit": "limit", "remaining": "remaining", "reset": "reset"}
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM, _PART = re.compile(rf"(?:{_QUOTED}|[^,])+"), re.compile(rf"(?:{_QUOTED}|[^;])+")
_COUNT = re.compile(r"[0-9]{1,6}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PARTS = ("limit", "remaining", "reset")
_ABSENT = {"", "none", "null"}  # LiteLLM writes None where a key has no limit
_HEADER_CHARS = 1000  # the sender keeps a little more of a header, so that a cut number is never read
_NAME_CHARS, _SLUG_CHARS, _LABEL_CHARS, _SAID_CHARS, _ROWS = 120, 30, 60, 200, 64
_UNNAMED = "default"

_Told = dict[str, str]  # limit, remaining, reset, window or another word → what a header says for it


class _Place(NamedTuple):
    """What a row says before any number: headers of the same place tell of one limit."""

    limit: str
    service: str
    scope: str
    source: str
    window_s: float | None = None


class _Item(NamedTuple):
    """A member of `RateLimit` or `RateLimit-Policy`; the name is empty in the older drafts."""

    name: str
    scope: str
    told: _Told


class _Owners(NamedTuple):
    """Whose limits an answer tells: the service's own, those of unprefixed headers, and those passed on."""

    service: str
    sender: str
    upstream: str


def parse_limits(
    service: str, *, own: bool = False, windows: Mapping[str, float] | None = None
) -> Callable[[Reply], Rows]:
    """Return a parser of the limits of `service` from an answer's headers; none is an answer too.

    `own` says that the service itself counts what `x-ratelimit-*` and `anthropic-*` tell; without it they come from the
    route behind, as they do through the Hugging Face router, and are that route's.  `windows` holds, by the name of a
    limit, the seconds that the vendor documents where headers tell none.
    """
    documented = {limit: float(window_s) for limit, window_s in (windows or {}).items()}

    def parse(reply: Reply) -> Rows:
        upstream = f"upstream:{_label(reply.headers.get('x-inference-provider', '')) or 'unknown'}"
        owners = _Owners(service, service if own else upstream, upstream)
        date = point_in_time(reply.headers.get("date", ""))
        # An answer that names its route can pass on the headers of a LiteLLM there.
        key_of = upstream if "x-inference-provider" in reply.headers and not own else service
        told = chain(_ietf(reply.headers, service), _vendors(reply.headers, owners), _litellm(reply.headers, key_of))
        limits = tuple(
            _row(place, what, date, documented if place.service == service else {})
            for place, what in islice(told, _ROWS)
        )
        return Rows(_metrics(limits, service), limits=limits)

    return parse


def _metrics(limits: tuple[LimitRow, ...], service: str) -> tuple[Metric, ...]:
    requests = [row for row in limits if row.service == service and row.scope == "requests"]
    return tuple(
        Metric(name, int(value) if value.is_integer() else value, "requests")
        for row in requests[:1]
        for name, value in (("rate_limit_quota", row.quota), ("rate_limit_remaining", row.remaining))
        if value is not None
    )


def _row(place: _Place, told: _Told, date: datetime | None, documented: Mapping[str, float]) -> LimitRow:
    """Read the numbers of a limit; what is none stays as it was said."""
    values = {part: number(_once(text)) for part, text in told.items() if part in {"limit", "remaining", "window"}}
    if "reset" in told:
        values["reset"] = seconds(_once(told["reset"]), date)
    unread = "; ".join(f"{part}: {text[:_HEADER_CHARS]}" for part, text in told.items() if values.get(part) is None)
    named_s = place.window_s if place.window_s is not None else values.get("window")
    return LimitRow(
        place.limit,
        place.service,
        values.get("limit"),
        values.get("remaining"),
        documented.get(place.limit) if named_s is None else named_s,
        values.get("reset"),
        place.source,
        place.scope,
        redact(unread, _SAID_CHARS),
    )


def _once(text: str) -> str:
    """Return the value of a header; one that was sent twice arrives joined by a comma."""
    text = text[:_HEADER_CHARS]
    members = {member.strip() for member in text.split(",")}
    return members.pop() if len(members) == 1 else text


def _label(text: str) -> str:
    """Return a foreign name for a cell: names of providers and limits are slugs, anything else is masked."""
    slug = len(text) <= _SLUG_CHARS and _SLUG.fullmatch(text)  # `hf-inference` is a route, and looks like a key
    return text if slug else redact(text, _LABEL_CHARS)


def _ietf(headers: Mapping[str, str], service: str) -> Iterator[tuple[_Place, _Told]]:
    """Read the IETF drafts' headers: a policy and what is left of it belong together by their name."""
    source = "RateLimit, RateLimit-Policy"
    policies = list(_listed(headers.get("ratelimit-policy", ""), "RateLimit-Policy", _POLICY))
    states = list(_listed(headers.get("ratelimit", ""), "RateLimit", _STATE))
    for name in dict.fromkeys(item.name for item in (*states, *policies) if item.name):
        mine = [item for item in policies if item.name == name], [item for item in states if item.name == name]
        scope = next((item.scope for item in mine[0] if item.scope), "requests")  # the draft's default
        told = [item.told for item in chain(*mine)]
        if max(map(len, mine)) == 1:
            told = [{part: text for one in told for part, text in one.items()}]
        yield from ((_Place(_label(name) or _UNNAMED, service, scope, source), one) for one in told)
    state, more = _triple(headers, "ratelimit-")
    if state:
        source = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
    state |= {part: text for item in states if not item.name for part, text in item.told.items()}
    yield from _unnamed(state, [item.told for item in policies if not item.name] + more, service, source)


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
        # An item that tells nothing known has no name either: it is kept as text.
        yield _Item(name, _label(parameters.get("qu", "")), told) if told else _Item("", "", {called: item})


def _items(header: str) -> list[str]:
    text = header if len(header) <= _HEADER_CHARS else header[:_HEADER_CHARS].rpartition(",")[0]
    return [item.strip() for item in _ITEM.findall(text) if item.strip()]


def _triple(headers: Mapping[str, str], prefix: str) -> tuple[_Told, list[_Told]]:
    """Return what limit, remaining and reset headers tell, and the policies that may follow in the first of them."""
    state = _present({part: headers.get(f"{prefix}{part}", "") for part in _PARTS})
    if ";" not in state.get("limit", ""):
        return state, []
    first, *more = [item.told for item in _listed(state["limit"], "limit", _POLICY)] or [state]
    return {**state, **first}, more


def _unnamed(state: _Told, policies: list[_Told], service: str, source: str) -> Iterator[tuple[_Place, _Told]]:
    """Yield the limit that a state tells, with the one policy of its quota, and the other policies."""
    policies = [told for place, told in enumerate(policies) if told not in policies[:place]]
    fitting = [told for told in policies if told.get("limit") == state.get("limit", told.get("limit"))]
    if state and len(fitting) == 1:
        policies.remove(fitting[0])
        state = {**fitting[0], **state}
    every = [state, *policies] if state else policies
    for told in every:
        name = f"w={_label(told['window'])}" if "window" in told and told is not state and len(every) > 1 else _UNNAMED
        yield _Place(name, service, "", source), told


def _vendors(headers: Mapping[str, str], owners: _Owners) -> Iterator[tuple[_Place, _Told]]:
    """Read the vendors' own headers: those that differ only in limit, remaining and reset are one limit."""
    for prefix, service in (("x-ratelimit-", owners.sender), ("llm_provider-x-ratelimit-", owners.upstream)):
        yield from _unnamed(*_triple(headers, prefix), service, f"{prefix}*")
    limits: dict[_Place, _Told] = {}
    for name, text in headers.items():
        place, part = _placed(name, owners)
        if place and text.strip().lower() not in _ABSENT:
            limits.setdefault(place, {})[part] = text
    yield from limits.items()


def _placed(name: str, owners: _Owners) -> tuple[_Place | None, str]:
    """Return the limit that a header tells of, and what it tells."""
    if len(name) > _NAME_CHARS:
        return None, ""
    if name == _COST:
        return _Place("tokens-query-cost", owners.sender, "tokens", name), "cost"
    if match := _UNIFIED.fullmatch(name):
        leak, what, part = match.groups(default="")
        # Shares of a subscription, no counts: https://github.com/anomalyco/opencode/issues/49653
        place = _Place(_label(what), _sent(leak, owners), "", f"{leak}anthropic-ratelimit-{_label(what)}-*")
        return place, f"unified-{part}"
    if match := _ANTHROPIC.fullmatch(name):
        leak, kind, what, part = match.groups(default="")
        limit = what if kind == "ratelimit" else f"{kind}-{what}"
        source = f"{leak}anthropic-{kind}-{_label(what)}-*"
        return _Place(_label(limit), _sent(leak, owners), _SCOPES.get(what, ""), source), part
    match = _X.fullmatch(name)
    return _placed_x(match, owners) if match else (None, "")


def _placed_x(match: re.Match[str], owners: _Owners) -> tuple[_Place | None, str]:
    """Place `x-ratelimit-limit-requests` and the like; `api_key-` is what LiteLLM counts for the key itself."""
    leak, kind, key, part, what = match.groups(default="")
    if kind == "rate" and not what:
        return None, ""  # read with the policies that it may hold
    words = what.split("-")
    unit = words.pop() if words[-1] in _WINDOWS else ""
    count = words.pop() if unit and words and _COUNT.fullmatch(words[-1]) else "1"
    if unit and words and words[-1] == "per":
        words.pop()
    window_s = _WINDOWS.get(unit)
    scope = "tokens" if kind == "token" else _SCOPES.get("-".join(words), "")
    limit = "-".join(filter(None, ("tokens" if kind == "token" else key.rstrip("-"), what)))
    source = f"{leak}x-{kind}limit-{key}*{'-' if what else ''}{_label(what)}"
    service = owners.service if key and not leak else _sent(leak, owners)
    return _Place(_label(limit), service, scope, source, window_s and window_s * int(count)), part


def _sent(leak: str, owners: _Owners) -> str:
    return owners.upstream if leak else owners.sender


def _litellm(headers: Mapping[str, str], service: str) -> Iterator[tuple[_Place, _Told]]:
    """Read what LiteLLM tells of its own key: limits per minute, and the budget less what was spent of it."""
    for unit, (limit, scope) in _LITELLM_KEY.items():
        name = f"x-litellm-key-{unit}-limit"
        if told := _present({"limit": headers.get(name, "")}):
            yield _Place(limit, service, scope, name, _WINDOWS["minute"]), told
    told = _present({"limit": headers.get("x-litellm-key-max-budget", "")})
    told |= _present({"spend": headers.get("x-litellm-key-spend", "")})
    budget, spent = (number(told.get(part, "")) for part in ("limit", "spend"))
    if budget is not None and spent is not None:
        told = {"limit": told["limit"], "remaining": f"{max(budget - spent, 0):.6f}"}
    if told:
        yield _Place("key-budget", service, "USD", "x-litellm-key-max-budget, x-litellm-key-spend"), told


def _present(told: _Told) -> _Told:
    return {part: text for part, text in told.items() if text.strip().lower() not in _ABSENT}
