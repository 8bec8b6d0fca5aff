"""Mistral AI: the list proves the key; its one refusal does not tell a bad key from one whose quota is used up."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, Why
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Provider, Region

from .loose import flag, mapping, moment, text
from .model_lists import Entry, as_sample, each_model, parse_list, parse_one, plain_model, text_and

_CHECKED = "2026-11-23"
_HOST = "api.mistral.ai"
_RECORDED = "maruel/genai@66b63e62 providers/mistral/testdata/TestClient"
_SAME_FOR_BOTH = Why(
    "401 Unauthorized: Mistral answers this to a key that is not valid and to a good one whose quota is used up"
)


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry; `deprecation` is the day on which a model goes.

    "is deprecated and will be removed on": PyPI mistralai 3.7.0 client/_hooks/deprecation_warning.py.  codestral-2501,
    whose entry had 2025-11-30, was deprecated on 2025-11-06 and retired on that day
    (github.com/braintrustdata/braintrust-proxy/issues/1005).  Read 2026-11-25.
    """
    able, goes = mapping(entry.get("capabilities")), moment(text(entry.get("deprecation")))
    talks = flag(able.get("completion_chat"))
    return plain_model(
        entry,
        created_at=None,  # the moment of the answer, for every model
        input_modalities=text_and(image=flag(able.get("vision")), audio=flag(able.get("audio"))) if talks else None,
        tools=flag(able.get("function_calling")),
        deprecated=goes is not None if "deprecation" in entry else None,
        shutdown_at=goes,
    )


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(_model),
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

MISTRAL = Provider(
    id="mistral",
    name="Mistral AI",
    docs="https://docs.mistral.ai/api",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    # PyPI mistralai 3.7.0 client/sdkconfiguration.py, read 2026-11-23.
    hosts=(Region(_HOST), Region("api.eu.mistral.ai", "eu"), Region("api.us.mistral.ai", "us")),
    key_shapes=(
        KeyShape(
            r"[A-Za-z0-9]{32}",
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=mistral-api-key",
            _CHECKED,
            control="testkeyNotARealKey" + "x" * 14,
            shared=True,
        ),
    ),
    marks=(
        Mark(
            "mistral-correlation-id",
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            header="mistral-correlation-id",
        ),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1/models/{model_segment}",
            "PyPI mistralai 3.7.0 client/models_.py retrieve",
            parse_one(_model),
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        # Not "denied": a good key without quota was answered the same, byte for byte, and Mistral's help page sends
        # people whose key is answered 401 after a quota e-mail to its support (read as quoted in the issue).
        Clause(
            Outcome.UNEXPECTED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml; github.com/diegosouzapw/OmniRoute/issues/7638",
            _CHECKED,
            401,
            fields=(("detail", "Unauthorized"),),
            why=_SAME_FOR_BOTH,
        ),
    ),
    covered_models=("mistral-large-2512",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="mistral",
)
