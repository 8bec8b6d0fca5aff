"""NVIDIA NIM.  Paths: https://docs.nvidia.com/cloud-functions/user-guide/latest/cloud-function/api.html."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"openai/gpt-oss-120b","object":"model","created":735790403,"owned_by":"openai"},'
    '{"id":"nvidia/nemotron-3-super-120b-a12b","object":"model","created":735790403,"owned_by":"nvidia"}]}'
)
_FUNCTIONS = "/v2/nvcf/functions"

_VENDOR = Vendor(
    key=lambda name: made_up_key("nvapi-", name, 64),
    refused=Said(401, "{}"),  # the status is known of other tools' rules, the words are not
    keyed={_FUNCTIONS: Said(200, '{"functions":[]}')},
    public={"/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(
    _VENDOR,
    "the list of its own functions is empty and proves the key",
    Situation(
        name="no-functions",
        says="a good key without the right to list functions: 403, which says nothing",
        keyed={_FUNCTIONS: Said(403, '{"status":403,"title":"Forbidden","detail":"Authorization failed"}')},
    ),
)
