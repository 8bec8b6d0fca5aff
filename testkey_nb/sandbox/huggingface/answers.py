"""The dress of an answer: which headers the hub and the router send with what.

Recorded headers: https://github.com/maruel/genai (go-vcr cassettes of hub and router traffic).
Rate limit headers: https://huggingface.co/docs/hub/rate-limits.
"""

from __future__ import annotations

import secrets

from starlette.responses import HTMLResponse, JSONResponse, Response

_JSON = "application/json; charset=utf-8"
_QUOTA = '"fixed window";"api";q=1000;w=300'
_THROTTLED_PAGE = """<!DOCTYPE html>
<html><head><title>429 - Too Many Requests</title></head>
<body><main><h1>429</h1>
<p>We had to rate limit you, you hit the quota of 1000 api requests per 5 minutes period.
Upgrade to a PRO user or Team/Enterprise organization account (https://hf.co/pricing) to get
higher limits. See https://huggingface.co/docs/hub/rate-limits</p></main></body></html>
"""
_INVALID = "Invalid credentials in Authorization header"
_ANONYMOUS = "Invalid username or password."
_CHALLENGE = {"www-authenticate": 'Bearer realm="Authentication required", charset="UTF-8"'}


def hub(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer as the hub does."""
    dress = {**_hub_headers(remaining=999, reset_s=286), **(headers or {})}
    return JSONResponse(body, status, dress, media_type=_JSON)


def router(body: object, status: int = 200) -> Response:
    """Answer as the router does: open to every origin and without a rate limit of its own."""
    dress = {**_edge(secrets.token_urlsafe(12)), "access-control-allow-origin": "*", "x-robots-tag": "none"}
    return JSONResponse(body, status, dress, media_type=_JSON)


def hub_error(status: int, message: str, *, code: str = "", headers: dict[str, str] | None = None) -> Response:
    """Answer with the hub's error envelope; message and code stand in headers as well."""
    told = {"x-error-message": message, **({"x-error-code": code} if code else {})}
    return hub({"error": message}, status, {**told, **(headers or {})})


def invalid_key() -> Response:
    """Refuse a bearer, as recorded in genai `errors/bad_apiKey/ListModels.yaml`."""
    return hub_error(401, _INVALID, headers=_CHALLENGE)


def no_key(code: str = "") -> Response:
    """Refuse to answer without a bearer."""
    return hub_error(401, _ANONYMOUS, code=code, headers=_CHALLENGE)


def throttled() -> Response:
    """Answer 429 with a page, not JSON: https://github.com/huggingface/huggingface_hub/issues/2843."""
    dress = {**_hub_headers(remaining=0, reset_s=120), "retry-after": "120"}
    return HTMLResponse(_THROTTLED_PAGE, 429, dress)


def _hub_headers(*, remaining: int, reset_s: int) -> dict[str, str]:
    return {
        **_edge(f"Root=1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"),
        "access-control-allow-origin": "https://huggingface.co",
        "access-control-expose-headers": "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message",
        "ratelimit": f'"api";r={remaining};t={reset_s}',
        "ratelimit-policy": _QUOTA,
    }


def _edge(request_id: str) -> dict[str, str]:
    return {
        "x-powered-by": "huggingface-moon",
        "x-request-id": request_id,
        "via": "1.1 sandbox.cloudfront.net (CloudFront)",
        "x-amz-cf-pop": "YTO50-P1",
    }
