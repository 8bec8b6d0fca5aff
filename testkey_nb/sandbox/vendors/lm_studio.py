"""LM Studio.  Bodies: https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618, JetBrains/koog issue 139."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, personas

_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 24),
    refused=Said(401, "{}"),  # never answered: by default no key is looked at, and what refuses one is not known
    keyed={},
    public={
        "/v1/models": Said(
            200,
            '{"data":[{"id":"qwen/qwen3-vl-8b","object":"model","owned_by":"organization_owner"}],"object":"list"}',
        )
    },
    # Whatever it does not serve is answered with 200.
    unknown=Said(200, '{"error":"Unexpected endpoint or method. (GET /testkey-no-such-path)"}'),
    headers={"x-powered-by": "Express"},
    models=("qwen/qwen3-vl-8b",),
)

PERSONAS = {
    "launch-ready": personas(_VENDOR, "answers everybody: no key is looked at, so none is proved")["launch-ready"]
}
