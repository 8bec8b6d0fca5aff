"""Alibaba Cloud Model Studio (DashScope): a key belongs to one region and one billing plan; its list proves it."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import Why
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Provider, Region

from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST = "dashscope-intl.aliyuncs.com"
_RECORDED = "maruel/genai@66b63e62 providers/alibaba/testdata"
_BASES = "https://www.alibabacloud.com/help/en/model-studio/base-url"
_CONSOLE = "https://modelstudio.console.alibabacloud.com"
_ELSEWHERE = Why("Incorrect API key provided: a key of another region or billing plan is refused in the same words")


# "Pair it with an API Key from the same billing plan — a mismatch returns a 401 error": `_BASES` as of 2026-10-11, read
# 2026-11-26; a good key that was refused here so: github.com/agentscope-ai/agentscope/issues/1305.
_PLANS = (
    "coding-intl.dashscope.aliyuncs.com, coding.dashscope.aliyuncs.com, "
    "token-plan.ap-southeast-1.maas.aliyuncs.com, token-plan.cn-beijing.maas.aliyuncs.com"
)


def _shape(pattern: str, kind: str, source: str, control: str, *, shared: bool = False) -> KeyShape:
    return KeyShape(pattern, kind, source, _CHECKED, control, shared)


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/compatible-mode/v1/models",
    parse_list(),
    f"{_RECORDED}/TestClient/Intl/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

DASHSCOPE = Provider(
    id="dashscope",
    name="Alibaba Cloud Model Studio",
    docs=_BASES,
    checked=_CHECKED,
    api=f"https://{_HOST}/compatible-mode/v1",
    # "API Keys are independent across regions": `_BASES`.  The hosts of single workspaces are on no list.
    hosts=(
        Region(_HOST, "global", platform=f"{_CONSOLE}/ap-southeast-1"),
        Region("dashscope.aliyuncs.com", "cn", platform="https://bailian.console.aliyun.com"),
        Region("dashscope-us.aliyuncs.com", "us", platform=f"{_CONSOLE}/us-east-1"),
        Region("cn-hongkong.dashscope.aliyuncs.com", "hk", platform=f"{_CONSOLE}/cn-hongkong"),
    ),
    key_shapes=(
        _shape(
            r"sk-[a-f0-9]{32}",
            "user",
            "github.com/amidabuddha/console-chat-gpt/issues/26 (sk- and 32 characters; a redacted key)",
            "sk-testkeyNotARealKey" + "x" * 14,
            shared=True,
        ),
        _shape(
            r"sk-ws-[A-Za-z0-9._-]{40,200}",
            "user",
            "github.com/LearningCircuit/local-deep-research/issues/6619",
            "sk-ws-testkeyNotARealKey" + "x" * 30,
        ),
        KeyShape(
            r"sk-sp-[A-Za-z0-9._-]{20,200}",
            "subscription",
            "github.com/LearningCircuit/local-deep-research/issues/6619",
            _CHECKED,
            control="sk-sp-testkeyNotARealKey" + "x" * 14,
            good_at=_PLANS,
        ),
    ),
    marks=(
        # Other services behind the vendor's gateway may send it too.
        Mark(
            "req-arrive-time",
            f"{_RECORDED}/TestClient/Intl/Warmup.yaml",
            _CHECKED,
            header="req-arrive-time",
            weak=True,
        ),
    ),
    asks=(_MODELS, as_sample(_MODELS)),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey; {_BASES}",
            _CHECKED,
            401,
            "Incorrect API key provided",
            fields=(("error.code", "invalid_api_key"), ("request_id", str)),
            why=_ELSEWHERE,
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/hsliuping/TradingAgents-CN/issues/170; "
            "https://help.aliyun.com/en/model-studio/error-code-start",
            _CHECKED,
            400,
            fields=(("error.code", "Arrearage"),),
        ),
    ),
    covered_models=("qwen-plus",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
        Capability.PRICE_BOOK,
    },
)
