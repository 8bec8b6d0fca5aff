"""Does a unit cost the same when there are many?  A table, and a picture of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from .fleet import fleet
from .runs import told
from .tables import EMPTY, PER_THOUSAND, grown
from .work import Figures, Measured, Work, alone, serving

LATENCY_S = 0.025


@dataclass(frozen=True)
class Curve:
    """One thing that grows, and the figures that should stay where they are; the first is drawn."""

    name: str
    figures: tuple[str, ...]
    sizes: Sequence[int]
    at: Callable[[int], Figures]

    def work(self) -> Work:
        """Return its work: a way for each size, so that the sizes take turns."""
        return Work(self.name, {f"{size:,}": partial(self.at, size) for size in self.sizes}, rounds=3)


@contextmanager
def curves(*, quick: bool) -> Iterator[list[Curve]]:
    """Return what is measured, while its servers run."""
    with ExitStack() as stack:
        many = stack.enter_context(serving("huggingface", LATENCY_S, 0, 0))
        yield [
            Curve("credentials", ("CPU ms/key",), (1, 10) if quick else (1, 10, 100, 500),
                  lambda size: alone(fleet, "huggingface", many, size)),
            Curve("models in a list", (PER_THOUSAND, EMPTY), (100, 200) if quick else (100, 500, 2_000, 10_000),
                  lambda size: alone(grown, size)),
            Curve("requests in flight, 25 ms injected", ("p50 ms",), (1, 4) if quick else (1, 4, 10, 20, 50),
                  lambda size: alone(told, many, size, size, 10 * size + 20)),
        ]  # fmt: skip


def draw(found: Sequence[tuple[Curve, Measured]], where: Path | BytesIO) -> None:
    """Write a picture: one panel for each curve, its figure from 0 on, its sizes on a logarithmic axis."""
    figure = Figure(figsize=(10.5, 3.0), layout="constrained")
    for place, (curve, measured) in enumerate(found, 1):
        axes = figure.add_subplot(1, len(found), place)
        values = [at[curve.figures[0]] for at in measured.medians.values()]
        axes.plot(curve.sizes, values, marker="o", color="#1f5fa8")
        axes.set_title(curve.name, fontsize=10)
        axes.set(xscale="log", ylim=(0, 1.25 * max(values)))
        axes.set_ylabel(curve.figures[0].replace(" beyond", "\nbeyond"), fontsize=9)
        axes.set_xticks(curve.sizes, [f"{size:,}" for size in curve.sizes], fontsize=8, minor=False)
        axes.tick_params(axis="y", labelsize=8)
        axes.minorticks_off()
        axes.grid(axis="y", alpha=0.3)
    figure.savefig(where, dpi=110, metadata={"Software": None})
