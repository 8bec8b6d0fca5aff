"""NVIDIA NIM (build.nvidia.com): the model list is anybody's; the list of the key's own cloud functions proves the key.

The list names models that an account may not be served, so it says nothing of what a key may call.
"""

from testkey_nb.outcome import Capability
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, KeyShape, Provider, Region, Reply, Rows

from .loose import mapping
from .model_lists import Entry, as_sample, parse_list, plain_model

_CHECKED = "2026-11-23"
_HOST, _FUNCTIONS = "integrate.api.nvidia.com", "api.nvcf.nvidia.com"
_PLAN = "lidge-jun/opencodex@6ae83b1f devlog/_fin/260715_issue126_nim_kimi/000_plan.md"


def parse_functions(reply: Reply) -> Rows | None:
    """Read `/v2/nvcf/functions`: that it is a list proves the key, and what is in it is dropped."""
    return Rows() if isinstance(mapping(reply.json).get("functions"), list) else None


def _model(entry: Entry) -> ModelRow | None:
    return plain_model(entry, created_at=None)  # the same second of 1993 for every model


_MODELS = Ask("model_catalog", _HOST, "/v1/models", parse_list(_model), _PLAN, _CHECKED, gives=("models_listed",))

NVIDIA = Provider(
    id="nvidia",
    name="NVIDIA NIM",
    docs="https://docs.nvidia.com/cloud-functions/user-guide/latest/cloud-function/api.html",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST), Region(_FUNCTIONS, serves="cloud functions")),
    key_shapes=(
        KeyShape(
            r"nvapi-[A-Za-z0-9_-]{60,70}",
            "user",
            "trufflesecurity/trufflehog@2bb3c1bc pkg/detectors/nvapi/nvapi_test.go; "
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=nvidia-api-key",
            _CHECKED,
            control="nvapi-testkeyNotARealKey" + "x" * 46,
        ),
    ),
    asks=(
        _MODELS,
        as_sample(_MODELS),
        # No clause says what a refusal means: a good key without the right to list functions is refused too
        # (https://docs.api.nvidia.com/cloud-functions/reference, read 2026-11-23).
        Ask(
            "current_key",
            _FUNCTIONS,
            "/v2/nvcf/functions?visibility=private",
            parse_functions,
            "https://docs.nvidia.com/cloud-functions/user-guide/latest/cloud-function/function-permissions.html; "
            "mongodb/kingfisher crates/kingfisher-rules/data/rules/nvidia.yml",
            _CHECKED,
            gives=("key_valid",),
            auth=True,
            proves_key=True,
        ),
    ),
    covered_models=("openai/gpt-oss-120b",),
    offers=frozenset(
        {
            Capability.PROVIDER_IDENTITY,
            Capability.REGION_AND_ROUTE,
            Capability.CONTINUOUS_MONITORING,
            Capability.OPERATIONAL_ACTIONS,
        }
    ),
)
