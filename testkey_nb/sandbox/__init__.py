"""A stand-in for the providers: real paths, headers and error bodies, made-up accounts.

Two doors lead to the same application. In process (`transport`) it serves the demo and the
notebooks, which need neither a key nor a network; over a loopback socket (`serve`, `server`) it
serves tests of sockets and other people's clients. It knows nothing of the package around it, so
what it answers can only come from what the providers document.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.sandbox import huggingface, vendors
from testkey_nb.sandbox.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    import uvicorn
    from starlette.applications import Starlette

    from testkey_nb.sandbox.persona import Persona

__all__ = ["ORIGIN", "PERSONAS", "app", "serve", "server", "transport", "with_models"]

ORIGIN = "http://sandbox.localhost"
"""The origin to ask in process. RFC 6761 keeps `.localhost` on loopback, so it can be no host's."""

PERSONAS: Mapping[str, Mapping[str, Persona]] = MappingProxyType(
    {"huggingface": huggingface.PERSONAS, **vendors.PERSONAS}
)
"""Every persona by provider id and persona name."""

_LOOPBACK = "127.0.0.1"


def with_models(count: int) -> Persona:
    """Return a persona of OpenRouter with `count` models and their prices: the same ones for the same count."""
    return vendors.openrouter.many_models(count)


def app(provider: str, persona: str | Persona) -> Starlette:
    """Build a fresh stand-in for one persona.

    Parameters
    ----------
    provider
        A provider id of `PERSONAS`.
    persona
        A persona name of that provider, or a persona made by `with_models`.

    Returns
    -------
    The application; `state.requests` lists what it was asked, without keys.

    Raises
    ------
    KeyError
        If either name is unknown.
    """
    return stand_in(PERSONAS[provider][persona] if isinstance(persona, str) else persona)


def transport(provider: str, persona: str | Persona) -> httpx.ASGITransport:
    """Build the in-process door, for an `httpx.AsyncClient` that asks `ORIGIN`.

    A fault of the stand-in is answered with 500, as a socket would, and never raised at the caller.
    """
    import httpx  # noqa: PLC0415 - the loopback door works without it

    return httpx.ASGITransport(app=app(provider, persona), raise_app_exceptions=False)


def server(provider: str, persona: str, port: int) -> uvicorn.Server:
    """Build a server on loopback that is not running yet; port 0 takes any free one."""
    import uvicorn  # noqa: PLC0415 - slow to import, and the in-process door works without it

    # `server: uvicorn` is a mark of relays built on it, so no persona may carry it by accident.
    config = uvicorn.Config(
        app(provider, persona),
        host=_LOOPBACK,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
    )
    return uvicorn.Server(config)


def serve(provider: str, persona: str, port: int, *, announce: Callable[[str], object] | None = None) -> None:
    """Serve one persona on loopback until interrupted.

    Parameters
    ----------
    provider, persona
        As for `app`.
    port
        0 takes any free one.
    announce
        Called once with the origin, when it can be asked; the only way to learn what 0 became.

    Raises
    ------
    KeyError
        If either name is unknown.
    OSError
        If the port is taken.
    """
    running = server(provider, persona, port)

    async def announced(listening: socket.socket) -> None:
        # Told in the loop, which knows how to be interrupted: before it runs, a Ctrl-C would leave it half made.
        if announce is not None:
            announce(f"http://{_LOOPBACK}:{listening.getsockname()[1]}")
        await running.serve(sockets=[listening])

    # uvicorn closes in order and then raises the interrupt again: here it is how serving ends.
    with socket.create_server((_LOOPBACK, port)) as listening, suppress(KeyboardInterrupt):
        asyncio.run(announced(listening))
