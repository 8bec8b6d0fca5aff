"""New API.  Bodies: https://github.com/QuantumNous/new-api (`middleware/utils.go`, `controller`), issue 6929."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas
from testkey_nb.sandbox.vendors.one_api import BILLING, UNKNOWN, model, refusal, subscription, usage

_CODE = ',"code":""'
_CHAT = ',"supported_endpoint_types":["openai"]'
_STATUS = (
    '{"success":true,"message":"","data":{"version":"v0.9.0","start_time":1732270000,"email_verification":false,'
    '"github_oauth":false,"discord_oauth":false,"linuxdo_oauth":false,"telegram_oauth":false,"system_name":"New API",'
    '"quota_per_unit":500000,"display_in_currency":true,"quota_display_type":"CNY","usd_exchange_rate":7.3,'
    '"enable_drawing":true,"demo_site_enabled":false,"self_use_mode_enabled":false,"setup":true}}'
)
_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 48),
    refused=refusal("无效的令牌", "new_api_error", _CODE),
    keyed={
        "/v1/models": Said(
            200, f'{{"success":true,"data":[{model("gpt-4o-mini", _CHAT)},{model("gpt-4o", _CHAT)}],"object":"list"}}'
        ),
        f"{BILLING}subscription": subscription(730),
        f"{BILLING}usage": usage(9125),
    },
    public={"/api/status": Said(200, _STATUS)},
    unknown=UNKNOWN,
    headers={"x-oneapi-request-id": "20261123100000123456789abcdef", "x-new-api-version": "v0.9.0"},
    models=("gpt-4o-mini",),
)

PERSONAS = personas(
    _VENDOR,
    "a quota of 730 yuan, 91.25 of it used",
    Situation(name="broke", says="its quota is used up", keyed={f"{BILLING}usage": usage(73000)}),
    Situation(
        name="used-up",
        says="401 to every question: the quota is used up",
        keyed={
            path: refusal("该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]", "new_api_error", _CODE)
            for path in _VENDOR.keyed
        },
    ),
)
