"""Cohere.  Bodies: https://github.com/maruel/genai (recorded), https://docs.cohere.com/reference/errors."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas

_TOKENIZERS = "https://storage.googleapis.com/cohere-public/tokenizers"


def _model(name: str, endpoint: str, context: int, features: str, deprecated: str = "false") -> str:
    return (
        f'{{"name":"{name}","is_deprecated":{deprecated},"endpoints":["{endpoint}"],"finetuned":false,"context_length":{context},'
        f'"tokenizer_url":"{_TOKENIZERS}/{name}.json","features":{features},"default_endpoints":[]}}'
    )


def _error(status: int, message: str) -> Said:
    return Said(status, f'{{"id":"a0a5b90f-0000-0000-0000-000000000000","message":"{message}"}}')


_FEATURES = '["json_mode","json_schema","tools","citations"]'
_MODELS = (
    f'{{"models":[{_model("command-a-03-2025", "chat", 288000, _FEATURES)},'
    f"{_model('command-r-03-2024', 'chat', 128000, _FEATURES, 'true')},{_model('embed-v4.0', 'embed', 8192, 'null')}]}}"
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 40),
    refused=_error(401, "invalid api token"),
    no_key=_error(401, "no api key supplied"),
    keyed=models("/v1/models", _MODELS, at="models", name="name"),
    throttled=_error(429, "You are past the per minute request limit, please wait and try again later."),
    headers={"server": "envoy", "via": "1.1 google", "x-debug-trace-id": "3e5682050209771f36d32ddc26a9fc54"},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(
        name="broke",
        says="402, no payment method",
        keyed={
            "/v1/models*": _error(
                402,
                "Please add or update your payment method at https://dashboard.cohere.com/billing?tab=payment "
                "to continue",
            )
        },
    ),
    Situation(
        name="expired",
        says="401, the key has expired",
        keyed={
            "/v1/models*": _error(
                401,
                "Your API key has expired. Please create a production key at dashboard.cohere.com or reach out to "
                "your contact at Cohere to continue usage.",
            )
        },
    ),
)
