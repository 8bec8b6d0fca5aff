"""Fireworks AI: the account tells whether it is suspended and for what; no question tells a balance or a price."""

from collections.abc import Mapping
from datetime import datetime

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.rows import ModelRow, Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, LimitRules, Metric, Provider, Region, Reply, Rows

from .loose import count, flag, items, mapping, moment, text
from .model_lists import as_sample, each_model, parse_list, text_and, tokens

_CHECKED = "2026-11-23"
_HOST = "api.fireworks.ai"
_PAGE = "https://fireworks.ai/account/billing"
_REFUSED = "The API key you provided is invalid"
# Captured with the key "invalid" at GET /inference/v1/models on 2026-10-07: a public providers-keys.test.ts.
_AT_THE_LIST = "providers-keys.test.ts (GET /inference/v1/models with a made-up key, 2026-10-07)"
# Captured on 2026-08-30: a public research note on batch inference, whose control plane is that of /v1/accounts.
_AT_THE_CONTROL_PLANE = "Fireworks batch inference research note (control plane with a bad key, 2026-08-30)"
# https://docs.fireworks.ai/api-reference/get-account, read 2026-11-23; UNSUSPENDED says nothing of money.
_SUSPENDED = {
    "CREDIT_DEPLETED": (
        Axis.FUNDS,
        Why("the account is suspended: its credit is used up"),
        Why("add credits at {page}", page=_PAGE),
    ),
    "FAILED_PAYMENTS": (
        Axis.FUNDS,
        Why("the account is suspended: a payment failed"),
        Why("pay what is open at {page}", page=_PAGE),
    ),
    "MONTHLY_SPEND_LIMIT_EXCEEDED": (
        Axis.QUOTA,
        Why("the account is suspended: its monthly spending limit is reached"),
        Why("raise the spending limit at {page} or wait for the next period", page=_PAGE),
    ),
    "BLOCKED_BY_ABUSE_RULE": (
        Axis.SCOPE,
        Why("the account is blocked by a rule against abuse"),
        Why("ask the provider's support what blocks the account"),
    ),
}


def parse_accounts(reply: Reply) -> Rows | None:
    """Read `/v1/accounts`: state of the key's accounts; their names, which people choose, and e-mails are dropped."""
    found = [mapping(account) for account in items(mapping(reply.json).get("accounts"))]
    named = {"account_state": "state", "account_suspended": "suspendState"}
    values = {(metric, text(account.get(key))) for account in found for metric, key in named.items()}
    known = tuple(Metric(metric, value) for metric, value in sorted(values, key=str) if value)
    return Rows(known) if known else None


def parse_model(reply: Reply) -> Rows | None:
    """Read `/v1/accounts/…/models/…`, which describes a model to every account: that the key may call it is not told.

    `deprecationDate` is when "the serverless deployment of the model will be taken down": PyPI fireworks-ai 1.2.30
    types/model.py, types/type_date.py.
    """
    entry = mapping(reply.json)
    if text(entry.get("name")) != reply.model:
        return None
    row = ModelRow(
        reply.model,
        "",
        created_at=moment(text(entry.get("createTime"))),
        context_tokens=tokens(entry, "contextLength"),
        input_modalities=text_and(image=flag(entry.get("supportsImageInput"))),
        tools=flag(entry.get("supportsTools")),
        shutdown_at=_day(mapping(entry.get("deprecationDate"))),
    )
    return Rows(models=(row,))


def _day(date: Mapping[str, object]) -> datetime | None:
    """Read a `google.type.Date`; one without a day is none."""
    parts = [count(date.get(part)) or 0 for part in ("year", "month", "day")]
    return moment("{:04}-{:02}-{:02}".format(*parts))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say what a suspension closes; where a key has several accounts in different states, nobody knows which pays."""
    states = values.get("account_suspended", ())
    if len(states) != 1 or str(states[0]) not in _SUSPENDED:
        return ()
    axis, why, opens = _SUSPENDED[str(states[0])]
    return (Finding(axis, Answer.NO, why, "current_key", opens),)


def _denied(status: int, source: str) -> Clause:
    return Clause(Outcome.DENIED, source, _CHECKED, status, _REFUSED, fields=(("error.code", "UNAUTHORIZED"),))


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/inference/v1/models",
    parse_list(),
    "steipete/CodexBar@27c7f334 docs/fireworks.md",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

FIREWORKS = Provider(
    id="fireworks",
    name="Fireworks AI",
    docs="https://docs.fireworks.ai/api-reference/get-account",
    checked=_CHECKED,
    api=f"https://{_HOST}/inference/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"fw_[A-Za-z0-9]{24}",
            "user",
            "praetorian-inc/titus@369d8dc4 pkg/rule/rules/fireworksai.yml",
            _CHECKED,
            control="fw_testkeyNotARealKeyxxxxxx",
        ),
    ),
    asks=(
        Ask(
            "current_key",
            _HOST,
            "/v1/accounts",
            parse_accounts,
            "PyPI fireworks-ai 1.2.30 resources/accounts.py, types/account.py",
            _CHECKED,
            gives=("key_valid", "account_state", "account_suspended"),
            auth=True,
            proves_key=True,
        ),
        _MODELS,
        each_model(
            _MODELS, "/v1/{model}", "PyPI fireworks-ai 1.2.30 resources/models.py get, types/model.py", parse_model
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        _denied(401, _AT_THE_LIST),
        _denied(403, _AT_THE_CONTROL_PLANE),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/pollinations/pollinations/issues/12136",
            _CHECKED,
            412,
            "is suspended",
            fields=(("error.code", "PRECONDITION_FAILED"),),
        ),
    ),
    limit_rules=LimitRules(
        "https://docs.fireworks.ai/serverless/rate-limits (prompt and generated tokens per minute)",
        "2026-11-25",
        windows=dict.fromkeys(
            ("tokens-prompt", "tokens-uncached-prompt", "tokens-cache-adjusted-prompt", "tokens-generated"), 60
        ),
    ),
    covered_models=("accounts/fireworks/models/gpt-oss-120b",),
    offers=frozenset(Capability) - {Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=findings,
    catalogue="fireworks",
)
