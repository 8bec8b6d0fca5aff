"""Measure everything and write ``docs/benchmarks.md``: ``PYTHONPATH=tests python -m benchmarks [--quick] [WORD …]``.

Nothing is asserted about a time.  With words, only what has one of them in its name is measured and nothing is written.
"""

import argparse
import compileall
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from . import curves, fleet, page, runs, starts, tables
from .work import ROOT, Measured, Work, measure


@contextmanager
def _works(*, quick: bool) -> Iterator[list[Work]]:
    with runs.works(quick=quick) as of_runs, fleet.works(quick=quick) as of_fleets:
        yield [*of_runs, *of_fleets, *starts.works(quick=quick), *tables.works(quick=quick)]


def _measured(works: Sequence[Work], *, quick: bool) -> list[Measured]:
    found = []
    for work in works:
        begun = time.monotonic()
        found.append(measure(work, 1 if quick else work.rounds))
        figures = {way: {name: round(value, 2) for name, value in of.items()} for way, of in found[-1].medians.items()}
        _say(f"{work.name} ({time.monotonic() - begun:.0f} s)")
        for way, of in [*figures.items(), *found[-1].absent.items()]:
            _say(f"    {way}: {of}")
    return found


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one round of little: only that it runs")
    parser.add_argument("words", nargs="*")
    chosen = parser.parse_args()
    compileall.compile_dir(ROOT / "testkey_nb", quiet=1)  # as an installer does: a first start is not what is measured
    with _works(quick=chosen.quick) as works:
        wanted = [work for work in works if not chosen.words or any(word in work.name for word in chosen.words)]
        measured = _measured(wanted, quick=chosen.quick)
    if chosen.words:
        return
    with curves.curves(quick=chosen.quick) as all_curves:
        found = [(curve, _measured(curve.works(), quick=chosen.quick)) for curve in all_curves]
    text = page.write(measured, found)
    if not chosen.quick:
        page.PAGE.write_text(text, encoding="utf-8")
        curves.draw(found, page.PICTURE)
    _say(text)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
