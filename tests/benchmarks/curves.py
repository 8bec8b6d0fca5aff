"""Does a unit cost the same when there are many?  A table, and a picture of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from .fleet import fleet
from .runs import told
from .tables import grown
from .work import Figures, Measured, Work, alone, serving

LATENCY_S = 0.025


@dataclass(frozen=True, eq=False)
class Curve:
    """One thing that grows, and the figure that should stay where it is."""

    name: str
    figure: str
    sizes: Sequence[int]
    at: Callable[[int], Figures]
    rounds: int = 3

    def works(self) -> list[Work]:
        """Return a piece of work for each size."""
        return [Work(f"{size:,}", {"ours": lambda size=size: self.at(size)}, rounds=self.rounds) for size in self.sizes]  # type: ignore[misc]


@contextmanager
def curves(*, quick: bool) -> Iterator[list[Curve]]:
    """Return what is measured, while its servers run."""
    with ExitStack() as stack:
        many = stack.enter_context(serving("huggingface", LATENCY_S, 0, 0))
        yield [
            Curve("credentials", "CPU ms/key", (1, 10) if quick else (1, 10, 100, 500),
                  lambda size: alone(fleet, "huggingface", many, size), rounds=1),
            Curve("models in a list", "CPU ms/1,000 models", (100, 200) if quick else (100, 500, 2_000, 10_000),
                  lambda size: alone(grown, size)),
            Curve("requests in flight", "p50 ms", (1, 4) if quick else (1, 4, 10, 20, 50),
                  lambda size: alone(told, many, size, size, 10 * size + 20)),
        ]  # fmt: skip


def draw(found: Mapping[Curve, Sequence[Measured]], path: Path) -> None:
    """Write a picture: one panel for each curve, both axes from what it was made of."""
    figure = Figure(figsize=(9.6, 2.8), layout="constrained")
    for place, (curve, measured) in enumerate(found.items(), 1):
        axes = figure.add_subplot(1, len(found), place)
        values = [one.medians["ours"][curve.figure] for one in measured]
        axes.plot(curve.sizes, values, marker="o", color="#1f5fa8")
        axes.set(xscale="log", xlabel=curve.name, ylabel=curve.figure, ylim=(0, 1.25 * max(values)))
        axes.set_xticks(curve.sizes, [f"{size:,}" for size in curve.sizes], minor=False)
        axes.minorticks_off()
        axes.grid(axis="y", alpha=0.3)
    figure.savefig(path, dpi=100, metadata={"Software": None})
