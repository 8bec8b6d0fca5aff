"""Cerebras.  Bodies: https://github.com/maruel/genai (recorded), PyPI cerebras_cloud_sdk 1.91.0 (the public list)."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, models, personas

_MODELS = (
    '{"object":"list","data":[{"id":"zai-glm-4.7","object":"model","created":0,"owned_by":"Cerebras"},'
    '{"id":"gemma-4-31b","object":"model","created":0,"owned_by":"Cerebras"},'
    '{"id":"gpt-oss-120b","object":"model","created":0,"owned_by":"Cerebras"}]}'
)
_PUBLIC = (
    '{"object":"list","data":[{"id":"gpt-oss-120b","object":"model","name":"OpenAI GPT OSS","deprecated":false,'
    '"preview":false,"pricing":{"prompt":"0.00000035","completion":"0.00000075"},'
    '"capabilities":{"streaming":true,"function_calling":true,"tools":true,"parallel_tool_calls":false},'
    '"limits":{"max_context_length":131072,"max_completion_tokens":40960}},'
    '{"id":"zai-glm-4.7","object":"model","name":"Z.ai GLM 4.7","deprecated":true,"preview":false,'
    '"pricing":{"prompt":"0.00000225","completion":"0.00000275"},"capabilities":{"tools":true,"vision":false},'
    '"limits":{"max_context_length":131072,"max_completion_tokens":40960}}]}'
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("csk-", name, 48).lower(),
    refused=Said(
        401, '{"message":"Wrong API Key","type":"invalid_request_error","param":"api_key","code":"wrong_api_key"}'
    ),
    keyed=models("/v1/models", _MODELS),
    public={"/public/v1/models": Said(200, _PUBLIC)},
    no_key=Said(403, '{"detail":"Not authenticated"}'),
    headers={
        "server": "cloudflare",
        "cf-ray": "0000000000000000-SIN",
        "server-timing": 'cfCacheStatus;desc="DYNAMIC", cfEdge;dur=5,cfOrigin;dur=67',
    },
)

PERSONAS = personas(_VENDOR, "the list proves the key, the public one has prices; money and limits are not told")
