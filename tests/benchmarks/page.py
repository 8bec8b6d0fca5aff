"""The page that the figures are written to."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .curves import Curve
from .work import ROOT, Measured

PAGE, PICTURE = ROOT / "docs/benchmarks.md", ROOT / "docs/benchmarks.png"

_TEXT = """# What it costs, measured

`make bench` writes this page anew; `make bench-quick` only sees that every benchmark runs. No test asserts a time: on a
shared machine a figure may be a fifth off, so trust ratios, not milliseconds.

{machine}

Each line compares ours with a floor or a peer in the same run: the ways take turns in random order, and medians over
{rounds} rounds are shown. Programs, fleets and peers run in a fresh process each; servers are on loopback, in
processes of their own, and share the machine: waiting for a processor is in every wall time and in every latency told.
"At most" is the goal: of the ratio, or of our figure where no other is beside it.

## One table

{table}

{absent}

- *Its longest chain* is what the server took, times the questions of which each waits for the answer before.
- *Politeness* is the latency of all requests with a key, four at a time: no polite client is faster.
- *To the first byte* is from sending a request on; looking a host up, connecting and TLS are told apart. *What the
  server took* is its own measurement from having read a request to the first byte of its answer.
- *The same requests* means those with the key, sent by a bare client that parses and judges nothing. *A client for each
  key* never uses a connection for two keys, as we do not.
- Peers get four at once, as we do, and ask one question a key. We ask two of each key, and say what is left unknown: a
  peer that asks the same host half as much is done in half the time, however little we add.
- CPU for each request holds what bare clients leave out: a connection of its own for each key, the search for that key
  in whatever comes back, limits and marks in every answer, rows, and evidence of who answers.
- The floor of the frames is written by hand for one list: it looks at no field twice and checks none. Each timing in
  one process begins with what was thrown away before collected, so that nobody pays for another's.
- Contexts are counted where they are made, by the interpreter's own word of each call: nothing is replaced.
- A notebook's floor imports what the notebook does, draws one figure, and is run by the same nbval.

## Does a unit cost the same when there are many?

![Cost of a unit, by how many there are](benchmarks.png)

{curves}

The two frames of a list cost something even when they are empty, the same for every list. It stands in a line of its
own and is not in the one above it, where lists of a hundred models would otherwise look dear.
"""


@dataclass(frozen=True)
class Begun:
    """When the measurements began, and how busy the machine was before."""

    at: float
    load: float

    @classmethod
    def now(cls) -> "Begun":
        """Begin."""
        return cls(time.monotonic(), os.getloadavg()[0])


def write(begun: Begun, measured: Sequence[Measured], grown: Sequence[tuple[Curve, Measured]]) -> str:
    """Return the page."""
    missing = sorted({f"- *{way}* was left out: {why}." for one in measured for way, why in one.absent.items()})
    rounds = [one.rounds for one in (*measured, *(of for _, of in grown))]
    return _TEXT.format(
        machine=_machine(begun),
        rounds=" to ".join(map(str, sorted({min(rounds), max(rounds)}))),
        table=_table(
            ("what", "figure", "ours", "against", "theirs", "ratio", "at most", ""),
            [line for one in measured for line in _lines(one)],
        ),
        absent="\n".join(missing),
        curves=_table(
            ("what grows", "figure", *[""] * max((len(curve.sizes) for curve, _ in grown), default=0)),
            [
                (curve.name, figure, *(f"{size}: {_number(at[figure])}" for size, at in of.medians.items()))
                for curve, of in grown
                for figure in curve.figures
            ],
        ),
    ).replace("\n\n\n\n", "\n\n")


def _lines(one: Measured) -> Iterator[tuple[str, ...]]:
    """Yield a line for each figure that another way has, or that has a limit."""
    ours = one.medians["ours"]
    for figure, value in ours.items():
        if (most := one.work.limits.get(figure)) is not None:
            yield one.work.name, figure, _number(value), "", "", "", _number(most), _met(value <= most)
        for way, theirs in one.medians.items():
            if way == "ours" or figure not in theirs or figure == "requests":
                continue
            ratio = value / theirs[figure] if theirs[figure] else float("inf")
            goal = one.work.ratios.get((figure, way))
            told = (f"{goal:.2f} ×", _met(ratio <= goal)) if goal else ("", "")
            yield one.work.name, figure, _number(value), way, _number(theirs[figure]), f"{ratio:.2f} ×", *told


def _met(met: bool) -> str:  # noqa: FBT001 - one of two words
    return "met" if met else "**missed**"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    wide = len(head)
    lines = [head, ["---"] * wide, *([*row, *[""] * (wide - len(row))] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _machine(begun: Begun) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "h11", "pandas", "matplotlib"))
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} in {(time.monotonic() - begun.at) / 60:.0f} minutes on {_processor()},"
        f" {os.cpu_count()} cores, load average before {begun.load:.1f} (others worked on it, too, where that is"
        f" no small part of the cores); Python {platform.python_version()}, {packages}."
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
