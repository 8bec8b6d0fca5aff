"""Many keys behind one door: a server that answers each key as its persona and counts what is under way."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.datastructures import Headers

from testkey_nb import sandbox
from testkey_nb.probe import Asked, plan
from testkey_nb.providers import PROVIDERS
from testkey_nb.sandbox.bearer import bearer, is_control
from testkey_nb.sandbox.stand_in import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

READY = "launch-ready"


class Crowd:
    """A provider with many accounts, as an ASGI application.

    Parameters
    ----------
    provider
        Whose personas answer.
    personas
        The persona of each key; a request without one of these keys, or without any, is answered by the ready one.
    latency_s
        How long every answer takes.
    bodies
        JSON that some paths are answered with, whoever asks.

    """

    def __init__(
        self,
        provider: str,
        personas: Mapping[str, str],
        *,
        latency_s: float = 0.0,
        bodies: Mapping[str, bytes] | None = None,
    ) -> None:
        self.asked: Counter[str] = Counter()  # by path
        self.keyless: Counter[str] = Counter()  # the same, of requests without a key
        self.controls = 0
        self.most: Counter[str] = Counter()  # in flight at once, by real host
        self.keys_over: defaultdict[tuple[str, int], set[str]] = defaultdict(set)  # by connection
        self._busy: Counter[str] = Counter()
        self._provider, self._personas, self._latency_s, self._bodies = provider, personas, latency_s, bodies or {}
        self._apps = {name: sandbox.app(provider, name) for name in {READY, *personas.values()}}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, key = self._host(scope["path"]), bearer(Headers(scope=scope))
        self.asked[scope["path"]] += 1
        self.keys_over[scope["client"]].add(key)
        if not key:
            self.keyless[scope["path"]] += 1
        self.controls += is_control(key)
        self._busy[host] += 1
        self.most[host] = max(self.most[host], self._busy[host])
        try:
            await asyncio.sleep(self._latency_s)
            await self._answering(scope["path"], key)(scope, receive, send)
        finally:
            self._busy[host] -= 1

    def _answering(self, path: str, key: str) -> ASGIApp:
        app: ASGIApp = self._apps[READY if is_control(key) else self._personas.get(key, READY)]
        return _instead(self._bodies[path]) if path in self._bodies else app

    def _host(self, path: str) -> str:
        """Return the real host that is asked for `path`; what belongs to none is put to the first."""
        asks = ((ask.path.partition("?")[0].partition("{")[0], ask.host) for ask in PROVIDERS[self._provider].asks)
        return max((ask for ask in asks if path.startswith(ask[0])), default=("", ""))[1]


def key_of(provider: str, persona: str, number: int) -> str:
    """Return a key of the persona's shape that no other number has."""
    return sandbox.PERSONAS[provider][persona].key[:-5] + f"{number:05d}"


def named(variable: str, provider: str, at: str) -> Asked:
    """Return what to ask `at` about the key in a variable."""
    return Asked(variable, plan(provider, base_url=at, trust_endpoint=True, operator="the tests"))


def _instead(body: bytes) -> ASGIApp:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (MARK.encode(), b"many-models"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


@contextmanager
def serving(*apps: ASGIApp) -> Iterator[list[str]]:
    """Serve applications over loopback sockets, from threads of their own, and give their origins."""
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=0,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
            )
        )
        for app in apps
    ]
    threads = [threading.Thread(target=server.run, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    while not all(server.started for server in servers):
        time.sleep(0.005)
    try:
        yield [f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}" for server in servers]
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.should_exit = True
            thread.join(10)


def catalogue(models: int, routes: int = 0) -> bytes:
    """Return a list of so many models, each with so many priced routes, as a router answers it; without, as others."""

    def route(number: int) -> dict[str, object]:
        return {
            "provider": f"route-{number}",
            "status": "live",
            "context_length": 131072,
            "pricing": {"input": 0.1 + number / 100, "output": 0.4 + number / 100},
            "supports_tools": True,
            "supports_structured_output": bool(number % 2),
            "first_token_latency_ms": 210.5 + number,
            "throughput": 95.25 + number,
            "is_model_author": False,
        }

    def model(number: int) -> dict[str, object]:
        name = f"example-org/Model-{number}-Instruct" if number else "meta-llama/Llama-3.1-8B-Instruct"
        routed = {"providers": [route(index) for index in range(routes)]} if routes else {}
        modalities = {"input_modalities": ["text"], "output_modalities": ["text"]}
        about = {"object": "model", "created": 1721692800 + number, "owned_by": name.partition("/")[0]}
        return {"id": name, **about, "architecture": modalities, **routed}

    return json.dumps({"object": "list", "data": [model(number) for number in range(models)]}).encode()
