"""Fireworks AI.  Bodies: https://docs.fireworks.ai/api-reference/get-account, a captured refusal."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = (
    '{"error":{"message":"The API key you provided is invalid.","param":null,"code":"UNAUTHORIZED","type":"error"},'
    '"request_id":"00000000-0000-0000-0000-000000000000"}'
)
_MODELS = (
    '{"object":"list","data":['
    '{"id":"accounts/fireworks/models/gpt-oss-120b","object":"model","owned_by":"fireworks","context_length":131072},'
    '{"id":"accounts/fireworks/models/glm-5p3","object":"model","owned_by":"fireworks","context_length":202752}]}'
)
# PyPI fireworks-ai 1.2.30 types/model.py.
_ABOUT = {
    "/v1/accounts/fireworks/models/gpt-oss-120b": Said(
        200,
        '{"name":"accounts/fireworks/models/gpt-oss-120b","displayName":"gpt-oss-120b","contextLength":131072,'
        '"createTime":"2025-08-05T16:00:00Z","supportsImageInput":false,"supportsTools":true,"supportsServerless":true}',
    ),
    "/v1/accounts/fireworks/models/glm-5p3": Said(
        200,
        '{"name":"accounts/fireworks/models/glm-5p3","displayName":"GLM 5.3","contextLength":202752,'
        '"supportsImageInput":false,"supportsTools":true,"deprecationDate":{"year":2026,"month":12,"day":25}}',
    ),
}


def _account(suspended: str) -> dict[str, Said]:
    account = (
        '{"name":"accounts/example","email":"owner@example.com","displayName":"Example","accountType":"ENTERPRISE",'
        f'"createTime":"2026-01-05T05:31:56Z","state":"READY","suspendState":"{suspended}"}}'
    )
    return {"/v1/accounts": Said(200, f'{{"accounts":[{account}],"totalSize":1}}')}


_VENDOR = Vendor(
    key=lambda name: made_up_key("fw_", name, 24),
    refused=Said(401, _REFUSED),
    keyed={**_account("UNSUSPENDED"), "/inference/v1/models": Said(200, _MODELS), **_ABOUT},
)

PERSONAS = personas(
    _VENDOR,
    "the account is not suspended; its balance is not told",
    Situation(name="broke", says="suspended: its credit is used up", keyed=_account("CREDIT_DEPLETED")),
    Situation(name="unpaid", says="suspended: a payment failed", keyed=_account("FAILED_PAYMENTS")),
    Situation(
        name="spending-limit",
        says="suspended: the month's spending limit is reached",
        keyed=_account("MONTHLY_SPEND_LIMIT_EXCEEDED"),
    ),
    Situation(name="blocked", says="blocked by a rule against abuse", keyed=_account("BLOCKED_BY_ABUSE_RULE")),
)
