"""Marks of relays: software that speaks a provider's language without being it.

A relay can strip its marks, so a missing mark proves nothing.  Read 2026-11-23.
"""

from collections.abc import Callable, Iterator

from testkey_nb.spec import Mark, Provider, Reply

from .loose import items, mapping

_CHECKED = "2026-11-23"
_LITELLM = "PyPI litellm 1.106.2 proxy/_types.py, proxy/common_request_processing.py, proxy/health_endpoints"
_ONE_API = "songquanpeng/one-api@8df4a267 common/helper/key.go, middleware/utils.go, controller/model.go"
_NEW_API = "QuantumNous/new-api middleware/utils.go@3e92b6bb, types/error.go@01f6839b, controller/model.go@053f9ded"
_VLLM = "vllm-project/vllm vllm/entrypoints/openai/engine/protocol.py"
_OLLAMA = "ollama/ollama@fb307609 server/routes.go"


def _models(reply: Reply) -> Iterator[dict[str, object]]:
    return (dict(mapping(model)) for model in items(mapping(reply.json).get("data")))


def _owned_by(owner: str) -> Callable[[Reply], str]:
    return lambda reply: f'owned_by "{owner}"' if any(m.get("owned_by") == owner for m in _models(reply)) else ""


def _created(stamp: int) -> Callable[[Reply], str]:
    return lambda reply: f"created {stamp}" if any(m.get("created") == stamp for m in _models(reply)) else ""


def _error(**fields: str) -> Callable[[Reply], str]:
    def seen(reply: Reply) -> str:
        error = mapping(mapping(reply.json).get("error"))
        held = all(error.get(name) == value for name, value in fields.items())
        return ", ".join(f'error.{name} "{value}"' for name, value in fields.items()) if held else ""

    return seen


def _says(words: str) -> Callable[[Reply], str]:
    return lambda reply: words if reply.status == 200 and reply.text.strip().strip('"') == words else ""  # noqa: PLR2004


def _relay(relay: str, name: str, docs: str, *marks: Mark) -> Provider:
    return Provider(relay, name, docs, _CHECKED, kind="relay", marks=marks)


RELAYS = (
    _relay(
        "litellm",
        "LiteLLM proxy",
        "https://docs.litellm.ai/docs/simple_proxy",
        Mark("x-litellm-version", _LITELLM, _CHECKED, header="x-litellm-version"),
        Mark("x-litellm-call-id", _LITELLM, _CHECKED, header="x-litellm-call-id"),
        Mark("x-litellm-model-api-base", _LITELLM, _CHECKED, header="x-litellm-model-api-base"),
        # The status as a string in error.code is this proxy's own way of writing errors.
        Mark("error body", _LITELLM, _CHECKED, body=_error(type="auth_error", code="401")),
        Mark("liveliness", _LITELLM, _CHECKED, path="/health/liveliness", body=_says("I'm alive!")),
    ),
    _relay(
        "one_api",
        "One API",
        "https://github.com/songquanpeng/one-api",
        Mark("x-oneapi-request-id", _ONE_API, _CHECKED, header="x-oneapi-request-id"),
        Mark("error body", _ONE_API, _CHECKED, body=_error(type="one_api_error")),
        Mark("model creation time", _ONE_API, _CHECKED, body=_created(1626777600)),
    ),
    _relay(
        "new_api",
        "New API",
        "https://github.com/QuantumNous/new-api",
        Mark("x-new-api-version", _NEW_API, _CHECKED, header="x-new-api-version"),
        Mark("error body", _NEW_API, _CHECKED, body=_error(type="new_api_error")),
    ),
    _relay("vllm", "vLLM server", "https://docs.vllm.ai", Mark("owner", _VLLM, _CHECKED, body=_owned_by("vllm"))),
    _relay(
        "sglang", "SGLang server", "https://docs.sglang.ai", Mark("owner", _VLLM, _CHECKED, body=_owned_by("sglang"))
    ),
    _relay(
        "llama_cpp",
        "llama.cpp server",
        "https://github.com/ggml-org/llama.cpp",
        Mark("owner", _VLLM, _CHECKED, body=_owned_by("llamacpp")),
    ),
    _relay(
        "ollama",
        "Ollama",
        "https://docs.ollama.com",
        Mark("root page", _OLLAMA, _CHECKED, path="/", body=_says("Ollama is running")),
    ),
)
