"""Vercel AI Gateway: the credits of the key's team are what proves a key; models and prices are public."""

from collections.abc import Iterator

from testkey_nb.outcome import Answer, Capability, Outcome
from testkey_nb.rows import PriceRow
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Mark, Provider, Region, Reply, Rows

from . import money
from .loose import amount, mapping
from .model_lists import Entry, as_sample, parse_list

_CHECKED = "2026-11-23"
_HOST = "ai-gateway.vercel.sh"
_USAGE = "https://vercel.com/docs/ai-gateway/usage"
_SDK = "vercel/ai@09525839 packages/gateway/src/errors/create-gateway-error.test.ts"


def parse_credits(reply: Reply) -> Rows | None:
    """Read `/v1/credits`: what the team has left and has used in all, in dollars, as texts."""
    body = mapping(reply.json)
    left, used = amount(body.get("balance")), amount(body.get("total_used"))
    if left is None or used is None:
        return None
    found = money.amounts({"balance_available": left, "usage_total": used}, "USD")
    return Rows((*found, *money.as_of(reply)))


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read prices: USD per token, as texts (vercel/ai@01c23c53 packages/gateway/src/gateway-fetch-metadata.test.ts)."""
    pricing = mapping(entry.get("pricing"))
    inputs, outputs = amount(pricing.get("input")), amount(pricing.get("output"))
    if inputs is not None and outputs is not None and min(inputs, outputs) >= 0:
        yield PriceRow(model, "", "", f"{_HOST}/v1/models", round(inputs * 1e6, 9), round(outputs * 1e6, 9), None, None)


def _findings(values: money.Values) -> tuple[Finding, ...]:
    """Say that credits can pay; without any, a team's own keys of providers still can: they are no credits."""
    # https://vercel.com/docs/ai-gateway/byok, read 2026-11-23.
    found = money.prepaid(values, "https://vercel.com/docs/ai-gateway/pricing")
    return tuple(finding for finding in found if finding.answer is Answer.YES)


_CREDITS = Ask(
    "balance_snapshot",
    _HOST,
    "/v1/credits",
    parse_credits,
    _USAGE,
    _CHECKED,
    gives=("key_valid", "balance_available", "usage_total", "balance_as_of"),
    auth=True,
    proves_key=True,
)

VERCEL = Provider(
    id="vercel",
    name="Vercel AI Gateway",
    docs="https://vercel.com/docs/ai-gateway/sdks-and-apis/rest-api",
    checked=_CHECKED,
    kind="gateway",
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    key_shapes=(
        KeyShape(
            r"vck_[A-Za-z0-9]{56}",
            "team",
            "patterns in public clients of the gateway: vck_ and 56 letters or digits",
            _CHECKED,
            control="vck_testkeyNotARealKey" + "x" * 38,
        ),
    ),
    # Every site that Vercel serves says so.
    marks=(
        Mark(
            "x-vercel-id",
            "https://vercel.com/docs/headers/response-headers",
            _CHECKED,
            header="x-vercel-id",
            weak=True,
        ),
    ),
    asks=(
        _CREDITS,
        as_sample(_CREDITS),
        Ask(
            "model_catalog",
            _HOST,
            "/v1/models",
            parse_list(prices=_prices),
            "https://vercel.com/docs/ai-gateway/sdks-and-apis/rest-api",
            _CHECKED,
            gives=("models_listed",),
        ),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            _SDK,
            _CHECKED,
            401,
            "Invalid API key",
            fields=(("error.type", "authentication_error"), ("error.message", str)),
        ),
    ),
    covered_models=("openai/gpt-4o-mini",),
    offers=frozenset(Capability) - {Capability.KEY_IDENTITY, Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=_findings,
)
