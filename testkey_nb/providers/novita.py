"""Novita AI: a public list with prices; the question about the balance proves the key and tells what is left."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Clause, KeyShape, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import amount, count, mapping, number, texts
from .model_lists import Entry, as_sample, joined, parse_list, plain_model

_CHECKED = "2026-11-23"
_HOST = "api.novita.ai"
_LIST = "/openai/v1/models"
_BALANCE = "https://novita.ai/docs/api-reference/basic-get-user-balance.md"
_CODES = "https://novita.ai/docs/api-reference/basic-error-code.md"
_ERRORS = "https://novita.ai/docs/guides/error.md"
_PER_USD = 10_000  # of amounts and of prices alike


def parse_balance(reply: Reply) -> Rows | None:
    """Read `/openapi/v1/billing/balance/detail`: texts in 1/10000 USD; what is available has the credit in it."""
    body = mapping(reply.json)
    named = {
        "balance_available": "availableBalance",
        "balance_cash": "cashBalance",
        "balance_credit_limit": "creditLimit",
        "balance_owed": "outstandingInvoices",
    }
    read = {name: amount(body.get(field)) for name, field in named.items()}
    if read["balance_available"] is None:
        return None
    found = [Metric(name, value / _PER_USD, "USD") for name, value in read.items() if value is not None]
    return Rows((*found, *money.as_of(reply)))


def _model(entry: Entry) -> ModelRow | None:
    features = texts(entry.get("features"))
    return plain_model(
        entry,
        owner=None,  # "unknown" for every model
        context_tokens=count(entry.get("context_size")),
        input_modalities=joined(entry.get("input_modalities")),
        output_modalities=joined(entry.get("output_modalities")),
        tools="function-calling" in features if features else None,
        structured_output="structured-outputs" in features if features else None,
    )


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read 1/10000 USD per million tokens: 7000 and 25000 where https://novita.ai/pricing had 0.7 and 2.5 USD.

    Where an entry names another currency it tells no price in dollars.
    """
    inputs, outputs = (number(entry.get(f"{side}_token_price_per_m")) for side in ("input", "output"))
    if entry.get("currency", "USD") == "USD" and (inputs is not None or outputs is not None):
        usd_in, usd_out = (None if price is None else price / _PER_USD for price in (inputs, outputs))
        yield PriceRow(model, "", "", f"{_HOST}{_LIST}", usd_in, usd_out, None, None)


_MODELS = Ask(
    "model_catalog",
    _HOST,
    _LIST,
    parse_list(_model, prices=_prices),
    "https://novita.ai/docs/api-reference/model-apis-llm-list-models",
    _CHECKED,
    gives=("models_listed",),
)

NOVITA = Provider(
    id="novita",
    name="Novita AI",
    docs="https://novita.ai/docs/api-reference/basic-authentication",
    checked=_CHECKED,
    api=f"https://{_HOST}/openai/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"sk_[A-Za-z0-9_-]{20,100}",
            "user",
            f"{_ERRORS} (the prefix; no length is told)",
            _CHECKED,
            control="sk_testkeyNotARealKey" + "x" * 25,
            shared=True,
        ),
    ),
    asks=(
        Ask(
            "balance_snapshot",
            _HOST,
            "/openapi/v1/billing/balance/detail",
            parse_balance,
            _BALANCE,
            _CHECKED,
            gives=(
                "key_valid",
                "balance_available",
                "balance_cash",
                "balance_credit_limit",
                "balance_owed",
                "balance_as_of",
            ),
            auth=True,
            proves_key=True,
        ),
        _MODELS,
        as_sample(_MODELS),
    ),
    outcomes=(
        # `reason` tells them apart: 403 is the status of an empty balance and of a model that is not allowed, too.
        Clause(
            Outcome.DENIED,
            "providers-keys.test.ts (GET of the balance with a made-up key, 2026-10-07)",
            _CHECKED,
            401,
            "key not found",
            fields=(("reason", "UNAUTHORIZED"),),
        ),
        Clause(Outcome.DENIED, _CODES, _CHECKED, 401, fields=(("reason", "FAILED_TO_AUTH"),)),
        Clause(Outcome.DENIED, _CODES, _CHECKED, 403, fields=(("reason", "INVALID_API_KEY"),)),
        Clause(Outcome.NO_FUNDS, _CODES, _CHECKED, 403, fields=(("reason", "NOT_ENOUGH_BALANCE"),)),
    ),
    covered_models=("deepseek/deepseek-v4-pro",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.MODEL_PERMISSION_MATRIX,
        Capability.CAPABILITY_MATRIX,
        Capability.LIMIT_MATRIX,
    },
    findings=lambda values: money.prepaid(values, "https://novita.ai/billing"),
    catalogue="novita",
)
