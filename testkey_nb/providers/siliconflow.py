"""SiliconFlow: two separate platforms, in dollars and in yuan; the Chinese one no longer tells a balance."""

from collections.abc import Mapping

from testkey_nb.outcome import Answer, Axis, Capability, Outcome
from testkey_nb.rows import Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import mapping, text
from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST, _CHINA = "api.siliconflow.com", "api.siliconflow.cn"
# The answer names none: as public clients of both platforms show it (all but one), read 2026-11-26.
_CURRENCY = {_HOST: "USD", _CHINA: "CNY"}
_ANSWERED = 20000  # what `code` says where all is well
_INFO = "https://docs.siliconflow.cn/cn/api-reference/userinfo/get-user-info"
_PLATFORMS = "github.com/chatboxai/chatbox/issues/2573"
_SWITCHED_OFF = "https://docs.siliconflow.cn/docs/release-notes/overview, github.com/rikkahub/rikkahub/issues/1811"


def parse_info(reply: Reply) -> Rows | None:
    """Read `/v1/user/info`: what was given, what was paid in, and both together; who it belongs to is dropped."""
    body = mapping(reply.json)
    data = mapping(body.get("data"))
    named = {
        "balance_available": data.get("totalBalance"),
        "balance_granted": data.get("balance"),
        "balance_topped_up": data.get("chargeBalance"),
    }
    found = money.amounts(named, _CURRENCY.get(reply.host, ""))
    if body.get("code") != _ANSWERED or not any(metric.metric == "balance_available" for metric in found):
        return None
    state = text(data.get("status"))
    return Rows((*found, *([Metric("account_state", state)] if state else []), *money.as_of(reply)))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say that a balance above zero pays; one that is used up decides nothing.

    Vouchers are not in it: the console showed some where these fields had none
    (github.com/diegosouzapw/OmniRoute/pull/4992, read 2026-11-23).
    """
    if any(state != "normal" for state in values.get("account_state", ())):
        return ()  # what another state means for calls is in no source
    found = money.prepaid(values, "https://cloud.siliconflow.com")
    if not any(finding.answer is Answer.NO for finding in found):
        return found
    why = Why("the balance that was read is used up; vouchers of this provider are not in it")
    opens = Why("have a person look at balance and vouchers on the provider's page")
    return (Finding(Axis.FUNDS, Answer.UNKNOWN, why, "balance_snapshot", opens),)


def _denied(source: str, path: str, value: str | int) -> Clause:
    return Clause(Outcome.DENIED, source, _CHECKED, 401, fields=((path, value),))


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    "https://docs.siliconflow.com/en/api-reference/models/get-model-list",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

SILICONFLOW = Provider(
    id="siliconflow",
    name="SiliconFlow",
    docs="https://docs.siliconflow.com/en/api-reference",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(
        Region(_HOST, "global", platform="https://cloud.siliconflow.com/account/ak"),
        Region(_CHINA, "cn", platform="https://cloud.siliconflow.cn/account/ak"),
    ),
    key_shapes=(
        KeyShape(
            r"sk-(?!.{20}T3BlbkFJ)[A-Za-z0-9]{48}",  # OpenAI's had that length
            "user",
            "github.com/idootop/mi-gpt/issues/264 (48 characters after sk-; a redacted key)",
            _CHECKED,
            control="sk-testkeyNotARealKey" + "x" * 30,
            shared=True,
        ),
    ),
    asks=(
        _MODELS,
        as_sample(_MODELS),
        Ask(
            "balance_snapshot",
            _HOST,
            "/v1/user/info",
            parse_info,
            _INFO,
            _CHECKED,
            gives=("balance_available", "balance_granted", "balance_topped_up", "account_state", "balance_as_of"),
            outcomes=(
                Clause(
                    Outcome.NOT_OFFERED,
                    _SWITCHED_OFF,
                    _CHECKED,
                    410,
                    fields=(("code", 20092),),
                    why=Why("this platform has switched its balance question off"),
                ),
            ),
            auth=True,
        ),
    ),
    outcomes=(
        # The same words for a key of the other platform: the vendor's own page does not list these bodies.
        _denied(_PLATFORMS, "", "Api key is invalid"),
        _denied(_PLATFORMS, "", "Invalid token"),
        _denied("answers of api.siliconflow.cn/v1/models as its users quote them in 2026", "code", 30014),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/FoundationAgents/OpenManus/issues/438",
            _CHECKED,
            403,
            fields=(("code", 30011),),
        ),
    ),
    # https://raw.githubusercontent.com/juspay/neurolink/master/docs/getting-started/providers/siliconflow.md
    covered_models=("deepseek-ai/DeepSeek-V4-Pro",),
    offers=frozenset(Capability)
    - {Capability.KEY_IDENTITY, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX, Capability.PRICE_BOOK},
    findings=findings,
)
