"""Perplexity: the list needs a key; whose it is, what is left to spend and which limits hold is told to nobody."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, Provider, Region

from .model_lists import as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST = "api.perplexity.ai"

_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(),
    "PyPI perplexityai 0.46.1 generated/api.py ModelsResource, ModelListOutput",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

PERPLEXITY = Provider(
    id="perplexity",
    name="Perplexity",
    docs="https://docs.perplexity.ai/api-reference/gateway-models-get",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",  # the listed names are those of /v1/responses; /chat/completions has others
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"pplx-[A-Za-z0-9]{48}",
            "user",
            "gitleaks/gitleaks@b58d3f10 config/gitleaks.toml id=perplexity-api-key; betterleaks/betterleaks@6381fa45",
            _CHECKED,
            control="pplx-testkeyNotARealKey" + "x" * 30,
        ),
    ),
    asks=(_MODELS, as_sample(_MODELS)),
    outcomes=(
        # A page for people was seen too, and stays unknown: maruel/genai@66b63e62 providers/perplexity, bad_apiKey.
        Clause(
            Outcome.DENIED,
            "github.com/hex/llm-perplexity/issues/19 (the shape); README of a public stock screener (its client's log)",
            _CHECKED,
            401,
            "Invalid API key provided",
            fields=(("error.type", "invalid_api_key"), ("error.code", 401)),
        ),
    ),
    covered_models=("perplexity/sonar",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="perplexity",
)
