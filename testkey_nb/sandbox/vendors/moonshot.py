"""Moonshot AI.  Bodies: https://platform.moonshot.cn/docs/api/balance, https://platform.kimi.com/docs/api/errors."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"kimi-k3","object":"model","created":1784000000,"owned_by":"moonshot",'
    '"context_length":1000000,"supports_image_in":true,"supports_video_in":true},'
    '{"id":"kimi-k2.6","object":"model","created":1776000000,"owned_by":"moonshot","context_length":262144,'
    '"supports_image_in":true,"supports_video_in":true}]}'
)


def _balance(available: float, voucher: float, cash: float) -> Said:
    data = f'{{"available_balance":{available},"voucher_balance":{voucher},"cash_balance":{cash}}}'
    return Said(200, f'{{"code":0,"data":{data},"scode":"0x0","status":true}}')


_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 48),
    refused=Said(401, '{"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}'),
    keyed={"/v1/users/me/balance": _balance(49.58894, 46.58893, 3.00001), "/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(
    _VENDOR,
    "49.59 left, most of it a voucher",
    Situation(
        name="broke",
        says="cash below zero eats the voucher up",
        keyed={"/v1/users/me/balance": _balance(0, 2.5, -2.5)},
    ),
    Situation(
        name="other-platform",
        says="a key of api.moonshot.cn: refused at api.moonshot.ai",
        only_at="api.moonshot.cn",
    ),
)
