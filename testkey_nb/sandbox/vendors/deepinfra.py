"""DeepInfra.  Bodies: https://api.deepinfra.com/openapi.json; a refusal captured on 2026-10-07."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = '{"detail":"User is not authorized to access this resource"}'
_ME = (
    '{"uid":"u-1","email":"owner@example.com","email_verified":true,"display_name":"Example Owner",'
    '"provider":"github","picture":"https://example.com/owner.png","is_admin":false,"name":"Example Owner",'
    '"is_business_account":false,"company":"","website":"","is_team_account":false}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"deepseek-ai/DeepSeek-V4-Flash","object":"model","created":0,'
    '"owned_by":"deepinfra","metadata":{"tags":["chat"],"context_length":1048576,"max_tokens":65536}},'
    '{"id":"openai/gpt-oss-120b","object":"model","created":0,"owned_by":"deepinfra",'
    '"metadata":{"tags":["chat"],"context_length":131072,"max_tokens":65536}}]}'
)
_PRICES = (
    '[{"model_name":"deepseek-ai/DeepSeek-V4-Flash","type":"text-generation","tags":["openai","tools"],'
    '"max_tokens":1048576,"deprecated":null,"pricing":{"type":"tokens","cents_per_input_token":0.00001,'
    '"cents_per_output_token":0.00002,"rate_per_input_token_cached":0.2}},'
    '{"model_name":"openai/gpt-oss-120b","type":"text-generation","tags":["openai","tools"],"max_tokens":131072,'
    '"deprecated":1796083200,"pricing":{"type":"tokens","cents_per_input_token":0.000005,'
    '"cents_per_output_token":0.000025,"discount":0.5}}]'
)
_CHECKLIST = "/payment/checklist"


def _checklist(owed: float, suspended: str = '"suspended":false') -> dict[str, Said]:
    body = (
        '{"email":true,"billing_address":true,"payment_method":true,"overdue_invoices":0,"last_checked":1790000000,'
        f'"stripe_balance":{owed},"recent":2.5,"limit":20,{suspended}}}'
    )
    return {_CHECKLIST: Said(200, body)}


def _suspended(reason: str) -> dict[str, Said]:
    return _checklist(4.0, f'"suspended":true,"suspend_reason":"{reason}"')


_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 32),
    refused=Said(401, _REFUSED),
    keyed={
        "/v1/me": Said(200, _ME),
        "/v1/me/rate_limit": Said(200, '{"rate_limit":200,"tpm_rate_limit":1100000}'),
        "/payment/usage": Said(200, '{"months":[{"period":"2026-10","items":[],"total_cost":375}]}'),
        **_checklist(-10.0),
    },
    public={"/v1/openai/models": Said(200, _MODELS), "/models/list": Said(200, _PRICES)},
)

PERSONAS = personas(
    _VENDOR,
    "7.50 USD left, 2.50 of a limit of 20 used",
    Situation(name="broke", says="suspended: invoices are overdue", keyed=_suspended("overdue-invoices")),
    Situation(name="spending-limit", says="suspended: the limit is reached", keyed=_suspended("limit-reached")),
    Situation(
        name="no-billing",
        says="a key without access to billing: 403 to the two questions about money",
        keyed={_CHECKLIST: Said(403, "{}"), "/payment/usage": Said(403, "{}")},
    ),
)
