"""Together AI.  Bodies: https://github.com/maruel/genai (recorded), PyPI together 3.1.1 types/whoami_response.py."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_PRICES = '"hourly":0,"base":0,"finetune":0,"image_pixel":0,"transcribe":0,"image":0,"video":0'
_MODELS = (
    '[{"id":"moonshotai/Kimi-K3","uuid":"endpoint-kk-moonshotai-kimi-k3","object":"model","created":1785049898,'
    '"type":"chat","running":false,"display_name":"Kimi K3","organization":"Moonshot AI","context_length":1000000,'
    '"pricing":{"input":3,"output":15,"cached_input":0.3,' + _PRICES + "}},"
    '{"id":"zai-org/GLM-5.2","uuid":"endpoint-83348bee-b0fb-4aad-8ba4-72545469cb9e","object":"model","created":0,'
    '"type":"chat","running":false,"display_name":"GLM 5.2","organization":"Zai Org","context_length":512000,'
    '"pricing":{"input":1.4,"output":4.4,"cached_input":0.26,' + _PRICES + "}}]"
)
_ORGANISATION = '"organization":{"id":"org-example","name":"Example organisation"}'
_PROJECT = '"project":{"id":"proj-example","name":"Example project","slug":"example"}'


def _whoami(kind: str, *parts: str) -> Said:
    return Said(200, f'{{"type":"{kind}","api_key":{{"id":"key-example"}},{",".join(parts)}}}')


_VENDOR = Vendor(
    key=lambda name: made_up_key("tgp_v1_", name, 43),
    refused=Said(401, '{"error":{"message":"Unauthorized"}}'),
    keyed={"/v3/whoami": _whoami("project_api_key", _ORGANISATION, _PROJECT), "/v1/models": Said(200, _MODELS)},
    headers={"server": "cloudflare", "cf-cache-status": "DYNAMIC", "cf-ray": "0000000000000000-SIN"},
)

PERSONAS = personas(
    _VENDOR,
    "a project's key; the list proves it too, money and limits are not told",
    Situation(
        name="organization-key",
        says="a key of an organisation, not of one project",
        keyed={"/v3/whoami": _whoami("org_api_key", _ORGANISATION)},
    ),
)
