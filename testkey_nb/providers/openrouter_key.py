"""What OpenRouter's word on a key means together: may it call models, is its budget spent, can somebody pay.

Fields: PyPI openrouter 1.3.84 operations/getcurrentkey.py and components/keybudget.py.  A management key calls no
model: https://openrouter.ai/docs/guides/overview/auth/management-api-keys.  Read 2026-11-23.
"""

from collections.abc import Iterator, Mapping

from testkey_nb.digits import in_full
from testkey_nb.outcome import Answer, Axis
from testkey_nb.rows import LimitRow, Why
from testkey_nb.spec import Finding, Metric, Reply, Rows

from . import money
from .loose import UNREADABLE, amount, count, flag, label, mapping, texts, unread, until
from .money import Values, known, spent

METRICS = (
    "key_valid", "owner_id", "organization_id", "project_id", "token_type", "inference_permission", "is_free_tier",
    "expires_at", "data_region_permitted", "data_regions", "key_limit", "key_limit_remaining", "key_limited",
    "key_limit_reset", "usage_total", "usage_daily", "usage_weekly", "usage_monthly", "usage_as_of", "budget",
    "budget_remaining", "free_model_requests_quota", "free_model_requests_remaining",
)  # fmt: skip

_ASK = "current_key"
_SERVICE, _SOURCE = "openrouter.ai", "GET /api/v1/key"
_KEYS, _CREDITS = "https://openrouter.ai/settings/keys", "https://openrouter.ai/settings/credits"


def parse_key(reply: Reply) -> Rows | None:
    """Read `/api/v1/key`; the key's label and the budgets' ids are dropped."""
    data = mapping(mapping(reply.json).get("data"))
    management = flag(data.get("is_management_key"))
    if not data or (management is None and amount(data.get("usage")) is None):
        return None
    told = (*_kind(data, management), *_spending(data), *_budgets(data), *money.as_of(reply, "usage_as_of"))
    return Rows(told, limits=tuple(_limits(told)))


def _kind(data: Mapping[str, object], management: bool | None) -> Iterator[Metric]:  # noqa: FBT001 - a field
    facts = (
        ("owner_id", label(data.get("creator_user_id")), ""),
        ("organization_id", label(data.get("organization_id")), ""),
        ("project_id", label(data.get("workspace_id")), ""),
        ("token_type", None if management is None else "management" if management else "inference", ""),
        ("inference_permission", None if management is None else not management, "boolean"),
        ("is_free_tier", flag(data.get("is_free_tier")), "boolean"),
    )
    yield from (Metric(name, value, unit) for name, value, unit in facts if value is not None)
    if expires := until(data.get("expires_at")):
        yield Metric("expires_at", expires, "UTC")
    permitted = data.get("allowed_data_regions")
    regions = sorted(texts(permitted))
    if unread(permitted) and not regions:
        yield Metric("data_regions", UNREADABLE)
    elif permitted is not None:
        yield Metric("data_region_permitted", bool(regions), "boolean")
    yield from (Metric("data_regions", region) for region in regions)


def _spending(data: Mapping[str, object]) -> Iterator[Metric]:
    """Read amounts, all in USD; a limit of null is none, and says nothing of the account's credits."""
    named = {
        "key_limit": data.get("limit"),
        "key_limit_remaining": data.get("limit_remaining"),
        "usage_total": data.get("usage"),
        "usage_daily": data.get("usage_daily"),
        "usage_weekly": data.get("usage_weekly"),
        "usage_monthly": data.get("usage_monthly"),
    }
    yield from money.amounts(named, "USD")
    if "limit" in data:
        yield Metric("key_limited", data["limit"] is not None, "boolean")
    if reset := label(data.get("limit_reset")):
        yield Metric("key_limit_reset", reset)


def _budgets(data: Mapping[str, object]) -> Iterator[Metric]:
    """Read the budget that blocks first (of guardrail, workspace and key), and what is left of free models today."""
    first, free = mapping(data.get("effective_budget")), mapping(data.get("free_model_daily_requests"))
    told = money.amounts({"budget": first.get("limit_usd"), "budget_remaining": first.get("remaining_usd")}, "USD")
    yield from told
    if data.get("effective_budget") is not None and not told:  # there is one, and nobody knows which
        yield Metric("budget", UNREADABLE)
    for name, field in (("free_model_requests_quota", "limit"), ("free_model_requests_remaining", "remaining")):
        if (requests := count(free.get(field))) is not None:
            yield Metric(name, requests, "requests")


def _limits(told: tuple[Metric, ...]) -> Iterator[LimitRow]:
    """Repeat limits of spending as limits; `rate_limit` is deprecated and safe to ignore, says the answer itself."""
    values = {name: float(value) for name, value, unit in told if unit == "USD"}
    for limit in ("key_limit", "budget"):
        if limit in values:
            left = values.get(f"{limit}_remaining")
            yield LimitRow(limit.replace("_", "-"), _SERVICE, values[limit], left, None, None, _SOURCE, "USD")


def findings(values: Values) -> tuple[Finding, ...]:
    """Return what the key's own limits, budgets and kind say of scope, quota, funds and region."""
    return known((_scope(values), _quota(values), _funds(values), _region(values)))


def _scope(values: Values) -> Finding | None:
    if False in values.get("inference_permission", ()):
        why = Why("a management key: it manages keys and cannot call models")
        opens = Why("make a key for calling models, and probe that one")
        return Finding(Axis.SCOPE, Answer.NO, why, _ASK, opens)
    if True in values.get("inference_permission", ()):
        return Finding(Axis.SCOPE, Answer.YES, Why("a key for calling models, not for managing keys"), _ASK)
    return None


def _quota(values: Values) -> Finding | None:
    left = [found for name in ("key_limit_remaining", "budget_remaining") if (found := spent(values, name)) is not None]
    if left and min(left) <= 0:
        why = Why("the spending limit of this key, or a budget above it, is used up")
        return Finding(
            Axis.QUOTA, Answer.NO, why, _ASK, Why("raise the limit at {page}, or wait until it resets", page=_KEYS)
        )
    limited, budgeted = True in values.get("key_limited", ()), bool(values.get("budget"))
    unread = (limited and "key_limit_remaining", budgeted and "budget_remaining")
    if any(name and spent(values, name) is None for name in unread):
        return None  # of a limit that there is, what is left could not be read
    if left:
        why = Why("{left} USD are left of the spending limit that would be reached first", left=in_full(min(left)))
        return Finding(Axis.QUOTA, Answer.YES, why, _ASK)
    if False in values.get("key_limited", ()):
        return Finding(Axis.QUOTA, Answer.YES, Why("this key has no spending limit of its own"), _ASK)
    return None


def _funds(values: Values) -> Finding:
    why = Why("the account's credits are told to management keys only, and a key's limit says nothing of them")
    if True in values.get("is_free_tier", ()):
        why = Why("a free-tier key; the account's credits are told to management keys only")
    return Finding(Axis.FUNDS, Answer.UNKNOWN, why, _ASK, Why("have a person look at {page}", page=_CREDITS))


def _region(values: Values) -> Finding | None:
    if UNREADABLE in values.get("data_regions", ()):
        why = Why("which data regions the guardrails of this key permit could not be read")
        return Finding(Axis.REGION, Answer.UNKNOWN, why, _ASK, Why("have a person look at {page}", page=_KEYS))
    if False not in values.get("data_region_permitted", ()):
        return None
    why = Why("the guardrails of this key permit no data region")
    return Finding(Axis.REGION, Answer.NO, why, _ASK, Why("have an administrator permit a data region for this key"))
