"""Vercel AI Gateway.  Bodies: https://vercel.com/docs/ai-gateway/usage, vercel/ai (`packages/gateway`)."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"openai/gpt-4o-mini","object":"model","owned_by":"openai","released":1721260800,'
    '"context_window":128000,"max_tokens":16384,"type":"language","tags":["tool-use","vision"],'
    '"pricing":{"input":"0.00000015","output":"0.0000006","input_cache_read":"0.000000075"}},'
    '{"id":"alibaba/qwen3-max","object":"model","owned_by":"alibaba","released":1758672000,"context_window":262144,'
    '"max_tokens":32768,"type":"language","tags":["tool-use"],"pricing":{"input":"0.000001","output":"0.000005",'
    '"input_tiers":[{"cost":"0.000001","min":0,"max":128001},{"cost":"0.000003","min":128001}],'
    '"output_tiers":[{"cost":"0.000005","min":0,"max":128001},{"cost":"0.000015","min":128001}]}}]}'
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
