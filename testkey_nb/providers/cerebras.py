"""Cerebras: the list of a key proves it, the public one has prices; owner, money and limits are told nowhere.

The public list also has default limits per model.  They are left out: they are not those of the key that is asked.
"""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Bare, Clause, KeyShape, LimitRules, Provider, Region, Reply, Rows

from .loose import count, flag, mapping
from .model_lists import Entry, as_sample, parse_list, per_token, plain_model

_CHECKED = "2026-11-23"
_HOST = "api.cerebras.ai"
_PUBLIC = "/public/v1/models"
_RECORDED = "maruel/genai@66b63e62 providers/cerebras/testdata/TestClient"


def parse_public(reply: Reply) -> Rows | None:
    """Read the public list: facts and prices of models, USD per token there.

    Whether a key has a model is what its own list says: here nothing counts as listed.
    """
    found = parse_list(_model, prices=per_token(f"{_HOST}{_PUBLIC}"))(reply)
    return None if found is None else Rows(models=found.models, prices=found.prices)


def _model(entry: Entry) -> ModelRow | None:
    can, limits = mapping(entry.get("capabilities")), mapping(entry.get("limits"))
    return plain_model(
        entry,
        listed=None,
        context_tokens=count(limits.get("max_context_length")),
        tools=flag(can.get("tools")),
        structured_output=flag(can.get("structured_outputs")),
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
            parse_public,
            "PyPI cerebras_cloud_sdk 1.91.0 types/model_retrieve_response.py (PublicModel)",
            _CHECKED,
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
