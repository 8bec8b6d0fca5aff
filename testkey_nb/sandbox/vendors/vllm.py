"""vLLM's server.  Bodies: https://github.com/vllm-project/vllm (`vllm/entrypoints`)."""

from __future__ import annotations

from dataclasses import replace

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, persona_of, personas

_LIST = Said(
    200,
    '{"object":"list","data":[{"id":"Qwen/Qwen3-8B","object":"model","created":1763892000,"owned_by":"vllm",'
    '"root":"Qwen/Qwen3-8B","parent":null,"max_model_len":40960,"permission":[{"id":"modelperm-0000",'
    '"object":"model_permission","created":1763892000,"allow_sampling":true,"is_blocking":false}]}]}',
)
_LOAD = {"/load": Said(200, '{"server_load":0}'), "/version": Said(200, '{"version":"0.11.2"}')}
_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 24),
    refused=Said(401, '{"error":"Unauthorized"}'),
    keyed={"/v1/models": _LIST},
    public=_LOAD,
    unknown=Said(404, '{"detail":"Not Found"}'),
    headers={"server": "uvicorn"},
    models=("Qwen/Qwen3-8B",),
)
_OPEN = replace(_VENDOR, keyed={}, public={**_LOAD, "/v1/models": _LIST})

PERSONAS = {
    **personas(_VENDOR, "started with --api-key"),
    "open-door": persona_of(
        _OPEN, Situation(name="open-door", says="started without --api-key: every key is answered, and none too")
    ),
}
