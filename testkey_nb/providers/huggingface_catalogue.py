"""Models, routes and prices as the router and the hub publish them, and the status page.

Both catalogues are public: an answer says nothing about a key, and a listing is not a permission.
https://huggingface.co/docs/inference-providers/hub-api, read 2026-11-23.
"""

from collections.abc import Iterable, Iterator, Mapping

from testkey_nb.outcome import Standing
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Metric, Reply, Rows

from .loose import count, flag, items, label, mapping, moment, number, text
from .model_lists import joined
from .token_prices import PER_MILLION, currency_of

Route = tuple[str, Mapping[str, object]]  # its name and what the list says of it
_LIVE_PRICE = "router.huggingface.co/v1/models"


def parse_models(reply: Reply) -> Rows | None:
    """Read `/v1/models`: one row per model and route, prices in USD per million tokens.

    An empty list is no list (None): it cannot tell a missing model from a missing answer.
    """
    found = [(name, model) for model in map(mapping, items(mapping(reply.json).get("data")))
             if (name := text(model.get("id")))]  # fmt: skip
    if not found or mapping(reply.json).get("has_more"):
        return None  # a page of a list cannot tell what is missing from it
    models: list[ModelRow] = []
    prices: list[PriceRow] = []
    for name, model in found:
        routes = list(_routes(model))
        models += _models(name, model, routes or [("", {"status": "none"})])
        prices += _prices(name, routes)
    return Rows((Metric("models_listed", len(found), "models"),), tuple(models), tuple(prices))


def parse_one_model(reply: Reply) -> Rows | None:
    """Read `/v1/models/{model}`, the cheap question that samples repeat; its rows are in the list already."""
    return Rows() if text(mapping(reply.json).get("id")) else None


def parse_mapping(reply: Reply) -> Rows | None:
    """Read the hub's `inferenceProviderMapping`, an object by provider or, as lists have it, an array."""
    found = mapping(reply.json).get("inferenceProviderMapping")
    if isinstance(found, dict):
        pairs = [(route, mapping(entry)) for slug, entry in found.items() if (route := label(slug))]
    elif isinstance(found, list):
        pairs = [(route, entry) for entry in map(mapping, found) if (route := label(entry.get("provider")))]
    else:
        return None
    return Rows(models=tuple(ModelRow(reply.model, route, mapping_status=text(entry.get("status")))
                             for route, entry in pairs))  # fmt: skip


def parse_status_page(reply: Reply) -> Rows | None:
    """Read the aggregate state and the number of reports without an end."""
    body = mapping(reply.json)
    state = text(mapping(mapping(body.get("data")).get("attributes")).get("aggregate_state"))
    if state is None:
        return None
    reports = [mapping(entry.get("attributes")) for entry in map(mapping, items(body.get("included")))
               if entry.get("type") == "status_report"]  # fmt: skip
    still_open = sum(1 for report in reports if not report.get("ends_at"))
    return Rows((Metric("status_page_state", state), Metric("status_page_open_reports", still_open, "reports")))


def _routes(model: Mapping[str, object]) -> Iterator[Route]:
    for entry in map(mapping, items(model.get("providers"))):
        if route := label(entry.get("provider")):
            yield route, entry


def _models(name: str, model: Mapping[str, object], routes: Iterable[Route]) -> Iterator[ModelRow]:
    modalities = mapping(model.get("architecture"))
    owner, created = label(model.get("owned_by")), moment(model.get("created"))
    inputs, outputs = joined(modalities.get("input_modalities")), joined(modalities.get("output_modalities"))
    for route, entry in routes:
        latency = number(entry.get("first_token_latency_ms"))
        yield ModelRow(
            name,
            route,
            listed=True,
            standing=Standing.LISTED,
            route_status=text(entry.get("status")),
            owner=owner,
            created_at=created,
            context_tokens=count(entry.get("context_length")),
            input_modalities=inputs,
            output_modalities=outputs,
            tools=flag(entry.get("supports_tools")),
            structured_output=flag(entry.get("supports_structured_output")),
            free=flag(entry.get("is_free")),
            first_token_latency_s=None if latency is None else latency / 1000,
            throughput_tokens_per_s=number(entry.get("throughput")),
            model_author=flag(entry.get("is_model_author")),
        )


def _prices(name: str, routes: Iterable[Route]) -> Iterator[PriceRow]:
    for route, entry in routes:
        pricing = mapping(entry.get("pricing"))
        inputs, outputs = (PER_MILLION(number(pricing.get(side))) for side in ("input", "output"))
        free, currency = flag(entry.get("is_free")), currency_of(pricing)
        if free and (inputs or outputs):
            free = None  # what has a price is not free, whatever else is said
        if currency and (inputs is not None or outputs is not None or free):
            # checked_at is the run's own time: the engine fills it in.
            yield PriceRow(name, route, "", _LIVE_PRICE, inputs, outputs, free, None, currency=currency)
