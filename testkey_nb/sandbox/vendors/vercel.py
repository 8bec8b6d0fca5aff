"""Vercel AI Gateway.  Bodies: https://vercel.com/docs/ai-gateway/usage, vercel/ai (`packages/gateway`)."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"openai/gpt-4o-mini","object":"model","owned_by":"openai","context_window":128000,'
    '"pricing":{"input":"0.00000015","output":"0.0000006"}}]}'
)
_VENDOR = Vendor(
    key=lambda name: made_up_key("vck_", name, 56),
    refused=Said(401, '{"error":{"message":"Invalid API key","type":"authentication_error"}}'),
    keyed={"/v1/credits": Said(200, '{"balance":"95.50","total_used":"4.50"}')},
    public={"/v1/models": Said(200, _MODELS)},
    headers={"server": "Vercel", "x-vercel-id": "sin1::iad1::00000-0000000000000-000000000000"},
)

PERSONAS = personas(
    _VENDOR,
    "95.50 USD of credits left",
    Situation(
        name="no-credits",
        says="no credits left; the team's own keys may still pay",
        keyed={"/v1/credits": Said(200, '{"balance":"0.00","total_used":"100.00"}')},
    ),
)
