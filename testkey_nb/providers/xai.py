"""xAI: one question tells owner and permissions of a key, and whether the key or its team is blocked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from testkey_nb.outcome import Answer, Axis, Capability, Outcome, Standing
from testkey_nb.rows import ModelRow, PriceRow, Value, Why
from testkey_nb.spec import Ask, Clause, Finding, KeyShape, LimitRules, Mark, Metric, Provider, Region, Reply, Rows

from .loose import amount, count, flag, items, mapping, text, texts
from .model_lists import Entry, as_sample, parse_list, plain_model, tokens
from .token_prices import MILLION, OTHERS_HOLD, Said, per_million, priced

_CHECKED = "2026-11-23"
_HOST = "api.x.ai"
_DOCS = "https://docs.x.ai/developers/rest-api-reference/inference/models"
_LONG = (
    "https://docs.x.ai/developers/rest-api-reference/inference/models as of 2026-06-17; anomalyco/models.dev@909db750 "
    "packages/core/src/sync/providers/xai.ts (read 2026-11-25)"
)
_PRICE = per_million(tokens=100 * MILLION, parts=100)
_SPEC = "https://raw.githubusercontent.com/api-evangelist/xai/refs/heads/main/openapi/xai-api-key-api-openapi.yml"
_TEST = "trufflesecurity/trufflehog@8beb1099 pkg/detectors/xai/xai_test.go"
_EVERYTHING = {"api-key:model:*", "api-key:endpoint:*"}


def parse_key(reply: Reply) -> Rows | None:
    """Read `/v1/api-key`: owner and team by their identifiers, and what the key may call; its name is dropped.

    A key is only taken for good where each of the three words that would say otherwise is there, as `_SPEC` requires.
    """
    body = mapping(reply.json)
    team, blocked = text(body.get("team_id")), flag(body.get("team_blocked"))
    switches = (blocked, flag(body.get("api_key_blocked")), flag(body.get("api_key_disabled")))
    if team is None or blocked is None or None in switches:
        return None
    ids = (("owner_id", text(body.get("user_id"))), ("organization_id", team))
    metrics = [Metric(name, value) for name, value in ids if value]
    metrics += [Metric("token_scopes", acl) for acl in sorted(set(texts(body.get("acls"))))]
    return Rows((*metrics, Metric("team_blocked", blocked, "boolean")))


def parse_models(reply: Reply) -> Rows | None:
    """Read `/v1/models`; an alias is one more name that the model is called by."""
    return parse_list(_listed)(_with_aliases(reply, "data"))


def parse_language_models(reply: Reply) -> Rows | None:
    """Read `/v1/language-models`, which has what `/v1/models` may lack: modalities and prices."""
    found = _language_models(_with_aliases(reply, "models"))
    # us.api.x.ai bills 10 % more than the list of the global endpoint says:
    # https://docs.x.ai/developers/advanced-api-usage/regions.md, read 2026-11-23.
    return found if found is None or reply.host == _HOST else replace(found, prices=())


def _with_aliases(reply: Reply, at: str) -> Reply:
    entries = [mapping(entry) for entry in items(mapping(reply.json).get(at))]
    named = [{**entry, "id": name} for entry in entries for name in texts(entry.get("aliases"))]
    return replace(reply, json={**mapping(reply.json), at: [*named, *entries]})


def _listed(entry: Entry) -> ModelRow | None:
    """Return a row of a list of the models "available to the authenticating API key" (`_DOCS`): it confirms them."""
    return plain_model(entry, standing=Standing.CONFIRMED)


def _model(entry: Entry) -> ModelRow | None:
    context = tokens(entry, "context_length", "max_prompt_length")
    return plain_model(entry, listed=None, context_tokens=context, standing=Standing.CONFIRMED)


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read US cents per 100 million tokens (20000 is 2 USD per million): `_DOCS`, read 2026-11-23.

    From `long_context_threshold` on, others hold; a price of 0 there is the same as below: `_LONG`.
    """
    told, sides = entry.get("long_context_threshold"), _sides(entry)
    source = f"{_HOST}/v1/language-models{'' if told is None or count(told) is not None else OTHERS_HOLD}"
    yield from priced(model, source, _PRICE, sides)
    if first := tokens(entry, "long_context_threshold"):
        longer = [
            short if amount(long) == 0 else long
            for long, short in zip(_sides(entry, "_long_context"), sides, strict=True)
        ]
        yield from priced(model, source, _PRICE, (longer[0], longer[1], longer[2]), above_input_tokens=first - 1)


def _sides(entry: Entry, length: str = "") -> Said:
    inputs, outputs, cached = (
        entry.get(f"{side}_text_token_price{length}") for side in ("prompt", "completion", "cached_prompt")
    )
    return inputs, outputs, cached


_language_models = parse_list(_model, at="models", metric="models_described", prices=_prices)


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say whether the key may call models: a blocked team's may not, one with every permission may."""
    scopes, asks = {str(scope) for scope in values.get("token_scopes", ())}, "current_key"
    if True in values.get("team_blocked", ()):
        why, opens = Why("the provider has blocked the key's team"), Why("have an administrator of the team ask why")
        return (Finding(Axis.SCOPE, Answer.NO, why, asks, opens),)
    if scopes >= _EVERYTHING:
        return (Finding(Axis.SCOPE, Answer.YES, Why("the key may call every model and every endpoint"), asks),)
    if not scopes:
        return ()
    why = Why("the key is limited to {scopes}", scopes=", ".join(sorted(scopes)))
    opens = Why("have a person compare that with the covered models, or use a key without such limits")
    return (Finding(Axis.SCOPE, Answer.UNKNOWN, why, asks, opens),)


def _told_of_key(reply: Reply) -> str:
    told = {"acls", "team_id", "api_key_blocked"} <= set(mapping(reply.json))
    return "acls, team_id, api_key_blocked" if told else ""


def _switched_off(field: str) -> Clause:
    return Clause(Outcome.DENIED, _TEST, _CHECKED, 200, field, fields=((field, True), ("team_id", str)))


def _no_funds(status: int, source: str) -> Clause:
    words = "used all available credits or reached its monthly spending limit"
    return Clause(Outcome.NO_FUNDS, source, _CHECKED, status, words, fields=(("error", str),))


_KEY = Ask(
    "current_key",
    _HOST,
    "/v1/api-key",
    parse_key,
    _SPEC,
    _CHECKED,
    gives=("key_valid", "owner_id", "organization_id", "token_scopes", "team_blocked"),
    outcomes=(_switched_off("api_key_blocked"), _switched_off("api_key_disabled")),
    auth=True,
    proves_key=True,
)

XAI = Provider(
    id="xai",
    name="xAI",
    docs=_DOCS,
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    # The same keys everywhere: https://docs.x.ai/developers/regions.md and advanced-api-usage/regions.md.
    hosts=(Region(_HOST), *(Region(f"{region}.{_HOST}", region) for region in ("us", "us-east-1", "eu-west-1"))),
    key_shapes=(
        KeyShape(
            r"xai-[A-Za-z0-9_-]{70,120}",
            "user",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=xai-api-key; trufflehog has 80",
            _CHECKED,
            control="xai-testkeyNotARealKey" + "x" * 62,
        ),
    ),
    marks=(Mark("what it tells of a key", _SPEC, _CHECKED, body=_told_of_key),),
    asks=(
        _KEY,
        Ask("model_catalog", _HOST, "/v1/models", parse_models, _DOCS, _CHECKED, gives=("models_listed",), auth=True),
        Ask(
            "model_catalog",
            _HOST,
            "/v1/language-models",
            parse_language_models,
            f"{_DOCS}; {_LONG}",
            _CHECKED,
            gives=("models_described",),
            auth=True,
        ),
        as_sample(_KEY),
    ),
    outcomes=(
        # 400, whatever its code: both spellings of it were seen.
        Clause(
            Outcome.DENIED,
            "github.com/continuedev/continue/issues/10778",
            _CHECKED,
            400,
            "Incorrect API key provided",
            fields=(("error", str),),
        ),
        _no_funds(429, "github.com/Anantys-oss/koan/issues/2412"),
        _no_funds(403, "github.com/continuedev/continue/issues/10373"),
        # "You have run out of credits or need a Grok subscription" is no word on a key: subscribers who had paid were
        # told so, too (github.com/NousResearch/hermes-agent/issues/26847).
        Clause(
            Outcome.NO_FUNDS,
            "github.com/continuedev/continue/issues/12670; github.com/griptape-ai/griptape-nodes-engine/issues/1079",
            "2026-11-26",
            403,
            "doesn't have any credits",
            fields=(("error", str),),
        ),
    ),
    limit_rules=LimitRules(
        "https://docs.x.ai/developers/rate-limits (TPM; of requests it is told per second and per minute)",
        "2026-11-25",
        windows={"tokens": 60},
    ),
    covered_models=("grok-4.6",),
    offers=frozenset(Capability) - {Capability.BALANCE_AND_QUOTA, Capability.LIMIT_MATRIX},
    findings=findings,
    catalogue="x-ai",
)
