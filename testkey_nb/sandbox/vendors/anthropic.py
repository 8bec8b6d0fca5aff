"""Anthropic.  Bodies: https://github.com/maruel/genai (recorded), https://platform.claude.com/docs/en/api, issues."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas

# PyPI anthropic 2.14.0 types/model_info.py.
_ACTIVE = '"lifecycle":"active","deprecated_at":null,"retires_at":null'
_DEPRECATED = '"lifecycle":"deprecated","deprecated_at":"2026-09-01T00:00:00Z","retires_at":"2027-02-04T00:00:00Z"'


def _error(kind: str, message: str) -> str:
    return f'{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_011Example"}}'


def _model(name: str, title: str, created: str, stage: str = _ACTIVE) -> str:
    return (
        f'{{"type":"model","id":"{name}","display_name":"{title}","created_at":"{created}T00:00:00Z",{stage},'
        '"max_input_tokens":1000000,"max_tokens":128000,"capabilities":{"batch":{"supported":true},'
        '"image_input":{"supported":true},"pdf_input":{"supported":true},"structured_outputs":{"supported":true}}}'
    )


_MODELS = (
    f'{{"data":[{_model("claude-opus-5", "Claude Opus 5", "2026-07-24")},'
    f"{_model('claude-sonnet-5', 'Claude Sonnet 5', '2026-06-29')},"
    f"{_model('claude-opus-4-6', 'Claude Opus 4.6', '2026-02-04', _DEPRECATED)}],"
    '"has_more":false,"first_id":"claude-opus-5","last_id":"claude-opus-4-6"}'
)
# github.com/anthropics/claude-code/issues/66297.
_BROKE = _error(
    "invalid_request_error",
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
    "purchase credits.",
)
# https://platform.claude.com/docs/en/api/errors.
_BARRED = _error("permission_error", "Your API key does not have permission to use the specified resource.")
# https://platform.claude.com/docs/en/api/admin/organizations/me.
_ORGANIZATION = '{"id":"12345678-1234-5678-1234-567812345678","name":"Example Organization","type":"organization"}'
_CALLER = {
    "anthropic-organization-id": "12345678-1234-5678-1234-567812345678",
    "anthropic-workspace-id": "wrkspc_01Example",
}


def _key(prefix: str, name: str) -> str:
    return made_up_key(prefix, name, 93) + "AA"


_VENDOR = Vendor(
    key=lambda name: _key("sk-ant-api03-", name),
    refused=Said(401, _error("authentication_error", "invalid x-api-key"), {"x-should-retry": "false"}),
    keyed={
        **models("/v1/models", _MODELS),
        "/v1/models": Said(200, _MODELS, _CALLER),
        "/v1/models/*": Said(404, _error("not_found_error", "model: none of that name"), _CALLER),
        "/v1/organizations/me": Said(403, _BARRED, _CALLER),
    },
    throttled=Said(
        429,
        _error("rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit"),
        {"retry-after": "20"},
    ),
    unknown=Said(404, _error("not_found_error", "Not found")),
    headers={"server": "cloudflare", "x-robots-tag": "none"},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key, headers tell its organisation and workspace; money is not told",
    Situation(name="broke", says="400 credit balance is too low", keyed={"/v1/models*": Said(400, _BROKE, _CALLER)}),
    Situation(name="barred", says="403 permission_error", keyed={"/v1/models*": Said(403, _BARRED, _CALLER)}),
    Situation(
        name="admin-key",
        says="a key that manages the organisation",
        key=_key("sk-ant-admin01-", "admin-key"),
        keyed={"/v1/organizations/me": Said(200, _ORGANIZATION, _CALLER)},
    ),
)
