"""xAI.  Bodies: docs.x.ai (the example of a key, prices in cents per 100 million tokens), a captured refusal.

https://docs.x.ai/developers/rest-api-reference/inference/models, https://github.com/continuedev/continue/issues/10778.
"""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_REFUSED = (
    '{"code":"invalid-argument","error":"Incorrect API key provided. You can obtain an API key from '
    'https://console.x.ai."}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"grok-4.6","object":"model","created":1785542400,"owned_by":"xai"},'
    '{"id":"grok-4.3","aliases":["grok-latest"],"object":"model","created":1772323200,"owned_by":"xai"}]}'
)
_TEXT = '"object":"model","owned_by":"xai","input_modalities":["text","image"],"output_modalities":["text"]'
_LANGUAGE_MODELS = (
    f'{{"models":[{{"id":"grok-4.6",{_TEXT},"max_prompt_length":1000000,"prompt_text_token_price":20000,'
    '"cached_prompt_text_token_price":5000,"completion_text_token_price":60000,"long_context_threshold":200000,'
    '"prompt_text_token_price_long_context":40000,"completion_text_token_price_long_context":120000},'
    f'{{"id":"grok-4.3","aliases":["grok-latest"],{_TEXT},"prompt_text_token_price":12500,'
    '"completion_text_token_price":25000}]}'
)
_ALL = '"api-key:model:*","api-key:endpoint:*"'


def _key(*, blocked: str = "false", disabled: str = "false", team: str = "false", acls: str = _ALL) -> dict[str, Said]:
    body = (
        f'{{"acls":[{acls}],"api_key_blocked":{blocked},"api_key_disabled":{disabled},"team_blocked":{team},'
        '"api_key_id":"00000000-0000-4000-8000-000000000001","create_time":"2026-01-01T12:55:18.139305Z",'
        '"modified_by":"00000000-0000-4000-8000-000000000002","modify_time":"2026-01-28T17:20:12.343321Z",'
        '"name":"My API Key","redacted_api_key":"xai-...Qz","team_id":"00000000-0000-4000-8000-000000000003",'
        '"user_id":"00000000-0000-4000-8000-000000000002"}'
    )
    return {"/v1/api-key": Said(200, body)}


_VENDOR = Vendor(
    key=lambda name: made_up_key("xai-", name, 80),
    refused=Said(400, _REFUSED),
    keyed={**_key(), "/v1/models": Said(200, _MODELS), "/v1/language-models": Said(200, _LANGUAGE_MODELS)},
    no_key=Said(401, '{"code":"unauthenticated:no-credentials","error":"No credentials presented."}'),
)

PERSONAS = personas(
    _VENDOR,
    "a key for every model and endpoint; the balance is told to management keys only",
    Situation(name="disabled", says="200, and api_key_disabled true", keyed=_key(disabled="true")),
    Situation(name="blocked", says="200, and api_key_blocked true", keyed=_key(blocked="true")),
    Situation(name="team-blocked", says="200, and team_blocked true", keyed=_key(team="true")),
    Situation(
        name="limited",
        says="a key for one model and the chat endpoint",
        keyed=_key(acls='"api-key:model:grok-4.3","api-key:endpoint:chat"'),
    ),
)
