"""Vercel AI Gateway: the credits of the key's team are what proves a key; models and prices are public."""

from collections.abc import Iterator

from testkey_nb.outcome import Answer, Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, Mark, Provider, Region, Reply, Rows

from . import money
from .loose import amount, count, items, mapping, moment
from .model_lists import Entry, among, as_sample, parse_list, plain_model, text_and, tokens
from .token_prices import OTHERS_HOLD, PER_TOKEN, Said, currency_of, priced

_CHECKED = "2026-11-23"
_HOST = "ai-gateway.vercel.sh"
_USAGE = "https://vercel.com/docs/ai-gateway/usage"
_SIDES = ("input", "output", "input_cache_read")
_ENTRIES = (
    "anomalyco/models.dev@2fc28466 packages/core/src/sync/providers/vercel.ts, Pi 1.1.0 "
    "packages/ai/test/model-cost-tiers.test.ts (read 2026-11-25)"
)
_SDK = "vercel/ai@09525839 packages/gateway/src/errors/create-gateway-error.test.ts"


def parse_credits(reply: Reply) -> Rows | None:
    """Read `/v1/credits`: what the team has left and has used in all, in dollars, as texts."""
    body = mapping(reply.json)
    left, used = amount(body.get("balance")), amount(body.get("total_used"))
    if left is None or used is None:
        return None
    found = money.amounts({"balance_available": left, "usage_total": used}, "USD")
    return Rows((*found, *money.as_of(reply)))


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry: `_ENTRIES`; what the tags of a model of language do not name, it does not do."""
    tags = entry.get("tags") if entry.get("type") == "language" else None
    return plain_model(
        entry,
        created_at=moment(entry.get("released") or None),
        output_tokens=tokens(entry, "max_tokens"),
        input_modalities=text_and(image=among(tags, "vision"), file=among(tags, "file-input")),
        tools=among(tags, "tool-use"),
    )


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read prices: USD per token, as texts (vercel/ai@01c23c53 packages/gateway/src/gateway-fetch-metadata.test.ts).

    A tier begins at the first token that it holds for: `_ENTRIES`.
    """
    said = mapping(entry.get("pricing"))
    understood = all(_understood(said.get(f"{side}_tiers")) for side in _SIDES)
    currency, source = currency_of(said), f"{_HOST}/v1/models{'' if understood else OTHERS_HOLD}"
    base = next(iter(priced(model, source, PER_TOKEN, _sides(said, 0), currency=currency)), None)
    if not currency or base is None or None in {base.input_per_mtok, base.output_per_mtok}:
        return
    yield base
    if not understood:
        return
    for first in sorted({first for side in _SIDES for first in _tiers(said, side) if first}):
        more = {"above_input_tokens": first - 1, "currency": currency}
        yield from priced(model, source, PER_TOKEN, _sides(said, first), **more)


def _understood(tiers: object) -> bool:
    """Whether it can be read from where on each tier holds."""
    return isinstance(tiers, list | None) and all(count(mapping(tier).get("min")) is not None for tier in items(tiers))


def _tiers(said: Entry, side: str) -> dict[int, object]:
    """Return the prices of one side by the first token that each holds for; without tiers, it has one price."""
    tiers = [mapping(tier) for tier in items(said.get(f"{side}_tiers"))]
    begun = [(count(tier.get("min")), tier.get("cost")) for tier in tiers]
    return {0: said.get(side)} | {first: cost for first, cost in begun if first is not None}


def _sides(said: Entry, first: int) -> Said:
    """Return the prices of a request with so many tokens."""
    found = (_tiers(said, side) for side in _SIDES)
    inputs, outputs, cached = (tiers[max(at for at in tiers if at <= first)] for tiers in found)
    return inputs, outputs, cached


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
            parse_list(_model, prices=_prices),
            f"https://vercel.com/docs/ai-gateway/sdks-and-apis/rest-api; {_ENTRIES}",
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
