"""OpenRouter: one question tells a key's limits, budgets and kind; whether the account has credits it does not tell."""

from testkey_nb.outcome import Capability, Outcome, Standing
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Bare, Clause, KeyShape, LimitRules, Mark, Provider, Region, Reply, Rows

from .loose import mapping, moment, objects, text
from .model_lists import Entry, among, as_sample, parse_list, plain_model, tokens
from .openrouter_key import METRICS, findings, parse_key
from .openrouter_prices import prices

_CHECKED = "2026-11-23"
_HOST, _EUROPE = "openrouter.ai", "eu.openrouter.ai"
_RECORDED = "maruel/genai@66b63e62 providers/openrouter/testdata/TestClient"


def parse_public(reply: Reply) -> Rows | None:
    """Read the public `/api/v1/models`: facts and prices; what a key may use of it, its own list tells."""
    return None if _is_page(reply) else _public(reply)


def parse_allowed(reply: Reply) -> Rows | None:
    """Read `/api/v1/models/user`: what the preferences and guardrails of this key leave of the public list."""
    return None if _is_page(reply) else _allowed(reply)


def _is_page(reply: Reply) -> bool:
    return mapping(mapping(reply.json).get("links")).get("next") is not None


def _model(entry: Entry, **more: object) -> ModelRow | None:
    """Read an entry: PyPI openrouter 1.3.84 components/model.py, topproviderinfo.py, read 2026-11-25."""
    able = entry.get("supported_parameters")
    return plain_model(
        entry,
        output_tokens=tokens(mapping(entry.get("top_provider")), "max_completion_tokens"),
        tools=among(able, "tools"),
        structured_output=among(able, "structured_outputs"),
        shutdown_at=moment(text(entry.get("expiration_date"))),
        **more,
    )


def _unlisted(entry: Entry) -> ModelRow | None:
    """Return a row of the public list: 454 models were on it when a key's guardrail left it 10."""
    # github.com/deepseek-ai/deepseek-harness/discussions/12355, read 2026-11-23.
    return _model(entry, listed=None, standing=Standing.UNKNOWN)


def _confirmed(entry: Entry) -> ModelRow | None:
    """Return a row of the key's own list, which has been asked of every model what this key may use."""
    return _model(entry, standing=Standing.CONFIRMED)


_public, _allowed = parse_list(_unlisted, metric="models_public", prices=prices), parse_list(_confirmed)


def _own_list(reply: Reply) -> str:
    for entry in [one for one in objects(mapping(reply.json).get("data")) if one.get("canonical_slug")]:
        details = text(mapping(entry.get("links")).get("details")) or ""
        if text(entry["canonical_slug"]) and details.startswith("/api/v1/models/"):
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
    offers=frozenset(Capability) - {Capability.CAPABILITY_MATRIX},
    findings=findings,
    catalogue="openrouter",
)
