"""A LiteLLM proxy where a provider was expected: OpenAI-compatible, and not the provider.

Marks and bodies: PyPI litellm 1.106.2 (`proxy/_types.py`, `proxy/health_endpoints/`),
https://docs.litellm.ai/docs/proxy/response_headers and
https://github.com/BerriAI/litellm/issues/11639.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from testkey_nb.sandbox.bearer import bearer, is_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

# LiteLLM stamps every model with the same second and owner, whoever serves it.
_CREATED = 1677610602
_MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "llama-3.1-8b")


def routes() -> Sequence[Route]:
    """Answer the proxy's own paths and FastAPI's 404 for the rest."""
    return (
        Route("/v1/models", _models),
        Route("/models", _models),
        Route("/health/liveliness", _alive),
        Route("/{path:path}", _not_found),
    )


async def _models(request: Request) -> JSONResponse:
    key = bearer(request.headers)
    if not key:
        return _refused("No api key passed in.", "auth_error", "None")
    if is_control(key):
        return _refused(_unknown_key(key), "token_not_found_in_db", "key")
    listed = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "openai"} for name in _MODELS]
    return JSONResponse({"data": listed, "object": "list"}, headers=_marks())


async def _alive(_request: Request) -> JSONResponse:
    return JSONResponse("I'm alive!", headers={"server": "uvicorn"})


async def _not_found(_request: Request) -> JSONResponse:
    return JSONResponse({"detail": "Not Found"}, 404, {"server": "uvicorn"})


def _refused(why: str, kind: str, param: str) -> JSONResponse:
    # LiteLLM's ProxyException writes None as the word and the status as a string.
    error = {"message": f"Authentication Error, {why}", "type": kind, "param": param, "code": "401"}
    return JSONResponse({"error": error}, 401, _marks())


def _unknown_key(key: str) -> str:
    # The real proxy echoes the end of the key and its hash; whoever shows this has to redact both.
    digest = hashlib.sha256(key.encode()).hexdigest()
    return (
        f"Invalid proxy server token passed. Received API Key = sk-...{key[-4:]}, "
        f"Key Hash (Token) ={digest}. "
        "Unable to find token in cache or `LiteLLM_VerificationTokenTable`"
    )


def _marks() -> dict[str, str]:
    return {"server": "uvicorn", "x-litellm-version": "1.106.2", "x-litellm-call-id": str(uuid.uuid4())}
