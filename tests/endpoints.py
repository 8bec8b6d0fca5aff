"""Endpoints for tests: one that stands between a run and the sandbox, and one made of bare sockets."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from testkey_nb import sandbox
from testkey_nb.http.network import LINE

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

CONTROL = "testkeyNotARealKey"  # every control key says so
MARK = "x-testkey-sandbox"


class _Line:
    """What an answer came over: all that is asked of it is whether there was TLS."""

    tls, peer = object(), ""


class Between(httpx.AsyncBaseTransport):
    """Pass requests on to a persona of `provider`, record them, and answer some of them otherwise.

    Parameters
    ----------
    persona
        Who answers where `instead` does not.
    instead
        Returns an answer of its own, or None.
    genuine
        Answer as if over verified TLS, and without the sandbox's mark.

    """

    def __init__(
        self,
        persona: str = "launch-ready",
        instead: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None,
        *,
        genuine: bool = False,
        provider: str = "huggingface",
    ) -> None:
        self.requests: list[httpx.Request] = []
        self._inner = sandbox.transport(provider, persona)
        self._instead, self._genuine = instead, genuine

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        given = self._instead(request)
        if given is None:
            given = await self._inner.handle_async_request(request)
        content = await given.aread()
        headers = httpx.Headers([(name, value) for name, value in given.headers.multi_items() if not _framing(name)])
        if self._genuine:
            headers.pop(MARK, None)
        extensions = {LINE: _Line()} if self._genuine else {}
        return httpx.Response(given.status_code, headers=headers, content=content, extensions=extensions)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]

    def bearers(self) -> list[str]:
        """Return the keys that were sent, in order."""
        sent = (request.headers.get("authorization", "") for request in self.requests)
        return [header.removeprefix("Bearer ") for header in sent if header]

    def controls(self) -> list[str]:
        return [key for key in self.bearers() if CONTROL in key]


def _framing(name: str) -> bool:
    return name.lower() in {"content-length", "transfer-encoding", "content-encoding"}


def answer(status: int, body: object = "", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Make an answer: text as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return httpx.Response(status, headers=headers or {"content-type": "application/json"}, content=text.encode())


@asynccontextmanager
async def listening(
    handle: Callable[[str, asyncio.StreamWriter], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve connections on loopback, one request each; `handle` gets the request's text and writes what it likes."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle((await reader.readuntil(b"\r\n\r\n")).decode(), writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)


def wire(response: httpx.Response) -> bytes:
    """Write an answer as it goes over a socket."""
    head = [f"HTTP/1.1 {response.status_code} Answer", f"content-length: {len(response.content)}", "connection: close"]
    head += [f"{name}: {value}" for name, value in response.headers.items() if not _framing(name)]
    return "\r\n".join([*head, "", ""]).encode() + response.content
