"""Mistral AI.  Bodies: https://github.com/maruel/genai (recorded), issues of diegosouzapw/OmniRoute and raycast."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas


def _model(name: str, context: int, goes: str = "null") -> str:
    return (
        f'{{"id":"{name}","object":"model","created":1765829113,"owned_by":"mistralai",'
        '"capabilities":{"completion_chat":true,"function_calling":true,"vision":true,"audio":false},'
        f'"name":"{name}","max_context_length":{context},"aliases":[],"deprecation":{goes},"type":"base"}}'
    )


_GOES = '"2027-01-31T12:00:00Z"'
_MODELS = (
    f'{{"object":"list","data":[{_model("mistral-large-2512", 262144)},'
    f"{_model('open-mistral-7b', 32768, _GOES)},{_model('codestral-2508', 256000)}]}}"
)
_UNAUTHORIZED = Said(401, '{"detail":"Unauthorized"}', {"x-kong-response-latency": "6"})
_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 32),
    refused=_UNAUTHORIZED,
    keyed=models("/v1/models", _MODELS),
    # github.com/raycast/extensions/issues/31107.
    throttled=Said(
        429,
        '{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300",'
        '"raw_status_code":429}',
    ),
    headers={
        "server": "cloudflare",
        "mistral-correlation-id": "019b1cdf-8274-7441-a65f-000000000000",
        "x-kong-request-id": "019b1cdf-8274-7441-a65f-000000000000",
    },
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(
        name="quota-used-up",  # github.com/diegosouzapw/OmniRoute/issues/7638
        says="a good key, answered as a bad one is",
        keyed={"/v1/models*": _UNAUTHORIZED},
    ),
)
