"""Google Gemini (AI Studio): the list proves the key; a key that lists models may still be barred from using them."""

from collections.abc import Iterator

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, Why
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Provider, Region, Reply

from .loose import items, mapping, text
from .model_lists import Entry, as_sample, each_model, parse_list, parse_one, tokens

_CHECKED = "2026-11-23"
_HOST = "generativelanguage.googleapis.com"
_RECORDED = "maruel/genai@66b63e62 providers/gemini/testdata/TestClient"
_REASONS = "googleapis/googleapis@2f8d204b google/api/error_reason.proto"
_LATER = "2026-11-26"  # when more reasons were read
_DENIED = (("error.status", "PERMISSION_DENIED"),)


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry of `/v1beta/models`; calls and prices name a model without the `models/` before it."""
    if not (name := (text(entry.get("name")) or "").removeprefix("models/")):
        return None
    return ModelRow(
        name,
        "",
        listed=True,
        context_tokens=tokens(entry, "inputTokenLimit"),
        output_tokens=tokens(entry, "outputTokenLimit"),
    )


def _error_info(reply: Reply) -> Iterator[str]:
    for detail in map(mapping, items(mapping(mapping(reply.json).get("error")).get("details"))):
        yield text(mapping(detail.get("metadata")).get("service")) or ""


def _names_itself(reply: Reply) -> str:
    return _HOST if _HOST in _error_info(reply) else ""


def _google_server(reply: Reply) -> str:
    server = reply.headers.get("server", "")
    return server if server == "scaffolding on HTTPServer2" else ""


def _barred(reason: str, source: str, checked: str = _CHECKED) -> Clause:
    """Return the clause of a good key that its project, or its own restrictions, keep from this API."""
    return Clause(Outcome.FORBIDDEN, source, checked, 403, reason, fields=_DENIED)


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1beta/models?pageSize=1000",
    parse_list(_model, at="models"),
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

GEMINI = Provider(
    id="gemini",
    name="Google Gemini",
    docs="https://ai.google.dev/api/models",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1beta/openai",
    hosts=(Region(_HOST),),
    auth=("x-goog-api-key", "{key}"),
    key_shapes=(
        KeyShape(
            r"AQ\.Ab8RN6[A-Za-z0-9_-]{44}",
            "project",
            "betterleaks/betterleaks@6381fa45 config/betterleaks.toml id=gcp-gemini-api",
            _CHECKED,
            control="AQ.Ab8RN6testkeyNotARealKey" + "x" * 26,
        ),
        KeyShape(
            r"AIza[\w-]{35}",  # any Google Cloud key: of Maps, of Firebase, …
            "project",
            "gitleaks/gitleaks@b58d3f10 config/gitleaks.toml id=gcp-api-key",
            _CHECKED,
            control="AIzaSytestkeyNotARealKey" + "x" * 15,
            shared=True,
        ),
    ),
    marks=(
        Mark("error service", f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml", _CHECKED, body=_names_itself),
        # Other services of Google answer so too.
        Mark("server", f"{_RECORDED}/Warmup.yaml", _CHECKED, body=_google_server, weak=True),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1beta/models/{model_segment}",
            "https://ai.google.dev/api/models method models.get",
            parse_one(_model, lambda entry: (text(entry.get("name")) or "").startswith("models/")),
        ),
        as_sample(_MODELS),
    ),
    outcomes=(
        Clause(
            Outcome.REGION_BLOCKED,
            "github.com/poenl/gemini-api/issues/4; github.com/lbjlaq/Antigravity-Manager/issues/3085",
            _CHECKED,
            400,
            "User location is not supported",
            fields=(("error.status", "FAILED_PRECONDITION"),),
        ),
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            400,
            "API key not valid",
            fields=(("error.status", "INVALID_ARGUMENT"),),
        ),
        Clause(
            Outcome.DENIED,
            "github.com/google-gemini/gemini-cli/issues/25198",
            _LATER,
            400,
            "API Key not found",
            fields=(("error.status", "INVALID_ARGUMENT"),),
        ),
        Clause(
            Outcome.DENIED,
            "trufflesecurity/trufflehog@3ab759fe pkg/detectors/googlegemini/googlegemini.go",
            _CHECKED,
            400,
            "API key expired",
            fields=(("error.status", "INVALID_ARGUMENT"),),
        ),
        Clause(
            Outcome.DENIED,
            "github.com/continuedev/continue/issues/11541; github.com/continuedev/continue/issues/10513",
            _CHECKED,
            403,
            "API key was reported as leaked",
            fields=_DENIED,
        ),
        *(
            Clause(
                Outcome.NO_FUNDS,
                "https://discuss.ai.google.dev/t/183654 (402, which was 429 before)",
                _LATER,
                status,
                "prepayment credits are depleted",
                fields=(("error.status", "RESOURCE_EXHAUSTED"),),
            )
            for status in (402, 429)
        ),
        Clause(
            Outcome.REGION_BLOCKED,
            _REASONS,
            "2026-11-25",
            403,
            "API_KEY_IP_ADDRESS_BLOCKED",
            fields=_DENIED,
            why=Why("the account only lets listed IP addresses in, and this one is not listed"),
        ),
        _barred("API_KEY_SERVICE_BLOCKED", "github.com/continuedev/continue/issues/12781"),
        _barred("API_KEY_HTTP_REFERRER_BLOCKED", "github.com/mhawksey/GeminiApp/issues/10"),
        _barred("CONSUMER_SUSPENDED", "github.com/google/generative-ai-docs/issues/356"),
        _barred("SERVICE_DISABLED", "github.com/google-gemini/deprecated-generative-ai-python/issues/10", _LATER),
        _barred("API_KEY_ANDROID_APP_BLOCKED", f"{_REASONS}; github.com/leonboe1/GoogleFindMyTools/issues/90", _LATER),
        _barred("API_KEY_IOS_APP_BLOCKED", _REASONS, _LATER),
    ),
    covered_models=("gemini-3.1-flash-lite",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="google",
)
