"""What pictures have in common: colours with a mark beside each, foreign text made fit, what is left out said."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .locale import translate
from .outcome import Answer
from .rows import Why
from .svg import MUTED

WIDTH = 9.2  # inches
STAND_IN = "SANDBOX"

# Okabe and Ito, "Color universal design", https://jfly.uni-koeln.de/color/ (read 2026-11-23)
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "osD^vP"
FILL: Mapping[Answer, str] = MappingProxyType({Answer.YES: "#bfe7da", Answer.NO: "#f6d5c2", Answer.UNKNOWN: "#f9e7bf"})
EDGE: Mapping[Answer, str] = MappingProxyType({Answer.YES: "#009E73", Answer.NO: "#D55E00", Answer.UNKNOWN: "#E69F00"})
LETTER: Mapping[Answer, str] = MappingProxyType({Answer.YES: "✓", Answer.NO: "✕", Answer.UNKNOWN: "?"})


class Swatch(NamedTuple):
    """What a kind of bar looks like, and what it stands for."""

    text: str
    face: str
    edge: str
    hatch: str = ""


def swatches(figure: Figure, left: float, kinds: Iterable[Swatch]) -> None:
    """Say in a line on top of the picture, from `left` inches on, what its kinds of bars are."""
    width, height = figure.get_size_inches()
    x, y = left, height - 0.17
    for kind in kinds:
        corner, size = (x / width, (y - 0.065) / height), (0.24 / width, 0.13 / height)
        figure.add_artist(
            Rectangle(corner, *size, linewidth=0.8, facecolor=kind.face, edgecolor=kind.edge, hatch=kind.hatch)
        )
        figure.text((x + 0.32) / width, y / height, kind.text, va="center", fontsize=8.5, color=MUTED)
        x += 0.62 + 0.068 * len(kind.text)


def fitting(text: str, limit: int = 36) -> str:
    """Return foreign text as the picture's one font can draw it, from both its ends when it is long."""
    text = "".join(char if char.isprintable() and char <= "ÿ" else "?" for char in text)
    half = limit // 2
    return text if len(text) <= limit else f"{text[: half - 1]}…{text[-half:]}"


def told_apart(number: int) -> dict[str, Any]:
    """Return a marker and its colour as Matplotlib calls them; the first three dozen are all different."""
    return {"marker": MARKERS[number % len(MARKERS)], "color": SERIES[(number + number // len(MARKERS)) % len(SERIES)]}


def in_words(name: str, lang: str) -> str:
    """Write a member of a closed set as people do."""
    return translate(name, lang).replace("_", " ")


def commonest(currencies: Iterable[str]) -> str:
    """Return the most frequent one, the first by name where that is several; empty where there are none."""
    counted = Counter(currencies)
    return min(counted, key=lambda currency: (-counted[currency], currency), default="")


def clear(axes: Axes) -> None:
    """Leave of the frame only what a value is read from."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis="x", linewidth=0.8)


def labelled(axes: Axes, labels: Sequence[str]) -> None:
    """Write what each line is about beside the axes, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)


def sized(lines: int, *, step: float, above: float, note: bool) -> Figure:
    """Return a figure with room for `lines` labels, fixed in inches: automatic layouts move with every drawing."""
    below = 0.85 if note else 0.6
    height = above + lines * step + below
    figure = Figure(figsize=(WIDTH, height))
    figure.subplots_adjust(left=3.05 / WIDTH, right=1 - 0.2 / WIDTH, top=1 - above / height, bottom=below / height)
    return figure


def only_said(text: str) -> Figure:
    """Return a picture of a sentence, where there is nothing to draw."""
    figure = Figure(figsize=(WIDTH, 0.9))
    figure.text(0.5, 0.5, text, ha="center", va="center", color=MUTED)
    return figure


def left_out(count: int, lang: str) -> list[str]:
    """Return the sentence that says how much is left out, if anything is."""
    return [translate(Why("left out here: {n} more", n=count), lang)] if count > 0 else []


def finished(figure: Figure, left: int, lang: str, *, made_up: bool = False, said: str = "") -> Figure:
    """Say in the corners what is so: that all of it is made up, what is `said` of it, how much is left out."""
    if made_up:
        figure.text(
            0.08 / figure.get_figwidth(), 1 - 0.17 / figure.get_figheight(), STAND_IN, va="center", fontsize=8,
            fontweight="bold", bbox={"facecolor": "#ffd84d", "edgecolor": "black", "boxstyle": "square,pad=0.3"},
        )  # fmt: skip
    if said:
        figure.text(0.01, 0.08 / figure.get_figheight(), said, fontsize=9, color=MUTED)
    for more in left_out(left, lang):
        figure.text(0.99, 0.02, more, ha="right", fontsize=9, color=MUTED)
    return figure


def spoken(title: str, parts: Iterable[str], *, made_up: bool) -> str:
    """Return what a picture shows in words, for whoever does not see it."""
    return f"{f'{STAND_IN}. ' if made_up else ''}{title}: {'; '.join(parts)}."
