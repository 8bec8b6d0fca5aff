"""Perplexity.  Bodies: https://github.com/api-evangelist/perplexity (the list), a client's log of a refusal."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_MODELS = (
    '{"object":"list","data":['
    '{"id":"anthropic/claude-sonnet-4-6","object":"model","created":0,"owned_by":"anthropic"},'
    '{"id":"openai/gpt-5.4","object":"model","created":0,"owned_by":"openai"},'
    '{"id":"perplexity/sonar","object":"model","created":0,"owned_by":"perplexity"}]}'
)
# https://github.com/maruel/genai providers/perplexity: what a bad key got from /chat/completions in 2025.
_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty/1.27.4</center>\r\n"
    "</body>\r\n</html>"
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("pplx-", name, 48),
    refused=Said(401, '{"error":{"message":"Invalid API key provided.","type":"invalid_api_key","code":401}}'),
    keyed={"/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(
        name="refused-by-page",
        says="the refusal is a page for people, which proves nothing",
        keyed={"/v1/models": Said(401, _PAGE, {"content-type": "text/html"})},
    ),
)
