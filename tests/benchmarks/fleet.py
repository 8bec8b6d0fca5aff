# ruff: noqa: T201 - it prints a table
"""Fleets, measured: time against what politeness allows, CPU, memory, and latency against what was injected.

    PYTHONPATH=tests python -m benchmarks.fleet [--keys 500] [--rounds 3] [--quick]

Everything is on loopback; the server is a process of its own.  Rows of one scenario are interleaved in every round, a
fresh process each, and medians are shown.  Nothing is asserted: on a shared machine trust the ratios.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from crowd import READY, Crowd, catalogue, key_of, named, serving

from testkey_nb.fleet import Fleet, probe_many
from testkey_nb.politeness import IN_FLIGHT_PER_HOST
from testkey_nb.probe import Asked

MIB = 2**20


@dataclass(frozen=True)
class Scenario:
    """What is asked of whom."""

    name: str
    provider: str
    latency_s: float
    models: int  # in its catalogue; 0 for the sandbox's own
    routes: int = 0


SCENARIOS = (
    Scenario("huggingface, 25 ms, its own list", "huggingface", 0.025, 0),
    Scenario("huggingface, 25 ms, 320 kB list", "huggingface", 0.025, 320, 3),
    Scenario("openai, 25 ms, 285 kB list for each key", "openai", 0.025, 1500),
)


def _variable(number: int) -> str:
    return f"BENCH_KEY_{number}"


def _asked(scenario: Scenario, at: str, keys: int) -> list[Asked]:
    for number in range(keys):
        os.environ[_variable(number)] = key_of(scenario.provider, READY, number)
    return [named(_variable(number), scenario.provider, at) for number in range(keys)]


async def _fleet(scenario: Scenario, at: str, keys: int) -> Fleet:
    return await probe_many(_asked(scenario, at, keys))


async def _one_by_one(scenario: Scenario, at: str, keys: int) -> Fleet:
    """Probe the same keys without company: what a loop over `probe_key` does."""
    return await probe_many(_asked(scenario, at, keys), at_once=1)


async def _bare(scenario: Scenario, at: str, keys: int) -> int:
    """Send what the fleet sends with each key, and nothing else: no parsing, no rows, no verdict."""
    paths = {
        "huggingface": ("/api/whoami-v2", "/api/settings/billing/usage-v2?startDate=0&endDate=1"),
        "openai": ("/v1/models",),
    }[scenario.provider]
    slots = asyncio.Semaphore(IN_FLIGHT_PER_HOST)

    async def ask(client: httpx.AsyncClient, path: str, key: str) -> None:
        async with slots:
            await client.get(f"{at}{path}", headers={"authorization": f"Bearer {key}"})

    async with httpx.AsyncClient() as client:
        of = [key_of(scenario.provider, READY, number) for number in range(keys)]
        await asyncio.gather(*(ask(client, path, key) for key in of for path in paths))
    return keys * len(paths)


WAYS: dict[str, Callable[[Scenario, str, int], Awaitable[Fleet | int]]] = {
    "probe_many": _fleet,
    "one by one": _one_by_one,
    "bare httpx": _bare,
}


def measure(way: str, scenario: Scenario, at: str, keys: int) -> dict[str, float]:
    """Do the work in this process and say what it took."""
    asyncio.run(_fleet(scenario, at, 1))  # imports done, the control known
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    wall, cpu = time.perf_counter(), time.process_time()
    done = asyncio.run(_told(WAYS[way](scenario, at, keys)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    requests = done if isinstance(done, int) else sum(run.manifest.requests for run in done.runs)
    found = {"requests": requests, "wall_s": wall, "cpu_ms": 1000 * cpu / requests, "more_mib": (peak - before) / MIB}
    if isinstance(done, Fleet):
        told = [row.latency_s for run in done.runs for row in run.answers if row.latency_s is not None]
        found["p50_ms"] = 1000 * statistics.median(told)
    return found


async def _told(work: Awaitable[Fleet | int]) -> Fleet | int:
    return await work


def _in_its_own_process(way: str, number: int, at: str, keys: int) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.fleet", "--measure", way, str(number), at, str(keys)]
    out = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter, our own words
    found: dict[str, float] = json.loads(out.stdout)
    return found


def main() -> None:
    """Measure every scenario and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="20 keys, one round: only that it runs")
    parser.add_argument("--serve", type=int)
    parser.add_argument("--measure", nargs=4)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        _serve(SCENARIOS[chosen.serve])
    elif chosen.measure:
        way, number, at, keys = chosen.measure
        print(json.dumps(measure(way, SCENARIOS[int(number)], at, int(keys))))
    else:
        keys, rounds = (20, 1) if chosen.quick else (chosen.keys, chosen.rounds)
        print(f"{keys} keys, {rounds} rounds, {platform.machine()}, {os.cpu_count()} cores, Python {sys.version[:6]}")
        for number, scenario in enumerate(SCENARIOS):
            _compare(number, scenario, keys, rounds)


def _serve(scenario: Scenario) -> None:
    bodies = {"/v1/models": catalogue(scenario.models, scenario.routes)} if scenario.models else {}
    with serving(Crowd(scenario.provider, {}, latency_s=scenario.latency_s, bodies=bodies)) as (at,):
        print(at, flush=True)
        sys.stdin.read()


def _compare(number: int, scenario: Scenario, keys: int, rounds: int) -> None:
    words = [sys.executable, "-m", "benchmarks.fleet", "--serve", str(number)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:  # noqa: S603
        at = server.stdout.readline().strip() if server.stdout else ""
        found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                found[way].append(_in_its_own_process(way, number, at, keys))
        if server.stdin:
            server.stdin.close()
    heads = f"{'requests':>9}{'wall s':>9}{'× polite':>9}{'CPU ms/req':>12}{'p50 ms':>9}{'+MiB':>8}"
    print(f"\n{scenario.name}\n{'':12}{heads}")
    for way, all_of in found.items():
        of = {name: statistics.median(one[name] for one in all_of) for name in all_of[0]}
        polite = of["requests"] * scenario.latency_s / IN_FLIGHT_PER_HOST
        p50 = f"{of['p50_ms']:9.1f}" if "p50_ms" in of else f"{'':9}"
        print(
            f"{way:12}{of['requests']:9.0f}{of['wall_s']:9.2f}{of['wall_s'] / polite:9.2f}{of['cpu_ms']:12.2f}{p50}"
            f"{of['more_mib']:8.1f}"
        )


if __name__ == "__main__":
    main()
