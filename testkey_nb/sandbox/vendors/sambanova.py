"""SambaNova Cloud.  Bodies: https://docs.sambanova.ai/docs/api-reference/models (the list, which needs no key).

Nothing is known that could be asked with a key for free, so every persona gets the same answer and no key is proved.
"""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"gpt-oss-120b","object":"model",'
    '"context_length":131072,"max_completion_tokens":131072,"sn_metadata":{},'
    '"pricing":{"prompt":0.00000022,"completion":0.00000059,"duration_per_hour":null}},'
    '{"id":"Meta-Llama-3.3-70B-Instruct","object":"model","context_length":131072,"sn_metadata":{},'
    '"pricing":{"prompt":0.0000006,"completion":0.0000012,"duration_per_hour":null}}]}'
)

_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 36),
    refused=Said(401, ""),
    keyed={},
    public={"/v1/models": Said(200, _MODELS)},
)

PERSONAS = personas(_VENDOR, "the list is public; nothing tells whether the key is taken")
