"""Rate limits as answers' headers tell them, each for the service it limits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from testkey_nb.redaction import redact
from testkey_nb.rows import LimitRow
from testkey_nb.spec import Bare, LimitRules, Metric, Reply

from .rate_limit_fields import HEADER_CHARS, ietf, triple
from .rate_limit_names import Owners, Place, Told, by_leak, label, placed, prefixes, present
from .rate_limit_times import number, point_in_time, seconds

# Who stands behind: the Hugging Face Router; LiteLLM (https://docs.litellm.ai/docs/proxy/response_headers).
_ROUTE, _API_BASE = "x-inference-provider", "x-litellm-model-api-base"
_LITELLM_KEY = {"rpm": ("key-requests", "requests"), "tpm": ("key-tokens", "tokens")}
_COUNTS = {"limit", "remaining", "window"}
_RESETS = {  # None: as the vendor documents it
    "reset": None, "standard": Bare.STANDARD, "wait": Bare.SECONDS, "since_1970": Bare.EPOCH,
}  # fmt: skip
_SAID_CHARS, _ROWS = 200, 64


def limits_told(reply: Reply, rules: LimitRules, *, own: bool) -> tuple[LimitRow, ...]:
    """Return the limits that the headers of any answer tell, errors included; none is an answer too.

    Parameters
    ----------
    reply
        An answer of the service that its `host` names.
    rules
        What the provider documents of its headers.
    own
        Whether the service itself counts what `x-ratelimit-*` and `anthropic-*` tell.  Without it they come from the
        route behind, as they do through the Hugging Face Router, and are that route's.  What says by its prefix that it
        was passed on is always the route's, and the IETF's headers are always the service's.

    """
    groups = by_leak(reply.headers)
    plain = groups[""]
    upstream = f"upstream:{_behind(plain)}"
    owners = Owners(reply.host, reply.host if own else upstream)
    date = point_in_time(plain.get("date", ""))
    told = [
        pair
        for leak, mine in groups.items()
        for pair in _read(mine, Owners(upstream, upstream) if leak else owners, leak)
    ]
    # An answer that names its route can pass on the headers of a LiteLLM there.
    told += _litellm(plain, upstream if _ROUTE in plain and not own else reply.host)
    mine = {owners.service, owners.sender} - {upstream}
    return tuple(
        _row(place, what, date, rules if place.service in mine else LimitRules()) for place, what in told[:_ROWS]
    )


def latest(told: Iterable[tuple[str, tuple[LimitRow, ...]]]) -> tuple[LimitRow, ...]:
    """Return each limit once, as it was told last.

    Parameters
    ----------
    told
        What was asked, and the limits that its answer told, in the order of the answers.

    """
    by_question: dict[tuple[str, bool], tuple[LimitRow, ...]] = {}
    for question, rows in told:
        if rows:
            by_question.pop((question, rows[0].keyed), None)  # what is told last comes last
            by_question[question, rows[0].keyed] = rows
    found = [row for of_one in by_question.values() for row in of_one]
    # What anybody is told of a limit says less than what this key is told of it.
    keyed = {(row.service, row.limit, row.source) for row in found if row.keyed}
    kept = [row for row in found if row.keyed or (row.service, row.limit, row.source) not in keyed]
    return tuple({replace(row, remaining=None, reset_s=None): row for row in kept}.values())


def limit_metrics(limits: Iterable[LimitRow], service: str) -> tuple[Metric, ...]:
    """Return quota and rest of the first limit of requests that `service` told."""
    requests = [row for row in limits if row.service == service and row.scope == "requests"]
    return tuple(
        Metric(name, int(value) if value.is_integer() else value, "requests")
        for row in requests[:1]
        for name, value in (("rate_limit_quota", row.quota), ("rate_limit_remaining", row.remaining))
        if value is not None
    )


def _behind(headers: Mapping[str, str]) -> str:
    """Return the name of what stands behind a service, as far as it tells."""
    host = headers.get(_API_BASE, "")[:HEADER_CHARS]
    try:
        host = urlsplit(host).hostname or ""
    except ValueError:
        host = ""
    return label(headers.get(_ROUTE, "") or host) or "unknown"


def _read(headers: Mapping[str, str], owners: Owners, leak: str) -> Iterator[tuple[Place, Told]]:
    """Read one set of headers: those that differ only in limit, remaining and reset are one limit."""
    yield from ietf(headers, owners.service, leak)
    for prefix, vendor in prefixes(headers).items():
        yield from triple(headers, prefix, Place(label(vendor), owners.sender, "", f"{leak}{prefix}*"))
    limits: dict[Place, Told] = {}
    for name, text in headers.items():
        found = placed(name, owners, leak) if len(limits) < _ROWS else None
        if found and present({found[1]: text}):
            limits.setdefault(found[0], {})[found[1]] = text
    yield from limits.items()


def _row(place: Place, told: Told, date: datetime | None, rules: LimitRules) -> LimitRow:
    """Read the numbers of a limit; what is none stays as it was said."""
    values = {part: number(_once(text)) for part, text in told.items() if part in _COUNTS}
    named_s = place.window_s if place.window_s is not None else values.get("window")
    window_s = rules.windows.get(place.limit) if named_s is None else named_s
    for part in told.keys() & _RESETS.keys():
        values[part] = seconds(_once(told[part]), date, _RESETS[part] or rules.resets, window_s)
    unread = "; ".join(
        f"{'reset' if part in _RESETS else part}: {text[: 2 * _SAID_CHARS]}"
        for part, text in told.items()
        if values.get(part) is None
    )
    return LimitRow(
        limit=place.limit,
        service=place.service,
        quota=values.get("limit"),
        remaining=values.get("remaining"),
        window_s=window_s,
        reset_s=next((values[part] for part in _RESETS if values.get(part) is not None), None),
        source=place.source,
        scope=rules.scopes.get(place.limit, place.scope),
        said=redact(unread, _SAID_CHARS),
    )


def _once(text: str) -> str:
    """Return the value of a header; one that was sent twice arrives joined by a comma."""
    text = text[:HEADER_CHARS]
    members = {member.strip() for member in text.split(",")}
    return members.pop() if len(members) == 1 else text


def _litellm(headers: Mapping[str, str], service: str) -> Iterator[tuple[Place, Told]]:
    """Read what LiteLLM tells of its own key: limits per minute, and the budget less what was spent of it."""
    for unit, (limit, scope) in _LITELLM_KEY.items():
        name = f"x-litellm-key-{unit}-limit"
        if told := present({"limit": headers.get(name, "")}):
            yield Place(limit, service, scope, name, 60.0), told
    told = present({"limit": headers.get("x-litellm-key-max-budget", "")})
    told |= present({"spend": headers.get("x-litellm-key-spend", "")})
    budget, spent = (number(told.get(part, "")) for part in ("limit", "spend"))
    if budget is not None and spent is not None:
        told = {"limit": told["limit"], "remaining": f"{max(budget - spent, 0):.6f}"}
    if told:
        yield Place("key-budget", service, "USD", "x-litellm-key-max-budget, x-litellm-key-spend"), told
