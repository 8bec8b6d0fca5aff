"""One API and New API: resold quota, told to a key in the words of OpenAI's old billing pages.

New API is a fork and shows much of what One API shows, so what both show names neither.  Copies of their sources under
these repository names hold forks' files, too; what is used here stands in several of them.
"""

import re
from collections.abc import Mapping

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.providers import money
from testkey_nb.providers.loose import amount, flag, mapping, moment, number, text
from testkey_nb.providers.model_lists import as_sample
from testkey_nb.rows import Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Mark, Metric, Provider, Reply, Rows

from .seen import CHECKED, LISTS, created, error, every, fields_of, model_list

_ONE = "songquanpeng/one-api@"
_NEW = "QuantumNous/new-api@"
_STAMP = 1626777600
_STAMP_TEXT = "2021-07-20T10:40:00Z"  # the same second, as New API writes it for Anthropic's clients
_REQUEST_ID = re.compile(r"\(request id: \d{14}\w*\)\s*\Z", re.ASCII)
_UNLIMITED = 100_000_000  # what GetSubscription says of a key without a limit
RELAY_UNIT = "relay unit"
_DISABLED = "songquanpeng/one-api model/token.go ValidateUserToken (stored copies, read 2026-11-26)"
_ONE_ANSWER = f"{_NEW}040b46a0 middleware/auth.go TokenAuth, {_NEW}0067bd93 model/token.go (read 2026-11-26)"
_SAME_FOR_ALL = Why(
    "401 Invalid token: New API answers this to a key that is not valid and to a good one whose quota is used up"
)
_TOP_UP = Why("have whoever runs the relay raise this key's quota")


def _request_id(reply: Reply) -> str:
    """Look for the suffix that is put behind every error's message, also behind those of the provider behind it."""
    said = text(mapping(mapping(reply.json).get("error")).get("message")) or ""
    return "(request id: …)" if _REQUEST_ID.search(said) else ""


def _own_list(reply: Reply) -> str:
    """Look for New API's list: `success` beside `data`, and the kinds of endpoint that each model has."""
    told = mapping(reply.json).get("success") is True
    own = told and every(reply, lambda model: "supported_endpoint_types" in model)
    return "success, supported_endpoint_types" if own else ""


def _anthropic_list(reply: Reply) -> str:
    """Look for New API's list for Anthropic's clients: every model of one second, its name its id."""

    def made_up(one: Mapping[str, object]) -> bool:
        named = bool(text(one.get("id"))) and one.get("display_name") == one.get("id")
        return named and one.get("created_at") == _STAMP_TEXT

    return f"created_at {_STAMP_TEXT}, display_name = id" if every(reply, made_up) else ""


def _status_of_one_api(reply: Reply) -> str:
    forked = fields_of("self_use_mode_enabled", at="data")(reply)
    return "" if forked else fields_of("quota_per_unit", "lark_client_id", "chat_link", at="data")(reply)


_FAMILY = (
    Mark("x-oneapi-request-id", f"{_ONE}1264ddce common/helper/key.go", CHECKED, header="x-oneapi-request-id"),
    Mark("request id in errors", f"{_ONE}1264ddce middleware/utils.go", CHECKED, body=_request_id),
    Mark("model creation time", f"{_NEW}053f9ded controller/model.go", CHECKED, body=created(_STAMP)),
)


def parse_subscription(reply: Reply) -> Rows | None:
    """Read the billing subscription: what a key may spend in all, in the unit that the site shows amounts in.

    `hard_limit_usd` is dollars, yuan or quota points, as the operator chose (`/api/status`), so the unit is told beside
    it and not guessed.  A key without a limit has 100000000.
    """
    body = mapping(reply.json)
    limit = amount(body.get("hard_limit_usd"))
    if limit is None or body.get("object") != "billing_subscription":
        return None
    unlimited = limit == _UNLIMITED
    found = [Metric("key_unlimited", unlimited, "boolean")]
    found += [] if unlimited else [Metric("key_limit", limit, RELAY_UNIT)]
    if ends := moment(number(body.get("access_until")) or None):
        found.append(Metric("expires_at", ends.isoformat(timespec="seconds"), "UTC"))
    return Rows((*found, *money.as_of(reply)))


def parse_usage(reply: Reply) -> Rows | None:
    """Read the billing usage: hundredths of the unit of `parse_subscription`, since the key was made."""
    used = amount(mapping(reply.json).get("total_usage"), places=-2)
    return None if used is None else Rows((Metric("usage_total", used, RELAY_UNIT),))


def parse_status(reply: Reply) -> Rows | None:
    """Read what the site says of itself to anybody: its version, and which unit its amounts are shown in."""
    data = mapping(mapping(reply.json).get("data"))
    shown, currency = flag(data.get("display_in_currency")), text(data.get("quota_display_type"))
    unit = currency or {True: "USD", False: "quota points"}.get(shown)  # type: ignore[arg-type]
    version = text(data.get("version"))
    if "quota_per_unit" not in data or not (unit or version):
        return None
    named = {"relay_version": version, "relay_unit": unit}
    return Rows(tuple(Metric(name, value) for name, value in named.items() if value))


def quota_findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say whether the key has quota left: limit and usage are in one unit, whichever it is."""
    asks = "balance_snapshot, usage_snapshot"
    if True in values.get("key_unlimited", ()):
        return (Finding(Axis.QUOTA, Answer.YES, Why("the relay sets this key no quota"), asks),)
    limit, used = money.spent(values, "key_limit"), money.spent(values, "usage_total")
    if limit is None or used is None:
        return ()
    if limit > used:
        why = Why("the quota that the relay gives this key is not used up")
        return (Finding(Axis.QUOTA, Answer.YES, why, asks),)
    why = Why("the quota that the relay gives this key is used up")
    return tuple(Finding(axis, Answer.NO, why, asks, _TOP_UP) for axis in (Axis.FUNDS, Axis.QUOTA))


def _asks(repository: str) -> tuple[Ask, ...]:
    models, billing = model_list(f"{repository} controller/model.go"), f"{repository} controller/billing.go"
    pages = "/v1/dashboard/billing/"
    return (
        models,
        as_sample(models),
        Ask("balance_snapshot", "", f"{pages}subscription", parse_subscription, billing, CHECKED, auth=True,
            gives=("key_unlimited", "key_limit", "expires_at", "balance_as_of")),
        Ask("usage_snapshot", "", f"{pages}usage", parse_usage, billing, CHECKED, auth=True, gives=("usage_total",)),
        Ask("status_page", "", "/api/status", parse_status, f"{repository} controller/misc.go", CHECKED,
            gives=("relay_version", "relay_unit")),
    )  # fmt: skip


def _clauses(kind: str, outcome: Outcome, said: Mapping[str, str], why: Why = Why("")) -> tuple[Clause, ...]:  # noqa: B008 - immutable
    """Return the clauses of refusals with these words, each with its source."""
    fields = (("error.type", kind),)
    return tuple(Clause(outcome, source, CHECKED, 401, words, fields, why) for words, source in said.items())


def _relay(id_: str, name: str, repository: str, *marks: Mark, outcomes: tuple[Clause, ...]) -> Provider:
    return Provider(
        id_,
        name,
        f"https://github.com/{repository.partition('@')[0]}",
        CHECKED,
        kind="relay",
        key_shapes=(
            KeyShape(
                r"sk-(?!.{20}T3BlbkFJ)[A-Za-z0-9]{48}",  # OpenAI's had that length
                "user",
                f"{_ONE}0fb6b21f common/random/main.go GenerateKey",
                CHECKED,
                control="sk-testkeyNotARealKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                shared=True,
            ),
        ),
        marks=(*_FAMILY, *marks),
        asks=_asks(repository),
        outcomes=outcomes,
        offers=LISTS | {Capability.BALANCE_AND_QUOTA},
        findings=quota_findings,
    )


ONE_API = _relay(
    "one_api",
    "One API",
    f"{_ONE}0fb6b21f",
    Mark("error body", f"{_ONE}1264ddce middleware/utils.go", CHECKED, body=error(type="one_api_error")),
    Mark(
        "status", f"{_ONE}0fb6b21f controller/misc.go GetStatus", CHECKED, path="/api/status", body=_status_of_one_api
    ),
    outcomes=(
        *_clauses("one_api_error", Outcome.NO_FUNDS, {"令牌额度已用尽": f"{_ONE}8df4a267 model/token.go"}),
        *_clauses(
            "one_api_error",
            Outcome.DENIED,
            {
                "无效的令牌": "https://github.com/songquanpeng/one-api/issues/1692",
                "令牌已过期": f"{_ONE}8df4a267 model/token.go",
                "令牌状态不可用": _DISABLED,
            },
        ),
    ),
)
NEW_API = _relay(
    "new_api",
    "New API",
    f"{_NEW}002f9122",
    Mark("x-new-api-version", f"{_NEW}3e92b6bb middleware", CHECKED, header="x-new-api-version"),
    Mark("error body", f"{_NEW}3e92b6bb middleware/utils.go", CHECKED, body=error(type="new_api_error")),
    Mark("model list", f"{_NEW}053f9ded controller/model.go ListModels", CHECKED, body=_own_list),
    Mark("model list for Anthropic's clients", f"{_NEW}053f9ded controller/model.go", CHECKED, body=_anthropic_list),
    Mark(
        "status",
        f"{_NEW}002f9122 controller/misc.go GetStatus",
        CHECKED,
        path="/api/status",
        body=fields_of("quota_per_unit", at="data", flags=("self_use_mode_enabled",)),
    ),
    outcomes=(
        *_clauses(
            "new_api_error",
            Outcome.NO_FUNDS,
            {
                "令牌额度已用尽": "QuantumNous/new-api model/token.go ValidateUserToken",
                "This token quota is exhausted": f"{_NEW}002f9122 i18n/locales/en.yaml token.exhausted",
            },
        ),
        *_clauses(
            "new_api_error",
            Outcome.DENIED,
            {
                "This token has expired": f"{_NEW}002f9122 i18n/locales/en.yaml token.expired",
                "令牌状态不可用": _DISABLED,
                "This token status is unavailable": f"{_NEW}040b46a0 middleware/auth.go token.status_unavailable",
            },
        ),
        # Not "denied": newer versions answer the same to a key that is unknown, expired or disabled and to a good one
        # without quota, and nothing tells the versions apart.
        *_clauses(
            "new_api_error",
            Outcome.UNEXPECTED,
            {
                "无效的令牌": f"https://github.com/QuantumNous/new-api/issues/6929; {_ONE_ANSWER}",
                "Invalid token": f"{_NEW}002f9122 i18n/locales/en.yaml token.invalid; {_ONE_ANSWER}",
            },
            _SAME_FOR_ALL,
        ),
        Clause(
            Outcome.REGION_BLOCKED,
            f"{_NEW}040b46a0 middleware/auth.go TokenAuth",
            "2026-11-26",
            403,
            "您的 IP 不在令牌允许访问的列表中",
            fields=(("error.type", "new_api_error"),),
            why=Why("the account only lets listed IP addresses in, and this one is not listed"),
        ),
    ),
)
