"""Google Gemini.  Bodies: https://github.com/maruel/genai (recorded), and issues as each names."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas


def _error(code: int, status: str, message: str, reason: str = "") -> Said:
    details = (
        ',"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",'
        f'"reason":"{reason}","domain":"googleapis.com",'
        '"metadata":{"service":"generativelanguage.googleapis.com"}}]'
    )
    return Said(
        code,
        f'{{"error":{{"code":{code},"message":"{message}","status":"{status}"{details if reason else ""}}}}}',
        {"content-type": "application/json; charset=UTF-8"},
    )


def _model(name: str, title: str, context: int) -> str:
    return (
        f'{{"name":"models/{name}","version":"001","displayName":"{title}","inputTokenLimit":{context},'
        '"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"]}'
    )


_PATH = "/v1beta/models"
_ALL = f"{_PATH}*"
_MODELS = (
    f'{{"models":[{_model("gemini-3.1-flash-lite", "Gemini 3.1 Flash Lite", 1048576)},'
    f"{_model('gemini-2.5-pro', 'Gemini 2.5 Pro', 1048576)}]}}"
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("AIzaSy", name, 33),
    refused=_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
    keyed=models(_PATH, _MODELS, at="models", name="name", said=_PATH.removesuffix("/models")),
    throttled=_error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    headers={"server": "scaffolding on HTTPServer2", "server-timing": "gfet4t7; dur=38"},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(
        name="leaked",  # github.com/continuedev/continue/issues/11541
        says="403, reported as leaked",
        keyed={
            _ALL: _error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key.")
        },
    ),
    Situation(
        name="region-blocked",  # github.com/poenl/gemini-api/issues/4
        says="400 User location is not supported",
        keyed={_ALL: _error(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")},
    ),
    Situation(
        name="ip-restricted",  # googleapis/googleapis google/api/error_reason.proto
        says="403, a key that only listed addresses may use",
        keyed={
            _PATH: _error(
                403,
                "PERMISSION_DENIED",
                "The provided API key has an IP address restriction. The originating IP address of the call "
                "(192.0.2.1) violates this restriction.",
                "API_KEY_IP_ADDRESS_BLOCKED",
            )
        },
    ),
    Situation(
        name="restricted",  # github.com/continuedev/continue/issues/12781
        says="403, a Google Cloud key that may not call this API",
        keyed={
            _ALL: _error(
                403,
                "PERMISSION_DENIED",
                "Requests to this API generativelanguage.googleapis.com method "
                "google.ai.generativelanguage.v1beta.ModelService.ListModels are blocked.",
                "API_KEY_SERVICE_BLOCKED",
            )
        },
    ),
    Situation(
        name="auth-key",
        says="a key of the newer shape",
        key=made_up_key("AQ.Ab8RN6", "auth-key", 44),
    ),
)
