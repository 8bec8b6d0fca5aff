"""Price against speed: a point for each offer of which both are known, and the ones that nothing beats named.

An axis is logarithmic where the largest value is many times the smallest.  Nobody can read four hundred names: those of
the front come first, then as many as find room, and how many are left without one is said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from matplotlib.transforms import Bbox

from .digits import amount
from .drawing import MARKERS, SERIES, STAND_IN, finished, fitting, left_out, only_said
from .key_lines import made_up_among
from .locale import translate
from .offers import Offer, Range
from .price_bars import COST, OUTPUT, Measure, name_of_offer
from .rows import Why
from .svg import INK, LINE, MUTED, own_style

POINTS = 1000
NAMED = 14  # names beyond these are no longer read
_CURRENCIES = 3
_LOG_FROM = 20  # largest over smallest
_POWERS = 1e6  # the same, from which on there is no room for more numbers than powers of ten
_WIDTH, _HEIGHT, _ABOVE, _BELOW, _LEFT, _RIGHT = 10.8, 4.6, 0.85, 0.5, 0.85, 0.2  # inches
_TOLD = 12  # points of the front in the alternative text
_OTHERS = "#7d8a96"
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))  # of a point, the best first
_REACH, _OFF = 4.0, (6.0, 12.0)  # points: of a marker, and from its middle to its name
_TRIED = 60
_MANY = 60  # points that begin to hide each other
_WIDER = 1.04  # text is not as wide in every format
_ALIGN = {1: "left", 0: "center", -1: "right"}
_STAND = {1: "bottom", 0: "center", -1: "top"}
_Array = np.ndarray[Any, np.dtype[np.float64]]
_FRONT = Why("nothing is both faster and cheaper")
_NOTHING = Why("No model has both a price and a published speed.")


# What the speed is set against.
AGAINST: Mapping[str, Measure] = {Why("output price"): OUTPUT, Why("cost of my load"): COST}


class Point(NamedTuple):
    """An offer on the picture; what may have to be paid is what counts, so the dearest source is its place."""

    offer: Offer
    speed: float
    money: Range


def points(offered: Iterable[Offer], against: str) -> dict[str, list[Point]]:
    """Return what has both, by currency; what several keys are offered alike is one point."""
    found: dict[str, dict[object, Point]] = {}
    for one in offered:
        money = AGAINST[against].of(one)
        if money is not None and one.speed and (one.free or money.high):  # a 0 that nobody calls free is no price
            same = (one.one.run.sandbox, one.via, one.row.model, money, one.speed)
            found.setdefault(one.currency, {}).setdefault(same, Point(one, one.speed, money))
    return {currency: list(some.values()) for currency, some in found.items()}


def front(some: Iterable[Point]) -> list[Point]:
    """Return the points that no other beats in both, the fastest first."""
    best: list[Point] = []
    for point in sorted(some, key=lambda point: (-point.speed, point.money.high)):
        if not best or point.money.high < best[-1].money.high:
            best.append(point)
    return best


def layers(some: Iterable[Point]) -> list[Point]:
    """Return the points of the front, then the front that is left without them, and so on, as far as needed."""
    rest, ordered = list(some), list[Point]()
    while rest and len(ordered) < _TRIED:
        best = front(rest)
        ordered += best
        gone = set(map(id, best))
        rest = [point for point in rest if id(point) not in gone]
    return ordered


@own_style()
def draw_price_speed(offered: Sequence[Offer], against: str = "output price", lang: str = "en") -> Figure:
    """Draw published throughput against the output price or the cost of the load, each currency by itself."""
    groups, left = _shown(offered, against)
    if not groups:
        return only_said(translate(_NOTHING, lang))
    step = _HEIGHT + _BELOW
    total = _ABOVE + step * len(groups) + 0.2
    figure = Figure(figsize=(_WIDTH, total))
    series = _series([point for some in groups.values() for point in some])
    unnamed = 0
    for number, (currency, some) in enumerate(groups.items()):
        bottom = 1 - (_ABOVE + number * step + _HEIGHT) / total
        room = (_LEFT / _WIDTH, bottom, (_WIDTH - _LEFT - _RIGHT) / _WIDTH, _HEIGHT / total)
        axes = figure.add_axes(room)
        axes.set_xlabel(translate("published throughput, tokens per second", lang), fontsize=9)
        axes.set_ylabel(translate(AGAINST[against].title(currency or "?"), lang), fontsize=9)
        unnamed += _one_currency(axes, some, series, lang)
    _legend(figure, series, lang)
    said = [Why("points without a name here: {n}", n=unnamed)] if unnamed else []
    if silent := sum(one.speed is None for one in offered):
        said.append(Why("without a published speed: {n}", n=silent))
    some_made_up, _ = made_up_among(point.offer for some in groups.values() for point in some)
    return finished(figure, left, lang, made_up=some_made_up, said="; ".join(translate(why, lang) for why in said))


def _legend(figure: Figure, series: Iterable[str], lang: str) -> None:
    """Say above the first currency what the marks of all of them stand for, in the order of `series`."""
    drawn = {
        label: mark
        for axes in figure.axes
        for mark, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }  # fmt: skip
    names = [*(_label(via, lang) for via in series), _label("", lang), translate(_FRONT, lang)]
    labels = [name for name in dict.fromkeys(names) if name in drawn]
    figure.axes[0].legend(
        [drawn[label] for label in labels], labels, loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=4,
        frameon=False, fontsize=8.5, borderaxespad=0.2, columnspacing=1.2, handletextpad=0.2,
    )  # fmt: skip


def _label(via: str, lang: str) -> str:
    return fitting(via, 26) if via else translate("others", lang)


def _shown(offered: Sequence[Offer], against: str) -> tuple[dict[str, list[Point]], int]:
    """Return what is drawn, and how many points are left out: none that nothing beats."""
    found = points(offered, against)
    shown = {currency: _foremost(some) for currency, some in list(found.items())[:_CURRENCIES]}
    return shown, sum(map(len, found.values())) - sum(map(len, shown.values()))


def _foremost(some: Sequence[Point]) -> list[Point]:
    """Return as many points as are drawn: all of the front, then the others in their order."""
    best = set(map(id, front(some)))
    return sorted(some, key=lambda point: id(point) not in best)[:POINTS] if len(some) > POINTS else list(some)


def _series(some: Sequence[Point]) -> dict[str, int]:
    """Return what points are reached by, the most frequent first, as many as have a colour."""
    _, mixed = made_up_among(point.offer for point in some)
    often = Counter(_via(point.offer, mixed=mixed) for point in some)
    return {via: number for number, (via, _) in enumerate(often.most_common(len(SERIES)))}


def _via(offer: Offer, *, mixed: bool) -> str:
    return f"{STAND_IN} {offer.via}" if mixed and offer.one.run.sandbox else offer.via


def _one_currency(axes: Axes, some: Sequence[Point], series: Mapping[str, int], lang: str) -> int:
    """Draw the points of a currency and name them; return how many have no name."""
    floor = _scales(axes, some, lang)
    _, mixed = made_up_among(point.offer for point in some)
    by_via: dict[str, list[Point]] = {}
    for point in some:
        via = _via(point.offer, mixed=mixed)
        by_via.setdefault(via if via in series else "", []).append(point)
    for via, of_via in sorted(by_via.items(), key=lambda pair: series.get(pair[0], len(series))):
        _marks(axes, of_via, floor, series.get(via), _label(via, lang), size=7 if len(some) <= _MANY else 5)
    best = [_at(point, floor) for point in front(some)]
    axes.plot(
        *zip(*best, strict=True), color=MUTED, linewidth=1, linestyle=":", zorder=1, label=translate(_FRONT, lang)
    )
    return len(some) - _name(axes, some, floor, translate("free", lang))


def _at(point: Point, floor: float) -> tuple[float, float]:
    """Return where a point is drawn."""
    return point.speed, max(point.money.high, floor)


def _marks(  # noqa: PLR0913, PLR0917 - axes, what is drawn, and how
    axes: Axes, some: Sequence[Point], floor: float, number: int | None, label: str, size: float
) -> None:
    """Draw points that look alike, each with a line down to its cheapest source; `number` is None for all others."""
    color = _OTHERS if number is None else SERIES[number]
    marker, edge, width = ("x", color, 1.0) if number is None else (MARKERS[number], "white", 0.5)
    for point in some:
        if point.money.high > point.money.low:
            axes.plot([point.speed] * 2, [max(point.money.low, floor), point.money.high], color=color, linewidth=1)
    axes.plot(
        *zip(*(_at(point, floor) for point in some), strict=True), linestyle="none", marker=marker, markersize=size,
        color=color, alpha=0.85, markeredgecolor=edge, markeredgewidth=width, label=label,
    )  # fmt: skip


def _scales(axes: Axes, some: Sequence[Point], lang: str) -> float:
    """Choose the axes; return what a free offer is drawn at: 0, or beneath the least where 0 has no place."""
    speeds = [point.speed for point in some]
    paid = [point.money.high for point in some if point.money.high]
    axes.grid(linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if max(speeds) > _LOG_FROM * min(speeds):
        axes.set_xscale("log")
        _logarithmic(axes.xaxis, lambda value: f"{value:,.10g}", max(speeds) / min(speeds))
        axes.set_xlim(min(speeds) / 1.4, max(speeds) * 2)
    else:
        axes.set_xlim(0, 1.25 * max(speeds))
    axes.tick_params(which="both", length=0, labelsize=8.5)
    if not paid or max(paid) <= _LOG_FROM * min(paid):
        axes.set_ylim(-0.04 * max(paid, default=1), 1.15 * max(paid, default=1))
        return 0.0
    axes.set_yscale("log")
    _logarithmic(axes.yaxis, amount, max(paid) / min(paid))
    axes.tick_params(which="both", length=0, labelsize=8.5)
    lowest = min(paid)
    floor = lowest / 3
    free = len(paid) < len(some)
    axes.set_ylim(floor / 1.6 if free else lowest / 1.6, max(paid) * 1.8)
    if free:
        axes.axhline(floor, color=LINE, linewidth=1, linestyle="--")
        axes.text(
            0.005, floor, translate("free", lang), transform=axes.get_yaxis_transform(), va="bottom", fontsize=8.5,
            color=MUTED,
        )  # fmt: skip
    return floor


def _logarithmic(axis: Axis, say: Callable[[float], str], span: float) -> None:
    """Write out a few numbers of each power of ten, where there are many powers not even one of each."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if span < _POWERS else (1.0,)))
    axis.set_major_formatter(lambda value, _position: say(value))
    axis.set_minor_formatter("")


def _name(axes: Axes, some: Sequence[Point], floor: float, free: str) -> int:
    """Name points and return how many: the front over anything but its own names, then what finds room between points.

    On a crowded picture a free model is named only where nothing free is faster.
    """
    pixel, frame = axes.figure.dpi / 72, axes.get_window_extent()
    at = {id(point): axes.transData.transform(_at(point, floor)) for point in some}
    best = front(some)
    marks = _boxes([at[id(point)] for point in some], pixel)
    over = _boxes([at[id(point)] for point in best], pixel)
    first = set(map(id, best))
    rest = [point for point in layers(some) if id(point) not in first and (len(some) <= _MANY or not point.offer.free)]
    named = 0
    for point in [*best, *rest][:_TRIED]:
        name = f"{name_of_offer(point.offer)}{f' · {free}' if point.offer.free else ''}"
        text = axes.annotate(
            name, _at(point, floor), textcoords="offset points", fontsize=8, color=INK,
            bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5}, xytext=(0, 0),
        )  # fmt: skip
        extent = text.get_window_extent()
        size = (extent.width * _WIDER, extent.height)
        found = _side(at[id(point)], size, pixel, np.vstack([marks, over]), frame)
        if found is None and id(point) in first:
            found = _side(at[id(point)], size, pixel, over, frame)
        if found is None or named >= NAMED:
            text.remove()
            continue
        offset, align, box = found
        text.set(position=offset, ha=align[0], va=align[1])
        over = np.vstack([over, box])
        named += 1
    return named


def _boxes(middles: Sequence[_Array], pixel: float) -> _Array:
    """Return the boxes of markers: left, bottom, right, top."""
    found = np.array(middles)
    return np.hstack([found - _REACH * pixel, found + _REACH * pixel])


def _side(
    at: _Array, size: tuple[float, float], pixel: float, taken: _Array, frame: Bbox
) -> tuple[tuple[float, float], tuple[str, str], tuple[float, float, float, float]] | None:
    """Return where a name stands beside a point so that it touches nothing: its offset, how it is aligned, its box."""
    width, height = size
    for off, (right, up) in product(_OFF, _SIDES):
        x = at[0] + right * off * pixel - (width / 2) * (1 - right)
        y = at[1] + up * off * pixel - (height / 2) * (1 - up)
        inside = frame.x0 <= x and x + width <= frame.x1 and frame.y0 <= y and y + height <= frame.y1
        beside = (taken[:, 2] <= x) | (taken[:, 0] >= x + width) | (taken[:, 3] <= y) | (taken[:, 1] >= y + height)
        if inside and beside.all():
            return (right * off, up * off), (_ALIGN[right], _STAND[up]), (x, y, x + width, y + height)
    return None


def alt_price_speed(offered: Sequence[Offer], against: str = "output price", lang: str = "en") -> str:
    """Say what `draw_price_speed` shows: how many points, and those that no other beats."""
    groups, left = _shown(offered, against)
    if not groups:
        return translate(_NOTHING, lang)
    some_made_up, mixed = made_up_among(point.offer for some in groups.values() for point in some)
    parts = [f"{STAND_IN}."] if some_made_up else []
    for currency, some in groups.items():
        title = translate(AGAINST[against].title(currency or "?"), lang)
        said = Why("published throughput against {what}: {n} points", what=title, n=len(some))
        told = "; ".join(_told(point, lang, mixed=mixed) for point in front(some)[:_TOLD])
        parts.append(f"{translate(said, lang)}. {translate(_FRONT, lang)}: {told}.")
    return " ".join([*parts, *left_out(left, lang)])


def _told(point: Point, lang: str, *, mixed: bool) -> str:
    name = f"{fitting(point.offer.row.model)}, {fitting(_via(point.offer, mixed=mixed))}"
    money = translate("free", lang) if point.offer.free else amount(point.money.high)
    return f"{name}: {point.speed:,.4g} tokens/s, {money}"
