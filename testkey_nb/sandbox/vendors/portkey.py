"""Portkey.  Bodies: https://www.mintlify.com/portkey-AI/gateway/api/models/list, Portkey-AI/gateway (`src`)."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":1687882411,"owned_by":"openai"},'
    '{"id":"claude-3-5-sonnet-20241022","object":"model","created":1687882411,"owned_by":"anthropic"}]}'
)
_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 28),
    # The same to a wrong key, to none, and where the control plane cannot be reached.
    refused=Said(401, '{"status":"failure","message":"Portkey Error: Invalid API Key. Error Code: 03"}'),
    keyed={"/v1/models": Said(200, _MODELS)},
    unknown=Said(404, '{"message":"Not Found","ok":false}'),
    headers={"server": "cloudflare", "x-portkey-trace-id": "00000000-0000-0000-0000-000000000000"},
    models=("gpt-4o-mini",),
)

PERSONAS = personas(_VENDOR, "the list proves the key; nothing else is told")
