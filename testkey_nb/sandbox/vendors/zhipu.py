"""Zhipu AI.  Bodies: https://docs.z.ai/api-reference/api-code, issues named below."""

from __future__ import annotations

from testkey_nb.sandbox.persona import hex_key, made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

# github.com/continuedev/continue/issues/12724, github.com/zhipuai/zhipuai-sdk-python/issues/25.
_REFUSED = '{"error":{"code":"401","message":"token expired or incorrect"}}'
_NO_KEY = (
    '{"error":{"code":"1001","message":"Authentication parameter not received in Header, unable to authenticate"}}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"glm-4.7","object":"model","created":1766534400,"owned_by":"z-ai"},'
    '{"id":"glm-5.3","object":"model","created":1782000000,"owned_by":"z-ai"}]}'
)
# github.com/zai-org/GLM-5/issues/148.
_NO_FUNDS = '{"error":{"code":"1113","message":"Insufficient balance or no resource package. Please recharge."}}'
_PATH = "/api/paas/v4/models"


_VENDOR = Vendor(
    key=lambda name: f"{hex_key(name, 32)}.{made_up_key('', name, 16)}",
    refused=Said(401, _REFUSED),
    no_key=Said(401, _NO_KEY),
    keyed={_PATH: Said(200, _MODELS)},
    throttled=Said(429, '{"error":{"code":"1302","message":"High concurrency usage of this API"}}'),
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(name="broke", says="429 with the code of an empty balance", keyed={_PATH: Said(429, _NO_FUNDS)}),
    Situation(
        name="other-platform",
        says="a key of open.bigmodel.cn: refused at api.z.ai",
        only_at="open.bigmodel.cn",
    ),
)
