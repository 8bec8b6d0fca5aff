"""Inference servers that people run themselves: whoever answers there is no vendor, whatever the models are called."""

from testkey_nb.outcome import Outcome
from testkey_nb.providers.loose import mapping, number, text
from testkey_nb.providers.model_lists import as_sample
from testkey_nb.spec import Clause, Mark, Provider, Reply

from .seen import CHECKED, LISTS, OK, error, fields_of, model_list, owned_by, says

_VLLM = "vllm-project/vllm@dcbf2004 vllm/entrypoints/"
_VLLM_AUTH = "vllm-project/vllm@baaf6e9c vllm/entrypoints/serve/middleware/authenticate.py"
_SGLANG = "sgl-project/sglang@0025436e python/sglang/srt/entrypoints/http_server.py"
_LLAMA = "ggml-org/llama.cpp@00dd0816 tools/server/server-http.cpp"
_OLLAMA = "ollama/ollama@fb307609 server/routes.go"
_LM_STUDIO = "https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618"
_TGI = "huggingface/text-generation-inference@003eaec0 docs/openapi.json schema Info"
_LOCALAI = "mudler/LocalAI@020fddf9 core/http/"


def _server_load(reply: Reply) -> str:
    """Look for vLLM's `/load`, which is answered without the key also where one is set."""
    body = mapping(reply.json)
    return "server_load" if set(body) == {"server_load"} and number(body["server_load"]) is not None else ""


def _unauthorized(reply: Reply) -> str:
    """Look for how vLLM and SGLang refuse; others do so, too."""
    return 'error "Unauthorized"' if reply.status == 401 and reply.json == {"error": "Unauthorized"} else ""  # noqa: PLR2004


def _flat_error(reply: Reply) -> str:
    """Look for SGLang's errors: not in an `error` object, their type the status as text."""
    body = mapping(reply.json)
    own = body.get("object") == "error" and "param" in body and body.get("type") == str(reply.status)
    return f'object "error", type "{reply.status}"' if own and body.get("code") == reply.status else ""


def _unexpected_endpoint(reply: Reply) -> str:
    """Look for how LM Studio answers what it does not serve: with status 200."""
    said = text(mapping(reply.json).get("error")) or ""
    words = "Unexpected endpoint or method."
    return words if reply.status == OK and said.startswith(words) else ""


def _router(reply: Reply) -> str:
    body = mapping(reply.json)
    return (
        "router text-generation-router" if body.get("router") == "text-generation-router" and "model_id" in body else ""
    )


def _cluster_auth(reply: Reply) -> str:
    return "auth" if reply.status == OK and reply.json in ({"auth": True}, {"auth": False}) else ""


def _server(
    id_: str, name: str, docs: str, *marks: Mark, asked: str = "", outcomes: tuple[Clause, ...] = ()
) -> Provider:
    """Return a server; `asked` is the source of its model list where its own key can be probed."""
    models = model_list(asked)
    asks = (models, as_sample(models)) if asked else ()
    offers = LISTS if asked else frozenset()
    return Provider(
        id_, name, docs, CHECKED, kind="relay", marks=marks, asks=asks, outcomes=outcomes, offers=offers
    )  # fmt: skip


SERVERS = (
    _server(
        "vllm",
        "vLLM server",
        "https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html",
        Mark("owner of every model", f"{_VLLM}openai/engine/protocol.py", CHECKED, body=owned_by("vllm")),
        Mark("load", f"{_VLLM}serve/instrumentator/basic.py", CHECKED, path="/load", body=_server_load),
        Mark("refusal", _VLLM_AUTH, CHECKED, body=_unauthorized, weak=True),
        asked=f"{_VLLM}openai/models/api_router.py",
        outcomes=(Clause(Outcome.DENIED, _VLLM_AUTH, CHECKED, 401, fields=(("error", "Unauthorized"),)),),
    ),
    _server(
        "sglang",
        "SGLang server",
        "https://docs.sglang.ai",
        Mark("owner of every model", _SGLANG, CHECKED, body=owned_by("sglang")),
        Mark("error body", _SGLANG, CHECKED, body=_flat_error),
        Mark("model info", _SGLANG, CHECKED, path="/get_model_info",
             body=fields_of("model_path", "tokenizer_path")),
    ),
    _server(
        "llama_cpp",
        "llama.cpp server",
        "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
        Mark("server header", _LLAMA, CHECKED,
             body=lambda reply: "server: llama.cpp" if reply.headers.get("server") == "llama.cpp" else ""),
        Mark("owner of every model", "vllm-project/vllm, ggml-org/llama.cpp: one schema", CHECKED,
             body=owned_by("llamacpp")),
    ),
    _server(
        "ollama",
        "Ollama",
        "https://docs.ollama.com/api/openai-compatibility",
        Mark("root page", _OLLAMA, CHECKED, path="/", body=says("Ollama is running")),
        # The namespace of a model in its registry, usually this one; who runs the server may choose another.
        Mark("owner of every model", "ollama/ollama@fb307609 openai/openai.go", CHECKED, body=owned_by("library"),
             weak=True),
        asked="ollama/ollama@fb307609 openai/openai.go",
    ),
    _server(
        "lm_studio",
        "LM Studio",
        "https://lmstudio.ai/docs/developer/openai-compat",
        Mark("answer to any path", _LM_STUDIO, CHECKED, body=_unexpected_endpoint),
        Mark("owner of every model", "https://github.com/JetBrains/koog/issues/139", CHECKED,
             body=owned_by("organization_owner")),
        asked="https://github.com/JetBrains/koog/issues/139",
    ),
    _server(
        "tgi",
        "Text Generation Inference",
        "https://huggingface.co/docs/text-generation-inference",
        Mark("info", _TGI, CHECKED, path="/info", body=_router),
    ),
    _server(
        "localai",
        "LocalAI",
        "https://localai.io",
        Mark("refusal", f"{_LOCALAI}auth/middleware.go authError", CHECKED,
             body=error(message="An authentication key is required", code=401)),
        # Azure's is the same text with the code as text and no type.
        Mark("unknown path", "https://github.com/murtaza-nasir/speakr/issues/8", CHECKED,
             body=error(message="Resource not found", code=404, type="")),
    ),
    _server(
        "xinference",
        "Xinference",
        "https://inference.readthedocs.io",
        Mark("cluster auth", "xorbitsai/inference xinference/api/restful_api.py is_cluster_authenticated", CHECKED,
             path="/v1/cluster/auth", body=_cluster_auth),
    ),
)  # fmt: skip
