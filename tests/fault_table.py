"""Every provider under every fault, over real sockets: nothing escapes, nothing is late, nothing is wrongly yes or no.

Run as a script it does the whole table and writes its figures into ``docs/faults.md``: ``make faults``.  Names of
providers behind it do those only.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import re
import sys
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from canary import Canary
from fault_ways import WAYS, Opened, Way

from testkey_nb import sandbox
from testkey_nb.http import Network
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.sandbox.faults import FAULTS
from testkey_nb.sandbox.faulty import Fault, Faulty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

KEY_NAME = "FAULT_KEY"
RUN_S, SLOW_RUN_S = 20.0, 0.5  # a slow fault ends only with the run's time
SLACK_S = 1.0
CEILING_MIB = 384  # of one run: what a process grows by, the stand-in included
LARGE_S = 4.0  # nothing else goes on while one large answer is read: by so much a run may end later
PAGE = Path(__file__).parents[1] / "docs/faults.md"
BEGIN, END = "<!-- figures -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Result:
    """What one provider made of one fault."""

    provider: str
    fault: str
    where: str  # everywhere, at the question that proves the key, or on the way
    wrong: tuple[str, ...] = ()  # axes that are yes or no though nothing that was answered says so, or lost
    leaks: tuple[str, ...] = ()
    late_s: float = 0.0
    miscounted: int = 0  # requests by which the manifest differs from what arrived
    grown_mib: float | None = None  # at the most, while it went on; missing where the system does not tell

    @property
    def good(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.wrong or self.leaks or self.late_s or self.miscounted or self.heavy)

    @property
    def heavy(self) -> bool:
        """Whether it took more memory than a run may."""
        return self.grown_mib is not None and self.grown_mib > CEILING_MIB


@cache
def best(provider: str) -> str:
    """Return the persona of a provider of which most is known where nothing goes wrong."""

    def known(name: str) -> int:
        return sum(answer is not Answer.UNKNOWN for answer in baseline(provider, name).values())

    return max(sandbox.PERSONAS[provider], key=known)


@cache
def baseline(provider: str, persona: str) -> Mapping[Axis, Answer]:
    """Return the passport of a persona where nothing goes wrong."""
    return answers(asyncio.run(_over(_faulty(provider, persona, None), provider, persona, RUN_S)).readiness)


def answers(readiness: Readiness) -> Mapping[Axis, Answer]:
    """Return the passport's answers by axis."""
    return {axis: finding.answer for axis, finding in readiness.passport.items()}


@dataclass(frozen=True, slots=True)
class Probed:
    """A run and what was measured meanwhile."""

    readiness: Readiness
    arrived: int
    late_s: float
    grown_mib: float | None


@asynccontextmanager
async def _faulty(
    provider: str, persona: str, fault: Fault | None, at: tuple[str, ...] = (), nth: frozenset[int] = frozenset()
) -> AsyncIterator[Opened]:
    faulty = Faulty(provider, persona, fault, at=at, nth=nth)
    async with faulty as origin:
        yield Opened(origin, Network(), faulty.asked)


async def _over(opening: AbstractAsyncContextManager[Opened], provider: str, persona: str, run_s: float) -> Probed:
    who, memory = sandbox.PERSONAS[provider][persona], Memory()
    async with opening as way:
        what = plan(provider, models=who.models, base_url=way.origin, trust_endpoint=True, operator="the fault suite")
        began = time.monotonic()
        run = await probe_key(Key(KEY_NAME, who.key), what, transport=way.network, run_s=run_s)
        late_s = max(0.0, time.monotonic() - began - run_s - SLACK_S)
    return Probed(judge_run(run), len(way.asked), late_s, memory.grown_mib())


def probed(provider: str, fault: Fault, *at: str, nth: frozenset[int] = frozenset()) -> Probed:
    """Probe the best persona of a provider while a fault happens at some paths, or at all."""
    persona, run_s = best(provider), SLOW_RUN_S if fault.slow else RUN_S
    return asyncio.run(_over(_faulty(provider, persona, fault, at, nth), provider, persona, run_s))


def everywhere(provider: str, name: str) -> Result:
    """Let a fault happen to every request: an axis is as it would be without it (harmless ones), else unknown."""
    fault = FAULTS[name]
    made = probed(provider, fault)
    if fault.partly:
        wrong = _unlike(provider, made)
    else:
        wrong = _other_than(baseline(provider, best(provider)) if fault.whole else _NOTHING, made)
    return _result(provider, fault, "everywhere", made, wrong)


def where_listed(provider: str, name: str) -> Result | None:
    """Let it happen where models are listed, which is where large answers are met; None where nothing is listed."""
    paths = {ask.path.partition("{")[0] for ask in PROVIDERS[provider].asks if ask.name == "model_catalog"}
    if not paths:
        return None
    made = probed(provider, FAULTS[name], *paths)
    wrong = [axis for axis in (Axis.MODELS,) if answers(made.readiness)[axis] is not Answer.UNKNOWN]
    return _result(provider, FAULTS[name], "where models are listed", made, {*wrong, *_unlike(provider, made)})


def where_proved(provider: str, name: str) -> Result | None:
    """Let it happen only where the key is proved: the other questions keep their answers; None where that is all."""
    fault = FAULTS[name]
    paths = {ask.path for ask in PROVIDERS[provider].asks if ask.proves_key and not ask.admin}
    lists = {ask.path for ask in PROVIDERS[provider].asks if ask.name == "model_catalog"}
    # What asks first may take all of a slow run's time: whatever follows was not asked then.
    if fault.slow or not paths or any(path in other for path in paths for other in lists):
        return None
    made = probed(provider, fault, *paths)
    whole, found = baseline(provider, best(provider)), answers(made.readiness)
    expected = dict(whole) if fault.whole else {**whole, Axis.AUTH: Answer.UNKNOWN}
    # What waits for the proof is rightly not asked without it; a host that asked to wait is not asked at all.
    follows = fault.waits or any(ask.waits for ask in PROVIDERS[provider].asks)
    kept = ([] if fault.partly else [Axis.AUTH]) + ([] if follows else [Axis.MODELS])
    wrong = [axis for axis in kept if found[axis] is not expected[axis]]
    return _result(provider, fault, "where the key is proved", made, {*wrong, *_unlike(provider, made)})


def at_the_nth(provider: str, name: str, nth: int) -> Result:
    """Let it happen to the n-th request to each path only: what was answered is read, and all else is unknown."""
    fault = FAULTS[name]
    made = probed(provider, fault, nth=frozenset({nth}))
    return _result(provider, fault, f"at request {nth} to each path", made, _unlike(provider, made))


def on_the_way(provider: str, name: str) -> Result:
    """Reach for the provider by a way: where it leads nowhere, nothing is known and nothing left."""
    way, persona = WAYS[name], best(provider)
    made = asyncio.run(_over(way.opens(provider, persona), provider, persona, SLOW_RUN_S if way.slow else RUN_S))
    wrong = _other_than(baseline(provider, persona) if way.whole else _NOTHING, made)
    return _result(provider, way, "on the way", made, wrong)


_NOTHING: Mapping[Axis, Answer] = dict.fromkeys(Axis, Answer.UNKNOWN)


def _other_than(expected: Mapping[Axis, Answer], made: Probed) -> list[Axis]:
    return [axis for axis, answer in answers(made.readiness).items() if answer is not expected[axis]]


def _unlike(provider: str, made: Probed) -> list[Axis]:
    """Return the axes that are neither as without the fault nor unknown."""
    whole = baseline(provider, best(provider))
    return [axis for axis in _other_than(whole, made) if answers(made.readiness)[axis] is not Answer.UNKNOWN]


def _result(provider: str, fault: Fault | Way, where: str, made: Probed, wrong: Iterable[str]) -> Result:
    readiness, run = made.readiness, made.readiness.run
    shown = [json.dumps(readiness.to_json(), ensure_ascii=False), *map(repr, (run.answers, run.identity.evidence))]
    leaks = canary(sandbox.PERSONAS[provider][best(provider)].key).find("\n".join(shown))
    return Result(
        provider,
        fault.name,
        where,
        tuple(wrong),
        tuple(leaks[:3]),
        max(0.0, made.late_s - (LARGE_S if isinstance(fault, Fault) and fault.large else 0.0)),
        _miscounted(fault, run.manifest.requests, made.arrived),
        made.grown_mib,
    )


def _miscounted(fault: Fault | Way, counted: int, arrived: int) -> int:
    """Return by how many requests a manifest is wrong: what left and was lost underway may be counted."""
    lost = fault.slow or (isinstance(fault, Way) and fault.leaves and not fault.whole)
    return max(0, arrived - counted) if lost else abs(arrived - counted)


@cache
def canary(key: str) -> Canary:
    """Return what looks for a key."""
    return Canary(key)


class Memory:
    """What this process grows by from now on, at its highest; Linux tells, and takes the mark back on request."""

    def __init__(self) -> None:
        self._before = self._now("VmRSS")
        if self._before is not None:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    def grown_mib(self) -> float | None:
        peak = self._now("VmHWM")
        return None if peak is None or self._before is None else max(0.0, peak - self._before)

    @staticmethod
    def _now(name: str) -> float | None:
        try:
            found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        except OSError:
            return None
        return int(found[1]) / 1024 if found else None


def of_provider(provider: str) -> list[Result]:
    """Do every fault of one provider, telling each that is not as it should be."""
    began = time.monotonic()
    results = [on_the_way(provider, way) for way in WAYS]
    for name, fault in FAULTS.items():
        tried = (where_listed,) if fault.large else (everywhere, where_proved)
        results += [one for one in (does(provider, name) for does in tried) if one is not None]
    for one in results:
        if not one.good:
            sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{provider}: {len(results)} runs in {time.monotonic() - began:.0f} s\n")
    sys.stdout.flush()
    return results


def table(providers: Iterable[str]) -> list[Result]:
    """Do providers × faults, two providers at once for each processor: slow faults are waited for."""
    with multiprocessing.get_context("spawn").Pool(2 * (os.cpu_count() or 1)) as pool:
        return [one for found in pool.imap_unordered(of_provider, providers) for one in found]


def figures(results: list[Result]) -> str:
    """Return the figures of a table as Markdown."""
    done = {one.provider for one in results}
    left = [provider for provider in sandbox.PERSONAS if provider not in done]
    rows = (
        ("providers and relays", f"{len(done)} of {len(sandbox.PERSONAS)}"),
        *([("not in these figures", ", ".join(left))] if left else []),
        ("faults", len({one.fault for one in results})),
        ("runs", len(results)),
        ("exceptions that escaped", 0),  # one would have ended this
        ("wrong verdicts", sum(bool(one.wrong) for one in results)),
        ("leaks of the key", sum(bool(one.leaks) for one in results)),
        ("runs that ended late", sum(bool(one.late_s) for one in results)),
        ("requests that the manifest counts wrongly", sum(one.miscounted for one in results)),
        ("peak memory of a run, stand-in included", _peak(results)),
        ("its ceiling", f"{CEILING_MIB} MiB"),
    )
    return "\n".join(["| what | figure |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])


def _peak(results: Iterable[Result]) -> str:
    told = [one for one in results if one.grown_mib is not None]
    if not told:
        return "not told by this system"
    most = max(told, key=lambda one: one.grown_mib or 0.0)
    return f"{most.grown_mib:.0f} MiB ({most.fault})"


def write(said: str) -> None:
    """Put figures into the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN, 1)
    PAGE.write_text(f"{before}{BEGIN}\n\n{said}\n\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def main() -> int:
    """Do the whole table and write its figures into the page; with names of providers, only show theirs."""
    results = table(sys.argv[1:] or sandbox.PERSONAS)
    said = figures(results)
    if not sys.argv[1:]:
        write(said)
    sys.stdout.write(f"{said}\n")
    return int(not all(one.good for one in results))


if __name__ == "__main__":
    sys.exit(main())
