"""DeepInfra: one question proves the key, others tell what is left, what the month cost and whether it is suspended."""

from collections.abc import Iterator, Mapping

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow, Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import amount, count, flag, items, mapping, number, text
from .model_lists import Entry, as_sample, parse_list, plain_model

_CHECKED = "2026-11-23"
_HOST = "api.deepinfra.com"
_API = "tryAGI/DeepInfra@0b6477ad src/libs/DeepInfra/openapi.yaml (a copy of https://api.deepinfra.com/openapi.json)"
_CODEXBAR = "steipete/CodexBar@27c7f334 docs/deepinfra.md"
_PAGE = "https://deepinfra.com/dash/billing"


def parse_me(reply: Reply) -> Rows | None:
    """Read `/v1/me`: the account by its identifier, and whether a team's; names, mail and picture are dropped."""
    body = mapping(reply.json)
    owner, team = text(body.get("uid")), flag(body.get("is_team_account"))
    if owner is None:
        return None
    found = [Metric("owner_id", owner)]
    if team is not None:
        found.append(Metric("is_team_account", team, "boolean"))
    return Rows(tuple(found))


def parse_checklist(reply: Reply) -> Rows | None:
    """Read `/payment/checklist`: `stripe_balance` is owed, so below zero it is left; `recent` is still to be billed.

    The unit of these numbers is in no source, so no amount is told: only whether anything is left, and whether the
    spending limit is reached.
    """
    body = mapping(reply.json)
    owed, recent = amount(body.get("stripe_balance")), amount(body.get("recent"))
    if owed is None:
        return None
    limit, found = amount(body.get("limit")), list[Metric]()
    if recent is not None:  # without what was used since, what is left is not known
        found.append(Metric("balance_left", owed + recent < 0, "boolean"))
    if recent is not None and limit is not None:
        found.append(Metric("usage_limit_reached", recent >= limit, "boolean"))
    if (suspended := flag(body.get("suspended"))) is not None:
        found.append(Metric("account_suspended", suspended, "boolean"))
    if reason := text(body.get("suspend_reason")):
        found.append(Metric("suspend_reason", reason))
    return Rows((*found, *money.as_of(reply)))


def parse_usage(reply: Reply) -> Rows | None:
    """Read `/payment/usage`: the cost of the last month in it, in cents."""
    months = [mapping(month) for month in items(mapping(reply.json).get("months"))]
    costs = [cents for month in months if (cents := number(month.get("total_cost"))) is not None]
    return Rows((Metric("usage_monthly", costs[-1] / 100, "USD"),)) if costs else None


def parse_native(reply: Reply) -> Rows | None:
    """Read `/models/list`, which has the prices; that a model is listed says the list of the other API."""
    entries = [mapping(entry) for entry in items(reply.json)]
    if not any(text(entry.get("model_name")) for entry in entries):
        return None
    return Rows(prices=tuple(price for entry in entries for price in _prices(entry)))


def _prices(entry: Entry) -> Iterator[PriceRow]:
    """Read US cents per token; a price with a discount, or with words beside the numbers, is left to people."""
    pricing, model = mapping(entry.get("pricing")), text(entry.get("model_name"))
    cents = [number(pricing.get(f"cents_per_{side}_token")) for side in ("input", "output")]
    plain = pricing.get("type") == "tokens" and not pricing.get("discount") and not pricing.get("full")
    if model and plain and any(value is not None for value in cents):
        usd_in, usd_out = (None if value is None else round(value * 1e4, 9) for value in cents)
        yield PriceRow(model, "", "", f"{_HOST}/models/list", usd_in, usd_out, None, None)


def _model(entry: Entry) -> ModelRow | None:
    about = mapping(entry.get("metadata"))
    return plain_model(entry, context_tokens=count(about.get("context_length")))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say who can pay: not a suspended account; where the balance is used up, a card may pay, which nothing tells."""
    asks = "balance_snapshot"
    if True in values.get("account_suspended", ()):
        reason = str(next(iter(values.get("suspend_reason", ())), "no reason told"))
        why = Why("the provider has suspended this account: {reason}", reason=reason)
        axis = Axis.QUOTA if reason == "limit-reached" else Axis.FUNDS
        return (Finding(axis, Answer.NO, why, asks, Why("settle that at {page}", page=_PAGE)),)
    if True in values.get("usage_limit_reached", ()):
        why = Why("the account's spending limit is reached")
        return (Finding(Axis.QUOTA, Answer.NO, why, asks, Why("settle that at {page}", page=_PAGE)),)
    if True in values.get("balance_left", ()):
        return (Finding(Axis.FUNDS, Answer.YES, Why("prepaid: the balance that was read is above zero"), asks),)
    return ()


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/openai/models?filter=with_meta",
    parse_list(_model),
    "https://docs.openclaw.ai/providers/deepinfra",
    _CHECKED,
    gives=("models_listed",),
)

DEEPINFRA = Provider(
    id="deepinfra",
    name="DeepInfra",
    docs="https://api.deepinfra.com/openapi.json",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1/openai",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"[A-Za-z0-9]{32}",
            "user",
            f"{_CODEXBAR} (keys have no prefix; the length is not documented)",
            _CHECKED,
            control="testkeyNotARealKey" + "x" * 14,
            shared=True,
        ),
    ),
    asks=(
        Ask(
            "current_key",
            _HOST,
            "/v1/me",
            parse_me,
            f"{_API} schema Me",
            _CHECKED,
            gives=("key_valid", "owner_id", "is_team_account"),
            auth=True,
            proves_key=True,
        ),
        Ask(
            "balance_snapshot",
            _HOST,
            "/payment/checklist?compute_owed=true",
            parse_checklist,
            f"{_API} schema Checklist; {_CODEXBAR}",
            _CHECKED,
            gives=(
                "balance_left",
                "usage_limit_reached",
                "account_suspended",
                "suspend_reason",
                "balance_as_of",
            ),
            auth=True,
        ),
        Ask(
            "usage_snapshot",
            _HOST,
            "/payment/usage?from=current",
            parse_usage,
            _CODEXBAR,
            _CHECKED,
            gives=("usage_monthly",),
            auth=True,
        ),
        _MODELS,
        Ask("model_catalog", _HOST, "/models/list", parse_native, f"{_API} path /models/list", _CHECKED),
        as_sample(_MODELS),
    ),
    outcomes=(
        # Not in the documentation: the answer to a made-up key.  A key without access to billing gets another status.
        Clause(
            Outcome.DENIED,
            "providers-keys.test.ts (GET of the model list with a made-up key, 2026-10-07)",
            _CHECKED,
            401,
            fields=(("detail", "User is not authorized to access this resource"),),
        ),
    ),
    covered_models=("deepseek-ai/DeepSeek-V4-Flash",),  # https://docs.openclaw.ai/providers/deepinfra
    offers=frozenset(Capability)
    - {Capability.MODEL_PERMISSION_MATRIX, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=findings,
)
