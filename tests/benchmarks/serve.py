"""A provider with many accounts, served until stdin ends.

``python -m benchmarks.serve PROVIDER LATENCY-S MODELS ROUTES [FOLDER]``; with a folder, over TLS with its certificate.
"""

import asyncio
import socket
import ssl
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import uvicorn
from crowd import Crowd, catalogue
from starlette.responses import JSONResponse

from testkey_nb.probe import plan

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = 40  # addresses of this machine that it is served at, as many providers would be
TOOK = "/took-ms"
INJECTED, TAKEN = "what the server took", "server p50 ms"


class Timed:
    """An application, and how long it took from a request to the first byte of its answer.

    Asked for `TOOK` it tells the median and begins anew.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app, self._took = app, list[float]()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["path"] == TOOK:
            told, self._took = statistics.median(self._took or [0.0]), []
            await JSONResponse(1000 * told)(scope, receive, send)
            return
        begun = time.perf_counter()

        async def sent(message: "Message") -> None:
            if message["type"] == "http.response.start":
                self._took.append(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, sent)


def took_ms(at: str, trusts: ssl.SSLContext | bool = True) -> float:  # noqa: FBT001, FBT002 - what httpx takes
    """Return the median of what the server at `at` took for its answers since this was asked."""
    return float(httpx.get(f"{at}{TOOK}", verify=trusts).text)


def main(provider: str, latency_s: float, models: int, routes: int, folder: str = "") -> None:
    """Serve, and print the origin when it can be asked."""
    bodies = {"/v1/models": catalogue(models, routes)} if models else {}
    keys = {"ssl_certfile": f"{folder}/server.pem", "ssl_keyfile": f"{folder}/server.pem"} if folder else {}
    app = Timed(Crowd(provider, {}, latency_s=latency_s, bodies=bodies))
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=600,
        **keys,  # type: ignore[arg-type]  # two of its many
    )
    server = uvicorn.Server(config)

    async def told() -> None:
        first = _listening(0, 0)
        port = first.getsockname()[1]
        others = [_listening(number, port) for number in range(1, HOSTS)]
        serving = asyncio.ensure_future(server.serve([first, *others]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by no event
            await asyncio.sleep(0.01)
        sys.stdout.write(f"http{'s' if folder else ''}://127.0.0.1:{port}\n")
        sys.stdout.flush()
        await serving

    def wait() -> None:
        sys.stdin.read()
        server.should_exit = server.force_exit = True

    threading.Thread(target=wait, daemon=True).start()
    asyncio.run(told())


def _listening(number: int, port: int) -> socket.socket:
    """Return a socket that says it is TCP: only then asyncio sends what is small at once, instead of 40 ms later."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind((host_of(number), port))
    listening.listen(2048)
    return listening


def host_of(number: int) -> str:
    """Return one of the addresses that it is served at."""
    return f"127.0.0.{1 + number}"


def certified(folder: Path, provider: str) -> None:
    """Write a certificate for the hosts of a provider, and the authority to check it against."""
    import trustme  # noqa: PLC0415 - the server itself needs none

    authority = trustme.CA()
    what = plan(provider, operator="the benchmarks")
    hosts = {what.host(ask.host) for ask in what.provider.asks}
    authority.issue_cert("127.0.0.1", *sorted(hosts)).private_key_and_cert_chain_pem.write_to_path(
        str(folder / "server.pem")
    )
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
