"""LiteLLM's proxy: a key of its own has a budget, limits and models, and `/key/info` tells them to the key itself.

Read in PyPI litellm 1.106.2 and seen at a proxy run from it, 2026-11-23.  ``GET /health`` is never asked: it calls the
configured models (`proxy/health_endpoints/_health_endpoints.py`).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.providers import money
from testkey_nb.providers.loose import UNREADABLE, amount, count, flag, label, mapping, text, texts, unread, until
from testkey_nb.providers.model_lists import as_sample
from testkey_nb.rows import LimitRow, Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Mark, Metric, Provider, Reply, Rows

from .seen import CHECKED, LISTS, created, headers, model_list, says, titled

_PYPI = "PyPI litellm 1.106.2 litellm/"
_AUTH = f"{_PYPI}proxy/auth/user_api_key_auth.py"
_KINDS = frozenset(  # of error.type: ProxyErrorTypes
    {
        "auth_error",
        "budget_exceeded",
        "expired_key",
        "key_model_access_denied",
        "no_db_connection",
        "token_not_found_in_db",
    }
)
_CALLS = ("llm_api_routes", "openai_routes")  # of allowed_routes: LiteLLMRoutes that call models
_BUDGET = Why("have whoever runs the relay raise this key's budget, or wait until it is reset")
_UNBLOCK = Why("have whoever runs the relay unblock this key, or make a new one")


def _error_body(reply: Reply) -> str:
    """Look for LiteLLM's own way of writing errors: the status as text in `error.code`, and a type of its own."""
    found = mapping(mapping(reply.json).get("error"))
    kind = text(found.get("type"))
    own = kind in _KINDS and found.get("code") == str(reply.status) and "param" in found
    return f'error.type "{kind}", error.code "{reply.status}"' if own else ""


def parse_key_info(reply: Reply) -> Rows | None:
    """Read `/key/info`: what the relay lets this key spend, call and do; aliases and metadata are people's words.

    `spend` is the whole only where no budget window resets it (`budget_duration`).  Amounts are in dollars:
    https://docs.litellm.ai/docs/proxy/virtual_keys
    """
    info = mapping(mapping(reply.json).get("info"))
    if not {"spend", "models", "max_budget"} <= info.keys():
        return None
    spend, most = amount(info.get("spend")), amount(info.get("max_budget"))
    used = "usage_in_budget_window" if text(info.get("budget_duration")) else "usage_total"
    # By decimals: as binary fractions, 100 less 100.2 is -0.20000000000000284.
    left = float(Decimal(str(most)) - Decimal(str(spend))) if most is not None and spend is not None else None
    found = money.amounts({used: spend, "key_limit": most, "key_limit_remaining": left}, "USD")
    if most is None and info["max_budget"] is not None:  # there is one, and nobody knows which
        found.append(Metric("key_limit", UNREADABLE))
    return Rows((Metric("token_type", "virtual"), *found, *_of_key(info)), limits=tuple(_limits(info, reply.host)))


def _of_key(info: Mapping[str, object]) -> Iterator[Metric]:
    named = {
        "owner_id": info.get("user_id"),
        "organization_id": info.get("organization_id") or info.get("org_id"),
        "project_id": info.get("project_id"),
        "team_id": info.get("team_id"),
        "account_state": info.get("status"),
    }
    # An id can be an address of a person, which is left out and not shown masked.
    yield from (Metric(name, said) for name, value in named.items() if (said := label(value)) and said == value)
    if (blocked := flag(info.get("blocked"))) is not None:
        yield Metric("key_blocked", blocked, "boolean")
    for name, field in (("expires_at", "expires"), ("budget_resets_at", "budget_reset_at")):
        if when := until(info.get(field)):
            yield Metric(name, when, "UTC")
    yield from (Metric("key_models", label(model) or "") for model in sorted(set(texts(info.get("models")))))
    if "allowed_routes" in info:
        routes = sorted(set(texts(info["allowed_routes"])))
        yield from (Metric("token_scopes", label(route) or "") for route in routes)
        calls = any(route in _CALLS for route in routes)
        # An empty list stands for all routes: proxy/auth/route_checks.py.  One that cannot be read tells nothing.
        if isinstance(info.get("blocked"), bool | None) and (calls or not unread(info["allowed_routes"])):
            yield Metric("inference_permission", calls or not routes, "boolean")


def _limits(info: Mapping[str, object], host: str) -> Iterator[LimitRow]:
    for unit, field in (("requests", "rpm_limit"), ("tokens", "tpm_limit")):
        if (quota := count(info.get(field))) is not None:
            yield LimitRow(unit, host, quota, None, 60, None, "GET /key/info", unit)


def key_findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say what the relay lets the key do.  Who pays the providers behind it is not told, and is the relay's affair."""
    ask, found = "current_key", []
    left = money.spent(values, "key_limit_remaining")
    if left is not None and left <= 0:
        why = Why("the budget that the relay gives this key is used up")
        found += [Finding(axis, Answer.NO, why, ask, _BUDGET) for axis in (Axis.FUNDS, Axis.QUOTA)]
    elif left is not None:
        why = Why("the budget that the relay gives this key is not used up")
        found.append(Finding(Axis.QUOTA, Answer.YES, why, ask))
    elif "key_limit" not in values and "token_type" in values:
        found.append(Finding(Axis.QUOTA, Answer.YES, Why("the relay sets this key no budget"), ask))
    blocked = True in values.get("key_blocked", ())
    if blocked:
        why = Why("the relay has blocked this key")
        found.append(Finding(Axis.SCOPE, Answer.NO, why, ask, _UNBLOCK))
    elif True in values.get("inference_permission", ()):
        found.append(Finding(Axis.SCOPE, Answer.YES, Why("the relay lets this key call models"), ask))
    elif False in values.get("inference_permission", ()):
        why = Why("the relay lets this key call no models")
        found.append(Finding(Axis.SCOPE, Answer.NO, why, ask, Why("have the relay's routes for models allowed to it")))
    return tuple(found)


def _clause(outcome: Outcome, status: int, kind: str, words: str = "", source: str = _AUTH) -> Clause:
    return Clause(outcome, source, CHECKED, status, words, fields=(("error.type", kind), ("error.code", str(status))))


_MODELS = model_list(f"{_PYPI}proxy/proxy_server.py route /v1/models")

LITELLM = Provider(
    "litellm",
    "LiteLLM proxy",
    "https://docs.litellm.ai/docs/simple_proxy",
    CHECKED,
    kind="relay",
    key_shapes=(
        KeyShape(
            r"sk-[A-Za-z0-9_-]{22}",  # secrets.token_urlsafe(16); an operator may choose any other
            "virtual",
            f"{_PYPI}constants.py LENGTH_OF_LITELLM_GENERATED_KEY",
            CHECKED,
            control="sk-testkeyNotARealKeyxxxx",
            shared=True,
        ),
    ),
    marks=(
        Mark("x-litellm-*", f"{_PYPI}proxy/common_request_processing.py", CHECKED, body=headers("x-litellm-")),
        # What the provider behind it sent, relayed.
        Mark("llm_provider-*", "https://docs.litellm.ai/docs/proxy/response_headers", CHECKED,
             body=headers("llm_provider-")),
        Mark("error body", f"{_PYPI}proxy/_types.py ProxyException, ProxyErrorTypes", CHECKED, body=_error_body),
        # OpenAI's own gpt-3.5-turbo is of that second; nothing else is.
        Mark("model creation time", f"{_PYPI}constants.py DEFAULT_MODEL_CREATED_AT_TIME", CHECKED,
             body=created(1677610602, but="gpt-3.5-turbo")),
        Mark("root page", f"{_PYPI}proxy/proxy_server.py docs_url", CHECKED, path="/",
             body=titled("LiteLLM API - Swagger UI")),
        Mark("liveliness", f"{_PYPI}proxy/health_endpoints/_health_endpoints.py", CHECKED, path="/health/liveliness",
             body=says("I'm alive!")),
    ),
    asks=(
        _MODELS,
        as_sample(_MODELS),
        Ask(
            "current_key",
            "",
            "/key/info",
            parse_key_info,
            f"{_PYPI}proxy/management_endpoints/key_management_endpoints.py info_key_fn",
            CHECKED,
            gives=(
                "token_type", "owner_id", "organization_id", "project_id", "team_id", "account_state", "key_blocked",
                "expires_at", "budget_resets_at", "key_models", "token_scopes", "inference_permission", "usage_total",
                "usage_in_budget_window", "key_limit", "key_limit_remaining",
            ),
            auth=True,
        ),
    ),
    outcomes=(
        _clause(Outcome.DENIED, 401, "token_not_found_in_db", source=f"{_PYPI}proxy/auth/resolvers/exceptions.py"),
        _clause(Outcome.DENIED, 401, "expired_key"),
        _clause(Outcome.DENIED, 401, "auth_error", "expected to start with 'sk-'"),
        _clause(Outcome.DENIED, 401, "auth_error", "Key is blocked"),
        # Without a database the master key is the only one there is.
        _clause(Outcome.DENIED, 400, "no_db_connection", "No connected db."),
        # 422 since litellm.budget_exceeded_status_code exists, 429 or 400 before it: auth_exception_handler.py.
        *(_clause(Outcome.NO_FUNDS, status, "budget_exceeded", source=f"{_PYPI}proxy/auth/auth_exception_handler.py")
          for status in (422, 429, 400)),
        _clause(Outcome.FORBIDDEN, 403, "key_model_access_denied", source=f"{_PYPI}proxy/auth/auth_checks.py"),
    ),
    offers=LISTS
    | {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    findings=key_findings,
)  # fmt: skip
