"""The sandbox over a loopback socket, for tests of real clients, and ports for real servers."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from testkey_nb import sandbox


def free_port() -> int:
    """Return a port for a server that takes seconds to want it: none that the system gives to whoever asks for any."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 99):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    msg = "there is no free port"
    raise RuntimeError(msg)


@contextmanager
def serving(provider: str, persona: str, log: list[Any] | None = None) -> Iterator[str]:
    """Serve a persona and yield its origin; `log` gets every request it saw."""
    server = sandbox.server(provider, persona, 0)
    app = server.config.app
    with _running(server) as origin:
        yield origin
    if log is not None:
        log += app.state.requests  # type: ignore[union-attr]  # the Starlette application


@contextmanager
def serving_all(*personas: str) -> Iterator[str]:
    """Serve these personas of every provider that has them, each below ``/PROVIDER/PERSONA``; yield the origin."""
    apps = {
        (provider, name): sandbox.app(provider, name)
        for provider, known in sandbox.PERSONAS.items()
        for name in personas
        if name in known
    }

    async def below(scope: Scope, receive: Receive, send: Send) -> None:
        provider, name, path = [*scope["path"].lstrip("/").split("/", 2), "", ""][:3]
        app = apps.get((provider, name), Response(status_code=404))
        await app({**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}, receive, send)

    server = sandbox.server("huggingface", "launch-ready", 0)
    server.config.app = below
    with _running(server) as origin:
        yield origin


@contextmanager
def _running(server: Any) -> Iterator[str]:  # noqa: ANN401 - uvicorn's, which is slow to import
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
