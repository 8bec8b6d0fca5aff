"""The frame around every persona: the mark, the read-only rule and the request log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import JSONResponse

from testkey_nb.sandbox.bearer import bearer, is_control

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from testkey_nb.sandbox.persona import Persona

MARK = "x-testkey-sandbox"
_READING = frozenset({"GET", "HEAD"})


class Asked(NamedTuple):
    """One request as the log keeps it: no query, no header, no key."""

    method: str
    path: str
    has_key: bool
    key_is_control: bool


def stand_in(persona: Persona) -> Starlette:
    """Put the frame around a persona's routes."""

    async def fault(_request: Request, _error: Exception) -> JSONResponse:
        # Starlette answers faults outside all middleware, where the frame cannot add the mark.
        body = {"error": "The sandbox itself failed"}
        return JSONResponse(body, 500, {MARK: persona.name})

    requests: list[Asked] = []
    frame = Middleware(_Frame, persona=persona.name, requests=requests)
    made = Starlette(routes=persona.routes(), middleware=[frame], exception_handlers={Exception: fault})
    made.state.requests = requests
    return made


class _Frame:
    """Plain ASGI middleware; Starlette's request classes would buffer what is only passed on."""

    def __init__(self, app: ASGIApp, *, persona: str, requests: list[Asked]) -> None:
        self._app = app
        self._persona = persona
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        key = bearer(Headers(scope=scope))
        self._requests.append(Asked(scope["method"], scope["path"], bool(key), is_control(key)))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[MARK] = self._persona
            elif scope["method"] == "HEAD":
                # A server would strip this; in process there is none.
                message = {**message, "body": b""}
            await send(message)

        # Whoever answers, the sandbox is read-only: no persona has a route that could be charged.
        answer = self._app if scope["method"] in _READING else _READ_ONLY
        await answer(scope, receive, marked)


_READ_ONLY = JSONResponse({"error": "The sandbox answers GET and HEAD only"}, 405, {"allow": "GET, HEAD"})
