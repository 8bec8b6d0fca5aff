"""OpenAI.  Bodies: https://github.com/maruel/genai (recorded), https://github.com/openai/openai-openapi, issues."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas

_REFUSED = (
    '{"error":{"message":"Incorrect API key provided: sk-xxxxx***xxxx. You can find your API key at '
    'https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,'
    '"code":"invalid_api_key"}}'
)
_MODELS = (
    '{"object":"list","data":['
    '{"id":"gpt-5.5","object":"model","created":1776902400,"owned_by":"system","shutdown_date":null},'
    '{"id":"gpt-4o-mini","object":"model","created":1721172741,"owned_by":"system","shutdown_date":"2027-01-14"},'
    '{"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"system","shutdown_date":"2027-01-14"},'
    '{"id":"o3-2025-04-16","object":"model","created":1744133301,"owned_by":"system","shutdown_date":"2026-12-11"},'
    '{"id":"text-embedding-3-small","object":"model","created":1705948997,"owned_by":"system","shutdown_date":null}]}'
)
# github.com/bytedance/trae-agent/issues/162: a good key, without the permission that is asked for.
_SCOPES = (
    '{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: '
    'api.model.read. Check that you have the correct role in your organization.",'
    '"type":"invalid_request_error","param":null,"code":null}}'
)
# github.com/Pythagora-io/gpt-pilot/issues/340.
_REGION = (
    '{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not '
    'supported","param":null,"type":"request_forbidden"}}'
)
# https://developers.openai.com/api/docs/guides/ip-allowlist: status and code; the message is not documented.
_ADDRESS = '{"error":{"message":"","type":"invalid_request_error","param":null,"code":"ip_not_authorized"}}'
_QUOTA = (
    '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.",'
    '"type":"insufficient_quota","param":null,"code":"insufficient_quota"}}'
)
# github.com/Aider-AI/aider/issues/2030: what a call is answered.
_NO_MODEL = (
    '{"error":{"message":"The model does not exist or you do not have access to it.",'
    '"type":"invalid_request_error","param":null,"code":"model_not_found"}}'
)


def _key(prefix: str, name: str) -> str:
    return prefix + made_up_key("", name, 58) + "T3BlbkFJ" + made_up_key("", name, 58)


_VENDOR = Vendor(
    key=lambda name: _key("sk-proj-", name),
    refused=Said(401, _REFUSED, {"www-authenticate": 'Bearer realm="OpenAI API"'}),
    keyed={
        **models("/v1/models", _MODELS),
        "/v1/models/*": Said(404, _NO_MODEL),
        "/v1/organization/admin_api_keys": Said(401, _SCOPES),
    },
    headers={"openai-version": "2020-10-01", "openai-processing-ms": "21", "x-openai-proxy-wasm": "v0.1"},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(name="broke", says="429 insufficient_quota", keyed={"/v1/models*": Said(429, _QUOTA)}),
    Situation(name="restricted", says="401 Missing scopes, of a good key", keyed={"/v1/models*": Said(401, _SCOPES)}),
    Situation(
        name="region-blocked",
        says="403 unsupported_country_region_territory",
        keyed={"/v1/models*": Said(403, _REGION)},
    ),
    Situation(
        name="listed-only",
        says="the covered model is listed, and the question about it is answered that there is none for this key",
        keyed={"/v1/models/gpt-5.5": Said(404, _NO_MODEL)},
    ),
    Situation(
        name="ip-restricted",
        says="401 ip_not_authorized, to an address that the account does not list",
        keyed={"/v1/models": Said(401, _ADDRESS)},
    ),
    Situation(
        name="admin-key",
        says="a key that manages the organisation",
        key=_key("sk-admin-", "admin-key"),
        keyed={
            "/v1/models*": Said(401, _SCOPES),
            "/v1/organization/admin_api_keys": Said(200, '{"object":"list","data":[],"has_more":false}'),
        },
    ),
)
