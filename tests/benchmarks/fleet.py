"""Many named credentials: time against what politeness allows, CPU, memory, and the latency that is told."""

import asyncio
import os
import resource
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from crowd import READY, key_of, named

from testkey_nb.fleet import Fleet, probe_many
from testkey_nb.politeness import IN_FLIGHT_PER_HOST

from . import peers
from .serve import INJECTED, TAKEN, certified, took_ms
from .work import Absent, Figures, Way, Work, alone, serving

MIB = 2**20
CONTEXTS = "SSL contexts made"
PER_REQUEST, WALL, MEMORY, P50 = "CPU ms/request", "wall s", "+MiB at the peak", peers.P50


@dataclass(frozen=True)
class Scenario:
    """What is asked of whom, and what others ask."""

    name: str
    provider: str
    latency_s: float
    paths: tuple[str, ...]  # that a run asks with the key: what bare clients send
    peers: tuple[tuple[str, Callable[..., Figures]], ...]
    keys: int
    models: int = 0  # in its catalogue; 0 for the sandbox's own


_BARE = (
    ("bare aiohttp, the same requests", peers.bare_aiohttp),
    ("bare aiohttp, a client for each key", peers.aiohttp_apart),
    ("bare httpx, the same requests", peers.bare_httpx),
)
_HUGGINGFACE = ("/api/whoami-v2", "/api/settings/billing/usage-v2?startDate=0&endDate=1")
_WHOAMI = ("huggingface_hub `whoami`, threads", peers.whoami)
_LITELLM = ("LiteLLM `get_valid_models`, threads", peers.get_valid_models)
_OPENAI_PATHS = ("/v1/models", "/v1/models/gpt-5.5")
_OPENAI = (_LITELLM, ("openai client, `models.list`", peers.openai_list))

SCENARIOS = (
    Scenario("huggingface, 25 ms", "huggingface", 0.025, _HUGGINGFACE, (*_BARE, _WHOAMI), 500),
    Scenario("openai, 25 ms, 285 kB list for each", "openai", 0.025, _OPENAI_PATHS, (*_BARE, *_OPENAI), 200, 1500),
)


def fleet(provider: str, at: str, keys: int) -> Figures:
    """Probe so many keys in this process and say what it took."""
    _probe(provider, at, 1)  # imports done, the control known
    took_ms(at)
    before, wall, cpu = _peak(), time.perf_counter(), time.process_time()
    done = _probe(provider, at, keys)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    requests = sum(run.manifest.requests for run in done.runs)
    told = [row.first_byte_s for run in done.runs for row in run.answers if row.first_byte_s is not None]
    return {
        WALL: wall,
        "requests": requests,
        PER_REQUEST: 1000 * cpu / requests,
        "CPU ms/key": 1000 * cpu / keys,
        P50: 1000 * statistics.median(told),
        TAKEN: took_ms(at),
        MEMORY: (_peak() - before) / MIB,
    }


def contexts(provider: str, at: str, folder: str, keys: int) -> Figures:
    """Probe so many keys over TLS and count the SSL contexts that anything in this process makes.

    Nothing is put in place of anything: the interpreter tells of every call, and those that make one are counted.
    """
    os.environ["SSL_CERT_FILE"] = f"{folder}/authority.pem"
    made: list[str] = []

    def see(frame: FrameType, event: str, _given: object) -> None:
        if event == "call" and frame.f_code is ssl.SSLContext.__new__.__code__:
            made.append(event)

    threading.setprofile(see)
    sys.setprofile(see)
    try:
        done = _probe(provider, at, keys)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    if not all(row.status == 200 for run in done.runs for row in run.answers if row.ask == "current_key"):
        msg = "the keys were not answered over TLS, so nothing was counted"
        raise RuntimeError(msg)
    return {CONTEXTS: len(made)}


def _probe(provider: str, at: str, keys: int) -> Fleet:
    variables = [f"BENCH_KEY_{number}" for number in range(keys)]
    os.environ.update({name: key_of(provider, READY, number) for number, name in enumerate(variables)})
    asked = [named(name, provider, at) for name in variables]

    async def done() -> Fleet:
        return await probe_many(asked)

    return asyncio.run(done())


def _peak() -> int:
    """Return the most memory so far; on Linux the usual figure begins with that of whoever started the process."""
    known = Path("/proc/self/status")
    if known.exists():
        return (
            next(int(line.split()[1]) for line in known.read_text("utf-8").splitlines() if line[:6] == "VmHWM:") * 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def works(*, quick: bool) -> Iterator[list[Work]]:
    """Return what is measured, while its servers run."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        certified(Path(folder), "huggingface")
        secure = stack.enter_context(serving("huggingface", 0.0, 0, 0, folder))
        keys = 10 if quick else 500
        counted = {"ours": lambda: alone(contexts, "huggingface", secure, folder, keys)}
        yield [
            *(_work(one, _served(stack, one), 10 if quick else one.keys) for one in SCENARIOS),
            Work(f"{keys} keys over TLS, one process", counted, limits={CONTEXTS: 1}, rounds=1),
        ]


def _served(stack: ExitStack, one: Scenario) -> str:
    return stack.enter_context(serving(one.provider, one.latency_s, one.models, 0))


def _work(one: Scenario, at: str, keys: int) -> Work:
    taken: list[float] = []

    def ours() -> Figures:
        found = dict(alone(fleet, one.provider, at, keys))
        taken.append(found.pop(TAKEN))
        return found

    def server() -> Figures:
        return {P50: taken[-1] if taken else alone(fleet, one.provider, at, keys)[TAKEN]}

    def polite() -> Figures:
        most = max(len(one.paths) * keys, 1)  # to the one host that gets most of them
        return {WALL: most * one.latency_s / IN_FLIGHT_PER_HOST}

    ways: dict[str, Way] = {"ours": ours, "politeness": polite, INJECTED: server}
    ways |= {name: _peer(peer, one, at, keys) for name, peer in one.peers}
    bare = _BARE[0][0]
    ratios = {(WALL, "politeness"): 1.25, (PER_REQUEST, bare): 2.5, (P50, INJECTED): 1.05}
    ratios |= {(WALL, name): 1.0 for name, peer in one.peers if (name, peer) not in _BARE}
    return Work(f"{keys} keys: {one.name}", ways, ratios, {MEMORY: 60}, rounds=3)


def _peer(peer: Callable[..., Figures], one: Scenario, at: str, keys: int) -> Way:
    own = peer is peers.get_valid_models
    key = key_of(one.provider, READY, 0)
    return lambda: alone(peer, at, one.paths, key, keys, interpreter=_litellm() if own else sys.executable)


def _litellm() -> str:
    """Return the interpreter of LiteLLM's environment, which `make LITELLM=1 setup` makes."""
    command = os.environ.get("TESTKEY_LITELLM", "")
    found = Path(command).parent / "python"
    if not command or not found.exists():
        raise Absent("its environment is not there: make LITELLM=1 bench")
    return str(found)
