"""Nebius Token Factory.  Bodies: https://github.com/anomalyco/models.dev (the verbose list), captured refusals."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, personas

_MODELS = (
    '{"object":"list","data":[{"id":"nvidia/Nemotron-3-Nano-30B-A3B","name":"Nemotron-3-Nano-30B-A3B",'
    '"created":1767225600,"context_length":8000,"architecture":{"modality":"text->text"},'
    '"pricing":{"prompt":"0.00000006","completion":"0.00000024"},"supported_features":["tools","structured_outputs"]},'
    '{"id":"zai-org/GLM-5.3","name":"zai-org/GLM-5.3","architecture":{"modality":"text->text"},'
    '"pricing":{"prompt":"0.0000014","completion":"0.0000044"},"supported_features":["tools","json_mode"]}]}'
)


def _refused(reason: str) -> Said:
    return Said(401, f'{{"detail":"Couldn\'t authenticate. Reason: {reason}"}}')


_VENDOR = Vendor(
    key=lambda name: made_up_key("v1.", name, 80),
    refused=_refused("Unable authenticate"),
    keyed={"/v1/models": Said(200, _MODELS)},
    no_key=_refused("token is not present"),
)

PERSONAS = personas(_VENDOR, "the list proves the key and has prices; owner, money and limits are not told")
