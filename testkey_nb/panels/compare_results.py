"""What several judged keys look like in a panel: tables and pictures side by side, and one key in detail."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import ipywidgets as ipw

from testkey_nb.amounts import alt_amounts, alt_limits, draw_amounts, draw_limits
from testkey_nb.drawing import in_words
from testkey_nb.heatmap import GRIDS, alt_heat_map, draw_heat_map, name_of
from testkey_nb.judge import Readiness
from testkey_nb.locale import translate
from testkey_nb.outcome import CapabilityState
from testkey_nb.report import style
from testkey_nb.rows import Why
from testkey_nb.svg import svg

from . import tables
from .choice import choice, refill
from .results import STAND_IN as ALL_MADE_UP
from .results import VERDICT, Results
from .speech import Speech
from .timely import timely

ALL, CHOOSE = "all", Why("choose a key …")
SOME_MADE_UP = Why("Some of these answers came from a stand-in on this machine; their keys are marked.")
TABS: Mapping[str, str] = {
    Why("Overview"): "overview", Why("Passports"): "passport", Why("Capabilities"): "capabilities",
    Why("Gates"): "gates", Why("Balance and usage"): "balance", Why("Limits"): "limits",
}  # fmt: skip
_READY = (True, None, False)
SORTS: Mapping[str, Callable[[Readiness], Any]] = MappingProxyType(
    {
        Why("as added"): lambda _one: 0,
        Why("provider"): lambda one: one.run.stamp.provider,
        Why("name"): name_of,
        Why("ready first"): lambda one: _READY.index(one.ready),
        Why("most proved first"): lambda one: -sum(row.state == CapabilityState.PROVED for row in one.capabilities),
    }
)
FILTERS: Mapping[str, Callable[[Readiness], str]] = MappingProxyType(
    {
        "provider": lambda one: one.run.stamp.provider,
        "verdict": lambda one: one.run.identity.verdict,
        "ready": lambda one: VERDICT[one.ready][0].replace("_", " "),
    }
)
_FILTERED_BY = {"provider": Why("Provider"), "verdict": Why("Verdict"), "ready": Why("Ready")}


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
    """The lower half of the compare panel; empty until there is something to show.

    Parameters
    ----------
    speech
        Says what stands beside the results.

    """

    def __init__(self, speech: Speech) -> None:
        """Lay out a headline, what sorts and filters, the tabs, and one key in detail."""
        self._speech = speech
        self.headline = ipw.HTML()
        self.sort = speech.options(choice(speech, Why("Sort by")), [(by, str(by)) for by in SORTS])
        self.filters = {name: choice(speech, label) for name, label in _FILTERED_BY.items()}
        self.tabs: Mapping[str, ipw.HTML] = {name: ipw.HTML() for name in TABS}
        self.tab = speech.titles(ipw.Tab(list(self.tabs.values())), TABS)
        self.key = choice(speech, Why("One key"))
        self.key.layout.width = "460px"
        for name in FILTERS:
            self._refill(name, [])
        self.key.options = [speech(CHOOSE)]
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
        title = self._speech.title(Why("One key in detail"))
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
            self._refill(name, sorted({of(one) for one in judged}))
        self._renewing = False
        self._draw()
        self.view.layout.display = None

    def _refill(self, name: str, found: Sequence[str]) -> None:
        """Let a filter choose among what was found; ids stay as they are."""

        def say(one: str) -> str:
            if one == ALL or name == "provider":
                return self._speech(one)
            return in_words(one.replace(" ", "_"), self._lang)

        refill(self.filters[name], [ALL, *found], say)

    def clear(self) -> None:
        """Show nothing any more; what sorts and filters goes back to where it stood at first."""
        self._judged, self._renewing = (), True
        for name in self.filters:
            self._refill(name, [])
        self.key.options = [self._speech(CHOOSE)]
        self._renewing = False
        self.view.layout.display = "none"
        for section in (self.headline, *self.tabs.values()):
            section.value = ""
        self.detail.clear()

    def _draw(self) -> None:
        if self._renewing or self._speech.renewing or not self._judged:
            return
        shown = self.compared()
        self.headline.value = headline(self._judged, shown, self._lang)
        for section in self.tabs.values():
            section.value = ""
        self._fill()
        self._renewing = True
        chosen, names = self.key.value, [self._speech(CHOOSE), *(name_of(one) for one in shown)]
        self.key.options = names
        self.key.value = chosen if chosen in names else names[0]
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


def headline(judged: Sequence[Readiness], shown: Sequence[Readiness], lang: str) -> str:
    """Return in one line how the keys stand, and in large letters whether any of it is made up."""
    count = Counter(one.ready for one in judged)
    told = ", ".join(f"{count[ready]} {in_words(word, lang)}" for ready, (word, _) in VERDICT.items())
    left = Why("{n} of them are shown.", n=len(shown))
    made_up = [one for one in judged if one.run.sandbox]
    says = ALL_MADE_UP if len(made_up) == len(judged) else SOME_MADE_UP
    banner = tables.made_up_banner(translate(says, lang))
    keys = translate(Why("1 key") if len(judged) == 1 else Why("{n} keys", n=len(judged)), lang)
    more = f" {translate(left, lang)}" if len(shown) < len(judged) else ""
    return f'<div class="tk-report">{banner if made_up else ""}<p class="tk-count">{keys}: {told}.{more}</p></div>'


def _page(tab: str, shown: Sequence[Readiness], lang: str) -> str:
    """Return what stands in a tab."""
    if not shown:
        return f'<p class="tk-empty">{translate("No key matches the filters.", lang)}</p>'
    what = TABS[tab]
    if what == "overview":
        return tables.overview(shown, lang)
    drawn = f'<div class="tk-scroll">{picture(shown, what, lang, "panel")}</div>'
    if what not in GRIDS:
        return drawn + (tables.balance if what == "balance" else tables.limits)(shown, lang)
    same = translate("The same in words", lang)
    return f"{drawn}<details><summary>{same}</summary>{tables.grid(shown, what, lang)}</details>"
