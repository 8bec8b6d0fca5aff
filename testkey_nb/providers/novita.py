"""Novita AI: a public list with prices; the question about the balance proves the key and tells what is left."""

import re
from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Clause, KeyShape, Metric, Provider, Region, Reply, Rows

from . import money
from .loose import amount, items, mapping, text
from .model_lists import Entry, among, as_sample, parse_list, plain_model, tokens
from .token_prices import MILLION, Said, per_million, priced

_CHECKED = "2026-11-23"
_HOST = "api.novita.ai"
_LIST = "/openai/v1/models"
_BALANCE = "https://novita.ai/docs/api-reference/basic-get-user-balance.md"
_CODES = "https://novita.ai/docs/api-reference/basic-error-code.md"
_ERRORS = "https://novita.ai/docs/guides/error.md"
_PER_USD = 10_000  # of amounts and of prices alike
_PRICE = per_million(tokens=MILLION, parts=_PER_USD)


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
    features = entry.get("features")
    return plain_model(
        entry,
        owner=None,  # "unknown" for every model
        context_tokens=tokens(entry, "context_size"),
        tools=among(features, "function-calling"),
        structured_output=among(features, "structured-outputs"),
    )


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read 1/10000 USD per million tokens: 7000 and 25000 where https://novita.ai/pricing had 0.7 and 2.5 USD.

    Tiers of longer requests stand beside them: a public client's copy of the list of 2026-07-15, read 2026-11-25.  The
    prices of an entry that names a currency are in 1/10000 of that.
    """
    currency = text(entry.get("currency", "USD")) or ""
    if not re.fullmatch("[A-Z]{3}", currency):
        return
    source, named = f"{_HOST}{_LIST}", {"currency": currency}
    _, _, cached = _sides(entry)
    sides = (entry.get("input_token_price_per_m"), entry.get("output_token_price_per_m"), cached)
    yield from priced(model, source, _PRICE, sides, **named)
    for tier in map(mapping, items(entry.get("tiered_billing_configs"))):
        if (above := tokens(tier, "min_tokens") or 0) > 1:
            yield from priced(model, source, _PRICE, _sides(tier), above_input_tokens=above, **named)


def _sides(entry: Entry) -> Said:
    said = mapping(entry.get("pricing"))
    names = ("prompt", "completion", "input_cache_read")
    inputs, outputs, cached = (mapping(said.get(name)).get("price_per_m") for name in names)
    return inputs, outputs, cached


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
