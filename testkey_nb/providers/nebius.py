"""Nebius Token Factory: the list proves the key and has prices; whose key it is and what is left is told nowhere."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Clause, KeyShape, Provider, Region

from .loose import mapping, text
from .model_lists import Entry, among, as_sample, joined, parse_list, per_token, plain_model, tokens

_CHECKED = "2026-11-23"
_HOST = "api.tokenfactory.nebius.com"
_FIELDS = "anomalyco/models.dev@1bf6d241 packages/core/src/sync/providers/nebius.ts"
_UNKNOWN_CONTEXT = 8000
_REFUSED = "Couldn't authenticate. Reason: Unable authenticate"


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry; modalities stand in one word, ``text+image->text``, and a list of features may be missing.

    A context of 8000 stands for not known: "exactly this value for models it can't (or won't) report real context for"
    (anomalyco/models.dev@073603d7 packages/core/src/sync/providers/nebius.ts, read 2026-11-25).
    """
    inputs, arrow, outputs = (text(mapping(entry.get("architecture")).get("modality")) or "").partition("->")
    context = tokens(entry, "context_length")
    return plain_model(
        entry,
        context_tokens=None if context == _UNKNOWN_CONTEXT else context,
        input_modalities=_words(inputs) if arrow else None,
        output_modalities=_words(outputs) if arrow else None,
        tools=among(entry.get("supported_features"), "tools"),
        structured_output=among(entry.get("supported_features"), "structured_outputs"),
    )


def _words(modalities: str) -> str | None:
    return joined([word.strip() for word in modalities.split("+")])


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models?verbose=true",
    parse_list(_model, prices=per_token(f"{_HOST}/v1/models?verbose=true")),
    f"https://docs.tokenfactory.nebius.com/api-reference/models/list-models; {_FIELDS}",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

NEBIUS = Provider(
    id="nebius",
    name="Nebius Token Factory",
    docs="https://docs.tokenfactory.nebius.com/api-reference/introduction",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST), Region("api.tokenfactory.us-central1.nebius.com", "us-central1")),
    key_shapes=(
        # Only how it begins is documented; twenty characters more keep words like "v1.models" out.
        KeyShape(
            r"v1\.[A-Za-z0-9._-]{20,}",
            "project",
            "github.com/nebius/nebius-physical-ai/pull/126",
            _CHECKED,
            control="v1.testkeyNotARealKey" + "x" * 60,
            shared=True,
        ),
    ),
    asks=(_MODELS, as_sample(_MODELS)),
    outcomes=(
        # A list without a key says "token is not present" there.
        Clause(
            Outcome.DENIED,
            "providers-keys.test.ts (GET /v1/models with a made-up key, 2026-10-07)",
            _CHECKED,
            401,
            "Unable authenticate",
            fields=(("detail", _REFUSED),),
        ),
    ),
    # Llama-3.3-70B-Instruct left the list by 2026-08-29: github.com/anomalyco/models.dev/pull/5802, read 2026-11-26.
    covered_models=("zai-org/GLM-5.3",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
)
