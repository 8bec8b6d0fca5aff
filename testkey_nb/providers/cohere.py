"""Cohere: the list proves the key; its own check of a key is a POST and is not asked."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Clause, KeyShape, LimitRules, Mark, Provider, Region, Reply

from .loose import flag, items, mapping, text
from .model_lists import Entry, among, as_sample, each_model, no_such_model, parse_list, parse_one, text_and, tokens

_CHECKED = "2026-11-23"
_HOST, _COMPATIBLE = "api.cohere.com", "api.cohere.ai"
_RECORDED = "maruel/genai@66b63e62 providers/cohere/testdata/TestClient"
_ERRORS = "https://docs.cohere.com/reference/errors"


def _model(entry: Entry) -> ModelRow | None:
    if not (name := text(entry.get("name"))):
        return None
    able, talks = entry.get("features"), among(entry.get("endpoints"), "chat")
    return ModelRow(
        name,
        "",
        listed=True,
        context_tokens=tokens(entry, "context_length"),
        input_modalities=text_and(image=among(able, "vision")) if talks else None,
        tools=among(able, "tools"),
        structured_output=among(able, "json_schema"),
        deprecated=flag(entry.get("is_deprecated")),  # a flag without a date
    )


def _own_tokenizer(reply: Reply) -> str:
    urls = [text(mapping(entry).get("tokenizer_url")) or "" for entry in items(mapping(reply.json).get("models"))]
    return next((url for url in urls if url.startswith("https://storage.googleapis.com/cohere-public/")), "")


def _says(outcome: Outcome, status: int, words: str, source: str = _ERRORS) -> Clause:
    return Clause(outcome, source, _CHECKED, status, words, fields=(("message", str),))


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models?page_size=1000",
    parse_list(_model, at="models"),
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

COHERE = Provider(
    id="cohere",
    name="Cohere",
    docs="https://docs.cohere.com/reference/list-models",
    checked=_CHECKED,
    api=f"https://{_COMPATIBLE}/compatibility/v1",
    hosts=(Region(_HOST), Region(_COMPATIBLE, serves="compatibility")),
    key_shapes=(
        KeyShape(
            r"[A-Za-z0-9]{40}",
            "user",
            "gitleaks/gitleaks@b58d3f10 config/gitleaks.toml id=cohere-api-token",
            _CHECKED,
            control="testkeyNotARealKey" + "x" * 22,
            shared=True,
        ),
    ),
    marks=(
        Mark("tokenizer", f"{_RECORDED}/Warmup.yaml", _CHECKED, body=_own_tokenizer),
        # Others name a header so too.
        Mark("x-debug-trace-id", f"{_RECORDED}/Warmup.yaml", _CHECKED, header="x-debug-trace-id", weak=True),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1/models/{model_segment}",
            "PyPI cohere 7.3.1 models/raw_client.py get, types/get_model_response.py",
            parse_one(_model, lambda entry: isinstance(entry.get("endpoints"), list)),
            (
                no_such_model(
                    f"{_RECORDED}/errors/bad_model/GenSync.yaml",
                    ("message", str),
                    words="not found, make sure the correct model ID was used",
                ),
            ),
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        _says(Outcome.DENIED, 401, "invalid api token", f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml"),
        _says(Outcome.DENIED, 401, "Your API key has expired"),
        _says(Outcome.NO_FUNDS, 402, "add or update your payment method"),
        _says(Outcome.NO_FUNDS, 402, "Maximum billing reached for this API key"),
    ),
    limit_rules=LimitRules(
        "https://docs.cohere.com/docs/rate-limits (by endpoint, per minute)",
        "2026-11-25",
        windows={"trial-endpoint-call": 60},
    ),
    covered_models=("command-a-03-2025",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="cohere",
)
