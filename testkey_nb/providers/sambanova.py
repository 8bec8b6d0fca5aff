"""SambaNova Cloud: a public list with prices, and no read-only question that a key is needed for."""

from testkey_nb.outcome import Capability
from testkey_nb.spec import Ask, LimitRules, Mark, Provider, Region, Reply

from .loose import items, mapping
from .model_lists import as_sample, parse_list, per_token

_CHECKED = "2026-11-23"
_HOST = "api.sambanova.ai"
_DOCS = "https://docs.sambanova.ai/docs/api-reference/models/get-environments-available-model-list-metadata"


def _own_metadata(reply: Reply) -> str:
    return "sn_metadata" if any("sn_metadata" in mapping(e) for e in items(mapping(reply.json).get("data"))) else ""


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(prices=per_token(f"{_HOST}/v1/models")),
    _DOCS,
    _CHECKED,
    gives=("models_listed",),
)

SAMBANOVA = Provider(
    id="sambanova",
    name="SambaNova Cloud",
    docs=_DOCS,
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    marks=(Mark("sn_metadata", _DOCS, _CHECKED, body=_own_metadata),),
    asks=(_MODELS, as_sample(_MODELS)),
    limit_rules=LimitRules(
        "https://docs.sambanova.ai/cloud/docs/get-started/rate-limits (the default header is in RPM)",
        "2026-11-25",
        windows={"requests": 60},
    ),
    covered_models=("gpt-oss-120b",),
    offers=frozenset(
        {
            Capability.PROVIDER_IDENTITY,
            Capability.PRICE_BOOK,
            Capability.REGION_AND_ROUTE,
            Capability.CONTINUOUS_MONITORING,
            Capability.OPERATIONAL_ACTIONS,
        }
    ),
)
