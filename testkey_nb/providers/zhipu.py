"""Zhipu (Z.ai, BigModel): two separate platforms with the same API; the list proves the key, money is told nowhere."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, Provider, Region

from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST, _CHINA = "api.z.ai", "open.bigmodel.cn"
_CODES = "https://docs.z.ai/api-reference/api-code; https://docs.bigmodel.cn/cn/faq/api-code.md"


def _denied(code: str, source: str, words: str = "") -> Clause:
    """Return the clause of a business code, which is a text; one of these stands in every refusal of a key."""
    return Clause(Outcome.DENIED, source, _CHECKED, 401, words, fields=(("error.code", code), ("error.message", str)))


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/api/paas/v4/models",
    parse_list(),
    "charmbracelet/crush internal/config/config.go TestConnection",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

ZHIPU = Provider(
    id="zhipu",
    name="Zhipu AI (Z.ai)",
    docs="https://docs.z.ai/api-reference/api-code",
    checked=_CHECKED,
    api=f"https://{_HOST}/api/paas/v4",
    hosts=(
        Region(_HOST, "global", platform="https://z.ai/manage-apikey/apikey-list"),
        Region(_CHINA, "cn", platform="https://open.bigmodel.cn/usercenter/apikeys"),
    ),
    key_shapes=(
        KeyShape(
            r"[a-f0-9]{32}\.[A-Za-z0-9]{16}",
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=zai-api-key; "
            "praetorian-inc/titus@369d8dc4 pkg/rule/rules/zhipu.yml",
            _CHECKED,
            control="testkeyNotARealKey" + "x" * 14 + "." + "x" * 16,
        ),
    ),
    asks=(_MODELS, as_sample(_MODELS)),
    outcomes=(
        # A key of the other platform is refused so too: https://docs.z.ai/api-reference/api-code.
        _denied("401", "github.com/zhipuai/zhipuai-sdk-python/issues/25", "令牌已过期或验证不正确"),
        _denied("401", "github.com/continuedev/continue/issues/12724", "token expired or incorrect"),
        _denied("1002", "github.com/FoundationAgents/MetaGPT/issues/1373"),
        Clause(
            Outcome.NO_FUNDS,
            f"github.com/zai-org/GLM-5/issues/148; {_CODES}",
            _CHECKED,
            429,
            fields=(("error.code", "1113"),),
        ),
    ),
    covered_models=("glm-4.7",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="zai",  # the catalogue's `zhipuai`, of the other platform, is converted from yuan
)
