"""Groq.  Bodies: https://github.com/maruel/genai (recorded), and issues as each names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, models, personas

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATH = "/openai/v1/models"
_REFUSED = '{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}\n'
# github.com/NVIDIA-NeMo/Guardrails/issues/563.
_RESTRICTED = (
    '{"error":{"message":"Organization has been restricted. Please reach out to support if you believe this was in '
    'error.","type":"invalid_request_error","code":"organization_restricted"}}'
)
# github.com/lobehub/lobehub/issues/2143.
_BLOCKED = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body></body></html>"
_NO_MODEL = (  # what a call is answered
    '{"error":{"message":"The model does not exist or you do not have access to it.",'
    '"type":"invalid_request_error","code":"model_not_found"}}'
)


def _model(name: str, prices: tuple[str, str, str], active: str = "true") -> str:
    prompt, completion, cached = prices
    return (
        f'{{"id":"{name}","object":"model","created":1754407957,"owned_by":"OpenAI","active":{active},'
        '"context_window":131072,"public_apps":null,"max_completion_tokens":65536,'
        '"input_modalities":["text"],"output_modalities":["text"],"context_length":131072,'
        f'"pricing":{{"prompt":"{prompt}","completion":"{completion}","image":"0","request":"0",'
        f'"input_cache_read":"{cached}"}},'
        '"supported_features":["tools","json_mode","structured_outputs","reasoning"]}'
    )


def _models(active: str = "true") -> Mapping[str, Said]:
    small = _model("openai/gpt-oss-20b", ("0.000000075", "0.0000003", "0.0000000375"), active)
    large = _model("openai/gpt-oss-120b", ("0.00000015", "0.0000006", "0.000000075"))
    return models(_PATH, f'{{"object":"list","data":[{small},{large}]}}\n')


_VENDOR = Vendor(
    key=lambda name: made_up_key("gsk_", name, 52),
    refused=Said(401, _REFUSED),
    keyed={**_models(), f"{_PATH}/*": Said(404, _NO_MODEL)},
    headers={"server": "cloudflare", "via": "1.1 google", "x-groq-region": "dls"},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key and has prices; money, limits and permissions are not told",
    Situation(name="restricted", says="400 organization_restricted", keyed={f"{_PATH}*": Said(400, _RESTRICTED)}),
    Situation(name="model-gone", says="the covered model is listed and not active", keyed=_models("false")),
    Situation(
        name="firewall",
        says="403, a page of the network in front",
        keyed={f"{_PATH}*": Said(403, _BLOCKED, {"content-type": "text/html; charset=UTF-8"})},
    ),
)
