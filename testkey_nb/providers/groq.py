"""Groq: the list proves the key and has prices; limits and money are told on generation or not at all."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Clause, KeyShape, LimitRules, Mark, Provider, Region

from .loose import amount, flag, mapping, texts
from .model_lists import Entry, as_sample, joined, parse_list, plain_model

_CHECKED = "2026-11-23"
_HOST = "api.groq.com"
_RECORDED = "maruel/genai@66b63e62 providers/groq/testdata/TestClient"


def _model(entry: Entry) -> ModelRow | None:
    able = texts(entry.get("supported_features"))
    return plain_model(
        entry,
        # A model that is listed but not active cannot be called.
        listed=flag(entry.get("active")) is not False,
        input_modalities=joined(entry.get("input_modalities")),
        output_modalities=joined(entry.get("output_modalities")),
        tools="tools" in able if able else None,
        structured_output="structured_outputs" in able if able else None,
    )


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read prices: USD per token, as texts.

    openai/gpt-oss-20b, recorded as 0.000000075 and 0.0000003, costs 0.075 and 0.30 USD per million tokens
    (genai-prices 0.2.3).  A speech model's `prompt` is per character and has no `completion`: it is left out.
    """
    pricing = mapping(entry.get("pricing"))
    inputs, outputs = amount(pricing.get("prompt")), amount(pricing.get("completion"))
    if inputs is not None and outputs is not None and min(inputs, outputs) >= 0:
        source = f"{_HOST}/openai/v1/models"
        yield PriceRow(model, "", "", source, round(inputs * 1e6, 9), round(outputs * 1e6, 9), None, None)


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
    asks=(_MODELS, as_sample(_MODELS)),
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
