"""Moonshot AI (Kimi): two separate platforms, one billed in dollars and one in yuan; prepaid."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Clause, KeyShape, Provider, Region, Reply, Rows

from . import money
from .loose import flag, mapping
from .model_lists import Entry, as_sample, parse_list, plain_model, text_and

_CHECKED = "2026-11-23"
_HOST, _CHINA = "api.moonshot.ai", "api.moonshot.cn"
_CURRENCY = {_HOST: "USD", _CHINA: "CNY"}  # steipete/CodexBar@27c7f334 docs/moonshot.md
_PAY = "https://platform.moonshot.ai/console/pay, https://platform.moonshot.cn/console/pay"  # each has its own keys
_ERRORS = "https://platform.kimi.com/docs/api/errors"


def parse_balance(reply: Reply) -> Rows | None:
    """Read `/v1/users/me/balance`; the currency is that of the platform that was asked, and cash can be below zero."""
    body = mapping(reply.json)
    data = mapping(body.get("data"))
    if body.get("status") is not True or body.get("code") != 0:
        return None
    named = {
        "balance_available": data.get("available_balance"),
        "balance_voucher": data.get("voucher_balance"),
        "balance_cash": data.get("cash_balance"),
    }
    found = money.amounts(named, _CURRENCY.get(reply.host, ""))
    if not any(metric.metric == "balance_available" for metric in found):
        return None
    return Rows((*found, *money.as_of(reply)))


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry: anomalyco/models.dev@a5ccfe6b packages/core/src/sync/providers/moonshotai.ts, read 2026-11-25."""
    reads = text_and(image=flag(entry.get("supports_image_in")), video=flag(entry.get("supports_video_in")))
    return plain_model(entry, input_modalities=reads)


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(_model),
    "https://platform.moonshot.ai/docs/api/list-models",
    _CHECKED,
    gives=("models_listed",),
    auth=True,
)

MOONSHOT = Provider(
    id="moonshot",
    name="Moonshot AI",
    docs="https://platform.moonshot.ai/docs",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(
        Region(_HOST, "global", platform="https://platform.moonshot.ai/console/api-keys"),
        Region(_CHINA, "cn", platform="https://platform.moonshot.cn/console/api-keys"),
    ),
    key_shapes=(
        KeyShape(
            r"sk-(?!kimi-|.{20}T3BlbkFJ)[A-Za-z0-9_-]{48}",  # neither of the subscription nor OpenAI's
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=kimi-api-key",
            _CHECKED,
            control="sk-testkeyNotARealKey" + "x" * 30,
            shared=True,
        ),
    ),
    asks=(
        Ask(
            "balance_snapshot",
            _HOST,
            "/v1/users/me/balance",
            parse_balance,
            "https://platform.moonshot.cn/docs/api/balance",
            _CHECKED,
            gives=("key_valid", "balance_available", "balance_voucher", "balance_cash", "balance_as_of"),
            auth=True,
            proves_key=True,
        ),
        _MODELS,
        as_sample(_MODELS),
    ),
    outcomes=(
        Clause(Outcome.DENIED, _ERRORS, _CHECKED, 401, fields=(("error.type", "invalid_authentication_error"),)),
        Clause(
            Outcome.DENIED,
            "github.com/MoonshotAI/Kimi-K2/issues/5",
            _CHECKED,
            401,
            fields=(("error.type", "incorrect_api_key_error"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/MoonshotAI/Kimi-K2/issues/109",
            _CHECKED,
            429,
            fields=(("error.type", "exceeded_current_quota_error"),),
        ),
        Clause(Outcome.NO_FUNDS, _ERRORS, _CHECKED, 403, fields=(("error.type", "exceeded_current_quota_error"),)),
    ),
    # kimi-k2-0905-preview ended on 2026-05-25, kimi-k2.5 on 2026-08-31: https://platform.kimi.ai/docs/models (quoted in
    # github.com/anomalyco/models.dev/pull/6101); the list since: github.com/diillson/chatcli/issues/1344; read
    # 2026-11-26.
    covered_models=("kimi-k3",),
    offers=frozenset(Capability) - {Capability.KEY_IDENTITY, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=lambda values: money.prepaid(values, _PAY),
    catalogue="moonshotai",
)
