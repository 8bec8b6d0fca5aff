"""Every provider under every fault, over real sockets: nothing escapes, nothing is late, nothing is wrongly yes or no.

Run as a script it does the whole table and writes its figures into ``docs/faults.md``: ``make faults``.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from canary import Canary

from testkey_nb import sandbox
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.sandbox.faulty import FAULTS, Fault, Faulty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEY_NAME = "FAULT_KEY"
RUN_S, SLOW_RUN_S = 20.0, 0.5  # a slow fault ends only with the run's time
SLACK_S = 1.0
PAGE = Path(__file__).parents[1] / "docs/faults.md"
BEGIN, END = "<!-- figures -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Result:
    """What one provider made of one fault."""

    provider: str
    fault: str
    where: str  # everywhere, or at the question that proves the key
    wrong: tuple[str, ...] = ()  # axes that are yes or no though nothing that was answered says so, or lost
    leaks: tuple[str, ...] = ()
    late_s: float = 0.0
    uncounted: int = 0  # requests that arrived and are not in the manifest

    @property
    def good(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.wrong or self.leaks or self.late_s or self.uncounted)


@cache
def best(provider: str) -> str:
    """Return the persona of a provider of which most is known where nothing goes wrong."""

    def known(name: str) -> int:
        return sum(answer is not Answer.UNKNOWN for answer in baseline(provider, name).values())

    return max(sandbox.PERSONAS[provider], key=known)


@cache
def baseline(provider: str, persona: str) -> Mapping[Axis, Answer]:
    """Return the passport of a persona where nothing goes wrong."""
    return answers(asyncio.run(_probe(provider, persona, None)).readiness)


def answers(readiness: Readiness) -> Mapping[Axis, Answer]:
    """Return the passport's answers by axis."""
    return {axis: finding.answer for axis, finding in readiness.passport.items()}


@dataclass(frozen=True, slots=True)
class _Probed:
    readiness: Readiness
    arrived: int
    took_s: float
    run_s: float


async def _probe(provider: str, persona: str, fault: Fault | None, at: tuple[str, ...] = ()) -> _Probed:
    who, run_s = sandbox.PERSONAS[provider][persona], SLOW_RUN_S if fault and fault.slow else RUN_S
    faulty = Faulty(provider, persona, fault, at=at)
    async with faulty as origin:
        what = plan(provider, models=who.models, base_url=origin, trust_endpoint=True, operator="the fault suite")
        began = time.monotonic()
        run = await probe_key(Key(KEY_NAME, who.key), what, run_s=run_s)
        took_s = time.monotonic() - began
    return _Probed(judge_run(run), len(faulty.asked), took_s, run_s)


def everywhere(provider: str, fault: str) -> Result:
    """Let a fault happen to every request: an axis is as it would be without it (harmless ones), else unknown."""
    persona, happens = best(provider), FAULTS[fault]
    probed = asyncio.run(_probe(provider, persona, happens))
    expected = baseline(provider, persona) if happens.whole else dict.fromkeys(Axis, Answer.UNKNOWN)
    wrong = [axis for axis, answer in answers(probed.readiness).items() if answer is not expected[axis]]
    return _result(provider, fault, "everywhere", probed, wrong)


def where_proved(provider: str, fault: str) -> Result | None:
    """Let it happen only where the key is proved: the other questions keep their answers; None where that is all."""
    persona, happens = best(provider), FAULTS[fault]
    paths = {ask.path for ask in PROVIDERS[provider].asks if ask.proves_key and not ask.admin}
    lists = {ask.path for ask in PROVIDERS[provider].asks if ask.name == "model_catalog"}
    # What asks first may take all of a slow run's time: whatever follows was not asked then.
    if happens.slow or not paths or any(path in other for path in paths for other in lists):
        return None
    probed = asyncio.run(_probe(provider, persona, happens, tuple(paths)))
    whole, found = baseline(provider, persona), answers(probed.readiness)
    expected = dict(whole) if happens.whole else {**whole, Axis.AUTH: Answer.UNKNOWN}
    kept = [Axis.AUTH] if happens.waits else [Axis.AUTH, Axis.MODELS]
    wrong = [axis for axis in kept if found[axis] is not expected[axis]]
    wrong += [axis for axis in set(Axis) - set(kept) if found[axis] not in {whole[axis], Answer.UNKNOWN}]
    return _result(provider, fault, "where the key is proved", probed, wrong)


def _result(provider: str, fault: str, where: str, probed: _Probed, wrong: Iterable[str]) -> Result:
    readiness, run = probed.readiness, probed.readiness.run
    shown = [json.dumps(readiness.to_json(), ensure_ascii=False), *map(repr, (run.answers, run.identity.evidence))]
    leaks = canary(sandbox.PERSONAS[provider][best(provider)].key).find("\n".join(shown))
    late_s = max(0.0, probed.took_s - probed.run_s - SLACK_S)
    # A request that the end of the run cut off may not have arrived; one that arrived was counted.
    uncounted = max(0, probed.arrived - run.manifest.requests)
    return Result(provider, fault, where, tuple(wrong), tuple(leaks[:3]), late_s, uncounted)


@cache
def canary(key: str) -> Canary:
    """Return what looks for a key."""
    return Canary(key)


def table() -> list[Result]:
    """Do every provider × fault, telling each that is not as it should be."""
    results: list[Result] = []
    for provider in sandbox.PERSONAS:
        for fault in FAULTS:
            for one in (everywhere(provider, fault), where_proved(provider, fault)):
                if one is not None:
                    results.append(one)
                if one is not None and not one.good:
                    sys.stdout.write(f"{one}\n")
        sys.stdout.write(f"{provider}: {sum(one.provider == provider for one in results)} runs\n")
    return results


def figures(results: list[Result]) -> str:
    """Return the figures of a table as Markdown."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = (
        ("providers and relays", len({one.provider for one in results})),
        ("faults", len({one.fault for one in results})),
        ("runs", len(results)),
        ("exceptions that escaped", 0),  # one would have ended this
        ("wrong verdicts", sum(bool(one.wrong) for one in results)),
        ("leaks of the key", sum(bool(one.leaks) for one in results)),
        ("runs that ended late", sum(bool(one.late_s) for one in results)),
        ("requests that are not in the manifest", sum(one.uncounted for one in results)),
        ("peak memory of the process, stand-in included", f"{peak:.0f} MiB"),
    )
    return "\n".join(["| what | figure |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])


def main() -> int:
    """Do the whole table and write its figures into the page."""
    results = table()
    text, said = PAGE.read_text(encoding="utf-8"), figures(results)
    before, rest = text.split(BEGIN, 1)
    PAGE.write_text(f"{before}{BEGIN}\n\n{said}\n\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
    sys.stdout.write(f"{said}\n")
    return int(not all(one.good for one in results))


if __name__ == "__main__":
    sys.exit(main())
