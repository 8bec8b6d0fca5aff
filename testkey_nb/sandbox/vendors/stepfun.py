"""StepFun.  Bodies: https://platform.stepfun.com/docs/zh/api-reference/accounts/get, api-evangelist/stepfun errors."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas

_REFUSED = '{"error":{"message":"Incorrect API key provided","type":"invalid_api_key"}}'
_MODELS = (
    '{"object":"list","data":[{"id":"step-3.7-flash","object":"model","created":1780000000,"owned_by":"stepai"},'
    '{"id":"step-5-preview","object":"model","created":1785000000,"owned_by":"stepai"}]}'
)


def _account(kind: str, balance: float) -> dict[str, Said]:
    body = (
        f'{{"object":"account","type":"{kind}","balance":{balance},'
        '"total_cash_balance":100.0,"total_voucher_balance":15.0}'
    )
    return {"/v1/accounts": Said(200, body)}


_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 64),
    refused=Said(401, _REFUSED),
    keyed={**models("/v1/models", _MODELS), **_account("prepaid", 64.2)},
)

PERSONAS = personas(
    _VENDOR,
    "prepaid, 64.20 left",
    Situation(name="broke", says="prepaid, nothing left", keyed=_account("prepaid", 0)),
    Situation(name="postpaid", says="postpaid and below zero, which says nothing", keyed=_account("postpaid", -3.5)),
    Situation(
        name="subscription",
        says="a key without a balance: refused by that question alone",
        keyed={"/v1/accounts": Said(401, _REFUSED)},
    ),
    Situation(
        name="other-platform",
        says="a key of api.stepfun.com: refused at api.stepfun.ai",
        only_at="api.stepfun.com",
    ),
)
