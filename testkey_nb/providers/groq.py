"""Groq: the list proves the key and has prices; limits and money are told on generation or not at all."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Clause, KeyShape, LimitRules, Mark, Provider, Region

from .loose import flag
from .model_lists import (
    Entry,
    among,
    as_sample,
    each_model,
    no_such_model,
    parse_list,
    parse_one,
    per_token,
    plain_model,
)

_CHECKED = "2026-11-23"
_HOST = "api.groq.com"
_RECORDED = "maruel/genai@66b63e62 providers/groq/testdata/TestClient"


def _model(entry: Entry) -> ModelRow | None:
    able = entry.get("supported_features")
    return plain_model(
        entry,
        # A model that is listed but not active cannot be called.
        listed=flag(entry.get("active")) is not False,
        tools=among(able, "tools"),
        structured_output=among(able, "structured_outputs"),
    )


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read prices: USD per token, as texts.

    openai/gpt-oss-20b, recorded as 0.000000075 and 0.0000003, costs 0.075 and 0.30 USD per million tokens
    (genai-prices 0.2.3).  A speech model's `prompt` is per character and has no `completion`: it is left out.
    """
    yield from (row for row in _per_token(model, entry) if None not in {row.input_per_mtok, row.output_per_mtok})


_per_token = per_token(f"{_HOST}/openai/v1/models")

_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/openai/v1/models",
    parse_list(_model, prices=_prices),
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

GROQ = Provider(
    id="groq",
    name="Groq",
    docs="https://console.groq.com/docs/api-reference",
    checked=_CHECKED,
    api=f"https://{_HOST}/openai/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"gsk_[A-Za-z0-9]{52}",
            "user",
            "trufflesecurity/trufflehog@3ab759fe pkg/detectors/groq/groq.go",
            _CHECKED,
            control="gsk_testkeyNotARealKey" + "x" * 34,
        ),
    ),
    marks=(Mark("x-groq-region", f"{_RECORDED}/Warmup.yaml", _CHECKED, header="x-groq-region"),),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/openai/v1/models/{model_segment}",
            "PyPI groq 1.7.0 resources/models.py retrieve, _utils/_path.py",
            parse_one(_model),
            (no_such_model(f"{_RECORDED}/errors/bad_model/GenSync.yaml", ("error.code", "model_not_found")),),
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            401,
            "Invalid API Key",
            fields=(("error.code", "invalid_api_key"),),
        ),
        # The organisation is barred; of the key it says nothing.
        Clause(
            Outcome.FORBIDDEN,
            "github.com/NVIDIA-NeMo/Guardrails/issues/563; github.com/crewAIInc/crewAI/issues/783",
            _CHECKED,
            400,
            "Organization has been restricted",
            fields=(("error.code", "organization_restricted"),),
        ),
    ),
    limit_rules=LimitRules(
        "https://console.groq.com/docs/rate-limits (requests per day, tokens per minute)",
        "2026-11-25",
        windows={"requests": 86400, "tokens": 60},
    ),
    covered_models=("openai/gpt-oss-20b",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="groq",
)
