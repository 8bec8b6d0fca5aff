"""What a planned load costs a month at each route of the covered models: a picture, and amounts in words."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .digits import to_the_cent
from .drawing import (
    MARKERS,
    SERIES,
    clear,
    commonest,
    finished,
    fitting,
    labelled,
    left_out,
    only_said,
    sized,
    spoken,
)
from .judge import Readiness
from .load import CostRow
from .locale import translate
from .ranking import RouteRank
from .rows import Why
from .svg import MUTED, own_style

ROUTES = 12  # more than these would not be readable


def in_words(row: CostRow | RouteRank, lang: str) -> str:
    """Write what a row says of a month with its currency; empty where it says nothing."""
    low, high, currency = row.low_per_month, row.high_per_month, row.currency
    if low is None or high is None:
        return ""
    if to_the_cent(low) == to_the_cent(high):
        return f"{to_the_cent(high)} {currency}"
    return translate(
        Why("{low} to {high} {currency}", low=to_the_cent(low), high=to_the_cent(high), currency=currency), lang
    )


def covered_costs(readiness: Readiness) -> list[CostRow]:
    """Return what the planned load costs at the routes of covered models."""
    covered = frozenset(readiness.run.plan.models)
    rows = (row for row in readiness.rows("costs") if isinstance(row, CostRow))
    return [row for row in rows if row.model in covered]


@own_style()
def draw_costs(readiness: Readiness, lang: str = "en") -> Figure:
    """Draw what the planned load costs a month at each route, from the cheapest source to the dearest."""
    rows = _cheapest_first(covered_costs(readiness))
    if not any(row.high_per_month is not None for row in rows):
        return only_said(translate("No cost follows from what the sources say.", lang))
    shown = rows[:ROUTES]
    currency = commonest(row.currency for row in rows if row.high_per_month is not None)
    figure = sized(len(shown), step=0.36, above=0.38 if readiness.run.sandbox else 0.15, note=len(rows) > ROUTES)
    axes = figure.subplots()
    for y, row in enumerate(shown):
        _bar(axes, y, row, currency, lang)
    labelled(axes, [fitting(_label(row)) for row in shown])
    axes.set_xlim(0, 1.45 * max(axes.get_xlim()[1], 1e-9))
    axes.set_xlabel(translate(Why("{currency} a month", currency=fitting(currency, 9)), lang))
    clear(axes)
    return finished(figure, len(rows) - len(shown), lang, made_up=readiness.run.sandbox)


def _bar(axes: Axes, y: int, row: CostRow, currency: str, lang: str) -> None:
    low, high = row.low_per_month, row.high_per_month
    said = fitting(in_words(row, lang) or translate("no cost follows", lang), 48)
    if row.currency != currency or low is None or high is None:
        axes.text(0.01, y, said, transform=axes.get_yaxis_transform(), va="center", fontsize=9, color=MUTED)
        return
    for x, series in ((low, 0), (high, 1))[: 1 + (low != high)]:
        axes.plot([x], [y], marker=MARKERS[series], markersize=8, color=SERIES[series], clip_on=False, zorder=3)
    axes.plot([low, high], [y, y], color=SERIES[0], linewidth=4, alpha=0.45)
    axes.plot([0, low], [y, y], color=SERIES[0], linewidth=1)
    axes.annotate(said, (high, y), (9, 0), va="center", textcoords="offset points", fontsize=9)


def alt_costs(readiness: Readiness, lang: str = "en") -> str:
    """Say what `draw_costs` shows."""
    rows = _cheapest_first(covered_costs(readiness))
    none = translate("no cost follows", lang)
    parts = [f"{row.model}, {row.route or '-'}: {in_words(row, lang) or none}" for row in rows[:ROUTES]]
    if not any(row.high_per_month is not None for row in rows):
        return translate("No cost follows from what the sources say.", lang)
    more = left_out(len(rows) - ROUTES, lang)
    return spoken(translate("Cost of the planned load a month", lang), [*parts, *more], made_up=readiness.run.sandbox)


def _cheapest_first(rows: Sequence[CostRow]) -> list[CostRow]:
    def rank(row: CostRow) -> tuple[str, bool, float, str]:
        return row.model, row.high_per_month is None, row.high_per_month or 0.0, row.route

    return sorted(rows, key=rank)


def _label(row: CostRow) -> str:
    return f"{row.model.rpartition('/')[2]} · {row.route or row.region or '-'}"
