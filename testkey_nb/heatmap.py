"""Several keys side by side as a heat map: a line per key, a column per axis, capability or gate.

A state is told by its colour, by its mark and, in the alternative text, in words: none of them alone has to be seen.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from .drawing import EDGE, FILL, LETTER, STAND_IN, finished, fitting, in_words, left_out, only_said
from .judge import Readiness
from .locale import translate
from .outcome import Answer, Axis, Capability, CapabilityState, Gate
from .svg import MUTED, own_style

KEYS = 40  # more lines than these would not be readable
_WIDTH, _LABELS, _EDGE = 10.8, 3.4, 0.1  # inches: the picture, the names of the keys, the margin
_HEAD_LINE, _FOOT = 0.145, 0.52
_TALL, _LOW, _FEW = 0.42, 0.32, 8  # a line's height for a few keys, and for many
_TOLD_WHOLE = 5  # keys of which every column is told in words
_COLUMN_CHARS = 12


class Look(NamedTuple):
    """How a state looks: its mark, its tone in a page, and its colours in a picture."""

    mark: str
    tone: str
    fill: str
    edge: str


def _look(answer: Answer, tone: str) -> Look:
    return Look(LETTER[answer], tone, FILL[answer], EDGE[answer])


_GOOD, _BAD, _UNSURE = _look(Answer.YES, "good"), _look(Answer.NO, "bad"), _look(Answer.UNKNOWN, "unsure")
LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        Answer.YES: _GOOD,
        CapabilityState.PROVED: _GOOD._replace(mark="P"),
        CapabilityState.PARTIAL: Look("p", "unsure", "#cde4f5", "#0072B2"),  # a small one: some of it
        Answer.NO: _BAD,
        CapabilityState.DENIED: _BAD._replace(mark="D"),
        CapabilityState.NOT_OFFERED: Look("N", "plain", "#e3e7eb", "#7d8a96"),
        Answer.UNKNOWN: _UNSURE,
    }
)


class Grid(NamedTuple):
    """What a heat map shows of one grain: its columns, and the states in the order of a legend."""

    title: str
    columns: tuple[str, ...]
    states: type[StrEnum]


HALVES = {"may": "May it?", "done": "Is it done?"}
GRIDS: Mapping[str, Grid] = MappingProxyType(
    {
        "passport": Grid("Passport of the key", tuple(Axis), Answer),
        "capabilities": Grid("The ten capabilities", tuple(Capability), CapabilityState),
        "gates": Grid(
            "Five gates with both halves", tuple(f"{gate}_{half}" for gate in Gate for half in HALVES), Answer
        ),
    }
)


def name_of(readiness: Readiness) -> str:
    """Return what people call a key: its provider and variable, and that it is made up where it is."""
    sandbox = f"{STAND_IN} " if readiness.run.sandbox else ""
    return f"{readiness.run.stamp.provider} · {sandbox}{plain_name(readiness)}"


def plain_name(readiness: Readiness) -> str:
    """Return the name of a key's variable or persona alone."""
    return readiness.run.key_name.removeprefix(f"{STAND_IN} ")


def states(readiness: Readiness, grain: str) -> dict[str, str]:
    """Return the state of each column of a grid."""
    if grain == "passport":
        return {axis: found.answer for axis, found in readiness.passport.items()}
    if grain == "gates":
        return {f"{gate.gate}_{half}": getattr(gate, half) for gate in readiness.gates for half in HALVES}
    return {row.capability: row.state for row in readiness.capabilities}


def head(column: str, lang: str) -> str:
    """Return what stands over a column of a grid."""
    gate, _, half = column.rpartition("_")
    return f"{in_words(gate, lang)}: {translate(HALVES[half], lang)}" if half in HALVES else in_words(column, lang)


@own_style()
def draw_heat_map(compared: Sequence[Readiness], grain: str, lang: str = "en") -> Figure:
    """Draw the states of a grain of `GRIDS` for several keys, in their order."""
    shown = compared[:KEYS]
    if not shown:
        return only_said(translate("No key is shown.", lang))
    columns = GRIDS[grain].columns
    width = (_WIDTH - _LABELS - _EDGE) / len(columns)
    heads = [_wrapped(head(column, lang), width) for column in columns]
    top = 0.2 + _HEAD_LINE * max(words.count("\n") + 1 for words in heads)
    step = _TALL if len(shown) <= _FEW else _LOW
    height = top + len(shown) * step + _FOOT + (0.25 if len(compared) > KEYS else 0)
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, _WIDTH), ylim=(height, 0))  # both axes in inches, from the corner at the top left
    axes.axis("off")
    for number, words in enumerate(heads):
        middle = _LABELS + (number + 0.5) * width
        axes.text(middle, top - 0.09, words, ha="center", va="baseline", fontsize=7.8, linespacing=1.15)
    for number, readiness in enumerate(shown):
        _line(axes, readiness, grain, (top + number * step, step, width), lang)
    _legend(axes, grain, top + len(shown) * step + 0.14, lang)
    return finished(figure, len(compared) - len(shown), lang)


def _wrapped(words: str, width: float) -> str:
    """Break what stands over a column into lines, a gate and its half apart."""
    chars = max(_COLUMN_CHARS, int(width * 12))
    return "\n".join(line for part in words.split(": ") for line in textwrap.wrap(part, chars, break_long_words=False))


def _line(axes: Axes, readiness: Readiness, grain: str, place: tuple[float, float, float], lang: str) -> None:
    """Draw one key: who it is, made up or not, and its states; where there is room, each also in a word."""
    top, step, width = place
    middle, left = top + step / 2, _EDGE
    name = fitting(f"{readiness.run.stamp.provider} · {plain_name(readiness)}", 33 if readiness.run.sandbox else 44)
    if readiness.run.sandbox:
        axes.add_artist(
            Rectangle((_EDGE, middle - 0.1), 0.72, 0.2, facecolor="#ffd84d", edgecolor="black", linewidth=1)
        )
        axes.text(_EDGE + 0.36, middle, STAND_IN, ha="center", va="center_baseline", fontsize=7.5, fontweight="bold")
        left += 0.8
    axes.text(left, middle, name, va="center", fontsize=9)
    idle = {f"{gate.gate}_{half}" for gate in readiness.gates for half in HALVES if not gate.required}
    known = states(readiness, grain)
    for number, column in enumerate(GRIDS[grain].columns):
        if column in known:
            corner = (_LABELS + number * width + 0.03, top + 0.03)
            _cell(axes, corner, (width - 0.06, step - 0.06), known[column], dashed=column in idle)
            word = f"  {in_words(known[column], lang)}" if width > 0.85 else ""  # noqa: PLR2004 - inches for the longest
            said = f"{LOOKS[known[column]].mark}{word}"
            size = 9 if word else 12
            axes.text(_LABELS + (number + 0.5) * width, middle, said, ha="center", va="center_baseline", fontsize=size)


def _cell(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], state: str, *, dashed: bool = False
) -> None:
    look = LOOKS[state]
    axes.add_artist(  # `add_patch` would reckon limits of the axes from it: half of the time of a picture of many keys
        FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=0.04", facecolor=look.fill, edgecolor=look.edge,
            linewidth=1.4, linestyle="--" if dashed else "-",
        )
    )  # fmt: skip


def _legend(axes: Axes, grain: str, top: float, lang: str) -> None:
    left = _LABELS
    for state in GRIDS[grain].states:
        word = in_words(state, lang)
        _cell(axes, (left, top), (0.26, 0.24), state)
        axes.text(left + 0.13, top + 0.12, LOOKS[state].mark, ha="center", va="center_baseline", fontsize=10)
        axes.text(left + 0.34, top + 0.12, word, va="center_baseline", fontsize=9, color=MUTED)
        left += 0.62 + 0.08 * len(word)


def alt_heat_map(compared: Sequence[Readiness], grain: str, lang: str = "en") -> str:
    """Say what `draw_heat_map` shows: every column of a few keys, the number of columns in each state of many."""
    if not compared:
        return translate("No key is shown.", lang)
    shown = compared[:KEYS]
    tell = _whole if len(shown) <= _TOLD_WHOLE else _counted
    parts = [f"{name_of(one)}: {', '.join(tell(states(one, grain), grain, lang))}" for one in shown]
    return f"{translate(GRIDS[grain].title, lang)}. {'; '.join([*parts, *left_out(len(compared) - KEYS, lang)])}."


def _whole(known: Mapping[str, str], _grain: str, lang: str) -> Iterator[str]:
    for column, state in known.items():
        yield f"{head(column, lang)} {in_words(state, lang)}"


def _counted(known: Mapping[str, str], grain: str, lang: str) -> Iterator[str]:
    count = Counter(known.values())
    for state in GRIDS[grain].states:
        if count[state]:
            yield f"{in_words(state, lang)} {count[state]}"
