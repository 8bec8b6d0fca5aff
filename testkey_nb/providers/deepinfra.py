"""DeepInfra: one question proves the key, others tell limits, what is left, what the month cost, and a suspension."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.rows import LimitRow, ModelRow, PriceRow, Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import amount, count, flag, items, mapping, moment, number, text
from .model_lists import Entry, among, as_sample, parse_list, plain_model, tokens
from .token_prices import per_million, priced

_CHECKED = "2026-11-23"
_HOST = "api.deepinfra.com"
_API = "tryAGI/DeepInfra@0b6477ad src/libs/DeepInfra/openapi.yaml (a copy of https://api.deepinfra.com/openapi.json)"
_CODEXBAR = "steipete/CodexBar@27c7f334 docs/deepinfra.md"
_PAGE = "https://deepinfra.com/dash/billing"
_CENTS_PER_TOKEN = per_million(tokens=1, parts=100)


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
    cost = amount(months[-1].get("total_cost"), places=-2) if months else None
    return None if cost is None else Rows((Metric("usage_monthly", cost, "USD"),))


def parse_rate_limit(reply: Reply) -> Rows | None:
    """Read `/v1/me/rate_limit`: requests of one model at the same time, and tokens of it per minute."""
    body, service, source = mapping(reply.json), _HOST, "GET /v1/me/rate_limit"
    at_once, each_minute = count(body.get("rate_limit")), count(body.get("tpm_rate_limit"))
    found = []
    if at_once is not None:
        found.append(LimitRow("concurrent-requests", service, at_once, None, None, None, source, "concurrent requests"))
    if each_minute is not None:
        found.append(LimitRow("tokens", service, each_minute, None, 60, None, source, "tokens"))
    return Rows(limits=tuple(found)) if found else None


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read US cents per token; a price with a discount, or with words beside the numbers, is left to people.

    That of cached input is told as a share of the input price, of eight digits: it is read to millionths of a dollar.
    """
    said = mapping(entry.get("pricing"))
    share = number(said.get("rate_per_input_token_cached"))
    if said.get("type") != "tokens" or said.get("discount") or said.get("full"):
        return
    sides = (said.get("cents_per_input_token"), said.get("cents_per_output_token"), None)
    for row in priced(model, f"{_HOST}/models/list", _CENTS_PER_TOKEN, sides):
        whole = row.input_per_mtok
        yield row if whole is None or share is None else replace(row, cached_input_per_mtok=round(whole * share, 6))


def _native_model(entry: Entry) -> ModelRow | None:
    """Read an entry of `/models/list`; that a model is listed says the list of the other API.

    Tags are not complete: what has none is not known.  `deprecated` is the second from which a model is, which may be
    to come: anomalyco/models.dev@9f8b0ea8 packages/core/src/sync/providers/deepinfra.ts, read 2026-11-25.
    """
    if not (name := text(entry.get("model_name"))) or entry.get("type") != "text-generation":
        return None
    tags = entry.get("tags")
    return ModelRow(
        name,
        "",
        context_tokens=tokens(entry, "max_tokens"),
        input_modalities="image,text" if among(tags, "multimodal") else None,
        tools=among(tags, "tools") or None,
        structured_output=among(tags, "structured-output") or None,
        deprecated_at=moment(number(entry.get("deprecated"))),
    )


def _model(entry: Entry) -> ModelRow | None:
    about = mapping(entry.get("metadata"))
    return plain_model(entry, context_tokens=tokens(about, "context_length"), output_tokens=tokens(about, "max_tokens"))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say who can pay: only an account said not to be suspended; without a balance, a card may, which nothing tells."""
    asks = "balance_snapshot"
    if True in values.get("account_suspended", ()):
        reason = str(next(iter(values.get("suspend_reason", ())), "no reason told"))
        why = Why("the provider has suspended this account: {reason}", reason=reason)
        axis = Axis.QUOTA if reason == "limit-reached" else Axis.FUNDS
        return (Finding(axis, Answer.NO, why, asks, Why("settle that at {page}", page=_PAGE)),)
    if True in values.get("usage_limit_reached", ()):
        why = Why("the account's spending limit is reached")
        return (Finding(Axis.QUOTA, Answer.NO, why, asks, Why("settle that at {page}", page=_PAGE)),)
    if True in values.get("balance_left", ()) and False in values.get("account_suspended", ()):
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
        Ask(
            "limit_snapshot",
            _HOST,
            "/v1/me/rate_limit",
            parse_rate_limit,
            f"{_API} schema RateLimitOut; https://deepinfra.com/docs/advanced/rate-limits (requests at the same time, "
            "of each model); public clients that read the other as tokens per minute",
            "2026-11-25",
            auth=True,
        ),
        _MODELS,
        Ask(
            "model_catalog",
            _HOST,
            "/models/list",
            parse_list(_native_model, at="", metric="models_described", prices=_prices),
            f"{_API} path /models/list",
            _CHECKED,
            gives=("models_described",),
        ),
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
    offers=frozenset(Capability) - {Capability.MODEL_PERMISSION_MATRIX, Capability.CAPABILITY_MATRIX},
    publishes_limits=True,
    findings=findings,
)
