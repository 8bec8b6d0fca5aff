"""Limits, stability, region and route of several keys, in tabs: sortable tables, and pictures of the same lines."""

import html
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import ipywidgets as ipw

from testkey_nb.judge import Readiness
from testkey_nb.key_lines import Line, lines_of
from testkey_nb.latency_bars import NO_PARTS, NO_SAMPLES, alt_split, alt_stability, draw_split, draw_stability
from testkey_nb.limit_shares import alt_limit_shares, draw_limit_shares, limit_lines, reached_first
from testkey_nb.locale import translate
from testkey_nb.outcome import Axis
from testkey_nb.report import style
from testkey_nb.rows import Why
from testkey_nb.svg import svg

from .compare_results import headline
from .controls import LOAD, PEAKS, Controls
from .layout import row
from .row_columns import key_of
from .sheet import Sheet
from .signal_columns import LATENCY, LIMITS, PLACES, PUBLISHED, REGION, STABILITY
from .sortable import SortableTable
from .timely import timely

LIVE, VANTAGES = Why("Live"), Why("Vantage points")  # tabs
_HINT = Why("Nothing is known yet: press Probe.")
_PICTURES: Mapping[str, tuple[Callable[..., Any], Callable[..., str]]] = MappingProxyType(
    {
        "limits": (draw_limit_shares, alt_limit_shares),
        "stability": (draw_stability, alt_stability),
        "latency": (draw_split, alt_split),
    }
)
PICTURES = tuple(_PICTURES)


def picture(what: str, lines: Sequence[Any], lang: str, place: str) -> str:
    """Return a picture with its alternative text; `place` keeps ids of two pictures on a page apart.

    `what` is one of `PICTURES`.
    """
    draw, alt = _PICTURES[what]
    return svg(draw(lines, lang), alt(lines, lang), f"tk-{place}-{what}")


def _of(grain: str) -> Callable[[Sequence[Readiness]], tuple[Line, ...]]:
    return lambda judged: lines_of(judged, grain)


def _region(judged: Sequence[Readiness]) -> tuple[Line, ...]:
    return tuple(line for line in lines_of(judged, "passport") if line.row.axis == Axis.REGION)


_LINES: Mapping[str, Callable[[Sequence[Readiness]], tuple[Any, ...]]] = MappingProxyType(
    {
        "limits": limit_lines,
        "region": _region,
        **{name: _of(name) for name in ("stability", "latency", "published", "places")},
    }
)


class SignalsResults:
    """The lower half of the signals panel; its tabs are there before anything is known, since some need no probe.

    Parameters
    ----------
    controls
        Those of the panel: the planned load stands beside the limits.
    live, everywhere
        The tabs that ask for themselves.

    """

    def __init__(self, controls: Controls, *, live: ipw.DOMWidget, everywhere: ipw.DOMWidget) -> None:
        """Lay out a headline and the tabs."""
        self.headline, self.binding = ipw.HTML(), ipw.HTML()
        self._judged: tuple[Readiness, ...] = ()
        self._lang, self._speech = "en", controls.speech
        self._hinted: str = _HINT
        self.sheets = _sheets(controls)
        self.pages: Mapping[str, tuple[str, ...]] = {
            Why("Limits and headroom"): ("limits",), Why("Stability"): ("stability", "latency", "published"), LIVE: (),
            Why("Region and IP"): ("region", "places"), VANTAGES: (),
        }  # fmt: skip
        self._hints = {page: ipw.HTML() for page, names in self.pages.items() if names}
        own: Mapping[str, ipw.DOMWidget] = {LIVE: live, VANTAGES: everywhere}
        views = [own[page] if page in own else self._page(page, names) for page, names in self.pages.items()]
        self.tab = self._speech.titles(ipw.Tab(views), self.pages)
        self.view = ipw.VBox([ipw.HTML(f"<style>{style()}</style>"), self.headline, self.tab])
        self.view.add_class("tk-panel-results")
        self.tab.observe(timely(self._fill, lambda: self._judged, self.clear), names="selected_index")
        self._speech.keep(lambda: self._hint(self._hinted))

    def _page(self, page: str, names: Sequence[str]) -> ipw.DOMWidget:
        sheets = [self.sheets[name] for name in names]
        above = [self.binding] if names == ("limits",) else []
        titles = [self._speech.title(sheet.title) for sheet in sheets]
        parts = [part for title, sheet in zip(titles, sheets, strict=True) for part in (title, sheet.view)]
        return ipw.VBox([self._hints[page], *above, *parts])

    def _hint(self, text: str) -> None:
        self._hinted = text
        said = f'<p class="tk-empty">{html.escape(self._speech(text))}</p>' if text else ""
        for hint in self._hints.values():
            hint.value = f'<div class="tk-report">{said}</div>' if text else ""

    @property
    def page(self) -> str:
        """The tab that is looked at."""
        return list(self.pages)[self.tab.selected_index or 0]

    def compared(self) -> tuple[Readiness, ...]:
        """Return the keys, in the order they were added."""
        return self._judged

    def lines(self, what: str) -> tuple[Any, ...]:
        """Return the lines of a sheet, in the order of its table."""
        table = self.sheets[what].table
        found = _LINES[what](self._judged)
        return found if table is None else table.arranged(found)

    def show(self, judged: tuple[Readiness, ...], lang: str) -> None:
        """Show several keys in a language in place of what was shown before; orders stay."""
        self._judged, self._lang = judged, lang
        self.headline.value = headline(judged, judged, lang)
        self.binding.value = self._bound()
        self._hint("")
        for sheet in self.sheets.values():
            sheet.empty()  # what is older is not to stay longer because nobody looked at it
        self._fill()

    def clear(self) -> None:
        """Show nothing any more."""
        self._judged = ()
        self.headline.value = self.binding.value = ""
        self._hint(_HINT)
        for sheet in self.sheets.values():
            sheet.clear()

    def _fill(self) -> None:
        """Draw the tab that is looked at, if it was not drawn yet: a picture of many keys takes its time."""
        for name in self.pages[self.page] if self._judged else ():
            if not self.sheets[name].filled:
                self.sheets[name].fill(_LINES[name](self._judged), self._lang)

    def _bound(self) -> str:
        """Name the limit that each key reaches first; keys of which the same is to be said stand together."""
        found: dict[str, list[str]] = {}
        for one in self._judged:
            found.setdefault(html.escape(translate(reached_first(one), self._lang)), []).append(key_of(one))
        said = "".join(f"<li>{', '.join(keys)}: {why}</li>" for why, keys in found.items())
        return f'<div class="tk-report"><ul class="tk-did">{said}</ul></div>'


def _sheets(controls: Controls) -> dict[str, Sheet]:
    def draw(what: str) -> Callable[[Sequence[Any], str], str]:
        return lambda lines, lang: picture(what, lines, lang, "panel")

    limits = SortableTable(Why("Limits by key, and what is planned against them"), LIMITS)
    stability = SortableTable(Why("Samples by question and host"), STABILITY)
    latency = SortableTable(Why("Parts of the time by host"), LATENCY)
    published = SortableTable(Why("What providers publish of themselves"), PUBLISHED)
    places = SortableTable(Why("Where answers came through, by host and key"), PLACES)
    region = SortableTable(Why("Whether each key is refused from here"), REGION)
    load = [getattr(controls, field) for field in (*PEAKS, *LOAD)]
    return {
        "limits": Sheet(Why("What is planned against every limit"), Why("No answer told a limit."), table=limits,
                        draw=draw("limits"), above=[row(load, "tk-panel-act")]),
        "stability": Sheet(Why("Measured here"), NO_SAMPLES,
                           table=stability, draw=draw("stability")),
        "latency": Sheet(Why("Where the time goes"), NO_PARTS, table=latency, draw=draw("latency")),
        "published": Sheet(Why("Published by the providers, not measured here"),
                           Why("These providers publish nothing of their steadiness that can be read here."),
                           table=published),
        "region": Sheet(Why("Is the key refused from here?"), Why("No key is shown."), table=region),
        "places": Sheet(Why("Where answers came through: an edge is near the caller, not the model"),
                        Why("No request was answered."), table=places),
    }  # fmt: skip
