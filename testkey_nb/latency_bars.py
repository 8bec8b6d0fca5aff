"""How steadily hosts answered samples, and where the time of their answers went, several keys in one picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .digits import three_digits
from .drawing import (
    SERIES,
    STAND_IN,
    Swatch,
    clear,
    finished,
    labelled,
    left_out,
    only_said,
    sized,
    swatches,
)
from .key_lines import Line, made_up_among, named, room_for
from .locale import translate
from .rows import Why
from .stability import StabilityRow
from .svg import INK, LINE, MUTED, own_style

if TYPE_CHECKING:
    from .judge import LatencyRow

LINES = 24  # more than these would not be readable
_WIDTH, _RIGHT = 10.8, 0.55  # inches: the picture, its margin
_STEP, _ABOVE = 0.36, 0.5  # inches: a line, what stands above the axes
_LOG_FROM = 20  # slowest over fastest
NO_SAMPLES = Why("No samples were taken: probe with samples to see how steady a host is.")
NO_PARTS = Why("Where the time went is known only of answers that came over a network, and none of these did.")


class _Part(NamedTuple):
    """A part of a request's time, and how it is drawn: no two look alike without their colour."""

    field: str
    text: Why
    color: str
    hatch: str


_PARTS = (
    _Part("dns_s", Why("looking up"), SERIES[3], "\\\\\\\\"),
    _Part("connect_s", Why("connecting"), SERIES[4], "////"),
    _Part("tls_s", Why("TLS"), SERIES[2], "...."),
    _Part("first_byte_s", Why("first byte"), SERIES[0], ""),
    _Part("transfer_s", Why("transfer"), SERIES[5], "xxxx"),
)


@own_style()
def draw_stability(lines: Sequence[Line], lang: str = "en") -> Figure:
    """Draw median to 95th percentile and the interval of the share of errors of the first rows of `stability`."""
    shown = lines[:LINES]
    if not shown:
        return only_said(translate(NO_SAMPLES, lang))
    names = _asks(shown)
    figure = _sized(names, note=len(lines) > len(shown))
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.1, "width_ratios": (3, 2)})
    rows: list[StabilityRow] = [line.row for line in shown]
    _latencies(left, rows)
    _errors(right, rows)
    left.set_xlabel(translate("milliseconds: median and 95th percentile", lang), fontsize=9)
    right.set_xlabel(translate("share of errors, with its 95 % interval", lang), fontsize=9)
    labelled(left, names)
    for axes in (left, right):
        axes.tick_params(labelsize=8.5)
        clear(axes)
    return finished(figure, len(lines) - len(shown), lang, made_up=made_up_among(shown)[0])


def _sized(names: Sequence[str], *, note: bool) -> Figure:
    figure = sized(len(names), step=_STEP, above=_ABOVE, note=note)
    figure.set_figwidth(_WIDTH)
    figure.subplots_adjust(left=room_for(names) / _WIDTH, right=1 - _RIGHT / _WIDTH)
    return figure


def _latencies(axes: Axes, rows: Sequence[StabilityRow]) -> None:
    """Draw the median as a dot, the 95th percentile as a line from there that ends in a stroke."""
    known = [(y, 1000 * row.p50_s, 1000 * row.p95_s) for y, row in enumerate(rows)
             if row.p50_s is not None and row.p95_s is not None]  # fmt: skip
    for y, middle, high in known:
        axes.plot([middle, high], [y, y], color=SERIES[0], linewidth=2)
        axes.plot([high], [y], marker="|", markersize=11, color=SERIES[0], markeredgewidth=2)
        axes.plot([middle], [y], marker="o", markersize=7, color=SERIES[0])
        axes.annotate(f"{three_digits(middle)} – {three_digits(high)} ms", (high, y), (8, 0), va="center", fontsize=8.5,  # noqa: RUF001 - a dash, as in a range
                      textcoords="offset points", color=INK)  # fmt: skip
    low, high = min((one[1] for one in known), default=1.0), max((one[2] for one in known), default=1.0)
    if low > 0 and high > _LOG_FROM * low:
        axes.set_xscale("log")
        axes.set_xlim(low / 1.6, high * 6)
        axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axes.xaxis.set_minor_formatter("")
        axes.tick_params(which="both", length=0)
    else:
        axes.set_xlim(0, 1.65 * high)


def _errors(axes: Axes, rows: Sequence[StabilityRow]) -> None:
    """Draw each share with its interval: the wider that is, the less so many samples say."""
    for y, row in enumerate(rows):
        if row.error_share is None or row.error_share_low is None or row.error_share_high is None:
            axes.text(0.02, y, f"n = {row.n}", va="center", fontsize=8.5, color=MUTED)
            continue
        color, marker = (SERIES[1], "s") if row.failed else (SERIES[2], "o")
        axes.plot([row.error_share_low, row.error_share_high], [y, y], color=color, linewidth=5, alpha=0.35,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([row.error_share], [y], marker=marker, markersize=7, color=color, clip_on=False)
        axes.text(1.02, y, f"n = {row.n}", va="center", fontsize=8.5, color=MUTED)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])


def alt_stability(lines: Sequence[Line], lang: str = "en") -> str:
    """Say what `draw_stability` shows."""
    shown = lines[:LINES]
    if not shown:
        return translate(NO_SAMPLES, lang)
    parts = [f"{name}: {_steady(line.row, lang)}" for name, line in zip(_asks(shown), shown, strict=True)]
    return _told(
        translate("median and 95th percentile of samples, and their share of errors", lang), lines, parts, lang
    )


def _asks(shown: Sequence[Line]) -> list[str]:
    return named(shown, [line.row.ask for line in shown])


def _steady(row: StabilityRow, lang: str) -> str:
    latency = (
        "?"
        if row.p50_s is None or row.p95_s is None
        else f"{three_digits(1000 * row.p50_s)}, {three_digits(1000 * row.p95_s)} ms"
    )
    return f"{latency}; {translate(row.why, lang)}"


@own_style()
def draw_split(lines: Sequence[Line], lang: str = "en") -> Figure:
    """Draw the parts of the time end to end for the first rows of `latency`."""
    shown = lines[:LINES]
    if not shown:
        return only_said(translate(NO_PARTS, lang))
    names = _ways(shown, lang)
    figure = _sized(names, note=len(lines) > len(shown))
    axes = figure.subplots()
    for y, line in enumerate(shown):
        end = 0.0
        for part in _PARTS:
            if seconds := getattr(line.row, part.field):
                axes.barh(y, 1000 * seconds, left=end, height=0.55, facecolor=part.color, hatch=part.hatch,
                          edgecolor="white", linewidth=0.5)  # fmt: skip
                end += 1000 * seconds
        axes.annotate(
            f"{three_digits(end)} ms", (end, y), (6, 0), textcoords="offset points", va="center", fontsize=8.5
        )
    labelled(axes, names)
    axes.tick_params(labelsize=8.5)
    axes.set_xlim(0, 1.12 * (axes.get_xlim()[1] or 1))
    axes.set_xlabel(translate("milliseconds, the median of each part", lang), fontsize=9)
    clear(axes)
    axes.axvline(0, color=LINE, linewidth=1)
    swatches(figure, room_for(names), [Swatch(translate(p.text, lang), p.color, "white", p.hatch) for p in _PARTS])
    return finished(figure, len(lines) - len(shown), lang, made_up=made_up_among(shown)[0])


def _ways(shown: Sequence[Line], lang: str) -> list[str]:
    """Return what lines of `latency` are called: whose, which host, and whether it had to be connected to."""
    rows: list[LatencyRow] = [line.row for line in shown]
    again, anew = translate("reused", lang), translate("new", lang)
    return named(shown, [f"{row.host} · {again if row.reused else anew}" for row in rows])


def alt_split(lines: Sequence[Line], lang: str = "en") -> str:
    """Say what `draw_split` shows."""
    shown = lines[:LINES]
    if not shown:
        return translate(NO_PARTS, lang)
    parts = []
    for name, line in zip(_ways(shown, lang), shown, strict=True):
        known = [(part, value) for part in _PARTS if (value := getattr(line.row, part.field)) is not None]
        told = (f"{translate(part.text, lang)} {three_digits(1000 * value)} ms" for part, value in known)
        parts.append(f"{name}: {', '.join(told)}")
    return _told(translate("milliseconds, the median of each part", lang), lines, parts, lang)


def _told(title: str, lines: Sequence[Line], parts: Sequence[str], lang: str) -> str:
    begun = f"{STAND_IN}. " if made_up_among(lines[:LINES])[0] else ""
    return f"{begun}{title}. {'; '.join([*parts, *left_out(len(lines) - LINES, lang)])}."
