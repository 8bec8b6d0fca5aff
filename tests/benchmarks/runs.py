"""One run against its longest chain of questions, and the latency that is told against what was injected."""

import asyncio
import ssl
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from crowd import READY, key_of

from testkey_nb.http import Network, Sender
from testkey_nb.keys import Key
from testkey_nb.probe import Run, plan, probe_key

from . import peers
from .serve import INJECTED, TAKEN, certified, host_of, took_ms
from .work import Figures, Work, alone, serving

LATENCY_S, FLEET_LATENCY_S = 0.050, 0.200


class Rerouted(httpx.AsyncBaseTransport):
    """Our own way out, to a port of this machine in place of the providers' hosts; with TLS, by their names."""

    def __init__(self, at: str, trusts: ssl.SSLContext | None, hosts: frozenset[str]) -> None:
        self._at = httpx.URL(at)
        self._network = Network(vouched=hosts, resolve=lambda _host, _port: ["127.0.0.1"], trusts=trusts)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host if self._at.scheme == "https" else self._at.host
        request.url = request.url.copy_with(scheme=self._at.scheme, host=host, port=self._at.port)
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


def one_run(at: str, folder: str, runs: int) -> Figures:
    """Probe one key again and again: the median, and what the server took for the longest chain of its questions."""
    what = plan("huggingface", operator="the benchmarks")
    hosts = frozenset(what.host(ask.host) for ask in what.provider.asks)
    trusts = ssl.create_default_context(cafile=f"{folder}/authority.pem") if folder else None
    key = Key("BENCH_KEY", key_of("huggingface", READY, 0))

    def probed() -> tuple[float, Run]:
        begun = time.perf_counter()
        run = asyncio.run(probe_key(key, what, transport=Rerouted(at, trusts, hosts)))
        return time.perf_counter() - begun, run

    probed()
    took_ms(at, trusts or True)
    taken = [probed() for _ in range(runs)]
    chain = statistics.median(_chain(run) for _, run in taken) * took_ms(at, trusts or True)
    return {"wall ms": 1000 * statistics.median(wall for wall, _ in taken), "chain ms": chain}


def _chain(run: Run) -> int:
    """Return the most requests of which each began after the one before had ended."""
    whole = [row for row in run.answers if row.asked_at and row.total_s]
    spans = {row.request: (row.asked_at.timestamp(), row.total_s) for row in whole if row.asked_at and row.total_s}
    count, end = 0, 0.0
    for begun, total in sorted(spans.values(), key=sum):
        if begun >= end:
            count, end = count + 1, begun + total
    return count


def told(at: str, hosts: int, in_flight: int, requests: int) -> Figures:
    """Ask `hosts` hosts, that many requests in flight; return the latency that is told, and what the server took."""
    return asyncio.run(_told(at, hosts, in_flight, requests))


async def _told(at: str, hosts: int, in_flight: int, requests: int) -> Figures:
    free, latencies = asyncio.Semaphore(in_flight), []
    async with Sender(budget=10**6, run_s=600) as sender:

        async def ask(number: int) -> None:
            async with free:
                url = at.replace("127.0.0.1", host_of(number % hosts))
                found = await sender.get(f"{url}/v1/models/x")
            latencies.append(found.latency_s or 0.0)

        await asyncio.gather(*(ask(number) for number in range(in_flight)))
        latencies.clear()
        took_ms(at)
        await asyncio.gather(*(ask(number) for number in range(requests)))
    return {"p50 ms": 1000 * statistics.median(latencies), TAKEN: took_ms(at)}


@contextmanager
def works(*, quick: bool) -> Iterator[list[Work]]:
    """Return what is measured, while its servers run."""
    requests, runs = (40, 1) if quick else (400, 5)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        certified(Path(folder), "huggingface")
        plain = stack.enter_context(serving("huggingface", LATENCY_S, 0, 0))
        secure = stack.enter_context(serving("huggingface", LATENCY_S, 0, 0, folder))
        slow = stack.enter_context(serving("huggingface", FLEET_LATENCY_S, 0, 0))
        yield [
            _run("one Hugging Face run, 50 ms, plain", plain, ("", runs), 1.15),
            _run("one Hugging Face run, 50 ms, new TLS connections", secure, (folder, runs), 1.30),
            _latency("latency told, 20 in flight, 5 hosts", plain, (5, 20, requests), 1.05),
            _latency("latency told, 16 in flight, 40 hosts", slow, (40, 16, requests), 1.03),
            _latency("latency told, 160 in flight, 40 hosts", slow, (40, 160, requests), 1.03),
        ]


def _run(name: str, at: str, how: tuple[str, int], goal: float) -> Work:
    """Compare a run with the longest chain of its own questions, which the same runs tell."""
    chains: list[float] = []

    def ours() -> Figures:
        found = alone(one_run, at, *how)
        chains.append(found["chain ms"])
        return {"wall ms": found["wall ms"]}

    def floor() -> Figures:
        return {"wall ms": chains[-1] if chains else alone(one_run, at, *how)["chain ms"]}

    return Work(name, {"ours": ours, "its longest chain": floor}, {("wall ms", "its longest chain"): goal})


def _latency(name: str, at: str, load: tuple[int, int, int], goal: float) -> Work:
    """Compare what is told with what the server itself took for the same answers."""
    taken: list[float] = []

    def ours() -> Figures:
        found = alone(told, at, *load)
        taken.append(found[TAKEN])
        return {"p50 ms": found["p50 ms"]}

    def server() -> Figures:
        return {"p50 ms": taken[-1] if taken else alone(told, at, *load)[TAKEN]}

    ways = {"ours": ours, INJECTED: server, "bare aiohttp": lambda: alone(peers.latency, at, *load[1:])}
    return Work(name, ways, {("p50 ms", INJECTED): goal}, rounds=5)
