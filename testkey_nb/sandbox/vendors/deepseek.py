"""DeepSeek.  Bodies: https://github.com/maruel/genai (recorded), https://api-docs.deepseek.com/api/get-user-balance."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = (
    '{"error":{"message":"Authentication Fails, Your api key: ****xxxx is invalid",'
    '"type":"authentication_error","param":null,"code":"invalid_request_error"}}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"deepseek-flash","object":"model","owned_by":"deepseek"},'
    '{"id":"deepseek-v4-pro","object":"model","owned_by":"deepseek"}]}'
)


def _balance(*infos: str, available: str = "true") -> Said:
    return Said(200, f'{{"is_available":{available},"balance_infos":[{",".join(infos)}]}}')


def _info(currency: str, granted: str, topped_up: str, total: str) -> str:
    return (
        f'{{"currency":"{currency}","total_balance":"{total}",'
        f'"granted_balance":"{granted}","topped_up_balance":"{topped_up}"}}'
    )


_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 32).lower(),
    refused=Said(401, _REFUSED),
    keyed={"/user/balance": _balance(_info("USD", "10.00", "90.00", "100.00")), "/models": Said(200, _MODELS)},
    headers={"server": "elb", "via": "1.1 0000.cloudfront.net (CloudFront)", "x-amz-cf-pop": "SIN2-P1"},
)

PERSONAS = personas(
    _VENDOR,
    "is_available, 100 USD of which 10 granted",
    Situation(
        name="broke",
        says="is_available false, nothing left",
        keyed={"/user/balance": _balance(_info("CNY", "0.00", "0.00", "0.00"), available="false")},
    ),
    Situation(
        name="two-currencies",
        says="a balance in yuan and one in dollars",
        keyed={
            "/user/balance": _balance(_info("CNY", "0.00", "110.00", "110.00"), _info("USD", "0.00", "5.50", "5.50"))
        },
    ),
)
