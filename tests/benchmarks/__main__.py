"""Measure everything and write ``docs/benchmarks.md``: ``PYTHONPATH=tests python -m benchmarks [--quick] [WORD …]``.

Nothing is asserted about a time.  With words, only what has one of them in its name is measured and nothing is written.
"""

import argparse
import compileall
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from . import curves, fleet, page, runs, starts, tables
from .work import ROOT, Measured, Work, measure


@contextmanager
def _works(*, quick: bool) -> Iterator[list[Work]]:
    with runs.works(quick=quick) as of_runs, fleet.works(quick=quick) as of_fleets:
        yield [*of_runs, *tables.works(quick=quick), *starts.works(), *of_fleets, *starts.notebooks(quick=quick)]


def _measured(work: Work, rounds: int) -> Measured:
    begun = time.monotonic()
    found = measure(work, min(rounds, work.rounds))
    _say(f"{work.name} ({time.monotonic() - begun:.0f} s)")
    for way, figures in found.medians.items():
        _say(f"    {way}: {', '.join(f'{name} {value:.2f}' for name, value in figures.items())}")
    for way, why in found.absent.items():
        _say(f"    {way}: {why}")
    return found


def main() -> None:
    """Measure, and write what was found; an end in between leaves what there is by then."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one round of little: only that it runs")
    parser.add_argument("--rounds", type=int, default=99, help="at the most")
    parser.add_argument("words", nargs="*")
    chosen = parser.parse_args()
    rounds = 1 if chosen.quick else chosen.rounds
    compileall.compile_dir(ROOT / "testkey_nb", quiet=1)  # as an installer does: a first start is not what is measured
    writes = not (chosen.quick or chosen.words)
    done: list[Measured] = []
    begun = page.Begun.now()

    def wanted(name: str) -> bool:
        return not chosen.words or any(word in name for word in chosen.words)

    with curves.curves(quick=chosen.quick) as every, _works(quick=chosen.quick) as works:
        grown = [(curve, _measured(curve.work(), rounds)) for curve in every if wanted(curve.name)]
        if grown:
            curves.draw(grown, page.PICTURE if writes else BytesIO())
        for work in works:
            if wanted(work.name):
                done.append(_measured(work, rounds))
                text = page.write(begun, done, grown)
                if writes:
                    page.PAGE.write_text(text, encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
