"""What several judged keys look like in a panel: tables and pictures side by side, and one key in detail."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import ipywidgets as ipw

from testkey_nb.amounts import alt_amounts, alt_limits, draw_amounts, draw_limits
from testkey_nb.heatmap import GRIDS, alt_heat_map, draw_heat_map, name_of
from testkey_nb.judge import Readiness
from testkey_nb.outcome import CapabilityState
from testkey_nb.report import style
from testkey_nb.svg import svg

from . import tables
from .choice import choice, refill
from .results import STAND_IN as ALL_MADE_UP
from .results import VERDICT, Results
from .timely import timely

ALL, CHOOSE = "all", "choose a key …"
SOME_MADE_UP = "Some of these answers came from a stand-in on this machine; their keys are marked."
TABS = {
    "Overview": "overview", "Passports": "passport", "Capabilities": "capabilities", "Gates": "gates",
    "Balance and usage": "balance", "Limits": "limits",
}  # fmt: skip
_READY = (True, None, False)
SORTS: Mapping[str, Callable[[Readiness], Any]] = MappingProxyType(
    {
        "as added": lambda _one: 0,
        "provider": lambda one: one.run.stamp.provider,
        "name": name_of,
        "ready first": lambda one: _READY.index(one.ready),
        "most proved first": lambda one: -sum(row.state == CapabilityState.PROVED for row in one.capabilities),
    }
)
FILTERS: Mapping[str, Callable[[Readiness], str]] = MappingProxyType(
    {
        "provider": lambda one: one.run.stamp.provider,
        "verdict": lambda one: one.run.identity.verdict,
        "ready": lambda one: VERDICT[one.ready][0].replace("_", " "),
    }
)


def picture(compared: Sequence[Readiness], what: str, lang: str, place: str) -> str:
    """Return a picture of several keys with its alternative text; `place` keeps ids of two pictures on a page apart.

    `what` is one of ``passport``, ``capabilities``, ``gates``, ``balance`` and ``limits``.
    """
    if what in GRIDS:
        figure, alt = draw_heat_map(compared, what, lang), alt_heat_map(compared, what, lang)
    elif what == "balance":
        figure, alt = draw_amounts(compared, lang), alt_amounts(compared, lang)
    else:
        figure, alt = draw_limits(compared, lang), alt_limits(compared, lang)
    return svg(figure, alt, f"tk-{place}-{what}")


class CompareResults:
    """The lower half of the compare panel; empty until there is something to show."""

    def __init__(self) -> None:
        """Lay out a headline, what sorts and filters, the tabs, and one key in detail."""
        self.headline = ipw.HTML()
        self.sort = choice("Sort by", SORTS)
        self.filters = {name: choice(name.capitalize(), (ALL,)) for name in FILTERS}
        self.tabs = {name: ipw.HTML() for name in TABS}
        self.tab = ipw.Tab(list(self.tabs.values()), titles=list(self.tabs))
        self.key = choice("One key", (CHOOSE,))
        self.key.layout.width = "460px"
        self.detail = Results()
        self._judged: tuple[Readiness, ...] = ()
        self._lang, self._renewing = "en", False
        self.view = self._lay_out()
        drawing = partial(timely, is_shown=lambda: self._judged, clear=self.clear)
        for control in (self.sort, *self.filters.values()):
            control.observe(drawing(self._draw), names="value")
        self.key.observe(drawing(self._drill_down), names="value")
        self.tab.observe(drawing(self._fill), names="selected_index")

    def _lay_out(self) -> ipw.DOMWidget:
        order = ipw.Box([self.sort, *self.filters.values()])
        order.add_class("tk-panel-act")
        title = ipw.HTML('<p class="tk-panel-title"><strong>One key in detail</strong></p>')
        view = ipw.VBox([ipw.HTML(f"<style>{style()}</style>"), self.headline, order, self.tab, title, self.key,
                         self.detail.view])  # fmt: skip
        view.add_class("tk-panel-results")
        view.layout.display = "none"
        return view

    def compared(self) -> tuple[Readiness, ...]:
        """Return the keys that the filters let through, in the order that is chosen."""
        shown = [
            one
            for one in self._judged
            if all(self.filters[name].value in {ALL, of(one)} for name, of in FILTERS.items())
        ]
        return tuple(sorted(shown, key=SORTS[self.sort.value]))

    def show(self, judged: Sequence[Readiness], lang: str) -> None:
        """Show several keys in a language in place of what was shown before; sort, filters and chosen key stay."""
        self._judged, self._lang, self._renewing = tuple(judged), lang, True
        for name, of in FILTERS.items():
            refill(self.filters[name], [ALL, *sorted({of(one) for one in judged})])
        self._renewing = False
        self._draw()
        self.view.layout.display = None

    def clear(self) -> None:
        """Show nothing any more; what sorts and filters goes back to where it stood at first."""
        self._judged, self._renewing = (), True
        for control in (*self.filters.values(), self.key):
            refill(control, [control.options[0]])
        self._renewing = False
        self.view.layout.display = "none"
        for section in (self.headline, *self.tabs.values()):
            section.value = ""
        self.detail.clear()

    def _draw(self) -> None:
        if self._renewing or not self._judged:
            return
        shown = self.compared()
        self.headline.value = headline(self._judged, shown)
        for section in self.tabs.values():
            section.value = ""
        self._fill()
        self._renewing = True
        refill(self.key, [CHOOSE, *(name_of(one) for one in shown)])
        self._renewing = False
        self._drill_down()

    def _fill(self) -> None:
        """Draw the tab that is looked at, if it was not drawn yet: a picture of many keys takes its time."""
        name, section = list(self.tabs.items())[self.tab.selected_index or 0]
        if self._judged and not section.value:
            section.value = f'<div class="tk-report tk-card">{_page(name, self.compared(), self._lang)}</div>'

    def _drill_down(self) -> None:
        """Show the report's sections of the key that is chosen: its evidence, its answers, the action and why."""
        if self._renewing:
            return
        chosen = next((one for one in self._judged if name_of(one) == self.key.value), None)
        if chosen is None:
            self.detail.clear()
        else:
            self.detail.show(chosen, self._lang)


def headline(judged: Sequence[Readiness], shown: Sequence[Readiness]) -> str:
    """Return in one line how the keys stand, and in large letters whether any of it is made up."""
    count = Counter(VERDICT[one.ready][0].replace("_", " ") for one in judged)
    told = ", ".join(f"{count[word.replace('_', ' ')]} {word.replace('_', ' ')}" for word, _ in VERDICT.values())
    left = f" {len(shown)} of them are shown." if len(shown) < len(judged) else ""
    made_up = [one for one in judged if one.run.sandbox]
    says = ALL_MADE_UP if len(made_up) == len(judged) else SOME_MADE_UP
    banner = tables.made_up_banner(says)
    keys = f"{len(judged)} {'key' if len(judged) == 1 else 'keys'}"
    return f'<div class="tk-report">{banner if made_up else ""}<p class="tk-count">{keys}: {told}.{left}</p></div>'


def _page(tab: str, shown: Sequence[Readiness], lang: str) -> str:
    """Return what stands in a tab."""
    if not shown:
        return '<p class="tk-empty">No key matches the filters.</p>'
    what = TABS[tab]
    if what == "overview":
        return tables.overview(shown, lang)
    drawn = f'<div class="tk-scroll">{picture(shown, what, lang, "panel")}</div>'
    if what not in GRIDS:
        return drawn + (tables.balance if what == "balance" else tables.limits)(shown, lang)
    in_words = tables.grid(shown, what, lang)
    return f"{drawn}<details><summary>The same in words</summary>{in_words}</details>"
