"""Several keys side by side by what is left: money and usage, a picture for each unit, and the share of each limit.

Amounts of different currencies or units never stand on one axis: nobody could compare them, and nobody is to add them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .drawing import SERIES, WIDTH, clear, finished, fitting, labelled, left_out, only_said, sized, told_apart
from .heatmap import KEYS, name_of
from .judge import Readiness
from .locale import translate
from .rows import LimitRow, MetricRow
from .svg import LINE, MUTED, own_style

MONEY = ("balance_", "usage_")  # what the names of metrics about money and its use begin with
_NOT_DRAWN = ("", "boolean")  # units of what is told in words and has no place on an axis
_STEP, _ABOVE, _BELOW, _LEGEND_LINE = 0.38, 0.12, 0.6, 0.21  # inches: a line, over a picture, the axis beneath it
_LEGEND_COLUMNS = 3


class Amount(NamedTuple):
    """One metric of one key."""

    key: str
    metric: MetricRow


def amounts(compared: Iterable[Readiness]) -> dict[str, list[Amount]]:
    """Return what is known of balances and usage by its unit, which is the currency where it is money."""
    found: dict[str, list[Amount]] = {}
    for one in compared:
        for row in one.run.metrics:
            if row.metric.startswith(MONEY) and row.value is not None:
                found.setdefault(row.unit, []).append(Amount(name_of(one), row))
    return dict(sorted(found.items()))


class _Line(NamedTuple):
    """One key and what is drawn of it on one axis."""

    key: str
    rows: list[MetricRow]


def _drawn(compared: Iterable[Readiness]) -> dict[str, list[_Line]]:
    """Return for each unit the keys with something to draw."""
    by_unit: dict[str, list[_Line]] = {}
    for one in compared:
        for unit, found in amounts([one]).items():
            rows = [row for _, row in found if row.number is not None]
            if rows and unit not in _NOT_DRAWN:
                by_unit.setdefault(unit, []).append(_Line(name_of(one), rows))
    return dict(sorted(by_unit.items()))


@own_style()
def draw_amounts(compared: Sequence[Readiness], lang: str = "en") -> Figure:
    """Draw balances and usage of several keys, each unit on an axis of its own."""
    by_unit = _drawn(compared[:KEYS])
    if not by_unit:
        return only_said(translate("No answer told a balance or a usage.", lang))
    aboves = [_ABOVE + _LEGEND_LINE * -(-len(_metrics(lines)) // _LEGEND_COLUMNS) for lines in by_unit.values()]
    note = 0.2 if len(compared) > KEYS else 0.0
    total, top = sum(aboves) + sum(_STEP * len(lines) + _BELOW for lines in by_unit.values()) + note, 0.0
    figure = Figure(figsize=(WIDTH, total))
    for (unit, lines), above in zip(by_unit.items(), aboves, strict=True):
        height = _STEP * len(lines)
        room = (3.4 / WIDTH, 1 - (top + above + height) / total, (WIDTH - 3.9) / WIDTH, height / total)
        _one_unit(figure.add_axes(room), unit, lines)
        top += above + height + _BELOW
    return finished(figure, len(compared) - KEYS, lang)


def _metrics(lines: Iterable[_Line]) -> list[str]:
    return sorted({row.metric for line in lines for row in line.rows})


def _one_unit(axes: Axes, unit: str, lines: Sequence[_Line]) -> None:
    """Draw the keys under one another, the metrics of each beside one another so that none hides another."""
    points: dict[str, list[tuple[float, float]]] = {name: [] for name in _metrics(lines)}
    for line, (_, rows) in enumerate(lines):
        for number, row in enumerate(sorted(rows, key=lambda row: row.metric)):
            offset = (number - (len(rows) - 1) / 2) * min(0.24, 0.72 / len(rows))
            points[row.metric].append((row.number or 0.0, line + offset))
    for number, (name, at) in enumerate(points.items()):
        axes.plot(
            [x for x, _ in at], [y for _, y in at], linestyle="none", markersize=7, label=fitting(name),
            clip_on=False, **told_apart(number),
        )  # fmt: skip
    labelled(axes, [fitting(line.key, 44) for line in lines])
    axes.tick_params(axis="y", labelsize=9)
    known = [x for at in points.values() for x, _ in at]
    low, high = min(0.0, *known), max(0.0, *known)
    room = 0.02 * (high - low) or 1.0
    axes.set_xlim(low - room, high + 3 * room)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel(fitting(unit))
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=_LEGEND_COLUMNS, frameon=False, fontsize=9, borderaxespad=0.2
    )
    axes.hlines([line + 0.5 for line in range(len(lines) - 1)], 0, 1, transform=axes.get_yaxis_transform(), color=LINE,
                linewidth=0.5)  # fmt: skip
    clear(axes)


def alt_amounts(compared: Sequence[Readiness], lang: str = "en") -> str:
    """Say what `draw_amounts` shows."""
    by_unit = _drawn(compared[:KEYS])
    if not by_unit:
        return translate("No answer told a balance or a usage.", lang)
    parts = [
        f"{key}: {', '.join(f'{row.metric} {row.number:,.10g} {unit}' for row in rows)}"
        for unit, lines in by_unit.items()
        for key, rows in lines
    ]
    title = translate("Balance and usage, each unit by itself", lang)
    return f"{title}. {'; '.join([*parts, *left_out(len(compared) - KEYS, lang)])}."


def _shares(compared: Iterable[Readiness]) -> list[tuple[str, LimitRow, float]]:
    """Return for each limit the share that is left, where both of its numbers are known."""
    return [
        (f"{name_of(one)} · {row.limit}", row, max(0.0, min(1.0, row.remaining / row.quota)))
        for one in compared
        for row in one.run.limits
        if row.quota and row.remaining is not None
    ]


@own_style()
def draw_limits(compared: Sequence[Readiness], lang: str = "en") -> Figure:
    """Draw the share that is left of every limit that told its quota and its rest; the numbers stand beside it."""
    shares = _shares(compared)
    shown = shares[:KEYS]
    if not shown:
        return only_said(translate("No answer told a limit and what is left of it.", lang))
    figure = sized(len(shown), step=_STEP, above=0.15, note=len(shares) > KEYS)
    figure.subplots_adjust(left=4.3 / WIDTH, right=1 - 1.75 / WIDTH)
    axes = figure.subplots()
    for y, (_, row, share) in enumerate(shown):
        axes.barh(y, 1, height=0.5, facecolor="#eef2f5", edgecolor="#9aa8b3", linewidth=0.8)
        axes.barh(y, share, height=0.5, color=SERIES[0])
        axes.text(1.02, y, _numbers(row), va="center", fontsize=8.5, color=MUTED)
    labelled(axes, [fitting(label, 58) for label, _, _ in shown])
    axes.tick_params(axis="y", labelsize=8.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.set_xlabel(translate("share of the limit that is left", lang))
    clear(axes)
    return finished(figure, len(shares) - len(shown), lang)


def _numbers(row: LimitRow) -> str:
    window = f" ({row.window_s:g} s)" if row.window_s else ""
    return f"{row.remaining:,.10g} / {row.quota:,.10g}{window}"


def alt_limits(compared: Sequence[Readiness], lang: str = "en") -> str:
    """Say what `draw_limits` shows."""
    shares = _shares(compared)
    if not shares:
        return translate("No answer told a limit and what is left of it.", lang)
    parts = [f"{label}: {share:.0%} ({_numbers(row)})" for label, row, share in shares[:KEYS]]
    title = translate("share of the limit that is left", lang)
    return f"{title}. {'; '.join([*parts, *left_out(len(shares) - KEYS, lang)])}."
