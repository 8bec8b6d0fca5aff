"""What is measured, how it is interleaved, and how a thing is done in a fresh process."""

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
Figures = Mapping[str, float]  # by what was measured, with its unit
Way = Callable[[], Figures]


class Absent(Exception):
    """A peer is not installed here; the message says what is missing."""


@dataclass(frozen=True)
class Work:
    """One piece of work and the ways to have it done: ours first, then floors and peers.

    Goals are the most that ours may be: as a ratio to another way's figure, or by itself.
    """

    name: str
    ways: Mapping[str, Way]
    ratios: Mapping[tuple[str, str], float] = field(default_factory=dict)  # by figure and way
    limits: Mapping[str, float] = field(default_factory=dict)  # by figure
    rounds: int = 7


@dataclass(frozen=True)
class Measured:
    """The medians of a piece of work, by way; and why a way is missing."""

    work: Work
    medians: Mapping[str, Figures]
    absent: Mapping[str, str]
    rounds: int


def measure(work: Work, rounds: int) -> Measured:
    """Take every way once a round, in another order each time."""
    found: dict[str, list[Figures]] = {}
    absent: dict[str, str] = {}
    order = list(work.ways)
    for _ in range(rounds):
        random.shuffle(order)
        for name in [name for name in order if name not in absent]:
            try:
                found.setdefault(name, []).append(work.ways[name]())
            except Absent as why:
                absent[name] = str(why)
    medians = {
        name: {figure: statistics.median(one[figure] for one in found[name]) for figure in found[name][0]}
        for name in work.ways
        if found.get(name)
    }
    return Measured(work, medians, absent, rounds)


def process(*words: str) -> Figures:
    """Run a program and say what it took, its children included."""
    with subprocess.Popen(  # noqa: S603 - our own words
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=_environment()
    ) as running:
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        msg = f"{' '.join(words)[:200]} ended with {running.returncode}"
        raise RuntimeError(msg)
    return {"CPU ms": 1000 * (usage.ru_utime + usage.ru_stime)}


def python(*words: str) -> Way:
    """Return the way to run our interpreter with these words."""
    return lambda: process(sys.executable, *words)


def alone(done: Callable[..., Figures], *given: object, interpreter: str = sys.executable) -> Figures:
    """Call a function of a module in a fresh process."""
    words = [interpreter, "-m", "benchmarks.once", done.__module__, done.__name__, *map(json.dumps, given)]
    out = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=_environment())  # noqa: S603
    if out.returncode:
        if "ModuleNotFoundError" in out.stderr:
            raise Absent(out.stderr.strip().splitlines()[-1].removeprefix("ModuleNotFoundError: "))
        raise RuntimeError(out.stderr[-2000:])
    found: dict[str, float] = json.loads(out.stdout.splitlines()[-1])
    return found


@contextmanager
def serving(*words: object) -> Iterator[str]:
    """Start the server of `benchmarks.serve` in a process of its own and give its origin."""
    command = [sys.executable, "-m", "benchmarks.serve", *map(str, words)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=ROOT, env=_environment()
    ) as server:
        try:
            yield server.stdout.readline().strip() if server.stdout else ""
        finally:
            if server.stdin:
                server.stdin.close()


def _environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
