"""SambaNova Cloud: a public list with prices, and no read-only question that a key is needed for."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability
from testkey_nb.rows import PriceRow
from testkey_nb.spec import Ask, LimitRules, Mark, Provider, Region, Reply

from .loose import mapping, objects
from .model_lists import Entry, as_sample, parse_list, per_token

_CHECKED = "2026-11-23"
_HOST = "api.sambanova.ai"
_DOCS = "https://docs.sambanova.ai/docs/api-reference/models/get-environments-available-model-list-metadata"


def _own_metadata(reply: Reply) -> str:
    return "sn_metadata" if any("sn_metadata" in e for e in objects(mapping(reply.json).get("data"))) else ""


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read USD per token; what is paid by the hour of sound has another price: PyPI sambanova 1.13.0 Pricing."""
    if not mapping(entry.get("pricing")).get("duration_per_hour"):
        yield from _per_token(model, entry)


_per_token = per_token(f"{_HOST}/v1/models")

_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(prices=_prices),
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
