"""OpenRouter: one question tells a key's limits, budgets and kind; whether the account has credits it does not tell."""

from collections.abc import Iterator
from dataclasses import replace

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Bare, Clause, KeyShape, LimitRules, Mark, Metric, Provider, Region, Reply, Rows

from .loose import amount, items, mapping, text, texts
from .model_lists import Entry, as_sample, parse_list, plain_model
from .openrouter_key import METRICS, findings, parse_key

_CHECKED = "2026-11-23"
_HOST, _EUROPE = "openrouter.ai", "eu.openrouter.ai"
_RECORDED = "maruel/genai@66b63e62 providers/openrouter/testdata/TestClient"


def parse_public(reply: Reply) -> Rows | None:
    """Read the public `/api/v1/models`: facts and prices; what a key may use of it, its own list tells."""
    if _is_page(reply) or (found := _public(reply)) is None:
        return None
    return replace(found, metrics=tuple(Metric("models_public", value, unit) for _, value, unit in found.metrics))


def parse_allowed(reply: Reply) -> Rows | None:
    """Read `/api/v1/models/user`: what the preferences and guardrails of this key leave of the public list."""
    return None if _is_page(reply) else _allowed(reply)


def _is_page(reply: Reply) -> bool:
    return mapping(mapping(reply.json).get("links")).get("next") is not None


def _model(entry: Entry) -> ModelRow | None:
    able = texts(entry.get("supported_parameters"))
    return plain_model(
        entry,
        tools="tools" in able if able else None,
        structured_output="structured_outputs" in able if able else None,
    )


def _unlisted(entry: Entry) -> ModelRow | None:
    """Return a row of the public list: 454 models were on it when a key's guardrail left it 10."""
    # github.com/deepseek-ai/deepseek-harness/discussions/12355, read 2026-11-23.
    row = _model(entry)
    return replace(row, listed=None) if row else None


def _prices(model: str, entry: Entry) -> Iterator[PriceRow]:
    """Read prices: USD per token, as texts; -1 is "depends", and other prices at some hours or lengths are told only.

    A `:free` variant is free: https://openrouter.ai/docs/guides/routing/model-variants/free, read 2026-11-23.
    """
    pricing = mapping(entry.get("pricing"))
    inputs, outputs = amount(pricing.get("prompt")), amount(pricing.get("completion"))
    if inputs is None or outputs is None or min(inputs, outputs) < 0:
        return
    source = f"{_HOST}/api/v1/models"
    if items(pricing.get("overrides")):
        source += ", base price: others hold at some hours or lengths"
    free = True if model.endswith(":free") and not (inputs or outputs) else None
    yield PriceRow(model, "", "", source, round(inputs * 1e6, 9), round(outputs * 1e6, 9), free, None)


_public, _allowed = parse_list(_unlisted, prices=_prices), parse_list(_model)


def _own_list(reply: Reply) -> str:
    for entry in map(mapping, items(mapping(reply.json).get("data"))):
        details = text(mapping(entry.get("links")).get("details")) or ""
        if text(entry.get("canonical_slug")) and details.startswith("/api/v1/models/"):
            return f"canonical_slug, links.details {details}"
    return ""


_IDENTITY = Ask(
    "current_key",
    _HOST,
    "/api/v1/key",
    parse_key,
    "https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key",
    _CHECKED,
    gives=METRICS,
    auth=True,
    proves_key=True,
)

OPENROUTER = Provider(
    id="openrouter",
    name="OpenRouter",
    docs="https://openrouter.ai/docs/api-reference/overview",
    checked=_CHECKED,
    kind="gateway",
    api=f"https://{_HOST}/api/v1",
    hosts=(Region(_HOST), Region(_EUROPE, "eu")),  # https://openrouter.ai/business/eu, read 2026-11-23
    key_shapes=(
        KeyShape(
            r"sk-or-v1-[0-9a-f]{64}",
            "user",
            "trufflesecurity/trufflehog@3ab759fe pkg/detectors/openrouter/openrouter.go",
            _CHECKED,
            control="sk-or-v1-testkeyNotARealKey" + "x" * 46,
        ),
    ),
    marks=(Mark("model list", f"{_RECORDED}/Warmup.yaml", _CHECKED, body=_own_list),),
    asks=(
        Ask(
            "model_catalog",
            _HOST,
            "/api/v1/models",
            parse_public,
            f"{_RECORDED}/Warmup.yaml",
            _CHECKED,
            gives=("models_public",),
        ),
        _IDENTITY,
        Ask(
            "model_catalog",
            _HOST,
            "/api/v1/models/user",
            parse_allowed,
            "https://openrouter.ai/docs/api/api-reference/models/list-models-filtered-by-user-provider-preferences-"
            "privacy-settings-and-guardrails",
            _CHECKED,
            gives=("models_listed",),
            auth=True,
            waits=True,
        ),
        as_sample(_IDENTITY),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            "github.com/NousResearch/hermes-agent/issues/14637",
            _CHECKED,
            401,
            "User not found",
            fields=(("error.code", 401),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/Gitlawb/openclaude/issues/43",
            _CHECKED,
            402,
            "Insufficient credits",
            fields=(("error.code", 402),),
        ),
    ),
    limit_rules=LimitRules(
        "dirge-code/dirge pull 719 and recorded 429s: free models' requests, resets in milliseconds since 1970",
        "2026-11-25",
        own=True,
        scopes={"default": "requests"},
        resets=Bare.EPOCH_MS,
    ),
    covered_models=("openai/gpt-4o-mini",),
    offers=frozenset(Capability) - {Capability.CAPABILITY_MATRIX, Capability.LIMIT_MATRIX},
    findings=findings,
    catalogue="openrouter",
)
