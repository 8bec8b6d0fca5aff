"""Ollama.  Bodies: https://github.com/ollama/ollama (`server/routes.go`, `openai/openai.go`)."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Vendor, personas

_VENDOR = Vendor(
    key=lambda name: made_up_key("", name, 24),
    refused=Said(401, "{}"),  # never answered: a local server looks at no key
    keyed={},
    public={
        "/": Said(200, "Ollama is running", {"content-type": "text/plain; charset=utf-8"}),
        "/v1/models": Said(
            200,
            '{"object":"list","data":[{"id":"llama3.2:latest","object":"model","created":1763892000,'
            '"owned_by":"library"}]}',
        ),
    },
    unknown=Said(404, "404 page not found", {"content-type": "text/plain"}),
    models=("llama3.2:latest",),
)

PERSONAS = {
    "launch-ready": personas(_VENDOR, "answers everybody: no key is looked at, so none is proved")["launch-ready"]
}
