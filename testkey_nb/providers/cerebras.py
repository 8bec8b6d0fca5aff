"""Cerebras: the list of a key proves it, the public one has prices; owner, money and limits are told nowhere.

The public list also has default limits per model.  They are left out: they are not those of the key that is asked.
"""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Bare, Clause, KeyShape, LimitRules, Provider, Region

from .loose import flag, mapping
from .model_lists import (
    Entry,
    as_sample,
    each_model,
    no_such_model,
    parse_list,
    parse_one,
    per_token,
    plain_model,
    text_and,
    tokens,
)

_CHECKED = "2026-11-23"
_HOST = "api.cerebras.ai"
_PUBLIC = "/public/v1/models"
_RECORDED = "maruel/genai@66b63e62 providers/cerebras/testdata/TestClient"


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry of the public list; whether a key has the model is what its own list says."""
    can, limits = mapping(entry.get("capabilities")), mapping(entry.get("limits"))
    return plain_model(
        entry,
        listed=None,
        context_tokens=tokens(limits, "max_context_length"),
        output_tokens=tokens(limits, "max_completion_tokens"),
        input_modalities=text_and(image=flag(can.get("vision"))),
        tools=flag(can.get("tools")),
        structured_output=flag(can.get("structured_outputs")),
        deprecated=flag(entry.get("deprecated")),
    )


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

CEREBRAS = Provider(
    id="cerebras",
    name="Cerebras",
    docs="https://inference-docs.cerebras.ai/support/error",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"csk-[a-z0-9]{48}",
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=cerebras-api-key",
            _CHECKED,
            control="csk-testkeynotarealkey" + "x" * 30,
        ),
    ),
    asks=(
        _MODELS,
        Ask(
            "model_catalog",
            _HOST,
            _PUBLIC,
            parse_list(_model, metric="models_public", prices=per_token(f"{_HOST}{_PUBLIC}")),
            "PyPI cerebras_cloud_sdk 1.91.0 types/model_retrieve_response.py (PublicModel)",
            _CHECKED,
            gives=("models_public",),
        ),
        each_model(
            _MODELS,
            "/v1/models/{model_segment}",
            "PyPI cerebras_cloud_sdk 1.91.0 resources/models.py retrieve",
            parse_one(),
            (no_such_model(f"{_RECORDED}/errors/bad_model/GenSync.yaml", ("code", "model_not_found")),),
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            401,
            "Wrong API Key",
            fields=(("code", "wrong_api_key"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/nminaya/grammar-nazi-bot/issues/967",
            _CHECKED,
            402,
            "Payment required to access this resource",
            fields=(("code", "payment_required"),),
        ),
    ),
    limit_rules=LimitRules(
        "https://inference-docs.cerebras.ai/support/rate-limits (resets in seconds)", "2026-11-25", resets=Bare.SECONDS
    ),
    covered_models=("gpt-oss-120b",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="cerebras",
)
