"""Pictures of a readiness: the five gates, the covered models' prices, the latency of each answer.

Every function returns a `matplotlib.figure.Figure` and touches no global state; `svg.svg` puts it into a page.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from .digits import in_full, three_digits
from .drawing import (
    EDGE,
    FILL,
    LETTER,
    SERIES,
    WIDTH,
    clear,
    commonest,
    finished,
    fitting,
    in_words,
    labelled,
    left_out,
    only_said,
    sized,
    spoken,
    told_apart,
)
from .judge import Readiness
from .locale import translate
from .outcome import Answer, Outcome
from .rows import AnswerRow, PriceRow, Why
from .svg import MUTED, own_style

ROUTES = 12  # more than these would not be readable
REQUESTS = 16


@own_style()
def draw_gates(readiness: Readiness, lang: str = "en") -> Figure:
    """Draw the five gates in their order, each with both halves: colour, letter and word."""
    figure = Figure(figsize=(WIDTH, 2.55))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1000), ylim=(264, 0))
    axes.axis("off")
    for y, label in ((116, translate("May it?", lang)), (212, translate("Is it done?", lang))):
        axes.text(4, y, label, va="center", fontweight="bold")
    for number, gate in enumerate(readiness.gates):
        left = 158 + number * 168
        axes.text(left + 75, 28, in_words(gate.gate, lang), ha="center", va="center", fontweight="bold", fontsize=11)
        note = "" if gate.required else translate("not required", lang)
        axes.text(left + 75, 54, note, ha="center", va="center", fontsize=8.5, color=MUTED)
        for top, answer in ((76, gate.may), (172, gate.done)):
            _box(axes, (left, top), answer, in_words(answer, lang), dashed=not gate.required)
        if number:
            axes.annotate("", (left + 2, 28), (left - 20, 28), arrowprops={"arrowstyle": "->", "color": MUTED})
    return finished(figure, 0, lang, made_up=readiness.run.sandbox)


def _box(axes: Axes, corner: tuple[float, float], answer: Answer, word: str, *, dashed: bool) -> None:
    left, top = corner
    box = FancyBboxPatch(
        corner, 150, 80, boxstyle="round,pad=0,rounding_size=12", facecolor=FILL[answer], edgecolor=EDGE[answer],
        linewidth=2, linestyle="--" if dashed else "-",
    )  # fmt: skip
    axes.add_patch(box)
    axes.text(left + 75, top + 30, LETTER[answer], ha="center", va="center", fontsize=17, fontweight="bold")
    axes.text(left + 75, top + 62, word, ha="center", va="center", fontsize=9.5)


def alt_gates(readiness: Readiness, lang: str = "en") -> str:
    """Say what `draw_gates` shows."""
    parts = [
        translate(Why("{gate}: may it? {may}, is it done? {done}", gate=g.gate, may=g.may, done=g.done), lang)
        for g in readiness.gates
    ]
    return spoken(translate("Five gates with both halves", lang), parts, made_up=readiness.run.sandbox)


class _Priced(NamedTuple):
    """A covered model's route and its base prices, by source."""

    model: str
    route: str
    region: str
    prices: list[PriceRow]


def _priced_routes(readiness: Readiness) -> list[_Priced]:
    """Return the covered models' routes, and those that only a source of prices names, the priced ones first."""
    run, covered = readiness.run, frozenset(readiness.run.plan.models)
    found: defaultdict[tuple[str, str, str], list[PriceRow]] = defaultdict(list)
    for row in readiness.prices:
        if row.model in covered and row.base:
            found[row.model, row.route, row.region].append(row)
    for model in run.models:
        if model.covered and model.listed and model.route:
            found[model.model, model.route, run.plan.region]  # a route without a price is drawn, too
    return sorted((_Priced(*key, prices) for key, prices in found.items()), key=lambda one: (one.model, not one.prices))


def _sources(routes: Iterable[_Priced]) -> dict[str, int]:
    return {name: i for i, name in enumerate(dict.fromkeys(row.source for one in routes for row in one.prices))}


@own_style()
def draw_prices(readiness: Readiness, lang: str = "en") -> Figure:
    """Draw input and output price of every covered model's route, the sources side by side, in one currency.

    Of several currencies it is the one that most of the prices have; routes priced in another say so.
    """
    routes = _priced_routes(readiness)
    shown = routes[:ROUTES]
    currency, sources = commonest(row.currency for one in shown for row in one.prices), _sources(shown)
    if not sources:
        return only_said(translate("No source has a price of a covered model.", lang))
    figure = sized(len(shown), step=0.42, above=0.25 + 0.25 * -(-len(sources) // 3), note=len(routes) > ROUTES)
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"wspace": 0.16})
    for axes, field, title in (
        (left, "input_per_mtok", Why("input, {currency} per million tokens", currency=fitting(currency, 9))),
        (right, "output_per_mtok", Why("output, {currency} per million tokens", currency=fitting(currency, 9))),
    ):
        _dots(axes, shown, sources, (field, currency), lang)
        axes.set_xlabel(translate(title, lang))
    regions = len({one.region for one in shown}) > 1
    labelled(left, [fitting(_label(one, regions=regions)) for one in shown])
    handles, labels = left.get_legend_handles_labels()
    by_name = dict(zip(labels, handles, strict=True))
    figure.legend(by_name.values(), by_name.keys(), loc="upper center", ncols=3, frameon=False)
    return finished(figure, len(routes) - len(shown), lang, made_up=readiness.run.sandbox)


def _label(one: _Priced, *, regions: bool) -> str:
    return " · ".join(filter(None, (one.model.rpartition("/")[2], one.route, one.region if regions else "")))


def _dots(axes: Axes, routes: list[_Priced], sources: Mapping[str, int], what: tuple[str, str], lang: str) -> None:
    width, (field, currency) = min(0.22, 0.7 / len(sources)), what
    for y, one in enumerate(routes):
        drawn = False
        for row in one.prices:
            series = sources[row.source]
            x = 0.0 if row.free else getattr(row, field) if row.currency == currency else None
            if x is not None and not row.zero:  # a 0 that nobody calls free is no price
                drawn, offset = True, (series - (len(sources) - 1) / 2) * width
                axes.plot(
                    [x], [y + offset], linestyle="none", markersize=8, label=fitting(row.source), clip_on=False,
                    **told_apart(series),
                )  # fmt: skip
        if said := _elsewhere(one.prices, field, currency) or ("" if drawn else translate("no price", lang)):
            x, side = (0.98, "right") if drawn else (0.02, "left")
            axes.text(x, y, said, transform=axes.get_yaxis_transform(), va="center", ha=side, fontsize=9, color=MUTED)
    axes.set_xlim(0, 1.12 * axes.get_xlim()[1])
    axes.locator_params(axis="x", nbins=4)
    clear(axes)


def _elsewhere(prices: Iterable[PriceRow], field: str, currency: str) -> str:
    """Write the prices in other currencies, which the axis has no place for."""
    others = {row.currency: getattr(row, field) for row in prices if row.currency != currency}
    return ", ".join(f"{_amount(others[name])} {fitting(name, 9)}" for name in sorted(others))


def alt_prices(readiness: Readiness, lang: str = "en") -> str:
    """Say what `draw_prices` shows."""
    routes = _priced_routes(readiness)
    parts = [text for one in routes[:ROUTES] for text in _price_words(one, lang)]
    if not any(one.prices for one in routes[:ROUTES]):
        return translate("No source has a price of a covered model.", lang)
    more = left_out(len(routes) - ROUTES, lang)
    return spoken(translate("Prices per million tokens", lang), [*parts, *more], made_up=readiness.run.sandbox)


def _price_words(one: _Priced, lang: str) -> Iterator[str]:
    where = ", ".join(filter(None, (one.model, one.route)))
    if not one.prices:
        yield f"{where}: {translate('no price', lang)}"
    for row in one.prices:
        said = Why(
            "{where}: input {input}, output {output} {currency} ({source})",
            where=where,
            input=_amount(row.input_per_mtok),
            output=_amount(row.output_per_mtok),
            currency=row.currency,
            source=row.source,
        )
        yield translate(said, lang)


def _amount(value: float | None) -> str:
    return "?" if value is None else in_full(value)


class Request(NamedTuple):
    """One request of the run and every ask that its answer answered."""

    asks: str
    row: AnswerRow


def requests(answers: Iterable[AnswerRow]) -> list[Request]:
    """Join the rows of asks that one request answered; what was never sent stays a line of its own."""
    joined: dict[object, list[AnswerRow]] = {}
    for row in answers:
        joined.setdefault(row.request or (row.ask, row.path, row.sample), []).append(row)
    return [Request(", ".join(dict.fromkeys(row.ask for row in rows)), rows[0]) for rows in joined.values()]


def _timed(readiness: Readiness) -> list[tuple[str, str, float]]:
    """Return what each request that was answered asked, what that came to, and the milliseconds until then."""
    timed = [row for row in readiness.run.answers if row.request and row.latency_s is not None]
    return [
        (f"{asks} #{row.sample}" if row.sample else asks, row.outcome, 1000 * (row.latency_s or 0))
        for asks, row in requests(sorted(timed, key=lambda row: row.request or 0))
    ]


@own_style()
def draw_latency(readiness: Readiness, lang: str = "en") -> Figure:
    """Draw how long each request waited for its answer; an answer that is not `ok` is hollow and says its outcome."""
    timed = _timed(readiness)
    shown = timed[:REQUESTS]
    if not shown:
        return only_said(translate("No request was answered.", lang))
    figure = sized(len(shown), step=0.36, above=0.38 if readiness.run.sandbox else 0.15, note=len(timed) > REQUESTS)
    axes = figure.subplots()
    for y, (_, outcome, latency_ms) in enumerate(shown):
        ok = outcome == Outcome.OK
        color = SERIES[0] if ok else SERIES[1]
        axes.plot([0, latency_ms], [y, y], color=color, linewidth=2)
        axes.plot([latency_ms], [y], marker="o" if ok else "s", markersize=8, color=color, clip_on=False,
                  markerfacecolor=color if ok else "white")  # fmt: skip
        said = f"{three_digits(latency_ms)} ms · {in_words(outcome, lang)}"
        axes.annotate(said, (latency_ms, y), (9, 0), va="center", textcoords="offset points", fontsize=9)
    labelled(axes, [fitting(asks) for asks, _, _ in shown])
    axes.set_xlim(0, 1.35 * max(latency_ms for _, _, latency_ms in shown) or 1)
    axes.set_xlabel(translate("milliseconds until the first byte", lang))
    clear(axes)
    return finished(figure, len(timed) - len(shown), lang, made_up=readiness.run.sandbox)


def alt_latency(readiness: Readiness, lang: str = "en") -> str:
    """Say what `draw_latency` shows."""
    timed = _timed(readiness)
    if not timed:
        return translate("No request was answered.", lang)
    parts = [f"{asks} {three_digits(ms)} ms ({in_words(outcome, lang)})" for asks, outcome, ms in timed[:REQUESTS]]
    more = left_out(len(timed) - REQUESTS, lang)
    return spoken(translate("Latency of each request", lang), [*parts, *more], made_up=readiness.run.sandbox)
