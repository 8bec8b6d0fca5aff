"""What models cost and can do, in tabs: sortable tables, pictures of the same lines, and what all are sifted by."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import ipywidgets as ipw

from testkey_nb.judge import Readiness
from testkey_nb.key_lines import Line
from testkey_nb.locale import translate
from testkey_nb.offers import Offer, Sifted, Wanted, offers, sift, split
from testkey_nb.price_bars import alt_cost_bars, alt_price_bars, draw_cost_bars, draw_price_bars
from testkey_nb.price_speed import AGAINST, alt_price_speed, draw_price_speed
from testkey_nb.report import style
from testkey_nb.rows import Why
from testkey_nb.svg import svg

from .choice import choice, refill
from .compare_results import headline
from .controls import LOAD, Controls
from .covering import Covering
from .model_columns import COSTS, HUB, MODELS, PHANTOMS, PRICES, ROUTES
from .sheet import Sheet
from .sortable import Pick, SortableTable
from .tables import one_line
from .timely import timely

ALL = "all"
_TRUTH: Mapping[str, bool | None] = MappingProxyType({ALL: None, "yes": True, "no": False})
_FILTERED_BY = {
    "provider": Why("Provider"), "input": Why("Takes"), "output": Why("Gives"), "tools": Why("Tools"),
    "structured": Why("Structured output"),
}  # fmt: skip
_FLAGS = ("tools", "structured")
_NO_MATCH = Why("No model matches the filters.")
_OFFERED: Mapping[str, Callable[[Offer], bool]] = MappingProxyType(
    {
        "models": lambda _one: True,
        "rulings": lambda one: one.ruling is not None,
        "speed": lambda _one: True,
        "costs": lambda one: one.cost is not None,
    }
)


def picture(what: str, offered: Sequence[Offer], lang: str, place: str, against: str) -> str:
    """Return a picture with its alternative text; `place` keeps ids of two pictures on a page apart.

    `what` is one of ``rulings``, ``speed`` and ``costs``.
    """
    if what == "speed":
        drawn, alt = draw_price_speed(offered, against, lang), alt_price_speed(offered, against, lang)
    elif what == "rulings":
        drawn, alt = draw_price_bars(offered, lang), alt_price_bars(offered, lang)
    else:
        drawn, alt = draw_cost_bars(offered, lang), alt_cost_bars(offered, lang)
    return svg(drawn, alt, f"tk-{place}-{what}")


PICTURES = ("rulings", "speed", "costs")


class ModelsResults:
    """The lower half of the models panel; empty until there is something to show.

    Parameters
    ----------
    controls
        Those of the panel: the planned load and what leads the routes stand in their tabs.
    covering
        What is ticked.

    """

    def __init__(self, controls: Controls, covering: Covering) -> None:
        """Lay out a headline, what sifts, and the tabs."""
        self._speech = speech = controls.speech
        self.headline, self.count = ipw.HTML(), ipw.HTML()
        self.filters = {name: choice(speech, label) for name, label in _FILTERED_BY.items()}
        for name in self.filters:
            self._refill(name, _TRUTH if name in _FLAGS else [ALL])
        wide = {"description_width": "auto"}
        self.min_context = ipw.BoundedIntText(
            max=100_000_000, step=1024, continuous_update=False, style=wide, layout={"width": "210px"}
        )
        speech.of(self.min_context, description=Why("Context from"))
        self.text = ipw.Text(continuous_update=False, style=wide)
        speech.of(self.text, description=Why("Contains"), placeholder=Why("model, route or owner"))
        self.against = speech.of(ipw.ToggleButtons(style={"button_width": "auto"}), description=Why("Speed against"))
        speech.options(self.against, [(against, str(against)) for against in AGAINST])
        self._judged: tuple[Readiness, ...] = ()
        self._offers: tuple[Offer, ...] = ()
        self._sifted, self._lang, self._renewing = Sifted((), 0), "en", False
        self.sheets = self._sheets(controls, covering)
        self.tab = ipw.Tab([one.view for one in self.sheets.values()])
        speech.titles(self.tab, [one.title for one in self.sheets.values()])
        self.view = self._lay_out()
        drawing = partial(timely, is_shown=lambda: self._judged, clear=self.clear)
        for control in (*self.filters.values(), self.min_context, self.text):
            control.observe(drawing(self._sift), names="value")
        self.against.observe(self._redraw_speed, names="value")
        self.tab.observe(drawing(self._fill), names="selected_index")

    def _sheets(self, controls: Controls, covering: Covering) -> dict[str, Sheet]:
        pick = Pick[Offer](
            label=lambda one: one_line(one.row.model),
            ticked=lambda one: one.row.model in covering.of(one.one),
            tick=lambda one, on: covering.tick(one.one, one.row.model, on=on),
        )

        def draw(what: str) -> Callable[[Sequence[Offer], str], str]:
            return lambda offered, lang: picture(what, offered, lang, "panel", self.against.value)

        models = SortableTable(Why("Models by key and route"), MODELS, pick=pick)
        prices = SortableTable(Why("Prices by model, key and route"), PRICES, sorted_by="Output per million")
        costs = SortableTable(Why("Cost of the load by model, key and route"), COSTS, sorted_by="Cost a month")
        routes = SortableTable(Why("Live routes of covered models, as they are ranked"), ROUTES)
        policies = SortableTable(Why("What a hub's own policies would take"), HUB)
        phantoms = SortableTable(Why("Models that may not be what their list says"), PHANTOMS)
        load = [getattr(controls, field) for field in LOAD]
        return {
            "models": Sheet(Why("Models"), _NO_MATCH, table=models),
            "rulings": Sheet(Why("Prices"), Why("No source has a price of these models."), table=prices,
                             draw=draw("rulings")),
            "speed": Sheet(Why("Price and speed"), _NO_MATCH, draw=draw("speed"), above=[self.against]),
            "costs": Sheet(Why("Cost of my load"), Why("Plan a load to see what it costs."), table=costs,
                           draw=draw("costs"), above=load),
            "routes": Sheet(Why("Routes"), Why("No covered model is shown."), table=routes,
                            above=[controls.route_lead]),
            "hub_policies": Sheet(Why("Hub policies"), Why("No covered model has routes that a hub chooses from."),
                                  table=policies),
            "phantoms": Sheet(Why("Phantoms"), Why("No model is a phantom."), table=phantoms),
        }  # fmt: skip

    def _lay_out(self) -> ipw.DOMWidget:
        sieve = ipw.Box([self.text, *self.filters.values(), self.min_context])
        sieve.add_class("tk-panel-act")
        view = ipw.VBox([ipw.HTML(f"<style>{style()}</style>"), self.headline, sieve, self.count, self.tab])
        view.add_class("tk-panel-results")
        view.layout.display = "none"
        return view

    def compared(self) -> tuple[Readiness, ...]:
        """Return the keys, in the order they were added."""
        return self._judged

    def lines(self, what: str) -> tuple[Any, ...]:
        """Return what a tab shows, in the order of its table: offers, or rows of a view with their keys."""
        table = self.sheets[what].table
        found = self._lines(what)
        return found if table is None else table.arranged(found)

    def show(self, judged: tuple[Readiness, ...], lang: str) -> None:
        """Show several keys in a language in place of what was shown before; filters and orders stay."""
        self._judged, self._offers, self._lang = judged, offers(judged), lang
        self._renewing = True
        rows = [one.row for one in self._offers]
        for name, known in (
            ("provider", {one.run.stamp.provider for one in judged}),
            ("input", {found for row in rows for found in split(row.input_modalities)}),
            ("output", {found for row in rows for found in split(row.output_modalities)}),
        ):
            self._refill(name, [ALL, *sorted(known)])
        for name in _FLAGS:
            self._refill(name, _TRUTH)
        self._renewing = False
        self._sift()
        self.view.layout.display = None

    def clear(self) -> None:
        """Show nothing any more; what sifts goes back to where it stood at first."""
        self._judged, self._offers, self._sifted = (), (), Sifted((), 0)
        self._renewing = True
        for name, control in self.filters.items():
            self._refill(name, _TRUTH if name in _FLAGS else [ALL])
            control.value = ALL
        self.min_context.value, self.text.value = 0, ""
        self._renewing = False
        self.view.layout.display = "none"
        self.headline.value = self.count.value = ""
        for sheet in self.sheets.values():
            sheet.clear()

    def _refill(self, name: str, options: Iterable[str]) -> None:
        refill(self.filters[name], options, self._speech)

    def draw_ticks(self) -> None:
        """Show what is ticked now."""
        table = self.sheets["models"].table
        if table is not None:
            table.draw_ticks()

    def _redraw_speed(self, _change: object) -> None:
        if not self._speech.renewing:
            self.sheets["speed"].redraw()

    def _wanted(self) -> Wanted:
        chosen = {name: "" if control.value == ALL else control.value for name, control in self.filters.items()}
        return Wanted(
            chosen["provider"], self.text.value.strip(), chosen["input"], chosen["output"], self.min_context.value,
            _TRUTH[self.filters["tools"].value], _TRUTH[self.filters["structured"].value],
        )  # fmt: skip

    def _sift(self) -> None:
        if self._renewing or not self._judged:
            return
        self._sifted = sift(self._offers, self._wanted())
        self.headline.value = headline(self._judged, self._judged, self._lang)
        self.count.value = f'<p class="tk-count" role="status">{html.escape(self._counted())}</p>'
        for number, sheet in enumerate(self.sheets.values()):
            if number == self.tab.selected_index:
                sheet.filled = False
            else:
                sheet.empty()  # what is older is not to stay longer because nobody looked at it
        self._fill()

    def _counted(self) -> str:
        kept, unsaid = self._sifted
        said = Why("{n} of {all} lines match the filters; a line is a model by a key and a route.", n=f"{len(kept):,}",
                   all=f"{len(self._offers):,}")  # fmt: skip
        more = Why("Of {n} more nobody says what is asked for.", n=f"{unsaid:,}")
        return " ".join(translate(one, self._lang) for one in ([said, more] if unsaid else [said]))

    def _fill(self) -> None:
        """Draw the tab that is looked at, if it was not drawn yet: thousands of lines take their time."""
        name, sheet = list(self.sheets.items())[self.tab.selected_index or 0]
        if self._judged and not sheet.filled:
            sheet.fill(self._lines(name), self._lang)

    def _lines(self, what: str) -> tuple[Any, ...]:
        if what in _OFFERED:
            return tuple(one for one in self._sifted.kept if _OFFERED[what](one))
        kept = {(id(offer.one), offer.row.model) for offer in self._sifted.kept}
        rows = ((one, row) for one in self._judged for row in one.rows(what))
        return tuple(Line(one, row) for one, row in rows if (id(one), getattr(row, "model", "")) in kept)
