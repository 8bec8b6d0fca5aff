"""Novita AI.  Bodies: https://novita.ai/docs/api-reference/basic-get-user-balance.md and basic-error-code.md.

The price of 0 of tencent/hy3, and prices of cached input: a public client's copy of the list of 2026-07-15.  The list
in yuan is made up: the real one names no currency.
"""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = '{"code":401,"reason":"UNAUTHORIZED","message":"key not found","metadata":{}}'
_MODELS = (
    '{"data":[{"created":1777000000,"id":"deepseek/deepseek-v4-pro","object":"model","owned_by":"unknown",'
    '"permission":null,"root":"","parent":"","input_token_price_per_m":16000,"output_token_price_per_m":32000,'
    '"title":"deepseek/deepseek-v4-pro","context_size":1048576,"max_output_tokens":131072,"model_type":"chat",'
    '"features":["function-calling","structured-outputs","reasoning"],"input_modalities":["text"],'
    '"output_modalities":["text"],"status":1},'
    '{"created":1745897024,"id":"qwen/qwen3-235b-a22b-fp8","object":"model","owned_by":"unknown",'
    '"input_token_price_per_m":2000,"output_token_price_per_m":8000,"context_size":128000,"model_type":"chat",'
    '"pricing":{"prompt":{"price_per_m":2000},"completion":{"price_per_m":8000},'
    '"input_cache_read":{"price_per_m":400}},"status":1},'
    '{"created":1783400000,"id":"tencent/hy3","object":"model","owned_by":"unknown",'
    '"input_token_price_per_m":0,"output_token_price_per_m":0,"context_size":262144,"model_type":"chat",'
    '"status":1}]}'
)
_IN_YUAN = _MODELS.replace('"object":"model",', '"object":"model","currency":"CNY",')


def _balance(available: int, cash: int) -> dict[str, Said]:
    body = (
        f'{{"availableBalance":"{available}","cashBalance":"{cash}","creditLimit":"{available - cash}",'
        '"pendingCharges":"0","outstandingInvoices":"0"}'
    )
    return {"/openapi/v1/billing/balance/detail": Said(200, body)}


_VENDOR = Vendor(
    key=lambda name: made_up_key("sk_", name, 43),
    refused=Said(401, _REFUSED),
    keyed=_balance(1_000_000, 800_000),
    public={"/openai/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(
    _VENDOR,
    "100 USD left, 20 of them credit",
    Situation(name="broke", says="nothing left and no credit", keyed=_balance(0, 0)),
    Situation(
        name="prices-in-yuan",
        says="the list names another currency than USD",
        public={"/openai/v1/models": Said(200, _IN_YUAN)},
    ),
)
