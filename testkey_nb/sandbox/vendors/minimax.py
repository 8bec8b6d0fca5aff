"""MiniMax.  Bodies: https://platform.minimax.io/docs/api-reference/models/openai/list-models.md, issues named below."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

# github.com/MiniMax-AI/MiniMax-01/issues/69, github.com/nearai/ironclaw/issues/1742.
_REFUSED = (
    '{"type":"error","error":{"type":"authorized_error","message":"invalid api key (2049)","http_code":"401"},'
    '"request_id":"00000000000000000000000000000000"}'
)
_NO_KEY = (
    '{"type":"error","error":{"type":"authorized_error","message":"login fail: Please carry the API secret key in the '
    '\'Authorization\' field of the request header (1004)","http_code":"401"}}'
)
_MODELS = (
    '{"object":"list","data":[{"id":"MiniMax-M3","object":"model","created":1780272000,"owned_by":"minimax"},'
    '{"id":"MiniMax-M2.7","object":"model","created":1773799200,"owned_by":"minimax"}]}'
)
# github.com/stagewise-io/stagewise/issues/1571.
_NO_FUNDS = (
    '{"type":"error","error":{"type":"insufficient_balance_error","message":"insufficient balance (1008)",'
    '"http_code":"402"},"request_id":"00000000000000000000000000000000"}'
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-api-", name, 119),
    refused=Said(401, _REFUSED),
    no_key=Said(401, _NO_KEY),
    keyed={"/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(
    _VENDOR,
    "the list proves the key; money, limits and permissions are not told",
    Situation(name="broke", says="402 insufficient_balance_error", keyed={"/v1/models": Said(402, _NO_FUNDS)}),
    Situation(
        name="other-platform",
        says="a key of api.minimaxi.com: refused at api.minimax.io",
        only_at="api.minimaxi.com",
    ),
)
