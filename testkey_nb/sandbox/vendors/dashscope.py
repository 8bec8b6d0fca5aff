"""Alibaba Cloud Model Studio.  Bodies: https://github.com/maruel/genai (recorded), issues named below."""

from __future__ import annotations

from testkey_nb.sandbox.persona import hex_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = (
    '{"error":{"message":"Incorrect API key provided. For details, see: '
    'https://www.alibabacloud.com/help/en/model-studio/error-code#apikey-error","type":"invalid_request_error",'
    '"param":null,"code":"invalid_api_key"},"request_id":"00000000-0000-0000-0000-000000000000"}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"qwen-plus","object":"model","created":1770083959,"owned_by":"system"},'
    '{"id":"qwen3-max","object":"model","created":1761529587,"owned_by":"system"}],'
    '"first_id":"model-id-0","last_id":"model-id-1","has_more":false}'
)
# github.com/hsliuping/TradingAgents-CN/issues/170.
_ARREARS = (
    '{"error":{"code":"Arrearage","param":null,"message":"Access denied, please make sure your account is in good '
    'standing.","type":"Arrearage"},"request_id":"00000000-0000-0000-0000-000000000000"}'
)
_PATH = "/compatible-mode/v1/models"


_VENDOR = Vendor(
    key=lambda name: "sk-" + hex_key(name, 32),
    refused=Said(401, _REFUSED),
    keyed={_PATH: Said(200, _MODELS)},
    headers={
        "server": "istio-envoy",
        "req-arrive-time": "1772145327416",
        "req-cost-time": "19",
        "resp-start-time": "1772145327436",
    },
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key in its region; money, limits and permissions are not told",
    Situation(name="broke", says="400 Arrearage", keyed={_PATH: Said(400, _ARREARS)}),
    Situation(
        name="other-region",
        says="a key of Beijing: refused at every other host, in the words for a wrong key",
        only_at="dashscope.aliyuncs.com",
    ),
)
