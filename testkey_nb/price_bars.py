"""What models cost as bars: the lowest price of a source, and hatched up to the highest where sources differ.

Each currency has axes of its own: amounts of two of them cannot be compared.  The number stands beside each bar, so
that a small one can be read beside a large one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .digits import amount
from .drawing import (
    FILL,
    SERIES,
    STAND_IN,
    Swatch,
    clear,
    finished,
    fitting,
    in_words,
    left_out,
    only_said,
    swatches,
)
from .key_lines import made_up_among
from .locale import translate
from .offers import Offer, Range
from .outcome import Answer, PriceVerdict
from .rows import Why
from .svg import INK, LINE, MUTED, own_style

LINES = 20  # more bars than these would not be readable
_FEW = 5  # of a currency at the least
_FREE = 3  # lines that have no bar
_WIDTH, _LABELS, _EDGE, _GAP = 10.8, 3.7, 0.15, 0.25  # inches: the picture, its labels, its margin, between two axes
_STEP, _ABOVE, _BELOW, _NOTE = 0.3, 0.42, 0.62, 0.2  # inches: a line, the legend, an axis, what is left out
_CHAR = 0.074  # inches at the most, as these labels are set
_MODEL, _VIA = 27, 26  # characters
_DIFFER = FILL[Answer.NO]
_NO_PRICE = Why("No source has a price of these models.")
_NO_COST = Why("No cost is known: plan a load, and look for models with a price.")
_DOUBTED = (PriceVerdict.DISPUTED, PriceVerdict.STALE, PriceVerdict.MISSING)


class Measure(NamedTuple):
    """What an offer costs in one way."""

    title: Callable[[str], Why]  # by currency
    of: Callable[[Offer], Range | None]


INPUT = Measure(lambda currency: Why("input, {currency} per million tokens", currency=currency), lambda one: one.input)
OUTPUT = Measure(
    lambda currency: Why("output, {currency} per million tokens", currency=currency), lambda one: one.output
)
COST = Measure(lambda currency: Why("cost of the load, {currency} a month", currency=currency), lambda one: one.monthly)


@own_style()
def draw_price_bars(offered: Sequence[Offer], lang: str = "en") -> Figure:
    """Draw the input and the output price of the first offers that have one, in their order."""
    return _draw(offered, (INPUT, OUTPUT), _NO_PRICE, lang)


def alt_price_bars(offered: Sequence[Offer], lang: str = "en") -> str:
    """Say what `draw_price_bars` shows."""
    return _alt(offered, (INPUT, OUTPUT), _NO_PRICE, lang)


@own_style()
def draw_cost_bars(offered: Sequence[Offer], lang: str = "en") -> Figure:
    """Draw what the planned load costs a month with the first offers of which that is known, in their order."""
    return _draw(offered, (COST,), _NO_COST, lang)


def alt_cost_bars(offered: Sequence[Offer], lang: str = "en") -> str:
    """Say what `draw_cost_bars` shows."""
    return _alt(offered, (COST,), _NO_COST, lang)


def name_of_offer(offer: Offer) -> str:
    """Return what a line is called in a picture: the model without its owner, and what it is reached by."""
    return f"{fitting(offer.row.model.rpartition('/')[2], _MODEL)} · {fitting(offer.via, _VIA)}"


def _names(shown: Sequence[Offer]) -> list[str]:
    """Return the names of lines; what is made up says so where other things are not, and a region where it differs."""
    _, mixed = made_up_among(shown)
    names = [
        f"{STAND_IN} {name_of_offer(one)}" if mixed and one.one.run.sandbox else name_of_offer(one) for one in shown
    ]
    often = Counter(names)
    return [
        f"{name} · {one.ruling.region}" if often[name] > 1 and one.ruling else name
        for name, one in zip(names, shown, strict=True)
    ]


def _priced(offered: Sequence[Offer], measures: Sequence[Measure]) -> list[Offer]:
    """Return the offers with something to draw; what several keys are offered alike is drawn once."""
    found: dict[object, Offer] = {}
    for one in offered:
        ranges = tuple(measure.of(one) for measure in measures)
        if any(ranges) and one.ruling:
            same = (
                one.one.run.sandbox,
                one.via,
                one.row.model,
                one.ruling.region,
                one.currency,
                ranges,
                one.ruling.verdict,
            )
            found.setdefault(same, one)
    return list(found.values())


def _by_currency(priced: Sequence[Offer]) -> Mapping[str, list[Offer]]:
    """Return the first of each currency, as many as there is room for; a few of those that are free."""
    found: dict[str, list[Offer]] = {}
    for one in priced:
        some = found.setdefault(one.currency, [])
        if not one.free or sum(other.free for other in some) < _FREE:
            some.append(one)
    room = max(_FEW, LINES // max(1, len(found)))
    return {currency: some[:room] for currency, some in list(found.items())[: LINES // _FEW]}


def _draw(offered: Sequence[Offer], measures: Sequence[Measure], nothing: Why, lang: str) -> Figure:
    priced = _priced(offered, measures)
    groups = _by_currency(priced)
    shown = [one for some in groups.values() for one in some]
    if not shown:
        return only_said(translate(nothing, lang))
    note = _NOTE if len(priced) > len(shown) else 0.0
    total = _ABOVE + sum(_STEP * len(some) + _BELOW for some in groups.values()) + note
    figure = Figure(figsize=(_WIDTH, total))
    top = _ABOVE
    for currency, some in groups.items():
        height = _STEP * len(some)
        _one_currency(figure, measures, currency, some, (1 - (top + height) / total, height / total), lang)
        top += height + _BELOW
    swatches(figure, _LABELS, _legend(lang))
    return finished(figure, len(priced) - len(shown), lang, made_up=made_up_among(shown)[0])


def _one_currency(  # noqa: PLR0913, PLR0917 - a figure, what is drawn into it, and where
    figure: Figure,
    measures: Sequence[Measure],
    currency: str,
    some: Sequence[Offer],
    place: tuple[float, float],
    lang: str,
) -> None:
    bottom, height = place
    width = (_WIDTH - _LABELS - _EDGE - _GAP * (len(measures) - 1)) / len(measures)
    for number, measure in enumerate(measures):
        left = _LABELS + number * (width + _GAP)
        axes = figure.add_axes((left / _WIDTH, bottom, width / _WIDTH, height))
        _bars(axes, some, measure, width, lang)
        axes.set_xlabel(translate(measure.title(currency or "?"), lang), fontsize=9)
        axes.set_yticks(range(len(some)), [] if number else _names(some))
        axes.tick_params(axis="y", labelsize=8.5)


def _bars(axes: Axes, some: Sequence[Offer], measure: Measure, width: float, lang: str) -> None:
    """Draw a measure of each line on axes that are `width` inches wide."""
    ranges = [measure.of(one) for one in some]
    said = [_said(one, found, lang) for one, found in zip(some, ranges, strict=True)]
    ends = [found.high if found else 0.0 for found in ranges]
    end = max(end * width / (width - 0.1 - _CHAR * len(text)) for end, text in zip(ends, said, strict=True)) or 1.0
    for y, found in enumerate(ranges):
        if found:
            axes.barh(y, found.low, height=0.56, color=SERIES[0])
        if found and found.high > found.low:
            axes.barh(
                y, found.high - found.low, left=found.low, height=0.56, facecolor=_DIFFER, hatch="////",
                edgecolor=SERIES[1], linewidth=0.8,
            )  # fmt: skip
        color = INK if found else MUTED
        axes.text(ends[y] + 0.05 * end / width, y, said[y], va="center", fontsize=8.5, color=color)
    axes.set_xlim(0, end)
    axes.set_ylim(len(some) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="x", labelsize=8.5)
    clear(axes)
    axes.axvline(0, color=LINE, linewidth=1)


def _said(one: Offer, found: Range | None, lang: str) -> str:
    """Write a range as it stands beside its bar: free, missing and doubted are words."""
    if found is None:
        return translate("no price", lang)
    if one.free:
        return translate("free", lang)
    said = amount(found.low) if found.low == found.high else f"{amount(found.low)} – {amount(found.high)}"  # noqa: RUF001
    verdict = one.ruling.verdict if one.ruling else ""
    return f"{said} · {in_words(verdict, lang)}" if verdict in _DOUBTED else said


def _legend(lang: str) -> list[Swatch]:
    """Say what the two kinds of bars are."""
    return [
        Swatch(translate("lowest of the sources", lang), SERIES[0], SERIES[0]),
        Swatch(translate("up to the highest, where they differ", lang), _DIFFER, SERIES[1], "////"),
    ]


def _alt(offered: Sequence[Offer], measures: Sequence[Measure], nothing: Why, lang: str) -> str:
    priced = _priced(offered, measures)
    groups = _by_currency(priced)
    if not groups:
        return translate(nothing, lang)
    shown = [one for some in groups.values() for one in some]
    parts = [f"{STAND_IN}. "] if made_up_among(shown)[0] else []
    for currency, some in groups.items():
        titles = ", ".join(translate(measure.title(currency or "?"), lang) for measure in measures)
        lines = [
            f"{name}: {', '.join(_said(one, measure.of(one), lang) for measure in measures)}"
            for name, one in zip(_names(some), some, strict=True)
        ]
        parts.append(f"{titles}: {'; '.join(lines)}. ")
    return "".join([*parts, *left_out(len(priced) - len(shown), lang)]).strip()
