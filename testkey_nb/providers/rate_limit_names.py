"""The names of the vendors' own rate-limit headers, read by their grammar and not from a list.

Almost all say ``limit``, ``remaining`` or ``reset`` of something whose name may hold what is counted and the window:
`x-ratelimit-limit-requests`, `x-ratelimit-remaining-tokens-minute`, `x-ratelimit-limit-req-60-second`,
`x-ratelimit-requests-limit`, `x-ratelimit-api_key-limit-tokens`, `anthropic-ratelimit-input-tokens-reset`.
Read 2026-11-25: OpenAI https://platform.openai.com/docs/guides/rate-limits; Groq https://console.groq.com/docs/rate-limits;
Anthropic https://platform.claude.com/docs/en/api/rate-limits and /build-with-claude/fast-mode; LiteLLM
https://docs.litellm.ai/docs/proxy/response_headers; RapidAPI (the part last) https://docs.rapidapi.com/docs/response-headers;
Kong (`-minute` without a unit) https://developer.konghq.com/plugins/rate-limiting, and its AI plugin (`-minute-openai`)
https://developer.konghq.com/plugins/ai-rate-limiting-advanced; Higress (`x-tokenratelimit-limit`) alibaba/higress
plugins/wasm-go/extensions/ai-token-ratelimit; all others in the tests, each with its source.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from testkey_nb.redaction import redact

PARTS = ("limit", "remaining", "reset")
UNNAMED = "default"
_LEAK = re.compile(r"(llm_provider-|(?:x-)?(?:[a-z0-9]{1,20}-)?upstream-)(.+)")
_GENERIC = re.compile(r"((?:x-)?(?:([a-z0-9_]{1,20})-)?(rate|token|tokenrate)limit-)(.+)")
_ANTHROPIC = re.compile(r"anthropic-(ratelimit|priority|fast)-(.+)-(limit|remaining|reset)")
_UNIFIED = re.compile(r"anthropic-ratelimit-(unified(?:-(?:([0-9]{1,3})([hd])[0-9a-z_]*|overage))?)-(.+)")
_RENEWS = "renewalperiod"  # Azure: seconds until the whole limit is there again
_WINDOWS = {
    "second": 1.0, "minute": 60.0, "minutely": 60.0, "hour": 3600.0, "hourly": 3600.0, "day": 86400.0,
    "daily": 86400.0, "week": 604800.0, "weekly": 604800.0, "month": None, "monthly": None, "year": None,
}  # fmt: skip
_LETTERS = {"h": 3600.0, "d": 86400.0}
# As vendors write them, https://platform.openai.com/docs/guides/rate-limits
_SHORT = {"rpm": "requests-minute", "rpd": "requests-day", "tpm": "tokens-minute", "tpd": "tokens-day"}
_SCOPES = {
    "req": "requests", "request": "requests", "requests": "requests", "project-requests": "requests",
    "token": "tokens", "tokens": "tokens", "project-tokens": "tokens", "tokens_usage_based": "tokens",
    "model-requests": "requests", "model-tokens": "tokens",
    **dict.fromkeys(("input-tokens", "tokens-input", "prompt-tokens", "tokens-prompt", "tokens-uncached-prompt",
                     "tokens-cache-adjusted-prompt"), "input tokens"),
    **dict.fromkeys(("output-tokens", "tokens-output", "completion-tokens", "tokens-completion", "tokens-generated"),
                    "output tokens"),
}  # fmt: skip
# Other ways to say the same once more: of a default limit, not limits of that name.
_ASIDE = {"after", "at", "date", "in", "ms", "percent", "percentage", "policy", "seconds", "time", "type"}
# Named by no grammar.  Mistral: what this answer took, no limit, so its number has no column.  Cohere:
# https://docs.cohere.com/docs/rate-limits (1,000 calls a month, so many a minute by endpoint); the headers were seen in
# recorded answers of 2026-06-05 (LangChain's tests) and are in no documentation.
_WHOLE = {
    "x-ratelimit-tokens-query-cost": ("tokens-query-cost", "tokens", "x-ratelimit-tokens-query-cost", "cost"),
    "x-endpoint-monthly-call-limit": ("endpoint-call-month", "requests", "x-endpoint-monthly-call-limit", "limit"),
    "x-trial-endpoint-call-limit": ("trial-endpoint-call", "requests", "x-trial-endpoint-call-*", "limit"),
    "x-trial-endpoint-call-remaining": ("trial-endpoint-call", "requests", "x-trial-endpoint-call-*", "remaining"),
}
_COUNT = re.compile(r"[0-9]{1,6}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ABSENT = {"", "none", "null"}  # LiteLLM writes None where a key has no limit
_NAME_CHARS, _SLUG_CHARS, _LABEL_CHARS = 120, 30, 60

Told = dict[str, str]  # limit, remaining, reset, wait, window or another word → what a header says for it


class Place(NamedTuple):
    """What a row says before any number: headers of the same place tell of one limit."""

    limit: str
    service: str
    scope: str
    source: str
    window_s: float | None = None


class Owners(NamedTuple):
    """Whose limits an answer tells: the service's own, and those of unprefixed headers."""

    service: str
    sender: str


def label(text: str) -> str:
    """Return a foreign name for a cell: names of providers and limits are slugs, anything else is masked."""
    slug = len(text) <= _SLUG_CHARS and _SLUG.fullmatch(text)  # `hf-inference` is a route, and looks like a key
    return text if slug else redact(text, _LABEL_CHARS)


def present(told: Told) -> Told:
    """Return what is said at all."""
    return {part: text for part, text in told.items() if text.strip().lower() not in _ABSENT}


def by_leak(headers: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return headers in lower case by the prefix that says they were passed on, which is empty for most.

    A header that came twice keeps both values, joined as HTTP joins them.
    """
    groups: dict[str, dict[str, str]] = {"": {}}
    for given, text in headers.items():
        name = given.lower().replace("rate-limit", "ratelimit")  # x-rate-limit-*, https://docs.x.com
        match = _LEAK.fullmatch(name) if len(name) <= _NAME_CHARS else None
        leak, name = match.groups() if match else ("", name)
        mine = groups.setdefault(leak, {})
        mine[name] = f"{mine[name]}, {text}" if name in mine else text
    return groups


def prefixes(names: Iterable[str]) -> dict[str, str]:
    """Return what stands before a bare ``limit``, ``remaining`` or ``reset``, with the vendor named in it, if any."""
    found = {}
    for name in names:
        match = _GENERIC.fullmatch(name) if len(name) <= _NAME_CHARS else None
        if match and match[4] in PARTS and match[3] == "rate" and match[1] != "ratelimit-":
            found[match[1]] = match[2] or ""
    return dict(sorted(found.items()))


def placed(name: str, owners: Owners, leak: str) -> tuple[Place, str] | None:
    """Return the limit that a header tells of, and what it tells."""
    if len(name) > _NAME_CHARS:
        return None
    if name in _WHOLE:
        limit, scope, source, part = _WHOLE[name]
        return Place(limit, owners.sender, scope, f"{leak}{source}"), part
    if match := _UNIFIED.fullmatch(name):
        # Shares of a subscription, no counts: https://github.com/anomalyco/opencode/issues/49653
        what, count, unit, part = match.groups(default="")
        window_s = int(count) * _LETTERS[unit] if unit else None
        source = f"{leak}anthropic-ratelimit-{label(what)}-*"
        return Place(label(what), owners.sender, "", source, window_s), "since_1970" if part == "reset" else part
    if match := _ANTHROPIC.fullmatch(name):
        kind, what, part = match.groups()
        limit = what if kind == "ratelimit" else f"{kind}-{what}"
        source = f"{leak}anthropic-{kind}-{label(what)}-*"
        return Place(label(limit), owners.sender, _scope(what), source), part
    match = _GENERIC.fullmatch(name)
    return _generic(match, owners, leak) if match else None


def _generic(match: re.Match[str], owners: Owners, leak: str) -> tuple[Place, str] | None:
    prefix, vendor, kind, rest = match.groups(default="")
    key, part, words = _parted(rest.split("-"))
    if not part or (kind == "rate" and not words) or (len(words) == 1 and words[0] in _ASIDE):
        return None  # none, or a bare one, which is read with the policies that it may hold
    what = "-".join(words)
    scope, window_s = _scoped(words)
    limit = "-".join(filter(None, (vendor, key if kind == "rate" else "tokens", what)))
    order = (key, "*", label(what)) if rest.startswith(part) or key else (label(what), "*")
    source = f"{leak}{prefix}{'-'.join(filter(None, order))}"
    service = owners.service if key else owners.sender  # what a proxy counts for its own keys and teams
    place = Place(label(limit), service, scope if kind == "rate" else "tokens", source, window_s)
    return place, "window" if part == _RENEWS else part


def _parted(words: list[str]) -> tuple[str, str, list[str]]:
    """Return for whom is counted, which part is told, and of what: the part stands first, second or last."""
    parts = {*PARTS, _RENEWS}
    if words[0] in parts:
        return "", words[0], words[1:]
    if len(words) > 2 and words[1] in parts and "-".join(words[2:]) in _SCOPES:  # noqa: PLR2004
        return words[0], words[1], words[2:]
    scope, window_s = _scoped(words[:-1])
    if words[-1] in parts and (window_s or scope in _SCOPES.values()):
        return "", words[-1], words[:-1]
    return "", "", []


def _scoped(words: list[str]) -> tuple[str, float | None]:
    """Return what is counted and the seconds of the window, which stands last or first in a limit's name."""
    name = "-".join(words)
    left, unit, count = _SHORT.get(name, name).split("-"), "", "1"
    if left[-1] in _WINDOWS:
        unit = left.pop()
        count = left.pop() if left and _COUNT.fullmatch(left[-1]) else "1"
        if left and left[-1] == "per":
            left.pop()
    elif left[0] in _WINDOWS and not _COUNT.fullmatch(left[1]):  # `minute-30` can be a window of either
        unit = left.pop(0)
    window_s = _WINDOWS.get(unit)
    return _scope("-".join(left)), window_s and window_s * int(count)


def _scope(words: str) -> str:
    """Return what is counted; what is counted by another name than requests and tokens keeps that name."""
    return _SCOPES.get(words) or label(words).replace("-", " ")
