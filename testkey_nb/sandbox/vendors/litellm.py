"""LiteLLM's proxy.  Bodies: seen at one of PyPI litellm 1.106.2, and its source (`proxy/_types.py`, `proxy/auth/`)."""

from __future__ import annotations

from dataclasses import replace

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, persona_of, personas

# It writes None as the word and the status as text.
_NO_KEY = (
    '{"error":{"message":"Authentication Error, No api key passed in.",'
    '"type":"auth_error","param":"None","code":"401"}}'
)
# What it echoes is the hash of the key: whoever shows this has to redact it.
_REFUSED = (
    '{"error":{"message":"Authentication Error, Invalid proxy server token passed. key=88dc28d0f030c55ed4ab77ed8faf098'
    '196cb1c05df778539800c9f1243fe6b4b, not found in db. Create key via `/key/generate` call.",'
    '"type":"token_not_found_in_db","param":"key","code":"401"}}'
)
_NO_DATABASE = '{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}'
_MODELS = (
    '{"data":[{"id":"gpt-4o-mini","object":"model","created":1677610602,"owned_by":"openai","mode":"chat",'
    '"max_input_tokens":128000,"max_output_tokens":16384},{"id":"gpt-4o","object":"model","created":1677610602,'
    '"owned_by":"openai","mode":"chat","max_input_tokens":128000,"max_output_tokens":16384}],"object":"list"}'
)
_PAGE = "<!DOCTYPE html><html><head><title>LiteLLM API - Swagger UI</title></head><body></body></html>"


def _info(spend: float = 12.5, budget: str = "100.0", *, routes: str = "[]") -> Said:
    key = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"
    info = (
        f'{{"key_name":"sk-...zzzz","key_alias":"somebodys-laptop","spend":{spend},"max_budget":{budget},'
        f'"budget_duration":null,"budget_reset_at":null,"expires":null,"models":["gpt-4o-mini","gpt-4o"],'
        f'"user_id":"default_user_id","team_id":null,"tpm_limit":100000,"rpm_limit":1000,"metadata":{{}},'
        f'"allowed_routes":{routes},"blocked":null,"org_id":null,"status":"active"}}'
    )
    return Said(200, f'{{"key":"{key}","info":{info}}}')


def _budget(status: int) -> Said:
    error = (
        f'{{"message":"Budget has been exceeded! Current cost: 100.2, Max budget: 100.0","type":"budget_exceeded",'
        f'"param":null,"code":"{status}"}}'
    )
    return Said(status, f'{{"error":{error}}}')


_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 22),
    refused=Said(401, _REFUSED),
    no_key=Said(401, _NO_KEY),
    keyed={"/v1/models": Said(200, _MODELS), "/key/info": _info()},
    public={
        "/": Said(200, _PAGE, {"content-type": "text/html; charset=utf-8"}),
        "/health/liveliness": Said(200, '"I\'m alive!"'),
    },
    unknown=Said(404, '{"detail":"Not Found"}'),
    headers={"x-frame-options": "DENY", "x-content-type-options": "nosniff"},
    models=("gpt-4o-mini",),
)
_WITHOUT_DATABASE = replace(
    _VENDOR,
    refused=Said(400, _NO_DATABASE),
    keyed={
        "/v1/models": Said(200, _MODELS),
        "/key/info": Said(
            500,
            '{"error":{"message":"Database not connected. Connect a database to your proxy - https://docs.litellm.ai/'
            'docs/simple_proxy#managing-auth---virtual-keys","type":"internal_server_error","param":null,"code":"500"}}',
        ),
    },
    headers={},
)
_OPEN = replace(_VENDOR, keyed={}, public={**_VENDOR.public, "/v1/models": Said(200, _MODELS)}, headers={})

PERSONAS = {
    **personas(
        _VENDOR,
        "a virtual key with a budget of 100 USD, 12.50 of it used",
        Situation(name="broke", says="its budget is used up", keyed={"/key/info": _info(spend=100.2)}),
        Situation(
            name="over-budget",
            says="422 budget_exceeded to every question",
            keyed={"/v1/models": _budget(422), "/key/info": _budget(422)},
        ),
        Situation(name="no-budget", says="the relay sets it no budget", keyed={"/key/info": _info(budget="null")}),
        Situation(
            name="management-key",
            says="may manage and not call models",
            keyed={"/key/info": _info(routes='["management_routes"]')},
        ),
    ),
    "no-database": persona_of(
        _WITHOUT_DATABASE,
        Situation(name="no-database", says="only the master key is known; others are refused with 400"),
    ),
    "open-door": persona_of(
        _OPEN, Situation(name="open-door", says="no master key: every key is answered, and none too")
    ),
}
